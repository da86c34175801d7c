"""A clause of a decision can be left out without changing anybody's choice.

What it does
    Leaves out, one at a time, each part that an `and` or an `or` joins in the rule of a choice, and asks whether any
    patient of the population then gets another choice, or an undetermined one. A part within a part that can be
    left out is not listed again. Where of several parts only some can be left out together, they are one finding.

Why it matters
    Nobody writes a clause in order that it does nothing. It is a bound that another one has overtaken, the trace of
    an earlier version, or a sign that the rest of the rule says more than was meant. What only the eligibility
    criteria or the facts make redundant comes back to life when they are amended: the finding says so.

Example
    "diameter over 5 cm and over 3 cm": the second bound adds nothing. Was it meant for another quantity?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.model.condition import EVERYONE, Determined, Known
from trialproof.model.english import say
from trialproof.model.protocol import Decision
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, choice_label, gave_up, listed, member_of
from trialproof.verify.clauses import Clause, clauses_of, differ, without
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes, somebody
from trialproof.verify.finding import Finding, Proved, Severity, Under, Witness
from trialproof.verify.linear import walk
from trialproof.verify.properties import complete, facts, reached
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds, Statement
from trialproof.verify.under import rules_of, sentences_of

CODE, NAME = "TP108", "redundant-clause"
MOST_CLAUSES = 200
"""Clauses of one decision that are tried one by one. A table with more rows than that has its own checks."""

POPULATION, FACTS, DATA = "population", "facts", "data"
"""What can make a clause redundant besides the rest of its rule: who is in the population, the facts, complete data."""


def run(case: Case) -> Iterator[Said]:
    """Judge the clauses of every decision that is for somebody."""
    for decision in case.protocol.decisions.values():
        try:
            yield from _judge(case, decision)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"each clause of `{decision.name}` matters", reason, decision)


def _judge(case: Case, decision: Decision) -> Iterator[Said]:
    count = len(list(clauses_of(decision, case.selection)))
    if count > MOST_CLAUSES:
        yield Vacuous(f"the {count} clauses of `{decision.name}`: more than {MOST_CLAUSES} are not tried one by one")
        return
    member = somebody(case, decision)
    if member is None:
        yield Vacuous(f"clauses of `{decision.name}`: nobody is in its population")
        return
    clauses = live_clauses(case, decision)
    if not clauses:
        return
    found = redundant(case, decision, clauses)
    if not found:
        message = f"every clause of `{decision.name}` matters to some {member_of(decision.population)}"
        yield Proved(CODE, NAME, message, decision.name, member)
        return
    why = {clause: needs(case, decision, clause) for clause in found}
    idle = [clause for clause in found if not (DATA in why[clause] and _asks_what_is_known(case, clause))]
    for group in groups(case, decision, idle):
        yield _finding(case, decision, group, {each for clause in group for each in why[clause]})


def live_clauses(case: Case, decision: Decision) -> list[Clause]:
    """Return the clauses of the choices that somebody takes: of the others, another check speaks."""
    clauses = list(clauses_of(decision, case.selection))
    members = case.population(decision.population)
    taken = {
        name
        for name in dict.fromkeys(clause.choice for clause in clauses)
        if case.possible(members)([reached(decision, name)])
    }
    return [clause for clause in clauses if clause.choice in taken]


def redundant(case: Case, decision: Decision, clauses: Sequence[Clause]) -> list[Clause]:
    """Return the clauses that can be left out, without those within one of them."""
    found: list[Clause] = []
    members = case.population(decision.population)
    for clause in clauses:
        inside = any(each.choice == clause.choice and clause.path[: len(each.path)] == each.path for each in found)
        if not inside and not case.exists(members, _changed(case, decision, [clause])):
            found.append(clause)
    return found


def _changed(case: Case, decision: Decision, clauses: Sequence[Clause]) -> Statement:
    """Return that a patient gets another outcome once these clauses are left out."""
    key = ("changed", decision.name, *((each.choice, each.path) for each in clauses))
    return case.once(key, lambda: differ(decision, without(decision, clauses, case.selection)))


def needs(case: Case, decision: Decision, clause: Clause) -> list[str]:
    """Return what makes the clause redundant besides the rest of the rule: without any of these, it would matter."""
    changed = _changed(case, decision, [clause])
    asked_for = [each for each in case.protocol.quantities.values() if not each.may_be_missing]
    charted = [complete(each) for each in asked_for if each.left_open is None]
    free = [complete(each) for each in asked_for if each.left_open is not None]
    belongs: list[Statement] = [] if decision.population == EVERYONE else [Holds(decision.population)]
    demands = {POPULATION: belongs, FACTS: facts(case.protocol), DATA: charted}
    for what in (POPULATION, FACTS, DATA):
        others = [each for kind, statements in demands.items() if kind != what for each in statements]
        if demands[what] and not case.possible(tuple(case.said(each) for each in (*free, *others)))([changed]):
            demands[what] = []
    return [what for what, statements in demands.items() if statements]


def _asks_what_is_known(case: Case, clause: Clause) -> bool:
    """Return whether the clause is there for data that are not complete, of which nothing is proved."""
    return any(isinstance(each, (Known, Determined)) for each in walk(case.protocol, clause.condition, case.selection))


def groups(case: Case, decision: Decision, clauses: Sequence[Clause]) -> list[list[Clause]]:
    """Put those together that cannot all be left out at once; what stands in different groups can."""
    possible = case.possible(case.population(decision.population))

    def clash(together: Sequence[Clause]) -> bool:
        return len(together) > 1 and possible([_changed(case, decision, together)])

    if not clash(clauses):
        return [[each] for each in clauses]
    found: list[list[Clause]] = []
    for clause in clauses:
        near = [group for group in found if any(clash([each, clause]) for each in group)]
        rest = [group for group in found if group not in near]
        found = [*rest, [*(each for group in near for each in group), clause]]
    found = [sorted(group, key=clauses.index) for group in found]
    if clash([group[0] for group in found]):
        return [list(clauses)]
    return sorted(found, key=lambda group: clauses.index(group[0]))


def _finding(case: Case, decision: Decision, group: Sequence[Clause], why: set[str]) -> Finding:
    names = list(dict.fromkeys(clause.choice for clause in group))
    said = [f"“{say(each.condition, case.protocol, case.selection)}”" for each in group]
    match len(group):
        case 1:
            what, left = f"does not need {said[0]}", "it"
        case 2:
            what, left = f"does not need both {said[0]} and {said[1]}", "either of them"
        case _:
            what, left = f"does not need all of {', '.join(said[:-1])} and {said[-1]}", "any one of them"
    sentences = sentences_of(case.protocol, rules_of(decision))
    outsider = _outsider(case, decision, group[0]) if why == {POPULATION} else None
    return Finding(
        CODE,
        NAME,
        Severity.NOTE,
        f"{listed(names)} of `{decision.name}` {what}: without {left}, {_whoever(decision, why)} gets the same",
        decision=decision.name,
        choices=tuple(names),
        witness=outsider,
        readings=Under(
            ({each: case.selection[each] for each in sentences},), case.protocol.combinations, complete=not sentences
        ),
        labels=tuple(choice_label(decision.choice(name)) for name in names),
        help=_help(group, why, outsider),
    )


def _outsider(case: Case, decision: Decision, clause: Clause) -> Witness | None:
    """Return a patient outside the population to whom the clause would matter."""
    patient = canonical(case, case.patients(), case.said(_changed(case, decision, [clause])))
    shown = shown_quantities(case.protocol, decision_axes(case, decision))
    return None if patient is None else witness(case, patient, shown)


def _whoever(decision: Decision, why: set[str]) -> str:
    who = f"every {member_of(decision.population) if POPULATION in why else 'patient'}"
    if FACTS in why:  # which say little of a patient whose data are not complete
        return f"{who}, given the facts,"
    return f"{who} with complete data" if DATA in why else who


def _help(group: Sequence[Clause], why: set[str], outsider: Witness | None) -> str:
    if outsider is not None:
        return "harmless as it stands: it would matter to this patient, who is not in the population"
    if why & {POPULATION, FACTS}:
        return "harmless as it stands: it would matter if the population or the facts were amended"
    if len(group) > 1:
        return "leave out one of them and check again, or look for a slip: each adds nothing to the rest"
    return "leave it out, or look for a slip: it adds nothing to the rest"


PASSES = """\
trialproof: 1
title: both bounds count
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      middle: {when: size > 3 cm and size <= 5 cm}
      other: {when: size <= 3 cm or size > 5 cm}
"""
FAILS = """\
trialproof: 1
title: one bound has overtaken the other
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm and size > 3 cm}
      other: {when: otherwise}
"""
CHECK = Check(CODE, NAME, Severity.NOTE, run, passes=(PASSES,), fails=(FAILS,))
