"""The command line: arguments in, the right module called, an exit code out.

Standard output carries only what was asked for; progress and errors go to standard error. Whatever is heavy is imported
by the command that needs it (`trialproof.commands`), so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from errno import ENOSPC
from typing import TYPE_CHECKING, NoReturn

import click

from trialproof.commands import COMMANDS
from trialproof.commands.common import UNUSABLE, release

if TYPE_CHECKING:
    from trialproof.model.place import BadInput

DEFECT, INTERRUPTED, BROKEN_PIPE = 70, 130, 141
EXCERPT = 160
"""How much of a long line an error shows."""


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
      trialproof repair PROTOCOL       the smallest changes that would mend an arm
      trialproof report PROTOCOL       all of it on one page, for a meeting
      trialproof diff OLD NEW          whom an amendment treats differently
      trialproof assign PROTOCOL FILE  the arm of each patient in a table
      trialproof simulate PROTOCOL     what will happen when patients come, with every assumption named
      trialproof sweep PROTOCOL        the same under many scenarios, and how much is enough
      trialproof reproject PROTOCOL COUNTS.csv --on DATE
                                       when a trial under way will have its patients

    \b
    Exit codes:
      0 nothing found    1 findings    2 unusable input    3 something undecided
    """  # noqa: D301 - a backspace is how click is told to leave a paragraph as it is


for _command in COMMANDS:
    cli.add_command(_command)


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
    except Exception as problem:
        if isinstance(problem, OSError) and problem.errno == ENOSPC:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            click.echo("error: the output cannot be written: no space is left", err=True)
            sys.exit(UNUSABLE)
        import traceback

        traceback.print_exc()
        click.echo("this is a defect of trialproof, not of your protocol; nothing was decided", err=True)
        sys.exit(DEFECT)


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
