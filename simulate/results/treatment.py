"""Figures of treatment: how soon it starts, how long it takes, what is left out, and how it ends.

They are over the enrolled whose treatment is simulated. "Finished" means that irradiation ended before the horizon,
with all fractions or fewer; days are differences of dates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.moments import Flags
from trialproof.simulate.results.record import Record, mean_of, most_of, share_of
from trialproof.simulate.trial.calendar import Calendar, Ints
from trialproof.simulate.trial.contract import (
    AWAY,
    DAY,
    L_ADAPTED,
    L_DELAYED,
    L_DROPPED,
    L_ELSEWHERE,
    L_END,
    L_ENROLLED,
    L_FRACTION,
    L_INFUSION,
    L_INJECTION,
    L_LOW,
    L_MISSED,
    L_MOVED,
    L_OMITTED,
    L_REBOOKED,
    L_TOO_LATE,
    L_UNBOOKABLE,
    L_VISIT,
    MACHINE,
    TOXIC,
)

LATE_DAYS = 28
MISSED_BY = {"away": AWAY, "low_count": TOXIC, "no_machine": MACHINE}
STATES = (
    "completed", "shortened", "left_before_start", "left_during", "no_appointment", "waiting", "under_way",
    "not_simulated",
)  # fmt: skip
COUNTS = {
    "fractions_given": L_FRACTION,
    "fractions_moved": L_MOVED,
    "fractions_rebooked": L_REBOOKED,
    "fractions_omitted": L_OMITTED,
    "low_counts": L_LOW,
    "cycles_delayed": L_DELAYED,
    "injections": L_INJECTION,
    "injections_elsewhere": L_ELSEWHERE,
    "dropouts": L_DROPPED,
    "visits": L_VISIT,
}
"""Figures that are nothing but a number of rows."""

METRICS = (
    Metric(
        "patients", "patients",
        "the enrolled by how they ended: irradiation `completed` with every fraction or `shortened`; "
        "`left_before_start` or `left_during` irradiation; `no_appointment` before the horizon; at the horizon "
        "`waiting` for the first fraction or `under_way`; `not_simulated` (they have no course)",
        of=("state",),
    ),
    Metric("completed_share", "", "completed / all but who still waits, is under way or not simulated; none of nobody"),
    Metric("start_days", "days", "mean days from enrolment to the first fraction, over who got one; none of nobody"),
    Metric("start_days_most", "days", "the most of these days in the replication"),
    Metric("late_start_share", "", f"share of them with more than {LATE_DAYS} days"),
    Metric(
        "irradiation_days", "days", "mean of last day - first day + 1 of irradiation, over the finished with a fraction"
    ),
    Metric(
        "prolongation", "days",
        "mean of last day of irradiation - the day on which as many fractions as prescribed would end if from the "
        "first one none were missed; over the finished with a fraction; negative where fractions were left out",
        kind=Kind.SIGNED,
    ),
    Metric("fractions_given", "fractions", "fractions given"),
    Metric(
        "fractions_missed", "fractions",
        "appointments missed: the patient stayed `away`, had a `low_count`, or there was `no_machine`", of=("reason",),
    ),
    Metric("fractions_moved", "fractions", "fractions given on another linac than the one booked"),
    Metric("fractions_rebooked", "fractions", "missed fractions that were given another day"),
    Metric("fractions_omitted", "fractions", "missed fractions that were given none"),
    Metric("delivered_share", "", "fractions given / fractions prescribed, over the finished; none of nobody"),
    Metric(
        "cycles", "cycles", "mean infusions to a patient, over the finished: `concurrent` up to the day on which "
        "irradiation ended, `consolidation` later", of=("phase",),
    ),
    Metric("cycles_delayed", "cycles", "cycles that were put off"),
    Metric("injections", "injections", "injections of growth factor in the day unit"),
    Metric("injections_elsewhere", "injections", "injections that fell on a closed day and were given elsewhere"),
    Metric("low_counts", "events", "severe low counts, interrupting or not"),
    Metric("interruption_days", "days", "sum of the days for which low counts interrupted irradiation"),
    Metric(
        "adaptations", "patients", "patients whose new plan was `in_time` for a fraction, or `too_late`", of=("when",)
    ),
    Metric("adapted_share", "", "in_time / (in_time + too_late); none where no new plan was finished"),
    Metric("dropouts", "patients", "patients who left treatment or follow-up"),
    Metric("dropout_share", "", "dropouts / enrolled; none where nobody is enrolled"),
    Metric("visits", "visits", "visits of follow-up before the horizon"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """What became of the irradiation of E enrolled patients; days are of the trial, -1 where there is none.

    `prescribed` and `given` [E] are fractions, `first` and `last` [E] their days; `finished`, `dropped`, `unbookable`
    and `simulated` [E] are flags.
    """

    prescribed: Ints
    given: Ints
    first: Ints
    last: Ints
    finished: Flags
    dropped: Flags
    unbookable: Flags
    simulated: Flags


def courses(record: Record) -> Courses:
    """Return what became of each course."""
    number = len(record.enrolled)
    course = record.draws.course[record.drawn]
    fractions = record.rows(L_FRACTION)
    whose, days = record.patient(fractions), fractions[:, 0] // DAY
    first, last = np.full(number, -1), np.full(number, -1)
    first[whose[::-1]] = days[::-1]
    last[whose] = days
    prescribed = np.append(record.world.fractions, 0)[course]
    return Courses(
        prescribed,
        np.bincount(whose, minlength=number),
        first,
        last,
        finished=_flag(record, L_END),
        dropped=_flag(record, L_DROPPED),
        unbookable=_flag(record, L_UNBOOKABLE),
        simulated=course >= 0,
    )


def _flag(record: Record, event: int) -> Flags:
    flag = np.zeros(len(record.enrolled), np.bool_)
    flag[record.patient(record.rows(event))] = True
    return flag


def figures(record: Record) -> Figures:
    """Yield the figures of treatment."""
    found = courses(record)
    yield from _states(found)
    yield from _irradiation(record, found)
    reasons = record.rows(L_MISSED)[:, 4]
    for name, reason in MISSED_BY.items():
        yield Column("fractions_missed", (name,)), int(np.count_nonzero(reasons == reason))
    for name, event in COUNTS.items():
        yield Column(name), len(record.rows(event))
    yield Column("interruption_days"), int(record.rows(L_LOW)[:, 4].sum())
    yield Column("dropout_share"), share_of(len(record.rows(L_DROPPED)), len(record.enrolled))
    in_time, too_late = len(record.rows(L_ADAPTED)), len(record.rows(L_TOO_LATE))
    yield Column("adaptations", ("in_time",)), in_time
    yield Column("adaptations", ("too_late",)), too_late
    yield Column("adapted_share"), share_of(in_time, in_time + too_late)
    yield from _cycles(record, found)


def state_of(found: Courses) -> Ints:
    """Return for each of the enrolled his position in `STATES`."""
    started, complete = found.given > 0, found.given >= found.prescribed
    ways = (
        ~found.simulated,
        found.finished & complete,
        found.finished,
        found.dropped & started,
        found.dropped,
        found.unbookable,
        started,
    )
    names = (
        "not_simulated", "completed", "shortened", "left_during", "left_before_start", "no_appointment", "under_way",
    )  # fmt: skip
    return np.select(ways, [STATES.index(name) for name in names], STATES.index("waiting"))


def _states(found: Courses) -> Figures:
    counts = dict(zip(STATES, np.bincount(state_of(found), minlength=len(STATES)).tolist(), strict=True))
    for state, count in counts.items():
        yield Column("patients", (state,)), count
    settled = sum(count for state, count in counts.items() if state not in ("waiting", "under_way", "not_simulated"))
    yield Column("completed_share"), share_of(counts["completed"], settled)


def _irradiation(record: Record, found: Courses) -> Figures:
    started = found.given > 0
    rows = record.rows(L_ENROLLED)
    enrolled = rows[np.argsort(rows[:, 1]), 0] // DAY
    days = (found.first - enrolled)[started]
    yield Column("start_days"), mean_of(days)
    yield Column("start_days_most"), most_of(days)
    yield Column("late_start_share"), share_of(int(np.count_nonzero(days > LATE_DAYS)), len(days))
    treated = found.finished & started
    yield Column("irradiation_days"), mean_of((found.last - found.first + 1)[treated])
    planned = planned_end(record.world.calendar, found.first[treated], found.prescribed[treated])
    yield Column("prolongation"), mean_of(found.last[treated] - planned)
    prescribed = int(found.prescribed[found.finished].sum())
    yield Column("delivered_share"), share_of(int(found.given[found.finished].sum()), prescribed)


def planned_end(calendar: Calendar, first: Ints, fractions: Ints) -> Ints:
    """Return on which day so many fractions end, one on each open day after the first one; `first` may be a Saturday.

    Beyond the calendar every day is taken for open.
    """
    open_days = np.flatnonzero(calendar.open_day)
    beyond = calendar.days + np.arange(int(fractions.max(initial=0)))
    days = np.append(open_days, beyond)
    after_first = np.searchsorted(days, first, side="right")
    return np.where(fractions > 1, days[np.maximum(after_first + fractions - 2, 0)], first)


def _cycles(record: Record, found: Courses) -> Figures:
    infusions, ends = record.rows(L_INFUSION), record.rows(L_END)
    ended = np.full(len(record.enrolled), record.world.calendar.days)
    ended[record.patient(ends)] = ends[:, 0] // DAY
    whose = record.patient(infusions)
    counts = found.finished[whose]
    later = infusions[:, 0] // DAY > ended[whose]
    finished = int(np.count_nonzero(found.finished))
    yield Column("cycles", ("concurrent",)), share_of(int(np.count_nonzero(counts & ~later)), finished)
    yield Column("cycles", ("consolidation",)), share_of(int(np.count_nonzero(counts & later)), finished)
