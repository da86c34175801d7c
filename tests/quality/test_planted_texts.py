"""Defects planted one at a time in a text in which nothing is wrong: each is found, and what is sound stays silent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.verify.finding import Finding, Review

SOUND_TEXT = """\
Short or long course after surgery

Inclusion criteria:
- Age of 18 years or more;
- Karnofsky performance status (KPS) of 80 or more;
- Clearance of 60 mL/min or more.
Exclusion criteria:
- Pregnancy.

Treatment

Patients with a lesion of 5 cm or more get the long course, 60 Gy in fractions of 2 Gy.
All other patients get the short course within 6 months.
"""
SOUND_RULES = """\
trialproof: 1
title: short or long course
document: document.txt
quantities:
  age: {unit: year, range: [0, 120], recorded_to: 1}
  kps: {range: [0, 100], recorded_to: 10}
  clearance: {unit: mL/min, range: [0, 200], recorded_to: 1}
  pregnant: {yes_no: true}
  frail: {yes_no: true}
  lesion: {unit: cm, range: [0, 20], recorded_to: 0.1}
eligibility:
  inclusion:
    - {id: I1, quote: "Age of 18 years or more", rule: age >= 18 years}
    - {id: I2, quote: "Karnofsky performance status (KPS) of 80 or more", rule: kps >= 80}
    - {id: I3, quote: "Clearance of 60 mL/min or more", rule: clearance >= 60 mL/min}
  exclusion:
    - {id: E1, quote: Pregnancy, rule: pregnant}
decisions:
  arm:
    choices:
      long:
        quote: Patients with a lesion of 5 cm or more get the long course, 60 Gy in fractions of 2 Gy.
        when: lesion >= 5 cm
      short:
        quote: All other patients get the short course within 6 months.
        when: otherwise
