"""The simulation in a real browser: assumptions can be narrowed down, charts are images that say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Open

SECTIONS = ("simulation", "arms", "accrual", "screening", "load", "treatment")


def test_assumptions_are_narrowed_down_by_what_stands_behind_them(visit: Open, report: Path) -> None:
    page = visit(report).page
    rows = page.locator("#assumptions tr[data-standing]")
    every = rows.count()
    page.get_by_role("button", name="published", exact=True).click()
    left = rows.locator("visible=true")
    assert 0 < left.count() < every
    assert set(left.evaluate_all("all => all.map(each => each.dataset.standing)")) == {"published"}
    assert page.locator("#assumptions [role=status]").inner_text() == f"{left.count()} of {every} are shown"
    assert page.get_by_role("button", name="published", exact=True).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="all", exact=True).click()
    assert left.count() == every


def test_assumptions_are_found_by_their_words_with_the_keyboard_alone(visit: Open, report: Path) -> None:
    page = visit(report).page
    page.get_by_label("Words in an assumption or its sources").focus()
    page.keyboard.type("LINAC background")
    left = page.locator("#assumptions tr[data-standing]").locator("visible=true")
    told = left.all_inner_texts()
    assert told
    assert all("linac" in each.lower() and "background" in each.lower() for each in told)
    assert page.locator("#assumptions tr.part").locator("visible=true").count() < 4
    page.keyboard.press("Control+A")
    page.keyboard.type("<img src=x>")
    assert left.count() == 0


def test_paper_has_every_assumption_whatever_is_narrowed_down(visit: Open, report: Path) -> None:
    page = visit(report).page
    page.get_by_role("button", name="derived", exact=True).click()
    rows = page.locator("#assumptions tr[data-standing]")
    page.emulate_media(media="print")
    assert rows.locator("visible=true").count() == rows.count()
    assert not page.locator("#assumptions .filter").is_visible()


def test_without_scripts_every_assumption_is_there_and_no_control_that_does_nothing(visit: Open, report: Path) -> None:
    page = visit(report, scripts=False).page
    rows = page.locator("#assumptions tr[data-standing]")
    assert rows.locator("visible=true").count() == rows.count() > 50
    assert page.locator("#assumptions button:visible, #assumptions input:visible").count() == 0


def test_every_chart_is_an_image_with_a_name_and_a_table_below(visit: Open, report: Path) -> None:
    page = visit(report).page
    for section in SECTIONS:
        charts = page.locator(f"#{section} svg.chart")
        assert charts.count() > 0, section
        for chart in charts.all():
            assert chart.get_attribute("role") == "img"
            assert chart.get_attribute("aria-label")
    for section in SECTIONS[1:]:
        assert page.locator(f"#{section} table.told").count() >= page.locator(f"#{section} svg.chart").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_of_a_chart_leaves_it_and_none_is_set_on_another(visit: Open, report: Path, scheme: str) -> None:
    page = visit(report, scheme=scheme).page
    beyond = """svg => {
      const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("text")].filter(each => {
        const own = each.getBoundingClientRect();
        return own.left < box.left - 1 || own.right > box.right + 1 || own.bottom > box.bottom + 1;
      }).map(each => each.textContent);
    }"""
    over = """svg => {
      const all = [...svg.querySelectorAll("text")].map(each => [each.getBoundingClientRect(), each.textContent]);
      return all.flatMap(([one, name], at) => all.slice(at + 1).filter(([other]) =>
        one.left < other.right - 1 && other.left < one.right - 1 &&
        one.top < other.bottom - 4 && other.top < one.bottom - 4).map(([, other]) => `${name} | ${other}`));
    }"""
    for chart in page.locator("svg.chart").all():
        assert chart.evaluate(beyond) == [], chart.get_attribute("aria-label")
        assert chart.evaluate(over) == [], chart.get_attribute("aria-label")


def test_the_note_below_a_map_says_whose_candidates_are_drawn(visit: Open, report: Path) -> None:
    page = visit(report).page
    note = page.locator("#patient_map-arm-note").inner_text()
    assert "the first simulated trial" in note
    assert page.locator("#patient_map circle.patient").count() > 0
