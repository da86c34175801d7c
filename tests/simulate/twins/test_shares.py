"""Exact shares: against samples of the very population that they integrate, and against listing all patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings, strategies as st
from scipy import stats

from tests.agreement.strategies import World, worlds
from tests.simulate.population.test_screening import one_choice, scenarios_over
from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.model.place import BadInput
from trialproof.simulate.population.policy import NONE
from trialproof.simulate.population.screening import FIRST_CRITERION, STRANDED, Candidates, screen
from trialproof.simulate.population.setting import Setting, prepare
from trialproof.simulate.population.streams import key_of
from trialproof.simulate.twins.shares import KINDS, Shares, shares
from trialproof.simulate.twins.twin import NoTwin

KEY = key_of(11)


def compared(setting: Setting, found: Candidates, exact: Shares) -> Iterator[tuple[str, np.ndarray, float]]:
    """(what, who of the sample, its exact probability), for everything that is integrated."""
    criteria = enumerate(setting.protocol.criteria)
    fails = {each.id: (found.failed >> (FIRST_CRITERION + place) & 1) == 1 for place, each in criteria}
    left = np.ones(len(found.failed), np.bool_)
    for name, those in fails.items():
        yield f"fails {name}", those, exact.fails[name]
        yield f"fails {name} first", left & those, exact.first[name]
        left &= ~those
    yield "eligible", left, exact.eligible
    yield "passing", found.passed, exact.passing
    takes_part = 1 - (found.failed & 1)
    stranded = (found.failed >> STRANDED & 1) == 1
    consent = setting.scenario.accrual.consent
    yield "excluded and takes part", stranded & (takes_part == 1), exact.excluded * consent
    for (decision, kind), chance in exact.unsettled.items():
        yield f"{decision} {kind}", getattr(found.unsettled[decision], kind), chance
    passed = found.passed
    arms = [choice.name for choice in setting.arm.choices]
    for position, arm in enumerate(arms):
        yield f"arm {arm}", found.arm[passed] == position, exact.arm[arm]
    yield "misassigned", found.true_arm[passed] != found.arm[passed], exact.misassigned
    for (decision, kind), chance in exact.let_in.items():
        yield f"let in {decision} {kind}", getattr(found.unsettled[decision], kind)[passed], chance
    for key, chances in exact.under.items():
        theirs = found.under[key][passed]
        for position, arm in (*enumerate(arms), (NONE, "none")):
            yield f"{arm} under {key}", theirs == position, chances[arm]
        yield f"changes under {key}", theirs != found.by_rule[passed], exact.changes[key]


def implausible(setting: Setting, found: Candidates, exact: Shares, *, level: float) -> list[tuple[str, float, float]]:
    """Whatever is so far from its exact probability that chance alone would bring it there less often than `level`."""
    wrong = []
    for what, those, chance in compared(setting, found, exact):
        count, size = int(np.count_nonzero(those)), len(those)
        bounded = min(max(chance, 0.0), 1.0)
        assert chance == pytest.approx(bounded, abs=1e-9), what
        certain = round(bounded) if not 1e-12 < bounded < 1 - 1e-12 else bounded
        if size and stats.binomtest(count, size, certain).pvalue < level:
            wrong.append((what, count / size, chance))
    return wrong


def test_a_large_sample_agrees_with_everything_that_is_integrated() -> None:
    """With errors of measurement, heaping, missing values, conditional tables, a copula, queries and every policy."""
    setting = prepare(small_protocol(), small_scenario())
    exact = shares(setting)
    assert isinstance(exact, Shares)
    sample = screen(setting, KEY, np.repeat(np.arange(4), 50_000), np.tile(np.arange(50_000), 4))
    assert sample.queried.any()
    assert implausible(setting, sample, exact, level=1e-5) == []
    assert min(value for value in (exact.misassigned, *exact.arm.values())) > 0.005


def test_probabilities_of_one_thing_or_the_other_add_up() -> None:
    exact = shares(prepare(small_protocol(), small_scenario()))
    assert isinstance(exact, Shares)
    assert sum(exact.arm.values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(exact.first.values()) + exact.eligible == pytest.approx(1.0, abs=1e-12)
    for chances in exact.under.values():
        assert sum(chances.values()) == pytest.approx(1.0, abs=1e-12)
    assert all(exact.first[name] <= exact.fails[name] + 1e-12 for name in exact.fails)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(intents=one_choice), st.data())
def test_samples_of_random_protocols_agree(world: World, data: st.DataObject) -> None:
    scenario = data.draw(scenarios_over(world.protocol))
    try:
        setting = prepare(world.protocol, replace(scenario, reading=world.selection))
    except BadInput:
        event("too many bits")
        return
    exact = shares(setting)
    if isinstance(exact, NoTwin):
        event(f"no twin: {exact.reason[:30]}")
        return
    found = screen(setting, KEY, 0, np.arange(3000))
    assert implausible(setting, found, exact, level=1e-8) == []
    event("eligible: " + ("all" if exact.eligible > 0.999 else "some" if exact.eligible else "none"))
    event("misassigned: " + ("some" if exact.misassigned else "none"))
    for kind in KINDS:
        some = any(chance for (_, which), chance in exact.unsettled.items() if which == kind)
        event(f"{kind}: " + ("some" if some else "none"))
