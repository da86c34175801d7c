"""That only some days of the linacs are drawn shows in nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.simulate.runs import days, replicate
from trialproof.simulate.runs.days import are_enough
from trialproof.simulate.runs.replicate import replications
from trialproof.simulate.runs.simulation import Prepared, prepared, simulation_of
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import L_BOOKED, Ledger, World


def crowded() -> Prepared:
    """A trial whose linacs are so full that courses begin long after enrolment."""
    scenario = small_scenario()
    sites = tuple(replace(site, rate=site.rate * 4) for site in scenario.accrual.sites)
    few = {name: replace(each, linacs=1) for name, each in scenario.departments.items()}
    accrual = replace(scenario.accrual, sites=sites, target=60)
    return prepared(simulation_of(small_protocol(), replace(scenario, accrual=accrual, departments=few), 4))


def test_how_many_days_are_drawn_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    ready, again = crowded(), list[bool]()

    def overhear(world: World, ledger: Ledger, drawn: Ints) -> bool:
        again.append(are_enough(world, ledger, drawn))
        return again[-1]

    monkeypatch.setattr(replicate, "are_enough", overhear)
    found = {}
    for margin in (-80, 0, 40, 9999):
        monkeypatch.setattr(days, "MARGIN", margin)
        again.clear()
        found[margin] = [(each.record.ledger, each.figures()) for each in replications(ready, range(6))]
        if margin in (-80, 9999):
            assert all(again) == (margin == 9999)
    for margin in (-80, 0, 40):
        for (ledger, figures), (there, theirs) in zip(found[margin], found[9999], strict=True):
            assert np.array_equal(ledger, there)
            assert figures == theirs


def test_a_course_that_could_end_on_a_day_that_was_not_drawn_is_noticed() -> None:
    ready = crowded()
    (found,) = replications(ready, [1])
    world, ledger = ready.world, found.record.ledger
    booked = ledger[ledger[:, 2] == L_BOOKED]
    last = int((booked[:, 0] // 1440 + booked[:, 4]).max()) + world.rules.longest_days
    days_of = np.zeros((len(world.linacs), 2), np.int64)
    days_of[:, 1] = last + 1
    assert are_enough(world, ledger, days_of)
    days_of[:, 1] = last
    assert not are_enough(world, ledger, days_of)
    days_of[:, 1] = world.calendar.days
    assert are_enough(world, ledger, days_of)
