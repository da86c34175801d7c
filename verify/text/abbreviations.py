"""Abbreviations of a document, and whether it ever writes them out.

An abbreviation is a word with two capital letters or more that is no unit, no Roman numeral and not on the lexicon's
list of those that need no expansion. Words of a line that is written in capitals are none, nor are those that the
document also has in small letters. It is written out where its letters begin the words next to it, on either side of a
bracket, in a list of abbreviations, or (from three letters) anywhere in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from trialproof.model.document import Document
from trialproof.model.unit import SPELLINGS
from trialproof.verify.text.coverage import Sentence
from trialproof.verify.text.lexicon import lexicon

LONGEST = 12
SHORT = 2
SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "per"}

_TOKEN = re.compile(r"[A-Za-z\d]+(?:[-/][A-Za-z\d]+)*")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = re.compile(r"\b[a-z]+\b")
_ROMAN = re.compile(r"[IVXLC]+[A-Ca-c]?\d?")
_CAPITAL = re.compile(r"[A-Z]")
_NOT_LETTER = re.compile(r"[^a-z]")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An abbreviation, where it is first met, and the sentence it stands in."""

    text: str
    start: int
    end: int
    sentence: Sentence


def never_written_out(document: Document, sentences: Iterable[Sentence]) -> tuple[Abbreviation, ...]:
    """Return the abbreviations that the document uses and nowhere writes out, in order."""
    all_passages = tuple(sentences)
    first: dict[str, Abbreviation] = {}
    for sentence in all_passages:
        if not sentence.passage.heading:
            for each in _abbreviations(document, sentence):
                first.setdefault(each.text, each)
    if not first:
        return ()
    written = "|".join(_initials(document, each) for each in all_passages)
    small = set(_SMALL.findall(document.text))
    return tuple(
        each
        for each in first.values()
        if each.text.lower() not in small and not _is_written_out(document, each.text, written)
    )


def _abbreviations(document: Document, sentence: Sentence) -> Iterator[Abbreviation]:
    quote = sentence.passage.quote
    found = list(_TOKEN.finditer(document.text, quote.start, quote.end))
    long = [each.group() for each in found if len(each.group()) > SHORT and each.group().isalpha()]
    if len(long) > 1 and sum(each.isupper() for each in long) > len(long) / 2:
        return
    for each in found:
        for start, text in _pieces(each.start(), each.group()):
            yield Abbreviation(text, start, start + len(text), sentence)


def _pieces(start: int, token: str) -> Iterator[tuple[int, str]]:
    """Yield the abbreviations in a word: all of it, or of `A/B` and `A-B` those parts that need to be written out."""
    known = _known()
    if token in known or len(_CAPITAL.findall(token)) < SHORT or _is_unit(token):
        return
    if "/" in token:
        at = start
        for part in token.split("/"):
            yield from _pieces(at, part)
            at += len(part) + 1
        return
    parts = token.split("-")
    if len(parts) > 1 and any(part in known or part.islower() or part.istitle() for part in parts):
        at = start
        for part in parts:
            yield from _pieces(at, part)
            at += len(part) + 1
        return
    if len(token) > LONGEST or _ROMAN.fullmatch(token) or token.removesuffix("s") in known:
        return
    if sum(each.islower() for each in token) > len(_CAPITAL.findall(token)):
        return  # `LifeSciences` is a name
    yield start, token.removesuffix("s") if token[:-1].isupper() else token


@cache
def _known() -> frozenset[str]:
    return frozenset(term for entry in lexicon().known for term in entry.terms)


def _is_unit(token: str) -> bool:
    parts = (each.strip("0123456789") for each in re.split("[/.-]", token))
    return all(not each or each in SPELLINGS for each in parts)


def _initials(document: Document, sentence: Sentence) -> str:
    """Return the first letters of the words of a passage, without small words."""
    quote = sentence.passage.quote
    words = (each.lower() for each in _WORD.findall(document.text, quote.start, quote.end))
    return "".join(each[0] for each in words if each not in SMALL_WORDS)


def _is_written_out(document: Document, abbreviation: str, initials: str) -> bool:
    letters = _NOT_LETTER.sub("", abbreviation.lower())
    if len(letters) > SHORT and letters in initials:
        return True
    escaped = re.escape(abbreviation)
    for found in re.finditer(rf"(?<![\w-]){escaped}s?(?![\w-])", document.text):
        before = document.text[max(found.start() - 200, 0) : found.start()]
        after = document.text[found.end() : found.end() + 200]
        behind = re.match(r"\s*[(:=\u2013-]\s*((?:[^\W\d_]|[\s-])+)", after)
        if behind and _begins_with(letters, behind[1]):
            return True
        if re.match(r"[^()]*\)", after) and re.search(r"\([^()]*$", before):
            bracket = before[: before.rindex("(")]
            if _spelled_by(letters, bracket):
                return True
        if re.match(r"\s+(?:means|denotes|stands for|is short for|is the abbreviation)", after):
            return True
    return False


def _begins_with(letters: str, words: str) -> bool:
    """Return whether words spell an abbreviation from their first on: each letter in order, the first at the start."""
    first = words.lower().lstrip()
    return first[:1] == letters[:1] and _in_order(letters, first[: 25 * len(letters)])


def _spelled_by(letters: str, words: str) -> bool:
    """Return whether the words before a bracket spell what stands in it: its letters, in order, from a word's start.

    At most twice as many words as letters are looked at, as Schwartz and Hearst (2003) propose.
    """
    last = _WORD.findall(words.lower())[-min(len(letters) + 5, 2 * len(letters)) :]
    return any(each[:1] == letters[:1] and _in_order(letters, " ".join(last[at:])) for at, each in enumerate(last))


def _in_order(letters: str, text: str) -> bool:
    at = -1
    for letter in letters:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True
