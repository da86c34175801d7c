"""Accrual over simulated trials: the fan of enrolment by month, and when the target is reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.fan import MONTHS, Fan, Month, drawn_months, fan
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.told import Figure, Table, plainly, shown, table

NAME = "accrual-fan"
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
YEAR = 12


@dataclass(frozen=True, slots=True)
class Accrual:
    """The section: the fan, a sentence on when half of the trials are full, and the sites."""

    fan: Figure
    sites: Table | None


def accrual(material: Material) -> Accrual | None:
    """Return the section; None without a run, or for one of less than a month."""
    run = material.run
    if run is None or not run.of("enrolled_by"):
        return None
    return Accrual(_fan(run), _sites(run))


def charts(material: Material) -> Iterator[Chart]:
    """Yield the charts of the section."""
    found = accrual(material)
    if found is not None:
        yield found.fan.chart


def _fan(run: Run) -> Figure:
    target = int(run.summary["target"])
    months = [_month(run, f"enrolled_by.{month}") for month, _ in run.of("enrolled_by")]
    reached, share = run.rows["duration_if_reached"], run.rows["target_reached"]
    middle = None
    if reached.mean is not None:
        low, half, high = (shown(reached, key) or 0.0 for key in ("q05", "q50", "q95"))
        middle = (low, half, high)
    never = ""
    if (share.cells["mean"] or 0.0) < 1.0:
        missed = run.replications - round((share.cells["mean"] or 0.0) * run.replications)
        never = f"{missed:,} of {run.replications:,} trials not within {run.summary['horizon_days']:,} days"
    drawn = Fan(
        tuple(months[: drawn_months(months, target)]),
        target,
        run.begins,
        run.numbers["duration_if_reached"],
        middle,
        never,
    )
    title = "Patients enrolled, month by month"
    names = [
        ("target reached before the horizon", "target_reached"),
        ("days of recruiting, at most to the horizon", "duration"),
        ("days of recruiting, where the target was reached", "duration_if_reached"),
        ("enrolled in the end", "enrolled"),
    ]
    names += [
        (f"enrolled within {month} months", f"enrolled_by.{month}")
        for month in range(YEAR // 2, len(drawn.months) + 1, YEAR // 2)
    ]
    names += [("candidates", "candidates"), ("enrolled of the candidates", "screening_yield")]
    tree = fan(NAME, f"{title}: bands over {run.replications} simulated trials, with a target of {target}", drawn)
    return Figure(Chart(NAME, title, tree), title, _says(run, middle), table(run, "Accrual", names))


def _says(run: Run, middle: tuple[float, float, float] | None) -> str:
    """Say when the trials that reach their target reach it."""
    if middle is None:
        return "No simulated trial reaches its target before the horizon."
    low, half, high = (_date(run, days) for days in middle)
    reached = run.rows["target_reached"]
    share = "Every simulated trial" if reached.cells["mean"] == 1.0 else f"{plainly(reached)} of simulated trials"
    verb = "reaches its target" if reached.cells["mean"] == 1.0 else "reach their target"
    return f"{share} {verb}: half of them by {half}, nine of ten between {low} and {high}."


def _date(run: Run, days: float) -> str:
    day = run.begins + timedelta(days=int(days))
    return f"{MONTHS[day.month - 1]} {day.year}"


def _month(run: Run, name: str) -> Month:
    row = run.rows[name]
    five, quarter, half, three, most = (shown(row, key) or 0.0 for key in QUANTILES)
    return Month((five, quarter, half, three, most), run.expected(name))


def _sites(run: Run) -> Table | None:
    found = run.of("enrolled_at")
    return table(run, "Enrolled at each site", ((site, f"enrolled_at.{site}") for site, _ in found)) if found else None
