"""`trialproof assign`: each row comes out once, with what the plain evaluator makes of it, or the row is named."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.agreement.strategies import World, worlds
from trialproof.cli import run
from trialproof.model.exact import plain
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Protocol, Recorded
from trialproof.reports.assignment import headings, listed, patterns, rows_of
from trialproof.reports.assignment_tally import Tally
from trialproof.reports.table_file import writing
from trialproof.simulate.assignment import assign
from trialproof.simulate.patients_file import open_patients
from trialproof.simulate.rational import TooManyBits
from trialproof.verify.outcome import outcome_of

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

RULES = """
trialproof: 1
title: dose by age
document: document.txt
quantities:
  age: {unit: year, range: [0, 120], recorded_to: {step: 1, rounded: down}}
  weight: {unit: kg, range: [0, 300], recorded_to: 0.1}
  pregnant: {yes_no: true}
  weeks: {unit: week, range: [0, 42], recorded_to: 1, applies_if: pregnant}
facts:
  - {rule: "not (pregnant and age > 60 years)", because: nobody over 60 is pregnant here}
eligibility:
  inclusion:
    - {id: I1, quote: Adults may take part, rule: age >= 18 years}
  exclusion:
    - {id: E1, quote: Women after the twelfth week of pregnancy are excluded, rule: pregnant and weeks > 12 weeks}
decisions:
  dose:
    choices:
      low:
        quote: Patients over 70 years or below 50 kg receive the low dose
        readings:
          either: age > 70 years or weight < 50 kg
          both: age > 70 years and weight < 50 kg
      full: {quote: Patients of 70 years or younger receive the full dose, when: age <= 70 years and weight > 50 kg}
