"""What an engine is given and what it returns: tables of integers, draws that are integers, and a ledger of integers.

Time is whole minutes from the beginning of day 0. An event is (minute, kind, number), and no two are alike. Within a
minute kinds come in the order of `KINDS`: what happens by itself first, then what is decided, and desks hand out last.
Whatever handles an event may cause only events that come later in that order. So the order of happenings follows from
the model alone and never from the order in which a program came to them; two engines can agree row for row.

Numbers do not depend on how much was allocated: a patient is (site << 16) | sequence, a linac (department << 8) |
place, a desk (department << 2) | kind of desk. Nothing here is random and nothing is a float.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.scenario.scenario import MINUTES_A_DAY
from trialproof.simulate.trial.calendar import Calendar, Ints

DAY = MINUTES_A_DAY
NEVER = 1 << 40
"""A minute that no trial reaches."""

CYCLES = 8
"""At most so many cycles of chemotherapy, those of consolidation included."""
NO_SHOWS = 12
"""At most so many missed appointments by the patient's own doing."""
NO_SHOWS_EXPECTED = 3
"""No scenario expects more of them on average, so that hardly anybody would have more than `NO_SHOWS`."""

KINDS = (
    "end of scan", "end of planning", "end of plan check", "nurse free", "end of infusion", "end of injection",
    "end of rescan", "end of replanning", "end of course", "drop-out", "low count", "arrival", "enrolment", "outlined",
    "outlined anew", "imaging due", "injection due", "visit",
    "booking", "fraction due", "cycle due", "hand out",
)  # fmt: skip
"""Kinds of event, in their order within a minute: happenings, then decisions."""
(
    END_SCAN, END_PLAN, END_CHECK, NURSE_FREE, END_INFUSION, END_INJECTION, END_RESCAN, END_REPLAN, END_COURSE,
    DROP, LOW, ARRIVE, ENROL, OUTLINED, REOUTLINED, IMAGE, INJECTION_DUE, VISIT, BOOK, TREAT, CYCLE, HAND_OUT,
) = range(len(KINDS))  # fmt: skip

SCANNER, PHYSICS, DAY_UNIT = range(3)
"""The desks of a department."""
DESKS = ("scanner", "physicists", "day unit")

TASKS = ("scan", "planning", "plan check", "infusion", "injection", "rescan", "replanning")
"""What a desk is asked for, in the order in which one patient's own requests come."""
T_SCAN, T_PLAN, T_CHECK, T_INFUSION, T_INJECTION, T_RESCAN, T_REPLAN = range(len(TASKS))

AWAY, TOXIC, MACHINE = 1, 2, 3
"""Why a fraction was missed: the patient did not come, a low count interrupted, no machine had time."""
REASONS = {AWAY: "did not come", TOXIC: "low count", MACHINE: "no machine"}

ROWS = (
    "screening failure", "refused", "enrolled", "scan", "scanned", "planning", "planned", "plan check", "approved",
    "booked", "not bookable", "fraction", "moved", "missed", "rebooked", "omitted", "end of course", "rescan",
    "rescanned", "replanning", "replanned", "adapted", "adapted too late", "infusion", "nurse free", "infused",
    "cycle delayed", "injection", "injected", "injection elsewhere", "low count", "dropped out", "visit",
)  # fmt: skip
"""What a row of the ledger can say; what its resource and detail are stands in `MEANING`."""
(
    L_FAILED, L_REFUSED, L_ENROLLED, L_SCAN, L_SCANNED, L_PLAN, L_PLANNED, L_CHECK, L_APPROVED, L_BOOKED,
    L_UNBOOKABLE, L_FRACTION, L_MOVED, L_MISSED, L_REBOOKED, L_OMITTED, L_END, L_RESCAN, L_RESCANNED, L_REPLAN,
    L_REPLANNED, L_ADAPTED, L_TOO_LATE, L_INFUSION, L_NURSE_FREE, L_INFUSED, L_DELAYED, L_INJECTION, L_INJECTED,
    L_ELSEWHERE, L_LOW, L_DROPPED, L_VISIT,
) = range(len(ROWS))  # fmt: skip

MEANING: dict[str, tuple[str, str]] = {
    "screening failure": ("site", "criteria that failed, as bits"),
    "refused": ("site", "arm"),
    "enrolled": ("site", "arm"),
    "booked": ("linac", "days until the first fraction"),
    "fraction": ("linac", "number of the fraction, from 1"),
    "moved": ("linac that treats", "linac that was booked"),
    "missed": ("linac", "reason"),
    "rebooked": ("linac", "day of the new appointment"),
    "omitted": ("linac", "day of the missed appointment"),
    "end of course": ("linac", "fractions delivered"),
    "adapted": ("desk", "fractions left"),
    "adapted too late": ("desk", "0"),
    "infusion": ("desk", "cycle, from 0"),
    "cycle delayed": ("desk", "cycle, from 0"),
    "low count": ("-1", "days of interruption, 0 if there is none"),
    "dropped out": ("-1", "fractions delivered"),
    "visit": ("site", "number of the visit, from 1"),
}

