"""Twins of whole simulations: each under the name of a figure, and as far from its mean as chance allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.simulate.results.metric import Column
from trialproof.simulate.runs.replicate import columns_of, replications
from trialproof.simulate.runs.simulation import Prepared, prepared, simulation_of
from trialproof.simulate.scenario.scenario import Arrivals, Handling, Policy, Scenario
from trialproof.simulate.twins.compare import Compared, compare
from trialproof.simulate.twins.twin import NoTwin, Twin

COUNT = 200


def open_to_all(**accrual: object) -> Scenario:
    """The small scenario without treatment and without caps, so that only screening and accrual are left."""
    scenario = small_scenario()
    sites = tuple(replace(site, cap=None) for site in scenario.accrual.sites)
    plan = replace(scenario.accrual, sites=sites, **accrual)  # type: ignore[arg-type]
    return replace(scenario, accrual=plan, treatment=None, departments={}, horizon_days=500)


def excluding(scenario: Scenario) -> Scenario:
    policies = {name: replace(each, gap=Policy(Handling.EXCLUDE)) for name, each in scenario.policies.items()}
    return replace(scenario, policies=policies)


SCENARIOS = {
    "poisson": open_to_all(),
    "poisson-gamma": open_to_all(arrivals=Arrivals.POISSON_GAMMA, shape=1.2),
    "excluding": excluding(open_to_all(target=25)),
}


def made_ready(scenario: Scenario) -> Prepared:
    return prepared(simulation_of(small_protocol(), scenario, 20))


@cache
def simulated(name: str) -> tuple[Compared, dict[Column, np.ndarray]]:
    """What theory says of a scenario, and its figures in many replications (nan for none)."""
    ready = made_ready(SCENARIOS[name])
    found: dict[Column, list[float]] = defaultdict(list)
    for replication in replications(ready, range(COUNT)):
        for column, value in replication.figures():
            found[column].append(np.nan if value is None else value)
    return compare(ready.setting), {column: np.array(values) for column, values in found.items()}


def test_of_a_target_that_is_hardly_ever_reached_it_is_not_said_how_long_that_takes() -> None:
    """The probability is a few roundings away from nothing, and a quotient by it would be any number."""
    found = compare(made_ready(open_to_all(target=300)).setting)
    values = {name_of(each): each.value for each in found.twins}
    assert values["target_reached"] < 1e-9
    assert "duration_if_reached" not in values


def name_of(twin: Twin) -> str:
    return f"{twin.metric}.{twin.of}" if twin.of else twin.metric


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_figure_is_as_near_its_twin_as_chance_allows(name: str) -> None:
    compared, figures = simulated(name)
    by_name = {column.name: values[~np.isnan(values)] for column, values in figures.items()}
    assert compared.without == ()
    for twin in compared.twins:
        values = by_name[name_of(twin)]
        error = values.std(ddof=1) / np.sqrt(len(values))
        if twin.metric == "target_reached":
            error = np.sqrt(twin.value * (1 - twin.value) / len(values))
        # A thing so rare that it was never seen has no error of its own: it is judged as a Poisson count.
        rare = np.sqrt(max(twin.value, 0.0) / len(values))
        assert abs(values.mean() - twin.value) <= 4.2 * max(error, rare if not error else 0.0) + 1e-9, name_of(twin)


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_twin_stands_twice_and_all_say_where_they_come_from(name: str) -> None:
    twins = simulated(name)[0].twins
    assert len({name_of(twin) for twin in twins}) == len(twins)
    assert all(twin.formula and twin.source for twin in twins)
    assert {twin.metric for twin in twins} >= {
        "arm_count", "arm_share", "arm_under", "candidates", "duration", "enrolled", "enrolled_at", "enrolled_by",
        "failed_any", "failed_first", "misassigned", "reading_changes", "stranded", "target_reached",
    }  # fmt: skip


def test_a_wrong_share_of_one_percent_of_all_would_be_far_away() -> None:
    compared, figures = simulated("poisson")
    values = figures[Column("arm_share", ("small",))]
    twin = next(each for each in compared.twins if name_of(each) == "arm_share.small")
    assert 0.01 / (values.std(ddof=1) / np.sqrt(COUNT)) > 1.7
    assert twin.value == pytest.approx(0.20645953, abs=1e-7)


def test_a_cap_at_a_site_leaves_shares_and_takes_numbers() -> None:
    scenario = small_scenario()
    compared = compare(made_ready(scenario).setting)
    assert {twin.metric for twin in compared.twins} == {"arm_share", "misassigned_share", "arm_under"}
    assert compared.without == (("accrual, and numbers of patients", NoTwin("site `two` takes at most 15")),)


def test_a_full_arm_leaves_nothing_that_depends_on_who_is_enrolled() -> None:
    compared = compare(made_ready(open_to_all(arm_caps={"small": 5})).setting)
    assert compared.twins == ()
    assert compared.without == (("accrual, and numbers of patients", NoTwin("arm `small` takes at most 5")),)


def test_even_arrivals_say_nothing_of_how_many_come() -> None:
    scenario = open_to_all(arrivals=Arrivals.DETERMINISTIC)
    fixed = tuple(replace(site, opens=scenario.accrual.sites[0].opens) for site in scenario.accrual.sites)
    scenario = replace(scenario, accrual=replace(scenario.accrual, sites=fixed))
    compared = compare(made_ready(scenario).setting)
    assert not {"candidates", "failed_any", "enrolled_at"} & {twin.metric for twin in compared.twins}
    assert {"duration", "enrolled", "arm_count"} <= {twin.metric for twin in compared.twins}
    assert compared.without == (("numbers of candidates", NoTwin("candidates come at even intervals")),)


def test_every_twin_is_of_a_figure_that_there_is() -> None:
    ready = made_ready(SCENARIOS["poisson"])
    assert {name_of(twin) for twin in compare(ready.setting).twins} <= {column.name for column in columns_of(ready)}
