"""Criteria that change nothing, or contradict one another, looked up patient by patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import event, given, settings, strategies as st
from hypothesis.strategies import DrawFn

from tests.verify.everyone import InProcess, Judge, alone, eligible, is_so, met, reviewed
from tests.verify.finite import Draft, draw_condition, draw_definition, draw_quantity, draw_rule
from trialproof.model.condition import AllOf, AnyOf, Condition, Named, Not
from trialproof.model.protocol import Criterion, Fact, Protocol
from trialproof.verify.case import Case
from trialproof.verify.criteria import Implied, idle_criteria, implied_criteria
from trialproof.verify.eligibility import contradiction
from trialproof.verify.finding import Review


def case_of(protocol: Protocol) -> Case:
    return Case(protocol, InProcess(protocol), protocol.preferred)


@st.composite
def criteria(draw: DrawFn) -> Protocol:
    """Draw up to five criteria, some of which repeat or sharpen one another, and perhaps a fact."""
    draft = Draft(readings=draw(st.booleans()))
    for index in range(draw(st.integers(2, 3))):
        draft.quantities[f"q{index}"] = draw_quantity(draw, draft, f"q{index}")
    draw_definition(draw, draft, "d")
    facts = [Fact(draw_condition(draw, draft, 1), f"fact {index}") for index in range(draw(st.integers(0, 2)))]
    rules: list[Condition] = []
    for index in range(draw(st.integers(1, 5))):
        rule = draw_rule(draw, draft, f"c{index}", draw(st.integers(0, 1)))
        if rules:
            earlier = draw(st.sampled_from(rules))
            both, either = AllOf((earlier, rule)), AnyOf((earlier, rule))
            rule = draw(st.sampled_from([rule, rule, earlier, Not(earlier), both, either]))
        rules.append(rule)
    protocol = Protocol(
        title="criteria",
        quantities=draft.quantities,
        definitions=draft.definitions,
        sentences=draft.sentences,
        facts=tuple(facts),
    )
    people = alone(protocol) if draw(st.integers(0, 3)) else []
    favoured = draw(st.sampled_from(people)) if people else None
    every = []
    for number, rule in enumerate(rules):
        opinion = draw(st.booleans()) if favoured is None else favoured.judge(rule)
        if opinion is not None:
            every.append(Criterion(f"c{number}", rule, excludes=not opinion))
    including = tuple(each for each in every if not each.excludes)
    return replace(protocol, inclusion=including, exclusion=tuple(each for each in every if each.excludes))


@settings(max_examples=120, deadline=None)
@given(criteria())
def test_criteria_that_change_nothing_are_those_whom_nobody_fails(protocol: Protocol) -> None:
    people = alone(protocol)
    if not people:
        return
    case = case_of(protocol)
    idle = [each for each in protocol.criteria if all(met(each, one) for one in people)]
    assert [each.criterion for each in idle_criteria(case)] == idle
    if not any(eligible(each) for each in people):
        return
    live = [each for each in protocol.criteria if each not in idle]
    implied = [each for each in live if follows(people, [other for other in live if other is not each], each)]
    found = implied_criteria(case)
    event(f"{len(idle)} idle, {sorted(len(each.members) for each in found)} implied")
    members = [each for group in found for each in group.members]
    assert sorted(members, key=protocol.criteria.index) == implied
    assert len(members) == len(implied)
    for one, other in combinations(implied, 2):
        if follows(people, [one], other) and follows(people, [other], one):
            assert any(one in group.members and other in group.members for group in found)
    for group in found:
        check_implied(people, group)


def follows(people: Iterable[Judge], premises: Sequence[Criterion], conclusion: Criterion) -> bool:
    return all(met(conclusion, each) for each in people if all(met(one, each) for one in premises))


def check_implied(people: Sequence[Judge], group: Implied) -> None:
    """Raise `AssertionError` unless the criteria named are enough to imply each member, and none of them is idle."""
    assert not set(group.by) & set(group.members)
    assert group.by or len(group.members) > 1
    for member in group.members:
        rest = [each for each in group.members if each is not member]
        assert follows(people, [*group.by, *rest] if group.together or not group.by else group.by, member)
    if not group.together:
        first = group.members[0]
        for each in group.by:
            assert not follows(people, [other for other in group.by if other is not each], first)


@settings(max_examples=60, deadline=None)
@given(criteria())
def test_the_facts_that_are_named_are_needed_and_enough(protocol: Protocol) -> None:
    if not alone(protocol):
        return
    for each in idle_criteria(case_of(protocol)):
        for facts in [each.facts, *(tuple(o for o in each.facts if o is not one) for one in each.facts)]:
            free = alone(replace(protocol, facts=facts))
            assert all(met(each.criterion, one) for one in free) == (facts == each.facts)


@settings(max_examples=80, deadline=None)
@given(criteria())
def test_what_is_said_of_criteria_is_what_looking_at_everybody_says(protocol: Protocol) -> None:
    review, people = reviewed(protocol, select=["TP201", "TP202", "TP203", "TP204", "TP208"]), alone(protocol)
    assert not review.undecided
    anybody = any(eligible(each) for each in people)
    idle = {each.id for each in protocol.criteria if all(met(each, one) for one in people)}
    assert ids(review, "TP204") == (idle if people else set())
    assert anybody or not ids(review, "TP203")
    assert not ids(review, "TP203") & idle
    for each in review.proved:
        assert each.member
        assert each.member.patient in {one.patient for one in people}


def ids(review: Review, code: str) -> set[str]:
    """Return the criteria that the findings name first: those that change nothing."""
    return {each.labels[0].note.strip("`") for each in review.findings if each.code == code}


@settings(max_examples=120, deadline=None)
@given(criteria())
def test_the_core_of_a_contradiction_is_minimal_and_one_demand_if_one_is_enough(protocol: Protocol) -> None:
    people = alone(protocol)
    if not people or any(eligible(each) for each in people):
        return
    core = contradiction(case_of(protocol))
    event(f"{len(core)} demands")
    everybody = {each.patient for each in people}
    met_by = [{each.patient for each in people if is_so(demand.statement, each)} for demand in core]
    assert not everybody.intersection(*met_by)
    for demanded in range(len(met_by)):
        assert everybody.intersection(*met_by[:demanded], *met_by[demanded + 1 :])
    if len(core) > 1:
        for criterion in protocol.criteria:
            plain = not isinstance(criterion.rule, (AllOf, AnyOf, Not, Named))
            if plain and criterion.id not in protocol.sentences:
                assert any(met(criterion, each) for each in people)
