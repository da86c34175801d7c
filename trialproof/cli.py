"""The command line: arguments in, the right module called, an exit code out.

Standard output carries only what was asked for; progress and errors go to standard error. Whatever is heavy is imported
by the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from trialproof.model.place import BadInput
    from trialproof.verify.check import Check
    from trialproof.verify.finding import Review

FINDINGS, UNUSABLE, UNDECIDED = 1, 2, 3
DEFECT, INTERRUPTED, BROKEN_PIPE = 70, 130, 141
EXCERPT = 160
"""How much of a long line an error shows."""
SEVERITIES = ("note", "warning", "error")

PROTOCOL = click.argument("protocol", type=click.Path(path_type=Path))
READING = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="SENTENCE=READING",
    help="Read a sentence otherwise than preferred: arm.involved_field=flat. May be repeated.",
)


def release() -> str:
    """Return the version of the installed package."""
    try:
        return version("trialproof")
    except PackageNotFoundError:
        return "0+unknown"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(release(), prog_name="trialproof")
def cli() -> None:
    """Prove what a clinical-trial protocol says, for every possible patient.

    PROTOCOL is a folder that holds a protocol.yaml, or the file itself.

    \b
    Start here:
      trialproof init DOCUMENT.txt     write a protocol.yaml with one entry per sentence
      trialproof check PROTOCOL        what the rules imply for every possible patient
      trialproof explain TP101         what a code means
      trialproof show PROTOCOL         each quote beside its rule in plain English

    \b
    Exit codes:
      0 nothing found    1 findings    2 unusable input    3 something undecided
    """  # noqa: D301 - a backspace is how click is told to leave a paragraph as it is


@cli.command()
@PROTOCOL
@READING
@click.option("--select", multiple=True, metavar="CODES", help="Run only these: TP101, or a family such as TP1,TP2.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these out.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="error",
    show_default=True,
    help="The least severity of a finding that makes the exit code 1.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.01, max=86400),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the solver may think about one question before it is called undecided.",
)
def check(
    protocol: Path,
    readings: Sequence[str],
    select: Sequence[str],
    ignore: Sequence[str],
    form: str,
    fail_on: str,
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
    """  # noqa: D301
    from trialproof.verify.solver import launch

    worker = launch()
    try:
        from trialproof.model.load import load, read_selection
        from trialproof.verify.review import review

        wanted, unwanted = _codes(select), _codes(ignore)
        loaded = load(protocol)
        chosen = read_selection(loaded, readings)
        with _progress() as tell:
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
    if form == "json":
        from trialproof.reports.json_report import write_json

        click.echo(write_json(loaded, found, release()))
    else:
        from trialproof.reports.text import write_text

        click.echo(write_text(loaded, found, color=_color()))
    sys.exit(_exit_code(found, fail_on))


@cli.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a code means: what the check does, why it matters, an example. Without CODE, list all codes."""
    from trialproof.reports.manual import explanation, listing

    click.echo(listing() if code is None else explanation(code))


@cli.command()
@PROTOCOL
@READING
def show(protocol: Path, readings: Sequence[str]) -> None:
    """Print each quote beside its rule in plain English, for somebody who signs that this is what was meant."""
    from trialproof.model.load import load, read_selection
    from trialproof.reports.side_by_side import write_side_by_side

    loaded = load(protocol)
    click.echo(write_side_by_side(loaded, read_selection(loaded, readings), color=_color()))


@cli.command()
@click.argument("which", type=click.Choice(["protocol", "check"]), default="protocol")
def schema(which: str) -> None:
    """Print a JSON Schema: of protocol.yaml (the default), or of what `check --format json` prints."""
    import json

    if which == "protocol":
        from trialproof.model.schema import protocol_schema

        found = protocol_schema()
    else:
        from trialproof.reports.json_report import report_schema

        found = report_schema()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True))


@cli.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--title", default=None, help="The protocol's title; the document's first line by default.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None, help="Default: protocol.yaml beside it.")
def init(document: Path, title: str | None, output: Path | None) -> None:
    """Write a protocol.yaml for DOCUMENT, with one `todo` entry for each of its sentences.

    The file can be checked at once; work through the entries one by one. Nothing is overwritten.
    """
    from trialproof.reports.drafting import write_draft

    for line in write_draft(document, title, output):
        click.echo(line)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; every bad input becomes one clear error and exit code 2.

    A defect of this program, such as two engines that disagree, ends with a traceback and exit code 70: never with
    the code for findings.
    """
    from trialproof.model.place import BadInput

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(cli.main(args=arguments, prog_name="trialproof", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        click.echo("interrupted; nothing was decided", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(UNUSABLE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
    except BadInput as problem:
        _complain(problem)
        sys.exit(UNUSABLE)
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("this is a defect of trialproof, not of your protocol; nothing was decided", err=True)
        sys.exit(DEFECT)


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


def _exit_code(found: Review, fail_on: str) -> int:
    if fail_on != "never" and any(each.severity > SEVERITIES.index(fail_on) for each in found.findings):
        return FINDINGS
    return UNDECIDED if found.undecided else 0


def _color() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _progress() -> AbstractContextManager[Callable[[Check], None] | None]:
    """Say on a terminal which check is running; nowhere else."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    from trialproof.reports.progress import spinning

    return spinning()


def _complain(problem: BadInput) -> None:
    """Print an error the way a compiler does: the sentence, the place, the line with a caret, the help."""
    from trialproof.model.place import NOWHERE

    click.echo(f"error: {problem.message}", err=True)
    if problem.place != NOWHERE:
        click.echo(f"  --> {problem.place}", err=True)
    if problem.excerpt is not None and problem.place.line:
        number = str(problem.place.line)
        start = max(0, problem.place.column - 1 - EXCERPT // 2)
        shown = problem.excerpt[start : start + EXCERPT]
        indent = problem.place.column - 1 - start
        caret = " " * indent + "^" * max(1, min(problem.width, EXCERPT - indent))
        click.echo(f"{number} | {shown}", err=True)
        click.echo(f"{' ' * len(number)} | {caret}", err=True)
    for line in (problem.help or "").splitlines():
        click.echo(f"  help: {line}" if line == (problem.help or "").splitlines()[0] else f"        {line}", err=True)
