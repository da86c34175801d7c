"""The protocol's own text, and spans of it.

A quote is found character for character; only the length of a run of white space may differ. Everything here is
exact: a quote that is not in the document, or is in it more than once, is a `QuoteProblem` and never a guess.
Offsets are into `Document.text`; lines are counted from 1.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from trialproof.model.exact import in_backticks
from trialproof.model.paragraph import paragraphs, split_sentences

ANYTHING = re.compile(r"(?:\s\.\.\.)+\s")
LISTED_LINES = 8


class QuoteProblem(ValueError):
    """A quote that names no passage of the document, or more than one; `message` and `help` as in `BadInput`.

    `about` tells what is wrong: the `quote`, its `nth`, or its `near`.
    """

    def __init__(self, message: str, help: str | None = None, *, about: str = "quote") -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.help = help
        self.about = about


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of the document: its words with white space folded to single blanks, its offsets, its first line."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """The whole text, verbatim, with line feeds alone as line ends. `file` is its path as the user named it.

    `folded` is the text with every run of white space read as one blank. Where the two part company is kept beside
    it, so that a span of the one is a span of the other.
    """

    file: str
    text: str
    folded: str = field(init=False, repr=False, compare=False)
    _shift_from: array[int] = field(init=False, repr=False, compare=False)
    _shift_by: array[int] = field(init=False, repr=False, compare=False)
    _line_ends: array[int] = field(init=False, repr=False, compare=False)
    _paragraph_starts: array[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words, shift_from, shift_by = [], array("q", [0]), array("q", [0])
        length = 0
        for word in re.finditer(r"\S+", self.text):
            if word.start() - length != shift_by[-1]:
                shift_from.append(length)
                shift_by.append(word.start() - length)
            words.append(word.group())
            length += len(words[-1]) + 1
        values = {
            "folded": " ".join(words),
            "_shift_from": shift_from,
            "_shift_by": shift_by,
            "_line_ends": array("q", (match.start() for match in re.finditer("\n", self.text))),
            "_paragraph_starts": array("q", (start for start, _ in paragraphs(self.text))),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def line(self, offset: int) -> int:
        """Return the line, counted from 1, in which an offset of the text lies."""
        return bisect_left(self._line_ends, offset) + 1

    def span(self, start: int, end: int) -> Quote:
        """Return the words between two offsets of the text."""
        return Quote(" ".join(self.text[start:end].split()), start, end, self.line(start))

    def folded_span(self, start: int, end: int) -> Quote:
        """Return the words between two offsets of the folded text; neither end may lie on a blank."""
        return self.span(self._unfold(start), self._unfold(end - 1) + 1)

    def same_paragraph(self, start: int, end: int) -> bool:
        """Return whether no paragraph begins between two offsets of the folded text."""
        first, last = self._unfold(start), self._unfold(end - 1)
        return bisect_right(self._paragraph_starts, first) == bisect_right(self._paragraph_starts, last)

    def _unfold(self, offset: int) -> int:
        return offset + self._shift_by[bisect_right(self._shift_from, offset) - 1]


def find_quote(document: Document, quote: str, *, nth: int | None = None, near: str | None = None) -> Quote:
    """Return the one passage that a quote names.

    ` ... ` inside the quote stands for any words within one paragraph, as few as possible. `nth` counts the
    occurrences from 1; `near` is another text of the document, and chooses the occurrence closest to it.
    Raises `QuoteProblem` if there is no such passage, or several and no way to choose.
    """
    if nth is not None and near is not None:
        raise QuoteProblem("a quote takes `nth` or `near`, not both", "leave one of them out", about="near")
    wanted = fold(quote)
    if not wanted:
        raise QuoteProblem("the quote is empty", "copy the words from the document")
    spans = occurrences(document, wanted)
    if not spans:
        raise _not_found(document, wanted)
    if nth is not None:
        return document.folded_span(*_pick_nth(document, spans, nth))
    if near is not None:
        return document.folded_span(*_pick_near(document, spans, fold(near)))
    if len(spans) > 1:
        raise QuoteProblem(
            f"the quote occurs {len(spans)} times in {in_backticks(document.file)}: {_lines(document, spans)}",
            'say which one is meant: `nth: 2` for the second, or `near: "..."` with words that stand close to it',
        )
    return document.folded_span(*spans[0])


def sentences(document: Document) -> tuple[Quote, ...]:
    """Return the document split into sentences, in order; a list item or a line of its own is one too."""
    return tuple(
        document.span(start, end)
        for paragraph in paragraphs(document.text)
        for start, end in split_sentences(document.text, *paragraph)
    )


def fold(text: str) -> str:
    """Return the text with every run of white space read as one blank, and none at its ends."""
    return " ".join(text.split())


def occurrences(document: Document, wanted: str) -> list[tuple[int, int]]:
    """Return all spans of the folded text that a folded quote matches, in order.

    Words that stand in the document as they are written, dots and all, go before ` ... ` as a gap.
    """
    literal = [(start, start + len(wanted)) for start in _find_all(document.folded, wanted)]
    segments = _segments(wanted)
    if literal or len(segments) == 1:
        return literal
    return _shortest(document, segments)


def _segments(wanted: str) -> list[str]:
    return [segment for segment in ANYTHING.split(wanted) if segment]


def _find_all(text: str, wanted: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


def _shortest(document: Document, segments: list[str]) -> list[tuple[int, int]]:
    """Return the spans that hold the segments in order within a paragraph, and no shorter such span inside."""
    starts = [array("q", _find_all(document.folded, segment)) for segment in segments]
    found: dict[int, int] = {}
    for start in starts[0]:
        end = start + len(segments[0])
        for segment, places in zip(segments[1:], starts[1:], strict=True):
            index = bisect_left(places, end)
            if index == len(places):
                return [(first, last) for last, first in found.items()]
            end = places[index] + len(segment)
        if document.same_paragraph(start, end):
            found[end] = start
    return [(first, last) for last, first in found.items()]


def _pick_nth(document: Document, spans: list[tuple[int, int]], nth: int) -> tuple[int, int]:
    if not 1 <= nth <= len(spans):
        times = "once" if len(spans) == 1 else f"{len(spans)} times"
        where = f"in {in_backticks(document.file)}: {_lines(document, spans)}"
        raise QuoteProblem(
            f"`nth: {nth}` is asked for, but the quote occurs {times} {where}",
            "leave `nth` out" if len(spans) == 1 else f"`nth` counts from 1 to {len(spans)} here",
            about="nth",
        )
    return spans[nth - 1]


def _pick_near(document: Document, spans: list[tuple[int, int]], near: str) -> tuple[int, int]:
    marks = array("q", _find_all(document.folded, near)) if near else array("q")
    if not marks:
        raise QuoteProblem(
            f"the text of `near` is not in {in_backticks(document.file)}",
            "copy it from the document, character for character",
            about="near",
        )
    ranked = sorted((_distance(span, marks, len(near)), span) for span in spans)
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        raise QuoteProblem(
            f"the text of `near` is as close to one occurrence of the quote as to another: {_lines(document, spans)}",
            "give words that stand close to one of them only, or `nth`",
            about="near",
        )
    return ranked[0][1]


def _distance(span: tuple[int, int], marks: array[int], length: int) -> int:
    """Return how many characters lie between a span and the closest of the marks, all of one length."""
    after = bisect_left(marks, span[0])
    closest = marks[max(after - 1, 0) : after + 1]
    return min(max(mark - span[1], span[0] - mark - length, 0) for mark in closest)


def _lines(document: Document, spans: list[tuple[int, int]]) -> str:
    """Say in which lines the spans begin: `line 3`, `lines 3 and 9`, `lines 3, 3, 9 and 14 more`."""
    lines = [str(document.folded_span(*span).line) for span in spans[:LISTED_LINES]]
    if len(spans) > LISTED_LINES:
        lines.append(f"{len(spans) - LISTED_LINES} more")
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(lines[:-1])} and {lines[-1]}"


def _not_found(document: Document, wanted: str) -> QuoteProblem:
    """Say which part of the quote is not in the document, and what comes closest to it."""
    # Needed under an error only, and slow to import.
    from trialproof.model.nearest import say_nearest

    segments = _segments(wanted)
    missing = next((segment for segment in segments if segment not in document.folded), None)
    if missing is None:
        return QuoteProblem(
            "the parts of the quote around ` ... ` do not follow one another in a paragraph"
            f" of {in_backticks(document.file)}",
            _say_parts(document, segments),
        )
    part = "the quote" if len(segments) == 1 else f"the part {show(missing)} of the quote"
    hint = say_nearest(document.text, missing)
    if missing.startswith("...") or missing.endswith("..."):
        hint = "leave out the `...` at the end of a quote: it stands for words only in between"
    return QuoteProblem(f"{part} is not in {in_backticks(document.file)}", hint)


def _say_parts(document: Document, segments: list[str]) -> str:
    first, second = next(
        ((a, b) for a, b in pairwise(segments) if not _shortest(document, [a, b])), (segments[0], segments[-1])
    )
    where = [_lines(document, [(at, at + len(s)) for at in _find_all(document.folded, s)]) for s in (first, second)]
    return f"{show(first)} is in {where[0]}, {show(second)} in {where[1]}"


def shorten(text: str, limit: int = 60) -> str:
    """Return the text, cut in its middle where it is longer than the limit."""
    if len(text) <= limit:
        return text
    half = (limit - 5) // 2
    return f"{text[:half].rstrip()} ... {text[-half:].lstrip()}"


def show(text: str) -> str:
    """Return the text as a message shows it: in backticks, on one line, not too long."""
    return in_backticks(shorten(text))
