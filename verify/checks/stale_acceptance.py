"""An accepted finding no longer occurs.

What it does
    Looks, for each entry under `accept:`, for a finding that it covers, among the checks of this run.

Why it matters
    An acceptance that covers nothing today may silence tomorrow what nobody has looked at. And where a finding went
    away, somebody may want to know why.

Example
    The gap at exactly 5 cm was accepted, and the sentence has been amended since.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.verify.acceptance import covers
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said
from trialproof.verify.finding import Finding, Label, Severity

CODE, NAME = "TP506", "stale-acceptance"


def run(case: Case) -> Iterator[Said]:
    """Judge every acceptance whose check was run."""
    for acceptance in case.protocol.accept:
        found = case.found.get(acceptance.code)
        if found is not None and not any(covers(case.protocol, acceptance, each) for each in found):
            what = " ".join(each for each in (acceptance.code, acceptance.where, acceptance.region) if each)
            yield Finding(
                CODE,
                NAME,
                Severity.WARNING,
                f"`{what}` is accepted, and no longer found",
                labels=(Label(acceptance.place, (), f"accepted because {acceptance.because}"),),
                help="take the entry out of `accept:`",
            )


PASSES = """\
trialproof: 1
title: exactly 5 cm, accepted
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
accept:
  - {code: TP103, where: arm, region: size exactly 5 cm, because: such patients are discussed in the tumour board}
"""
FAILS = """\
trialproof: 1
title: accepted, but mended since
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size >= 5 cm}
      small: {when: size < 5 cm}
accept:
  - {code: TP103, where: arm, because: such patients are discussed in the tumour board}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
