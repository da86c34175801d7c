"""The names in a map: each region's own where there is room, and a label beside every strip that is too narrow for it.

`templates/patient_map.js` does the same, number by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trialproof.reports.page.map_layout import Data, breadth, rounded, wrapped

Box = tuple[float, float, float, float]
Tree = tuple[str, dict[str, str], list[Any]]

SIZES = ((14.0, 17.0), (12.0, 14.0))
"""Letters of a region's name and its lines: as they should be, and as they may be."""
SHORT = {"gap": "gap", "overlap": "overlap", "undetermined": "undetermined"}
WRAPPED = 172.0
"""How broad a label in the right margin may be."""
NEAR = 0.01
"""Edges that are closer than this are one edge."""
UNNAMED = ("impossible", "outside", "open")
"""What needs no label beside it where it is too small for one: the legend says it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a picture: columns and rows with their edges (left, right; top, bottom), and the parts they show."""

    columns: Sequence[tuple[float, float]]
    rows: Sequence[tuple[float, float]]
    cells: Sequence[Sequence[Data]]
    across: Sequence[Data]
    along: Sequence[Data]

    def region(self, i: int, j: int) -> tuple[str, str]:
        """Return what two cells have in common that are drawn as one."""
        return self.cells[i][j]["look"], self.cells[i][j]["label"]

    def regions(self) -> Iterator[list[tuple[int, int]]]:
        """Yield the regions: cells that touch and are decided alike."""
        met: set[tuple[int, int]] = set()
        for i in range(len(self.columns)):
            for j in range(len(self.rows)):
                if (i, j) in met:
                    continue
                met.add((i, j))
                found = [(i, j)]
                for a, b in found:
                    for c, d in ((a - 1, b), (a + 1, b), (a, b - 1), (a, b + 1)):
                        inside = 0 <= c < len(self.columns) and 0 <= d < len(self.rows) and (c, d) not in met
                        if inside and self._touch(a, b, c, d) and self.region(c, d) == self.region(i, j):
                            met.add((c, d))
                            found.append((c, d))
                yield found

    def _touch(self, a: int, b: int, c: int, d: int) -> bool:
        """Return whether there is no gap between two cells side by side; bands stand apart."""
        one, other = (self.columns[a], self.columns[c]) if b == d else (self.rows[b], self.rows[d])
        return min(abs(one[1] - other[0]), abs(other[1] - one[0])) < NEAR

    def largest(self, region: Sequence[tuple[int, int]]) -> Box:
        """Return the largest rectangle of whole cells in a region: left, top, right, bottom."""
        best, size = (0.0, 0.0, 0.0, 0.0), -1.0
        for i in range(len(self.columns)):
            rows = [(i, j) in region for j in range(len(self.rows))]
            for k in range(i, len(self.columns)):
                rows = [so and (k, j) in region for j, so in enumerate(rows)]
                for first in range(len(rows)):
                    for last in range(first, len(rows)):
                        if not rows[last]:
                            break
                        top, bottom = _span(self.rows[first], self.rows[last])
                        area = (self.columns[k][1] - self.columns[i][0]) * (bottom - top)
                        if rows[first] and area > size + 0.01:
                            best, size = (self.columns[i][0], top, self.columns[k][1], bottom), area
        return best


