"""Laws that the meaning of rules obeys, whatever the protocol and the patient."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

from hypothesis import assume, event, given, settings, strategies as st

from tests.agreement.strategies import World, recordable, subjects, thresholds_of, worlds
from trialproof.model.condition import AllOf, AnyOf, Condition, Count, IfThen, Not, Takes, Tally
from trialproof.model.meaning import WHATEVER, Meaning, Truth
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Intent


def meanings(world: World) -> list[Meaning[bool, Fraction]]:
    return [about(world.protocol, patient, world.selection) for patient in world.patients]


def assert_same(world: World, left: Condition, right: Condition) -> None:
    for meaning in meanings(world):
        assert meaning.truth(left) == meaning.truth(right)


@settings(max_examples=120, deadline=None)
@given(worlds(asks=False, patients=1), st.data())
def test_recording_a_missing_value_never_turns_a_determined_truth_around(world: World, data: st.DataObject) -> None:
    (patient,) = world.patients
    missing = [name for name in world.protocol.quantities if name not in patient.as_dict()]
    assume(missing)
    quantity = world.protocol.quantities[data.draw(st.sampled_from(missing))]
    thresholds = thresholds_of([*world.protocol.rules(), *world.conditions, world.term])
    value = data.draw(recordable(quantity, thresholds.get(quantity.name, set())))
    before = about(world.protocol, patient, world.selection)
    after = about(world.protocol, Patient.of({**patient.as_dict(), quantity.name: value}), world.selection)
    for condition in (*world.conditions, *subjects(world.protocol)):
        then, now = before.truth(condition), after.truth(condition)
        assert now == then or then == Truth(holds=False, fails=False), condition
    for decision in world.protocol.decisions.values():
        assert after.settled(decision) or not before.settled(decision)
    number = before.number(world.term)
    assert not number.known or after.number(world.term) == number


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_two_denials_cancel(world: World) -> None:
    for condition in world.conditions:
        assert_same(world, Not(Not(condition)), condition)


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_de_morgan(world: World) -> None:
    every, some = AllOf(world.conditions), AnyOf(world.conditions)
    denied = tuple(Not(condition) for condition in world.conditions)
    assert_same(world, Not(every), AnyOf(denied))
    assert_same(world, Not(some), AllOf(denied))


@settings(max_examples=30, deadline=None)
@given(worlds())
def test_if_then_is_said_with_or(world: World) -> None:
    premise, conclusion, _ = world.conditions
    assert_same(world, IfThen(premise, conclusion), AnyOf((Not(premise), conclusion)))


@settings(max_examples=30, deadline=None)
@given(worlds(), st.integers(-1, 4))
def test_counting_is_said_with_and_and_or(world: World, number: int) -> None:
    some = world.conditions
    enough = AnyOf(tuple(AllOf(each) for each in combinations(some, max(number, 0))))
    too_many = AnyOf(tuple(AllOf(each) for each in combinations(some, max(number + 1, 0))))
    assert_same(world, Count(Tally.AT_LEAST, number, some), enough)
    assert_same(world, Count(Tally.AT_MOST, number, some), Not(too_many))
    assert_same(world, Count(Tally.EXACTLY, number, some), AllOf((enough, Not(too_many))))


@settings(max_examples=60, deadline=None)
@given(worlds(intents=[Intent.FIRST_MATCH]))
def test_the_first_match_is_a_rule_that_holds_where_all_earlier_ones_fail(world: World) -> None:
    for decision in world.protocol.decisions.values():
        for index, choice in enumerate(decision.choices):
            earlier = tuple(Not(each.rule) for each in decision.choices[:index])
            assert_same(world, Takes(decision.name, choice.name), AllOf((*earlier, choice.rule)))
        for meaning in meanings(world):
            held = [meaning.truth(Takes(decision.name, choice.name)).holds for choice in decision.choices]
            assert sum(held) <= 1
            assert meaning.settled(decision) == any(held)


@settings(max_examples=80, deadline=None)
@given(worlds(asks=False, patients=2))
def test_what_is_so_whichever_way_the_sentences_are_read_is_so_under_every_combination(world: World) -> None:
    sentences = world.protocol.sentences
    assume(sentences)
    every = [dict(zip(sentences, each, strict=True)) for each in product(*(s.readings for s in sentences.values()))]
    for patient in world.patients:
        whatever = about(world.protocol, patient, dict.fromkeys(sentences, WHATEVER))
        alone = [about(world.protocol, patient, selection) for selection in every[:16]]
        for condition in (*world.conditions, *subjects(world.protocol)):
            truth = whatever.truth(condition)
            if truth.holds or truth.fails:
                event("determined")
                assert {meaning.truth(condition) for meaning in alone} == {truth}
        number = whatever.number(world.term)
        if number.known:
            assert {meaning.number(world.term) for meaning in alone} == {number}
