"""Amendments that somebody might write, and what a comparison says of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.verify.test_amendment import compared
from trialproof.model.condition import EVERYONE, Condition, Yes
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.model.protocol import Choice, Decision, Protocol, Quantity, YesNoKind
from trialproof.model.renames import read_renames
from trialproof.reports.diff_text import write_diff
from trialproof.verify.versions.amendment import Amendment, DecisionChange
from trialproof.verify.versions.compared import Change

SIZES = """\
trialproof: 1
title: sizes
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
  margin: {one_of: [R0, R1, R2]}
eligibility:
  inclusion:
    - {id: I1, rule: size > 2 cm}
    - {id: I2, rule: margin is not R2}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
"""


def protocol(folder: Path, text: str, *changes: tuple[str, str]) -> Protocol:
    """Load a protocol in which some words, each of which must be there, are replaced by others."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{len(list(folder.iterdir()))}.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def amendment(folder: Path, *changes: tuple[str, str], text: str = SIZES, renames: Sequence[str] = ()) -> Amendment:
    old, new = protocol(folder, text), protocol(folder, text, *changes)
    return compared(old, new, read_renames(old, new, renames))


def verdicts(found: DecisionChange) -> dict[str, str]:
    return {
        (each.new or each.old).name: each.compared.change.value  # type: ignore[union-attr]
        for each in found.choices
        if each.compared
    }


def moves(found: Amendment) -> dict[str, list[str]]:
    (decision,) = found.decisions
    return {
        f"{each.before} becomes {each.after}": [region.words for region in each.regions.regions]
        for each in decision.transfers
    }


def test_a_strict_bound_made_inclusive_widens_one_choice_at_one_value(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("size > 5 cm", "size >= 5 cm"))
    assert verdicts(found.decisions[0]) == {"large": "wider", "small": "same"}
    assert moves(found) == {"no choice becomes `large`": ["size exactly 5 cm"]}
    large, small = found.decisions[0].choices
    assert (large.leaves_to, large.comes_from) == ((), ("no choice",))
    assert small.compared
    assert small.compared.staying
    assert found.changed
    assert not found.same


def test_eligibility_that_narrows_takes_patients_from_a_choice(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("size > 2 cm", "size > 3 cm"))
    assert found.eligibility.compared.change is Change.NARROWER
    (transfer,) = found.eligibility.transfers
    assert (transfer.before, transfer.after) == ("eligible", "not eligible")
    assert [each.words for each in transfer.regions.regions] == ["size exactly 3 cm"]
    assert verdicts(found.decisions[0]) == {"large": "same", "small": "narrower"}
    assert found.decisions[0].choices[1].leaves_to == ("not eligible",)
    assert not found.decisions[0].transfers


def test_a_threshold_on_the_next_step_changes_nothing(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("size > 2 cm", "size >= 3 cm"))
    assert found.same


def test_the_same_thresholds_in_another_unit_change_nothing(tmp_path: Path) -> None:
    millimetres = ("unit: cm, range: [0, 20], recorded_to: 1}", "unit: mm, range: [0, 200], recorded_to: 10}")
    assert amendment(tmp_path, millimetres).same
    found = amendment(tmp_path, millimetres, ("size < 5 cm", "size < 60 mm"))
    assert moves(found) == {"no choice becomes `small`": ["size exactly 50 mm"]}
    assert "was recorded in `cm`, now in `mm`" in write_diff(found)


def test_an_unchanged_number_under_another_unit_is_not_unchanged(tmp_path: Path) -> None:
    old = SIZES.replace(" cm}", "}").replace("unit: cm, ", "")
    found = compared(
        protocol(tmp_path, old.replace("{range", "{unit: cm, range").replace("size > 2", "size > 2 cm")
                 .replace("size > 5", "size > 5 cm").replace("size < 5", "size < 5 cm")),
        protocol(tmp_path, old.replace("{range", "{unit: mm, range").replace("size > 2", "size > 2 mm")
                 .replace("size > 5", "size > 5 mm").replace("size < 5", "size < 5 mm")),
    )  # fmt: skip
    assert found.eligibility.compared.change is Change.WIDER


def test_a_finer_step_is_compared_by_the_true_value(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("recorded_to: 1}", "recorded_to: 0.1}"))
    text = write_diff(found)
    assert found.changed
    assert "`size` was charted in steps of 1 cm, to the nearest, now in steps of 0.1 cm, to the nearest" in text
    assert "charted as" in text


