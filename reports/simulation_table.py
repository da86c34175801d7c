"""Figures with their Monte Carlo errors as lines of text: no more digits than the error allows, never without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from trialproof.simulate.results.against import Verdict
from trialproof.simulate.results.metric import Kind

LABEL, MEAN, ERROR, INTERVAL, COUNT, MIDDLE = 36, 9, 8, 19, 6, 20
"""Widths of the columns; together they fill a line."""
MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a summary: `cells` by the names of `runs.tidy.SUMMARY_HEADING`."""

    cells: Mapping[str, Any]

    @property
    def scale(self) -> int:
        """By what a number is multiplied to be shown: shares are shown in per cent."""
        return 1 if self.cells["unit"] else 100

    @property
    def mean(self) -> float | None:
        """The mean as it is shown, per cent for a share; None where no replication gave a number."""
        return None if self.cells["mean"] is None else self.cells["mean"] * self.scale

    @property
    def mcse(self) -> float | None:
        """Its error as it is shown."""
        return None if self.cells["mcse"] is None else self.cells["mcse"] * self.scale

    def say(self) -> str:
        """Return the mean with its unit and its error, for a sentence."""
        if self.mean is None:
            return "no figure"
        digits = digits_of(self.mean, self.width())
        sign = " %" if self.scale > 1 else ""
        if self.cells["kind"] == Kind.PROPORTION.value:
            error = f" (95 % interval {self.between('low', 'high', digits)})"
        else:
            error = "" if self.mcse is None else f" (MCSE {number(self.mcse, digits)})"
        return f"{number(self.mean, digits)}{sign}{error}"

    def line(self, label: str) -> str:
        """Return the figure as a line of a table."""
        if self.mean is None:
            return f"  {label:<{LABEL}}{'none':>{MEAN}}{'':>{ERROR + INTERVAL}}{self.cells['n']:>{COUNT}}"
        digits = digits_of(self.mean, self.width())
        parts = [f"  {label:<{LABEL}}", f"{number(self.mean, digits) + ('%' if self.scale > 1 else ''):>{MEAN}}"]
        parts.append(f"{'-' if self.mcse is None else number(self.mcse, digits):>{ERROR}}")
        parts.append(f"{self.between('low', 'high', digits):>{INTERVAL}}")
        parts.append(f"{self.cells['n']:>{COUNT}}")
        if self.cells["kind"] != Kind.PROPORTION.value:
            parts.append(f"{self.between('q05', 'q95', digits):>{MIDDLE}}")
        return "".join(parts)

    def against(self, exact: Mapping[str, Any]) -> str:
        """Return what theory says of the figure, and how far it lies from it, as a line below it."""
        value, away = exact["value"] * self.scale, exact["mcse_away"]
        shown = number(value, digits_of(value, self.width())) + ("%" if self.scale > 1 else "")
        far = "too few to judge" if exact["verdict"] == Verdict.NOT_JUDGED.value else "CANNOT BE CHANCE"
        if away is not None:
            far = f"{number(away, 1)} MCSE{' TOO FAR' if exact['verdict'] == Verdict.DIFFERS.value else ''}"
        return f"    {'exact':<{LABEL - 2}}{shown:>{MEAN}}  {far}: {exact['formula']}"

    def width(self) -> float | None:
        """What says how many digits mean something: the error, or half the interval of a proportion without one."""
        if self.mcse:
            return self.mcse
        if self.cells["low"] is not None and self.cells["high"] > self.cells["low"]:
            return float(self.cells["high"] - self.cells["low"]) / 2 * self.scale
        return None

    def between(self, low: str, high: str, digits: int) -> str:
        """Return two of the cells with so many decimals, such as the ends of the interval."""
        if self.cells[low] is None:
            return "-"
        return f"{number(self.cells[low] * self.scale, digits)} to {number(self.cells[high] * self.scale, digits)}"


def heading() -> str:
    """Return the head of a table of figures."""
    names = f"{'mean':>{MEAN}}{'MCSE':>{ERROR}}{'95 % interval':>{INTERVAL}}{'n':>{COUNT}}{'90 % of trials':>{MIDDLE}}"
    return f"  {'':<{LABEL}}{names}"


def digits_of(mean: float, error: float | None) -> int:
    """Return how many decimals to show: two digits of the error, or three of a number without one, within reason."""
    told = error or abs(mean) / 100 or 1.0
    before = max(0, floor(log10(abs(mean)))) if mean else 0
    return max(0, min(1 - floor(log10(told)), MOST_DIGITS - before))


def number(value: float, digits: int) -> str:
    """Return a number with so many decimals, and without the sign of a zero."""
    text = f"{value:,.{digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def grid(head: Sequence[str], rows: Iterable[Sequence[str]], first: int) -> list[str]:
    """Return lines of a table: its first column is so wide and left, the others are right and as wide as needed."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) + 2 for at in range(1, len(head))]
    cells = ([f"{cell:>{width}}" for cell, width in zip(line[1:], widths, strict=True)] for line in lines)
    return [f"  {line[0]:<{first}}{''.join(rest)}".rstrip() for line, rest in zip(lines, cells, strict=True)]
