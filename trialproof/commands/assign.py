"""`trialproof assign`: what the protocol makes of given patients."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import FINDINGS, PROTOCOL, READING, in_color

if TYPE_CHECKING:
    from trialproof.model.protocol import Protocol, Selection
    from trialproof.reports.assignment_tally import Tally
    from trialproof.simulate.patients_file import Chunk, PatientsFile

SHOWN = 5
"""How many skipped rows are named."""


@click.command()
@PROTOCOL
@click.argument("patients", type=click.Path(path_type=Path), required=False)
@click.option("--patient", "one", metavar="VALUES", help='Answer for one: "resection=R0, diameter=5 cm".')
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None,
    help="Write a .csv or .parquet file; by default CSV to standard output.",
)  # fmt: skip
@READING
@click.option("--decision", "decisions", multiple=True, metavar="NAME", help="Only this decision. May be repeated.")
@click.option(
    "--missing", multiple=True, metavar="TEXT", help="A cell with this text was not recorded: NA. May be repeated."
)
@click.option(
    "--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True,
    help="At a row that cannot be: stop, or go on and say in its column `error` what is wrong.",
)  # fmt: skip
@click.option("--full-quotes", is_flag=True, help="Write each sentence in full.")
@click.option("--summary", type=click.Path(path_type=Path), default=None, help="Write the counts to a JSON file.")
def assign(
    protocol: Path,
    patients: Path | None,
    one: str | None,
    output: Path | None,
    readings: Sequence[str],
    decisions: Sequence[str],
    missing: Sequence[str],
    on_error: str,
    full_quotes: bool,  # noqa: FBT001 - a flag of the command line
    summary: Path | None,
) -> None:
    """Say what PROTOCOL makes of each patient in a CSV or Parquet file, or of one.

    Prints one row for each patient: whether eligible or which criteria failed, the choice of each decision and the
    sentence that gave it, what is missing, and which sentences would change it if they were read otherwise. Columns
    are found by the names of the quantities, with a unit if need be (`diameter [mm]`); other columns are carried
    along. An empty cell was not recorded. Nothing is rounded, and no row is dropped. Exit code 1 if rows were skipped.

    \b
    Examples:
      trialproof assign protocols/esophageal-salvage patients.csv -o assigned.csv
      trialproof assign protocols/esophageal-salvage patients.parquet --on-error skip --missing NA
      trialproof assign protocols/esophageal-salvage --patient "resection=R0, recurrence=yes, diameter=5 cm"
    """  # noqa: D301
    from trialproof.model.load import load, read_selection
    from trialproof.model.place import BadInput

    if (patients is None) == (one is None):
        raise BadInput("either a file of patients or `--patient` is needed, and not both")
    loaded = load(protocol)
    selection = read_selection(loaded, readings)
    asked = _asked(loaded, decisions)
    if patients is None:
        if output or summary or missing or full_quotes:
            raise BadInput("`--patient` prints words; it goes with `--reading` and `--decision` only")
        _assign_one(loaded, str(one), selection, asked)
        return
    from trialproof.simulate.patients_file import open_patients

    table = open_patients(loaded, patients, missing=missing)
    _warn(table)
    tally = _assign_all(table, selection, asked, output=output, on_error=on_error, full_quotes=full_quotes)
    if summary is not None:
        _write_summary(summary, tally.as_json())
    sys.exit(FINDINGS if tally.skipped else 0)


def _assign_one(protocol: Protocol, text: str, selection: Selection, asked: Sequence[str]) -> None:
    from trialproof.reports.assigned_patient import write_patient
    from trialproof.simulate.patient_text import read_patient

    patient = read_patient(protocol, text, selection)
    click.echo(write_patient(protocol, patient, selection, asked, color=in_color()))


def _assign_all(
    table: PatientsFile,
    selection: Selection,
    asked: Sequence[str],
    *,
    output: Path | None,
    on_error: str,
    full_quotes: bool,
) -> Tally:
    """Write the result, and the counts in words to standard error; return the counts."""
    from trialproof.reports.assignment import headings, rows_of
    from trialproof.reports.assignment_tally import Tally
    from trialproof.reports.table_file import writing
    from trialproof.simulate.assignment import assign as evaluate
    from trialproof.simulate.patients_file import too_wide
    from trialproof.simulate.rational import TooManyBits

    protocol, errors = table.protocol, on_error == "skip"
    header = headings(asked, table.carried_names, counted=table.table.counted, errors=errors)
    tally, examples = Tally(protocol, asked), list[str]()
    with writing(output, header, table) as write:
        for chunk in table.chunks(selection, on_error=on_error):
            try:
                found = evaluate(protocol, chunk.cohort, selection, asked)
            except TooManyBits as error:
                raise too_wide(error, table.table.path) from None
            tally.add(found, chunk.good)
            write(rows_of(protocol, chunk, found, full_quotes=full_quotes, errors=errors))
            examples += islice(_problems(table, chunk), SHOWN - len(examples))
    for line in (*examples, *tally.lines()):
        click.echo(line, err=True)
    return tally


def _asked(protocol: Protocol, names: Sequence[str]) -> list[str]:
    """Return the decisions that are asked for, all by default."""
    from trialproof.model.complaint import did_you_mean
    from trialproof.model.place import BadInput

    for name in names:
        if name not in protocol.decisions:
            meant = did_you_mean(name, protocol.decisions)
            known = f"the decisions are {', '.join(protocol.decisions)}"
            raise BadInput(f"there is no decision `{name}`", help=f"did you mean `{meant}`?" if meant else known)
    return [name for name in protocol.decisions if name in names or not names]


def _warn(table: PatientsFile) -> None:
    """Say which columns were perhaps meant for a quantity, and what nobody has recorded."""
    for heading, meant in table.strange:
        click.echo(f"warning: the column `{heading}` is carried along and not read; did you mean `{meant}`?", err=True)
    quantities = table.protocol.quantities
    absent = [name for name in table.absent if quantities[name].left_open is None]
    left_open = [name for name in table.absent if quantities[name].left_open is not None]
    if absent:
        click.echo(f"note: no column, so recorded of nobody: {', '.join(absent)}", err=True)
    if left_open:
        click.echo(f"note: left open by the text, and no column answers it: {', '.join(left_open)}", err=True)


def _write_summary(path: Path, counts: dict[str, object]) -> None:
    import json

    from trialproof.model.place import BadInput

    try:
        path.write_text(json.dumps(counts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"`{path}` cannot be written: {(error.strerror or 'it is no file').lower()}") from None


def _problems(table: PatientsFile, chunk: Chunk) -> Iterator[str]:
    for problem in chunk.problems:
        yield f"skipped {table.table.counted} {chunk.at[problem.row]}: {problem.message}"
