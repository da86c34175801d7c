"""Two texts as they differ word by word, and two lists of sentences side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

ALIKE = 0.4
"""The share of words that two sentences must have in common to stand side by side."""
MOST_COMPARED = 1_000_000
"""Pairs of words, or of sentences, up to which it is searched what two texts have in common."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+|\s+|[<>=!]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one of two texts; `apart`: the other one does not have them there."""

    text: str
    apart: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence to be put beside another: its text, and the names of the parts of the protocol that quote it."""

    text: str
    names: frozenset[str] = frozenset()


def differences(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts in pieces; what the two have in common is the same words in the same order."""
    one, other = _WORD.findall(old), _WORD.findall(new)
    was, now = [True] * len(one), [True] * len(other)
    for i, j, size in _common(one, other):
        was[i : i + size] = now[j : j + size] = [False] * size
    return _pieces(one, was), _pieces(other, now)


def side_by_side(old: Sequence[Item], new: Sequence[Item]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the numbers of sentences that stand beside each other, in the order of both; None beside nothing.

    Sentences of the same words are paired first. Between them, those are paired that have many words in common or are
    quoted by the same parts of the protocol.
    """
    was, now = [each.text for each in old], [each.text for each in new]
    i = j = 0
    for first, second, size in (*_common(was, now), (len(was), len(now), 0)):
        yield from _between(old, new, range(i, first), range(j, second))
        yield from zip(range(first, first + size), range(second, second + size), strict=True)
        i, j = first + size, second + size


def _common(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return runs that two lists have in common: where each begins, and how long it is; too long ones share ends."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    inner, outer = one[start : len(one) - end], other[start : len(other) - end]
    found = [(0, 0, start)]
    if len(inner) * len(outer) <= MOST_COMPARED:
        blocks = SequenceMatcher(None, inner, outer, autojunk=False).get_matching_blocks()
        found += [(start + i, start + j, size) for i, j, size in blocks if size]
    return [*found, (len(one) - end, len(other) - end, end)]


def _pieces(words: Sequence[str], apart: Sequence[bool]) -> tuple[Piece, ...]:
    """Return words in pieces; a blank between two words that are apart is apart as well, one beside them is not."""
    marks = list(apart)
    for at, word in enumerate(words):
        if word.isspace():
            marks[at] = 0 < at < len(words) - 1 and apart[at - 1] and apart[at + 1]
    pieces: list[Piece] = []
    for word, mark in zip(words, marks, strict=True):
        if pieces and pieces[-1].apart == mark:
            pieces[-1] = Piece(pieces[-1].text + word, mark)
        else:
            pieces.append(Piece(word, mark))
    return tuple(pieces)


def _between(
    old: Sequence[Item], new: Sequence[Item], was: range, now: range
) -> Iterator[tuple[int | None, int | None]]:
    """Yield the pairs of two stretches in which no sentence is the same: the best ones that keep the order."""
    if len(was) * len(now) > MOST_COMPARED // 100:
        yield from ((at, None) for at in was)
        yield from ((None, at) for at in now)
        return
    counts, others = ([Counter(_words(each[at].text)) for at in stretch] for each, stretch in ((old, was), (new, now)))
    alike = [[_alike(old[i], new[j], words, theirs) for j, theirs in zip(now, others, strict=True)]
             for i, words in zip(was, counts, strict=True)]  # fmt: skip
    best = [[0.0] * (len(now) + 1) for _ in range(len(was) + 1)]
    for i in reversed(range(len(was))):
        for j in reversed(range(len(now))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + alike[i][j])
    i = j = 0
    while i < len(was) or j < len(now):
        if i < len(was) and best[i][j] == best[i + 1][j]:
            yield was[i], None
            i += 1
        elif j < len(now) and best[i][j] == best[i][j + 1]:
            yield None, now[j]
            j += 1
        else:
            yield was[i], now[j]
            i, j = i + 1, j + 1


def _words(text: str) -> list[str]:
    return [each for each in _WORD.findall(text.casefold()) if not each.isspace()]


def _alike(one: Item, other: Item, words: Counter[str], others: Counter[str]) -> float:
    """Return how much speaks for putting two sentences side by side; nothing speaks for it at 0."""
    shared = sum((words & others).values()) / max(1, min(sum(words.values()), sum(others.values())))
    return max(0.0, shared - ALIKE) + (1.0 if one.names & other.names else 0.0)
