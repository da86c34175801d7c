"""`trialproof simulate`: what it prints, what it refuses, and that the same command says the same."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from trialproof.cli import run

ROOT = Path(__file__).parents[2]
GIST, SALVAGE = (str(ROOT / "protocols" / name) for name in ("gist-imatinib", "esophageal-salvage"))
Said = tuple[int, str, str]
Command = Callable[..., Said]


@pytest.fixture
def simulate(capsys: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: object) -> Said:
        with pytest.raises(SystemExit) as left:
            run(["simulate", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_the_shipped_scenario_is_simulated_and_agrees_with_theory(simulate: Command) -> None:
    code, out, _ = simulate(SALVAGE, "--seed", 1, "--replications", 10, "--workers", 1)
    assert code == 0
    for part in ("Arms, of those enrolled", "Accrual", "Stranded", "Treatment", "Screening", "Linacs", "Scanners"):
        assert f"\n{part}" in out
    assert "MCSE" in out
    assert "DO NOT AGREE" not in out
    assert all(len(line) <= 100 for line in out.splitlines() if not line.startswith("The same again"))


def test_the_same_seed_says_the_same_and_another_one_does_not(simulate: Command) -> None:
    first, again, other = (simulate(GIST, "--seed", seed, "--replications", 3, "--format", "csv") for seed in (1, 1, 2))
    assert first == again
    assert first[1] != other[1]


def test_without_a_seed_one_is_drawn_and_printed_and_gives_the_same_again(simulate: Command) -> None:
    _, out, err = simulate(GIST, "--replications", 2)
    seed = err.removeprefix("seed: ").strip()
    assert f"seed {seed}" in out
    assert f"--seed {seed}" in out
    assert simulate(GIST, "--replications", 2, "--seed", seed)[1] == out


def test_csv_and_json_have_every_figure_with_its_error(simulate: Command) -> None:
    arguments = (GIST, "--seed", 1, "--replications", 5)
    _, text, _ = simulate(*arguments, "--format", "csv")
    _, other, _ = simulate(*arguments, "--format", "json")
    summary = json.loads(other)
    assert [row["metric"] for row in rows(text)] == [figure["metric"] for figure in summary["figures"]]
    share = next(row for row in rows(text) if (row["metric"], row["of"]) == ("arm_share", "high"))
    assert share["n"] == "5"
    assert float(share["low"]) < float(share["mean"]) < float(share["high"])
    assert summary["entropy"] == 1
    assert summary["replications"] == 5
    assert summary["assumptions"]["published"] == 0


def test_one_replication_alone_is_the_one_of_the_run_to_the_last_digit(simulate: Command, tmp_path: Path) -> None:
    simulate(SALVAGE, "--seed", 1, "--replications", 4, "-o", tmp_path / "run", "--ledgers")
    _, alone, _ = simulate(SALVAGE, "--seed", 1, "--only", 3, "--format", "csv")
    whole = (tmp_path / "run" / "results.csv").read_text().splitlines()
    assert alone.splitlines()[1:] == [line for line in whole if line.startswith("3,")]
    _, ledger, _ = simulate(SALVAGE, "--seed", 1, "--only", 3, "--ledgers")
    kept = (tmp_path / "run" / "ledgers" / "000000-000004.csv").read_text().splitlines()
    assert ledger.splitlines()[1:] == [line for line in kept if line.startswith("3,")]


def test_a_run_goes_on_with_its_own_seed(simulate: Command, tmp_path: Path) -> None:
    _, first, _ = simulate(GIST, "--replications", 2, "-o", tmp_path / "run")
    code, again, err = simulate(GIST, "--replications", 2, "-o", tmp_path / "run")
    assert (code, again, err) == (0, first, "")


def test_patients_of_a_run_get_the_arms_that_assign_gives(
    simulate: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate(SALVAGE, "--seed", 5, "--replications", 2, "-o", tmp_path / "run", "--patients")
    patients = tmp_path / "run" / "patients" / "000000-000002.csv"
    with pytest.raises(SystemExit):
        run(["assign", SALVAGE, str(patients), "--decision", "arm"])
    found = rows(capsys.readouterr().out)
    assert len(found) == len(rows(patients.read_text()))
    assert len(found) > 400
    for row in found:
        settled = row["arm"] if row["eligible"] == "yes" and row["arm"] in ("involved_field", "elective_field") else ""
        assert row["simulated arm"] == settled
    assert {row["simulated arm"] for row in found} == {"", "involved_field", "elective_field"}


def test_what_differs_is_shown_with_its_paired_error(simulate: Command, tmp_path: Path) -> None:
    other = ("--against-reading", "arm.elective_field=without_both")
    arguments = (SALVAGE, "--seed", 1, "--replications", 3, *other, "-o", tmp_path / "run")
    code, out, _ = simulate(*arguments)
    assert code == 0
    assert "without_both" in out
    assert "stranded_share.arm.overlap" in out
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"first", "second", "differences.csv"}
    _, text, _ = simulate(*arguments, "--format", "csv")
    assert text == (tmp_path / "run" / "differences.csv").read_text()
    told = [json.loads((tmp_path / "run" / name / "summary.json").read_text()) for name in ("first", "second")]
    assert [each["readings"]["arm.elective_field"] for each in told] == ["intended", "without_both"]


def test_another_scenario_is_compared_on_the_same_chances(simulate: Command, tmp_path: Path) -> None:
    text = (Path(GIST) / "scenario.yaml").read_text().replace("probability: 75%", "probability: 50%")
    (tmp_path / "half.yaml").write_text(text)
    against = (GIST, "--seed", 1, "--replications", 5, "--against", tmp_path / "half.yaml", "--format")
    found = rows(simulate(*against, "csv")[1])
    by_name = {(row["metric"], row["of"]): row for row in found}
    assert float(by_name["candidates", ""]["difference"]) < 0
    assert float(by_name["duration", ""]["variance_saved"]) > 1
    told = json.loads(simulate(*against, "json")[1])
    assert [each["metric"] for each in told["differences"]] == [row["metric"] for row in found]
    assert told["first"]["entropy"] == told["second"]["entropy"] == 1


def test_figures_that_only_one_of_two_scenarios_has_are_named(simulate: Command, tmp_path: Path) -> None:
    text = (Path(SALVAGE) / "scenario.yaml").read_text()
    assert text.count("machines: 2") == 1
    (tmp_path / "more.yaml").write_text(text.replace("machines: 2", "machines: 3"))
    against = (SALVAGE, "--seed", 1, "--replications", 2, "--against", tmp_path / "more.yaml")
    _, out, _ = simulate(*against)
    assert "Only the second has 42 figures of cams.linac3, which cannot be compared." in " ".join(out.split())
    assert "Only the first" not in out
    told = json.loads(simulate(*against, "--format", "json")[1])
    assert told["only_first"] == []
    assert len(told["only_second"]) == 42
    assert {name.rpartition(".")[0].partition(".")[2] for name in told["only_second"]} == {"cams.linac3"}


def test_a_precision_that_is_not_reached_is_said_and_the_exit_code_is_three(simulate: Command) -> None:
    code, out, _ = simulate(GIST, "--seed", 1, "--precision", "duration=0.01", "--most", 20, "--workers", 1)
    assert code == 3
    assert "duration: wanted 0.01, NOT reached" in out
    assert "replications would be needed" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--precision", "nonsense=1"], "there is no figure `nonsense`"),
        (["--precision", "arm_share.high"], "is no precision"),
        (["--most", "5"], "`--most` goes with `--precision`"),
        (["--only", "1", "--precision", "duration=1"], "`--only` prints one replication"),
        (["--ledgers"], "are kept in a run folder"),
        (["--against", GIST], "both simulations are the same"),
        (["--against-reading", "nobody=said"], "there is no sentence"),
        (["--precision", "duration=1", "--against", GIST], "does not go with `--against`"),
        (["--scenario", SALVAGE], "is for `NCT03731442`"),
        (["--scenario", "nowhere.yaml"], "there is no file"),
    ],
)
def test_what_cannot_be_done_is_one_error_and_exit_code_two(
    arguments: list[str], complaint: str, simulate: Command
) -> None:
    code, out, err = simulate(GIST, "--seed", 1, *arguments)
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.startswith("error: ")


def test_a_protocol_without_a_scenario_says_what_is_missing(simulate: Command) -> None:
    code, _, err = simulate(ROOT / "protocols" / "ewing-2008", "--seed", 1)
    assert code == 2
    assert "scenario.yaml" in err


def test_a_folder_of_another_run_is_not_touched(simulate: Command, tmp_path: Path) -> None:
    simulate(GIST, "--seed", 1, "--replications", 2, "-o", tmp_path / "run")
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    code, _, err = simulate(GIST, "--seed", 2, "--replications", 2, "-o", tmp_path / "run")
    assert code == 2
    assert "it differs in `entropy`" in err
    code, _, err = simulate(GIST, "--seed", 2, "--replications", 2, "-o", tmp_path / "run", "--against", SALVAGE)
    assert code == 2
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before


def test_an_interruption_says_what_is_kept_and_the_same_command_goes_on(tmp_path: Path) -> None:
    arguments = [GIST, "--seed", "1", "--replications", "30", "--workers", "1", "-o", str(tmp_path / "run")]
    command = [sys.executable, "-m", "trialproof", "simulate", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("run/chunks/*.npz")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert f"what is finished is kept in `{tmp_path / 'run'}`" in err
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("run/chunks/*.npz")}
    again = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "30 replications" in again.stdout
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_without_pyarrow_there_is_no_parquet_file_and_that_is_said(
    simulate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = simulate(GIST, "--seed", 1, "--replications", 2, "-o", tmp_path / "run")
    assert code == 0
    assert "no results.parquet without pyarrow" in err
    assert not (tmp_path / "run" / "results.parquet").exists()
    assert (tmp_path / "run" / "results.csv").exists()


def test_the_parquet_file_holds_what_the_csv_file_does(simulate: Command, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    simulate(SALVAGE, "--seed", 1, "--replications", 2, "-o", tmp_path / "run")
    table = parquet.read_table(tmp_path / "run" / "results.parquet").to_pydict()
    text = rows((tmp_path / "run" / "results.csv").read_text())
    assert table["metric"] == [row["metric"] for row in text]
    assert table["of"] == [row["of"] for row in text]
    assert table["replication"] == [int(row["replication"]) for row in text]
    assert table["value"] == [float(row["value"]) if row["value"] else None for row in text]
    assert None in table["value"]
