"""The engine against what theory says of it, wherever the department comes down to a queue with a known law.

`test_desk` shows that a desk around the clock is the recursion of the textbook to the minute. Here the recursion is run
on as many customers as it takes to notice a bias of five per cent in waits, and desks as a system with losses.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from math import sqrt

import numpy as np
import pytest

from tests.simulate.trial.scene import MONDAY, world
from tests.simulate.trial.test_desk import mean_and_error, waits_by_recursion
from trialproof.simulate.trial import contract as c
from trialproof.simulate.trial.calendar import Ints, calendar
from trialproof.simulate.trial.clock import Clock
from trialproof.simulate.trial.contract import ARRIVE, DAY, END_SCAN, Draws, Ledger, World
from trialproof.simulate.trial.desk import Desk
from trialproof.simulate.trial.engine import run
from trialproof.simulate.trial.patient import Process
from trialproof.simulate.twins.load import daily_fractions, weekly_fractions
from trialproof.simulate.twins.queues import ExponentialService, FixedService, erlang_b

SERVICE = 1000


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("utilisation", [0.4, 0.6])
@pytest.mark.parametrize("law", [ExponentialService, FixedService])
def test_waits_are_those_of_the_law(
    law: type[ExponentialService | FixedService], utilisation: float, servers: int
) -> None:
    customers = 600_000
    rng = np.random.default_rng(7)
    rate = utilisation * servers / SERVICE
    arrivals = rng.exponential(1 / rate, customers).cumsum().astype(np.int64)
    random = np.maximum(np.rint(rng.exponential(SERVICE, customers)), 1).astype(np.int64)
    services = random if law is ExponentialService else np.full(customers, SERVICE)
    waits = waits_by_recursion(arrivals, services, servers)
    expected = law(servers, rate, SERVICE)
    mean, error = mean_and_error(waits)
    assert 4 * error < 0.06 * expected.mean_wait
    assert abs(mean - expected.mean_wait) < 4 * error
    late, its_error = mean_and_error(waits > SERVICE)
    assert abs(late - expected.longer_than(SERVICE)) < 4 * its_error


@pytest.mark.parametrize("servers", [1, 4])
def test_who_will_not_wait_is_lost_as_erlang_says(servers: int) -> None:
    customers = 60_000
    rng = np.random.default_rng(5)
    offered = 0.7 * servers
    arrivals = rng.exponential(SERVICE / offered, customers).cumsum().astype(np.int64)
    services = np.maximum(np.rint(rng.exponential(SERVICE, customers)), 1).astype(np.int64)
    lost = lost_at_a_desk(arrivals, services, servers)
    share, error = mean_and_error(lost)
    assert 4 * error < 0.06 * erlang_b(servers, offered)
    assert abs(share - erlang_b(servers, offered)) < 4 * error


def lost_at_a_desk(arrivals: Ints, services: Ints, servers: int) -> Ints:
    """1 for every customer who asks, is not served within the minute, and goes."""
    clock = Clock()
    days = calendar(MONDAY, int(arrivals[-1] // DAY) + 400, frozenset(range(7)), [])
    desk = Desk(clock, days, 0, opens=0, closes=DAY, rooms=servers, pauses=True)
    lost = np.ones(len(arrivals), np.int64)

    def customers() -> Process:
        for number, minute in enumerate(arrivals.tolist()):
            yield clock.at(minute, ARRIVE, number)
            clock.process(served(number, int(services[number])))
            clock.at(minute + 1, END_SCAN, number).callbacks.append(partial(goes, number))

    def goes(number: int, _: object) -> None:
        desk.withdraw(number)

    def served(number: int, minutes: int) -> Process:
        turn = yield desk.ask(number, 0, minutes, priority=1)
        if turn:
            lost[number] = 0
            yield clock.at(desk.done_at(clock.now, minutes), c.END_PLAN, number)
            desk.give_back(rooms=1)

    clock.process(customers())
    clock.run()
    return lost


def courses(patients: int, fractions: int, days: int, seed: int) -> tuple[World, Draws]:
    """Patients who come at random minutes to a department that never turns anybody away."""
    plan = calendar(MONDAY, days, frozenset(range(5)), [])
    roomy = world(
        calendar=plan, target=patients, fractions=fractions, most_cycles=0, linac_minutes=[10**6], rooms=[[10**6] * 3]
    )
    rng = np.random.default_rng(seed)
    arrive = np.sort(rng.integers(0, days * DAY, patients))
    everybody = np.arange(patients)
    short = np.ones(patients, np.int64)
    draws = Draws(
        number=everybody,
        arrive=arrive,
        screening=short,
        failed=0 * short,
        arm=0 * short,
        patient=everybody,
        **dict.fromkeys(("course", "imaging", "factor", "consolidation"), 0 * short),
        **dict.fromkeys(("outlining", "planning", "checking", "reoutlining", "replanning"), short),
        drop=c.NEVER * short,
        no_show=np.zeros((patients, c.NO_SHOWS), np.int64),
        **dict.fromkeys(("infusion", "low", "delay"), np.zeros((patients, c.CYCLES), np.int64)),
        lost=np.zeros((1, days), np.int64),
        background=np.zeros((1, days), np.int64),
    )
    return roomy, draws


def fractions_by_day(ledger: Ledger, days: int) -> Ints:
    return np.bincount(ledger[ledger[:, 2] == c.L_FRACTION, 0] // DAY, minlength=days)


@pytest.mark.parametrize("fractions", [28, 30, 34])
def test_every_day_has_exactly_the_fractions_of_the_courses_that_were_begun(fractions: int) -> None:
    days = 300
    tables, draws = courses(400, fractions, days, seed=fractions)
    ledger = run(tables, draws)
    starts = ledger[(ledger[:, 2] == c.L_FRACTION) & (ledger[:, 4] == 1), 0] // DAY
    ready = np.bincount(starts, minlength=days).astype(np.float64)
    _, expected = daily_fractions(ready, fractions, tables.calendar)
    assert fractions_by_day(ledger, days).tolist() == expected.tolist()


@pytest.mark.parametrize("fractions", [28, 30, 34])
def test_weekday_load_under_poisson_arrivals_is_the_expected_one_to_one_percent(fractions: int) -> None:
    pytest.importorskip("numba")
    from trialproof.simulate.fast import tables as fast

    days, patients, replications = 720, 24_000, 9
    warm, whole_weeks = 70, 84 * 7  # later courses would outlast the calendar and are not begun
    per_week = Counter[int]()
    for seed in range(replications):
        counts = fractions_by_day(fast.run(*courses(patients, fractions, days, seed)), days)
        for day in range(warm, warm + whole_weeks):
            per_week[day % 7] += int(counts[day])
    weeks = replications * whole_weeks / 7
    # Whoever comes up to minute 1046 of an open day is scanned, planned and checked by closing, minute by minute; all
    # others are on the next open morning. The first fraction is on the next open day after that.
    rate, in_time = patients / days, 1047 / DAY
    planned = dict.fromkeys(range(5), rate * in_time)
    for weekday in range(7):
        late = rate * (1 - in_time) if weekday < 5 else rate
        planned[weekday + 1 if weekday < 4 else 0] += late
    starts = {(weekday + 1) % 5: courses_a_week for weekday, courses_a_week in planned.items()}
    expected = weekly_fractions(starts, fractions, range(5))
    for weekday in range(5):
        count = per_week[weekday] / weeks
        error = sqrt(expected[weekday] * fractions / weeks) / sqrt(5)
        assert error < 0.0025 * expected[weekday]
        assert count == pytest.approx(expected[weekday], rel=0.01)
