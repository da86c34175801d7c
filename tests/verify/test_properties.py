"""Each property is so of exactly the patients whom its definition names, patient by patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import event, given, settings

from tests.agreement.naive import Naive
from tests.agreement.strategies import World, worlds
from tests.verify.everyone import Judge
from trialproof.model.condition import EVERYONE, NOBODY, Condition, Yes
from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Choice, Decision, Fact, Intent, Protocol, Quantity, YesNoKind
from trialproof.verify.properties import (
    clash,
    complete,
    facts,
    gap,
    member,
    overlap,
    reached,
    recordable,
    settled,
    undetermined,
    unsettled,
)
from trialproof.verify.statement import Fixed, How, Statement, Who, judge


def is_so(statement: Statement, protocol: Protocol, patient: Patient, selection: Mapping[str, str]) -> bool:
    def world(who: Who, how: How) -> Meaning[bool, Fraction]:
        assert isinstance(who, Patient)
        assert isinstance(how, Fixed)
        return about(protocol, who, how.as_dict())

    return judge(statement, world, patient, Fixed.of(selection))


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_the_fates_of_a_patient_are_those_of_counting_choices(world: World) -> None:
    for patient in world.patients:
        naive = Naive(world.protocol, patient, world.selection)
        for decision in world.protocol.decisions.values():
            fate = naive.fate(decision)
            event(fate)
            said = {
                "gap": gap(decision),
                "overlap": overlap(decision),
                "settled": settled(decision),
                "undetermined": undetermined(decision),
            }
            so = [name for name, each in said.items() if is_so(each, world.protocol, patient, world.selection)]
            assert so == [fate]
            open_to_question = is_so(unsettled(decision), world.protocol, patient, world.selection)
            assert open_to_question == (fate != "settled")


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_who_belongs_reaches_and_clashes_is_who_the_plain_evaluator_says(world: World) -> None:
    for patient in world.patients:
        someone = Judge(world.protocol, patient, world.selection)
        for decision in world.protocol.decisions.values():
            names, held = [each.name for each in decision.choices], someone.holding(decision)
            belongs = someone.member(decision)
            assert is_so(member(decision), world.protocol, patient, world.selection) == belongs
            for name in names:
                found = is_so(reached(decision, name), world.protocol, patient, world.selection)
                assert found == (belongs and name in held)
                assert is_so(clash(decision, (name,)), world.protocol, patient, world.selection) == (held == (name,))
            assert is_so(clash(decision, held), world.protocol, patient, world.selection)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_who_can_be_recorded_has_complete_data_and_breaks_no_fact(world: World) -> None:
    protocol = replace(world.protocol, facts=tuple(Fact(each, "so it is") for each in world.conditions[:2]))
    for patient in world.patients:
        someone = Judge(protocol, patient, world.selection)
        event(f"recordable: {someone.recordable}")
        assert is_so(recordable(protocol), protocol, patient, world.selection) == someone.recordable
        for fact, statement in zip(protocol.facts, facts(protocol), strict=True):
            so = is_so(statement, protocol, patient, world.selection)
            assert so == (someone.judge(fact.rule) is not False)
        for quantity in protocol.quantities.values():
            missing = someone.judge(quantity.applies_if) is True and quantity.name not in patient.as_dict()
            assert is_so(complete(quantity), protocol, patient, world.selection) != missing


NOBODY_ELSE = Patient(())
HERE, GONE, OPEN = EVERYONE, NOBODY, Yes("unrecorded")


@pytest.mark.parametrize(
    ("intent", "rules", "fate"),
    [
        (Intent.EXACTLY_ONE, (GONE, GONE), "gap"),
        (Intent.EXACTLY_ONE, (HERE, GONE), "settled"),
        (Intent.EXACTLY_ONE, (HERE, HERE), "overlap"),
        (Intent.EXACTLY_ONE, (HERE, OPEN), "undetermined"),
        (Intent.EXACTLY_ONE, (GONE, OPEN), "undetermined"),
        (Intent.AT_MOST_ONE, (GONE, GONE), "settled"),
        (Intent.AT_MOST_ONE, (GONE, OPEN), "settled"),
        (Intent.AT_MOST_ONE, (OPEN, OPEN), "undetermined"),
        (Intent.AT_MOST_ONE, (HERE, HERE, OPEN), "overlap"),
        (Intent.AT_LEAST_ONE, (GONE, GONE), "gap"),
        (Intent.AT_LEAST_ONE, (HERE, HERE), "settled"),
        (Intent.AT_LEAST_ONE, (HERE, OPEN), "settled"),
        (Intent.AT_LEAST_ONE, (GONE, OPEN), "undetermined"),
        (Intent.FIRST_MATCH, (GONE, GONE), "gap"),
        (Intent.FIRST_MATCH, (HERE, HERE), "settled"),
        (Intent.FIRST_MATCH, (OPEN, HERE), "undetermined"),
        (Intent.ANY, (OPEN, HERE), "settled"),
        (Intent.ANY, (GONE, GONE), "settled"),
    ],
)
def test_an_intent_says_how_many_choices_are_too_few_and_too_many(
    intent: Intent, rules: tuple[Condition, ...], fate: str
) -> None:
    choices = tuple(Choice(f"choice{at}", rule) for at, rule in enumerate(rules))
    decision = Decision("arm", choices, EVERYONE, intent)
    protocol = Protocol("one", {"unrecorded": Quantity("unrecorded", YesNoKind())}, decisions={"arm": decision})
    for name, statement in (("gap", gap), ("overlap", overlap), ("settled", settled), ("undetermined", undetermined)):
        assert is_so(statement(decision), protocol, NOBODY_ELSE, {}) == (name == fate)
