"""Whom a proof leaves out, region by region: patients whose eligibility, or whose choice, is not settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialproof.model.condition import EVERYONE, Assigned, Condition, Eligible
from trialproof.model.protocol import Decision
from trialproof.verify.axes import axes_of
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, regions_of
from trialproof.verify.eligibility import open_criteria
from trialproof.verify.fates import gaps, overlaps, undetermined_patients
from trialproof.verify.finding import LeftOut, Region
from trialproof.verify.linear import walk
from trialproof.verify.properties import member, undetermined as open_choice, unsettled
from trialproof.verify.statement import Every, Fails, Never, Statement, undetermined


def left_out(case: Case, population: Condition) -> tuple[LeftOut, ...]:
    """Return whom a proof over this population leaves out, since it is not settled whether they belong to it.

    Raises `Unknown`.
    """
    if population == EVERYONE:
        return ()
    return case.once(("left out", population), lambda: tuple(_find(case, population)))


def left_open(case: Case, decision: Decision) -> tuple[LeftOut, ...]:
    """Return the members of a decision's population whom its own rules leave undetermined. Raises `Unknown`."""
    target = Every((member(decision), open_choice(decision)))
    why = f"`{decision.name}` is undetermined for them"
    return tuple(_said(undetermined_patients(case, decision), target, why))


def _find(case: Case, population: Condition) -> Iterator[LeftOut]:
    if population == Eligible():
        for each in open_criteria(case):
            target = Every((Never(Fails(Eligible())), undetermined(each.criterion.rule)))
            yield from _said(each.regions, target, f"criterion `{each.criterion.id}` is undetermined for them")
        return
    not_settled, possible = undetermined(population), case.possible(case.patients())
    if not possible([not_settled]):
        return
    nodes = list(walk(case.protocol, population, case.selection))
    names = dict.fromkeys(node.decision for node in nodes if isinstance(node, Assigned))
    decisions = [case.protocol.decisions[name] for name in names]
    for decision in decisions:
        target = Every((member(decision), unsettled(decision), not_settled))
        if possible([target]):
            for regions in _unsettled(case, decision):
                found = [each for each in regions.regions if possible([target, each.place])]
                why = f"they are not settled on a choice of `{decision.name}`"
                yield from _said(Regions(tuple(found), regions.complete), target, why)
    target = Every((not_settled, *(_may_be_settled(each) for each in decisions)))
    if possible([target]):
        rules = [population, *(each.population for each in decisions), *map(_choices, decisions)]
        axes = axes_of(case.protocol, rules, [case.selection])
        why = "it is undetermined whether this speaks of them"
        yield from _said(regions_of(case, case.patients(), target, axes), target, why)


def _may_be_settled(decision: Decision) -> Statement:
    """Neither outside the decision's population for certain, nor a member who is not settled."""
    return Every((Never(Fails(decision.population)), Never(Every((member(decision), unsettled(decision))))))


def _choices(decision: Decision) -> Condition:
    return Assigned(decision.name, tuple(each.name for each in decision.choices))


def _unsettled(case: Case, decision: Decision) -> Iterable[Regions]:
    if decision.bounds[0]:
        yield gaps(case, decision)
    if decision.bounds[1] < len(decision.choices):
        yield from (each.regions for each in overlaps(case, decision))
    yield undetermined_patients(case, decision)


def _said(regions: Regions, target: Statement, why: str) -> Iterator[LeftOut]:
    for region in regions.regions:
        yield LeftOut(f"leaves out {_whom(region)}: {why}", Every((target, region.place)))
    if not regions.complete:
        yield LeftOut(f"leaves out more patients than are listed: {why}", target)


def _whom(region: Region) -> str:
    return f"patients with {region.words}" if region.words else "patients, whatever their values"
