"""A team of the workers of a cluster, by `dask.distributed`. One that is lost loses nothing: others do its work.

A worker has to have the very releases that this process has: with others, figures could differ in their last digits,
and nobody would see which worker made which.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from trialproof.model.place import BadInput, Place

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")

PACKAGES = ("trialproof", "numpy", "scipy", "simpy", "numba")
AHEAD = 3
"""So many calls for each thread of the cluster are under way or wait for it."""
DEATHS = 5
"""A call over which so many workers were given up by the scheduler is given up."""
SECONDS = 15
"""How long a scheduler may take to answer, and a worker to appear."""


@contextmanager
def gathered(address: str) -> Iterator[Cluster]:
    """Give a team of the workers of the scheduler at an address. Raises `BadInput` where there is none."""
    place = Place(f"--cluster {address}")
    if not find_spec("distributed"):
        raise BadInput(
            "a cluster needs dask.distributed, which is not installed", place, help="pip install 'trialproof[cluster]'"
        )
    from distributed import Client

    with _quietly():
        try:
            client = Client(address, timeout=SECONDS, set_as_default=False)
        except (OSError, ValueError, ImportError):
            advice = "`dask scheduler` starts one, and prints its address"
            raise BadInput("no scheduler answers there", place, help=advice) from None
        except AssertionError:
            advice = "this machine is too busy for it; try again"
            raise BadInput("dask could not start its event loop within ten seconds", place, help=advice) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=SECONDS)
            except TimeoutError:
                advice = f"`dask worker {address}` starts one"
                raise BadInput("the scheduler has no workers", place, help=advice) from None
            yield Cluster(client, place)


class Cluster:
    """A team (`team.Team`) of whatever workers a scheduler has, now and later."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client = client
        self._place = place

    def __call__(self, calls: Iterable[Callable[[], T]]) -> Iterator[tuple[int, T]]:
        """Compute calls. Raises what a call raises, and `BadInput` for a cluster that cannot be used."""
        from distributed import KilledWorker, as_completed

        coming = enumerate(calls)
        under_way: dict[Any, tuple[int, Callable[[], T], int]] = {}
        with self._connected():
            finished = as_completed(loop=self._client.loop)
        room = since = 0

        def submit(number: int, call: Callable[[], T], deaths: int) -> None:
            with self._connected():
                future = self._client.submit(partial(compute_alike, releases(), call), pure=False)
                finished.add(future)
            under_way[future] = (number, call, deaths)

        while True:
            if since >= room:
                room, since = AHEAD * self._threads(), 0
            for number, call in islice(coming, max(0, room - len(under_way))):
                submit(number, call, 0)
            if not under_way:
                return
            with self._connected():
                future = next(finished)
            number, call, deaths = under_way.pop(future)
            try:
                with self._connected():
                    result = future.result()
            except KilledWorker:
                if deaths + 1 == DEATHS:
                    advice = "do they have enough memory? what is finished is kept"
                    message = "workers died again and again over the same work"
                    raise BadInput(message, self._place, help=advice) from None
                submit(number, call, deaths + 1)
            except ModuleNotFoundError as missing:
                advice = "install the same release of trialproof wherever a worker runs"
                raise BadInput(f"a worker has no `{missing.name}`", self._place, help=advice) from None
            else:
                since += 1
                future.release()
                yield number, result

    def _threads(self) -> int:
        with self._connected():
            return max(1, int(sum(self._client.ncores().values())))

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """Say that the scheduler is lost where it is; nothing that is computed has to do with connections or files."""
        from distributed import CancelledError

        try:
            yield
        except (CancelledError, OSError):
            advice = "what is finished is kept; the same command goes on from there"
            raise BadInput("the connection to the scheduler is lost", self._place, help=advice) from None


def compute_alike(wanted: tuple[tuple[str, str], ...], call: Callable[[], T]) -> T:
    """Compute a call, on a worker that has the releases that are wanted. Raises `BadInput` on any other."""
    for (name, mine), (_, here) in zip(wanted, releases(), strict=True):
        if mine != here:
            raise BadInput(f"a worker has {name} {here}, and this program {mine}", help="install the same everywhere")
    return call()


@cache
def releases() -> tuple[tuple[str, str], ...]:
    """Return what could make a difference to a figure, each with its release."""
    return (("Python", platform.python_version()), ("machine", platform.machine()), *map(_release, PACKAGES))


def _release(name: str) -> tuple[str, str]:
    try:
        return name, version(name)
    except PackageNotFoundError:
        return name, "not installed"


@contextmanager
def _quietly() -> Iterator[None]:
    """Leave it to our own errors to say what is wrong: dask tells the same with a traceback."""
    loggers = [logging.getLogger(f"distributed{part}") for part in ("", ".client", ".comm", ".core", ".utils")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
