"""Every figure, worked out a second time in plain Python (`naive`); and replications side by side, as each is alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.results.comparing import Named, by_name, differences
from tests.simulate.results.naive.numbers import Number
from tests.simulate.results.naive.overheard import Turn, overheard
from tests.simulate.results.records import figures_by_name, record_from
from tests.simulate.results.trials import (
    BUSY,
    Told,
    busy_trials,
    draws_of,
    nobody,
    nobody_treated,
    replication,
    side_by_side,
    told,
    unlike_world,
    without_departments,
)
from tests.simulate.runs.small import small
from tests.simulate.trial.cases import Case, busy_case, cases
from tests.simulate.trial.scene import Person, drawn, world as scene
from trialproof.simulate.results.hands import READABLE, Hands
from trialproof.simulate.results.metrics import METRICS, table
from trialproof.simulate.results.record import Covariate
from trialproof.simulate.results.records import together
from trialproof.simulate.runs.replicate import replications as run_replications
from trialproof.simulate.runs.simulation import prepared
from trialproof.simulate.trial.contract import Draws, Ledger, World


def every_pair_of_hands() -> list[Hands]:
    """What adds up figures: in numpy, and compiled where numba is installed."""
    if not find_spec("numba"):
        return [READABLE]
    from trialproof.simulate.fast.hands import COMPILED

    return [READABLE, COMPILED]


HANDS = every_pair_of_hands()


def all_differences(replications: Sequence[Told], expected: Sequence[dict[str, Number]] | None = None) -> list[str]:
    """What is wrong with figures of replications worked out together, whatever adds them up."""
    expected = expected or [each.expected() for each in replications]
    records = [each.record for each in replications]
    return [
        difference
        for hands in HANDS
        for pair in zip(by_name(table(together(records, hands))), expected, strict=True)
        for difference in differences(*pair)
    ]


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_every_figure_of_a_random_trial_is_what_plain_python_makes_of_it(case: Case) -> None:
    assert all_differences([replication(case)]) == []


@pytest.mark.parametrize("seed", range(12))
def test_in_a_busy_trial_too(seed: int) -> None:
    assert all_differences([replication(busy_case(seed))]) == []


def test_and_where_hardly_anything_happens() -> None:
    case = busy_case(1)
    treated = unlike_world(case)
    for world in (treated, without_departments(treated)):
        draws = draws_of(case, world, 1)
        for few in (nobody(draws), nobody_treated(draws)):
            assert all_differences([told(world, few, 1)]) == []


def test_figures_of_a_scenario_are_what_plain_python_makes_of_its_records() -> None:
    """Of real columns, under real names; chances of the linacs are drawn no further than they are needed."""
    heard: list[Sequence[Turn]] = []

    def listen(world: World, draws: Draws) -> Ledger:
        ledger, turns = overheard(world, draws)
        heard.append(turns)
        return ledger

    ran = run_replications(prepared(small()), range(6), listen)
    found = [Told(each.record, each.record, heard[-1]) for each in ran]
    assert len(found) == 6
    assert sum(len(each.turns) for each in found) > 300
    assert all_differences(found) == []


def test_there_is_something_to_find_in_busy_trials() -> None:
    figures = [each for _, expected in busy_trials() for each in expected]
    seen = {name for each in figures for name, value in each.items() if value}
    assert {name.partition(".")[0] for name in seen} == set(METRICS)
    of = {name.partition(".")[0] for name in seen if name.count(".") == 1}
    missing = {name for name in figures[0] if name.partition(".")[0] in of} - seen
    assert missing == set()


def bits(records: Sequence[Told], hands: Hands = READABLE) -> list[tuple[bytes, bytes]]:
    """The figures of each replication as the very bytes, and which of them exist."""
    _, (values, exist) = table(together([each.record for each in records], hands))
    assert values.dtype == np.float64
    return [(row.tobytes(), there.tobytes()) for row, there in zip(values, exist, strict=True)]


@settings(max_examples=30, deadline=None)
@given(case=cases(), number=st.integers(2, 4), turn=st.integers(0, 6))
def test_replications_side_by_side_are_bit_for_bit_what_each_is_alone(case: Case, number: int, turn: int) -> None:
    replications = side_by_side(case, number)
    replications = replications[turn:] + replications[:turn]
    alone = [row for each in replications for row in bits([each])]
    for hands in HANDS:
        assert bits(replications, hands) == alone
        assert bits(replications[::-1], hands) == alone[::-1]
        assert bits(replications[:1] * 3, hands) == alone[:1] * 3


@pytest.mark.parametrize("world", range(len(BUSY)))
def test_busy_trials_side_by_side_too(world: int) -> None:
    replications, expected = busy_trials()[world]
    alone = [row for each in replications for row in bits([each])]
    assert [bits(replications, hands) for hands in HANDS] == [alone] * len(HANDS)
    assert all_differences(replications, expected) == []


def test_nobody_came_to_any_replication() -> None:
    world = unlike_world(busy_case(2))
    empty = told(world, nobody(draws_of(busy_case(2), world, 2)), 2)
    assert bits([empty] * 3) == bits([empty]) * 3
    assert all_differences([empty] * 3) == []


@pytest.mark.parametrize(
    ("value", "share"),
    [(0.1, False), (1 / 3, False), (0.7, False), (-2.3, False), (1e9 + 1e-3, False), (0, False), (0, True), (1, True)],
)
def test_values_that_are_all_alike_differ_by_nothing_even_where_their_mean_is_not_exact(
    value: float, *, share: bool
) -> None:
    """The mean of 0.1 three times is not 0.1 in binary: from it, there would be a variance."""
    tables = scene(target=6)
    draws = drawn(tables, *(Person(arm=each % 2) for each in range(6)))
    there = np.ones(6, np.bool_)
    covariates = {
        "alike": Covariate(np.full(6, value, np.float64), there, share=share),
        "one of each": Covariate(np.array([value, 1.0, value, 1.0, value, 1.0]), there, share=False),
        "one differs": Covariate(np.array([value, value, value, value, value, 1 - value]), there, share=False),
    }
    found = figures_by_name(record_from(tables, draws, covariates=covariates))
    assert found["enrolled"] == 6
    assert found["balance.alike.one-two"] is None
    assert found["balance.one of each.one-two"] is None
    assert found["balance.one differs.one-two"] is not None


def test_a_comparison_would_notice_a_figure_that_is_hardly_another() -> None:
    expected: dict[str, Number] = {"whole": 3, "part": Fraction(1, 3), "none": None, "balance.age": 0.5}
    right: Named = {"whole": 3.0, "part": 1 / 3, "none": None, "balance.age": 0.5}
    assert differences(right, expected) == []
    wrong = {"whole": 3.0 + 1e-15, "part": 1 / 3 + 1e-12, "none": 0.0, "balance.age": 0.5 + 1e-11}
    for name, value in wrong.items():
        assert len(differences({**right, name: value}, expected)) == 1, name
    assert len(differences({**right, "part": None}, expected)) == 1
    assert len(differences({**right, "more": 0.0}, expected)) == 1
    assert len(differences({}, expected)) == 4
