"""What the checks of eligibility criteria say, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.verify.everyone import alone, reviewed
from trialproof.model.condition import Compare, Number, Relation, Value
from trialproof.model.load import load
from trialproof.model.protocol import Criterion, NumberKind, Protocol, Quantity
from trialproof.model.unit import PLAIN
from trialproof.verify.finding import Finding, Review


def review_of(
    folder: Path, quantities: str, include: Sequence[str] = (), exclude: Sequence[str] = (), *, more: str = ""
) -> Review:
    """Review criteria that are given as rules; inclusions are called I1, I2, ..., exclusions E1, E2, ..."""
    text = f"trialproof: 1\ntitle: criteria\nquantities:\n{quantities}{more}eligibility:\n"
    for kind, rules in (("inclusion", include), ("exclusion", exclude)):
        text += f"  {kind}:\n" * bool(rules)
        for number, rule in enumerate(rules, start=1):
            text += f"    - {{id: {kind[0].upper()}{number}, rule: '{rule}'}}\n"
    (folder / "protocol.yaml").write_text(text, encoding="utf-8")
    return reviewed(load(folder))


def of_code(review: Review, code: str) -> list[Finding]:
    return [each for each in review.findings if each.code == code]


def said(review: Review, code: str) -> list[str]:
    return [each.message for each in of_code(review, code)]


LAB = """\
  hb: {unit: g/L, range: [0, 250], recorded_to: 1, label: haemoglobin}
  creatinine: {unit: mg/dL, range: [0, 20], recorded_to: 0.01}
  age: {unit: year, range: [0, 120]}
  cohort: {one_of: [A, B]}
  dialysis: {yes_no: true}
  pregnant: {yes_no: true}
  margin: {one_of: [R0, R1, R2]}
