"""Interim counts from a file: one row for each site, with how many it has enrolled and, where known, when it opened.

Every site of the scenario has a row: a site that was forgotten would count as one that enrols nobody. Counts are of
whoever was enrolled before the day of the counts, and day 0 is the date on which the scenario begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.place import BadInput, Place
from trialproof.simulate.accrual.reprojection import Interim, TooEarly, must_be_open
from trialproof.simulate.scenario.distribution import Fixed
from trialproof.simulate.scenario.reader import listed
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Scenario, Site
from trialproof.simulate.table import Table, open_table

SITE, ENROLLED, OPENED = "site", "enrolled", "opened"
NEEDED, COLUMNS = (SITE, ENROLLED), (SITE, ENROLLED, OPENED)
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(r"[0-9]{1,12}")
MANY = 1000
NAMED = 6
"""So many sites that were forgotten are named."""


@dataclass(frozen=True, slots=True, eq=False)
class InterimFile:
    """What a file says, and where: `rows` has the line of each site, `columns` the place of each column."""

    interim: Interim
    table: Table
    columns: Mapping[str, int]
    rows: Mapping[str, int]

    def too_early(self, error: TooEarly, scenario: Scenario) -> BadInput:
        """Return what to tell a user of a site that has enrolled somebody before it could."""
        (site,) = (each for each in scenario.accrual.sites if each.name == error.site)
        count = self.interim.enrolled[site.name]
        if not self.interim.day:
            advice = "counts are of whoever was enrolled before the day of `--on`, on which the trial only begins"
        elif site.name in self.interim.opened:
            advice = "by the scenario, screening takes longer than the site has been open"
        else:
            advice = f"by the scenario it opens {_opening(scenario, site)}; the column `opened` says when it did"
        message = f"`{site.name}` has enrolled {count} before it could"
        return _problem(self.table, self.rows[site.name], self.columns[ENROLLED], message, advice)

    def check_open(self, target: int, *, learned: bool) -> None:
        """Raise `BadInput` where nothing is left to project, or where rates are to be learned from nobody."""
        total = sum(self.interim.enrolled.values())
        if total >= target:
            message = f"{total} are enrolled and {target} were wanted: nothing is left to project"
            raise _problem(self.table, 1, self.columns[ENROLLED], message)
        if learned and not total:
            advice = "`--as-planned` projects by the scenario alone"
            message = "nobody is enrolled yet, so that nothing can be learned from the counts"
            raise _problem(self.table, 1, self.columns[ENROLLED], message, advice)


def read_day(text: str, scenario: Scenario) -> int:
    """Return the day of the trial that a date on the command line means. Raises `BadInput`."""
    here = Place(f"--on {text}")
    found = _date(text)
    if found is None:
        raise BadInput(f"{show(text)} is no date", here, help=_like(scenario))
    day = (found - scenario.begins).days
    if day < 0:
        advice = f"the scenario begins on {scenario.begins.isoformat()}"
        raise BadInput("this is before the trial begins", here, help=advice)
    if day >= scenario.horizon_days:
        raise BadInput("this is not before the horizon", here, help=_horizon(scenario))
    return day


def read_interim(path: Path, scenario: Scenario, day: int) -> InterimFile:
    """Return the counts of a CSV or Parquet file as of a day of the trial. Raises `BadInput`, and nothing else."""
    table = open_table(path)
    columns = _columns(table)
    sites = {site.name: site for site in scenario.accrual.sites}
    enrolled, opened, rows = dict[str, int](), dict[str, float](), dict[str, int]()
    for chunk in table.rows(MANY):
        cells = {name: table.texts(chunk.columns[at]) for name, at in columns.items()}
        for at, line in enumerate(chunk.at.tolist()):
            row = _Row(table, columns, line, {name: each.distinct[each.codes[at]] for name, each in cells.items()})
            site = _site(row, sites, rows)
            rows[site.name] = line
            enrolled[site.name] = _count(row, site)
            since = _opened(row, site, enrolled[site.name], scenario, day)
            if since is not None:
                opened[site.name] = float(since)
    forgotten = [name for name in sites if name not in rows]
    if forgotten:
        raise _incomplete(path, forgotten)
    return InterimFile(Interim(day, enrolled, opened), table, columns, rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    table: Table
    columns: Mapping[str, int]
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def problem(self, column: str, message: str, advice: str | None = None) -> BadInput:
        return _problem(self.table, self.line, self.columns[column], message, advice)


def _columns(table: Table) -> dict[str, int]:
    """Return where each column is; one that nobody would read is refused."""
    found: dict[str, int] = {}
    for at, heading in enumerate(table.header):
        name = heading.strip()
        if name not in COLUMNS:
            meant = did_you_mean(name, [each for each in COLUMNS if each not in found])
            advice = f"did you mean `{meant}`?" if meant else f"the columns are {', '.join(COLUMNS)}"
            raise _problem(table, 1, at, f"there is no column {show(name)} in a file of counts", advice)
        if name in found:
            raise _problem(table, 1, at, f"there are two columns `{name}`")
        found[name] = at
    for name in NEEDED:
        if name not in found:
            place, excerpt, _ = table.locate(1, 0)
            advice = "the first line is `site,enrolled` or `site,enrolled,opened`"
            width = len(excerpt or " ")
            raise BadInput(f"there is no column `{name}`", place, excerpt=excerpt, width=width, help=advice)
    return found


def _site(row: _Row, sites: Mapping[str, Site], rows: Mapping[str, int]) -> Site:
    name = row.text(SITE)
    if not name:
        raise row.problem(SITE, "this row names no site")
    if name not in sites:
        meant = did_you_mean(name, sites)
        advice = f"did you mean `{meant}`?" if meant else f"there is {', '.join(sites)}"
        raise row.problem(SITE, f"the scenario has no site {show(name)}", advice)
    if name in rows:
        raise row.problem(SITE, f"`{name}` has two rows", f"the first is {row.table.counted} {rows[name]}")
    return sites[name]


def _count(row: _Row, site: Site) -> int:
    text = row.text(ENROLLED)
    if not WHOLE.fullmatch(text):
        said = f"{show(text)} is" if text else "this is"
        advice = "write a whole number: 0, 1, 2, ..."
        raise row.problem(ENROLLED, f"{said} no number of patients", advice)
    if site.cap is not None and int(text) > site.cap:
        advice = "raise its `cap` in the scenario"
        raise row.problem(ENROLLED, f"`{site.name}` has enrolled {int(text)} and takes at most {site.cap}", advice)
    return int(text)


def _opened(row: _Row, site: Site, enrolled: int, scenario: Scenario, day: int) -> int | None:
    """Return the day of the trial on which a site opens; None if the scenario says."""
    text = row.text(OPENED)
    if not text:
        if must_be_open(site, day):
            advice = "write in the column `opened` when it did, or when it will"
            where = OPENED if OPENED in row.columns else SITE
            raise row.problem(where, f"`{site.name}` is open by now in any case, by the scenario; since when?", advice)
        return None
    found = _date(text)
    if found is None:
        raise row.problem(OPENED, f"{show(text)} is no date", _like(scenario))
    since = (found - scenario.begins).days
    if since < 0:
        advice = f"the scenario begins on {scenario.begins.isoformat()}: let it begin when the first site opens"
        raise row.problem(OPENED, f"`{site.name}` opened before the trial begins", advice)
    if since >= scenario.horizon_days:
        raise row.problem(OPENED, f"`{site.name}` opens after the horizon", _horizon(scenario))
    if enrolled and since >= day:
        counted = (scenario.begins + timedelta(days=day)).isoformat()
        message = f"`{site.name}` has enrolled {enrolled} before {counted}, and was not open by then"
        raise row.problem(OPENED, message, "correct the date, or the count")
    return since


def _incomplete(path: Path, forgotten: Sequence[str]) -> BadInput:
    named = listed(forgotten[:NAMED])
    left = len(forgotten) - NAMED
    more = f", and {left} more site{'s' if left > 1 else ''}" if left > 0 else ""
    advice = f"`{forgotten[0]},0` says that it has enrolled nobody"
    return BadInput(f"there is no row for {named}{more}", Place(str(path)), help=advice)


def _problem(table: Table, line: int, column: int, message: str, advice: str | None = None) -> BadInput:
    place, excerpt, width = table.locate(line, column)
    where = "" if excerpt is not None else f", in {table.counted} {line} of the table"
    return BadInput(f"{message}{where}", place, excerpt=excerpt, width=width, help=advice)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if ISO.fullmatch(text) else None
    except ValueError:
        return None


def _like(scenario: Scenario) -> str:
    return f"write it as {scenario.begins.isoformat()}: year, month, day"


def _horizon(scenario: Scenario) -> str:
    end = scenario.begins + timedelta(days=scenario.horizon_days)
    return f"which is {end.isoformat()}, {scenario.horizon_days} days after the beginning; the scenario can raise it"


def _opening(scenario: Scenario, site: Site) -> str:
    if not isinstance(site.opens.family, Fixed):
        return "by chance"
    return f"on {(scenario.begins + timedelta(days=site.opens.family.value // MINUTES_A_DAY)).isoformat()}"
