"""The lexicon: words that leave a threshold open, abbreviations that need no expansion, wordings of one thing.

It is data (`lexicon.toml`, shipped beside this file), each entry with its reason; a protocol adds terms of its own. A
term is matched whole, in any case; `#` stands for a number and `*` for up to two words, blanks for any white space.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trialproof.model.document import Document, fold
from trialproof.model.protocol import VagueTerm

_PIECES = re.compile(r"#|\*|[^#*\s]+|\s+")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = r"\d+(?:\.\d+)?"
_UP_TO_TWO_WORDS = r"(?:[^\s.;:]+\s+){0,2}"


@dataclass(frozen=True, slots=True)
class Entry:
    """Terms that say one thing, and why they are listed.

    `unless` are wordings that hold a term and are no matter; `ways` are words beside a term that make it another one.
    """

    terms: tuple[str, ...]
    because: str
    unless: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All entries, by what they are for."""

    vague: tuple[Entry, ...]
    known: tuple[Entry, ...]
    wordings: tuple[Entry, ...]
    measures: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A term in the document: its words as they stand there, on one line and in small letters, and its offsets."""

    entry: Entry
    words: str
    start: int
    end: int


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that is shipped."""
    raw = tomllib.loads(files("trialproof.verify.text").joinpath("lexicon.toml").read_text(encoding="utf-8"))
    return Lexicon(**{kind: tuple(_entries(raw[kind])) for kind in ("vague", "known", "wordings", "measures")})


def _entries(raw: Iterable[Mapping[str, object]]) -> Iterator[Entry]:
    for each in raw:
        lists = {key: tuple(value) for key, value in each.items() if isinstance(value, list)}
        yield Entry(because=str(each["because"]), **lists)


def vague_entries(own: Iterable[VagueTerm]) -> tuple[Entry, ...]:
    """Return the vague terms of a protocol and of the lexicon; what a protocol says of a term goes before."""
    mine = tuple(Entry((each.term,), each.because, each.unless) for each in own)
    taken = {each.terms[0].casefold() for each in mine}
    rest = (
        Entry(tuple(term for term in each.terms if term.casefold() not in taken), each.because, each.unless)
        for each in lexicon().vague
    )
    return (*mine, *(each for each in rest if each.terms))


def find(document: Document, entries: Iterable[Entry]) -> tuple[Match, ...]:
    """Return every place where the document has a term, in order; of terms that overlap, the longest."""
    kept: list[Match] = []
    for match in sorted(_find(document, tuple(entries)), key=lambda each: (each.start, -each.end)):
        if kept and match.start < kept[-1].end:
            if match.end - match.start > kept[-1].end - kept[-1].start:
                kept[-1] = match
        else:
            kept.append(match)
    return tuple(kept)


def _find(document: Document, entries: Sequence[Entry]) -> Iterator[Match]:
    text = document.text
    exceptions = {(at, each) for at, entry in enumerate(entries) for each in entry.unless}
    harmless: dict[int, list[tuple[int, int]]] = {}
    for (at, _), start, end in scan(text, exceptions):
        harmless.setdefault(at, []).append((start, end))
    for (at, _), start, end in scan(text, {(at, each) for at, entry in enumerate(entries) for each in entry.terms}):
        around = harmless.get(at, [])
        before = bisect_left(around, (end,))
        if not any(start < last for _, last in around[max(before - 1, 0) : before]):
            yield Match(entries[at], fold(text[start:end]).casefold(), start, end)


def scan(text: str, terms: Iterable[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], int, int]]:
    """Yield every place where a text has one of these terms, with its number; in order, those that overlap included.

    A term begins with a word, so that only words are looked at which begin one.
    """
    by_first: dict[str, list[tuple[int, str]]] = {}
    for number, term in sorted(terms):
        first = _WORD.match(term)
        if first:
            by_first.setdefault(first.group().lower(), []).append((number, term))
    for word in _WORD.finditer(text):
        for number, term in by_first.get(word.group().lower(), ()):
            found = pattern(term).match(text, word.start())
            if found:
                yield (number, term), *found.span()


@cache
def pattern(term: str) -> re.Pattern[str]:
    """Return what finds a term."""
    return re.compile(_term(term), re.IGNORECASE)


def _term(term: str) -> str:
    """Write one term as a regular expression; a number may run into its unit, and a word may not go on."""
    pieces = _PIECES.findall(fold(term))
    written = []
    for at, piece in enumerate(pieces):
        if piece == "#":
            written.append(_NUMBER)
        elif piece == "*":
            written.append(_UP_TO_TWO_WORDS)
        elif piece.isspace():
            written.append("" if pieces[at - 1] == "*" else r"\s+")
        elif piece == "-" and "#" in pieces:
            written.append("[-\N{EN DASH}]")
        else:
            written.append(re.escape(piece).replace("'", "['\N{RIGHT SINGLE QUOTATION MARK}]"))
    begin = r"(?<![\w-])" if pieces[0][0].isalnum() else ""
    end = r"(?![\w-])" if pieces[-1][-1].isalnum() else ""
    return f"{begin}{''.join(written)}{end}"
