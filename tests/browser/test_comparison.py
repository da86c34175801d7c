"""The comparison of two versions in a real browser: it asks for nothing, fits the window, and shuts nobody out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.browser.conftest import Open
from tests.reports.page.test_patient_map import states
from tests.reports.versions.made import repaired
from trialproof.reports.page.map_figure import draw
from trialproof.reports.page.page import TEMPLATES
from trialproof.reports.page.patient_map import cell_at, describe
from trialproof.reports.versions.moved_map import moved_map
from trialproof.reports.versions.page import write_comparison

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("comparison") / "diff.html"
    path.write_text(write_comparison(repaired()), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_asks_for_nothing_fits_the_window_and_shuts_nobody_out(
    visit: Open, comparison: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    seen = visit(comparison, width=width, scheme=scheme)
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert seen.overflow <= 0
    assert (seen.requests, seen.complaints) == ([], [])
    assert seen.violations() == []


def test_a_click_below_a_sentence_moves_to_its_rule(visit: Open, comparison: Path) -> None:
    seen = visit(comparison)
    link = seen.page.locator("#documents .marks a", has_text="arm.involved_field").first
    link.click()
    target = link.get_attribute("href") or ""
    assert seen.page.url.endswith(target)
    assert seen.in_sight(target)
    assert "arm.involved_field" in seen.page.locator(f"{target} h3").inner_text()


def test_words_that_differ_are_told_without_any_colour(visit: Open, comparison: Path) -> None:
    page = visit(comparison).page
    style = "each => getComputedStyle(each).textDecorationLine"
    assert page.locator("#documents del").last.evaluate(style) == "line-through"
    assert page.locator("#documents ins").last.evaluate(style) == "underline"


def test_pointing_at_the_strip_that_moved_says_what_it_was_and_is(visit: Open, comparison: Path) -> None:
    page = visit(comparison).page
    strip = page.locator("#patient_map rect.cell[class*='moved-']").first
    strip.hover(position={"x": 5, "y": 12})
    said = page.locator("#patient_map-arm-said").inner_text()
    assert "time to recurrence 16 months" in said
    assert "Was: no choice. Now: involved field irradiation." in said
    assert "Now involved field irradiation, line 24" in said


def test_the_script_draws_and_says_what_the_program_does(browser: Browser) -> None:
    maps = moved_map(repaired())
    assert maps is not None
    (data,) = (each["data"] for each in maps.data)
    asked = states(data)
    page = browser.new_page()
    script = (TEMPLATES / "patient_map-drawing.js").read_text(encoding="utf-8")
    page.add_script_tag(content=script.replace("const patientMap", "window.patientMap"))
    drawn = page.evaluate("([data, all]) => all.map((state) => patientMap.draw(data, state, null).tree)", [data, asked])
    assert drawn == [_listed(draw(data, state)) for state in asked]
    said = page.evaluate(
        "([data, all]) => all.map(({ rest }) =>"
        " [patientMap.cellAt(data, rest, 0), patientMap.describe(data, rest, 0)])",
        [data, asked],
    )
    assert said == [[cell_at(data, state["rest"]), describe(data, state["rest"])] for state in asked]
    page.close()


def _listed(tree: Any) -> Any:
    if isinstance(tree, str):
        return tree
    tag, attributes, children = tree
    return [tag, attributes, [_listed(each) for each in children]]
