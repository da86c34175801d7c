"""Where the parts of an axis stand in the picture of a map. `templates/patient_map.js` does the same, number by number.

All lengths are pixels of the drawing. Whatever is printed is rounded to a tenth, in both languages by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import Any

Data = Mapping[str, Any]

POINT = (11.0, 22.0)
"""How broad the strip of a single value is: at least, at most."""
INTERVAL = 30.0
BAND = 84.0
"""How much room a band beside a number takes: what does not apply, what is not recorded."""
BAND_GAP = 8.0
GAP = 3.0
"""The gap between two bands."""
LETTER = 0.57
"""The breadth of a letter on average, as a share of its height."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One part of an axis in the picture: its number, and where it begins and ends; both ascend with the values."""

    part: int
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Halfway between its ends."""
        return (self.start + self.end) / 2


def slots(axis: Data, shown: Sequence[int], length: float) -> list[Slot]:
    """Return where the shown parts of an axis stand along a length, from 0."""
    inner = [at for at in shown if axis["parts"][at]["kind"] != "band"]
    bands = [at for at in shown if axis["parts"][at]["kind"] == "band"]
    if not inner:
        each = (length - GAP * (len(bands) - 1)) / len(bands)
        return [Slot(part, at * (each + GAP), at * (each + GAP) + each) for at, part in enumerate(bands)]
    room = length - len(bands) * (BAND + BAND_GAP)
    found, start = list[Slot](), 0.0
    for part, size in zip(inner, _sizes([axis["parts"][at] for at in inner], room), strict=True):
        found.append(Slot(part, start, start + size))
        start += size
    for at, part in enumerate(bands):
        start = room + BAND_GAP + at * (BAND + BAND_GAP)
        found.append(Slot(part, start, start + BAND))
    return found


def _sizes(parts: Sequence[Data], room: float) -> list[float]:
    """Share a length among the parts of a number by their weight; none becomes too small to be seen."""
    least = [INTERVAL] * len(parts)
    fixed = [False] * len(parts)
    for at, part in enumerate(parts):
        if part["kind"] == "point":
            least[at] = min(max(part["weight"] * room, POINT[0]), POINT[1])
            fixed[at] = True
    crowded = sum(least)
    if crowded >= room:
        return [each * room / crowded for each in least]
    while True:
        free, weight = room, 0.0
        for at, part in enumerate(parts):
            if fixed[at]:
                free -= least[at]
            else:
                weight += part["weight"]
        small = [
            at for at, part in enumerate(parts) if not fixed[at] and part["weight"] * free < least[at] * weight
        ]
        if not small:
            break
        for at in small:
            fixed[at] = True
    return [least[at] if fixed[at] else part["weight"] * free / weight for at, part in enumerate(parts)]


def place(axis: Data, found: Sequence[Slot], part: int, value: float | None) -> float | None:
    """Return where a value of a part stands (None: the middle of the part); None if the part is not shown."""
    for slot in found:
        if slot.part == part:
            knots = axis["parts"][part].get("knots")
            if knots is None or value is None:
                return slot.middle
            for (low, start), (high, end) in pairwise(knots):
                if value <= high:
                    share: float = start + (end - start) * (value - low) / (high - low)
                    return slot.start + (slot.end - slot.start) * min(max(share, 0.0), 1.0)
            return slot.end
    return None


def rounded(value: float) -> str:
    """Return a length as it is printed: to a tenth, as JavaScript would write it."""
    return f"{floor(value * 10 + 0.5) / 10:g}"


def breadth(text: str, size: float) -> float:
    """Return about how broad a text is."""
    return len(text) * size * LETTER


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return a text in lines that are at most so broad, where its words allow that."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and breadth(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
