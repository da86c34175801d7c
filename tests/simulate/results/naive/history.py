"""One replication as a story: who came, who was enrolled, what happened to him when, and which days were open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from trialproof.simulate.results.record import Names, Record, Screened
from trialproof.simulate.trial.contract import ROWS, Draws, World

DAY = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Row(NamedTuple):
    """A row of the ledger; `event` in words."""

    minute: int
    patient: int
    event: str
    resource: int
    detail: int

    @property
    def day(self) -> int:
        return self.minute // DAY


@dataclass(frozen=True)
class Candidate:
    """Somebody who came; `at` is his position in the columns of the record, `ready` the minute in which he could be
    enrolled, `failed` the steps of screening that he failed, as bits."""

    at: int
    number: int
    ready: int
    failed: int


@dataclass(frozen=True)
class Patient:
    """Somebody enrolled; `course` is None for who is not treated in the simulation, `rows` are his own, in order."""

    candidate: Candidate
    enrolled: Row
    site: int
    department: int
    arm: int
    course: int | None
    rows: list[Row]

    def rows_that_say(self, event: str) -> list[Row]:
        return [row for row in self.rows if row.event == event]

    def was(self, event: str) -> bool:
        return bool(self.rows_that_say(event))


@dataclass(frozen=True)
class Trial:
    """A replication of `horizon` days; `patients` in the order in which they were enrolled."""

    names: Names
    world: World
    draws: Draws
    screened: Screened
    horizon: int
    rows: list[Row]
    candidates: list[Candidate]
    patients: list[Patient]
    open_days: list[bool]
    weekdays: list[str]

    def rows_that_say(self, event: str) -> list[Row]:
        assert event in ROWS
        return [row for row in self.rows if row.event == event]

    def is_open(self, day: int) -> bool:
        """Beyond the calendar every day is taken for open."""
        return day >= self.horizon or self.open_days[day]

    def weekday(self, day: int) -> str:
        return self.weekdays[day]


def trial_from(record: Record) -> Trial:
    world, draws = record.world, record.draws
    rows = [
        Row(minute, patient, ROWS[event], resource, detail)
        for minute, patient, event, resource, detail in sorted(map(tuple, record.ledger.tolist()))
    ]
    enrolments = [row for row in rows if row.event == "enrolled"]
    candidates = _who_came(world, draws, enrolments)
    return Trial(
        record.names,
        world,
        draws,
        record.screened,
        len(world.calendar.open_day),
        rows,
        candidates,
        _patients(world, draws, rows, enrolments, candidates),
        [flag == 1 for flag in world.calendar.open_day.tolist()],
        [WEEKDAYS[(world.calendar.begins + timedelta(day)).weekday()] for day in range(world.calendar.days)],
    )


def _who_came(world: World, draws: Draws, enrolments: list[Row]) -> list[Candidate]:
    """Whoever arrived before the trial closed; in the minute in which the target is reached it is still open."""
    closes = len(world.calendar.open_day) * DAY - 1
    if len(enrolments) >= world.target:
        closes = enrolments[world.target - 1].minute
    columns = (draws.number, draws.arrive, draws.screening, draws.failed)
    return [
        Candidate(at, number, arrive + screening, failed)
        for at, (number, arrive, screening, failed) in enumerate(zip(*map(list, columns), strict=True))
        if arrive <= closes
    ]


def _patients(
    world: World, draws: Draws, rows: list[Row], enrolments: list[Row], candidates: list[Candidate]
) -> list[Patient]:
    by_number = {candidate.number: candidate for candidate in candidates}
    courses = dict(zip(draws.patient.tolist(), draws.course.tolist(), strict=True))
    own_rows: dict[int, list[Row]] = {row.patient: [] for row in rows}
    for row in rows:
        own_rows[row.patient].append(row)
    found = []
    for row in enrolments:
        site = row.patient >> 16
        found.append(
            Patient(
                candidate=by_number[row.patient],
                enrolled=row,
                site=site,
                department=int(world.department[site]),
                arm=row.detail,
                course=courses[row.patient] if courses[row.patient] >= 0 else None,
                rows=own_rows[row.patient],
            )
        )
    return found
