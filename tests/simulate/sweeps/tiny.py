"""A tiny protocol and scenario to sweep over: two short courses, and two departments, the second like the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from trialproof.model.load import load
from trialproof.model.protocol import Protocol
from trialproof.simulate.results.metric import Column
from trialproof.simulate.runs.chunk import Chunk, Keep, Span
from trialproof.simulate.runs.replicate import columns_of
from trialproof.simulate.runs.simulation import Simulation, prepared
from trialproof.simulate.scenario.scenario import Scenario
from trialproof.simulate.sweeps.axis import read_axis
from trialproof.simulate.sweeps.design import Kind, cells
from trialproof.simulate.sweeps.sweep import Base, Sweep, base_of, sweep_of

TINY = Path(__file__).with_name("tiny")
LINACS = "departments.town.linacs.machines"


@cache
def protocol() -> Protocol:
    return load(TINY)


def base(entropy: int = 1) -> Base:
    return base_of(protocol(), TINY, {}, entropy)


def sweep(*varied: str, kind: Kind = Kind.GRID, number: int = 0, entropy: int = 1) -> Sweep:
    axes = [read_axis(text) for text in varied]
    return sweep_of(base(entropy), axes, cells(kind, axes, number, entropy))


def scenario_of(*varied: str) -> Scenario:
    """Return the scenario of the first cell."""
    found = sweep(*varied)
    return found.simulation(found.cells[0]).scenario


def silent(_done: int, _total: int) -> None:
    pass


def made_up(
    figure: Callable[[Scenario, np.random.Generator], float | None], name: str = "start_days"
) -> Callable[[Simulation, Span, Keep], Chunk]:
    """Stand in for `workers.compute`: one figure as a function of the scenario and of chance, all others nothing."""

    def compute(simulation: Simulation, span: Span, keep: Keep) -> Chunk:
        del keep
        columns: Sequence[Column] = columns_of(prepared(simulation))
        at = [column.name for column in columns].index(name)
        values, exists = np.zeros((span.end - span.first, len(columns))), np.ones((span.end - span.first, len(columns)))
        for row, number in enumerate(range(*span)):
            value = figure(simulation.scenario, np.random.default_rng([simulation.entropy, number]))
            values[row, at], exists[row, at] = value or 0.0, value is not None
        return Chunk(span, values, exists.astype(np.bool_))

    return compute
