"""A decision over the grid of its axes: each cell holds the patients whom the plain evaluator puts there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.agreement.naive import Naive
from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Count,
    Is,
    Known,
    Named,
    Not,
    Number,
    Product,
    Readings,
    ReadTerm,
    Relation,
    Sum,
    Tally,
    Term,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Decision,
    Definition,
    NumberKind,
    Protocol,
    Quantity,
    Recorded,
    Sentence,
    YesNoKind,
)
from trialproof.model.unit import PLAIN
from trialproof.verify.axes import Axis, NumberAxis, Otherwise, axes_of, read_otherwise
from trialproof.verify.boxes.box import Box
from trialproof.verify.boxes.gridded import MOST_BOXES_OF_A_RULE, Gridded, chosen_parts, gridded
from trialproof.verify.boxes.tree import Cut
from trialproof.verify.linear import threshold
from trialproof.verify.replay import is_so
from trialproof.verify.statement import About, AnyPatient, Fixed

SPREAD = Yes("spread")
QUANTITIES = (
    Quantity("spread", YesNoKind(), may_be_missing=True),
    Quantity("size", NumberKind(Fraction(0), Fraction(3), step=Fraction(1)), may_be_missing=True),
    Quantity("depth", NumberKind(Fraction(0), Fraction(2)), applies_if=SPREAD),
    Quantity("grade", NumberKind(Fraction(1), Fraction(3)), applies_if=SPREAD, when_not_applicable=Fraction(0)),
    Quantity("stage", CategoryKind(("I", "II", "III")), applies_if=SPREAD, when_not_applicable="I"),
    Quantity("site", CategoryKind(("neck", "chest")), applies_if=SPREAD),
)
VALUES: dict[str, tuple[Recorded | None, ...]] = {
    "spread": (True, False, None),
    "size": (*map(Fraction, range(4)), None),
    "depth": (*(Fraction(each, 2) for each in range(5)), None),
    "grade": (*(Fraction(each, 2) for each in range(2, 7)), None),
    "stage": ("I", "II", "III", None),
    "site": ("neck", "chest", None),
}
SELECTION = {"read": "two"}

patients = st.builds(
    lambda *each: Patient.of(dict(zip(VALUES, each, strict=True))), *(st.sampled_from(each) for each in VALUES.values())
)


def number(value: str | int | Fraction) -> Number:
    return Number(Fraction(value))


def thresholds() -> st.SearchStrategy[Condition]:
    names = st.sampled_from(("size", "depth", "grade"))
    return st.builds(
        lambda name, relation, bound, flipped: (
            Compare(number(bound), relation, Value(name)) if flipped else Compare(Value(name), relation, number(bound))
        ),
        names, st.sampled_from(Relation), st.sampled_from([Fraction(each, 2) for each in range(-1, 8)]), st.booleans(),
    )  # fmt: skip


def leaves() -> st.SearchStrategy[Condition]:
    stages = st.lists(st.sampled_from(("I", "II", "III")), unique=True).map(lambda each: Is("stage", tuple(each)))
    sites = st.sampled_from((Is("site", ("neck",)), Is("site", ("chest",)), Is("site", ("neck", "chest"))))
    return st.one_of(thresholds(), thresholds(), stages, sites, st.just(SPREAD), st.just(Named("defined")))


def rules() -> st.SearchStrategy[Condition]:
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda each: AllOf(tuple(each))),
            st.lists(inner, max_size=3).map(lambda each: AnyOf(tuple(each))),
            inner.map(Not),
            st.builds(lambda one, two: Readings("read", (("one", one), ("two", two))), inner, inner),
        ),
        max_leaves=5,
    )


def protocol_of(*some: Condition, body: Condition = SPREAD, applies_if: Condition = EVERYONE) -> Protocol:
    choices = tuple(Choice(f"c{at}", rule) for at, rule in enumerate(some))
    return Protocol(
        "wide",
        {each.name: each for each in QUANTITIES},
        definitions={
            "defined": Definition("defined", body, applies_if=applies_if),
            "amount": Definition("amount", Value("size"), PLAIN),
        },
        decisions={"d": Decision("d", choices, EVERYONE)},
        sentences={"read": Sentence("read", ("one", "two"), "one")},
    )


def over_its_grid(protocol: Protocol) -> tuple[tuple[Axis, ...], Gridded | None]:
    decision = protocol.decisions["d"]
    axes = axes_of(protocol, [each.rule for each in decision.choices], [SELECTION])
    return axes, gridded(protocol, SELECTION, decision, axes)


def cell_of(protocol: Protocol, axes: Sequence[Axis], patient: Patient) -> tuple[int, ...]:
    """Return the part of each axis that the patient is in: there is just one."""
    cell = []
    for axis in axes:
        said = [About(part.statement, patient, Fixed.of(SELECTION)) for part in axis.parts]
        (part,) = [at for at, each in enumerate(said) if is_so(protocol, each)]
        cell.append(part)
    return tuple(cell)


def has(boxes: Sequence[Box], cell: Sequence[int]) -> bool:
    return any(all(mask >> part & 1 for mask, part in zip(box, cell, strict=True)) for box in boxes)


@settings(max_examples=150, deadline=None)
@given(st.lists(rules(), min_size=1, max_size=3), thresholds(), st.lists(patients, min_size=12, max_size=12))
def test_a_cell_is_in_the_boxes_of_a_rule_just_when_the_rule_is_so_of_its_patients(
    some: list[Condition], body: Condition, people: list[Patient]
) -> None:
    protocol = protocol_of(*some, body=body)
    axes, found = over_its_grid(protocol)
    event(f"on a grid: {found is not None}")
    if found is None:
        return
    for patient in people:
        cell, naive = cell_of(protocol, axes, patient), Naive(protocol, patient, SELECTION)
        for rule, holding, not_failing in zip(some, found.holding, found.not_failing, strict=True):
            opinion = naive.judge(rule)
            assert has(holding, cell) is (opinion is True), (rule, patient)
            assert has(not_failing, cell) is (opinion is not False), (rule, patient)


@settings(max_examples=60, deadline=None)
@given(st.lists(leaves(), min_size=1, max_size=3), st.integers(0, 2))
def test_gaps_and_overlaps_are_the_cells_of_no_rule_and_of_several(some: list[Condition], more_than: int) -> None:
    _, found = over_its_grid(protocol_of(*some))
    assert found is not None
    cells = list(product(*(range(axis.parts) for axis in found.grid.axes)))
    gaps, overlaps = found.gaps(1000), found.overlaps(more_than, 1000)
    together = {each.rules: each.region.boxes for each in overlaps.sets}
    assert gaps.complete
    assert overlaps.complete
    for cell in cells:
        assert has(gaps.boxes, cell) is not any(has(each, cell) for each in found.not_failing)
        rules = tuple(at for at, each in enumerate(found.holding) if has(each, cell))
        assert [each for each, boxes in together.items() if has(boxes, cell)] == [rules] * (len(rules) > more_than)


def test_so_many_gaps_and_overlaps_are_listed_and_no_more() -> None:
    apart = [Compare(Value("size"), Relation.EQ, number(at)) for at in (1, 2)]
    _, found = over_its_grid(protocol_of(*apart, AnyOf(tuple(apart))))
    assert found is not None
    assert [each.rules for each in found.overlaps(1, 10).sets] == [(0, 2), (1, 2)]
    assert (len(found.overlaps(1, 1).sets), found.overlaps(1, 1).complete) == (1, False)
    every, one = found.gaps(10), found.gaps(1)
    assert (len(every.boxes), every.complete, len(one.boxes), one.complete) == (2, True, 1, False)


@settings(max_examples=40, deadline=None)
@given(st.lists(leaves(), min_size=1, max_size=4))
def test_the_leaf_of_a_cell_lists_the_choices_that_hold_there(some: list[Condition]) -> None:
    _, found = over_its_grid(protocol_of(*some))
    assert found is not None
    for cell in product(*(range(axis.parts) for axis in found.grid.axes)):
        node = found.tree()
        while isinstance(node, Cut):
            node = node.inside if node.parts >> cell[node.axis] & 1 else node.outside
        assert {at for at, each in enumerate(found.holding) if has(each, cell)} <= set(node.rules)


def test_choices_that_exclude_one_another_are_told_apart() -> None:
    _, found = over_its_grid(protocol_of(*(Compare(Value("size"), Relation.EQ, number(at)) for at in (1, 2, 3))))
    assert found is not None
    pending, seen = [found.tree()], []
    while pending:
        node = pending.pop()
        if isinstance(node, Cut):
            pending += [node.inside, node.outside]
        else:
            seen.append(node.rules)
    assert sorted(each for each in seen if each) == [(0,), (1,), (2,)]


def is_on_a_grid(*some: Condition, **definition: Condition) -> bool:
    return over_its_grid(protocol_of(*some, **definition))[1] is not None


BOTH = Sum((Value("size"), Value("depth")))


@pytest.mark.parametrize(
    "rule",
    [
        EVERYONE,
        SPREAD,
        Compare(BOTH, Relation.LT, number(3)),
        Compare(Product((number(-2), Value("size"))), Relation.LT, number(-3)),
        Not(AnyOf((SPREAD, Is("stage", ())))),
        Named("defined"),
        Readings("read", (("one", Known("size")), ("two", SPREAD))),
    ],
)
def test_comparisons_with_one_threshold_are_on_a_grid(rule: Condition) -> None:
    assert is_on_a_grid(rule)


@pytest.mark.parametrize(
    "rule",
    [
        Known("size"),
        Count(Tally.AT_LEAST, 1, (SPREAD,)),
        AllOf((SPREAD, Known("size"))),
        Readings("read", (("one", SPREAD), ("two", Known("size")))),
        Compare(number(1), Relation.LT, number(2)),
        Compare(Sum((Value("size"), Value("depth"), Product((number(-1), Value("depth"))))), Relation.LT, number(3)),
        Compare(Value("size"), Relation.LT, Sum((Value("size"), number(1)))),
    ],
)
def test_whatever_else_a_rule_asks_is_not(rule: Condition) -> None:
    assert not is_on_a_grid(rule)
    assert not is_on_a_grid(SPREAD, rule)


def test_a_number_that_is_read_in_two_ways_is_the_one_that_was_chosen() -> None:
    def read(*options: Term) -> Condition:
        return Compare(ReadTerm("read", tuple(zip(("one", "two"), options, strict=True))), Relation.LT, number(2))

    size, depth = Value("size"), Value("depth")
    for rule in (read(depth, size), read(BOTH, size), read(Sum((size, Product((number(-1), size)))), size)):
        (axis,), found = over_its_grid(protocol_of(rule))
        assert isinstance(axis, NumberAxis)
        assert axis.term == size
        assert found is not None
    assert not is_on_a_grid(read(size, Sum((size, depth, Product((number(-1), depth))))))
    chosen = ReadTerm("read", (("one", size), ("two", depth)))
    assert not is_on_a_grid(Compare(BOTH, Relation.LT, Sum((chosen, number(1)))))


def test_a_definition_that_does_not_apply_to_all_is_not_on_a_grid() -> None:
    assert is_on_a_grid(Named("defined"), body=Is("stage", ("I",)))
    assert not is_on_a_grid(Named("defined"), body=Is("stage", ("I",)), applies_if=SPREAD)


def test_a_comparison_on_an_axis_that_is_not_there_is_not_on_the_grid() -> None:
    small, protocol = Compare(Value("size"), Relation.LT, number(2)), protocol_of(SPREAD)
    axes = axes_of(protocol, [SPREAD], [SELECTION])
    for rule in (small, Is("stage", ("I",))):
        decision = Decision("d", (Choice("c0", rule),), EVERYONE)
        assert gridded(protocol, SELECTION, decision, axes) is None


def test_axes_that_are_read_otherwise_have_no_grid() -> None:
    protocol = protocol_of(SPREAD, Is("stage", ("I",)))
    axes, found = over_its_grid(protocol)
    assert found is not None
    other = read_otherwise(axes[1], Otherwise(AnyPatient(), Fixed(()), "read otherwise"))
    assert gridded(protocol, SELECTION, protocol.decisions["d"], (axes[0], other)) is None


WIDE = Quantity("wide", NumberKind(Fraction(0), Fraction(1000), step=Fraction(1)))


def values(name: str, *some: int) -> Condition:
    return AnyOf(tuple(Compare(Value(name), Relation.EQ, number(each)) for each in some))


def wide_boxes(rule: Condition) -> int | None:
    """Return how many boxes a rule about `wide` and others has; None where it is not on a grid."""
    protocol = protocol_of(rule)
    protocol = replace(protocol, quantities={**protocol.quantities, "wide": WIDE})
    found = over_its_grid(protocol)[1]
    return None if found is None else len(found.holding[0])


def test_a_rule_has_so_many_boxes_and_no_more() -> None:
    most = range(1, MOST_BOXES_OF_A_RULE + 1)
    assert wide_boxes(values("wide", *most)) == MOST_BOXES_OF_A_RULE
    assert wide_boxes(values("wide", *most, 500)) is None
    half = MOST_BOXES_OF_A_RULE // 2
    assert wide_boxes(AllOf((values("wide", *range(half)), values("size", 1, 2)))) == MOST_BOXES_OF_A_RULE
    assert wide_boxes(AllOf((values("wide", *range(half + 1)), values("size", 1, 2)))) is None


def test_a_value_that_nobody_can_have_makes_no_box() -> None:
    assert wide_boxes(values("wide", 2000)) == 0
    assert wide_boxes(values("wide", 2000, 500)) == 1


def test_so_many_boxes_are_put_together_with_so_many_others_and_no_more() -> None:
    """In the end there is nobody, but on the way each box meets each of the others where nothing is recorded."""
    many = values("wide", *range(1, MOST_BOXES_OF_A_RULE + 1))
    assert wide_boxes(AllOf((many, many, NOBODY))) == 0
    assert wide_boxes(AllOf((many, many, values("size", 1, 2), NOBODY))) is None


def test_a_comparison_is_looked_into_once_however_many_rules_make_it() -> None:
    small, deep = Compare(Value("size"), Relation.LT, number(2)), Compare(Value("depth"), Relation.GT, number(1))
    protocol = protocol_of(small, deep, AllOf((small, deep)), AnyOf((deep, small)))
    axes = axes_of(protocol, [small, deep], [SELECTION])
    with patch("trialproof.verify.boxes.gridded.threshold", side_effect=threshold) as looked:
        assert gridded(protocol, SELECTION, protocol.decisions["d"], axes) is not None
    assert [each.args[0] for each in looked.call_args_list] == [small, deep]


def test_a_box_is_said_by_the_parts_of_each_axis() -> None:
    assert chosen_parts((0b101, 0b010, 0b1)) == ((0, 2), (1,), (0,))


def test_each_choice_keeps_its_place() -> None:
    first, second = Compare(Value("size"), Relation.LT, number(1)), Compare(Value("size"), Relation.GT, number(2))
    axes, found = over_its_grid(protocol_of(first, second))
    assert found is not None
    (axis,) = axes
    assert [len(each) for each in (found.holding, found.not_failing)] == [2, 2]
    assert found.grid.axes[0].parts == len(axis.parts)
    assert found.grid.axes[0].ordered == sum(part.interval is not None for part in axis.parts)
