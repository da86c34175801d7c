"""Chunks computed here, by several processes or by a cluster; what comes out does not depend on which."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from typing import TypeAlias

import numpy as np

from trialproof.simulate.runs.chunk import Chunk, Keep, Span
from trialproof.simulate.runs.engines import hands, runner
from trialproof.simulate.runs.kept import ledger_heading, ledger_text, patients_heading, patients_text
from trialproof.simulate.runs.replicate import figures_of, replications
from trialproof.simulate.runs.simulation import Simulation, prepared
from trialproof.simulate.runs.team import team

TOGETHER = 50
"""The figures of so many replications are worked out at once: enough of them, and their ledgers are not too large."""

Work: TypeAlias = Callable[[Sequence[Span]], Iterator[Chunk]]


def compute(simulation: Simulation, span: Span, keep: Keep) -> Chunk:
    """Return a chunk of a simulation. Raises `BadInput` for what turns out not to be possible."""
    ready = prepared(simulation)
    tables, ledgers, patients = [], [], []
    found = replications(ready, range(*span), runner(simulation.engine))
    while some := list(islice(found, TOGETHER)):
        tables.append(figures_of(ready, some, hands(simulation.engine)))
        if keep.ledgers:
            ledgers.append(ledger_text(some))
        if keep.patients:
            patients.append(patients_text(some))
    return Chunk(
        span,
        np.concatenate([values for values, _ in tables]),
        np.concatenate([exist for _, exist in tables]),
        ledger_heading() + "".join(ledgers) if keep.ledgers else None,
        patients_heading(ready) + "".join(patients) if keep.patients else None,
    )


@contextmanager
def crew(simulation: Simulation, keep: Keep, workers: int, cluster: str | None = None) -> Iterator[Work]:
    """Give what computes spans, and yields their chunks in the order in which they are finished.

    Raises `BadInput` for a cluster that cannot be used.
    """
    with team(workers, cluster) as compute_all:

        def work(spans: Sequence[Span]) -> Iterator[Chunk]:
            for _, chunk in compute_all(partial(compute, simulation, span, keep) for span in spans):
                yield chunk

        yield work


def available() -> int:
    """Return how many processors this program may use."""
    with suppress(AttributeError):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
