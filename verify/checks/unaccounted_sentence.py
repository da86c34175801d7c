"""A sentence of the document has no rule, and nothing says why.

What it does
    Splits the document into sentences (an item of a list is one; a heading is none) and looks for those of which no
    word is quoted: by a rule, a definition left open, `not_modelled` or `todo`. Counts what accounts for the others.
    `trialproof show` prints the document with the quoted words marked.

Why it matters
    All that is proved is proved of the rules. A sentence without one is not looked at, and nobody would notice.

Example
    An exclusion criterion was added to the document, and not to the protocol file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said
from trialproof.verify.finding import Finding, Label, Severity
from trialproof.verify.text.coverage import Standing, coverage
from trialproof.verify.text.passages import Item, grouped, text_of, unique_words

CODE, NAME = "TP501", "unaccounted-sentence"


def run(case: Case) -> Iterator[Said]:
    """Count the sentences, and list those that nothing accounts for."""
    text = text_of(case)
    if text is None:
        return
    figures = coverage(text.sentences)
    yield figures
    bare = [each for each in text.sentences if not each.passage.heading and each.standing is Standing.NOTHING]
    items = [
        Item((each.passage.quote.text,), Label(text.place(each.passage.quote.start), (each.passage.quote,)))
        for each in bare
    ]

    def finding(some: Sequence[Item]) -> Finding:
        return Finding(
            CODE,
            NAME,
            Severity.WARNING,
            f"nothing accounts for {len(some)} of the {figures.sentences} sentences of the document",
            labels=tuple(each.label for each in some),
            help="write the rule of each beside its words, or list it under `not_modelled` with a reason",
            words=unique_words(some),
        )

    yield from grouped(case.protocol, items, finding)


PASSES = """\
trialproof: 1
title: every sentence has its rule, or a reason
document: document.txt
quantities:
  age: {unit: year, range: [0, 120], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, quote: Age 18 years or more, rule: age >= 18 years}
not_modelled:
  - {quote: The study is run at two sites., because: it is not about patients}
--- document.txt
Inclusion criteria:
- Age 18 years or more;
The study is run at two sites.
"""
FAILS = """\
trialproof: 1
title: the second criterion has no rule
document: document.txt
quantities:
  age: {unit: year, range: [0, 120], recorded_to: 1}
eligibility:
  inclusion:
    - {id: I1, quote: Age 18 years or more, rule: age >= 18 years}
--- document.txt
Inclusion criteria:
- Age 18 years or more;
- Not pregnant.
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
