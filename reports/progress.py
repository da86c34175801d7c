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
