"""The atlas of an amendment: in each cell of its axes, what became of the patients who are there.

The decisions of both versions are drawn as one, whose choices are the rules of either side by side; so a cell tells
both, of the same patients. It speaks of those whom the decision is for in both versions. The atlas of eligibility
speaks of the patients who fulfil the criteria that both versions share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trialproof.model.condition import AllOf, Condition, Eligible, Not
from trialproof.model.protocol import Choice, Criterion, Decision, Intent, Protocol
from trialproof.verify.atlas import Atlas, atlas_of
from trialproof.verify.surveyed import Cell, status_of
from trialproof.verify.versions.merged import Merged, Version
from trialproof.verify.versions.transfers import ALIKE

NAME = "the amendment"
"""What the decision of both versions is called; no decision of a protocol has this name."""
YES = "eligible"


@dataclass(frozen=True, slots=True)
class MovedAtlas:
    """The atlas of `decision` in `protocol`, and the decisions `old` and `new` that it is made of."""

    protocol: Protocol
    decision: Decision
    atlas: Atlas
    old: Decision
    new: Decision

    def sides(self, cell: Cell) -> tuple[Cell, Cell]:
        """Return what each version makes of the patients of a cell; where there are none, of both the cell itself."""
        if cell.status != "settled":
            return cell, cell
        before, after = (_side(cell, which, own) for which, own in (("old", self.old), ("new", self.new)))
        return before, after

    def differs(self, cell: Cell) -> bool:
        """Return whether the versions treat the patients of a cell differently."""
        before, after = self.sides(cell)
        if (set(before.choices), set(before.perhaps)) != (set(after.choices), set(after.perhaps)):
            return True
        alike = self.old.intent is self.new.intent or {self.old.intent, self.new.intent} <= ALIKE
        return not alike and (before.status == "settled") != (after.status == "settled")


def moved_atlas(merged: Merged, old: Decision, new: Decision) -> MovedAtlas:
    """Return the atlas of a decision of both versions (a pair of `merged.decisions`). Raises `NoAtlas`."""
    population: Condition = AllOf((old.population, new.population))
    protocol = merged.protocol
    everybody = (merged.old.eligible, merged.new.eligible)
    if (old.population, new.population) == everybody:
        protocol = _with_criteria(protocol, [*merged.new.protocol.criteria, *merged.old.protocol.criteria],
                                  [*_rules(merged.new), *_rules(merged.old)])  # fmt: skip
        population = Eligible()
    return _atlas(protocol, population, old, new)


def eligibility_atlas(merged: Merged) -> MovedAtlas | None:
    """Return the atlas of eligibility, None if the criteria are the same. Raises `NoAtlas`."""
    was, now = (
        [(each.excludes, version.criteria[each.id], each) for each in version.protocol.criteria]
        for version in (merged.old, merged.new)
    )
    mine, theirs = ([(excludes, rule) for excludes, rule, _ in each] for each in (was, now))
    shared = [each for each in now if each[:2] in mine]
    before = [each for each in mine if each not in theirs]
    after = [each for each in theirs if each not in mine]
    if not before and not after:
        return None
    protocol = _with_criteria(merged.protocol, [each for *_, each in shared], [rule for _, rule, _ in shared])
    old, new = (
        Decision("eligibility", (Choice(YES, AllOf(tuple(Not(rule) if out else rule for out, rule in demands))),),
                 intent=Intent.AT_MOST_ONE)
        for demands in (before, after)
    )  # fmt: skip
    return _atlas(protocol, Eligible(), old, new)


def _atlas(protocol: Protocol, population: Condition, old: Decision, new: Decision) -> MovedAtlas:
    choices = tuple(
        Choice(f"{which}:{name}", rule) for which, own in (("old", old), ("new", new)) for name, rule in _taken(own)
    )
    both = Decision(NAME, choices, population, Intent.ANY)
    protocol = replace(protocol, decisions={**protocol.decisions, NAME: both})
    return MovedAtlas(protocol, both, atlas_of(protocol, both), old, new)


def _taken(decision: Decision) -> Iterator[tuple[str, Condition]]:
    """Yield the choices, each with the rule for taking it: where the first match counts, no earlier one holds."""
    earlier: list[Condition] = []
    for each in decision.choices:
        first = decision.intent is Intent.FIRST_MATCH and earlier
        yield each.name, AllOf((*map(Not, earlier), each.rule)) if first else each.rule
        earlier.append(each.rule)


def _side(cell: Cell, which: str, decision: Decision) -> Cell:
    choices, perhaps = (
        tuple(name.partition(":")[2] for name in names if name.startswith(f"{which}:"))
        for names in (cell.choices, cell.perhaps)
    )
    return replace(cell, status=status_of(decision, len(choices), len(perhaps)), choices=choices, perhaps=perhaps)


def _rules(version: Version) -> list[Condition]:
    return [version.criteria[each.id] for each in version.protocol.criteria]


def _with_criteria(protocol: Protocol, criteria: Sequence[Criterion], rules: Sequence[Condition]) -> Protocol:
    found = [replace(each, rule=rule) for each, rule in zip(criteria, rules, strict=True)]
    return replace(
        protocol,
        inclusion=tuple(each for each in found if not each.excludes),
        exclusion=tuple(each for each in found if each.excludes),
    )
