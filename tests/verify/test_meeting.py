"""Where inclusion and exclusion meet wrongly, looked up patient by patient and value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import takewhile

import pytest
from hypothesis import event, given, settings, strategies as st
from hypothesis.strategies import DrawFn

from tests.verify.everyone import InProcess, Judge, alone, is_so, met
from tests.verify.finite import protocols, values_of
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Count,
    Floor,
    IfThen,
    Is,
    Named,
    Not,
    Number,
    Relation,
    Sum,
    Tally,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    CategoryKind,
    Criterion,
    Definition,
    Fact,
    NumberKind,
    Protocol,
    Quantity,
    Recorded,
    YesNoKind,
)
from trialproof.model.unit import PLAIN
from trialproof.verify.case import Case
from trialproof.verify.meeting import Meeting, mismatches, pairs
from trialproof.verify.varied import at, spelled_out, subjects

SMALL = st.one_of(protocols(), protocols(readings=True))
STEP = Fraction(1)
FOR_WHOM: tuple[Condition, ...] = (EVERYONE, EVERYONE, Yes("tall"))


def case_of(protocol: Protocol) -> Case:
    return Case(protocol, InProcess(protocol), protocol.preferred)


@st.composite
def meetings(draw: DrawFn) -> Protocol:
    """Draw an inclusion and an exclusion about two numbers, a category and two yes/no, each compared by itself."""
    low = draw(st.integers(-1, 1))
    score = NumberKind(Fraction(low), Fraction(low + draw(st.integers(2, 4))), PLAIN, STEP)
    other = NumberKind(Fraction(0), Fraction(1), PLAIN, Fraction(1, 2))
    applies: Condition = draw(st.sampled_from(FOR_WHOM))
    quantities = [
        Quantity("tall", YesNoKind()),
        Quantity("score", score, applies_if=applies, may_be_missing=draw(st.integers(0, 4)) == 0),
        Quantity("other", other),
        Quantity("margin", CategoryKind(("a", "b", "c"))),
    ]
    for_whom: Condition = EVERYONE if quantities[1].may_be_missing else draw(st.sampled_from(FOR_WHOM))
    named = Definition("named", _meeting_rule(draw, score, 1), applies_if=for_whom)
    rules = _opposite_rules(draw, score)
    if draw(st.integers(0, 3)) == 0:
        rules[draw(st.integers(0, 1))] = AnyOf((Named("named"), rules[0]))
    return Protocol(
        title="two criteria",
        quantities={each.name: each for each in quantities},
        definitions={"named": named},
        inclusion=(Criterion("I", rules[0]),),
        exclusion=(Criterion("X", rules[1], excludes=True),),
    )


def _opposite_rules(draw: DrawFn, score: NumberKind) -> list[Condition]:
    """Draw two rules that usually face each other, each for some or for all, and with or without company."""
    facing = draw(st.sampled_from([((Relation.LT, Relation.LE), (Relation.GT, Relation.GE))] * 3 + [None]))
    rules = []
    for relations in facing or (None, None):
        rule = _meeting_rule(draw, score, 1)
        if relations:
            value = score.lower + Fraction(draw(st.integers(0, int(2 * (score.upper - score.lower)))), 2)
            rule = Compare(Value("score"), draw(st.sampled_from(relations)), Number(value))
        company = _meeting_rule(draw, score, draw(st.integers(0, 1)))
        wrapped = [rule, rule, AllOf((rule, company)), AnyOf((rule, company)), IfThen(company, rule)]
        rules.append(draw(st.sampled_from(wrapped)))
    return rules if draw(st.booleans()) else rules[::-1]


def _meeting_rule(draw: DrawFn, score: NumberKind, depth: int) -> Condition:
    def below() -> Condition:
        return _meeting_rule(draw, score, depth - 1)

    kinds = ["score"] * 4 + ["other", "margin", "tall"] + ["not", "and", "or", "and", "or", "if", "count"] * bool(depth)
    match draw(st.sampled_from(kinds)):
        case "score":
            value = score.lower + Fraction(draw(st.integers(-1, int(2 * (score.upper - score.lower)) + 1)), 2)
            return Compare(Value("score"), draw(st.sampled_from(Relation)), Number(value))
        case "other":
            return Compare(Value("other"), draw(st.sampled_from(Relation)), Number(Fraction(1, 2)))
        case "margin":
            return Is("margin", tuple(draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1, max_size=2))))
        case "tall":
            return Yes("tall")
        case "not":
            return Not(below())
        case "and":
            return AllOf((below(), below()))
        case "or":
            return AnyOf((below(), below()))
        case "if":
            return IfThen(below(), below())
        case _:
            return Count(draw(st.sampled_from(Tally)), draw(st.integers(0, 2)), (below(), below()))


class Lookup:
    """The definitions of zone and limbo, looked up: the same record with another value of one quantity."""

    def __init__(self, protocol: Protocol, people: Sequence[Judge], name: str) -> None:
        (self.inclusion,), (self.exclusion,) = protocol.inclusion, protocol.exclusion
        self.protocol, self.name = protocol, name
        self.people = [each for each in people if each.value_of(name) is not None]
        had = {each.record[name] for each in self.people}
        self.values = [value for value in values_of(protocol.quantities[name]) if value in had]
        self.ordered = isinstance(protocol.quantities[name].kind, NumberKind)
        self.known: dict[tuple[Patient, Recorded], tuple[bool | None, bool | None]] = {}

    def says(self, person: Judge, value: Recorded | None = None) -> tuple[bool | None, bool | None]:
        """Return what the two criteria say of somebody, or would say at another value."""
        value = person.record[self.name] if value is None else value
        if (person.patient, value) not in self.known:
            other = Patient.of({**person.record, self.name: value})
            judge = Judge(self.protocol, other, {})
            self.known[person.patient, value] = judge.judge(self.inclusion.rule), judge.judge(self.exclusion.rule)
        return self.known[person.patient, value]

    def sides(self, person: Judge) -> list[tuple[list[Recorded], list[Recorded]]]:
        """Return the values on either side, nearest first, with those on the other."""
        here = self.values.index(person.record[self.name])
        below, above = self.values[:here][::-1], self.values[here + 1 :]
        return [(below, above), (above, below)] if self.ordered else [(below + above, [])]

    def zone(self) -> set[Patient]:
        """Return who is included and excluded, where that is nobody's purpose."""
        found: set[Patient] = set()
        for side in range(2 if self.ordered else 1):
            clashing = {each.record[self.name] for each in self.people if self._clashes(each, side)}
            meant = {each.record[self.name] for each in self.people if self._stops(each, side, (True, False))}
            found |= {
                each.patient
                for each in self.people
                if each.record[self.name] in clashing - meant and self._stops(each, side, (True, True))
            }
        return found

    def _stops(self, person: Judge, side: int, now: tuple[bool, bool]) -> bool:
        """Both criteria say this of somebody, and the inclusion fails at some value on the side."""
        return self.says(person) == now and any(self.says(person, v)[0] is False for v in self.sides(person)[side][0])

    def _clashes(self, person: Judge, side: int) -> bool:
        if self.says(person) != (True, True) or all(self.says(person, v)[1] is not False for v in self.values):
            return False
        values = self.sides(person)[side][0]
        if not self.ordered:
            return any(self.says(person, v) == (False, True) for v in values)
        named = takewhile(lambda v: self.says(person, v)[1] is True, values)
        return any(self.says(person, v)[0] is False for v in named)

    def limbo(self) -> set[Patient]:
        """Return who is neither included nor excluded between the two, where that is nobody's purpose."""
        found: set[Patient] = set()
        for side in range(2 if self.ordered else 0):
            between = {each.record[self.name] for each in self.people if self._between(each, side)}
            meant = {each.record[self.name] for each in self.people if self._decided(each, side)}
            for each in self.people:
                to_admitted, to_named = self.sides(each)[side]
                admitted = any(self.says(each, v)[0] is True for v in to_admitted)
                named = any(self.says(each, v)[1] is True for v in to_named)
                neither = each.record[self.name] in between - meant and self.says(each) == (False, False)
                if neither and admitted and named:
                    found.add(each.patient)
        return found

    def _between(self, person: Judge, side: int) -> bool:
        to_admitted, to_named = self.sides(person)[side]
        if self.says(person) != (False, False):
            return False
        return [self._next(person, way) for way in (to_admitted, to_named)] == [(True, False), (False, True)]

    def _next(self, person: Judge, way: Sequence[Recorded]) -> tuple[bool | None, bool | None] | None:
        said = [self.says(person, value) for value in way]
        return next((each for each in said if each != (False, False)), None)

    def _decided(self, person: Judge, side: int) -> bool:
        to_admitted, to_named = self.sides(person)[side]
        if self.says(person) == (True, False):
            return any(self.says(person, v)[1] is True for v in to_named)
        return self.says(person) == (False, True) and any(self.says(person, v) == (True, False) for v in to_admitted)


