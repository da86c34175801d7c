"""What is true of candidates: shares and dependence as the scenario says, and nobody depends on who else is drawn."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings, strategies as st
from scipy import stats

from tests.agreement.strategies import World, worlds
from tests.simulate.scenarios import populations, small_protocol, small_scenario
from trialproof.model.condition import Compare, Condition, Not, Number, Product, Relation, Value, Yes
from trialproof.model.patient import about
from trialproof.model.place import BadInput
from trialproof.model.protocol import Fact, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.simulate.cohort import Cohort, patients_of
from trialproof.simulate.population.charting import charted
from trialproof.simulate.population.copula import NotPositive, factor, joined
from trialproof.simulate.population.lattice import refined
from trialproof.simulate.population.people import true_values
from trialproof.simulate.population.setting import Setting, prepare
from trialproof.simulate.population.streams import Floats, key_of
from trialproof.simulate.scenario.distribution import Distribution, Fixed, Normal, Uniform
from trialproof.simulate.scenario.scenario import Cases, Chance, Numbers, Population, Variable

KEY = key_of(5)


def setting_of(protocol: Protocol, population: Population) -> Setting:
    """A setting of which only the population matters."""
    arm = next(iter(protocol.decisions), "arm")
    scenario = replace(small_scenario(), arm=arm, population=population, treatment=None, policies={})
    return Setting(
        protocol, scenario, dict(protocol.preferred), refined(protocol, protocol.preferred, ()),
        factor(population.correlation), (), (), (),
    )  # fmt: skip


def values(cohort: Cohort, name: str) -> Floats:
    column = cohort.columns[name]
    return np.array(column.values[np.broadcast_to(column.recorded, cohort.size)] / column.per)


def test_shares_numbers_and_conditional_tables_are_those_of_the_scenario() -> None:
    people = true_values(prepare(small_protocol(), small_scenario()), KEY, 0, np.arange(40_000))
    margin = np.bincount(people.columns["margin"].values) / people.size
    assert margin == pytest.approx([0.8, 0.15, 0.05], abs=0.01)
    months = values(people, "months")
    assert np.median(months) == pytest.approx(10.5, abs=0.35)
    there = people.columns["far"].recorded
    far, r0 = people.columns["far"].values[there], (people.columns["margin"].values == 0)[there]
    assert far[r0].mean() == pytest.approx(0.6, abs=0.02)
    assert far[~r0].mean() == pytest.approx(0.3, abs=0.02)


def test_what_does_not_apply_is_not_true_of_anybody() -> None:
    people = true_values(prepare(small_protocol(), small_scenario()), KEY, 0, np.arange(4000))
    recurrence = people.columns["recurrence"].values
    assert 0 < recurrence.sum() < 4000
    for name in ("diameter", "months", "far", "near"):
        assert np.array_equal(people.columns[name].recorded, recurrence)
    assert people.columns["age"].recorded is True


def test_a_true_number_lies_on_a_lattice_a_thousand_times_finer_than_its_record() -> None:
    setting = prepare(small_protocol(), small_scenario())
    people = true_values(setting, KEY, 0, np.arange(3000))
    assert people.columns["diameter"].per == 10_000
    assert people.columns["months"].per == 1000
    assert people.columns["age"].per == 10_000
    assert len(np.unique(values(people, "diameter"))) > 2000
    assert (values(people, "months") % 1 != 0).mean() > 0.99


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_nobody_depends_on_who_else_is_drawn(world: World, data: st.DataObject) -> None:
    try:
        setting = setting_of(world.protocol, data.draw(populations(world.protocol)))
    except OverflowError:
        event("too many bits")
        return
    replication = np.array(data.draw(st.lists(st.integers(0, 3), min_size=6, max_size=6)))
    number = np.array(data.draw(st.lists(st.integers(0, 1 << 20), min_size=6, max_size=6)))
    together = patients_of(true_values(setting, KEY, replication, number))
    order = data.draw(st.permutations(range(6)))[: data.draw(st.integers(1, 6))]
    some = patients_of(true_values(setting, KEY, replication[order], number[order]))
    assert some == [together[at] for at in order]


def unchecked(cohort: Cohort) -> list[str]:
    """The columns of a cohort that are not as they would be had they been checked."""
    again = Cohort(cohort.protocol, cohort.columns, cohort.size)
    return [
        name
        for name, column in cohort.columns.items()
        if column.values.dtype != again.columns[name].values.dtype
        or not np.array_equal(column.values, again.columns[name].values)
        or isinstance(column.recorded, bool) is not isinstance(again.columns[name].recorded, bool)
        or not np.array_equal(column.recorded, again.columns[name].recorded)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_what_is_drawn_and_charted_would_pass_the_check_of_a_cohort(world: World, data: st.DataObject) -> None:
    """It is not checked, because every value is kept within what is allowed."""
    try:
        setting = setting_of(world.protocol, data.draw(populations(world.protocol)))
    except OverflowError:
        event("too many bits")
        return
    people = true_values(setting, KEY, 0, np.arange(40))
    chart = charted(setting, KEY, people, 0, np.arange(40)).cohort
    assert unchecked(people) == []
    assert unchecked(chart) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_true_values_are_in_range_and_only_of_what_applies(world: World, data: st.DataObject) -> None:
    """What the plain evaluator says of each patient; that values are in range, is seen above."""
    try:
        setting = setting_of(world.protocol, data.draw(populations(world.protocol)))
    except OverflowError:
        event("too many bits")
        return
    for patient in patients_of(true_values(setting, KEY, 0, np.arange(12))):
        record = patient.as_dict()
        meaning = about(world.protocol, patient)
        for name in world.protocol.quantities:
            assert (name in record) is meaning.applies(name).holds
        for variable in setting.scenario.population.variables:
            if isinstance(variable.model, Cases) and variable.quantity in record:
                condition, below = variable.model.cases[0]
                chosen = below if meaning.truth(condition).holds else variable.model.otherwise
                if isinstance(chosen, Chance) and chosen.probability in (0, 1):
                    event("a case was checked")
                    assert record[variable.quantity] is (chosen.probability == 1)


def test_the_first_case_that_holds_decides() -> None:
    quantities = {name: Quantity(name, YesNoKind()) for name in "abcd"}
    rows = ((Yes("a"), Chance(1.0)), (Yes("b"), Cases(((Yes("c"), Chance(0.0)),), Chance(1.0))))
    variables = [Variable(name, Chance(0.5)) for name in "abc"]
    population = Population((*variables, Variable("d", Cases(rows, Chance(0.0)))))
    seen = set()
    setting = setting_of(Protocol("four", quantities), population)
    for patient in patients_of(true_values(setting, KEY, 0, np.arange(200))):
        a, b, c, d = (bool(value) for _, value in patient)
        assert d is (a or (b and not c))
        seen.add((a, b, c))
    assert len(seen) == 8


def test_what_rests_on_something_that_does_not_exist_does_not_exist() -> None:
    """Whether it applies is then undetermined, and that is not enough."""
    quantities = {
        "a": Quantity("a", YesNoKind()),
        "b": Quantity("b", YesNoKind(), applies_if=Yes("a")),
        "c": Quantity("c", YesNoKind(), applies_if=Yes("b")),
    }
    population = Population(tuple(Variable(name, Chance(0.5)) for name in quantities))
    found = patients_of(true_values(setting_of(Protocol("chain", quantities), population), KEY, 0, np.arange(100)))
    assert {tuple(each.as_dict()) for each in found} == {("a",), ("a", "b"), ("a", "b", "c")}
    assert all(each.as_dict().get("b") is True for each in found if "c" in each.as_dict())


def test_another_variable_changes_nothing_about_the_others() -> None:
    """Common random numbers: nor does a correlation with it, of those before it."""
    before = small_scenario()
    fewer = replace(before.population, variables=before.population.variables[:5])
    people = [
        true_values(prepare(small_protocol(), replace(before, population=each)), KEY, 3, np.arange(500))
        for each in (before.population, fewer)
    ]
    for name in ("margin", "recurrence", "diameter", "months", "age"):
        assert (people[0].columns[name].values == people[1].columns[name].values).all()
    alone = replace(before.population, correlated=(), correlation=())
    apart = true_values(prepare(small_protocol(), replace(before, population=alone)), KEY, 3, np.arange(500))
    assert (apart.columns["diameter"].values == people[0].columns["diameter"].values).all()
    assert (apart.columns["months"].values != people[0].columns["months"].values).any()


def test_the_copula_gives_the_rank_correlation_that_belongs_to_it() -> None:
    """Spearman's rho of a Gaussian copula is 6/pi asin(r/2) (Pearson 1907)."""
    protocol, before = small_protocol(), small_scenario().population.variables
    always = Variable("recurrence", Chance(1.0))
    variables = tuple(always if each.quantity == "recurrence" else each for each in before)
    for strength in (-0.9, 0.4):
        population = replace(
            small_scenario().population, variables=variables, correlation=((1.0, strength), (strength, 1.0))
        )
        people = true_values(
            prepare(protocol, replace(small_scenario(), population=population)), KEY, 0, np.arange(40_000)
        )
        found = stats.spearmanr(values(people, "diameter"), values(people, "months")).statistic
        assert found == pytest.approx(6 / np.pi * np.arcsin(strength / 2), abs=0.01)


