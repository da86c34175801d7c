"""The document, sentence by sentence: what became of each, in which words, by which rule, and what is found of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from trialproof.model.document import Document
from trialproof.model.protocol import Protocol
from trialproof.reports.page.crossings import (
    all_findings,
    by_sentence,
    finding_anchor,
    sentence_anchor,
    sentences_of,
)
from trialproof.reports.page.material import Material
from trialproof.reports.page.rules import Rule, rule_of
from trialproof.verify.finding import Finding
from trialproof.verify.text.coverage import Account, Sentence, Standing, coverage, say_coverage, sentences


class Kind(Enum):
    """What became of a sentence; the first that fits counts."""

    READING = "several readings"
    COURSE = "course or dose"
    SCHEDULE = "schedule"
    RULE = "rule"
    OPEN = "left open"
    NOT_MODELLED = "not modelled"
    TO_DO = "still to do"
    UNACCOUNTED = "unaccounted for"
    HEADING = "heading"


MEANS: Mapping[Kind, str] = {
    Kind.READING: "a rule that can be read in several ways",
    Kind.COURSE: "what is prescribed, or how much at most",
    Kind.SCHEDULE: "when something happens",
    Kind.RULE: "a rule with one meaning",
    Kind.OPEN: "the text does not say enough for a rule",
    Kind.NOT_MODELLED: "set aside, for a reason",
    Kind.TO_DO: "nobody has written a rule yet",
    Kind.UNACCOUNTED: "no part of the protocol file quotes it",
    Kind.HEADING: "heads other sentences, and does not count",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence, and what became of them; None for words that nothing quotes."""

    text: str
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding beside a sentence: its code, its severity, and what it says of these words."""

    anchor: str
    code: str
    severity: str
    says: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or heading; a heading that is quoted is marked, and counts as a heading all the same.

    `begins`: a paragraph begins with it. `in_part`: some of its words nothing quotes.
    """

    anchor: str
    number: int
    kind: Kind
    heading: bool
    pieces: tuple[Piece, ...]
    in_part: bool
    begins: bool
    rules: tuple[Rule, ...]
    reasons: tuple[str, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The document; `legend` has for each kind that occurs what it means, and how many sentences are of it."""

    file: str
    says: str
    legend: tuple[tuple[Kind, str, int], ...]
    lines: tuple[Line, ...]


def document(material: Material) -> Marked | None:
    """Return the document as it is shown; None where the protocol has none."""
    text = material.protocol.text
    if text is None:
        return None
    found = sentences(material.protocol, text)
    lines = tuple(_lines(material, text, found))
    counts = {kind: sum(each.kind is kind and not each.heading for each in lines) for kind in Kind}
    counts[Kind.HEADING] = sum(each.heading for each in lines)
    legend = tuple((kind, MEANS[kind], count) for kind, count in counts.items() if count)
    return Marked(material.protocol.document, say_coverage(coverage(found)), legend, lines)


def _lines(material: Material, text: Document, found: Sequence[Sentence]) -> Iterator[Line]:
    every = all_findings(material.review)
    accepted = {number for number, (_, because) in enumerate(every) if because is not None}
    findings = [each for each, _ in every]
    remarks = by_sentence(sentences_of(material.protocol), findings)
    last = 0
    for at, sentence in enumerate(found):
        quote = sentence.passage.quote
        begins = "\n" in text.text[last : quote.start]
        last = quote.end
        named = dict.fromkeys((each.name, each.place) for each in sentence.accounts if each.name)
        yield Line(
            sentence_anchor(at),
            quote.line,
            _kind(material.protocol, sentence),
            sentence.passage.heading,
            tuple(_pieces(material.protocol, text, sentence)),
            bool(sentence.accounts) and not sentence.in_full,
            begins,
            tuple(rule_of(material.protocol, material.selection, name, where) for name, where in named),
            tuple(_reasons(material.protocol, sentence)),
            tuple(_remark(findings[number], number, note, accepted) for number, note in remarks.get(at, ())),
        )


def _remark(finding: Finding, number: int, note: str, accepted: set[int]) -> Remark:
    """Return a finding as it stands beside a sentence: of findings about words, what it says of these ones."""
    says = note if finding.words and note else finding.message
    return Remark(finding_anchor(number), finding.code, finding.severity.name.lower(), says, number in accepted)


def _kind(protocol: Protocol, sentence: Sentence) -> Kind:
    if sentence.passage.heading and not sentence.accounts:
        return Kind.HEADING
    kinds = [_kind_of(protocol, each) for each in sentence.accounts if each.standing is sentence.standing]
    return _first(kinds) or Kind.UNACCOUNTED


def _kind_of(protocol: Protocol, account: Account) -> Kind:
    match account.standing:
        case Standing.OPEN:
            return Kind.OPEN
        case Standing.NOT_MODELLED:
            return Kind.NOT_MODELLED
        case Standing.TO_DO:
            return Kind.TO_DO
        case _:
            pass
    name = account.name
    if any(each in protocol.sentences for each in (name, f"{name}.course")):
        return Kind.READING
    choice = name.partition(".")[2]
    if account.decision is not None and protocol.decisions[account.decision].choice(choice).course is not None:
        return Kind.COURSE
    if name in protocol.limits:
        return Kind.COURSE
    scheduled = account.place in [
        protocol.schedule.irradiation.place,
        *(each.place for each in protocol.checkpoints.values()),
        *(each.place for each in protocol.schedule.entries.values()),
    ]
    return Kind.SCHEDULE if scheduled else Kind.RULE


def _first(kinds: Sequence[Kind]) -> Kind | None:
    return next((each for each in Kind if each in kinds), None)


def _pieces(protocol: Protocol, text: Document, sentence: Sentence) -> Iterator[Piece]:
    """Yield a sentence in pieces, each quoted by the same parts of the protocol all through."""
    start, end = sentence.passage.quote.start, sentence.passage.quote.end
    spans = [
        (max(quote.start, start), min(quote.end, end), _kind_of(protocol, account))
        for account in sentence.accounts
        for quote in account.quotes
        if quote.start < end and quote.end > start
    ]
    edges = sorted({start, end, *(edge for first, last, _ in spans for edge in (first, last))})
    pieces: list[Piece] = []
    for first, last in pairwise(edges):
        kind = _first([kind for begin, stop, kind in spans if begin <= first and last <= stop])
        words = " ".join(f"x{text.text[first:last]}x".split())[1:-1]
        if pieces and pieces[-1].kind is kind:
            pieces[-1] = Piece(pieces[-1].text + words, kind)
        else:
            pieces.append(Piece(words, kind))
    yield from pieces


def _reasons(protocol: Protocol, sentence: Sentence) -> Iterator[str]:
    """Yield why a sentence, or a part of it, is set aside."""
    for account in sentence.accounts:
        aside = next((each for each in protocol.not_modelled if each.place == account.place), None)
        if account.standing is Standing.NOT_MODELLED and aside is not None and aside.because:
            yield aside.because
