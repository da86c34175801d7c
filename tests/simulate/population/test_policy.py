"""What was made of a decision counts from then on, and nobody is taken for settled who is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.simulate.population.test_people import KEY
from tests.simulate.scenarios import small_scenario
from trialproof.model.condition import EVERYONE, NOBODY, AllOf, Assigned, Condition, Eligible, Named, Not, Takes, Yes
from trialproof.model.meaning import Truth
from trialproof.model.patient import Patient
from trialproof.model.protocol import Choice, Criterion, Decision, Definition, Intent, Protocol, Quantity, YesNoKind
from trialproof.simulate.assignment import Fate, fate_of
from trialproof.simulate.cohort import among, cohort_of, spread
from trialproof.simulate.population.policy import NONE, by_rule, settle, taken, with_choices
from trialproof.simulate.population.screening import screen
from trialproof.simulate.population.setting import prepare
from trialproof.simulate.scenario.scenario import Chance, Handling, Policies, Policy, Population, Variable

QUANTITIES = {name: Quantity(name, YesNoKind()) for name in ("member", "x", "y")}
EXCLUDE = Policies(Policy(Handling.EXCLUDE), Policy(Handling.EXCLUDE), Policy(Handling.EXCLUDE))
FIRST = Policies(*(Policy(Handling.FIRST_LISTED),) * 3)

PATIENTS = {
    "gets x": {"member": True, "x": True, "y": False},
    "gets y": {"member": True, "x": False, "y": True},
    "gets none": {"member": True, "x": False, "y": False},
    "overlap": {"member": True, "x": True, "y": True},
    "undetermined": {"member": True, "x": False},
    "outside": {"member": False, "x": True, "y": False},
    "perhaps a member": {"x": True, "y": False},
}


def decided(policies: Policies, intent: Intent) -> dict[str, tuple[object, ...]]:
    """Of each patient: whether `d is x`, `d is y`, and a definition that asks for either, once d has been decided."""
    choices = (Choice("x", Yes("x")), Choice("y", Yes("y")))
    decision = Decision("d", choices, Yes("member"), intent)
    either = Definition("either", Assigned("d", ("x", "y")))
    protocol = Protocol("one", QUANTITIES, {"either": either}, decisions={"d": decision})
    cohort = cohort_of(protocol, [Patient.of(each) for each in PATIENTS.values()])
    fate = fate_of(among(protocol, cohort), decision)
    everybody = np.ones(cohort.size, np.bool_)
    settlement = settle(decision, fate, policies, everybody, lambda _: np.full(cohort.size, 0.5))
    meaning = among(taken(protocol, decision), with_choices(cohort, decision, fate, settlement))

    def said(condition: Condition) -> list[bool | None]:
        truth = meaning.truth(condition)
        pairs = zip(spread(truth.holds, cohort.size), spread(truth.fails, cohort.size), strict=True)
        return [True if holds else False if fails else None for holds, fails in pairs]

    asked: list[Condition] = [Assigned("d", ("x",)), Assigned("d", ("y",)), Named("either")]
    assert [said(Takes("d", name)) for name in "xy"] == [said(each) for each in asked[:2]]
    return dict(zip(PATIENTS, zip(*(said(each) for each in asked), strict=True), strict=True))


X, Y, NO, UNKNOWN = (True, False, True), (False, True, True), (False, False, False), (None, None, None)


def test_who_is_excluded_or_outside_is_not_known_to_have_anything() -> None:
    unsettled = dict.fromkeys(("overlap", "undetermined", "outside", "perhaps a member"), UNKNOWN)
    assert decided(EXCLUDE, Intent.EXACTLY_ONE) == {"gets x": X, "gets y": Y, "gets none": UNKNOWN, **unsettled}


def test_whom_a_policy_settles_has_that_choice_and_no_other() -> None:
    by_policy = dict.fromkeys(("gets none", "overlap", "undetermined", "perhaps a member"), X)
    assert decided(FIRST, Intent.EXACTLY_ONE) == {"gets x": X, "gets y": Y, "outside": UNKNOWN, **by_policy}


@pytest.mark.parametrize(("policies", "unsettled"), [(EXCLUDE, UNKNOWN), (FIRST, X)], ids=["exclude", "first listed"])
def test_who_may_have_none_is_settled_without_one(policies: Policies, unsettled: object) -> None:
    """A choice that is undetermined is then not taken: whether or not it holds, the intent is met."""
    by_policy = dict.fromkeys(("overlap", "perhaps a member"), unsettled)
    without = dict.fromkeys(("gets none", "undetermined"), NO)
    by_rule = {"gets x": X, "gets y": Y, "outside": UNKNOWN}
    assert decided(policies, Intent.AT_MOST_ONE) == {**by_rule, **without, **by_policy}


def test_a_patient_for_whom_the_arms_are_not_meant_is_stranded_and_in_no_gap() -> None:
    arm = Decision("arm", (Choice("x", Yes("x")), Choice("y", Not(Yes("x")))), AllOf((Eligible(), Yes("member"))))
    protocol = Protocol("members", QUANTITIES, decisions={"arm": arm})
    population = Population(tuple(Variable(name, Chance(0.5)) for name in QUANTITIES))
    scenario = replace(small_scenario(), population=population, policies={"arm": FIRST}, treatment=None)
    found = screen(prepare(protocol, scenario), KEY, 0, np.arange(500))
    member = found.record.columns["member"].values
    declined = found.failed & 1 == 1
    assert 100 < member.sum() < 400
    assert np.array_equal(found.failed & 2 == 2, ~member & ~declined)
    assert np.array_equal(found.arm == NONE, ~member)
    for left in (found.unsettled["arm"].gap, found.unsettled["arm"].overlap, found.unsettled["arm"].undetermined):
        assert not left.any()


def test_whom_one_decision_has_excluded_is_not_asked_about_in_the_next() -> None:
    """Else whoever has no arm would be counted once more, as undetermined, in every decision that asks for it."""
    arm = Decision("arm", (Choice("x", Yes("x")), Choice("y", NOBODY)))
    later = Decision("later", (Choice("p", Assigned("arm", ("x",))), Choice("q", NOBODY)), Assigned("arm", ("x", "y")))
    protocol = Protocol("two", QUANTITIES, decisions={"arm": arm, "later": later})
    population = Population(tuple(Variable(name, Chance(0.5)) for name in QUANTITIES))
    policies = {"arm": EXCLUDE, "later": EXCLUDE}
    scenario = replace(small_scenario(), population=population, policies=policies, treatment=None)
    found = screen(replace(prepare(protocol, scenario), decisions=(arm, later)), KEY, 0, np.arange(500))
    assert 100 < found.unsettled["arm"].gap.sum() < 400
    assert not found.unsettled["later"].undetermined.any()


def test_an_undetermined_criterion_is_not_met() -> None:
    """An exclusion as well as an inclusion."""
    known = Quantity("n", YesNoKind(), applies_if=NOBODY)
    criteria = (Criterion("I1", Yes("n")),), (Criterion("E1", Yes("n"), excludes=True),)
    arm = Decision("arm", (Choice("x", EVERYONE), Choice("y", NOBODY)))
    protocol = Protocol("open", {"n": known}, inclusion=criteria[0], exclusion=criteria[1], decisions={"arm": arm})
    population = Population((Variable("n", Chance(0.5)),))
    scenario = replace(small_scenario(), population=population, policies={"arm": EXCLUDE}, treatment=None)
    assert screen(prepare(protocol, scenario), KEY, 0, np.arange(5)).failed.tolist() == [0b1100] * 5


def test_the_rules_give_the_first_choice_that_holds_of_who_is_settled() -> None:
    random = np.random.default_rng(1)
    holds, settled = random.random((40, 300)) < 0.05, random.random(300) < 0.7
    takes = {f"{place}": Truth(each, ~each) for place, each in enumerate(holds)}
    nobody = np.zeros(300, np.bool_)
    found = by_rule(Fate(takes, nobody, settled, nobody, nobody, ~settled), 300)
    expected = [
        next((place for place, each in enumerate(holds[:, who]) if each), NONE) if settled[who] else NONE
        for who in range(300)
    ]
    assert found.tolist() == expected
    assert found.dtype == np.int64