def test_a_correlation_leaves_the_shape_of_each_variable_alone() -> None:
    own = [(np.arange(5000) + 0.5) / 5000, np.random.default_rng(0).permutation((np.arange(5000) + 0.5) / 5000)]
    for each in joined(factor(((1.0, 0.7), (0.7, 1.0))), own):
        assert stats.kstest(each, "uniform").pvalue > 0.001


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10**6))
def test_a_matrix_of_correlations_is_factored_even_if_it_is_singular(size: int, rank: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(size, rank))
    rows /= np.sqrt((rows**2).sum(1, keepdims=True))
    matrix = rows @ rows.T
    lower = np.array(factor(matrix.tolist()))
    assert np.abs(lower @ lower.T - matrix).max() < 1e-4
    assert (np.triu(lower, 1) == 0).all()


@pytest.mark.parametrize(
    "matrix",
    [
        ((1.0, 1.2), (1.2, 1.0)),
        ((1.0, 0.9, -0.9), (0.9, 1.0, 0.9), (-0.9, 0.9, 1.0)),
        ((1.0, 1.0, 0.0), (1.0, 1.0, 0.5), (0.0, 0.5, 1.0)),
    ],
)
def test_a_matrix_that_nothing_random_has_is_refused(matrix: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(NotPositive):
        factor(matrix)


def test_no_mixture_of_extremes_is_zero_or_one() -> None:
    lower = factor(((1.0, 0.7), (0.7, 1.0)))
    for extreme in (2.0**-53, 1 - 2.0**-53):
        both = np.array([extreme])
        assert all(0 < float(each[0]) < 1 for each in joined(lower, [both, both]))


def test_perfectly_correlated_variables_rise_together() -> None:
    own = [np.array([0.1, 0.5, 0.9]), np.array([0.9, 0.5, 0.1])]
    first, second = joined(factor(((1.0, 1.0), (1.0, 1.0))), own)
    assert first == pytest.approx(own[0])
    assert (second == first).all()


def chance_of_yes(*rules: Fact, probability: float = 0.5) -> tuple[Protocol, Population]:
    protocol = Protocol("one", {"a": Quantity("a", YesNoKind())}, facts=rules)
    return protocol, Population((Variable("a", Chance(probability)),))


def test_a_candidate_who_breaks_a_fact_is_an_error_that_names_him() -> None:
    protocol, population = chance_of_yes(Fact(Not(Yes("a")), "nobody is so"))
    with pytest.raises(BadInput) as caught:
        true_values(setting_of(protocol, population), KEY, 17, (2 << 16) + np.arange(20))
    assert "nobody is so" in caught.value.message
    assert caught.value.place.file == "scenario.yaml"
    assert caught.value.help is not None
    assert caught.value.help.startswith("candidate ")
    assert caught.value.help.endswith(" of `three` in replication 17: a=yes")


def test_a_scenario_that_keeps_to_the_facts_is_let_through() -> None:
    protocol, population = chance_of_yes(Fact(Not(Yes("a")), "nobody is so"), probability=0.0)
    assert not true_values(setting_of(protocol, population), KEY, 0, np.arange(50)).columns["a"].values.any()


def number(name: str, lower: str, upper: str, step: str | None) -> Quantity:
    return Quantity(name, NumberKind(Fraction(lower), Fraction(upper), step=None if step is None else Fraction(step)))


def drawn(quantity: Quantity, distribution: Distribution) -> list[Fraction]:
    protocol = Protocol("one", {quantity.name: quantity})
    population = Population((Variable(quantity.name, Numbers(distribution)),))
    people = patients_of(true_values(setting_of(protocol, population), KEY, 0, np.arange(200)))
    return [Fraction(each.as_dict()[quantity.name]) for each in people]


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        (number("a", "0", "20", "1/10"), Fraction(1, 10_000)),
        (number("a", "0", "100", "10"), Fraction(1, 100)),
        (number("a", "-5", "5", None), Fraction(1, 100_000)),
        (number("a", "0", "120", None), Fraction(1, 10_000)),
        (number("a", "0", "1/3", "1/3"), Fraction(1, 3000)),
        (number("a", "1/3", "20", None), Fraction(1, 100_000)),
    ],
    ids=str,
)
def test_a_number_is_drawn_to_its_lattice_and_kept_in_its_range(quantity: Quantity, unit: Fraction) -> None:
    kind = quantity.kind
    assert isinstance(kind, NumberKind)
    found = drawn(quantity, Distribution(Uniform(float(kind.lower) - 1, float(kind.upper) + 1)))
    assert all((value / unit).denominator == 1 and kind.lower <= value <= kind.upper for value in found)
    assert len(set(found)) > 20
    assert kind.upper - max(found) < unit
    assert min(found) - kind.lower < unit


