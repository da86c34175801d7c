"""`trialproof reproject`: when a trial that is under way will have its patients, from what its sites have enrolled."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from trialproof.commands.common import PROTOCOL, READING, SCENARIO, UNDECIDED, in_color, need, scenario_for, write

if TYPE_CHECKING:
    from trialproof.simulate.accrual.interim_file import InterimFile
    from trialproof.simulate.accrual.outlook import Outlook
    from trialproof.simulate.scenario.scenario import Scenario
    from trialproof.simulate.twins.shares import Shares

PICTURES = (".svg", ".png")


@click.command()
@PROTOCOL
@click.argument("counts", type=click.Path(path_type=Path))
@click.option(
    "--on", "on", required=True, metavar="DATE",
    help="The day of the counts, as 2028-03-01: they are of whoever was enrolled before it.",
)
@SCENARIO
@click.option(
    "--as-planned", is_flag=True,
    help="Take how sites differ from the scenario, instead of learning it from the counts.",
)
@READING
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True,
    help="How to print. JSON and CSV have every figure with all digits.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Also draw plan, counts and projection, as a .svg or .png file.",
)
def reproject(
    protocol: Path,
    counts: Path,
    on: str,
    scenario: Path | None,
    as_planned: bool,  # noqa: FBT001 - a flag of the command line
    readings: Sequence[str],
    form: str,
    output: Path | None,
) -> None:
    """Project how recruiting for PROTOCOL goes on, from how many patients each site has enrolled.

    COUNTS is a CSV file with a row for each site of the scenario: its name (`site`), how many it has enrolled
    (`enrolled`), and if it did not open as the scenario says, or will not, on which date it does (`opened`; empty: as
    the scenario says).

    Prints where the trial stands beside its plan, when it will have all its patients, and how many by coming dates,
    with intervals. Two kinds of doubt are in them: chance, and how little the counts say of each site's rate. Sites are
    taken to differ from their plan by a gamma distribution, which is learned from the counts of all of them; with
    --as-planned it is that of the scenario. Nothing is simulated, so that the same counts give the same figures.

    \b
    Examples:
      trialproof reproject protocols/esophageal-salvage counts.csv --on 2028-03-01
      trialproof reproject . counts.csv --on 2028-03-01 --as-planned
      trialproof reproject . counts.csv --on 2028-03-01 --format csv > outlook.csv
      trialproof reproject . counts.csv --on 2028-03-01 -o outlook.svg

    \b
    Exit codes:
      0 done    2 unusable input    3 it cannot be worked out for this scenario
    """  # noqa: D301
    from trialproof.model.load import load, read_selection
    from trialproof.reports.reprojection_json import reprojection
    from trialproof.simulate.accrual.interim_file import read_day, read_interim
    from trialproof.simulate.population.setting import prepare
    from trialproof.simulate.scenario.load import load_scenario
    from trialproof.simulate.twins.shares import shares
    from trialproof.simulate.twins.twin import NoTwin

    _check_picture(output)
    loaded = load(protocol)
    selection = read_selection(loaded, readings)
    setting = prepare(loaded, load_scenario(scenario_for(scenario, protocol), loaded, selection))
    plan = setting.scenario
    file = read_interim(counts, plan, read_day(on, plan))
    file.check_open(plan.accrual.target, learned=not as_planned)
    one = shares(setting)
    if isinstance(one, NoTwin):
        _give_up(f"how many candidates can be enrolled is not known: {one.reason}")
    found = _outlook(plan, file, one, learned=not as_planned)
    if output is not None:
        _draw(found, output)
    _print(reprojection(loaded, setting.selection, found, one.passing), form)


def _outlook(scenario: Scenario, file: InterimFile, one: Shares, *, learned: bool) -> Outlook:
    from trialproof.simulate.accrual.outlook import NotProjected, outlook
    from trialproof.simulate.accrual.reprojection import TooEarly

    try:
        return outlook(scenario, file.interim, one.passing, one.arm, learned=learned)
    except TooEarly as error:
        raise file.too_early(error, scenario) from None
    except NotProjected as reason:
        _give_up(str(reason))


def _give_up(reason: str) -> NoReturn:
    """Say why there is no projection, and exit."""
    click.echo(f"no projection: {reason}", err=True)
    sys.exit(UNDECIDED)


def _print(told: Mapping[str, Any], form: str) -> None:
    if form == "text":
        from trialproof.reports.reprojection_text import write_reprojection

        click.echo(write_reprojection(told, color=in_color()))
    elif form == "json":
        import json

        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        from trialproof.reports.reprojection_json import rows_of
        from trialproof.simulate.runs.tidy import csv_of

        click.echo(csv_of(list(rows_of(told))), nl=False)


def _check_picture(output: Path | None) -> None:
    """Refuse a picture that cannot be drawn, before anything is worked out."""
    from trialproof.model.place import BadInput

    if output is None:
        return
    if output.suffix.lower() not in PICTURES:
        advice = "the figures are printed; `--format json` and `--format csv` have them all"
        raise BadInput(f"a picture is a .svg or a .png file, and not `{output.name}`", help=advice)
    if output.suffix.lower() == ".png":
        need("vl_convert", "a PNG needs vl-convert-python", extra="report")


def _draw(found: Outlook, output: Path) -> None:
    from trialproof.reports.page.charts.export import export_chart
    from trialproof.reports.page.charts.outlook import chart
    from trialproof.reports.page.map_export import export_png

    svg = export_chart(chart(found))
    write(export_png(svg) if output.suffix.lower() == ".png" else svg, output)
