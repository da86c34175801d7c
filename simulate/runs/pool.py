"""A team of processes. One that dies is replaced, and what it was computing is computed again.

Processes begin afresh rather than as copies of this one, which works on every system, in notebooks, and in programs
that have Python inside, such as R. They leave an interruption to this process, and end when it does, however that may
be.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import parent_process
from threading import Thread
from typing import Any, TypeVar

from trialproof.model.place import BadInput
from trialproof.simulate.runs.fresh import FreshContext

T = TypeVar("T")

AHEAD = 3
"""So many calls for each worker are under way or wait for it."""
DEATHS = 5
"""A call that was under way at so many deaths of a worker is given up."""
ADVICE = "was memory short? try fewer `--workers`; what is finished is kept"


@contextmanager
def pooled(workers: int) -> Iterator[Pool]:
    """Give a team of so many processes, which are started when there is first more than one call to share."""
    pool = Pool(workers)
    try:
        yield pool
    finally:
        pool.end()


class Pool:
    """A team (`team.Team`) of so many processes."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def __call__(self, calls: Iterable[Callable[[], T]]) -> Iterator[tuple[int, T]]:
        """Compute calls. Raises what a call raises, and `BadInput` where workers die again and again."""
        coming = enumerate(calls)
        first = list(islice(coming, 2))
        if len(first) < 2:
            yield from ((number, call()) for number, call in first)
            return
        coming_again: list[tuple[int, Callable[[], T]]] = []
        rest = chain(first, coming)
        deaths: Counter[int] = Counter()
        under_way: dict[Future[T], tuple[int, Callable[[], T]]] = {}
        try:
            while True:
                while len(under_way) < AHEAD * self._workers and (
                    taken := coming_again.pop() if coming_again else next(rest, None)
                ):
                    under_way[self._submit(taken[1])] = taken
                if not under_way:
                    return
                finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
                if any(_is_lost(future) for future in finished):
                    self.end()
                    finished = set(under_way)
                for future in finished:
                    number, call = under_way.pop(future)
                    if not _is_lost(future):
                        yield number, future.result()
                        continue
                    coming_again.append((number, call))
                    deaths[number] += 1
                    if deaths[number] == DEATHS:
                        raise BadInput(f"worker processes died {DEATHS} times over the same work", help=ADVICE)
        finally:
            for future in under_way:
                future.cancel()

    def end(self) -> None:
        """End the processes; what they have begun they finish first, and then every call has a result or is lost."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def _submit(self, call: Callable[[], T]) -> Future[T]:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(self._workers, mp_context=FreshContext(), initializer=_begin)
        try:
            return self._executor.submit(call)
        except BrokenProcessPool as broken:
            lost: Future[T] = Future()
            lost.set_exception(broken)
            return lost


def _is_lost(future: Future[Any]) -> bool:
    """Tell whether a call that has ended has no result because a worker died."""
    return future.cancelled() or isinstance(future.exception(), BrokenProcessPool)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
