"""`trialproof repair`: the smallest changes that make a decision exhaustive and exclusive."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import FINDINGS, PROTOCOL, READING, TIMEOUT, UNDECIDED, in_color, release

if TYPE_CHECKING:
    from trialproof.verify.repairs.repair import Proposal


@click.command()
@PROTOCOL
@READING
@click.option("--decision", "decisions", multiple=True, metavar="NAME", help="Repair this one only. May be repeated.")
@click.option(
    "--most",
    type=click.IntRange(min=1, max=99),
    default=4,
    show_default=True,
    metavar="N",
    help="How many repairs of one decision are shown.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
@TIMEOUT
def repair(
    protocol: Path, readings: Sequence[str], decisions: Sequence[str], most: int, form: str, timeout: float
) -> None:
    """Propose the smallest changes that mend the decisions of PROTOCOL.

    For each decision that leaves somebody without a choice, or gives too many: which clauses could be changed so that
    everybody gets as many choices as intended. A comparison is made strict or inclusive, a bound moved to that of
    another clause, a category added or taken away, a clause left out, a choice given precedence, or patients without
    a choice excluded. Prints the amended sentences, the rules to write into the file, whose choice is fixed and who
    else is moved. Each repair is proved before it is shown; none of its changes can be left out. Nothing is written,
    and nothing is chosen: that is for the investigator.

    \b
    Examples:
      trialproof repair protocols/esophageal-salvage
      trialproof repair protocols/esophageal-salvage --decision arm --most 8
      trialproof repair . --reading arm.involved_field=flat --format json

    \b
    Exit codes:
      0 nothing to repair    1 repairs are shown    2 unusable input
      3 undecided, or no repair was found, or nobody is in the population
    """  # noqa: D301
    from trialproof.verify.process import launch

    worker = launch()
    try:
        from trialproof.model.load import load, read_selection
        from trialproof.verify.repairs.repair import repair as search

        loaded = load(protocol)
        chosen = read_selection(loaded, readings)
        with _progress() as tell:
            found = search(
                loaded,
                selection=chosen,
                decisions=decisions,
                most=most,
                seconds=timeout,
                worker=worker,
                progress=tell,
            )
    finally:
        worker.kill()
        worker.communicate()
    if form == "json":
        from trialproof.reports.repair_json import write_repairs_json

        click.echo(write_repairs_json(loaded, found, release()))
    else:
        from trialproof.reports.repair_text import write_repairs

        click.echo(write_repairs(loaded, found, color=in_color()))
    sys.exit(_exit_code(found))


def _progress() -> AbstractContextManager[Callable[[str], None] | None]:
    """Say on a terminal what is searched; nowhere else."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    from trialproof.reports.progress import telling

    return telling()


def _exit_code(found: Proposal) -> int:
    from trialproof.verify.repairs.repair import State

    states = {each.state for each in found.decisions}
    if State.REPAIRABLE in states:
        return FINDINGS
    return 0 if states <= {State.SOUND} else UNDECIDED