"""


@dataclass(frozen=True)
class Planted:
    """A sentence that is added to the text under a rule of its own, and what must be said of it, and nothing else.

    `sound` is the same thing said well, of which nothing is said. `extra` is added to the rules of both.
    """

    name: str
    code: str
    sentence: str
    says: tuple[str, ...]
    sound: str
    extra: str = ""


def planted(name: str, code: str, sentence: str, says: str, sound: str, extra: str = "") -> Planted:
    return Planted(name, code, sentence, tuple(each.strip() for each in says.split("|")), sound, extra)


LEXICON = "lexicon:\n  - {term: frail, unless: frail scale, because: frailty is judged by eye}\n"

TEXTS = [
    # Vague terms.
    planted("sufficient", "TP502", "Sufficient liver function.", "sufficient",
            "Sufficient liver function (bilirubin of 1.5 ULN or less, the upper limit of normal)."),
    planted("adequate", "TP502", "Adequate bone marrow.", "adequate", "Adequate bone marrow: 100 platelets or more."),
    planted("severe", "TP502", "No severe heart disease.", "severe", "No severe heart disease (class III or IV)."),
    planted("significant", "TP502", "No clinically significant bleeding.", "significant",
            "The difference is statistically significant."),
    planted("abnormal", "TP502", "No abnormal blood count.", "abnormal", "No chromosomal abnormalities."),
    planted("uncontrolled", "TP502", "No uncontrolled diabetes.", "uncontrolled",
            "No uncontrolled diabetes (glucose above 11)."),
    planted("across a line", "TP502", "Lesions Far\n  from the cord are operated on.", "far from",
            "Lesions farther than 2 cm are operated on."),
    planted("a large mass", "TP502", "A large mass is a risk.", "large", "Large cell carcinoma is a risk."),
    planted("a good response", "TP502", "Patients with a good histological response go on.",
            "good histological response", "Patients with a response above 90 % go on."),
    planted("at need", "TP502", "Growth factor is given if needed.", "if needed", "Growth factor is given on day 2."),
    planted("discretion", "TP502", "The field is chosen at the discretion of the physician.", "at the discretion of",
            "The field is chosen by the physician."),
    planted("allowed or required", "TP502", "It is allowed to change the drug.", "is allowed",
            "It is allowed only if both agree."),
    planted("adjusted by no rule", "TP502", "The dose is adjusted to the patient.", "adjusted to",
            "The analysis is adjusted for sex."),
    planted("up to a range", "TP502", "A boost of up to 10-12 Gy follows.", "up to 10-12",
            "A boost of up to 12 Gy follows."),
    planted("about a number", "TP502", "It takes about 3 weeks.", "about 3", "It takes 3 weeks."),
    planted("recent", "TP502", "No recent infarction.", "recent", "The most recent test counts."),
    planted("and so on", "TP502", "No asthma, eczema, etc.", "etc", "No asthma, no eczema."),
    planted("a term of one's own", "TP502", "No frail patients.", "frail", "The frail scale is used.", LEXICON),
    # Abbreviations.
    planted("never written out", "TP503", "No prior treatment by TP.", "TP", "No prior taxane and platinum (TP)."),
    planted("written out behind it", "TP503", "The PFS is counted.", "PFS",
            "The PFS (progression-free survival) is counted."),
    planted("mixed letters", "TP503", "PEG-rhG-CSF is given.", "PEG-rhG-CSF", "Growth factor is given."),
    planted("beside what everybody knows", "TP503", "A CT and a DVH are made.", "DVH", "A CT and a PET-CT are made."),
    # Two wordings.
    planted("words and digits", "TP504", "Others get it within six months.", "six months / 6 months",
            "Others get it within 6 months, after six visits."),
    planted("two spellings of a unit", "TP504", "Others get 50 gy.", "Gy / gy", "Others get 50 Gy."),
    planted("doses in two units", "TP504", "Others get 5000 cGy.", "60 Gy / 5000 cGy", "Others get 50 Gy."),
    planted("with and without a hyphen", "TP504", "No reirradiation after re-irradiation.",
            "re-irradiation / reirradiation", "No re-irradiation after re-irradiation."),
    planted("one size, two ways to measure it", "TP504",
            "The largest diameter is 5 cm or less, or the diameter is over 8 cm.", "largest diameter / diameter",
            "The largest diameter is 5 cm or less, or the largest diameter is over 8 cm."),
    planted("wordings that are taken for one another", "TP504", "No locoregional or local-regional recurrence.",
            "locoregional / local-regional", "No locoregional recurrence, no locoregional progression."),
]  # fmt: skip


def examine(folder: Path, sentence: str, *, quoted: bool = True, extra: str = "") -> Review:
    """Check the text with a sentence more, quoted by a criterion of its own unless nothing is to quote it."""
    (folder / "document.txt").write_text(f"{SOUND_TEXT}\n{sentence}\n", encoding="utf-8")
    rule = '    - id: planted\n      rule: frail\n      quote: |-\n' + "".join(
        f"        {line.strip()}\n" for line in sentence.splitlines()
    )
    rules = SOUND_RULES.replace("decisions:\n", f"{rule}decisions:\n") if quoted else SOUND_RULES
    (folder / "protocol.yaml").write_text(rules + extra, encoding="utf-8")
    return reviewed(load(folder), select=["TP5"])


def said(findings: tuple[Finding, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.code, each.words) for each in findings]


def test_nothing_is_said_of_the_sound_text(tmp_path: Path) -> None:
    assert said(examine(tmp_path, "", quoted=False).findings) == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda each: each.name)
def test_each_planted_defect_is_found_and_nothing_else(tmp_path: Path, text: Planted) -> None:
    found = examine(tmp_path, text.sentence, extra=text.extra).findings
    assert said(found) == [(text.code, text.says)]
    (label,) = found[0].labels
    assert label.place.file.endswith("protocol.yaml" if text.code != "TP504" else "document.txt")
    quoted = " ".join(quote.text for quote in label.quotes).casefold()
    assert all(words in quoted for words in text.says[0].casefold().split(" / "))


@pytest.mark.parametrize("text", TEXTS, ids=lambda each: each.name)
def test_the_same_thing_said_well_stays_silent(tmp_path: Path, text: Planted) -> None:
    assert said(examine(tmp_path, text.sound, extra=text.extra).findings) == []


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("No prior therapy.", ["No prior therapy."]),
        ("- Diabetes;\n- No asthma, e.g. as a child;", ["Diabetes;", "No asthma, e.g. as a child;"]),
        ("See section 3.1 of vol. 2. Others wait.", ["See section 3.1 of vol. 2.", "Others wait."]),
        ("1. Diabetes\n2. Asthma", ["Diabetes", "Asthma"]),
        ("It is given daily.If not, it is skipped.", ["It is given daily.", "If not, it is skipped."]),
        ("Also required:\nDiabetes\nAsthma", ["Diabetes", "Asthma"]),
        ("KPS>70", ["KPS>70"]),
    ],
)
def test_each_sentence_without_a_rule_is_an_item_of_its_own(tmp_path: Path, sentence: str, missing: list[str]) -> None:
    found = examine(tmp_path, sentence, quoted=False).findings
    assert ("TP501", tuple(missing)) in said(found)


@pytest.mark.parametrize("heading", ["Follow-up", "3.2 Follow-up", "Arm 2", "Measurements:", "4. Follow-up", "------"])
def test_a_heading_needs_no_rule(tmp_path: Path, heading: str) -> None:
    review = examine(tmp_path, f"{heading}\n\nNobody knows.", quoted=False)
    assert said(review.findings) == [("TP501", ("Nobody knows.",))]


def test_what_is_set_aside_is_told_apart_from_what_has_a_rule(tmp_path: Path) -> None:
    extra = "not_modelled:\n  - {quote: Nobody knows., because: it is so}\ntodo:\n  - quote: Others wait.\n"
    review = examine(tmp_path, "Nobody knows. Others wait.", quoted=False, extra=extra)
    assert review.coverage is not None
    assert not review.findings
    assert (review.coverage.by_rule, review.coverage.not_modelled, review.coverage.to_do) == (6, 1, 1)
    assert (review.coverage.accounted, review.coverage.sentences, review.coverage.by_nothing) == (7, 8, 0)


def test_limits_of_one_quantity_in_two_units(tmp_path: Path) -> None:
    both = "Lesions of 50 mm or more are measured twice."
    rule = "claims:\n  - {id: twice, quote: Lesions of 50 mm or more are measured twice., rule: lesion >= 50 mm}\n"
    found = examine(tmp_path, both, quoted=False, extra=rule).findings
    assert said(found) == [("TP504", ("5 cm / 50 mm",))]
    other = rule.replace("50 mm", "10 mm")
    assert said(examine(tmp_path, both.replace("50 mm", "10 mm"), quoted=False, extra=other).findings) == [
        ("TP504", ("5 cm / 10 mm",))
    ]
    unrelated = rule.replace("lesion >= 50 mm", "frail")
    assert said(examine(tmp_path, both, quoted=False, extra=unrelated).findings) == []
