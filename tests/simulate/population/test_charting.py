"""What is charted follows from what is true by error, heaping, rounding and range, and could be true of somebody."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings, strategies as st

from tests.agreement.strategies import World, worlds
from tests.simulate.population.test_people import KEY, number, setting_of
from tests.simulate.scenarios import populations, small_protocol, small_scenario
from trialproof.model.condition import Compare, Number, Relation, Value, Yes
from trialproof.model.patient import about
from trialproof.model.place import BadInput
from trialproof.model.protocol import Fact, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.simulate.cohort import Cohort, cohort_of, patients_of
from trialproof.simulate.population.charting import charted, to_multiples
from trialproof.simulate.population.people import true_values
from trialproof.simulate.population.setting import prepare
from trialproof.simulate.rational import TooManyBits
from trialproof.simulate.scenario.distribution import Distribution, Uniform
from trialproof.simulate.scenario.scenario import Chance, Charting, Numbers, Population, Variable

HALF = Fraction(1, 2)


def records(
    quantity: Quantity, charting: Charting, distribution: Distribution, size: int = 400
) -> tuple[list[Fraction], list[Fraction | None]]:
    """True values and what is charted of them."""
    protocol = Protocol("one", {quantity.name: quantity})
    population = Population((Variable(quantity.name, Numbers(distribution), charting),))
    setting = setting_of(protocol, population)
    people = true_values(setting, KEY, 0, np.arange(size))
    chart = charted(setting, KEY, people, 0, np.arange(size))
    true = [Fraction(each.as_dict()[quantity.name]) for each in patients_of(people)]
    found = [each.as_dict().get(quantity.name) for each in patients_of(chart.cohort)]
    return true, [None if each is None else Fraction(each) for each in found]


def rounded(value: Fraction, step: Fraction, rounding: str) -> Fraction:
    steps = value / step
    return step * {"down": floor(steps), "up": ceil(steps), "nearest": floor(steps + HALF)}[rounding]


@pytest.mark.parametrize("rounding", ["nearest", "down", "up"])
@pytest.mark.parametrize("step", ["1/10", "1", "10", "1/3"])
def test_what_is_charted_without_error_is_the_true_value_rounded_as_the_quantity_says(step: str, rounding: str) -> None:
    quantity = number("a", "-10", "30", step)
    assert isinstance(quantity.kind, NumberKind)
    quantity = replace(quantity, kind=replace(quantity.kind, rounding=rounding))
    true, found = records(quantity, Charting(), Distribution(Uniform(-10.0, 30.0)))
    low, high = ceil(-10 / Fraction(step)) * Fraction(step), floor(30 / Fraction(step)) * Fraction(step)
    assert found == [min(max(rounded(each, Fraction(step), rounding), low), high) for each in true]


def test_a_heaped_value_is_the_nearest_multiple_and_so_many_are_heaped() -> None:
    charting = Charting(heap=HALF, share=0.4)
    true, found = records(number("a", "0", "20", "1/10"), charting, Distribution(Uniform(2.0, 18.0)), 4000)
    plain = [rounded(each, Fraction(1, 10), "nearest") for each in true]
    heaped = [rounded(each, HALF, "nearest") for each in true]
    assert all(each in both for each, both in zip(found, zip(plain, heaped, strict=True), strict=True))
    telling = [each == one for each, one, other in zip(found, heaped, plain, strict=True) if one != other]
    assert np.mean(telling) == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize("rounding", ["nearest", "down", "up"])
def test_a_heap_that_is_no_multiple_of_the_step_is_rounded_again_as_the_quantity_says(rounding: str) -> None:
    charting, quantity = Charting(heap=Fraction(1, 4), share=1.0), number("a", "0", "20", "1/10")
    assert isinstance(quantity.kind, NumberKind)
    quantity = replace(quantity, kind=replace(quantity.kind, rounding=rounding))
    true, found = records(quantity, charting, Distribution(Uniform(2.0, 18.0)))
    assert found == [rounded(rounded(each, Fraction(1, 4), "nearest"), Fraction(1, 10), rounding) for each in true]


def test_an_error_of_measurement_has_the_spread_that_was_asked_for() -> None:
    quantity = number("a", "0", "100", None)
    true, found = records(quantity, Charting(error=2.5), Distribution(Uniform(40.0, 60.0)), 4000)
    errors = [float(each - one) for each, one in zip(found, true, strict=True) if each is not None]
    assert np.mean(errors) == pytest.approx(0, abs=5 * 2.5 / 4000**0.5)
    assert np.std(errors) == pytest.approx(2.5, rel=0.05)


def test_a_charted_value_stays_in_its_range() -> None:
    _, found = records(number("a", "0", "10", "1/10"), Charting(error=20.0), Distribution(Uniform(0.0, 10.0)))
    assert {Fraction(0), Fraction(10)} < set(found)
    assert all(each is not None and 0 <= each <= 10 for each in found)


def test_so_many_values_are_missing_and_the_others_are_as_they_would_be() -> None:
    quantity, distribution = number("a", "0", "10", "1/10"), Distribution(Uniform(0.0, 10.0))
    true, complete = records(quantity, Charting(error=0.5), distribution, 4000)
    _, found = records(quantity, Charting(error=0.5, missing=0.3), distribution, 4000)
    assert np.mean([each is None for each in found]) == pytest.approx(0.3, abs=0.03)
    assert all(each in (None, one) for each, one in zip(found, complete, strict=True))
    errors = [float(each - one) for each, one in zip(found, true, strict=True) if each is not None and 2 < one < 8]
    assert np.mean(errors) == pytest.approx(0, abs=5 * 0.5 / len(errors) ** 0.5)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-(10**6), 10**6), st.fractions(Fraction(1, 1000), 1000, max_denominator=1000),
    st.sampled_from(("nearest", "down", "up")),
)  # fmt: skip
def test_rounding_to_multiples_is_exact(point: int, ratio: Fraction, rounding: str) -> None:
    found = to_multiples(np.array([point]), ratio, rounding, most=10**6)[0]
    assert found == rounded(point * ratio, Fraction(1), rounding)


@pytest.mark.parametrize(("ratio", "most"), [(Fraction(10**10, 3), 10**9), (Fraction(1, 5 * 10**18), 1)])
def test_rounding_that_could_overflow_is_refused(ratio: Fraction, most: int) -> None:
    with pytest.raises(TooManyBits):
        to_multiples(np.array([1]), ratio, most=most)


def test_a_range_that_leaves_no_room_for_heaping_is_refused_by_name() -> None:
    heap = Fraction(10**6 + 3, 10**12 + 39)
    with pytest.raises(BadInput) as caught:
        records(number("a", "0", "1000000000", "1/10"), Charting(heap=heap, share=0.5), Distribution(Uniform(0.0, 9.0)))
    assert caught.value.message.startswith("there is no room to chart `a` exactly")


def test_an_error_is_made_before_a_value_is_heaped() -> None:
    charting = Charting(error=2.5, heap=HALF, share=1.0)
    true, found = records(number("a", "0", "100", "1/10"), charting, Distribution(Uniform(40.0, 60.0)), 4000)
    errors = [float(each - one) for each, one in zip(found, true, strict=True) if each is not None]
    assert np.std(errors) == pytest.approx(2.5, rel=0.05)
    assert all(each is not None and (each / HALF).denominator == 1 for each in found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_nobodys_record_depends_on_who_else_is_drawn(world: World, data: st.DataObject) -> None:
    try:
        setting = setting_of(world.protocol, data.draw(populations(world.protocol)))
    except OverflowError:
        event("too many bits")
        return
    replication = np.array(data.draw(st.lists(st.integers(0, 3), min_size=6, max_size=6)))
    number = np.array(data.draw(st.lists(st.integers(0, 1 << 20), min_size=6, max_size=6)))
    order = data.draw(st.permutations(range(6)))[: data.draw(st.integers(1, 6))]

    def chart(which: list[int] | range) -> list[object]:
        people = true_values(setting, KEY, replication[which], number[which])
        return list(patients_of(charted(setting, KEY, people, replication[which], number[which]).cohort))

    together = chart(range(6))
    assert chart(order) == [together[at] for at in order]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_a_record_holds_nothing_that_does_not_apply_and_nothing_that_is_not_true_of_anybody(
    world: World, data: st.DataObject
) -> None:
    try:
        setting = setting_of(world.protocol, data.draw(populations(world.protocol)))
    except OverflowError:
        event("too many bits")
        return
    people = true_values(setting, KEY, 0, np.arange(12))
    chart = charted(setting, KEY, people, 0, np.arange(12)).cohort
    for truth, record in zip(patients_of(people), patients_of(chart), strict=True):
        meaning = about(world.protocol, record)
        assert record.as_dict().keys() <= truth.as_dict().keys()
        assert not any(meaning.applies(name).fails for name in record.as_dict())
        for name in truth.as_dict().keys() - record.as_dict().keys():
            assert world.protocol.quantities[name].may_be_missing or meaning.applies(name).fails


def test_charted_values_stand_on_the_steps_of_the_protocol() -> None:
    setting = prepare(small_protocol(), small_scenario())
    people = true_values(setting, KEY, 0, np.arange(500))
    chart = charted(setting, KEY, people, 0, np.arange(500)).cohort
    assert patients_of(cohort_of(small_protocol(), patients_of(chart))) == patients_of(chart)


SMALLER = Fact(Compare(Value("least"), Relation.LE, Value("most")), "the least is not above the most")
PAIR = {name: number(name, "0", "10", "1/10") for name in ("least", "most")}


def ordered(charting: Charting, step: str = "1/10") -> tuple[Protocol, Population]:
    """Two numbers of which the first is always the smaller one, and close by."""
    quantities = {**PAIR, "most": number("most", "0", "10", step)}
    protocol = Protocol("ordered", quantities, facts=(SMALLER,))
    variables = (
        Variable("least", Numbers(Distribution(Uniform(4.0, 5.0))), charting),
        Variable("most", Numbers(Distribution(Uniform(5.0, 5.2))), charting),
    )
    return protocol, Population(variables)


def chart_of(protocol: Protocol, population: Population) -> tuple[Cohort, Cohort, list[bool]]:
    setting = setting_of(protocol, population)
    people = true_values(setting, KEY, 0, np.arange(2000))
    chart = charted(setting, KEY, people, 0, np.arange(2000))
    return people, chart.cohort, chart.queried.tolist()


def test_a_record_that_breaks_a_fact_is_charted_again_without_error_and_heaping() -> None:
    protocol, population = ordered(Charting(error=0.1, heap=HALF, share=0.7))
    people, chart, queried = chart_of(protocol, population)
    assert 0 < sum(queried) < 1000
    others = 0
    for truth, record, again in zip(patients_of(people), patients_of(chart), queried, strict=True):
        assert not about(protocol, record).truth(SMALLER.rule).fails
        plain = {name: rounded(Fraction(value), Fraction(1, 10), "nearest") for name, value in truth}
        if again:
            assert record.as_dict() == plain
        else:
            others += record.as_dict() != plain
    assert others > 500


def test_a_query_does_not_find_what_is_missing() -> None:
    protocol, population = ordered(Charting(error=0.5))
    c, extra = Quantity("c", YesNoKind(), may_be_missing=True), Variable("c", Chance(0.5), Charting(missing=0.5))
    protocol = replace(protocol, quantities={**protocol.quantities, "c": c})
    _, chart, queried = chart_of(protocol, replace(population, variables=(*population.variables, extra)))
    recorded = chart.columns["c"].recorded
    assert not isinstance(recorded, bool)
    assert 0.4 < recorded[np.array(queried)].mean() < 0.6


def test_a_record_that_rounding_alone_makes_impossible_is_an_error_that_names_the_patient() -> None:
    protocol, population = ordered(Charting(), step="4")
    with pytest.raises(BadInput) as caught:
        chart_of(protocol, population)
    assert caught.value.message.startswith("the scenario charts a patient who cannot be: it is taken for a fact that")
    assert caught.value.help is not None
    assert caught.value.help.endswith("most=4")


def test_what_the_chart_says_does_not_apply_is_not_charted() -> None:
    """Whoever is truly above the limit and charted below it has a true value that no data sheet asks for."""
    a = number("a", "0", "10", "1/10")
    b = Quantity("b", YesNoKind(), applies_if=Compare(Value("a"), Relation.GT, Number(Fraction(5))))
    protocol = Protocol("gate", {"a": a, "b": b})
    variables = (
        Variable("a", Numbers(Distribution(Uniform(4.0, 6.0))), Charting(error=0.5)),
        Variable("b", Chance(1.0)),
    )
    people, chart, _ = chart_of(protocol, Population(variables))
    seen = set()
    for truth, record in zip(patients_of(people), patients_of(chart), strict=True):
        true, said = Fraction(truth.as_dict()["a"]) > 5, Fraction(record.as_dict()["a"]) > 5
        assert ("b" in truth.as_dict()) is true
        assert ("b" in record.as_dict()) is (true and said)
        seen.add((true, said))
    assert len(seen) == 4


def test_yes_and_no_are_charted_as_they_are() -> None:
    protocol = Protocol("one", {"a": Quantity("a", YesNoKind())}, facts=(Fact(Yes("a"), "everybody is so"),))
    people, chart, queried = chart_of(protocol, Population((Variable("a", Chance(1.0)),)))
    assert (people.columns["a"].values == chart.columns["a"].values).all()
    assert not any(queried)
