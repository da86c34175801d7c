"""Parts of the reader against other ways to the same answer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from tests.simulate.scenario.sample import PROTOCOL, SCENARIO, protocol
from trialproof.model.condition import Compare, Eligible, Named, Number, Relation, Value
from trialproof.model.cycles import quantities_under
from trialproof.model.place import BadInput
from trialproof.model.schedule_text import read_dates
from trialproof.model.source import parse_source
from trialproof.model.syntax import Mistake
from trialproof.simulate.scenario.amounts import (
    read_days,
    read_hours,
    read_minutes,
    read_rate,
    read_share,
    say_count,
    say_minutes,
    say_share,
)
from trialproof.simulate.scenario.correlation import is_semidefinite
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
from trialproof.simulate.scenario.load import parse_scenario
from trialproof.simulate.scenario.mass import below, mass
from trialproof.simulate.scenario.population_file import needed
from trialproof.simulate.scenario.scenario import Cases, Chance, Charting, Hours, Numbers, Shares
from trialproof.simulate.scenario.spread import support

FAMILIES: list[tuple[Family, object]] = [
    (Normal(3, 2), stats.norm(3, 2)),
    (Lognormal(3, 0.4), stats.lognorm(0.4, scale=3)),
    (Gamma(2.5, 4), stats.gamma(2.5, scale=4 / 2.5)),
    (Beta(2, 3, -1, 5), stats.beta(2, 3, loc=-1, scale=6)),
    (Uniform(-1, 4), stats.uniform(-1, 5)),
    (Triangular(-1, 2, 4), stats.triang(0.6, loc=-1, scale=5)),
    (Triangular(2, 2, 4), stats.triang(0, loc=2, scale=2)),
    (Triangular(2, 4, 4), stats.triang(1, loc=2, scale=2)),
    (Exponential(3), stats.expon(scale=3)),
]


@pytest.mark.parametrize(("family", "other"), FAMILIES, ids=lambda each: type(each).__name__)
@settings(max_examples=30, deadline=None)
@given(value=st.floats(-10, 20), width=st.floats(0, 5))
def test_distribution_functions_are_those_of_scipy(family: Family, other: object, value: float, width: float) -> None:
    known = other.cdf  # type: ignore[attr-defined]
    assert below(family, value) == pytest.approx(known(value), abs=1e-12)
    between = Distribution(family, value, value + width)
    assert mass(between) == pytest.approx(known(value + width) - known(value), abs=1e-12)
    assert mass(Distribution(family)) == pytest.approx(1, abs=1e-12)


def test_single_values_have_the_mass_of_those_within() -> None:
    values = Empirical((1.0, 2.0, 3.0), (0.5, 0.25, 0.25))
    assert mass(Distribution(values, 2.0, 3.0)) == 0.5
    assert mass(Distribution(Fixed(2.0), 2.0, 2.0)) == 1
    assert support(Distribution(Normal(0, 1), -1.0)) == (-1.0, float("inf"))


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.integers(-4, 4), min_size=n * n, max_size=n * n)))
def test_a_matrix_is_semidefinite_if_no_eigenvalue_is_negative(entries: list[int]) -> None:
    size = round(len(entries) ** 0.5)
    half = np.array(entries).reshape(size, size)
    for matrix in (half + half.T, half @ half.T):
        rows = [[Fraction(int(value)) for value in row] for row in matrix]
        assert is_semidefinite(rows) == bool(np.linalg.eigvalsh(matrix).min() > -1e-9)


def test_what_lies_on_the_edge_is_semidefinite_exactly() -> None:
    third = Fraction(1, 3)

    def of(value: Fraction) -> list[list[Fraction]]:
        return [[Fraction(1), value, value], [value, Fraction(1), -third], [value, -third, Fraction(1)]]

    assert is_semidefinite(of(third))
    assert is_semidefinite([[Fraction(1), Fraction(-1)], [Fraction(-1), Fraction(1)]])
    assert not is_semidefinite(of(Fraction(7, 10)))
    assert is_semidefinite([[Fraction(0), Fraction(0)], [Fraction(0), Fraction(0)]])
    assert not is_semidefinite([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]])


def test_what_a_rule_rests_on_is_found_through_definitions_eligibility_and_what_is_left_open() -> None:
    assert quantities_under(protocol(), [Named("near")]) == ("near",)
    assert quantities_under(protocol(), [Named("hard")]) == ("stage", "fit")
    assert quantities_under(protocol(), [Eligible()]) == ("stage", "fit")
    older = Compare(Value("age"), Relation.GT, Number(Fraction(70)))
    assert quantities_under(protocol(), [older]) == ("age",)
    assert quantities_under(protocol(), []) == ()
    assert needed(protocol()) == ("stage", "size", "fit", "marker", "near")


def test_what_applies_to_some_only_rests_on_who_they_are() -> None:
    text = PROTOCOL.replace("fit: {yes_no: true}", "fit: {yes_no: true, applies_if: age > 70 years}")
    assert "age" in needed(protocol(text))


def test_a_date_that_is_empty_is_no_date() -> None:
    for text in ("", " ", "to"):
        with pytest.raises(Mistake, match="is no date"):
            read_dates(text)


def value(text: str) -> tuple[object, tuple[str, ...], str]:
    return parse_source("scenario.yaml", f"a: '{text}'"), ("a",), text


def test_amounts_are_exact() -> None:
    assert read_share(*value("70 %")) == read_share(*value("0.7")) == read_share(*value("7/10")) == Fraction(7, 10)  # type: ignore[arg-type]
    assert read_minutes(*value("28 min")) == 28  # type: ignore[arg-type]
    assert read_minutes(*value("2 h")) == 120  # type: ignore[arg-type]
    assert read_minutes(*value("1 month")) == Fraction("30.44") * 1440  # type: ignore[arg-type]
    assert read_days(*value("3 weeks")) == 21  # type: ignore[arg-type]
    assert read_rate(*value("3 per month")) == Fraction(3) / Fraction("30.44")  # type: ignore[arg-type]
    assert read_rate(*value("0.5/day")) == Fraction(1, 2)  # type: ignore[arg-type]
    assert read_rate(*value("12 per year")) == 1 / Fraction("30.44")  # type: ignore[arg-type]
    assert read_hours(*value("8:00 - 24:00")) == Hours(480, 1440)  # type: ignore[arg-type]
    for text in ("0.7 % of", "%", "70 %%"):
        with pytest.raises(BadInput):
            read_share(*value(text))  # type: ignore[arg-type]


def test_amounts_are_said_as_one_says_them() -> None:
    assert [say_minutes(Fraction(each)) for each in (0, 45, 60, 90, 1440, 2880)] == [
        "0 minutes", "45 minutes", "1 hour", "90 minutes", "1 day", "2 days",
    ]  # fmt: skip
    assert [say_share(Fraction(each)) for each in ("0.5", "1/3", "1")] == ["50%", "1/3", "100%"]
    assert [say_count(each, "chair") for each in (1, 2)] == ["1 chair", "2 chairs"]


def test_the_sample_means_what_it_says() -> None:
    scenario = parse_scenario("scenario.yaml", SCENARIO, protocol())
    variables = {each.quantity: each for each in scenario.population.variables}
    assert variables["stage"].model == Shares((0.5, 0.3, 0.2))
    assert variables["size"].model == Numbers(Distribution(Lognormal(3.0, 0.4), 0.5, 15.0))
    assert variables["size"].charting == Charting(0.2, Fraction(1, 2), 0.5)
    assert variables["age"].model == Numbers(Distribution(Normal(60.0, 8.0), 18.0, 100.0))
    assert variables["marker"].charting.missing == 0.05
    fit = variables["fit"].model
    assert isinstance(fit, Cases)
    assert fit.otherwise == Chance(0.9)
    assert scenario.population.correlated == ("size", "age")
    assert scenario.population.correlation == ((1.0, -0.3), (-0.3, 1.0))
    assert scenario.reading == {"hard": "late"}
    assert len(scenario.holidays) == 8
    assert scenario.accrual.pieces == ((0, 1.0), (400, 1.5))
    assert scenario.accrual.sites[1].opens == Distribution(Uniform(86400.0, 129600.0))
    small = scenario.departments["small_one"]
    assert (small.linacs, small.linac_hours.minutes, small.physicists) == (1, 480, 2)
    assert scenario.treatment is not None
    assert scenario.treatment.deliveries["two"].phases == ((28, Fraction(9, 5)), (6, Fraction(9, 5)))
    assert scenario.treatment.chemotherapy is not None
    assert scenario.treatment.chemotherapy.consolidation == {"short": 2, "long": 0}


def test_a_distribution_that_is_cut_off_by_the_range_says_so() -> None:
    def said(spread: str) -> str:
        text = SCENARIO.replace("normal: {mean: 60, sd: 8 years}", spread)
        scenario = parse_scenario("scenario.yaml", text, protocol())
        return next(each.says for each in scenario.assumptions if each.path == "population.age")

    assert said("normal: {mean: 60, sd: 8 years}") == "age: normal with mean 60 years and standard deviation 8 years"
    assert said("normal: {mean: 60, sd: 30 years}").endswith("30 years, kept between 18 years and 100 years")


def test_readings_from_elsewhere_win_and_deliveries_are_checked_against_them() -> None:
    two = "course: 60 Gy / 2 Gy / 30 f}"
    assert PROTOCOL.count(two) == 1
    read = "course: {readings: {long: 60 Gy / 2 Gy / 30 f, short: 50 Gy / 2 Gy / 25 f}}}"
    several = protocol(PROTOCOL.replace(two, read))
    assert parse_scenario("scenario.yaml", SCENARIO, several).reading["dose.one.course"] == "long"
    with pytest.raises(BadInput, match="the protocol does not prescribe this") as caught:
        parse_scenario("scenario.yaml", SCENARIO, several, {"dose.one.course": "short"})
    assert "60 Gy / 2 Gy / 30 f" in (caught.value.excerpt or "")
    assert parse_scenario("scenario.yaml", SCENARIO, several, {"hard": "unfit"}).reading["hard"] == "unfit"
