"""Scores: a sum of tables is a number like any other, and an age for which no row counts anything is found."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.model.folder import assert_style, read_marks, write_folder
from tests.verify.everyone import reviewed
from tests.verify.test_verdicts import check_decisions
from trialproof.model.condition import Assigned, Cases, Derived, Number, Sum
from trialproof.model.load import load
from trialproof.model.patient import Patient, about
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol
from trialproof.verify.finding import Review, Verdict

SCORE = """\
trialproof: 1
title: a score
quantities:
  age: {unit: year, range: [38, 52], recorded_to: {step: 1, rounded: down}}
  ecog: {range: [0, 2], recorded_to: 1}
definitions:
  age_points: {points: age_score}
  ecog_points: {points: ecog_score}
  total: {value: age_points + ecog_points}
decisions:
  age_score:
    for: everyone
    table: |-
      age_score | age      | points
      young     | <40      | 0
      middle    | [41..49] | 1
      old       | >=50     | 2.5
  ecog_score:
    for: everyone
    choices:
      fit: {when: ecog = 0, points: 0}
      unfit: {when: otherwise, points: -1}
  risk:
    for: everyone
    choices:
      low: {when: total <= 0}
      high: {when: total > 0}
"""
WHOLE = SCORE.replace("[41..49]", "[40..50)")


def loaded(folder: Path, text: str) -> Protocol:
    return load(write_folder(folder, text, None))


def total(protocol: Protocol, age: int, ecog: int) -> Fraction | None:
    patient = Patient.of({"age": Fraction(age), "ecog": Fraction(ecog)})
    found = about(protocol, patient).number(Derived("total"))
    return found.value if found.known else None


def codes(review: Review, decision: str, verdict: Verdict) -> set[str]:
    return {each.code for each in review.findings if each.decision == decision and each.verdict is verdict}


def test_points_are_the_number_of_the_choice_that_a_patient_is_settled_on(tmp_path: Path) -> None:
    protocol = loaded(tmp_path, SCORE)
    counts = {"young": Fraction(0), "middle": Fraction(1), "old": Fraction(5, 2)}
    rows = tuple((Assigned("age_score", (choice,)), Number(points)) for choice, points in counts.items())
    assert protocol.definitions["age_points"].body == Cases(rows)
    assert protocol.definitions["total"].body == Sum((Derived("age_points"), Derived("ecog_points")))
    assert [total(protocol, age, 1) for age in (38, 39, 40, 41, 49, 50)] == [-1, -1, None, 0, 0, Fraction(3, 2)]


def test_an_age_that_no_row_of_a_score_counts_is_found(tmp_path: Path) -> None:
    review = reviewed(loaded(tmp_path, SCORE))
    (gap,) = [each for each in review.findings if each.code == "TP103"]
    assert gap.decision == "age_score"
    assert gap.message == "no choice of `age_score` takes a patient with age exactly 40 years"
    assert gap.witness is not None
    assert gap.witness.patient.as_dict()["age"] == 40
    assert "TP107" in codes(review, "risk", Verdict.REFUTED)


def test_a_score_without_a_gap_settles_everybody(tmp_path: Path) -> None:
    review = reviewed(loaded(tmp_path, WHOLE))
    assert not [each for each in review.findings if each.code in ("TP101", "TP102", "TP103", "TP104", "TP107")]
    for decision in ("age_score", "ecog_score", "risk"):
        assert {"TP101", "TP102", "TP107"} <= {each.code for each in review.proved if each.decision == decision}


@pytest.mark.parametrize("text", [SCORE, WHOLE, SCORE.replace("<40", "<=41"), SCORE.replace("middle   ", "young    ", 1)
                                  .replace("| 1\n", "| 0\n")])  # fmt: skip
def test_a_review_of_scores_says_what_looking_at_everybody_says(tmp_path: Path, text: str) -> None:
    check_decisions(loaded(tmp_path, text))


REFUSED = [
    ("no decision", "points: age_score}", "points: «age_scor»}", "there is no decision `age_scor`", "`age_score`?"),
    ("a quantity", "points: age_score}", "points: «ecog»}", "there is no decision `ecog`", ""),
    ("several choices", "points: age_score}", "points: «age_score»}", "can have several choices of `age_score`", ""),
    ("one without", "points: ecog_score}", "points: «ecog_score»}", "the choice `unfit` of `ecog_score` has no", "0"),
    ("row without", "points: age_score}", "points: «age_score»}", "the choice `middle` of `age_score` has no", ""),
    ("unit", "points: age_score}", "points: age_score, «unit»: cm}", "`unit` goes with `value`", ""),
    ("amount", "points: -1}", "points: «-1 cm»}", "`-1 cm` is not a number such as", ""),
]
CHANGES = {
    "several choices": ("    table", "    intent: any\n    table"),
    "one without": (", points: -1", ""),
    "row without": ("| 1\n", "| \n"),
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[0])
def test_what_is_no_score(tmp_path: Path, case: tuple[str, str, str, str, str]) -> None:
    name, old, new, message, advice = case
    marked = SCORE.replace(old, new).replace(*CHANGES.get(name, ("", "")), 1)
    text, line, column, width = read_marks(marked)
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, text)
    problem = caught.value
    assert_style(problem)
    assert message in problem.message
    assert advice in (problem.help or "")
    assert (problem.place.line, problem.place.column, problem.width) == (line, column, width)


def test_a_score_that_decides_its_own_population_rests_on_itself(tmp_path: Path) -> None:
    text = SCORE.replace("for: everyone\n    table", "for: total > 0\n    table")
    with pytest.raises(BadInput, match="`age_points` rests on itself: age_points -> age_score -> total -> age_points"):
        loaded(tmp_path, text)
