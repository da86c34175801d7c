"""Each cell of an atlas says exactly what is so of the patients in it: by looking at everybody, and at anybody."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.agreement.naive import Naive
from tests.agreement.strategies import World, draw_patient, thresholds_of, worlds
from tests.verify.everyone import Judge, alone
from tests.verify.finite import protocols
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Is,
    Not,
    Number,
    Relation,
    Sum,
    Takes,
    Value,
    Yes,
)
from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Criterion,
    Decision,
    Fact,
    NumberKind,
    Protocol,
    Quantity,
    Selection,
    YesNoKind,
)
from trialproof.verify.atlas import Atlas, atlas_of
from trialproof.verify.axes import NOT_RECORDED
from trialproof.verify.linear import walk
from trialproof.verify.replay import is_so
from trialproof.verify.statement import About, Fixed
from trialproof.verify.surveyed import Cell, NoAtlas

FOLDERS = sorted(path.parent for path in (Path(__file__).parents[2] / "protocols").glob("*/protocol.yaml"))

read = cache(load)


def all_cells(atlas: Atlas, view: int) -> dict[tuple[int, ...], Cell]:
    return {parts: atlas.cell(parts, view) for parts in product(*(range(len(axis.parts)) for axis in atlas.axes))}


def parts_by_looking(protocol: Protocol, atlas: Atlas, selection: Selection, patient: Patient) -> tuple[int, ...]:
    """Return the one part of each axis that the patient is in; there must be just one."""
    readings = Fixed.of({**protocol.preferred, **selection})
    found = []
    for axis in atlas.axes:
        mine = [at for at, each in enumerate(axis.parts) if is_so(protocol, About(each.statement, patient, readings))]
        assert len(mine) == 1
        found += mine
    return tuple(found)


def expected(decision: Decision, people: list[Judge]) -> Cell:
    """Return what the cell of these patients must say, from the words of the design."""
    members = [each for each in people if each.member(decision)]
    if not people:
        return Cell("impossible")
    if not members:
        doubtful = any(each.judge(decision.population) is None for each in people)
        return Cell("open" if doubtful else "outside")
    opinions = dict(zip([each.name for each in decision.choices], members[0].opinions(decision), strict=True))
    lo = sum(each is True for each in opinions.values())
    hi = sum(each is not False for each in opinions.values())
    a, b = decision.bounds
    status = "gap" if hi < a else "overlap" if lo > b else "settled" if a <= lo and hi <= b else "undetermined"
    return Cell(
        status,
        tuple(name for name, each in opinions.items() if each is True),
        tuple(name for name, each in opinions.items() if each is None),
        mixed=any(each.judge(decision.population) is False for each in people),
    )


@settings(max_examples=80, deadline=None)
@given(st.one_of(protocols(), protocols(readings=True)))
def test_each_cell_is_that_of_looking_at_everybody(protocol: Protocol) -> None:
    for decision in protocol.decisions.values():
        try:
            atlas = atlas_of(protocol, decision)
        except NoAtlas as reason:
            event(f"no atlas: {reason}")
            continue
        if atlas.unseen:
            event("something is left out")
            continue
        event(f"{len(atlas.axes)} axes, {len(atlas.views)} views")
        view = len(atlas.views) - 1
        selection = {**protocol.preferred, **atlas.views[view]}
        people = defaultdict(list)
        for judge in alone(protocol, selection):
            people[atlas.parts(protocol, judge.patient, view)].append(judge)
        cells = all_cells(atlas, view)
        for parts, cell in cells.items():
            if cell.status == "impossible":
                assert parts not in people, (parts, cell)
            elif cell.uncharted:
                assert not any(each.member(decision) for each in people[parts]), (parts, cell)
            else:
                assert cell == expected(decision, people[parts]), (parts, cell)
        assert set(people) <= set(cells)


def check_patient(protocol: Protocol, decision: Decision, atlas: Atlas, view: int, patient: Patient) -> None:
    """Look a patient up, complete or not: what the cell says is so, as far as it speaks of the patient."""
    selection = {**protocol.preferred, **atlas.views[view]}
    naive = Naive(protocol, patient, selection)
    if any(naive.judge(fact.rule) is False for fact in protocol.facts):
        return
    parts = parts_by_looking(protocol, atlas, selection, patient)
    assert parts == atlas.parts(protocol, patient, view)
    cell = atlas.cell(parts, view)
    assert cell.status != "impossible"
    states = {each.name: naive.judge(Takes(decision.name, each.name)) for each in decision.choices}
    member = naive.judge(decision.population)
    if cell.status in ("settled", "gap", "overlap", "undetermined"):
        assert cell.choices == tuple(name for name, state in states.items() if state is True)
        assert cell.perhaps == tuple(name for name, state in states.items() if state is None)
    else:
        assert member is not True
        complete = Judge(protocol, patient, selection).recordable
        assert cell.status == "open" or member is False or not (complete or cell.uncharted)
    event(f"{cell.status}, member {member}")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_patients_on_and_off_the_thresholds_of_the_protocols(folder: Path, data: st.DataObject) -> None:
    protocol = read(folder)
    thresholds = thresholds_of(list(protocol.rules()))
    for decision in protocol.decisions.values():
        atlas = atlas_at(folder, decision.name)
        patient = data.draw(st.composite(draw_patient)(protocol, thresholds))
        check_patient(protocol, decision, atlas, data.draw(st.integers(0, len(atlas.views) - 1)), patient)


@cache
def atlas_at(folder: Path, decision: str) -> Atlas:
    protocol = read(folder)
    return atlas_of(protocol, protocol.decisions[decision])


def asks_for_a_rule(protocol: Protocol, decision: Decision) -> bool:
    """Return whether it asks for the bare rule of another decision's choice, which no file can write."""
    rules = [decision.population, *(choice.rule for choice in decision.choices)]
    return any(isinstance(node, Takes) for rule in rules for node in walk(protocol, rule))


