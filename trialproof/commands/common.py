"""What the commands share: arguments, exit codes, and how they behave on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from trialproof.simulate.runs.engines import Engine
    from trialproof.verify.check import Check

FINDINGS, UNUSABLE, UNDECIDED = 1, 2, 3
BITS = 48
"""A seed that is drawn has so many bits."""

PROTOCOL = click.argument("protocol", type=click.Path(path_type=Path))
SCENARIO = click.option(
    "--scenario", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="The assumptions; by default the scenario.yaml beside the protocol.",
)  # fmt: skip
READING = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="SENTENCE=READING",
    help="Read a sentence otherwise than preferred: arm.involved_field=flat. May be repeated.",
)
NUMBER = click.IntRange(min=1, max=2**32 - 1)
WORKERS = click.option(
    "--workers", type=click.IntRange(min=1), default=None, help="Processes; no figure depends on it."
)
CLUSTER = click.option(
    "--cluster",
    default=None,
    metavar="ADDRESS",
    help="Let the workers of a dask scheduler compute: tcp://host:8786. No figure depends on it.",
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(["simpy", "compiled"]),
    default=None,
    help="What runs a replication: the readable engine, or the compiled one, which is the default where numba is "
    "installed. No figure depends on it.",
)
TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(min=0.01, max=86400),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the solver may think about one question before it is called undecided.",
)


def entropy_for(seed: int | None, *folders: Path) -> int:
    """Return the seed that is given, else that of the run or sweep to be continued, else a new one."""
    if seed is not None:
        return seed
    if folders:
        from trialproof.simulate.runs.folder import entropy_of

        for folder in folders:
            if (found := entropy_of(folder)) is not None:
                return found
    from secrets import randbits

    drawn = randbits(BITS)
    click.echo(f"seed: {drawn}", err=True)
    return drawn


def scenario_for(scenario: Path | None, protocol: Path) -> Path:
    """Return the scenario that is given, else the folder of the protocol, in which one is looked for."""
    return scenario or (protocol if protocol.is_dir() else protocol.parent)


@contextmanager
def kept(output: Path | None) -> Iterator[None]:
    """Say at an interruption what is not lost."""
    try:
        yield
    except KeyboardInterrupt:
        if output is not None:
            click.echo(f"what is finished is kept in `{output}`; the same command goes on from there", err=True)
        raise


def engine_for(name: str | None) -> Engine:
    """Return the engine of this name, else the faster one that is installed; say so where it is compiled first."""
    from trialproof.simulate.runs.engines import Engine, default_engine, is_compiled, runner

    engine = default_engine() if name is None else Engine(name)
    if engine is Engine.COMPILED and find_spec("numba") and not is_compiled():
        click.echo("compiling the engine: this happens once, and takes ten to twenty seconds", err=True)
    runner(engine)
    return engine


def release() -> str:
    """Return the version of the installed package."""
    try:
        return version("trialproof")
    except PackageNotFoundError:
        return "0+unknown"


def in_color() -> bool:
    """Return whether standard output is a terminal that wants colour."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def progress() -> AbstractContextManager[Callable[[Check], None] | None]:
    """Say on a terminal which check is running; nowhere else."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    from trialproof.reports.progress import spinning

    return spinning()


def counted(what: str) -> AbstractContextManager[Callable[[int, int], None]]:
    """Say on a terminal how many of how many are done; nowhere else."""
    if not sys.stderr.isatty():
        return nullcontext(lambda _done, _total: None)
    from trialproof.reports.progress import counting

    return counting(what)


def need(module: str, message: str, *, extra: str) -> None:
    """Raise `BadInput` unless an optional package is installed; `extra` installs it."""
    from importlib import import_module

    from trialproof.model.place import BadInput

    try:
        import_module(module)
    except ImportError:
        raise BadInput(message, help=f"pip install 'trialproof[{extra}]'") from None


def write(content: str | bytes, output: Path | None) -> None:
    """Write to a file, or to standard output. Raises `BadInput` where that cannot be."""
    from trialproof.model.place import BadInput

    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        raise BadInput(f"`{output}` cannot be written: {(error.strerror or 'it is no file').lower()}") from None