def _span(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return min(one[0], other[0]), max(one[1], other[1])


@dataclass(frozen=True, slots=True)
class Margins:
    """The plot's upper and right edge, and the room beyond each of them."""

    top: float
    above: float
    right: float
    beyond: float


def named(grid: Grid, hatched: Sequence[str]) -> tuple[list[Tree], list[Box]]:
    """Return the names of the regions that have room for them, and where they stand."""
    found: list[Tree] = []
    taken: list[Box] = []
    for region in grid.regions():
        look, label = grid.region(*region[0])
        fitting = _fitting(grid.largest(region), label)
        if fitting is not None:
            lines, size, height, box = fitting
            taken.append(box)
            found += _written(lines, size, height, box, look, plate=look in hatched)
    return found, taken


def _fitting(room: Box, label: str) -> tuple[list[str], float, float, Box] | None:
    """Return a name in lines and the box that it takes, in the middle of a rectangle; None if it does not fit."""
    left, top, right, bottom = room
    for size, height in SIZES:
        lines = wrapped(label, right - left - 14.0, size)
        wide, tall = max(breadth(each, size) for each in lines), height * len(lines)
        if wide <= right - left - 8.0 and tall <= bottom - top - 4.0:
            x, y = (left + right) / 2, (top + bottom) / 2
            return lines, size, height, (x - wide / 2 - 4.0, y - tall / 2 - 1.0, x + wide / 2 + 4.0, y + tall / 2 + 1.0)
    return None


def _written(lines: Sequence[str], size: float, height: float, box: Box, look: str, *, plate: bool) -> list[Tree]:
    left, top, right, _ = box
    found = [_plate(box)] if plate else []
    for at, each in enumerate(lines):
        place = {"x": rounded((left + right) / 2), "y": rounded(top + 1.0 + height * at + size * 0.92)}
        small = "" if size == SIZES[0][0] else " small"
        found.append(("text", {**place, "class": f"name {look}{small}", "text-anchor": "middle"}, [each]))
    return found


def _plate(box: Box) -> Tree:
    left, top, right, bottom = box
    return ("rect", {"x": rounded(left), "y": rounded(top), "width": rounded(right - left),
                     "height": rounded(bottom - top), "rx": "3", "class": "plate"}, [])  # fmt: skip


def callouts(
    grid: Grid, taken: list[Box], hatched: Sequence[str], margins: Margins
) -> tuple[list[Tree], bool]:
    """Return the labels of the strips whose regions have no room for a name, and whether all of them found a place.

    Upright strips are labelled above the plot, level ones in the region above or below them, or to the right.
    """
    found: list[Tree] = []
    above: list[Box] = []
    written: set[tuple[bool, int, str]] = set()
    complete = True
    for region in grid.regions():
        look, label = grid.region(*region[0])
        if look in UNNAMED or _fitting(grid.largest(region), label) is not None:
            continue
        words = SHORT.get(look, label)
        for i in sorted({i for i, _ in region}):
            run = [j for k, j in region if k == i]
            strip = grid.across[i]["kind"] == "point" and _is_strip(grid.along, run, len(region))
            if strip and (True, i, words) not in written:
                written.add((True, i, words))
                over = _over(grid, i, run, f"{grid.across[i]['says']}: {words}", above, margins)
                complete = complete and bool(over)
                found += over
        for j in sorted({j for _, j in region}):
            run = [i for i, k in region if k == j]
            strip = grid.along[j]["kind"] == "point" and any(grid.across[i]["kind"] != "point" for i in run)
            if strip and (False, j, words) not in written:
                written.add((False, j, words))
                said = f"{grid.along[j]['says']}: {words}"
                beside = _beside(grid, j, run, said, taken, hatched)
                if beside is None and margins.beyond > WRAPPED:
                    beside = _margin(grid, j, run, said, margins.right)
                complete = complete and beside is not None
                found += beside or []
    return found, complete


def _is_strip(along: Sequence[Data], run: Sequence[int], cells: int) -> bool:
    """Return whether a column of a region is a strip: more than a crossing with strips that lie level."""
    return cells == 1 or any(along[j]["kind"] != "point" for j in run)


def _over(grid: Grid, i: int, run: Sequence[int], said: str, above: list[Box], margins: Margins) -> list[Tree]:
    """Return a label above the plot, with a line down to its strip; nothing where there is no room left."""
    middle = (grid.columns[i][0] + grid.columns[i][1]) / 2
    half = breadth(said, 12.0) / 2 + 6.0
    x = min(max(middle, half + 2.0), 758.0 - half)
    highest = min(grid.rows[j][0] for j in run)
    top = margins.top
    for y in (top - 10.0, top - 26.0):
        if top - y + 16.0 > margins.above:
            break
        box = (x - half, y - 12.0, x + half, y + 3.0)
        if not any(_meet(box, other) for other in above):
            above.append(box)
            above.append((middle - 2.0, y, middle + 2.0, top))
            down = {"x1": rounded(middle), "y1": rounded(y + 3.0), "x2": rounded(middle), "y2": rounded(highest)}
            place = {"x": rounded(x), "y": rounded(y), "class": "callout", "text-anchor": "middle"}
            return [("line", {**down, "class": "leader"}, []), ("text", place, [said])]
    return []


def _beside(
    grid: Grid, j: int, run: Sequence[int], said: str, taken: list[Box], hatched: Sequence[str]
) -> list[Tree] | None:
    """Return a label just above or below a level strip, inside one cell; None where there is no room."""
    wide = breadth(said, 12.0) + 8.0
    for i in sorted(run):
        left = grid.columns[i][0] + 6.0
        if left + wide > grid.columns[i][1]:
            continue
        for edge, there in ((grid.rows[j][0], 1), (grid.rows[j][1], 0)):
            for k, row in enumerate(grid.rows):
                if abs(row[there] - edge) > 0.01 or row[1] - row[0] < 22.0:
                    continue
                top = edge - 19.0 if there else edge + 3.0
                box = (left, top, left + wide, top + 16.0)
                if any(_meet(box, other) for other in taken):
                    continue
                taken.append(box)
                place = {"x": rounded(left + 4.0), "y": rounded(top + 12.0), "class": "callout", "text-anchor": "start"}
                plate = [_plate(box)] if grid.cells[i][k]["look"] in hatched else []
                return [*plate, ("text", place, [said])]
    return None


def _margin(grid: Grid, j: int, run: Sequence[int], said: str, right: float) -> list[Tree]:
    """Return a label to the right of the plot, with a line to its strip."""
    middle, end = (grid.rows[j][0] + grid.rows[j][1]) / 2, max(grid.columns[i][1] for i in run)
    there = {"x1": rounded(end), "y1": rounded(middle), "x2": rounded(right + 6.0), "y2": rounded(middle)}
    lines = wrapped(said, WRAPPED, 12.0)
    found: list[Tree] = [("line", {**there, "class": "leader"}, [])]
    for at, each in enumerate(lines):
        y = middle + 4.0 + 14.0 * (at - (len(lines) - 1) / 2)
        place = {"x": rounded(right + 10.0), "y": rounded(y), "class": "callout", "text-anchor": "start"}
        found.append(("text", place, [each]))
    return found


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
