"""Overlaps asked along a tree of cuts: a bad tree may make the answer useless, and never wrong."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings, strategies as st

from tests.verify.everyone import InProcess
from trialproof.model.condition import EVERYONE, AllOf, Compare, Condition, Number, Relation, Value
from trialproof.model.patient import Patient
from trialproof.model.protocol import Choice, Decision, Intent, NumberKind, Protocol, Quantity
from trialproof.verify.boxes.divided import divided_overlap
from trialproof.verify.boxes.grid import Grid, Scale
from trialproof.verify.boxes.tree import Cut, Leaf, Tree, tree_of
from trialproof.verify.properties import overlap, recordable
from trialproof.verify.replay import is_so
from trialproof.verify.statement import About, AnyPatient, Fixed, Holds, Statement

TOP = 4
GRID = Grid((Scale(TOP + 1, TOP + 1),) * 2)
SOMEONE = AnyPatient()


def between(at: int, low: int, high: int) -> Condition:
    ends = ((Relation.GE, low), (Relation.LE, high))
    return AllOf(tuple(Compare(Value(f"q{at}"), relation, Number(Fraction(end))) for relation, end in ends))


def within(at: int, parts: int) -> Statement:
    low = (parts & -parts).bit_length() - 1
    return Holds(between(at, low, parts.bit_length() - 1))


def protocol_of(rules: list[list[tuple[int, int]]], intent: Intent) -> Protocol:
    numbers = {f"q{at}": Quantity(f"q{at}", NumberKind(Fraction(0), Fraction(TOP), step=Fraction(1))) for at in (0, 1)}
    choices = [
        Choice(f"r{at}", AllOf(tuple(between(column, *side) for column, side in enumerate(rule))))
        for at, rule in enumerate(rules)
    ]
    return Protocol("two columns", numbers, decisions={"d": Decision("d", tuple(choices), EVERYONE, intent)})


sides = st.tuples(st.integers(0, TOP), st.integers(0, TOP)).map(lambda ends: (min(ends), max(ends)))
tables = st.lists(st.lists(sides, min_size=2, max_size=2), min_size=1, max_size=5)
intents = st.sampled_from([Intent.EXACTLY_ONE, Intent.AT_MOST_ONE, Intent.FIRST_MATCH, Intent.AT_LEAST_ONE])


def trees(rules: int) -> st.SearchStrategy[Tree]:
    """Any tree at all, whatever the rules say."""
    leaves = st.lists(st.integers(0, rules - 1), unique=True).map(lambda found: Leaf(tuple(sorted(found))))
    cuts = [1 << low for low in range(TOP + 1)] + [0b00011, 0b11100, 0b01110]
    return st.recursive(
        leaves, lambda tree: st.builds(Cut, st.integers(0, 1), st.sampled_from(cuts), tree, tree), max_leaves=6
    )


def said(statement: Statement) -> Statement:
    return About(statement, SOMEONE, Fixed(()))


@settings(max_examples=60, deadline=None)
@given(st.data(), tables, intents)
def test_a_patient_with_too_many_choices_is_asked_for_whatever_the_tree(
    data: st.DataObject, rules: list[list[tuple[int, int]]], intent: Intent
) -> None:
    protocol = protocol_of(rules, intent)
    decision = protocol.decisions["d"]
    asked = divided_overlap(decision, data.draw(trees(len(rules))), within)
    for first in range(TOP + 1):
        for second in range(TOP + 1):
            patient = Patient.of({"q0": Fraction(first), "q1": Fraction(second)})
            plainly, divided = (
                is_so(protocol, About(each, patient, Fixed(()))) for each in (overlap(decision), asked)
            )
            assert divided or not plainly


def test_a_tree_that_puts_two_choices_apart_does_not_hide_that_they_meet() -> None:
    everywhere = [(0, TOP), (0, TOP)]
    protocol = protocol_of([everywhere, everywhere], Intent.EXACTLY_ONE)
    asked = divided_overlap(protocol.decisions["d"], Cut(0, 0b00011, Leaf((0,)), Leaf((1,))), within)
    for first in range(TOP + 1):
        patient = Patient.of({"q0": Fraction(first), "q1": Fraction(0)})
        assert is_so(protocol, About(asked, patient, Fixed(())))


@settings(max_examples=25, deadline=None)
@given(tables, intents)
def test_along_a_tree_of_the_rules_themselves_nothing_else_is_found(
    rules: list[list[tuple[int, int]]], intent: Intent
) -> None:
    protocol = protocol_of(rules, intent)
    decision = protocol.decisions["d"]
    boxes = [[tuple((2 << high) - (1 << low) for low, high in rule)] for rule in rules]
    asked = divided_overlap(decision, tree_of(GRID, boxes, cuts=100), within)
    solver = InProcess(protocol)
    base = (said(recordable(protocol)),)
    plainly, divided = (solver.possible(said(each), base=base) for each in (overlap(decision), asked))
    assert plainly == divided
