"""An abbreviation is never written out in the document.

What it does
    Looks for words with two capital letters or more whose letters the document nowhere spells in words: before or
    behind a bracket, in a list of abbreviations, or anywhere in a sentence. Units, Roman numerals and a short list of
    what everybody knows ("CT", "DNA") need no expansion. All of them are one finding.

Why it matters
    Letters mean one thing in one hospital and another in the next: "TP" is paclitaxel with cisplatin to some, and
    docetaxel with cisplatin to others.

Example
    "Chemotherapy of TP", and no word of what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said
from trialproof.verify.finding import Finding, Label, Severity
from trialproof.verify.text.abbreviations import never_written_out
from trialproof.verify.text.passages import Item, grouped, named, quoting, text_of, unique_words

CODE, NAME = "TP503", "undefined-abbreviation"


def run(case: Case) -> Iterator[Said]:
    """List what is never written out, each where it is first met."""
    text = text_of(case)
    if text is None:
        return
    items = []
    for each in never_written_out(text.document, text.sentences):
        account = quoting(each.sentence, each.start, each.end)
        place = account.place if account else text.place(each.start)
        label = Label(place, (text.around(each.start, each.end),), f"`{each.text}`")
        items.append(Item((each.text,), label, each.sentence.standing, account.decision if account else None))
    yield from grouped(case.protocol, items, _finding)


def _finding(items: Sequence[Item]) -> Finding:
    words = unique_words(items)
    how_many = f"{len(words)} abbreviations are" if len(words) > 1 else "an abbreviation is"
    return Finding(
        CODE,
        NAME,
        Severity.NOTE,
        f"{how_many} never written out: {named(words)}",
        labels=tuple(each.label for each in items),
        help="write each out where it is first used, with its letters in brackets",
        words=words,
    )


PASSES = """\
trialproof: 1
title: written out once
document: document.txt
quantities:
  kps: {range: [0, 100], recorded_to: 10}
eligibility:
  inclusion:
    - {id: I1, quote: Karnofsky performance status (KPS) of 80 or more, rule: kps >= 80}
--- document.txt
Karnofsky performance status (KPS) of 80 or more
"""
FAILS = """\
trialproof: 1
title: never written out
document: document.txt
quantities:
  kps: {range: [0, 100], recorded_to: 10}
eligibility:
  inclusion:
    - {id: I1, quote: KPS of 80 or more, rule: kps >= 80}
--- document.txt
KPS of 80 or more
"""
CHECK = Check(CODE, NAME, Severity.NOTE, run, passes=(PASSES,), fails=(FAILS,))
