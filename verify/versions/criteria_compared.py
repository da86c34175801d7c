"""The criteria of two versions, each with the one that took its place, and whom it lets in now.

Amendments renumber their criteria, so an id alone says little. A criterion is paired with the one it was renamed to;
else with one that lets in the same patients, of its own id before others; else with the one of its id, if both speak
of some quantity in common; else with the only other one that speaks of just the same quantities. Whatever is left was
added or dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialproof.model.condition import Condition, Not
from trialproof.model.protocol import Criterion
from trialproof.model.renames import Renames
from trialproof.verify.case import Case
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds, Never
from trialproof.verify.versions.compared import Change, Compared, Sides, compare
from trialproof.verify.versions.merged import Merged, Version, quantities_under


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion of either version or both, and what became of the patients whom it lets in (None: not in both)."""

    old: Criterion | None
    new: Criterion | None
    compared: Compared | None = None

    @property
    def changed(self) -> bool:
        """Whether it is anything but the same."""
        return self.compared is None or self.compared.change is not Change.SAME


def compare_criteria(case: Case, merged: Merged, renames: Renames) -> tuple[CriterionChange, ...]:
    """Return the criteria of both versions: those of the new one in its order, then those that were dropped."""
    pairs = _pairs(case, merged, renames)
    old = {each.id: each for each in merged.old.protocol.criteria}
    found = []
    for now in merged.new.protocol.criteria:
        was = next((old[before] for before, after in pairs.items() if after == now.id), None)
        compared = None if was is None else _compare(case, merged, was, now)
        found.append(CriterionChange(was, now, compared))
    dropped = (each for each in merged.old.protocol.criteria if each.id not in pairs)
    return (*found, *(CriterionChange(each, None) for each in dropped))


def _compare(case: Case, merged: Merged, was: Criterion, now: Criterion) -> Compared:
    before, after = _let_in(merged.old, was), _let_in(merged.new, now)
    own = (Not(each.rule) if each.excludes else each.rule for each in (was, now))
    return compare(case, merged, Sides(before, after, *own))


def _let_in(version: Version, criterion: Criterion) -> Condition:
    """Return, in merged names, that the criterion lets the patient in."""
    rule = version.criteria[criterion.id]
    return Not(rule) if criterion.excludes else rule


def _pairs(case: Case, merged: Merged, renames: Renames) -> dict[str, str]:
    """Return old ids to new ones."""
    old, new = merged.old.protocol.criteria, merged.new.protocol.criteria
    pairs = {each.id: renames.names[each.id] for each in old if each.id in renames.names}
    for alike in (_same, _akin):
        for was in old:
            left = [each for each in new if each.id not in pairs.values()]
            for now in sorted(left, key=lambda each: each.id != was.id):
                if was.id not in pairs and alike(case, merged, was, now):
                    pairs[was.id] = now.id
    return pairs | _only_of_their_sort(case, merged, pairs)


def _only_of_their_sort(case: Case, merged: Merged, pairs: Mapping[str, str]) -> dict[str, str]:
    """Return what is left and is, in either version, all that is left about just these quantities."""
    sorts: list[dict[tuple[bool, frozenset[str]], list[str]]] = [{}, {}]
    done = (set(pairs), set(pairs.values()))
    for version, known, found in zip((merged.old, merged.new), done, sorts, strict=True):
        for each in version.protocol.criteria:
            if each.id not in known:
                sort = (each.excludes, _under(case, _let_in(version, each)))
                found.setdefault(sort, []).append(each.id)
    before, after = sorts
    return {
        was[0]: after[sort][0]
        for sort, was in before.items()
        if sort[1] and len(was) == 1 and len(after.get(sort, ())) == 1
    }


def _same(case: Case, merged: Merged, was: Criterion, now: Criterion) -> bool:
    before, after = _let_in(merged.old, was), _let_in(merged.new, now)
    if merged.apart((before, after)) or not (was.id == now.id or _under(case, before) & _under(case, after)):
        return False
    possible = case.possible(case.patients())
    try:
        return not possible([Holds(before), Never(Holds(after))]) and not possible([Never(Holds(before)), Holds(after)])
    except Unknown:
        return False


def _akin(case: Case, merged: Merged, was: Criterion, now: Criterion) -> bool:
    """Return whether two criteria of one id speak of something in common."""
    if was.id != now.id or was.excludes is not now.excludes:
        return False
    before, after = _let_in(merged.old, was), _let_in(merged.new, now)
    mine, theirs = _under(case, before), _under(case, after)
    apart = set(merged.apart((before,))) & set(merged.apart((after,)))
    return bool(apart or mine & theirs) or not (mine or theirs)


def _under(case: Case, rule: Condition) -> frozenset[str]:
    return quantities_under(case.protocol, (rule,))
