"""Distributions of a scenario file: each checked for sense, within what the number can be, and said in words.

Bounds and parameters are exact until the distribution is complete. A distribution that would reach beyond the lowest
or highest possible value is taken to be conditional on lying within them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.document import show
from trialproof.model.exact import plain
from trialproof.model.place import BadInput
from trialproof.model.source import DataPath
from trialproof.simulate.scenario.amounts import (
    LONGEST,
    read_minutes,
    read_number,
    read_share,
    say_minutes,
    say_share,
)
from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Empirical,
    Exponential,
    Family,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)
from trialproof.simulate.scenario.mass import mass, natural
from trialproof.simulate.scenario.observed import read_column
from trialproof.simulate.scenario.reader import Reader
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY
from trialproof.simulate.scenario.shape_value import FAMILIES, SpreadKeys

LEAST_MASS = 1e-6
"""A distribution of which less lies between its bounds is refused: its far tail says nothing."""
MOST_MASS = 0.999
"""Where less lies within what a number can be, the words say that the rest is cut off."""
LARGEST_SIGMA, SMALLEST_SHAPE, LARGEST_SHAPE = Fraction(5), Fraction(1, 100), Fraction(10**6)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a kind of number is written: how it is read and said, and between which values it lies."""

    read: Callable[[DataPath, str], Fraction]
    say: Callable[[Fraction], str]
    lowest: Fraction
    highest: Fraction

    @property
    def range(self) -> str:
        """Both values in words."""
        return f"{self.say(self.lowest)} and {self.say(self.highest)}"


@dataclass(frozen=True, slots=True)
class Spreading:
    """A distribution with what it says in words."""

    distribution: Distribution
    says: str


def minutes(reader: Reader, *, least: int = 0, most: int = LONGEST * MINUTES_A_DAY) -> Measure:
    """Return how lengths of time are written, in minutes."""
    return Measure(
        lambda path, text: read_minutes(reader.source, path, text), say_minutes, Fraction(least), Fraction(most)
    )


def shares(reader: Reader) -> Measure:
    """Return how shares are written."""
    return Measure(
        lambda path, text: read_share(reader.source, path, text, "a share"), say_share, Fraction(0), Fraction(1)
    )


def read_spread(reader: Reader, path: DataPath, part: SpreadKeys, measure: Measure) -> Spreading:
    """Return the distribution that stands at a path. Raises `BadInput`."""
    return _SpreadReader(reader, path, part, measure).spread()


def support(distribution: Distribution) -> tuple[float, float]:
    """Return the smallest and the largest value that a distribution can take."""
    low, high = natural(distribution.family)
    lower, upper = distribution.lower, distribution.upper
    return (low if lower is None else max(low, lower)), (high if upper is None else min(high, upper))


def read_shares(reader: Reader, path: DataPath, given: Mapping[str, str]) -> dict[str, Fraction]:
    """Return shares by name; they sum to one, exactly. Raises `BadInput`."""
    found = {name: read_share(reader.source, (*path, name), text, "a share") for name, text in given.items()}
    total = sum(found.values(), Fraction(0))
    if total != 1:
        raise reader.problem(f"the shares sum to {say_share(total)}, not to 100%", path, at_key=True)
    return found


