"""`trialproof certify`: what was proved, as files that another solver proves again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import click

from trialproof.commands.common import READING, TIMEOUT, UNDECIDED, in_color, release


@click.command()
@click.argument("protocol", type=click.Path(path_type=Path), required=False)
@READING
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="The folder to write; an earlier one goes."
)
@click.option("--check", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Judge a certificate again.")
@click.option("--no-run", is_flag=True, help="Write and replay only; do not ask cvc5.")
@TIMEOUT
def certify(
    protocol: Path | None,
    readings: Sequence[str],
    output: Path | None,
    folder: Path | None,
    *,
    no_run: bool,
    timeout: float,
) -> None:
    """Write what Z3 proved of PROTOCOL as files, and have cvc5 prove them again.

    The folder holds one SMT-LIB 2 file for each question, with the answer that is expected, the rules and the
    document's words; the record of each witness; a copy of the protocol; an index. Prints for each question whether
    cvc5 agrees. Each witness is replayed from the files alone.

    cvc5 comes with the extra `certify`. Without it the files are written and nothing is proved again (exit code 3).

    \b
    Examples:
      trialproof certify protocols/esophageal-salvage -o certificate
      trialproof certify --check certificate
      trialproof certify . -o certificate --no-run

    \b
    Exit codes:
      0 all agree, refuted or proved    2 unusable input    3 something undecided, or no cvc5
      70 a disagreement: two engines contradict each other, which is a defect of trialproof
    """  # noqa: D301
    if (protocol is None) != (output is None) or (protocol is None) == (folder is None):
        raise click.UsageError("give PROTOCOL and -o DIR, or --check DIR alone")
    if folder is not None and readings:
        raise click.UsageError("--reading goes with PROTOCOL: a certificate has its readings")
    from trialproof.reports.certify_text import write_certificate, write_manual
    from trialproof.verify.certify.cvc5_run import installed
    from trialproof.verify.certify.recheck import demand_agreement, recheck

    run = not no_run and installed()
    start = perf_counter()
    if protocol is None or output is None:
        assert folder is not None  # noqa: S101 - one of the two was given
        found = recheck(folder, seconds=timeout, run=run)
    else:
        from trialproof.model.load import load, read_selection
        from trialproof.verify.certify.certificate import certify as write_files

        chosen = read_selection(load(protocol), readings)
        found = write_files(
            protocol, output, manual=write_manual, release=release(), selection=chosen, seconds=timeout, run=run
        )
    click.echo(write_certificate(found, wanted=not no_run, color=in_color()))
    click.echo(f"{perf_counter() - start:.1f} seconds", err=True)
    demand_agreement(found)
    sys.exit(0 if found.decided and (run or no_run) else UNDECIDED)
