"""The two documents side by side, sentence by sentence, with the words marked that the other one does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.reports.versions.apart import Item, Piece, differences, side_by_side
from trialproof.reports.versions.material import Comparison
from trialproof.reports.versions.rules import Entry, entries
from trialproof.verify.text.coverage import sentences

FEW = 2
"""So many sentences in a row that are the same stand open; more are folded away."""


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence of one version: its line, its words, and whether it is a heading."""

    line: int
    pieces: tuple[Piece, ...]
    heading: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of the protocol that quotes a sentence: its name, its verdict, and its anchor among the rules."""

    name: str
    verdict: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side; None on one side is nothing."""

    old: Side | None
    new: Side | None
    same: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that are all the same, or all not; `folded`: so many are the same that nobody reads them again."""

    same: bool
    folded: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """Both documents; `changed` counts the rows that are not the same."""

    old: str
    new: str
    stretches: tuple[Stretch, ...]
    changed: int
    of: int


def documents(material: Comparison) -> Documents | None:
    """Return the documents side by side; None where a version has none."""
    merged = material.amendment.merged
    old, new = merged.old.protocol, merged.new.protocol
    if old.text is None or new.text is None:
        return None
    rows = tuple(_rows(material, old, new))
    stretches = []
    for same, found in groupby(rows, key=lambda each: each.same):
        mine = tuple(found)
        stretches.append(Stretch(same, same and len(mine) > FEW, mine))
    changed = sum(not each.same for each in rows)
    names = [PurePath(each.document).name for each in (old, new)]
    paths = names if names[0] != names[1] else [old.document, new.document]
    return Documents(paths[0], paths[1], tuple(stretches), changed, len(rows))


def _rows(material: Comparison, old: Protocol, new: Protocol) -> Iterator[Row]:
    was, now = (_sentences(each) for each in (old, new))
    rules = entries(material)
    quoted = [_quoted(rules, version, found) for version, found in enumerate((was, now))]
    items = [
        [Item(quote.text, frozenset(each.anchor for each in mine.get(at, ()))) for at, (quote, _) in enumerate(found)]
        for found, mine in zip((was, now), quoted, strict=True)
    ]
    for i, j in side_by_side(*items):
        words = ["" if at is None else found[at].text for found, at in zip(items, (i, j), strict=True)]
        pieces = differences(*words)
        mine = dict.fromkeys([*(quoted[0].get(i, ()) if i is not None else ()),
                              *(quoted[1].get(j, ()) if j is not None else ())])  # fmt: skip
        marks = tuple(Mark(each.name, each.verdict, each.anchor) for each in mine if each.verdict != "same")
        yield Row(_side(was, i, pieces[0]), _side(now, j, pieces[1]), words[0] == words[1], marks)


def _sentences(protocol: Protocol) -> list[tuple[Quote, bool]]:
    assert protocol.text is not None  # noqa: S101 - the caller has looked
    return [(each.passage.quote, each.passage.heading) for each in sentences(protocol, protocol.text)]


def _side(found: Sequence[tuple[Quote, bool]], at: int | None, pieces: tuple[Piece, ...]) -> Side | None:
    return None if at is None else Side(found[at][0].line, pieces, found[at][1])


def _quoted(
    rules: Sequence[Entry], version: int, found: Sequence[tuple[Quote, bool]]
) -> Mapping[int, tuple[Entry, ...]]:
    """Return for each sentence of a version the parts of the protocol that quote some of its words."""
    by_sentence: dict[int, list[Entry]] = {}
    for each in rules:
        for quote in each.quotes[version]:
            for at, (sentence, _) in enumerate(found):
                if quote.start < sentence.end and sentence.start < quote.end:
                    by_sentence.setdefault(at, []).append(each)
    return {at: tuple(mine) for at, mine in by_sentence.items()}

