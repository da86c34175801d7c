"""The least of several values for which conditions hold, by bisection on the same chances, with what is not certain.

Bisection takes it that a larger value does no worse. So that it cannot mislead, the value above the answer is tested
too, the values that were tested are compared in pairs, replication by replication, and whatever speaks against it is
told. Values that were not tested are told as well.

A value is tested with twice as many replications each time, until it is certain or the cap is reached. Each interval
has so high a level that all of them together, over all looks at all values, contain what they should in 95 of 100
searches (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from trialproof.simulate.results.intervals import LEVEL, Interval, student
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.moments import Floats
from trialproof.simulate.sweeps.cells import Cells
from trialproof.simulate.sweeps.condition import Condition, Standing, Verdict, check_figure, judge, together

UNSTARTED = (Column("patients", ("waiting",)), Column("patients", ("no_appointment",)))
"""Patients who have not begun irradiation at the horizon: no figure of their waiting has them."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A value by its position: after so many replications, what they say of each condition, and of all.

    `unstarted` is how many patients of a trial, on average, have not begun irradiation at the horizon; None where
    nobody is treated.
    """

    position: int
    replications: int
    verdicts: tuple[Verdict, ...]
    unstarted: float | None

    @property
    def standing(self) -> Standing:
        """Whether all conditions hold."""
        return together(self.verdicts)


@dataclass(frozen=True, slots=True)
class Worse:
    """A larger value that did worse than a smaller one: the mean paired difference, and its interval."""

    condition: Condition
    smaller: int
    larger: int
    difference: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Least:
    """The answer, as positions among the values in their order.

    `enough` is the least value that certainly suffices, `short` the greatest below it that certainly does not; None
    where there is none. What lies between is open. `tested` is in the order of the values.
    """

    enough: int | None
    short: int | None
    level: float
    tested: tuple[Tested, ...]
    worse: tuple[Worse, ...]

    @property
    def is_open(self) -> bool:
        """Whether a value could suffice, or be the least that does, and it is not known."""
        if self.enough is None:
            return any(each.standing is not Standing.FAILS for each in self.tested)
        return self.enough - 1 != (-1 if self.short is None else self.short)

    @property
    def is_consistent(self) -> bool:
        """Whether nothing that was tested speaks against larger values being better."""
        holding = [each.position for each in self.tested if each.standing is Standing.HOLDS]
        failing = [each.position for each in self.tested if each.standing is Standing.FAILS]
        return not self.worse and (not holding or not failing or max(failing) < min(holding))


@dataclass(frozen=True, slots=True)
class Search:
    """A search among cells of a sweep, which differ in one value only and are in its order."""

    cells: Cells
    numbers: tuple[int, ...]
    conditions: tuple[Condition, ...]
    first: int
    most: int
    tell: Callable[[int, int], None] = field(repr=False)

    def run(self) -> Least:
        """Search. Raises `BadInput` for a condition about no figure."""
        tested: dict[int, Tested] = {}

        def test(position: int) -> Standing:
            if position not in tested:
                tested[position] = self._test(position)
            return tested[position].standing

        last = len(self.numbers) - 1
        enough = short = None
        if test(last) is Standing.HOLDS:
            below, enough = _bisect(-1, last, lambda position: test(position) is Standing.HOLDS)
            if below >= 0 and test(below) is Standing.OPEN:
                below, _ = _bisect(-1, below, lambda position: test(position) is not Standing.FAILS)
            short = below if below >= 0 else None
            if enough < last:
                test(enough + 1)
        elif test(last) is Standing.FAILS:
            test(0)
        in_order = tuple(tested[position] for position in sorted(tested))
        return Least(enough, short, self.level, in_order, tuple(self._worse(in_order)))

    @property
    def level(self) -> float:
        """The level of each interval."""
        values = min(len(self.numbers), 2 * len(self.numbers).bit_length() + 2)
        return 1 - (1 - LEVEL) / (values * len(looks(self.first, self.most)) * len(self.conditions))

    def _test(self, position: int) -> Tested:
        cell = self.numbers[position]
        verdicts: tuple[Verdict, ...] = ()
        replications = 0
        for replications in looks(self.first, self.most):
            self.cells.compute([cell], replications, self.tell)
            verdicts = tuple(self._judge(cell, condition, replications) for condition in self.conditions)
            if together(verdicts) is not Standing.OPEN:
                break
        return Tested(position, replications, verdicts, self._unstarted(cell, replications))

    def _judge(self, cell: int, condition: Condition, replications: int) -> Verdict:
        columns = self.cells.columns(cell)
        at = check_figure(condition, columns)
        rows = ((float(values[at]), bool(exists[at])) for values, exists in self.cells.rows(cell, replications))
        return judge(condition, columns[at], rows, self.level)

    def _unstarted(self, cell: int, replications: int) -> float | None:
        columns = self.cells.columns(cell)
        at = [columns.index(column) for column in UNSTARTED if column in columns]
        sums = [float(values[at].sum()) for values, _ in self.cells.rows(cell, replications)]
        return float(np.mean(sums)) if at else None

    def _worse(self, tested: Sequence[Tested]) -> Iterator[Worse]:
        """Yield where a larger value did worse than the one before it, as surely as anything else is told."""
        for smaller, larger in pairwise(tested):
            replications = min(smaller.replications, larger.replications)
            for condition in self.conditions:
                one, other = (self._numbers(each.position, condition, replications) for each in (larger, smaller))
                both = ~(np.isnan(one) | np.isnan(other))
                differences = (one - other)[both]
                if len(differences) < 2:
                    continue
                mean = float(differences.mean())
                interval = student(mean, float(differences.std(ddof=1)), len(differences), self.level)
                if interval.high < 0 if condition.at_least else interval.low > 0:
                    yield Worse(condition, smaller.position, larger.position, mean, interval)

    def _numbers(self, position: int, condition: Condition, replications: int) -> Floats:
        """Return what a condition averages, replication by replication; not a number where there is none."""
        cell = self.numbers[position]
        at = check_figure(condition, self.cells.columns(cell))
        rows = [(values[at], exists[at]) for values, exists in self.cells.rows(cell, replications)]
        values, exists = np.array([value for value, _ in rows]), np.array([there for _, there in rows])
        return np.where(exists, condition.numbers(values), np.nan)


def looks(first: int, most: int) -> list[int]:
    """Return after how many replications a value is looked at: each time twice as many, and at last the most."""
    found = [first]
    while found[-1] < most:
        found.append(min(2 * found[-1], most))
    return found


def _bisect(low: int, high: int, is_so: Callable[[int], bool]) -> tuple[int, int]:
    """Return neighbours between two positions, of which it is so of the upper one, and was not of the lower one."""
    while high - low > 1:
        middle = (low + high) // 2
        if is_so(middle):
            high = middle
        else:
            low = middle
    return low, high
