"""The parts of the protocol file, old and new beside each other: each in plain English and as it is written.

Criteria and choices have the verdict on their patients. Of everything else (definitions, limits, schedule, claims) it
is only told whether it says something else now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from trialproof.model.document import Quote
from trialproof.model.place import NOWHERE, Place
from trialproof.model.protocol import Choice, Protocol
from trialproof.model.schedule import IRRADIATION
from trialproof.reports.diff_words import charted, given
from trialproof.reports.page.patients import person
from trialproof.reports.page.rules import Rule, Said, rule_of
from trialproof.reports.versions.apart import Piece, differences
from trialproof.reports.versions.changes import ADDED, DROPPED, say_compared
from trialproof.reports.versions.material import Comparison
from trialproof.verify.finding import Witness
from trialproof.verify.versions.compared import Compared
from trialproof.verify.versions.merged import Merged

SAME, REWRITTEN = "same", "rewritten"
Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What a part says under one heading (`requires`, `when`), in both versions: in English, and as a rule if any."""

    label: str
    english: tuple[Pieces, Pieces]
    formal: tuple[Pieces, Pieces]


@dataclass(frozen=True, slots=True)
class Example:
    """A patient who `leaves` or `comes`."""

    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of either version or both: its verdict, what it means, what it says, its words, and who shows it.

    `before` is its name in the old version where that is another one; `verdict` is that of `diff`, or `added`,
    `dropped`, `rewritten` (no verdict on patients is given, and it says something else now).
    """

    anchor: str
    what: str
    name: str
    before: str
    verdict: str
    says: str
    lines: tuple[Line, ...]
    gives: tuple[tuple[str, str, str], ...]
    examples: tuple[Example, ...]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    quotes: tuple[tuple[Quote, ...], tuple[Quote, ...]]

    @property
    def changed(self) -> bool:
        """Whether there is anything to be shown of it."""
        return self.verdict != SAME or bool(self.gives) or any(_apart(each) for each in self.lines)


@dataclass(frozen=True, slots=True)
class Rules:
    """The parts that changed, and the names of those that did not."""

    changed: tuple[Entry, ...]
    same: tuple[str, ...]


def rules(material: Comparison) -> Rules | None:
    """Return what the parts of both versions say; None where neither has any."""
    found = entries(material)
    if not found:
        return None
    same = [f"{each.name} (was {each.before})" if each.before else each.name for each in found if not each.changed]
    return Rules(tuple(each for each in found if each.changed), tuple(same))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of one version: its name, where it stands, and the words that it quotes."""

    name: str
    place: Place
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A part in the old and in the new version, and what became of its patients, if it has any."""

    old: _Part | None
    new: _Part | None
    compared: Compared | None = None
    gives: tuple[tuple[str, str, str], ...] = ()


def entries(material: Comparison) -> tuple[Entry, ...]:
    """Return all parts of both versions: criteria, choices, then everything else, in the order of the new one."""
    found = (*_criteria(material), *_choices(material), *_others(material))
    return tuple(_entry(material, each, f"rules-{at}") for at, each in enumerate(found, start=1))


def _criteria(material: Comparison) -> Iterator[_Pair]:
    for each in material.amendment.criteria:
        old, new = (None if one is None else _Part(one.id, one.place, one.quotes) for one in (each.old, each.new))
        yield _Pair(old, new, each.compared)


def _choices(material: Comparison) -> Iterator[_Pair]:
    found = material.amendment
    for decision in found.decisions:
        for each in decision.choices:
            old = None if each.old is None else _choice(decision.old.name, each.old)
            new = None if each.new is None else _choice(decision.new.name, each.new)
            yield _Pair(old, new, each.compared, tuple(given(each)))
    for added in found.added:
        yield from (_Pair(None, _choice(added.name, each)) for each in added.choices)
    for dropped in found.dropped:
        yield from (_Pair(_choice(dropped.name, each), None) for each in dropped.choices)


def _choice(decision: str, choice: Choice) -> _Part:
    return _Part(f"{decision}.{choice.name}", choice.place, choice.quotes)


def _others(material: Comparison) -> Iterator[_Pair]:
    merged = material.amendment.merged
    old = {material.renames.name(each.name): each for each in _rest(merged.old.protocol)}
    new = {each.name: each for each in _rest(merged.new.protocol)}
    yield from (_Pair(old.get(name), each) for name, each in new.items())
    yield from (_Pair(each, None) for name, each in old.items() if name not in new)


def _rest(protocol: Protocol) -> Iterator[_Part]:
    """Yield what is no criterion and no choice."""
    yield from (_Part(each.name, each.place, each.quotes) for each in protocol.definitions.values())
    yield from (_Part(each.name, each.place, each.quotes) for each in protocol.limits.values())
    yield from (_Part(each.name, each.place, each.quotes) for each in protocol.checkpoints.values())
    yield from (_Part(each.name, each.place, each.quotes) for each in protocol.schedule.entries.values())
    irradiation = protocol.schedule.irradiation
    if irradiation.place != NOWHERE:
        yield _Part(IRRADIATION, irradiation.place, irradiation.quotes)
    for claim in protocol.claims:
        yield _Part(claim.id, claim.place, claim.quotes)


def _entry(material: Comparison, pair: _Pair, anchor: str) -> Entry:
    merged = material.amendment.merged
    old, new = (
        None if part is None else rule_of(version.protocol, version.selection, part.name, part.place)
        for version, part in ((merged.old, pair.old), (merged.new, pair.new))
    )
    part, rule = pair.new or pair.old, new or old
    assert part is not None  # noqa: S101 - one of the versions has it
    assert rule is not None  # noqa: S101 - and so it has its rule
    lines = tuple(_lines(old, new))
    renamed = pair.old is not None and pair.new is not None and pair.old.name != pair.new.name
    return Entry(
        anchor,
        rule.what,
        part.name,
        pair.old.name if renamed and pair.old is not None else "",
        _verdict(pair, lines),
        "" if pair.compared is None else say_compared(pair.compared),
        lines,
        pair.gives,
        tuple(_examples(merged, pair.compared)),
        (_words(pair.old), _words(pair.new)),
        (() if pair.old is None else pair.old.quotes, () if pair.new is None else pair.new.quotes),
    )


def _verdict(pair: _Pair, lines: tuple[Line, ...]) -> str:
    if pair.old is None:
        return ADDED
    if pair.new is None:
        return DROPPED
    if pair.compared is not None:
        return pair.compared.change.value
    return REWRITTEN if any(map(_apart, lines)) else SAME


def _words(part: _Part | None) -> tuple[str, ...]:
    return () if part is None else tuple(each.text for each in part.quotes)


def _lines(old: Rule | None, new: Rule | None) -> Iterator[Line]:
    """Yield what both say as they are read here, line by line, lines of one heading beside each other."""
    was, now = (_said(each) for each in (old, new))
    for label in dict.fromkeys([*now, *was]):
        empty = Said(label, "")
        for before, after in zip_longest(was.get(label, ()), now.get(label, ()), fillvalue=empty):
            english = differences(before.english, after.english)
            yield Line(label, english, differences(before.formal, after.formal))


def _said(rule: Rule | None) -> Mapping[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for each in rule.said if rule is not None else ():
        if each.taken:
            found.setdefault(each.label, []).append(each)
    return found


def _apart(line: Line) -> bool:
    return any(piece.apart for both in (line.english, line.formal) for pieces in both for piece in pieces)


def _examples(merged: Merged, found: Compared | None) -> Iterator[Example]:
    if found is not None and found.leaving is not None:
        yield Example("leaves", say_witness(merged, found.leaving))
    if found is not None and found.coming is not None:
        yield Example("comes", say_witness(merged, found.coming))


def say_witness(merged: Merged, witness: Witness) -> str:
    """Return a patient in one line, with what a version charts of true values."""
    notes = list(charted(merged, witness))
    words = person(merged.protocol, witness).words
    return f"{words} ({'; '.join(notes)})" if notes else words
