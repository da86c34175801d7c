"""Plain text into paragraphs, and a paragraph into sentences, as pairs of offsets.

Nothing but white space and the marks of list items lies between one and the next. A text of short lines, of which many
begin with a small letter, was wrapped by hand or by a converter: there a line runs on into the next unless that one is
blank, is a list item, or begins with a word that would still have fitted. In any other text a line is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

Span = tuple[int, int]

NARROWEST, WIDEST = 50, 120
LONGEST_WORD = 60
MARK = re.compile(
    r"""(?: [-*+•‣◦▪●–—]                                        # a bullet
          | \(?\d{1,3}(?:\.\d{1,3})*[.)] | \(?[a-z][.)]         # 1.  2.1)  (3)  a.  b)
          | \(?(?:[A-Z]|[ivx]{1,4})\) )                         # (A)  B)  iv)
        [ \t\u00a0]+(?=\S)""",  # noqa: RUF001 - dashes are bullets too
    re.VERBOSE,
)

_STOP = re.compile(r"[.!?]+(?:[)\]\"'\u2019\u201d]*(?=\s)|(?=[A-Z][a-z]+\s))")
_BLANKS = re.compile(r"\s*")
_START = re.compile(r"\s*(?:[^\w\s]*[A-Z0-9]|[a-z]{1,3}[A-Z]|[^\w\s]|[^\W\d_a-z])")
_NUMBER = re.compile(r"\s*\d")
_END_BEFORE_NO_BLANK = re.compile(r"(?:[A-Za-z][a-z]|\d[A-Za-z]{0,3}|[%)])\Z")
_ABBREVIATIONS = re.compile(r"approx|ca|cf|dept|dr|e\.g|eg|excl|fig|i\.e|ie|incl|mr|mrs|ms|prof|resp|viz|vs")
_BEFORE_A_NUMBER = re.compile(r"al|art|ch|eq|max|min|no|nos|p|par|pp|ref|sec|st|tab|vol")
_ADDRESS = re.compile(r"www\.|://|@")


def paragraphs(text: str) -> Iterator[Span]:
    """Yield the paragraphs and list items of a text; the mark of a list item is not part of it."""
    width = _wrapped_width(text)
    start = end = -1
    for line in _lines(text):
        if start >= 0 and _runs_on(text, (start, end), line, width):
            end = line[1]
            continue
        if start >= 0:
            yield start, end
        start, end = _without_mark(text, line) if line[0] < line[1] else (-1, -1)
    if start >= 0:
        yield start, end


def split_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences between two offsets. A blank may be missing between them (`chemotherapy.If`)."""
    for match in _STOP.finditer(text, start, end):
        if _is_end(text, start, match, end):
            yield start, match.end()
            start = _skip_blanks(text, match.end())
    if start < end:
        yield start, end


def _wrapped_width(text: str) -> int:
    """Return the longest line of a wrapped text, or 0 if the text is not wrapped; few lines may stick out."""
    lines = [line.strip() for line in text.split("\n")]
    lengths = [len(line) for line in lines if line]
    short = [length for length in lengths if length <= WIDEST]
    next_lines = [below for above, below in pairwise(lines) if above and below]
    small = sum(line[0].islower() for line in next_lines)
    width = max(short, default=0)
    if width < NARROWEST or len(lengths) - len(short) > len(lengths) // 50 or small < len(next_lines) / 4:
        return 0
    return width


def _lines(text: str) -> Iterator[Span]:
    """Yield each line without the white space around it; a blank line is an empty span."""
    offset = 0
    for line in text.split("\n"):
        stripped = line.strip()
        start = offset + line.index(stripped) if stripped else offset
        yield start, start + len(stripped)
        offset += len(line) + 1


def _without_mark(text: str, line: Span) -> Span:
    mark = MARK.match(text, *line)
    return (mark.end() if mark else line[0]), line[1]


def _runs_on(text: str, above: Span, line: Span, width: int) -> bool:
    """Return whether a line continues the paragraph above it."""
    if not width or line[0] == line[1] or MARK.match(text, *line):
        return False
    last_line = text[text.rfind("\n", 0, above[1]) + 1 : above[1]].strip()
    first_word = text[line[0] : line[1]].split(maxsplit=1)[0]
    return len(last_line) + 1 + len(first_word) > (0.5 if first_word[0].islower() else 0.8) * width


def _skip_blanks(text: str, offset: int) -> int:
    blanks = _BLANKS.match(text, offset)
    return blanks.end() if blanks else offset


def _is_end(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Return whether a full stop between sentences is meant, rather than an abbreviation, a name or an address."""
    words = text[max(start, stop.start() - LONGEST_WORD) : stop.start()].split()
    word = words[-1] if words else ""
    if not word or _ADDRESS.search(word):
        return False
    if not text[stop.end()].isspace() and not _END_BEFORE_NO_BLANK.search(word):
        return False
    bare = word.lstrip("([\"'").lower()
    if stop.group()[0] == "." and _ABBREVIATIONS.fullmatch(bare):
        return False
    if stop.group()[0] == "." and _BEFORE_A_NUMBER.fullmatch(bare) and _NUMBER.match(text, stop.end()):
        return False
    return _START.match(text, stop.end(), end) is not None
