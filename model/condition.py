"""The expression tree: all that a rule of a protocol can say.

Closed and small. A node is a frozen value that knows nothing of how it is evaluated, printed or proved; whoever
interprets it matches on every kind and ends with `assert_never`. Numbers are exact (`Fraction`). Names refer to the
quantities, definitions, decisions and sentences of one `Protocol`; numbers stand in the unit of what they are
compared with, because units were resolved when the tree was built (`model.typing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import NoReturn, TypeAlias, Union


class Relation(Enum):
    """How two numbers compare."""

    LT = "<"
    LE = "<="
    EQ = "="
    NE = "!="
    GE = ">="
    GT = ">"


FLIPPED = {
    Relation.LT: Relation.GT,
    Relation.LE: Relation.GE,
    Relation.EQ: Relation.EQ,
    Relation.NE: Relation.NE,
    Relation.GE: Relation.LE,
    Relation.GT: Relation.LT,
}
"""The same comparison, said from its other side."""


class Tally(Enum):
    """How many of a list must hold."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    EXACTLY = "exactly"


class _Node:
    """A node has no truth value of its own, so that `18 <= age <= 65` written in Python fails loudly."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("a condition has no truth value by itself: ask `model.meaning` about a patient")


# Terms: what is a number.


@dataclass(frozen=True, slots=True)
class Number(_Node):
    """An exact constant."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Value(_Node):
    """The value of a number quantity, in the quantity's own unit."""

    quantity: str


@dataclass(frozen=True, slots=True)
class Derived(_Node):
    """The value of a definition that is a number, in the definition's own unit."""

    definition: str


@dataclass(frozen=True, slots=True)
class Sum(_Node):
    """Terms added up; the empty sum is 0."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Product(_Node):
    """Factors multiplied; the empty product is 1."""

    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Quotient(_Node):
    """One term over another; not known where the denominator is zero."""

    numerator: Term
    denominator: Term


@dataclass(frozen=True, slots=True)
class Least(_Node):
    """The smallest of one or more terms; known only when all are."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Greatest(_Node):
    """The largest of one or more terms; known only when all are."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Floor(_Node):
    """The largest whole number not above a term."""

    term: Term


@dataclass(frozen=True, slots=True)
class Cases(_Node):
    """The term of the one row whose condition holds while every other row's fails; otherwise not known."""

    rows: tuple[tuple[Condition, Term], ...]


@dataclass(frozen=True, slots=True)
class ReadTerm(_Node):
    """A number whose sentence has several readings: (reading, term) pairs, of which one is chosen."""

    sentence: str
    options: tuple[tuple[str, Term], ...]


# Conditions: what holds, fails, or is undetermined.


@dataclass(frozen=True, slots=True)
class Compare(_Node):
    """Two terms of the same unit, related; undetermined unless both are known."""

    left: Term
    relation: Relation
    right: Term


@dataclass(frozen=True, slots=True)
class Is(_Node):
    """A category quantity has one of these categories."""

    quantity: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Yes(_Node):
    """A yes/no quantity is yes."""

    quantity: str


@dataclass(frozen=True, slots=True)
class Known(_Node):
    """A quantity has a value: it was recorded, or does not apply and has a value for that. Never undetermined."""

    quantity: str


@dataclass(frozen=True, slots=True)
class Determined(_Node):
    """A condition holds or fails, or a term is known. Never undetermined itself."""

    operand: Condition | Term


@dataclass(frozen=True, slots=True)
class Not(_Node):
    """The operand fails."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class AllOf(_Node):
    """Every operand holds; with no operands, always."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(_Node):
    """Some operand holds; with no operands, never."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class IfThen(_Node):
    """The premise fails or the conclusion holds."""

    premise: Condition
    conclusion: Condition


@dataclass(frozen=True, slots=True)
class Count(_Node):
    """At least, at most or exactly so many of the operands hold."""

    tally: Tally
    number: int
    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Named(_Node):
    """A definition that is a condition."""

    definition: str


@dataclass(frozen=True, slots=True)
class Readings(_Node):
    """A condition whose sentence has several readings: (reading, condition) pairs, of which one is chosen."""

    sentence: str
    options: tuple[tuple[str, Condition], ...]


@dataclass(frozen=True, slots=True)
class Eligible(_Node):
    """Every inclusion criterion holds and every exclusion criterion fails."""


@dataclass(frozen=True, slots=True)
class Takes(_Node):
    """A choice's own rule holds (under `first match`: and those of all earlier choices fail)."""

    decision: str
    choice: str


@dataclass(frozen=True, slots=True)
class Assigned(_Node):
    """`arm is X`: the patient is settled on one of these choices.

    Holds for a patient of the decision's population who is settled on one of them, fails for one settled otherwise,
    and is undetermined for anyone else. Where the intent lets a patient have several choices, it holds whenever one
    of these holds.
    """

    decision: str
    choices: tuple[str, ...]


Term: TypeAlias = Union[
    Number, Value, Derived, Sum, Product, Quotient, Least, Greatest, Floor, Cases, ReadTerm,
]  # fmt: skip
Condition: TypeAlias = Union[
    Compare, Is, Yes, Known, Determined, Not, AllOf, AnyOf, IfThen, Count, Named, Readings, Eligible, Takes, Assigned,
]  # fmt: skip

TERMS = (Number, Value, Derived, Sum, Product, Quotient, Least, Greatest, Floor, Cases, ReadTerm)

EVERYONE = AllOf(())
NOBODY = AnyOf(())


def parts(node: Condition | Term) -> tuple[Condition | Term, ...]:
    """Return the nodes directly below a node; names are not followed."""
    match node:
        case Number() | Value() | Derived() | Is() | Yes() | Known() | Named() | Eligible() | Takes() | Assigned():
            return ()
        case Sum(inner) | Product(inner) | Least(inner) | Greatest(inner):
            return inner
        case AllOf(inner) | AnyOf(inner) | Count(_, _, inner):
            return inner
        case Floor(inner) | Not(inner) | Determined(inner):
            return (inner,)
        case Quotient(left, right) | Compare(left, _, right) | IfThen(left, right):
            return (left, right)
        case Cases(rows):
            return tuple(part for row in rows for part in row)
        case ReadTerm(_, options) | Readings(_, options):
            return tuple(option for _, option in options)


def descend(node: Condition | Term) -> Iterator[Condition | Term]:
    """Yield a node and all nodes below it; names are not followed."""
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        pending += reversed(parts(each))
