"""Edits: the small changes of a decision's rules that a repair is made of.

An edit changes one clause of one choice, gives one choice precedence over another, lets the first choice that fits
count, or keeps some patients out of the trial. `candidates` lists those worth trying, `amend` carries some of them out.
The rule of an amended choice is its sentence as it is read in the case: a new sentence, which has that one reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from itertools import permutations

from trialproof.model.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Count,
    Eligible,
    IfThen,
    Is,
    Not,
    Number,
    Readings,
    Relation,
    Term,
)
from trialproof.model.protocol import CategoryKind, Choice, Decision, Intent, Protocol, Selection
from trialproof.verify.finding import Region
from trialproof.verify.statement import Every, Fails, Holds, Some, Statement

OTHER_END = {
    Relation.LT: Relation.LE,
    Relation.LE: Relation.LT,
    Relation.GE: Relation.GT,
    Relation.GT: Relation.GE,
}
OPPOSITE = {
    Relation.LT: Relation.GE,
    Relation.LE: Relation.GT,
    Relation.EQ: Relation.NE,
    Relation.NE: Relation.EQ,
    Relation.GE: Relation.LT,
    Relation.GT: Relation.LE,
}

FEW = 8
"""So many choices, or bounds of one term, are not many."""

Path = tuple[int, ...]
"""Where a clause stands in a rule: from the top, which operand each time."""


class Kind(IntEnum):
    """What an edit does; of two that do the same to everybody, the earlier kind is shown."""

    STRICTNESS = 1
    BOUND = 2
    CATEGORY = 3
    PRECEDENCE = 4
    INTENT = 5
    DROP = 6
    EXCLUDE = 7


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `old` and `new` are the clause before and after (None: left out, or not there before).

    `choice` is the choice whose rule changes, None where no rule does; `before` the one that takes precedence over it.
    `siblings` is how many clauses are joined where one is left out.
    """

    kind: Kind
    choice: str | None = None
    path: Path = ()
    old: Condition | None = None
    new: Condition | None = None
    before: str | None = None
    siblings: int = 0

    def fits(self, other: Edit) -> bool:
        """Return whether both can be carried out: neither changes a clause that the other changes or leaves out."""
        if self.choice is None or other.choice is None:
            return self != other
        if self.kind is other.kind is Kind.PRECEDENCE:
            return (self.before, self.choice) not in ((other.choice, other.before), (other.before, other.choice))
        if self.choice != other.choice or Kind.PRECEDENCE in (self.kind, other.kind):
            return True
        shorter = min(len(self.path), len(other.path))
        return self.path[:shorter] != other.path[:shorter]


def candidates(
    protocol: Protocol,
    decision: Decision,
    selection: Selection,
    stranded: Sequence[Region],
    clashing: Sequence[Sequence[str]],
) -> tuple[Edit, ...]:
    """Return the edits worth trying, in the order of the protocol.

    `stranded` are the regions of patients without a choice, whom the trial could exclude; `clashing` are the sets of
    choices that somebody gets together. In a large decision only choices that clash take precedence over each other,
    and a bound moves only to the next one.
    """
    own = [each for each in decision.choices if each is not remainder(decision)]
    rules = {each.name: as_read(each.rule, selection) for each in own}
    bounds = _bounds(rules.values())
    named = [node for rule in rules.values() for _, node in clauses(rule) if isinstance(node, Is)]
    found: list[Edit] = []
    for name, rule in rules.items():
        for path, node in clauses(rule):
            match node:
                case Compare():
                    found += [Edit(kind, name, path, node, new) for kind, new in _compared(node, bounds)]
                case Is():
                    changed = _regrouped(protocol, node, named)
                    found += [Edit(Kind.CATEGORY, name, path, node, new) for new in changed]
                case AllOf(operands) | AnyOf(operands) if len(operands) > 1:
                    many = len(operands)
                    found += [Edit(Kind.DROP, name, (*path, at), e, siblings=many) for at, e in enumerate(operands)]
                case _:
                    pass
    if clashing and decision.intent in (Intent.EXACTLY_ONE, Intent.AT_MOST_ONE):
        groups = [rules] if len(rules) <= FEW else [[name for name in each if name in rules] for each in clashing]
        pairs = [pair for each in groups for pair in permutations(each, 2)]
        found += [Edit(Kind.PRECEDENCE, two, before=one) for one, two in pairs]
    if clashing and decision.intent is Intent.EXACTLY_ONE:
        found.append(Edit(Kind.INTENT))
    if decision.population == Eligible():
        wide = (as_condition(region.place) for region in stranded if region.terms and not region.pinned)
        found += [Edit(Kind.EXCLUDE, new=each) for each in wide if each is not None]
    return tuple(dict.fromkeys(found))


