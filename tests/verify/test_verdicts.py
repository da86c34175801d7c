"""What a review says of a finite protocol is what looking at every patient says."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import event, given, settings, strategies as st

from tests.verify.everyone import Fates, InProcess, Judge, alone, eligible, fates, is_so, meant_and_broken, reviewed
from tests.verify.finite import protocols
from trialproof.model.condition import Eligible, Takes
from trialproof.model.patient import Patient
from trialproof.model.protocol import Claim, Decision, Intent, Protocol
from trialproof.verify.case import Case
from trialproof.verify.eligibility import contradiction
from trialproof.verify.finding import Review

SMALL = st.one_of(protocols(), protocols(readings=True))


def proved(review: Review, code: str, about: str | None) -> bool:
    return any(each.code == code and about in (each.decision, None) for each in review.proved)


def found(review: Review, codes: Iterable[str], about: str) -> bool:
    return any(each.code in codes and each.decision == about for each in review.findings)


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_decisions_are_judged_as_by_looking_at_everybody(protocol: Protocol) -> None:
    check_decisions(protocol)


def check_decisions(protocol: Protocol) -> None:
    """Raise `AssertionError` unless a review says of every decision what looking at everybody says."""
    review, people = reviewed(protocol, select=["TP1", "TP205"], ignore=["TP106", "TP110"]), alone(protocol)
    assert not review.undecided
    for decision in protocol.decisions.values():
        truth = fates(people, decision)
        if not truth.members:
            assert not any(proved(review, code, decision.name) for code in ("TP101", "TP102", "TP105", "TP107"))
            assert not any(each.decision == decision.name and each.code != "TP105" for each in review.findings)
        else:
            check_fates(review, decision, truth)
        check_reach(review, decision, people, truth.members)


def check_fates(review: Review, decision: Decision, truth: Fates) -> None:
    least, most = decision.bounds
    about = decision.name
    assert found(review, ["TP101", "TP103"], about) == bool(truth.gap)
    lucky = {each.patient for each in truth.members if each.fate(decision) in ("settled", "overlap")}
    assert proved(review, "TP101", about) == (least > 0 and not truth.gap and bool(lucky))
    assert members(review, "TP101", about) <= lucky
    clashes = {each.choices for each in review.findings if each.code in ("TP102", "TP104") and each.decision == about}
    assert clashes == set(truth.overlap)
    assert proved(review, "TP102", about) == (most < len(decision.choices) and not truth.overlap)
    assert found(review, ["TP107"], about) == bool(truth.undetermined)
    assert proved(review, "TP107", about) == (not truth.undetermined)


def members(review: Review, code: str, about: str) -> set[Patient]:
    """Return the patients with whom a proof shows that it is about somebody."""
    shown = [each.member for each in review.proved if (each.code, each.decision) == (code, about)]
    return {each.patient for each in shown if each}


def check_reach(review: Review, decision: Decision, people: list[Judge], members: list[Judge]) -> None:
    for choice in decision.choices:
        takes = Takes(decision.name, choice.name)
        anybody = any(each.judge(takes) is True for each in people)
        member = any(each.judge(takes) is True for each in members)
        mine = (decision.name, (choice.name,))
        about = [each.code for each in review.findings if (each.decision, each.choices) == mine]
        described = decision.intent is Intent.FIRST_MATCH and any(each.judge(choice.rule) is True for each in members)
        shadowed = described and not member
        assert about.count("TP109") == shadowed
        assert about.count("TP105") == (not anybody and not shadowed)
        assert about.count("TP205") == (anybody and not member and bool(members) and not shadowed)
    reached = {name for each in members for name in each.holding(decision)}
    assert proved(review, "TP105", decision.name) == (len(reached) == len(decision.choices) and bool(members))


@settings(max_examples=40, deadline=None)
@given(SMALL)
def test_every_proof_shows_a_member_of_whom_it_is_about(protocol: Protocol) -> None:
    review = reviewed(protocol)
    for each in review.proved:
        assert each.member
        if each.decision and each.code != "TP106":
            decision = protocol.decisions[each.decision]
            assert Judge(protocol, each.member.patient, protocol.preferred).member(decision)


@settings(max_examples=60, deadline=None)
@given(SMALL)
def test_the_demands_that_contradict_one_another_do_and_no_fewer(protocol: Protocol) -> None:
    people = alone(protocol)
    if not people or any(eligible(each) for each in people):
        return
    core = contradiction(Case(protocol, InProcess(protocol), protocol.preferred))
    event(f"{len(core)} demands")
    met = [{at for at, each in enumerate(people) if is_so(demand.statement, each)} for demand in core]
    assert not set.intersection(*met)
    for at in range(len(met)):
        assert set(range(len(people))).intersection(*met[:at], *met[at + 1 :])


@settings(max_examples=100, deadline=None)
@given(SMALL)
def test_eligibility_and_claims_are_judged_as_by_looking_at_everybody(protocol: Protocol) -> None:
    check_eligibility_and_claims(protocol)


def check_eligibility_and_claims(protocol: Protocol) -> None:
    """Raise `AssertionError` unless a review says of eligibility and claims what looking at everybody says."""
    review, people = reviewed(protocol, select=["TP2"], ignore=["TP205"]), alone(protocol)
    assert not review.undecided
    somebody = any(eligible(each) for each in people)
    if protocol.criteria or protocol.facts:
        assert proved(review, "TP201", None) == somebody
        assert any(each.code == "TP201" for each in review.findings) == (not somebody)
    open_to = [each for each in people if each.judge(Eligible()) is None]
    criteria = {each.id for each in protocol.criteria if any(one.judge(each.rule) is None for one in open_to)}
    named = {label.note.strip("`") for each in review.findings if each.code == "TP206" for label in each.labels}
    assert named == criteria
    assert proved(review, "TP206", None) == (bool(protocol.criteria) and not criteria and bool(people))
    for claim in protocol.claims:
        check_claim(review, claim, people)


def check_claim(review: Review, claim: Claim, people: list[Judge]) -> None:
    meant, broken = meant_and_broken(claim, people)
    said = [each for each in review.proved if each.code == "TP207" and f"`{claim.id}`" in each.message]
    refuted = [each for each in review.findings if each.code == "TP207" and f"`{claim.id}`" in each.message]
    assert bool(said) == (bool(meant) and not broken)
    assert bool(refuted) == bool(broken)
