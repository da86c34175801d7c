"""How the compiled engine is compiled: with explicit types, when it is imported, into a cache on disk.

numba's cache looks at the file of a function only, and not at the files of those that it calls: after a change there it
would go on with what is no longer so. So the folder of the cache is named after all sources that matter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import numba as nb

from trialproof.simulate.trial import calendar, contract

HERE = Path(__file__).resolve().parent
OPTIONS = {"cache": True, "boundscheck": False, "error_model": "numpy", "_nrt": False}
"""`_nrt`: nothing is allocated, so arrays need no reference counts."""
INSIDE = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

I = nb.int64  # noqa: E741 - signatures are read more easily so
T1 = nb.int64[::1]
T2 = nb.int64[:, ::1]
M2 = nb.int32[:, ::1]
T3 = nb.int32[:, :, ::1]
W3 = nb.int64[:, :, ::1]
void = nb.void


def digest() -> str:
    """Return a name for all that the compiled engine is made from."""
    sources = [*HERE.glob("*.py"), Path(str(contract.__file__)), Path(str(calendar.__file__))]
    found = sha256()
    for source in sorted(sources, key=lambda each: each.name):
        found.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return found.hexdigest()[:20]


def cache_folder() -> Path:
    """Return where compiled code is kept: beside the sources if that can be written, else with the user's caches."""
    beside = HERE / "__pycache__"
    if os.access(beside if beside.exists() else HERE, os.W_OK):
        return beside / digest()
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    return Path(home) / "trialproof" / f"{sys.implementation.cache_tag}-{digest()}"


CACHE = str(cache_folder())


def compiled(signature: Any) -> Decorator:
    """Return the decorator that compiles a function for one signature, to be called from Python."""
    return _with(signature, OPTIONS)


def part(signature: Any) -> Decorator:
    """Return the decorator of a part of such a function, which is put in wherever it is called.

    A call would cost more than most parts do: each table is handed over as seven numbers or more.
    """
    return _with(signature, OPTIONS | INSIDE)


def _with(signature: Any, options: dict[str, Any]) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        config: Any = nb.config
        njit: Any = nb.njit
        before = config.CACHE_DIR
        config.CACHE_DIR = CACHE
        try:
            made: Callable[..., Any] = njit(signature, **options)(function)
        finally:
            config.CACHE_DIR = before
        return made

    return decorate
