"""The map of the patients who moved: of each decision of both versions, what became of whom, as one picture.

What is as before is pale, and what changed is striped in the colours of what it was and what it is. The data are those
of a map of patients (`reports.page.patient_map`), with looks `moved-1`, `moved-2` and so on besides; `moved` lists
them, each with the looks before and after. The same functions and the same script draw it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trialproof.model.condition import Condition
from trialproof.model.english import say
from trialproof.model.protocol import Decision, Protocol
from trialproof.reports.page.inert import visible
from trialproof.reports.page.map_figure import draw, write_svg
from trialproof.reports.page.map_section import Maps, Shown
from trialproof.reports.page.map_words import HUES, Data, title_of
from trialproof.reports.page.patient_map import axis_data, starting
from trialproof.reports.versions.material import Comparison
from trialproof.verify.surveyed import Cell, NoAtlas
from trialproof.verify.versions.merged import Merged, Version, plainly, quantities_under
from trialproof.verify.versions.moved_atlas import MovedAtlas, eligibility_atlas, moved_atlas

MOST_AXES = 6
"""Quantities that eligibility may differ in to have a map; with more, no slice shows much of it."""
ELIGIBILITY = "eligibility"
NOBODY = "nobody moves, of those whom it is for in both versions"


def moved_map(material: Comparison) -> Maps | None:
    """Return the maps of a comparison; None where there is nothing to draw."""
    found = [*_eligibility(material), *_decisions(material)]
    shown, data = [], []
    for name, title, drawn in found:
        if isinstance(drawn, str):
            shown.append(Shown(name, title, "", (), drawn))
        elif not drawn["moved"]:
            shown.append(Shown(name, title, "", (), NOBODY))
        else:
            shown.append(Shown(name, title, write_svg(draw(drawn, drawn["start"])), tuple(drawn["notes"])))
            data.append({"data": drawn, "patients": None})
    return Maps(tuple(shown), tuple(data), eligible=True) if found else None


def _eligibility(material: Comparison) -> Iterator[tuple[str, str, Data | str]]:
    merged = material.amendment.merged
    rules = [rule for version in (merged.old, merged.new) for rule in version.criteria.values()]
    shared = set(merged.old.criteria.values()) & set(merged.new.criteria.values())
    differing = [each for each in rules if each not in shared]
    if differing:
        count = len(quantities_under(merged.protocol, differing))
        if count > MOST_AXES:
            why_not = f"it differs in {count} things at once, which no map shows; they are listed below"
            yield ELIGIBILITY, "Who is eligible", why_not
            return
        try:
            found = eligibility_atlas(merged)
        except NoAtlas as reason:
            yield ELIGIBILITY, "Who is eligible", visible(str(reason))
            return
        if found is not None:
            yield ELIGIBILITY, "Who is eligible", _data(merged, found, ELIGIBILITY, "Who is eligible", None)


def _decisions(material: Comparison) -> Iterator[tuple[str, str, Data | str]]:
    merged = material.amendment.merged
    pairs = {name: (old, new) for old, new in merged.decisions for name, own in merged.new.decisions.items()
             if own == new.name}  # fmt: skip
    for change in material.amendment.decisions:
        name = change.new.name
        title = visible(change.new.label or name.replace("_", " "))
        old, new = pairs[name]
        reasons = merged.apart([*_rules(old), *_rules(new)])
        if reasons:
            yield name, title, visible("; ".join(reasons))
            continue
        try:
            found = moved_atlas(merged, old, new)
        except NoAtlas as reason:
            yield name, title, visible(str(reason))
            continue
        if not found.atlas.axes:
            yield name, title, "its choices compare nothing"
        else:
            yield name, title, _data(merged, found, name, title, (change.old, change.new))


def _rules(decision: Decision) -> Iterator[Condition]:
    yield decision.population
    yield from (choice.rule for choice in decision.choices)


def _data(
    merged: Merged, found: MovedAtlas, name: str, title: str, own: tuple[Decision, Decision] | None
) -> Data:
    """Return an atlas with its words, as `json` would write it; texts are without hidden characters."""
    words = _Words(merged, found, _titles(merged, own))
    data: Data = {
        "name": name,
        "title": title,
        "axes": [axis_data(found.protocol, axis) for axis in found.atlas.axes],
        "sentences": [],
        "views": [[]],
        "all": True,
        "roots": list(found.atlas.roots),
        "nodes": [[axis, *children] for axis, children in found.atlas.nodes],
        "cells": [words.cell(cell) for cell in found.atlas.cells],
        "choices": [each for which in (0, 1) for each in _choices(merged, which, own)],
        "clashes": [[*one, *other] for one, other in found.atlas.clashes],
        "notes": [visible(f"{each[0].upper()}{each[1:]}.") for each in found.atlas.unseen],
        "moved": [[look, *looks] for look, looks in words.moved.items()],
    }
    data["start"] = starting(data)
    plain: Data = _plainly(data)
    return plain


def _titles(merged: Merged, own: tuple[Decision, Decision] | None) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the choices of either version are called, by their common names."""
    if own is None:
        return {"eligible": "eligible"}, {"eligible": "eligible"}
    old, new = (
        {common: title_of(decision.choice(mine)) for common, mine in version.choices[decision.name].items()}
        for version, decision in zip((merged.old, merged.new), own, strict=True)
    )
    return old, new


