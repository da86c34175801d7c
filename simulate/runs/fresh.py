"""Processes that begin afresh and know nothing of the program that starts them.

Python's own way (`spawn`) lets a new process run the main file of the program again, which needs a guard in a script
and fails where there is no such file: in some notebooks, in a program that is read from standard input. Nothing that
is computed here stands in a main file, so it is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

MAIN = "__main__"


class FreshProcess(SpawnProcess):
    """A process that begins with nothing but what it is to compute."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - it is called so in `multiprocessing`
        with _without_main():
            return SpawnProcess._Popen(process_obj)


class FreshContext(SpawnContext):
    """What `concurrent.futures` asks for processes."""

    Process = FreshProcess


@contextmanager
def _without_main() -> Iterator[None]:
    """Let the main module have no file, for as long as it takes to start a process."""
    main = sys.modules[MAIN]
    sys.modules[MAIN] = ModuleType(MAIN)
    try:
        yield
    finally:
        sys.modules[MAIN] = main
