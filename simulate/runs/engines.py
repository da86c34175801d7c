"""Which engine runs a replication. Both write the same ledger, so that no figure depends on it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import numpy as np

from trialproof.model.place import BadInput
from trialproof.simulate.results.hands import READABLE, Hands
from trialproof.simulate.trial.contract import ROWS, Draws, Ledger, World

Run: TypeAlias = Callable[[World, Draws], Ledger]


class Engine(Enum):
    """The readable engine, a program in SimPy; and the compiled one, tens of times as fast, which needs numba."""

    SIMPY = "simpy"
    COMPILED = "compiled"


class EnginesDisagree(RuntimeError):
    """The same replication has two ledgers: a defect of an engine, never of a scenario."""


def default_engine() -> Engine:
    """Return the compiled engine where numba is installed, and the readable one elsewhere."""
    return Engine.COMPILED if find_spec("numba") else Engine.SIMPY


def runner(engine: Engine) -> Run:
    """Return what runs a replication. Raises `BadInput` for the compiled engine without numba."""
    match engine:
        case Engine.SIMPY:
            from trialproof.simulate.trial.engine import run

            return run
        case Engine.COMPILED:
            if not find_spec("numba"):
                raise BadInput(
                    "the compiled engine needs numba, which is not installed",
                    help='pip install "trialproof[fast]", or leave the engine away to use the readable one',
                )
            from trialproof.simulate.fast.tables import run as run_compiled

            return run_compiled


def hands(engine: Engine) -> Hands:
    """Return what adds up figures: for the compiled engine, compiled too."""
    match engine:
        case Engine.SIMPY:
            return READABLE
        case Engine.COMPILED:
            from trialproof.simulate.fast.hands import COMPILED

            return COMPILED


def is_compiled() -> bool:
    """Return whether the compiled engine needs no compiling any more; it does once, for ten to twenty seconds."""
    from trialproof.simulate.fast.compiling import CACHE

    return Path(CACHE).exists()


def verified(world: World, draws: Draws) -> Ledger:
    """Return the ledger of a replication from both engines. Raises `EnginesDisagree` unless they write the same one."""
    readable, compiled = (runner(engine)(world, draws) for engine in (Engine.SIMPY, Engine.COMPILED))
    if not np.array_equal(readable, compiled):
        raise EnginesDisagree(f"the engines disagree, first at {_first_difference(readable, compiled)}")
    return readable


def _first_difference(readable: Ledger, compiled: Ledger) -> str:
    shorter = min(len(readable), len(compiled))
    differing = np.flatnonzero((readable[:shorter] != compiled[:shorter]).any(axis=1))
    at = int(differing[0]) if len(differing) else shorter
    said = [
        f"{name}: minute {row[0]}, patient {row[1]}, {ROWS[row[2]]}, {row[3]}, {row[4]}"
        for name, ledger in (("readable", readable), ("compiled", compiled))
        for row in ledger[at : at + 1].tolist()
    ]
    return f"row {at}: " + "; ".join(said)
