"""A condition as it was written: text into an untyped tree that knows where each part stands.

The tree says nothing of what is a number, a category or a condition; `model.typing` settles that for a protocol. Every
node has `start` and `end`, offsets into the text (`end` is behind the last character). Whatever the text, `parse`
returns a tree or raises `Mistake`: length and depth are bounded so that no recursion over a tree can run out of stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, Union

from trialproof.model.condition import Relation, Tally

LONGEST_TEXT = 20_000
DEEPEST_NESTING = 40

OPERATORS = frozenset(
    {"and", "or", "xor", "not", "if", "then", "is", "in", "of", "between", "at", "exactly", "min", "max", "floor"}
)
RELATIONS = {each.value: each for each in Relation} | {"≤": Relation.LE, "≥": Relation.GE, "≠": Relation.NE}
CONSTANTS = frozenset({"eligible", "everyone", "nobody"})
KEYWORDS = OPERATORS | CONSTANTS | {"yes", "no", "known", "unknown", "otherwise"}
"""Words that no quantity, definition or decision can be called."""


class Mistake(Exception):
    """A condition that cannot be used: one sentence, the offsets of what it speaks of, and what to do about it."""

    def __init__(self, message: str, start: int, end: int, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit or a category, as a text."""

    text: str
    start: int
    end: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the protocol, or one of `CONSTANTS`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, with the unit behind it if there is one."""

    value: Fraction
    unit: Piece | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Negative:
    """`-` before something."""

    operand: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Calculation:
    """Operands with operators between them, from left to right: all of them `+` and `-`, or all `*` and `/`."""

    operands: tuple[Expression, ...]
    operators: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """`min`, `max` or `floor` of its arguments."""

    function: str
    arguments: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MeasuredIn:
    """`age in years`: a plain number."""

    operand: Expression
    unit: Piece
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands related, or more in a chain that goes one way."""

    operands: tuple[Expression, ...]
    relations: tuple[Relation, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Between:
    """`x between low and high`, both included."""

    operand: Expression
    low: Expression
    high: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Belongs:
    """`x is A`, `x is one of (A, B)`; negated: `is not`, `is none of`."""

    operand: Expression
    categories: tuple[Piece, ...]
    negated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IsKnown:
    """`x is known`, `x is unknown` (`word`); negated: the one that says that it is not known."""

    operand: Expression
    word: str
    negated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Negation:
    """`not a`."""

    operand: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Connection:
    """Two or more operands with one connective between them: `and`, `or`, or (exactly two) `xor`."""

    connective: str
    operands: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Implication:
    """`if a then b`."""

    premise: Expression
    conclusion: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tallied:
    """`at least 2 of (a, b, c)`."""

    tally: Tally
    number: int
    operands: tuple[Expression, ...]
    start: int
    end: int


Expression: TypeAlias = Union[
    Name, Amount, Negative, Calculation, Call, MeasuredIn, Comparison, Between, Belongs, IsKnown, Negation, Connection,
    Implication, Tallied,
]  # fmt: skip


def parse(text: str) -> Expression:
    """Return the tree of a condition or of a number.

    Raises:
        Mistake: the text is neither.
    """
    from trialproof.model.grammar import read  # Lark takes a while to import, and who has no condition needs none

    if len(text) > LONGEST_TEXT:
        raise Mistake(
            f"a condition of {len(text)} characters is too long, at most {LONGEST_TEXT} are read", 0, 1,
            help="give parts of it names under `definitions`",
        )
    if not text.strip():
        raise Mistake("expected a condition, found nothing", 0, 0)
    _check_brackets(text)
    return read(text)


def _check_brackets(text: str) -> None:
    """Refuse brackets and quotes that do not pair up, before a missing one makes everything behind it look wrong."""
    opened: list[int] = []
    quote: int | None = None
    for at, character in enumerate(text):
        if character == '"':
            quote = at if quote is None else None
        elif quote is not None:
            continue
        elif character == "(":
            opened.append(at)
            if len(opened) > DEEPEST_NESTING:
                raise Mistake(
                    f"brackets nest more than {DEEPEST_NESTING} deep", at, at + 1,
                    help="give parts of the condition names under `definitions`",
                )
        elif character == ")":
            if not opened:
                raise Mistake("this bracket closes nothing", at, at + 1)
            opened.pop()
    if quote is not None:
        raise Mistake("this quotation mark is not closed", quote, quote + 1)
    if opened:
        raise Mistake("this bracket is not closed", opened[-1], opened[-1] + 1)
