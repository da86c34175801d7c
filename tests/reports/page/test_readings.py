"""The matrix of readings agrees with the evaluator, and says "alike" only where that was proved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.reports.page.made import founding, written
from trialproof.reports.page.material import Material
from trialproof.reports.page.readings import Ambiguity, readings
from trialproof.verify.finding import Review, Undecided

FIVE = """\
trialproof: 1
title: exactly 5 cm tells
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
decisions:
  arm:
    choices:
      large:
        readings: {over_five: size > 5 cm, five_and_more: size >= 5 cm}
      small: {when: size < 5 cm}
"""
SAME = FIVE.replace("five_and_more: size >= 5 cm", "six_and_more: size >= 6 cm")


def only(material: Material) -> Ambiguity:
    found = readings(material)
    assert found is not None
    (ambiguity,) = found.ambiguities
    return ambiguity


def named(name: str) -> Ambiguity:
    found = readings(founding())
    assert found is not None
    return next(each for each in found.ambiguities if each.name == name)


def test_the_patient_who_tells_two_readings_apart_is_judged_under_both(tmp_path: Path) -> None:
    found = only(written(tmp_path, FIVE))
    assert [each.verdict for each in found.options] == ["taken here", "treats somebody differently"]
    (teller,) = found.tellers
    assert teller.person.words == "size 5 cm"
    assert [(each.says, each.differs) for each in teller.cells] == [("no choice", False), ("`large`", True)]


def test_a_reading_that_changes_nothing_is_said_to_be_alike_because_that_was_proved(tmp_path: Path) -> None:
    material = written(tmp_path, SAME)
    assert [each.verdict for each in only(material).options] == ["taken here", "treats everybody alike"]
    nothing = replace(material, review=Review(material.selection))
    assert [each.verdict for each in only(nothing).options] == ["taken here", "not compared"]


def test_a_reading_that_the_solver_gave_up_on_is_undecided(tmp_path: Path) -> None:
    material = written(tmp_path, SAME)
    gave_up = Undecided("TP106", "disagreeing-readings", "could not decide whether `arm.large` ...", "out of time")
    doubtful = replace(material, review=replace(material.review, proved=(), undecided=(gave_up,)))
    assert only(doubtful).options[1].verdict == "undecided"


def test_no_combination_that_works_is_told_with_the_patients_who_show_it(tmp_path: Path) -> None:
    found = readings(written(tmp_path, FIVE))
    assert found is not None
    (space,) = found.spaces
    assert (space.decision, space.verdict) == ("arm", "proved")
    spaces = readings(founding())
    assert spaces is not None
    assert {each.decision: each.verdict for each in spaces.spaces}["arm"] == "refuted"
    assert next(each for each in spaces.spaces if each.decision == "arm").patients


def test_a_difference_in_eligibility_is_told_as_that_and_not_again_for_every_decision() -> None:
    (teller,) = named("I6").tellers
    assert [each.says for each in teller.cells] == ["eligible", "not eligible"]


def test_the_famous_sentence_differs_on_the_boundary() -> None:
    found = named("arm.involved_field")
    order = [each.name for each in found.options]
    assert order[0] == "nested"
    first = found.tellers[0]
    assert dict(first.person.fields)["diameter"] == "5 cm"
    assert first.cells[0].says == "no choice"
    assert first.cells[order.index("flat")].says == "`involved_field`"


def test_no_two_patients_of_one_sentence_say_the_same() -> None:
    found = readings(founding())
    assert found is not None
    for each in found.ambiguities:
        said = [tuple(cell.says for cell in teller.cells) for teller in each.tellers]
        assert len(said) == len(set(said))
        assert all(any(cell.differs for cell in teller.cells) for teller in each.tellers)


def test_a_protocol_with_one_meaning_has_no_such_section(tmp_path: Path) -> None:
    one = FIVE.replace("readings: {over_five: size > 5 cm, five_and_more: size >= 5 cm}", "when: size > 5 cm")
    assert readings(written(tmp_path, one)) is None
