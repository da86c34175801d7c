"""The plain evaluator says what a second one says that was written from the words alone."""

from __future__ import annotations

from hypothesis import event, given, settings

from tests.agreement.naive import Naive, Opinion
from tests.agreement.strategies import World, subjects, worlds
from trialproof.model.meaning import Truth
from trialproof.model.patient import about


def opinion(truth: Truth[bool]) -> Opinion:
    assert not (truth.holds and truth.fails)
    return truth.holds if truth.holds or truth.fails else None


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_every_condition_is_judged_alike(world: World) -> None:
    for patient in world.patients:
        plain, naive = about(world.protocol, patient, world.selection), Naive(world.protocol, patient, world.selection)
        for condition in (*world.conditions, *subjects(world.protocol)):
            judged = opinion(plain.truth(condition))
            event(f"judged {judged}")
            assert judged == naive.judge(condition), condition


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_every_number_and_quantity_is_known_alike(world: World) -> None:
    for patient in world.patients:
        plain, naive = about(world.protocol, patient, world.selection), Naive(world.protocol, patient, world.selection)
        number = plain.number(world.term)
        assert (number.value if number.known else None) == naive.measure(world.term)
        for name, quantity in world.protocol.quantities.items():
            assert opinion(plain.applies(name)) == naive.judge(quantity.applies_if)
            assert plain.known(name) == (naive.value_of(name) is not None)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_settled_means_neither_gap_nor_overlap_nor_undetermined(world: World) -> None:
    for patient in world.patients:
        plain, naive = about(world.protocol, patient, world.selection), Naive(world.protocol, patient, world.selection)
        for decision in world.protocol.decisions.values():
            assert plain.settled(decision) == (naive.fate(decision) == "settled")
