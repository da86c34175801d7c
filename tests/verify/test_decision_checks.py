"""Redundant clauses and shadowed choices are those that looking at everybody finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.agreement.naive import Opinion
from tests.verify.everyone import InProcess, Judge, alone, reviewed
from tests.verify.finite import protocols
from trialproof.model.condition import AllOf, AnyOf, Condition, Count, IfThen, Not, Readings
from trialproof.model.load import load
from trialproof.model.protocol import Decision, Intent, Protocol
from trialproof.verify.case import Case
from trialproof.verify.checks.redundant_clause import POPULATION, groups, live_clauses, needs, redundant
from trialproof.verify.clauses import Clause, Path as Way
from trialproof.verify.finding import Review, Severity

SMALL = st.one_of(protocols(decisions=1), protocols(readings=True, decisions=1))


def in_order(protocol: Protocol) -> Protocol:
    """Return the protocol with all its decisions taken in order."""
    decisions = {name: replace(each, intent=Intent.FIRST_MATCH) for name, each in protocol.decisions.items()}
    return replace(protocol, decisions=decisions)


def last_is_otherwise(decision: Decision) -> bool:
    *others, last = decision.choices
    return bool(others) and last.rule == AllOf(tuple(Not(each.rule) for each in others))


def spots(rule: Condition, protocol: Protocol, way: Way = ()) -> Iterator[Way]:
    """Yield where something can be left out of a rule."""
    match rule:
        case AllOf(inner) | AnyOf(inner) | Count(_, _, inner):
            for at, each in enumerate(inner):
                if len(inner) > 1 and not isinstance(rule, Count):
                    yield (*way, at)
                yield from spots(each, protocol, (*way, at))
        case Not(inner):
            yield from spots(inner, protocol, (*way, 0))
        case IfThen(premise, conclusion):
            yield from spots(premise, protocol, (*way, 0))
            yield from spots(conclusion, protocol, (*way, 1))
        case Readings(sentence, options):
            yield from spots(dict(options)[protocol.preferred[sentence]], protocol, (*way, 0))
        case _:
            pass


def leave_out(rule: Condition, protocol: Protocol, ways: Iterable[Way]) -> Condition:
    """Return the rule without what stands there."""
    here = [way for way in ways if way]
    if not here:
        return rule

    def below(each: Condition, at: int) -> Condition:
        return leave_out(each, protocol, [way[1:] for way in here if way[0] == at])

    gone = {way[0] for way in here if len(way) == 1}
    match rule:
        case AllOf(inner):
            return AllOf(tuple(below(each, at) for at, each in enumerate(inner) if at not in gone))
        case AnyOf(inner):
            return AnyOf(tuple(below(each, at) for at, each in enumerate(inner) if at not in gone))
        case Count(tally, number, inner):
            return Count(tally, number, tuple(below(each, at) for at, each in enumerate(inner)))
        case Not(inner):
            return Not(below(inner, 0))
        case IfThen(premise, conclusion):
            return IfThen(below(premise, 0), below(conclusion, 1))
        case Readings(sentence, options):
            return below(dict(options)[protocol.preferred[sentence]], 0)
        case _:
            raise AssertionError(rule)


def amended(protocol: Protocol, decision: Decision, gone: Iterable[tuple[str, Way]]) -> Protocol:
    """Return the protocol without some clauses of a decision."""
    ways = list(gone)
    choices = [
        replace(each, rule=leave_out(each.rule, protocol, [way for name, way in ways if name == each.name]))
        for each in decision.choices
    ]
    if last_is_otherwise(decision):
        choices[-1] = replace(choices[-1], rule=AllOf(tuple(Not(each.rule) for each in choices[:-1])))
    changed = replace(decision, choices=tuple(choices))
    return replace(protocol, decisions={**protocol.decisions, decision.name: changed})


def outcomes(protocol: Protocol, decision: Decision, people: Iterable[Judge]) -> list[tuple[Opinion, ...]]:
    now = protocol.decisions[decision.name]
    return [Judge(protocol, each.patient, each.selection).opinions(now) for each in people]


def marks(clauses: Iterable[Clause]) -> list[tuple[str, Way]]:
    return [(each.choice, each.path) for each in clauses]


def outermost(ways: Iterable[tuple[str, Way]]) -> list[tuple[str, Way]]:
    found: list[tuple[str, Way]] = []
    for name, way in ways:
        if not any(name == other and way[: len(outer)] == outer for other, outer in found):
            found.append((name, way))
    return found


@settings(max_examples=50, deadline=None)
@given(st.one_of(SMALL, SMALL.map(in_order)))
def test_what_can_be_left_out_is_what_changes_nobody(protocol: Protocol) -> None:
    check_clauses(protocol)


def check_clauses(protocol: Protocol) -> None:
    """Raise `AssertionError` unless looking at everybody finds the same redundant clauses."""
    case = Case(protocol, InProcess(protocol), protocol.preferred)
    everybody = alone(protocol)
    for decision in protocol.decisions.values():
        members = [each for each in everybody if each.member(decision)]
        if not members:
            continue
        before = outcomes(protocol, decision, members)
        taken = {name for each in members for name in each.holding(decision)}
        named = decision.choices[:-1] if last_is_otherwise(decision) else decision.choices
        all_spots = [(each.name, way) for each in named if each.name in taken for way in spots(each.rule, protocol)]

        def same(gone: Iterable[tuple[str, Way]], about: Decision = decision) -> bool:
            return outcomes(amended(protocol, about, gone), about, members) == before  # noqa: B023 - called at once

        idle = [spot for spot in all_spots if same([spot])]
        found = redundant(case, decision, live_clauses(case, decision))
        event(f"{len(found)} clauses")
        assert marks(found) == outermost(idle)
        together = groups(case, decision, found)
        assert sorted(marks(each for group in together for each in group)) == sorted(marks(found))
        event(f"largest group {max(map(len, together), default=0)}")
        if len(together) > 1:
            assert same(marks(group[0] for group in together))
        for group in together:
            if len(group) == 2:
                assert not same(marks(group))
        for clause in found:
            changed = amended(protocol, decision, marks([clause]))
            outside = outcomes(changed, decision, everybody) != outcomes(protocol, decision, everybody)
            assert (POPULATION in needs(case, decision, clause)) == outside


@settings(max_examples=80, deadline=None)
@given(st.one_of(protocols(), protocols(readings=True)).map(in_order))
def test_a_shadowed_choice_is_one_whose_patients_all_go_elsewhere_before(protocol: Protocol) -> None:
    review, people = reviewed(protocol, select=["TP109", "TP105", "TP205"]), alone(protocol)
    for decision in protocol.decisions.values():
        members = [each for each in people if each.member(decision)]
        for at, choice in enumerate(decision.choices):
            described = [each for each in members if each.judge(choice.rule) is True]
            reached = any(choice.name in each.holding(decision) for each in members)
            said = [e for e in review.findings if (e.decision, e.choices) == (decision.name, (choice.name,))]
            codes = [each.code for each in said]
            assert codes.count("TP109") == (bool(described) and not reached)
            for each in said:
                if each.code == "TP109":
                    assert codes == ["TP109"]
                    assert each.witness
                    assert each.witness.patient in {one.patient for one in described}
                    takers = [one for one in decision.choices[:at] if f"`{one.name}`" in each.message]
                    assert takers
                    assert all(any(one.judge(t.rule) is not False for t in takers) for one in described)
                    for taker in takers:
                        rest = [other for other in takers if other is not taker]
                        assert any(all(one.judge(other.rule) is False for other in rest) for one in described)


HEAD = """\
trialproof: 1
title: clauses
quantities:
  x: {range: [0, 9], recorded_to: 1}
  y: {range: [0, 9], recorded_to: 1}
  lesion: {yes_no: true}
  size: {range: [0, 9], recorded_to: 1, applies_if: lesion}
