"""A cohort says of each of its patients what the plain evaluator says of that patient alone."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import numpy as np
from hypothesis import event, given, settings

from tests.agreement.strategies import World, subjects, worlds
from trialproof.model.patient import about
from trialproof.simulate.cohort import among, cohort_of, evaluate, patients_of, spread
from trialproof.simulate.rational import Exact, TooManyBits


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_every_condition_and_decision_is_judged_alike(world: World) -> None:
    cohort = cohort_of(world.protocol, world.patients)
    alone = [about(world.protocol, patient, world.selection) for patient in world.patients]
    for condition in (*world.conditions, *subjects(world.protocol)):
        try:
            together = evaluate(world.protocol, cohort, condition, world.selection)
        except TooManyBits:
            event("too many bits")
            continue
        assert not (together.holds & together.fails).any()
        assert together.holds.tolist() == [meaning.truth(condition).holds for meaning in alone]
        assert together.fails.tolist() == [meaning.truth(condition).fails for meaning in alone]
    for decision in world.protocol.decisions.values():
        with suppress(TooManyBits):
            settled = spread(among(world.protocol, cohort, world.selection).settled(decision), cohort.size)
            assert settled.tolist() == [meaning.settled(decision) for meaning in alone]


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_every_number_is_the_same_fraction(world: World) -> None:
    cohort = cohort_of(world.protocol, world.patients)
    try:
        together = among(world.protocol, cohort, world.selection).number(world.term)
    except TooManyBits:
        event("too many bits")
        return
    alone = [about(world.protocol, patient, world.selection).number(world.term) for patient in world.patients]
    known = spread(together.known, cohort.size).tolist()
    assert known == [number.known for number in alone]
    for row, number in enumerate(alone):
        assert not number.known or element(together.value, row, cohort.size) == number.value


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_a_cohort_gives_its_patients_back(world: World) -> None:
    assert patients_of(cohort_of(world.protocol, world.patients)) == list(world.patients)


def element(number: Exact, row: int, size: int) -> Fraction:
    top, bottom = np.broadcast_to(number.top.value, size)[row], np.broadcast_to(number.bottom.value, size)[row]
    assert bottom > 0
    assert number.top.low <= top <= number.top.high
    assert number.bottom.low <= bottom <= number.bottom.high
    return Fraction(int(top), int(bottom))
