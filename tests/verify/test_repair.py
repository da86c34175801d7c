"""Repairs, looked up patient by patient: they work, none of their changes is idle, and they move whom they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from unittest.mock import patch

from hypothesis import assume, event, given, settings, strategies as st
from hypothesis.strategies import DrawFn

from tests.verify.everyone import FATES, InProcess, Judge, alone, is_so
from tests.verify.finite import protocols
from trialproof.model.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Eligible,
    Is,
    Not,
    Number,
    Relation,
    Takes,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Criterion,
    Decision,
    Intent,
    NumberKind,
    Protocol,
    Quantity,
    Selection,
    YesNoKind,
)
from trialproof.verify.case import Case
from trialproof.verify.finding import Region
from trialproof.verify.repairs.edits import (
    OTHER_END,
    Edit,
    amend,
    as_read,
    below,
    candidates,
    clauses,
    fit,
    put,
    remainder,
)
from trialproof.verify.repairs.repair import EXCLUDED, Proposal, Repair, State, repair
from trialproof.verify.repairs.repaired import Amended, left

SMALL = st.one_of(protocols(decisions=1), protocols(decisions=2, readings=True))


def repaired(protocol: Protocol, *, most: int = 4, selection: Selection | None = None) -> Proposal:
    """Search repairs without starting a process."""
    with patch("trialproof.verify.repairs.repair.Solver", InProcess):
        return repair(protocol, most=most, selection=selection)


def members(protocol: Protocol, decision: str, selection: Selection) -> dict[Patient, Judge]:
    people = alone(protocol, selection)
    return {each.patient: each for each in people if each.member(protocol.decisions[decision])}


def works(protocol: Protocol, name: str, amended: Protocol, selection: Selection) -> bool:
    """Return whether an amended decision works, by looking at everybody before and after."""
    before, after = members(protocol, name, selection), members(amended, name, left(amended, selection))
    was, now = protocol.decisions[name], amended.decisions[name]
    for patient, judge in after.items():
        fate = judge.fate(now)
        if fate in ("gap", "overlap") or (fate == "undetermined" and before[patient].fate(was) != "undetermined"):
            return False
    people = alone(amended, left(amended, selection))
    if any(each.judge(now.population) is None and each.patient in before for each in people):
        return False
    reached = {choice for each in before.values() for choice in each.holding(was)}
    settled = {choice for each in after.values() if each.fate(now) == "settled" for choice in each.holding(now)}
    return bool(after) and reached <= settled


def check_repair(protocol: Protocol, found: Repair) -> None:
    """Raise `AssertionError` unless a repair is what it says it is, by looking at everybody."""
    selection, name = protocol.preferred, found.decision.name
    assert works(protocol, name, found.protocol, selection)
    for edits in (found.edits, *found.same):
        assert works(protocol, name, amended_by(protocol, name, edits), selection)
        for size in range(len(edits)):
            for fewer in combinations(edits, size):
                assert not works(protocol, name, amended_by(protocol, name, fewer), selection), "an idle change"
    for edits in found.same:
        assert outcomes(amended_by(protocol, name, edits), name, selection) == outcomes(found.protocol, name, selection)
    check_moves(protocol, found)


def amended_by(protocol: Protocol, name: str, edits: Sequence[Edit]) -> Protocol:
    case = Case(protocol, InProcess(protocol), protocol.preferred)
    return Amended.of(case, protocol.decisions[name], edits).protocol(protocol)


def outcomes(protocol: Protocol, name: str, selection: Selection) -> dict[Patient, tuple[object, ...]]:
    decision = protocol.decisions[name]
    people = members(protocol, name, left(protocol, selection))
    return {patient: each.opinions(decision) for patient, each in people.items()}


def check_moves(protocol: Protocol, found: Repair) -> None:
    name, selection = found.decision.name, protocol.preferred
    before, after = outcomes(protocol, name, selection), outcomes(found.protocol, name, selection)
    assert set(after) <= set(before)
    people = members(protocol, name, selection)
    was = protocol.decisions[name]
    changed = {each for each in before if before[each] != after.get(each)}
    stranded = {each for each in changed if people[each].fate(was) in ("gap", "overlap")}
    for patients, regions in ((stranded, found.fixes), (changed - stranded, found.moves)):
        assert regions.complete
        inside = {each for each in before for region in regions.regions if is_so(region.place, people[each])}
        assert patients <= inside
        said = {each for region in regions.regions for each in of_region(region, people, found, selection)}
        assert said == patients
        assert all(region.witness.patient in patients for region in regions.regions)


def of_region(region: Region, people: Mapping[Patient, Judge], found: Repair, selection: Selection) -> list[Patient]:
    """Return the patients in a region whose outcome is the one it tells."""
    after = members(found.protocol, found.decision.name, left(found.protocol, selection))
    fate, _, become = region.outcome.partition(" becomes ")
    return [
        patient
        for patient, judge in people.items()
        if is_so(region.place, judge)
        and said(judge, judge.protocol.decisions[found.decision.name]) == fate
        and (said(after[patient], found.decision) if patient in after else EXCLUDED) == become
    ]


def said(judge: Judge, decision: Decision) -> str:
    """Say what becomes of a patient, from the words of the report."""
    names = {each.name: judge.judge(Takes(decision.name, each.name)) for each in decision.choices}
    certain = " and ".join(f"`{name}`" for name, truth in names.items() if truth is True)
    perhaps = " or ".join(f"`{name}`" for name, truth in names.items() if truth is None)
    if not perhaps:
        return certain or "no choice"
    return f"{certain}, perhaps {perhaps}" if certain else f"undetermined ({perhaps}?)"


def check(protocol: Protocol, proposal: Proposal) -> None:
    """Raise `AssertionError` unless every decision is in the state that it is in, and every repair works."""
    for found in proposal.decisions:
        decision = found.decision
        people = members(protocol, decision.name, protocol.preferred)
        fates = {each.fate(decision) for each in people.values()}
        assert fates <= set(FATES)
        event(f"{found.state.value}, {len(found.repairs[0].edits) if found.repairs else 0} changes")
        assert (found.state is State.VACUOUS) == (not people)
        assert (found.state is State.SOUND) == (bool(people) and not fates & {"gap", "overlap"})
        assert found.undetermined == ("undetermined" in fates and found.state is not State.VACUOUS)
        assert bool(found.repairs) == (found.state is State.REPAIRABLE)
        sizes = [len(each.edits) for each in found.repairs]
        assert sizes == sorted(sizes)
        for each in found.repairs:
            check_repair(protocol, each)


@settings(max_examples=30, deadline=None)
@given(SMALL)
def test_whatever_is_offered_works_and_moves_whom_it_says(protocol: Protocol) -> None:
    check(protocol, repaired(protocol, most=2))


LIMITS = {"x": Fraction(4), "y": Fraction(10)}
QUANTITIES = {
    "x": Quantity("x", NumberKind(Fraction(0), LIMITS["x"], step=Fraction(1))),
    "lesion": Quantity("lesion", YesNoKind()),
    "y": Quantity("y", NumberKind(Fraction(0), LIMITS["y"], step=Fraction(5)), applies_if=Yes("lesion")),
    "grade": Quantity("grade", CategoryKind(("g1", "g2", "g3"))),
}


@st.composite
def sorted_out(draw: DrawFn) -> Protocol:
    """Draw a decision that works: the leaves of a small tree of questions, each given to one of a few choices."""
    leaves = draw_leaves(draw, (), 3)
    names = ("a", "b", "c")[: min(len(leaves), draw(st.integers(2, 3)))]
    given_to = [*names, *(draw(st.sampled_from(names)) for _ in leaves[len(names) :])]
    rules = {}
    for name in names:
        mine = [AllOf(leaf) for leaf, choice in zip(leaves, given_to, strict=True) if choice == name]
        rules[name] = AnyOf(tuple(mine)) if len(mine) > 1 else mine[0]
    choices = [Choice(name, rule) for name, rule in rules.items()]
    if draw(st.integers(0, 3)) == 0:
        choices[-1] = Choice(names[-1], AllOf(tuple(Not(rules[each]) for each in names[:-1])))
    criteria = (Criterion("I1", draw_question(draw)[0]),) if draw(st.booleans()) else ()
    decision = Decision("x0", tuple(choices), Eligible(), draw(st.sampled_from((Intent.EXACTLY_ONE, *Intent))))
    return Protocol("sorted out", QUANTITIES, inclusion=criteria, decisions={"x0": decision})


def draw_leaves(draw: DrawFn, above: tuple[Condition, ...], depth: int) -> list[tuple[Condition, ...]]:
    if len(above) == depth or (above and draw(st.integers(0, 2)) == 0):
        return [above]
    yes, no = draw_question(draw)
    return [leaf for side in (yes, no) for leaf in draw_leaves(draw, (*above, side), depth)]


def draw_question(draw: DrawFn) -> tuple[Condition, Condition]:
    """Draw a clause and the one that holds where it fails."""
    match draw(st.sampled_from(("x", "x", "x", "y", "lesion", "grade"))):
        case "lesion":
            return Yes("lesion"), Not(Yes("lesion"))
        case "grade":
            groups = draw(st.sampled_from((("g1",), ("g1", "g2"), ("g2",))))
            rest = tuple(each for each in ("g1", "g2", "g3") if each not in groups)
            return Is("grade", groups), Is("grade", rest)
        case name:
            step = LIMITS[name] / 2 if name == "y" else Fraction(1)
            bound = Number(step * draw(st.integers(1, int(LIMITS[name] / step) - 1)))
            low, high = draw(st.sampled_from(((Relation.LT, Relation.GE), (Relation.LE, Relation.GT))))
            sides: tuple[Condition, Condition] = Compare(Value(name), low, bound), Compare(Value(name), high, bound)
            if name == "y":
                return AllOf((Yes("lesion"), sides[0])), AnyOf((Not(Yes("lesion")), sides[1]))
            return sides


@st.composite
def planted(draw: DrawFn) -> tuple[Protocol, Protocol]:
    """Draw a protocol that works, and the same with one comparison made strict or inclusive."""
    sound = draw(sorted_out())
    decision = sound.decisions["x0"]
    spots = [
        (at, path)
        for at, choice in enumerate(decision.choices)
        for path, node in clauses(choice.rule)
        if isinstance(node, Compare) and choice is not remainder(decision)
    ]
    assume(spots)
    at, path = draw(st.sampled_from(spots))
    wrong = {each.name: each.rule for each in decision.choices}
    wrong[decision.choices[at].name] = flipped(decision.choices[at].rule, path)
    return sound, with_rules(sound, wrong)


@st.composite
def damaged(draw: DrawFn) -> Protocol:
    """Draw a protocol that works but for up to two clauses that were changed or left out."""
    protocol = draw(sorted_out())
    for _ in range(draw(st.integers(1, 2))):
        decision = protocol.decisions["x0"]
        changes = candidates(protocol, replace(decision, intent=Intent.EXACTLY_ONE), {}, (), ())
        if changes:
            change = draw(st.sampled_from(changes))
            worse = amend(decision, [change], {})
            protocol = replace(protocol, decisions={"x0": worse})
    return protocol


def with_rules(protocol: Protocol, rules: Mapping[str, Condition]) -> Protocol:
    decision = protocol.decisions["x0"]
    choices = [replace(each, rule=rules[each.name]) for each in decision.choices]
    if remainder(decision) is not None:
        choices[-1] = replace(choices[-1], rule=AllOf(tuple(Not(each.rule) for each in choices[:-1])))
    return replace(protocol, decisions={"x0": replace(decision, choices=tuple(choices))})


def flipped(rule: Condition, path: tuple[int, ...]) -> Condition:
    """Return the rule with the comparison at a path made strict or inclusive."""
    if not path:
        assert isinstance(rule, Compare)
        return replace(rule, relation=OTHER_END[rule.relation])
    inner = list(below(rule))
    inner[path[0]] = flipped(inner[path[0]], path[1:])
    return put(rule, inner)


@settings(max_examples=30, deadline=None)
@given(damaged())
def test_what_was_damaged_is_repaired_as_it_is_said(protocol: Protocol) -> None:
    check(protocol, repaired(protocol, most=3))


@settings(max_examples=30, deadline=None)
@given(planted())
def test_one_comparison_that_was_turned_is_turned_back(drawn: tuple[Protocol, Protocol]) -> None:
    sound, wrong = drawn
    (found,) = repaired(wrong, most=99).decisions
    if found.state in (State.SOUND, State.VACUOUS) or not works(wrong, "x0", sound, {}):
        return
    event("turned back")
    offered = [edits for each in found.repairs for edits in (each.edits, *each.same)]
    rules = [plain_rules(amend(found.decision, edits, {})) for edits in offered if len(edits) == 1]
    assert plain_rules(sound.decisions["x0"]) in rules


def plain_rules(decision: Decision) -> list[Condition]:
    """Return the rules, with what joins a single clause left out."""
    return [as_read(each.rule, {}) for each in decision.choices]


@settings(max_examples=30, deadline=None)
@given(st.one_of(damaged(), damaged(), SMALL))
def test_every_single_change_that_works_is_offered(protocol: Protocol) -> None:
    for name, decision in protocol.decisions.items():
        case = Case(protocol, InProcess(protocol), protocol.preferred)
        with patch("trialproof.verify.repairs.repair.MOST_EDITS", 60):
            found = next(each for each in repaired(protocol, most=200).decisions if each.decision.name == name)
        if found.state not in (State.REPAIRABLE, State.STUCK) or found.size < 1 or found.reason.startswith("there"):
            continue
        clashes = [each.choices for each in found.overlaps]
        edits = candidates(protocol, decision, protocol.preferred, found.gaps.regions, clashes)
        single = {e for e in edits if works(protocol, name, amended_by(protocol, name, [e]), case.selection)}
        event(f"{min(len(single), 5)} single changes work")
        offered = [shown for each in found.repairs for shown in (each.edits, *each.same)]
        assert {shown[0] for shown in offered if len(shown) == 1} == single
        if not single and found.size > 1 and len(edits) < 16:
            pairs = {
                frozenset(pair)
                for pair in combinations(edits, 2)
                if fit(pair[:1], pair[1]) and works(protocol, name, amended_by(protocol, name, pair), case.selection)
            }
            event(f"{min(len(pairs), 5)} pairs of changes work")
            assert {frozenset(shown) for shown in offered if len(shown) == 2} == pairs
