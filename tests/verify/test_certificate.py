"""A certificate is checked from its files alone, a change in them is noticed, and nothing is half written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from trialproof.cli import cli
from trialproof.model.place import BadInput
from trialproof.reports.certify_text import summary, write_certificate, write_manual
from trialproof.verify.certify.certificate import certify
from trialproof.verify.certify.cvc5_run import Answer, Cvc5, installed
from trialproof.verify.certify.recheck import Certificate, demand_agreement, recheck
from trialproof.verify.replay import Disagreement

ROOT = Path(__file__).parents[2]
PROTOCOLS = sorted(path.parent.name for path in (ROOT / "protocols").glob("*/protocol.yaml"))
THRESHOLD = """\
trialproof: 1
title: exactly 5 cm
document: document.txt
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
eligibility:
  inclusion:
    - {id: I1, quote: tumours over 1 cm, rule: size > 1 cm}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm, quote: larger than 5 cm}
      small: {when: size < 5 cm}
claims:
  - {id: not tiny, rule: if eligible then size >= 1.1 cm}
"""
DOCUMENT = "We include tumours over 1 cm. Those larger than 5 cm are irradiated.\n"
CLEARANCE = """\
trialproof: 1
title: creatinine clearance
quantities:
  age: {unit: year, range: [18, 90]}
  weight: {unit: kg, range: [40, 150], recorded_to: 0.1}
  creatinine: {unit: mg/dL, range: [0.3, 5], recorded_to: 0.01}
definitions:
  clearance:
    value: (140 - age in years) * (weight in kg) / (72 * (creatinine in mg/dL)) * 1 mL/min
    unit: mL/min
decisions:
  dose:
    for: everyone
    choices:
      full: {when: clearance >= 60 mL/min}
      half: {when: clearance < 60 mL/min and clearance > 30 mL/min}
"""
CUBES = """\
trialproof: 1
title: Fermat
quantities:
  a: {range: [1, 1000000], recorded_to: 1}
  b: {range: [1, 1000000], recorded_to: 1}
  c: {range: [1, 1000000], recorded_to: 1}
claims:
  - {id: no sum of cubes is a cube, rule: a * a * a + b * b * b != c * c * c}
"""


@pytest.fixture(scope="session")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("protocol")
    (folder / "protocol.yaml").write_text(THRESHOLD, encoding="utf-8")
    (folder / "document.txt").write_text(DOCUMENT, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def original(protocol: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate") / "done"
    write(protocol, folder)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "certificate"))


def write(protocol: Path, folder: Path, *, run: bool = True, seconds: float = 10.0) -> Certificate:
    return certify(protocol, folder, manual=write_manual, release="0", run=run, seconds=seconds)


def check(folder: Path, *, run: bool = True) -> Certificate:
    return recheck(folder, seconds=10, run=run)


def command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "trialproof", "certify", *map(str, arguments)]
    return subprocess.run(
        line, cwd=ROOT, env=environment or None, capture_output=True, text=True, encoding="utf-8", check=False
    )


def edit(folder: Path, name: str, change: Callable[[str], str], *, hide: bool = False) -> None:
    """Change a file; `hide` puts its new SHA-256 in the index, as somebody would who means it."""
    path = folder / name
    old = path.read_text(encoding="utf-8")
    new = change(old)
    assert new != old
    path.write_text(new, encoding="utf-8")
    if hide:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        index["files"][name] = sha256(path.read_bytes()).hexdigest()
        (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


def edit_index(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    change(index)
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lower(threshold: str) -> str:
    """Plant `<` for `<=` at the 5 cm threshold: what is not over 5 cm is then under it."""
    return threshold.replace("(not (> |size: number| 5.0))", "(< |size: number| 5.0)")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_cvc5_agrees_on_every_question_about_the_protocols_of_this_repository(name: str, tmp_path: Path) -> None:
    found = write(ROOT / "protocols" / name, tmp_path / "certificate")
    assert {each.verdict for each in found.outcomes} == {"agrees"}
    assert found.replayed == sum(each.entry.expected == "sat" for each in found.outcomes)
    assert found.decided
    if name == "esophageal-salvage":
        check_founding_gap(tmp_path / "certificate")


def check_founding_gap(folder: Path) -> None:
    text = (folder / "arm-gap-region-2.smt2").read_text(encoding="utf-8")
    assert "(set-info :status sat)" in text
    assert "resection margin R0,\n;   diameter exactly 5 cm" in text
    assert ";   rule     resection is R0 and (diameter > 5 cm or" in text
    assert ";   line 33  Patients after R0 surgery whose recurrence lesion larger than 5cm in diameter" in text
    patient = json.loads((folder / "arm-gap-region-2.patient.json").read_text(encoding="utf-8"))
    assert (patient["resection"], patient["diameter"], patient["in_field"]) == ("R0", "5", None)


def test_the_same_protocol_gives_the_same_bytes(protocol: Path, original: Path, tmp_path: Path) -> None:
    write(protocol, tmp_path / "certificate")
    assert contents(tmp_path / "certificate") == contents(original)


def test_no_place_of_this_machine_is_in_the_files(original: Path, protocol: Path) -> None:
    for name, content in contents(original).items():
        assert str(protocol).encode() not in content, name
        assert str(original.parent).encode() not in content, name


def test_the_protocol_is_copied_byte_for_byte(original: Path) -> None:
    assert (original / "protocol" / "protocol.yaml").read_text(encoding="utf-8") == THRESHOLD
    assert (original / "protocol" / "document.txt").read_text(encoding="utf-8") == DOCUMENT


TABLE = """\
trialproof: 1
title: bands
quantities:
  weight: {unit: kg, range: [30, 150], recorded_to: 0.1}
