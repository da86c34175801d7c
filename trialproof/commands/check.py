"""`trialproof check`: what the rules imply for every possible patient."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import FINDINGS, PROTOCOL, READING, TIMEOUT, UNDECIDED, in_color, progress, release

if TYPE_CHECKING:
    from trialproof.model.protocol import Protocol
    from trialproof.reports.baseline import Baseline
    from trialproof.reports.fixes import Fix
    from trialproof.reports.shares import CohortShare
    from trialproof.verify.finding import Finding, Review, Undecided

SEVERITIES = ("note", "warning", "error")
FORMATS = ("text", "json", "sarif", "github", "markdown")


@click.command()
@PROTOCOL
@READING
@click.option("--select", multiple=True, metavar="CODES", help="Run only these: TP101, or a family such as TP1,TP2.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these out.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print."
)
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="error",
    show_default=True,
    help="The least severity of a finding that makes the exit code 1.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="The JSON of an earlier run: say what is new and what is gone; only what is new counts for --fail-on.",
)
@click.option(
    "--cohort",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="A CSV or Parquet file of patients: say how many of them are in each region, and left out by each proof.",
)
@click.option("--missing", multiple=True, metavar="TEXT", help="A cell of the cohort with this text was not recorded.")
@click.option(
    "--fixes",
    is_flag=True,
    help="With --format sarif: search repairs, and offer those that are proved and can be carried out (takes longer).",
)
@TIMEOUT
def check(
    protocol: Path,
    readings: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    form: str,
    fail_on: str,
    baseline: Path | None,
    cohort: Path | None,
    missing: Sequence[str],
    fixes: bool,  # noqa: FBT001 - as click passes a flag
    timeout: float,
) -> None:
    """Prove or refute what the rules of PROTOCOL must guarantee.

    Prints each finding with the protocol's own words and one patient who shows it, then what was proved, under which
    assumptions, and what was not checked.

    \b
    Examples:
      trialproof check protocols/esophageal-salvage
      trialproof check protocols/esophageal-salvage --reading arm.involved_field=flat
      trialproof check . --select TP1,TP2 --format json > findings.json
      trialproof check . --baseline main.json --format markdown > comment.md
    """  # noqa: D301
    if fixes and form != "sarif":
        raise click.UsageError("--fixes goes only with --format sarif; `trialproof repair` shows repairs as text")

    from trialproof.verify.process import launch

    worker = launch()
    try:
        from trialproof.model.load import load, read_selection
        from trialproof.reports.baseline import read_baseline
        from trialproof.verify.review import review

        earlier = None if baseline is None else read_baseline(baseline)
        wanted, unwanted = _codes(select), _codes(ignore)
        loaded = load(protocol)
        chosen = read_selection(loaded, readings)
        with progress() as tell:
            found = review(
                loaded,
                selection=chosen,
                select=wanted,
                ignore=unwanted,
                seconds=timeout,
                worker=worker,
                progress=tell,
            )
    finally:
        worker.kill()
        worker.communicate()
    share = None
    if cohort is not None:
        from trialproof.reports.cohort_share import cohort_share

        share = cohort_share(loaded, found, cohort, missing=missing)
    mending = _fixes(loaded, found, chosen, timeout) if fixes else ()
    click.echo(_written(form, loaded, found, earlier, share, mending))
    counted = found.findings if earlier is None else earlier.new(found)
    sys.exit(_exit_code(counted, found.undecided, fail_on))


def _fixes(protocol: Protocol, found: Review, chosen: Mapping[str, str], timeout: float) -> tuple[Fix, ...]:
    """Search repairs for the decisions that have something to repair."""
    from trialproof.reports.fixes import MENDED, fixes_of
    from trialproof.verify.repairs.repair import repair

    concerned = dict.fromkeys(each.decision for each in found.findings if each.code in MENDED and each.decision)
    if not concerned:
        return ()
    return fixes_of(protocol, repair(protocol, selection=chosen, decisions=list(concerned), seconds=timeout))


def _written(
    form: str,
    protocol: Protocol,
    found: Review,
    earlier: Baseline | None,
    share: CohortShare | None,
    mending: Sequence[Fix],
) -> str:
    """Return the report in a format."""
    if form == "json":
        from trialproof.reports.json_report import write_json

        return write_json(protocol, found, release(), earlier, share)
    if form == "sarif":
        from trialproof.reports.sarif import write_sarif

        return write_sarif(protocol, found, release(), earlier, share, mending)
    if form == "github":
        from trialproof.reports.github import write_github

        return write_github(protocol, found, earlier, share)
    if form == "markdown":
        from trialproof.reports.markdown import write_markdown

        return write_markdown(protocol, found, earlier, share)
    from trialproof.reports.text import write_text

    return write_text(protocol, found, color=in_color(), baseline=earlier, share=share)


def _codes(given: Sequence[str]) -> list[str]:
    """Split `TP1,TP2`, and refuse what is the beginning of no code."""
    from trialproof.model.place import BadInput
    from trialproof.verify.checks import CHECKS

    wanted = [each.strip().upper() for text in given for each in text.split(",") if each.strip()]
    for each in wanted:
        if not any(check.code.startswith(each) for check in CHECKS):
            known = ", ".join(check.code for check in CHECKS)
            raise BadInput(f"no check has a code that begins with `{each}`", help=f"there are {known}")
    return wanted


def _exit_code(findings: Sequence[Finding], undecided: Sequence[Undecided], fail_on: str) -> int:
    if fail_on != "never" and any(each.severity > SEVERITIES.index(fail_on) for each in findings):
        return FINDINGS
    return UNDECIDED if undecided else 0
