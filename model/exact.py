"""Exact numbers as text: what a protocol writes is what is compared, digit for digit.

A number is a decimal (`5`, `-0.1`, `.5`, `1e3`) or a plain fraction (`1/12`), in the digits 0 to 9. No float stands
between the text and the value, and no text can ask for a number too large to hold.
"""

from __future__ import annotations

import re
from fractions import Fraction

LONGEST_TEXT = 100
LARGEST_EXPONENT = 50

_DECIMAL = re.compile(r"(?P<digits>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_QUOTIENT = re.compile(r"(?P<numerator>[+-]?[0-9]+)/(?P<denominator>[0-9]+)")


def parse_exact(text: str) -> Fraction:
    """Return the exact value of a number's text.

    Raises:
        ValueError: the text is longer than 100 characters, is not a number, has an exponent beyond 50, or divides
            by zero; its message is one sentence.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a number of {len(text)} characters is too long, at most {LONGEST_TEXT} are read")
    if quotient := _QUOTIENT.fullmatch(text):
        if not int(quotient["denominator"]):
            raise ValueError(f"{in_backticks(text)} divides by zero")
        return Fraction(int(quotient["numerator"]), int(quotient["denominator"]))
    if decimal := _DECIMAL.fullmatch(text):
        exponent = int(decimal["exponent"] or 0)
        if abs(exponent) > LARGEST_EXPONENT:
            raise ValueError(f"{in_backticks(text)} has an exponent beyond {LARGEST_EXPONENT}")
        return Fraction(decimal["digits"]) * Fraction(10) ** exponent
    raise ValueError(f"{in_backticks(text)} is not a number such as 5, 0.1, 1e3 or 1/12")


def in_backticks(text: str) -> str:
    """Return the text as a message shows it: on one line, whatever it holds."""
    return f"`{text if text.isprintable() else ascii(text)[1:-1]}`"


def plain(value: Fraction) -> str:
    """Return the exact decimal, without exponent or trailing zeros, or `a/b` in lowest terms where it never ends."""
    places = _decimal_places(value.denominator)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).zfill(places + 1)
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _decimal_places(denominator: int) -> int | None:
    """Return how many decimals a fraction in lowest terms needs, or None where no number of them is enough."""
    places = 0
    for prime in (2, 5):
        power = 0
        while denominator % prime == 0:
            denominator //= prime
            power += 1
        places = max(places, power)
    return places if denominator == 1 else None
