"""Scores: what each choice of a decision counts, and the number that a patient's choice of it is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from trialproof.model import shape
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import Assigned, Cases, Number
from trialproof.model.document import show
from trialproof.model.exact import parse_exact
from trialproof.model.protocol import Intent
from trialproof.model.source import DataPath, Source
from trialproof.model.table import Table

Points: TypeAlias = Mapping[str, "Fraction | None"]
"""What each choice of a decision counts; None where nothing is said."""

NOT_ONE = (Intent.ANY.value, Intent.AT_LEAST_ONE.value)


def read_points(source: Source, decision: str, part: shape.Decision, table: Table | None) -> Points:
    """Return what each choice of a decision counts, wherever it is written. Raises `BadInput`."""
    if table is not None:
        return _from_table(table)
    points: dict[str, Fraction | None] = {}
    for name, choice in (part.choices or {}).items():
        points[name] = None
        if choice.points is not None:
            try:
                points[name] = parse_exact(choice.points.strip())
            except ValueError as error:
                raise source.problem(str(error), ("decisions", decision, "choices", name, "points")) from None
    return points


def score(
    source: Source, path: DataPath, decision: str, parts: Mapping[str, shape.Decision], points: Mapping[str, Points]
) -> Cases:
    """Return the number that a patient's choice of a decision counts; not known for a patient who is not settled.

    `path` leads to the decision's name. Raises `BadInput` where it has choices that count nothing, or may have several.
    """
    if decision not in parts:
        meant = did_you_mean(decision, list(parts))
        advice = f"did you mean `{meant}`?" if meant else "`points` names a decision, each choice of which has `points`"
        raise source.problem(f"there is no decision {show(decision)}", path, help=advice)
    intent = parts[decision].intent
    if intent in NOT_ONE:
        raise source.problem(
            f"a patient can have several choices of `{decision}`, whose intent is `{intent}`",
            path,
            help="a score needs a decision of which a patient gets one choice",
        )
    rows = []
    for choice, counts in points[decision].items():
        if counts is None:
            advice = "give it some, `points: 0` if it counts nothing"
            raise source.problem(f"the choice `{choice}` of `{decision}` has no points", path, help=advice)
        rows.append((Assigned(decision, (choice,)), Number(counts)))
    return Cases(tuple(rows))


def _from_table(table: Table) -> Points:
    column = table.column("points")
    points: dict[str, Fraction | None] = dict.fromkeys(table.by_choice())
    if column is None:
        return points
    for choice, rows in table.by_choice().items():
        for cell in (row[column] for row in rows if row[column].text):
            try:
                value = parse_exact(cell.text)
            except ValueError as error:
                raise table.origin.problem(cell, str(error)) from None
            if points[choice] not in (None, value):
                raise table.origin.problem(cell, f"another row of `{choice}` has other points")
            points[choice] = value
    return points
