"""`check` as a designer reads it aloud in a meeting.

For each finding: the code and one sentence, the protocol's own words with their line, the region, one patient with
the fields that matter, the readings it holds under. Then what was proved, under which assumptions, and what was not
checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline
from trialproof.reports.charting import say_missing, say_sides, untold_values
from trialproof.reports.cohort_share import CohortShare
from trialproof.reports.layout import Page
from trialproof.reports.people import say_patient, say_readings
from trialproof.reports.prescriptions import in_short, title
from trialproof.verify.finding import (
    Accepted,
    Finding,
    Label,
    MissingItem,
    Prescription,
    Proved,
    Region,
    Review,
    Severity,
)
from trialproof.verify.missing import others_before
from trialproof.verify.text.coverage import say_coverage

COLORS: Mapping[Severity, str] = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
REGIONS_SHOWN = 4
"""Regions of one finding with one outcome that are spelled out; the JSON has all of them."""
LABELS_SHOWN = 25
"""Places of one finding that are shown; no decision has as many, but a document may."""
BRIEF = 72


def write_text(
    protocol: Protocol,
    review: Review,
    *,
    color: bool = False,
    baseline: Baseline | None = None,
    share: CohortShare | None = None,
) -> str:
    """Return the report as text, compared with an earlier run, and counted among given patients, if there are any."""
    page = Page(color)
    return "\n".join(_Writer(protocol, page, baseline, share).lines(review)).rstrip()


class _Writer:
    """Writes one report; a quote is given in full the first time and shortened from then on."""

    def __init__(self, protocol: Protocol, page: Page, baseline: Baseline | None, share: CohortShare | None) -> None:
        self._protocol = protocol
        self._page = page
        self._baseline = baseline
        self._share = share
        self._quoted: set[Quote] = set()

    def lines(self, review: Review) -> Iterator[str]:
        page = self._page
        yield page.heading(page.paragraph(self._protocol.title))
        yield ", ".join(each for each in (self._protocol.registry, self._protocol.file) if each)
        for finding in review.findings:
            yield ""
            yield from self._finding(finding)
        yield from self._list("Accepted", [_accepted(each) for each in review.accepted])
        if self._baseline is not None:
            yield from self._list("Gone since the baseline", self._baseline.gone(review))
        yield from self._proved(review.proved)
        if self._share is not None:
            yield from self._list(f"Among the patients of {self._share.file}", list(_counts(self._share)))
        yield from self._list("Just below, at and just above each value", list(untold_values(review)))
        yield from self._prescriptions(review.prescriptions)
        yield from self._missing(review.missing)
        if review.coverage is not None:
            yield from self._list("The document", [say_coverage(review.coverage)])
        yield from self._list("Undecided", [f"{e.code} {e.message}: {e.reason}" for e in review.undecided])
        yield from self._list("Taken for granted", review.assumptions)
        yield from self._list("Not checked", review.not_checked)
        yield ""
        yield page.heading(_summary(review, self._baseline))

    def _finding(self, finding: Finding) -> Iterator[str]:
        page = self._page
        mark = page.mark(f"{finding.code} {finding.severity.name.lower()}", fg=COLORS[finding.severity], bold=True)
        plain_mark = f"{finding.code} {finding.severity.name.lower()}"
        new = "new: " if self._baseline is not None and not self._baseline.has(finding) else ""
        yield page.paragraph(f"{plain_mark}  {new}{finding.message}").replace(plain_mark, mark, 1)
        for label in finding.labels[:LABELS_SHOWN]:
            yield from self._label(label)
        if len(finding.labels) > LABELS_SHOWN:
            yield page.entry("", f"and {len(finding.labels) - LABELS_SHOWN} more (all of them: --format json)")
        yield from (page.entry(each.item, each.says) for each in finding.details)
        yield from self._regions(finding.decision, finding.regions)
        if finding.witness is not None and not any(not each.outcome for each in finding.regions):
            heading = "for one" if finding.regions else "patient"
            yield page.entry(heading, say_patient(self._protocol, finding.witness))
        readings = say_readings(finding.readings)
        told = bool(finding.words) or any(region.outcome for region in finding.regions) or not (
            finding.readings.choices or not finding.readings.complete
        )
        if readings and not told:
            shown = finding.regions or (finding.witness is not None and finding.readings.complete)
            somebody = "there are such patients" if shown else "so it is"
            yield page.entry("readings", f"{somebody} {readings}")
        for each in finding.boundary[:REGIONS_SHOWN]:
            yield page.entry("around", say_sides(each))
        if finding.help:
            yield page.entry("help", finding.help)

    def _label(self, label: Label) -> Iterator[str]:
        for quote in label.quotes:
            text = quote.text if quote not in self._quoted else shorten(quote.text)
            self._quoted.add(quote)
            yield self._page.entry(f"line {quote.line}", f"“{text}”")
        if label.note:
            place = "" if label.quotes else f" ({label.place})"
            yield self._page.entry("" if label.quotes else "rule", f"{label.note}{place}")

    def _regions(self, decision: str | None, regions: Sequence[Region]) -> Iterator[str]:
        """Write the regions, those with one outcome together under it; of many, the first few."""
        page = self._page
        for outcome, alike in groupby(regions, key=lambda region: region.outcome):
            together = list(alike)
            if outcome:
                yield page.entry(*_read_as(outcome))
            for at, region in enumerate(together[:REGIONS_SHOWN], start=1):
                label = "region" if len(together) == 1 else f"region {at}"
                if len(regions) == 1 and not outcome:
                    yield from (page.entry("boundary", each) for each in region.pinned)
                elif region.words:
                    yield page.entry(label, f"{region.words}{_pinned(region)}")
                if not outcome:
                    yield page.entry("patient", say_patient(self._protocol, region.witness))
                if self._share is not None and decision is not None:
                    yield page.entry("share", self._share.says(self._share.regions[decision, region]))
            if len(together) > REGIONS_SHOWN:
                further = len(together) - REGIONS_SHOWN
                yield page.entry("", f"and {further} more like these (all of them: --format json)")

    def _proved(self, proved: Sequence[Proved]) -> Iterator[str]:
        if not proved:
            return
        page = self._page
        yield ""
        yield page.heading("Proved, for every possible patient")
        for each in proved:
            mark = page.mark(each.code, fg="green", bold=True)
            yield page.paragraph(f"{each.code}  {each.message}", indent=2).replace(each.code, mark, 1)
            if each.member is not None and each.member.matters:
                yield page.entry("for one", say_patient(self._protocol, each.member))
            for left in each.leaves_out:
                yield page.entry("but", left.words)
                if self._share is not None:
                    yield page.entry("share", self._share.says(self._share.left[left]))

    def _missing(self, items: Sequence[MissingItem]) -> Iterator[str]:
        """Write for each decision which items must be recorded before a choice can be given."""
        protocol = self._protocol
        for name, mine in groupby(items, key=lambda each: each.decision):
            yield ""
            yield self._page.heading(f"Before a choice of `{name}` can be given, record these where they apply")
            for other in others_before(protocol, protocol.decisions[name], protocol.preferred):
                yield self._page.entry("first", f"what `{other}` needs")
            for label, titles in say_missing(self._protocol, list(mine)):
                yield self._page.entry(label, titles)

    def _prescriptions(self, found: Sequence[Prescription]) -> Iterator[str]:
        if found:
            yield ""
            yield self._page.heading(title(self._protocol))
            yield from in_short(self._protocol, [(f"{each.decision}.{each.choice}", each.course) for each in found])

    def _list(self, heading: str, items: Sequence[str]) -> Iterator[str]:
        if items:
            yield ""
            yield self._page.heading(heading)
            for each in items:
                yield self._page.paragraph(f"- {each}", indent=2)


def _counts(share: CohortShare) -> Iterator[str]:
    skipped = f"; {share.skipped} rows could not be read" if share.skipped else ""
    yield f"{share.of} patients{skipped}"
    yield f"eligible: {share.says(share.eligible)}; eligibility not settled: {share.says(share.open)}"
    for each in share.fates:
        stranded = each.gap + each.overlap + each.undetermined
        said = f"`{each.decision}` settles {each.settled} of the {each.members} whom it is for"
        how = f"{each.gap} without a choice, {each.overlap} with too many, {each.undetermined} undetermined"
        yield f"{said}, and leaves {stranded}: {how}" if stranded else said


def _accepted(accepted: Accepted) -> str:
    finding = accepted.finding
    return f"{finding.code} {finding.message}: {accepted.because}"


def _summary(review: Review, baseline: Baseline | None) -> str:
    counts = [
        (sum(each.severity is severity for each in review.findings), severity.name.lower())
        for severity in sorted(Severity, reverse=True)
    ]
    said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count)
    if said and baseline is not None:
        said += f", {len(baseline.new(review))} of them new"
    if review.accepted:
        said = f"{said or 'nothing else found'}; {len(review.accepted)} accepted"
    if not (said or review.proved or review.undecided or review.coverage):
        return "nothing was checked: there is no rule yet that anything could be proved of"
    return f"{said or 'nothing found'}; {len(review.proved)} proved; {len(review.undecided)} undecided"


def _read_as(outcome: str) -> tuple[str, str]:
    """Return an outcome with the reading that brings it about as its label."""
    label = "read as"
    return (label, outcome.removeprefix(label).lstrip()) if outcome.startswith(label) else ("outcome", outcome)


def _pinned(region: Region) -> str:
    return f" (boundary: {'; '.join(region.pinned)})" if region.pinned else ""


def shorten(text: str) -> str:
    """Return the beginning and the end of a quote that was given before."""
    if len(text) <= BRIEF:
        return text
    return f"{text[: BRIEF // 2].rstrip()} … {text[-BRIEF // 2 :].lstrip()}"
