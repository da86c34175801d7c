"""Witnesses are patients who can be recorded, the first in the documented order, whatever the solver's mood."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import event, given, settings, strategies as st

from tests.verify.everyone import InProcess, Judge, alone, is_so, reviewed
from tests.verify.finite import combinations, protocols, values_of
from trialproof.model.condition import Eligible
from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol, Recorded
from trialproof.verify.candidates import Field, options_of
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.finding import Review
from trialproof.verify.properties import gap, member, overlap, settled, undetermined
from trialproof.verify.statement import Holds, Never, Statement

ELIGIBLE = Holds(Eligible())
SEEDS = (0, 1, 2, 3)
SMALL = st.one_of(protocols(), protocols(readings=True))


def questions(protocol: Protocol) -> list[tuple[Statement, Statement]]:
    """Return what a witness is sought of: a population, and what is so of the patient."""
    fates = (gap, overlap, settled, undetermined)
    return [(member(each), fate(each)) for each in protocol.decisions.values() for fate in fates]


def first_in_order(case: Case, people: Sequence[Judge], usual: Patient | None) -> Patient | None:
    """Return the patient whose fields come first, quantity by quantity: the usual value, the listed, the smallest."""
    left = list(people)
    known = usual.as_dict() if usual else {}
    for name, quantity in case.protocol.quantities.items():
        wanted = [known[name]] if name in known else []
        listed = [
            each.value
            for each in options_of(Field(quantity, case.patient, (case.readings,)), case.thresholds[name], wanted)
        ]
        first = min((rank(listed, each.record.get(name)) for each in left), default=None)
        left = [each for each in left if rank(listed, each.record.get(name)) == first]
    return left[0].patient if left else None


def rank(listed: Sequence[Recorded | None], value: Recorded | None) -> tuple[int, Fraction]:
    if value in listed:
        return (listed.index(value), Fraction(0))
    assert isinstance(value, Fraction)
    return (len(listed), value)


@settings(max_examples=60, deadline=None)
@given(SMALL)
def test_a_witness_is_the_first_patient_in_the_documented_order(protocol: Protocol) -> None:
    case, people = Case(protocol, InProcess(protocol), protocol.preferred), alone(protocol)
    eligible = first_in_order(case, [each for each in people if is_so(ELIGIBLE, each)], None)
    for population, target in questions(protocol):
        members = [each for each in people if is_so(population, each)]
        usual = first_in_order(case, members, None if population == ELIGIBLE else eligible)
        assert canonical(case, case.patients(population)) == usual
        found = canonical(case, case.patients(population), case.said(target))
        event("found" if found else "none")
        assert found == first_in_order(case, [each for each in members if is_so(target, each)], usual)


@settings(max_examples=25, deadline=None)
@given(SMALL)
def test_a_witness_does_not_depend_on_the_seed(protocol: Protocol) -> None:
    cases = [Case(protocol, InProcess(protocol, seed=seed), protocol.preferred) for seed in SEEDS]
    for population, target in questions(protocol):
        found = {canonical(each, each.patients(population), each.said(target)) for each in cases}
        assert len(found) == 1


@settings(max_examples=12, deadline=None)
@given(SMALL)
def test_a_review_does_not_depend_on_the_seed(protocol: Protocol) -> None:
    first, *others = (reviewed(protocol, seed=seed) for seed in SEEDS)
    assert all(other == first for other in others)


@settings(max_examples=60, deadline=None)
@given(SMALL)
def test_everybody_who_is_shown_can_be_recorded(protocol: Protocol) -> None:
    for patient in shown(reviewed(protocol, ignore=["TP110"])):
        assert all(value in values_of(protocol.quantities[name]) for name, value in patient)
        assert any(Judge(protocol, patient, selection).recordable for selection in combinations(protocol))


@settings(max_examples=40, deadline=None)
@given(SMALL)
def test_a_witness_of_two_opposites_is_never_found(protocol: Protocol) -> None:
    case = Case(protocol, InProcess(protocol), protocol.preferred)
    for population, target in questions(protocol):
        assert canonical(case, case.patients(population), case.said(target), case.said(Never(target))) is None


def shown(review: Review) -> list[Patient]:
    found = [region.witness for each in review.findings for region in each.regions]
    found += [each.witness for each in review.findings if each.witness]
    found += [each.member for each in review.proved if each.member]
    return [each.patient for each in found]
