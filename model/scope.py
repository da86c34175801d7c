"""The names that a condition can speak of, and what to say of a name that is none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from trialproof.model.complaint import did_you_mean
from trialproof.model.exact import in_backticks
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity
from trialproof.model.syntax import CONSTANTS, OPERATORS, Mistake, Name, Piece
from trialproof.model.unit import Unit, say_amount

_MOST_LISTED = 12
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.+-]+")
_NOT_PLAIN = OPERATORS | {"one", "none", "known", "unknown"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a protocol declares, as far as conditions can speak of it.

    A definition has the unit of its number, or None if it is a condition; a decision has the names of its choices.
    `month` is the number of days that the protocol's calendar gives a month, None if it gives none.
    """

    quantities: Mapping[str, Quantity]
    definitions: Mapping[str, Unit | None] = field(default_factory=dict)
    decisions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    month: Fraction | None = None

    def __contains__(self, name: str) -> bool:
        return name in self.quantities or name in self.definitions or name in self.decisions or name in CONSTANTS


def unknown(name: Name, scope: Scope) -> Mistake:
    """Return the mistake of a name that the protocol does not declare."""
    message = f"the protocol declares no `{name.name}`"
    return Mistake(message, name.start, name.end, help=_owner(name.name, scope) or _meant(name.name, scope))


def misused(name: Name, scope: Scope, wanted: str) -> Mistake:
    """Return the mistake of a declared name that is not the `wanted` kind of thing: a number, a condition."""
    what, advice = describe(name.name, scope)
    return Mistake(f"`{name.name}` is {what}, not {wanted}", name.start, name.end, help=advice)


def describe(name: str, scope: Scope) -> tuple[str, str]:
    """Return what a declared name is, and how to use it in a condition."""
    if name in scope.quantities:
        match scope.quantities[name].kind:
            case NumberKind(lower=lower, unit=own):
                return "a number", f"compare it, as in `{name} > {say_amount(lower, own)}`"
            case CategoryKind(categories):
                return "a category", f"write `{name} is {quoted(categories[0])}`"
            case _:
                return "yes or no", f"write `{name}` or `not {name}`"
    if name in scope.decisions:
        choices = scope.decisions[name]
        return "a decision", f"write `{name} is {choices[0]}`" if choices else "it has no choices"
    unit = scope.definitions.get(name)
    if unit is None:
        return "a condition", f"write `{name}` or `not {name}`"
    return "a number", f"compare it, as in `{name} > {say_amount(Fraction(1), unit)}`"


def no_category(piece: Piece, owner: str, categories: Sequence[str], scope: Scope, what: str = "category") -> Mistake:
    """Return the mistake of a category (or choice: `what`) that its owner does not have."""
    meant = did_you_mean(piece.text, categories)
    asked = f"did you mean {in_backticks(quoted(meant))}? " if meant else ""
    others = "" if meant else _owner(piece.text, scope) or ""
    listed = ", ".join(categories[:_MOST_LISTED]) + (", ..." if len(categories) > _MOST_LISTED else "")
    plural = "categories" if what == "category" else "choices"
    advice = f"{asked}the {plural} of `{owner}` are {listed}"
    return Mistake(
        f"`{owner}` has no {what} {in_backticks(piece.text)}", piece.start, piece.end,
        help=f"{advice}\n{others}" if others else advice,
    )


def quoted(category: str) -> str:
    """Return a category as a condition spells it, in quotes unless it is a plain word such as `R0`, `2+` or `no`."""
    if _PLAIN_WORD.fullmatch(category) and category not in _NOT_PLAIN:
        return category
    return '"' + category.replace('"', '""') + '"'


def _owner(word: str, scope: Scope) -> str | None:
    """Say whose category or choice a word is, and how to write that."""
    for name, quantity in scope.quantities.items():
        if isinstance(quantity.kind, CategoryKind) and word in quantity.kind.categories:
            return (
                f"`{word}` is a category of `{name}`: write `{name} is {quoted(word)}`, "
                f"or all that are meant as `{name} is one of (..., {quoted(word)})`"
            )
    for name, choices in scope.decisions.items():
        if word in choices:
            return f"`{word}` is a choice of `{name}`: write `{name} is {word}`"
    return None


def _meant(word: str, scope: Scope) -> str | None:
    names = [*scope.quantities, *scope.definitions, *scope.decisions, *CONSTANTS]
    meant = did_you_mean(word, names)
    return f"did you mean `{meant}`?" if meant else None