COLUMNS = ("minute", "patient", "event", "resource", "detail")
DayMinutes: TypeAlias = NDArray[np.signedinteger[Any]]
"""Minutes of a day, as whole numbers of any width."""
Ledger: TypeAlias = NDArray[np.int64]
"""Rows of `COLUMNS`, sorted."""

OMIT, APPEND, SATURDAY, TWICE = range(4)
"""What becomes of a missed fraction."""
SECOND_OF_THE_DAY = 360
"""So many minutes lie between two fractions of one day."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every patient: lengths of time in minutes or, where the name says so, in days.

    `missed` is what becomes of a missed fraction; none lies more than `longest_days` after the first one. The first
    appointment is at least `lead_days` after the day on which the plan is approved. At most `most_cycles` of
    chemotherapy go with irradiation. The defaults are those of a trial in which nobody is treated.
    """

    missed: int = OMIT
    longest_days: int = 1
    lead_days: int = 1
    scan: int = 1
    nurse: int = 1
    injection: int = 1
    injection_delay: int = 1
    cycle_days: int = 1
    most_cycles: int = 0
    delay_days: int = 1
    nadir_days: int = 1
    consolidation_days: int = 1
    visit_days: int = 1
    visits: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What does not change from one replication to the next. S sites, A arms, D departments, K courses.

    Sites: `department` [S], `site_cap` [S]. Arms: `arm_cap` [A]. Departments: linacs of d have places 0 to
    `linacs`[d] - 1; `linac_opens`, `linac_minutes`, `overtime`, `saturday_minutes` [D]; desks [D, 3]: `desk_opens`,
    `desk_closes`, `rooms`, `staff` (an infusion takes a room and a nurse, an injection a nurse, everything else a
    room). Courses [K]: `fractions`, `first_minutes`, `later_minutes`.
    """

    calendar: Calendar
    department: Ints
    site_cap: Ints
    target: int
    arm_cap: Ints
    linacs: Ints
    linac_opens: Ints
    linac_minutes: Ints
    overtime: Ints
    saturday_minutes: Ints
    desk_opens: Ints
    desk_closes: Ints
    rooms: Ints
    staff: Ints
    fractions: Ints
    first_minutes: Ints
    later_minutes: Ints
    rules: Rules


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """What chance decided in one replication. C candidates in order of (arrival, number), E possible enrolments.

    Candidates: `number`, `arrive`, `screening` minutes, `failed` (bits of the criteria that failed; 0 for who can be
    enrolled), `arm`. Enrolments, by `patient` (their numbers, ascending; every candidate who can become enrolled is
    among them): `course`, `imaging` (with which fraction the new scan is due; 0 for never), `factor` (1 for who gets
    the growth factor), `consolidation` cycles, `outlining`, `planning`, `checking`, `reoutlining`, `replanning`
    minutes, `drop` (minutes after enrolment, or NEVER), `no_show` [E, NO_SHOWS] (which attempts at a fraction fail,
    ascending), and [E, CYCLES] of each cycle: `infusion` minutes, `low` (0 without a severe low count, else 1 + the
    days for which it interrupts irradiation), `delay` 0 or 1 (whether the next cycle is put off once). A `course` of
    -1 is not simulated.
    Linacs, in order of their number [L, H]: `lost` minutes of each day, `background` minutes booked by others.
    """

    number: Ints
    arrive: Ints
    screening: Ints
    failed: Ints
    arm: Ints
    patient: Ints
    course: Ints
    imaging: Ints
    factor: Ints
    consolidation: Ints
    outlining: Ints
    planning: Ints
    checking: Ints
    reoutlining: Ints
    replanning: Ints
    drop: Ints
    no_show: Ints
    infusion: Ints
    low: Ints
    delay: Ints
    lost: DayMinutes
    background: DayMinutes


def in_order(rows: Iterable[tuple[int, ...]]) -> Ledger:
    """Return rows as a sorted ledger; equal ledgers are then equal arrays."""
    # What happened comes nearly in order, of which sorting in Python makes more than sorting by columns does.
    values = chain.from_iterable(sorted(rows))
    return np.fromiter(values, np.int64).reshape(-1, len(COLUMNS))
