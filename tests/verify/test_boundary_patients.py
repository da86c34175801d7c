"""Boundary patients are who they are said to be: on that side of the value, recordable, and given that choice."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from hypothesis import event, given, settings, strategies as st

from tests.verify.everyone import InProcess, Judge, alone, reviewed
from tests.verify.finite import protocols, values_of
from trialproof.model.condition import Value
from trialproof.model.load import load
from trialproof.model.protocol import Decision, NumberKind, Protocol
from trialproof.verify.boundary_patients import all_values, values_of as compared_values
from trialproof.verify.case import Case
from trialproof.verify.finding import BoundaryPatients, Review
from trialproof.verify.outcome import Outcome

SMALL = st.one_of(protocols(), protocols(readings=True))


def outcome(judge: Judge, decision: Decision) -> str:
    """Return what the naive evaluator says of a patient, in the words of the report."""
    opinions = dict(zip((each.name for each in decision.choices), judge.opinions(decision), strict=True))
    holding = tuple(name for name, opinion in opinions.items() if opinion is True)
    return str(Outcome(decision.name, holding, tuple(name for name, opinion in opinions.items() if opinion is None)))


@settings(max_examples=60, deadline=None)
@given(SMALL)
def test_each_side_is_what_it_is_said_to_be(protocol: Protocol) -> None:
    case = Case(protocol, InProcess(protocol), protocol.preferred)
    people = {each.patient: each for each in alone(protocol)}
    for decision in protocol.decisions.values():
        members = {patient for patient, each in people.items() if each.member(decision)}
        found = list(all_values(case, decision))
        if not members:
            assert not found
            continue
        compared = compared_values(case, decision)
        assert len(found) == len(compared)
        for (term, value), each in zip(compared, found, strict=True):
            assert [side.where for side in each.sides] == ["below", "at", "above"]
            for side in each.sides:
                event(side.outcome if side.witness is None else "member" if side.member else "outsider")
                if side.witness is None:
                    continue
                judge = Judge(protocol, side.witness.patient, protocol.preferred)
                assert judge.recordable
                number = judge.measure(term)
                assert number is not None
                assert {"below": number < value, "at": number == value, "above": number > value}[side.where]
                assert side.member == judge.member(decision)
                if side.member:
                    assert side.outcome == outcome(judge, decision)
                    assert side.choices == judge.holding(decision)
            check_neighbours(each)
            if isinstance(term, Value):
                check_absence(protocol, term.quantity, value, each, [people[one] for one in members])


def check_neighbours(found: BoundaryPatients) -> None:
    """Raise `AssertionError` unless patients who should differ in one number do."""
    alike = [side.witness.patient.as_dict() for side in found.sides if side.witness and side.alone]
    for one, other in pairwise(alike):
        assert len({name for name in one | other if one.get(name) != other.get(name)}) == 1


def check_absence(
    protocol: Protocol, name: str, value: Fraction, found: BoundaryPatients, members: list[Judge]
) -> None:
    """Raise `AssertionError` unless there is a patient on a side wherever there can be one, a step away."""
    quantity = protocol.quantities[name]
    kind = quantity.kind
    assert isinstance(kind, NumberKind)
    assert kind.step
    values = [each for each in values_of(quantity) if isinstance(each, Fraction)]
    below = [each for each in values if each < value and value - each <= kind.step]
    above = [each for each in values if each > value and each - value <= kind.step]
    for side, at in zip(found.sides, (below, [value] if value in values else [], above), strict=True):
        if side.witness is None:
            assert not at or not any(each.measure(Value(name)) == at[-1] for each in members)
            assert side.outcome.startswith("no ") or side.outcome in ("out of range", "cannot be recorded")
            assert side.outcome.startswith("no ") == bool(at)
        else:
            assert Judge(protocol, side.witness.patient, protocol.preferred).measure(Value(name)) in at


HEAD = """\
trialproof: 1
title: values
quantities:
  age: {unit: year, range: [0, 120], recorded_to: {step: 1, rounded: down}}
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  dose: {unit: mg, range: [0, 20]}
  lesion: {yes_no: true}
  depth: {range: [0, 9], recorded_to: 1, applies_if: lesion}
