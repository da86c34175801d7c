"""Which passages of a document say something, and which only head what says it.

A heading is no sentence: nobody can write a rule for it. It stands on a line of its own that is no list item, does
not end as a sentence does, and has something below it. It ends with a colon or has at most `LONGEST_HEADING` words
(the first passage of a document, its title, may have more), and holds no verb, no comparison and no number but that
of a section or an arm. Lines directly below a colon are items of a list, with or without marks, and so are those below
"Inclusion criteria" or the like up to the next such heading. What is in doubt is a sentence: one too many is seen, and
one too few is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialproof.model.document import Document, Quote
from trialproof.model.paragraph import Span, paragraphs, split_sentences

LONGEST_HEADING = 12
LONGEST_TITLE = 40
SHORT_HEADING = 4

_LETTER = re.compile(r"[^\W\d_]")
_NUMBERED = re.compile(r"\s*\(?(?:\d|[ivxlc]+[.)]|[a-zA-Z][.)])")
_ANNOUNCES = re.compile(r"criteri|following|any of|all of|one of|require|condition|eligib|exclu|inclu", re.IGNORECASE)
_CRITERIA = re.compile(r"\bcriteria\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|must|shall|should|will|would|may|might|can|cannot|could|does|do|did"
    r"|needs?|gets?|receives?|no|not|without|if|unless)\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(r"[<>=≤≥]")
_LABEL_NUMBER = re.compile(
    r"^\(?\d+(?:\.\d+)*[.)]?\s+(?=[A-Z])"
    r"|\b(?:arm|part|phase|stage|group|cohort|appendix|section|table|figure|step|cycle|visit|chapter|annex|version)s?"
    r"\s+(?:\d+(?:\.\d+)*[A-Za-z]?\b(?:/\d+)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of the document, or a heading."""

    quote: Quote
    heading: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A paragraph or list item, and how it stands to its neighbours."""

    span: Span
    marked: bool
    numbered: bool
    directly_below: bool


def passages(document: Document) -> tuple[Passage, ...]:
    """Return the sentences and headings of a document, in order; what holds no letter is neither."""
    return tuple(_passages(document))


def _passages(document: Document) -> Iterator[Passage]:
    text = document.text
    lines = list(_lines(document))
    listing = False
    for at, line in enumerate(lines):
        pieces = [span for span in split_sentences(text, *line.span) if _LETTER.search(text, *span)]
        words = text[line.span[0] : line.span[1]]
        announced = at > 0 and _announces(text, lines[at - 1], line)
        opens = words.endswith(":") or (not line.marked and _names_criteria(words))
        listing = not line.marked and (listing or announced) and not opens
        below = at + 1 < len(lines) and not _goes_on(text, lines[at + 1])
        item = listing or (announced and not opens)
        candidate = len(pieces) == 1 and below and not item and _may_head(lines, at)
        heading = candidate and _is_heading(words, title=at == 0)
        for start, end in pieces:
            yield Passage(document.span(start, end), heading)


def _lines(document: Document) -> Iterator[_Line]:
    text, last_end = document.text, 0
    for start, end in paragraphs(text):
        mark = text[text.rfind("\n", 0, start) + 1 : start].strip()
        between = text.count("\n", last_end, start)
        yield _Line((start, end), bool(mark), bool(mark and _NUMBERED.match(mark)), last_end > 0 and between <= 1)
        last_end = end


def _announces(text: str, above: _Line, line: _Line) -> bool:
    """Return whether this line is an item of what the line above announces, by a colon or by its words."""
    words = text[above.span[0] : above.span[1]]
    if words.endswith(":"):
        return line.directly_below or _ANNOUNCES.search(words) is not None
    return not above.marked and _names_criteria(words)


def _names_criteria(words: str) -> bool:
    """Return whether a line is "Inclusion criteria" or the like, without a colon."""
    return bool(_CRITERIA.search(words)) and words[-1] not in ".!?;," and len(words.split()) <= SHORT_HEADING


def _goes_on(text: str, line: _Line) -> bool:
    """Return whether a line begins as the middle of a sentence does, directly below another."""
    return line.directly_below and not line.marked and text[line.span[0]].islower()


def _may_head(lines: Sequence[_Line], at: int) -> bool:
    """Return whether a line is no list item: it has no mark, or a number and no numbered line beside it."""
    line = lines[at]
    if not line.marked:
        return True
    neighbours = [each for each in (*lines[max(at - 1, 0) : at], *lines[at + 1 : at + 2]) if each.marked]
    return line.numbered and not neighbours


def _is_heading(words: str, *, title: bool) -> bool:
    count = len(words.split())
    if words[-1] in ".!?;," or words[0].islower() or count > LONGEST_TITLE or _COMPARISON.search(words):
        return False
    if title:
        return _VERB.search(words) is None
    if _VERB.search(words) or any(each.isdigit() for each in _LABEL_NUMBER.sub("", words)):
        return False
    return words.endswith(":") or count <= LONGEST_HEADING
