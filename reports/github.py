"""`check --format github`: findings as workflow commands, which GitHub Actions turns into annotations of the files.

One line for each finding, and for what is undecided, at the place of the rule; the sentence of the protocol and the
patient stand in the message. GitHub shows ten of a level for each step, so what is new goes before what is not. The
last line is the tally, for the log. No line begins with words of the protocol, so none of them can be a command.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline
from trialproof.reports.entries import cited, entries
from trialproof.reports.inert import one_line, shorten
from trialproof.reports.items import Item, Kind, items_of
from trialproof.reports.shares import CohortShare
from trialproof.reports.spots import Spot, Spots
from trialproof.reports.tally import tally
from trialproof.verify.finding import Review, Severity

COMMANDS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
LONGEST = 4_000
"""The most characters of a message; GitHub refuses what is very long."""


def write_github(
    protocol: Protocol, review: Review, baseline: Baseline | None = None, share: CohortShare | None = None
) -> str:
    """Return the annotations, one on each line, and the tally."""
    spots = Spots(protocol)
    found = [each for each in items_of(protocol, review, baseline) if each.kind in (Kind.FINDING, Kind.UNDECIDED)]
    found.sort(key=lambda each: each.state == "unchanged")
    lines = [_annotation(protocol, each, spots.of_place(each.place), share) for each in found]
    return "\n".join([*lines, tally(review, baseline)])


def _annotation(protocol: Protocol, item: Item, spot: Spot, share: CohortShare | None) -> str:
    if item.kind is Kind.UNDECIDED:
        name, title = "warning", f"{item.code} undecided"
    else:
        name = COMMANDS[item.severity or Severity.WARNING]
        title = item.code if item.finding is None else f"{item.code} {item.finding.name}"
    if item.state == "new":
        title += " (new)"
    where = {"file": os.path.relpath(spot.file).replace(os.sep, "/")}
    if spot.line:
        where |= {"line": str(spot.line), "endLine": str(spot.end_line), "col": str(spot.column)}
        where |= {"endColumn": str(spot.end_column)}
    return command(name, where | {"title": title}, shorten("\n".join(_lines(protocol, item, share)), LONGEST))


def command(name: str, properties: Mapping[str, str], text: str) -> str:
    """Return a workflow command, on one line."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(text)}"


def _lines(protocol: Protocol, item: Item, share: CohortShare | None) -> Iterator[str]:
    yield one_line(f"{item.message}: {item.reason}" if item.reason else item.message)
    if item.finding is not None:
        below = (*cited(item.finding, set()), *entries(protocol, item.finding, share))
        yield from (one_line(f"{label}: {text}" if label else text) for label, text in below)


def _data(text: str) -> str:
    """Return a message as the runner reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
