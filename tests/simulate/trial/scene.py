"""One site, one department, and as many patients as a story needs; whatever the story does not mention is roomy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from trialproof.simulate.trial.calendar import calendar
from trialproof.simulate.trial.contract import CYCLES, DAY, NEVER, NO_SHOWS, ROWS, Draws, Rules, World
from trialproof.simulate.trial.engine import run

MONDAY = date(2027, 1, 4)
EIGHT, SIX = 480, 1080
RULES = Rules(
    missed=0, longest_days=60, lead_days=0, scan=30, nurse=45, injection=10, injection_delay=2 * DAY, cycle_days=21,
    most_cycles=2, delay_days=7, nadir_days=10, consolidation_days=28, visit_days=91, visits=0,
)  # fmt: skip


def world(**changes: Any) -> World:
    """A department in which nobody ever waits, 400 days from a Monday on; a course of `fractions` fractions."""
    fractions = changes.pop("fractions", 5)
    rules = replace(RULES, **{name: changes.pop(name) for name in RULES.__slots__ if name in changes})
    roomy = World(
        calendar=calendar(MONDAY, 400, frozenset(range(5)), changes.pop("holidays", [])),
        department=np.array([0]),
        site_cap=np.array([NEVER]),
        target=100,
        arm_cap=np.array([NEVER, NEVER]),
        linacs=np.array([1]),
        linac_opens=np.array([EIGHT]),
        linac_minutes=np.array([600]),
        overtime=np.array([0]),
        saturday_minutes=np.array([240]),
        desk_opens=np.full((1, 3), EIGHT),
        desk_closes=np.full((1, 3), SIX),
        rooms=np.full((1, 3), 9),
        staff=np.array([[0, 0, 9]]),
        fractions=np.array([fractions]),
        first_minutes=np.array([30]),
        later_minutes=np.array([15]),
        rules=rules,
    )
    arrays: dict[str, Any] = {name: np.array(value) for name, value in changes.items() if isinstance(value, list)}
    return replace(roomy, **changes | arrays)


@dataclass(frozen=True, slots=True)
class Person:
    """A candidate who is eligible and comes on the first day at eight; planned the same day, treated from the next."""

    arrive: int = EIGHT
    screening: int = 1
    failed: int = 0
    arm: int = 0
    course: int = 0
    imaging: int = 0
    factor: int = 0
    consolidation: int = 0
    drop: int = NEVER
    no_show: tuple[int, ...] = ()
    infusion: int = 240
    low: tuple[int, ...] = ()
    delay: tuple[int, ...] = ()


def play(tables: World, *people: Person, lost: dict[tuple[int, int], int] | None = None) -> list[tuple[int, ...]]:
    """Return the ledger; `lost` are minutes of a breakdown by (linac, day)."""
    return [tuple(row) for row in run(tables, drawn(tables, *people, lost=lost)).tolist()]


def drawn(tables: World, *people: Person, lost: dict[tuple[int, int], int] | None = None) -> Draws:
    """Return what chance is said to have decided."""
    n, linacs, days = len(people), int(tables.linacs.sum()), tables.calendar.days

    def column(name: str) -> np.typing.NDArray[np.int64]:
        return np.array([getattr(each, name) for each in people], np.int64)

    def padded(name: str, width: int, fill: int) -> np.typing.NDArray[np.int64]:
        rows = [getattr(each, name) for each in people]
        return np.array([list(row) + [fill] * (width - len(row)) for row in rows], np.int64)

    down = np.zeros((linacs, days), np.int64)
    for (linac, day), minutes in (lost or {}).items():
        down[linac, day] = minutes
    return Draws(
        number=np.arange(n),
        **{name: column(name) for name in ("arrive", "screening", "failed", "arm")},
        patient=np.arange(n),
        **{name: column(name) for name in ("course", "imaging", "factor", "consolidation", "drop")},
        **{name: np.full(n, 60) for name in ("outlining", "planning", "checking", "reoutlining", "replanning")},
        no_show=padded("no_show", NO_SHOWS, 0),
        infusion=np.tile(column("infusion")[:, None], (1, CYCLES)),
        low=padded("low", CYCLES, 0),
        delay=padded("delay", CYCLES, 0),
        lost=down,
        background=np.zeros((linacs, days), np.int64),
    )


def story(ledger: list[tuple[int, ...]], *events: str, patient: int = 0) -> list[tuple[int, int]]:
    """Return (day, detail) of the rows of one patient that tell of these events."""
    wanted = {ROWS.index(event) for event in events}
    return [(minute // DAY, detail) for minute, who, event, _, detail in ledger if who == patient and event in wanted]
