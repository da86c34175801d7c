"""Reads an SMT-LIB 2 file of ours back, and works out what it says of one patient: exactly, and without a solver.

Only what `verify.certify.script` writes is read: anything else, such as a command that would make a solver write a
file, is refused. So a file from somebody else can be handed on to a solver once it was read here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import TypeAlias, Union

from trialproof.model.place import BadInput, Place

Expression: TypeAlias = Union[str, "tuple[Expression, ...]"]
Amount: TypeAlias = Union[Fraction, bool]

TOKEN = re.compile(r"\s+|;[^\n]*|(?P<token>[()]|\|[^|\\]*\||[^\s()|;\"\\]+)")
CONSTANT = re.compile(r"[0-9]+(?:\.0)?")
SORTS = {"Bool", "Int", "Real"}
ANSWERS = {"sat", "unsat"}

COMPARE: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A file: the expected answer, the sort of each variable, the definitions in their order, the assertions."""

    file: str
    expected: str
    variables: Mapping[str, str]
    definitions: Mapping[str, Expression]
    assertions: tuple[Expression, ...]

    def says(self, values: Mapping[str, Amount]) -> tuple[bool, ...]:
        """Return which assertions are true of these values of the variables, in their order. Raises `BadInput`."""
        known = {"true": True, "false": False, **values}
        try:
            for name, body in self.definitions.items():
                known[name] = _worth(body, known)
            return tuple(_truth(each, known) for each in self.assertions)
        except (_Odd, RecursionError) as odd:
            raise _refusal(self.file, odd) from None


def read_script(text: str, file: str) -> Reading:
    """Return what a file says. Raises `BadInput` where `verify.certify.script` could not have written it."""
    try:
        return _read(_expressions(text), file)
    except (_Odd, RecursionError) as odd:
        raise _refusal(file, odd) from None


class _Odd(Exception):
    """What does not belong in a file of ours, in words."""


def _refusal(file: str, odd: Exception) -> BadInput:
    why = str(odd) if isinstance(odd, _Odd) else "its brackets nest too deeply"
    return BadInput(f"this is no file that `trialproof certify` writes: {why}", Place(file))


def _expressions(text: str) -> list[Expression]:
    """Return the expressions of a text."""
    levels: list[list[Expression]] = [[]]
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise _Odd(f"{text[at]!a} at character {at}")
        at = found.end()
        match found["token"]:
            case None:
                pass
            case "(":
                levels.append([])
            case ")" if len(levels) == 1:
                raise _Odd("a bracket is closed that was never opened")
            case ")":
                done = tuple(levels.pop())
                levels[-1].append(done)
            case token:
                levels[-1].append(token)
    if len(levels) > 1:
        raise _Odd("a bracket is never closed")
    return levels[0]


def _read(commands: Sequence[Expression], file: str) -> Reading:
    expected = ""
    variables: dict[str, str] = {}
    definitions: dict[str, Expression] = {}
    assertions: list[Expression] = []
    if not commands or commands[-1] != ("check-sat",):
        raise _Odd("its last command does not ask for an answer")
    for command in commands[:-1]:
        match command:
            case ("set-info", ":smt-lib-version", "2.6") | ("set-logic", "QF_LIRA" | "QF_NIRA"):
                pass
            case ("set-info", ":status", ("sat" | "unsat") as status) if not expected:
                expected = status
            case ("declare-fun", str(name), (), str(sort)) if sort in SORTS:
                _refuse_twice(name, variables, definitions)
                variables[name] = sort
            case ("define-fun", str(name), (), str(sort), body) if sort in SORTS:
                _refuse_twice(name, variables, definitions)
                definitions[name] = body
            case ("assert", body):
                assertions.append(body)
            case _:
                raise _Odd(f"the command {_shown(command)}")
    if not expected:
        raise _Odd("it does not say which answer is expected")
    return Reading(file, expected, variables, definitions, tuple(assertions))


def _refuse_twice(name: str, *tables: Mapping[str, object]) -> None:
    if not name.startswith("|"):
        raise _Odd(f"the name {_shown(name)}")
    if any(name in table for table in tables):
        raise _Odd(f"{_shown(name)} is declared twice")


def _shown(part: Expression) -> str:
    return ascii(part)[:60]


def _worth(expression: Expression, known: Mapping[str, Amount]) -> Amount:
    match expression:
        case str(name) if name in known:
            return known[name]
        case str(text) if CONSTANT.fullmatch(text):
            return Fraction(text)
        case ("not", inner):
            return not _truth(inner, known)
        case ("and", *inner):
            return all(_truth(each, known) for each in inner)
        case ("or", *inner):
            return any(_truth(each, known) for each in inner)
        case ("=>", premise, conclusion):
            return not _truth(premise, known) or _truth(conclusion, known)
        case ("ite", condition, then, otherwise):
            return _worth(then if _truth(condition, known) else otherwise, known)
        case (str(relation), first, *rest) if relation in COMPARE and rest:
            numbers = [_number(each, known) for each in (first, *rest)]
            return all(COMPARE[relation](left, right) for left, right in pairwise(numbers))
        case (str(function), first, *rest):
            return _computed(function, _number(first, known), [_number(each, known) for each in rest])
        case _:
            raise _Odd(f"the expression {_shown(expression)}")


def _computed(function: str, first: Fraction, rest: Sequence[Fraction]) -> Fraction:
    match function, rest:
        case "-", []:
            return -first
        case "to_real", []:
            return first
        case "to_int", []:
            return Fraction(floor(first))
        case "+", _:
            return first + sum(rest)
        case "*", [second]:
            return first * second
        case "/", [second]:
            return first / second if second else Fraction(0)
        case _:
            raise _Odd(f"the function {_shown(function)}")


def _truth(expression: Expression, known: Mapping[str, Amount]) -> bool:
    found = _worth(expression, known)
    if not isinstance(found, bool):
        raise _Odd(f"{_shown(expression)} stands for a number where it should be true or false")
    return found


def _number(expression: Expression, known: Mapping[str, Amount]) -> Fraction:
    found = _worth(expression, known)
    if isinstance(found, bool):
        raise _Odd(f"{_shown(expression)} is true or false where a number should stand")
    return found
