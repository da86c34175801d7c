"""`trialproof simulate --engine`: two programs, the same figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trialproof.cli import run
from trialproof.simulate.fast import tables
from trialproof.simulate.runs import engines
from trialproof.simulate.trial.contract import Draws, Ledger, World

pytest.importorskip("numba")

SALVAGE = str(Path(__file__).parents[2] / "protocols" / "esophageal-salvage")


def simulate(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        run(["simulate", SALVAGE, "--seed", "1", "--replications", "3", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_every_figure_is_the_same_with_either_engine(capsys: pytest.CaptureFixture[str]) -> None:
    _, readable, _ = simulate(capsys, "--engine", "simpy", "--format", "csv")
    _, compiled, _ = simulate(capsys, "--engine", "compiled", "--format", "csv")
    assert readable == compiled
    assert len(readable.splitlines()) > 1000


def test_results_say_which_engine_made_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert "engine: simpy" in simulate(capsys, "--engine", "simpy")[1]
    assert "engine: compiled" in simulate(capsys)[1]


def test_a_run_of_one_engine_is_not_continued_by_the_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert simulate(capsys, "--engine", "simpy", "-o", tmp_path / "run")[0] == 0
    code, _, err = simulate(capsys, "--engine", "compiled", "-o", tmp_path / "run")
    assert code == 2
    assert "engine" in err


def test_both_engines_are_compared_if_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = simulate(capsys, "--verify-engine", 2)
    assert code == 0
    assert "both engines wrote the same" in err
    assert "rows for 2 replications" in err


def test_engines_that_disagree_end_the_command_as_a_defect(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = tables.run

    def wrong(world: World, draws: Draws) -> Ledger:
        ledger = right(world, draws)
        ledger[len(ledger) // 2, 4] += 1
        return ledger

    monkeypatch.setattr(tables, "run", wrong)
    code, out, err = simulate(capsys, "--verify-engine", 2)
    assert code == 70
    assert not out
    assert "the engines disagree, first at row" in err


def test_without_numba_the_readable_engine_is_the_default_and_the_other_one_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    assert "engine: simpy" in simulate(capsys)[1]
    code, _, err = simulate(capsys, "--engine", "compiled")
    assert code == 2
    assert "numba" in err
    assert "trialproof[fast]" in err


def test_a_first_difference_is_found_even_where_one_ledger_is_longer() -> None:
    row = np.array([[1, 2, 3, 4, 5]])
    assert engines._first_difference(row, np.concatenate([row, row])).startswith("row 1: compiled")
