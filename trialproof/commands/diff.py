"""`trialproof diff`: who is treated differently after an amendment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import FINDINGS, TIMEOUT, UNDECIDED, in_color, release

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
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
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
    form: str,
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

    \b
    Exit codes:
      0 everybody is treated alike    1 somebody is not, or cannot be compared
      2 unusable input                3 undecided
    """  # noqa: D301
    from trialproof.verify.solver import launch

    worker = launch()
    try:
        from trialproof.model.load import load
        from trialproof.model.place import BadInput
        from trialproof.model.renames import read_renames
        from trialproof.verify.versions.amendment import amend

        if (missing or on_error != "stop") and cohort is None:
            raise BadInput("`--missing` and `--on-error` go with `--cohort`")
        before, after = load(old), load(new)
        old_selection, new_selection = _selections(before, after, readings, old_readings)
        found = amend(
            before,
            after,
            renames=read_renames(before, after, renames, file),
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
    if form == "json":
        from trialproof.reports.diff_json import write_diff_json

        click.echo(write_diff_json(found, release(), shares))
    else:
        from trialproof.reports.diff_text import write_diff

        click.echo(write_diff(found, shares, color=in_color()))
    sys.exit(_exit_code(found))


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