def test_completed_years_instead_of_exact_years_admit_whoever_is_70_and_a_half(tmp_path: Path) -> None:
    text = "trialproof: 1\ntitle: age\nquantities:\n  age: {unit: year, range: [0, 120]}\n"
    text += "eligibility:\n  inclusion:\n    - {id: I1, rule: age <= 70 years}\n"
    found = amendment(
        tmp_path, ("120]}", "120], recorded_to: {step: 1, rounded: down}, label: completed years}"), text=text
    )
    assert found.eligibility.compared.change is Change.WIDER
    (transfer,) = found.eligibility.transfers
    assert [each.words for each in transfer.regions.regions] == ["age over 70 years"]
    assert "age 70.5 years (charted as 70 years by the new version)" in write_diff(found)


def test_other_kinds_under_one_name_cannot_be_compared(tmp_path: Path) -> None:
    changes = (
        ("size: {unit: cm, range: [0, 20], recorded_to: 1}", "size: {one_of: [big, tiny]}"),
        ("size > 2 cm", "size is big"),
        ("size > 5 cm", "size is big"),
        ("size < 5 cm", "size is tiny"),
    )
    found = amendment(tmp_path, *changes)
    assert set(found.verdicts) == {Change.INCOMPARABLE}
    assert found.eligibility.compared.reason == "`size` is not one quantity: it was a number and is a category now"
    assert found.changed
    assert not found.undecided
    assert {each.new.id: each.compared and each.compared.change.value for each in found.criteria if each.new} == {
        "I1": "incomparable",
        "I2": "same",
    }


def test_a_dimension_that_does_not_convert_cannot_be_compared(tmp_path: Path) -> None:
    grams = ("unit: cm", "unit: g"), (" cm}", " g}")
    found = amendment(tmp_path, *grams)
    assert found.eligibility.compared.reason == "`size` is not one quantity: `cm` do not convert into `g`"


def test_what_only_one_version_can_record_is_named_and_not_compared(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("range: [0, 20]", "range: [0, 30]"), ("R2]", "R2, RX]"))
    text = write_diff(found)
    assert set(found.verdicts) == {Change.SAME}
    assert found.changed
    assert "`size` over 20 cm: only the new version can record it, and it is not compared" in text
    assert "`margin` RX: only the new version can record it, and it is not compared" in text


def test_a_fact_of_one_version_alone_is_named_among_what_is_taken_for_granted(tmp_path: Path) -> None:
    fact = "facts:\n  - {rule: size != 5 cm, because: nobody has exactly 5}\ndecisions:"
    found = amendment(tmp_path, ("decisions:", fact), ("size > 5 cm", "size >= 5 cm"))
    assert set(found.verdicts) == {Change.SAME}
    assert found.changed
    assert any("fact of the new version alone: nobody has exactly 5" in each for each in found.assumptions)


def test_facts_that_contradict_one_another_leave_nobody_to_compare(tmp_path: Path) -> None:
    old = protocol(tmp_path, SIZES, ("decisions:", "facts:\n  - {rule: size > 9 cm, because: so}\ndecisions:"))
    new = protocol(tmp_path, SIZES, ("decisions:", "facts:\n  - {rule: size < 9 cm, because: so}\ndecisions:"))
    found = compared(old, new)
    assert set(found.verdicts) == {Change.INCOMPARABLE}
    assert found.eligibility.compared.reason == "nobody can be recorded in both versions"


def test_nobody_in_either_version_is_not_shown_as_proved(tmp_path: Path) -> None:
    nobody = ("size > 2 cm", "size > 20 cm")
    found = compared(protocol(tmp_path, SIZES, nobody), protocol(tmp_path, SIZES, nobody))
    assert set(found.verdicts) == {Change.SAME}
    assert "eligibility  same: nobody, in either version" in write_diff(found)


def test_criteria_that_were_only_renumbered_are_found(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("id: I1", "id: I3"), ("id: I2", "id: I1"))
    assert found.same
    assert [(each.old and each.old.id, each.new and each.new.id) for each in found.criteria] == [
        ("I1", "I3"),
        ("I2", "I1"),
    ]


def test_an_id_that_stands_for_something_else_now_is_no_match(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("id: I1, rule: size > 2 cm", "id: I1, rule: margin is not R1"))
    assert [(each.old and each.old.id, each.new and each.new.id) for each in found.criteria] == [
        (None, "I1"),
        ("I2", "I2"),
        ("I1", None),
    ]


def test_a_criterion_that_was_renumbered_and_changed_is_found_where_no_other_is_meant(tmp_path: Path) -> None:
    moved = ("id: I1, rule: size > 2 cm", "id: I9, rule: size > 3 cm")
    found = amendment(tmp_path, moved)
    assert [(each.old and each.old.id, each.new and each.new.id) for each in found.criteria] == [
        ("I1", "I9"),
        ("I2", "I2"),
    ]
    twice = ("id: I9, rule: size > 3 cm}", "id: I9, rule: size > 3 cm}\n    - {id: I8, rule: size < 9 cm}")
    found = amendment(tmp_path, moved, twice)
    assert [(each.old and each.old.id, each.new and each.new.id) for each in found.criteria] == [
        (None, "I9"),
        (None, "I8"),
        ("I2", "I2"),
        ("I1", None),
    ]


