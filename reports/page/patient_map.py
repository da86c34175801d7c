"""The map of patients: of each decision, all that a picture of its cells needs, as plain texts and numbers.

What becomes of whom is worked out exactly in `verify.atlas`; here it is only put into words and given a place. The
script of the page walks the same nodes as `Atlas.cell` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, product
from typing import Any

from trialproof.model.condition import Assigned
from trialproof.model.exact import plain
from trialproof.model.protocol import Decision, NumberKind, Protocol, Selection
from trialproof.model.unit import PLAIN, Unit, say_amount
from trialproof.model.unit_of import unit_of
from trialproof.reports.page.inert import visible
from trialproof.reports.page.map_points import Laid, laid_over
from trialproof.reports.page.map_scale import scale_of, stretch
from trialproof.reports.page.map_words import PROBLEMS, Data, Words, title_of
from trialproof.verify.atlas import Atlas, atlases_of
from trialproof.verify.axes import NOT_APPLICABLE, NOT_RECORDED, Axis, NumberAxis
from trialproof.verify.candidates import round_value
from trialproof.verify.surveyed import NoAtlas
from trialproof.verify.words import line, term, title

MOST_LOOKED_AT = 60_000
"""Cells that are looked at to find a slice to begin with."""
MOST_QUOTED = 6
"""Choices whose sentences are quoted where none of them takes a patient."""
UNCHARTED = "Something that applies is not recorded here, so no proof speaks of this patient."


@dataclass(frozen=True, slots=True)
class DecisionMap:
    """The map of one decision: `data` and `patients` for the script and for `map_figure.draw`.

    Without a map `data` is None, and `why_not` says why. `patients` are those laid over it (None: none were given).
    """

    decision: str
    title: str
    data: Data | None
    patients: Data | None = None
    why_not: str = ""


def maps_of(
    protocol: Protocol,
    selection: Selection | None = None,
    laid: Laid | None = None,
    atlases: Mapping[str, Atlas | NoAtlas] | None = None,
) -> tuple[DecisionMap, ...]:
    """Return the map of each decision under these readings (the preferred ones unless told otherwise).

    `atlases` are those of the decisions under these readings, where they are known already.
    """
    known = atlases_of(protocol, selection) if atlases is None else atlases
    return tuple(map_of(protocol, each, known[name], laid) for name, each in protocol.decisions.items())


def map_of(
    protocol: Protocol, decision: Decision, atlas: Atlas | NoAtlas, laid: Laid | None = None
) -> DecisionMap:
    """Return the map of one decision."""
    heading = visible(decision.label or decision.name.replace("_", " "))
    if isinstance(atlas, NoAtlas):
        return DecisionMap(decision.name, heading, None, why_not=visible(str(atlas)))
    if not atlas.axes:
        return DecisionMap(decision.name, heading, None, why_not="its choices compare nothing")
    patients = None if laid is None else laid_over(protocol, decision, atlas, laid)
    return DecisionMap(decision.name, heading, data_of(protocol, decision, atlas), patients)


def data_of(protocol: Protocol, decision: Decision, atlas: Atlas) -> Data:
    """Return an atlas with its words, as `json` would write it; texts are without hidden characters."""
    words = Words(protocol, decision, atlas)
    choices = [words.choice(at) for at in range(len(decision.choices))]
    data: Data = {
        "name": decision.name,
        "title": visible(decision.label or decision.name.replace("_", " ")),
        "axes": [axis_data(protocol, axis) for axis in atlas.axes],
        "sentences": [words.sentence(name) for name in atlas.sentences],
        "views": [
            [protocol.sentences[name].readings.index(view[name]) for name in atlas.sentences] for view in atlas.views
        ],
        "all": atlas.all_combinations,
        "roots": list(atlas.roots),
        "nodes": [[axis, *children] for axis, children in atlas.nodes],
        "cells": [words.cell(cell) for cell in atlas.cells],
        "choices": choices,
        "clashes": [[*one, *other] for one, other in atlas.clashes],
        "notes": list(words.notes()),
    }
    data["start"] = starting(data)
    return data


def axis_data(protocol: Protocol, axis: Axis) -> Data:
    """Return an axis with its parts, in order; a number has a scale."""
    name = visible(title(protocol, axis).replace("`", ""))
    parts: list[Data] = [{"says": visible(each)} for each in _says(protocol, axis)]
    for at, part in enumerate(axis.parts):
        assigned = not isinstance(axis, NumberAxis) and isinstance(axis.subject, Assigned)
        said = f"{name}: {parts[at]['says']}" if assigned else line([term(protocol, axis, [at])])
        parts[at]["where"] = parts[at]["phrase"] = visible(said)
        parts[at]["kind"] = "band"
        if part.name in (NOT_APPLICABLE, NOT_RECORDED):
            parts[at]["absent"] = "nowhere" if part.name == NOT_APPLICABLE else "unknown"
    if not isinstance(axis, NumberAxis):
        return {"title": name, "number": False, "parts": parts, "heading": name}
    unit = unit_of(axis.term, protocol) or PLAIN
    kind = axis.kind
    points = [each.interval.point for each in axis.parts if each.interval and each.interval.point is not None]
    scale = scale_of(points, kind.lower if kind else None, kind.upper if kind else None)
    step = kind.step if kind is not None else None
    for at, part in enumerate(axis.parts):
        if part.interval is None:
            continue
        inside = part.interval.tighten(kind) if kind is not None else part.interval
        if part.interval.point is not None:
            value = part.interval.point
            wide = scale.share(value + step) - scale.share(value) if step is not None else Fraction(0)
            parts[at] |= {"kind": "point", "weight": round(float(wide), 4), "tick": plain(value), "at": float(value)}
        else:
            parts[at] |= {"kind": "interval", **stretch(scale, part.interval, step)}
        if kind is not None:
            value = round_value(inside, kind)
            parts[at]["phrase"] = visible(f"{name} {say_amount(value, unit)}")
            if step is not None and inside.low is not None and inside.high is not None and "/" not in plain(step):
                parts[at]["counts"] = [int(inside.low / step), int(inside.high / step)]
    found: Data = {"title": name, "number": True, "parts": parts, "heading": _heading(name, unit, kind)}
    if step is not None and "/" not in plain(step):
        found["step"] = _step(step, unit)
    return found


def _says(protocol: Protocol, axis: Axis) -> Iterator[str]:
    for at, part in enumerate(axis.parts):
        if part.name == NOT_APPLICABLE:
            yield "does not apply"
        elif not isinstance(axis, NumberAxis) and isinstance(axis.subject, Assigned) and not axis.subject.choices:
            choices = {each.name: title_of(each) for each in protocol.decisions[axis.subject.decision].choices}
            yield choices.get(part.name, part.name)
        else:
            yield term(protocol, axis, [at]).says if len(axis.parts) > 1 else "any value"


def _heading(name: str, unit: Unit, kind: NumberKind | None) -> str:
    """Return what stands at the axis: its unit, and the step in which it is charted."""
    said = say_amount(Fraction(2), unit)[1:].strip()
    step = f", charted in steps of {say_amount(kind.step, unit)}" if kind is not None and kind.step is not None else ""
    return visible(f"{name} in {said}{step}" if said else f"{name}{step}")


def _step(step: Fraction, unit: Unit) -> Data:
    """Return what it takes to say so many steps: a number with so many places, and the unit of one and of many."""
    places = len(plain(step).partition(".")[2])
    one, many = (say_amount(Fraction(each), unit)[1:] for each in (1, 2))
    return {"over": step.numerator, "under": step.denominator, "places": places, "one": one, "many": many}


def cell_at(data: Mapping[str, Any], parts: Sequence[int], view: int = 0) -> int:
    """Return the number of the cell at one part of each axis: what the script of the page looks up, too."""
    at: int = data["roots"][view]
    while at >= 0:
        axis, *children = data["nodes"][at]
        at = children[parts[axis]]
    return -at - 1


def describe(data: Data, parts: Sequence[int], view: int = 0) -> list[str]:
    """Return what is said of a cell: the patient, what becomes of the patient, and the sentences behind it."""
    cell = data["cells"][cell_at(data, parts, view)]
    patient = ", ".join(axis["parts"][part]["phrase"] for axis, part in zip(data["axes"], parts, strict=True))
    lines = [f"{patient[0].upper()}{patient[1:]}.", cell["says"]]
    if cell["look"] == "impossible" and (why := why_impossible(data, parts)):
        lines.append(why)
    behind: Sequence[int] = cell.get("takes", []) + cell.get("perhaps", [])
    if cell["look"] == "gap":
        behind = range(len(data["choices"])) if len(data["choices"]) <= MOST_QUOTED else ()
    for at in behind:
        choice = data["choices"][at]
        quotes = " … ".join(f"line {line_number}: “{text}”" for line_number, text in choice["quotes"])
        lines.append(f"{choice['title']}, {quotes}" if quotes else f"{choice['title']}: {choice['rules'][view]}.")
    lines += [cell["mixed"]] if "mixed" in cell else []
    return [*lines, UNCHARTED] if "uncharted" in cell else lines


def why_impossible(data: Data, parts: Sequence[int]) -> str:
    """Return which two values nobody has together, in a sentence; empty if no two of them alone are to blame."""
    for one, part, other, another in data["clashes"]:
        if parts[one] == part and parts[other] == another:
            phrases = data["axes"][one]["parts"][part]["phrase"], data["axes"][other]["parts"][another]["phrase"]
            return f"No record says both: {phrases[0]}, and {phrases[1]}."
    return ""


def starting(data: Data) -> Data:
    """Return the state to begin with: numbers as axes, and the slice in which most is to be seen."""
    sizes = [len(axis["parts"]) for axis in data["axes"]]
    numbers = [at for at, axis in enumerate(data["axes"]) if axis["number"] and len(axis["parts"]) > 2]
    pairs: list[tuple[int, int | None]] = list(combinations(range(len(sizes)), 2)) or [(0, None)]
    best: tuple[tuple[int, ...], Data] | None = None
    if len(numbers) > 1:
        pairs = [pair for pair in pairs if all(each in numbers for each in pair)]
    for pair in pairs:
        x, y = pair if pair[1] is None or pair[0] in numbers or pair[1] not in numbers else (pair[1], pair[0])
        mapped = sum(each in numbers for each in pair)
        free = [[0] if at in pair else list(_plain_parts(data, at)) for at in range(len(sizes))]
        size = sizes[x] * (1 if y is None else sizes[y])
        for rest in islice(product(*free), MOST_LOOKED_AT // len(pairs) // size + 1):
            score = (mapped, *_seen(data, rest, x, y))
            if best is None or score > best[0]:
                best = (score, {"x": x, "y": y, "rest": list(rest), "view": 0, "missing": False})
    assert best is not None  # noqa: S101 - there is at least one slice
    return best[1]


def _plain_parts(data: Data, axis: int) -> Iterator[int]:
    for at, part in enumerate(data["axes"][axis]["parts"]):
        if "absent" not in part:
            yield at


def _seen(data: Data, rest: Sequence[int], x: int, y: int | None) -> tuple[int, int]:
    """Return how many kinds of cells and how many problems a slice shows."""
    looks, problems = set[str](), 0
    for i in _plain_parts(data, x):
        for j in _plain_parts(data, y) if y is not None else [0]:
            parts = list(rest)
            parts[x] = i
            if y is not None:
                parts[y] = j
            cell = data["cells"][cell_at(data, parts)]
            if "member" in cell:
                looks.add(cell["look"])
                problems += cell["look"] in PROBLEMS or cell["look"].startswith("moved-")
    return len(looks), problems
