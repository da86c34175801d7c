"""The readable engine: one replication of a trial as SimPy processes. Tables and draws in, the ledger out.

Everything that a process waits for is a minute of the clock or a turn at a desk, both in the order that
`trial.contract` states; so the ledger is a function of the tables and the draws, and of nothing else.
"""

from __future__ import annotations

from dataclasses import fields

from trialproof.simulate.trial.clock import Clock
from trialproof.simulate.trial.contract import (
    ARRIVE,
    DAY,
    DROP,
    ENROL,
    L_DROPPED,
    L_ENROLLED,
    L_FAILED,
    L_REFUSED,
    L_VISIT,
    NEVER,
    VISIT,
    Draws,
    Ledger,
    World,
    in_order,
)
from trialproof.simulate.trial.department import departments
from trialproof.simulate.trial.irradiation import irradiate
from trialproof.simulate.trial.patient import Chances, Course, Left, Patient, Process
from trialproof.simulate.trial.preparation import prepare

SITE_BITS = 16
"""A patient's number is the site's, shifted by so many bits, and his place in the sequence of its candidates."""


def run(world: World, draws: Draws) -> Ledger:
    """Return the ledger of one replication, up to the end of the calendar."""
    trial = _Trial(world, draws)
    trial.clock.process(trial.arrivals())
    trial.clock.run(until=world.calendar.days * DAY)
    return in_order(trial.rows)


class _Trial:
    """The trial as it stands: who is enrolled, and what has been written down."""

    def __init__(self, world: World, draws: Draws) -> None:
        self.clock = Clock()
        self.rows: list[tuple[int, int, int, int, int]] = []
        self._world = world
        self._draws = draws
        self._departments = departments(self.clock, world, draws)
        self._department_of = world.department.tolist()
        self._room_of_site = world.site_cap.tolist()
        self._room_of_arm = world.arm_cap.tolist()
        self._room = world.target
        self._row = {number: row for row, number in enumerate(draws.patient.tolist())}
        self._chances = [getattr(draws, each.name).tolist() for each in fields(Chances)]
        columns = (world.fractions, world.first_minutes, world.later_minutes)
        self._courses = [Course(*each) for each in zip(*(column.tolist() for column in columns), strict=True)]

    def log(self, event: int, patient: int, resource: int, detail: int, /) -> None:
        """Write down that something happens now."""
        self.rows.append((self.clock.now, patient, event, resource, detail))

    def arrivals(self) -> Process:
        """Candidates come, one by one, until the trial is closed."""
        draws = self._draws
        columns = (draws.arrive, draws.number, draws.screening, draws.failed, draws.arm)
        for minute, number, screening, failed, arm in zip(*(each.tolist() for each in columns), strict=True):
            yield self.clock.at(minute, ARRIVE, number)
            if not self._room:
                return
            if failed:
                self.log(L_FAILED, number, number >> SITE_BITS, failed)
            else:
                self.clock.process(self._candidate(number, screening, arm))

    def _candidate(self, number: int, screening: int, arm: int) -> Process:
        yield self.clock.at(self.clock.now + screening, ENROL, number)
        site = number >> SITE_BITS
        if not (self._room and self._room_of_site[site] and self._room_of_arm[arm]):
            self.log(L_REFUSED, number, site, arm)
            return
        self._room -= 1
        self._room_of_site[site] -= 1
        self._room_of_arm[arm] -= 1
        self.log(L_ENROLLED, number, site, arm)
        if self._draws.course[self._row[number]] >= 0:
            yield from _treat(self._patient(number, site))

    def _patient(self, number: int, site: int) -> Patient:
        row = self._row[number]
        chances = Chances(*(column[row] for column in self._chances))
        department = self._departments[self._department_of[site]]
        course = self._courses[chances.course]
        return Patient(number, site, chances, course, self.clock, self._world, department, self.log)


def _treat(patient: Patient) -> Process:
    if patient.chances.drop < NEVER:
        patient.clock.process(_drop_out(patient, patient.clock.now + patient.chances.drop))
    try:
        yield from prepare(patient)
        yield from irradiate(patient)
        yield from _follow_up(patient)
    except Left:
        return


def _drop_out(patient: Patient, minute: int) -> Process:
    """Leave, unless all is over by then."""
    yield patient.clock.at(minute, DROP, patient.number)
    if not patient.finished:
        patient.leave()
        patient.note(L_DROPPED, -1, patient.delivered)


def _follow_up(patient: Patient) -> Process:
    ended = patient.clock.now
    for visit in range(1, patient.rules.visits + 1):
        yield from patient.until(ended + visit * patient.rules.visit_days * DAY, VISIT)
        patient.note(L_VISIT, patient.site, visit)
    patient.finished = True
