"""What a plan must achieve, `late_start_share < 10%` or `P(start_days_most > 42) < 0.05`, and whether it is certain.

Before the sign stands a figure, whose mean over trials is meant, or the probability that a trial's figure lies above or
below a value. A condition holds once the whole confidence interval is on the right side of the bound, fails once the
whole interval is on the wrong side, and is open until then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from trialproof.model.exact import parse_exact
from trialproof.model.place import BadInput, Place
from trialproof.simulate.results.intervals import Interval, student, wilson
from trialproof.simulate.results.metric import Column, Kind, Metric
from trialproof.simulate.results.metrics import METRICS
from trialproof.simulate.results.moments import Floats
from trialproof.simulate.results.precision import Goal, check_goals

HOW = (
    "write a figure, a sign and a bound: `late_start_share < 10%`;\n"
    "or how likely a trial is to exceed something: `P(start_days_most > 42) < 5%`"
)
_BOUND = r"\s*([<>])\s*([^<>=]+?)\s*"
_PLAIN = re.compile(rf"\s*([^<>=()]+?){_BOUND}")
_CHANCE = re.compile(rf"\s*P\(\s*([^<>=()]+?){_BOUND}\){_BOUND}")


BEYOND_ONE = {"linac_utilisation"}
"""Metrics without a unit that can be more than one: there is overtime."""


class Standing(Enum):
    """Whether a condition holds, as far as the replications tell."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure (or, with `above` or `below`, whether a trial's figure is so) whose mean is to lie under `bound`.

    With `at_least` it is to lie over it.
    """

    text: str
    figure: str
    bound: float
    at_least: bool
    above: float | None = None
    below: float | None = None

    @property
    def is_chance(self) -> bool:
        """Whether it is about the probability of something in a trial."""
        return self.above is not None or self.below is not None

    def numbers(self, values: Floats) -> Floats:
        """Return what is averaged, from the figures of replications."""
        if self.above is not None:
            return (values > self.above).astype(np.float64)
        if self.below is not None:
            return (values < self.below).astype(np.float64)
        return values


@dataclass(frozen=True, slots=True)
class Verdict:
    """What so many replications say of a condition: `n` gave a number, `absent` gave none.

    The interval has the level that was asked for; it is None where fewer than two replications gave a number.
    """

    condition: Condition
    n: int
    absent: int
    mean: float | None
    interval: Interval | None
    standing: Standing


def read_condition(text: str, option: str = "--so-that") -> Condition:
    """Read a condition. Raises `BadInput`, which names the option."""
    place = Place(f"{option} {text}")
    if found := _CHANCE.fullmatch(text):
        figure, inner, value, sign, bound = found.groups()
        limit = _number(value, place)
        above, below = (limit, None) if inner == ">" else (None, limit)
        return Condition(" ".join(text.split()), figure, _share(bound, place), sign == ">", above, below)
    if found := _PLAIN.fullmatch(text):
        figure, sign, bound = found.groups()
        return Condition(" ".join(text.split()), figure, _number(bound, place), sign == ">")
    raise BadInput("this is no condition", place, help=HOW)


def check_figure(condition: Condition, columns: Sequence[Column]) -> int:
    """Return the position of the figure of a condition. Raises `BadInput` where there is none of this name."""
    names = [column.name for column in columns]
    check_goals([Goal(condition.figure, 1.0)], names)
    at = names.index(condition.figure)
    _check_bound(condition, METRICS[columns[at].metric])
    return at


def _check_bound(condition: Condition, metric: Metric) -> None:
    """Raise `BadInput` for a bound of a mean that no replication could come to, or that is in another unit."""
    if condition.is_chance:
        return
    percent, place = condition.text.endswith("%"), Place(f"--so-that {condition.text}")
    if metric.unit and percent:
        raise BadInput(f"`{metric.name}` is in {metric.unit}, and its bound in percent", place, help="leave the % away")
    if not metric.unit and metric.name not in BEYOND_ONE and abs(condition.bound) > 1:
        advice = f"{condition.bound:g}% is written with its sign"
        raise BadInput(f"`{metric.name}` is never more than 1, which is 100%", place, help=advice)


def judge(condition: Condition, column: Column, rows: Iterable[tuple[float, bool]], level: float) -> Verdict:
    """Return what replications say; `rows` are the column's numbers, and whether there is one.

    The interval of a probability is Wilson's, that of a mean Student's. Where a share was the same in every replication
    Student's has no width, which only says that nothing else was seen; there Wilson's is taken too.
    """
    pairs = list(rows)
    numbers = condition.numbers(np.array([value for value, exists in pairs if exists], np.float64))
    n, absent = len(numbers), len(pairs) - len(numbers)
    if n < 2:
        return Verdict(condition, n, absent, float(numbers[0]) if n else None, None, Standing.OPEN)
    mean, sd = float(numbers.mean()), float(numbers.std(ddof=1))
    metric = METRICS[column.metric]
    is_share = not metric.unit and metric.kind is not Kind.SIGNED
    if condition.is_chance or metric.kind is Kind.PROPORTION or (is_share and not np.ptp(numbers) and 0 <= mean <= 1):
        interval = wilson(mean, n, level)
    else:
        interval = student(mean, sd, n, level)
    return Verdict(condition, n, absent, mean, interval, _standing(condition, interval))


def _standing(condition: Condition, interval: Interval) -> Standing:
    low, high = interval
    over, under = low > condition.bound, high < condition.bound
    if over or under:
        return Standing.HOLDS if over == condition.at_least else Standing.FAILS
    return Standing.OPEN


def together(verdicts: Sequence[Verdict]) -> Standing:
    """Return whether all conditions hold."""
    standings = {each.standing for each in verdicts}
    return next((each for each in (Standing.FAILS, Standing.OPEN) if each in standings), Standing.HOLDS)


def _number(text: str, place: Place) -> float:
    percent = text.endswith("%")
    try:
        return float(parse_exact(text.removesuffix("%").strip())) / (100 if percent else 1)
    except ValueError:
        raise BadInput(f"`{text}` is no number", place, help=HOW) from None


def _share(text: str, place: Place) -> float:
    value = _number(text, place)
    if not 0 < value < 1:
        raise BadInput("the bound of a probability lies between 0 and 1", place)
    return value
