"""The least value that suffices: right where it is certain, open where it is not, and never silent about disorder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.sweeps.tiny import LINACS, made_up, silent, sweep
from trialproof.model.place import BadInput
from trialproof.reports.least_text import say_answer
from trialproof.simulate.results.metric import Column
from trialproof.simulate.scenario.scenario import Scenario
from trialproof.simulate.sweeps import cells as cells_module
from trialproof.simulate.sweeps.condition import Standing, judge, read_condition
from trialproof.simulate.sweeps.design import Kind
from trialproof.simulate.sweeps.least import Least, _bisect, looks
from trialproof.simulate.sweeps.session import begun, searches

Figure = Callable[[Scenario, np.random.Generator], "float | None"]


def linacs_of(scenario: Scenario) -> int:
    return scenario.departments["town"].linacs


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Least]:
    def run(
        figure: Figure, condition: str, *, values: int = 6, first: int = 20, most: int = 80, name: str = "start_days"
    ) -> Least:
        monkeypatch.setattr(cells_module, "compute", made_up(figure, name))
        wanted = [read_condition(condition)]
        with begun(sweep(f"{LINACS}=1:{values}:1"), Kind.GRID, tmp_path / name, 1, None) as cells:
            ((others, least),) = searches(cells, wanted, first, most, silent)
        assert others == {}
        return least

    return run


def test_the_least_value_is_found_and_neighbours_are_tested(search: Callable[..., Least]) -> None:
    least = search(lambda scenario, chance: 40 / linacs_of(scenario) + chance.normal(), "start_days < 15")
    assert (least.enough, least.short, least.is_open, least.is_consistent) == (2, 1, False, True)
    standings = {each.position: each.standing for each in least.tested}
    assert standings[2] is Standing.HOLDS
    assert standings[1] is Standing.FAILS
    assert standings[3] is Standing.HOLDS


def test_a_condition_can_want_more(search: Callable[..., Least]) -> None:
    least = search(lambda scenario, chance: 10 * linacs_of(scenario) + chance.normal(), "start_days > 35")
    assert (least.enough, least.short, least.is_open) == (3, 2, False)


def test_where_the_first_value_suffices_it_is_the_answer(search: Callable[..., Least]) -> None:
    least = search(lambda _scenario, chance: chance.normal(), "start_days < 15")
    assert (least.enough, least.short, least.is_open) == (0, None, False)


def test_where_none_suffices_that_is_said(search: Callable[..., Least]) -> None:
    least = search(lambda _scenario, chance: 50 + chance.normal(), "start_days < 15")
    assert (least.enough, least.is_open) == (None, False)
    assert [each.position for each in least.tested] == [0, 5]


def test_where_the_cap_does_not_decide_it_stays_open(search: Callable[..., Least]) -> None:
    """With three linacs the mean is the bound itself: no number of replications can decide."""

    def figure(scenario: Scenario, chance: np.random.Generator) -> float:
        return {1: 40.0, 2: 30.0, 3: 15.0, 4: 5.0, 5: 4.0, 6: 3.0}[linacs_of(scenario)] + 3 * chance.normal()

    least = search(figure, "start_days < 15.2")
    assert (least.enough, least.short, least.is_open) == (3, 1, True)
    (third,) = (each for each in least.tested if each.position == 2)
    assert third.standing is Standing.OPEN
    assert third.replications == 80


def test_where_even_the_largest_is_open_the_answer_is_open(search: Callable[..., Least]) -> None:
    least = search(lambda _scenario, chance: 15 + 3 * chance.normal(), "start_days < 15.1")
    assert (least.enough, least.is_open) == (None, True)


def test_a_larger_value_that_does_worse_is_told(search: Callable[..., Least]) -> None:
    def figure(scenario: Scenario, chance: np.random.Generator) -> float:
        return {1: 40.0, 2: 5.0, 3: 12.0, 4: 6.0, 5: 4.0, 6: 3.0}[linacs_of(scenario)] + chance.normal()

    least = search(figure, "start_days < 15")
    assert least.enough == 1
    assert not least.is_consistent
    (worse,) = least.worse
    assert (worse.smaller, worse.larger) == (1, 2)
    assert worse.difference == pytest.approx(7)


def test_a_larger_value_that_fails_where_a_smaller_one_holds_is_told(search: Callable[..., Least]) -> None:
    def figure(scenario: Scenario, chance: np.random.Generator) -> float:
        return {1: 40.0, 2: 5.0, 3: 20.0, 4: 6.0, 5: 4.0, 6: 3.0}[linacs_of(scenario)] + chance.normal()

    least = search(figure, "start_days < 15", values=4)
    assert (least.enough, least.short) == (1, 0)
    assert not least.is_consistent
    assert {each.position: each.standing for each in least.tested}[2] is Standing.FAILS


def test_the_probability_that_a_trial_exceeds_a_value(search: Callable[..., Least]) -> None:
    def figure(scenario: Scenario, chance: np.random.Generator) -> float:
        return 12.0 if chance.random() < 0.9 / linacs_of(scenario) ** 2 else 3.0

    least = search(figure, "P(start_days > 10) < 30%", first=100, most=800)
    assert (least.enough, least.short, least.is_open) == (1, 0, False)


def test_trials_without_a_figure_are_counted(search: Callable[..., Least]) -> None:
    least = search(lambda _scenario, chance: None if chance.random() < 0.5 else 3 + chance.normal(), "start_days < 15")
    (verdict,) = least.tested[-1].verdicts
    assert verdict.absent > 0
    assert verdict.n + verdict.absent == least.tested[-1].replications


def test_a_share_that_was_never_seen_is_not_taken_for_impossible(search: Callable[..., Least]) -> None:
    """All replications gave 0: a Student interval would have no width, and decide at once."""
    least = search(lambda _scenario, _chance: 0.0, "late_start_share < 5%", name="late_start_share")
    assert least.enough is None
    assert least.is_open
    assert least.tested[-1].replications == 80


def test_each_setting_of_what_is_varied_besides_has_its_own_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def figure(scenario: Scenario, chance: np.random.Generator) -> float:
        return scenario.accrual.target / linacs_of(scenario) + chance.normal()

    monkeypatch.setattr(cells_module, "compute", made_up(figure))
    with begun(sweep("accrual.target=20,50", f"{LINACS}=1:6:1"), Kind.GRID, tmp_path / "s", 1, None) as cells:
        found = list(searches(cells, [read_condition("start_days < 15")], 20, 80, silent))
    assert [others["accrual.target"] for others, _ in found] == ["20", "50"]
    assert [least.enough for _, least in found] == [1, 3]


def test_a_search_goes_on_where_it_was_left_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    computed: list[int] = []

    def counted(*arguments: object) -> object:
        computed.append(1)
        if len(computed) == 6:
            raise KeyboardInterrupt
        return made_up(lambda scenario, chance: 40 / linacs_of(scenario) + chance.normal())(*arguments)  # type: ignore[arg-type]

    def run(name: str) -> Least:
        with begun(sweep(f"{LINACS}=1:6:1"), Kind.GRID, tmp_path / name, 1, None) as cells:
            ((_, least),) = searches(cells, [read_condition("start_days < 15")], 20, 80, silent)
        return least

    monkeypatch.setattr(cells_module, "compute", counted)
    with pytest.raises(KeyboardInterrupt):
        run("interrupted")
    again, calls = run("interrupted"), len(computed)
    computed[:] = [1] * 100
    whole = run("whole")
    assert again == whole
    assert calls - 1 == len(computed) - 100


def test_a_real_search_over_a_real_simulation(tmp_path: Path) -> None:
    with begun(sweep("accrual.target=12", f"{LINACS}=1:4:1"), Kind.GRID, tmp_path / "s", 1, None) as cells:
        ((others, least),) = searches(cells, [read_condition("start_days < 25")], 10, 40, silent)
    assert others == {"accrual.target": "12"}
    assert least.enough is not None
    assert least.tested[0].unstarted is not None


@pytest.mark.parametrize(
    ("text", "figure", "bound", "at_least", "above", "below"),
    [
        ("late_start_share < 10%", "late_start_share", 0.1, False, None, None),
        ("late_start_share<0.1", "late_start_share", 0.1, False, None, None),
        ("completed_share > 0.9", "completed_share", 0.9, True, None, None),
        ("P(start_days_most > 42) < 5%", "start_days_most", 0.05, False, 42.0, None),
        ("P( wait.town.scan < 1.5 ) > 0.5", "wait.town.scan", 0.5, True, None, 1.5),
        ("balance.size.short-long < 1/3", "balance.size.short-long", 1 / 3, False, None, None),
    ],
)
def test_conditions_are_read(
    text: str, figure: str, bound: float, at_least: bool, above: float | None, below: float | None
) -> None:
    found = read_condition(text)
    assert (found.figure, found.bound, found.at_least) == (figure, bound, at_least)
    assert (found.above, found.below) == (above, below)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("late_start_share", "this is no condition"),
        ("late_start_share = 10%", "this is no condition"),
        ("late_start_share <= 10%", "this is no condition"),
        ("late_start_share < ten", "`ten` is no number"),
        ("< 10%", "this is no condition"),
        ("P(start_days > 3)", "this is no condition"),
        ("P(start_days > 3) < 120%", "lies between 0 and 1"),
        ("P(start_days > 3) < 0", "lies between 0 and 1"),
        ("P(start_days) < 5%", "this is no condition"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_condition(text)
    assert str(caught.value.place) == f"--so-that {text}"


def test_a_condition_about_no_figure_is_refused(tmp_path: Path) -> None:
    with (
        begun(sweep(f"{LINACS}=1,2"), Kind.GRID, tmp_path / "s", 1, None) as cells,
        pytest.raises(BadInput, match="there is no figure `start_dayz`"),
    ):
        list(searches(cells, [read_condition("start_dayz < 3")], 10, 20, silent))
    assert not list((tmp_path / "s" / "cells").iterdir())


@pytest.mark.parametrize("truth", [0.10, 0.12])
def test_a_condition_that_is_not_so_is_seldom_called_so(truth: float) -> None:
    """The share of searches that call a bound kept that is not is far below what was promised."""
    wanted = read_condition("late_start_share < 10%")
    generator = np.random.default_rng(int(1000 * truth))
    column = Column("late_start_share")
    wrong = 0
    for _ in range(1000):
        values = generator.binomial(20, truth, 400) / 20
        for look in looks(50, 400):
            rows = [(float(value), True) for value in values[:look]]
            if judge(wanted, column, rows, 1 - 0.05 / 4).standing is Standing.HOLDS:
                wrong += 1
                break
    assert wrong <= 40


def test_looks_double_and_end_at_the_cap() -> None:
    assert looks(100, 1600) == [100, 200, 400, 800, 1600]
    assert looks(100, 300) == [100, 200, 300]
    assert looks(100, 100) == [100]
    assert looks(100, 50) == [100]


@settings(max_examples=200)
@given(size=st.integers(1, 40), edge=st.integers(0, 40))
def test_bisection_finds_the_edge_and_asks_seldom(size: int, edge: int) -> None:
    edge, asked = min(edge, size - 1), 0

    def is_so(position: int) -> bool:
        nonlocal asked
        asked += 1
        return position >= edge

    assert _bisect(-1, size - 1, is_so) == (edge - 1, edge)
    assert asked <= size.bit_length()


def test_the_level_of_all_intervals_together_is_kept() -> None:
    from trialproof.simulate.sweeps.least import Search

    wanted = (read_condition("start_days < 15"), read_condition("start_days_most < 42"))
    for values in (1, 2, 3, 8, 16, 1000):
        found = Search(None, tuple(range(values)), wanted, 100, 1600, silent)  # type: ignore[arg-type]
        most = min(values, 2 * int(np.ceil(np.log2(max(values, 2)))) + 2)
        assert (1 - found.level) * most * 5 * 2 <= 0.05 + 1e-12



def test_where_the_largest_value_does_not_suffice_the_smallest_is_tried_before_none_is_said(
    search: Callable[..., Least],
) -> None:
    least = search(lambda scenario, chance: 10 * linacs_of(scenario) + chance.normal(), "start_days < 15")
    assert (least.enough, least.is_open, least.is_consistent) == (None, True, False)
    assert [each.standing for each in least.tested] == [Standing.HOLDS, Standing.FAILS]
    assert "more is not better here" in say_answer(LINACS, [str(each) for each in range(1, 7)], least)


@pytest.mark.parametrize(
    ("name", "condition", "said"),
    [
        ("late_start_share", "late_start_share < 20", "never more than 1"),
        ("start_days", "start_days < 900%", "in percent"),
    ],
)
def test_a_bound_that_no_figure_could_pass_or_that_is_in_another_unit_is_refused(
    search: Callable[..., Least], name: str, condition: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        search(lambda _scenario, _chance: 0.5, condition, name=name)


def test_a_machine_can_be_used_for_more_than_its_hours(search: Callable[..., Least]) -> None:
    name = "linac_utilisation.town.linac1.all"
    least = search(lambda _scenario, chance: 1.01 + chance.normal() / 1e3, f"{name} < 1.05", name=name)
    assert least.enough == 0
