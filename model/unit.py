"""Units of measurement: a small table of what trial protocols use, exact, in UCUM's spelling and in plain words.

A base is itself a unit of the table, of factor 1, and a dimension is a product of powers of bases. What must never
convert silently has a base of its own: months beside days (only a stated calendar turns one into the other), percent
beside plain numbers, the upper and lower limit of normal, U beside IU, Gy beside Sv, milliequivalents beside moles,
and the body surface of 1.73 m2 that a kidney function is stated for. A litre is 1000 cm3. Temperature is a base and
converts into nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.exact import in_backticks, plain


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, as a reader wants it, and what it is.

    `dimension` lists base and power, sorted, without zero powers. `factor` is one of this unit in those bases. `text`
    is empty for a plain number; `parse_unit(text)` gives the unit back, up to ninth powers and 60 characters.
    """

    text: str
    dimension: tuple[tuple[str, int], ...]
    factor: Fraction


PLAIN = Unit("", (), Fraction(1))


class UnknownUnit(ValueError):
    """A text that names no unit: the message is one sentence, `suggestion` the text that was probably meant."""

    def __init__(self, message: str, *, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


# Symbol as shown, other spellings, base, power of it, one of the unit in that power of the base. Factors are those of
# the SI and of UCUM 2.1; the millimetre of mercury is the conventional 133.322387415 Pa, the calorie 4.184 J.
_TABLE = (
    ("ms", "msec millisecond milliseconds", "d", 1, "1/86400000"),
    ("s", "sec second seconds", "d", 1, "1/86400"),
    ("min", "mins minute minutes", "d", 1, "1/1440"),
    ("h", "hr hrs hour hours", "d", 1, "1/24"),
    ("d", "day days", "d", 1, "1"),
    ("wk", "wks week weeks", "d", 1, "7"),
    ("mo", "mos month months", "mo", 1, "1"),
    ("a", "yr yrs year years", "mo", 1, "12"),
    ("um", "micrometre micrometres micrometer micrometers", "cm", 1, "1/10000"),
    ("mm", "millimetre millimetres millimeter millimeters", "cm", 1, "1/10"),
    ("cm", "centimetre centimetres centimeter centimeters", "cm", 1, "1"),
    ("m", "metre metres meter meters", "cm", 1, "100"),
    ("fL", "fl", "cm", 3, "1/1000000000000"),
    ("uL", "ul microlitre microlitres microliter microliters", "cm", 3, "1/1000"),
    ("mL", "ml cc millilitre millilitres milliliter milliliters", "cm", 3, "1"),
    ("dL", "dl decilitre decilitres deciliter deciliters", "cm", 3, "100"),
    ("L", "l litre litres liter liters", "cm", 3, "1000"),
    ("pg", "picogram picograms", "g", 1, "1/1000000000000"),
    ("ng", "nanogram nanograms", "g", 1, "1/1000000000"),
    ("ug", "mcg microgram micrograms", "g", 1, "1/1000000"),
    ("mg", "milligram milligrams", "g", 1, "1/1000"),
    ("g", "gram grams", "g", 1, "1"),
    ("kg", "kilogram kilograms", "g", 1, "1000"),
    ("pmol", "", "mol", 1, "1/1000000000000"),
    ("nmol", "", "mol", 1, "1/1000000000"),
    ("umol", "", "mol", 1, "1/1000000"),
    ("mmol", "", "mol", 1, "1/1000"),
    ("mol", "mole moles", "mol", 1, "1"),
    ("mEq", "meq", "mEq", 1, "1"),
    ("U", "", "U", 1, "1"),
    ("kU", "", "U", 1, "1000"),
    ("uIU", "u[iU] u[IU]", "IU", 1, "1/1000000"),
    ("mIU", "m[iU] m[IU]", "IU", 1, "1/1000"),
    ("IU", "[iU] [IU]", "IU", 1, "1"),
    ("mmHg", "mm[Hg]", "kPa", 1, "0.133322387415"),
    ("kPa", "", "kPa", 1, "1"),
    ("cGy", "centigray", "Gy", 1, "1/100"),
    ("Gy", "gray grays", "Gy", 1, "1"),
    ("mSv", "millisievert millisieverts", "Sv", 1, "1/1000"),
    ("Sv", "sievert sieverts", "Sv", 1, "1"),
    ("MBq", "", "MBq", 1, "1"),
    ("GBq", "", "MBq", 1, "1000"),
    ("kJ", "", "kJ", 1, "1"),
    ("kcal", "", "kJ", 1, "4.184"),
    ("°C", "Cel degC celsius Celsius", "°C", 1, "1"),
    ("%", "percent", "%", 1, "1"),
    ("ULN", "xULN", "ULN", 1, "1"),
    ("LLN", "xLLN", "LLN", 1, "1"),
    ("1.73m2", "1.73_m2 1.73m^2 {1.73_m2} {1.73m2}", "1.73m2", 1, "1"),
    ("cells", "cell {cells}", "cells", 0, "1"),
)
_TEN = "10"
SPELLINGS: Mapping[str, str] = {
    spelling: symbol for symbol, others, *_ in _TABLE for spelling in (symbol, *others.split())
}
"""Every spelling of a unit without powers or prefixes, and the symbol that it is shown as."""
_MEANING: Mapping[str, tuple[str, int, Fraction]] = {_TEN: (_TEN, 0, Fraction(10))} | {
    symbol: (base, power, Fraction(factor)) for symbol, _, base, power, factor in _TABLE
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "s": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "d": ("day", "days"),
    "wk": ("week", "weeks"),
    "mo": ("month", "months"),
    "a": ("year", "years"),
}
_PLURAL: Mapping[str, str] = dict(_WORDS.values())

_LONGEST_TEXT = 60
_LARGEST_POWER, _LARGEST_POWER_OF_TEN = 9, 99
_TOKEN = re.compile(r"([./]?)((?:\{[^{}]*\}|1\.73|[^./{}])+)")
_POWER_OF_TEN = re.compile(r"x?10[*^](-?[1-9][0-9]*)")
_GARBLED_POWER_OF_TEN = re.compile(r"x?(?:10|1?[eE])([1-9][0-9]?)")
_POWER = re.compile(r"(.+?)(\^?)(-?[1-9][0-9]*)")
_SUPERSCRIPTS = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_KEYBOARD = str.maketrans(_SUPERSCRIPTS, "-0123456789") | {
    ord("\N{MICRO SIGN}"): "u",
    ord("\N{GREEK SMALL LETTER MU}"): "u",
    ord("\N{MULTIPLICATION SIGN}"): "x",
    ord("\N{MIDDLE DOT}"): ".",
}


def parse_unit(text: str) -> Unit:
    """Return the unit that a text names; the empty text and `1` name the plain number.

    Products are written with `.`, quotients with `/`, powers as `m2`, `m^2` or `m²`, powers of ten as `10*9`, `10^9`
    or `10⁹`. Case matters, as it does in UCUM.

    Raises:
        UnknownUnit: the text names no unit of the table, or can be read in two ways.
    """
    if len(text) > _LONGEST_TEXT:
        raise UnknownUnit(f"a unit of {len(text)} characters is too long, at most {_LONGEST_TEXT} are read")
    powers = _powers(text)
    dimension: dict[str, int] = {}
    factor = Fraction(1)
    for symbol, power in powers.items():
        if abs(power) > (_LARGEST_POWER_OF_TEN if symbol == _TEN else _LARGEST_POWER):
            raise UnknownUnit(f"{in_backticks(text)} is not a unit")
        base, base_power, one = _MEANING[symbol]
        dimension[base] = dimension.get(base, 0) + base_power * power
        factor *= one**power
    return Unit(_text(powers), _sorted(dimension), factor)


def ratio(unit: Unit, other: Unit) -> Fraction | None:
    """Return how many `other` one `unit` is, or None where the dimensions differ."""
    return unit.factor / other.factor if unit.dimension == other.dimension else None


def times(left: Unit, right: Unit) -> Unit:
    """Return the unit of a product; equal names cancel (`mg/kg` times `kg` is `mg`), others stay as they are."""
    return _combine(left, right, 1)


def over(left: Unit, right: Unit) -> Unit:
    """Return the unit of a quotient; equal names cancel, others stay as they are (`cm/mm`, of factor 10)."""
    return _combine(left, right, -1)


def say_amount(value: Fraction, unit: Unit) -> str:
    """Say a number with its unit: `5 cm`, `1 month`, `16 months`, `50%`, `1500/uL`, `80`."""
    number = plain(value)
    name = unit.text if value == 1 else _PLURAL.get(unit.text, unit.text)
    close = not name or name[0] == "%" or (name[0] == "/" and name[1].isalpha() and "/" not in number)
    return f"{number}{name}" if close else f"{number} {name}"


def _combine(left: Unit, right: Unit, sign: int) -> Unit:
    powers, dimension = _powers(left.text), dict(left.dimension)
    for symbol, power in _powers(right.text).items():
        powers[symbol] = powers.get(symbol, 0) + sign * power
    for base, power in right.dimension:
        dimension[base] = dimension.get(base, 0) + sign * power
    return Unit(_text(powers), _sorted(dimension), left.factor * right.factor**sign)


def _sorted(dimension: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((base, power) for base, power in dimension.items() if power))


def _text(powers: Mapping[str, int]) -> str:
    above = [_raised(symbol, power) for symbol, power in powers.items() if power > 0 or (power and symbol == _TEN)]
    below = [_raised(symbol, -power) for symbol, power in powers.items() if power < 0 and symbol != _TEN]
    if len(above) == 1 and not below and above[0] in _WORDS:
        return _WORDS[above[0]][0]
    return ".".join(above) + "".join(f"/{each}" for each in below)


def _raised(symbol: str, power: int) -> str:
    if symbol == _TEN:
        return f"{_TEN}*{power}"
    if power == 1:
        return symbol
    return f"{symbol}^{power}" if symbol[-1].isdigit() else f"{symbol}{power}"


def _powers(text: str) -> dict[str, int]:
    """Return the symbols that a unit's text names and their powers, in the order of the text."""
    tokens = _tokens(text)
    powers: dict[str, int] = {}
    divided = False
    for operator, piece in tokens:
        found = _symbol(piece)
        if found is None:
            raise _unknown(text, piece, tokens)
        if operator == "." and divided:
            raise _ambiguous(text, tokens)
        divided = divided or operator == "/"
        symbol, power = found
        powers[symbol] = powers.get(symbol, 0) + (-power if operator == "/" else power)
    return powers


def _tokens(text: str) -> list[tuple[str, str]]:
    """Split a unit's text into pieces, each with the operator before it; the plain number has none."""
    tidy = re.sub(f"(?<=[A-Za-z0-9])(?=[{_SUPERSCRIPTS}])", "^", text.strip()).translate(_KEYBOARD)
    tidy = re.sub(r"^x +", "x", tidy.replace("1.73 m", "1.73m"))
    tidy = re.sub(r" *([./]) *", r"\1", re.sub(r" +per +", "/", tidy))
    tokens = _TOKEN.findall(tidy)
    if _joined(tokens) != tidy or tidy.startswith("."):
        raise UnknownUnit(f"{in_backticks(text)} is not a unit")
    return tokens[1:] if tokens and tokens[0] == ("", "1") else tokens


def _symbol(piece: str) -> tuple[str, int] | None:
    """Return the symbol and the power that one piece of a unit's text stands for, or None."""
    if ten := _POWER_OF_TEN.fullmatch(piece):
        return _TEN, int(ten[1])
    if piece in SPELLINGS:
        return SPELLINGS[piece], 1
    raised = _POWER.fullmatch(piece)
    if raised and raised[1] in SPELLINGS:
        return SPELLINGS[raised[1]], int(raised[3])
    return None


def _unknown(text: str, piece: str, tokens: list[tuple[str, str]]) -> UnknownUnit:
    what = in_backticks(text) if len(tokens) == 1 else f"{in_backticks(piece)} in {in_backticks(text)}"
    meant = [(operator, each if _symbol(each) else _nearest(each)) for operator, each in tokens]
    certain = [(operator, each) for operator, each in meant if each is not None]
    suggestion = _readable(_joined(certain)) if len(certain) == len(meant) else None
    return UnknownUnit(f"{what} is not a unit", suggestion=suggestion)


def _ambiguous(text: str, tokens: list[tuple[str, str]]) -> UnknownUnit:
    """Refuse `mg/kg.d`: UCUM reads (mg/kg).d, and who wrote it mostly meant mg/kg/d."""
    first = [operator for operator, _ in tokens].index("/")
    meant = _joined([("/" if at >= first else operator, piece) for at, (operator, piece) in enumerate(tokens)])
    return UnknownUnit(f"{in_backticks(text)} can be read in two ways", suggestion=_readable(meant))


def _readable(suggestion: str) -> str | None:
    """Return a suggestion that is itself a unit: this one, or what its own refusal suggests."""
    try:
        parse_unit(suggestion)
    except UnknownUnit as refusal:
        return refusal.suggestion
    return suggestion


def _joined(tokens: list[tuple[str, str]]) -> str:
    return "".join(operator + piece for operator, piece in tokens)


def _nearest(piece: str) -> str | None:
    """Return what was probably meant by a piece that is no unit: other case, a lost superscript, a slip of the pen."""
    if garbled := _GARBLED_POWER_OF_TEN.fullmatch(piece):
        return f"{_TEN}*{garbled[1]}"
    raised = _POWER.fullmatch(piece)
    for name, power in ((piece, ""), (raised[1], raised[2] + raised[3]) if raised else (piece, "")):
        for spelling in SPELLINGS:
            if spelling.lower() == name.lower():
                return spelling + power
    words = [spelling for spelling in SPELLINGS if len(spelling) > 3]
    return next(iter(difflib.get_close_matches(piece.lower(), words, n=1, cutoff=0.8)), None)