"""


def examined(folder: Path, text: str, *codes: str) -> Review:
    (folder / "protocol.yaml").write_text(HEAD + text, encoding="utf-8")
    return reviewed(load(folder), select=codes or ["TP103", "TP104"])


def sides(found: BoundaryPatients) -> list[tuple[str, str]]:
    return [(side.says, side.outcome) for side in found.sides]


def arm(rules: str, head: str = "for: everyone") -> str:
    return f"decisions:\n  arm:\n    {head}\n    choices:\n" + "".join(
        f"      {line.strip()}\n" for line in rules.strip().splitlines()
    )


def test_a_boundary_gap_shows_both_its_sides(tmp_path: Path) -> None:
    [found] = examined(tmp_path, arm("large: {when: size > 5 cm}\nsmall: {when: size < 5 cm}")).findings
    [around] = found.boundary
    assert sides(around) == [("4.9 cm", "`small`"), ("5 cm", "no choice"), ("5.1 cm", "`large`")]


def test_a_boundary_overlap_shows_both_its_sides(tmp_path: Path) -> None:
    [found] = examined(tmp_path, arm("large: {when: size >= 5 cm}\nsmall: {when: size <= 5 cm}")).findings
    [around] = found.boundary
    assert sides(around) == [("4.9 cm", "`small`"), ("5 cm", "`large` and `small`"), ("5.1 cm", "`large`")]


def test_a_value_between_two_thresholds_has_sides_too(tmp_path: Path) -> None:
    [found] = examined(tmp_path, arm("old: {when: age > 65 years}\nyoung: {when: age < 65 years}")).findings
    [around] = found.boundary
    assert around.value == "65 years"
    [found] = examined(tmp_path, arm("old: {when: age >= 66 years}\nyoung: {when: age <= 64 years}")).findings
    [around] = found.boundary
    assert sides(around) == [("64 years", "`young`"), ("65 years", "no choice"), ("66 years", "`old`")]


def test_a_value_off_the_steps_cannot_be_recorded(tmp_path: Path) -> None:
    review = examined(tmp_path, arm("large: {when: size > 5.05 cm}\nsmall: {when: otherwise}"))
    [around] = review.boundary_patients
    assert sides(around) == [("5 cm", "`small`"), ("5.05 cm", "cannot be recorded"), ("5.1 cm", "`large`")]


def test_a_value_at_the_end_of_the_range_has_nobody_beyond(tmp_path: Path) -> None:
    review = examined(tmp_path, arm("large: {when: size >= 20 cm}\nsmall: {when: otherwise}"))
    [around] = review.boundary_patients
    assert sides(around)[2] == ("20.1 cm", "out of range")


def test_without_steps_the_neighbours_are_near_and_cross_no_other_value(tmp_path: Path) -> None:
    rules = "much: {when: dose > 5 mg}\nmiddle: {when: 4.95 mg < dose <= 5 mg}\nlittle: {when: dose <= 4.95 mg}"
    review = examined(tmp_path, arm(rules))
    assert [sides(each) for each in review.boundary_patients] == [
        [("4.85 mg", "`little`"), ("4.95 mg", "`little`"), ("4.96 mg", "`middle`")],
        [("4.99 mg", "`middle`"), ("5 mg", "`middle`"), ("5.1 mg", "`much`")],
    ]


def test_somebody_is_found_to_whom_the_value_matters(tmp_path: Path) -> None:
    rules = """
        deep: {when: lesion and depth > 5 and age > 80 years}
        rest: {when: not lesion or depth <= 5 or age <= 80 years}
    """
    review = examined(tmp_path, arm(rules))
    for each in review.boundary_patients:
        assert {outcome for _, outcome in sides(each)} == {"`deep`", "`rest`"}
        assert all(side.alone and side.member for side in each.sides)


def test_who_is_not_eligible_on_one_side_is_said_not_to_be(tmp_path: Path) -> None:
    text = "eligibility:\n  inclusion:\n    - {id: I1, rule: age <= 70 years}\n" + arm(
        "old: {when: age >= 70 years}\nyoung: {when: age < 70 years}", "for: eligible"
    )
    [around] = examined(tmp_path, text).boundary_patients
    assert sides(around) == [("69 years", "`young`"), ("70 years", "`old`"), ("71 years", "not eligible")]
    assert [side.member for side in around.sides] == [True, True, False]


def test_where_a_fact_forbids_a_neighbour_another_patient_stands_in_or_nobody(tmp_path: Path) -> None:
    fact = "facts:\n  - {rule: if age > 70 years then lesion, because: so it is}\n"
    rules = "old: {when: age > 70 years}\nyoung: {when: age <= 70 years}"
    [around] = examined(tmp_path, fact + arm(rules)).boundary_patients
    assert [side.member for side in around.sides] == [True, True, True]
    fact = "facts:\n  - {rule: not (age = 71 years), because: so it is}\n"
    [around] = examined(tmp_path, fact + arm(rules)).boundary_patients
    assert sides(around)[2] == ("71 years", "no patient")


def test_a_difference_has_sides_as_well(tmp_path: Path) -> None:
    rules = "more: {when: depth - 2 > 0}\nless: {when: depth - 2 <= 0}"
    [around] = examined(tmp_path, arm(rules, "for: lesion")).boundary_patients
    assert sides(around) == [("1", "`less`"), ("2", "`less`"), ("3", "`more`")]
    text = HEAD.replace("  lesion:", "  width: {unit: cm, range: [0, 20], recorded_to: 0.5}\n  lesion:")
    (tmp_path / "protocol.yaml").write_text(
        text + arm("wide: {when: width > size}\nlong: {when: width <= size}"), encoding="utf-8"
    )
    [around] = reviewed(load(tmp_path), select=["TP103"]).boundary_patients
    assert [outcome for _, outcome in sides(around)] in (["`wide`", "`long`", "`long`"], ["`long`", "`long`", "`wide`"])
    assert {says for says, _ in sides(around)} == {"-0.1 cm", "0 cm", "0.1 cm"}


def test_every_decision_has_its_values_whatever_it_intends(tmp_path: Path) -> None:
    text = arm("large: {when: size > 5 cm}\nold: {when: age > 70 years}", "for: everyone\n    intent: any")
    assert [each.term for each in examined(tmp_path, text).boundary_patients] == ["age", "size"]
