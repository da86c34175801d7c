"""Anchors of sentences and findings, and which lead to which: a finding to the sentences it quotes, and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.model.sentences import passages
from trialproof.verify.finding import Finding, Review


@dataclass(frozen=True, slots=True)
class Sentences:
    """Where the passages of the document begin and end, in order; empty where there is no document."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def touched(self, quote: Quote) -> range:
        """Return the numbers of the passages that have a character of a quote."""
        return range(bisect_right(self.ends, quote.start), bisect_left(self.starts, quote.end))

    def anchor(self, quote: Quote) -> str | None:
        """Return the anchor of the first passage of a quote; None where there is none."""
        touched = self.touched(quote)
        return sentence_anchor(touched[0]) if touched else None


def sentences_of(protocol: Protocol) -> Sentences:
    """Return where the passages of the document are."""
    if protocol.text is None:
        return Sentences()
    found = [each.quote for each in passages(protocol.text)]
    return Sentences(tuple(each.start for each in found), tuple(each.end for each in found))


def all_findings(review: Review) -> tuple[tuple[Finding, str | None], ...]:
    """Return the findings in their order on the page, those that are accepted last, each with why it is accepted."""
    open_ones = [(each, None) for each in review.findings]
    return (*open_ones, *((each.finding, each.because) for each in review.accepted))


def sentence_anchor(number: int) -> str:
    """Return the anchor of a passage of the document, counted from 0."""
    return f"document-{number + 1}"


def finding_anchor(number: int) -> str:
    """Return the anchor of a finding, counted from 0 in the order of `all_findings`."""
    return f"findings-{number + 1}"


def by_sentence(sentences: Sentences, findings: Sequence[Finding]) -> Mapping[int, tuple[tuple[int, str], ...]]:
    """Return for each passage the findings that quote it, by number, each with what it says of these very words."""
    found: dict[int, dict[int, str]] = {}
    for number, finding in enumerate(findings):
        for label in finding.labels:
            for quote in label.quotes:
                for at in sentences.touched(quote):
                    mine = found.setdefault(at, {})
                    said = [each for each in (mine.get(number), label.note) if each]
                    mine[number] = "; ".join(dict.fromkeys(said))
    return {at: tuple(sorted(mine.items())) for at, mine in found.items()}
