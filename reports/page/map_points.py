"""Patients laid over a map: where each of them stands, and what the protocol makes of this very patient.

A cell of the map says what the decision makes of its members; whether somebody is a member is the patient's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Protocol, Selection
from trialproof.reports.assignment import STATUS
from trialproof.reports.page.inert import visible
from trialproof.reports.page.map_words import Words
from trialproof.simulate.assignment import fate_of
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.patients_file import read_patients
from trialproof.simulate.rational import Exact, Truths, Whole
from trialproof.verify.atlas import Atlas
from trialproof.verify.axes import Axis, NumberAxis
from trialproof.verify.statement import Fixed, judge
from trialproof.verify.surveyed import Cell

MOST_PATIENTS = 2000
"""Patients of a file that are laid over a map; the page says how many there are besides."""
NOBODY = Patient(())
OUTSIDE = "The decision is not for this patient."


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Patients to lay over maps: the file, who they are, what each is called, and how many more there were."""

    file: str
    cohort: Cohort
    names: tuple[str, ...]
    left_out: int = 0


def read_laid(protocol: Protocol, path: Path, selection: Selection | None = None) -> Laid:
    """Return the first patients of a file. Raises `BadInput` as `simulate.patients_file` does."""
    chunks = read_patients(protocol, path, selection, size=MOST_PATIENTS)
    first = next(chunks, None)
    if first is None:
        return Laid(path.name, Cohort(protocol, {}, 0), ())
    further = sum(chunk.cohort.size for chunk in islice(chunks, None))
    return Laid(path.name, first.cohort, tuple(f"line {at}" for at in first.at.tolist()), further)


def laid_over(protocol: Protocol, decision: Decision, atlas: Atlas, laid: Laid) -> dict[str, Any]:
    """Return patients for `map_figure.draw`, as `json` would write them.

    `people` have a `name`, the `values` of the number axes (None: none), and for each view (or once, if all are alike)
    the `parts` in which they lie and their fate, a number in `fates`.
    """
    selections = [{**atlas.first, **view} for view in atlas.views]
    parts = [parts_of(protocol, atlas, laid.cohort, each) for each in selections]
    words = Words(protocol, decision, atlas)
    fates: dict[tuple[str, str], int] = {}
    codes = []
    for selection in selections:
        told = _fates(words, decision, among(protocol, laid.cohort, selection), laid.cohort.size)
        codes.append([fates.setdefault(each, len(fates)) for each in told])
    values = _values(protocol, atlas, laid.cohort, selections[0])
    people = []
    for row, name in enumerate(laid.names):
        mine = [each[row].tolist() for each in parts]
        met = [each[row] for each in codes]
        people.append(
            {
                "name": visible(name),
                "parts": mine if any(each != mine[0] for each in mine) else mine[:1],
                "values": [column[row] for column in values],
                "fates": met if any(each != met[0] for each in met) else met[:1],
            }
        )
    listed = [{"look": look, "says": visible(says)} for look, says in fates]
    return {"people": people, "fates": listed, "file": visible(laid.file), "left_out": laid.left_out}


def parts_of(protocol: Protocol, atlas: Atlas, cohort: Cohort, selection: Selection) -> NDArray[np.int64]:
    """Return the part of each axis (a column) that each patient (a row) lies in."""
    meaning = among(protocol, cohort, selection)
    found = np.zeros((cohort.size, len(atlas.axes)), np.int64)
    for column, axis in enumerate(atlas.axes):
        for at, part in enumerate(axis.parts):
            so: Truths = judge(part.statement, lambda _who, _how: meaning, NOBODY, Fixed(()))
            found[spread(so, cohort.size), column] = at
    return found


def _values(protocol: Protocol, atlas: Atlas, cohort: Cohort, selection: Selection) -> list[list[float | None]]:
    meaning = among(protocol, cohort, selection)

    def values(axis: Axis) -> list[float | None]:
        if not isinstance(axis, NumberAxis):
            return [None] * cohort.size
        number = meaning.number(axis.term)
        known = spread(number.known, cohort.size)
        tops, bottoms = (_each(whole, cohort.size) for whole in (number.value.top, number.value.bottom))
        return [top / bottom if so else None for top, bottom, so in zip(tops, bottoms, known, strict=True)]

    return [values(axis) for axis in atlas.axes]


def _each(whole: Whole, size: int) -> list[int]:
    return [whole.value] * size if isinstance(whole.value, int) else whole.value.tolist()


def _fates(
    words: Words, decision: Decision, meaning: Meaning[Truths, Exact], size: int
) -> list[tuple[str, str]]:
    """Return how each patient looks, and what is said of the patient."""
    fate, member = fate_of(meaning, decision), meaning.truth(decision.population)
    doubtful = ~(spread(member.holds, size) | spread(member.fails, size))
    statuses = [fate.outside, fate.settled, fate.short, fate.crowded, fate.undetermined]
    status = np.argmax([spread(each, size) for each in statuses], axis=0)
    names = [choice.name for choice in decision.choices]
    holds = [spread(fate.takes[name].holds, size) for name in names]
    fails = [spread(fate.takes[name].fails, size) for name in names]
    told: dict[tuple[str, Cell], tuple[str, str]] = {}
    found = []
    for row in range(size):
        choices = tuple(name for name, so in zip(names, holds, strict=True) if so[row])
        perhaps = tuple(
            name for name, so, no in zip(names, holds, fails, strict=True) if not so[row] and not no[row]
        )
        name = STATUS[status[row]]
        like = (name, Cell("open" if doubtful[row] else name, choices, perhaps))
        if like not in told:
            told[like] = _told(words, *like)
        found.append(told[like])
    return found


def _told(words: Words, status: str, cell: Cell) -> tuple[str, str]:
    """Return how patients of this status look who fare as those of a cell, and what is said of them."""
    said = words.said(cell)
    return said.look, OUTSIDE if status == "outside" else said.sentence
