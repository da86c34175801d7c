"""The candidates of the first simulated trial, to be laid over the maps, where a run keeps who came."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol, Selection
from trialproof.reports.page.map_points import MOST_PATIENTS, Laid
from trialproof.simulate.patients_file import read_patients
from trialproof.simulate.runs.folder import PATIENTS


def first_trial(protocol: Protocol, folder: Path, selection: Selection | None = None) -> Laid | None:
    """Return the first candidates of the first trial that a run keeps; None where it keeps nobody.

    Raises `BadInput` where the file is not one of patients of the protocol.
    """
    path = min((folder / PATIENTS).glob("[0-9]*-[0-9]*.csv"), default=None)
    if path is None:
        return None
    count = _rows_of_first(path)
    chunk = next(read_patients(protocol, path, selection, size=max(1, min(count, MOST_PATIENTS))), None)
    if not count or chunk is None:
        return None
    names = tuple(f"candidate {number}" for number in range(1, chunk.cohort.size + 1))
    return Laid("the first simulated trial", chunk.cohort, names, count - chunk.cohort.size)


def _rows_of_first(path: Path) -> int:
    """Return how many rows tell of the replication of the first one."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            next(file, "")
            numbers = (line.partition(",")[0] for line in file)
            first = next(numbers, None)
            return 0 if first is None else 1 + sum(1 for _ in takewhile(lambda each: each == first, numbers))
    except (OSError, UnicodeDecodeError):
        raise BadInput("this file of patients cannot be read", Place(str(path))) from None
