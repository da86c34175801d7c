"""The counts of a cohort are those of judging its patients one by one, each by both versions alone."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DataObject

from tests.verify.amending import amended
from tests.verify.everyone import Judge
from tests.verify.finite import protocols, values_of
from tests.verify.test_amendment import compared, fate
from trialproof.model.condition import Assigned, Eligible
from trialproof.model.exact import plain
from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol, Recorded
from trialproof.reports.diff_text import write_diff
from trialproof.reports.moved_share import moved_share
from trialproof.verify.versions.amendment import Amendment

SIZES = """\
trialproof: 1
title: sizes
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
facts:
  - {rule: size != 7 cm, because: nobody has seven}
eligibility:
  inclusion:
    - {id: I1, rule: size > 2 cm}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
"""


def written(value: Recorded | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else plain(value)


@settings(max_examples=40, deadline=None)
@given(protocols(), st.data())
def test_each_count_is_that_of_judging_everybody_alone(old: Protocol, data: DataObject) -> None:
    new = data.draw(amended(old))
    found = compared(old, new)
    row = st.fixed_dictionaries({name: st.sampled_from([None, *values_of(q)]) for name, q in old.quantities.items()})
    people = [Patient.of(each) for each in data.draw(st.lists(row, min_size=1, max_size=12))]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "patients.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(["number", *old.quantities])
            for at, each in enumerate(people):
                table.writerow([at, *(written(each.as_dict().get(name)) for name in old.quantities)])
        shares = moved_share(found, path, on_error="skip")
    judges = [(Judge(old, each, old.preferred), Judge(new, each, new.preferred)) for each in people]
    fine = [pair for pair in judges if not any(breaks_a_fact(each) for each in pair)]
    assert (shares.of, shares.skipped) == (len(fine), len(people) - len(fine))
    assert shares.changed == sum(differs(found, *pair) for pair in fine)
    assert shares.open_before == sum(was.judge(Eligible()) is None for was, _ in fine)
    assert shares.open_after == sum(now.judge(Eligible()) is None for _, now in fine)
    for one in shares.sets:
        both = [(taken(was, one.decision, one.choice), taken(now, one.decision, one.choice)) for was, now in fine]
        assert one.before == sum(was for was, _ in both)
        assert one.after == sum(now for _, now in both)
        assert one.leave == both.count((True, False))
        assert one.come == both.count((False, True))


def breaks_a_fact(judge: Judge) -> bool:
    return any(judge.judge(each.rule) is False for each in judge.protocol.facts)


def taken(judge: Judge, decision: str, choice: str) -> bool:
    """Return whether the patient takes the choice, if the version has it; without one, whether eligible."""
    if not decision:
        return judge.judge(Eligible()) is True
    known = [each.name for each in judge.protocol.decisions[decision].choices]
    return choice in known and judge.judge(Assigned(decision, (choice,))) is True


def differs(found: Amendment, was: Judge, now: Judge) -> bool:
    """Return whether eligibility or some choice changes, or whom a decision is for."""
    if was.judge(Eligible()) is not now.judge(Eligible()):
        return True
    for each in found.decisions:
        meant = (was.judge(each.old.population) is True, now.judge(each.new.population) is True)
        if meant[0] != meant[1]:
            return True
        if all(meant) and fate(was, each.old.name) != fate(now, each.new.name):
            return True
    return False


def versions(folder: Path) -> Amendment:
    found = []
    for name, text in (("old", SIZES), ("new", SIZES.replace("size > 5", "size >= 5"))):
        path = folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        found.append(load(path))
    return compared(found[0], found[1])


def test_the_share_is_printed_with_its_count(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("id,size\n1,4\n2,5\n3,6\n4,\n", encoding="utf-8")
    found = versions(tmp_path)
    text = write_diff(found, moved_share(found, path))
    assert "1 (25.0 %) are treated differently" in text
    assert "`arm` is `large`: 1 before, 2 after; 0 leave, 1 come" in text
    assert "eligibility is undetermined for 1 before and 1 after" in text


def test_a_row_that_no_patient_can_have_stops_the_count_or_is_counted_apart(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("size\n5\n7\n99\n", encoding="utf-8")
    found = versions(tmp_path)
    with pytest.raises(BadInput, match="nobody has seven"):
        moved_share(found, path)
    shares = moved_share(found, path, on_error="skip")
    assert (shares.of, shares.skipped, shares.changed) == (1, 2, 1)
