"""A department as it works: its three desks and the appointment book of its linacs."""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.simulate.trial.book import Book
from trialproof.simulate.trial.calendar import Days, days_of
from trialproof.simulate.trial.clock import Clock
from trialproof.simulate.trial.contract import DAY_UNIT, PHYSICS, SCANNER, Draws, World
from trialproof.simulate.trial.desk import Desk


@dataclass(frozen=True, slots=True, eq=False)
class Department:
    """One department; `linac_opens` is the minute of the day at which fractions begin."""

    number: int
    linac_opens: int
    days: Days
    book: Book
    scanner: Desk
    physics: Desk
    day_unit: Desk

    @property
    def desks(self) -> tuple[Desk, Desk, Desk]:
        """All that somebody can wait at."""
        return (self.scanner, self.physics, self.day_unit)

    def linac(self, place: int) -> int:
        """Return the number of a linac, as the ledger has it."""
        return linac_number(self.number, place)


def linac_number(department: int, place: int) -> int:
    """Return the number of a linac."""
    return department << 8 | place


def desk_number(department: int, kind: int) -> int:
    """Return the number of a desk."""
    return department << 2 | kind


def departments(clock: Clock, world: World, draws: Draws) -> list[Department]:
    """Return the departments of a world on the days that were drawn."""
    calendar = world.calendar
    found = []
    first = 0
    for number, linacs in enumerate(world.linacs.tolist()):
        book = Book(
            calendar,
            regular=int(world.linac_minutes[number]),
            overtime=int(world.overtime[number]),
            saturday=int(world.saturday_minutes[number]),
            background=draws.background[first : first + linacs],
            lost=draws.lost[first : first + linacs],
        )
        desks = [_desk(clock, world, number, kind) for kind in (SCANNER, PHYSICS, DAY_UNIT)]
        found.append(Department(number, int(world.linac_opens[number]), days_of(calendar), book, *desks))
        first += linacs
    return found


def _desk(clock: Clock, world: World, department: int, kind: int) -> Desk:
    return Desk(
        clock,
        world.calendar,
        desk_number(department, kind),
        opens=int(world.desk_opens[department, kind]),
        closes=int(world.desk_closes[department, kind]),
        rooms=int(world.rooms[department, kind]),
        staff=int(world.staff[department, kind]),
        pauses=kind == PHYSICS,
    )
