"""A cell is the simulation of the file with that value written into it; what the file would refuse is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.simulate.sweeps.tiny import LINACS, TINY, base, protocol, scenario_of, sweep
from trialproof.model.place import BadInput
from trialproof.model.source import parse_source
from trialproof.simulate.runs.simulation import simulation_of
from trialproof.simulate.scenario.load import parse_scenario
from trialproof.simulate.sweeps.design import Kind, latin, saltelli
from trialproof.simulate.sweeps.sweep import check

TEXT = (TINY / "scenario.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("varied", "old", "new"),
    [
        (f"{LINACS}=3", "machines: 2", "machines: 3"),
        ("accrual.target=30", "value: 20", "value: 30"),
        ("accrual.target.value=30", "value: 20", "value: 30"),
        ("accrual.consent=0.5", "probability: 90%", "probability: 0.5"),
        ("population.size.lognormal.median=45 mm", "median: 4 cm", "median: 45 mm"),
        ("population.size.lognormal={median: 3 cm, sigma: 1}", "median: 4 cm, sigma: 0.5", "median: 3 cm, sigma: 1"),
        ("accrual.screening.triangular.2=9 days", "3 days, 7 days", "3 days, 9 days"),
        ("accrual.screening.triangular=[1 day, 2 days, 3 days]", "[1 day, 3 days, 7 days]", "[1 day, 2 days, 3 days]"),
        ("accrual.sites.Town.Hospital.rate=2 per week", "rate: 6 per week", "rate: 2 per week"),
        ("departments.town.linacs.hours=07:00-11:00", "hours: 08:00-12:00, overtime", "hours: 07:00-11:00, overtime"),
        ("horizon=400 days", "horizon: 300 days", "horizon: 400 days"),
        ("treatment.fractions.missed.do=omit", "do: append", "do: omit"),
        ("begins=2028-01-03", "begins: 2027-01-04", "begins: 2028-01-03"),
    ],
)
def test_a_cell_is_what_the_file_would_be_with_the_value_in_it(varied: str, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    found = sweep(varied)
    by_hand = parse_scenario("by-hand.yaml", TEXT.replace(old, new), protocol())
    assert found.simulation(found.cells[0]).digest == simulation_of(protocol(), by_hand, 1).digest
    assert found.simulation(found.cells[0]).digest != base().simulation().digest


def test_a_department_that_is_like_another_follows_it() -> None:
    departments = scenario_of(f"{LINACS}=5").departments
    assert [each.linacs for each in departments.values()] == [5, 5]


def test_a_grid_has_every_combination_and_changes_the_last_first() -> None:
    found = sweep(f"{LINACS}=1,2", "accrual.target=10:30:10")
    assert found.cells == (("1", "10"), ("1", "20"), ("1", "30"), ("2", "10"), ("2", "20"), ("2", "30"))
    assert found.varied(found.cells[4]) == {LINACS: "2", "accrual.target": "20"}


@pytest.mark.parametrize(
    ("varied", "message", "advice"),
    [
        ("departments.town.linac.machines=1", "`departments.town` has no `linac`", "did you mean `linacs`?"),
        ("departments.village.linacs.machines=1", "`departments.village` has no `linacs`", "it is like `town`"),
        ("horizons=1", "the scenario file has no `horizons`", "did you mean `horizon`?"),
        ("population.size=3 cm", "`population.size` says more than", "`population.size.lognormal`"),
        ("departments=1", "says more than one value", "`departments.town`"),
        ("accrual.screening.triangular.3=1 day", "has no item `3`", "its items are 0 to 2"),
        ("accrual.screening.triangular.x=1 day", "has no item `x`", "its items are 0 to 2"),
        ("accrual.target.value.more=1", "is a single value, and has no `more`", ""),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_a_hint(varied: str, message: str, advice: str) -> None:
    with pytest.raises(BadInput, match=message.replace(".", r"\.")) as caught:
        sweep(varied)
    assert str(caught.value.place) == f"--vary {varied.partition('=')[0]}"
    assert advice in (caught.value.help or "")


@pytest.mark.parametrize(
    ("varied", "message", "named"),
    [
        ([f"{LINACS}=1,0"], "expected a whole number from 1", f"--vary {LINACS}=0"),
        ([f"{LINACS}=2.5"], "expected a whole number from 1", f"--vary {LINACS}=2.5"),
        (["accrual.consent=120%", "accrual.target=5"], "does not lie between 0 and 1", "--vary accrual.consent=120%"),
        (["population.size.lognormal.median=3 kg"], "amount in kg", "--vary population.size.lognormal.median=3 kg"),
        (["accrual.screening.triangular.0=9 days"], "is not above", "--vary accrual.screening.triangular.0=9 days"),
        (["horizon=[1"], "expected", "--vary horizon=[1"),
    ],
)
def test_a_value_that_the_file_would_refuse_is_refused_by_its_name(
    varied: list[str], message: str, named: str
) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        check(sweep(*varied))
    assert str(caught.value.place) == named


def test_where_values_do_not_go_with_the_rest_both_are_named() -> None:
    with pytest.raises(BadInput) as caught:
        check(sweep("accrual.sites.Village.opens=100 days", "horizon=50 days"))
    assert "--vary horizon=50 days" in str(caught.value.place) or "opens" in str(caught.value.place)
    with pytest.raises(BadInput, match="opens after the horizon") as caught:
        check(sweep("horizon=50 days", "accrual.sites.Village.opens=60 days"))
    with pytest.raises(BadInput, match="is varied twice"):
        sweep("accrual.consent=50%", "accrual.consent.probability=60%")


def test_a_bad_file_is_told_as_such_and_not_blamed_on_what_is_varied() -> None:
    bad = parse_source("scenario.yaml", TEXT.replace("machines: 2", "machines: many"))
    broken = replace(sweep("accrual.target=10"), base=replace(base(), source=bad))
    with pytest.raises(BadInput) as caught:
        check(broken)
    assert str(caught.value.place).startswith("scenario.yaml:")


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_axis() -> None:
    points = latin(3, 20, entropy=7)
    for at in range(3):
        assert sorted((points[:, at] * 20).astype(int)) == list(range(20))
    assert np.array_equal(points, latin(3, 20, entropy=7))
    assert not np.array_equal(points, latin(3, 20, entropy=8))


def test_saltellis_points_change_one_value_at_a_time() -> None:
    points = saltelli(3, 8, entropy=1).reshape(8, 5, 3)
    first, second = points[:, 0], points[:, -1]
    assert len(np.unique(first)) == first.size
    assert not (first == second).any()
    for at in range(3):
        changed = points[:, at + 1]
        assert np.array_equal(changed[:, at], second[:, at])
        others = [other for other in range(3) if other != at]
        assert np.array_equal(changed[:, others], first[:, others])


def test_cells_are_drawn_from_the_entropy_and_nothing_else() -> None:
    varied = ("accrual.consent=50..90%", "accrual.target=10,20")
    one, same, other = (sweep(*varied, kind=Kind.LATIN, number=6, entropy=each) for each in (3, 3, 4))
    assert one.cells == same.cells
    assert one.cells != other.cells
    assert {cell[1] for cell in one.cells} == {"10", "20"}


def test_a_grid_needs_values_and_not_ends() -> None:
    with pytest.raises(BadInput, match="a grid needs the values between two ends") as caught:
        sweep("accrual.consent=50..90%")
    assert "--latin" in str(caught.value.help)


def test_a_sweep_that_never_ends_is_not_begun() -> None:
    with pytest.raises(BadInput, match="a sweep of 1,000,000 cells"):
        sweep("accrual.target=1:1000:1", "horizon=1:1000:1 days")