"""
DOCUMENT = """Adults may take part.
Women after the twelfth week of pregnancy are excluded.
Patients over 70 years or below 50 kg receive the low dose.
Patients of 70 years or younger receive the full dose.
"""
Said = tuple[int, str, str]
Command = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "document.txt").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "protocol.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def assigned(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as leaving:
            run(["assign", str(folder), *arguments])
        printed = capsys.readouterr()
        return int(leaving.value.code or 0), printed.out, printed.err

    return assigned


def patients(folder: Path, *rows: str, name: str = "p.csv") -> str:
    (folder / name).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8", newline="")
    return str(folder / name)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


HEADER = "id,age,weight,pregnant,weeks"


def test_a_row_says_who_what_why_and_what_is_missing(folder: Path, command: Command) -> None:
    rows = ("a,40,60,no,", "b,71,60,no,", "c,17,60,no,", "d,40,50,no,", "e,,60,no,", "f,40,60,yes,", "g,40,60,yes,13")
    code, out, err = command(patients(folder, HEADER, *rows))
    assert code == 0
    said = {row["id"]: row for row in table(out)}
    assert list(said) == list("abcdefg")
    assert [row["line"] for row in said.values()] == ["2", "3", "4", "5", "6", "7", "8"]
    assert said["a"]["dose"] == "full"
    assert said["a"]["dose_sentence"] == "line 4: Patients of 70 years or younger receive the full dose"
    assert (said["b"]["dose"], said["b"]["readings_differ"]) == ("low", "dose.low=both")
    assert (said["c"]["eligible"], said["c"]["failed"], said["c"]["dose"]) == ("no", "I1", "")
    assert said["c"]["dose_status"] == "outside"
    assert (said["d"]["dose"], said["d"]["dose_status"]) == ("no choice", "gap")
    assert (said["e"]["eligible"], said["e"]["open_criteria"]) == ("undetermined", "I1")
    assert (said["e"]["dose"], said["e"]["dose_possible"]) == ("undetermined", "low; full")
    assert said["e"]["missing"] == "age"
    assert (said["f"]["missing"], said["f"]["dose_possible"]) == ("weeks", "full")
    assert (said["g"]["eligible"], said["g"]["failed"]) == ("no", "E1")
    assert "7 patients\neligible: yes 3, no 2, undetermined 2\n" in err
    assert "dose: low 1, full 1, in a gap 1, undetermined 2, outside its population 2\n" in err


def test_other_columns_are_carried_along_as_they_are(folder: Path, command: Command) -> None:
    odd = ["=1+1", "+1", "-1", "@x", " 007 ", 'say ""x"", y', "", "NA"]
    _, out, _ = command(patients(folder, "Name (x),age", *(f'"{each}",40' for each in odd)))
    assert [row["Name (x)"] for row in table(out)] == [each.replace('""', '"') for each in odd]


def test_a_bad_cell_stops_everything_and_leaves_an_old_result_alone(folder: Path, command: Command) -> None:
    (folder / "out.csv").write_text("old", encoding="utf-8")
    before = sorted(path.name for path in folder.iterdir())
    code, out, err = command(patients(folder, HEADER, "a,40,60,no,", "b,40,60.05,no,"), "-o", str(folder / "out.csv"))
    assert (code, out) == (2, "")
    assert "error: `weight` is 60.05 kg, which is no multiple of 0.1 kg" in err
    assert "p.csv:3:6\n3 | b,40,60.05,no,\n  |      ^^^^^\n" in err
    assert (folder / "out.csv").read_text(encoding="utf-8") == "old"
    assert sorted({path.name for path in folder.iterdir()} - {"p.csv"}) == before


def test_nothing_is_printed_of_a_file_that_breaks_off(folder: Path, command: Command) -> None:
    code, out, _ = command(patients(folder, HEADER, "a,40,60,no,", "b,40"))
    assert (code, out) == (2, "")


def test_skipped_rows_stay_in_their_place_with_their_error(folder: Path, command: Command) -> None:
    path = patients(folder, HEADER, "a,40,60,no,", "b,x,301,no,", "c,61,60,yes,9", "d,40,60,no,")
    code, out, err = command(path, "--on-error", "skip")
    assert code == 1
    rows = table(out)
    assert [row["id"] for row in rows] == list("abcd")
    assert [row["eligible"] for row in rows] == ["yes", "", "", "yes"]
    assert [row["dose"] for row in rows] == ["full", "", "", "full"]
    assert rows[1]["error"].startswith("`age` cannot be read")
    assert "; `weight` is 301 kg" in rows[1]["error"]
    assert "nobody over 60 is pregnant here" in rows[2]["error"]
    assert rows[0]["error"] == ""
    assert "2 patients, and 2 skipped" in err
    assert "skipped line 3: `age` cannot be read" in err


def test_what_is_not_there_and_what_was_perhaps_meant_is_said(folder: Path, command: Command) -> None:
    code, out, err = command(patients(folder, "Age,weight", "40,60"))
    assert code == 0
    assert "warning: the column `Age` is carried along and not read; did you mean `age`?" in err
    assert "note: no column, so recorded of nobody: age, pregnant, weeks" in err
    assert table(out)[0]["Age"] == "40"


def test_what_does_not_apply_is_counted_and_counts_for_nothing(folder: Path, command: Command) -> None:
    _, out, err = command(patients(folder, HEADER, "a,40,60,no,30"))
    assert table(out)[0]["eligible"] == "yes"
    assert "recorded where it does not apply, which counts for nothing: weeks 1" in err


def test_csv_and_parquet_say_the_same_in_and_out(folder: Path, command: Command) -> None:
    rows = [("a", 40, 60.3, False, None), ("b", 71, None, None, None), ("c", None, 50.0, True, 12)]
    columns = dict(zip(HEADER.split(","), map(list, zip(*rows, strict=True)), strict=True))
    parquet.write_table(pa.table(columns), folder / "p.parquet")
    lines = ["a,40,60.3,no,", "b,71,,,", "c,,50.0,yes,12"]
    _, from_csv, _ = command(patients(folder, HEADER, *lines))
    _, from_parquet, _ = command(str(folder / "p.parquet"))
    assert [{**row, "line": ""} for row in table(from_csv)] == [
        {"line": "", **{name: cell for name, cell in row.items() if name != "row"}} for row in table(from_parquet)
    ]
    code, out, _ = command(str(folder / "p.parquet"), "-o", str(folder / "out.parquet"))
    assert (code, out) == (0, "")
    written = parquet.read_table(folder / "out.parquet").to_pylist()
    as_text = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in written]
    assert as_text == table(from_parquet)


def test_carried_columns_of_a_parquet_file_keep_their_types(folder: Path, command: Command) -> None:
    carried = pa.array([[1, 2], None], pa.list_(pa.int8()))
    stamp = pa.array([0, 1], pa.timestamp("ms", "UTC"))
    parquet.write_table(pa.table({"age": [40, 50], "x": carried, "at": stamp}), folder / "p.parquet")
    assert command(str(folder / "p.parquet"), "-o", str(folder / "out.parquet"))[0] == 0
    written = parquet.read_table(folder / "out.parquet")
    assert written.column("x").combine_chunks().equals(carried)
    assert written.schema.field("at").type == stamp.type
    assert command(str(folder / "p.parquet"))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["p.csv"], 0, "1 patient\n"),
        (["p.csv", "-o", "out.parquet"], 2, "needs `pyarrow`, which is not installed"),
        (["p.parquet"], 2, "help: install `trialproof[tables]`, or use a CSV file"),
    ],
)
def test_only_parquet_needs_pyarrow(folder: Path, arguments: Sequence[str], code: int, said: str) -> None:
    patients(folder, HEADER, "a,40,60,no,")
    patients(folder, name="p.parquet")
    start = "import sys; sys.modules['pyarrow'] = None; from trialproof.cli import run; "
    start += "run(['assign', '.', *sys.argv[1:]])"
    done = subprocess.run(
        [sys.executable, "-c", start, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr


def test_the_summary_is_written_for_programs(folder: Path, command: Command) -> None:
    path, out = patients(folder, HEADER, "a,40,60,no,", "b,x,1,no,"), folder / "counts.json"
    assert command(path, "--on-error", "skip", "--summary", str(out))[0] == 1
    counts = json.loads(out.read_text(encoding="utf-8"))
    assert (counts["patients"], counts["skipped"]) == (1, 1)
    assert counts["decisions"]["dose"]["choices"] == {"low": 0, "full": 1}


def test_a_quote_is_written_in_full_if_asked_for(folder: Path, command: Command) -> None:
    long = "Patients of 70 years or younger " + "and of good health and of sound mind " * 4 + "receive the full dose"
    short = "Patients of 70 years or younger receive the full dose"
    (folder / "document.txt").write_text(DOCUMENT.replace(short, long), encoding="utf-8")
    (folder / "protocol.yaml").write_text(RULES.replace(short, long), encoding="utf-8")
    path = patients(folder, HEADER, "a,40,60,no,")
    assert " ... " in table(command(path)[1])[0]["dose_sentence"]
    assert table(command(path, "--full-quotes")[1])[0]["dose_sentence"] == f"line 4: {long}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "either a file of patients or `--patient` is needed"),
        (["p.csv", "--patient", "age=3"], "either a file of patients or `--patient` is needed"),
        (["--patient", "age=40", "-o", "x.csv"], "`--patient` prints words"),
        (["{}/p.csv", "-o", "{}/p.csv"], "would take the place of the patients"),
        (["{}/p.csv", "-o", "{}/protocol.yaml"], "ends in neither `.csv` nor `.parquet`"),
        (["{}/p.csv", "-o", "{}/none/x.csv"], "cannot be written"),
        (["{}/p.csv", "--decision", "dosis"], "did you mean `dose`?"),
        (["{}/p.csv", "--reading", "dose.low=no"], "has no reading"),
        (["{}/taken.csv"], "has a column `dose`, and so has the result"),
        (["--patient", "age=40, wieght=60"], "did you mean `weight`?"),
        (["--patient", "age=40, age=50"], "given two values"),
        (["--patient", "age 40"], "write `NAME=VALUE, NAME=VALUE`"),
        (["--patient", "age=40.5"], "no multiple of 1 year"),
        (["--patient", "age=61, pregnant=yes"], "nobody over 60 is pregnant here"),
    ],
)
def test_what_cannot_be_used_is_refused(folder: Path, command: Command, arguments: Sequence[str], said: str) -> None:
    patients(folder, HEADER, "a,40,60,no,")
    patients(folder, "dose,age", "a,40", name="taken.csv")
    rules = (folder / "protocol.yaml").read_text(encoding="utf-8")
    code, out, err = command(*(each.format(folder) for each in arguments))
    assert (code, out) == (2, "")
    assert said in err
    assert (folder / "protocol.yaml").read_text(encoding="utf-8") == rules


def test_one_patient_is_answered_in_words(command: Command) -> None:
    code, out, err = command("--patient", "age=40, weight=50000 g, pregnant=no")
    assert (code, err) == (0, "")
    assert "\nEligible\n" in out
    assert "dose: no choice, a gap: exactly one" in out
    assert "since this is not so: age is at most 70 years" not in out
    assert "weight is more than 50 kg" in out
    assert "line 4    “Patients of 70 years or younger receive the full dose”" in out


def test_one_patient_who_is_kept_out_is_told_why(command: Command) -> None:
    _, out, _ = command("--patient", "age=17; weight=60; pregnant=yes; weeks=13")
    assert "Not eligible" in out
    assert "not met, since this is not so: age is at least 18 years" in out
    assert "E1        excludes the patient: pregnant; weeks is more than 12 weeks" in out
    assert "dose: not for this patient" in out


def test_one_patient_is_told_what_is_missing_and_whom_a_reading_serves(command: Command) -> None:
    _, out, _ = command("--patient", "age=71, pregnant=no")
    assert "dose: `low`" in out
    assert "`dose.low` read as `both`: dose: undetermined (`low`?)" in out
    _, out, _ = command("--patient", "weight=60")
    assert "missing   age, pregnant, weeks" in out


# The words agree with the plain evaluator.


def spelt(value: Recorded | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value if isinstance(value, str) else plain(value)


@settings(max_examples=60, deadline=None)
@given(worlds(patients=5))
def test_every_row_says_what_the_plain_evaluator_says(world: World) -> None:
    protocol = world.protocol
    with TemporaryDirectory() as folder:
        path, out = Path(folder, "p.csv"), Path(folder, "out.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(protocol.quantities))
            writer.writeheader()
            for patient in world.patients:
                writer.writerow({name: spelt(value) for name, value in patient})
        try:
            whole(protocol, path, out, world.selection)
        except TooManyBits:
            return
        rows = table(out.read_text(encoding="utf-8"))
    assert len(rows) == len(world.patients)
    for row, patient in zip(rows, world.patients, strict=True):
        assert_row_is_right(protocol, patient, world.selection, row)


def whole(protocol: Protocol, path: Path, out: Path, selection: Any) -> None:
    source, asked = open_patients(protocol, path), list(protocol.decisions)
    header = headings(asked, source.carried_names, counted="line", errors=True)
    with writing(out, header, source) as write:
        for chunk in source.chunks(selection, size=2):
            found = assign(protocol, chunk.cohort, selection)
            write(rows_of(protocol, chunk, found, full_quotes=False, errors=True))


def assert_row_is_right(protocol: Protocol, patient: Patient, selection: Any, row: dict[str, str]) -> None:
    meaning = about(protocol, patient, selection)
    failed = []
    for criterion in protocol.criteria:
        truth = meaning.truth(criterion.rule)
        failed += [criterion.id] * (truth.holds if criterion.excludes else truth.fails)
    assert row["failed"] == "; ".join(failed)
    assert (row["eligible"] == "no") is bool(failed)
    for decision in protocol.decisions.values():
        said, status = row[decision.name], row[f"{decision.name}_status"]
        outcome, member = outcome_of(decision, meaning), meaning.truth(decision.population)
        assert (status == "outside") is member.fails
        assert (status == "settled") is (member.holds and meaning.settled(decision))
        if status in ("settled", "overlap", "gap"):
            assert member.holds
            assert said == (" and ".join(outcome.holding) or "no choice")
        else:
            assert said == ("undetermined" if status == "undetermined" else "")
    assert row["error"] == ""


@settings(max_examples=30, deadline=None)
@given(worlds(patients=6))
def test_counts_do_not_depend_on_the_size_of_a_chunk(world: World) -> None:
    protocol, names = world.protocol, list(world.protocol.decisions)
    with TemporaryDirectory() as folder:
        path = Path(folder, "p.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(protocol.quantities))
            writer.writeheader()
            writer.writerows({name: spelt(value) for name, value in patient} for patient in world.patients)
        said = []
        for size in (1, 4, 9):
            tally = Tally(protocol, names)
            try:
                for chunk in open_patients(protocol, path).chunks(size=size):
                    tally.add(assign(protocol, chunk.cohort), chunk.good)
            except TooManyBits:
                return
            said.append((list(tally.lines()), json.dumps(tally.as_json())))
    assert said[0] == said[1] == said[2]


def test_more_truths_than_fit_into_a_number_are_told_apart() -> None:
    size = 300
    columns = {f"c{at}": np.arange(size) % (at + 2) == 0 for at in range(100)}
    words = listed(columns, size)
    for row in range(size):
        assert words.texts[words.codes[row]] == "; ".join(name for name, truth in columns.items() if truth[row])
    assert list(patterns([], 2, lambda truths: str(list(truths))).codes) == [0, 0]
