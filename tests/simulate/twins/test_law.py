"""The law of one number and of two that are correlated: against integrals by another route."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import integrate, special, stats

from trialproof.model.condition import Compare, Number as Constant, Relation, Value
from trialproof.model.protocol import NumberKind, Protocol, Quantity
from trialproof.simulate.population.quantiles import cumulated
from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Empirical,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
)
from trialproof.simulate.scenario.scenario import Charting
from trialproof.simulate.twins.classes import Apart, Classes
from trialproof.simulate.twins.law import MOST_VALUES, Number, TooFine, joint, normal_below, number

STEP, UNIT = Fraction(1, 10), Fraction(1, 10_000)
RECORD = NumberKind(Fraction(0), Fraction(20), step=STEP)
TRUE = NumberKind(Fraction(0), Fraction(20), step=UNIT)
CUT = Fraction(5)


def classes(kind: NumberKind, unit: Fraction, *, apart: Apart | None = None) -> Classes:
    protocol = Protocol("one number", {"d": Quantity("d", kind)})
    above = Compare(Value("d"), Relation.GT, Constant(CUT)), Compare(Value("d"), Relation.LT, Constant(CUT))
    return Classes(protocol, "d", apart or Apart(tuple((each, ({},)) for each in above)), unit)


def one(charting: Charting, rounding: str = "nearest") -> Number:
    record = NumberKind(RECORD.lower, RECORD.upper, step=STEP, rounding=rounding)
    return number(TRUE, record, charting, classes(TRUE, UNIT), classes(record, STEP), again=False)


def by_sign(number: Number, table: np.ndarray) -> np.ndarray:
    """The table in the order below, at, above 5 cm, whatever the numbers of the classes are."""
    orders = []
    for each, unit in ((number.truly, UNIT), (number.charted, STEP)):
        signs = {(example * unit > CUT) - (example * unit < CUT): code for code, example in enumerate(each.examples)}
        orders.append([signs.get(sign) for sign in (-1, 0, 1)])
    rows = [np.zeros(table.shape[1]) if at is None else table[at] for at in orders[0]]
    return np.array([[row[at] if at is not None else 0.0 for at in orders[1]] for row in rows])


def test_a_number_without_error_is_charted_by_differences_of_its_distribution() -> None:
    law = Distribution(Lognormal(3.0, 0.4), 0.5, 15.0)
    found = one(Charting(heap=Fraction(1, 2), share=0.5, missing=0.1))
    table = found.law(law)
    assert table[:, -1].sum() == pytest.approx(0.1)
    half = float(UNIT) / 2
    plain = cumulated(law, [4.95 - half, 5.05 - half])
    heaped = cumulated(law, [4.75 - half, 5.25 - half])
    below, above = (plain[0] + heaped[0]) / 2, 1 - (plain[1] + heaped[1]) / 2
    charted = by_sign(found, table).sum(axis=0)
    assert charted == pytest.approx(0.9 * np.array([below, 1 - below - above, above]), abs=1e-13)
    truly = table.sum(axis=1)
    steps = cumulated(law, [0.0, 5 - half, 5 + half, 20.0])
    assert sorted(truly) == pytest.approx(sorted(np.diff(steps)), abs=1e-13)


def by_parts(v: float, law: Distribution, edge: float, error: float) -> float:
    return float(cumulated(law, v) * stats.norm.pdf((edge - v) / error) / error)


@pytest.mark.parametrize(
    "family",
    [Lognormal(3.0, 0.4), Normal(5.0, 0.02), Gamma(0.7, 4.0), Triangular(1.0, 5.0, 9.0), Beta(0.6, 0.6, 0.0, 20.0)],
)
@pytest.mark.parametrize("error", [0.2, 2.0, 0.003])
def test_an_error_of_measurement_is_integrated(family: object, error: float) -> None:
    """By quantiles of the true value: P(charted below 5) is the mean of the normal probability of being so."""
    law = Distribution(family, 0.5, 15.0)  # type: ignore[arg-type]
    found = one(Charting(error=error))
    charted = by_sign(found, found.law(law))
    assert charted.sum() == pytest.approx(1.0, abs=1e-12)
    half = float(UNIT) / 2
    for edge, probability in ((4.95, charted[:, 0].sum()), (5.05, 1 - charted[:, 2].sum())):
        points = sorted({0.5, 15.0, *np.clip([edge - 8 * error, edge, edge + 8 * error, 5.0], 0.5, 15.0).tolist()})
        expected = 0.0
        for low, high in pairwise(points):
            u = cumulated(law, [low, high])
            if u[1] - u[0] < 1e-14:
                continue
            # By parts, so that only the distribution function is needed: d/dv of ndtr((edge - v) / error) is a density.
            top, bottom = special.ndtr((edge - half - high) / error), special.ndtr((edge - half - low) / error)
            inner = integrate.quad(by_parts, low, high, (law, edge - half, error), epsabs=1e-12, limit=400)[0]
            expected += u[1] * top - u[0] * bottom + inner
        assert probability == pytest.approx(expected, abs=2e-7)


def test_listed_values_lie_where_they_round_to() -> None:
    law = Distribution(Empirical((4.96, 5.04, 5.05, 7.3), (0.1, 0.2, 0.3, 0.4)))
    found = one(Charting())
    assert by_sign(found, found.law(law)).sum(axis=0) == pytest.approx([0.0, 0.3, 0.7])
    fixed = one(Charting(), "down")
    assert by_sign(fixed, fixed.law(Distribution(Fixed(4.99)))).sum(axis=0).tolist() == [1.0, 0.0, 0.0]


def test_a_number_without_a_step_has_ten_million_points_and_few_classes() -> None:
    unit = Fraction(1, 1_000_000)
    record = NumberKind(Fraction(0), Fraction(10))
    true = NumberKind(Fraction(0), Fraction(10), step=unit)
    found = number(true, record, Charting(), classes(true, unit), classes(record, unit), again=False)
    table = found.law(Distribution(Triangular(0.0, 5.0, 10.0)))
    assert sorted(table[:, :-1].sum(axis=0)) == pytest.approx([0.0, 0.5, 0.5], abs=1e-6)


def test_values_that_are_all_told_apart_must_be_few() -> None:
    fine = NumberKind(Fraction(0), Fraction(MOST_VALUES), step=Fraction(1))
    each = classes(fine, Fraction(1), apart=Apart(all=True))
    with pytest.raises(TooFine, match=r"`d` is compared with other quantities and has 5,001 values"):
        number(fine, fine, Charting(), each, each, again=False)


@settings(max_examples=60, deadline=None)
@given(x=st.floats(-4, 4), y=st.floats(-4, 4), rho=st.floats(-0.98, 0.98))
def test_two_normals_lie_below_a_corner_as_often_as_one_given_the_other(x: float, y: float, rho: float) -> None:
    rest = np.sqrt(1 - rho * rho)
    turn = float(np.clip(y / rho, -9, x)) if abs(rho) > 0.05 else 0.0
    expected = integrate.quad(
        lambda t: float(stats.norm.pdf(t) * special.ndtr((y - rho * t) / rest)), -9, x, epsabs=1e-12, limit=200,
        points=[turn] if -9 < turn < x else None,
    )[0]  # fmt: skip
    assert normal_below(np.array([x]), np.array([y]), rho)[0, 0] == pytest.approx(expected, abs=1e-8)


def test_corners_at_infinity_are_margins() -> None:
    ends = np.array([-np.inf, 0.3, np.inf])
    found = normal_below(ends, ends, 0.7)
    assert found[0].tolist() == found[:, 0].tolist() == [0.0, 0.0, 0.0]
    assert found[2].tolist() == pytest.approx([0.0, float(special.ndtr(0.3)), 1.0])


@pytest.mark.parametrize("error", [0.0, 0.5])
def test_correlated_numbers_are_charted_together_as_often_as_in_a_large_sample(error: float) -> None:
    rng = np.random.default_rng(1)
    laws = [Distribution(Lognormal(4.5, 0.4)), Distribution(Normal(5.2, 2.0), 0.0, 20.0)]
    numbers = [one(Charting(error=error, heap=Fraction(1, 2), share=0.5)) for _ in laws]
    strata = [each.strata(law) for each, law in zip(numbers, laws, strict=True)]
    weights = joint(strata[0], strata[1], -0.6)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    tables = [each.flat(each.shares.shape[1]) for each in strata]
    for each, table, stratum in zip(numbers, tables, strata, strict=True):
        law = laws[numbers.index(each)]
        alone = np.diff(stratum.bounds) @ table
        assert alone == pytest.approx(each.law(law).reshape(-1), abs=1e-9)
    size = 400_000
    z = rng.standard_normal((size, 2)) @ np.linalg.cholesky([[1, -0.6], [-0.6, 1]]).T
    high = []
    for column, law in zip(special.ndtr(z).T, laws, strict=True):
        true = np.interp(column, cumulated(law, np.linspace(0, 20, 200_001)), np.linspace(0, 20, 200_001))
        measured = true + error * rng.standard_normal(size)
        heaped = np.where(rng.random(size) < 0.5, np.floor(measured * 2 + 0.5) / 2, measured)
        high.append(np.floor(heaped * 10 + 0.5) / 10 > 5.0 + 1e-9)
    expected = tables[0].T @ weights @ tables[1]
    wanted = []
    for each, table in zip(numbers, tables, strict=True):
        above = [example * STEP > CUT for example in each.charted.examples] + [False]
        wanted.append(np.tile(above, table.shape[1] // len(above)))
    chance = expected[np.ix_(*wanted)].sum()
    assert np.mean(high[0] & high[1]) == pytest.approx(chance, abs=4.5 * np.sqrt(chance * (1 - chance) / size))