@settings(max_examples=120, deadline=None)
@given(meetings())
def test_zones_and_limbos_are_those_of_the_definition(protocol: Protocol) -> None:
    found = check_meeting(protocol)
    event(", ".join(f"{meeting.value} {name}" for meeting, name in found) or "nothing")


def check_meeting(protocol: Protocol) -> set[tuple[Meeting, str]]:
    """Raise `AssertionError` unless the two criteria meet as by looking at everybody; return how, and in what."""
    case, people = case_of(protocol), alone(protocol)
    found: dict[tuple[Meeting, str], set[Patient]] = {}
    for pair in pairs(case):
        for each in mismatches(case, pair):
            name = pair.subject.quantity if isinstance(pair.subject, (Value, Is)) else ""
            inside = {one.patient for one in people if any(is_so(region.place, one) for region in each.regions.regions)}
            found[each.meeting, name] = inside
            assert all(region.witness.patient in inside for region in each.regions.regions)
    expected: dict[tuple[Meeting, str], set[Patient]] = {}
    (inclusion,), (exclusion,) = protocol.inclusion, protocol.exclusion
    if any(met(inclusion, each) and met(exclusion, each) for each in people):
        for name in ("score", "other", "margin"):
            look = Lookup(protocol, people, name)
            expected |= {(Meeting.ZONE, name): look.zone(), (Meeting.LIMBO, name): look.limbo()}
    assert found == {key: patients for key, patients in expected.items() if patients}
    return set(found)