def fit(edits: Collection[Edit], further: Edit) -> bool:
    """Return whether a further edit can be carried out with these, which leaves something of every rule."""
    if not all(each.fits(further) for each in edits):
        return False
    alike = [each for each in edits if _spot(each) == _spot(further)]
    return further.kind is not Kind.DROP or len(alike) + 1 < further.siblings


def _spot(edit: Edit) -> tuple[Kind, str | None, Path]:
    return (edit.kind, edit.choice, edit.path[:-1])


def amend(decision: Decision, edits: Collection[Edit], selection: Selection) -> Decision:
    """Return the decision with these edits carried out, whatever they exclude aside.

    A choice takes precedence over another with its own amended rule. What is left for the last choice by `otherwise`
    follows from the amended rules of the others.
    """
    last = remainder(decision)
    changed = {each.choice for each in edits} | {each.before for each in edits}
    rules = {
        each.name: _rewritten(as_read(each.rule, selection), [e for e in edits if e.choice == each.name])
        if each.name in changed
        else each.rule
        for each in decision.choices
    }
    choices: list[Choice] = []
    for each in decision.choices:
        first = [rules[e.before] for e in edits if e.kind is Kind.PRECEDENCE and e.choice == each.name and e.before]
        touched = any(e.choice == each.name for e in edits)
        rule = _and(rules[each.name], [_denied(rule) for rule in first]) if touched else each.rule
        if each is last:
            rule = AllOf(tuple(Not(earlier.rule) for earlier in choices))
        choices.append(each if rule == each.rule else replace(each, rule=rule))
    intent = Intent.FIRST_MATCH if any(each.kind is Kind.INTENT for each in edits) else decision.intent
    return replace(decision, choices=tuple(choices), intent=intent)


def excluded(edits: Iterable[Edit]) -> tuple[Condition, ...]:
    """Return whom these edits keep out of the trial."""
    return tuple(each.new for each in edits if each.kind is Kind.EXCLUDE and each.new is not None)


def remainder(decision: Decision) -> Choice | None:
    """Return the choice that takes whom no other one takes (`otherwise`); None if there is none."""
    *others, last = decision.choices
    return last if others and last.rule == AllOf(tuple(Not(each.rule) for each in others)) else None


def as_read(condition: Condition, selection: Selection) -> Condition:
    """Return a condition in which every sentence is replaced by the reading that is selected."""
    match condition:
        case Readings(sentence, options):
            return as_read(dict(options)[selection[sentence]], selection)
        case _:
            inner = below(condition)
            return put(condition, [as_read(each, selection) for each in inner]) if inner else condition


