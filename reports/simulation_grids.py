"""The parts of a simulation's report that are tables: screening, other readings, machines and desks by weekday."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.reports.simulation_table import Row, grid, number
from trialproof.reports.simulation_told import Told
from trialproof.simulate.results.screening import CONSENT, UNSETTLED
from trialproof.simulate.results.week import ALL, WEEKDAYS

NARROWEST = 18
STEPS = {UNSETTLED: "unsettled, or not for them", CONSENT: "declined to take part"}
"""Steps of screening that are no criteria."""


def funnel(told: Told) -> Iterator[str]:
    """Yield a table of the steps of screening."""
    came = told.rows["candidates"].mean
    if not came:
        return
    rows = []
    for step, row in told.of("failed_first"):
        any_row = told.rows.get(f"failed_any.{step}")
        if row.mean or (any_row is not None and any_row.mean):
            share = f"{number(100 * (row.mean or 0) / came, 1)}%"
            anyhow = "" if any_row is None else any_row.say()
            rows.append((STEPS.get(step, step), row.say(), share, anyhow))
    for label, name in (("too late, or no room", "refused"), ("in screening at the end", "in_screening")):
        if told.rows[name].mean:
            rows.append((label, told.rows[name].say(), f"{number(100 * (told.rows[name].mean or 0) / came, 1)}%", ""))
    enrolled = told.rows["enrolled"]
    rows.append(("enrolled", enrolled.say(), f"{number(100 * (enrolled.mean or 0) / came, 1)}%", ""))
    yield told.page.heading(f"Screening, candidates of a trial: {told.rows['candidates'].say()} on average")
    yield from grid(("", "fail here first", "of all", "fail it at all"), rows, 26)


def readings(told: Told) -> Iterator[str]:
    """Yield what each other reading of a sentence would change."""
    changes = told.of("reading_changes")
    if not changes or not told.rows["enrolled"].mean:
        return
    yield told.page.heading("If one sentence were read otherwise, the same patients; shares of the enrolled")
    arms = [*(arm for arm, _ in told.of("arm_share")), "none"]
    rows = [
        (reading, *(told.rows[f"arm_under.{reading}.{arm}"].say() for arm in arms), row.say())
        for reading, row in changes
        if row.mean
    ]
    same = [reading for reading, row in changes if not row.mean]
    if rows:
        for line in rows:
            yield f"  {line[0]}"
            cells = (f"{arm} {cell}" for arm, cell in zip((*arms, "patients who change:"), line[1:], strict=True))
            yield told.page.paragraph("; ".join(cells), indent=6)
    if same:
        yield told.page.paragraph(f"No arm changes, ever: {', '.join(same)}", indent=2)


def linacs(told: Told) -> Iterator[str]:
    """Yield a table of the linacs by day of the week."""
    utilisation = dict(told.of("linac_utilisation"))
    machines = list(dict.fromkeys(of.rpartition(".")[0] for of, row in utilisation.items() if row.mean is not None))
    if not machines:
        return
    days = [day for day in (*WEEKDAYS, ALL) if any(f"{machine}.{day}" in utilisation for machine in machines)]
    yield told.page.heading("Linacs: share of the regular minutes in use by weekday, and days over capacity")
    rows = []
    for machine in machines:
        cells = [_share(utilisation.get(f"{machine}.{day}")) for day in days]
        peak, over = told.rows[f"linac_peak.{machine}.{ALL}"], told.rows[f"linac_over_capacity.{machine}.{ALL}"]
        rows.append((machine, *cells, number(peak.mean or 0, 0), over.say()))
    yield from grid(("", *(day[:3] for day in days), "peak min", "days over"), rows, _wide(machines))
    yield from _errors([utilisation[name] for name in _days_of(machines, days) if name in utilisation])


def desks(told: Told) -> Iterator[str]:
    """Yield a table of the other resources by day of the week."""
    busy = dict(told.of("desk_busy"))
    desks = list(dict.fromkeys(of.rpartition(".")[0] for of, row in busy.items() if row.mean is not None))
    if not desks:
        return
    days = [day for day in (*WEEKDAYS, ALL) if any(f"{desk}.{day}" in busy for desk in desks)]
    yield told.page.heading("Scanners, physicists, chairs, nurses: share of their time that this trial takes")
    rows = []
    for desk in desks:
        cells = [_share(busy.get(f"{desk}.{day}")) for day in days]
        rows.append((desk, *cells, number(told.rows[f"desk_peak.{desk}.{ALL}"].mean or 0, 0)))
    yield from grid(("", *(day[:3] for day in days), "peak min"), rows, _wide(desks))
    yield from _errors([busy[name] for name in _days_of(desks, days) if name in busy])


def _days_of(resources: Sequence[str], days: Sequence[str]) -> Iterator[str]:
    yield from (f"{resource}.{day}" for resource in resources for day in days)


def _wide(names: Sequence[str]) -> int:
    return max(NARROWEST, *map(len, names))


def _share(row: Row | None) -> str:
    return "-" if row is None or row.mean is None else f"{number(row.mean, 1)}%"


def _errors(rows: Sequence[Row]) -> Iterator[str]:
    """Say how large the errors of a table are that shows none, and over how many replications it is."""
    largest = max((row.mcse for row in rows if row.mcse is not None), default=None)
    counts = [row.cells["n"] for row in rows]
    if largest is not None:
        n = f"{min(counts)} to {max(counts)}" if min(counts) < max(counts) else f"{counts[0]}"
        yield f"  No MCSE of a share by day is above {largest:.2g} points; n = {n}"