def score(relation: str, value: int) -> Condition:
    return Compare(Value("score"), Relation(relation), Number(Fraction(value)))


TALL = Yes("tall")
ZONE, LIMBO = {(Meeting.ZONE, "score")}, {(Meeting.LIMBO, "score")}
FACING = [
    ("the one begins where the other ends", score("<=", 2), score(">", 2), set()),
    ("both at 2", score("<=", 2), score(">=", 2), ZONE),
    ("neither at 2", score("<", 2), score(">", 2), LIMBO),
    ("the same way round", score(">=", 1), score(">=", 3), set()),
    ("one value is cut out", score("<=", 3), AnyOf((score("=", 1), score("=", 4))), set()),
    ("two values are let in, and one is left between the second and the exclusion",
     AnyOf((score("=", 0), score("=", 2))), score("=", 4), LIMBO),
    ("two values are let in, and the other is next to the exclusion",
     AnyOf((score("=", 0), score("=", 2))), score(">=", 3), set()),
    ("an exclusion whatever the value, of those who are included below 1",
     AnyOf((AllOf((score("<", 1), TALL)), AllOf((score(">=", 1), score("<", 3))))), AnyOf((TALL, score(">=", 3))),
     set()),
    ("stricter for the tall", score("<=", 3), AllOf((TALL, score(">=", 2))), set()),
    ("stricter for the tall, and for nobody else admitted", AnyOf((score("<=", 3), Not(TALL))),
     AllOf((TALL, score(">=", 2))), ZONE),
    ("an inclusion that asks more of the tall", AnyOf((score(">=", 3), AllOf((Not(TALL), score(">=", 1))))),
     score("<", 1), set()),
    ("an exclusion that names more of the tall", score(">=", 3), AnyOf((score("<", 1), AllOf((TALL, score("<", 3))))),
     set()),
    ("an exclusion of the tall besides", score(">=", 3), AnyOf((score("<", 1), TALL)), LIMBO),
]  # fmt: skip


