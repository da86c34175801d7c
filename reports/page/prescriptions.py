"""Prescriptions side by side: dose, BED and EQD2 of each phase, and of the whole course."""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.reports.page.material import Material
from trialproof.reports.prescriptions import headings, rows, title


@dataclass(frozen=True, slots=True)
class Course:
    """One prescription: its decision and choice, the label of the choice, its reading if it has several, its rows."""

    name: str
    label: str
    note: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Doses:
    """The table. The first cell of a row says what is given, the others are figures under `headings`."""

    title: str
    headings: tuple[str, ...]
    courses: tuple[Course, ...]


def prescriptions(material: Material) -> Doses | None:
    """Return the prescriptions; None where there is none."""
    protocol = material.protocol
    courses = []
    for each in material.review.prescriptions:
        choice = protocol.decisions[each.decision].choice(each.choice)
        notes = [f"read as `{each.reading}`"] if each.reading is not None else []
        notes += [f"in the place of the course by `{each.lowers}`"] if each.lowers is not None else []
        name = f"{each.decision}.{each.choice}"
        cells = tuple(tuple(row) for row in rows(protocol, each.course))
        courses.append(Course(name, choice.label, "; ".join(notes), cells))
    return Doses(title(protocol), tuple(headings(protocol)), tuple(courses)) if courses else None
