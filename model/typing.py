"""A condition as it was written into a condition that can be evaluated: every name resolved, every unit converted.

`to_condition` and `to_term` take the tree of `model.syntax.parse` and the names of a protocol. Whatever does not fit
is a `Mistake` at the offsets of the part that does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import assert_never

from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    AllOf,
    AnyOf,
    Assigned,
    Compare,
    Condition,
    Count,
    Determined,
    Eligible,
    IfThen,
    Is,
    Known,
    Named,
    Not,
    Relation,
    Tally,
    Term,
    Yes,
)
from trialproof.model.exact import in_backticks, plain
from trialproof.model.measure import Measured, common_unit, convert, measure, to_term
from trialproof.model.protocol import CategoryKind, YesNoKind
from trialproof.model.scope import Scope, describe, misused, no_category, quoted, unknown
from trialproof.model.syntax import (
    Amount,
    Belongs,
    Between,
    Calculation,
    Call,
    Comparison,
    Connection,
    Expression,
    Implication,
    IsKnown,
    MeasuredIn,
    Mistake,
    Name,
    Negation,
    Negative,
    Piece,
    Tallied,
)

__all__ = ["Scope", "to_condition", "to_term"]

_CONSTANTS: Mapping[str, Condition] = {"eligible": Eligible(), "everyone": EVERYONE, "nobody": NOBODY}
_IS = {Relation.EQ: "is", Relation.NE: "is not"}


def to_condition(expression: Expression, scope: Scope) -> Condition:
    """Return what an expression says of a patient.

    Raises:
        Mistake: it is no condition, names something that is not declared, or confuses units or kinds.
    """
    match expression:
        case Name():
            return _bare(expression, scope)
        case Comparison(operands, relations):
            _refuse_categories(expression, scope)
            return _chain([measure(operand, scope) for operand in operands], relations, scope)
        case Between():
            return _between(expression, scope)
        case Belongs(operand, _, negated):
            positive = _belongs(operand, expression, scope)
            if not negated:
                return positive
            return positive.operand if isinstance(positive, Not) else Not(positive)
        case IsKnown(operand, _, negated):
            known = _known(operand, expression, scope)
            return Not(known) if negated else known
        case Negation(operand):
            return Not(to_condition(operand, scope))
        case Connection("xor", operands):
            return Count(Tally.EXACTLY, 1, _all(operands, scope))
        case Connection(connective, operands):
            return AllOf(_all(operands, scope)) if connective == "and" else AnyOf(_all(operands, scope))
        case Implication(premise, conclusion):
            return IfThen(to_condition(premise, scope), to_condition(conclusion, scope))
        case Tallied(tally, number, operands):
            return Count(tally, number, _all(operands, scope))
        case Amount() | Negative() | Calculation() | Call() | MeasuredIn():
            measure(expression, scope)
            raise Mistake(
                "expected a condition, found a number", expression.start, expression.end,
                help="compare it with something, or, if it is a category, write `is` before it",
            )
        case _:
            assert_never(expression)


def _all(operands: Sequence[Expression], scope: Scope) -> tuple[Condition, ...]:
    return tuple([to_condition(operand, scope) for operand in operands])


def _bare(name: Name, scope: Scope) -> Condition:
    if name.name in _CONSTANTS:
        return _CONSTANTS[name.name]
    if name.name in scope.quantities:
        if isinstance(scope.quantities[name.name].kind, YesNoKind):
            return Yes(name.name)
    elif name.name in scope.definitions:
        if scope.definitions[name.name] is None:
            return Named(name.name)
    elif name.name not in scope:
        raise unknown(name, scope)
    raise misused(name, scope, "a condition")


def _chain(parts: Sequence[Measured], relations: Sequence[Relation], scope: Scope) -> Condition:
    unit = common_unit(parts)
    terms: list[Term] = [convert(part, unit, scope) for part in parts]
    compared = [
        Compare(left, relation, right) for (left, right), relation in zip(pairwise(terms), relations, strict=True)
    ]
    return compared[0] if len(compared) == 1 else AllOf(tuple(compared))


def _between(expression: Between, scope: Scope) -> Condition:
    low = expression.low
    if isinstance(low, Amount) and low.unit is None and isinstance(expression.high, Amount):
        low = Amount(low.value, expression.high.unit, low.start, low.end)
    parts = [measure(part, scope) for part in (expression.operand, low, expression.high)]
    unit = common_unit(parts)
    operand, lower, upper = (convert(part, unit, scope) for part in parts)
    return AllOf((Compare(operand, Relation.GE, lower), Compare(operand, Relation.LE, upper)))


def _belongs(operand: Expression, expression: Belongs, scope: Scope) -> Condition:
    """Return what `is` and its categories say, leaving out a negation before them."""
    if not isinstance(operand, Name):
        raise Mistake(
            "`is` goes with one category, yes/no or decision", operand.start, operand.end,
            help="compare numbers with `=`, and write a condition or `not (...)` as it is",
        )
    name = operand.name
    if name in scope.quantities and isinstance(kind := scope.quantities[name].kind, CategoryKind):
        return Is(name, _members(expression.categories, name, kind.categories, scope, "category"))
    if name in scope.decisions and name not in scope.quantities and name not in scope.definitions:
        return Assigned(name, _members(expression.categories, name, scope.decisions[name], scope, "choice"))
    if name not in scope:
        raise unknown(operand, scope)
    what, advice = describe(name, scope)
    if what == "a number":
        piece = expression.categories[0]
        if piece.text[0].isdigit():
            advice = f"compare numbers with `=`, as in `{name} = {piece.text}`"
        raise Mistake(f"`{name}` is a number, not a category", piece.start, piece.end, help=advice)
    return _is_yes(_bare(operand, scope), expression)


def _is_yes(condition: Condition, expression: Belongs) -> Condition:
    piece, *others = expression.categories
    if piece.text not in ("yes", "no") or others:
        raise Mistake(
            f"expected `yes` or `no`, found {in_backticks(piece.text)}", piece.start, (others or [piece])[-1].end
        )
    return condition if piece.text == "yes" else Not(condition)


def _members(
    pieces: Sequence[Piece], owner: str, members: Sequence[str], scope: Scope, what: str
) -> tuple[str, ...]:
    """Return the named members in the order of their owner, each once."""
    for piece in pieces:
        if piece.text not in members:
            raise no_category(piece, owner, members, scope, what)
    named = {piece.text for piece in pieces}
    return tuple(member for member in members if member in named)


def _known(operand: Expression, expression: IsKnown, scope: Scope) -> Condition:
    if isinstance(operand, Name) and operand.name in scope.quantities:
        kind = scope.quantities[operand.name].kind
        word = expression.word
        if isinstance(kind, CategoryKind) and word in kind.categories:
            raise Mistake(
                f"`{word}` can mean the category of `{operand.name}`, or whether it was recorded",
                expression.start, expression.end,
                help=f'write `{operand.name} is "{word}"` for the category, '
                f"and `not ({operand.name} is known)` where it was not recorded",
            )
        return Known(operand.name)
    if isinstance(operand, Name) and operand.name in scope.decisions and operand.name not in scope.definitions:
        raise misused(operand, scope, "a condition")
    if _is_number(operand, scope):
        return Determined(measure(operand, scope).term)
    return Determined(to_condition(operand, scope))


def _is_number(expression: Expression, scope: Scope) -> bool:
    if isinstance(expression, Name):
        return scope.definitions.get(expression.name) is not None
    return isinstance(expression, (Amount, Negative, Calculation, Call, MeasuredIn))


def _refuse_categories(expression: Comparison, scope: Scope) -> None:
    """Explain `=` between a category and its value, where units and numbers would be beside the point."""
    relation = expression.relations[0]
    for name, other in (expression.operands[:2], expression.operands[1::-1]):
        if not isinstance(name, Name) or name.name not in scope:
            continue
        what, advice = describe(name.name, scope)
        if what == "a number":
            continue
        if relation in _IS and isinstance(other, (Name, Amount)):
            value = other.name if isinstance(other, Name) else plain(other.value)
            advice = f"write `{name.name} {_IS[relation]} {quoted(value)}`"
        message = f"`{relation.value}` compares numbers, and `{name.name}` is {what}"
        raise Mistake(message, name.start, name.end, help=advice)
