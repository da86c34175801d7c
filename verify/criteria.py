"""Criteria that change nothing: met by every patient, or implied by the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.protocol import Criterion, Fact
from trialproof.verify.case import Case
from trialproof.verify.properties import complete, facts
from trialproof.verify.search import contradicting
from trialproof.verify.statement import Every, Fails, Holds, Never, Statement


@dataclass(frozen=True, slots=True)
class Idle:
    """A criterion that every patient meets, and a smallest set of facts without which somebody would not."""

    criterion: Criterion
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Implied:
    """Criteria each of which is met by whoever meets all others.

    Several `members` imply one another. `by` are criteria, none of them a member, that imply them: with `together`
    each member needs another member besides, else they alone are enough. `facts` are those it needs.
    """

    members: tuple[Criterion, ...]
    by: tuple[Criterion, ...] = ()
    together: bool = False
    facts: tuple[Fact, ...] = ()


def met(case: Case, criterion: Criterion) -> Statement:
    """Return that a patient meets the criterion: an inclusion holds, an exclusion fails."""
    rule = criterion.rule
    return case.once(("met", criterion.id), lambda: Fails(rule) if criterion.excludes else Holds(rule))


def unmet(case: Case, criterion: Criterion) -> Statement:
    """Return that a patient does not meet the criterion: it says the opposite, or is undetermined."""
    return case.once(("unmet", criterion.id), lambda: Never(met(case, criterion)))


def idle_criteria(case: Case) -> tuple[Idle, ...]:
    """Return the criteria that every patient who can be recorded meets. Raises `Unknown`."""

    def find() -> tuple[Idle, ...]:
        possible = case.possible(case.patients())
        idle = [each for each in case.protocol.criteria if not possible([unmet(case, each)])]
        return tuple(Idle(each, facts_needed(case, [unmet(case, each)])) for each in idle)

    return case.once("idle criteria", find)


def implied_criteria(case: Case) -> tuple[Implied, ...]:
    """Return the criteria that whoever meets all others meets, without the idle ones. Raises `Unknown`.

    To be asked only where somebody is eligible: of contradictory criteria, each would be implied.
    """
    idle = [each.criterion for each in idle_criteria(case)]
    live = [each for each in case.protocol.criteria if each not in idle]
    implied = [each for each in live if _imply(case, [other for other in live if other != each], each)]
    alike = _alike(case, implied)
    others = [each for each in live if each not in implied] + [members[0] for members in alike]
    by: dict[str, list[Criterion]] = {}
    for first, *_ in alike:
        premises = [each for each in others if each != first]
        by[first.id] = _needed(case, premises, first) if _imply(case, premises, first) else []
    return tuple(_finding(case, group, by) for group in _circles(alike, by))


def _imply(case: Case, premises: Sequence[Criterion], conclusion: Criterion) -> bool:
    """Return whether whoever meets the premises meets the conclusion."""
    return not case.possible(case.patients())([*(met(case, each) for each in premises), unmet(case, conclusion)])


def _needed(case: Case, premises: Sequence[Criterion], conclusion: Criterion) -> list[Criterion]:
    """Return, of premises that imply the conclusion, as few as are needed."""
    possible = case.possible(case.patients(), case.said(unmet(case, conclusion)))
    core = contradicting(possible, [met(case, each) for each in premises])
    return [each for each in premises if any(met(case, each) is one for one in core)]


def _alike(case: Case, criteria: Sequence[Criterion]) -> list[list[Criterion]]:
    """Return the criteria in classes, each class met by the same patients."""
    classes: list[list[Criterion]] = []
    for each in criteria:
        same = next((c for c in classes if _imply(case, c[:1], each) and _imply(case, [each], c[0])), None)
        if same is None:
            classes.append([each])
        else:
            same.append(each)
    return classes


def _circles(alike: Sequence[list[Criterion]], by: Mapping[str, Sequence[Criterion]]) -> list[list[list[Criterion]]]:
    """Return the classes, those together of which each is implied with the help of the others."""

    def reach(start: str) -> set[str]:
        found: set[str] = set()
        pending = [start]
        while pending:
            for each in by.get(pending.pop(), ()):
                if each.id not in found:
                    found.add(each.id)
                    pending.append(each.id)
        return found

    reached = {members[0].id: reach(members[0].id) for members in alike}
    circles: list[list[list[Criterion]]] = []
    for members in alike:
        name = members[0].id
        mine = next((c for c in circles if name in reached[c[0][0].id] and c[0][0].id in reached[name]), None)
        if mine is None:
            circles.append([members])
        else:
            mine.append(members)
    return circles


def _finding(
    case: Case, circle: Sequence[Sequence[Criterion]], by: Mapping[str, Sequence[Criterion]]
) -> Implied:
    members = [each for each in case.protocol.criteria if any(each in some for some in circle)]
    outside = {each.id for some in circle for each in by[some[0].id]} - {each.id for each in members}
    premises = [each for each in case.protocol.criteria if each.id in outside]
    together = len(circle) > 1
    stated: list[Fact] = []
    for each in members:
        helping = premises if premises and not together else [*premises, *(other for other in members if other != each)]
        asked = [*(met(case, one) for one in helping), unmet(case, each)]
        stated += [fact for fact in facts_needed(case, asked) if fact not in stated]
    return Implied(tuple(members), tuple(premises), together, tuple(stated))


def facts_needed(case: Case, statements: Sequence[Statement]) -> tuple[Fact, ...]:
    """Return as few facts as are needed to make statements impossible that are so of no patient."""
    protocol = case.protocol
    if not protocol.facts:
        return ()
    quantities = [each for each in protocol.quantities.values() if not each.may_be_missing]
    charted = case.once("charted", lambda: Every(tuple(complete(each) for each in quantities)))
    stated = case.once("facts", lambda: facts(protocol))
    possible = case.possible((case.said(charted),), *map(case.said, statements))
    core = [] if not possible(()) else contradicting(possible, stated)
    return tuple(fact for fact, so in zip(protocol.facts, stated, strict=True) if any(so is one for one in core))
