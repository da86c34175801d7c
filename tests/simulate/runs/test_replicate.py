"""A replication is a function of the simulation and its number: not of chunks, blocks, neighbours or processes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.runs.small import small
from trialproof.simulate.accrual.enrolment import Enrolment
from trialproof.simulate.assignment import assign
from trialproof.simulate.cohort import spread
from trialproof.simulate.population import screening
from trialproof.simulate.population.policy import NONE
from trialproof.simulate.results.metric import Figure
from trialproof.simulate.runs import candidates
from trialproof.simulate.runs.candidates import candidates_of
from trialproof.simulate.runs.replicate import columns_of, replications
from trialproof.simulate.runs.simulation import digest, prepared, simulation_of
from trialproof.simulate.trial.contract import L_ENROLLED


def figures_of(numbers: list[int], entropy: int = 1) -> dict[int, tuple[Figure, ...]]:
    return {each.number: each.figures() for each in replications(prepared(small(entropy)), numbers)}


@settings(max_examples=10, deadline=None)
@given(numbers=st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True))
def test_a_replication_is_the_same_alone_and_among_others(numbers: list[int]) -> None:
    together = figures_of(numbers)
    for number in numbers:
        assert figures_of([number])[number] == together[number]


def test_another_entropy_and_another_number_are_other_trials() -> None:
    assert figures_of([3])[3] != figures_of([4])[4]
    assert figures_of([3])[3] != figures_of([3], entropy=2)[3]


def test_how_many_candidates_are_drawn_ahead_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = replace(small(), digest="drawn in small blocks")
    asked: list[int] = []

    def overhear(*arguments: object) -> object:
        found = screen(*arguments)  # type: ignore[arg-type]
        asked.append(len(found.number))
        return found

    screen = screening.screen
    whole = candidates_of(prepared(small()), [0, 1, 2])
    monkeypatch.setattr(candidates, "screen", overhear)
    monkeypatch.setattr(candidates, "enough", lambda _: 1)
    parts = candidates_of(prepared(one_by_one), [0, 1, 2])
    assert len(asked) > 3
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one.arrive, other.arrive)
        assert np.array_equal(one.enrolment.enrolled, other.enrolment.enrolled)
        for name in ("number", "failed", "arm", "true_arm", "course", "by_rule"):
            assert np.array_equal(getattr(one.candidates, name), getattr(other.candidates, name)), name
        for name, column in one.candidates.record.columns.items():
            there, size = other.candidates.record.columns[name], one.candidates.record.size
            assert np.array_equal(column.values, there.values)
            assert np.array_equal(spread(column.recorded, size), spread(there.recorded, size))


def test_who_is_enrolled_in_the_ledger_is_who_was_expected_to_be() -> None:
    ready = prepared(small())
    for each, came in zip(replications(ready, range(6)), candidates_of(ready, range(6)), strict=True):
        enrolment: Enrolment = came.enrolment
        rows = each.record.said(L_ENROLLED)
        assert rows[:, 1].tolist() == came.candidates.number[enrolment.enrolled].tolist()
        assert rows[:, 0].tolist() == enrolment.minute.tolist()


def test_the_arm_of_whom_the_rules_settle_is_the_one_that_assign_gives() -> None:
    simulation = small()
    for each in replications(prepared(simulation), range(5)):
        people = each.candidates
        found = assign(simulation.protocol, people.record, simulation.scenario.reading)
        size = people.record.size
        settled = spread(found.decisions["arm"].settled, size)
        for position, choice in enumerate(simulation.protocol.decisions["arm"].choices):
            takes = spread(found.decisions["arm"].takes[choice.name].holds, size) & settled
            assert (people.arm[takes] == position).all()
        assert (people.arm[spread(found.decisions["arm"].outside, size)] == NONE).all()


def test_columns_do_not_depend_on_anybody() -> None:
    ready = prepared(small())
    (found,) = replications(ready, [5])
    assert [column for column, _ in found.figures()] == list(columns_of(ready))


def test_digests_tell_simulations_apart_and_not_where_they_were_read() -> None:
    protocol, scenario = small().protocol, small().scenario
    assert simulation_of(protocol, scenario, 1) == small()
    assert simulation_of(replace(protocol, file="elsewhere/protocol.yaml"), replace(scenario, file="b"), 1) == small()
    assert simulation_of(protocol, scenario, 2) != small()
    assert simulation_of(protocol, replace(scenario, horizon_days=401), 1) != small()
    assert simulation_of(replace(protocol, title="another"), scenario, 1) != small()


@pytest.mark.parametrize(
    ("one", "other"),
    [((1, (2,)), ((1, 2),)), (1, "1"), (1, 1.0), (True, 1), ({"a": 1}, ("a", 1)), ((), {}), (None, "")],
)
def test_different_values_have_different_digests(one: object, other: object) -> None:
    assert digest(one) != digest(other)


def test_what_a_patient_would_get_otherwise_is_told_by_the_rules_on_the_same_patients() -> None:
    simulation = small()
    ready = prepared(simulation)
    apart = 0
    for each in replications(ready, range(8)):
        people, screened = each.candidates, each.record.screened
        size = people.record.size
        assert np.array_equal(screened.as_read, people.by_rule)
        truly = assign(ready.setting.finer, people.truth, simulation.scenario.reading)
        settled = spread(truly.decisions["arm"].settled, size)
        for position, choice in enumerate(simulation.protocol.decisions["arm"].choices):
            takes = spread(truly.decisions["arm"].takes[choice.name].holds, size) & settled
            assert (screened.true_arm[takes] == position).all()
        apart += int((screened.true_arm != people.arm).sum())
        enrolled = each.came.enrolment.enrolled
        for (sentence, reading), arms in screened.under.items():
            assert (np.delete(arms, enrolled) == NONE).all()
            found = assign(simulation.protocol, people.record, {**simulation.scenario.reading, sentence: reading})
            for position, choice in enumerate(simulation.protocol.decisions["arm"].choices):
                fate = found.decisions["arm"]
                takes = spread(fate.takes[choice.name].holds, size) & spread(fate.settled, size)
                assert np.array_equal(arms[enrolled] == position, takes[enrolled])
    assert apart > 0
