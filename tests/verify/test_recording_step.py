"""What holds only because values are charted in steps, looked up on a finer grid: it can find that, not exclude it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import assume, event, given, settings

from tests.verify.everyone import Judge, alone, meant_and_broken, reviewed
from tests.verify.finite import protocols, values_of
from trialproof.model.condition import Number, Product, Quotient, descend
from trialproof.model.protocol import Decision, NumberKind, Protocol, Recorded
from trialproof.verify.finding import Finding, Review

PROMISES = {"gap": "has no gap", "overlap": "has no overlap", "undetermined": "is never undetermined"}
MOST_PATIENTS = 1500


def linear(protocol: Protocol) -> bool:
    """Return whether no two unknowns are multiplied or divided: else the only solution may be no fraction."""
    nodes = [node for rule in protocol.rules() for node in descend(rule)]
    products = [node.factors for node in nodes if isinstance(node, Product)]
    return not any(isinstance(node, Quotient) for node in nodes) and all(
        sum(not isinstance(factor, Number) for factor in factors) < 2 for factors in products
    )


LINEAR = protocols().filter(linear)


def halves(protocol: Protocol, name: str) -> Sequence[Recorded]:
    """Return the values of a quantity, and those midway between two of them."""
    quantity, values = protocol.quantities[name], values_of(protocol.quantities[name])
    if isinstance(quantity.kind, NumberKind):
        assert quantity.kind.step
        between = [value + quantity.kind.step / 2 for value in values[:-1] if not isinstance(value, str)]
        return [*values, *between]
    return values


def told(review: Review, about: str) -> list[Finding]:
    return [each for each in review.findings if each.code == "TP110" and each.message.startswith(about)]


def have(people: Sequence[Judge], decision: Decision, fate: str) -> bool:
    return any(each.member(decision) and each.fate(decision) == fate for each in people)


@settings(max_examples=60, deadline=None)
@given(LINEAR)
def test_what_only_the_step_prevents_is_found(protocol: Protocol) -> None:
    finer = alone(protocol, values=lambda name: halves(protocol, name))
    assume(len(finer) < MOST_PATIENTS)
    review, people = reviewed(protocol, select=["TP110"]), alone(protocol)
    assert not review.undecided
    for decision in protocol.decisions.values():
        anybody = any(each.member(decision) for each in people)
        for fate, promise in PROMISES.items():
            found = told(review, f"`{decision.name}` {promise}")
            here, there = have(people, decision, fate), have(finer, decision, fate)
            event(f"{fate}: here {here}, between {there}")
            assert not (found and here)
            assert found or here or not there or not anybody
            patients = [region.witness.patient for each in found for region in each.regions]
            judges = [Judge(protocol, patient, {}) for patient in patients]
            assert all(each.recordable and have([each], decision, fate) for each in judges)


@settings(max_examples=60, deadline=None)
@given(LINEAR)
def test_a_claim_that_only_the_step_makes_hold_is_found(protocol: Protocol) -> None:
    finer = alone(protocol, values=lambda name: halves(protocol, name))
    assume(protocol.claims and len(finer) < MOST_PATIENTS)
    review, people = reviewed(protocol, select=["TP110", "TP207"]), alone(protocol)
    assert not review.undecided
    for claim in protocol.claims:
        found = told(review, f"claim `{claim.id}` holds")
        (meant, broken), (_, between) = meant_and_broken(claim, people), meant_and_broken(claim, finer)
        event(f"claim: of somebody {bool(meant)}, broken {bool(broken)}, between {bool(between)}")
        assert not (found and (broken or not meant))
        assert found or broken or not between or not meant
        patients = [region.witness.patient for each in found for region in each.regions]
        judges = [Judge(protocol, patient, {}) for patient in patients]
        assert len(meant_and_broken(claim, judges)[1]) == len(judges)
