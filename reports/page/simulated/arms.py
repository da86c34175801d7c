"""The arms over simulated trials: their sizes, what another reading would make of the same patients, their balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialproof.reports.page.charts.bars import Bar, Part, divided
from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.dots import Panel, distributions
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.told import Figure, Table, brief, far, line, nine_of_ten, plainly, say, table
from trialproof.reports.simulation_table import Row, digits_of

MOST_LOOKS = 8
MOST_IMBALANCED = 8
"""So many covariates are shown, those in which the arms differ most."""
NOBODY = "none"
DISTRIBUTION, READINGS = "arms-sizes", "arms-readings"


@dataclass(frozen=True, slots=True)
class Arms:
    """The section: the sizes, what other readings change (None: nothing), those that change nothing, and balance."""

    sizes: Figure
    readings: Figure | None
    changes: Table | None
    unchanged: tuple[str, ...]
    balance: Table | None


def arms(material: Material) -> Arms | None:
    """Return the section; None without a run, or where nobody is enrolled."""
    run = material.run
    if run is None or any(row.mean is None for _, row in run.of("arm_count")) or not run.of("arm_count"):
        return None
    changes = run.of("reading_changes")
    changing = [(reading, row) for reading, row in changes if row.mean]
    return Arms(
        _sizes(run),
        _readings(run, changing) if changing else None,
        table(run, "Patients whose arm would be another", ((name, f"reading_changes.{name}") for name, _ in changing))
        if changing else None,
        tuple(name for name, row in changes if not row.mean),
        _balance(run),
    )  # fmt: skip


def charts(material: Material) -> Iterator[Chart]:
    """Yield the charts of the section."""
    found = arms(material)
    if found is not None:
        yield found.sizes.chart
        if found.readings is not None:
            yield found.readings.chart


def look_of(number: int) -> str:
    """Return how an arm looks, by its number: as its choice in the map of patients."""
    return f"choice-{number % MOST_LOOKS + 1}"


def _sizes(run: Run) -> Figure:
    found = run.of("arm_count")
    panels = [_panel(run, number, arm, row) for number, (arm, row) in enumerate(found)]
    enrolled = run.mean("enrolled") or 0.0
    even = (enrolled / len(found), f"equal arms: {say(enrolled / len(found), 0)}") if len(found) > 1 else None
    title = "Patients in each arm"
    tree = distributions(DISTRIBUTION, f"{title} over {run.replications} simulated trials", panels, "patients", even)
    names = [(f"share in {arm}", f"arm_share.{arm}") for arm, _ in found]
    names += [(f"patients in {arm}", f"arm_count.{arm}") for arm, _ in found]
    names += [
        ("largest arm less smallest", "arm_imbalance"),
        ("enrolled in an arm that the true values do not ask for", "misassigned"),
        ("their share", "misassigned_share"),
    ]
    return Figure(Chart(DISTRIBUTION, title, tree), title, "", table(run, "The arms", names))


def _panel(run: Run, number: int, arm: str, row: Row) -> Panel:
    digits = digits_of(row.mean or 0.0, row.width())
    low, high = nine_of_ten(row)
    said = f"mean {say(row.mean or 0.0, digits)}"
    said += "" if row.mcse is None else f" (MCSE {say(row.mcse, digits)})"
    said += f", nine of ten trials {f'{brief(low)} to {brief(high)}'}"
    name = f"arm_count.{arm}"
    expected = run.expected(name)
    if expected is not None:
        away = run.exact[name]
        said += f"; exact {say(expected, digits)}, {far(away)}{' MCSE' if away.away is not None else ''}"
    return Panel(arm, said, look_of(number), run.numbers[name], row.mean or 0.0, (low, high), expected)


def _readings(run: Run, changing: Sequence[tuple[str, Row]]) -> Figure:
    names = [arm for arm, _ in run.of("arm_count")]
    bars = [Bar("as simulated", "", _parts([(arm, row.cells["mean"]) for arm, row in run.of("arm_share")]))]
    lines = []
    for reading, row in changing:
        sentence, _, how = reading.rpartition("=")
        shares = [(arm, run.rows[f"arm_under.{reading}.{arm}"].cells["mean"]) for arm in (*names, NOBODY)]
        changed = plainly(row)
        bars.append(Bar(sentence, f"read as {how}", _parts(shares), changed))
        for arm in (*names, NOBODY):
            name = f"arm_under.{reading}.{arm}"
            lines.append(line(f"{reading}: {arm}", run.rows[name], run.exact.get(name)))
    title = "The same patients, if one sentence were read otherwise"
    tree = divided(READINGS, title, bars, "patients whose arm changes")
    return Figure(Chart(READINGS, title, tree), title, "", Table("Shares of the enrolled", tuple(lines)))


def _parts(shares: Sequence[tuple[str, float | None]]) -> tuple[Part, ...]:
    return tuple(
        Part(share or 0.0, "hatched" if arm == NOBODY else look_of(number), "no arm" if arm == NOBODY else arm)
        for number, (arm, share) in enumerate(shares)
    )


def _balance(run: Run) -> Table | None:
    found = [(of, row) for of, row in run.of("balance") if row.mean is not None]
    found.sort(key=lambda each: -abs(each[1].mean or 0.0))
    if not found:
        return None
    pairs = {of.rpartition(".")[2] for of, _ in found}
    whose = f" between {found[0][0].rpartition('.')[2]}" if len(pairs) == 1 else ""
    count = f"the {min(MOST_IMBALANCED, len(found))} largest of {len(found)}"
    lines = (line(of.rpartition(".")[0] if whose else of, row) for of, row in found[:MOST_IMBALANCED])
    return Table(f"Standardised differences of what is charted{whose}, {count}", tuple(lines))
