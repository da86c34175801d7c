"""`trialproof diff`: who is treated differently after an amendment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import FINDINGS, TIMEOUT, UNDECIDED, in_color, need, release, write

if TYPE_CHECKING:
    from trialproof.model.protocol import Protocol, Selection
    from trialproof.verify.versions.amendment import Amendment


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--rename", "renames", multiple=True, metavar="OLD=NEW",
    help="What became of a name: diameter=lesion_size, arm.small=arm.little. May be repeated.",
)  # fmt: skip
@click.option(
    "--map", "file", type=click.Path(path_type=Path), default=None, help="The same in a YAML file, `OLD: NEW` a line."
)
@click.option(
    "--reading", "readings", multiple=True, metavar="SENTENCE=READING",
    help="Read a sentence otherwise than preferred, in each version that has it so. May be repeated.",
)  # fmt: skip
@click.option(
    "--old-reading", "old_readings", multiple=True, metavar="SENTENCE=READING",
    help="The same for the old version only. May be repeated.",
)  # fmt: skip
@click.option(
    "--cohort", type=click.Path(path_type=Path), default=None, help="Count who changes in a CSV or Parquet file."
)
@click.option(
    "--missing", multiple=True, metavar="TEXT",
    help="A cell of the cohort with this text was not recorded: NA. May be repeated.",
)  # fmt: skip
@click.option(
    "--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True,
    help="At a row of the cohort that cannot be: stop, or leave it out and count it.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Write to this file; by default to standard output.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "html"]), default=None,
    help="How to print: text, unless the file's name ends with .json or .html.",
)  # fmt: skip
@TIMEOUT
def diff(
    old: Path,
    new: Path,
    renames: Sequence[str],
    file: Path | None,
    readings: Sequence[str],
    old_readings: Sequence[str],
    cohort: Path | None,
    missing: Sequence[str],
    on_error: str,
    output: Path | None,
    form: str | None,
    timeout: float,
) -> None:
    """Say who is treated differently under NEW than under OLD, two versions of a protocol.

    For eligibility, each criterion, and each choice of each decision one verdict about the patients whom both versions
    can record: same (proved), wider, narrower, moved (some leave, others come), or incomparable. Then who goes from
    where to where, as regions with one patient each, who was judged by both versions. Things are matched by name;
    criteria that were only renumbered are found.

    \b
    Examples:
      trialproof diff protocols/esophageal-salvage protocols/esophageal-salvage-repaired
      trialproof diff v1 v2 --rename diameter=lesion_size --rename arm.small=arm.little
      trialproof diff v1 v2 --map names.yaml --cohort patients.csv --format json
      trialproof diff v1 v2 -o diff.html

    The last one writes one HTML page, which has everything in itself: the verdicts, a map of the patients who move,
    and documents and rules side by side, with the words marked that differ.

    \b
    Exit codes:
      0 everybody is treated alike    1 somebody is not, or cannot be compared
      2 unusable input                3 undecided
    """  # noqa: D301
    from trialproof.verify.process import launch

    worker = launch()
    try:
        from trialproof.model.load import load
        from trialproof.model.place import BadInput
        from trialproof.model.renames import read_renames
        from trialproof.verify.versions.amendment import amend

        form = form or _form(output)
        if form == "html":
            need("jinja2", "the page needs Jinja2", extra="report")
        if (missing or on_error != "stop") and cohort is None:
            raise BadInput("`--missing` and `--on-error` go with `--cohort`")
        before, after = load(old), load(new)
        old_selection, new_selection = _selections(before, after, readings, old_readings)
        names = read_renames(before, after, renames, file)
        found = amend(
            before,
            after,
            renames=names,
            old_selection=old_selection,
            new_selection=new_selection,
            seconds=timeout,
            worker=worker,
        )
    finally:
        worker.kill()
        worker.communicate()
    shares = None
    if cohort is not None:
        from trialproof.reports.moved_share import moved_share

        shares = moved_share(found, cohort, missing=missing, on_error=on_error)
    if form == "html":
        from trialproof.reports.page.hashes import hashes
        from trialproof.reports.versions.material import Comparison
        from trialproof.reports.versions.page import write_comparison

        paths = [each for each in (file, cohort) if each is not None]
        options = _options(renames, file, readings, old_readings, cohort, missing, on_error, timeout)
        files = hashes((before, after), paths)
        write(write_comparison(Comparison(found, names, shares, release(), options, files)), output)
    elif form == "json":
        from trialproof.reports.diff_json import write_diff_json

        write(f"{write_diff_json(found, release(), shares)}\n", output)
    else:
        from trialproof.reports.diff_text import write_diff

        write(f"{write_diff(found, shares, color=output is None and in_color())}\n", output)
    sys.exit(_exit_code(found))


def _form(output: Path | None) -> str:
    """Return how to print into a file of this name."""
    suffix = "" if output is None else output.suffix.lower()
    return {".html": "html", ".htm": "html", ".json": "json"}.get(suffix, "text")


def _options(
    renames: Sequence[str],
    file: Path | None,
    readings: Sequence[str],
    old_readings: Sequence[str],
    cohort: Path | None,
    missing: Sequence[str],
    on_error: str,
    timeout: float,
) -> tuple[str, ...]:
    """Return the arguments behind the two protocols: all that has a say in what the page shows."""
    several = (("--rename", renames), ("--reading", readings), ("--old-reading", old_readings), ("--missing", missing))
    single = (("--map", file), ("--cohort", cohort))
    return (
        *(word for name, values in several for each in values for word in (name, each)),
        *(word for name, value in single if value is not None for word in (name, str(value))),
        *(() if on_error == "stop" else ("--on-error", on_error)),
        *("--timeout", f"{timeout:g}"),
    )


def _selections(
    old: Protocol, new: Protocol, both: Sequence[str], only_old: Sequence[str]
) -> tuple[Selection, Selection]:
    """Return the readings of each version; a text that neither version knows is an error, of the new one."""
    from trialproof.model.load import read_selection

    def known(protocol: Protocol, text: str) -> bool:
        sentence, _, reading = (part.strip() for part in text.partition("="))
        return sentence in protocol.sentences and reading in protocol.sentences[sentence].readings

    of_old = [text for text in both if known(old, text)]
    of_new = [text for text in both if known(new, text) or not known(old, text)]
    return {**read_selection(old, of_old), **read_selection(old, only_old)}, read_selection(new, of_new)


def _exit_code(found: Amendment) -> int:
    if found.same:
        return 0
    return FINDINGS if found.changed else UNDECIDED
