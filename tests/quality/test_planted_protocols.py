"""Defects planted in protocols: each is found under its code, and the sound twin, one edit away, stays silent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from trialproof.model.load import load
from trialproof.verify.finding import Severity
from trialproof.verify.review import review

QUANTITIES = """\
trialproof: 1
title: planted
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  months: {unit: month, range: [0, 120], recorded_to: {step: 1, rounded: down}}
  age: {unit: year, range: [0, 120]}
  kps: {range: [0, 100], recorded_to: 10}
  score: {range: [0, 12], recorded_to: 1}
  margin: {one_of: [R0, R1, R2, RX]}
  sex: {one_of: [female, male]}
  pregnant: {yes_no: true, applies_if: sex is female, when_not_applicable: no}
  lesion: {yes_no: true}
  depth: {unit: mm, range: [0, 50], recorded_to: 1, applies_if: lesion}
  marker: {yes_no: true, may_be_missing: true}
  weight: {unit: kg, range: [30, 150], recorded_to: 0.1}
  height: {unit: m, range: [1, 2.5], recorded_to: 0.01}
  smallest: {unit: cm, range: [0, 20], recorded_to: 0.1}
  largest: {unit: cm, range: [0, 20], recorded_to: 0.1}
"""


@dataclass(frozen=True)
class Planted:
    """A protocol with a defect in it: `text` with the defect, the same with `wrong` replaced by `right` without."""

    name: str
    code: str
    text: str
    wrong: str
    right: str


def arms(**rules: str) -> str:
    choices = "".join(f"      {name}: {{when: '{rule}'}}\n" for name, rule in rules.items())
    return f"decisions:\n  arm:\n    choices:\n{choices}"


PLANTED = [
    Planted("strict on both sides", "TP103", arms(a="size > 5 cm", b="size < 5 cm"), "size < 5", "size <= 5"),
    Planted("a hole between bands", "TP101", arms(a="size > 7 cm", b="size < 5 cm"), "size < 5 cm", "size <= 7 cm"),
    Planted(
        *("the forgotten category", "TP101"),
        arms(a="margin is R0", b="margin is one of (R1, R2)"),
        *("(R1, R2)", "(R1, R2, RX)"),
    ),
    Planted("inclusive on both sides", "TP104", arms(a="size >= 5 cm", b="size <= 5 cm"), "size <= 5", "size < 5"),
    Planted("bands that overlap", "TP102", arms(a="size > 3 cm", b="size < 5 cm"), "size < 5 cm", "size <= 3 cm"),
    Planted(
        *("whole months and a hole of one", "TP103"),
        arms(a="months >= 16 months", b="months < 15 months"),
        *("months < 15 months", "months < 16 months"),
    ),
    Planted(
        *("twelve months are a year", "TP103"),
        arms(a="months > 12 months", b="months < 12 months"),
        *("months < 12 months", "months <= 12 months"),
    ),
    Planted(
        *("between two steps", "TP105"),
        arms(a="score > 4 and score < 5", b="otherwise"),
        *("score < 5", "score < 6"),
    ),
    Planted(
        *("no lesion, no depth", "TP107"),
        arms(a="lesion and depth > 4 mm", b="depth <= 4 mm"),
        *("depth <= 4 mm", "not lesion or depth <= 4 mm"),
    ),
    Planted(
        *("a marker that may be missing", "TP107"),
        arms(a="marker is known and marker", b="not marker"),
        *("not marker", "marker is unknown or not marker"),
    ),
    Planted(
        *("only whole scores", "TP110"),
        arms(low="score <= 4", high="score >= 5"),
        *("score >= 5", "score > 4"),
    ),
    Planted(
        *("two sizes compared the same way round", "TP103"),
        arms(a="smallest < largest", b="smallest > largest"),
        *("smallest > largest", "smallest >= largest"),
    ),
    Planted(
        *("body mass index on its threshold", "TP103"),
        arms(a="weight / (height * height) > 30 kg/m2", b="weight / (height * height) < 30 kg/m2"),
        *("< 30", "<= 30"),
    ),
    Planted(
        *("age in completed years and exactly", "TP103"),
        arms(a="floor(age in years) > 70", b="age <= 70 years"),
        *("age <= 70 years", "floor(age in years) <= 70"),
    ),
    Planted(
        *("one of three, but two of them", "TP102"),
        arms(a="at least 1 of (lesion, pregnant)", b="exactly 1 of (lesion, pregnant)", c="not (lesion or pregnant)"),
        *("at least 1", "at least 2"),
    ),
    Planted(
        *("include and exclude the same", "TP201"),
        "eligibility:\n  inclusion:\n    - {id: I1, rule: 'kps > 70'}\n    - {id: I2, rule: 'kps < 80'}\n",
        *("kps < 80", "kps < 90"),
    ),
    Planted(
        *("an inclusion that an exclusion undoes", "TP201"),
        "eligibility:\n  inclusion:\n    - {id: I1, rule: lesion}\n"
        "  exclusion:\n    - {id: E1, rule: 'depth >= 0 mm'}\n",
        *("depth >= 0", "depth > 0"),
    ),
    Planted(
        *("a criterion about what does not exist", "TP206"),
        "eligibility:\n  exclusion:\n    - {id: E1, rule: 'depth > 4 mm'}\n",
        *("'depth > 4 mm'", "'lesion and depth > 4 mm'"),
    ),
    Planted(
        *("an arm that nobody eligible can have", "TP205"),
        "eligibility:\n  inclusion:\n    - {id: I1, rule: 'margin is R1'}\n"
        + arms(a="margin is R0", b="margin is not R0"),
        *("'margin is R1'", "'margin is not R2'"),
    ),
    Planted(
        *("a claim that one criterion guarantees in part", "TP207"),
        "eligibility:\n  exclusion:\n    - {id: E1, rule: 'pregnant and age < 50 years'}\n"
        "claims:\n  - {id: nobody pregnant, rule: if eligible then not pregnant}\n",
        *("'pregnant and age < 50 years'", "pregnant"),
    ),
    Planted(
        *("readings that differ on one point", "TP106"),
        "decisions:\n  arm:\n    choices:\n      a:\n        readings: {over: 'size > 5 cm', from: 'size >= 5 cm'}\n"
        "      b: {when: otherwise}\n",
        *("'size >= 5 cm'", "'size > 50 mm'"),
    ),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_the_defect_is_found_and_the_sound_twin_is_silent(tmp_path: Path, planted: Planted) -> None:
    assert planted.text.count(planted.wrong) == 1
    assert planted.code in codes(tmp_path, planted.text)
    sound = codes(tmp_path, planted.text.replace(planted.wrong, planted.right))
    assert planted.code not in sound
    assert Severity.ERROR not in sound.values()


def codes(folder: Path, text: str) -> dict[str, Severity]:
    (folder / "protocol.yaml").write_text(QUANTITIES + text, encoding="utf-8")
    found = review(load(folder))
    assert not found.undecided
    return {finding.code: finding.severity for finding in found.findings}