"""


def examined(folder: Path, text: str, *codes: str, head: str = HEAD) -> Review:
    (folder / "protocol.yaml").write_text(head + text, encoding="utf-8")
    return reviewed(load(folder), select=codes)


def messages(folder: Path, rules: str, *, more: str = "", intent: str = "exactly one") -> list[str]:
    lines = "".join(f"      {line.strip()}\n" for line in rules.strip().splitlines())
    text = f"{more}decisions:\n  arm:\n    for: everyone\n    intent: {intent}\n    choices:\n{lines}"
    found = examined(folder, text, "TP108")
    assert all(each.severity is Severity.NOTE for each in found.findings)
    return [each.message for each in found.findings]


def test_of_two_clauses_that_stand_for_each_other_either_can_go(tmp_path: Path) -> None:
    [said] = messages(tmp_path, "a: {when: x > 5 and x >= 6}\nb: {when: x < 6}")
    assert said == (
        "`a` of `arm` does not need both “x is more than 5” and “x is at least 6”: without either of them, every "
        "patient gets the same"
    )


def test_of_three_clauses_that_stand_for_one_another_any_one_can_go(tmp_path: Path) -> None:
    [said] = messages(tmp_path, "a: {when: x > 5 and x >= 6 and not x < 6}\nb: {when: x < 6}")
    assert said.startswith("`a` of `arm` does not need all of “x is more than 5”, “x is at least 6” and “x is not less")


def test_a_bound_that_the_range_implies_can_go(tmp_path: Path) -> None:
    [said] = messages(tmp_path, "a: {when: x > 5 and x < 12}\nb: {when: x <= 5}")
    assert "does not need “x is less than 12”: without it, every patient" in said


def test_a_clause_that_turns_a_failure_into_an_open_question_is_needed(tmp_path: Path) -> None:
    rules = "a: {when: lesion and size > 5}\nb: {when: not (lesion and size > 5)}"
    assert not messages(tmp_path, rules)


def test_a_clause_within_one_that_can_go_is_not_said_again(tmp_path: Path) -> None:
    [said] = messages(tmp_path, "a: {when: x > 5 and (x > 3 or (y > 2 and x > 1))}\nb: {when: x <= 5}")
    assert "does not need “x is more than 3, or both y is more than 2" in said


def test_what_asks_whether_a_value_is_known_is_there_for_incomplete_data(tmp_path: Path) -> None:
    assert not messages(tmp_path, "a: {when: x is known and x > 5}\nb: {when: x <= 5}")


def test_otherwise_has_no_clauses_of_its_own(tmp_path: Path) -> None:
    assert not messages(tmp_path, "a: {when: x > 5}\nb: {when: x > 3 and x <= 5}\nc: {when: otherwise}")


def test_bounds_that_an_earlier_choice_makes_superfluous_are_said(tmp_path: Path) -> None:
    rules = "a: {when: x > 5}\nb: {when: x > 3 and x <= 5}\nc: {when: x <= 3}"
    [said] = messages(tmp_path, rules, intent="first match")
    assert "`b` of `arm` does not need “x is at most 5”" in said


def test_the_range_of_one_arm_beside_that_of_the_next_is_no_redundancy(tmp_path: Path) -> None:
    assert not messages(tmp_path, "a: {when: 2 <= x <= 5}\nb: {when: x > 5}\nc: {when: x < 2}")


def test_a_clause_of_a_choice_that_nobody_gets_is_left_to_other_checks(tmp_path: Path) -> None:
    assert not messages(tmp_path, "a: {when: x > 5 and x < 3 and y > 1}\nb: {when: x >= 0}", intent="at most one")


def test_what_only_a_fact_makes_redundant_says_so(tmp_path: Path) -> None:
    fact = "facts:\n  - {rule: if x > 5 then y > 5, because: so it is}\n"
    [said] = messages(tmp_path, "a: {when: x > 5 and y > 5}\nb: {when: x <= 5}", more=fact)
    assert said.endswith("does not need “y is more than 5”: without it, every patient, given the facts, gets the same")


def test_what_only_eligibility_makes_redundant_shows_somebody_outside(tmp_path: Path) -> None:
    text = """\
