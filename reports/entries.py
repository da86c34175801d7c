"""What a report says below the sentence of a finding, line by line: a label and a text, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.reports.charting import say_sides
from trialproof.reports.people import say_patient, say_readings
from trialproof.reports.shares import CohortShare
from trialproof.verify.finding import Finding, Region

LABELS_SHOWN = 25
"""Places of one finding that are shown; no decision has as many, but a document may."""
BRIEF = 72
REGIONS_SHOWN = 4
"""Regions of one finding with one outcome that are spelled out; the JSON has all of them."""


def cited(finding: Finding, quoted: set[Quote]) -> Iterator[tuple[str, str]]:
    """Yield the words of the document that a finding speaks of, and what the rules make of them.

    A quote is given in full the first time and shortened from then on; `quoted` remembers which were given.
    """
    for label in finding.labels[:LABELS_SHOWN]:
        for quote in label.quotes:
            yield f"line {quote.line}", f"“{shorten(quote.text) if quote in quoted else quote.text}”"
            quoted.add(quote)
        if label.note:
            place = "" if label.quotes else f" ({label.place})"
            yield "" if label.quotes else "rule", f"{label.note}{place}"
    if len(finding.labels) > LABELS_SHOWN:
        yield "", f"and {len(finding.labels) - LABELS_SHOWN} more (all of them: --format json)"


def shorten(text: str) -> str:
    """Return the beginning and the end of a quote that was given before."""
    if len(text) <= BRIEF:
        return text
    return f"{text[: BRIEF // 2].rstrip()} … {text[-BRIEF // 2 :].lstrip()}"


def entries(protocol: Protocol, finding: Finding, share: CohortShare | None = None) -> Iterator[tuple[str, str]]:
    """Yield the details, the regions, the patient, the readings it holds under, the values around it, and the help."""
    yield from ((each.item, each.says) for each in finding.details)
    yield from _regions(protocol, finding.decision, finding.regions, share)
    if finding.witness is not None and not any(not each.outcome for each in finding.regions):
        heading = "for one" if finding.regions else "patient"
        yield heading, say_patient(protocol, finding.witness)
    readings = say_readings(finding.readings)
    told = bool(finding.words) or any(region.outcome for region in finding.regions) or not (
        finding.readings.choices or not finding.readings.complete
    )
    if readings and not told:
        shown = finding.regions or (finding.witness is not None and finding.readings.complete)
        somebody = "there are such patients" if shown else "so it is"
        yield "readings", f"{somebody} {readings}"
    for each in finding.boundary[:REGIONS_SHOWN]:
        yield "around", say_sides(each)
    if finding.help:
        yield "help", finding.help


def _regions(
    protocol: Protocol, decision: str | None, regions: Sequence[Region], share: CohortShare | None
) -> Iterator[tuple[str, str]]:
    """Yield the regions, those with one outcome together under it; of many, the first few."""
    for outcome, alike in groupby(regions, key=lambda region: region.outcome):
        together = list(alike)
        if outcome:
            yield _read_as(outcome)
        for at, region in enumerate(together[:REGIONS_SHOWN], start=1):
            label = "region" if len(together) == 1 else f"region {at}"
            if len(regions) == 1 and not outcome:
                yield from (("boundary", each) for each in region.pinned)
            elif region.words:
                yield label, f"{region.words}{_pinned(region)}"
            if not outcome:
                yield "patient", say_patient(protocol, region.witness)
            if share is not None and decision is not None:
                yield "share", share.says(share.regions[decision, region])
        if len(together) > REGIONS_SHOWN:
            further = len(together) - REGIONS_SHOWN
            yield "", f"and {further} more like these (all of them: --format json)"


def _read_as(outcome: str) -> tuple[str, str]:
    """Return an outcome with the reading that brings it about as its label."""
    label = "read as"
    return (label, outcome.removeprefix(label).lstrip()) if outcome.startswith(label) else ("outcome", outcome)


def _pinned(region: Region) -> str:
    return f" (boundary: {'; '.join(region.pinned)})" if region.pinned else ""
