"""What of the document is accounted for: which part of the protocol quotes which sentence.

A sentence is accounted for by whatever quotes a word of it. ` ... ` inside a quote stands for the words between, and
those count as quoted.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from trialproof.model.document import Document, Quote
from trialproof.model.dose import Checkpoint
from trialproof.model.place import Place
from trialproof.model.protocol import Protocol
from trialproof.model.schedule import IRRADIATION, Entry
from trialproof.model.sentences import Passage, passages
from trialproof.verify.finding import Coverage

JOINING = {"and"}
"""What may stand between two quotes without a meaning of its own."""

_WORD = re.compile(r"\w+")


class Standing(IntEnum):
    """How a part accounts for what it quotes; the first of several counts."""

    RULE = 1
    OPEN = 2
    NOT_MODELLED = 3
    TO_DO = 4
    NOTHING = 5


@dataclass(frozen=True, slots=True)
class Account:
    """A part of the protocol that quotes the document. `name` is what the file calls it; empty for what is set aside.

    `decision` is the decision that a choice belongs to.
    """

    standing: Standing
    name: str
    quotes: tuple[Quote, ...]
    place: Place
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A passage, the parts that quote a word of it, and the offsets of its words that are quoted, in order."""

    passage: Passage
    accounts: tuple[Account, ...]
    quoted: tuple[tuple[int, int], ...]
    in_full: bool

    @property
    def standing(self) -> Standing:
        """How the sentence is accounted for."""
        return min((each.standing for each in self.accounts), default=Standing.NOTHING)


def accounts(protocol: Protocol) -> tuple[Account, ...]:
    """Return every part of the protocol that quotes the document, in the order of the protocol."""
    return tuple(each for each in _accounts(protocol) if each.quotes)


def _accounts(protocol: Protocol) -> Iterator[Account]:
    left_open = {name for name, each in protocol.quantities.items() if each.left_open is not None}

    def standing(name: str) -> Standing:
        return Standing.OPEN if name in left_open else Standing.RULE

    for definition in protocol.definitions.values():
        yield Account(standing(definition.name), definition.name, definition.quotes, definition.place)
    for criterion in protocol.criteria:
        yield Account(standing(criterion.id), criterion.id, criterion.quotes, criterion.place)
    for decision in protocol.decisions.values():
        for choice in decision.choices:
            name = f"{decision.name}.{choice.name}"
            yield Account(standing(name), name, choice.quotes, choice.place, decision.name)
    for limit in protocol.limits.values():
        yield Account(Standing.RULE, limit.name, limit.quotes, limit.place)
    schedule = protocol.schedule
    yield Account(Standing.RULE, IRRADIATION, schedule.irradiation.quotes, schedule.irradiation.place)
    events: dict[str, Entry | Checkpoint] = {**protocol.checkpoints, **schedule.entries}
    for event in events.values():
        yield Account(Standing.RULE, event.name, event.quotes, event.place)
    for claim in protocol.claims:
        yield Account(Standing.RULE, claim.id, claim.quotes, claim.place)
    for aside in protocol.not_modelled:
        yield Account(Standing.NOT_MODELLED, "", aside.quotes, aside.place)
    for aside in protocol.todo:
        yield Account(Standing.TO_DO, "", aside.quotes, aside.place)


def sentences(protocol: Protocol, document: Document) -> tuple[Sentence, ...]:
    """Return every passage of the document, in order, with what accounts for it."""
    found = passages(document)
    starts = [each.quote.start for each in found]
    ends = [each.quote.end for each in found]
    touching: Mapping[int, list[tuple[Account, int, int]]] = {at: [] for at in range(len(found))}
    for account in accounts(protocol):
        for quote in account.quotes:
            for at in range(bisect_right(ends, quote.start), bisect_left(starts, quote.end)):
                start, end = max(quote.start, starts[at]), min(quote.end, ends[at])
                if any(each.isalnum() for each in document.text[start:end]):
                    touching[at].append((account, start, end))
    return tuple(_sentence(document, passage, touching[at]) for at, passage in enumerate(found))


def _sentence(document: Document, passage: Passage, touching: Sequence[tuple[Account, int, int]]) -> Sentence:
    spans: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for _, start, end in touching):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    edges = [passage.quote.start, *(edge for span in spans for edge in span), passage.quote.end]
    left_over = (document.text[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2))
    in_full = {word for words in left_over for word in _WORD.findall(words.casefold())} <= JOINING
    unique = dict.fromkeys(account for account, _, _ in touching)
    return Sentence(passage, tuple(unique), tuple(spans), in_full)


def coverage(found: Sequence[Sentence]) -> Coverage:
    """Count the sentences of a document by what accounts for them."""
    said = [each for each in found if not each.passage.heading]
    count = {standing: sum(each.standing is standing for each in said) for standing in Standing}
    return Coverage(
        by_rule=count[Standing.RULE],
        left_open=count[Standing.OPEN],
        not_modelled=count[Standing.NOT_MODELLED],
        to_do=count[Standing.TO_DO],
        by_nothing=count[Standing.NOTHING],
        in_part=sum(each.standing < Standing.TO_DO and not each.in_full for each in said),
        headings=len(found) - len(said),
    )


def say_coverage(figures: Coverage) -> str:
    """Say how many sentences are accounted for, and by what."""
    parts = [
        (count, words)
        for count, words in (
            (figures.by_rule, "by a rule"),
            (figures.left_open, "as left open"),
            (figures.not_modelled, "as not modelled"),
        )
        if count
    ]
    are = "is" if figures.sentences == 1 else "are"
    said = f"{figures.accounted} of {_count(figures.sentences, 'sentence')} {are} accounted for"
    if len(parts) == 1:
        said += f" {parts[0][1]}"
    elif parts:
        said += f", {listing([f'{count} {words}' for count, words in parts])}"
    said += f" ({figures.in_part} of them in part)" if figures.in_part else ""
    said += f"; {figures.to_do} still to do" if figures.to_do else ""
    said += f"; {figures.by_nothing} by nothing" if figures.by_nothing else ""
    if not figures.headings:
        return said
    return f"{said}; {_count(figures.headings, 'heading')} {'do' if figures.headings > 1 else 'does'} not count"


def listing(words: Sequence[str]) -> str:
    """Return words as a list: `a`, `a and b`, `a, b and c`; there is one at least."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
