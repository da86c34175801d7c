"""A rule that was written out says of a cohort what the carrier of the cohort itself says, and is worked out once."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import event, given, settings

from tests.agreement.strategies import World, subjects, worlds
from trialproof.model.condition import AllOf, AnyOf, Condition, Not, Yes
from trialproof.model.meaning import Meaning
from trialproof.model.protocol import Protocol, Quantity, YesNoKind
from trialproof.simulate.assignment import fate_of
from trialproof.simulate.cohort import Cohort, ManyPatients, among, cohort_of, spread
from trialproof.simulate.column import Column
from trialproof.simulate.rational import TooManyBits
from trialproof.simulate.worksheet import Book, Formula, Step, Worksheet, Writer

FLAGS = Protocol("flags", {name: Quantity(name, YesNoKind()) for name in "abc"})


def written(protocol: Protocol, selection: dict[str, str] | None = None) -> Meaning[Formula, Step]:
    return Meaning(protocol, Writer(Book(), selection or {}))


def flags(**columns: list[bool]) -> Cohort:
    (size,) = {len(each) for each in columns.values()}
    return Cohort(FLAGS, {name: Column(np.array(each)) for name, each in columns.items()}, size)


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_every_rule_says_the_same_as_without_being_written_out(world: World) -> None:
    """One book for two readings, and one sheet for all rules: what they share must be the same in both."""
    cohort = cohort_of(world.protocol, world.patients)
    book, sheet = Book(), Worksheet(cohort)
    for selection in (dict(world.protocol.preferred), dict(world.selection)):
        meaning, direct = Meaning(world.protocol, Writer(book, selection)), among(world.protocol, cohort, selection)
        for condition in (*world.conditions, *subjects(world.protocol)):
            truth = meaning.truth(condition)
            try:
                expected = direct.truth(condition)
                found = sheet.flags(truth.holds), sheet.flags(truth.fails)
            except TooManyBits:
                event("too many bits")
                continue
            assert np.array_equal(found[0], spread(expected.holds, cohort.size))
            assert np.array_equal(found[1], spread(expected.fails, cohort.size))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_fate_is_the_same(world: World) -> None:
    cohort = cohort_of(world.protocol, world.patients)
    meaning = Meaning(world.protocol, Writer(Book(), world.selection))
    for decision in world.protocol.decisions.values():
        try:
            expected = fate_of(among(world.protocol, cohort, world.selection), decision)
            found = Worksheet(cohort).fate(fate_of(meaning, decision))
        except TooManyBits:
            event("too many bits")
            continue
        for name, truth in expected.takes.items():
            assert np.array_equal(spread(found.takes[name].holds, 4), spread(truth.holds, 4))
            assert np.array_equal(spread(found.takes[name].fails, 4), spread(truth.fails, 4))
        for each in fields(expected)[1:]:
            one, other = (spread(getattr(fate, each.name), cohort.size) for fate in (found, expected))
            assert np.array_equal(one, other), each.name


def test_what_two_rules_share_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def overhear(carrier: ManyPatients, quantity: str) -> object:
        asked.append(quantity)
        return yes(carrier, quantity)

    yes = ManyPatients.yes
    monkeypatch.setattr(ManyPatients, "yes", overhear)
    meaning, sheet = written(FLAGS), Worksheet(flags(a=[True, False], b=[True, True], c=[False, True]))
    shared = AllOf((Yes("a"), Yes("b")))
    rules: list[Condition] = [shared, Not(shared), AnyOf((shared, Yes("c"))), AllOf((Yes("a"), Yes("b"), Yes("b")))]
    found = [sheet.flags(meaning.truth(each).holds).tolist() for each in rules]
    assert found == [[True, False], [False, True], [True, True], [True, False]]
    assert asked == ["a", "b", "c"]


def test_nothing_is_worked_out_that_nobody_asks_for() -> None:
    """A column that comes later is seen by who asks later."""
    meaning, sheet = written(FLAGS), Worksheet(flags(a=[True, False]))
    first, later = (meaning.truth(Yes(name)).holds for name in "ab")
    assert sheet.flags(first).tolist() == [True, False]
    sheet.continue_with(flags(a=[False, True], b=[False, True]))
    assert sheet.flags(first).tolist() == [True, False]
    assert sheet.flags(later).tolist() == [False, True]


def test_what_is_certain_of_everybody_is_no_step() -> None:
    carrier = Writer(Book(), {})
    step = carrier.yes("a")
    assert carrier.every([]) is True
    assert carrier.some([]) is False
    assert carrier.every([step, False]) is False
    assert carrier.some([True, step]) is True
    assert carrier.every([True, step, step]) is step
    assert carrier.some([step, False]) is step
    assert carrier.negate(carrier.negate(step)) is step
    assert carrier.negate(True) is False
    assert carrier.every([step, carrier.yes("b")]) is carrier.every([carrier.yes("a"), carrier.yes("b"), True])
