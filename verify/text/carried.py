"""Which vague words of the document the protocol's definitions take care of: by a threshold, or by leaving them open.

A definition carries the words that it quotes, wherever the document has them again, and the terms of the same kind in
whatever rests on it. It must have something to measure or to tell apart for each vague word that it quotes: one that
only stands for a yes or no moves the judgement elsewhere, and settles nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.condition import TERMS, Compare, Condition, Derived, Is, Named, Term, Yes
from trialproof.model.document import Document, Quote
from trialproof.model.protocol import Definition, Protocol
from trialproof.verify.linear import walk
from trialproof.verify.text.coverage import Account, Standing
from trialproof.verify.text.lexicon import Entry, Match


@dataclass(frozen=True, slots=True)
class Carriers:
    """The definitions that carry vague words: which spans of the document, and which kinds of terms each."""

    protocol: Protocol
    spans: Sequence[tuple[int, int]]
    kinds: Mapping[str, frozenset[Entry]]

    def carry(self, match: Match, account: Account | None) -> bool:
        """Return whether a term is taken care of, in what quotes it or elsewhere."""
        before = bisect_right(self.spans, match.start, key=lambda span: span[0])
        if before and match.end <= self.spans[before - 1][1]:
            return True
        if account is None:
            return False
        if account.standing is Standing.OPEN:
            return True
        names = (name for rule in rules_of(self.protocol, account) for name in _resting_on(self.protocol, rule))
        return any(match.entry in self.kinds.get(name, ()) for name in names)


def carriers(protocol: Protocol, document: Document, matches: Sequence[Match]) -> Carriers:
    """Return the definitions that carry vague words, of which these are all that the document has."""
    starts = [each.start for each in matches]
    spans: list[tuple[int, int]] = []
    kinds: dict[str, frozenset[Entry]] = {}
    for definition in protocol.definitions.values():
        measured = _measured(protocol, definition)
        quoted: list[Match] = []
        for quote in definition.quotes:
            inside = matches[bisect_left(starts, quote.start) : bisect_left(starts, quote.end)]
            if inside and len(inside) <= measured:
                quoted += inside
                spans += _everywhere(document, quote)
        if quoted:
            kinds[definition.name] = frozenset(each.entry for each in quoted)
    return Carriers(protocol, _joined(spans), kinds)


def rules_of(protocol: Protocol, account: Account) -> Iterator[Condition | Term]:
    """Yield the rules of the part that quotes something."""
    name = account.name
    if name in protocol.definitions:
        yield protocol.definitions[name].body
    for criterion in protocol.criteria:
        if criterion.id == name:
            yield criterion.rule
    for decision in protocol.decisions.values():
        for choice in decision.choices:
            if f"{decision.name}.{choice.name}" == name:
                yield choice.rule
    if name in protocol.limits:
        yield protocol.limits[name].population
    if name in protocol.schedule.entries:
        yield protocol.schedule.entries[name].population
    for claim in protocol.claims:
        if claim.id == name:
            yield claim.rule


def _measured(protocol: Protocol, definition: Definition) -> int:
    """Return how many things a definition measures, tells apart, or says that they are left open."""
    nodes = list(walk(protocol, definition.body))
    found: set[Condition | Term] = {node for node in nodes if isinstance(node, (Compare, Is))}
    found |= {each for each in nodes if isinstance(each, Yes) and protocol.quantities[each.quantity].left_open}
    return max(len(found), isinstance(definition.body, TERMS))


def _resting_on(protocol: Protocol, rule: Condition | Term) -> Iterator[str]:
    """Yield the definitions that a rule is made of."""
    for node in walk(protocol, rule):
        if isinstance(node, (Named, Derived)):
            yield node.definition


def _everywhere(document: Document, quote: Quote) -> Iterator[tuple[int, int]]:
    """Yield every place where the document has the words of a quote, in any case."""
    words = r"\s+".join(re.escape(word) for word in quote.text.split())
    for found in re.finditer(words, document.text, re.IGNORECASE):
        yield found.span()


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the spans in order, of those that overlap the union."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
