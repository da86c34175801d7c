"""What a review says of every possible patient, counted among given ones."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies as st

from tests.verify.everyone import Judge, alone, reviewed
from tests.verify.finite import protocols
from trialproof.model.load import load
from trialproof.model.protocol import Protocol, Recorded
from trialproof.reports.cohort_share import cohort_share
from trialproof.reports.shares import CohortShare

SIZES = """\
trialproof: 1
title: sizes
quantities:
  lesion: {yes_no: true}
  size: {unit: cm, range: [0, 20], recorded_to: 0.1, applies_if: lesion}
  fit: {yes_no: true, may_be_missing: true}
eligibility:
  inclusion:
    - {id: I1, rule: fit}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
  late:
    for: arm is large
    choices:
      a: {when: size > 10 cm}
      b: {when: size <= 10 cm}
"""
ROWS = """\
lesion,size,fit
yes,5.0,yes
yes,5.0,
yes,5.0,no
yes,6.1,yes
yes,12,yes
no,,yes
no,,
yes,1.5,yes
"""


def written(value: Recorded) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(float(value))


def counted(folder: Path, protocol: Protocol, rows: str) -> CohortShare:
    file = folder / "patients.csv"
    file.write_text(rows, encoding="utf-8")
    return cohort_share(protocol, reviewed(protocol), file)


def test_the_stranded_are_counted_by_region_and_by_fate(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    share = counted(tmp_path, load(tmp_path), ROWS)
    assert (share.of, share.eligible, share.open) == (8, 5, 2)
    arm, late = share.fates
    assert (arm.members, arm.settled, arm.gap, arm.overlap, arm.undetermined) == (5, 3, 1, 0, 1)
    assert (late.members, late.settled) == (2, 2)
    words = {region.words: count for (name, region), count in share.regions.items() if name == "arm"}
    assert words["size exactly 5 cm"] == 1
    assert words["size: not applicable"] == 1
    left = {each.words: count for each, count in share.left.items()}
    assert left["leaves out patients with fit: not recorded: criterion `I1` is undetermined for them"] == 2
    assert left["leaves out patients with size exactly 5 cm: they are not settled on a choice of `arm`"] == 1


def test_the_report_says_the_shares(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    (tmp_path / "patients.csv").write_text(ROWS, encoding="utf-8")
    command = [sys.executable, "-m", "trialproof", "check", ".", "--cohort", "patients.csv"]
    text = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert text.returncode == 1
    assert "share     1 of 8 patients (12.5 %)" in text.stdout
    assert "`arm` settles 3 of the 5 whom it is for, and leaves 2" in text.stdout
    found = json.loads(
        subprocess.run([*command, "--format", "json"], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    )
    assert found["cohort"]["open"] == 2
    assert found["cohort"]["fates"][0]["gap"] == 1


def test_a_bad_row_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(SIZES, encoding="utf-8")
    (tmp_path / "patients.csv").write_text("lesion,size\nyes,5.05\n", encoding="utf-8")
    command = [sys.executable, "-m", "trialproof", "check", ".", "--cohort", "patients.csv"]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "patients.csv:2:5" in refused.stderr


@settings(max_examples=40, deadline=None)
@given(protocols(), st.data())
def test_every_count_is_what_looking_at_each_patient_says(protocol: Protocol, data: st.DataObject) -> None:
    people = [each for each in alone(protocol) if each.patient.as_dict()]
    chosen = data.draw(st.lists(st.sampled_from(people), max_size=20)) if people else []
    with TemporaryDirectory() as name:
        share = counted_in(Path(name), protocol, chosen)
    assert share.of == len(chosen)
    for fate in share.fates:
        decision = protocol.decisions[fate.decision]
        fates = [each.fate(decision) for each in chosen if each.member(decision)]
        counts = (fate.settled, fate.gap, fate.overlap, fate.undetermined)
        assert counts == tuple(fates.count(name) for name in ("settled", "gap", "overlap", "undetermined"))


def counted_in(folder: Path, protocol: Protocol, chosen: list[Judge]) -> CohortShare:
    with (folder / "patients.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(protocol.quantities)
        for each in chosen:
            record = each.patient.as_dict()
            writer.writerow([written(record[name]) if name in record else "" for name in protocol.quantities])
    return cohort_share(protocol, reviewed(protocol), folder / "patients.csv")
