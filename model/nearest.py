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


def say_nearest(text: str, quote: str) -> str | None:
    """Return where the nearest passage is, how it reads, and the first difference if it is close; None if none is."""
    words = list(WORD.finditer(text))
    wanted = [word.lower() for word in WORD.findall(quote)[:LONGEST_QUOTE]]
    best = _best_window([word.group().lower() for word in words], wanted)
    if best is None:
        return None
    region = words[max(best - MARGIN, 0)].start(), words[min(best + len(wanted) + MARGIN, len(words)) - 1].end()
    start, end, likeness = _align(text, region, words[best].start(), quote)
    passage = " ".join(text[start:end].split())
    shown = passage if len(passage) <= SHOWN else f"{passage[:SHOWN].rstrip()} ..."
    said = f"the nearest passage is in line {text.count(NEWLINE, 0, start) + 1}: `{shown}`"
    difference = _first_difference(" ".join(text[start : end + 40].split()), " ".join(quote.split()))
    return f"{said}\n{difference}" if likeness >= CLOSE and difference else said


def _align(text: str, region: tuple[int, int], window: int, quote: str) -> tuple[int, int, float]:
    """Lay the quote on a region of the text by their longest common run: where it begins, ends, and how alike."""
    quoted = TOKEN.findall(quote)[: 2 * LONGEST_QUOTE]
    tokens = list(TOKEN.finditer(text, *region))
    run = SequenceMatcher(None, quoted, [token.group() for token in tokens], autojunk=False).find_longest_match()
    begins = run.b - run.a if run.size else [token.start() for token in tokens].index(window)
    alike = [i for i in range(begins - 3, begins + 4) if 0 <= i < len(tokens) and tokens[i].group() == quoted[0]]
    start = min(alike, key=lambda i: abs(i - begins), default=max(begins, 0))
    end = min(begins + len(quoted), len(tokens)) - 1
    passage = [token.group() for token in tokens[start : end + 1]]
    likeness = SequenceMatcher(None, quoted, passage, autojunk=False).ratio()
    return tokens[start].start(), tokens[max(start, end)].end(), likeness


def _best_window(words: list[str], wanted: list[str]) -> int | None:
    """Return where the window begins that shares most with the wanted words; None where nothing is shared."""
    counts = Counter(words)
    known = Counter(like for like in (_like(word, counts) for word in wanted) if like is not None)
    weight = {word: 1 + log(len(words) / counts[word]) for word in known}
    inside: Counter[str] = Counter()
    score, best_score, best = 0.0, 0.0, None
    for index, word in enumerate(words):
        if word in known:
            inside[word] += 1
            if inside[word] <= known[word]:
                score += weight[word]
        if index >= len(wanted) and (left := words[index - len(wanted)]) in known:
            if inside[left] <= known[left]:
                score -= weight[left]
            inside[left] -= 1
        if score > best_score + 1e-9:
            best_score, best = score, max(index - len(wanted) + 1, 0)
    return best


def _like(word: str, counts: Counter[str]) -> str | None:
    """Return the word of the document that is meant, or None."""
    if word in counts:
        return word
    near = get_close_matches(word, [each for each in counts if abs(len(each) - len(word)) <= 2], n=1, cutoff=0.75)
    return near[0] if near else None


def _first_difference(passage: str, quote: str) -> str | None:
    """Say what stands in either text where they first differ; None where one only goes on after the other."""
    at = next((index for index, (a, b) in enumerate(zip(passage, quote, strict=False)) if a != b), None)
    if at is None:
        return None
    start = quote.rfind(" ", 0, max(at - 10, 0)) + 1
    ours, theirs = (f"`{text[start : at + 10].strip()}`{_name(text[at])}" for text in (passage, quote))
    return f"the first difference: the document has {ours}, the quote {theirs}"


def _name(character: str) -> str:
    """Name a character that is easily taken for another."""
    return "" if character.isascii() or character.isalpha() else f" with {name(character, 'an odd mark').lower()}"
