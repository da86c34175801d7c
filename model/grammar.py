"""The grammar at work: Lark's events into the tree of `model.syntax`, Lark's errors into `Mistake`.

The tree is built while the text is read, bottom up, so that nothing here recurses however deep the text nests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias, Union, cast

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import UnexpectedToken

from trialproof.model.complaint import explain, offer_bracketings
from trialproof.model.condition import Relation, Tally
from trialproof.model.exact import parse_exact
from trialproof.model.syntax import (
    OPERATORS,
    RELATIONS,
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

Child: TypeAlias = Union[Token, Expression]

_DIRECTIONS = ({Relation.LT, Relation.LE}, {Relation.GT, Relation.GE}, {Relation.EQ})
_TALLIES = {"AT_LEAST": Tally.AT_LEAST, "AT_MOST": Tally.AT_MOST, "EXACTLY": Tally.EXACTLY}


def read(text: str) -> Expression:
    """Return the tree of a text; Mistake if there is none."""
    try:
        return cast("Expression", _lark().parse(text))  # the builder's nodes take the place of Lark's own
    except UnexpectedInput as unexpected:
        at = _position(text, unexpected)
        raise explain(text, at, _accepted(text[:at])) from None
    except _Mixed as mixed:
        raise offer_bracketings(text, mixed.operands, mixed.connectives) from None


@cache
def pattern(terminal: str) -> re.Pattern[str]:
    """Return what a terminal of the grammar matches, for texts that use parts of the language."""
    return re.compile(_lark().get_terminal(terminal).pattern.to_regexp())


@cache
def _lark() -> Lark:
    grammar = files("trialproof.model").joinpath("condition.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", keep_all_tokens=True, transformer=_Builder())


def _position(text: str, unexpected: UnexpectedInput) -> int:
    if isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "$END":
        return len(text.rstrip())
    at: Any = unexpected.pos_in_stream
    return int(at)


def _accepted(before: str) -> set[str]:
    """Return the terminals that can follow a text; Lark's own list is taken after it has closed what it could."""
    parser: Any = _lark().parse_interactive(before)
    with suppress(UnexpectedInput):  # the last word, cut off from what follows it, may be another
        parser.exhaust_lexer()
    return set(parser.accepts())


class _Mixed(Exception):
    """Connectives without the brackets that would say how to read them."""

    def __init__(self, operands: Sequence[tuple[int, int]], connectives: Sequence[Token]) -> None:
        super().__init__()
        self.operands = operands
        self.connectives = connectives


class _Builder(Transformer[Token, Expression]):
    """One method for each alias of the grammar; every child is a token or a finished node."""

    def start(self, children: list[Child]) -> Expression:
        return _nodes(children)[0]

    def bracketed(self, children: list[Child]) -> Expression:
        start, end = _span(children)
        return replace(_nodes(children)[0], start=start, end=end)

    def name(self, children: list[Child]) -> Expression:
        (token,) = _tokens(children)
        if token in OPERATORS:
            raise Mistake(f"expected a name, found `{token}`", *_span(children), help="this word has another use here")
        return Name(str(token), *_span(children))

    def amount(self, children: list[Child]) -> Expression:
        number, *units = _tokens(children)
        return Amount(_exact(number), _piece(units[0]) if units else None, *_span(children))

    def negative(self, children: list[Child]) -> Expression:
        return Negative(_nodes(children)[0], *_span(children))

    def calculation(self, children: list[Child]) -> Expression:
        return Calculation(_nodes(children), tuple(map(str, _tokens(children))), *_span(children))

    def call(self, children: list[Child]) -> Expression:
        return Call(str(children[0]), _nodes(children), *_span(children))

    def measured_in(self, children: list[Child]) -> Expression:
        return MeasuredIn(_nodes(children)[0], _piece(_tokens(children)[-1]), *_span(children))

    def comparison(self, children: list[Child]) -> Expression:
        relations = tuple(RELATIONS[token] for token in _tokens(children))
        start, end = _span(children)
        if len(relations) > 1 and not any(direction.issuperset(relations) for direction in _DIRECTIONS):
            raise Mistake(
                "a chain of comparisons goes in one direction", start, end,
                help="join two comparisons with `and`, as in `a < b and b > c`",
            )
        return Comparison(_nodes(children), relations, start, end)

    def between(self, children: list[Child]) -> Expression:
        operand, low, high = _nodes(children)
        return Between(operand, low, high, *_span(children))

    def belongs(self, children: list[Child]) -> Expression:
        tokens = _tokens(children)
        negated = any(token.type in ("NOT", "NONE_OF") for token in tokens)
        categories = tuple(_piece(token) for token in tokens if token.type in ("WORD", "STRING"))
        return Belongs(_nodes(children)[0], categories, negated, *_span(children))

    def is_known(self, children: list[Child]) -> Expression:
        *_, word = _tokens(children)
        negations = sum(token.type in ("NOT", "UNKNOWN") for token in _tokens(children))
        return IsKnown(_nodes(children)[0], str(word), negations == 1, *_span(children))

    def negation(self, children: list[Child]) -> Expression:
        return Negation(_nodes(children)[0], *_span(children))

    def connection(self, children: list[Child]) -> Expression:
        connectives, operands = _tokens(children), _nodes(children)
        kinds = {token.type for token in connectives}
        if len(kinds) > 1 or ("XOR" in kinds and len(connectives) > 1):
            raise _Mixed([(each.start, each.end) for each in operands], connectives)
        return Connection(str(connectives[0]), operands, *_span(children))

    def implication(self, children: list[Child]) -> Expression:
        premise, conclusion = _nodes(children)
        return Implication(premise, conclusion, *_span(children))

    def tallied(self, children: list[Child]) -> Expression:
        tally, number, *_ = _tokens(children)
        if not number.isdigit():
            raise Mistake(f"expected a whole number, found `{number}`", *_span([number]))
        return Tallied(_TALLIES[tally.type], int(_exact(number)), _nodes(children), *_span(children))


def _tokens(children: list[Child]) -> list[Token]:
    return [child for child in children if isinstance(child, Token)]


def _nodes(children: list[Child]) -> tuple[Expression, ...]:
    return tuple(child for child in children if not isinstance(child, Token))


def _span(children: list[Child]) -> tuple[int, int]:
    first, last = children[0], children[-1]
    start = first.start_pos if isinstance(first, Token) else first.start
    end = last.end_pos if isinstance(last, Token) else last.end
    assert start is not None  # noqa: S101 - Lark sets the offsets of every token that it reads
    assert end is not None  # noqa: S101
    return start, end


def _piece(token: Token) -> Piece:
    quoted = token.type == "STRING"
    return Piece(token[1:-1].replace('""', '"') if quoted else str(token), *_span([token]), quoted)


def _exact(number: Token) -> Fraction:
    start, end = _span([number])
    if re.match(r"0[0-9]", number):
        raise Mistake(
            f"`{number}` begins with a zero", start, end,
            help="write numbers without leading zeros and without commas between the thousands",
        )
    try:
        return parse_exact(number)
    except ValueError as error:
        raise Mistake(str(error), start, end) from None
