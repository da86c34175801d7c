"""The picture of a map of patients, as a tree that is written as SVG. `templates/patient_map.js` draws the same tree.

Two terms are the axes; everything else has one value. A value that is a part of its own is a strip of its own; cells
that are decided alike are one region. A tree is a tag, its attributes, and texts or trees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

from trialproof.reports.page.map_labels import Grid, Margins, callouts, named
from trialproof.reports.page.map_layout import Data, Slot, breadth, place, rounded, slots, wrapped
from trialproof.reports.page.patient_map import cell_at

WIDTH, LEFT = 760.0, 112.0
TALL, LOW = 380.0, 120.0
MARGINS = ((22.0, 8.0), (22.0, 26.0), (22.0, 42.0), (190.0, 42.0))
"""To the right of the plot and above it: the first that leave room for all labels of strips, else the last."""
LEGEND = (
    ("gap", "gap: no choice"),
    ("overlap", "overlap: too many choices"),
    ("undetermined", "undetermined"),
    ("none", "no choice, as intended"),
    ("outside", "outside: the decision is for nobody there"),
    ("open", "open whether it is for anybody there"),
    ("impossible", "nobody can be so"),
)
HATCHED = ("gap", "overlap", "undetermined", "open", "impossible")
UP = "M-2.5,2.5l5,-5M-1,11l12,-12M7.5,12.5l5,-5"
DOWN = "M7.5,-2.5l5,5M-1,-1l12,12M-2.5,7.5l5,5"
STRIPES = {"gap": UP, "overlap": UP + DOWN, "impossible": DOWN}
STRIPE = "M-5,5l10,-10M-5,25l30,-30M15,25l10,-10"
EDGES = "M-5,10l15,-15M-5,20l25,-25M0,25l25,-25M10,25l15,-15"
DOTS = {"undetermined": "1.9", "open": "0.9"}
FURTHER = 0.6180339887498949
"""Which part of a band one patient stands further than the one before, so that they do not hide one another."""

Tree = tuple[str, Mapping[str, str], list[Any]]
Patients = Mapping[str, Any] | None


def draw(data: Data, state: Data, patients: Patients = None) -> Tree:
    """Return the picture in a state: the axes `x` and `y` (or None), `rest` (a part of each axis), `view`, `missing`.

    With `alone` it has its title, which on the page stands above it.
    `patients` are laid over it, as `map_points.laid_over` returns them, those who differ from `rest` left out.
    """
    for margins in MARGINS:
        tree, complete = _picture(data, state, patients, *margins)
        if complete:
            break
    return tree


def shown(data: Data, state: Data, axis: int) -> list[int]:
    """Return the parts of an axis that are drawn: without a value only where it is asked for, or somebody is there."""
    parts = data["axes"][axis]["parts"]
    found = []
    for at, part in enumerate(parts):
        absent = part.get("absent")
        asked = absent is None or (absent == "unknown" and state["missing"])
        if asked or (absent == "nowhere" and _somebody(data, state, axis, at)):
            found.append(at)
    return found or [0]


def _somebody(data: Data, state: Data, axis: int, part: int) -> bool:
    """Return whether the decision is for somebody in this band of the slice."""
    other = state["y"] if axis == state["x"] else state["x"]
    parts = list(state["rest"])
    parts[axis] = part
    for each in range(len(data["axes"][other]["parts"]) if other is not None else 1):
        if other is not None:
            parts[other] = each
            if data["axes"][other]["parts"][each].get("absent") == "unknown" and not state["missing"]:
                continue
        if "member" in data["cells"][cell_at(data, parts, state["view"])]:
            return True
    return False


def parts_at(state: Data, column: Slot, row: Slot) -> list[int]:
    """Return the part of each axis in one cell of the picture."""
    parts = list(state["rest"])
    parts[state["x"]] = column.part
    if state["y"] is not None:
        parts[state["y"]] = row.part
    return parts


def _picture(data: Data, state: Data, patients: Patients, right: float, above: float) -> tuple[Tree, bool]:
    x = data["axes"][state["x"]]
    y = None if state["y"] is None else data["axes"][state["y"]]
    wide, tall = WIDTH - LEFT - right, LOW if y is None else TALL
    columns = slots(x, shown(data, state, state["x"]), wide)
    rows = [Slot(0, 0.0, tall)] if y is None else slots(y, shown(data, state, state["y"]), tall)
    head, top = _head(data, state)
    top += (20.0 if y is not None else 0.0) + above
    upwards = y is None or y["number"]
    cells = [[cell_at(data, parts_at(state, column, row), state["view"]) for row in rows] for column in columns]
    grid = Grid(
        tuple((LEFT + each.start, LEFT + each.end) for each in columns),
        tuple((top + tall - each.end, top + tall - each.start) if upwards else (top + each.start, top + each.end)
              for each in rows),
        tuple(tuple(data["cells"][cell] for cell in column) for column in cells),
        tuple(x["parts"][each.part] for each in columns),
        tuple({"kind": "band", "says": ""} if y is None else y["parts"][each.part] for each in rows),
    )  # fmt: skip
    body = [*_cells(data, grid), *_borders(grid)]
    body += _across(x, columns, top + tall)
    body += [] if y is None else _along(y, rows, top, tall, above)
    striped = (*HATCHED, *(each[0] for each in data.get("moved", ())))
    names, taken = named(grid, striped)
    strips, complete = callouts(grid, taken, striped, Margins(top, above, LEFT + wide, right))
    body += [*names, *strips, *_people(data, state, patients, columns, rows, LEFT, top, tall, upwards=upwards)]
    bottom = top + tall + 62.0
    legend, end = _legend(data, grid, bottom)
    size = {"viewBox": f"0 0 {rounded(WIDTH)} {rounded(end)}", "class": "map", "role": "img"}
    label = {"aria-label": f"Map of {data['title']}"}
    return ("svg", size | label, [_patterns(data), *head, *body, *legend]), complete


def text(x: float, y: float, kind: str, words: str, anchor: str = "start") -> Tree:
    """Return a text; its baseline is at `y`."""
    return ("text", {"x": rounded(x), "y": rounded(y), "class": kind, "text-anchor": anchor}, [words])


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Tree:
    """Return a straight line."""
    return ("line", {"x1": rounded(x1), "y1": rounded(y1), "x2": rounded(x2), "y2": rounded(y2), "class": kind}, [])


def rect(x: float, y: float, wide: float, tall: float, kind: str, **more: str) -> Tree:
    """Return a rectangle."""
    place = {"x": rounded(x), "y": rounded(y), "width": rounded(wide), "height": rounded(tall), "class": kind}
    return ("rect", place | more, [])


def dot(x: float, y: float, kind: str) -> Tree:
    """Return a filled (`closed`) or hollow (`open`) end of an interval."""
    return ("circle", {"cx": rounded(x), "cy": rounded(y), "r": "3.4", "class": f"end {kind}"}, [])


def _head(data: Data, state: Data) -> tuple[list[Tree], float]:
    """Return what stands above the picture: the values of everything that is no axis, and the readings."""
    axes = (state["x"], state["y"])
    fixed = [axis["parts"][state["rest"][at]]["where"] for at, axis in enumerate(data["axes"]) if at not in axes]
    chosen = data["views"][state["view"]]
    read = [
        f"{each['title']} read as “{each['readings'][chosen[at]]}”"
        for at, each in enumerate(data["sentences"])
        if len(each["readings"]) > 1
    ]
    found, y = ([text(8.0, 20.0, "title", data["title"])], 20.0) if state.get("alone") else (list[Tree](), 2.0)
    for words, kind in ((f"with {', '.join(fixed)}" if fixed else "", "where"), ("; ".join(read), "read")):
        for each in wrapped(words, WIDTH - 16.0, 12.0) if words else ():
            y += 17.0
            found.append(text(8.0, y, kind, each))
    return found, y + 10.0


def _patterns(data: Data) -> Tree:
    """Return the hatches; each map of a page has its own."""
    found: list[Tree] = []
    for look in HATCHED:
        marks: list[Tree] = [("rect", {"width": "10", "height": "10", "class": f"ground {look}"}, [])]
        if look in DOTS:
            marks.append(("circle", {"cx": "5", "cy": "5", "r": DOTS[look], "class": f"mark {look}"}, []))
        else:
            marks.append(("path", {"d": STRIPES[look], "class": f"mark {look}"}, []))
        place = {"id": f"patient_map-{data['name']}-{look}", "width": "10", "height": "10"}
        found.append(("pattern", place | {"patternUnits": "userSpaceOnUse"}, marks))
    found += [_stripes(data, *each) for each in data.get("moved", ())]
    return ("defs", {}, found)


def _stripes(data: Data, look: str, before: str, after: str) -> Tree:
    """Return the hatch of what moved: stripes of what it was and of what it is, with a line between them."""
    ground = ("rect", {"width": "20", "height": "20", "class": f"was {before}"}, list[Any]())
    stripes = [("path", {"d": d, "class": f"mark {kind}"}, list[Any]()) for d, kind in
               ((STRIPE, f"stripe {after}"), (EDGES, "edge"))]  # fmt: skip
    place = {"id": f"patient_map-{data['name']}-{look}", "width": "20", "height": "20"}
    return ("pattern", place | {"patternUnits": "userSpaceOnUse"}, [ground, *stripes])


def fill(data: Data, look: str) -> dict[str, str]:
    """Return how an area is filled that is hatched; plain ones are coloured by their class."""
    striped = look in HATCHED or look.startswith("moved-")
    return {"fill": f"url(#patient_map-{data['name']}-{look})"} if striped else {}


def _cells(data: Data, grid: Grid) -> list[Tree]:
    found = []
    for i, (left, right) in enumerate(grid.columns):
        for j, (top, bottom) in enumerate(grid.rows):
            look = grid.cells[i][j]["look"]
            place = {"data-column": str(i), "data-row": str(j), "shape-rendering": "crispEdges"} | fill(data, look)
            found.append(rect(left, top, right - left, bottom - top, f"cell {look}", **place))
    return found


def _borders(grid: Grid) -> list[Tree]:
    """Return the lines between regions, where their cells touch, and around everything that does not."""
    found = []
    for i, (left, right) in enumerate(grid.columns):
        for j, (top, bottom) in enumerate(grid.rows):
            beside = i + 1 < len(grid.columns) and abs(grid.columns[i + 1][0] - right) < 0.01
            if not beside or grid.region(i, j) != grid.region(i + 1, j):
                found.append(line(right, top, right, bottom, "border"))
            if not (i and abs(grid.columns[i - 1][1] - left) < 0.01):
                found.append(line(left, top, left, bottom, "border"))
            touching = [k for k, (other, _) in enumerate(grid.rows) if abs(other - bottom) < 0.01]
            if not touching or grid.region(i, j) != grid.region(i, touching[0]):
                found.append(line(left, bottom, right, bottom, "border"))
            if not any(abs(other - top) < 0.01 for _, other in grid.rows):
                found.append(line(left, top, right, top, "border"))
    return found


def _across(axis: Data, columns: Sequence[Slot], y: float) -> list[Tree]:
    """Return the horizontal axis below the plot: its intervals with open and closed ends, its ticks, its heading."""
    found: list[Tree] = []
    for slot in columns:
        part, left, right = axis["parts"][slot.part], LEFT + slot.start, LEFT + slot.end
        if part["kind"] == "band":
            lines = wrapped(part["says"], right - left - 4.0, 12.0)
            found += [text((left + right) / 2, y + 20.0 + 14.0 * at, "tick", each, "middle")
                      for at, each in enumerate(lines[:2])]  # fmt: skip
        elif part["kind"] == "point":
            middle = LEFT + slot.middle
            found += [dot(middle, y + 9.0, "closed"), text(middle, y + 30.0, "tick threshold", part["tick"], "middle")]
        else:
            found += _interval(part, left, right, y + 9.0, across=True)
            for share, words in part["ticks"]:
                at = left + (right - left) * share
                found += [line(at, y + 13.0, at, y + 17.0, "step"), text(at, y + 30.0, "tick", words, "middle")]
    found.append(text((LEFT + LEFT + columns[-1].end) / 2, y + 50.0, "heading", axis["heading"], "middle"))
    return found


def _along(axis: Data, rows: Sequence[Slot], top: float, tall: float, above: float) -> list[Tree]:
    """Return the vertical axis to the left of the plot, its heading above."""
    found: list[Tree] = [text(8.0, top - above - 4.0, "heading", axis["heading"])]
    for slot in rows:
        part = axis["parts"][slot.part]
        if part["kind"] == "band":
            middle = top + tall - slot.middle if axis["number"] else top + slot.middle
            lines = wrapped(part["says"], LEFT - 20.0, 12.0)[:3]
            for at, each in enumerate(lines):
                found.append(text(LEFT - 8.0, middle + 4.0 + 14.0 * (at - (len(lines) - 1) / 2), "tick", each, "end"))
        elif part["kind"] == "point":
            middle = top + tall - slot.middle
            found += [dot(LEFT - 9.0, middle, "closed"),
                      text(LEFT - 19.0, middle + 4.0, "tick threshold", part["tick"], "end")]  # fmt: skip
        else:
            low, high = top + tall - slot.start, top + tall - slot.end
            found += _interval(part, low, high, LEFT - 9.0, across=False)
            for share, words in part["ticks"]:
                at = low + (high - low) * share
                found += [line(LEFT - 13.0, at, LEFT - 17.0, at, "step"),
                          text(LEFT - 19.0, at + 4.0, "tick", words, "end")]  # fmt: skip
    return found


def _interval(part: Data, start: float, end: float, beside: float, *, across: bool) -> list[Tree]:
    """Return an interval beside the plot: a line from end to end, filled and hollow dots, steps, and breaks."""
    ahead = 1.0 if end > start else -1.0
    first = start + ahead * (4.0 if part["ends"][0] == "open" else 0.0)
    last = end - ahead * (4.0 if part["ends"][1] == "open" else 0.0)

    def stroke(one: float, other: float, kind: str, off: float = 0.0, to: float = 0.0) -> Tree:
        return line(one, beside + off, other, beside + to, kind) if across else line(
            beside + off, one, beside + to, other, kind
        )  # fmt: skip

    def circle(at: float, kind: str) -> Tree:
        return dot(at, beside, kind) if across else dot(beside, at, kind)

    found = [stroke(first, last, "rail")]
    for share in part["steps"]:
        at = start + (end - start) * share
        found.append(stroke(at, at, "step", -2.5, 2.5))
    for share in part["breaks"]:
        at = start + (end - start) * share
        found.append(stroke(at - 3.0, at + 3.0, "gap-in-rail"))
        found += [stroke(at - 5.0, at - 1.0, "rail", 5.0, -5.0), stroke(at + 1.0, at + 5.0, "rail", 5.0, -5.0)]
    ends = zip(part["ends"], (first, last), strict=True)
    return found + [circle(at, kind) for kind, at in ends if kind != "none"]


def _people(
    data: Data,
    state: Data,
    patients: Patients,
    columns: Sequence[Slot],
    rows: Sequence[Slot],
    left: float,
    top: float,
    tall: float,
    *,
    upwards: bool,
) -> list[Tree]:
    """Return the patients who are laid over the map: those who lie in this slice."""
    found: list[Tree] = []
    for at, who in enumerate(patients["people"] if patients is not None else ()):
        parts = in_view(who["parts"], state)
        if not in_slice(parts, state):
            continue
        share = at * FURTHER % 1.0 - 0.5
        x = _stand(data, state["x"], parts, who, columns, share)
        y = tall / 2 + share * tall * 0.6 if state["y"] is None else _stand(data, state["y"], parts, who, rows, share)
        if x is None or y is None:
            continue
        fate = patients["fates"][in_view(who["fates"], state)] if patients is not None else {}
        middle = {"cx": rounded(left + x), "cy": rounded(top + tall - y if upwards else top + y), "r": "4"}
        said: list[Any] = [("title", {}, [f"{who['name']}: {fate['says']}"])]
        found.append(("circle", middle | {"class": f"patient {fate['look']}", "data-patient": str(at)}, said))
    return found


def in_view(each: Sequence[Any], state: Data) -> Any:
    """Return what holds in the view of a state, of what is told for each view, or once for all."""
    return each[state["view"] if len(each) > 1 else 0]


def in_slice(parts: Sequence[int], state: Data) -> bool:
    """Return whether somebody in these parts differs from the state along its axes only."""
    return all(part == state["rest"][n] or n in (state["x"], state["y"]) for n, part in enumerate(parts))


def _stand(
    data: Data, axis: int, parts: Sequence[int], who: Data, found: Sequence[Slot], share: float
) -> float | None:
    at = place(data["axes"][axis], found, parts[axis], who["values"][axis])
    if at is None or data["axes"][axis]["parts"][parts[axis]]["kind"] != "band":
        return at
    (slot,) = [each for each in found if each.part == parts[axis]]
    return at + share * (slot.end - slot.start) * 0.7


def _legend(data: Data, grid: Grid, top: float) -> tuple[list[Tree], float]:
    """Return what every look in the picture means, and where that ends."""
    looks = {cell["look"]: cell["label"] for column in grid.cells for cell in column}
    choices = sorted((look, label) for look, label in looks.items() if look.startswith("choice-"))
    moved = [(look, looks[look]) for look, *_ in data.get("moved", ()) if look in looks]
    listed = moved + choices + [(look, words) for look, words in LEGEND if look in looks]
    found, x, y = list[Tree](), 8.0, top + 14.0
    for look, words in listed:
        room = 30.0 + breadth(words, 12.0) + 14.0
        if x > 8.0 and x + room > WIDTH:
            x, y = 8.0, y + 22.0
        found += [rect(x, y - 11.0, 24.0, 14.0, f"key {look}", **fill(data, look)), text(x + 30.0, y, "legend", words)]
        x += room
    return found, y + 14.0


def write_svg(tree: Tree, *, style: str = "", namespace: bool = False) -> str:
    """Return a tree as SVG; with a style and a namespace it is a file of its own."""
    tag, attributes, children = tree
    said = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    own = ' xmlns="http://www.w3.org/2000/svg"' if namespace else ""
    inside = f"<style>{style}</style>" if style else ""
    inside += "".join(str(escape(each)) if isinstance(each, str) else write_svg(each) for each in children)
    return f"<{tag}{own}{said}>{inside}</{tag}>"
