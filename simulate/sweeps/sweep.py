"""A sweep: a protocol, a scenario file, what is varied in it, and the cells; each cell is a simulation.

All cells have the same entropy, and so the same chances: what differs between two of them is what was varied.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialproof.model.node import NodeProblem
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol
from trialproof.model.source import LARGEST_FILE, Source, parse_source
from trialproof.model.textfile import read_text
from trialproof.simulate.runs.engines import Engine
from trialproof.simulate.runs.simulation import Simulation, simulation_of
from trialproof.simulate.scenario.load import BEGIN, FILE_NAME, read_scenario
from trialproof.simulate.sweeps.axis import Axis, check_apart
from trialproof.simulate.sweeps.design import Cell
from trialproof.simulate.sweeps.entry import Steps, find, put, span

TRIED = 100
"""So many cells are read before any is simulated, and the first with each least and last value."""


@dataclass(frozen=True, slots=True)
class Base:
    """What is varied: a scenario file for a protocol, with readings that are chosen and the source of chance.

    `engine` runs all of it, and makes no difference.
    """

    protocol: Protocol
    source: Source
    selection: Mapping[str, str]
    entropy: int
    engine: Engine = Engine.SIMPY

    def simulation(self) -> Simulation:
        """Return the simulation of the file as it is. Raises `BadInput`."""
        scenario = read_scenario(self.source, self.protocol, self.selection)
        return simulation_of(self.protocol, scenario, self.entropy, self.engine)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The cells of a sweep; `steps` leads to the value of each axis, and `options` says how each was given.

    `runs` gives for each cell the first one that has the same values.
    """

    base: Base
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    runs: tuple[int, ...]
    steps: tuple[Steps, ...]
    options: tuple[str, ...]

    def simulation(self, cell: Cell) -> Simulation:
        """Return the simulation of a cell. Raises `BadInput` that names what is varied, for a value that is refused."""
        source = self.base.source
        try:
            changed = put(source, dict(zip(self.steps, cell, strict=True)))
            scenario = read_scenario(changed, self.base.protocol, self.base.selection)
        except NodeProblem as problem:
            raise BadInput(problem.message, self._said(cell), help=problem.help) from None
        except BadInput as problem:
            raise self.refused(cell, problem) from None
        return simulation_of(self.base.protocol, scenario, self.base.entropy, self.base.engine)

    def varied(self, cell: Cell) -> dict[str, str]:
        """Return the values of a cell by their paths."""
        return {axis.path: value for axis, value in zip(self.axes, cell, strict=True)}

    def _said(self, cell: Cell, among: Sequence[int] = ()) -> Place:
        """Return options as they could have been written for this cell alone."""
        told = (f"{self.options[at]} {self.axes[at].path}={cell[at]}" for at in among or range(len(cell)))
        return Place(" ".join(told))

    def refused(self, cell: Cell, problem: BadInput) -> BadInput:
        """Return the error that names the value at which reading stopped, or all where it stopped elsewhere."""
        source, place = self.base.source, problem.place
        spans = [span(source, steps) for steps in self.steps]
        here = [at for at, (start, end) in enumerate(spans) if place.file == source.file and start <= place <= end]
        told = [problem.help] if problem.help else []
        if not here:
            told.append(f"it does not go with {place}" + (f": {problem.excerpt.strip()}" if problem.excerpt else ""))
        return BadInput(problem.message, self._said(cell, here), help="\n".join(told) or None)


def sweep_of(base: Base, axes: Sequence[Axis], cells: Sequence[Cell], options: Sequence[str] = ()) -> Sweep:
    """Return a sweep. Raises `BadInput` for a path that leads nowhere; `options` says how each axis was given."""
    check_apart(axes)
    named = tuple(options) or ("--vary",) * len(axes)
    steps = tuple(_find(base.source, axis, option) for axis, option in zip(axes, named, strict=True))
    for at, each in enumerate(steps):
        if each in steps[:at]:
            other = axes[steps.index(each)].path
            raise BadInput(f"`{axes[at].path}` is what `{other}` is, and is varied twice", Place(named[at]))
    first: dict[Cell, int] = {}
    runs = tuple(first.setdefault(cell, at) for at, cell in enumerate(cells))
    return Sweep(base, tuple(axes), tuple(cells), runs, steps, named)


def _find(source: Source, axis: Axis, option: str) -> Steps:
    whole = bool(axis.values) and all(value.startswith("{") for value in axis.values)
    return find(source, axis.path, Place(f"{option} {axis.path}"), whole=whole)


def check(sweep: Sweep) -> None:
    """Raise `BadInput` where the file as it is, or one of those cells that are tried beforehand, is refused."""
    sweep.base.simulation()
    for cell in _tried(sweep):
        sweep.simulation(cell)


def _tried(sweep: Sweep) -> Iterator[Cell]:
    yield from dict.fromkeys(sweep.cells[:TRIED])
    for at, axis in enumerate(sweep.axes):
        for end in (axis.values[:1], axis.values[-1:]):
            yield from [cell for cell in sweep.cells[TRIED:] if cell[at : at + 1] == end][:1]


def base_of(
    protocol: Protocol, path: Path, selection: Mapping[str, str], entropy: int, engine: Engine = Engine.SIMPY
) -> Base:
    """Return what is varied: the scenario of a file, or of the one in a folder. Raises `BadInput`."""
    if os.path.isdir(path):
        folder, path = path, path / FILE_NAME
        if not os.path.lexists(path):
            raise BadInput(f"the folder holds no `{FILE_NAME}`", Place(str(folder)))
    source = parse_source(str(path), read_text(path, limit=LARGEST_FILE), begin=BEGIN)
    return Base(protocol, source, selection, entropy, engine)
