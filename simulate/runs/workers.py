"""Chunks computed here or by several processes at once; what comes out does not depend on which."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeAlias

import numpy as np

from trialproof.simulate.runs.chunk import Chunk, Keep, Span, row_of
from trialproof.simulate.runs.kept import ledger_heading, ledger_text, patients_heading, patients_text
from trialproof.simulate.runs.replicate import columns_of, replications
from trialproof.simulate.runs.simulation import Simulation, prepared

Work: TypeAlias = Callable[[Sequence[Span]], Iterator[Chunk]]


def compute(simulation: Simulation, span: Span, keep: Keep) -> Chunk:
    """Return a chunk of a simulation. Raises `BadInput` for what turns out not to be possible."""
    ready = prepared(simulation)
    columns = columns_of(ready)
    found = list(replications(ready, range(*span)))
    rows = [row_of(each.figures(), columns) for each in found]
    return Chunk(
        span,
        np.array([values for values, _ in rows]),
        np.array([exists for _, exists in rows]),
        ledger_heading() + ledger_text(found) if keep.ledgers else None,
        patients_heading(ready) + patients_text(found) if keep.patients else None,
    )


@contextmanager
def crew(simulation: Simulation, keep: Keep, workers: int) -> Iterator[Work]:
    """Give what computes spans, and yields their chunks in the order in which they are finished.

    Processes are started when there is first more than one span to share, and kept until the end.
    """
    with ExitStack() as stack:
        pools: list[ProcessPoolExecutor] = []

        def work(spans: Sequence[Span]) -> Iterator[Chunk]:
            if workers == 1 or len(spans) == 1:
                yield from (compute(simulation, span, keep) for span in spans)
                return
            if not pools:
                pools.append(_pool(workers))
                stack.callback(pools[0].shutdown, cancel_futures=True)
            futures = [pools[0].submit(compute, simulation, span, keep) for span in spans]
            for future in as_completed(futures):
                yield future.result()

        yield work


def available() -> int:
    """Return how many processors this program may use."""
    with suppress(AttributeError):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes that begin afresh, which all systems can do, rather than as copies of this one."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Leave an interruption to the program that started this process, and end when it does, however that may be."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
