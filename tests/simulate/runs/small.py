"""The small trial of tests/simulate/scenarios.py as a run: in this process, or as a program that can be killed.

    python -m tests.simulate.runs.small FOLDER REPLICATIONS WORKERS
"""

from __future__ import annotations

import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.simulate.runs.chunk import ONLY_FIGURES, Chunk, Keep, Span
from trialproof.simulate.runs.replicate import columns_of
from trialproof.simulate.runs.run import Plan
from trialproof.simulate.runs.session import Session, finished
from trialproof.simulate.runs.simulation import Simulation, prepared, simulation_of


def small(entropy: int = 1, target: int = 8) -> Simulation:
    scenario = small_scenario()
    short = replace(scenario, horizon_days=400, accrual=replace(scenario.accrual, target=target))
    return simulation_of(small_protocol(), short, entropy)


def run(
    folder: Path | None,
    replications: int,
    *,
    workers: int = 1,
    simulation: Simulation | None = None,
    keep: Keep = ONLY_FIGURES,
) -> Session:
    plan = Plan(replications, workers=workers, keep=keep)
    with finished(simulation or small(), plan, folder, lambda _done, _total: None) as session:
        return session


def made_up(simulation: Simulation, span: Span, keep: Keep) -> Chunk:
    """Stand in for `workers.compute` where only folders matter: figures that are a function of the replication."""
    columns = len(columns_of(prepared(simulation)))
    values = np.array([np.random.default_rng(number).normal(0.4, 0.2, columns) for number in range(*span)])
    exists = np.array([np.random.default_rng(number).random(columns) < 0.9 for number in range(*span)])
    text = "".join(f"row of {number}\n" for number in range(*span))
    return Chunk(
        span, np.where(exists, values, 0.0), exists, text if keep.ledgers else None, text if keep.patients else None
    )


def fingerprint(folder: Path) -> dict[str, str]:
    """Return every file of a folder with the hash of what is in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), workers=int(sys.argv[3]), keep=Keep(ledgers=True))
