"""`trialproof sweep`: many scenarios on the same chances, what matters most, and how much is enough."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import (
    CLUSTER,
    ENGINE,
    FINDINGS,
    NUMBER,
    PROTOCOL,
    READING,
    SCENARIO,
    UNDECIDED,
    WORKERS,
    counted,
    engine_for,
    entropy_for,
    in_color,
    kept,
    scenario_for,
)

if TYPE_CHECKING:
    from trialproof.simulate.sweeps.axis import Axis
    from trialproof.simulate.sweeps.cells import Cells
    from trialproof.simulate.sweeps.condition import Condition
    from trialproof.simulate.sweeps.design import Kind
    from trialproof.simulate.sweeps.session import Plan

REPLICATIONS, FIRST, MOST = 200, 100, 1600
UP_TO = 16
"""Without values of its own, `--least` tries whole numbers up to this."""


@click.command()
@PROTOCOL
@SCENARIO
@click.option(
    "--vary", "varied", multiple=True, metavar="PATH=VALUES",
    help="A value of the scenario file: `1,2,3`, from:to:step as `80:160:40`, or two ends as `0..5%`. May be repeated.",
)
@click.option("--latin", type=NUMBER, default=None, help="Draw so many cells, a Latin hypercube, instead of a grid.")
@click.option(
    "--saltelli", type=NUMBER, default=None,
    help="Draw cells for Sobol indices from so many base points, a power of two.",
)
@click.option(
    "--sobol", multiple=True, metavar="NAME", help="With --saltelli: a figure to be explained. May be repeated."
)
@click.option(
    "--least", default=None, metavar="PATH[=VALUES]",
    help=f"Find the least of ascending values that suffices; by default of 1 to {UP_TO}.",
)
@click.option(
    "--so-that", "conditions", multiple=True, metavar="CONDITION",
    help="With --least: `late_start_share < 10%`, or `P(start_days_most > 42) < 5%`. May be repeated.",
)
@click.option(
    "--replications", type=NUMBER, default=None,
    help=f"How many trials in each cell; with --least, at first.  [default: {REPLICATIONS}; 100]",
)
@click.option("--most", type=NUMBER, default=None, help=f"With --least: at most so many of a value.  [default: {MOST}]")
@click.option(
    "--metric", "metrics", multiple=True, metavar="NAME",
    help="Only this figure, or all whose names begin so: `linac_utilisation.beijing`. May be repeated.",
)
@click.option(
    "--reference", type=click.IntRange(min=0), default=None, metavar="CELL",
    help="The cell that the others are compared with.  [default: 0 of a grid]",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=None,
    help="Where random numbers come from. Without one it is drawn, and printed.",
)
@READING
@ENGINE
@WORKERS
@CLUSTER
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True,
    help="How to print. JSON and CSV have every figure, or those of --metric.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, metavar="FOLDER",
    help="Keep everything, chunk by chunk, and write tables. The same command goes on where it was interrupted.",
)
def sweep(
    protocol: Path,
    scenario: Path | None,
    varied: Sequence[str],
    latin: int | None,
    saltelli: int | None,
    sobol: Sequence[str],
    least: str | None,
    conditions: Sequence[str],
    replications: int | None,
    most: int | None,
    metrics: Sequence[str],
    reference: int | None,
    seed: int | None,
    readings: Sequence[str],
    engine: str | None,
    workers: int | None,
    cluster: str | None,
    form: str,
    output: Path | None,
) -> None:
    """Simulate the trial of PROTOCOL under many scenarios, on the same chances.

    A value is varied by its path in the scenario file, and read as if it stood there: units, bounds and errors are
    those of the file. Each combination of values is a cell. Since every cell has the same random numbers, what differs
    between two cells is what was varied; differences are printed with their paired errors.

    With --saltelli, Sobol indices say how much of the variance of a figure comes from each value. With --least, the
    least value is sought that suffices: so many linacs, chairs or nurses that hardly anybody waits too long.

    \b
    Examples:
      trialproof sweep . --vary departments.beijing.linacs.machines=1,2,3 --seed 1
      trialproof sweep . --vary accrual.target=80:160:40 --vary accrual.consent=60%,80% -o sweep
      trialproof sweep . --vary accrual.consent=50..90% --latin 50 --metric duration --format csv
      trialproof sweep . --vary accrual.consent=50..90% --vary treatment.fractions.no_show=0..5% \\
          --saltelli 64 --sobol duration
      trialproof sweep . --least departments.beijing.linacs.machines --so-that "late_start_share < 10%"

    \b
    Exit codes:
      0 done    1 --least: no value suffices    2 unusable input    3 --least: not certain, or not in order
    """  # noqa: D301
    from trialproof.model.load import load, read_selection
    from trialproof.simulate.runs.workers import available
    from trialproof.simulate.sweeps.axis import read_axis
    from trialproof.simulate.sweeps.condition import read_condition
    from trialproof.simulate.sweeps.design import Kind, cells as design
    from trialproof.simulate.sweeps.session import Plan, begun, check_plan
    from trialproof.simulate.sweeps.sweep import base_of, sweep_of

    given = {
        "--scenario": scenario, "--vary": varied, "--latin": latin, "--saltelli": saltelli, "--sobol": sobol,
        "--least": least, "--so-that": conditions, "--replications": replications, "--most": most,
        "--metric": metrics, "--reference": reference, "--reading": readings, "--engine": engine,
    }  # fmt: skip
    _check_together({option for option, value in given.items() if value not in (None, ())})
    loaded = load(protocol)
    selection = read_selection(loaded, readings)
    axes = [read_axis(text) for text in varied]
    wanted = tuple(read_condition(text) for text in conditions)
    entropy = entropy_for(seed, *(() if output is None else (output,)))
    base = base_of(loaded, scenario_for(scenario, protocol), selection, entropy, engine_for(engine))
    if least is not None:
        axes.append(_sought(least))
    kind, number = _kind(latin, saltelli)
    options = ["--vary"] * len(varied) + ["--least"] * (least is not None)
    swept = sweep_of(base, axes, design(kind, axes, number, entropy), options)
    first = replications or (REPLICATIONS if least is None else min(FIRST, most or MOST))
    against = 0 if reference is None and kind is Kind.GRID and least is None else reference
    plan = Plan(first, tuple(metrics), against, tuple(sobol))
    check_plan(swept, plan)
    repeat = _command(protocol, given, entropy)
    with kept(output), begun(swept, kind, output, workers or available(), cluster) as cells:
        if least is not None:
            code = _find(cells, wanted, first, most or MOST, form, output, repeat)
        else:
            code = 0
            _compute(cells, plan, form, output, repeat)
    sys.exit(code)


def _check_together(given: AbstractSet[str]) -> None:
    """Refuse options that do not go together."""
    from trialproof.model.place import BadInput

    if not given & {"--vary", "--least"}:
        raise BadInput("nothing is varied", help="`--vary PATH=VALUES` names a value of the scenario file")
    for option, other in (
        ("--sobol", "--saltelli"), ("--saltelli", "--sobol"), ("--least", "--so-that"), ("--so-that", "--least"),
        ("--most", "--least"), ("--saltelli", "--vary"), ("--latin", "--vary"),
    ):  # fmt: skip
        if option in given and other not in given:
            raise BadInput(f"`{option}` goes with `{other}`")
    for option, other in (
        ("--latin", "--saltelli"), ("--latin", "--least"), ("--saltelli", "--least"), ("--metric", "--least"),
        ("--reference", "--least"),
    ):  # fmt: skip
        if {option, other} <= given:
            raise BadInput(f"`{option}` does not go with `{other}`")


def _kind(latin: int | None, saltelli: int | None) -> tuple[Kind, int]:
    """Return how cells are chosen, and how many points are drawn."""
    from trialproof.model.place import BadInput, Place
    from trialproof.simulate.sweeps.design import Kind

    if latin is not None:
        return Kind.LATIN, latin
    if saltelli is None:
        return Kind.GRID, 0
    if saltelli < 2 or saltelli & (saltelli - 1):
        advice = "Sobol points are evenly spread only then"
        raise BadInput("expected a power of two", Place(f"--saltelli {saltelli}"), help=advice)
    from trialproof.simulate.sweeps.indices import check_installed

    check_installed()
    return Kind.SALTELLI, saltelli


def _sought(text: str) -> Axis:
    """Return the axis of `--least`: whole numbers from 1, unless values are given."""
    from trialproof.model.place import BadInput, Place
    from trialproof.simulate.sweeps.axis import Axis, read_axis

    if "=" not in text:
        return Axis(text.strip(), tuple(str(number) for number in range(1, UP_TO + 1)))
    axis = read_axis(text, "--least")
    if axis.ends is not None:
        raise BadInput("the values to be tried are wanted, in order", Place(f"--least {text}"), help="as in `1:16:1`")
    return axis


def _compute(cells: Cells, plan: Plan, form: str, output: Path | None, repeat: str) -> None:
    """Compute all cells, write the tables, and print."""
    from itertools import chain

    from trialproof.reports.sweep_text import write_sweep
    from trialproof.simulate.sweeps.session import (
        compute,
        differences,
        figures,
        headline,
        index_rows,
        sobol,
        title,
        write,
    )

    with counted("replications") as tell:
        compute(cells, plan, tell)
    found = sobol(cells, plan)
    if output is not None and not write(cells, plan, found):
        click.echo("note: no Parquet without pyarrow: pip install 'trialproof[tables]'", err=True)
    if form == "csv":
        _print_csv(figures(cells, plan))
        return
    shown = plan if plan.metrics or form == "json" else headline(cells, plan)
    rows = list(chain.from_iterable(figures(cells, shown)))
    apart = list(chain.from_iterable(differences(cells, shown)))
    told = index_rows(found)
    if form == "json":
        varied = [axis.path for axis in cells.sweep.axes]
        _print_json({"varied": varied, "figures": rows, "differences": apart, "sobol": told})
        return
    paths = [axis.path for axis in cells.sweep.axes]
    text = write_sweep(title(cells, plan), paths, rows, apart, told, repeat=repeat, color=in_color())
    click.echo(text)


def _find(
    cells: Cells, conditions: Sequence[Condition], first: int, most: int, form: str, output: Path | None, repeat: str
) -> int:
    """Search, print what is found, and return the exit code."""
    from trialproof.reports.least_text import rows_of, write_least
    from trialproof.simulate.runs.atomic import write_text
    from trialproof.simulate.runs.tidy import csv_of
    from trialproof.simulate.sweeps.session import searches, title

    sought = cells.sweep.axes[-1]
    with counted("replications of a value") as tell:
        found = list(searches(cells, conditions, first, most, tell))
    rows = rows_of(sought.values, sought.path, found)
    if output is not None:
        write_text(output / "least.csv", csv_of(rows))
    if form == "csv":
        click.echo(csv_of(rows), nl=False)
    elif form == "json":
        _print_json(rows)
    else:
        click.echo(write_least(sought.path, sought.values, found, title(cells, None), repeat=repeat, color=in_color()))
    if any(each.is_open or not each.is_consistent for _, each in found):
        return UNDECIDED
    return FINDINGS if any(each.enough is None for _, each in found) else 0


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print_csv(groups: Iterable[Sequence[Mapping[str, object]]]) -> None:
    from trialproof.simulate.runs.tidy import csv_of

    for at, rows in enumerate(groups):
        text = csv_of(rows)
        click.echo(text.partition("\n")[2] if at else text, nl=False)


def _command(protocol: Path, given: Mapping[str, object], entropy: int) -> str:
    """Return the command that gives the same figures."""
    from shlex import join

    words = ["trialproof", "sweep", str(protocol)]
    for option, value in given.items():
        for each in value if isinstance(value, (tuple, list)) else (value,):
            words += [] if each is None else [option, str(each)]
    return join([*words, "--seed", str(entropy)])
