"""Words that leave a threshold open, as a protocol file adds them to those that the program knows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trialproof.model import shape
from trialproof.model.document import fold, show
from trialproof.model.protocol import VagueTerm
from trialproof.model.source import DataPath, Source

LONGEST_TERM = 100
MOST_GAPS = 2

_LETTER = re.compile(r"[^\W\d_]")


def read_lexicon(source: Source, parts: Sequence[shape.Vague]) -> tuple[VagueTerm, ...]:
    """Return the terms in the order of the file. Raises `BadInput`."""
    found: list[VagueTerm] = []
    for index, part in enumerate(parts):
        path = ("lexicon", index)
        term = _words(source, (*path, "term"), part.term)
        if any(each.term.casefold() == term.casefold() for each in found):
            raise source.problem(f"the term {show(term)} is listed twice", (*path, "term"))
        unless = tuple(
            _words(source, (*path, "unless", at), each) for at, each in enumerate(part.unless or ())
        )
        found.append(VagueTerm(term, fold(part.because), unless, source.key_place(path)))
    return tuple(found)


def _words(source: Source, path: DataPath, text: str) -> str:
    """Return words to look for, with single blanks between them."""
    words = fold(text)
    if not _LETTER.search(words):
        raise source.problem(f"{show(words)} is no word", path, help="write the words as the document has them")
    if len(words) > LONGEST_TERM:
        raise source.problem(f"a term of {len(words)} characters is too long, at most {LONGEST_TERM} are read", path)
    pieces = words.split()
    if not _LETTER.match(words) or pieces[-1] == "*" or words.count("*") > MOST_GAPS:
        raise source.problem(
            f"{show(words)} cannot be looked for",
            path,
            help="a term begins with a letter; `*` stands between words, and at most twice",
        )
    return words
