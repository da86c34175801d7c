"""Shares as bars: how a whole is divided, row by row, and what is left of candidates step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    Scale,
    breadth,
    fitted,
    hatched,
    legend,
    line,
    picture,
    rect,
    short,
    text,
)
from trialproof.reports.page.map_figure import Tree

LEFT, RIGHT = 236.0, 74.0
PLOT, TAG = 300.0, 84.0
"""Where the bars of a funnel begin, and how broad the tag of a step may be."""
ROW, STEP = 40.0, 38.0
THICK = 22.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: how much, as what it looks, and its label."""

    share: float
    look: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A divided bar: its name, a second line, its parts, and what is said to the right of it."""

    name: str
    under: str
    parts: tuple[Part, ...]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel: its words, how many come to it and how many fail at it, and how many should remain."""

    words: str
    before: float
    lost: float
    says: str
    exact: float | None = None
    tag: str = ""


def divided(name: str, label: str, bars: Sequence[Bar], heading: str = "") -> Tree:
    """Return bars of equal length, each divided; a label stands inside its part where there is room."""
    parts: list[Tree] = []
    y = 8.0
    if heading:
        parts.append(text(WIDTH, 18.0, "heading", heading, "end"))
        y = 30.0
    looks: dict[str, str] = {}
    for bar in bars:
        middle = y + THICK / 2
        head = middle + (4.0 if not bar.under else -2.0)
        parts.append(text(LEFT - 12.0, head, "name", short(bar.name, LEFT - 20.0), "end"))
        if bar.under:
            parts.append(text(LEFT - 12.0, middle + 13.0, "quiet", short(bar.under, LEFT - 20.0), "end"))
        parts += _parts(name, bar, y)
        parts.append(text(WIDTH, middle + 4.0, "said", bar.says, "end"))
        looks |= {part.look: part.label for part in bar.parts if part.share > 0}
        y += ROW
    marks = [([rect(0.0, -6.0, 24.0, 12.0, f"part {look}", **hatched(name, look))], short(words, 260.0))
             for look, words in looks.items()]  # fmt: skip
    entries, end = legend(y + 2.0, marks)
    return picture(name, label, end, [*parts, *entries])


def _parts(name: str, bar: Bar, y: float) -> list[Tree]:
    found: list[Tree] = []
    total = sum(part.share for part in bar.parts)
    x = LEFT
    for part in bar.parts:
        wide = (WIDTH - RIGHT - LEFT) * part.share / total if total else 0.0
        if wide <= 0:
            continue
        found.append(rect(x, y, wide, THICK, f"part {part.look}", **hatched(name, part.look)))
        words = f"{100 * part.share / total:.0f} %"
        if wide > breadth(words) + 8.0:
            if part.look == "hatched":
                half = breadth(words) / 2 + 4.0
                found.append(rect(x + wide / 2 - half, y + 4.0, 2 * half, THICK - 8.0, "plate"))
            found.append(text(x + wide / 2, y + THICK / 2 + 4.5, "inside", words, "middle"))
        x += wide
    return found


def funnel(name: str, label: str, first: str, steps: Sequence[Step], last: tuple[str, str]) -> Tree:
    """Return what is left of candidates: `first` says who comes, `last` the words and number of who is enrolled."""
    most = max((each.before for each in steps), default=1.0) or 1.0
    x = Scale(0.0, most, PLOT, WIDTH - 56.0)
    tags = min(TAG, max((breadth(each.tag) + 8.0 for each in steps if each.tag), default=0.0))
    words = 8.0 + tags + (10.0 if tags else 0.0)
    parts: list[Tree] = [
        text(words, 18.0, "name", "who comes"),
        rect(x.start, 6.0, x.end - x.start, 16.0, "part whole"),
        text(x.end + 8.0, 18.0, "said strong", first),
    ]
    y = 34.0
    for step in steps:
        parts += _step(name, step, x, y, tags, words)
        y += STEP
    left = max(0.0, steps[-1].before - steps[-1].lost) if steps else most
    parts += [
        line(8.0, y - 2.0, WIDTH, y - 2.0, "grid"),
        text(words, y + 20.0, "name", last[0]),
        rect(x.start, y + 6.0, x.at(left) - x.start, THICK, "part accent"),
        text(x.at(left) + 8.0, y + 21.0, "said strong", last[1]),
    ]
    marks: list[tuple[list[Tree], str]] = [
        ([rect(0.0, -6.0, 24.0, 12.0, "part whole")], "go on"),
        ([rect(0.0, -6.0, 24.0, 12.0, "part lost", **hatched(name, "hatched"))], "fail here first"),
    ]
    if any(each.exact is not None for each in steps):
        marks.append(([line(12.0, -8.0, 12.0, 8.0, "exact-line")], "how many should go on, without simulation"))
    entries, end = legend(y + 44.0, marks)
    return picture(name, label, end, [*parts, *entries])


def _step(name: str, step: Step, x: Scale, y: float, tags: float, words: float) -> list[Tree]:
    rest = x.at(step.before - step.lost)
    found: list[Tree] = []
    if step.tag:
        found.append(text(8.0 + tags, y + 20.0, "number strong", short(step.tag, tags), "end"))
    lines = fitted(step.words, PLOT - words - 10.0)
    for at, each in enumerate(lines):
        found.append(text(words, y + 20.0 + 14.0 * (at - (len(lines) - 1) / 2), "words", each))
    found.append(rect(x.start, y + 4.0, rest - x.start, THICK, "part whole"))
    if step.lost > 0:
        found.append(rect(rest, y + 4.0, x.at(step.before) - rest, THICK, "part lost", **hatched(name, "hatched")))
    if step.exact is not None:
        found.append(line(x.at(step.exact), y, x.at(step.exact), y + THICK + 8.0, "exact-line"))
    return [*found, text(x.at(step.before) + 8.0, y + 20.0, "said", step.says)]
