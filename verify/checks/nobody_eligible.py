"""The eligibility criteria admit nobody.

What it does
    Asks for one eligible patient. If there is none, prints a smallest set of sentences that contradict one another:
    without any one of them, some patient meets the others. There may be further contradictions.

Why it matters
    Lists of criteria are read as "all of these". Four kinds of patients listed as four inclusion criteria admit
    only whoever is all four at once.

Example
    "R0 resection" and "positive resection margin (R1/R2)" as two inclusion criteria.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.condition import Eligible
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, gave_up
from trialproof.verify.describe import witness
from trialproof.verify.eligibility import contradiction
from trialproof.verify.finding import Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown

CODE, NAME = "TP201", "nobody-eligible"


def run(case: Case) -> Iterator[Said]:
    """Judge the criteria together."""
    if not case.protocol.criteria and not case.protocol.facts:
        return
    try:
        patient = canonical(case, case.population(Eligible()))
        if patient is not None:
            yield Proved(CODE, NAME, "somebody is eligible", member=witness(case, patient))
        elif canonical(case, case.patients()) is None:
            yield Finding(
                CODE,
                NAME,
                Severity.ERROR,
                "the facts leave no patient at all",
                labels=tuple(Label(fact.place, (), fact.because) for fact in case.protocol.facts),
                help="the facts contradict one another, the ranges or the recording steps",
            )
        else:
            core = contradiction(case)
            yield Finding(
                CODE,
                NAME,
                Severity.ERROR,
                f"nobody is eligible: {_contradict(len(core))}",
                labels=tuple(dict.fromkeys(each.label for each in core)),
                help="without any one of these demands, some patient meets the others",
            )
    except Unknown as reason:
        yield gave_up(CODE, NAME, "anybody is eligible", reason)


def _contradict(count: int) -> str:
    return "one demand is met by no patient" if count == 1 else f"{count} demands contradict one another"


PASSES = """\
trialproof: 1
title: either margin
quantities:
  margin: {one_of: [R0, R1, R2]}
eligibility:
  inclusion:
    - {id: I1, rule: 'margin is R0 or margin is one of (R1, R2)'}
"""
FAILS = """\
trialproof: 1
title: both margins at once
quantities:
  margin: {one_of: [R0, R1, R2]}
eligibility:
  inclusion:
    - {id: I1, rule: margin is R0}
    - {id: I2, rule: 'margin is one of (R1, R2)'}
"""
CHECK = Check(CODE, NAME, Severity.ERROR, run, passes=(PASSES,), fails=(FAILS,))
