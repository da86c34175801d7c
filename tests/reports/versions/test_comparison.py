"""The comparison as a page: what it shows, and that it is inert and the same every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.reports import hostile
from tests.reports.page.test_page import LOADS, Reader
from tests.reports.versions.made import ROOT, between, repaired, written
from trialproof.cli import run
from trialproof.reports.page.map_figure import draw, write_svg
from trialproof.reports.page.patient_map import cell_at
from trialproof.reports.versions.changes import changes
from trialproof.reports.versions.documents import documents
from trialproof.reports.versions.moved_map import NOBODY, moved_map
from trialproof.reports.versions.page import SECTIONS, write_comparison
from trialproof.reports.versions.rules import entries, rules
from trialproof.reports.versions.transfers import transfers
from trialproof.verify.versions.compared import Change

SIZES = """\
trialproof: 1
title: sizes
document: document.txt
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
  age: {unit: year, range: [0, 120], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, quote: Patients of 18 to 75 years, rule: age between 18 and 75 years}
decisions:
  arm:
    choices:
      large: {quote: 'Large ones, over 5 cm', when: size > 5 cm, label: the large arm}
      small: {quote: 'small ones, under 5 cm', when: size < 5 cm}
--- document.txt
Patients of 18 to 75 years take part.
Large ones, over 5 cm, go first.
Then small ones, under 5 cm.
The end is near.
"""
AMENDED = (
    SIZES.replace("over 5 cm", "of 5 cm or more").replace("size > 5 cm", "size >= 5 cm").replace("75", "80")
    .replace("The end is near.\n", "")
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return write_comparison(repaired())


def test_every_section_is_there_but_the_cohort_that_nobody_gave(page: str) -> None:
    reader = Reader(page)
    ids = list(reader.all("id"))
    expected = [each.name for each in SECTIONS if each.name != "cohort"]
    assert [each for each in ids if each in {section.name for section in SECTIONS}] == expected
    assert len(ids) == len(set(ids))
    assert {each.removeprefix("#") for each in reader.all("href")} <= set(ids)


def test_the_page_needs_nothing_and_is_the_same_every_time(page: str) -> None:
    reader = Reader(page)
    assert {tag for tag, _ in reader.elements} & LOADS == set()
    assert list(reader.all("src")) == list(reader.all("style")) == []
    path = ROOT / "protocols"
    assert page == write_comparison(between(path / "esophageal-salvage", path / "esophageal-salvage-repaired"))


def test_no_name_of_the_merged_protocol_is_seen(page: str) -> None:
    assert not re.search(r"\b(?:old|new):\w", page)


def test_the_verdicts_are_those_of_the_comparison() -> None:
    found = changes(repaired())
    amendment = repaired().amendment
    verdicts = [each.value for each in amendment.verdicts]
    assert [each.verdict for each in found.rows] == verdicts
    assert sum(count for count, *_ in found.figures) == len(verdicts)
    assert {kind for _, kind, _ in found.figures} == {each.value for each in Change}


def test_words_that_changed_are_marked_on_both_sides_and_the_rule_stands_below(tmp_path: Path) -> None:
    found = documents(written(tmp_path, SIZES, AMENDED))
    assert found is not None
    rows = [row for stretch in found.stretches for row in stretch.rows]
    sides = [(row.old, row.new) for row in rows]
    apart = [[side and [p.text for p in side.pieces if p.apart] for side in both] for both in sides]
    assert apart == [[["75"], ["80"]], [["over"], ["of", "or more"]], [[], []], [["The end is near."], None]]
    assert [[(mark.name, mark.verdict) for mark in row.marks] for row in rows] == [
        [("I1", "wider")], [("arm.large", "wider")], [("arm.small", "wider")], []
    ]  # fmt: skip
    assert (found.changed, found.of) == (3, 4)


def test_rules_have_their_verdict_and_who_shows_it(tmp_path: Path) -> None:
    found = rules(written(tmp_path, SIZES, AMENDED))
    assert found is not None
    first, large, _ = found.changed
    assert (first.what, first.name, first.verdict) == ("inclusion", "I1", "wider")
    assert [(each.what, each.words) for each in first.examples] == [("comes", "age 78 years")]
    (line,) = large.lines
    assert [["".join(p.text for p in side)] for side in line.english] == [
        ["size is more than 5 cm"], ["size is at least 5 cm"]
    ]  # fmt: skip
    assert [p.text for p in line.english[0] if p.apart] == ["more than"]


def test_a_definition_that_says_something_else_is_rewritten_and_one_that_is_gone_dropped(tmp_path: Path) -> None:
    definition = "definitions:\n  big: {rule: size > 9 cm}\n  gone: {rule: size > 3 cm}\ndecisions:"
    old = SIZES.replace("decisions:", definition)
    new = SIZES.replace("decisions:", "definitions:\n  big: {rule: size > 8 cm}\ndecisions:")
    found = {each.name: each.verdict for each in entries(written(tmp_path, old, new))}
    assert found == {"I1": "same", "arm.large": "same", "arm.small": "same", "big": "rewritten", "gone": "dropped"}


def test_who_moves_stands_with_one_patient_each(tmp_path: Path) -> None:
    eligible, arm = transfers(written(tmp_path, SIZES, AMENDED)).groups
    assert [(each.before, each.after, len(each.areas)) for each in eligible.moved] == [("not eligible", "eligible", 1)]
    (moved,) = arm.moved
    assert (moved.before, moved.after, moved.areas[0].words) == ("no choice", "`large`", "size exactly 5 cm")
    assert moved.areas[0].patient == "size 5 cm"


def test_two_versions_that_are_the_same_say_so_and_have_no_map(tmp_path: Path) -> None:
    material = written(tmp_path, SIZES, SIZES)
    said = " ".join("".join(Reader(write_comparison(material)).text).split())
    assert "Everybody is treated alike, and that is proved." in said
    assert "The words are the same." in said
    assert "All rules are the same." in said
    assert said.count("Nobody changes hands.") == 2
    maps = moved_map(material)
    assert maps is not None
    assert [each.why_not for each in maps.maps] == [NOBODY]


def test_an_unknown_is_not_shown_as_no_change(tmp_path: Path) -> None:
    other = SIZES.replace("size: {unit: cm, range: [0, 20], recorded_to: 1}", "size: {unit: kg, range: [0, 20]}")
    material = written(tmp_path, SIZES, other.replace("5 cm", "5 kg"))
    said = " ".join("".join(Reader(write_comparison(material)).text).split())
    assert "is not one quantity" in said
    _, arm = transfers(material).groups
    assert "is not one quantity" in arm.unclear
    maps = moved_map(material)
    assert maps is not None
    assert "is not one quantity" in maps.maps[-1].why_not


def cells(data: dict[str, object]) -> Iterator[str]:
    for axis in data["axes"]:  # type: ignore[attr-defined]
        for part in range(len(axis["parts"])):
            yield data["cells"][cell_at(data, [part])]["label"]  # type: ignore[index]


def test_the_map_names_what_moves_and_from_where_to_where(tmp_path: Path) -> None:
    maps = moved_map(written(tmp_path, SIZES, AMENDED))
    assert maps is not None
    eligible, arm = (each["data"] for each in maps.data)
    assert [each for each in cells(arm) if "→" in each] == ["no choice → the large arm"]
    assert [each for each in cells(eligible) if "→" in each] == ["not eligible → eligible"] * 2
    assert arm["moved"] == [["moved-1", "gap", "choice-1"]]
    for data in (eligible, arm):
        root = ElementTree.fromstring(write_svg(draw(data, data["start"])))  # noqa: S314
        ids = {each.attrib["id"] for each in root.iter("pattern")}
        used = {each.attrib["fill"] for each in root.iter("rect") if "fill" in each.attrib}
        assert f"url(#patient_map-{data['name']}-moved-1)" in used
        assert used <= {f"url(#{each})" for each in ids}


def test_hostile_versions_are_inert_and_whole(tmp_path: Path) -> None:
    old, new = hostile.write(tmp_path / "old"), hostile.write(tmp_path / "new")
    for name, text in (("protocol.yaml", "size > 5 cm, label"), ("document.txt", "go first")):
        path = new / name
        changed = path.read_text(encoding="utf-8").replace(text, text.replace("5", "6").replace("first", "<b>now</b>"))
        path.write_text(changed, encoding="utf-8")
    page = write_comparison(between(old, new))
    reader = Reader(page)
    assert {tag for tag, _ in reader.elements} & LOADS == set()
    assert "onerror" not in {key for _, attributes in reader.elements for key in attributes}
    assert "\u202e" not in page
    assert hostile.LONG in "".join(reader.text)
    assert "<b>now</b>" in "".join(reader.text)


def test_the_command_writes_what_the_name_of_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, SIZES, AMENDED)
    (tmp_path / "patients.csv").write_text("size,age\n5,40\n6,78\n7,20\n", encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("old", "new")]
    more = ("--cohort", str(tmp_path / "patients.csv"))
    for name in ("diff.html", "diff.json", "diff.txt"):
        with pytest.raises(SystemExit) as end:
            run(["diff", *paths, *more, "-o", str(tmp_path / name)])
        assert end.value.code == 1
    assert capsys.readouterr().out == ""
    page = (tmp_path / "diff.html").read_text(encoding="utf-8")
    said = " ".join("".join(Reader(page).text).split())
    assert "2 (66.7 %) of the patients in" in said
    assert "no choice → the large arm" in page
    assert f"trialproof diff {paths[0]}/protocol.yaml" in said
    assert json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))["same"] is False
    assert (tmp_path / "diff.txt").read_text(encoding="utf-8").startswith("  old ")


def test_the_words_of_a_cohort_are_told_once_each(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("size,age\n5,40\n", encoding="utf-8")
    written(tmp_path, SIZES, AMENDED)
    material = between(tmp_path / "old", tmp_path / "new", cohort=tmp_path / "patients.csv")
    assert [each.counts for each in changes(material).rows] == ["1 → 1", "0 → 1", "0 → 0"]
    assert 'id="cohort"' in write_comparison(material)
    assert 'id="cohort"' not in write_comparison(replace(material, shares=None))


def test_who_had_too_many_choices_is_not_said_to_have_had_them() -> None:
    path = ROOT / "protocols"
    maps = moved_map(between(path / "recovery-tocilizumab-misprint", path / "recovery-tocilizumab"))
    assert maps is not None
    (dose,) = (each["data"] for each in maps.data)
    moved = {each for each in cells(dose) if "→" in each}
    assert moved == {"too many (400 mg and 8 mg/kg) → 8 mg/kg", "too many (600 mg and 400 mg) → 400 mg"}
