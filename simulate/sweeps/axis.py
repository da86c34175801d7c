"""One value of the scenario file that is varied, and the texts that it takes: `PATH=1,2,3`, `80:160:40`, `55..65`.

A text stands in the file in the place of the value that is there, unit and all. What it may say is for the file to
know, not for the axis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10

from trialproof.model.exact import parse_exact, plain
from trialproof.model.place import BadInput, Place

MOST = 10_000
"""No axis has more values."""
DIGITS = 6
"""A value between two ends is told from its neighbours by so many digits of their distance."""
HOW = (
    "write the values with commas, `accrual.target=80,120`; from, to and step, `accrual.target=80:160:40`;\n"
    "or two ends, to draw between them, `treatment.fractions.no_show.probability=0..5%`"
)
BRACKETS = {"[": "]", "{": "}"}

_NUMBER = re.compile(r"\s*([+-]?[0-9.]*[0-9][0-9./]*)\s*((?:%|[A-Za-zµ*^].*?)?)\s*")


@dataclass(frozen=True, slots=True)
class Axis:
    """A value by its path in the file (`departments.beijing.linacs.machines`), and what it is to be.

    One of `values` in turn; or, without these, any number between the two `ends`, in `unit`.
    """

    path: str
    values: tuple[str, ...] = ()
    ends: tuple[Fraction, Fraction] | None = None
    unit: str = ""

    def at(self, share: float) -> str:
        """Return the value that lies so far along, from 0 to less than 1; each of `values` has an equal part."""
        if self.ends is None:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        low, high = self.ends
        digits = DIGITS - 1 - floor(log10(high - low))
        exact = round(low + (high - low) * Fraction(share), max(0, digits))
        return join(exact, self.unit)


def read_axis(text: str, option: str = "--vary") -> Axis:
    """Read an axis from `PATH=VALUES`. Raises `BadInput`, which names the option."""
    place = Place(f"{option} {text}")
    path, equals, said = (part.strip() for part in text.partition("="))
    if not equals or not path or not said:
        raise BadInput("this does not say what is varied, and how", place, help=HOW)
    if ".." in said and (ends := _ends(said, place)) is not None:
        return Axis(path, ends=ends[:2], unit=ends[2])
    values = tuple(value for part in split(said) for value in _steps(part, place))
    if not all(values):
        raise BadInput("a value is missing", place, help=HOW)
    again = next((value for at, value in enumerate(values) if value in values[:at]), None)
    if again is not None:
        raise BadInput(f"`{again}` stands there twice", place)
    return Axis(path, values)


def check_apart(axes: Sequence[Axis]) -> None:
    """Raise `BadInput` where a value is varied twice."""
    paths = [axis.path for axis in axes]
    for at, path in enumerate(paths):
        if path in paths[:at]:
            raise BadInput(f"`{path}` is varied twice", Place(f"--vary {path}"))


def split(text: str) -> Iterator[str]:
    """Yield what stands between commas; within brackets or quotes a comma does not count."""
    depth, start, quote = 0, 0, ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in BRACKETS:
            depth += 1
        elif character in BRACKETS.values():
            depth -= 1
        elif character == "," and depth <= 0:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def join(number: Fraction, unit: str) -> str:
    """Return a number with its unit as a file has it."""
    gap = "" if unit in ("", "%") else " "
    return f"{plain(number)}{gap}{unit}"


def _ends(text: str, place: Place) -> tuple[Fraction, Fraction, str] | None:
    parts = [_number(part) for part in text.split("..")]
    if len(parts) != 2 or None in parts:
        return None
    (low, one), (high, other) = parts  # type: ignore[misc]
    if low >= high:
        raise BadInput("the first end is to be below the second", place)
    return low, high, _one_unit((one, other), place)


def _steps(text: str, place: Place) -> Iterator[str]:
    """Yield the values from one to another by a step; the text itself if it does not say these."""
    parts = [_number(part) for part in text.split(":")]
    if len(parts) != 3 or None in parts:
        yield text
        return
    (first, one), (last, other), (step, third) = parts  # type: ignore[misc]
    unit = _one_unit((one, other, third), place)
    if not step or (last - first) / step < 0:
        raise BadInput("the step does not lead from the first value to the last", place, help=HOW)
    if (last - first) / step >= MOST:
        raise BadInput(f"more than {MOST:,} values", place)
    for count in range(floor((last - first) / step) + 1):
        yield join(first + count * step, unit)


def _number(text: str) -> tuple[Fraction, str] | None:
    """Read a number with its unit; None for anything else."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    try:
        return parse_exact(found[1]), found[2]
    except ValueError:
        return None


def _one_unit(units: Sequence[str], place: Place) -> str:
    named = {unit for unit in units if unit}
    if len(named) > 1:
        raise BadInput(f"these have several units: {', '.join(f'`{unit}`' for unit in sorted(named))}", place)
    return next(iter(named), "")
