"""The departments of a scenario file: machines, staff, and their hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from trialproof.model.source import DataPath
from trialproof.simulate.scenario.amounts import read_hours, read_share, read_whole_minutes, say_count, say_share
from trialproof.simulate.scenario.distribution import Distribution
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Department, Downtime, Hours
from trialproof.simulate.scenario.shape_department import RESOURCES, Department as DepartmentPart
from trialproof.simulate.scenario.shape_value import Backed
from trialproof.simulate.scenario.spread import minutes, read_spread, shares, support

PATH = ("departments",)
MOST_LINACS = 200
"""So many linacs of one department can be told apart."""
MOST_OF_ALL = 1000
"""At most so many departments, and so many linacs in all of them: a day of each is drawn."""

P = TypeVar("P", bound=Backed)


def read_departments(reader: Reader, parts: Mapping[str, DepartmentPart]) -> dict[str, Department]:
    """Return the departments by name. Raises `BadInput`."""
    found = {name: _DepartmentReader(reader, name, parts).department() for name in parts}
    if len(found) > MOST_OF_ALL or sum(each.linacs for each in found.values()) > MOST_OF_ALL:
        raise reader.problem(f"at most {MOST_OF_ALL} departments and linacs are simulated", PATH, at_key=True)
    return found


class _DepartmentReader:
    """Reads one department; what it does not say comes from the one that it is like."""

    def __init__(self, reader: Reader, name: str, parts: Mapping[str, DepartmentPart]) -> None:
        self._reader = reader
        self._name = name
        self._part = parts[name]
        self._other, self._other_name = self._like(parts)

    def department(self) -> Department:
        """Return the department."""
        linacs, path = self._resource("linacs", self._part.linacs, self._other.linacs)
        linac_hours = self._hours(path, linacs.hours)
        overtime = read_whole_minutes(self._reader.source, (*path, "overtime"), linacs.overtime)
        saturday = read_whole_minutes(self._reader.source, (*path, "saturday"), linacs.saturday)
        for key, end in (("overtime", linac_hours.closes + overtime), ("saturday", linac_hours.opens + saturday)):
            if end > MINUTES_A_DAY:
                raise self._reader.problem("this goes on past midnight", (*path, key))
        if int(linacs.machines) > MOST_LINACS:
            message = f"at most {MOST_LINACS} linacs of one department are simulated"
            raise self._reader.problem(message, (*path, "machines"))
        said = f"{say_count(int(linacs.machines), 'linac')} {linacs.hours.strip()}, overtime up to {overtime} minutes"
        self._assume(path, f"{said}, {saturday} minutes on a make-up Saturday", linacs)
        background = self._background()
        downtime = self._downtime()
        scanners, path = self._resource("scanners", self._part.scanners, self._other.scanners)
        scanner_hours = self._hours(path, scanners.hours)
        said = f"{say_count(int(scanners.machines), 'CT simulator')} {scanners.hours.strip()}"
        self._assume(path, said, scanners)
        physicists, path = self._resource("physicists", self._part.physicists, self._other.physicists)
        physicist_hours = self._hours(path, physicists.hours)
        said = f"{say_count(int(physicists.staff), 'physicist')} {physicists.hours.strip()}"
        self._assume(path, said, physicists)
        day_unit, path = self._resource("day_unit", self._part.day_unit, self._other.day_unit)
        infusion_hours = self._hours(path, day_unit.hours)
        said = f"{say_count(int(day_unit.chairs), 'chair')} and {say_count(int(day_unit.nurses), 'nurse')}"
        self._assume(path, f"{said} {day_unit.hours.strip()}", day_unit)
        return Department(
            name=self._name,
            linacs=int(linacs.machines),
            linac_hours=linac_hours,
            overtime=overtime,
            saturday=saturday,
            background=background,
            downtime=downtime,
            scanners=int(scanners.machines),
            scanner_hours=scanner_hours,
            physicists=int(physicists.staff),
            physicist_hours=physicist_hours,
            chairs=int(day_unit.chairs),
            nurses=int(day_unit.nurses),
            infusion_hours=infusion_hours,
        )

    def _background(self) -> Distribution:
        part, path = self._resource("background", self._part.background, self._other.background)
        booked = read_spread(self._reader, path, part, shares(self._reader))
        self._assume(path, f"of a linac's day, booked by other patients: {booked.says}", part)
        return booked.distribution

    def _downtime(self) -> Downtime:
        part, path = self._resource("downtime", self._part.downtime, self._other.downtime)
        share = read_share(self._reader.source, (*path, "share"), part.share, "a share")
        if share == 1:
            raise self._reader.problem("the linacs never work", (*path, "share"))
        outage = read_spread(self._reader, (*path, "outage"), part.outage, minutes(self._reader, most=MINUTES_A_DAY))
        if support(outage.distribution)[1] <= 0:
            raise self._reader.problem("a breakdown takes no time", (*path, "outage"))
        self._assume(path, f"{say_share(share)} of linac hours are lost; length of a breakdown: {outage.says}", part)
        return Downtime(float(share), outage.distribution)

    def _resource(self, key: str, own: P | None, others: P | None) -> tuple[P, DataPath]:
        """Return what is said of a resource, and where."""
        if own is not None:
            return own, (*PATH, self._name, key)
        assert others is not None  # noqa: S101 - `_like` saw to that
        return others, (*PATH, self._other_name, key)

    def _like(self, parts: Mapping[str, DepartmentPart]) -> tuple[DepartmentPart, str]:
        """Return the department from which comes what this one does not say: complete, itself if need be."""
        path = (*PATH, self._name)
        lacking = _lacking(self._part)
        if self._part.like is None:
            if lacking:
                advice = "add what is lacking, or `like:` with another department"
                raise self._reader.problem(f"`{self._name}` has no {listed(lacking)}", path, advice, at_key=True)
            return self._part, self._name
        name, where = self._part.like.department, (*path, "like", "department")
        if name not in parts or name == self._name:
            others = [each for each in parts if each != self._name]
            raise self._reader.unknown("there is no other department", name, where, others)
        if parts[name].like is not None or _lacking(parts[name]):
            raise self._reader.problem(f"`{name}` does not say everything itself", where, "name one that does")
        if not lacking:
            raise self._reader.problem("this department says everything itself", where, "leave `like` out")
        said = f"department {self._name}: {', '.join(lacking).replace('_', ' ')} as in {name}"
        self._reader.assume((*path, "like"), said, self._part.like)
        return parts[name], name

    def _assume(self, path: DataPath, says: str, part: Backed) -> None:
        """Take note of an entry, once: for the department in which it stands."""
        if path[1] == self._name:
            self._reader.assume(path, f"department {self._name}: {says}", part)

    def _hours(self, path: DataPath, text: str) -> Hours:
        return read_hours(self._reader.source, (*path, "hours"), text)


def _lacking(part: DepartmentPart) -> list[str]:
    return [key for key in RESOURCES if getattr(part, key) is None]
