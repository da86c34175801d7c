"""Defects planted one at a time in a protocol in which nothing is wrong: each is found, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.verify.finding import Review

SOUND = (Path(__file__).parent / "sound.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Planted:
    """A change of the sound protocol, the codes that must answer it (these and no others), and words they must say."""

    name: str
    old: str
    new: str
    codes: frozenset[str]
    says: str
    decision: str | None = None


def planted(name: str, old: str, new: str, codes: str, says: str, decision: str | None = None) -> Planted:
    return Planted(name, old, new, frozenset(codes.split()), says, decision)


DEFECTS = [
    planted("exactly 5 cm is left out", "R0 and diameter <= 5 cm", "R0 and diameter < 5 cm", "TP103",
            "diameter exactly 5 cm", "arm"),
    planted("a band is left out", "R0 and diameter > 5 cm", "R0 and diameter > 7 cm", "TP101",
            "diameter over 5 cm and up to 7 cm", "arm"),
    planted("millimetres for centimetres", "R0 and diameter <= 5 cm", "R0 and diameter <= 5 mm", "TP101",
            "diameter over 0.5 cm and up to 5 cm", "arm"),
    planted("a category is forgotten", "resection is one of (R1, R2)", "resection is R1", "TP101",
            "resection R2", "arm"),
    planted("a year taken for 16 months", "time_to_recurrence > 1 year", "time_to_recurrence > 16 months",
            "TP101 TP208", "time to recurrence over 12 months and up to 16 months", "follow_up"),
    planted("the last resort is gone", "any_time: {when: otherwise}", "any_time: {when: smoker}", "TP101",
            "anaemia: no, diabetes: no, smoker: no", "urgency"),
    planted("an arm has no prescription", "narrow: {when: arm is involved}",
            "narrow: {when: arm is involved and diameter > 8 cm}", "TP101 TP108", "diameter", "prescription"),
    planted("exactly 5 cm is in both", "R0 and diameter > 5 cm", "R0 and diameter >= 5 cm", "TP104",
            "diameter exactly 5 cm", "arm"),
    planted("exactly 100 Gy in sum is in both", "planned_dose > 100 Gy", "planned_dose >= 100 Gy", "TP104",
            "exactly 100 Gy", "total_dose"),
    planted("two bands overlap", "R0 and diameter > 5 cm", "R0 and diameter > 3 cm", "TP102",
            "diameter over 3 cm and up to 5 cm", "arm"),
    planted("two extras at once", "smoker and not anaemia", "smoker", "TP102", "anaemia: yes, smoker: yes", "extra"),
    planted("one too many of a count", "when: 'at most 1 of", "when: 'at most 2 of", "TP102", "anaemia", "support"),
    planted("a fact that was not stated", "  - rule: smallest_lesion <= largest_lesion",
            "  - rule: not smoker or smoker", "TP102", "smallest lesion over 50 mm", "lesions"),
    planted("a choice that contradicts itself", "advice: {when: smoker and not anaemia}",
            "advice: {when: smoker and anaemia and not anaemia}", "TP105", "`advice`", "extra"),
    planted("a value between two steps", "high: {when: risk_score > 10}",
            "high: {when: risk_score > 10}\n      middle: {when: risk_score > 10 and risk_score < 11}", "TP105 TP110",
            "`middle`", "risk"),
    planted("two sites, two trials", "very_well: kps > 70", "very_well: kps >= 70", "TP106", "exactly 70"),
    planted("an arm that is read in two ways", "narrow: {when: arm is involved}",
            "narrow: {readings: {involved: arm is involved, large: arm is involved and diameter >= 6 cm}}", "TP106",
            "becomes no choice", "prescription"),
    planted("no lesion, no arm", "    - {id: I1, rule: recurrence}\n", "", "TP107", "not applicable", "arm"),
    planted("a burden without a case", "smallest_lesion <= 100 mm, value", "smallest_lesion < 100 mm, value",
            "TP107", "burden", "burden_group"),
    planted("what may be missing", "  smoker: {yes_no: true}", "  smoker: {yes_no: true, may_be_missing: true}",
            "TP107", "smoker: not recorded", "support"),
    planted("whole numbers only", "high: {when: risk_score > 10}", "high: {when: risk_score >= 11}", "TP110",
            "`risk_score` is charted in steps of 1", "risk"),
    planted("nobody is left", "{id: E1, rule: pregnant}", "{id: E1, rule: pregnant or kps >= 50}", "TP105 TP201",
            "2 demands contradict one another"),
    planted("an arm for nobody", "{id: I1, rule: recurrence}", "{id: I1, rule: recurrence and resection is R0}",
            "TP205 TP108", "`boost`", "arm"),
    planted("a whole sex drops out", ", when_not_applicable: no}", "}", "TP206", "not applicable"),
    planted("the age limit is gone", "16 years <= age <= 70 years", "16 years <= age", "TP207", "age over 70 years"),
    planted("a claim about exactly the limit", "planned_dose < 101 Gy", "planned_dose < 100 Gy", "TP207",
            "exactly 100 Gy"),
]  # fmt: skip


def examine(folder: Path, text: str) -> Review:
    (folder / "protocol.yaml").write_text(text, encoding="utf-8")
    return reviewed(load(folder))


def words(review: Review) -> str:
    """Return all that the findings say."""
    said = [each.message for each in review.findings]
    said += [f"{region.words} {region.outcome}" for each in review.findings for region in each.regions]
    return "\n".join(said)


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    review = examine(tmp_path, SOUND)
    assert (review.findings, review.undecided) == ((), ())
    assert len(review.proved) > 30


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_a_planted_defect_is_found(tmp_path: Path, defect: Planted) -> None:
    assert SOUND.count(defect.old) == 1
    review = examine(tmp_path, SOUND.replace(defect.old, defect.new))
    assert {each.code for each in review.findings} == defect.codes
    assert defect.says in words(review)
    assert not review.undecided
    if defect.decision:
        assert defect.decision in {each.decision for each in review.findings}
