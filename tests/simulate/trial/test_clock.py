"""The clock: within a minute things happen by kind and number, whatever the order in which they were asked for."""

from __future__ import annotations

from functools import partial
from itertools import permutations

import pytest

from trialproof.simulate.trial.clock import Clock, OutOfOrder
from trialproof.simulate.trial.contract import ARRIVE, ENROL, HAND_OUT
from trialproof.simulate.trial.patient import Process


def note(seen: list[tuple[int, int, int]], key: tuple[int, int, int], _: object) -> None:
    seen.append(key)


def test_ties_go_by_kind_and_then_by_number() -> None:
    keys = [(5, ARRIVE, 9), (5, ENROL, 1), (5, ENROL, 7), (5, HAND_OUT, 0)]
    for asked in permutations(keys):
        clock = Clock()
        seen: list[tuple[int, int, int]] = []
        for key in asked:
            clock.at(*key).callbacks.append(partial(note, seen, key))
        clock.run()
        assert seen == keys


def test_what_follows_at_once_comes_before_the_next_happening_of_the_minute() -> None:
    clock, seen = Clock(), []

    def first() -> Process:
        yield clock.at(5, ARRIVE, 1)
        clock.process(follower())

    def follower() -> Process:
        seen.append("follower")
        yield clock.at(5, HAND_OUT, 1)

    clock.process(first())
    clock.at(5, ARRIVE, 2).callbacks.append(lambda _: seen.append("next"))
    clock.run()
    assert seen == ["follower", "next"]


@pytest.mark.parametrize("key", [(5, ENROL, 3), (5, ENROL, 2), (5, ARRIVE, 9), (4, HAND_OUT, 0)])
def test_nothing_can_cause_what_should_have_happened_before_it(key: tuple[int, int, int]) -> None:
    clock = Clock()

    def process() -> Process:
        yield clock.at(5, ENROL, 3)
        clock.at(*key)

    clock.process(process())
    with pytest.raises(OutOfOrder, match="not later than its cause"):
        clock.run()
