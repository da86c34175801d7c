"""The passage of a document that comes closest to a quote which is not in it, for the help under that error.

A window as long as the quote slides over the words of the document; rare words weigh more than common ones. Words
that the document lacks are first read as the most similar word that it has.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher, get_close_matches
from math import log
from unicodedata import name

NEWLINE = "\n"
WORD = re.compile(r"\w+")
TOKEN = re.compile(r"\w+|[^\w\s]")
LONGEST_QUOTE = 300
MARGIN = 4
CLOSE = 0.6
SHOWN = 160
ROUNDING = 1e-9


def say_nearest(text: str, quote: str) -> str | None:
    """Return where the nearest passage is, how it reads, and the first difference if it is close; None if none is."""
    words = list(WORD.finditer(text))
    counts = Counter(word.group().lower() for word in words)
    quoted = [_meant(token.lower(), counts) for token in TOKEN.findall(quote)[:LONGEST_QUOTE]]
    wanted = [token for token in quoted if token in counts]
    best = _best_window([word.group().lower() for word in words], wanted, counts)
    if best is None:
        return None
    region = words[max(best - MARGIN, 0)].start(), words[min(best + len(wanted) + MARGIN, len(words)) - 1].end()
    start, end, likeness = _align(text, region, quoted)
    passage = " ".join(text[start:end].split())
    shown = passage if len(passage) <= SHOWN else f"{passage[:SHOWN].rstrip()} ..."
    said = f"the nearest passage is in line {text.count(NEWLINE, 0, start) + 1}: `{shown}`"
    difference = _first_difference(" ".join(text[start : end + 40].split()), " ".join(quote.split()))
    return f"{said}\n{difference}" if likeness >= CLOSE and difference else said


def _align(text: str, region: tuple[int, int], quoted: list[str]) -> tuple[int, int, float]:
    """Lay the quote on a region of the text where they are most alike: where it begins, ends, and how alike."""
    tokens = list(TOKEN.finditer(text, *region))
    words = [token.group().lower() for token in tokens]
    matcher = SequenceMatcher(None, b=quoted, autojunk=False)
    ranked = []
    for start in range(max(len(words) - len(quoted), 0) + 1):
        matcher.set_seq1(words[start : start + len(quoted)])
        ranked.append((matcher.ratio(), words[start] == quoted[0], -start))
    likeness, _, before = max(ranked)
    return tokens[-before].start(), tokens[min(len(quoted) - before, len(tokens)) - 1].end(), likeness


def _best_window(words: list[str], wanted: list[str], counts: Counter[str]) -> int | None:
    """Return where the window begins that shares most with the wanted words; None where nothing is shared."""
    needed = Counter(wanted)
    weight = {word: 1 + log(len(words) / counts[word]) for word in needed}
    inside: Counter[str] = Counter()
    score, best_score, best = 0.0, 0.0, None
    for index, word in enumerate(words):
        if word in needed:
            inside[word] += 1
            if inside[word] <= needed[word]:
                score += weight[word]
        if index >= len(wanted) and (left := words[index - len(wanted)]) in needed:
            if inside[left] <= needed[left]:
                score -= weight[left]
            inside[left] -= 1
        if score > best_score + ROUNDING:
            best_score, best = score, max(index - len(wanted) + 1, 0)
    return best


def _meant(word: str, counts: Counter[str]) -> str:
    """Return the word of the document that a word of the quote is, or was probably meant to be."""
    if word in counts or not word.isalpha():
        return word
    near = get_close_matches(word, [each for each in counts if abs(len(each) - len(word)) <= 2], n=1, cutoff=0.75)
    return near[0] if near else word


def _first_difference(passage: str, quote: str) -> str | None:
    """Say what stands in either text where they first differ; None where one only goes on after the other."""
    at = next((index for index, (a, b) in enumerate(zip(passage, quote, strict=False)) if a != b), None)
    if at is None:
        return None
    start = quote.rfind(" ", 0, max(at - 10, 0)) + 1
    ours, theirs = (f"`{text[start : _word_end(text, at)]}`{_name(text[at])}" for text in (passage, quote))
    return f"the first difference: the document has {ours}, the quote {theirs}"


def _word_end(text: str, at: int) -> int:
    end = text.find(" ", at + 8)
    return end if end >= 0 else len(text)


def _name(character: str) -> str:
    """Name a character that is easily taken for another."""
    return "" if character.isascii() or character.isalpha() else f" with {name(character, 'an odd mark').lower()}"
