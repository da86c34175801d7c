"""Every row of the audit's sections 1 to 5: found by a check alone, found once something is declared, or not found.

A row counts as found only if one finding says what the row says. What a row is found by stands here as data, and so
does why it is not: nothing is left out, and nothing is found that was not looked for.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from shutil import copytree
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from tests.golden.transcript import ROOT
from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.model.protocol import Protocol
from trialproof.verify.finding import Finding, Review, Severity
from trialproof.verify.review import review

FOLDER = ROOT / "protocols" / "esophageal-salvage"
AUDIT = ROOT.parent / "shared" / "reference" / "source-audit.md"

SECTIONS = {"A": 18, "P": 12, "E": 13, "D": 20, "C": 15}
"""How many rows the audit of this document has in its sections 1 (A) to 5 (C), from its count in section 7."""

ROWS = [f"{letter}{number}" for letter, count in SECTIONS.items() for number in range(1, count + 1)]


class Found(NamedTuple):
    """The code of a finding, and what it says."""

    code: str
    says: tuple[str, ...]


class Declared(NamedTuple):
    """A finding that goes when these entries of `protocol.yaml` are deleted: what is declared, and what rests on it."""

    code: str
    says: tuple[str, ...]
    entries: tuple[str, ...]


ALONE = {
    "A1": Found("TP103", ("no choice of `arm`", "resection margin R0, diameter exactly 5 cm", "with diameter 5,")),
    "A2": Found("TP103", ("no choice of `arm`", "time to recurrence exactly 16 months", "time_to_recurrence 16,")),
    "A8": Found("TP504", ("largest diameter / diameter", "above a limit, and below it under another")),
    "A10": Found("TP502", ("far from", "with skip metastasis far from primary tumor", "gives no distance")),
    "E2": Found("TP203", ("`I6` and `E1` imply one another",)),
    "E7": Found("TP203", ("`I8` and `E3` imply one another",)),
    "E8": Found("TP502", ("severe", "it may govern the first item or all of them")),
    "E9": Found("TP502", ("active ulcerations", "names no finding that tells active from past")),
    "D1": Found("TP302", ("5 f only 2 Gy: 10 Gy", "6 f any dose", "7 f never: 7 f of 1.8-2 Gy are 12.6-14 Gy")),
    "D2": Found("TP302", ("no free choice: 33 f are 59.4 Gy, 34 f are 61.2 Gy",)),
    "D3": Found("TP502", ("up to 59.92-62.16", "nobody says who picks within it")),
    "D4": Found("TP101", ("far from the thoracic stomach: no, a lesion is close to the thoracic stomach: no",)),
    "D5": Found("TP102", ("far from the thoracic stomach: yes, a lesion is close to the thoracic stomach: yes",)),
    "D7": Found("TP305", ("lowers `elective_close`", "whole course: 45 Gy; EQD2 44.25", "kept: 55-57 Gy; EQD2 54.25")),
    "D8": Found("TP305", ("lowers `elective_far`", "the boost kept by its dose per fraction: 53.5-55.5 Gy")),
    "D13": Found("TP303", ("`involved_far`: 50 Gy after 25 f", "48.6 Gy after 27 f, 50.4 Gy after 28 f")),
    "D14": Found("TP403", ("30 f: `imaging` with fraction 25, 5 left after it; none from 6 working days on", "6 left")),
    "D15": Found("TP502", ("modified according to", "but not by what rule")),
    "D17": Found("TP502", ("up to 59.92-62.16", "is the amount itself or its upper limit")),
    "C1": Found("TP401", ("2 cycles for `involved_far` and `elective_far`, 3 cycles for `involved_close`",)),
    "C4": Found("TP402", ("`chemotherapy` on Thu: `growth_factor` on Sat", "on Fri: `growth_factor` on Sun")),
    "C5": Found("TP405", ("`involved_field`: 48 hours after `chemotherapy`, 3-6 mg", "`elective_field`: as needed")),
    "C10": Found("TP502", ("is allowed", "may be done or left undone")),
    "C12": Found("TP503", ("TP", "received postoperative chemotherapy of TP")),
    "C14": Found("TP502", ("adjusted to", "Consolidate chemotherapy were adjusted to the patients")),
}
"""Found by a check alone, once each sentence is encoded as it stands."""

FIRST = "decisions/arm/choices/involved_field/readings"
SECOND = "decisions/arm/choices/elective_field/readings"

DECLARED = {
    "A3": Declared(
        "TP106",
        ("read as `flat`: no choice becomes `involved_field`; resection margin R0, diameter exactly 5 cm, time to",),
        (f"{FIRST}/flat",),
    ),
    "A4": Declared(
        "TP106",
        (
            "`elective_field` becomes `involved_field` and `elective_field`; resection margin R1 or R2, diameter under",
        ),
        (f"{FIRST}/r0_first_limb_flat", f"{FIRST}/r0_first_limb_nested"),
    ),
    "A5": Declared(
        "TP106",
        ("`elective_field` becomes no choice; resection margin R1 or R2, diameter at least 5 cm",),
        (f"{SECOND}/lesion_qualifies_all",),
    ),
    "A6": Declared(
        "TP106",
        ("`involved_field` becomes `involved_field` and `elective_field`; resection margin R0, diameter under 5 cm",),
        (f"{SECOND}/without_both", f"{SECOND}/without_each"),
    ),
    "A7": Declared(
        "TP106",
        ("`involved_field` becomes no choice", "skip metastasis: yes, time to recurrence over 16 months"),
        (f"{FIRST}/exclusive_or",),
    ),
    "A12": Declared("TP101", ("eligible patient with resection margin RX",), ("quantities/resection/one_of/RX",)),
    "A14": Declared(
        "TP106",
        ("`elective_field` becomes undetermined (`elective_field`?); time to recurrence: not applicable",),
        (f"{SECOND}/lesion_qualifies_all",),
    ),
    "P1": Declared(
        "TP106", ("nobody is eligible if it is read as `all`",), ("eligibility/inclusion/population/readings/all",)
    ),
    "P2": Declared(
        "TP207",
        ("fails for some patient with recurrence inside the earlier radiation field: yes",),
        ("claims/no in-field re-irradiation",),
    ),
    "P3": Declared(
        "TP207", ("fails for some patient with distant metastasis: yes",), ("claims/no distant disease",)
    ),
    "P5": Declared(
        "TP207",
        ("fails for some patient with adjuvant chemoradiation or radiotherapy: yes",),
        ("claims/no elective irradiation of an irradiated mediastinum",),
    ),
    "P7": Declared(
        "TP106",
        ("`radical_surgery` has 2 readings", "read as `curative_intent`: not eligible becomes eligible"),
        ("definitions/radical_surgery/readings/curative_intent",),
    ),
    "E1": Declared(
        "TP106",
        ("read as `exact`: eligible becomes not eligible; exact age over 70 years", "with age 141/2,"),
        ("eligibility/inclusion/I6/readings/exact", "eligibility/exclusion/E1/readings/exact"),
    ),
    "E3": Declared("TP208", ("`kps`", "over 70 means 80 and up"), ("quantities/kps/recorded_to",)),
    "E5": Declared(
        "TP505",
        ("abnormal_blood_count", "no limits are given; on it rest `E5`"),
        ("definitions/abnormal_blood_count", "eligibility/exclusion/E5"),
    ),
    "E6": Declared(
        "TP505",
        ("sufficient_organ_function", "no test and no threshold is given; on it rest `I9` and `E5`"),
        ("definitions/sufficient_organ_function", "eligibility/inclusion/I9", "eligibility/exclusion/E5"),
    ),
    "D6": Declared(
        "TP107",
        ("`prescription` stays open", "with recurrence False,"),
        ("definitions/lesion_far/applies_if", "definitions/lesion_close/applies_if"),
    ),
    "D16": Declared("TP304", ("up to 62.16 Gy", "at most 59.92 Gy"), ("limits/simultaneous_boost",)),
}
"""Found because a reading, a fact, a limit or a claim is declared that the text itself does not state."""

NOT_FOUND = {
    "A9": "the encoding gives a patient one diameter, and no check asks whether a singular noun may have a plural",
    "A11": "the step of a month is declared, but no check asks from what event to what event a time runs",
    "A13": "two definitions of a positive margin are knowledge from outside, and the text's R1 is taken as charted",
    "A15": "the encoding has a diameter for every recurrence, so that nobody lacks one",
    "A16": "that a rationale should hold for both arms is an intention, and no claim declares it",
    "A17": "missing verbs are grammar, which no check reads; what they make ambiguous is found as A3 and A6",
    "A18": "the disagreement is with a paper that is not the document",
    "P4": "line 9 does not say locoregional, nor radical, so that as it stands it implies no other line",
    "P6": "the encoding declares `when_not_applicable: no` for it, so that the question is settled and not asked",
    "P8": "no time since surgery is in the text, and no check asks for one",
    "P9": "histology and site are in a paper and not in the document",
    "P10": "the lexicon does not hold the word; only its two spellings are told, and not what either means",
    "P11": "the lexicon does not hold the word, and the encoding takes in-field as charted",
    "P12": "no check asks how a diagnosis is proved",
    "E4": "the step is as fine as the limit's digits, and no exclusion names white cells, so that no two limits meet",
    "E10": "no check knows that consent should be asked of all and that minors cannot give it alone",
    "E11": "no check knows what usually accompanies an exclusion of pregnancy",
    "E12": "no check asks when something is measured",
    "E13": "no check has a list of what is usually excluded; the metastases alone are found, by a claim, as P3",
    "D9": "the encoding has one planned V50, and no check asks of which plan it is",
    "D10": "the boundary patients show 50%, but `lowering` needs no choice for everybody, so that it is no defect",
    "D11": "no check compares which safety rules the arms have; supportive drugs are the only care compared",
    "D12": "both equivalent doses stand in the report's table, and no check knows which of them should be lower",
    "D18": "the encoding has one stomach for everybody, and no check knows of other conduits",
    "D19": "no check has a list of what a prescription usually constrains",
    "D20": "no check asks to what a dose is prescribed",
    "C2": "no check asks for the dose of a drug, which is no part of what is modelled",
    "C3": "the delay is encoded as exactly 48 hours, and no check asks from which end of an infusion they count",
    "C6": "the amount of 3-6 mg is shown with C5, and no check asks who picks a supportive drug's amount",
    "C7": "there is nothing to find, as the audit says: the silence is expected",
    "C8": "a guideline's caution is knowledge from outside",
    "C9": "the second line is not modelled, and the lexicon does not hold the word within",
    "C11": "the second line is not modelled, so that it contradicts nothing",
    "C13": "the second line is not modelled, so that nobody can be outside its clause",
    "C15": "no check asks for the time between enrolment and the first fraction",
}
"""Not found, and why."""


def told(finding: Finding) -> str:
    """Return all that a finding says, its quotes and its witness with it."""
    said = [finding.message, *finding.words, *(f"{each.item} {each.says}" for each in finding.details)]
    witnesses = [finding.witness] if finding.witness else []
    for region in finding.regions:
        said.append(f"{region.outcome}; {region.words}")
        witnesses.append(region.witness)
    for label in finding.labels:
        said += [label.note, *(quote.text for quote in label.quotes)]
    for witness in witnesses:
        said += [f"with {name} {value}," for name, value in dict(witness.patient).items()]
    return "\n".join(said)


def matching(found: Review, code: str, says: tuple[str, ...]) -> list[Finding]:
    """Return the findings of this code each of which says all of this."""
    return [each for each in found.findings if each.code == code and all(word in told(each) for word in says)]


def without(folder: Path, *entries: str) -> Protocol:
    """Load the founding protocol, copied to a folder, with these entries of its file deleted."""
    copytree(FOLDER, folder)
    file = folder / "protocol.yaml"
    yaml = YAML()
    data = yaml.load(file.read_text(encoding="utf-8"))
    for entry in entries:
        *way, last = entry.split("/")
        inside = data
        for name in way:
            inside = inside[key(inside, name)]
        del inside[key(inside, last)]
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(data, stream)
    return load(folder)


def key(inside: Any, name: str) -> str | int:
    """Return where an entry stands: by its name, or in a list by its id or by what it is."""
    if not isinstance(inside, list):
        return name
    (at,) = [at for at, each in enumerate(inside) if name in (each, isinstance(each, dict) and each["id"])]
    return at


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load(FOLDER)


@pytest.fixture(scope="module")
def found(protocol: Protocol) -> Review:
    return reviewed(protocol)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """What is found when nothing of all that is declared is left."""
    entries = dict.fromkeys(entry for row in DECLARED.values() for entry in row.entries)
    protocol = without(tmp_path_factory.mktemp("bare") / "protocol", *entries)
    return reviewed(protocol, select=[row.code for row in ALONE.values()])


def test_every_row_is_in_one_list_and_nothing_else_is() -> None:
    assert Counter([*ALONE, *DECLARED, *NOT_FOUND]) == Counter(ROWS)
    assert all(NOT_FOUND.values())


@pytest.mark.skipif(not AUDIT.exists(), reason="the audit is not here")
def test_the_rows_are_those_of_the_audit() -> None:
    text = AUDIT.read_text(encoding="utf-8")
    assert re.findall(r"^\| ([APEDC]\d+) \|", text, flags=re.MULTILINE) == ROWS


@pytest.mark.parametrize("row", ALONE)
def test_a_row_is_found_by_a_check_alone(found: Review, bare: Review, row: str) -> None:
    code, says = ALONE[row]
    assert matching(found, code, says)
    assert matching(bare, code, says)


@pytest.mark.parametrize("row", DECLARED)
def test_a_row_is_found_and_goes_with_what_was_declared(found: Review, row: str, tmp_path: Path) -> None:
    code, says, entries = DECLARED[row]
    assert matching(found, code, says)
    protocol = without(tmp_path / "protocol", *entries)
    left = reviewed(protocol, select=[code])
    assert not matching(left, code, says)
    assert code not in {each.code for each in left.undecided}


def test_what_the_encoding_settles_is_asked_where_it_does_not(found: Review, tmp_path: Path) -> None:
    """Row P6: therapy after a recurrence, of those who had none."""
    says = ("therapy after recurrence: not applicable",)
    assert not matching(found, "TP206", says)
    unsettled = without(tmp_path / "protocol", "quantities/treated_since_recurrence/when_not_applicable")
    assert matching(reviewed(unsettled, select=["TP206"]), "TP206", says)


@pytest.mark.parametrize(
    ("exactly", "does"), [("E1", "`I6` includes and `E1` excludes"), ("I6", "`E1` does not exclude")]
)
def test_age_counted_in_two_ways_contradicts_itself(protocol: Protocol, exactly: str, does: str) -> None:
    """Row E1, its mixed reading: 70 and a half is included and excluded, or neither."""
    mixed = review(protocol, selection={exactly: "exact"}, select=["TP202"])
    assert matching(mixed, "TP202", (does, "exact age over 70 years and under 71 years", "with age 141/2,"))


@pytest.mark.parametrize("convention", ["completed_years", "exact"])
def test_age_counted_in_one_way_is_left_alone(protocol: Protocol, convention: str) -> None:
    codes = ["TP201", "TP202", "TP206"]
    same = review(protocol, selection={"I6": convention, "E1": convention}, select=codes)
    assert {each.code for each in same.proved} == set(codes)
    assert not same.findings


@pytest.mark.parametrize("reading", ["nested", "flat"])
def test_the_arms_do_not_overlap_as_they_are_most_likely_meant(protocol: Protocol, reading: str) -> None:
    arms = review(protocol, selection={"arm.involved_field": reading}, select=["TP102", "TP104"])
    assert not [each for each in arms.findings if each.decision == "arm"]
    assert ("TP102", "arm") in {(each.code, each.decision) for each in arms.proved}


def test_exact_triples_and_compatible_intervals_are_left_alone(found: Review) -> None:
    """Seven of the audit's eight triples are exact, and its row C7 is compatible."""
    assert not {"TP301", "TP404"} & {each.code for each in found.findings}
    wrong = [each for each in found.findings if each.code == "TP302" and each.severity is not Severity.NOTE]
    assert [each.choices for each in wrong] == [("elective_close",)]
    assert not found.undecided
