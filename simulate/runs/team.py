"""Who computes: this process, several processes, or a cluster. Calls go in; results come out, each with its number.

Results come in any order, and calls are taken only as fast as results are, so that neither is ever held in number. A
call is a function of a module with its arguments (`functools.partial`), which can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from trialproof.simulate.runs.cluster import gathered
from trialproof.simulate.runs.pool import pooled

T = TypeVar("T")


class Team(Protocol):
    """Computes calls; yields the number of each, counted from 0, with its result.

    Raises what a call raises, and `BadInput` where workers die again and again over the same calls.
    """

    def __call__(self, calls: Iterable[Callable[[], T]]) -> Iterator[tuple[int, T]]: ...  # noqa: D102


@contextmanager
def team(workers: int, cluster: str | None = None) -> Iterator[Team]:
    """Give a team of so many processes, or of the workers of a cluster (the address of its scheduler).

    Raises `BadInput` for a cluster that cannot be used.
    """
    if cluster is not None:
        with gathered(cluster) as work:
            yield work
    elif workers > 1:
        with pooled(workers) as work:
            yield work
    else:
        yield alone


def alone(calls: Iterable[Callable[[], T]]) -> Iterator[tuple[int, T]]:
    """Compute calls here, one after the other."""
    for number, call in enumerate(calls):
        yield number, call()
