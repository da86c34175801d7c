"""The pictures of the report as SVG files for the PDF: maps and calendars, each with what it shows in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from trialproof.reports.page.calendar import DAY, LEFT, TOP, Calendar, Track
from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.export import style
from trialproof.reports.page.map_export import SANS, export_svg
from trialproof.reports.page.map_figure import write_svg
from trialproof.reports.page.map_words import Data
from trialproof.reports.page.material import Material
from trialproof.reports.page.patient_map import maps_of

FONT = "'Libertinus Serif'"
CALENDAR_STYLE = (
    f"svg {{ font-family: {FONT}; }} text {{ fill: #1b1d20; font-size: 14px; }} .closed {{ fill: #ecece6; }}"
    " .week { stroke: #d5d6cf; } .rail { stroke: #d5d6cf; stroke-dasharray: 1 3; }"
    " .head { fill: #565c64; font-size: 12px; }"
    " .unknown { fill: #565c64; font-style: italic; } .fraction { fill: #1d4d7c; stroke: #1d4d7c; }"
    " .spare { fill: #ffffff; stroke-width: 1.5; } .event { fill: #ffffff; stroke: #1b1d20; stroke-width: 2.5; }"
    " .range { fill: #ffffff; stroke: #1b1d20; stroke-width: 2; stroke-dasharray: 4 2; }"
)
Legible = Callable[[str], str]
Tree = tuple[str, dict[str, str], list[Any]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map: its heading, the picture and what it shows, and notes; or why there is none."""

    title: str
    svg: str
    alt: str
    notes: tuple[str, ...]
    why_not: str


def maps(material: Material, legible: Legible) -> Iterator[Drawn]:
    """Yield the map of each decision, in the state that the page begins with."""
    for each in maps_of(material.protocol, material.selection, material.laid, material.atlases):
        if each.data is None:
            yield Drawn(each.title, "", "", (), each.why_not)
            continue
        data, patients = _legibly(each.data, legible), _legibly(each.patients, legible)
        svg = export_svg({**data, "title": ""}, patients).replace(SANS, FONT)
        yield Drawn(each.title, svg, _alt(each.data), (*each.data["notes"], *_laid(each.patients)), "")


def _laid(patients: Data | None) -> Iterator[str]:
    """Yield what the dots are, if there are any."""
    if patients is not None:
        besides = f"; {patients['left_out']} further ones are left out" if patients["left_out"] else ""
        yield (
            f"A dot is one of the {len(patients['people'])} patients of {patients['file']}, if the patient lies in "
            f"this slice{besides}. Filled: the decision is for the patient. Hollow: it is not, or that is open."
        )


def _alt(data: Data) -> str:
    axes = [data["axes"][at]["heading"] for at in (data["start"]["x"], data["start"]["y"]) if at is not None]
    return f"Map of {data['title']}: {' against '.join(axes)}. The regions are also listed in words."


def _legibly(value: Any, legible: Legible) -> Any:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, list):
        return [_legibly(each, legible) for each in value]
    return {key: _legibly(each, legible) for key, each in value.items()} if isinstance(value, dict) else value


def chart_svg(chart: Chart, legible: Legible) -> str:
    """Return a chart of a simulation, without its title."""
    styled = style().replace(SANS, FONT)
    return write_svg(_legible_tree(chart.tree, legible), style=styled, namespace=True)


def chart_alt(chart: Chart) -> str:
    """Return what a chart shows, in words."""
    return f"{chart.title}. {chart.tree[1].get('aria-label', '')}".strip()


def _legible_tree(tree: Any, legible: Legible) -> Any:
    if isinstance(tree, str):
        return legible(tree)
    tag, attributes, children = tree
    return tag, attributes, [_legible_tree(each, legible) for each in children]


def calendar_svg(calendar: Calendar, legible: Legible) -> str:
    """Return the calendar of one branch, drawn as on the page."""
    height = calendar.height
    body: list[Tree] = [
        _rect(each.x, TOP - 6, each.width, height - TOP, "closed") for each in calendar.closed
    ]
    for week, x in calendar.weeks:
        body += [_line(x, 18, x, height - 6, "week"), _text(x + 4, 28, "head", f"week {week}")]
    for track in calendar.tracks:
        label = _text(LEFT - 12, track.y + 16, "label", legible(track.label))
        label[1]["text-anchor"] = "end"
        body += [label, _line(LEFT, track.y + 12, calendar.width - DAY, track.y + 12, "rail"), *_marks(track)]
    size = {"viewBox": f"0 0 {calendar.width} {height}", "width": str(calendar.width), "height": str(height)}
    return write_svg(("svg", size, body), style=CALENDAR_STYLE, namespace=True)


def _marks(track: Track) -> Iterator[Tree]:
    if not track.marks:
        yield _text(LEFT + 6, track.y + 16, "unknown", "on no day that is told")
    for each in track.marks:
        if track.kind == "phase":
            kind = "fraction spare" if each.spare else "fraction"
            yield _rect(each.x + 2, track.y + 3, each.width - 4, 18, kind)
        elif each.width > DAY:
            yield _rect(each.x + 1, track.y + 6, each.width - 2, 12, "range", rx="6")
        else:
            place = {"cx": str(each.x + DAY / 2), "cy": str(track.y + 12), "r": "5", "class": "event"}
            yield ("circle", place, [])


def _rect(x: float, y: float, width: float, height: float, kind: str, **more: str) -> Tree:
    place = {"x": str(x), "y": str(y), "width": str(width), "height": str(height), "class": kind}
    return ("rect", place | more, [])


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Tree:
    return ("line", {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2), "class": kind}, [])


def _text(x: float, y: float, kind: str, words: str) -> Tree:
    return ("text", {"x": str(x), "y": str(y), "class": kind}, [words])
