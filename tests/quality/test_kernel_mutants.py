"""Bugs planted in the compiled engine, one line each: comparing ledgers must notice every one of them.

The mutated sources run as plain Python, without being compiled, beside the readable engine on the same random trials.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.simulate.trial.cases import Case, busy_case, trial_of
from trialproof.simulate.trial import engine
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import Draws, Ledger, World, in_order

pytest.importorskip("numba")

from trialproof.simulate.fast import layout, tables

FAST = Path(str(tables.__file__)).parent
MODULES = ("events", "ledger", "desks", "linacs", "infusions", "kernel")
ROOM_FOR_ROWS = 40_000

MUTANTS = [
    ("events", "Q[today + i - 1] < key:", "Q[today + i - 1] > key:"),
    ("events", "if day == Q[col.Q_DAY]:", "if False:"),
    ("ledger", "| (rank << col.EVENT_BITS) |", "| (rank + 1 << col.EVENT_BITS) |"),
    ("desks", "key = (priority << PRIORITY_SHIFT)", "key = (0 << PRIORITY_SHIFT)"),
    ("desks", "minute + minutes <= closes\n", "minute + minutes < closes\n"),
    ("desks", "opens <= minute < closes", "opens < minute < closes"),
    ("desks", "while minute + minutes > closes:", "while minute + minutes >= closes:"),
    ("desks", "min(W[col.W_NURSE], minutes)", "W[col.W_NURSE]"),
    ("desks", "if (e[i] >> col.TASK_BITS) & col.RANK_MASK == row:", "if e[i] == row:"),
    ("desks", "(day if before else open_from(CAL, day + 1))", "open_from(CAL, day + 1)"),
    ("linacs", "today + 1 + W[col.W_LEAD]", "today + W[col.W_LEAD]"),
    ("linacs", "col.B_BOOKED] > room_first:", "col.B_BOOKED] >= room_first:"),
    ("linacs", "col.B_BOOKED] > room_later:", "col.B_BOOKED] >= room_later:"),
    ("linacs", "today < day <= p[col.P_LAST_DAY] and", "today < day and"),
    ("linacs", "        if day <= today:\n            continue\n", ""),
    ("linacs", "while day < W[col.W_DAYS] and day <= p[col.P_LAST_DAY]:", "while day < W[col.W_DAYS]:"),
    ("linacs", "if p[col.P_LOW + cycle] > 1:\n            return", "if p[col.P_LOW + cycle] > 9:\n            return"),
    ("linacs", "or LOST[linac, day] != 0", ""),
    ("linacs", "attempts + 1 == absent", "attempts == absent"),
    ("linacs", "n + 1 == p[col.P_IMAGING] or", ""),
    ("linacs", "p[col.P_LEAVES], W[col.W_DAYS]", "W[col.W_DAYS]"),
    ("linacs", "most - lost", "most"),
    ("linacs", "most -= of_others(CAL, OTHERS, own, today)", "pass"),
    ("linacs", "OTHERS[linac, day] if CAL[day, col.C_OPEN] else 0", "OTHERS[linac, day]"),
    ("linacs", "BOOK[own, today, col.B_BOOKED] += minutes - reserved", "pass"),
    ("linacs", "push(Q, max(now + 1, busy_until)", "push(Q, max(now, busy_until) + 1"),
    ("infusions", "p[col.P_ENDED] // c.DAY < today", "p[col.P_ENDED] // c.DAY <= today"),
    ("infusions", "and not p[col.P_WAS_DELAYED]", ""),
    ("infusions", "given + W[col.W_NADIR]", "now // c.DAY + W[col.W_NADIR] + 1"),
    ("infusions", "max(p[col.P_AWAY], now // c.DAY + days)", "now // c.DAY + days + 1"),
    ("kernel", "or W[a + col.A_ROOM] == 0", ""),
    ("kernel", "if CAND[rank, col.X_ARRIVE] > Q[col.Q_CLOSED]:", "if False:"),
    ("kernel", "minute <= Q[col.Q_CLOSED] and", ""),
    ("kernel", ">> col.RESERVED_BITS >= now", ">> col.RESERVED_BITS > now + 1440"),
    ("kernel", "give_appointments_back(PAT, BOOKED, row)", "pass"),
    ("kernel", "and minute < p[col.P_LEAVES]", ""),
    ("kernel", "if following < 0 or following >> MINUTE_SHIFT != now:", "if True:"),
]


def trials() -> Iterator[tuple[World, Draws, Ledger]]:
    """Busy trials on several clocks, with what the readable engine makes of them."""
    for seed in range(120):
        case = busy_case(seed)
        other = Case(**{name: getattr(case, name) for name in Case.__slots__})
        grain, linacs, busy = (1, 60, 480)[seed % 3], 1 + seed // 8 % 2, (0.9, 0.97)[seed // 2 % 2]
        small = replace(other, days=360, target=60, arm_cap=36, grain=grain, hours=420, per_month=9.0)
        rules = replace(small.rules, longest_days=(60, 30)[seed // 4 % 2], cycle_days=(21, 7)[seed // 2 % 2])
        world, draws = trial_of(replace(small, rules=rules, opens=(480, 420)[seed % 2], busy=busy, linacs=linacs))
        yield world, draws, engine.run(world, draws)


TRIALS = list(trials()) if "pytest" in sys.modules else []


@contextmanager
def plain(module: str, old: str, new: str) -> Iterator[Callable[..., None]]:
    """The engine as plain Python, with one replacement in one of its files."""
    made: dict[str, ModuleType] = {}
    compiling: Any = ModuleType("plain.compiling")
    compiling.I = int
    for name in ("compiled", "part", "void", "T1", "T2", "M2", "T3"):
        setattr(compiling, name, None)
    made["plain.compiling"] = compiling
    try:
        sys.modules |= made
        for name in MODULES:
            source = (FAST / f"{name}.py").read_text(encoding="utf-8")
            if name == module:
                assert source.count(old) == 1, f"{old!r} stands in {name}.py {source.count(old)} times"
                source = source.replace(old, new)
            source = re.sub(r"from trialproof\.simulate\.fast\.(\w+) import", r"from plain.\1 import", source)
            source = re.sub(r"@(compiled|part)\(.*\)\n", "", source)
            sys.modules[f"plain.{name}"] = found = ModuleType(f"plain.{name}")
            exec(compile(source, f"plain/{name}.py", "exec"), found.__dict__)  # noqa: S102 - our own source
        yield sys.modules["plain.kernel"].replicate
    finally:
        for name in ("compiling", *MODULES):
            sys.modules.pop(f"plain.{name}", None)


def run_plainly(replicate: Callable[..., None], world: World, draws: Draws) -> Ledger | None:
    """The ledger, or None if the engine itself noticed that something is wrong."""
    t = tables.tables(world, draws)
    ledger = np.empty((ROOM_FOR_ROWS, layout.LOG_COLS), np.int64)
    try:
        replicate(
            t.world, t.calendar, t.queue, t.candidates, t.patients, t.desks, t.others, t.lost, t.book, ledger
        )  # fmt: skip
        return None if t.queue[layout.Q_FAULT] else rows_of(t, ledger[: t.queue[layout.Q_ROWS]])
    except (IndexError, OverflowError, ValueError):
        return None


def rows_of(made: tables.Tables, ledger: Ints) -> Ledger:
    """The ledger as the contract has it."""
    key = ledger[:, layout.LOG_KEY]
    rank, event = (key >> layout.EVENT_BITS) & layout.RANK_MASK, key & ((1 << layout.EVENT_BITS) - 1)
    minute, number = key >> (layout.RANK_BITS + layout.EVENT_BITS), made.candidates[rank, layout.X_NUMBER]
    rows = np.column_stack([minute, number, event, ledger[:, layout.LOG_KEY + 1 :]]).tolist()
    return in_order(map(tuple, rows))


def test_as_plain_python_the_engine_is_right() -> None:
    with plain("", "", "") as replicate:
        for world, draws, expected in TRIALS[:4]:
            found = run_plainly(replicate, world, draws)
            assert found is not None
            assert np.array_equal(found, expected)


@pytest.mark.parametrize(("module", "old", "new"), MUTANTS, ids=[f"{m}: {o.strip()[:50]}" for m, o, _ in MUTANTS])
def test_a_planted_bug_is_noticed(module: str, old: str, new: str) -> None:
    with plain(module, old, new) as replicate:
        for world, draws, expected in TRIALS:
            found = run_plainly(replicate, world, draws)
            if found is None or not np.array_equal(found, expected):
                return
    pytest.fail(f"{len(TRIALS)} trials, and nobody noticed")
