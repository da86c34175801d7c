"""`trialproof sweep` as a user meets it: what it prints and writes, what it refuses, and its exit codes."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.simulate.runs.small import fingerprint
from tests.simulate.sweeps.tiny import LINACS, TINY
from trialproof.cli import cli
from trialproof.model.place import BadInput

VARY = ("--vary", f"{LINACS}=1,2")
SMALL = ("--vary", "accrual.target=6", "--replications", "10", "--seed", "1", "--workers", "1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["sweep", str(TINY), *arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("swept") / "sweep"
    return folder, run(*VARY, *SMALL, "-o", str(folder))


def test_each_figure_has_a_line_for_each_cell_with_its_errors(swept: tuple[Path, Result]) -> None:
    text = swept[1].stdout
    assert swept[1].exit_code == 0
    assert f"  a  {LINACS}" in text
    assert "less cell 0" in text
    (start,) = (at for at, line in enumerate(text.splitlines()) if line.startswith("start_days, days"))
    head, first, second = text.splitlines()[start + 1 : start + 4]
    assert head.split()[:5] == ["cell", "a", "b", "mean", "MCSE"]
    assert first.split()[:3] == ["0", "1", "6"]
    assert second.split()[:3] == ["1", "2", "6"]
    assert len(second.split()) > len(first.split())


def test_a_folder_has_tables_and_the_same_command_changes_nothing(swept: tuple[Path, Result]) -> None:
    folder, done = swept
    before = fingerprint(folder)
    assert {"table.csv", "differences.csv", "manifest.json"} <= set(before)
    again = run(*VARY, *SMALL, "-o", str(folder))
    assert again.stdout == done.stdout
    assert fingerprint(folder) == before


def test_without_a_seed_a_folder_goes_on_with_its_own(swept: tuple[Path, Result]) -> None:
    folder, done = swept
    assert run(*VARY, *SMALL[:4], "-o", str(folder)).stdout == done.stdout


def test_the_command_that_is_told_gives_the_same_again(swept: tuple[Path, Result]) -> None:
    told = " ".join(swept[1].stdout.split("The same again: ")[1].split())
    words = shlex.split(told)
    assert words[:2] == ["trialproof", "sweep"]
    assert run(*words[3:], "--workers", "1").stdout == swept[1].stdout


def test_csv_and_json_have_every_figure(swept: tuple[Path, Result]) -> None:
    folder = swept[0]
    assert run(*VARY, *SMALL, "-o", str(folder), "--format", "csv").stdout == (folder / "table.csv").read_text()
    found = json.loads(run(*VARY, *SMALL, "--format", "json").stdout)
    table = list(csv.DictReader(StringIO((folder / "table.csv").read_text())))
    assert found["varied"] == [LINACS, "accrual.target"]
    assert len(found["figures"]) == len(table)
    assert {row["reference"] for row in found["differences"]} == {0}


def test_chosen_figures_alone() -> None:
    text = run(*VARY, *SMALL, "--metric", "wait.town.scan", "--reference", "1").stdout
    assert "wait.town.scan, hours" in text
    assert "less cell 1" in text
    assert "start_days" not in text


def test_a_latin_hypercube_is_compared_with_nothing_unless_a_cell_is_named() -> None:
    options = ("--vary", "accrual.consent=50..90%", "--latin", "3", *SMALL, "--metric", "duration")
    assert "less cell" not in run(*options).stdout
    assert "less cell 2" in run(*options, "--reference", "2").stdout


def test_sobol_indices_are_printed_with_their_widths() -> None:
    pytest.importorskip("SALib")
    options = ("--vary", "accrual.consent=50..90%", "--vary", f"{LINACS}=1,2", "--replications", "4", "--seed", "1")
    text = run(*options, "--saltelli", "2", "--sobol", "duration", "--workers", "1").stdout
    assert "Sobol indices of duration" in text
    lines = [line.split() for line in text.splitlines() if line.startswith("  accrual.consent ")]
    assert len(lines) == 1
    assert len(lines[0]) == 5


def least(condition: str, *more: str) -> Result:
    return run("--least", f"{LINACS}=1:3:1", "--so-that", condition, *SMALL, "--most", "40", *more)


@pytest.mark.parametrize(
    ("condition", "code", "says"),
    [
        ("start_days < 60", 0, f"{LINACS}: 1\n"),
        ("start_days < 1", 1, "NONE of the values suffices, not even 3"),
        ("late_start_share < 0.1%", 3, "OPEN; whether 3 suffices is not certain after 40 replications"),
    ],
)
def test_the_least_value_none_and_not_certain_have_their_exit_codes(condition: str, code: int, says: str) -> None:
    done = least(condition)
    assert done.exit_code == code
    assert says in done.stdout
    assert condition in done.stdout
    assert "of 100 searches" in done.stdout


def test_values_that_were_not_simulated_are_named() -> None:
    assert "Not simulated, and taken to be no worse than any smaller value: 2\n" in least("start_days < 1").stdout


def test_a_search_is_kept_as_a_table(tmp_path: Path) -> None:
    done = least("start_days < 60", "-o", str(tmp_path / "least"), "--format", "csv")
    assert done.stdout == (tmp_path / "least" / "least.csv").read_text()
    rows = list(csv.DictReader(StringIO(done.stdout)))
    assert [row[LINACS] for row in rows if row["is_least"] == "True"] == ["1"]
    assert all(row["standing"] == "holds" for row in rows)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "nothing is varied"),
        (("--latin", "3"), "nothing is varied"),
        ((*VARY, "--sobol", "duration"), "`--sobol` goes with `--saltelli`"),
        ((*VARY, "--saltelli", "8"), "`--saltelli` goes with `--sobol`"),
        ((*VARY, "--saltelli", "6", "--sobol", "duration"), "expected a power of two"),
        ((*VARY, "--saltelli", "8", "--latin", "8", "--sobol", "duration"), "`--latin` does not go with `--saltelli`"),
        (("--least", LINACS), "`--least` goes with `--so-that`"),
        ((*VARY, "--so-that", "duration < 3"), "`--so-that` goes with `--least`"),
        ((*VARY, "--most", "3"), "`--most` goes with `--least`"),
        (("--least", f"{LINACS}=1..4", "--so-that", "duration < 3"), "the values to be tried are wanted"),
        (("--least", LINACS, "--so-that", "duration"), "this is no condition"),
        ((*VARY, "--metric", "durations"), "there is no figure `durations`"),
        (("--vary", "accrual.consent=50..90%"), "a grid needs the values"),
        ((*VARY, "--least", LINACS, "--so-that", "duration < 3"), "is varied twice"),
        ((*VARY, "--cluster", "nowhere"), "no scheduler answers there"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: tuple[str, ...], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        run(*options, "--seed", "1")


def test_a_refused_value_names_the_option_that_gave_it() -> None:
    with pytest.raises(BadInput, match="expected a whole number from 1") as caught:
        run("--least", f"{LINACS}=0:3:1", "--so-that", "start_days < 3", "--seed", "1")
    assert str(caught.value.place) == f"--least {LINACS}=0"


def rows(text: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(StringIO(text))


def test_the_folder_of_a_search_can_be_filled_up_by_a_sweep(tmp_path: Path) -> None:
    """Both are the same cells."""
    folder = str(tmp_path / "both")
    common = ("--vary", "accrual.target=6", "--replications", "10", "--workers", "1", "-o", folder)
    run(*common, "--least", f"{LINACS}=1:3:1", "--so-that", "start_days < 60", "--most", "20", "--seed", "1")
    done = run(*common, "--vary", f"{LINACS}=1:3:1", "--format", "csv", "--metric", "start_days")
    assert [row["cell"] for row in rows(done.stdout)] == ["0", "1", "2"]
