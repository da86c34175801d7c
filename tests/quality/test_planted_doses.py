"""Defects planted in prescriptions: each is found under its code, and the sound twin, one edit away, is silent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.verify.finding import Severity

HEAD = """\
trialproof: 1
title: planted
quantities:
  margin: {one_of: [R0, R1, R2]}
  fit: {yes_no: true}
  v50: {unit: "%", range: [0, 100]}
"""
EVERYBODY = "decisions:\n  dose:\n    for: everyone\n    choices:\n      a:\n        when: everyone\n        course: "
BOOSTED = "[50.4 Gy / 1.8 Gy / 28 f, {boost: 10 Gy / 2 Gy / 5 f}]"
ARMS = """\
decisions:
  arm:
    for: everyone
    choices:
      a: {when: margin is R0}
      b: {when: margin is not R0}
  dose:
    for: everyone
    choices:
"""
LOWERED = """
  lowering:
    for: everyone
    intent: at most one
    choices:
      lowered: {when: v50 > 50%, course: 45 Gy / 1.8 Gy / 25 f, lowers: dose}
"""
WORTH = "\nlimits:\n  cord: {of: EQD2, alpha_beta: late, at_most: 60 Gy, source: a book}\n"


@dataclass(frozen=True)
class Planted:
    """A protocol with a defect in it: `text` with the defect, the same with `wrong` replaced by `right` without."""

    name: str
    code: str
    text: str
    wrong: str
    right: str
    severity: Severity = Severity.WARNING


ERROR = Severity.ERROR
PLANTED = [
    Planted("a fraction too few", "TP301", f"{EVERYBODY}60 Gy / 2 Gy / 29 f", "29 f", "30 f", ERROR),
    Planted("a digit turned round", "TP301", f"{EVERYBODY}54.0 Gy / 1.8 Gy / 28 f", "54.0", "50.4", ERROR),
    Planted("a total that was rounded", "TP301", f"{EVERYBODY}60 Gy / 2.14 Gy / 28 f", "60 Gy", "59.92 Gy", ERROR),
    Planted("a tenth of a Gray", "TP301", f"{EVERYBODY}59.4 Gy / 1.9 Gy / 33 f", "1.9", "1.8", ERROR),
    Planted("centigray for Gray", "TP301", f"{EVERYBODY}60 cGy / 2 Gy / 30 f", "60 cGy", "6000 cGy", ERROR),
    Planted(
        "twice daily, counted in days", "TP301", f"{EVERYBODY}45 Gy / 1.5 Gy bid / 15 f", "15 f", "30 f", ERROR
    ),
    Planted(
        *("one level of two", "TP301"),
        f"{EVERYBODY}{{levels: [50.4 Gy / 1.8 Gy / 28 f, 60 Gy / 2.14 Gy / 28 f]}}",
        *("60 Gy", "59.92 Gy"),
        ERROR,
    ),
    Planted("the boost", "TP301", EVERYBODY + BOOSTED.replace("/ 5 f", "/ 6 f"), "6 f", "5 f", ERROR),
    Planted(
        *("the end of a range that no fractions give", "TP301"),
        f"{EVERYBODY}59.4-62 Gy / 1.8 Gy / 33-34 f",
        *("62 Gy", "61.2 Gy"),
    ),
    Planted("two rules merged", "TP302", f"{EVERYBODY}10-12 Gy / 2 Gy / 5-7 f", "5-7", "5-6"),
    Planted("too small doses at one end", "TP302", f"{EVERYBODY}10-12 Gy / 1.8-2 Gy / 5-6 f", "1.8-2", "2"),
    Planted(
        *("no combination at all", "TP302"),
        f"{EVERYBODY}10-12 Gy / 1.8-2 Gy / 7-8 f",
        *("1.8-2 Gy / 7-8", "2 Gy / 5-6"),
        ERROR,
    ),
    Planted("a fixed total over many fractions", "TP302", f"{EVERYBODY}60 Gy / 1.8-2 Gy / 30 f", "1.8-2", "2"),
    Planted(
        *("levels that share no number of fractions", "TP302"),
        f"{EVERYBODY}{{levels: [50-54 Gy / 2 Gy / 25-27 f, 48-49.4 Gy / 1.9 Gy / 25-27 f]}}",
        *("48-49.4", "47.5-51.3"),
    ),
    Planted(
        *("imaging between two fractions", "TP303"),
        f"{EVERYBODY}59.4 Gy / 1.8 Gy / 33 f\nschedule:\n  ct: {{when: dose >= 50 Gy}}",
        *(">= 50 Gy", ">= 50.4 Gy"),
    ),
    Planted(
        *("imaging after the end", "TP303"),
        f"{EVERYBODY}45 Gy / 1.8 Gy / 25 f\nschedule:\n  ct: {{when: dose >= 50 Gy}}",
        *(">= 50 Gy", ">= 45 Gy"),
    ),
    Planted(
        *("imaging within the boost", "TP303"),
        f"{EVERYBODY}{BOOSTED}\nschedule:\n  ct: {{when: dose >= 54 Gy}}",
        *(">= 54 Gy", ">= 54.4 Gy"),
    ),
    Planted(
        *("imaging at one level of two", "TP303"),
        f"{EVERYBODY}{{levels: [50 Gy / 2 Gy / 25 f, 60 Gy / 2.4 Gy / 25 f]}}\n"
        "schedule:\n  ct: {when: dose >= 40 Gy}",
        *(">= 40 Gy", ">= 48 Gy"),
    ),
    Planted(
        *("large fractions", "TP304"),
        f"{EVERYBODY}60 Gy / 2.5 Gy / 24 f{WORTH}",
        *("60 Gy / 2.5 Gy / 24", "50 Gy / 2.5 Gy / 20"),
    ),
    Planted(
        *("the boost on top", "TP304"),
        f"{EVERYBODY}{BOOSTED}{WORTH.replace('60 Gy', '50 Gy')}",
        *(", {boost: 10 Gy / 2 Gy / 5 f}]", "]"),
    ),
    Planted("the wrong tissue", "TP304", f"{EVERYBODY}60 Gy / 2.5 Gy / 24 f{WORTH}", "at_most: 60", "at_most: 66"),
    Planted(
        *("a limit on each fraction", "TP304"),
        f"{EVERYBODY}60 Gy / 2.5 Gy / 24 f\nlimits:\n  cap: {{of: dose per fraction, at_most: 2 Gy, source: a book}}",
        *("at_most: 2 Gy", "at_most: 2.5 Gy"),
    ),
    Planted(
        *("the upper end of a range", "TP304"),
        f"{EVERYBODY}59.92-62.16 Gy / 2.14-2.22 Gy / 28 f\nlimits:\n  cap: {{at_most: 59.92 Gy, source: a trial}}",
        *("at_most: 59.92", "at_most: 62.16"),
    ),
    Planted(
        *("an arm without a dose", "TP305"),
        f"{ARMS}      high: {{when: arm is a, course: 60 Gy / 2 Gy / 30 f}}\n",
        *("arm is a,", "margin is known,"),
    ),
    Planted(
        *("a dose for patients whom the arm excludes", "TP305"),
        f"{ARMS}      high: {{when: margin is R0, course: 60 Gy / 2 Gy / 30 f}}\n"
        "      low: {when: fit and arm is a}\n",
        *("fit and arm is a", "fit"),
    ),
    Planted("which dose is lowered", "TP305", f"{EVERYBODY}{BOOSTED}{LOWERED}", ", {boost: 10 Gy / 2 Gy / 5 f}]", "]"),
    Planted(
        *("which level is lowered", "TP305"),
        f"{EVERYBODY}{{levels: [50.4 Gy / 1.8 Gy / 28 f, 59.92 Gy / 2.14 Gy / 28 f]}}{LOWERED}",
        *(", 59.92 Gy / 2.14 Gy / 28 f]", "]"),
    ),
    Planted(
        *("nothing is lowered", "TP305"),
        f"{EVERYBODY}45 Gy / 1.8 Gy / 25 f{LOWERED}",
        *("everyone\n        course: 45 Gy / 1.8 Gy / 25 f", "everyone\n        course: 50.4 Gy / 1.8 Gy / 28 f"),
    ),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_the_defect_is_found_and_the_sound_twin_is_silent(tmp_path: Path, planted: Planted) -> None:
    assert planted.text.count(planted.wrong) == 1
    assert codes(tmp_path, planted.text).get(planted.code) is planted.severity
    sound = codes(tmp_path, planted.text.replace(planted.wrong, planted.right))
    assert all(severity is Severity.NOTE for severity in sound.values()), sound


def codes(folder: Path, text: str) -> dict[str, Severity]:
    (folder / "protocol.yaml").write_text(HEAD + text, encoding="utf-8")
    found = reviewed(load(folder), select=["TP3"])
    assert not found.undecided
    return {finding.code: finding.severity for finding in reversed(found.findings)}


def test_there_is_a_planted_defect_for_every_dose_check() -> None:
    assert {planted.code for planted in PLANTED} == {"TP301", "TP302", "TP303", "TP304", "TP305"}
