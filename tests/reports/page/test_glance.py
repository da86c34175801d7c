"""The verdicts at a glance say no more than was proved, and count everything once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports.page.made import founding, written
from trialproof.reports.page.glance import Glance, Row, glance
from trialproof.reports.page.material import Material
from trialproof.reports.page.regions import regions
from trialproof.verify.finding import Accepted, Review, Undecided

SOUND = """\
trialproof: 1
title: size decides
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size >= 5 cm}
      small: {when: size < 5 cm}
"""
GAP = SOUND.replace(">= 5", "> 5")
BOTH = SOUND.replace("< 5", "<= 5")


def arm(found: Glance) -> Row:
    return next(each for each in found.rows if each.title.startswith("`arm`"))


def without(material: Material, code: str) -> Material:
    """Return the material as if a check had not been asked for."""
    review = material.review
    kept = tuple(each for each in review.proved if each.code != code)
    return replace(material, review=replace(review, proved=kept))


def test_a_decision_that_is_proved_sound_says_what_was_proved(tmp_path: Path) -> None:
    row = arm(glance(written(tmp_path, SOUND)))
    assert (row.verdict, row.says) == ("proved", "Every eligible patient gets exactly one choice of `arm`.")


@pytest.mark.parametrize(("text", "says"), [(GAP, "with no choice"), (BOTH, "with too many choices")])
def test_a_decision_with_a_gap_or_an_overlap_is_refuted(tmp_path: Path, text: str, says: str) -> None:
    row = arm(glance(written(tmp_path, text)))
    assert (row.verdict, row.errors) == ("refuted", 1)
    assert says in row.says


@pytest.mark.parametrize("code", ["TP101", "TP102", "TP107"])
def test_a_decision_of_which_one_question_was_not_asked_is_not_said_to_be_proved(tmp_path: Path, code: str) -> None:
    material = without(written(tmp_path, SOUND), code)
    row = arm(glance(material))
    assert (row.verdict, row.says) == ("unchecked", "Not everything was checked.")
    shown = regions(material)
    assert shown is not None
    assert not shown.decisions[0].whole


def test_a_question_that_the_solver_gave_up_on_is_undecided_and_not_fine(tmp_path: Path) -> None:
    material = without(written(tmp_path, SOUND), "TP101")
    gave_up = Undecided("TP101", "gap", "could not decide", "out of time", "arm")
    found = glance(replace(material, review=replace(material.review, undecided=(gave_up,))))
    assert arm(found).verdict == "undecided"
    assert "solver gave up" in arm(found).says
    assert (1, "undecided", "undecided") in found.figures


def test_a_defect_that_is_accepted_still_refutes(tmp_path: Path) -> None:
    material = written(tmp_path, GAP)
    review = material.review
    accepted = tuple(Accepted(each, "known") for each in review.findings)
    found = glance(replace(material, review=replace(review, findings=(), accepted=accepted)))
    assert arm(found).verdict == "refuted"
    assert (arm(found).errors, found.accepted) == (0, len(accepted))


def test_what_else_is_wrong_with_a_sound_decision_is_told_beside_it(tmp_path: Path) -> None:
    dead = SOUND + "      never: {when: size > 5 cm and size < 5 cm}\n"
    row = arm(glance(written(tmp_path, dead)))
    assert (row.verdict, row.warnings) == ("proved", 1)
    assert row.says == "Every eligible patient gets exactly one choice of `arm`. Objected to: unreachable choice."


def test_a_decision_with_any_error_is_refuted_although_everybody_gets_one_choice(tmp_path: Path) -> None:
    wrong = SOUND.replace("{when: size >= 5 cm}", "{when: size >= 5 cm, course: 60 Gy / 2 Gy / 20 f}")
    row = arm(glance(written(tmp_path, wrong)))
    assert (row.verdict, row.errors) == ("refuted", 1)
    assert row.says == "Every eligible patient gets exactly one choice of `arm`. Objected to: mismatched total."


def test_a_line_with_an_error_is_never_said_to_be_fine() -> None:
    for row in glance(founding()).rows:
        assert not row.errors or row.verdict in ("refuted", "")


def test_a_review_of_nothing_claims_nothing() -> None:
    found = glance(replace(founding(), review=Review({})))
    assert {each.verdict for each in found.rows} == {"unchecked"}


def test_every_finding_and_every_proof_is_counted_on_one_line_and_no_other() -> None:
    material = founding()
    rows = glance(material).rows
    assert sum(each.errors + each.warnings + each.notes for each in rows) == len(material.review.findings)
    assert sum(each.proved for each in rows) == len(material.review.proved)


def test_the_founding_protocol_at_a_glance() -> None:
    found = glance(founding())
    verdicts = {each.title: each.verdict for each in found.rows}
    assert verdicts["`arm`"] == verdicts["`prescription`"] == verdicts["What the designers claim"] == "refuted"
    assert verdicts["Who is eligible"] == "proved"
    assert verdicts["The words of the document"] == ""
    assert found.assumptions == founding().review.assumptions
    assert found.not_checked == founding().review.not_checked
    assert [(what, count) for count, what, _ in found.figures] == [
        ("proved", 18), ("errors", 10), ("warnings", 19), ("notes", 9), ("undecided", 0), ("not checked", 6),
    ]  # fmt: skip
