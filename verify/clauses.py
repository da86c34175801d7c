"""The clauses of a decision's rules, and the decision with some of them left out.

A clause is one of two or more operands of an `and` or an `or`, however deep it stands under the case's readings; a
definition is one clause, whatever is in it. `otherwise` has no clauses of its own: it is whatever the other choices
leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from trialproof.model.condition import AllOf, AnyOf, Condition, Count, IfThen, Not, Readings
from trialproof.model.protocol import Decision, Intent, Selection
from trialproof.verify.statement import Every, Fails, Holds, Never, Some, Statement

Path: TypeAlias = tuple[int, ...]
"""The way from a rule down to a clause: which operand, at every step."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the rule of one choice."""

    choice: str
    path: Path
    condition: Condition


def clauses_of(decision: Decision, selection: Selection) -> Iterator[Clause]:
    """Yield every clause, one that contains others before them."""
    for choice in decision.choices:
        if not is_otherwise(decision, choice.name):
            for path, condition in _clauses(choice.rule, selection, ()):
                yield Clause(choice.name, path, condition)


def is_otherwise(decision: Decision, name: str) -> bool:
    """Return whether the choice takes whom all the others leave, as `otherwise` does."""
    *others, last = decision.choices
    return bool(others) and last.name == name and last.rule == _all_fail([each.rule for each in others])


def without(decision: Decision, clauses: Sequence[Clause], selection: Selection) -> Decision:
    """Return the decision without these clauses."""
    choices = [
        replace(choice, rule=_without(choice.rule, selection, (), {c.path for c in clauses if c.choice == choice.name}))
        for choice in decision.choices
    ]
    if is_otherwise(decision, choices[-1].name):
        choices[-1] = replace(choices[-1], rule=_all_fail([each.rule for each in choices[:-1]]))
    return replace(decision, choices=tuple(choices))


def differ(decision: Decision, other: Decision) -> Statement:
    """Return that a patient takes some choice under one version of a decision otherwise than under another.

    Holding, failing and being undetermined are told apart.
    """
    pairs = [(_taken(decision, at), _taken(other, at)) for at in range(len(decision.choices))]
    changed = [(one, another) for one, another in pairs if one != another]
    return Some(tuple(_unlike(kind(one), kind(another)) for one, another in changed for kind in (Holds, Fails)))


def _unlike(one: Statement, other: Statement) -> Statement:
    return Some((Every((one, Never(other))), Every((Never(one), other))))


def _taken(decision: Decision, at: int) -> Condition:
    """Return when a choice is taken, as `Takes` has it, for a decision that stands in no protocol."""
    own = decision.choices[at].rule
    if decision.intent is not Intent.FIRST_MATCH or not at:
        return own
    return AllOf((own, *(Not(earlier.rule) for earlier in decision.choices[:at])))


def _all_fail(rules: Sequence[Condition]) -> Condition:
    return AllOf(tuple(Not(rule) for rule in rules))


def _clauses(rule: Condition, selection: Selection, path: Path) -> Iterator[tuple[Path, Condition]]:
    for at, part in _operands(rule, selection):
        here = (*path, at)
        if isinstance(rule, (AllOf, AnyOf)) and len(rule.operands) > 1:
            yield here, part
        yield from _clauses(part, selection, here)


def _operands(rule: Condition, selection: Selection) -> list[tuple[int, Condition]]:
    match rule:
        case AllOf(operands) | AnyOf(operands) | Count(_, _, operands):
            return list(enumerate(operands))
        case Not(operand):
            return [(0, operand)]
        case IfThen(premise, conclusion):
            return [(0, premise), (1, conclusion)]
        case Readings(sentence, options):
            return [(0, dict(options)[selection[sentence]])]
        case _:
            return []


def _without(rule: Condition, selection: Selection, path: Path, gone: set[Path]) -> Condition:
    if not any(each[: len(path)] == path for each in gone):
        return rule
    kept = tuple(
        _without(part, selection, (*path, at), gone)
        for at, part in _operands(rule, selection)
        if (*path, at) not in gone
    )
    match rule:
        case AllOf():
            return AllOf(kept)
        case AnyOf():
            return AnyOf(kept)
        case Count(tally, number, _):
            return Count(tally, number, kept)
        case IfThen():
            return IfThen(*kept)
        case Not():
            return Not(*kept)
        case Readings():
            return kept[0]
        case _:
            return rule
