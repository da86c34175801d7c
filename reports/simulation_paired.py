"""Two simulations on the same chances, side by side: what differs, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

from trialproof.reports.layout import Page
from trialproof.reports.simulation_table import digits_of, number
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.metrics import METRICS
from trialproof.simulate.results.paired import Difference
from trialproof.simulate.results.week import ALL, WEEKDAYS

ALWAYS = ("arm_share", "target_reached", "duration")
"""Metrics that are shown in any case."""
FIRST_OF_ALL = (
    "arm_imbalance", "enrolled", "candidates", "trial_meets", "stranded_share", "start_days", "late_start_share",
    "prolongation", "completed_share", "linac_utilisation", "linac_over_capacity",
)  # fmt: skip
"""Metrics that are shown however little differs."""
DETAILS = ("enrolled_by", "arm_under", "reading_changes")
"""Metrics that are left to other formats."""
CLEARLY = 4
"""Others are shown where the difference is more than so many MCSE."""
NAMED = 6
"""So many parts are named that only one of two scenarios has."""
LABEL, MEAN, DIFFERENCE, ERROR, INTERVAL, SAVED = 29, 10, 11, 9, 22, 7


def write_differences(
    differences: Sequence[Difference],
    replications: int,
    first: str,
    second: str,
    *,
    seed: int,
    color: bool,
    alone: tuple[Sequence[Column], Sequence[Column]] = ((), ()),
) -> str:
    """Return what differs as text of at most 100 columns; details are left to other formats.

    `alone` are the figures that only the first simulation has, and those that only the second one has.
    """
    page = Page(color)
    told = [each for each in differences if not _is_detail(each)]
    shown = [each for each in told if each.difference is not None and (_is_headline(each) or _is_clear(each))]
    head = f"{'first':>{MEAN}}{'second':>{MEAN}}{'difference':>{DIFFERENCE}}{'MCSE':>{ERROR}}"
    lines = [
        page.heading(f"First less second, on the same chances: {replications:,} replications of each, seed {seed}"),
        page.entry("first", first),
        page.entry("second", second),
        "",
        f"  {'':<{LABEL}}{head}{'95 % interval':>{INTERVAL}}{'saved':>{SAVED}}",
    ]
    lines += [_line(each) for each in shown]
    words = (
        f"{len(differences) - len(shown)} other figures differ by no more than {CLEARLY} MCSE, or are of a single "
        "weekday, month or reading; `--format csv` has all of them. Saved: so many times as many replications would be "
        "needed for the same MCSE if the two were simulated independently."
    )
    lines += ["", page.paragraph(words)]
    for name, columns in zip(("first", "second"), alone, strict=True):
        if named := [each for each in columns if each.metric not in DETAILS]:
            lines += ["", page.paragraph(f"Only the {name} has {_of_what(named)}, which cannot be compared.")]
    return "\n".join(lines)


def _of_what(columns: Sequence[Column]) -> str:
    """Return how many figures these are, and what they are of: the parts that tell one machine or arm from another."""
    of = list(dict.fromkeys(".".join(column.of[:-1] or column.of) or column.metric for column in columns))
    shown = ", ".join(of[:NAMED]) + (f" and {len(of) - NAMED} more" if len(of) > NAMED else "")
    return f"{'a figure' if len(columns) == 1 else f'{len(columns)} figures'} of {shown}"


def _is_detail(each: Difference) -> bool:
    last = each.column.of[-1] if each.column.of else ""
    return last in WEEKDAYS or each.column.metric in DETAILS


def _is_headline(each: Difference) -> bool:
    return each.column.metric in ALWAYS or (each.column.metric in FIRST_OF_ALL and bool(each.difference))


def _is_clear(each: Difference) -> bool:
    return bool(each.difference) and abs(each.difference or 0.0) > CLEARLY * (each.mcse or 0.0)


def _line(each: Difference) -> str:
    scale = 1 if METRICS[each.column.metric].unit else 100
    error = None if each.mcse is None else each.mcse * scale
    digits = digits_of(max(abs(each.first or 0.0), abs(each.second or 0.0)) * scale, error)
    name = each.column.name.removesuffix(f".{ALL}")
    sign = "%" if scale > 1 else ""
    cells = [f"{number((value or 0.0) * scale, digits)}{sign}" for value in (each.first, each.second)]
    interval, saved = "-", "-"
    if each.interval is not None:
        interval = " to ".join(number(end * scale, digits) for end in each.interval)
    if each.saved is not None:
        saved = f"{each.saved:,.1f}" if each.saved < 1000 else f"{each.saved:,.0f}"
        saved = saved if len(saved) < SAVED else "> 1e5"
    head = f"  {name:<{LABEL}}" if len(name) <= LABEL else f"  {name}\n  {'':<{LABEL}}"
    shown = f"{number((each.difference or 0.0) * scale, digits):>{DIFFERENCE}}"
    told = "-" if error is None else number(error, digits)
    return f"{head}{cells[0]:>{MEAN}}{cells[1]:>{MEAN}}{shown}{told:>{ERROR}}{interval:>{INTERVAL}}{saved:>{SAVED}}"