decisions:
  dose:
    for: everyone
    table: tables/dose.csv
"""


def test_a_table_in_a_file_of_its_own_goes_with_the_protocol(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "tables").mkdir(parents=True)
    (source / "dose.yaml").write_text(TABLE, encoding="utf-8")
    (source / "tables" / "dose.csv").write_text("dose,weight\nlight,<65\nheavy,>65\n", encoding="utf-8")
    found = write(source / "dose.yaml", tmp_path / "certificate")
    assert {each.verdict for each in found.outcomes} == {"agrees"}
    copied = tmp_path / "certificate" / "protocol"
    assert (copied / "tables" / "dose.csv").read_bytes() == (source / "tables" / "dose.csv").read_bytes()
    assert "(line 3 of dose.csv)" in (tmp_path / "certificate" / "dose-gap-region-1.smt2").read_text(encoding="utf-8")
    edit(tmp_path / "certificate", "protocol/tables/dose.csv", lambda text: text.replace(">65", ">=65"), hide=True)
    assert [each.entry.name for each in check(tmp_path / "certificate", run=False).with_verdict("disagrees")]


def test_every_file_is_in_the_index_and_every_question_in_the_manual(original: Path) -> None:
    index = json.loads((original / "index.json").read_text(encoding="utf-8"))
    assert {"index.json", "README.md", *index["files"]} == set(contents(original))
    manual = (original / "README.md").read_text(encoding="utf-8")
    for entry in index["obligations"]:
        assert f"]({entry['question']})" in manual
        assert (entry["z3"], entry["cvc5"]) == (entry["expected"], entry["expected"])
    (gap,) = [each for each in index["obligations"] if each["name"] == "arm-gap-region-1"]
    quotes = [(each["line"], each["text"]) for each in gap["quotes"]]
    assert quotes == [(1, "tumours over 1 cm"), (1, "larger than 5 cm")]
    assert gap["code"] == "TP103"


def test_a_changed_file_is_noticed_before_anything_is_asked(folder: Path) -> None:
    edit(folder, "arm-gap-nowhere-else.smt2", lower)
    with pytest.raises(BadInput, match="not the one that was certified"):
        check(folder)


def test_a_changed_file_whose_change_was_hidden_disagrees(folder: Path) -> None:
    edit(folder, "arm-gap-region-1.smt2", lower, hide=True)
    found = check(folder)
    assert [each.entry.name for each in found.with_verdict("disagrees")] == ["arm-gap-region-1"]
    with pytest.raises(Disagreement, match="witness is not confirmed by its replay"):
        demand_agreement(found)
    assert "disagrees  sat    arm-gap-region-1.smt2" in write_certificate(found, wanted=True)


def test_a_proof_of_something_else_disagrees(folder: Path) -> None:
    """The region is taken away, so that patients are left who are in the gap."""
    name = "arm-gap-nowhere-else.smt2"
    region = re.compile(r"(--- the patient is in none of .*? ---\n)\(assert .*?\)\n\n", re.DOTALL)
    edit(folder, name, lambda text: region.sub(r"\1\n", text), hide=True)
    found = check(folder)
    with pytest.raises(Disagreement, match="expected to be unsat, and Z3 says unsat, cvc5 says sat"):
        demand_agreement(found)


def test_a_changed_witness_is_not_confirmed(folder: Path) -> None:
    edit(folder, "arm-gap-region-1.patient.json", lambda text: text.replace('"5"', '"5.1"'), hide=True)
    found = check(folder, run=False)
    assert [each.entry.name for each in found.outcomes if each.replayed is False] == ["arm-gap-region-1"]


def test_a_changed_protocol_is_noticed_by_the_replay_on_its_rules(folder: Path) -> None:
    edit(folder, "protocol/protocol.yaml", lambda text: text.replace("size < 5 cm", "size <= 5 cm"), hide=True)
    found = check(folder, run=False)
    assert [each.entry.name for each in found.outcomes if each.replayed is False] == ["arm-gap-region-1"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"5.05"', "cannot be recorded as `5.05`"),
        ('"-1"', "cannot be recorded"),
        ("5", "cannot be recorded"),
        ('"5e0"', "cannot be recorded"),
        ('"5/0"', "cannot be recorded"),
        (f'"{"9" * 5000}"', "cannot be recorded"),
        ('["5"]', "cannot be recorded"),
        ("true", "cannot be recorded"),
        ('"5"], [', "not JSON"),
    ],
)
def test_a_record_that_the_protocol_does_not_allow_is_refused(folder: Path, value: str, message: str) -> None:
    edit(folder, "arm-gap-region-1.patient.json", lambda text: text.replace('"5"', value), hide=True)
    with pytest.raises(BadInput, match=message):
        check(folder, run=False)


def test_a_command_that_does_more_than_ask_never_reaches_the_solver(folder: Path, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen"
    planted = f'(set-option :regular-output-channel "{stolen}")\n(check-sat)'
    edit(folder, "arm-overlap-none.smt2", lambda text: text.replace("(check-sat)", planted), hide=True)
    with pytest.raises(BadInput, match="no file that `trialproof certify` writes"):
        check(folder)
    assert not stolen.exists()


def first(index: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = index["obligations"][0]
    return found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda index: index.update(certificate=2), "no index of a certificate, at `certificate`"),
        (lambda index: index.pop("files"), "no index of a certificate, at `files`"),
        (lambda index: index.update(more=1), "no index of a certificate, at `more`"),
        (lambda index: first(index).update(expected="unknown"), "certificate, at `obligations.0.expected`"),
        (lambda index: first(index).update(expected="unsat"), "has a witness where none is"),
        (lambda index: first(index).update(patient=None), "has a witness where none is, or none where one is"),
        (lambda index: first(index).update(question="other.smt2"), "`other.smt2` has no SHA-256"),
        (lambda index: first(index).update(kind="magic"), "the protocol has no `magic`"),
        (lambda index: first(index).update(kind="gap", of="leg"), "the protocol has no `gap` of `leg`"),
        (lambda index: first(index).update(kind="claim broken", of="leg"), "no `claim broken` of `leg`"),
        (lambda index: first(index).update(kind="demands", names=["7"]), "the protocol has no `demands`"),
        (lambda index: index.update(readings={"arm.large": "a"}), "does not have one reading for each sentence"),
        (lambda index: index["files"].update({"../outside": "0"}), "`../outside` lies outside"),
        (lambda index: index["files"].update({"/etc/hostname": "0"}), "`/etc/hostname` lies outside"),
        (lambda index: index["files"].update({"gone": "0"}), "the file cannot be read: no such file"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    edit_index(folder, change)
    with pytest.raises(BadInput, match=message):
        check(folder, run=False)


def test_a_folder_without_a_certificate_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        check(tmp_path, run=False)


def test_an_earlier_certificate_is_replaced_whole(protocol: Path, folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(protocol, tmp_path / "amended"))
    text = THRESHOLD.replace("size < 5 cm", "size <= 5 cm")
    (other / "protocol.yaml").write_text(text, encoding="utf-8")
    write(other, folder)
    assert (folder / "arm-gap-none.smt2").exists()
    assert not (folder / "arm-gap-region-1.smt2").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"certificate", "amended"}


def refused(protocol: Path, folder: Path, message: str) -> None:
    before = contents(folder.parent)
    with pytest.raises(BadInput, match=message):
        write(protocol, folder)
    assert contents(folder.parent) == before


def test_nothing_else_is_overwritten(protocol: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    refused(protocol, folder, "`notes.txt` is no part of the certificate")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.json").write_text("{}", encoding="utf-8")
    refused(protocol, tmp_path / "mine", "holds something else than a certificate")
    refused(protocol, tmp_path / "mine" / "index.json", "this is no folder")
    refused(protocol, tmp_path / "nowhere" / "certificate", "there is no folder")
    (tmp_path / "link").symlink_to(folder)
    refused(protocol, tmp_path / "link", "this is no folder")


def test_a_certificate_that_was_edited_is_not_overwritten(protocol: Path, folder: Path) -> None:
    edit(folder, "arm-overlap-none.smt2", lambda text: f"; a remark\n{text}")
    refused(protocol, folder, "holds something else than a certificate")


def test_an_empty_folder_is_filled(protocol: Path, original: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(protocol, tmp_path / "empty")
    assert contents(tmp_path / "empty") == contents(original)


def test_an_interruption_leaves_the_earlier_certificate_and_nothing_else(protocol: Path, folder: Path) -> None:
    before = contents(folder.parent)
    for where in ("trialproof.verify.certify.certificate.recheck", "trialproof.verify.certify.certificate._ask_z3"):
        with patch(where, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            write(protocol, folder)
        assert contents(folder.parent) == before
        assert [path.name for path in folder.parent.iterdir()] == ["certificate"]


def test_a_protocol_that_cannot_be_read_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("trialproof: 1\n", encoding="utf-8")
    with pytest.raises(BadInput):
        write(tmp_path, tmp_path / "certificate")
    assert [path.name for path in tmp_path.iterdir()] == ["protocol.yaml"]


def test_a_decision_that_is_not_linear_is_certified_or_said_to_be_undecided(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(CLEARANCE, encoding="utf-8")
    found = write(tmp_path, tmp_path / "certificate", seconds=2)
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "certificate").glob("*.smt2")]
    assert any("(set-logic QF_NIRA)" in text for text in texts)
    assert {each.verdict for each in found.outcomes} <= {"agrees", "undecided"}
    assert all(each.replayed and each.verdict == "agrees" for each in found.outcomes if each.entry.expected == "sat")
    for each in found.with_verdict("undecided"):
        assert each.cvc5.reason or each.entry.z3 == "unknown"
    assert found.decided is not bool(found.with_verdict("undecided") or found.index.undecided)


def test_what_cvc5_gives_up_on_is_undecided_and_never_agreed(folder: Path) -> None:
    with patch.object(Cvc5, "answer", lambda *_: Answer("unknown", "planted")):
        found = check(folder)
    assert {each.verdict for each in found.outcomes} == {"undecided"}
    assert not found.decided
    assert "cvc5 says unknown (planted)" in write_certificate(found, wanted=True)


def test_a_witness_is_enough_where_the_search_for_one_was_given_up(folder: Path) -> None:
    def give_up(_: Cvc5, path: Path) -> Answer:
        return Answer("sat") if path.name.endswith(".witness.smt2") else Answer("unknown", "planted")

    with patch.object(Cvc5, "answer", give_up):
        found = check(folder)
    assert {each.verdict for each in found.outcomes if each.entry.expected == "sat"} == {"agrees"}
    assert {each.verdict for each in found.outcomes if each.entry.expected == "unsat"} == {"undecided"}


@pytest.mark.parametrize("answer", ["unreadable", "unsat"])
def test_a_witness_that_cvc5_does_not_accept_disagrees(folder: Path, answer: str) -> None:
    def refuse(_: Cvc5, path: Path) -> Answer:
        return Answer(answer) if path.name.endswith(".witness.smt2") else Answer("unknown")

    with patch.object(Cvc5, "answer", refuse):
        found = check(folder)
    assert {each.verdict for each in found.outcomes if each.entry.expected == "sat"} == {"disagrees"}


def test_what_a_reader_is_told_counts_everything(folder: Path) -> None:
    found = check(folder)
    total, witnesses = len(found.outcomes), sum(each.entry.patient is not None for each in found.outcomes)
    assert summary(found) == f"{total} questions: {total} proved again; {witnesses} of {witnesses} witnesses replayed"
    unasked = check(folder, run=False)
    assert f"{total} not asked" in summary(unasked)
    assert "trialproof[certify]" in write_certificate(unasked, wanted=True)
    assert "proved again, because cvc5 was not to be asked" in write_certificate(unasked, wanted=False)


def test_cvc5_is_installed_where_these_tests_run() -> None:
    assert installed()


def test_the_command_writes_and_checks(protocol: Path, tmp_path: Path) -> None:
    written = command(protocol, "-o", tmp_path / "certificate")
    assert written.returncode == 0, written.stderr
    assert "proved again; " in written.stdout
    again = command("--check", tmp_path / "certificate")
    assert (again.returncode, again.stdout) == (0, written.stdout)


def test_the_command_says_what_it_cannot_do(protocol: Path, folder: Path) -> None:
    for misuse in ([protocol], [protocol, "-o", "x", "--check", folder], ["--check", folder, "--reading", "a=b"], []):
        assert CliRunner().invoke(cli, ["certify", *map(str, misuse)]).exit_code == 2
    foreign = command(protocol, "-o", ROOT)
    assert (foreign.returncode, foreign.stdout) == (2, "")
    assert "is not overwritten" in foreign.stderr


def test_a_disagreement_ends_the_command_as_a_defect(folder: Path) -> None:
    edit(folder, "arm-gap-region-1.smt2", lower, hide=True)
    done = command("--check", folder)
    assert done.returncode == 70
    assert "disagrees  sat    arm-gap-region-1.smt2" in done.stdout
    assert "answers disagree" in done.stderr


def test_without_cvc5_nothing_is_proved_again_and_that_is_said(protocol: Path, tmp_path: Path) -> None:
    hidden = tmp_path / "path"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'cvc5' else find(name, *rest)\n",
        encoding="utf-8",
    )
    done = command(protocol, "-o", tmp_path / "certificate", PYTHONPATH=str(hidden))
    assert done.returncode == 3, done.stderr
    assert "cvc5 is not installed" in done.stdout
    assert "proved again;" not in done.stdout
    assert json.loads((tmp_path / "certificate" / "index.json").read_text(encoding="utf-8"))["files"]
    unwanted = command(protocol, "-o", tmp_path / "other", "--no-run", PYTHONPATH=str(hidden))
    assert unwanted.returncode == 0, unwanted.stderr


def test_a_question_that_z3_gave_up_on_is_listed_and_exits_with_3(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(CUBES, encoding="utf-8")
    done = command(tmp_path, "-o", tmp_path / "certificate", "--timeout", "0.1")
    assert done.returncode == 3, done.stdout
    assert "Undecided by Z3, so that there is no file\n  - claim `no sum of cubes is a cube`: " in done.stdout
    assert "1 without a file" in done.stdout
    index = json.loads((tmp_path / "certificate" / "index.json").read_text(encoding="utf-8"))
    assert [each["about"] for each in index["undecided"]] == ["claim `no sum of cubes is a cube`"]
    assert "claim `no sum of cubes is a cube`" in (tmp_path / "certificate" / "README.md").read_text(encoding="utf-8")
