"""The document has two wordings, or two units, for one thing.

What it does
    Looks for the same amount in words and in digits ("six months", "6 months"), a unit in two spellings ("Gy", "gy"),
    doses in two units, limits of one quantity in two units, one word with and without a hyphen, a size with and without
    the word that says which ("largest diameter", "diameter"), and for wordings that a reviewed lexicon lists as easily
    taken for one another. All of them are one finding.

Why it matters
    A reader asks whether two wordings mean two things, and somebody will answer that they do. A search for one of them
    does not find the other, when the limit is changed.

Example
    "Within six months" in one arm, "within 6 months" in the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said
from trialproof.verify.finding import Finding, Label, Severity
from trialproof.verify.text.coverage import Standing
from trialproof.verify.text.passages import Item, Text, grouped, named, text_of, unique_words
from trialproof.verify.text.wordings import Pair, pairs

CODE, NAME = "TP504", "two-wordings"


def run(case: Case) -> Iterator[Said]:
    """List the pairs."""
    text = text_of(case)
    if text is not None:
        items = [_item(text, pair) for pair in pairs(case.protocol, text)]
        yield from grouped(case.protocol, items, _finding)


def _item(text: Text, pair: Pair) -> Item:
    quotes = tuple(dict.fromkeys(text.around(start, end) for start, end in pair.spans))
    standing = max(_standing(text, start) for start, _ in pair.spans)
    words = f"{pair.first} / {pair.second}"
    return Item((words,), Label(text.place(pair.spans[0][0]), quotes, f"`{words}`: {pair.because}"), standing)


def _standing(text: Text, offset: int) -> Standing:
    sentence = text.at(offset)
    return sentence.standing if sentence else Standing.NOTHING


def _finding(items: Sequence[Item]) -> Finding:
    words = unique_words(items)
    things = f"{len(words)} things go" if len(words) > 1 else "one thing goes"
    return Finding(
        CODE,
        NAME,
        Severity.NOTE,
        f"{things} by two wordings or units: {named(words)}",
        labels=tuple(each.label for each in items),
        help="choose one wording, or say how the two differ",
        words=words,
    )


PASSES = """\
trialproof: 1
title: months in digits
document: document.txt
quantities:
  months: {unit: month, range: [0, 60], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, quote: Surgery within 6 months, rule: months <= 6 months}
  exclusion:
    - {id: E1, quote: Recurrence within 6 months, rule: months > 12 months}
--- document.txt
- Surgery within 6 months
- Recurrence within 6 months
"""
FAILS = """\
trialproof: 1
title: months in words and in digits
document: document.txt
quantities:
  months: {unit: month, range: [0, 60], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, quote: Surgery within 6 months, rule: months <= 6 months}
  exclusion:
    - {id: E1, quote: Recurrence within six months, rule: months > 12 months}
--- document.txt
- Surgery within 6 months
- Recurrence within six months
"""
CHECK = Check(CODE, NAME, Severity.NOTE, run, passes=(PASSES,), fails=(FAILS,))
