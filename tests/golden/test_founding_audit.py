"""The founding protocol against its audit: every count of the audit's table, computed from the encoded sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import jsonschema
import pytest

from tests.golden.transcript import ROOT
from trialproof.model.condition import Eligible, Is, Takes
from trialproof.model.load import load
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Protocol, Recorded
from trialproof.reports.json_report import report_schema
from trialproof.verify.case import Case
from trialproof.verify.differences import changes
from trialproof.verify.finding import Finding, Review
from trialproof.verify.properties import gap, overlap
from trialproof.verify.review import review
from trialproof.verify.solver import Solver
from trialproof.verify.statement import Holds, Never
from trialproof.verify.working import NoneWorks, find_working

FOLDER = ROOT / "protocols" / "esophageal-salvage"
COMPARED = ("resection", "diameter", "skip_metastasis", "time_to_recurrence")
FIRST = {
    "1a": "nested",
    "1b": "flat",
    "1c": "r0_first_limb_flat",
    "1c'": "r0_first_limb_nested",
    "1d": "exclusive_or",
}
SECOND = {"2a": "intended", "2b": "lesion_qualifies_all", "2c": "without_both", "2d": "without_each"}
TABLE = {
    ("1a", "2a"): (7, 0),
    ("1b", "2a"): (5, 0),
    ("1c", "2a"): (5, 16),
    ("1c'", "2a"): (7, 8),
    ("1d", "2a"): (8, 0),
    ("1a", "2b"): (41, 0),
    ("1b", "2b"): (39, 0),
    ("1c", "2b"): (23, 0),
    ("1c'", "2b"): (33, 0),
    ("1d", "2b"): (42, 0),
    ("1a", "2c"): (6, 3),
    ("1b", "2c"): (4, 3),
    ("1c", "2c"): (4, 19),
    ("1c'", "2c"): (6, 11),
    ("1d", "2c"): (6, 2),
    ("1a", "2d"): (7, 1),
    ("1b", "2d"): (5, 1),
    ("1c", "2d"): (5, 17),
    ("1c'", "2d"): (7, 9),
    ("1d", "2d"): (8, 1),
}
"""Pair of readings to points in a gap and points in an overlap, from the audit's section 1."""


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load(FOLDER)


@pytest.fixture(scope="module")
def case(protocol: Protocol) -> Iterator[Case]:
    with Solver(protocol) as solver:
        yield Case(protocol, solver, protocol.preferred)


def readings(first: str, second: str) -> dict[str, str]:
    return {"arm.involved_field": FIRST[first], "arm.elective_field": SECOND[second]}


def grid(protocol: Protocol) -> Iterator[Patient]:
    """The audit's 54 points: recurrent, eligible by the first bullet or the second, everything else in order."""
    usual: dict[str, Recorded] = {
        "recurrence": True,
        "locoregional": True,
        "adjuvant_radiotherapy": False,
        "adjuvant_chemotherapy": False,
        "distant_metastasis": False,
        "treated_since_recurrence": False,
        "age": Fraction(50),
        "sex": "male",
        "kps": Fraction(90),
        "white_cells": Fraction(6),
        "sufficient_organ_function": True,
    }
    rest = [name for name in protocol.quantities if name not in usual]
    no: dict[str, Recorded] = {name: False for name in rest if name not in COMPARED}
    for margin, diameter, skip, months in product(("R0", "R1", "R2"), (3, 5, 7), (False, True), (10, 16, 20)):
        sizes: dict[str, Recorded] = {"diameter": Fraction(diameter), "time_to_recurrence": Fraction(months)}
        yield Patient.of({"resection": margin, "skip_metastasis": skip, **sizes, **usual, **no})


@pytest.mark.parametrize("pair", TABLE, ids="/".join)
def test_each_pair_has_the_gaps_and_overlaps_of_the_audit(protocol: Protocol, pair: tuple[str, str]) -> None:
    points = gaps = overlaps = 0
    for patient in grid(protocol):
        meaning = about(protocol, patient, readings(*pair))
        assert meaning.truth(Eligible()).holds
        arms = [meaning.truth(Takes("arm", choice.name)) for choice in protocol.decisions["arm"].choices]
        points += 1
        gaps += all(arm.fails for arm in arms)
        overlaps += all(arm.holds for arm in arms)
    assert points == 54
    assert (gaps, overlaps) == TABLE[pair]


