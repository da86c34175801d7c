"""Whom a proof leaves out is what looking at everybody says, be it for missing data or for want of a choice."""

from __future__ import annotations

from hypothesis import event, given, settings, strategies as st

from tests.verify.everyone import InProcess, Judge, alone, is_so
from tests.verify.finite import Draft, draw_condition, protocols
from trialproof.model.condition import Assigned, Condition
from trialproof.model.protocol import Protocol
from trialproof.verify.case import Case
from trialproof.verify.left_out import left_out
from trialproof.verify.linear import walk


@st.composite
def populations(draw: st.DrawFn, *, readings: bool) -> tuple[Protocol, Condition]:
    """Draw a protocol, and a condition of which a proof could speak."""
    protocol = draw(protocols(readings=readings))
    draft = Draft(
        readings=False, quantities=dict(protocol.quantities), definitions=dict(protocol.definitions),
        decisions=dict(protocol.decisions), eligibility=True,
    )  # fmt: skip
    return protocol, draw_condition(draw, draft, 2)


@settings(max_examples=150, deadline=None)
@given(st.one_of(populations(readings=False), populations(readings=True)))
def test_everybody_who_is_left_out_is_named_and_nobody_else(world: tuple[Protocol, Condition]) -> None:
    protocol, population = world
    found = left_out(Case(protocol, InProcess(protocol), protocol.preferred), population)
    event(f"{len(found)} regions")
    for judge in alone(protocol):
        named = any(is_so(each.place, judge) for each in found)
        undetermined = judge.judge(population) is None
        assert undetermined or not named
        assert named or not undetermined or outside_for_certain(protocol, population, judge)


def outside_for_certain(protocol: Protocol, population: Condition, judge: Judge) -> bool:
    """Return whether a decision that the population asks about is not for this patient."""
    asked = {each.decision for each in walk(protocol, population, judge.selection) if isinstance(each, Assigned)}
    return any(judge.judge(protocol.decisions[name].population) is False for name in asked)

