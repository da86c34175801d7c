"""`trialproof report`: all that is known of a protocol, on one page for a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from trialproof.commands.common import PROTOCOL, READING, TIMEOUT, progress, release, write


@click.command()
@PROTOCOL
@click.argument("run", type=click.Path(path_type=Path), required=False, default=None)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Write the page to this file; by default to standard output.",
)
@READING
@click.option(
    "--repairs",
    type=click.IntRange(min=0, max=99),
    default=3,
    show_default=True,
    metavar="N",
    help="How many repairs of one decision are shown; 0 searches none.",
)
@click.option("--date", default=None, metavar="TEXT", help="What stands on the page as its date; by default nothing.")
@click.option(
    "--cohort",
    type=click.Path(path_type=Path),
    default=None,
    metavar="PATIENTS",
    help="Lay the patients of a CSV or Parquet file over the maps, as `assign` reads it.",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Also write each map and each chart as SVG and PNG into this folder.",
)
@TIMEOUT
def report(
    protocol: Path,
    run: Path | None,
    output: Path | None,
    readings: Sequence[str],
    repairs: int,
    date: str | None,
    cohort: Path | None,
    figures: Path | None,
    timeout: float,
) -> None:
    """Write one HTML page about PROTOCOL, to take into a meeting.

    The page has everything in itself: it opens from a file share and needs no network. It shows the verdicts, the
    document sentence by sentence with the rule and the findings beside it, every finding with its patients, the
    readings, the map of patients, patients to test a case report form with, repairs, prescriptions side by side, and
    the calendar of each branch of treatment. With RUN, the folder that `simulate -o` left, it also shows what
    the simulation found, every figure with its error, and every assumption with its source. The same input gives the
    same bytes. The exit code is 0 once the page is written, whatever it says: `trialproof check` is for that.

    \b
    Examples:
      trialproof report protocols/esophageal-salvage -o report.html
      trialproof report protocols/esophageal-salvage run -o report.html
      trialproof report protocols/esophageal-salvage --cohort patients.csv --figures maps -o report.html
      trialproof report . --reading arm.involved_field=flat --date "2 March 2026" -o report.html
    """  # noqa: D301
    from trialproof.verify.solver import launch

    workers = [launch() for _ in range(2)]
    try:
        from trialproof.model.load import load, read_selection
        from trialproof.reports.page.gather import Wish, gather
        from trialproof.reports.page.page import environment, write_page

        environment()
        loaded = load(protocol)
        chosen = read_selection(loaded, readings)
        options = _options(run, readings, repairs, date, cohort, timeout)
        with progress() as tell:
            wish = Wish(chosen, repairs, timeout, date, options, cohort, run)
            material = gather(loaded, wish, release(), workers=workers, progress=tell)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    write(write_page(material), output)
    if figures is not None:
        from trialproof.reports.page.charts.export import write_all

        write_all(material, figures)


def _options(
    run: Path | None, readings: Sequence[str], repairs: int, date: str | None, cohort: Path | None, timeout: float
) -> tuple[str, ...]:
    """Return the arguments of the command behind the protocol: all that has a say in what the page shows."""
    return (
        *(() if run is None else (str(run),)),
        *(word for each in readings for word in ("--reading", each)),
        *("--repairs", str(repairs)),
        *(() if date is None else ("--date", date)),
        *(() if cohort is None else ("--cohort", str(cohort))),
        *("--timeout", f"{timeout:g}"),
    )
