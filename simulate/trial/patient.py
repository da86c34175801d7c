"""One enrolled patient: what is true of him now, and the two ways in which his processes wait.

A patient who leaves is not interrupted. What he waits for at a desk is called off, what has begun is finished, and
every other process of his finds out when it wakes up: `until` and `work` then raise `Left`, and the process ends.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from simpy.events import Event

from trialproof.simulate.trial.clock import Clock
from trialproof.simulate.trial.contract import DAY, Rules, World
from trialproof.simulate.trial.department import Department
from trialproof.simulate.trial.desk import Desk

Process = Generator[Event, Any, None]
"""What SimPy runs."""


class Left(Exception):
    """The patient has left, and what remains of the process does not happen."""


Log: TypeAlias = Callable[[int, int, int, int], None]
"""Writes down an event, a patient, a resource and a detail."""


@dataclass(frozen=True, slots=True)
class Chances:
    """What chance decided about one enrolment; see `contract.Draws`."""

    course: int
    imaging: int
    factor: int
    consolidation: int
    outlining: int
    planning: int
    checking: int
    reoutlining: int
    replanning: int
    drop: int
    no_show: list[int]
    infusion: list[int]
    low: list[int]
    delay: list[int]


class Course(NamedTuple):
    """A course of irradiation: how many fractions, and the minutes of the first one and of each later one."""

    fractions: int
    first: int
    later: int


@dataclass(frozen=True, slots=True)
class Task:
    """Work at a desk: `name` among `contract.TASKS`, the kind of event that ends it, and its rows in the ledger."""

    name: int
    minutes: int
    end: int
    begun: int
    done: int
    detail: int = 0
    staff: bool = False


@dataclass(slots=True, eq=False)
class Patient:
    """A patient in treatment.

    `appointments` are (minute, minutes reserved), ascending. `ended` is when irradiation did; once `finished`, nothing
    more is to come.
    """

    number: int
    site: int
    chances: Chances
    course: Course
    clock: Clock
    world: World
    department: Department
    log: Log
    gone: bool = False
    machine: int = -1
    appointments: list[tuple[int, int]] = field(default_factory=list)
    last_day: int = 0
    delivered: int = 0
    attempts: int = 0
    absences: int = 0
    away_until: int = 0
    ended: int | None = None
    finished: bool = False

    @property
    def rules(self) -> Rules:
        """What holds for every patient."""
        return self.world.rules

    @property
    def today(self) -> int:
        """The day, from 0."""
        return self.clock.now // DAY

    def note(self, event: int, resource: int, detail: int) -> None:
        """Write a row into the ledger."""
        self.log(event, self.number, resource, detail)

    def until(self, minute: int, kind: int) -> Process:
        """Wait for a minute. Raises `Left` if the patient is gone by then."""
        yield self.clock.at(minute, kind, self.number)
        if self.gone:
            raise Left

    def at_desk(self, desk: Desk, task: Task, *, priority: int) -> Process:
        """Wait for a turn at a desk and then until the work is done, with a row in the ledger for either.

        It takes a room, or with `task.staff` one of the staff instead. Work that has begun is finished even if the
        patient leaves meanwhile; `Left` is raised then, and if the turn is called off.
        """
        rooms, staff = (0, 1) if task.staff else (1, 0)
        yield from self.turn(desk, task.name, task.minutes, priority, rooms=rooms, staff=staff)
        self.note(task.begun, desk.number, task.detail)
        yield self.clock.at(desk.done_at(self.clock.now, task.minutes), task.end, self.number)
        desk.give_back(rooms=rooms, staff=staff)
        self.note(task.done, desk.number, task.detail)
        self.check()

    def turn(self, desk: Desk, task: int, minutes: int, priority: int, *, rooms: int, staff: int) -> Process:
        """Wait for a turn at a desk. Raises `Left` if it is called off."""
        given = yield desk.ask(self.number, task, minutes, priority=priority, rooms=rooms, staff=staff)
        if not given:
            raise Left

    def check(self) -> None:
        """Raise `Left` if the patient is gone."""
        if self.gone:
            raise Left

    def leave(self) -> None:
        """Leave treatment: appointments are given back, and requests at desks are called off."""
        self.gone = True
        for minute, reserved in self.appointments:
            self.department.book.reserve(self.machine, minute // DAY, -reserved)
        self.appointments = []
        for desk in self.department.desks:
            desk.withdraw(self.number)