"""


def test_a_zone_names_the_charted_values_that_both_sentences_take(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["creatinine < 1.6 mg/dL"], ["creatinine > 1.5 mg/dL"])
    (finding,) = of_code(review, "TP202")
    assert finding.message == (
        "`I1` includes and `E1` excludes some patient with creatinine over 1.5 mg/dL and under 1.6 mg/dL "
        "(charted: 1.51 to 1.59 mg/dL)"
    )
    assert finding.witness
    assert finding.witness.patient.as_dict()["creatinine"] == Fraction("1.51")
    assert [each.note for each in finding.labels] == [
        "`I1` holds: creatinine is less than 1.6 mg/dL",
        "`E1` holds: creatinine is more than 1.5 mg/dL",
    ]


def test_a_limbo_is_said_otherwise_than_a_zone(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["creatinine < 1.5 mg/dL"], ["creatinine > 1.6 mg/dL"])
    assert said(review, "TP202") == [
        "`I1` does not include and `E1` does not exclude some patient with creatinine from 1.5 mg/dL up to 1.6 mg/dL"
    ]


@pytest.mark.parametrize(
    ("include", "exclude", "where"),
    [
        # An exclusion among others, in one sentence: it is still about its own limit.
        ("creatinine < 1.6 mg/dL", "pregnant or creatinine > 1.5 mg/dL", "creatinine over 1.5 mg/dL"),
        # Whoever is on dialysis is admitted at any value; for all others the two limits contradict each other.
        ("creatinine < 1.6 mg/dL or dialysis", "creatinine > 1.5 mg/dL and not dialysis", "creatinine over 1.5 mg/dL"),
        # Cohort B is included from 75 on, which an exclusion of everybody below 80 undoes.
        (
            *("hb >= 75 g/L and (cohort is B or hb >= 100 g/L)", "hb < 80 g/L"),
            "haemoglobin from 75 g/L to under 80 g/L",
        ),
        # Cohort B is left between the two; cohort A, where it is, on purpose.
        (
            *("hb >= 90 g/L and (cohort is B or hb >= 100 g/L)", "hb < 75 g/L"),
            "haemoglobin from 75 g/L to under 90 g/L",
        ),
        # Completed years in the one sentence, the exact age in the other.
        ("floor(age in years) <= 70", "age > 70 years", "age over 70 years and under 71 years"),
        ("margin is one of (R0, R1)", "margin is one of (R1, R2)", "margin R1"),
    ],
)
def test_limits_that_meet_wrongly_are_found_among_other_conditions(
    tmp_path: Path, include: str, exclude: str, where: str
) -> None:
    (message,) = said(review_of(tmp_path, LAB, [include], [exclude]), "TP202")
    assert f"some patient with {where}" in message


def test_values_that_nobody_can_have_are_neither_zone_nor_limbo(tmp_path: Path) -> None:
    coarse = LAB.replace("recorded_to: 0.01", "recorded_to: 0.1")
    both = ["creatinine < 1.6 mg/dL"], ["creatinine > 1.5 mg/dL"]
    assert said(review_of(tmp_path, LAB, *both), "TP202")
    assert not said(review_of(tmp_path, coarse, *both), "TP202")


def test_where_two_limits_meet_wrongly_that_the_one_implies_the_other_is_not_said_besides(tmp_path: Path) -> None:
    for include, exclude in (("< 1.6", "> 1.5"), ("< 1.5", "> 1.6")):
        review = review_of(tmp_path, LAB, [f"creatinine {include} mg/dL"], [f"creatinine {exclude} mg/dL"])
        assert {each.code for each in review.findings} == {"TP202"}
        assert not any(each.code == "TP203" for each in review.proved)


def test_two_criteria_that_contradict_each_other_are_no_zone(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["hb >= 100 g/L"], ["hb >= 90 g/L"])
    assert {each.code for each in review.findings} == {"TP201"}


def test_criteria_that_imply_one_another_are_one_finding(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["not pregnant", "hb >= 100 g/L"], ["pregnant", "pregnant and dialysis"])
    assert said(review, "TP203") == [
        "`I1` and `E1` imply one another: without either of them, the same patients are eligible",
        "`E2` is implied by `I1`: without it, the same patients are eligible",
    ]


def test_criteria_that_imply_one_another_with_the_help_of_a_third(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["dialysis", "pregnant or not dialysis", "pregnant"])
    assert said(review, "TP203") == [
        "given `I1`, `I2` and `I3` imply one another: without either of them, the same patients are eligible"
    ]


def test_a_criterion_without_which_another_one_would_do_the_same_names_as_few_as_are_needed(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["hb >= 100 g/L", "dialysis", "hb >= 90 g/L", "not pregnant"])
    assert said(review, "TP203") == ["`I3` is implied by `I1`: without it, the same patients are eligible"]


def test_a_criterion_that_leaves_somebody_undetermined_is_not_redundant(tmp_path: Path) -> None:
    """Without it, those for whom it is undetermined would be eligible."""
    quantities = LAB + "  depth: {unit: mm, range: [0, 9], recorded_to: 1, applies_if: pregnant}\n"
    review = review_of(tmp_path, quantities, ["depth <= 9 mm", "dialysis"])
    assert not said(review, "TP203")
    assert not said(review, "TP204")
    assert said(review, "TP206")


def test_a_criterion_is_reported_as_idle_or_as_implied_but_not_as_both(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["hb >= 0 g/L", "dialysis"], ["creatinine > 20 mg/dL"])
    assert said(review, "TP204") == [
        "every patient meets `I1`, whatever is recorded",
        "`E1` excludes nobody, whatever is recorded",
    ]
    assert not said(review, "TP203")


def test_the_fact_that_makes_a_criterion_idle_is_named(tmp_path: Path) -> None:
    facts = "facts:\n  - {rule: hb >= 50 g/L, because: they live}\n  - {rule: age < 110 years, because: nobody is}\n"
    (finding,) = of_code(review_of(tmp_path, LAB, ["hb >= 40 g/L"], more=facts), "TP204")
    assert finding.message == "every patient meets `I1`, given the facts"
    assert [each.note for each in finding.labels] == ["`I1`", "fact: they live"]


def test_where_nobody_is_eligible_nothing_is_called_redundant(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["pregnant", "not pregnant", "dialysis"])
    assert not said(review, "TP203")
    assert any(each.startswith("TP203") for each in review.not_checked)


def test_one_demand_that_nobody_meets_is_the_whole_contradiction(tmp_path: Path) -> None:
    review = review_of(tmp_path, LAB, ["hb > 300 g/L", "pregnant", "not pregnant"])
    (finding,) = of_code(review, "TP201")
    assert finding.message == "nobody is eligible: one demand is met by no patient"
    assert [each.note for each in finding.labels] == ["`I1`"]


CHARTED = [
    ("range: [0, 100], recorded_to: 10", "{} > 70", "over 70 means 80 and up"),
    ("range: [0, 100], recorded_to: 10", "{} < 70", "under 70 means 60 and down"),
    ("range: [0, 100], recorded_to: 10", "70 < {}", "over 70 means 80 and up"),
    ("range: [0, 100], recorded_to: 10", "2 * {} > 140", "over 70 means 80 and up"),
    ("range: [0, 100], recorded_to: 10", "-1 * {} > -70", "under 70 means 60 and down"),
    ("range: [0, 100], recorded_to: 10", "{} > 70 or {} = 70", None),
    ("range: [0, 100], recorded_to: 10", "{} >= 70", None),
    ("range: [0, 100], recorded_to: 10", "{} >= 75", "at least 75 means 80 and up"),
    ("range: [0, 100], recorded_to: 10", "{} <= 75", "at most 75 means 70 and down"),
    ("range: [0, 100], recorded_to: 10", "{} = 75", "exactly 75 is never charted"),
    ("range: [0, 100], recorded_to: 10", "{} != 75", "not exactly 75 is always so"),
    ("range: [0, 100], recorded_to: 10", "{} > 100", "over 100 is never charted"),
    ("range: [0, 100], recorded_to: 1", "{} > 70", None),
    ("range: [0, 100], recorded_to: {step: 1, rounded: down}", "{} > 70", "over 70 means 71 and up"),
    ("range: [0, 100], recorded_to: {step: 1, rounded: down}", "{} < 70", None),
    ("range: [0, 100], recorded_to: {step: 1, rounded: up}", "{} < 70", "under 70 means 69 and down"),
    ("range: [0, 100], recorded_to: 0.1", "{} > 70", None),
    ("range: [0, 100], recorded_to: 0.1", "{} > 70.05", "over 70.05 means 70.1 and up"),
    ("range: [0, 100], recorded_to: 0.5", "{} > 1.5", "over 1.5 means 2 and up"),
    ("range: [0, 100]", "{} > 70", None),
]


@pytest.mark.parametrize(("kind", "rule", "says"), CHARTED)
def test_a_limit_says_what_it_means_in_charted_values(tmp_path: Path, kind: str, rule: str, says: str | None) -> None:
    review = review_of(tmp_path, f"  score: {{{kind}}}\n", [rule.format(*["score"] * rule.count("{}"))])
    assert [each.partition(": ")[2] for each in said(review, "TP208")] == ([] if says is None else [says])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_a_limit_is_said_to_mean_admits_the_same_charted_values(data: st.DataObject) -> None:
    step = data.draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(10)]))
    kind = NumberKind(Fraction(0), 5 * step, PLAIN, step)
    limit = Compare(Value("q"), data.draw(st.sampled_from(Relation)), Number(data.draw(st.integers(-1, 22)) * step / 4))
    protocol = Protocol(title="", quantities={"q": Quantity("q", kind)}, inclusion=(Criterion("I", limit),))
    messages = said(reviewed(protocol, select=["TP208"]), "TP208")
    charted = [at * step for at in range(6)]
    so = [Fraction(each.record["q"]) for each in alone(protocol) if each.judge(limit) is True]
    for message in messages:
        if "never charted" in message:
            assert not so
        elif "always so" in message:
            assert so == charted
        else:
            first, _, way = message.rpartition("means ")[2].partition(" and ")
            bound = Fraction(first)
            assert so == [value for value in charted if (value >= bound if way == "up" else value <= bound)]


def test_all_limits_of_one_quantity_are_one_finding_that_names_each_place(tmp_path: Path) -> None:
    arms = """\
decisions:
  arm:
    for: everyone
    choices:
      a: {when: 'score > 70'}
      b: {when: 'score < 50'}
      c: {when: otherwise}
"""
    review = review_of(tmp_path, "  score: {range: [0, 100], recorded_to: 10}\n", ["score > 70"], more=arms)
    (finding,) = of_code(review, "TP208")
    assert finding.message == (
        "`score` is charted in steps of 10: over 70 means 80 and up; under 50 means 40 and down"
    )
    assert [each.note.partition(":")[0] for each in finding.labels] == ["`I1`", "`a`", "`b`", "`c`", "`c`"]


def test_readings_that_have_no_say_do_not_limit_a_finding(tmp_path: Path) -> None:
    readings = "definitions:\n  young:\n    readings: {a: 'age < 18 years', b: 'age < 16 years'}\n"
    review = review_of(tmp_path, LAB, ["not pregnant", "hb >= 100 g/L"], ["pregnant", "young"], more=readings)
    (finding,) = of_code(review, "TP203")
    assert (finding.readings.choices, finding.readings.of, finding.readings.complete) == (({},), 2, True)
