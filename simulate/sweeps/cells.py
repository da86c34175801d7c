"""The runs of a sweep in one folder, computed by one team; a cell that is left at any moment is gone on with.

    manifest.json      what is swept, and with which random numbers
    cells/000012/      the run of cell 12 (`runs.folder`): its manifest, its chunks, and its columns

Cells with the same values are one run, that of the first of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from trialproof.model.exact import plain
from trialproof.model.place import BadInput
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.runs.atomic import write_text
from trialproof.simulate.runs.chunk import ONLY_FIGURES, Chunk, Span, pending
from trialproof.simulate.runs.described import manifest
from trialproof.simulate.runs.folder import Folder, held, opened
from trialproof.simulate.runs.replicate import columns_of
from trialproof.simulate.runs.run import Tell
from trialproof.simulate.runs.simulation import prepared
from trialproof.simulate.runs.team import Team
from trialproof.simulate.runs.workers import compute
from trialproof.simulate.sweeps.axis import Axis
from trialproof.simulate.sweeps.design import Kind
from trialproof.simulate.sweeps.sweep import Sweep

COLUMNS = "columns.json"


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a sweep, by their numbers; `path` is the folder of the sweep."""

    sweep: Sweep
    path: Path
    team: Team

    def compute(self, cells: Sequence[int], replications: int, tell: Tell) -> None:
        """Compute what is not finished yet of so many replications of each of these cells."""
        runs = list(dict.fromkeys(self._run(cell) for cell in cells))
        with ExitStack() as stack:
            jobs = _Jobs(self, stack, replications)
            done, total = 0, len(runs) * replications
            tell(0, total)
            for number, chunk in self.team(jobs.calls(runs)):
                done += jobs.finish(number, chunk)
                tell(jobs.found + done, total)
            tell(total, total)

    def columns(self, cell: int) -> tuple[Column, ...]:
        """Return the columns of a cell of which something is computed."""
        found = json.loads((self.folder(cell) / COLUMNS).read_text(encoding="utf-8"))
        return tuple(Column(metric, tuple(of)) for metric, *of in found)

    def rows(self, cell: int, replications: int) -> Iterator[tuple[Floats, Flags]]:
        """Yield the first replications of a cell as rows of its columns; they are finished."""
        return Folder(self.folder(cell), len(self.columns(cell))).rows(0, replications)

    def folder(self, cell: int) -> Path:
        """Return where the run of a cell is."""
        return self.path / "cells" / f"{self._run(cell):06}"

    def _run(self, cell: int) -> int:
        return self.sweep.runs[cell]


@contextmanager
def started(sweep: Sweep, kind: Kind, path: Path, team: Team) -> Iterator[Cells]:
    """Give the cells of a sweep, in a folder that is new or of this very sweep. Raises `BadInput` for any other."""
    base = sweep.base.simulation()
    ready = prepared(base)
    says = {
        "trialproof_sweep": 1,
        "entropy": sweep.base.entropy,
        "design": kind.value,
        "varied": [_told(axis) for axis in sweep.axes],
        "cells": {"number": len(sweep.cells), "sha256": sha256(repr(sweep.cells).encode()).hexdigest()},
        "of": manifest(base, ready, columns_of(ready)),
    }
    with held(path, says):
        (path / "cells").mkdir(exist_ok=True)
        yield Cells(sweep, path, team)


class _Jobs:
    """The chunks of several cells as calls; a cell's folder is open from its first chunk to its last."""

    def __init__(self, cells: Cells, stack: ExitStack, replications: int) -> None:
        self.found = 0
        self._cells = cells
        self._stack = stack
        self._replications = replications
        self._jobs: dict[int, tuple[int, Folder]] = {}
        self._open: dict[int, tuple[int, ExitStack]] = {}

    def calls(self, runs: Sequence[int]) -> Iterator[Callable[[], Chunk]]:
        """Yield what is to be computed, cell after cell."""
        count = 0
        for run in runs:
            spans = self._pending(run)
            if not spans:
                continue
            cell = self._cells.sweep.cells[run]
            simulation = self._cells.sweep.simulation(cell)
            try:
                ready = prepared(simulation)
            except BadInput as problem:
                raise self._cells.sweep.refused(cell, problem) from None
            columns = columns_of(ready)
            stack = self._stack.enter_context(ExitStack())
            path = self._cells.folder(run)
            folder = stack.enter_context(opened(path, manifest(simulation, ready, columns), len(columns)))
            write_text(path / COLUMNS, json.dumps([[column.metric, *column.of] for column in columns]))
            self._open[run] = (len(spans), stack)
            for span in spans:
                self._jobs[count] = (run, folder)
                count += 1
                yield partial(compute, simulation, span, ONLY_FIGURES)

    def finish(self, number: int, chunk: Chunk) -> int:
        """Keep the result of a call; return how many replications it has."""
        run, folder = self._jobs.pop(number)
        folder.save(chunk)
        left, stack = self._open.pop(run)
        if left == 1:
            stack.close()
        else:
            self._open[run] = (left - 1, stack)
        return chunk.span.end - chunk.span.first

    def _pending(self, run: int) -> list[Span]:
        path, finished = self._cells.folder(run), list[Span]()
        with suppress(OSError, ValueError, BadInput):
            finished = Folder(path, len(self._cells.columns(run))).finished()
        spans = list(pending(finished, self._replications))
        self.found += self._replications - sum(span.end - span.first for span in spans)
        return spans


def _told(axis: Axis) -> dict[str, Any]:
    if axis.ends is None:
        return {"path": axis.path, "values": list(axis.values)}
    return {"path": axis.path, "ends": [plain(end) for end in axis.ends], "unit": axis.unit}