@settings(max_examples=100, deadline=None)
@given(worlds(patients=6), st.data())
def test_whatever_is_missing_is_where_the_atlas_says(world: World, data: st.DataObject) -> None:
    for decision in world.protocol.decisions.values():
        if asks_for_a_rule(world.protocol, decision):
            continue
        try:
            atlas = atlas_of(world.protocol, decision)
        except NoAtlas:
            continue
        view = data.draw(st.integers(0, len(atlas.views) - 1))
        for patient in () if atlas.unseen else world.patients:
            check_patient(world.protocol, decision, atlas, view, patient)


CM = NumberKind(Fraction(0), Fraction(20), step=Fraction(1, 10))


def compare(name: str, relation: Relation, value: int) -> Condition:
    return Compare(Value(name), relation, Number(Fraction(value)))


def small(*choices: tuple[str, Condition], **more: object) -> Protocol:
    quantities = {
        "size": Quantity("size", CM),
        "weight": Quantity("weight", NumberKind(Fraction(10), Fraction(300))),
        "margin": Quantity("margin", CategoryKind(("R0", "R1"))),
        "skip": Quantity("skip", YesNoKind()),
    }
    decision = Decision("arm", tuple(Choice(name, rule) for name, rule in choices), population=EVERYONE)
    return Protocol("small", quantities, decisions={"arm": decision}, **more)  # type: ignore[arg-type]


def says(protocol: Protocol) -> list[list[str]]:
    from trialproof.verify.words import term

    atlas = atlas_of(protocol, protocol.decisions["arm"])
    return [[term(protocol, axis, [at]).says for at in range(len(axis.parts))] for axis in atlas.axes]


def test_a_threshold_that_no_rule_takes_is_a_cell_of_its_own() -> None:
    protocol = small(
        ("large", compare("size", Relation.GT, 5)),
        ("tiny", compare("size", Relation.LT, 5)),
    )
    atlas = atlas_of(protocol, protocol.decisions["arm"])
    assert says(protocol) == [["under 5", "exactly 5", "over 5", NOT_RECORDED]]
    assert [atlas.cell([at]).status for at in range(4)] == ["settled", "gap", "settled", "undetermined"]
    assert [atlas.cell([at]).uncharted for at in range(4)] == [False, False, False, True]