eligibility:
  inclusion:
    - {id: I1, rule: lesion}
decisions:
  arm:
    choices:
      a: {when: lesion and x > 5}
      b: {when: x <= 5}
"""
    [found] = examined(tmp_path, text, "TP108").findings
    assert "“lesion”: without it, every eligible patient gets the same" in found.message
    assert found.witness
    assert found.witness.patient.as_dict()["lesion"] is False
    assert found.help == "harmless as it stands: it would matter to this patient, who is not in the population"


SHADOW = """\
decisions:
  arm:
    for: everyone
    intent: first match
    choices:
      a: {when: x > 5}
      z: {when: y > 7}
      b: {when: x <= 5 and y > 3}
      c: {when: y > 4}
      d: {when: otherwise}
"""


def test_only_the_choices_that_take_the_patients_are_named(tmp_path: Path) -> None:
    [found] = examined(tmp_path, SHADOW, "TP1").findings[:1]
    assert found.message == (
        "nobody gets `c` of `arm`: every patient for whom its rule holds is taken by one of `a` and `b` before it"
    )
    assert {label.note.split()[0] for label in found.labels} == {"`c`", "`a`", "`b`"}


def test_a_choice_that_is_left_open_is_not_said_to_be_taken(tmp_path: Path) -> None:
    text = """\
decisions:
  arm:
    for: everyone
    intent: first match
    choices:
      a: {when: size > 4}
      b: {when: not lesion}
"""
    [found] = examined(tmp_path, text, "TP109").findings
    assert "is taken, or left open, by `a` before it" in found.message


@pytest.mark.parametrize("name", ["esophageal-salvage", "esophageal-salvage-repaired"])
def test_the_shipped_protocols_have_no_idle_clause_for_everybody(name: str) -> None:
    review = reviewed(load(Path(__file__).parents[2] / "protocols" / name), select=["TP108", "TP109"])
    assert all("every eligible patient" in each.message for each in review.findings)
    assert len(review.findings) <= 1
