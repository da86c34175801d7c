"""`check` as a designer reads it aloud in a meeting.

For each finding: the code and one sentence, the protocol's own words with their line, the region, one patient with
the fields that matter, the readings it holds under. Then what was proved, under which assumptions, and what was not
checked. Where there is much to read, it begins with how much, and of what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline
from trialproof.reports.charting import say_missing, untold_values
from trialproof.reports.entries import cited, entries
from trialproof.reports.glance import cells, glance
from trialproof.reports.layout import Page
from trialproof.reports.people import say_patient
from trialproof.reports.prescriptions import in_short, title
from trialproof.reports.shares import CohortShare, say_counts
from trialproof.reports.tally import tally
from trialproof.verify.finding import (
    Accepted,
    Finding,
    MissingItem,
    Prescription,
    Proved,
    Review,
    Severity,
)
from trialproof.verify.missing import others_before
from trialproof.verify.text.coverage import say_coverage

COLORS: Mapping[Severity, str] = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
MANY = 6
"""A report with as many findings begins with the verdict at a glance."""


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
        if len(review.findings) >= MANY:
            yield from self._glance(review)
        for finding in review.findings:
            yield ""
            yield from self._finding(finding)
        yield from self._list("Accepted", [_accepted(each) for each in review.accepted])
        if self._baseline is not None:
            yield from self._list("Gone since the baseline", self._baseline.gone(review))
        yield from self._proved(review.proved)
        if self._share is not None:
            yield from self._list(f"Among the patients of {self._share.file}", list(say_counts(self._share)))
        yield from self._list("Just below, at and just above each value", list(untold_values(review)))
        yield from self._prescriptions(review.prescriptions)
        yield from self._missing(review.missing)
        if review.coverage is not None:
            yield from self._list("The document", [say_coverage(review.coverage)])
        yield from self._list("Undecided", [f"{e.code} {e.message}: {e.reason}" for e in review.undecided])
        yield from self._list("Taken for granted", review.assumptions)
        yield from self._list("Not checked", review.not_checked)
        yield ""
        yield page.heading(tally(review, self._baseline))

    def _glance(self, review: Review) -> Iterator[str]:
        table = cells(glance(self._protocol, review, self._baseline))
        widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
        yield ""
        yield self._page.heading("At a glance")
        for first, *rest in table:
            figures = "".join(f"  {cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
            yield f"  {first:<{widths[0]}}{figures}"

    def _finding(self, finding: Finding) -> Iterator[str]:
        page = self._page
        mark = page.mark(f"{finding.code} {finding.severity.name.lower()}", fg=COLORS[finding.severity], bold=True)
        plain_mark = f"{finding.code} {finding.severity.name.lower()}"
        new = "new: " if self._baseline is not None and not self._baseline.has(finding) else ""
        yield page.paragraph(f"{plain_mark}  {new}{finding.message}").replace(plain_mark, mark, 1)
        yield from (page.entry(*each) for each in cited(finding, self._quoted))
        yield from (page.entry(*each) for each in entries(self._protocol, finding, self._share))

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


def _accepted(accepted: Accepted) -> str:
    finding = accepted.finding
    return f"{finding.code} {finding.message}: {accepted.because}"
