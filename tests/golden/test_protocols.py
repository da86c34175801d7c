"""What is known of each shipped protocol is what is found, by either engine."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from tests.verify.everyone import InProcess, reviewed
from trialproof.model.load import load
from trialproof.verify import case as case_file
from trialproof.verify.case import Case
from trialproof.verify.finding import Review
from trialproof.verify.properties import gap, overlap, settled, undetermined
from trialproof.verify.ranks import Ranks
from trialproof.verify.statement import Every

PROTOCOLS = Path(__file__).parents[2] / "protocols"
DECISIONS = ["TP101", "TP102", "TP103", "TP104", "TP105", "TP107"]

LOCALISED = "lung metastases: no, other metastases: no"
CLEAN: dict[str, list[str]] = {}
EXPECTED: dict[str, dict[str, list[str]]] = {
    "gist-imatinib": {
        "TP103 high intermediate": [
            "tumour size exactly 5 cm, mitoses per 50 high-power fields from 5 up to 10",
            "tumour size over 5 cm and up to 10 cm, mitoses per 50 high-power fields exactly 5",
        ],
    },
    "ewing-2008": {
        "TP102 R1 R2loc": [
            f"{LOCALISED}, histological response to induction chemotherapy good, tumour volume at least 200 mL",
            f"{LOCALISED}, histological response to induction chemotherapy poor, tumour volume under 200 mL",
        ],
        "TP102 R2pulm R3": ["lung metastases: yes"],
    },
    "ghsg-hodgkin": CLEAN,
    "recovery-tocilizumab": CLEAN,
    "recovery-tocilizumab-misprint": {
        "TP104 mg_400 per_kg": ["body weight exactly 40 kg"],
        "TP104 mg_600 mg_400": ["body weight exactly 65 kg"],
    },
    "esophageal-salvage-repaired": CLEAN,
}


def regions(review: Review) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in review.findings:
        words = [region.words for region in each.regions]
        found.setdefault(" ".join((each.code, *each.choices)), []).extend(words)
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdicts_are_those_expected(name: str) -> None:
    review = reviewed(load(PROTOCOLS / name), select=DECISIONS)
    assert regions(review) == EXPECTED[name]
    assert not review.undecided
    refuted = {"TP101" if each.code in ("TP101", "TP103") else "TP102" for each in review.findings}
    assert {each.code for each in review.proved} >= {"TP101", "TP102"} - refuted


@pytest.mark.parametrize("name", EXPECTED)
def test_both_engines_come_to_them(name: str) -> None:
    protocol = load(PROTOCOLS / name)
    both = reviewed(protocol, select=DECISIONS)
    with patch.object(case_file, "Ranks", lambda protocol: Ranks(protocol, limit=0)):
        assert reviewed(protocol, select=DECISIONS) == both
    with InProcess(protocol) as solver:
        case = Case(protocol, solver, protocol.preferred)
        for decision in protocol.decisions.values():
            for target in (gap, overlap, settled, undetermined):
                asked = (*case.population(decision.population), case.said(target(decision)))
                assert case.ranks.possible(asked) is not None


def test_every_shipped_protocol_is_known_here_and_has_its_readme() -> None:
    folders = {each.parent.name for each in PROTOCOLS.glob("*/protocol.yaml")}
    assert folders == {*EXPECTED, "esophageal-salvage"}
    for each in folders:
        words = (PROTOCOLS / each / "README.md").read_text(encoding="utf-8")
        assert f"protocols/{each}" in words
        if load(PROTOCOLS / each).registry:
            assert load(PROTOCOLS / each).registry in words


def test_the_founding_protocol_is_answered_by_both_engines() -> None:
    protocol = load(PROTOCOLS / "esophageal-salvage")
    with InProcess(protocol) as solver:
        case = Case(protocol, solver, protocol.preferred)
        everyone = case.ranks.possible((*case.population(protocol.decisions["arm"].population), case.said(Every(()))))
    assert everyone is True
