"""What all charts are drawn with: a tree of SVG elements, scales with round ticks, and texts that fit.

A tree is a tag, its attributes, and texts or trees, as in `map_figure`. Everything is styled by class in
`templates/page-chart.css`. Names from files go through `short`: whole and unabridged they stand in the table below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from trialproof.reports.inert import visible
from trialproof.reports.page.map_figure import Tree, line as line, rect as rect, text as text, write_svg
from trialproof.reports.page.map_layout import rounded as rounded

WIDTH = 760.0
SMALL = 12.0
"""How high the letters of a chart are."""
LETTER = 0.54
"""The breadth of a letter on average, as a share of its height."""
ROOM_OF_A_TICK = 54.0
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: the name of its file, which begins with that of its section, its title, and the tree."""

    name: str
    title: str
    tree: Tree

    @property
    def svg(self) -> str:
        """The chart as it stands on the page."""
        return write_svg(self.tree)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale: the values `low` to `high` stand at `start` to `end`, of which either may be the greater."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands; what lies beyond an end stands at it."""
        inside = min(max(value, self.low), self.high)
        return self.start + (self.end - self.start) * (inside - self.low) / (self.high - self.low)

    def ticks(self, room: float = ROOM_OF_A_TICK) -> list[float]:
        """Return round values within the scale, so far apart that each label has room."""
        step = step_of((self.high - self.low) / max(1.0, abs(self.end - self.start) / room))
        first, last = ceil(self.low / step - EPSILON), floor(self.high / step + EPSILON)
        return [at * step for at in range(first, last + 1)]


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """Return a scale; a single value, or two that hardly differ, get room around them."""
    differ = high - low > EPSILON * max(1.0, abs(low), abs(high))
    return Scale(low, high, start, end) if differ else Scale(low - 0.5, high + 0.5, start, end)


def step_of(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten: the first that is no less."""
    power: float = 10.0 ** floor(log10(least)) if least > 0 else 1.0
    return next(each * power for each in (1.0, 2.0, 5.0, 10.0) if each * power >= least * (1 - EPSILON))


def say_tick(value: float) -> str:
    """Return the label of a tick, with no more digits than it needs."""
    return f"{value + 0.0:,.10g}" if abs(value) < 1e15 else f"{value:.3g}"


def picture(chart_name: str, label: str, height: float, parts: Sequence[Tree]) -> Tree:
    """Return a chart as an image of so many units, which says what it is; `hatches` fill what is hatched."""
    size = {"viewBox": f"0 0 {rounded(WIDTH)} {rounded(height)}", "class": "chart", "role": "img"}
    return ("svg", size | {"aria-label": label}, [hatches(chart_name), *parts])


def hatches(name: str) -> Tree:
    """Return the one hatch of a chart: what is lost, left out or belongs to nobody."""
    marks: list[Tree] = [
        ("rect", {"width": "6", "height": "6", "class": "hatch-ground"}, []),
        ("path", {"d": "M-1,1l2,-2M0,6l6,-6M5,7l2,-2", "class": "hatch"}, []),
    ]
    place = {"id": f"{name}-hatch", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
    return ("defs", {}, [("pattern", place, marks)])


def hatched(name: str, look: str) -> dict[str, str]:
    """Return how an area of this look is filled, if it is hatched; all others are by their class."""
    return {"fill": f"url(#{name}-hatch)"} if look == "hatched" else {}


def breadth(words: str, size: float = SMALL) -> float:
    """Return about how broad a text is."""
    return len(words) * size * LETTER


def short(words: str, room: float, size: float = SMALL) -> str:
    """Return a text that is about so broad at most, its hidden characters named."""
    said = visible(words)
    most = max(1, int(room / (size * LETTER)))
    return said if len(said) <= most else f"{said[: most - 1].rstrip(' …,;')}…"


def fitted(words: str, room: float, most: int = 2, size: float = SMALL) -> list[str]:
    """Return a text in so many lines at most, each about so broad; what does not fit is left out, and an ellipsis."""
    lines: list[str] = []
    for word in short(words, room * most * 2, size).split(" "):
        if lines and breadth(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    last = " ".join(lines[most - 1 :])
    return [short(each, room, size) for each in (*lines[: most - 1], *([last] if last else []))]


def curve(points: Sequence[tuple[float, float]], kind: str, *, closed: bool = False) -> Tree:
    """Return a line through points, or the area that it encloses."""
    steps = "L".join(f"{rounded(x)},{rounded(y)}" for x, y in points)
    return ("path", {"d": f"M{steps}{'Z' if closed else ''}", "class": kind}, [])


def disc(x: float, y: float, radius: float, kind: str) -> Tree:
    """Return a dot."""
    return ("circle", {"cx": rounded(x), "cy": rounded(y), "r": rounded(radius), "class": kind}, [])


def diamond(x: float, y: float, half: float = 5.0) -> Tree:
    """Return the mark of an exact answer: hollow, so that what lies below it can be seen."""
    return curve([(x - half, y), (x, y - half), (x + half, y), (x, y + half)], "exact", closed=True)


def wedge(x: float, y: float) -> Tree:
    """Return the mark of a mean, whose tip points up at (x, y)."""
    return curve([(x, y), (x - 5.5, y + 9.0), (x + 5.5, y + 9.0)], "mean", closed=True)


def span(low: float, high: float, y: float, kind: str = "range") -> list[Tree]:
    """Return a range: a line with a cap at each end."""
    return [line(low, y, high, y, kind), *(line(at, y - 4.0, at, y + 4.0, kind) for at in (low, high))]


def axis_below(x: Scale, y: float, heading: str, top: float | None, *, sign: str = "") -> list[Tree]:
    """Return an axis below a plot, with faint lines up to `top` if it is given, its ticks and its heading."""
    found: list[Tree] = []
    for value in x.ticks():
        at = x.at(value)
        found += [] if top is None else [line(at, top, at, y, "grid")]
        found.append(line(at, y, at, y + 4.0, "tick"))
        found.append(text(at, y + 17.0, "number", f"{say_tick(value)}{sign}", "middle"))
    found.append(line(x.start, y, x.end, y, "rail"))
    return [*found, text((x.start + x.end) / 2, y + 36.0, "heading", heading, "middle")]


def legend(y: float, entries: Sequence[tuple[Sequence[Tree], str]], left: float = 8.0) -> tuple[list[Tree], float]:
    """Return what each mark means, and where that ends; a mark stands in 24 by 12 units, its middle at (12, 0)."""
    found: list[Tree] = []
    x, at = left, y + 10.0
    for mark, words in entries:
        room = 30.0 + breadth(words) + 18.0
        if x > left and x + room > WIDTH:
            x, at = left, at + 20.0
        found.append(("g", {"transform": f"translate({rounded(x)} {rounded(at)})"}, list(mark)))
        found.append(text(x + 30.0, at + 4.0, "legend", words))
        x += room
    return found, at + 14.0
