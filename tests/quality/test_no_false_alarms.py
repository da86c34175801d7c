"""Innocent protocols: what looks like a defect and is none. All checks run, and say what is expected: often nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load

QUANTITIES = """\
trialproof: 1
title: innocent
quantities:
  age: {unit: year, range: [0, 120], recorded_to: {step: 1, rounded: down}}
  exact_age: {unit: year, range: [0, 120]}
  sex: {one_of: [female, male]}
  pregnant: {yes_no: true, applies_if: sex is female, when_not_applicable: no}
  cohort: {one_of: [A, B]}
  ecog: {range: [0, 5], recorded_to: 1}
  kps: {range: [0, 100], recorded_to: 10}
  haemoglobin: {unit: g/L, range: [30, 250], recorded_to: 1}
  platelets: {unit: 10*9/L, range: [0, 1000], recorded_to: 1}
  creatinine: {unit: mg/dL, range: [0, 20], recorded_to: 0.01}
  bilirubin: {unit: ULN, range: [0, 40], recorded_to: 0.1}
  ast: {unit: ULN, range: [0, 100], recorded_to: 0.1}
  liver_metastases: {yes_no: true}
  diabetic: {yes_no: true}
  smoker: {yes_no: true}
  allergy: {yes_no: true}
  consent: {yes_no: true}
  margin: {one_of: [R0, R1, R2, RX]}
  recurrence: {yes_no: true}
  diameter: {unit: cm, range: [0, 20], recorded_to: 0.1, applies_if: recurrence}
  weeks_off_treatment: {unit: week, range: [0, 500], recorded_to: 1, may_be_missing: true}
  smallest: {unit: mm, range: [0, 200], recorded_to: 1}
  largest: {unit: mm, range: [0, 200], recorded_to: 1}
facts:
  - {rule: smallest <= largest, because: two summaries of one list of lesions}
