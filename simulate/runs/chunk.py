"""A chunk: the figures of consecutive replications as a table, and their ledgers and patients if these are kept.

Chunks are cut at multiples of `CHUNK`, and before its first one at those of `FEW`, so that a short run can be shared
too, while a long one has little to do for each. Where they are cut, and who computed them, makes no difference to any
figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from trialproof.simulate.results.moments import Flags, Floats

CHUNK, FEW = 100, 10


class Span(NamedTuple):
    """Replications from `first` up to, but without, `end`."""

    first: int
    end: int


class Keep(NamedTuple):
    """What is kept beside the figures: what happened in each replication, and to whom."""

    ledgers: bool = False
    patients: bool = False


ONLY_FIGURES = Keep()


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """The figures of some replications: `values` [R, M], which count where `exists` [R, M] only, and are 0 elsewhere.

    `ledgers` and `patients` are CSV text; None where they are not kept.
    """

    span: Span
    values: Floats
    exists: Flags
    ledgers: str | None = None
    patients: str | None = None


def pending(done: Iterable[Span], replications: int) -> Iterator[Span]:
    """Yield what is still to be computed of so many replications, cut where chunks are."""
    at = 0
    for span in (*sorted(done), Span(replications, replications)):
        end = min(span.first, replications)
        while at < end:
            size = FEW if at < CHUNK else CHUNK
            cut = min(end, (at // size + 1) * size)
            yield Span(at, cut)
            at = cut
        at = max(at, span.end)
