"""The folder of a run: a manifest that says what it is, a file for each finished chunk, and the results.

    manifest.json               what was simulated, by what, with which random numbers
    chunks/000040-000050.npz    the figures of replications 40 to 49
    ledgers/, patients/         what happened in them, and to whom; if these are kept
    results.csv, .parquet       a row for each replication and figure
    summary.csv, .json          a row for each figure

A chunk is finished when its file is there. A folder belongs to one manifest for ever: with another one it is refused,
and nothing in it is touched. Only one program at a time writes into it.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trialproof.model.place import BadInput, Place
from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.runs.atomic import clear, write_text, written
from trialproof.simulate.runs.chunk import ONLY_FIGURES, Chunk, Keep, Span

MANIFEST, CHUNKS, LEDGERS, PATIENTS, SUMMARY = "manifest.json", "chunks", "ledgers", "patients", "summary.json"
CHUNK_FILE = re.compile(r"(\d{6,})-(\d{6,})\.npz")


@dataclass(frozen=True, slots=True)
class Folder:
    """An open run folder, for a simulation with so many figures."""

    path: Path
    figures: int

    def finished(self, keep: Keep = ONLY_FIGURES) -> list[Span]:
        """Return what is finished, in order, with everything that is to be kept."""
        spans = []
        for file in sorted((self.path / CHUNKS).iterdir()):
            if found := CHUNK_FILE.fullmatch(file.name):
                span = Span(int(found[1]), int(found[2]))
                if all((self.path / where / f"{_name(span)}.csv").exists() for where in _kept(keep)):
                    spans.append(span)
        return sorted(spans)

    def save(self, chunk: Chunk) -> None:
        """Write a chunk; the file of its figures comes last, and with it the chunk is finished."""
        name = _name(chunk.span)
        for where, text in ((LEDGERS, chunk.ledgers), (PATIENTS, chunk.patients)):
            if text is not None:
                (self.path / where).mkdir(exist_ok=True)
                write_text(self.path / where / f"{name}.csv", text)
        with written(self.path / CHUNKS / f"{name}.npz") as file:
            np.savez(file, values=chunk.values, exists=chunk.exists)

    def read(self, span: Span) -> tuple[Floats, Flags]:
        """Return the figures of a finished chunk. Raises `BadInput` where its file is damaged."""
        path = self.path / CHUNKS / f"{_name(span)}.npz"
        shape = (span.end - span.first, self.figures)
        with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile), np.load(path) as found:
            values, exists = found["values"], found["exists"]
            if values.shape == exists.shape == shape and (values.dtype, exists.dtype) == (np.float64, np.bool_):
                return values, exists
        raise BadInput("this chunk is damaged", Place(str(path)), help="delete it, and it is computed again")

    def rows(self, first: int, end: int) -> Iterator[tuple[Floats, Flags]]:
        """Yield replication after replication as rows [M]. Raises `RuntimeError` where one of them is not finished."""
        at = first
        for span in self.finished():
            if span.first <= at < min(span.end, end):
                values, exists = self.read(span)
                inside = slice(at - span.first, min(end, span.end) - span.first)
                yield from zip(values[inside], exists[inside], strict=True)
                at = min(end, span.end)
        if at < end:
            raise RuntimeError(f"replication {at} is not finished")

    def table(self, end: int, columns: slice) -> tuple[Floats, Flags]:
        """Return some columns of the first replications."""
        wanted = len(range(*columns.indices(self.figures)))
        values, exists = np.empty((end, wanted)), np.empty((end, wanted), np.bool_)
        for at, (row, there) in enumerate(self.rows(0, end)):
            values[at], exists[at] = row[columns], there[columns]
        return values, exists

    def reported(self) -> int:
        """Return how many replications the results that are there are of; 0 without results."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            return int(json.loads((self.path / SUMMARY).read_text(encoding="utf-8"))["replications"])
        return 0


def entropy_of(path: Path) -> int | None:
    """Return the entropy of the run that a folder holds; None where there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return int(json.loads((path / MANIFEST).read_text(encoding="utf-8"))["entropy"])
    return None


@contextmanager
def opened(path: Path, manifest: Mapping[str, Any], figures: int) -> Iterator[Folder]:
    """Give the folder of a run, new or to be continued. Raises `BadInput` for a folder that is not of this run."""
    with held(path, manifest):
        (path / CHUNKS).mkdir(exist_ok=True)
        for name in (CHUNKS, LEDGERS, PATIENTS):
            clear(path / name)
        yield Folder(path, figures)


@contextmanager
def held(path: Path, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Keep a folder to this program, new or of the same manifest. Raises `BadInput` for any other, and leaves it."""
    here, text = Place(str(path)), as_json(manifest)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not (path / MANIFEST).exists():
            clear(path)
            if any(path.iterdir()):
                raise BadInput("this folder is not empty, and holds no run", here, help="name a new one")
            write_text(path / MANIFEST, text)
        with _alone(path / MANIFEST):
            _compare(path / MANIFEST, text)
            clear(path)
            yield
    except OSError as error:
        raise BadInput(f"the folder of the run: {(error.strerror or 'it cannot be used').lower()}", here) from None


def as_json(value: Any) -> str:
    """Return JSON as it is written into a run folder."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _compare(path: Path, text: str) -> None:
    found = path.read_text(encoding="utf-8")
    if found == text:
        return
    difference = "what it says"
    with suppress(ValueError, AttributeError):
        difference = next(_differences("", json.loads(found), json.loads(text)), difference)
    advice = f"it differs in {difference}; name another folder with `-o`"
    raise BadInput("this folder is of another run", Place(str(path)), help=advice)


def _differences(path: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in (*one, *(key for key in other if key not in one)):
            yield from _differences(f"{path}.{key}" if path else key, one.get(key), other.get(key))
    elif one != other:
        yield f"`{path}`"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file, which ends with the program however that ends; not every system has such locks."""
    with path.open("rb") as file:
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock
        except ImportError:
            yield
            return
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise BadInput("another program is writing into this folder", Place(str(path.parent))) from None
        yield


def _name(span: Span) -> str:
    return f"{span.first:06}-{span.end:06}"


def _kept(keep: Keep) -> Iterator[str]:
    if keep.ledgers:
        yield LEDGERS
    if keep.patients:
        yield PATIENTS
