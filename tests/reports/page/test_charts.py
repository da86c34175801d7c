"""The charts by themselves: scales, bins, texts that fit, and files that stand alone."""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from itertools import pairwise
from math import isclose

import pytest
from hypothesis import given, strategies as st

from tests.reports.page.simulated import small_material
from trialproof.reports.page.charts.bars import Bar, Part, Step, divided, funnel
from trialproof.reports.page.charts.canvas import Scale, breadth, fitted, scale, short, step_of
from trialproof.reports.page.charts.dots import Panel, bins_of, distributions, width_of
from trialproof.reports.page.charts.export import charts_of, export_chart
from trialproof.reports.page.charts.ranges import Strip, strips
from trialproof.reports.page.map_export import export_png
from trialproof.reports.page.map_figure import Tree, write_svg

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(NUMBERS, NUMBERS, st.floats(50, 1000))
def test_ticks_lie_within_the_scale_evenly_and_leave_room(one: float, other: float, length: float) -> None:
    x = scale(min(one, other), max(one, other), 0.0, length)
    found = x.ticks()
    hair = 1e-6 * max(1.0, x.high - x.low)
    assert all(x.low - hair <= each <= x.high + hair for each in found)
    places = [x.at(each) for each in found]
    gaps = [later - earlier for earlier, later in pairwise(places)]
    assert all(gap >= 50 for gap in gaps)
    assert all(isclose(gap, gaps[0], rel_tol=1e-3) for gap in gaps)


@given(st.floats(1e-9, 1e9))
def test_a_step_is_one_two_or_five(least: float) -> None:
    step = step_of(least)
    assert step >= least * (1 - 1e-6)
    assert step <= least * 2.5 * (1 + 1e-6)
    assert f"{step:.0e}"[0] in "125"


@given(st.lists(st.integers(0, 500).map(float), min_size=1, max_size=60))
def test_every_value_is_in_one_bin_near_it(values: list[float]) -> None:
    width = width_of(values)
    counts = bins_of(values, width)
    assert sum(counts.values()) == len(values)
    assert all(any(abs(value - at * width) <= width / 2 for at in counts) for value in values)
    if max(values) - min(values) < 80:
        assert width == 1
        assert sorted(counts) == sorted({int(value) for value in values})


@given(st.text(max_size=80), st.floats(10, 300))
def test_a_text_that_is_cut_fits_and_says_so(words: str, room: float) -> None:
    said = short(words, room)
    assert breadth(said) <= max(room, breadth("x"))
    assert "\u202e" not in said


@given(st.text("ab ", max_size=200), st.floats(40, 300))
def test_lines_fit_and_are_no_more_than_asked_for(words: str, room: float) -> None:
    lines = fitted(words, room, 2)
    assert len(lines) <= 2
    assert all(breadth(each) <= room for each in lines)


def test_a_value_beyond_the_scale_stands_at_its_end() -> None:
    x = Scale(0.0, 10.0, 100.0, 200.0)
    assert (x.at(-5.0), x.at(5.0), x.at(50.0)) == (100.0, 150.0, 200.0)


@pytest.mark.parametrize("count", [1, 200, 5000])
def test_a_distribution_has_room_however_many_trials_there_are(count: int) -> None:
    values = tuple(float(at * 7919 % 13) for at in range(count))
    panel = Panel("arm", "said", "choice-1", values, 6.0, (1.0, 11.0), 6.2)
    svg = write_svg(distributions("arms-x", "label", [panel], "patients"))
    assert "nan" not in svg
    drawn = svg.count('class="trial choice-1"') - 1  # one is in the legend
    assert drawn == count if count <= 200 else drawn == 13
    assert all(float(each.split('"')[1]) >= 0 for each in svg.split("cy=")[1:])


def _widths(tree: Tree, kind: str) -> list[float]:
    return [float(each[1]["width"]) for each in tree[2] if each[0] == "rect" and each[1].get("class") == kind]


def test_parts_of_a_bar_are_as_broad_as_their_shares() -> None:
    bar = Bar("all", "", (Part(0.75, "choice-1", "one"), Part(0.25, "choice-2", "other"), Part(0.0, "hatched", "none")))
    tree = divided("arms-x", "label", [bar])
    (one,), (other,) = _widths(tree, "part choice-1"), _widths(tree, "part choice-2")
    assert one == pytest.approx(3 * other, abs=0.2)
    assert _widths(tree, "part hatched") == []


def test_a_bar_of_nothing_is_drawn_as_nothing() -> None:
    tree = divided("arms-x", "label", [Bar("all", "", (Part(0.0, "choice-1", "one"),))])
    assert _widths(tree, "part choice-1") == []


def test_what_goes_on_and_what_fails_is_what_came_to_a_step() -> None:
    steps = [Step("a", 100.0, 40.0, "40"), Step("b", 60.0, 15.0, "15")]
    tree = funnel("screening-x", "label", "100", steps, ("enrolled", "45"))
    whole, lost = _widths(tree, "part whole"), _widths(tree, "part lost")
    assert whole[0] == pytest.approx(whole[1] + lost[0], abs=0.2)
    assert whole[1] == pytest.approx(whole[2] + lost[1], abs=0.2)
    assert _widths(tree, "part accent") == [pytest.approx(0.45 * whole[0], abs=0.2)]


def test_a_strip_that_is_cut_short_says_so() -> None:
    far = write_svg(strips("treatment-x", "label", [Strip("days", "said", (1.0, 2.0, 3.0, 4.0, 5.0, 900.0), 3.5)]))
    near = write_svg(strips("treatment-x", "label", [Strip("days", "said", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 3.5)]))
    assert "900 \u2192" in far
    assert "\u2192" not in near


def test_each_chart_is_a_file_that_stands_alone() -> None:
    names = set()
    for chart in charts_of(small_material()):
        svg = export_chart(chart)
        root = Xml.fromstring(svg)  # noqa: S314 - our own
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in svg
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
        assert chart.title in "".join(root.itertext())
        names.add(chart.name)
    assert {"arms-sizes", "accrual-fan", "screening-funnel", "load-linacs", "treatment-figures"} <= names


def test_a_chart_can_be_had_as_pixels() -> None:
    chart = next(charts_of(small_material()))
    assert export_png(export_chart(chart)).startswith(b"\x89PNG")
