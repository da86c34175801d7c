"""The report in a real browser: it moves where one clicks, asks for nothing, fits the window, and shuts nobody out."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Literal

import pytest

from tests.browser.conftest import Open
from tests.browser.visit import AXE
from trialproof.reports.page.page import SECTIONS

WIDTHS = (1280, 390)
PAPER = 670
"""How many pixels a sheet of A4 has between its margins."""


def test_every_section_is_seen_under_its_heading(visit: Open, report: Path) -> None:
    page = visit(report).page
    for section in SECTIONS:
        assert page.locator(f"main > section#{section.name} > header > h2").is_visible(), section.name
    assert page.locator("h1").inner_text() == "Salvage chemoradiation for recurrence of esophageal cancer after surgery"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_click_on_the_words_of_a_finding_moves_to_their_sentence_and_marks_it(
    visit: Open, report: Path, *, scripts: bool
) -> None:
    seen = visit(report, scripts=scripts)
    link = seen.page.locator("#findings-1 blockquote a").first
    sentence = link.get_attribute("href") or ""
    assert sentence.startswith("#document-")
    before = seen.page.locator(sentence).evaluate("each => getComputedStyle(each).backgroundColor") if scripts else ""
    link.click()
    assert seen.page.url.endswith(sentence)
    assert seen.in_sight(sentence)
    words = seen.page.locator(f"{sentence} .own-words").inner_text()
    assert words.startswith("Patients after R0 surgery whose recurrence lesion larger than 5cm")
    if scripts:
        assert seen.page.locator(sentence).evaluate("each => getComputedStyle(each).backgroundColor") != before
        assert seen.page.locator(":target").get_attribute("id") == sentence[1:]


def test_a_click_beside_a_sentence_moves_to_its_finding(visit: Open, report: Path) -> None:
    seen = visit(report)
    link = seen.page.locator(".remarks a").first
    finding = link.get_attribute("href") or ""
    link.click()
    assert finding.startswith("#findings-")
    assert seen.in_sight(finding)


def test_a_link_into_something_folded_unfolds_it(visit: Open, report: Path) -> None:
    seen = visit(report)
    folded = seen.page.locator("details.more:not([open]) blockquote a").first
    place = folded.evaluate("each => { each.id = 'inside'; return each.closest('details').open }")
    assert place is False
    seen.page.evaluate("location.hash = 'inside'")
    seen.page.wait_for_function("document.getElementById('inside').closest('details').open")
    assert seen.in_sight("#inside")


@pytest.mark.parametrize("which", ["report", "attacked"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_asks_for_nothing_complains_of_nothing_and_fits_the_window(
    visit: Open, request: pytest.FixtureRequest, which: str, width: int
) -> None:
    seen = visit(request.getfixturevalue(which), width=width)
    assert seen.overflow <= 0
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert seen.overflow <= 0
    assert seen.requests == []
    assert seen.complaints == []


def test_a_hostile_protocol_renders_inert_and_whole(visit: Open, attacked: Path) -> None:
    seen = visit(attacked)
    assert seen.page.locator("img, iframe, object, embed, link, form").count() == 0
    assert seen.page.locator("script:not([type])").count() == 1
    assert seen.page.evaluate("window.alerted") is None
    assert "<script>alert(1)</script>" in seen.page.locator("h1").inner_text()
    assert "[U+202E]" in seen.page.locator("h1").inner_text()
    assert "x" * 10_000 in seen.page.locator("#document").inner_text()
    assert seen.page.locator("main > section").count() >= 7


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nobody_is_shut_out(visit: Open, report: Path, width: int, scheme: Literal["light", "dark"]) -> None:
    seen = visit(report, width=width, scheme=scheme)
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert seen.violations() == []


def test_an_inaccessible_page_would_be_noticed(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<html><body><p style='color:#aaa;background:#fff'>pale</p><a href='#x'></a></body></html>")
    found = " ".join(visit(path).violations())
    assert "color-contrast" in found
    assert "link-name" in found


def test_a_request_would_be_noticed(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "asking.html"
    path.write_text("<img src='https://example.org/a.png'><script>console.error('no')</script>")
    seen = visit(path)
    assert seen.requests == ["https://example.org/a.png"]
    assert any("no" in each for each in seen.complaints)


def test_the_policy_stops_a_script_that_was_smuggled_in(visit: Open, report: Path, tmp_path: Path) -> None:
    path = tmp_path / "smuggled.html"
    smuggled = "<script>document.title = 'taken'</script><p style='color: red' onclick='x()'>words</p></main>"
    path.write_text(report.read_text(encoding="utf-8").replace("</main>", smuggled), encoding="utf-8")
    seen = visit(path)
    assert seen.page.title() != "taken"
    assert any("Content Security Policy" in each for each in seen.complaints)


def test_the_keyboard_reaches_the_report_past_the_contents(visit: Open, report: Path) -> None:
    seen = visit(report)
    seen.page.keyboard.press("Tab")
    skip = seen.page.locator("a.skip")
    assert skip.evaluate("each => each === document.activeElement")
    assert seen.in_sight("a.skip")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "content"
    seen.page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert seen.page.evaluate(outline) == "solid"


def test_landmarks_name_the_parts_of_the_page(visit: Open, report: Path) -> None:
    page = visit(report).page
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("navigation", name="Contents").count() == 1
    assert page.get_by_role("region", name="Findings").count() == 1


def test_what_is_folded_away_is_printed(visit: Open, report: Path) -> None:
    seen = visit(report)
    page = seen.page
    closed = page.locator("details:not([open])").count()
    assert closed > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == closed
    page.set_viewport_size({"width": PAPER, "height": 1000})
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.emulate_media(media="print", color_scheme="dark")
    assert seen.overflow <= 0
    assert not page.locator("nav.contents").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_what_became_of_a_sentence_is_told_without_any_colour(visit: Open, report: Path) -> None:
    page = visit(report).page
    bars = page.locator(".legend .bar").evaluate_all("all => all.map(each => getComputedStyle(each).backgroundImage)")
    patterns = [re.sub(r"rgba?\([^)]*\)", "ink", each) for each in bars]
    assert len(patterns) == len(set(patterns)) > 4
    for line in page.locator(".line:not(.heading)").all():
        assert line.locator(".became strong").inner_text()


def test_the_calendar_is_told_in_words_too(visit: Open, report: Path) -> None:
    page = visit(report).page
    for drawing in page.locator("#calendar svg").all():
        assert drawing.get_attribute("role") == "img"
        words = page.locator(f"#{drawing.get_attribute('aria-describedby')}").inner_text()
        for label in drawing.locator("text.label").all_text_contents():
            assert label.rstrip("\u2026") in words


def test_the_judge_of_accessibility_is_the_one_that_the_note_names() -> None:
    note = (AXE.parent / "README.md").read_text(encoding="utf-8")
    assert sha256(AXE.read_bytes()).hexdigest() in note
    assert "axe v4.14.1" in AXE.read_text(encoding="utf-8")[:100]