def test_a_number_is_also_cut_where_eligibility_changes_along_it() -> None:
    rule = Criterion("I1", compare("size", Relation.LE, 7))
    protocol = small(("large", compare("size", Relation.GT, 5)), ("tiny", compare("size", Relation.LE, 5)))
    decision = Decision("arm", protocol.decisions["arm"].choices)
    changed = Protocol("small", protocol.quantities, inclusion=(rule,), decisions={"arm": decision})
    atlas = atlas_of(changed, decision)
    assert says(changed) == [["under 5", "exactly 5", "over 5 and under 7", "exactly 7", "over 7", NOT_RECORDED]]
    assert [atlas.cell([at]).status for at in range(5)] == ["settled"] * 4 + ["outside"]


def test_a_fact_that_leaves_nobody_in_a_cell_is_named() -> None:
    fact = Fact(Not(AllOf((Is("margin", ("R1",)), Yes("skip")))), "R1 rules out skip metastases")
    rules = ("one", AllOf((Is("margin", ("R0",)), Yes("skip")))), ("other", Not(AnyOf((Yes("skip"),))))
    protocol = small(*rules, facts=(fact,))
    atlas = atlas_of(protocol, protocol.decisions["arm"])
    assert atlas.cell([1, 0]) == Cell("impossible", facts=(0,))
    assert atlas.cell([0, 0]).choices == ("one",)


def test_of_two_facts_that_leave_nobody_the_first_is_named() -> None:
    skips = Fact(Not(Yes("skip")), "nobody has skip metastases")
    margin = Fact(Not(AllOf((Is("margin", ("R1",)), Yes("skip")))), "R1 rules out skip metastases")
    protocol = small(("one", AllOf((Is("margin", ("R0",)), Yes("skip")))), facts=(skips, margin))
    atlas = atlas_of(protocol, protocol.decisions["arm"])
    assert [atlas.cell([margin, 0]) for margin in (0, 1)] == [Cell("impossible", facts=(0,))] * 2


def test_two_parts_that_nobody_has_together_are_told() -> None:
    recurrence = Quantity("recurrence", YesNoKind())
    only = {"applies_if": Yes("recurrence")}
    size, months = Quantity("size", CM, **only), Quantity("months", CM, **only)  # type: ignore[arg-type]
    rule = AllOf((compare("size", Relation.GT, 5), compare("months", Relation.GT, 5)))
    decision = Decision("arm", (Choice("one", rule),), population=EVERYONE)
    protocol = Protocol("p", {e.name: e for e in (recurrence, size, months)}, decisions={"arm": decision})
    atlas = atlas_of(protocol, decision)
    nowhere = [axis.parts[3].name for axis in atlas.axes]
    assert nowhere == ["not applicable"] * 2
    assert ((0, 3), (1, 0)) in atlas.clashes
    assert ((0, 3), (1, 3)) not in atlas.clashes
    assert atlas.cell([3, 0]).status == "impossible"


def test_a_sum_of_two_quantities_has_no_atlas_and_says_so() -> None:
    total = Compare(Sum((Value("size"), Value("weight"))), Relation.GT, Number(Fraction(50)))
    protocol = small(("one", total))
    with pytest.raises(NoAtlas, match="the rule of `one` cannot be drawn"):
        atlas_of(protocol, protocol.decisions["arm"])


def test_a_population_that_cannot_be_told_is_left_out_and_named() -> None:
    total = Compare(Sum((Value("size"), Value("weight"))), Relation.GT, Number(Fraction(50)))
    protocol = small(("one", compare("size", Relation.GT, 5)))
    decision = Decision("arm", protocol.decisions["arm"].choices, population=total)
    atlas = atlas_of(Protocol("p", protocol.quantities, decisions={"arm": decision}), decision)
    assert len(atlas.unseen) == 1
    assert "whom the decision is for is not drawn" in atlas.unseen[0]


def test_the_first_view_is_read_as_asked_for() -> None:
    protocol = read(next(each for each in FOLDERS if each.name == "esophageal-salvage"))
    atlas = atlas_of(protocol, protocol.decisions["arm"], {"arm.involved_field": "flat"})
    assert atlas.views[0] == {"arm.involved_field": "flat", "arm.elective_field": "intended"}
    assert len(atlas.views) == 20
