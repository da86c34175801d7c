"""What a designer accepts is set apart with its reason: that finding, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.verify.finding import Review

TWO_GAPS = """\
trialproof: 1
title: two boundary gaps
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  age: {unit: year, range: [18, 90], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, rule: size > 1 cm}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm and age > 65 years}
      small: {when: size < 5 cm and age > 65 years}
      young: {when: age < 65 years}
"""
BECAUSE = "because: the tumour board decides"


def checked(folder: Path, *accepted: str) -> Review:
    entries = "".join(f"  - {{{each}, {BECAUSE}}}\n" for each in accepted)
    (folder / "protocol.yaml").write_text(f"{TWO_GAPS}accept:\n{entries}" if entries else TWO_GAPS, encoding="utf-8")
    return reviewed(load(folder), select=["TP103", "TP208", "TP506"])


def regions(review: Review) -> tuple[list[str], list[str]]:
    """Return the regions found and the regions accepted, of TP103."""
    left = [each.regions[0].words for each in review.findings if each.code == "TP103"]
    return left, [each.finding.regions[0].words for each in review.accepted if each.finding.code == "TP103"]


def test_nothing_is_accepted_by_itself(tmp_path: Path) -> None:
    left, accepted = regions(checked(tmp_path))
    assert len(left) == 2
    assert accepted == []


def test_a_code_alone_accepts_every_such_finding(tmp_path: Path) -> None:
    left, accepted = regions(checked(tmp_path, "code: TP103"))
    assert left == []
    assert len(accepted) == 2


def test_a_region_accepts_that_region_only(tmp_path: Path) -> None:
    first, second = regions(checked(tmp_path))[0]
    review = checked(tmp_path, f"code: TP103, where: arm, region: '{first}'")
    assert regions(review) == ([second], [first])
    assert review.accepted[0].because == "the tumour board decides"
    assert not [each for each in review.findings if each.code == "TP506"]


def test_a_region_that_moved_is_found_again_and_its_acceptance_is_stale(tmp_path: Path) -> None:
    review = checked(tmp_path, "code: TP103, where: arm, region: size exactly 4 cm")
    assert len(regions(review)[0]) == 2
    (stale,) = [each for each in review.findings if each.code == "TP506"]
    assert stale.message == "`TP103 arm size exactly 4 cm` is accepted, and no longer found"
    assert stale.labels[0].place.line == 16


def test_another_place_is_not_accepted(tmp_path: Path) -> None:
    review = checked(tmp_path, "code: TP103, where: I1")
    assert len(regions(review)[0]) == 2
    assert [each.code for each in review.findings if each.code == "TP506"] == ["TP506"]


def test_an_acceptance_is_not_stale_while_its_check_did_not_run(tmp_path: Path) -> None:
    assert not [each for each in checked(tmp_path, "code: TP102").findings if each.code == "TP506"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("code: TP999", "no check has the code `TP999`"),
        ("code: TP103, where: amr", "nothing here is called `amr`"),
        ("code: TP103, were: arm", "unknown key `were`"),
    ],
)
def test_an_acceptance_of_nothing_is_refused_at_its_line(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        checked(tmp_path, entry)
    assert refused.value.place.line == 16


IMPLIED = """\
trialproof: 1
title: two criteria that a third implies
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
  age: {unit: year, range: [0, 90], recorded_to: 1}
eligibility:
  inclusion:
    - {id: big, rule: size > 5 cm}
    - {id: adult, rule: age >= 18 years}
    - {id: both, rule: size > 10 cm and age > 20 years}
accept:
"""


def test_what_only_explains_a_finding_is_no_place_to_accept_it_at(tmp_path: Path) -> None:
    def accepted(where: str) -> list[str]:
        entry = f"  - {{code: TP203, where: {where}, {BECAUSE}}}\n"
        (tmp_path / "protocol.yaml").write_text(IMPLIED + entry, encoding="utf-8")
        review = reviewed(load(tmp_path), select=["TP203"])
        assert len(review.findings) + len(review.accepted) == 2
        return [each.finding.message.split()[0] for each in review.accepted]

    assert accepted("both") == []
    assert accepted("big") == ["`big`"]
    assert accepted("adult") == ["`adult`"]