def test_an_inclusion_turned_into_an_exclusion_is_the_same_criterion(tmp_path: Path) -> None:
    old = "    - {id: I2, rule: margin is not R2}\n"
    found = amendment(tmp_path, (old, "  exclusion:\n    - {id: E1, rule: margin is R2}\n"))
    assert found.same
    assert [(each.old and each.old.id, each.new and each.new.id) for each in found.criteria][1] == ("I2", "E1")


def test_renames_lead_from_old_names_to_new_ones(tmp_path: Path) -> None:
    changes = (("size", "lesion"), ("large", "big"), ("arm:", "group:"), ("R2", "residual"))
    names = ["size=lesion", "arm=group", "arm.large=group.big", "margin.R2=margin.residual"]
    assert amendment(tmp_path, *changes, renames=names).same
    found = amendment(tmp_path, *changes, ("lesion > 5 cm", "lesion >= 5 cm"), renames=names)
    assert moves(found) == {"no choice becomes `big`": ["lesion exactly 5 cm"]}
    assert "`group` (was `arm`) is `big` (was `large`)  wider" in write_diff(found)
    apart = amendment(tmp_path, *changes)
    assert [each.name for each in apart.added + apart.dropped] == ["group", "arm"]


def test_two_names_exchanged_are_followed(tmp_path: Path) -> None:
    text = SIZES.replace("  margin:", "  depth: {unit: cm, range: [0, 20], recorded_to: 1}\n  margin:")
    exchanged = text.replace("size", "#").replace("depth", "size").replace("#", "depth")
    old, new = protocol(tmp_path, text), protocol(tmp_path, exchanged)
    assert compared(old, new, read_renames(old, new, ["size=depth", "depth=size"])).same
    assert not compared(old, new).same


def test_a_dropped_choice_and_an_added_one_are_named(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("small: {when: size < 5 cm}", "tiny: {when: size < 5 cm}"))
    assert verdicts(found.decisions[0]) == {"large": "same"}
    assert moves(found) == {"`small` becomes `tiny`": ["size under 5 cm"]}
    text = write_diff(found)
    assert "`arm` is `tiny`  added" in text
    assert "`arm` is `small`  dropped" in text


def test_another_intent_is_another_treatment_even_of_the_same_choices(tmp_path: Path) -> None:
    text = SIZES.replace("size < 5 cm", "size < 9 cm").replace("  arm:\n", "  arm:\n    intent: exactly one\n")
    found = amendment(tmp_path, ("exactly one", "any"), text=text)
    assert verdicts(found.decisions[0]) == {"large": "wider", "small": "wider"}
    assert moves(found) == {
        "`large` and `small` (not as intended) becomes `large` and `small` (as intended)": [
            "size over 5 cm and under 9 cm"
        ]
    }


def test_first_match_in_another_order_moves_whoever_both_rules_take(tmp_path: Path) -> None:
    text = SIZES.replace("size < 5 cm", "size < 9 cm").replace("  arm:\n", "  arm:\n    intent: first match\n")
    large, small = "      large: {when: size > 5 cm}\n", "      small: {when: size < 9 cm}\n"
    found = amendment(tmp_path, (large + small, small + large), text=text)
    assert verdicts(found.decisions[0]) == {"large": "narrower", "small": "wider"}
    assert moves(found) == {"`large` becomes `small`": ["size over 5 cm and under 9 cm"]}


def test_something_left_open_is_the_same_unknown_in_both_versions(tmp_path: Path) -> None:
    text = SIZES.replace("eligibility:", "definitions:\n  far: {open: no distance}\neligibility:")
    text = text.replace("when: size > 5 cm", "when: size > 5 cm and far")
    assert amendment(tmp_path, text=text).same
    assert amendment(tmp_path, ("far", "distant"), text=text, renames=["far=distant"]).same
    settled = amendment(tmp_path, ("{open: no distance}", "{rule: size > 7 cm}"), text=text)
    assert verdicts(settled.decisions[0])["large"] == "moved"


def test_a_decision_that_rests_on_another_follows_it(tmp_path: Path) -> None:
    text = SIZES + "  dose:\n    for: arm is large\n    choices:\n      high: {when: margin is R1}\n"
    text += "      low: {when: margin is not R1}\n"
    found = amendment(tmp_path, ("when: size > 5 cm", "when: size >= 5 cm"), text=text)
    dose = found.decisions[1]
    assert verdicts(dose) == {"high": "wider", "low": "wider"}
    assert dose.population
    assert dose.population.compared.change is Change.WIDER
    assert [each.words for each in dose.population.transfers[0].regions.regions] == ["`arm` (old) not settled"]
    assert dose.choices[0].comes_from == ("not in its population",)


