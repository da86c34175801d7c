"""`trialproof report`: all that is known of a protocol, on one page for a meeting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import PROTOCOL, READING, TIMEOUT, need, progress, release, write

if TYPE_CHECKING:
    from trialproof.reports.page.material import Material


@click.command()
@PROTOCOL
@click.argument("run", type=click.Path(path_type=Path), required=False, default=None)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Write the page to this file; by default to standard output. A name that ends with .pdf makes it a PDF.",
)
@click.option(
    "--format", "form", type=click.Choice(["html", "pdf"]), default=None,
    help="What to write: html, unless the file's name ends with .pdf.",
)  # fmt: skip
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
    form: str | None,
    readings: Sequence[str],
    repairs: int,
    date: str | None,
    cohort: Path | None,
    figures: Path | None,
    timeout: float,
) -> None:
    """Write one HTML page about PROTOCOL, to take into a meeting, or a PDF to file.

    The page has everything in itself: it opens from a file share and needs no network. It shows the verdicts, the
    document sentence by sentence with the rule and the findings beside it, every finding with its patients, the
    readings, the map of patients, patients to test a case report form with, repairs, prescriptions side by side, and
    the calendar of each branch of treatment. With RUN, the folder that `simulate -o` left, it also shows what
    the simulation found, every figure with its error, and every assumption with its source. The same input gives the
    same bytes. The exit code is 0 once the page is written, whatever it says: `trialproof check` is for that.

    A PDF has the same sections from the same values, with numbered pages, contents and tags for screen readers; with a
    --date such as 2026-03-02 it is an archive file (PDF/A-2a).

    \b
    Examples:
      trialproof report protocols/esophageal-salvage -o report.html
      trialproof report protocols/esophageal-salvage --date 2026-03-02 -o report.pdf
      trialproof report protocols/esophageal-salvage run -o report.html
      trialproof report protocols/esophageal-salvage --cohort patients.csv --figures maps -o report.html
      trialproof report . --reading arm.involved_field=flat --date "2 March 2026" -o report.html
    """  # noqa: D301
    from trialproof.reports.page.helper import start
    from trialproof.verify.process import launch

    worker = launch()
    try:
        with start() if repairs else nullcontext() as helper:
            write_report = _writer(form or _form(output))
            from trialproof.model.load import load, read_selection
            from trialproof.reports.page.gather import Wish, gather

            loaded = load(protocol)
            chosen = read_selection(loaded, readings)
            options = _options(run, readings, repairs, date, cohort, timeout)
            wish = Wish(chosen, repairs, timeout, date, options, cohort, run)
            with progress() as tell:
                material = gather(loaded, wish, release(), worker=worker, helper=helper, progress=tell)
    finally:
        worker.kill()
        worker.communicate()
    write(write_report(material), output)
    if figures is not None:
        from trialproof.reports.page.charts.export import write_all

        write_all(material, figures)


def _form(output: Path | None) -> str:
    """Return what to write into a file of this name."""
    return "pdf" if output is not None and output.suffix.lower() == ".pdf" else "html"


def _writer(form: str) -> Callable[[Material], str | bytes]:
    """Return what writes the report. Raises `BadInput` if what it needs is missing."""
    need("jinja2", "the report needs Jinja2", extra="report")
    if form == "pdf":
        need("typst", "a PDF needs Typst", extra="report")
        from trialproof.reports.pdf.pdf import write_pdf

        return write_pdf
    from trialproof.reports.page.page import write_page

    return write_page


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
