"""A sweep, or a search, from beginning to end: computed, and written down where a folder is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from trialproof.model.place import BadInput, Place
from trialproof.simulate.results.moments import Floats, Moments
from trialproof.simulate.results.precision import Goal, check_goals
from trialproof.simulate.runs.replicate import columns_of
from trialproof.simulate.runs.run import Tell
from trialproof.simulate.runs.simulation import prepared
from trialproof.simulate.runs.team import team
from trialproof.simulate.sweeps.cells import Cells, started
from trialproof.simulate.sweeps.condition import Condition, check_figure
from trialproof.simulate.sweeps.design import Kind
from trialproof.simulate.sweeps.indices import Index, indices
from trialproof.simulate.sweeps.least import Least, Search
from trialproof.simulate.sweeps.sweep import Sweep, check
from trialproof.simulate.sweeps.table import (
    DIFFERENCE,
    FIGURE,
    chosen,
    difference_rows,
    figure_rows,
    heading,
    write_parquet,
    write_table,
)

HEADLINES = (
    "arm_imbalance", "target_reached", "duration", "start_days", "late_start_share", "prolongation", "completed_share",
)  # fmt: skip
"""Figures that are told where none is chosen."""
INDEX = ("metric", "value", "first_order", "first_order_half_width", "total", "total_half_width")


@dataclass(frozen=True, slots=True)
class Plan:
    """How far to go, and what is wanted: `metrics` of the tables (none: all), a cell to compare with, Sobol indices."""

    replications: int
    metrics: tuple[str, ...] = ()
    reference: int | None = None
    sobol: tuple[str, ...] = ()


@contextmanager
def begun(sweep: Sweep, kind: Kind, path: Path | None, workers: int, cluster: str | None) -> Iterator[Cells]:
    """Give the cells of a sweep, in its folder or a temporary one, and a team to compute them.

    Raises `BadInput` for what cannot be simulated, for a folder of something else, and for a cluster that is not there.
    """
    check(sweep)
    with _folder(path) as place, team(workers, cluster) as work, started(sweep, kind, place, work) as cells:
        yield cells


def check_plan(sweep: Sweep, plan: Plan) -> None:
    """Raise `BadInput` for figures that there are not, and for a cell to compare with that there is not."""
    columns = columns_of(prepared(sweep.base.simulation()))
    chosen(columns, plan.metrics)
    check_goals([Goal(name, 1.0) for name in plan.sobol], [column.name for column in columns])
    if plan.reference is not None and plan.reference >= len(sweep.cells):
        raise BadInput(
            f"there is no cell {plan.reference}", Place("--reference"), help=f"the last one is {len(sweep.cells) - 1}"
        )


def compute(cells: Cells, plan: Plan, tell: Tell) -> None:
    """Compute all cells."""
    cells.compute(range(len(cells.sweep.cells)), plan.replications, tell)


def figures(cells: Cells, plan: Plan) -> Iterator[list[dict[str, Any]]]:
    """Yield the figures of cell after cell (`table.figure_rows`)."""
    for cell in range(len(cells.sweep.cells)):
        yield figure_rows(cells, cell, plan.replications, plan.metrics)


def differences(cells: Cells, plan: Plan) -> Iterator[list[dict[str, Any]]]:
    """Yield how cell after cell differs from the one that is compared with (`table.difference_rows`); if one is."""
    if plan.reference is not None:
        for cell in range(len(cells.sweep.cells)):
            if cell != plan.reference:
                yield difference_rows(cells, cell, plan.reference, plan.replications, plan.metrics)


def sobol(cells: Cells, plan: Plan) -> list[Index]:
    """Return the Sobol indices that are wanted. Raises `BadInput` where a cell gives no figure."""
    paths = [axis.path for axis in cells.sweep.axes]
    found = [indices(metric, paths, _means(cells, metric, plan), cells.sweep.base.entropy) for metric in plan.sobol]
    return [index for each in found for index in each]


def write(cells: Cells, plan: Plan, found: Sequence[Index]) -> bool:
    """Write all tables into the folder of a sweep; return whether those in Parquet could be written."""
    tables: list[tuple[str, list[str], Callable[[Cells, Plan], Iterator[list[dict[str, Any]]]]]] = [
        ("table", heading(cells, *FIGURE), figures)
    ]
    if plan.reference is not None:
        tables.append(("differences", heading(cells, "reference", *DIFFERENCE), differences))
    parquet = True
    for name, head, rows in tables:
        write_table(cells.path / f"{name}.csv", head, rows(cells, plan))
        parquet = write_parquet(cells.path / f"{name}.parquet", cells, head, rows(cells, plan)) and parquet
    if found:
        write_table(cells.path / "sobol.csv", INDEX, [index_rows(found)])
    return parquet


def headline(cells: Cells, plan: Plan) -> Plan:
    """Return the same plan with those figures alone that are told first: what Sobol indices explain, or `HEADLINES`."""
    names = [column.name for column in cells.columns(0)]
    wanted = plan.sobol or [each for each in HEADLINES if each in names]
    return replace(plan, metrics=tuple(wanted))


def title(cells: Cells, plan: Plan | None) -> str:
    """Return what a sweep is called."""
    base = cells.sweep.base
    scenario = base.simulation().scenario
    number = len(cells.sweep.cells)
    many = f"{number} cell{'s' if number > 1 else ''}"
    size = "" if plan is None else f"; {many}, {plan.replications:,} replications of each"
    return f"{base.protocol.title}: {scenario.title}{size}; seed {base.entropy}"


def index_rows(found: Sequence[Index]) -> list[dict[str, Any]]:
    """Return Sobol indices by the names of `INDEX`."""
    cells = ((each.metric, each.path, each.first, each.first_half, each.total, each.total_half) for each in found)
    return [dict(zip(INDEX, each, strict=True)) for each in cells]


def searches(
    cells: Cells, conditions: Sequence[Condition], first: int, most: int, tell: Tell
) -> Iterator[tuple[dict[str, str], Least]]:
    """Search the least value of the last axis of a grid, for each combination of the others, which comes with it."""
    columns = columns_of(prepared(cells.sweep.base.simulation()))
    for condition in conditions:
        check_figure(condition, columns)
    values = len(cells.sweep.axes[-1].values)
    for start in range(0, len(cells.sweep.cells), values):
        numbers = tuple(range(start, start + values))
        others = cells.sweep.varied(cells.sweep.cells[start])
        del others[cells.sweep.axes[-1].path]
        yield others, Search(cells, numbers, tuple(conditions), first, most, tell).run()


def _means(cells: Cells, name: str, plan: Plan) -> Floats:
    means = []
    for cell in range(len(cells.sweep.cells)):
        at = [column.name for column in cells.columns(cell)].index(name)
        moments = Moments(1)
        for values, exists in cells.rows(cell, plan.replications):
            moments.add(values[None, at : at + 1], exists[None, at : at + 1])
        if not moments.count[0]:
            raise BadInput(f"no trial of cell {cell} gives `{name}`", Place("--sobol"), help="choose another figure")
        means.append(float(moments.mean[0]))
    return np.array(means)


@contextmanager
def _folder(path: Path | None) -> Iterator[Path]:
    if path is not None:
        yield path
        return
    with TemporaryDirectory(prefix="trialproof-") as temporary:
        yield Path(temporary)
