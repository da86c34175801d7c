"""Treatment over simulated trials: how it ends, how long it takes, and what is missed, put off or left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.reports.page.charts.bars import Bar, Part, divided
from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.ranges import Strip, strips
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.told import Figure, Table, inside, plainly, shown, sign_of, table
from trialproof.reports.simulation_table import Row

OUTCOMES, FIGURES = "treatment-outcomes", "treatment-figures"
MARKS = ("least", "q05", "q25", "q75", "q95", "most")
STATES = {
    "completed": "completed with every fraction",
    "shortened": "completed with fewer",
    "left_during": "left during irradiation",
    "left_before_start": "left before it began",
    "no_appointment": "no appointment before the horizon",
    "under_way": "under way at the horizon",
    "waiting": "waiting at the horizon",
    "not_simulated": "treatment not simulated",
}
STRIPS = {
    "start_days": "days to the first fraction",
    "start_days_most": "the longest in a trial, days",
    "irradiation_days": "days of irradiation",
    "prolongation": "days longer than planned",
    "delivered_share": "fractions given, of who finished",
    "cycles.concurrent": "cycles during irradiation",
    "cycles.consolidation": "cycles of consolidation",
    "adapted_share": "new plans ready in time",
    "dropout_share": "patients who left",
}
MORE = {
    "late_start_share": "waited more than 28 days for the first fraction",
    "fractions_missed.away": "fractions missed: did not come",
    "fractions_missed.low_count": "fractions missed: low count",
    "fractions_missed.no_machine": "fractions missed: no machine",
    "fractions_moved": "fractions on another machine",
    "fractions_rebooked": "missed fractions given on another day",
    "fractions_omitted": "fractions left out",
    "low_counts": "severe low counts",
    "interruption_days": "days of interruption by low counts",
    "cycles_delayed": "cycles put off",
    "injections": "injections of growth factor",
    "injections_elsewhere": "injections on closed days",
    "adaptations.in_time": "new plans in time",
    "adaptations.too_late": "new plans too late",
    "completed_share": "completed every fraction",
    "visits": "visits of follow-up",
}


@dataclass(frozen=True, slots=True)
class Treatment:
    """The section: how patients end, figures on scales of their own, and all the rest as a table."""

    outcomes: Figure
    figures: Figure
    more: Table


def treatment(material: Material) -> Treatment | None:
    """Return the section; None without a run, or where nobody is treated."""
    run = material.run
    if run is None or run.mean("start_days") is None:
        return None
    return Treatment(_outcomes(run), _figures(run), table(run, "What else happens in a trial", _names(run)))


def charts(material: Material) -> Iterator[Chart]:
    """Yield the charts of the section."""
    found = treatment(material)
    if found is not None:
        yield found.outcomes.chart
        yield found.figures.chart


def _names(run: Run) -> Iterator[tuple[str, str]]:
    return ((words, name) for name, words in MORE.items() if run.mean(name) is not None)


def _outcomes(run: Run) -> Figure:
    states = dict(run.of("patients"))
    looks = ("choice-3", "choice-6", "choice-2", "choice-5", "choice-4", "choice-7", "choice-8", "hatched")
    parts = tuple(
        Part(states[state].mean or 0.0, look, f"{words}: {plainly(states[state])}")
        for (state, words), look in zip(STATES.items(), looks, strict=True)
        if state in states
    )
    title = "How treatment ends"
    bar = Bar("the enrolled", f"{plainly(run.rows['enrolled'])} of a trial", parts)
    names = ((words, f"patients.{state}") for state, words in STATES.items() if run.mean(f"patients.{state}"))
    return Figure(
        Chart(OUTCOMES, title, divided(OUTCOMES, title, [bar])), title, "", table(run, "Patients of a trial", names)
    )


def _figures(run: Run) -> Figure:
    rows = [(name, words, run.rows[name]) for name, words in STRIPS.items()
            if run.mean(name) is not None and _varies(run.rows[name])]  # fmt: skip
    found = [
        Strip(words, inside(run, name), _marks(row), row.mean or 0.0, run.expected(name), sign_of(row))
        for name, words, row in rows
    ]
    title = "Treatment over simulated trials"
    names = ((words, name) for name, words in STRIPS.items() if run.mean(name) is not None)
    return Figure(
        Chart(FIGURES, title, strips(FIGURES, title, found)), title, "", table(run, "Means of a trial", names)
    )


def _varies(row: Row) -> bool:
    return bool(row.cells["least"] != row.cells["most"])


def _marks(row: Row) -> tuple[float, float, float, float, float, float]:
    least, low, first, third, high, most = (shown(row, key) or 0.0 for key in MARKS)
    return least, low, first, third, high, most
