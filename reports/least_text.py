"""What `trialproof sweep --least` prints: the answer, every value that was tested, and whatever speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialproof.reports.layout import Page
from trialproof.reports.simulation_table import digits_of, grid, number
from trialproof.simulate.results.intervals import LEVEL
from trialproof.simulate.results.metrics import METRICS
from trialproof.simulate.sweeps.condition import Verdict
from trialproof.simulate.sweeps.least import Least, Tested

Found = tuple[Mapping[str, str], Least]
NEVER = 0.005
"""Patients of a trial who never begin are told from so many on."""


def write_least(
    path: str, values: Sequence[str], found: Sequence[Found], title: str, *, repeat: str, color: bool
) -> str:
    """Return the answers as text, one for each setting of what is varied besides; `path` is what is sought."""
    page = Page(color)
    parts = [[page.heading(page.paragraph(title))], *(list(_answer(page, path, values, *each)) for each in found)]
    parts.append([page.paragraph(_certainty(found[0][1]))])
    parts.append([f"The same again: {repeat}"])
    return "\n\n".join("\n".join(part) for part in parts)


def say_answer(path: str, values: Sequence[str], least: Least) -> str:
    """Return the answer in a sentence."""
    most = max((each.replications for each in least.tested), default=0)
    if least.enough is None:
        last = values[-1]
        if not least.is_consistent:
            return f"{path}: OPEN; {last} does not suffice, and less may do: more is not better here"
        if least.is_open:
            return f"{path}: OPEN; whether {last} suffices is not certain after {most:,} replications"
        return f"{path}: NONE of the values suffices, not even {last}"
    if not least.is_open:
        return f"{path}: {values[least.enough]}"
    among = values[0 if least.short is None else least.short + 1 : least.enough + 1]
    return f"{path}: {values[least.enough]} suffices; OPEN whether less does ({', '.join(among[:-1])})"


def rows_of(values: Sequence[str], path: str, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return a row for each value that was tested and condition, for tables."""
    rows = []
    for others, least in found:
        for tested in least.tested:
            for verdict in tested.verdicts:
                low, high = verdict.interval or (None, None)
                rows.append(
                    {
                        **others,
                        path: values[tested.position],
                        "condition": verdict.condition.text,
                        "standing": verdict.standing.value,
                        "n": verdict.n,
                        "absent": verdict.absent,
                        "mean": verdict.mean,
                        "low": low,
                        "high": high,
                        "level": least.level,
                        "unstarted": tested.unstarted,
                        "is_least": tested.position == least.enough,
                    }
                )
    return rows


def _answer(
    page: Page, path: str, values: Sequence[str], others: Mapping[str, str], least: Least
) -> Iterator[str]:
    if others:
        yield page.heading(", ".join(f"{name}={value}" for name, value in others.items()))
    yield page.paragraph(say_answer(path, values, least), indent=2)
    head = ["", "condition", "mean", "interval", "n", ""]
    lines = [
        [values[tested.position], verdict.condition.text, *_verdict(verdict)]
        for tested in least.tested
        for verdict in tested.verdicts
    ]
    yield from grid(head, lines, max(len(value) for value in values))
    yield from _warnings(page, values, least)


def _verdict(verdict: Verdict) -> list[str]:
    scale = 1 if METRICS[verdict.condition.figure.partition(".")[0]].unit and not verdict.condition.is_chance else 100
    sign = "%" if scale > 1 else ""
    if verdict.mean is None or verdict.interval is None:
        return ["none", "-", str(verdict.n), verdict.standing.value]
    digits = digits_of(verdict.mean * scale, verdict.interval.half_width * scale)
    low, high = (number(end * scale, digits) for end in verdict.interval)
    return [f"{number(verdict.mean * scale, digits)}{sign}", f"{low} to {high}", str(verdict.n), verdict.standing.value]


def _warnings(page: Page, values: Sequence[str], least: Least) -> Iterator[str]:
    if not least.is_consistent:
        yield page.mark("  A LARGER VALUE DID WORSE: do not trust bisection here; sweep over all values", bold=True)
    for each in least.worse:
        figure = each.condition.text
        words = f"{figure}: with {values[each.larger]} it is worse than with {values[each.smaller]}, by"
        between = f"{each.interval.low:.4g} to {each.interval.high:.4g}"
        yield page.paragraph(f"{words} {each.difference:.4g} ({between})", indent=2)
    untested = [value for at, value in enumerate(values) if at not in {each.position for each in least.tested}]
    if untested:
        words = f"Not simulated, and taken to be no worse than any smaller value: {', '.join(untested)}"
        yield page.paragraph(words, indent=2)
    for tested in least.tested:
        yield from _not_counted(page, values, tested, is_answer=tested.position == least.enough)


def _not_counted(page: Page, values: Sequence[str], tested: Tested, *, is_answer: bool) -> Iterator[str]:
    value = values[tested.position]
    if is_answer and tested.unstarted is not None and tested.unstarted >= NEVER:
        words = f"With {value}, {number(tested.unstarted, 2)} patients of a trial have not begun irradiation"
        yield page.paragraph(f"{words} at the horizon; no figure of their waiting has them.", indent=2)
    for verdict in tested.verdicts:
        if verdict.absent:
            words = f"With {value}, {verdict.absent} of {verdict.n + verdict.absent} trials give no"
            yield page.paragraph(f"{words} `{verdict.condition.figure}`, and are left out.", indent=2)


def _certainty(least: Least) -> str:
    return (
        f"Each interval has a level of {100 * least.level:.2f} %, so that all that were looked at contain what they "
        f"should in {100 * LEVEL:.0f} of 100 searches. It is certain only under the assumptions of the scenario."
    )
