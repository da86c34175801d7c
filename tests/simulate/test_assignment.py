"""A cohort is assigned as each of its patients is by the plain evaluator; missing and alike mean what they say."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings, strategies as st

from tests.agreement.strategies import World, recordable, worlds
from trialproof.model.condition import (
    AnyOf,
    Compare,
    Determined,
    Eligible,
    Named,
    Number,
    Product,
    Readings,
    Relation,
    Takes,
    Value,
    Yes,
)
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import (
    Choice,
    Criterion,
    Decision,
    Definition,
    Intent,
    NumberKind,
    Protocol,
    Quantity,
    Selection,
    Sentence,
    YesNoKind,
)
from trialproof.simulate.assignment import Assignment, assign, assign_patient
from trialproof.simulate.cohort import cohort_of
from trialproof.simulate.rational import TooManyBits


def flat(assignment: Assignment[Any]) -> dict[tuple[str, ...], object]:
    """Return every truth of an assignment under a name."""
    said: dict[tuple[str, ...], object] = {("alike",): assignment.alike}
    said |= {("eligible", side): getattr(assignment.eligible, side) for side in ("holds", "fails")}
    said |= {("failed", name): truth for name, truth in assignment.failed.items()}
    said |= {("unsettled", name): truth for name, truth in assignment.unsettled.items()}
    said |= {("missing", name): truth for name, truth in assignment.missing.items()}
    said |= {("otherwise", *name): truth for name, truth in assignment.otherwise.items()}
    for decision, fate in assignment.decisions.items():
        for status in ("outside", "settled", "short", "crowded", "undetermined"):
            said[decision, status] = getattr(fate, status)
        for choice, truth in fate.takes.items():
            said[decision, choice, "holds"], said[decision, choice, "fails"] = truth.holds, truth.fails
    return said


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_a_cohort_is_assigned_as_each_of_its_patients_is(world: World) -> None:
    try:
        together = flat(assign(world.protocol, cohort_of(world.protocol, world.patients), world.selection))
    except TooManyBits:
        event("too many bits")
        return
    for row, patient in enumerate(world.patients):
        alone = flat(assign_patient(world.protocol, patient, world.selection))
        size = len(world.patients)
        mine = {name: bool(np.broadcast_to(np.asarray(truth), size)[row]) for name, truth in together.items()}
        for name in mine.keys() | alone.keys():
            assert mine.get(name, False) == alone.get(name, False), (name, patient)


@settings(max_examples=100, deadline=None)
@given(worlds(patients=2))
def test_a_patient_is_assigned_as_the_plain_evaluator_says(world: World) -> None:
    for patient in world.patients:
        said = assign_patient(world.protocol, patient, world.selection)
        meaning = about(world.protocol, patient, world.selection)
        assert said.eligible == meaning.truth(Eligible())
        for criterion in world.protocol.criteria:
            truth = meaning.truth(criterion.rule)
            assert said.failed[criterion.id] is (truth.holds if criterion.excludes else truth.fails)
            assert said.unsettled[criterion.id] is not (truth.holds or truth.fails)
        for decision in world.protocol.decisions.values():
            fate, member = said.decisions[decision.name], meaning.truth(decision.population)
            takes = [meaning.truth(Takes(decision.name, each.name)) for each in decision.choices]
            least, most = sum(each.holds for each in takes), sum(not each.fails for each in takes)
            low, high = decision.bounds
            assert fate.outside is member.fails
            assert fate.settled is (member.holds and low <= least and most <= high)
            assert fate.short is (member.holds and most < low)
            assert fate.crowded is (member.holds and least > high)
            assert fate.outside + fate.settled + fate.short + fate.crowded + fate.undetermined == 1


def outcome(protocol: Protocol, patient: Patient, selection: Selection) -> object:
    """Say what a reading can change about a patient, in the words of the documentation."""
    meaning = about(protocol, patient, selection)
    said: list[object] = [meaning.truth(Eligible())]
    for decision in protocol.decisions.values():
        member = meaning.truth(decision.population)
        takes = [meaning.truth(Takes(decision.name, each.name)) for each in decision.choices]
        said.append("outside" if member.fails else (member, takes))
    return said


@settings(max_examples=150, deadline=None)
@given(worlds(patients=2))
def test_readings_differ_for_whom_the_outcome_is_another_one(world: World) -> None:
    protocol, sentences = world.protocol, world.protocol.sentences
    assume(0 < protocol.combinations <= 64)
    for patient in world.patients:
        said, mine = assign_patient(protocol, patient, world.selection), outcome(protocol, patient, world.selection)
        for (sentence, reading), differs in said.otherwise.items():
            assert differs is (outcome(protocol, patient, {**world.selection, sentence: reading}) != mine)
        assert len(said.otherwise) == sum(len(each.readings) - 1 for each in sentences.values())
        if said.alike:
            event("alike")
            for readings in product(*(each.readings for each in sentences.values())):
                assert outcome(protocol, patient, dict(zip(sentences, readings, strict=True))) == mine


@settings(max_examples=150, deadline=None)
@given(worlds(asks=False, patients=2), st.data())
def test_recording_anything_but_what_is_missing_settles_nothing(world: World, data: st.DataObject) -> None:
    protocol = world.protocol
    for patient in world.patients:
        said, record = assign_patient(protocol, patient, world.selection), patient.as_dict()
        waited = {name for name, truth in said.missing.items() if truth}
        assert not waited & record.keys()
        for name in waited:
            assert not about(protocol, patient, world.selection).applies(name).fails
        others = [each for each in protocol.quantities.values() if each.name not in waited | record.keys()]
        more = {each.name: data.draw(recordable(each, set())) for each in others}
        later = assign_patient(protocol, Patient.of({**record, **more}), world.selection)
        if not said.eligible.holds and not said.eligible.fails:
            event("undetermined eligibility")
            assert later.eligible == said.eligible
        for name, fate in said.decisions.items():
            if fate.undetermined:
                event("undetermined decision")
                assert later.decisions[name].undetermined


def yes_or_no(*names: str) -> dict[str, Quantity]:
    return {name: Quantity(name, YesNoKind()) for name in names}


def missing_of(protocol: Protocol, **record: bool | Fraction) -> set[str]:
    said = assign_patient(protocol, Patient.of(record))
    return {name for name, truth in said.missing.items() if truth}


def test_a_criterion_is_not_waited_for_where_another_rules_the_patient_out() -> None:
    protocol = Protocol(
        "two criteria", yes_or_no("a", "b"), inclusion=(Criterion("I1", Yes("a")), Criterion("I2", Yes("b")))
    )
    assert missing_of(protocol) == {"a", "b"}
    assert missing_of(protocol, a=True) == {"b"}
    assert missing_of(protocol, a=False) == set()


def test_a_quantity_that_does_not_apply_is_not_missing_and_one_that_may_apply_is() -> None:
    quantities = yes_or_no("a") | {"b": Quantity("b", YesNoKind(), applies_if=Yes("a"))}
    protocol = Protocol("chain", quantities, inclusion=(Criterion("I1", Yes("b")),))
    assert missing_of(protocol) == {"a", "b"}
    assert missing_of(protocol, a=True) == {"b"}
    assert missing_of(protocol, a=False) == set()
    assert missing_of(protocol, b=True) == {"a"}


def test_a_later_choice_is_not_waited_for_under_first_match() -> None:
    choices = (Choice("one", Yes("a")), Choice("two", Yes("b")))
    decision = Decision("x", choices, intent=Intent.FIRST_MATCH)
    assert missing_of(Protocol("first", yes_or_no("a", "b"), decisions={"x": decision}), b=True) == {"a"}
    assert missing_of(Protocol("first", yes_or_no("a", "b"), decisions={"x": decision}), a=True) == set()


def test_a_name_used_again_and_again_is_looked_at_once() -> None:
    definitions: dict[str, Definition] = {"d0": Definition("d0", Yes("a"))}
    for index in range(1, 45):
        below = Named(f"d{index - 1}")
        rule = Readings(f"s{index}", (("one", below), ("two", below))) if index < 3 else below
        definitions[f"d{index}"] = Definition(f"d{index}", rule, applies_if=below)
    sentences = {f"s{index}": Sentence(f"s{index}", ("one", "two"), "one") for index in (1, 2)}
    inclusion = (Criterion("I1", Named("d44")),)
    protocol = Protocol("tower", yes_or_no("a"), definitions, inclusion=inclusion, sentences=sentences)
    assert missing_of(protocol) == {"a"}


def test_a_rule_that_asks_what_is_undetermined_is_never_said_to_be_alike() -> None:
    """Whatever the reading, the operand is undetermined; under each reading it is determined, to the contrary."""
    read = Readings("s", (("one", Yes("a")), ("two", Yes("b"))))
    protocol = Protocol(
        "asks", yes_or_no("a", "b"), inclusion=(Criterion("I1", Determined(read)),),
        sentences={"s": Sentence("s", ("one", "two"), "one")},
    )  # fmt: skip
    assert not assign_patient(protocol, Patient.of({"a": True, "b": False})).alike


def test_two_readings_that_change_nothing_alone_are_not_said_to_be_alike() -> None:
    """Either sentence alone can be read otherwise; both together let nobody in."""
    read = [Readings(name, (("one", Yes("a")), ("two", Yes("b")))) for name in "st"]
    protocol = Protocol(
        "pair",
        yes_or_no("a", "b"),
        inclusion=(Criterion("I1", AnyOf(tuple(read))),),
        sentences={name: Sentence(name, ("one", "two"), "one") for name in "st"},
    )
    said = assign_patient(protocol, Patient.of({"a": True, "b": False}))
    assert not any(said.otherwise.values())
    assert not said.alike
    assert assign_patient(protocol, Patient.of({"a": True, "b": True})).alike


def test_a_protocol_without_readings_is_alike_for_everybody() -> None:
    protocol = Protocol("plain", yes_or_no("a"), inclusion=(Criterion("I1", Yes("a")),))
    assert assign_patient(protocol, Patient.of({})).alike


def test_what_needs_too_many_bits_is_refused_and_never_wraps() -> None:
    wide = NumberKind(Fraction(0), Fraction(10**12))
    quantities = {name: Quantity(name, wide) for name in ("a", "b")}
    rule = Compare(Product((Value("a"), Value("b"))), Relation.GT, Number(Fraction(1)))
    protocol = Protocol("wide", quantities, inclusion=(Criterion("I1", rule),))
    cohort = cohort_of(protocol, [Patient.of({"a": Fraction(10**12), "b": Fraction(10**12)})])
    with pytest.raises(TooManyBits):
        assign(protocol, cohort)
