"""What one missing item leaves open is what leaving it out of everybody's record leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.verify.everyone import InProcess, Judge, alone, reviewed
from tests.verify.finite import protocols
from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Protocol
from trialproof.verify.case import Case
from trialproof.verify.finding import MissingItem, Need
from trialproof.verify.missing import missing_items, others_before

SMALL = st.one_of(protocols(), protocols(readings=True))


def complete(judge: Judge, but: str = "") -> bool:
    """Return whether all that applies was recorded, but for one item, and even what may be missing."""
    return all(
        judge.judge(quantity.applies_if) is not True or name in judge.record or name == but
        for name, quantity in judge.protocol.quantities.items()
    )


def determined(people: list[Judge], decision: Decision) -> list[Judge]:
    members = [each for each in people if complete(each) and each.member(decision)]
    return [each for each in members if each.fate(decision) != "undetermined"]


def without(judge: Judge, name: str) -> Judge:
    record = {each: value for each, value in judge.record.items() if each != name}
    return Judge(judge.protocol, Patient.of(record), judge.selection)


def lacking(people: list[Judge], decision: Decision, name: str) -> tuple[set[Patient], set[Patient], set[Patient]]:
    """Sort patients by what is left without an item: nothing, no choice, or the choice."""
    population, choice, same = set(), set(), set()
    for each in determined(people, decision):
        if each.judge(each.protocol.quantities[name].applies_if) is not True:
            continue
        rest = without(each, name)
        if not complete(rest, name):
            continue
        if not rest.member(decision):
            population.add(each.patient)
        elif rest.fate(decision) == "undetermined":
            choice.add(each.patient)
        else:
            same.add(each.patient)
    return population, choice, same


@settings(max_examples=80, deadline=None)
@given(SMALL)
def test_each_item_is_needed_by_whom_looking_at_everybody_finds(protocol: Protocol) -> None:
    case, people = Case(protocol, InProcess(protocol), protocol.preferred), alone(protocol)
    for decision in protocol.decisions.values():
        found = missing_items(case, decision)
        assert not found or determined(people, decision)
        assert found or not determined(people, decision) or others_before(protocol, decision, protocol.preferred)
        for item in found:
            event(item.need.value)
            check(item, *lacking(people, decision, item.quantity))


def check(item: MissingItem, population: set[Patient], choice: set[Patient], same: set[Patient]) -> None:
    needing = population | choice
    if item.need is not Need.UNCLEAR:
        assert item.need is (Need.NEVER if not needing else Need.SOMETIMES if same else Need.ALWAYS)
        assert (item.population, item.choice) == (bool(population), bool(choice))
    assert (item.needs_it is not None) == (item.population or item.choice)
    if item.needs_it:
        assert item.needs_it.patient in needing
    if item.does_not:
        assert item.does_not.patient in same


HEAD = """\
trialproof: 1
title: items
quantities:
  age: {unit: year, range: [0, 120], recorded_to: {step: 1, rounded: down}}
  margin: {one_of: [R0, R1]}
  lesion: {yes_no: true}
  size: {unit: cm, range: [0, 20], recorded_to: 0.1, applies_if: lesion}
  hair: {one_of: [grey, brown]}
definitions:
  fit: {quote: fit, open: the text does not say}
eligibility:
  inclusion:
    - {id: I1, rule: age >= 18 years and fit}
"""


def needs(folder: Path, text: str, *codes: str) -> dict[str, MissingItem]:
    (folder / "document.txt").write_text("fit\n", encoding="utf-8")
    head = HEAD.replace("title: items\n", "title: items\ndocument: document.txt\n")
    (folder / "protocol.yaml").write_text(head + text, encoding="utf-8")
    return {each.quantity: each for each in reviewed(load(folder), select=codes or ["TP107"]).missing}


ARM = """\
decisions:
  arm:
    choices:
      a: {when: margin is R1 or (lesion and size > 5 cm)}
      b: {when: otherwise}
"""


def test_items_are_told_apart_by_who_needs_them(tmp_path: Path) -> None:
    found = needs(tmp_path, ARM)
    assert {name: each.need for name, each in found.items()} == {
        "age": Need.ALWAYS,
        "margin": Need.SOMETIMES,
        "lesion": Need.SOMETIMES,
        "size": Need.SOMETIMES,
        "hair": Need.NEVER,
    }
    assert {name for name, each in found.items() if each.population} == {"age"}
    size = found["size"]
    assert size.needs_it
    assert size.does_not
    assert size.needs_it.patient.as_dict()["margin"] == "R0"
    assert size.does_not.patient.as_dict()["margin"] == "R1"


def test_what_no_data_sheet_holds_is_no_item(tmp_path: Path) -> None:
    assert "fit" not in needs(tmp_path, ARM)


def test_what_stays_open_anyway_is_not_blamed_on_an_item(tmp_path: Path) -> None:
    rules = "decisions:\n  arm:\n    choices:\n      a: {when: size > 5 cm}\n      b: {when: size <= 5 cm}\n"
    found = needs(tmp_path, rules)
    assert found["size"].need is Need.ALWAYS
    assert found["margin"].need is Need.NEVER
    assert found["lesion"].need is Need.ALWAYS


def test_a_decision_for_nobody_needs_nothing(tmp_path: Path) -> None:
    found = needs(tmp_path, ARM.replace("  arm:\n", "  arm:\n    for: age > 60 years and age < 50 years\n"))
    assert not found


def test_it_is_told_with_the_check_of_undetermined_patients_alone(tmp_path: Path) -> None:
    assert not needs(tmp_path, ARM, "TP101")
    assert needs(tmp_path, ARM, "TP107")


@pytest.mark.parametrize("name", ["esophageal-salvage", "esophageal-salvage-repaired"])
def test_nothing_is_unclear_in_the_shipped_protocols(name: str) -> None:
    review = reviewed(load(Path(__file__).parents[2] / "protocols" / name), select=["TP107"])
    by_name = {each.quantity: each for each in review.missing}
    assert all(each.need is not Need.UNCLEAR for each in review.missing)
    assert by_name["diameter"].need is Need.SOMETIMES
    assert by_name["kps"].need is Need.ALWAYS
