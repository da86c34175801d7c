"""A simulated patient fares as the protocol says of his record: one by one, by `assign`, and read back from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings, strategies as st

from tests.agreement.strategies import World, worlds
from tests.simulate.scenarios import populations, small_protocol, small_scenario
from trialproof.model.condition import EVERYONE, NOBODY, AllOf, Assigned, Eligible, Named, Not, Readings, Takes
from trialproof.model.load import load
from trialproof.model.meaning import Meaning, Truth
from trialproof.model.patient import OnePatient, Patient
from trialproof.model.place import BadInput
from trialproof.model.protocol import (
    Choice,
    Criterion,
    Decision,
    Definition,
    Intent,
    Protocol,
    Quantity,
    Selection,
    Sentence,
    YesNoKind,
)
from trialproof.simulate.assignment import assign, assign_patient
from trialproof.simulate.cohort import patients_of, spread
from trialproof.simulate.patients_file import read_patients
from trialproof.simulate.population.charted_csv import charted_csv
from trialproof.simulate.population.policy import NONE
from trialproof.simulate.population.screening import Candidates, arms_under, screen
from trialproof.simulate.population.setting import MOST_CRITERIA, Setting, prepare
from trialproof.simulate.population.streams import Purpose, block_of, key_of, uniforms
from trialproof.simulate.scenario.load import load_scenario
from trialproof.simulate.scenario.scenario import (
    Chance,
    Handling,
    Policies,
    Policy,
    Population,
    Scenario,
    Variable,
)

KEY = key_of(11)
SHIPPED = Path(__file__).parents[3] / "protocols" / "esophageal-salvage"


class Once(Meaning[bool, Fraction]):
    """The meaning for one patient of whom some decisions have been taken, by whomever: an independent account.

    `got` gives by decision the name of the choice, "" for none although settled, None for who is not settled.
    """

    def __init__(
        self, protocol: Protocol, patient: Patient, selection: Selection, got: Mapping[str, str | None]
    ) -> None:
        super().__init__(protocol, OnePatient(patient, selection))
        self._got = got

    def _takes(self, decision: Decision, name: str) -> Truth[bool]:
        if decision.name not in self._got:
            return super()._takes(decision, name)
        mine = self._got[decision.name]
        return Truth(mine == name, mine is not None and mine != name)

    def _assigned(self, decision: Decision, names: tuple[str, ...]) -> Truth[bool]:
        if decision.name not in self._got:
            return super()._assigned(decision, names)
        mine = self._got[decision.name]
        return Truth(mine in names, mine is not None and mine not in names)


def choice_of(
    decision: Decision, meaning: Meaning[bool, Fraction], policies: Policies, u: float
) -> tuple[str | None, bool]:
    """What one patient gets ("" for none although settled, None for nothing), and whether a policy excludes him."""
    low, high = decision.bounds
    member = meaning.truth(decision.population)
    takes = {choice.name: meaning.truth(Takes(decision.name, choice.name)) for choice in decision.choices}
    least, most = sum(t.holds for t in takes.values()), sum(not t.fails for t in takes.values())
    held = [name for name, truth in takes.items() if truth.holds]
    if member.fails:
        return None, False
    if member.holds and low <= least and most <= high:
        return (held[0] if held else ""), False
    policy, among = policies.undetermined, list(takes)
    if member.holds and most < low:
        policy = policies.gap
    elif member.holds and least > high:
        policy, among = policies.overlap, held
    match policy.handling:
        case Handling.EXCLUDE:
            return None, True
        case Handling.FIRST_LISTED:
            return among[0], False
        case Handling.INVESTIGATOR:
            whole = sum(policy.shares.get(name, 0) for name in among)
            for name in among:
                u -= policy.shares.get(name, 0) / whole
                if u < 0:
                    return name, False
            return among[-1], False


def fare(
    setting: Setting, patient: Patient, replication: int, number: int, decisions: Sequence[Decision]
) -> tuple[dict[str, str | None], bool, Meaning[bool, Fraction]]:
    """What becomes of one patient, decision by decision; whether he is stranded; the meaning after all that."""
    protocol, got, stranded = setting.protocol, dict[str, str | None](), False
    for decision in decisions:
        meaning = Once(protocol, patient, setting.selection, got)
        if not meaning.truth(Eligible()).holds or stranded:
            got[decision.name] = None
            continue
        u = float(uniforms(KEY, Purpose.POLICY, replication, number, 1, block=block_of(decision.name))[0, 0])
        mine, excluded = choice_of(decision, meaning, setting.scenario.policies[decision.name], u)
        stranded |= excluded or (decision is decisions[0] and mine is None)
        got[decision.name] = mine
    return got, stranded, Once(protocol, patient, setting.selection, got)


def position(decision: Decision, name: str | None) -> int:
    return NONE if not name else [each.name for each in decision.choices].index(name)


def check_one_by_one(setting: Setting, found: Candidates) -> Counter[str]:
    """Compare every candidate with what the plain evaluator says of him."""
    seen: Counter[str] = Counter()
    treatment, protocol = setting.scenario.treatment, setting.protocol
    for row, (record, truth) in enumerate(zip(patients_of(found.record), patients_of(found.truth), strict=True)):
        which, who = int(found.replication[row]), int(found.number[row])
        got, stranded, meaning = fare(setting, record, which, who, setting.decisions)
        arm = setting.arm
        assert found.arm[row] == position(arm, got[arm.name])
        truly, _, _ = fare(setting, truth, which, who, [arm])
        assert found.true_arm[row] == position(arm, truly[arm.name])
        declines = uniforms(KEY, Purpose.SCREENING, which, who, 1, block=block_of("consent"))[0, 0]
        eligible = Once(protocol, record, setting.selection, {}).truth(Eligible()).holds
        bits = [eligible and declines >= setting.scenario.accrual.consent]
        bits.append(stranded and not bits[0])
        for criterion in protocol.criteria:
            met = Once(protocol, record, setting.selection, {}).truth(criterion.rule)
            bits.append(not (met.fails if criterion.excludes else met.holds))
        assert found.failed[row] == sum(bit << place for place, bit in enumerate(bits))
        said = assign_patient(protocol, record, setting.selection)
        assert eligible is said.eligible.holds
        fate = said.decisions[arm.name]
        settled = eligible and fate.settled
        by_rule = [name for name, taken in fate.takes.items() if taken.holds]
        assert found.by_rule[row] == (position(arm, by_rule[0]) if settled and by_rule else NONE)
        left = found.unsettled[arm.name]
        whole = (fate.short and eligible, fate.crowded and eligible, fate.undetermined and eligible)
        assert (left.gap[row], left.overlap[row], left.undetermined[row]) == whole
        seen["settled" if settled else "policy" if found.arm[row] != NONE else "none"] += 1
        if treatment is not None:
            course = got[treatment.prescription]
            lowered = [got[each.name] for each in setting.decisions[2:] if got[each.name]]
            name = lowered[-1] if lowered else course
            assert found.course[row] == (setting.courses[name] if name else NONE)
            if treatment.imaging:
                due = meaning.truth(protocol.schedule.entries[treatment.imaging].population).holds
                assert found.imaging[row] == (setting.imaging[setting.courses[name]] if due and name else 0)
            if treatment.growth_factor:
                given = meaning.truth(protocol.schedule.entries[treatment.growth_factor.entry].population).holds
                assert found.factor[row] == int(given)
            seen["lowered" if lowered else "course" if course else "no course"] += 1
    return seen


def test_patients_fare_as_the_plain_evaluator_says_one_by_one() -> None:
    setting = prepare(small_protocol(), small_scenario())
    seen = check_one_by_one(setting, screen(setting, KEY, np.arange(700) % 3, np.arange(700)))
    assert min(seen[each] for each in ("settled", "policy", "none", "course", "no course")) > 20
    assert seen["lowered"] > 3


@st.composite
def scenarios_over(draw: Any, protocol: Protocol) -> Scenario:
    """A scenario without treatment for a protocol whose decisions give one choice."""

    def policy(decision: Decision) -> Policy:
        handling = draw(st.sampled_from(Handling))
        if handling is not Handling.INVESTIGATOR:
            return Policy(handling)
        weights = [draw(st.integers(1, 4)) for _ in decision.choices]
        shares = {each.name: weight / sum(weights) for each, weight in zip(decision.choices, weights, strict=True)}
        return Policy(handling, shares)

    small = small_scenario()
    policies = {
        name: Policies(*(policy(decision) for _ in range(3))) for name, decision in protocol.decisions.items()
    }
    accrual = replace(small.accrual, consent=draw(st.sampled_from((0.0, 0.5, 1.0))))
    return replace(
        small, arm=next(iter(protocol.decisions)), population=draw(populations(protocol)), accrual=accrual,
        policies=policies, treatment=None,
    )  # fmt: skip


one_choice = (Intent.EXACTLY_ONE, Intent.FIRST_MATCH)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(intents=one_choice), st.data())
def test_patients_of_random_protocols_fare_as_the_plain_evaluator_says(world: World, data: st.DataObject) -> None:
    """With all decisions of the protocol taken one after the other, whatever they say of one another."""
    scenario = data.draw(scenarios_over(world.protocol))
    try:
        setting = prepare(world.protocol, replace(scenario, reading=world.selection))
    except BadInput:
        event("too many bits")
        return
    setting = replace(setting, decisions=tuple(world.protocol.decisions.values()))
    found = screen(setting, KEY, 0, np.arange(25))
    for name, count in check_one_by_one(setting, found).items():
        event(f"{name}: {'some' if count else 'none'}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(intents=one_choice), st.data())
def test_a_later_decision_sees_what_a_policy_made_of_an_earlier_one(world: World, data: st.DataObject) -> None:
    first = next(iter(world.protocol.decisions.values()))
    asks = data.draw(st.sampled_from((Takes, lambda decision, name: Assigned(decision, (name,)))))
    choices = tuple(Choice(f"after {each.name}", asks(first.name, each.name)) for each in first.choices)
    later = Decision("later", choices, intent=data.draw(st.sampled_from((Intent.EXACTLY_ONE, Intent.AT_MOST_ONE))))
    got_the_first = Assigned("later", (choices[0].name,))
    last = Decision("last", (Choice("yes", got_the_first), Choice("no", Not(got_the_first))))
    protocol = replace(world.protocol, decisions={**world.protocol.decisions, "later": later, "last": last})
    scenario = data.draw(scenarios_over(protocol))
    try:
        setting = replace(prepare(protocol, scenario), decisions=(first, later, last))
    except BadInput:
        event("too many bits")
        return
    found = screen(setting, KEY, 0, np.arange(25))
    check_one_by_one(setting, found)
    has_arm = found.arm != NONE
    assert not (found.unsettled["later"].gap | found.unsettled["later"].overlap)[has_arm].any()
    event(f"by policy: {'some' if (has_arm & (found.by_rule == NONE)).any() else 'none'}")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(intents=one_choice), st.data())
def test_the_arm_is_that_of_assign_for_the_record_read_back_from_a_file(
    tmp_path_factory: pytest.TempPathFactory, world: World, data: st.DataObject
) -> None:
    try:
        setting = prepare(world.protocol, data.draw(scenarios_over(world.protocol)))
    except BadInput:
        event("too many bits")
        return
    check_file(setting, screen(setting, KEY, 0, np.arange(40)), tmp_path_factory.mktemp("charts"))


def check_file(setting: Setting, found: Candidates, folder: Path, size: int = 17) -> None:
    path = folder / "charted.csv"
    path.write_text(charted_csv(found.record, {"who": [f"{each}" for each in found.number]}), encoding="utf-8")
    rows = 0
    for chunk in read_patients(setting.protocol, path, setting.selection, size=size):
        part = slice(rows, rows + chunk.cohort.size)
        assert patients_of(chunk.cohort) == patients_of(found.record)[part]
        assert [str(each) for each in chunk.carried[0]] == [str(each) for each in found.number[part]]
        said = assign(setting.protocol, chunk.cohort, setting.selection)
        fate = said.decisions[setting.arm.name]
        takes = np.array([spread(each.holds, chunk.cohort.size) for each in fate.takes.values()])
        settled = spread(fate.settled, chunk.cohort.size) & spread(said.eligible.holds, chunk.cohort.size)
        assert (found.by_rule[part] == np.where(settled & takes.any(0), takes.argmax(0), NONE)).all()
        kept = settled & (found.by_rule[part] != NONE)
        assert (found.arm[part][kept] == found.by_rule[part][kept]).all()
        for place, criterion in enumerate(setting.protocol.criteria):
            unmet = spread(said.failed[criterion.id], chunk.cohort.size)
            unmet = unmet | spread(said.unsettled[criterion.id], chunk.cohort.size)
            assert ((found.failed[part] >> 2 + place & 1 == 1) == unmet).all()
        rows += chunk.cohort.size
    assert rows == len(found.number)


def test_five_thousand_patients_read_back_from_a_file_have_the_arm_of_assign(tmp_path: Path) -> None:
    setting = prepare(small_protocol(), small_scenario())
    check_file(setting, screen(setting, KEY, np.arange(300) // 50, np.arange(300)), tmp_path)
    found = screen(setting, KEY, np.arange(5000) % 7, np.arange(5000))
    path = tmp_path / "all.csv"
    path.write_text(charted_csv(found.record), encoding="utf-8")
    (chunk,) = read_patients(setting.protocol, path)
    said = assign(setting.protocol, chunk.cohort)
    small, large = (said.decisions["arm"].takes[name].holds for name in ("small", "large"))
    eligible = said.eligible.holds
    assert ((found.by_rule == 0) == (eligible & small)).all()
    assert ((found.by_rule == 1) == (eligible & large)).all()


def test_the_arm_of_the_shipped_scenario_is_that_of_assign(tmp_path: Path) -> None:
    protocol = load(SHIPPED)
    setting = prepare(protocol, load_scenario(SHIPPED / "scenario.yaml", protocol))
    check_file(setting, screen(setting, KEY, np.arange(2000) // 250, np.arange(2000) % 250), tmp_path, 1500)


def test_the_arm_under_another_reading_is_the_one_that_this_reading_gives() -> None:
    protocol, scenario = small_protocol(), small_scenario()
    found = screen(prepare(protocol, scenario), KEY, 0, np.arange(2000))
    under = arms_under(prepare(protocol, scenario), found.record)
    assert set(under) == {("arm.small", "flat"), ("I2", "exact")}
    for (sentence, reading), arm in under.items():
        other = screen(prepare(protocol, replace(scenario, reading={sentence: reading})), KEY, 0, np.arange(2000))
        assert (other.by_rule == arm).all()
        assert (arm != found.by_rule).any()
    assert not found.unsettled["arm"].overlap.any()
    flat = screen(prepare(protocol, replace(scenario, reading={"arm.small": "flat"})), KEY, 0, np.arange(2000))
    assert flat.unsettled["arm"].overlap.any()


def test_a_sentence_on_which_no_arm_rests_is_not_read_otherwise() -> None:
    protocol = small_protocol()
    aside = Definition("aside", Readings("aside", (("one", EVERYONE), ("two", NOBODY))))
    sentences = {**protocol.sentences, "aside": Sentence("aside", ("one", "two"), "one")}
    protocol = replace(protocol, definitions={"aside": aside}, sentences=sentences)
    assert prepare(protocol, small_scenario()).readings == (("I2", "exact"), ("arm.small", "flat"))
    small, large = protocol.decisions["arm"].choices
    arm = replace(protocol.decisions["arm"], choices=(small, replace(large, rule=AllOf((large.rule, Named("aside"))))))
    used = replace(protocol, decisions={**protocol.decisions, "arm": arm})
    assert ("aside", "two") in prepare(used, small_scenario()).readings


def test_who_is_charted_as_he_is_gets_the_arm_that_is_truly_his() -> None:
    """Where the steps of the record do not matter either: the chart of the truth itself."""
    scenario = small_scenario()
    exact = tuple(replace(each, charting=type(each.charting)()) for each in scenario.population.variables)
    plain = replace(scenario, population=replace(scenario.population, variables=exact))
    noisy = screen(prepare(small_protocol(), scenario), KEY, 0, np.arange(4000))
    clean = screen(prepare(small_protocol(), plain), KEY, 0, np.arange(4000))
    assert (noisy.true_arm == clean.true_arm).all()
    wrong = [(each.arm != each.true_arm)[each.passed].mean() for each in (noisy, clean)]
    assert 0 < wrong[1] < wrong[0] < 0.1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1 << 18)), min_size=1, max_size=30), st.data())
def test_nobody_depends_on_who_else_is_screened(who: list[tuple[int, int]], data: st.DataObject) -> None:
    setting = prepare(small_protocol(), small_scenario())
    replication, number = np.array(who).T
    together = screen(setting, KEY, replication, number)
    order = np.array(data.draw(st.permutations(range(len(who))))[: data.draw(st.integers(1, len(who)))])
    some = screen(setting, KEY, replication[order], number[order])
    for name in ("screening", "failed", "arm", "true_arm", "by_rule", "course", "imaging", "factor", "consolidation"):
        assert (getattr(some, name) == getattr(together, name)[order]).all()
    under = arms_under(setting, together.record)
    for reading, arm in arms_under(setting, some.record).items():
        assert (arm == under[reading][order]).all()
    assert patients_of(some.record) == [patients_of(together.record)[at] for at in order]


def test_consent_is_asked_of_those_who_meet_every_criterion() -> None:
    setting = prepare(small_protocol(), small_scenario())
    found = screen(setting, KEY, 0, np.arange(20_000))
    meets = found.failed >> 2 == 0
    assert ((found.failed & 1 == 1) <= meets).all()
    assert (found.failed & 1)[meets].mean() == pytest.approx(0.2, abs=0.02)
    assert (found.failed & 3 != 3).all()


def test_screening_takes_whole_minutes_as_the_scenario_says() -> None:
    found = screen(prepare(small_protocol(), small_scenario()), KEY, 0, np.arange(20_000)).screening
    assert found.min() >= 3 * 1440
    assert found.max() <= 21 * 1440
    assert found.mean() == pytest.approx((3 + 10 + 21) / 3 * 1440, rel=0.01)


@pytest.mark.parametrize("handling", list(Handling), ids=lambda each: each.value)
def test_a_policy_decides_for_whom_the_rules_do_not(handling: Handling) -> None:
    policy = Policy(handling, {"small": 0.25, "large": 0.75} if handling is Handling.INVESTIGATOR else {})
    scenario = small_scenario()
    scenario = replace(
        scenario, reading={"arm.small": "flat"}, policies={**scenario.policies, "arm": Policies(policy, policy, policy)}
    )
    found = screen(prepare(small_protocol(), scenario), KEY, 0, np.arange(20_000))
    for left in (found.unsettled["arm"].gap, found.unsettled["arm"].overlap):
        assert left.sum() > 300
        arms = found.arm[left]
        if handling is Handling.EXCLUDE:
            assert (arms == NONE).all()
            assert ((found.failed[left] & 2 == 2) | (found.failed[left] & 1 == 1)).all()
        elif handling is Handling.FIRST_LISTED:
            assert (arms == 0).all()
        else:
            assert (arms == 1).mean() == pytest.approx(0.75, abs=0.06)
    settled = found.by_rule != NONE
    assert (found.arm[settled] == found.by_rule[settled]).all()


def test_an_investigator_chooses_only_among_clashing_choices() -> None:
    """In an overlap of two of three, shares are rescaled; and where neither has one, nothing can be chosen."""
    quantities = {"a": Quantity("a", YesNoKind())}
    choices = (Choice("x", EVERYONE), Choice("y", EVERYONE), Choice("z", NOBODY), Choice("w", NOBODY))
    protocol = Protocol("clash", quantities, decisions={"arm": Decision("arm", choices)})
    population = Population((Variable("a", Chance(0.5)),))
    exclude = Policy(Handling.EXCLUDE)

    def found(shares: Mapping[str, float]) -> Candidates:
        policies = {"arm": Policies(exclude, Policy(Handling.INVESTIGATOR, shares), exclude)}
        scenario = replace(small_scenario(), population=population, policies=policies, treatment=None)
        return screen(prepare(protocol, scenario), KEY, 0, np.arange(4000))

    arms = np.bincount(found({"x": 0.1, "y": 0.3, "z": 0.6}).arm, minlength=4)
    assert arms[2:].sum() == 0
    assert arms[1] / arms.sum() == pytest.approx(0.75, abs=0.03)
    with pytest.raises(BadInput) as caught:
        found({"z": 1.0})
    assert caught.value.message == (
        "an investigator would have to choose `x` or `y` of `arm`, and none of them has a share"
    )


def test_a_course_that_is_lowered_takes_the_place_of_the_prescribed_one() -> None:
    setting = prepare(small_protocol(), small_scenario())
    found = screen(setting, KEY, 0, np.arange(8000))
    lowered = found.course == setting.courses["lowered"]
    assert lowered.sum() > 20
    assert (found.arm[lowered] == 1).all()
    assert (found.imaging[lowered] == 0).all()
    small_far = (found.course == setting.courses["small_far"]) & (found.arm == 0)
    assert (found.imaging[small_far] == 25).all()
    assert (found.factor == (found.arm == 0)).all()
    assert (found.consolidation == np.array([1, 2, 0])[found.arm]).all()


def test_imaging_is_due_with_the_fraction_that_brings_the_dose_there() -> None:
    """50 Gy: 25 x 2 Gy exactly; 28 x 1.8 = 50.4; 27 x 1.8 = 48.6 is not enough; 45 Gy never."""
    assert prepare(small_protocol(), small_scenario()).imaging == (25, 28, 28, 28, 0)


def test_without_treatment_nobody_has_a_course() -> None:
    scenario = replace(small_scenario(), treatment=None)
    found = screen(prepare(small_protocol(), scenario), KEY, 0, np.arange(100))
    assert set(found.course.tolist()) == {NONE}
    assert set(found.imaging.tolist()) | set(found.factor.tolist()) | set(found.consolidation.tolist()) == {0}
    assert list(found.unsettled) == ["arm"]


def many_criteria(count: int) -> Protocol:
    criteria = tuple(Criterion(f"I{index}", NOBODY if index == count - 1 else EVERYONE) for index in range(count))
    arm = Decision("arm", (Choice("x", EVERYONE), Choice("y", NOBODY)))
    return Protocol("many", {"a": Quantity("a", YesNoKind())}, inclusion=criteria, decisions={"arm": arm})


def test_sixty_criteria_have_a_bit_each_and_more_are_refused() -> None:
    population = Population((Variable("a", Chance(0.5)),))
    scenario = replace(small_scenario(), population=population, treatment=None)
    found = screen(prepare(many_criteria(MOST_CRITERIA), scenario), KEY, 0, np.arange(5))
    assert found.failed.tolist() == [1 << 61] * 5
    with pytest.raises(BadInput) as caught:
        prepare(many_criteria(MOST_CRITERIA + 1), scenario)
    assert caught.value.message == "the protocol has 61 eligibility criteria, and at most 60 can be simulated"


def test_a_decision_that_gives_several_choices_is_refused() -> None:
    protocol = small_protocol()
    for intent in (Intent.ANY, Intent.AT_LEAST_ONE, Intent.AT_MOST_ONE):
        arm = replace(protocol.decisions["arm"], intent=intent)
        with pytest.raises(BadInput):
            prepare(replace(protocol, decisions={**protocol.decisions, "arm": arm}), small_scenario())


def test_names_that_would_share_random_numbers_are_refused() -> None:
    names = ("q271553_3248", "q697410_4936")
    quantities = {name: Quantity(name, YesNoKind()) for name in names}
    protocol = replace(many_criteria(1), quantities=quantities)
    population = Population(tuple(Variable(name, Chance(0.5)) for name in names))
    with pytest.raises(BadInput) as caught:
        prepare(protocol, replace(small_scenario(), population=population, treatment=None))
    assert "share their random numbers" in caught.value.message