"""


@dataclass(frozen=True)
class Innocent:
    """A protocol in which nothing is wrong, and the codes of the notes that are true of it all the same."""

    name: str
    text: str
    codes: frozenset[str] = frozenset()


def criteria(include: str = "", exclude: str = "") -> str:
    """Return criteria, one a line, as a protocol file has them."""
    lists = {"inclusion": include, "exclusion": exclude}
    lines = ["eligibility:"]
    for kind, rules in lists.items():
        if rules:
            lines.append(f"  {kind}:")
        for at, rule in enumerate(rules.strip().splitlines(), start=1):
            lines.append(f"    - {{id: {kind[0].upper()}{at}, rule: '{rule.strip()}'}}")
    return "\n".join(lines) + "\n"


def arms(population: str = "everyone", intent: str = "exactly one", **rules: str) -> str:
    choices = "".join(f"      {name}: {{when: '{rule}'}}\n" for name, rule in rules.items())
    return f"decisions:\n  arm:\n    for: '{population}'\n    intent: {intent}\n    choices:\n{choices}"


def innocent(name: str, text: str, codes: str = "") -> Innocent:
    return Innocent(name, text, frozenset(codes.split()))


INNOCENT = [
    # Inclusion beside exclusion.
    innocent("18 to 75 beside over 75: said twice, but not wrongly",
             criteria("18 years <= age <= 75 years\nnot diabetic", "age > 75 years"), "TP203"),
    innocent("from 18 beside over 75: the usual way to give a range",
             criteria("age >= 18 years", "age > 75 years"), "TP208"),
    innocent("up to 75 beside under 18", criteria("age <= 75 years", "age < 18 years")),
    innocent("a criterion and its exact complement", criteria("age >= 18 years\nnot allergy", "allergy"), "TP203"),
    innocent("exact complements of a number",
             criteria("creatinine <= 1.5 mg/dL\nconsent", "creatinine > 1.5 mg/dL"), "TP203"),
    innocent("completed years in the one, rounded down in the other",
             criteria("floor(exact_age in years) <= 70\nconsent", "exact_age >= 71 years"), "TP203"),
    innocent("completed years: over 75 and from 76 are one", criteria("age <= 75 years\nconsent", "age >= 76 years"),
             "TP203"),
    innocent("a cut-off that differs between cohorts, exclusion as its complement",
             criteria("if cohort is A then haemoglobin >= 100 g/L\nif cohort is B then haemoglobin >= 75 g/L\nconsent",
                      "haemoglobin < 75 g/L"), "TP203"),
    innocent("a cut-off that differs between cohorts, in one criterion each",
             criteria("if cohort is A then haemoglobin >= 100 g/L\nif cohort is B then haemoglobin >= 75 g/L")),
    innocent("an exclusion that is stricter for one cohort",
             criteria("haemoglobin >= 75 g/L", "cohort is A and haemoglobin < 100 g/L")),
    innocent("an exclusion that is stricter for diabetics among others",
             criteria("creatinine < 1.6 mg/dL", "(creatinine > 1.2 mg/dL and diabetic) or allergy")),
    innocent("an inclusion that is more generous to some",
             criteria("ast <= 2.5 ULN or (liver_metastases and ast <= 5 ULN)\nconsent", "ast > 5 ULN"), "TP203"),
    innocent("a long list of exclusions around one limit",
             criteria("creatinine <= 1.5 mg/dL", "allergy or pregnant or creatinine > 1.5 mg/dL or diabetic"), "TP203"),
    innocent("categories on both sides that share none",
             criteria("margin is one of (R0, R1)\nconsent", "margin is one of (R2, RX)"), "TP203"),
    innocent("an exclusion that names a part of what is included",
             criteria("margin is one of (R0, R1)", "margin is R1 and smoker")),
    innocent("two limits of one quantity that nobody compares",
             criteria("haemoglobin >= 90 g/L\nplatelets >= 100 10*9/L", "bilirubin > 1.5 ULN")),
    # Criteria.
    innocent("laboratory limits in multiples of the upper limit of normal",
             criteria("bilirubin <= 1.5 ULN\nast <= 2.5 ULN")),
    innocent("pregnancy of men", criteria("age >= 18 years", "pregnant")),
    innocent("a criterion for women only", criteria("if sex is female then not pregnant\nconsent")),
    innocent("a lesion is asked about only where there is one",
             criteria("recurrence\ndiameter <= 10 cm or not recurrence")),
    innocent("what may be missing, and the criterion says what then",
             criteria("weeks_off_treatment is unknown or weeks_off_treatment >= 4 weeks")),
    innocent("whole numbers: from 2 is over 1", criteria("ecog <= 1")),
    innocent("the first value that counts", criteria("kps >= 80")),
    innocent("two criteria that overlap in part", criteria("smoker or diabetic\nsmoker or allergy")),
    innocent("a fact makes a limit on both sizes a limit on one",
             criteria("largest <= 50 mm", "smallest < 10 mm")),
    # Decisions.
    innocent("every category has its arm", arms(a="margin is R0", b="margin is one of (R1, R2)", c="margin is RX")),
    innocent("one arm takes the rest", arms(a="margin is R0 and ecog <= 1", b="otherwise")),
    innocent("strict on one side, inclusive on the other", arms(a="ecog > 2", b="ecog <= 2")),
    innocent("a decision for some, complete for them",
             criteria("recurrence") + arms(population="eligible", large="diameter > 5 cm", small="diameter <= 5 cm")),
    innocent("a decision for those with a lesion, whoever is eligible",
             arms(population="recurrence", large="diameter > 5 cm", small="diameter <= 5 cm")),
    innocent("the first that fits, in order",
             arms(intent="first match", a="ecog <= 1", b="ecog <= 3", c="otherwise")),
    innocent("as many extras as apply", arms(intent="any", iron="haemoglobin < 100 g/L", advice="smoker")),
    innocent("one extra at most, and many without", arms(intent="at most one", a="smoker and not diabetic",
                                                          b="diabetic")),
    innocent("one or more", arms(intent="at least one", a="smoker", b="not smoker", c="smoker and diabetic")),
    innocent("sizes tied together by a fact",
             arms(all_large="smallest > 50 mm", mixed="smallest <= 50 mm and largest > 50 mm",
                  all_small="largest <= 50 mm")),
    innocent("two readings that say one thing in two units",
             "decisions:\n  arm:\n    for: everyone\n    choices:\n      a:\n"
             "        readings: {centimetres: 'largest > 5 cm', millimetres: 'largest > 50 mm'}\n"
             "      b: {when: 'largest <= 50 mm'}\n"),
    # Claims.
    innocent("a claim that holds",
             criteria("age >= 18 years") + "claims:\n  - {id: adults, rule: if eligible then age >= 16 years}\n"),
    innocent("a claim about what the range guarantees",
             criteria("consent") + "claims:\n  - {id: nobody is older, rule: age <= 120 years}\n"),
]  # fmt: skip


@pytest.mark.parametrize("protocol", INNOCENT, ids=lambda each: each.name)
def test_nothing_is_said_but_what_is_true_of_it(tmp_path: Path, protocol: Innocent) -> None:
    (tmp_path / "protocol.yaml").write_text(QUANTITIES + protocol.text, encoding="utf-8")
    review = reviewed(load(tmp_path))
    assert {each.code for each in review.findings} == protocol.codes, [each.message for each in review.findings]
    assert not review.undecided
    assert review.proved
