"""How far a figure is from an exact answer, and when that can be judged at all."""

from __future__ import annotations

import numpy as np
import pytest

from trialproof.simulate.results.against import Distance, Verdict, distance
from trialproof.simulate.results.estimate import Estimate, Spread, estimate, spread
from trialproof.simulate.results.metric import Column, Kind, Metric

NUMBER = Metric("enrolled", "patients", "a number")
FLAG = Metric("target_reached", "", "0 or 1", kind=Kind.PROPORTION)
SIGNED = Metric("arm_excess", "patients", "a difference", kind=Kind.SIGNED)


def of(values: list[float], metric: Metric = NUMBER) -> tuple[Estimate, Spread | None]:
    numbers = np.array(values)
    sd = float(numbers.std(ddof=1)) if len(values) > 1 else 0.0
    found = estimate(Column(metric.name), metric, n=len(values), absent=0, mean=float(numbers.mean()), sd=sd)
    return found, spread(numbers, np.ones(len(values), np.bool_))


def test_the_distance_is_in_errors() -> None:
    found, around = of([float(each % 10) for each in range(100)])
    assert found.mcse is not None
    far = distance(found, around, 4.5 + 2 * found.mcse)
    assert far.mcse_away == pytest.approx(-2)
    assert far.verdict is Verdict.AGREES
    assert distance(found, around, 4.5 + 4.1 * found.mcse).verdict is Verdict.DIFFERS


def test_what_hardly_varies_is_not_judged_by_its_own_error() -> None:
    assert distance(*of([100.0] * 199 + [99.0]), 99.9).verdict is Verdict.NOT_JUDGED
    assert distance(*of([100.0] * 200), 99.9).verdict is Verdict.NOT_JUDGED
    assert distance(*of([100.0] * 190 + [90.0] * 10), 99.9).verdict is Verdict.AGREES


def test_a_proportion_is_judged_by_the_error_of_the_exact_value() -> None:
    far = distance(*of([0.0] * 200, FLAG), 0.5)
    assert far.mcse_away == pytest.approx(-0.5 / np.sqrt(0.25 / 200))
    assert far.verdict is Verdict.DIFFERS
    assert distance(*of([1.0] * 200, FLAG), 0.996).verdict is Verdict.NOT_JUDGED


def test_what_cannot_be_and_is_differs() -> None:
    assert distance(*of([0.0] * 199 + [1.0]), 0.0).verdict is Verdict.DIFFERS
    assert distance(*of([0.0] * 200), 0.0) == Distance(0.0, Verdict.AGREES)
    assert distance(*of([-1.0, 1.0] * 50 + [0.5], SIGNED), 0.0).verdict is Verdict.AGREES


def test_where_nothing_is_known_nothing_is_judged() -> None:
    nothing = estimate(Column("enrolled"), NUMBER, n=0, absent=9, mean=0.0, sd=0.0)
    assert distance(nothing, None, 5.0) == Distance(None, Verdict.NOT_JUDGED)
