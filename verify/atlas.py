"""The atlas of a decision: who can be found in each cell of its axes, and what the decision makes of them.

A cell is one part of each axis. What is not an axis is quantified away: a group is said to be in a cell just when some
patient of that group lies in it. The atlas is worked out on diagrams of ranks alone, exactly and without a solver, and
equal parts are stored once; so it stays small where a table of all cells would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

from trialproof.model.condition import Condition, Eligible, Term, Value
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, NumberKind, Protocol, Selection
from trialproof.verify.axes import Axis, NumberAxis, axes_of, number_axis
from trialproof.verify.diagram import Cut, Diagram, TooLarge
from trialproof.verify.linear import quantity_thresholds
from trialproof.verify.projected import nodes_of
from trialproof.verify.ranks import Ranks
from trialproof.verify.replay import Disagreement, is_so
from trialproof.verify.statement import About, Fixed, bind
from trialproof.verify.surveyed import PATIENT, Cell, Groups, NoAtlas, Sheet, Survey
from trialproof.verify.under import rests_on, rules_of, sentences_of
from trialproof.verify.words import title

MOST_PARTS = 48
"""Parts of one axis that can still be shown side by side."""
MOST_VIEWS = 48
"""Combinations of readings that are told; beyond it each sentence is read otherwise by itself."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """All cells of a decision under several combinations of readings.

    A node is an axis and, for each of its parts, the next node; a negative number *-n* is the cell *n - 1* of `cells`.
    `roots` are one for each of `views`, which name the readings of `sentences`; all other sentences are read as in
    `first`, and so is everything in the first view. `all_combinations` tells whether every combination has a view.
    `clashes` are pairs of parts, each an axis and a part, that no patient has together. `unseen` says in sentences what
    could not be taken into account.
    """

    decision: str
    axes: tuple[Axis, ...]
    sentences: tuple[str, ...]
    views: tuple[Selection, ...]
    roots: tuple[int, ...]
    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    cells: tuple[Cell, ...]
    clashes: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    unseen: tuple[str, ...] = ()
    all_combinations: bool = True
    first: Selection = field(default_factory=dict)

    def cell(self, parts: Sequence[int], view: int = 0) -> Cell:
        """Return the cell at one part of each axis."""
        at = self.roots[view]
        while at >= 0:
            axis, children = self.nodes[at]
            at = children[parts[axis]]
        return self.cells[-at - 1]

    def parts(self, protocol: Protocol, patient: Patient, view: int = 0) -> tuple[int, ...]:
        """Return the part of each axis that a patient lies in."""
        readings = Fixed.of({**self.first, **self.views[view]})

        def part_of(axis: Axis) -> int:
            for at, part in enumerate(axis.parts):
                if is_so(protocol, bind(About(part.statement, PATIENT, readings), PATIENT, patient)):
                    return at
            raise Disagreement(f"{patient} is in no part of {axis}")

        return tuple(part_of(axis) for axis in self.axes)


def atlases_of(protocol: Protocol, selection: Selection | None = None) -> dict[str, Atlas | NoAtlas]:
    """Return the atlas of each decision, or why there is none."""
    found: dict[str, Atlas | NoAtlas] = {}
    for name, decision in protocol.decisions.items():
        try:
            found[name] = atlas_of(protocol, decision, selection)
        except NoAtlas as reason:
            found[name] = reason
    return found


def atlas_of(protocol: Protocol, decision: Decision, selection: Selection | None = None) -> Atlas:
    """Return the atlas of a decision, its first view under these readings (the preferred ones unless told otherwise).

    Raises `NoAtlas` where its choices compare several quantities at once, or there is too much to tell.
    """
    chosen = {**protocol.preferred, **(selection or {})}
    sentences, views, everything = _views(protocol, decision, chosen)
    selections = [{**chosen, **view} for view in views]
    _check_parts(protocol, axes_of(protocol, [choice.rule for choice in decision.choices], selections))
    ranks, groups = Ranks(protocol), Groups()
    sheets = [Sheet(ranks, Fixed.of(each), decision, groups) for each in selections]
    try:
        axes = _axes(protocol, decision, selections, sheets)
        _check_parts(protocol, axes)
        survey = Survey(protocol, decision, axes, ranks)
        roots = tuple(survey.root(sheet) for sheet in sheets)
    except TooLarge:
        raise NoAtlas("its cells are too many to be told one by one") from None
    unseen = dict.fromkeys(each for sheet in sheets for each in sheet.unseen)
    return Atlas(
        decision=decision.name,
        axes=axes,
        sentences=sentences,
        views=views,
        roots=roots,
        nodes=tuple(survey.nodes),
        cells=tuple(survey.cells),
        clashes=survey.clashes(sheets[0]),
        unseen=tuple(unseen),
        all_combinations=everything,
        first=chosen,
    )


def _check_parts(protocol: Protocol, axes: Sequence[Axis]) -> None:
    """Raise `NoAtlas` for an axis with more parts than can be shown."""
    for axis in axes:
        if len(axis.parts) > MOST_PARTS:
            raise NoAtlas(f"it tells apart {len(axis.parts)} parts of {title(protocol, axis)}")


def _views(
    protocol: Protocol, decision: Decision, chosen: Selection
) -> tuple[tuple[str, ...], tuple[Selection, ...], bool]:
    """Return the sentences that can be read otherwise, the combinations that are told, and whether these are all."""
    rules = [choice.rule for choice in decision.choices]
    whole, own = sentences_of(protocol, rules_of(decision)), rests_on(protocol, rules, through=False)
    for names in (whole, own):
        options = [_chosen_first(protocol.sentences[name].readings, chosen[name]) for name in names]
        if prod(map(len, options)) <= MOST_VIEWS:
            return names, tuple(dict(zip(names, each, strict=True)) for each in product(*options)), True
    mine = {name: chosen[name] for name in own}
    single = [{**mine, name: reading} for name in own for reading in protocol.sentences[name].readings]
    others = [each for each in single if each != mine]
    return own, (mine, *others[: MOST_VIEWS - 1]), False


def _chosen_first(readings: Sequence[str], chosen: str) -> list[str]:
    return sorted(readings, key=lambda each: each != chosen)


def _axes(
    protocol: Protocol, decision: Decision, selections: Sequence[Selection], sheets: Sequence[Sheet]
) -> tuple[Axis, ...]:
    """Return the axes that the decision compares; a quantity is cut wherever anything changes along it.

    Eligibility is an axis only where a choice asks for it, and so is what diagrams cannot tell.
    """
    rules = [choice.rule for choice in decision.choices]
    asked = {_subject(each) for each in axes_of(protocol, rules, selections)}
    cuts = _cuts([sheet.whole for sheet in sheets])
    places = {name: at for at, name in enumerate(protocol.quantities)}
    found: list[Axis] = []
    for axis in axes_of(protocol, [decision.population, *rules], selections):
        told = all(sheet.patients(part.statement) is not None for sheet in sheets for part in axis.parts)
        if _subject(axis) not in asked and (not told or _subject(axis) == Eligible()):
            continue
        if isinstance(axis, NumberAxis) and isinstance(axis.term, Value):
            name = axis.term.quantity
            found.append(_cut(protocol, axis, name, cuts.get(2 * places[name] + 1, ())))
        else:
            found.append(axis)
    return tuple(found)


def _subject(axis: Axis) -> Condition | Term:
    return axis.term if isinstance(axis, NumberAxis) else axis.subject


def _cuts(wholes: Sequence[Diagram]) -> dict[int, set[Cut]]:
    """Return for each axis of the diagrams where anything changes along it."""
    found: dict[int, set[Cut]] = {}
    for node in nodes_of(wholes):
        found.setdefault(node.axis, set()).update(node.cuts)
    return found


def _cut(protocol: Protocol, axis: NumberAxis, quantity: str, cuts: Iterable[Cut]) -> NumberAxis:
    """Return the axis cut at further places, unless its parts tell the two sides apart already."""
    points = [part.interval.point for part in axis.parts if part.interval is not None]
    values = {each for each in points if each is not None}
    kind = protocol.quantities[quantity].kind
    assert isinstance(kind, NumberKind)  # noqa: S101 - only numbers are compared
    known = quantity_thresholds(protocol)[quantity]
    for cut in cuts:
        if isinstance(cut, int):
            assert kind.step is not None  # noqa: S101 - only steps are counted
            before, behind = (cut - 1) * kind.step, cut * kind.step
        else:
            before = behind = cut[0]
        if not any(before <= value <= behind for value in values):
            values.add(next((each for each in known if before <= each <= behind), behind))
    return number_axis(protocol, axis.term, values)
