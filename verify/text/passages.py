"""What the checks of the document share: its sentences, who quotes what, and how a passage is shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from trialproof.model.document import Document, Quote
from trialproof.model.place import Place
from trialproof.model.protocol import Acceptance, Protocol
from trialproof.verify.acceptance import accepting
from trialproof.verify.case import Case
from trialproof.verify.finding import Finding, Label, Under
from trialproof.verify.text.coverage import Account, Sentence, Standing, listing, sentences

WORDS_AROUND = 6
MOST_NAMED = 12

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Text:
    """A document with its sentences."""

    document: Document
    sentences: tuple[Sentence, ...]
    starts: tuple[int, ...]

    def at(self, offset: int) -> Sentence | None:
        """Return the sentence that holds an offset; None for a heading, or between two."""
        before = bisect_right(self.starts, offset)
        found = self.sentences[before - 1] if before else None
        if found is None or found.passage.heading or offset >= found.passage.quote.end:
            return None
        return found

    def place(self, offset: int) -> Place:
        """Return where in the document's file an offset is."""
        column = offset - self.document.text.rfind("\n", 0, offset)
        return Place(self.document.file, self.document.line(offset), column)

    def around(self, start: int, end: int) -> Quote:
        """Return the words between two offsets with a few of their sentence or heading before and after them."""
        quote = self.sentences[bisect_right(self.starts, start) - 1].passage.quote
        before = [each.start() for each in _WORD.finditer(self.document.text, quote.start, start)]
        after = [each.end() for each in _WORD.finditer(self.document.text, end, quote.end)]
        first = before[-WORDS_AROUND:][0] if before else start
        last = after[: WORDS_AROUND + 1][-1] if after else end
        return self.document.span(first, last)


def text_of(case: Case) -> Text | None:
    """Return the document of a case, read once; None where the protocol names none."""
    document = case.protocol.text
    if document is None:
        return None

    def read() -> Text:
        found = sentences(case.protocol, document)
        return Text(document, found, tuple(each.passage.quote.start for each in found))

    return case.once("text", read)


def quoting(sentence: Sentence, start: int, end: int) -> Account | None:
    """Return the part that quotes the words between two offsets most closely; None if none does."""
    found = [
        (account.standing, quote.end - quote.start, account)
        for account in sentence.accounts
        for quote in account.quotes
        if quote.start <= start and end <= quote.end
    ]
    return min(found, key=lambda each: each[:2])[2] if found else None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found in the document: its words, who says so where, and how close it is to a rule."""

    words: tuple[str, ...]
    label: Label
    standing: Standing = Standing.NOTHING
    decision: str | None = None


def grouped(
    protocol: Protocol, items: Sequence[Item], finding: Callable[[Sequence[Item]], Finding]
) -> Iterator[Finding]:
    """Yield one finding for all items that nobody accepts, then one for those that each acceptance covers.

    Items closer to a rule come first. The document is what it is, however its sentences are read.
    """
    by_acceptance: dict[Acceptance | None, list[Item]] = {None: []}
    for item in sorted(items, key=lambda each: each.standing):
        by_acceptance.setdefault(accepting(protocol, finding([item])), []).append(item)
    for found in by_acceptance.values():
        if found:
            yield replace(finding(found), readings=Under(of=protocol.combinations))


def unique_words(items: Iterable[Item]) -> tuple[str, ...]:
    """Return the words of items, each once, in order."""
    return tuple(dict.fromkeys(each for item in items for each in item.words))


def named(words: Sequence[str]) -> str:
    """Return words in backticks, of many the first few: `` `a`, `b` and 3 more ``."""
    quoted = [f"`{each.replace('`', '')}`" for each in words]
    if len(quoted) > MOST_NAMED:
        quoted = [*quoted[: MOST_NAMED - 1], f"{len(quoted) - MOST_NAMED + 1} more"]
    return listing(quoted)
