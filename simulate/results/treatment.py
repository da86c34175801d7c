"""Figures of treatment: how soon it starts, how long it takes, what is left out, and how it ends.

They are over the enrolled whose treatment is simulated. "Finished" means that irradiation ended before the horizon,
with all fractions or fewer; days are differences of dates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialproof.simulate.results.known import counts_of, known, mean_of, most_of, share_of, sums_of
from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.moments import Flags
from trialproof.simulate.results.records import Records
from trialproof.simulate.trial.calendar import Calendar, Ints
from trialproof.simulate.trial.contract import (
    AWAY,
    DAY,
    L_ADAPTED,
    L_DELAYED,
    L_DROPPED,
    L_ELSEWHERE,
    L_END,
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


def courses(records: Records) -> Courses:
    """Return what became of each course."""
    number, course = len(records.enrolled.number), records.enrolled.course
    fractions = records.fractions
    days = fractions.minute // DAY
    first, last = np.full(number, -1), np.full(number, -1)
    first[fractions.patient[::-1]] = days[::-1]
    last[fractions.patient] = days
    prescribed = np.append(records.world.fractions, 0)[course]
    return Courses(
        prescribed,
        np.bincount(fractions.patient, minlength=number),
        first,
        last,
        finished=_flag(records, L_END),
        dropped=_flag(records, L_DROPPED),
        unbookable=_flag(records, L_UNBOOKABLE),
        simulated=course >= 0,
    )


def _flag(records: Records, event: int) -> Flags:
    flag = np.zeros(len(records.enrolled.number), np.bool_)
    flag[records.rows(event).patient] = True
    return flag


def figures(records: Records) -> Figures:
    """Yield the figures of treatment."""
    found, size = courses(records), records.size
    enrolled = counts_of(records.enrolled.replication, size)
    yield from _states(records, found)
    yield from _irradiation(records, found)
    missed = records.rows(L_MISSED)
    for name, reason in MISSED_BY.items():
        yield Column("fractions_missed", (name,)), known(counts_of(missed.replication[missed.detail == reason], size))
    for name, event in COUNTS.items():
        yield Column(name), known(records.count(event))
    low = records.rows(L_LOW)
    yield Column("interruption_days"), known(sums_of(low.replication, low.detail, size))
    yield Column("dropout_share"), share_of(records.count(L_DROPPED), enrolled)
    in_time, too_late = records.count(L_ADAPTED), records.count(L_TOO_LATE)
    yield Column("adaptations", ("in_time",)), known(in_time)
    yield Column("adaptations", ("too_late",)), known(too_late)
    yield Column("adapted_share"), share_of(in_time, in_time + too_late)
    yield from _cycles(records, found)


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


def _states(records: Records, found: Courses) -> Figures:
    size, number = records.size, len(STATES)
    by_state = counts_of(records.enrolled.replication * number + state_of(found), size * number)
    counts = dict(zip(STATES, by_state.reshape(size, number).T, strict=True))
    for state, count in counts.items():
        yield Column("patients", (state,)), known(count)
    settled = sum(
        (count for state, count in counts.items() if state not in ("waiting", "under_way", "not_simulated")),
        np.zeros(size, np.int64),
    )
    yield Column("completed_share"), share_of(counts["completed"], settled)


def _irradiation(records: Records, found: Courses) -> Figures:
    replication, size = records.enrolled.replication, records.size
    started = found.given > 0
    days, whose = (found.first - records.enrolled.minute // DAY)[started], replication[started]
    yield Column("start_days"), mean_of(whose, days, size)
    yield Column("start_days_most"), most_of(whose, days, size)
    yield Column("late_start_share"), share_of(counts_of(whose[days > LATE_DAYS], size), counts_of(whose, size))
    treated = found.finished & started
    first, last, whose = found.first[treated], found.last[treated], replication[treated]
    yield Column("irradiation_days"), mean_of(whose, last - first + 1, size)
    planned = planned_end(records.world.calendar, first, found.prescribed[treated])
    yield Column("prolongation"), mean_of(whose, last - planned, size)
    whose = replication[found.finished]
    given, prescribed = (counts[found.finished] for counts in (found.given, found.prescribed))
    yield Column("delivered_share"), share_of(sums_of(whose, given, size), sums_of(whose, prescribed, size))


def planned_end(calendar: Calendar, first: Ints, fractions: Ints) -> Ints:
    """Return on which day so many fractions end, one on each open day after the first one; `first` may be a Saturday.

    Beyond the calendar every day is taken for open.
    """
    open_days = np.flatnonzero(calendar.open_day)
    beyond = calendar.days + np.arange(int(fractions.max(initial=0)))
    days = np.append(open_days, beyond)
    after_first = np.searchsorted(days, first, side="right")
    return np.where(fractions > 1, days[np.maximum(after_first + fractions - 2, 0)], first)


def _cycles(records: Records, found: Courses) -> Figures:
    infusions, ends = records.rows(L_INFUSION), records.rows(L_END)
    ended = np.full(len(records.enrolled.number), records.world.calendar.days)
    ended[ends.patient] = ends.minute // DAY
    counts = found.finished[infusions.patient]
    later = infusions.minute // DAY > ended[infusions.patient]
    finished = counts_of(records.enrolled.replication[found.finished], records.size)
    for phase, which in (("concurrent", counts & ~later), ("consolidation", counts & later)):
        yield Column("cycles", (phase,)), share_of(counts_of(infusions.replication[which], records.size), finished)
