"""Exact shares: against samples of the very population that they integrate, and against listing all patients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings, strategies as st
from scipy import stats

from tests.agreement.strategies import World, worlds
from tests.simulate.population.test_screening import one_choice, scenarios_over
from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.model.condition import (
    EVERYONE,
    Compare,
    Condition,
    Not,
    Number as Constant,
    Relation,
    Value,
    Yes,
)
from trialproof.model.patient import Patient, about
from trialproof.model.place import BadInput
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Criterion,
    Decision,
    Kind,
    NumberKind,
    Protocol,
    Quantity,
    Recorded,
    Selection,
    YesNoKind,
)
from trialproof.simulate.assignment import assign_patient
from trialproof.simulate.population.lattice import unit_of
from trialproof.simulate.population.people import to_lattice
from trialproof.simulate.population.policy import NONE
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.screening import FIRST_CRITERION, STRANDED, Candidates, arms_under, screen
from trialproof.simulate.population.setting import Setting, prepare
from trialproof.simulate.population.streams import key_of
from trialproof.simulate.scenario.distribution import Distribution, Empirical
from trialproof.simulate.scenario.scenario import (
    Cases,
    Chance,
    Handling,
    Model,
    Numbers,
    Policies,
    Policy,
    Population,
    Shares as Listed,
    Variable,
)
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
    under = arms_under(setting, found.record)
    for key, chances in exact.under.items():
        theirs = under[key][passed]
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


def near_five(*, second_depends: bool) -> Setting:
    """Eligible from 5 on, charted in whole numbers: who truly has 4.7 is charted with 5, and has truly no `y`."""
    five = Compare(Value("x"), Relation.GE, Constant(Fraction(5)))
    x = Quantity("x", NumberKind(Fraction(0), Fraction(10), step=Fraction(1)))
    y = Quantity("y", YesNoKind(), applies_if=five if second_depends else EVERYONE)
    arm = Decision("arm", (Choice("one", Yes("y")), Choice("other", Not(Yes("y")))))
    protocol = Protocol("near five", {"x": x, "y": y}, inclusion=(Criterion("I1", five),), decisions={"arm": arm})
    values = Numbers(Distribution(Empirical((4.7, 5.3, 7.0), (0.2, 0.3, 0.5))))
    small, exclude = small_scenario(), Policy(Handling.EXCLUDE)
    scenario = replace(
        small,
        population=Population((Variable("x", values), Variable("y", Chance(0.25)))),
        policies={"arm": Policies(exclude, exclude, exclude)},
        treatment=None,
    )
    return prepare(protocol, scenario)


def test_who_is_eligible_by_the_record_alone_truly_has_no_arm() -> None:
    exact = shares(near_five(second_depends=False))
    assert isinstance(exact, Shares)
    assert exact.eligible == pytest.approx(1.0)
    assert exact.misassigned == pytest.approx(0.2)
    assert exact.arm == pytest.approx({"one": 0.25, "other": 0.75})


def test_what_truly_does_not_exist_is_not_recorded_whatever_the_record_says_of_it() -> None:
    setting = near_five(second_depends=True)
    exact = shares(setting)
    assert isinstance(exact, Shares)
    assert exact.unsettled["arm", "undetermined"] == pytest.approx(0.2)
    assert exact.excluded == pytest.approx(0.2)
    assert exact.passing == pytest.approx(0.8 * setting.scenario.accrual.consent)
    assert exact.misassigned == 0.0


def test_a_policy_that_somebody_would_break_leaves_no_answer() -> None:
    setting = near_five(second_depends=False)
    clashing = Decision("arm", (Choice("one", Yes("y")), Choice("other", Yes("y"))))
    nobody = Policy(Handling.INVESTIGATOR, {"one": 0.0})
    policies = {"arm": replace(setting.scenario.policies["arm"], overlap=nobody)}
    protocol = replace(setting.protocol, decisions={"arm": clashing})
    found = shares(prepare(protocol, replace(setting.scenario, policies=policies)))
    reason = "an investigator would have to choose `one` or `other` of `arm`, and none of them has a share"
    assert found == NoTwin(reason)


def several_correlated(strength: float, *, third: bool) -> Setting:
    protocol, small = small_protocol(), small_scenario()
    names = ("diameter", "months", "age") if third else ("diameter", "months")
    matrix = np.full((len(names), len(names)), strength) + (1 - strength) * np.eye(len(names))
    rows = tuple(tuple(row) for row in matrix.tolist())
    return prepare(protocol, replace(small, population=replace(small.population, correlated=names, correlation=rows)))


def test_several_correlations_and_perfect_ones_are_not_integrated_and_it_is_said_why() -> None:
    assert shares(several_correlated(0.2, third=True)) == NoTwin(
        "`diameter` is correlated with several quantities that matter"
    )
    assert shares(several_correlated(1.0, third=False)) == NoTwin(
        "`diameter` and `months` are correlated by more than 0.99"
    )


def test_a_correlation_of_nothing_is_none() -> None:
    alone = replace(small_scenario(), population=replace(small_scenario().population, correlated=(), correlation=()))
    one, other = shares(several_correlated(0.0, third=True)), shares(prepare(small_protocol(), alone))
    assert isinstance(one, Shares)
    assert isinstance(other, Shares)
    assert one.arm == pytest.approx(other.arm, abs=1e-13)


def listed(population: Population, setting: Setting) -> Population:
    """The population with three values for each number, on the lattice, without errors and correlations."""

    def model_of(model: Model, name: str) -> Model:
        match model:
            case Cases(cases, otherwise):
                below = tuple((condition, model_of(each, name)) for condition, each in cases)
                return Cases(below, model_of(otherwise, name))
            case Numbers(distribution):
                kind = setting.finer.quantities[name].kind
                assert isinstance(kind, NumberKind)
                points = sorted(set(to_lattice(kind, quantile(distribution, [0.2, 0.5, 0.9])).tolist()))
                shares = (0.3, 0.2, 0.5)[: len(points)]
                values = tuple(float(point * unit_of(kind)) for point in points)
                return Numbers(Distribution(Empirical(values, tuple(each / sum(shares) for each in shares))))
            case _:
                return model

    return Population(
        tuple(
            replace(each, model=model_of(each.model, each.quantity), charting=replace(each.charting, error=0.0))
            for each in population.variables
        )
    )


Values = dict[str, Recorded]


def everyone(setting: Setting) -> Iterator[tuple[float, Values, Values]]:
    """(probability, what is true, what is charted) of every patient that a listed population can have."""
    protocol = setting.protocol

    def truths(left: list[Variable], chance: float, true: Values) -> Iterator[tuple[float, Values]]:
        if not left:
            yield chance, true
            return
        meaning = about(protocol, Patient.of(true), setting.selection)
        for share, value in values_of(left[0], left[0].model, lambda rule: meaning.truth(rule).holds):
            yield from truths(left[1:], chance * share, {**true, left[0].quantity: value})

    def values_of(variable: Variable, model: Model, holds: Callable[[Condition], bool]) -> list[tuple[float, Recorded]]:
        kind = setting.finer.quantities[variable.quantity].kind
        match model, kind:
            case Cases(cases, otherwise), _:
                below = next((each for condition, each in cases if holds(condition)), otherwise)
                return values_of(variable, below, holds)
            case Numbers(Distribution(Empirical(values, shares))), NumberKind():
                unit = unit_of(kind)
                points = [round(Fraction(each) / unit) * unit for each in values]
                return list(zip(shares, points, strict=True))
            case Listed(shares), CategoryKind(categories):
                return list(zip(shares, categories, strict=True))
            case Chance(probability), _:
                return [(1 - probability, False), (probability, True)]
        raise AssertionError(model)

    def charts(left: list[Variable], chance: float, true: Values, chart: Values) -> Iterator[tuple[float, Values]]:
        if not left:
            yield chance, chart
            return
        variable, charting = left[0], left[0].charting
        if variable.quantity not in true:
            yield from charts(left[1:], chance, true, chart)
            return
        heaped = charting.share if charting.heap else 0.0
        for share, heap in ((1 - heaped, None), (heaped, charting.heap)):
            value = rounded(protocol.quantities[variable.quantity].kind, true[variable.quantity], heap)
            recorded = {**chart, variable.quantity: value}
            yield from charts(left[1:], chance * share * (1 - charting.missing), true, recorded)
        yield from charts(left[1:], chance * charting.missing, true, chart)

    variables = list(setting.scenario.population.variables)
    for chance, raw in truths(variables, 1.0, {}):
        meaning = about(protocol, Patient.of(raw), setting.selection)
        true = {name: value for name, value in raw.items() if meaning.applies(name).holds}
        for share, chart in charts(variables, chance, true, {}):
            if share:
                yield share, true, chart


def rounded(kind: Kind, value: Recorded, heap: Fraction | None) -> Recorded:
    if not isinstance(kind, NumberKind) or not isinstance(value, Fraction):
        return value
    if heap is not None:
        value = floor(value / heap + Fraction(1, 2)) * heap
    if kind.step is not None:
        ratio = value / kind.step
        steps = {"down": floor(ratio), "up": ceil(ratio)}.get(kind.rounding, floor(ratio + Fraction(1, 2)))
        low, high = ceil(kind.lower / kind.step), floor(kind.upper / kind.step)
        return min(max(steps, low), high) * kind.step
    return min(max(value, kind.lower), kind.upper)


MOST_PATIENTS = 1500


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(worlds(intents=one_choice), st.data())
def test_listing_every_patient_one_by_one_comes_to_the_same(world: World, data: st.DataObject) -> None:
    """Without lattices, classes or columns: each patient is judged by the plain evaluator."""
    scenario = data.draw(scenarios_over(world.protocol))
    exclude = Policy(Handling.EXCLUDE)
    only = {name: Policies(exclude, exclude, exclude) for name in world.protocol.decisions}
    scenario = replace(scenario, reading=world.selection, policies=only)
    try:
        setting = prepare(world.protocol, scenario)
        population = listed(scenario.population, setting)
        setting = prepare(world.protocol, replace(scenario, population=population))
    except BadInput:
        event("too many bits")
        return
    exact = shares(setting)
    patients = list(islice(everyone(setting), MOST_PATIENTS + 1))
    if isinstance(exact, NoTwin) or len(patients) > MOST_PATIENTS:
        event("left out")
        return
    assert sum(chance for chance, _, _ in patients) == pytest.approx(1.0)
    check_listed(setting, patients, exact)
    event("eligible: " + ("all" if exact.eligible > 0.999 else "some" if exact.eligible else "none"))
    event("stranded: " + ("some" if exact.excluded else "none"))


def check_listed(setting: Setting, patients: list[tuple[float, Values, Values]], exact: Shares) -> None:
    protocol, arm = setting.protocol, setting.arm.name
    found: defaultdict[tuple[str, ...], float] = defaultdict(float)

    def arm_of(values: Values, selection: Selection) -> str:
        said = assign_patient(protocol, Patient.of(values), selection)
        fate = said.decisions[arm]
        if not (said.eligible.holds and fate.settled):
            return "none"
        return next((name for name, truth in fate.takes.items() if truth.holds), "none")

    for chance, true, chart in patients:
        said = assign_patient(protocol, Patient.of(chart), setting.selection)
        unmet = [each.id for each in protocol.criteria if said.failed[each.id] or said.unsettled[each.id]]
        for name in unmet:
            found["fails", name] += chance
        if unmet:
            found["first", unmet[0]] += chance
            continue
        fate = said.decisions[arm]
        for kind, left in (("gap", fate.short), ("overlap", fate.crowded), ("undetermined", fate.undetermined)):
            found["unsettled", kind] += chance * left
        mine = arm_of(chart, setting.selection)
        if mine == "none":
            found["excluded",] += chance
            continue
        found["arm", mine] += chance
        found["misassigned",] += chance * (arm_of(true, setting.selection) != mine)
        for sentence, reading in setting.readings:
            theirs = arm_of(chart, {**setting.selection, sentence: reading})
            found["under", sentence, reading, theirs] += chance
            found["changes", sentence, reading] += chance * (theirs != mine)
    passing = sum(found["arm", choice.name] for choice in setting.arm.choices)
    said_exactly: dict[tuple[str, ...], float] = {("fails", name): chance for name, chance in exact.fails.items()}
    said_exactly |= {("first", name): chance for name, chance in exact.first.items()}
    said_exactly |= {("unsettled", kind): exact.unsettled[arm, kind] for kind in KINDS}
    said_exactly |= {("excluded",): exact.excluded, ("misassigned",): exact.misassigned * passing}
    said_exactly |= {("arm", name): share * passing for name, share in exact.arm.items()}
    for key, chances in exact.under.items():
        said_exactly |= {("under", *key, name): chance * passing for name, chance in chances.items()}
        said_exactly["changes", *key] = exact.changes[key] * passing
    assert exact.passing == pytest.approx(passing * setting.scenario.accrual.consent, abs=1e-12)
    for what, chance in said_exactly.items():
        assert chance == pytest.approx(found[what], abs=1e-12), what