class _SpreadReader:
    """Reads one distribution."""

    def __init__(self, reader: Reader, path: DataPath, part: SpreadKeys, measure: Measure) -> None:
        self._reader = reader
        self._path = path
        self._part = part
        self._measure = measure

    def spread(self) -> Spreading:
        """Return the distribution."""
        key = next(key for key in FAMILIES if getattr(self._part, key) is not None)
        family, says = self._family(key)
        low, high = natural(family)
        lowest, highest = float(self._measure.lowest), float(self._measure.highest)
        distribution = Distribution(family, lowest if low < lowest else None, highest if high > highest else None)
        between, where = self._measure.range, key
        if self._part.between is not None:
            lower, upper = self._bounds(key)
            distribution = Distribution(family, float(lower), float(upper))
            between, where = f"{self._say('between', 0)} and {self._say('between', 1)}", "between"
            says = f"{says}, between {between}"
        kept = mass(distribution)
        if kept < LEAST_MASS:
            raise self._problem(f"hardly anything of this distribution lies between {between}", where, at_key=True)
        if self._part.between is None and kept < MOST_MASS:
            says = f"{says}, kept between {between}"
        return Spreading(distribution, says)

    def _family(self, key: str) -> tuple[Family, str]:
        """Return the family that a key gives, in words too."""
        say = self._say
        match key:
            case "fixed":
                return Fixed(float(self._within(key))), say(key)
            case "uniform":
                low, high = self._within(key, 0), self._above(key, 1)
                return Uniform(float(low), float(high)), f"uniform from {say(key, 0)} to {say(key, 1)}"
            case "triangular":
                low, mode = self._within(key, 0), self._above(key, 1, or_equal=True)
                high = self._above(key, 2, or_equal=low < mode)
                said = f"triangular from {say(key, 0)} over {say(key, 1)} to {say(key, 2)}"
                return Triangular(float(low), float(mode), float(high)), said
            case "normal":
                mean, sd = self._value(key, "mean"), self._positive(key, "sd")
                said = f"normal with mean {say(key, 'mean')} and standard deviation {say(key, 'sd')}"
                return Normal(float(mean), float(sd)), said
            case "lognormal":
                median, sigma = self._positive(key, "median"), self._plain(key, "sigma", Fraction(0), LARGEST_SIGMA)
                said = f"lognormal with median {say(key, 'median')} and sigma {plain(sigma)}"
                return Lognormal(float(median), float(sigma)), said
            case "gamma":
                shape, mean = self._shape(key, "shape"), self._positive(key, "mean")
                return Gamma(float(shape), float(mean)), f"gamma with shape {plain(shape)} and mean {say(key, 'mean')}"
            case "exponential":
                mean = self._positive(key, "mean")
                return Exponential(float(mean)), f"exponential with mean {say(key, 'mean')}"
            case "beta":
                a, b = self._shape(key, "a"), self._shape(key, "b")
                low, high = self._within(key, "over", 0), self._above(key, "over", 1)
                said = f"beta with shapes {plain(a)} and {plain(b)} from {say(key, 'over', 0)} to {say(key, 'over', 1)}"
                return Beta(float(a), float(b), float(low), float(high)), said
            case "values":
                found = self._values()
                said = ", ".join(f"{self._measure.say(value)} ({say_share(found[value])})" for value in found)
                return _empirical(found), said
            case _:
                found, count = self._observed()
                low, high = min(found), max(found)
                said = f"one of {count} values observed, from {self._measure.say(low)} to {self._measure.say(high)}"
                return _empirical(found), said

    def _values(self) -> dict[Fraction, Fraction]:
        """Return single values with their shares."""
        path = (*self._path, "values")
        found: dict[Fraction, Fraction] = {}
        for text, share in read_shares(self._reader, path, self._part.values or {}).items():
            where = (*path, text)
            try:
                value = self._measure.read(where, text)
            except BadInput as problem:
                raise self._reader.problem(problem.message, where, problem.help, at_key=True) from None
            self._refuse_beyond(where, value, at_key=True)
            if value in found:
                raise self._reader.problem(f"{self._measure.say(value)} is listed twice", where, at_key=True)
            found[value] = share
        return found

    def _observed(self) -> tuple[dict[Fraction, Fraction], int]:
        """Return the values of a column with their shares, and how many cells there are."""
        assert self._part.empirical is not None  # noqa: S101 - the last of the families
        path = (*self._path, "empirical")
        column = read_column(self._reader.source, path, self._part.empirical)
        counts: dict[Fraction, int] = {}
        for cell in column.cells:
            try:
                value = self._measure.read((*path, "column"), cell.text)
                self._refuse_beyond((*path, "column"), value)
            except BadInput as problem:
                raise column.origin.problem(cell, problem.message, problem.help) from None
            counts[value] = counts.get(value, 0) + 1
        total = len(column.cells)
        return {value: Fraction(count, total) for value, count in counts.items()}, total

    def _bounds(self, key: str) -> tuple[Fraction, Fraction]:
        """Return the bounds that are given."""
        if key in ("fixed", "values", "empirical"):
            raise self._problem(f"`between` and `{key}` do not go together", "between", at_key=True)
        return self._within("between", 0), self._above("between", 1)

    def _text(self, *keys: str | int) -> str:
        found: object = self._part
        for key in keys:
            found = found[key] if isinstance(found, list) and isinstance(key, int) else getattr(found, str(key))
        return str(found)

    def _say(self, *keys: str | int) -> str:
        """Return a value as the file has it, with its unit."""
        text = self._text(*keys).strip()
        return text if text.strip("+-./0123456789eE") else self._measure.say(self._value(*keys))

    def _value(self, *keys: str | int) -> Fraction:
        return self._measure.read((*self._path, *keys), self._text(*keys))

    def _within(self, *keys: str | int) -> Fraction:
        """Return a value that the number can have."""
        value = self._value(*keys)
        self._refuse_beyond((*self._path, *keys), value)
        return value

    def _above(self, *keys: str | int, or_equal: bool = False) -> Fraction:
        """Return a value of a list that lies above the one before it."""
        value, at = self._within(*keys), keys[-1]
        before = self._value(*keys[:-1], int(at) - 1)
        if value < before or (value == before and not or_equal):
            said = f"{self._measure.say(value)} is not above {self._measure.say(before)}, which stands before it"
            raise self._problem(said, *keys)
        return value

    def _positive(self, *keys: str) -> Fraction:
        value = self._value(*keys)
        if value <= 0:
            raise self._problem(f"`{keys[-1]}` is {show(self._text(*keys).strip())}, which is not above zero", *keys)
        return value

    def _plain(self, family: str, key: str, least: Fraction, most: Fraction) -> Fraction:
        """Return a plain number above `least` and up to `most`."""
        value = read_number(self._reader.source, (*self._path, family, key), self._text(family, key))
        if not least < value <= most:
            said = f"`{key}` is {show(plain(value))}, expected a number above {plain(least)} and up to {plain(most)}"
            raise self._problem(said, family, key)
        return value

    def _shape(self, family: str, key: str) -> Fraction:
        return self._plain(family, key, SMALLEST_SHAPE, LARGEST_SHAPE)

    def _refuse_beyond(self, path: DataPath, value: Fraction, *, at_key: bool = False) -> None:
        if not self._measure.lowest <= value <= self._measure.highest:
            said = f"{self._measure.say(value)} does not lie between {self._measure.range}"
            raise self._reader.problem(said, path, at_key=at_key)

    def _problem(self, message: str, *keys: str | int, at_key: bool = False) -> BadInput:
        return self._reader.problem(message, (*self._path, *keys), at_key=at_key)


def _empirical(found: Mapping[Fraction, Fraction]) -> Empirical:
    values = sorted(found)
    return Empirical(tuple(map(float, values)), tuple(float(found[value]) for value in values))
