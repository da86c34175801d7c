"""A sign of life on a terminal while the checks run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trialproof.verify.check import Check


@contextmanager
def spinning() -> Iterator[Callable[[Check], None]]:
    """Show on standard error which check is running; erased at the end."""
    from rich.console import Console

    with Console(stderr=True).status("starting the solver") as status:
        yield lambda check: status.update(f"{check.code} {check.name}")


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Show on standard error what is searched; erased at the end."""
    from rich.console import Console

    with Console(stderr=True).status("starting the solver") as status:
        yield status.update


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error how many of how many are done, and how long the rest will take; erased at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
