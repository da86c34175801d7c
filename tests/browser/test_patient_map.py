"""The map of patients in a real browser: it looks up, says and draws what the program does, and answers to a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Open
from tests.reports.page.made import founding
from tests.reports.page.test_patient_map import ELIGIBLE, FOUNDING, every_decision, mapped, protocol_named, states
from trialproof.model.patient import Patient
from trialproof.reports.page.map_figure import draw
from trialproof.reports.page.map_points import Laid, laid_over
from trialproof.reports.page.page import TEMPLATES, write_page
from trialproof.reports.page.patient_map import cell_at, describe
from trialproof.simulate.cohort import cohort_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CELLS = 200


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[Page]:
    """Return a page that has the drawing script and nothing else."""
    page = browser.new_page()
    script = (TEMPLATES / "patient_map-drawing.js").read_text(encoding="utf-8")
    page.add_script_tag(content=script.replace("const patientMap", "window.patientMap"))
    yield page
    page.close()


def people() -> Laid:
    """Return patients in each region of the founding map, on both lines, and not eligible."""
    found = [
        Patient.of(ELIGIBLE | {"diameter": diameter, "time_to_recurrence": months, "age": age})  # type: ignore[arg-type]
        for diameter, months, age in ((3, 10, 55), (5, 20, 55), (8, 60, 75), (2, 16, 55), (None, 5, 40))
    ]
    return Laid("patients.csv", cohort_of(protocol_named(FOUNDING), found), tuple(f"line {n}" for n in range(2, 7)))


@pytest.fixture(scope="module")
def with_patients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of the founding protocol with patients laid over its maps."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(write_page(replace(founding(), laid=people())), encoding="utf-8")
    return path


@pytest.fixture
def page(visit: Open, with_patients: Path) -> Page:
    return visit(with_patients).page


def all_parts(data: dict[str, Any]) -> Iterator[tuple[int, ...]]:
    return product(*(range(len(axis["parts"])) for axis in data["axes"]))


@pytest.mark.parametrize(("name", "decision"), every_decision())
def test_the_script_looks_up_and_says_what_the_program_does(bare: Page, name: str, decision: str) -> None:
    _, data = mapped(name, decision)
    asked: list[Any] = [
        [list(parts), at % len(data["views"])] for at, parts in enumerate(islice(all_parts(data), 0, None, 3))
    ][:CELLS]
    found = bare.evaluate(
        "([data, asked]) => asked.map(([parts, view]) =>"
        " [patientMap.cellAt(data, parts, view), patientMap.describe(data, parts, view)])",
        [data, asked],
    )
    assert found == [[cell_at(data, parts, view), describe(data, parts, view)] for parts, view in asked]


@pytest.mark.parametrize(("name", "decision"), every_decision())
def test_the_script_draws_what_the_program_draws(bare: Page, name: str, decision: str) -> None:
    atlas, data = mapped(name, decision)
    protocol, patients = protocol_named(name), None
    if name == FOUNDING:
        patients = json.loads(json.dumps(laid_over(protocol, protocol.decisions[decision], atlas, people())))
    asked = [data["start"], {**data["start"], "alone": True}, {**data["start"], "missing": True}, *states(data)]
    found = bare.evaluate(
        "([data, asked, patients]) => asked.map((state) => patientMap.draw(data, state, patients).tree)",
        [data, asked, patients],
    )
    for state, tree in zip(asked, found, strict=True):
        assert tree == json.loads(json.dumps(draw(data, state, patients))), state


def test_nothing_goes_wrong_and_the_first_picture_is_the_one_of_the_file(visit: Open, with_patients: Path) -> None:
    seen, plain = visit(with_patients), visit(with_patients, scripts=False)
    pictures = [
        each.page.locator("#patient_map-arm-frame svg").evaluate("each => each.outerHTML") for each in (seen, plain)
    ]
    assert pictures[0] == pictures[1]
    assert seen.complaints == []
    assert seen.violations("#patient_map") == []


def cell(page: Page, column: int, row: int) -> Locator:
    return page.locator(f'#patient_map-arm-frame rect.cell[data-column="{column}"][data-row="{row}"]')


def said(page: Page) -> list[str]:
    return page.locator("#patient_map-arm-said p").all_inner_texts()


def test_hovering_says_the_patient_the_fate_and_the_sentence(page: Page) -> None:
    cell(page, 1, 0).hover(position={"x": 5, "y": 20})
    lines = said(page)
    assert "diameter 5 cm" in lines[0]
    assert lines[1] == "A gap: no choice takes this patient."
    assert "Patients after R0 surgery" in lines[2]
    box = cell(page, 0, 0).bounding_box()
    assert box is not None
    cell(page, 0, 0).hover(position={"x": box["width"] * 0.5, "y": box["height"] * 0.5})
    assert said(page)[0] == "Resection margin R0, diameter 2.5 cm, skip metastasis: no, time to recurrence 8 months."
    cell(page, 0, 0).hover(position={"x": box["width"] - 1.5, "y": 1.5})
    assert said(page)[0] == "Resection margin R0, diameter 4.9 cm, skip metastasis: no, time to recurrence 15 months."
    assert said(page)[1] == "Gets elective field irradiation."


def test_arrow_keys_move_over_the_cells(page: Page) -> None:
    page.locator("#patient_map-arm-frame").focus()
    told = []
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        told.append(said(page)[1])
    gap, involved = "A gap: no choice takes this patient.", "Gets involved field irradiation."
    assert told == ["Gets elective field irradiation.", gap, gap, gap, gap, "Gets elective field irradiation."]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert said(page)[1] == involved


def test_other_axes_values_and_readings_change_the_picture(page: Page) -> None:
    def looks() -> list[str]:
        cells = page.locator("#patient_map-arm-frame rect.cell")
        return list(cells.evaluate_all("all => all.map((each) => each.getAttribute('class'))"))

    before = looks()
    page.get_by_label("skip metastasis").first.select_option(label="yes")
    assert set(looks()) == {"cell choice-1", "cell gap"}
    page.get_by_label("skip metastasis").first.select_option(label="no")
    assert looks() == before
    page.locator("#patient_map-arm-reading-0").select_option(label="flat")
    assert looks() != before
    page.locator("#patient_map-arm-reading-0").select_option(label="nested")
    page.locator("#patient_map-arm-x").select_option(label="resection margin")
    assert page.locator("#patient_map-arm-frame text.heading").all_inner_texts()[-1:] != []
    assert len(looks()) == 4 * 3
    page.locator("#patient_map-arm-missing").check()
    assert len(looks()) == 5 * 4


def test_patients_are_drawn_and_counted(page: Page) -> None:
    assert page.locator("#patient_map-arm-frame circle.patient").count() == 4
    assert "4 of 5 patients of patients.csv are drawn" in page.locator("#patient_map-arm-note").inner_text()
    page.locator("#patient_map-arm-frame circle.patient.gap").first.hover()
    assert said(page)[0] == "line 3: A gap: no choice takes this patient."
    page.locator("#patient_map-arm-missing").check()
    assert page.locator("#patient_map-arm-frame circle.patient").count() == 5
