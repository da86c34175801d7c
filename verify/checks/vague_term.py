"""A word of the document leaves a threshold open.

What it does
    Looks in every sentence for the terms of a reviewed lexicon, each of which is there for a reason that is printed
    with it, and for those that the protocol adds under `lexicon`. Silent where the sentence itself gives the limit
    behind the term ("severe (grade 3 or more)"), where a definition that quotes the words has something to measure or
    to tell apart, and where one leaves them open on purpose (that is TP505). Terms in the words of a rule come first.

Why it matters
    Two careful people fill in a vague word differently, and then two patients alike are treated differently. No proof
    shows it, because a rule for such a word is a yes or no that somebody judges.

Example
    "Sufficient liver and kidney functions": no test, and no limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said
from trialproof.verify.finding import Finding, Label, Severity
from trialproof.verify.text.carried import carriers
from trialproof.verify.text.coverage import Sentence
from trialproof.verify.text.lexicon import Match, find, vague_entries
from trialproof.verify.text.passages import Item, Text, grouped, named, quoting, text_of, unique_words

CODE, NAME = "TP502", "vague-term"

_OWN_LIMIT = re.compile(
    r"[^,;.()]{0,80}?\((?:[^()]*\d|[^()]*\b[IVX]+\b|[^()]*\bgrade\b|\s*(?:defined|i\.e\.|that is)\b)"
    r"|[^,;()]{0,80}?(?:[<>≤≥=]+\s*\d|\bdefined (?:as|by|below|in)\b|\bi\.e\.|\bnamely\b)"
    r"|[^,;.():]{0,80}?:[^;]*\d"
)


def run(case: Case) -> Iterator[Said]:
    """Look at every term that the document has."""
    text = text_of(case)
    if text is None:
        return
    matches = find(text.document, vague_entries(case.protocol.lexicon))
    carrying = carriers(case.protocol, text.document, matches)
    items = []
    for match in matches:
        sentence = text.at(match.start)
        if sentence is None or _limited(text, sentence, match):
            continue
        account = quoting(sentence, match.start, match.end)
        if carrying.carry(match, account):
            continue
        place = account.place if account else text.place(match.start)
        label = Label(place, (text.around(match.start, match.end),), match.entry.because)
        items.append(Item((match.words,), label, sentence.standing, account.decision if account else None))
    yield from grouped(case.protocol, items, _finding)


def _limited(text: Text, sentence: Sentence, match: Match) -> bool:
    """Return whether the sentence gives the limit itself, behind the term."""
    return _OWN_LIMIT.match(text.document.text, match.end, sentence.passage.quote.end) is not None


def _finding(items: Sequence[Item]) -> Finding:
    words = unique_words(items)
    decisions = {each.decision for each in items}
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"{len(words)} terms leave their threshold open: {named(words)}"
        if len(words) > 1
        else f"{named(words)} leaves its threshold open",
        decision=next(iter(decisions)) if len(decisions) == 1 else None,
        labels=tuple(_labels(items)),
        help="write the limit into the document; a definition that quotes the words and measures something, or leaves "
        "them `open` for a reason, settles them here",
        words=words,
    )


def _labels(items: Sequence[Item]) -> Iterator[Label]:
    """Yield one label for the terms of one kind that one part quotes; a reason is given once."""
    given = set()
    for (place, because), alike in groupby(items, key=lambda each: (each.label.place, each.label.note)):
        some = list(alike)
        quotes = dict.fromkeys(quote for each in some for quote in each.label.quotes)
        reason = "" if because in given else f": {because}"
        given.add(because)
        yield Label(place, tuple(quotes), f"{named(unique_words(some))}{reason}")


PASSES = (
    """\
trialproof: 1
title: the document gives the limit
document: document.txt
quantities:
  clearance: {unit: mL/min, range: [0, 200], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, quote: Sufficient kidney function (clearance 60 mL/min or more), rule: clearance >= 60 mL/min}
--- document.txt
Sufficient kidney function (clearance 60 mL/min or more)
""",
    """\
trialproof: 1
title: a definition gives the limit
document: document.txt
quantities:
  clearance: {unit: mL/min, range: [0, 200], recorded_to: 1}
definitions:
  kidneys: {quote: Sufficient kidney function, rule: clearance >= 60 mL/min}
eligibility:
  inclusion:
    - {id: I1, quote: Sufficient kidney function., rule: kidneys}
--- document.txt
Sufficient kidney function.
""",
)
FAILS = """\
trialproof: 1
title: no limit anywhere
document: document.txt
quantities:
  kidneys: {yes_no: true}
eligibility:
  inclusion:
    - {id: I1, quote: Sufficient kidney function., rule: kidneys}
--- document.txt
Sufficient kidney function.
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=(FAILS,))
