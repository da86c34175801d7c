"""From a world and its draws to the tables of the compiled engine, and the one function that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.fast import layout as col
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import COLUMNS, DAY_UNIT, PHYSICS, Draws, Ledger, World

Book = NDArray[np.int32]


class EngineFault(RuntimeError):
    """The compiled engine gave up: a defect of it, never of a scenario."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What `kernel.replicate` takes, but for the ledger."""

    world: Ints
    calendar: Ints
    queue: Ints
    candidates: Ints
    order: Ints
    patients: Ints
    desks: Ints
    book: Book


def run(world: World, draws: Draws) -> Ledger:
    """Return the ledger of one replication, up to the end of the calendar. Raises `EngineFault`."""
    from trialproof.simulate.fast.filling import sort_ledger
    from trialproof.simulate.fast.kernel import replicate

    made = tables(world, draws)
    ledger = np.empty((_most_rows(world, draws), len(COLUMNS)), np.int64)
    replicate(
        made.world,
        made.calendar,
        made.queue,
        made.candidates,
        made.order,
        made.patients,
        made.desks,
        made.book,
        ledger,
    )
    fault = int(made.queue[col.Q_FAULT])
    if fault:
        raise EngineFault(col.FAULTS[fault])
    rows = np.empty((int(made.queue[col.Q_ROWS]), len(COLUMNS)), np.int64)
    sort_ledger(ledger, np.empty(world.calendar.days + 1, np.int64), np.empty((len(rows), 2), np.int64), rows)
    return rows


def tables(world: World, draws: Draws) -> Tables:
    """Return the tables of one replication. Raises `EngineFault` for more candidates than a key has room for."""
    candidates = len(draws.number)
    if candidates > col.RANKS:
        raise EngineFault(f"there are {candidates} candidates, and there is room for {col.RANKS}")
    by_number = np.argsort(draws.number, kind="stable")
    rank = np.empty(candidates, np.int64)
    rank[by_number] = np.arange(candidates)
    arrival = np.lexsort((draws.number, draws.arrive))
    numbers, days = _of_world(world)
    scenario = numbers.copy()
    scenario[col.W_CANDIDATES] = candidates
    return Tables(
        scenario,
        days,
        _queue(world, candidates),
        _candidates(draws, by_number),
        rank[arrival],
        _patients(world, draws),
        _desks(world, draws),
        _book(days, draws),
    )


@lru_cache(maxsize=2)
def _of_world(world: World) -> tuple[Ints, Ints]:
    """The tables that are the same in every replication: the numbers of the scenario, and the calendar."""
    return _world(world), _calendar(world)


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


def _queue(world: World, candidates: int) -> Ints:
    """Events that wait at once: an enrolment for each candidate, or a dozen things for each who is enrolled."""
    days, desks = world.calendar.days, 3 * len(world.linacs)
    most = candidates + 12 * min(candidates, world.target) + desks + 64
    sizes = {col.Q_DESKS: desks, col.Q_HEAP_AT: most, col.Q_LIST_AT: most, col.Q_DAYS_AT: days}
    sizes[col.Q_LINKS_AT] = 2 * most
    queue = np.zeros(col.Q_HEAD + sum(sizes.values()), np.int64)
    at = col.Q_HEAD
    for where, size in sizes.items():
        queue[where] = at
        at += size
    queue[col.Q_MOST] = most
    return queue


def _candidates(draws: Draws, by_number: Ints) -> Ints:
    number = draws.number[by_number]
    row = np.searchsorted(draws.patient, number)
    known = row < len(draws.patient)
    known[known] = draws.patient[row[known]] == number[known]
    columns = (number, draws.arrive[by_number], draws.screening[by_number], draws.failed[by_number])
    return np.column_stack([*columns, draws.arm[by_number], np.where(known, row, -1)]).astype(np.int64)


def _patients(world: World, draws: Draws) -> Ints:
    longest = int(world.fractions.max(initial=0))
    table = np.empty((len(draws.patient), col.P_APPOINTMENTS + longest + 1), np.int64)
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
    table[:, : col.P_STATE] = np.column_stack(columns)
    return table


def _desks(world: World, draws: Draws) -> Ints:
    desks = 3 * len(world.linacs)
    waiting = 12 * min(len(draws.patient), world.target) + 1
    table = np.empty((desks, col.E_LIST + col.LIST_COLS * waiting), np.int64)
    table[:, : col.E_LIST] = 0
    table[:, col.E_OPENS] = world.desk_opens.ravel()
    table[:, col.E_CLOSES] = world.desk_closes.ravel()
    table[:, col.E_ALL_ROOMS] = world.rooms.ravel()
    table[DAY_UNIT::3, col.E_ALL_STAFF] = world.staff[:, DAY_UNIT]
    table[PHYSICS::3, col.E_PAUSES] = 1
    return table


def _book(days: Ints, draws: Draws) -> Book:
    from trialproof.simulate.fast.filling import fill_book

    table = np.empty((*draws.background.shape, 4), np.int32)
    fill_book(days, np.ascontiguousarray(draws.background), np.ascontiguousarray(draws.lost), table)
    return table


def _most_rows(world: World, draws: Draws) -> int:
    """No patient has more rows than this: fractions missed again and again, visits, cycles, and a dozen others."""
    rules, enrolled = world.rules, min(len(draws.patient), world.target)
    fractions = int(world.fractions.max(initial=0))
    each = 3 * (fractions + 2 * rules.longest_days) + 12 * 8 + rules.visits + 30
    return len(draws.number) + enrolled * each + 1
