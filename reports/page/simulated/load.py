"""The load on the departments over simulated trials: linacs against their hours, desks by weekday, and waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.multiples import Day, Dots, Machine, columns, machines, rows
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.told import Figure, plainly, table
from trialproof.reports.simulation_table import Row
from trialproof.simulate.results.week import ALL, WEEKDAYS

LINACS, DESKS, WAITS = "load-linacs", "load-desks", "load-waits"
MOST_PANELS = 24
"""So many linacs are drawn, the fullest; the table has all of them."""
A_DAY = 24.0
MINUTES = ("linac_load", "linac_trial_load", "linac_peak")
LINAC_WORDS = {
    "linac_utilisation": "of its regular minutes in use",
    "linac_trial_load": "minutes of this trial on a day",
    "linac_peak": "minutes on the fullest day of a trial",
    "linac_lost": "minutes lost to breakdowns on a day",
    "linac_overtime": "minutes of overtime on a day",
    "linac_over_capacity": "of days over the regular minutes",
}
WAIT_WORDS = {"wait": "hours", "wait_over_day": "above a day", "wait_most": "the longest of a trial, hours"}


@dataclass(frozen=True, slots=True)
class Load:
    """The section; each part is None where there is nothing to show. `undrawn` linacs stand in the table only."""

    linacs: Figure | None
    undrawn: int
    desks: Figure | None
    waits: Figure | None


def load(material: Material) -> Load | None:
    """Return the section; None without a run, or where no treatment is simulated."""
    run = material.run
    if run is None:
        return None
    found = _busy_linacs(run)
    fullest = sorted(found, key=lambda each: -(_row(run, "linac_utilisation", each, ALL).mean or 0.0))
    drawn = sorted(fullest[:MOST_PANELS], key=found.index)
    it = Load(_linacs(run, found, drawn) if found else None, len(found) - len(drawn), _desks(run), _waits(run))
    return None if it.linacs is it.desks is it.waits is None else it


def charts(material: Material) -> Iterator[Chart]:
    """Yield the charts of the section."""
    found = load(material)
    if found is not None:
        yield from (each.chart for each in (found.linacs, found.desks, found.waits) if each is not None)


def _busy_linacs(run: Run) -> list[str]:
    """Return the linacs, each with its department, that were in use in any trial."""
    return [
        of.removesuffix(f".{ALL}")
        for of, row in run.of("linac_utilisation")
        if of.endswith(f".{ALL}") and row.mean is not None
    ]


def _row(run: Run, metric: str, of: str, day: str) -> Row:
    return run.rows[f"{metric}.{of}.{day}"]


def _linacs(run: Run, found: Sequence[str], drawn: Sequence[str]) -> Figure:
    panels = [
        Machine(
            each.replace(".linac", ", linac "),
            f"{plainly(_row(run, 'linac_over_capacity', each, ALL))} of days over",
            tuple(_days(run, each)),
        )
        for each in drawn
    ]
    title = "Linacs by day of the week, against their regular hours"
    names = [
        (f"{each}: {words}", f"{metric}.{each}.{ALL}") for each in found for metric, words in LINAC_WORDS.items()
    ]
    names += [
        (f"{each}, {day}: {words}", f"{metric}.{each}.{day}")
        for each in found
        for day in WEEKDAYS
        for metric, words in LINAC_WORDS.items()
        if metric in ("linac_utilisation", "linac_over_capacity")
    ]
    return Figure(Chart(LINACS, title, machines(LINACS, title, panels)), title, "", table(run, title, names))


def _days(run: Run, linac: str) -> Iterator[Day]:
    for day in WEEKDAYS:
        used = run.rows.get(f"linac_utilisation.{linac}.{day}")
        if used is None or not used.cells["mean"]:
            continue
        all_of_it, trial, peak = (_row(run, name, linac, day).mean or 0.0 for name in MINUTES)
        hours = all_of_it / used.cells["mean"]
        yield Day(day[:2].capitalize(), (all_of_it - trial) / hours, trial / hours, peak / hours)


def _desks(run: Run) -> Figure | None:
    busy = {of: row for of, row in run.of("desk_busy") if row.mean is not None}
    resources = list(dict.fromkeys(of.rsplit(".", 2)[1] for of in busy))
    departments = list(dict.fromkeys(of.rsplit(".", 2)[0] for of in busy))
    if not any(row.mean for row in busy.values()):
        return None
    panels = [_desk(resource, departments, busy) for resource in resources]
    title = "Scanners, physicists, chairs and nurses: share of their time that this trial takes"
    names = [
        (f"{department}, {resource}: {words}", f"{metric}.{department}.{resource}.{ALL}")
        for department in departments
        for resource in resources
        for metric, words in (("desk_busy", "of its time"), ("desk_peak", "minutes on the fullest day"))
    ]
    names += [
        (f"{department}, {resource}, {day}: of its time", f"desk_busy.{department}.{resource}.{day}")
        for department in departments
        for resource in resources
        for day in WEEKDAYS
    ]
    tree = columns(DESKS, title, panels, "share of the time that is staffed", " %")
    return Figure(Chart(DESKS, title, tree), title, "", table(run, title, names))


def _desk(resource: str, departments: Sequence[str], busy: dict[str, Row]) -> Dots:
    found = []
    for day in WEEKDAYS:
        values = [busy[name].mean or 0.0 for each in departments if (name := f"{each}.{resource}.{day}") in busy]
        if values:
            found.append((day[:2].capitalize(), tuple(values)))
    mine = {of: row for of, row in busy.items() if of.rsplit(".", 2)[1] == resource and not of.endswith(f".{ALL}")}
    furthest = ""
    if mine:
        of = max(mine, key=lambda each: mine[each].mean or 0.0)
        department, _, day = of.rsplit(".", 2)
        furthest = f"most: {plainly(mine[of])}, {department}, {day[:3].capitalize()}"
    return Dots(resource, tuple(found), furthest)


def _waits(run: Run) -> Figure | None:
    found = {of: row for of, row in run.of("wait") if row.mean is not None}
    if not found:
        return None
    tasks = list(dict.fromkeys(of.rpartition(".")[2] for of in found))
    lines = []
    for task in tasks:
        mine = {of: row for of, row in found.items() if of.rpartition(".")[2] == task}
        worst = max(mine, key=lambda each: mine[each].mean or 0.0)
        told = f"longest {plainly(mine[worst])} h, {worst.rpartition('.')[0]}" if mine[worst].mean else "no wait"
        lines.append(Dots(task.replace("_", " "), (("", tuple(row.mean or 0.0 for row in mine.values())),), told))
    title = "Waiting for a turn"
    names = [
        (f"{of.rpartition('.')[0]}, {of.rpartition('.')[2].replace('_', ' ')}: {words}", f"{metric}.{of}")
        for of in found
        for metric, words in WAIT_WORDS.items()
    ]
    most = max(row.mean or 0.0 for row in found.values())
    threshold = (A_DAY, "a day") if most > A_DAY / 2 else None
    tree = rows(WAITS, title, lines, "mean hours by the clock, nights and closed days included", threshold)
    return Figure(Chart(WAITS, title, tree), title, "", table(run, title, names))
