"""The atlas of an amendment says of every patient what each version by itself makes of that patient."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import event, given, settings, strategies as st
from hypothesis.strategies import DataObject

from tests.agreement.strategies import draw_patient, thresholds_of
from tests.verify.amending import amended
from tests.verify.everyone import Judge
from tests.verify.test_amendment import SMALL, Person, compared, fate, people
from trialproof.model.condition import Eligible
from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Protocol
from trialproof.model.renames import Renames
from trialproof.verify.surveyed import Cell, NoAtlas
from trialproof.verify.versions.merging import merge
from trialproof.verify.versions.moved_atlas import MovedAtlas, eligibility_atlas, moved_atlas

PROTOCOLS = Path(__file__).parents[2] / "protocols"


def told(cell: Cell) -> dict[str, bool | None]:
    """Return what a cell says of the choices that do not fail, as `fate` does."""
    return dict.fromkeys(cell.choices, True) | dict.fromkeys(cell.perhaps)


@settings(max_examples=40, deadline=None)
@given(SMALL, st.data())
def test_each_cell_says_what_both_versions_make_of_the_patients_in_it(old: Protocol, data: DataObject) -> None:
    new = data.draw(amended(old))
    found = compared(old, new)
    merged = found.merged
    names = {name: own for own, name in merged.new.decisions.items()}
    pairs = {names[pair[1].name]: pair for pair in merged.decisions}
    everybody = people(old, new, merged)
    for change in found.decisions:
        try:
            atlas = moved_atlas(merged, *pairs[change.new.name])
        except NoAtlas:
            event("no atlas")
            continue
        moved = check(atlas, change.old, change.new, everybody)
        event(f"somebody moves: {moved}")
        assert moved == bool(change.transfers)
        charted = [each for each in atlas.atlas.cells if not each.uncharted]
        assert atlas.atlas.unseen or any(map(atlas.differs, charted)) == bool(change.transfers)


def check(atlas: MovedAtlas, old: Decision, new: Decision, everybody: list[Person]) -> bool:
    """Return whether a member of both populations moves; raise `AssertionError` unless its cell says the same."""
    moved = False
    for each in everybody:
        cell = atlas.atlas.cell(atlas.atlas.parts(atlas.protocol, each.merged.patient))
        assert cell.status != "impossible"
        if each.old.judge(old.population) is not True or each.new.judge(new.population) is not True:
            continue
        was, now = fate(each.old, old.name), fate(each.new, new.name)
        sides = atlas.sides(cell)
        assert [(told(side), side.status == "settled") for side in sides] == [was, now]
        differs = was[0] != now[0] or (old.intent is not new.intent and was[1] != now[1])
        assert atlas.differs(cell) == differs
        moved = moved or differs
    return moved


@settings(max_examples=40, deadline=None)
@given(SMALL, st.data())
def test_the_atlas_of_eligibility_says_who_is_eligible_in_each_version(old: Protocol, data: DataObject) -> None:
    new = data.draw(amended(old))
    merged = merge(old, new, Renames())
    try:
        atlas = eligibility_atlas(merged)
    except NoAtlas:
        return
    for each in islice(people(old, new, merged), 60):
        was, now = each.old.judge(Eligible()), each.new.judge(Eligible())
        if atlas is None:
            assert was == now
            continue
        cell = atlas.atlas.cell(atlas.atlas.parts(atlas.protocol, each.merged.patient))
        shared = [rule for rule in merged.new.criteria.values() if rule in merged.old.criteria.values()]
        if was is True or now is True:
            assert cell.status == "settled", shared
            assert [bool(side.choices) for side in atlas.sides(cell)] == [was is True, now is True]


@pytest.mark.parametrize(
    ("old", "new", "decision"),
    [
        ("esophageal-salvage", "esophageal-salvage-repaired", "arm"),
        ("recovery-tocilizumab-misprint", "recovery-tocilizumab", "dose"),
    ],
)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_each_point_of_a_real_amendment_says_what_both_versions_say(
    old: str, new: str, decision: str, data: DataObject
) -> None:
    merged = merge(load(PROTOCOLS / old), load(PROTOCOLS / new), Renames())
    (pair,) = (each for each in merged.decisions if each[1].name == merged.new.decisions[decision])
    atlas = moved_atlas(merged, *pair)
    thresholds = thresholds_of(list(merged.protocol.rules()))
    patient = data.draw(st.composite(lambda draw: draw_patient(draw, merged.protocol, thresholds))())
    cell = atlas.atlas.cell(atlas.atlas.parts(atlas.protocol, patient))
    judges = [Judge(v.protocol, v.patient(patient), v.selection) for v in (merged.old, merged.new)]
    if all(each.member(each.protocol.decisions[decision]) for each in judges) and facts_hold(merged.protocol, patient):
        sides = atlas.sides(cell)
        assert [(told(side), side.status == "settled") for side in sides] == [fate(each, decision) for each in judges]


def facts_hold(protocol: Protocol, patient: Patient) -> bool:
    judge = Judge(protocol, patient, {})
    return all(judge.judge(each.rule) is not False for each in protocol.facts)


def test_the_boundary_gap_that_the_repair_closes_is_drawn_as_such() -> None:
    merged = merge(load(PROTOCOLS / "esophageal-salvage"), load(PROTOCOLS / "esophageal-salvage-repaired"), Renames())
    atlas = moved_atlas(merged, *merged.decisions[0])
    moved = {tuple((side.status, side.choices) for side in atlas.sides(each))
             for each in atlas.atlas.cells if atlas.differs(each) and not each.uncharted}  # fmt: skip
    assert moved == {(("gap", ()), ("settled", ("involved_field",)))}
