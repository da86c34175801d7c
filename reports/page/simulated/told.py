"""Figures of a simulation as rows of a table: no more digits than the error allows, and never without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.simulated.run import Exact, Run
from trialproof.reports.simulation_table import Row, digits_of, number
from trialproof.simulate.results.against import Verdict
from trialproof.simulate.results.metric import Kind

DASH = "–"  # noqa: RUF001 - what stands in an empty cell of a table
MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its label, mean, MCSE, 95 % interval, n, the range of nine of ten trials, and the exact answer.

    `away` is how far it lies from it, in MCSE; `differs` tells that this is too far. `formula` says where the exact
    answer comes from.
    """

    label: str
    mean: str
    mcse: str
    interval: str
    n: int
    nine_of_ten: str
    exact: str = ""
    away: str = ""
    differs: bool = False
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under a caption, folded away below a chart or not."""

    caption: str
    lines: tuple[Line, ...]

    @property
    def exact(self) -> bool:
        """Whether theory says something of any of them."""
        return any(each.exact for each in self.lines)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its heading, a sentence about it, and the table of what it shows."""

    chart: Chart
    heading: str
    says: str
    table: Table


def table(run: Run, caption: str, names: Iterable[tuple[str, str]]) -> Table:
    """Return a table of the figures (label, name) that there are."""
    return Table(caption, tuple(line(label, run.rows[name], run.exact.get(name)) for label, name in names
                                if name in run.rows))  # fmt: skip


def line(label: str, row: Row, exact: Exact | None = None) -> Line:
    """Return one figure as a row."""
    if row.mean is None:
        return Line(label, "none", DASH, DASH, row.cells["n"], DASH)
    digits = digits_of(row.mean, row.width())
    sign = " %" if row.scale > 1 else ""
    expected = "" if exact is None else say(exact.value * row.scale, digits_of(exact.value * row.scale, row.width()))
    spread = "" if row.cells["kind"] == Kind.PROPORTION.value else row.between("q05", "q95", digits)
    return Line(
        label,
        f"{say(row.mean, digits)}{sign}",
        DASH if row.mcse is None else say(row.mcse, digits),
        signed(row.between("low", "high", digits)),
        row.cells["n"],
        signed(spread) if spread else DASH,
        f"{expected}{sign}" if expected else "",
        "" if exact is None else far(exact),
        exact is not None and exact.verdict is Verdict.DIFFERS,
        "" if exact is None else exact.formula,
    )


def far(exact: Exact) -> str:
    """Return how far a figure lies from the exact answer."""
    if exact.away is not None:
        return f"{'+' if exact.away > 0.05 else ''}{say(exact.away, 1)}"
    return "too few to judge" if exact.verdict is Verdict.NOT_JUDGED else "cannot be"


def inside(run: Run, name: str, *, unit: str = "") -> str:
    """Return a figure for a sentence: the mean with its MCSE, or a proportion with its interval."""
    row = run.rows[name]
    if row.mean is None:
        return "no figure"
    digits = digits_of(row.mean, row.width())
    sign = " %" if row.scale > 1 else unit
    if row.cells["kind"] == Kind.PROPORTION.value:
        error = f" (95 % interval {signed(row.between('low', 'high', digits))})"
    else:
        error = "" if row.mcse is None else f" (MCSE {say(row.mcse, digits)})"
    return f"{say(row.mean, digits)}{sign}{error}"


def plainly(row: Row) -> str:
    """Return the mean of a figure in three digits or so, for a label whose table has the error.

    What is less than all is never rounded to all, nor what is more than nothing to nothing.
    """
    return "none" if row.mean is None else f"{brief(row.mean, share=row.scale > 1)}{sign_of(row)}"


def brief(value: float, *, share: bool = False) -> str:
    """Return a number in three digits or so; a share of 99.96 is no 100."""
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 1 else 2
    all_of_it = 100.0 if share else None
    while digits < MOST_DECIMALS and value not in (0.0, all_of_it) and round(value, digits) in (0.0, all_of_it):
        digits += 1
    return say(value, 0 if value in (0.0, all_of_it) else digits)


def sign_of(row: Row) -> str:
    """Return what stands behind the number of a share."""
    return " %" if row.scale > 1 else ""


def say(value: float, digits: int) -> str:
    """Return a number with so many decimals, with a true minus."""
    return number(value, digits).replace("-", MINUS)


def signed(text: str) -> str:
    """Return a range with true minuses; one that is absent stays a dash."""
    return DASH if text == "-" else text.replace("-", MINUS)


def shown(row: Row, key: str) -> float | None:
    """Return a quantile or an end of the interval as it is shown."""
    return None if row.cells[key] is None else float(row.cells[key]) * row.scale


def nine_of_ten(row: Row) -> tuple[float, float]:
    """Return between which numbers nine of ten trials lie; the figure has a mean."""
    return shown(row, "q05") or 0.0, shown(row, "q95") or 0.0


def joined(words: Sequence[str]) -> str:
    """Return things in a row: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
