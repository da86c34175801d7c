"""A run from beginning to end: opened, carried out, written down. With no folder of its own it uses a temporary one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trialproof.simulate.runs.described import manifest
from trialproof.simulate.runs.folder import Folder, opened
from trialproof.simulate.runs.replicate import columns_of
from trialproof.simulate.runs.run import Found, Plan, Tell, carry_out
from trialproof.simulate.runs.simulation import Simulation, prepared
from trialproof.simulate.runs.summary import summary
from trialproof.simulate.runs.tidy import spreads, write_results, write_summary


@dataclass(frozen=True, slots=True)
class Session:
    """A finished run: what it found, its summary as JSON values, and its folder, which may be a temporary one.

    `parquet` tells whether a Parquet file could be written; None where the folder is not kept.
    """

    simulation: Simulation
    found: Found
    summary: dict[str, Any]
    folder: Folder
    parquet: bool | None


@contextmanager
def finished(simulation: Simulation, plan: Plan, path: Path | None, tell: Tell) -> Iterator[Session]:
    """Give a run, carried out. Raises `BadInput` for what cannot be simulated and for a folder that cannot be used."""
    ready = prepared(simulation)
    columns = columns_of(ready)
    with _folder(path) as place, opened(place, manifest(simulation, ready, columns), len(columns)) as folder:
        found = carry_out(simulation, columns, plan, folder, tell)
        told = summary(simulation, found, list(spreads(folder, found.replications)))
        parquet = None
        if path is not None:
            parquet = write_results(folder, columns, found.replications)
            write_summary(folder, told)
        yield Session(simulation, found, told, folder, parquet)


@contextmanager
def _folder(path: Path | None) -> Iterator[Path]:
    if path is not None:
        yield path
        return
    with TemporaryDirectory(prefix="trialproof-") as temporary:
        yield Path(temporary)