def test_a_range_of_a_single_value_is_that_value() -> None:
    assert set(drawn(number("a", "1/3", "1/3", None), Distribution(Normal(0.0, 1.0)))) == {Fraction(1, 3)}


def test_a_value_is_the_nearest_of_its_lattice() -> None:
    assert set(drawn(number("a", "0", "20", "1"), Distribution(Fixed(7.1236)))) == {Fraction("7.124")}
    assert set(drawn(number("a", "0", "20", "1"), Distribution(Fixed(-1e300)))) == {Fraction(0)}


def test_a_rule_that_needs_much_room_is_evaluated_on_a_coarser_lattice() -> None:
    """Three numbers multiplied need more bits than there are at a thousandth of a step."""
    quantities = {name: number(name, "0", "100", "1/100") for name in "abc"}
    rule: Condition = Compare(Value("a"), Relation.GT, Number(Fraction(1)))
    fine = refined(Protocol("roomy", quantities), {}, (rule,)).quantities["a"].kind
    assert isinstance(fine, NumberKind)
    assert fine.step == Fraction(1, 100_000)
    tight = Compare(Product((Value("a"), Value("b"), Value("c"))), Relation.GT, Number(Fraction(1)))
    coarse = refined(Protocol("tight", quantities), {}, (tight,)).quantities["a"].kind
    assert isinstance(coarse, NumberKind)
    assert coarse.step == Fraction(1, 10_000)