def clauses(rule: Condition, path: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """Yield the rule and every clause in it, each with its path; names are not followed."""
    yield path, rule
    for at, each in enumerate(below(rule)):
        yield from clauses(each, (*path, at))


def below(condition: Condition) -> tuple[Condition, ...]:
    """Return the clauses that a condition is put together from."""
    match condition:
        case AllOf(operands) | AnyOf(operands) | Count(_, _, operands):
            return operands
        case Not(operand):
            return (operand,)
        case IfThen(premise, conclusion):
            return (premise, conclusion)
        case _:
            return ()


def put(condition: Condition, inner: Sequence[Condition]) -> Condition:
    """Return the condition put together from other clauses; AllOf and AnyOf from any number, others from as many."""
    match condition:
        case AllOf() | AnyOf() if len(inner) == 1:
            return inner[0]
        case AllOf():
            return AllOf(tuple(inner))
        case AnyOf():
            return AnyOf(tuple(inner))
        case Count():
            return replace(condition, operands=tuple(inner))
        case Not():
            return Not(*inner)
        case IfThen():
            return IfThen(*inner)
        case _:
            raise TypeError(f"{condition} is not put together from clauses")


def as_condition(statement: Statement) -> Condition | None:
    """Return a condition that holds where the statement is so, if it can be written as one."""
    match statement:
        case Holds(condition):
            return condition
        case Fails(condition):
            return Not(condition)
        case Every(parts) | Some(parts):
            found = [as_condition(each) for each in parts]
            inner = [each for each in found if each is not None]
            if len(inner) < len(found):
                return None
            return _all(inner) if isinstance(statement, Every) else _any(inner)
        case _:
            return None


def _rewritten(rule: Condition, edits: Sequence[Edit], path: Path = ()) -> Condition:
    """Return the rule with the clauses of these edits replaced or left out."""
    here = [each for each in edits if each.kind is not Kind.PRECEDENCE]
    for each in here:
        if each.path == path and each.new is not None:
            return each.new
    inner = below(rule)
    dropped = {each.path for each in here if each.new is None}
    kept = [
        _rewritten(each, edits, (*path, at)) for at, each in enumerate(inner) if (*path, at) not in dropped
    ]
    return put(rule, kept) if here and inner else rule


def _denied(rule: Condition) -> Condition:
    """Return the condition that holds where this one fails and the other way, said as briefly as it can be."""
    match rule:
        case Compare(left, relation, right):
            return Compare(left, OPPOSITE[relation], right)
        case Not(operand):
            return operand
        case _:
            return Not(rule)


def _and(rule: Condition, further: Sequence[Condition]) -> Condition:
    operands = rule.operands if isinstance(rule, AllOf) else (rule,)
    return AllOf((*operands, *further)) if further else rule


def _bounds(rules: Iterable[Condition]) -> dict[Term, tuple[Fraction, ...]]:
    """Return the numbers that these rules compare each term with, ascending."""
    found: dict[Term, set[Fraction]] = {}
    for rule in rules:
        for _, node in clauses(rule):
            match node:
                case Compare(Number(value), _, term) | Compare(term, _, Number(value)):
                    found.setdefault(term, set()).add(value)
    return {term: tuple(sorted(values)) for term, values in found.items()}


def _compared(node: Compare, bounds: dict[Term, tuple[Fraction, ...]]) -> Iterator[tuple[Kind, Condition]]:
    """Yield the comparison with its bound inclusive instead of strict or the other way, then with its neighbours'."""
    if node.relation not in OTHER_END:
        return
    other = OTHER_END[node.relation]
    yield Kind.STRICTNESS, replace(node, relation=other)
    match node:
        case Compare(Number(value), relation, term):
            for each in _others(bounds[term], value):
                yield from ((Kind.BOUND, Compare(Number(each), how, term)) for how in (relation, other))
        case Compare(term, relation, Number(value)):
            for each in _others(bounds[term], value):
                yield from ((Kind.BOUND, Compare(term, how, Number(each))) for how in (relation, other))
        case _:
            pass


def _others(bounds: Sequence[Fraction], value: Fraction) -> list[Fraction]:
    """Return the other bounds; of many, the next ones."""
    if len(bounds) <= FEW:
        return [each for each in bounds if each != value]
    at = bounds.index(value)
    return [*bounds[max(at - 1, 0) : at], *bounds[at + 1 : at + 2]]


def _regrouped(protocol: Protocol, node: Is, named: Sequence[Is]) -> list[Condition]:
    """Return the clause with one category more, with all that no clause names, or with one less."""
    kind = protocol.quantities[node.quantity].kind
    assert isinstance(kind, CategoryKind)  # noqa: S101 - typing refused anything else
    spoken = {name for each in named if each.quantity == node.quantity for name in each.categories}
    unsaid = {name for name in kind.categories if name not in spoken}
    groups = [{*node.categories, name} for name in kind.categories if name not in node.categories]
    groups += [{*node.categories, *unsaid}] * (len(unsaid) > 1)
    groups += [{*node.categories} - {name} for name in node.categories] * (len(set(node.categories)) > 1)
    return [Is(node.quantity, tuple(name for name in kind.categories if name in group)) for group in groups]


def _all(inner: Sequence[Condition]) -> Condition:
    flat = [part for each in inner for part in (each.operands if isinstance(each, AllOf) else (each,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def _any(inner: Sequence[Condition]) -> Condition:
    """Return that one of these holds; categories of one quantity together."""
    flat: list[Condition] = []
    for each in inner:
        last = flat[-1] if flat else None
        if isinstance(each, Is) and isinstance(last, Is) and each.quantity == last.quantity:
            flat[-1] = Is(each.quantity, last.categories + each.categories)
        else:
            flat.append(each)
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))