def _choices(merged: Merged, which: int, own: tuple[Decision, Decision] | None) -> Iterator[Data]:
    if own is not None:
        version: Version = (merged.old, merged.new)[which]
        before = ("Before", "Now")[which]
        for choice in own[which].choices:
            yield {
                "title": visible(f"{before} {title_of(choice)}"),
                "quotes": [[each.line, visible(each.text)] for each in choice.quotes],
                "rules": [visible(say(choice.rule, version.protocol, version.selection))],
            }


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of the cells. `moved` collects what moved: the looks before and after, for each look."""

    merged: Merged
    found: MovedAtlas
    titles: tuple[Mapping[str, str], Mapping[str, str]]
    moved: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def cell(self, cell: Cell) -> Data:
        """Return a cell, as `map_words.Words.cell` does."""
        before, after = self.found.sides(cell)
        if cell.status != "settled":
            look, label, says = _nobody(cell, self.found.protocol)
            return {"look": look, "label": visible(label), "says": visible(says)}
        was, now = self._fate(before, 0), self._fate(after, 1)
        looks = [self._look(before), self._look(after)]
        if self.found.differs(cell):
            label = f"{was} → {now}"
            look = self._moved(label, looks)
            says = f"Was: {was}. Now: {now}."
        else:
            look, label, says = looks[1], now, f"As before: {now}."
        found: Data = {"look": look, "label": visible(label), "says": visible(says), "member": True}
        found |= {"takes": self._taken(before, after), "perhaps": []}
        if cell.mixed:
            found["mixed"] = self._others()
        if cell.uncharted:
            found["uncharted"] = True
        return found

    def _fate(self, side: Cell, which: int) -> str:
        names = self.titles[which]
        taken = " and ".join(names[each] for each in side.choices)
        perhaps = " or ".join(names[each] for each in side.perhaps)
        if self.found.old.name == ELIGIBILITY:
            return "eligible" if taken else "undetermined" if perhaps else "not eligible"
        if perhaps:
            return f"{taken}, perhaps {perhaps}" if taken else f"undetermined ({perhaps}?)"
        return f"too many ({taken})" if side.status == "overlap" else taken or "no choice"

    def _look(self, side: Cell) -> str:
        if side.status != "settled":
            return side.status
        if self.found.old.name == ELIGIBILITY:
            return "undetermined" if side.perhaps else "choice-1" if side.choices else "choice-2"
        if not side.choices:
            return "none"
        order = dict.fromkeys(each.name for decision in (self.found.new, self.found.old) for each in decision.choices)
        first = list(order).index(side.choices[0])
        several = len(side.choices) > 1
        return f"choice-{(len(order) + first if several else first) % HUES + 1}"

    def _moved(self, label: str, looks: list[str]) -> str:
        look = self.labels.setdefault(label, f"moved-{len(self.labels) + 1}")
        self.moved[look] = looks
        return look

    def _taken(self, before: Cell, after: Cell) -> list[int]:
        """Return the numbers of the choices that are taken, among those of the old and then of the new version."""
        if self.found.old.name == ELIGIBILITY:
            return []
        old = [each.name for each in self.found.old.choices]
        new = [each.name for each in self.found.new.choices]
        was = [old.index(each) for each in (*before.choices, *before.perhaps)]
        return was + [len(old) + new.index(each) for each in (*after.choices, *after.perhaps)]

    def _others(self) -> str:
        if self.found.old.name == ELIGIBILITY:
            return "This is so of those who fulfil the criteria that both versions share."
        return "This is so of those whom the decision is for in both versions; others with the same values are not."


def _nobody(cell: Cell, protocol: Protocol) -> tuple[str, str, str]:
    """Return the look, the label and the sentence of a cell in which nobody is compared."""
    match cell.status:
        case "outside":
            says = "The decision is not for anybody like this in both versions."
            return "outside", "not for them in both versions", says
        case "open":
            return "open", "open whether it is for them", "It is undetermined whether the decision is for this patient."
        case _:
            because = "; ".join(protocol.facts[at].because for at in cell.facts)
            said = f"Nobody can be like this: it is taken for a fact that {because}." if because else ""
            return "impossible", "nobody can be so", said or "Nobody can be like this."


def _plainly(value: Any) -> Any:
    """Return data without the prefixes of merged names."""
    if isinstance(value, str):
        return plainly(value)
    if isinstance(value, list):
        return [_plainly(each) for each in value]
    return {key: _plainly(each) for key, each in value.items()} if isinstance(value, dict) else value
