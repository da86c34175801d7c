"""A desk: who starts when, told as small stories, and held against the recursions of queueing theory."""

from __future__ import annotations

import heapq
from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trialproof.simulate.trial.calendar import Ints, calendar
from trialproof.simulate.trial.clock import Clock
from trialproof.simulate.trial.contract import ARRIVE, DAY, END_SCAN
from trialproof.simulate.trial.desk import Desk
from trialproof.simulate.trial.patient import Process

MONDAY = date(2027, 1, 4)
NINE, FIVE = 540, 1020


class Scene:
    """A desk, and patients who come to it at stated minutes."""

    def __init__(self, *, rooms: int = 1, staff: int = 0, pauses: bool = False, around_the_clock: int = 0) -> None:
        self.clock = Clock()
        week, hours = (frozenset(range(7)), (0, DAY)) if around_the_clock else (frozenset(range(5)), (NINE, FIVE))
        days = calendar(MONDAY, around_the_clock or 30, week, [])
        opens, closes = hours
        self.desk = Desk(self.clock, days, 0, opens=opens, closes=closes, rooms=rooms, staff=staff, pauses=pauses)
        self.began: dict[int, int] = {}
        self.ended: dict[int, int] = {}

    def patient(
        self, number: int, minute: int, minutes: int, *, priority: int = 1, rooms: int = 1, staff: int = 0
    ) -> None:
        self.clock.process(self._patient(number, minute, minutes, priority, rooms, staff))

    def _patient(self, number: int, minute: int, minutes: int, priority: int, rooms: int, staff: int) -> Process:
        yield self.clock.at(minute, ARRIVE, number)
        turn = yield self.desk.ask(number, 0, minutes, priority=priority, rooms=rooms, staff=staff)
        if not turn:
            return
        self.began[number] = self.clock.now
        yield self.clock.at(self.desk.done_at(self.clock.now, minutes), END_SCAN, number)
        self.ended[number] = self.clock.now
        self.desk.give_back(rooms=rooms, staff=staff)

    def play(self, until: int = 30 * DAY) -> dict[int, int]:
        self.clock.run(until=until)
        return self.began


def test_who_comes_before_opening_starts_at_opening() -> None:
    scene = Scene()
    scene.patient(1, 100, 30)
    assert scene.play() == {1: NINE}


def test_who_comes_on_friday_evening_starts_on_monday() -> None:
    scene = Scene()
    scene.patient(1, 4 * DAY + FIVE, 30)
    assert scene.play() == {1: 7 * DAY + NINE}


def test_nobody_starts_who_would_not_be_done_by_closing() -> None:
    scene = Scene()
    scene.patient(1, FIVE - 29, 30)
    scene.patient(2, DAY + FIVE - 30, 30)
    assert scene.play() == {1: DAY + NINE, 2: DAY + FIVE - 30}


def test_a_short_task_overtakes_a_long_one_that_no_longer_fits() -> None:
    scene = Scene()
    scene.patient(1, FIVE - 60, 90)
    scene.patient(2, FIVE - 50, 20)
    assert scene.play() == {1: DAY + NINE, 2: FIVE - 50}


def test_the_urgent_go_first_then_who_asked_first_then_the_lower_number() -> None:
    scene = Scene()
    scene.patient(5, 600, 10)
    scene.patient(4, 605, 10)
    scene.patient(3, 606, 10)
    scene.patient(2, 606, 10)
    scene.patient(1, 607, 10, priority=0)
    assert sorted(scene.play(), key=scene.began.__getitem__) == [5, 1, 4, 2, 3]


def test_an_infusion_waits_for_chair_and_nurse_and_holds_neither_meanwhile() -> None:
    scene = Scene(rooms=2, staff=1)
    scene.patient(1, 600, 60, rooms=0, staff=1)
    scene.patient(2, 601, 30, rooms=1, staff=1)
    scene.patient(3, 602, 30, rooms=2, staff=0)
    assert scene.play() == {1: 600, 3: 602, 2: 660}


def test_a_desk_that_pauses_goes_on_the_next_morning() -> None:
    scene = Scene(pauses=True)
    scene.patient(1, 4 * DAY + FIVE - 60, 100)
    scene.patient(2, 4 * DAY + FIVE - 50, 10)
    assert scene.play() == {1: 4 * DAY + FIVE - 60, 2: 7 * DAY + NINE + 40}
    assert scene.ended[1] == 7 * DAY + NINE + 40


def test_who_leaves_loses_his_place_and_the_next_one_moves_up() -> None:
    scene = Scene()
    for number in (1, 2, 3):
        scene.patient(number, 600 + number, 30)
    scene.clock.at(620, ARRIVE, 9).callbacks.append(lambda _: scene.desk.withdraw(2))
    assert scene.play() == {1: 601, 3: 631}


def waits_by_recursion(arrivals: Ints, services: Ints, servers: int) -> Ints:
    """First come, first served: each goes to the server that is free first (Kiefer and Wolfowitz)."""
    free = [0] * servers
    waits = []
    for arrival, service in zip(arrivals.tolist(), services.tolist(), strict=True):
        start = max(arrival, heapq.heappop(free))
        heapq.heappush(free, start + service)
        waits.append(start - arrival)
    return np.array(waits)


def simulated_waits(arrivals: Ints, services: Ints, servers: int) -> Ints:
    scene = Scene(rooms=servers, pauses=True, around_the_clock=int(arrivals[-1] // DAY) + 400)

    def customers() -> Process:
        for number, minute in enumerate(arrivals.tolist()):
            yield scene.clock.at(minute, ARRIVE, number)
            scene.clock.process(served(number, int(services[number])))

    def served(number: int, minutes: int) -> Process:
        yield scene.desk.ask(number, 0, minutes, priority=1)
        scene.began[number] = scene.clock.now
        yield scene.clock.at(scene.desk.done_at(scene.clock.now, minutes), END_SCAN, number)
        scene.desk.give_back(rooms=1)

    scene.clock.process(customers())
    scene.clock.run()
    return np.array([scene.began[number] for number in range(len(arrivals))]) - arrivals


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("deterministic", [False, True])
def test_around_the_clock_a_desk_is_the_queue_of_the_textbook_to_the_minute(servers: int, deterministic: bool) -> None:
    rng = np.random.default_rng(3)
    arrivals = rng.exponential(100, 5000).cumsum().astype(np.int64)
    chances = rng.exponential(80 * servers, 5000).astype(np.int64) + 1
    services = np.full(5000, 60 * servers) if deterministic else chances
    simulated, expected = (f(arrivals, services, servers) for f in (simulated_waits, waits_by_recursion))
    assert simulated.tolist() == expected.tolist()


def mean_and_error(waits: NDArray[Any], batches: int = 40) -> tuple[float, float]:
    """Batch means: the mean and its standard error."""
    means = waits[: len(waits) // batches * batches].reshape(batches, -1).mean(1)
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(batches))


def test_batch_means_know_their_own_error() -> None:
    mean, error = mean_and_error(np.random.default_rng(0).normal(5, 2, 40_000))
    assert abs(mean - 5) < 4 * error
    assert error == pytest.approx(0.01, rel=0.4)