def test_eligibility_within_a_rule_is_said_without_its_criteria(tmp_path: Path) -> None:
    text = SIZES.replace("    choices:", "    for: eligible and margin is R0\n    choices:")
    found = amendment(tmp_path, ("size > 2 cm", "size > 3 cm"), text=text)
    population = found.decisions[0].population
    assert population
    assert [region.words for each in population.transfers for region in each.regions.regions] == ["eligible (new): no"]


def test_quantities_of_which_each_exists_where_the_other_does_can_be_compared() -> None:
    def version(applies: dict[str, Condition]) -> Protocol:
        quantities = {
            name: Quantity(name, YesNoKind(), applies_if=applies.get(name, EVERYONE)) for name in ("a", "b")
        }
        arm = Decision("arm", (Choice("yes", Yes("a")), Choice("no", Yes("b"))))
        return Protocol(title="circle", quantities=quantities, decisions={"arm": arm})

    found = compared(version({"a": Yes("b")}), version({"b": Yes("a")}))
    assert set(verdicts(found.decisions[0]).values()) <= {"same", "moved", "wider", "narrower"}
    assert not found.undecided


def test_what_one_version_lets_be_missing_may_be_where_the_other_does_not_ask_for_it(tmp_path: Path) -> None:
    text = SIZES.replace("  size:", "  there: {yes_no: true}\n  size:").replace("size > 2 cm", "margin is R0")
    text = text.replace("recorded_to: 1}", "recorded_to: 1, more}")
    text = text.replace("when: size > 5 cm", "when: there or size is known")
    text = text.replace("when: size < 5 cm", "when: not there and not (size is known)")
    old = protocol(tmp_path, text, ("more", "may_be_missing: true"))
    new = protocol(tmp_path, text, ("more", "applies_if: there"))
    small = compared(old, new).decisions[0].choices[1].compared
    assert small
    assert small.change is Change.WIDER
    assert small.staying
    assert "size" not in small.staying.patient.as_dict()


def test_readings_are_chosen_for_each_version(tmp_path: Path) -> None:
    text = SIZES.replace("{when: size > 5 cm}", "{readings: {over: size > 5 cm, from: size >= 5 cm}}")
    both = protocol(tmp_path, text), protocol(tmp_path, text)
    assert compared(*both).same
    found = compared(*both, new_selection={"arm.large": "from"})
    assert verdicts(found.decisions[0])["large"] == "wider"
    assert "in the old version `arm.large` is read as `over`" in found.assumptions
    assert compared(*both, old_selection={"arm.large": "from"}, new_selection={"arm.large": "from"}).same


def test_a_choice_that_gives_something_else_treats_the_same_patients_otherwise(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("large: {when", "large: {gives: 60 Gy, when"))
    assert set(found.verdicts) == {Change.SAME}
    assert found.changed
    assert "gives     was not said, is now “60 Gy”" in write_diff(found)


def test_another_title_treats_nobody_otherwise(tmp_path: Path) -> None:
    found = amendment(tmp_path, ("title: sizes", "title: other"))
    assert found.same
    assert write_diff(found).endswith("same: everybody is treated alike")


@pytest.mark.parametrize(
    ("renames", "message"),
    [
        (["sise=size"], "the old version has no `sise`"),
        (["size=sise"], "the new version has no `sise`"),
        (["size=arm"], "`size` is a quantity and `arm` a decision"),
        (["size"], "`size` does not rename anything"),
        (["size=margin"], "`size` is renamed to `margin`, and the old version has `margin` already"),
        (["size=margin", "size=margin"], "`size` is renamed twice"),
        (["size=margin", "margin=margin"], "two names become `margin`"),
        (["arm.large=arm.big"], "the new version has no `arm.big`"),
        (["arm.huge=arm.large"], "the old version has no `arm.huge`"),
        (["arm.large=margin.R0"], "`arm.large` cannot become `margin.R0`: `arm` is not `margin` now"),
        (["arm.large=arm.small"], "`arm.large` is renamed to `small`, and the old version has `arm.small` already"),
    ],
)
def test_a_bad_rename_is_refused(tmp_path: Path, renames: list[str], message: str) -> None:
    old = protocol(tmp_path, SIZES)
    with pytest.raises(BadInput) as refusal:
        read_renames(old, old, renames)
    assert refusal.value.message == message
    assert refusal.value.help


def test_a_file_of_renames_points_at_its_line(tmp_path: Path) -> None:
    old, path = protocol(tmp_path, SIZES), tmp_path / "names.yaml"
    path.write_text("size: size\nmargin: rim\n", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        read_renames(old, old, path=path)
    assert (refusal.value.place.line, refusal.value.place.column) == (2, 1)
    path.write_text("size:\n", encoding="utf-8")
    with pytest.raises(BadInput, match="`size` has no new name"):
        read_renames(old, old, path=path)