@pytest.mark.parametrize("pair", TABLE, ids="/".join)
def test_no_pair_is_exhaustive_and_overlaps_are_where_the_audit_sees_them(case: Case, pair: tuple[str, str]) -> None:
    other, arm = case.under(readings(*pair)), case.protocol.decisions["arm"]
    population = other.population(arm.population)
    assert other.possible(population)([gap(arm)])
    assert other.possible(population)([overlap(arm)]) == (TABLE[pair][1] > 0)


def test_the_precedence_question_matters_only_at_exactly_5_cm(case: Case) -> None:
    """The audit's A3: readings 1a and 1b differ at d = 5 and nowhere else."""
    (region,) = changes(case, case.protocol.decisions["arm"], "arm.involved_field", "flat").regions
    assert region.words == "resection margin R0, diameter exactly 5 cm, time to recurrence over 16 months"
    assert region.outcome == "no choice becomes `involved_field`"


def test_no_combination_of_readings_works(case: Case) -> None:
    found = find_working(case, case.protocol.decisions["arm"])
    assert isinstance(found, NoneWorks)
    assert found.alive


def of_code(found: Review, code: str) -> list[Finding]:
    return [each for each in found.findings if each.code == code]


def arms(found: Review, code: str) -> list[Finding]:
    return [each for each in of_code(found, code) if each.decision == "arm"]


def test_the_first_four_bullets_read_with_and_admit_nobody(protocol: Protocol) -> None:
    """The audit's P1: no R0 patient has a positive margin; the two sentences are the whole contradiction."""
    found = review(protocol, selection={"population": "all"}, select=["TP2"])
    (nobody,) = of_code(found, "TP201")
    assert [quote.line for label in nobody.labels for quote in label.quotes] == [7, 8]
    assert not any(each.code == "TP201" for each in found.proved)


def test_with_radical_surgery_left_open_it_admits_only_positive_margins_and_arm_1_is_dead(protocol: Protocol) -> None:
    selection = {"population": "all", "radical_surgery": "curative_intent"}
    found = review(protocol, selection=selection, select=["TP1", "TP2"], ignore=["TP106"])
    assert not of_code(found, "TP201")
    (dead,) = of_code(found, "TP205")
    assert dead.choices == ("involved_field",)
    with Solver(protocol) as solver:
        case = Case(protocol, solver, {**protocol.preferred, **selection})
        positive = Is("resection", ("R1", "R2"))
        assert not case.possible(case.population(Eligible()))([Never(Holds(positive))])


def test_the_preferred_readings_have_two_boundary_gaps_an_rx_region_and_no_overlap(protocol: Protocol) -> None:
    found = review(protocol, select=["TP101", "TP102", "TP103", "TP104"])
    assert [each.regions[0].words for each in arms(found, "TP101")] == ["resection margin RX"]
    assert [each.regions[0].words for each in arms(found, "TP103")] == [
        "resection margin R0, diameter exactly 5 cm",
        "resection margin R0, diameter under 5 cm, skip metastasis: no, time to recurrence exactly 16 months",
    ]
    assert not arms(found, "TP102")
    assert not arms(found, "TP104")
    assert [each.code for each in found.proved if each.decision == "arm"] == ["TP102"]


def test_the_expected_silences(protocol: Protocol) -> None:
    """The audit's negative results: one age convention is consistent, and 1a/2a and 1b/2a have no overlap."""
    for convention in ("completed_years", "exact"):
        found = review(protocol, selection={"I6": convention, "E1": convention}, select=["TP201", "TP206"])
        assert not found.findings


def test_the_repaired_protocol_is_proved() -> None:
    run = trialproof("check", f"{FOLDER}-repaired", "--select", "TP1,TP2")
    assert run.returncode == 0, run.stdout
    assert "every eligible patient gets a choice of `arm`" in run.stdout
    assert "no eligible patient gets two choices of `arm`" in run.stdout


def test_the_json_report_has_the_published_shape_and_never_changes() -> None:
    runs = [trialproof("check", str(FOLDER), "--format", "json") for _ in range(2)]
    assert [run.returncode for run in runs] == [1, 1]
    assert runs[0].stdout == runs[1].stdout
    jsonschema.Draft202012Validator(report_schema()).validate(json.loads(runs[0].stdout))


def trialproof(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trialproof", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT)
