"""What was worked out for one list of statements, or for another protocol, is used again and changes no answer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

from hypothesis import given, settings, strategies as st

from tests.verify.finite import protocols
from trialproof.model.condition import Compare, Number, Product, Relation, Takes, Value, Yes
from trialproof.model.protocol import Choice, Decision, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.model.unit import PLAIN
from trialproof.verify.narrowing import Narrowing
from trialproof.verify.ranks import Ranks
from trialproof.verify.statement import About, AnyPatient, Every, Fails, Fixed, Holds, Never, Statement

SOMEBODY = AnyPatient()
SIZE, AGE = (Quantity(name, NumberKind(Fraction(0), Fraction(9), PLAIN, Fraction(1))) for name in ("size", "age"))
PROTOCOL = Protocol("two numbers", {each.name: each for each in (SIZE, AGE, Quantity("spread", YesNoKind()))})
STATEMENTS: list[Statement] = [
    *(
        Holds(Compare(Value(name), relation, Number(Fraction(value))))
        for name in ("size", "age")
        for relation in (Relation.LE, Relation.GT)
        for value in (2, 5, 7)
    ),
    Holds(Yes("spread")),
    Never(Holds(Yes("spread"))),
    Holds(Compare(Product((Value("size"), Value("age"))), Relation.GT, Number(Fraction(3)))),  # too much for ranks
]


def said(statement: Statement) -> Statement:
    return About(statement, SOMEBODY, Fixed(()))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(STATEMENTS), max_size=5), min_size=2, max_size=6))
def test_each_list_is_answered_as_if_it_were_the_first(lists: list[list[Statement]]) -> None:
    ranks = Ranks(PROTOCOL)
    narrowing = Narrowing(ranks, ranks.diagrams.true, said)
    for each in (*lists, *(each[:-1] for each in lists), *lists):
        assert narrowing.to(each) is ranks.all_of([said(one) for one in each])


def test_what_the_last_list_began_with_is_not_worked_out_again() -> None:
    ranks = Ranks(PROTOCOL)
    narrowing = Narrowing(ranks, ranks.diagrams.true, said)
    first, second, third = STATEMENTS[0], STATEMENTS[7], STATEMENTS[12]
    narrowed = [narrowing.to([first, second][:length]) for length in range(3)]
    narrowing.to([first, second])
    with patch.object(ranks, "all_of", side_effect=AssertionError("worked out again")):
        assert narrowing.to([first, second]) is narrowed[2]
        assert narrowing.to([first]) is narrowed[1]
    assert narrowing.to([first, third]) is ranks.all_of([said(first), said(third)])


@settings(max_examples=30, deadline=None)
@given(protocols(decisions=1), st.data())
def test_the_engine_for_an_amended_protocol_says_what_a_new_one_says(protocol: Protocol, data: st.DataObject) -> None:
    (decision,) = protocol.decisions.values()
    rules = data.draw(st.permutations([choice.rule for choice in decision.choices]))
    choices = (replace(choice, rule=rule) for choice, rule in zip(decision.choices, rules, strict=True))
    amended = replace(protocol, decisions={decision.name: replace(decision, choices=tuple(choices))})
    takes = [Takes(decision.name, choice.name) for choice in decision.choices]
    readings = Fixed.of(protocol.preferred)
    asked = [Every((side(each), Holds(decision.population))) for each in takes for side in (Holds, Fails)]
    statements = [About(each, SOMEBODY, readings) for each in asked]
    before, alone = Ranks(protocol), Ranks(amended)
    was = [before.possible([each]) for each in statements]
    beside = before.of(amended)
    assert [beside.possible([each]) for each in statements] == [alone.possible([each]) for each in statements]
    assert [before.possible([each]) for each in statements] == was


def test_quantities_that_differ_share_nothing() -> None:
    def deciding(protocol: Protocol) -> Protocol:
        rule = Compare(Value("size"), Relation.GT, Number(Fraction(9)))
        return replace(protocol, decisions={"arm": Decision("arm", (Choice("large", rule),))})

    large = said(Holds(Takes("arm", "large")))
    narrow = Ranks(deciding(PROTOCOL))
    assert narrow.possible([large]) is False
    wider = replace(SIZE, kind=NumberKind(Fraction(0), Fraction(12), PLAIN, Fraction(1)))
    assert narrow.of(deciding(replace(PROTOCOL, quantities={**PROTOCOL.quantities, "size": wider}))).possible([large])
