"""The same department as a textbook would model it in SimPy: resources, requests, timeouts, and nothing else.

It is what the readable engine is compared with for speed, on the same tables and draws. It has no appointment book, no
order within a minute, no opening hours at desks but those of whole days, and no ledger beyond a list of happenings; so
its results differ, and its work is if anything less.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from trialproof.simulate.trial.contract import DAY, NEVER, Draws, World

Process = Generator[simpy.Event, Any, None]


class Textbook:
    """One replication."""

    def __init__(self, world: World, draws: Draws) -> None:
        self.world, self.draws = world, draws
        self.env = env = simpy.Environment()
        self.open_day = world.calendar.open_day.tolist()
        self.row = {number: row for row, number in enumerate(draws.patient.tolist())}
        self.linacs = [simpy.PriorityResource(env, int(count)) for count in world.linacs]
        self.scanners = [simpy.Resource(env, int(rooms[0])) for rooms in world.rooms]
        self.physicists = [simpy.Resource(env, int(rooms[1])) for rooms in world.rooms]
        self.chairs = [simpy.Resource(env, int(rooms[2])) for rooms in world.rooms]
        self.nurses = [simpy.Resource(env, int(staff[2])) for staff in world.staff]
        self.enrolled = 0
        self.log: list[tuple[float, int, str]] = []

    def run(self) -> list[tuple[float, int, str]]:
        """Return what happened as (minute, patient, words)."""
        self.env.process(self.arrivals())
        self.env.run(until=self.world.calendar.days * DAY)
        return self.log

    def arrivals(self) -> Process:
        """Candidates come until the target is reached."""
        draws = self.draws
        for minute, number, failed, screening in zip(
            draws.arrive.tolist(), draws.number.tolist(), draws.failed.tolist(), draws.screening.tolist(), strict=True
        ):
            yield self.env.timeout(minute - self.env.now)
            if self.enrolled >= self.world.target:
                return
            if failed:
                self.log.append((self.env.now, number, "failed"))
            else:
                self.env.process(self.patient(number, screening))

    def until_open(self, minute_of_day: int) -> Process:
        """Wait for this minute of the next open day, at the earliest tomorrow."""
        day = self.env.now // DAY + 1
        while day < len(self.open_day) and not self.open_day[day]:
            day += 1
        yield self.env.timeout(day * DAY + minute_of_day - self.env.now)

    def serve(self, resource: simpy.Resource, minutes: int) -> Process:
        """Take a unit of a resource for so long."""
        with resource.request() as request:
            yield request
            yield self.env.timeout(minutes)

    def patient(self, number: int, screening: int) -> Process:
        """One candidate, from arrival to the last visit."""
        yield self.env.timeout(screening)
        if self.enrolled >= self.world.target:
            return
        self.enrolled += 1
        env, world, draws, row = self.env, self.world, self.draws, self.row[number]
        here = int(world.department[number >> 16])
        self.log.append((env.now, number, "enrolled"))
        course = int(draws.course[row])
        if course < 0:
            return
        yield from self.serve(self.scanners[here], world.rules.scan)
        yield env.timeout(int(draws.outlining[row]))
        yield from self.serve(self.physicists[here], int(draws.planning[row]))
        yield from self.serve(self.physicists[here], int(draws.checking[row]))
        self.log.append((env.now, number, "approved"))
        leaves = env.now + int(draws.drop[row]) if draws.drop[row] < NEVER else NEVER
        irradiation = env.process(self.irradiation(number, here, course, leaves))
        env.process(self.chemotherapy(number, here, row, irradiation, leaves))
        yield irradiation
        for visit in range(world.rules.visits):
            yield env.timeout(world.rules.visit_days * DAY)
            self.log.append((env.now, number, f"visit {visit + 1}"))

    def irradiation(self, number: int, here: int, course: int, leaves: float) -> Process:
        """A fraction on every open day."""
        world = self.world
        for fraction in range(int(world.fractions[course])):
            yield from self.until_open(int(world.linac_opens[here]))
            if self.env.now >= leaves:
                self.log.append((self.env.now, number, "left"))
                return
            minutes = world.later_minutes[course] if fraction else world.first_minutes[course]
            with self.linacs[here].request(priority=number) as request:
                yield request
                yield self.env.timeout(int(minutes))
            self.log.append((self.env.now, number, f"fraction {fraction + 1}"))

    def chemotherapy(self, number: int, here: int, row: int, irradiation: simpy.Process, leaves: float) -> Process:
        """A cycle every so many days as long as irradiation lasts."""
        draws, world = self.draws, self.world
        for cycle in range(world.rules.most_cycles):
            yield from self.until_open(int(world.desk_opens[here, 2]))
            if not irradiation.is_alive or self.env.now >= leaves:
                return
            with self.chairs[here].request() as chair:
                nurse = self.nurses[here].request()
                yield chair & nurse
                yield self.env.timeout(world.rules.nurse)
                self.nurses[here].release(nurse)
                yield self.env.timeout(max(int(draws.infusion[row, cycle]) - world.rules.nurse, 0))
            self.log.append((self.env.now, number, f"cycle {cycle + 1}"))
            if draws.factor[row]:
                yield self.env.timeout(world.rules.injection_delay)
                yield from self.serve(self.nurses[here], world.rules.injection)
                self.log.append((self.env.now, number, "injection"))
            yield self.env.timeout((world.rules.cycle_days - 3) * DAY)