@pytest.mark.parametrize(("name", "admits", "names", "meetings"), FACING, ids=[name for name, *_ in FACING])
def test_two_rules_that_face_each_other(
    name: str, admits: Condition, names: Condition, meetings: set[tuple[Meeting, str]]
) -> None:
    assert check_meeting(two_criteria(admits, names)) == meetings, name


def test_a_value_that_the_facts_rule_out_is_neither_admitted_nor_named() -> None:
    facing = score("<=", 1), score(">=", 4)
    assert check_meeting(two_criteria(*facing)) == LIMBO
    assert not check_meeting(two_criteria(*facing, Fact(score("<=", 3), "nobody has more")))


def two_criteria(admits: Condition, names: Condition, *facts: Fact) -> Protocol:
    quantities = [
        Quantity("tall", YesNoKind()),
        Quantity("score", NumberKind(Fraction(0), Fraction(4), PLAIN, STEP)),
        Quantity("other", NumberKind(Fraction(0), Fraction(1), PLAIN, STEP)),
        Quantity("margin", CategoryKind(("a", "b"))),
    ]
    return Protocol(
        title="two criteria",
        quantities={each.name: each for each in quantities},
        facts=facts,
        inclusion=(Criterion("I", admits),),
        exclusion=(Criterion("X", names, excludes=True),),
    )


@settings(max_examples=100, deadline=None)
@given(SMALL)
def test_a_rule_that_is_spelled_out_means_the_same(protocol: Protocol) -> None:
    rules = [each.rule for each in protocol.criteria]
    rules += [each.rule for one in protocol.decisions.values() for each in one.choices]
    people = alone(protocol)
    for rule in rules:
        spelled = spelled_out(protocol, rule, protocol.preferred)
        for each in people:
            assert each.judge(spelled) is each.judge(rule)
            for subject in subjects(spelled, protocol.preferred):
                value = each.value_of(subject.quantity) if isinstance(subject, Is) else each.measure(subject)
                if isinstance(value, (str, Fraction)):
                    assert each.judge(at(spelled, subject, value, protocol.preferred)) is each.judge(rule)


@pytest.mark.parametrize("relation", Relation, ids=lambda each: each.value)
def test_a_rounded_number_is_compared_as_the_number_itself(relation: Relation) -> None:
    protocol = Protocol(
        title="half years", quantities={"age": Quantity("age", NumberKind(Fraction(-2), Fraction(3), PLAIN, STEP / 4))}
    )
    people = alone(protocol)
    for value in [Fraction(each, 2) for each in range(-5, 8)]:
        rule = Compare(Floor(Value("age")), relation, Number(value))
        spelled = spelled_out(protocol, rule, {})
        assert list(subjects(spelled, {})) == [Value("age")]
        assert all(each.judge(spelled) is each.judge(rule) for each in people)


def test_what_must_be_known_besides_is_not_decided_by_the_value_alone() -> None:
    protocol = two_criteria(TALL, TALL)
    missing = replace(protocol.quantities["other"], may_be_missing=True)
    protocol = replace(protocol, quantities={**protocol.quantities, "other": missing})
    rule = Compare(Sum((Value("score"), Value("other"))), Relation.GT, Sum((Value("other"), Number(STEP))))
    assert not subjects(rule, {})
    for each in alone(protocol):
        assert each.judge(at(rule, Value("score"), Fraction(4), {})) is each.judge(rule)
