"""From a world and its draws to the tables of the compiled engine, and the one function that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.fast import layout as col
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import COLUMNS, DAY, DAY_UNIT, PHYSICS, Draws, Ledger, World

Minutes = NDArray[np.int32]


class EngineFault(RuntimeError):
    """The compiled engine gave up: a defect of it, never of a scenario."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What `kernel.replicate` takes, but for the ledger."""

    world: Ints
    calendar: Ints
    queue: Ints
    candidates: Ints
    patients: Ints
    desks: Ints
    others: Minutes
    lost: Minutes
    book: Minutes


def run(world: World, draws: Draws) -> Ledger:
    """Return the ledger of one replication, up to the end of the calendar. Raises `EngineFault`."""
    from trialproof.simulate.fast.kernel import replicate
    from trialproof.simulate.fast.ledger import sort

    made = tables(world, draws)
    ledger = np.empty((_most_rows(world, draws), col.LOG_COLS), np.int64)
    replicate(
        made.world,
        made.calendar,
        made.queue,
        made.candidates,
        made.patients,
        made.desks,
        made.others,
        made.lost,
        made.book,
        ledger,
    )
    fault = int(made.queue[col.Q_FAULT])
    if fault:
        raise EngineFault(col.FAULTS[fault])
    rows, spans = int(made.queue[col.Q_ROWS]), np.empty((world.calendar.days * DAY >> col.SPAN_BITS) + 2, np.int64)
    found = np.empty((rows, len(COLUMNS)), np.int64)
    sort(made.candidates, ledger, spans, np.empty(rows, np.int64), found)
    return found


def tables(world: World, draws: Draws) -> Tables:
    """Return the tables of one replication. Raises `EngineFault` for more candidates than a key has room for."""
    candidates = len(draws.number)
    if candidates > col.RANKS:
        raise EngineFault(f"there are {candidates} candidates, and there is room for {col.RANKS}")
    numbers, days, desks = _of_world(world)
    return Tables(
        numbers.copy(),
        days,
        _queue(world, candidates),
        _candidates(draws),
        _patients(world, draws),
        _desks(world, draws, desks),
        np.ascontiguousarray(draws.background, np.int32),
        np.ascontiguousarray(draws.lost, np.int32),
        np.zeros((*draws.lost.shape, 2), np.int32),
    )


@lru_cache(maxsize=2)
def _of_world(world: World) -> tuple[Ints, Ints, Ints]:
    """What is the same in every replication: the numbers of the scenario, the calendar, and how desks begin."""
    return _world(world), _calendar(world), _desk_rows(world)


def _world(world: World) -> Ints:
    ends = np.cumsum(world.linacs)
    parts = {
        col.W_SITES: np.column_stack([world.department, world.site_cap, world.site_cap]),
        col.W_ARMS: np.column_stack([world.arm_cap, world.arm_cap]),
        col.W_COURSES: np.column_stack([world.fractions, world.first_minutes, world.later_minutes]),
        col.W_DEPARTMENTS: np.column_stack(
            [
                ends - world.linacs,
                ends,
                world.linac_opens,
                world.linac_minutes,
                world.overtime,
                world.saturday_minutes,
            ]
        ),
    }
    rules = world.rules
    head = np.zeros(col.W_HEAD, np.int64)
    for at, value in {
        col.W_DAYS: world.calendar.days,
        col.W_WEEKDAY: world.calendar.weekday(0),
        col.W_TARGET: world.target,
        col.W_MISSED: rules.missed,
        col.W_LONGEST: rules.longest_days,
        col.W_LEAD: rules.lead_days,
        col.W_SCAN: rules.scan,
        col.W_NURSE: rules.nurse,
        col.W_INJECTION: rules.injection,
        col.W_INJECTION_DELAY: rules.injection_delay,
        col.W_CYCLE: rules.cycle_days,
        col.W_MOST: rules.most_cycles,
        col.W_DELAY: rules.delay_days,
        col.W_NADIR: rules.nadir_days,
        col.W_CONSOLIDATION: rules.consolidation_days,
        col.W_VISIT: rules.visit_days,
        col.W_VISITS: rules.visits,
        col.W_SITE_COUNT: len(world.department),
        col.W_ARM_COUNT: len(world.arm_cap),
    }.items():
        head[at] = value
    at = col.W_HEAD
    for where, part in parts.items():
        head[where] = at
        at += part.size
    return np.concatenate([head, *(part.ravel() for part in parts.values())]).astype(np.int64)


