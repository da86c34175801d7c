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
    assert distance(found, around, 4.5 + 4.1 * found.mcse).verdict is Verdict.AGREES
    assert distance(found, around, 4.5 + 4.3 * found.mcse).verdict is Verdict.DIFFERS


def test_what_hardly_varies_is_not_judged_by_its_own_error() -> None:
    assert distance(*of([100.0] * 199 + [99.0]), 99.9).verdict is Verdict.NOT_JUDGED
    assert distance(*of([100.0] * 200), 99.9).verdict is Verdict.NOT_JUDGED
    assert distance(*of([100.0] * 190 + [90.0] * 10), 99.9).verdict is Verdict.AGREES


def test_a_proportion_is_judged_by_the_error_of_the_exact_value() -> None:
    far = distance(*of([0.0] * 200, FLAG), 0.5)
    assert far.mcse_away == pytest.approx(-0.5 / np.sqrt(0.25 / 200))
    assert far.verdict is Verdict.DIFFERS
    assert distance(*of([1.0] * 200, FLAG), 0.996).verdict is Verdict.NOT_JUDGED


def test_few_replications_that_are_unlike_do_not_hide_what_chance_cannot_explain() -> None:
    assert distance(*of([0.0] * 200, FLAG), 0.99).verdict is Verdict.DIFFERS
    assert distance(*of([0.0, 1.0] * 100, FLAG), 1.0).verdict is Verdict.DIFFERS
    assert distance(*of([0.0] * 200), 0.5).verdict is Verdict.DIFFERS
    assert distance(*of([0.0] * 195 + [1.0] * 5), 0.5).verdict is Verdict.DIFFERS
    assert distance(*of([100.0] * 200), 50.0).verdict is Verdict.DIFFERS
    assert distance(*of([0.0] * 200), 0.03).verdict is Verdict.NOT_JUDGED


@pytest.mark.parametrize("replications", [10, 20, 50, 200])
def test_figures_that_are_right_hardly_ever_differ_however_few_the_replications(replications: int) -> None:
    """Of 20,000 samples one or two lie beyond by chance, where the error is estimated from ten as from two hundred."""
    samples = np.random.default_rng(replications).normal(5.0, 2.0, (20_000, replications))
    far = np.abs(samples.mean(1) - 5.0) / samples.std(1, ddof=1) * replications**0.5
    beyond = [distance(*of(each.tolist()), 5.0).verdict is Verdict.DIFFERS for each in samples[far > 3.5]]
    assert sum(beyond) <= 6


def test_rare_events_that_are_fewer_than_expected_are_judged_by_how_many_were_expected() -> None:
    """Ten where 23 were expected are four of their own errors too few, and happen once in 400 times."""
    found, around = of([0.0] * 990 + [1.0] * 10)
    far = distance(found, around, 0.023)
    assert far.verdict is Verdict.AGREES
    assert far.mcse_away == pytest.approx(-13 / 23**0.5, rel=0.01)
    assert distance(found, around, 0.035).verdict is Verdict.DIFFERS


def test_what_cannot_be_and_is_differs() -> None:
    assert distance(*of([0.0] * 199 + [1.0]), 0.0).verdict is Verdict.DIFFERS
    assert distance(*of([0.0] * 200), 0.0) == Distance(0.0, Verdict.AGREES)
    assert distance(*of([-1.0, 1.0] * 50 + [0.5], SIGNED), 0.0).verdict is Verdict.AGREES


def test_where_nothing_is_known_nothing_is_judged() -> None:
    nothing = estimate(Column("enrolled"), NUMBER, n=0, absent=9, mean=0.0, sd=0.0)
    assert distance(nothing, None, 5.0) == Distance(None, Verdict.NOT_JUDGED)