def _calendar(world: World) -> Ints:
    days = world.calendar.days
    table = np.zeros((days + 1, 3), np.int64)
    table[:days, col.C_OPEN] = world.calendar.open_day
    table[:, col.C_NEXT] = world.calendar.next_open
    table[:days, col.C_MAKE_UP] = world.calendar.make_up
    return table


def _desk_rows(world: World) -> Ints:
    table = np.zeros((3 * len(world.linacs), col.E_LIST), np.int64)
    table[:, col.E_OPENS] = world.desk_opens.ravel()
    table[:, col.E_CLOSES] = world.desk_closes.ravel()
    table[:, col.E_ALL_ROOMS] = world.rooms.ravel()
    table[DAY_UNIT::3, col.E_ALL_STAFF] = world.staff[:, DAY_UNIT]
    table[PHYSICS::3, col.E_PAUSES] = 1
    return table


def _queue(world: World, candidates: int) -> Ints:
    """Events that wait at once: an enrolment for each candidate, or a dozen things for each who is enrolled."""
    days, desks = world.calendar.days, 3 * len(world.linacs)
    most = candidates + 12 * min(candidates, world.target) + desks + 64
    at = {col.Q_DESKS: col.Q_HEAD}
    at[col.Q_TODAY_AT] = at[col.Q_DESKS] + desks
    at[col.Q_DAYS_AT] = at[col.Q_TODAY_AT] + most
    at[col.Q_LINKS_AT] = at[col.Q_DAYS_AT] + days
    queue = np.empty(at[col.Q_LINKS_AT] + 2 * most, np.int64)
    queue[col.Q_MOST] = most
    for where, begins in at.items():
        queue[where] = begins
    return queue


def _candidates(draws: Draws) -> Ints:
    from trialproof.simulate.fast.filling import fill_candidates

    order = np.argsort(draws.number, kind="stable")
    columns = (draws.number, draws.arrive, draws.screening, draws.failed, draws.arm, draws.patient)
    table = np.empty((len(order), col.X_COLS), np.int64)
    fill_candidates(order, *(np.ascontiguousarray(each) for each in columns), table)
    return table


def _patients(world: World, draws: Draws) -> Ints:
    from trialproof.simulate.fast.filling import fill_patients

    longest = int(world.fractions.max(initial=0))
    columns = (
        draws.course,
        draws.imaging,
        draws.factor,
        draws.consolidation,
        draws.outlining,
        draws.planning,
        draws.checking,
        draws.reoutlining,
        draws.replanning,
        draws.drop,
        draws.no_show,
        draws.infusion,
        draws.low,
        draws.delay,
    )
    table = np.empty((len(draws.patient), col.P_APPOINTMENTS + longest + 1), np.int64)
    fill_patients(*(np.ascontiguousarray(each) for each in columns), table)
    return table


def _desks(world: World, draws: Draws, rows: Ints) -> Ints:
    waiting = 12 * min(len(draws.patient), world.target) + 1
    table = np.empty((len(rows), col.E_LIST + col.LIST_COLS * waiting), np.int64)
    table[:, : col.E_LIST] = rows
    return table


def _most_rows(world: World, draws: Draws) -> int:
    """No patient has more rows than this: fractions missed again and again, visits, cycles, and a dozen others."""
    rules, enrolled = world.rules, min(len(draws.patient), world.target)
    fractions = int(world.fractions.max(initial=0))
    each = 3 * (fractions + 2 * rules.longest_days) + 12 * 8 + rules.visits + 30
    return min(len(draws.number) + enrolled * each, col.ROWS)
