"""A sweep gives what its cells would give alone, on the same chances; left at any moment it ends in the same bytes."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.simulate.runs.small import fingerprint
from tests.simulate.sweeps import tiny
from tests.simulate.sweeps.tiny import LINACS, made_up, silent, sweep
from trialproof.model.place import BadInput
from trialproof.simulate.results.paired import differences as paired
from trialproof.simulate.runs.replicate import columns_of
from trialproof.simulate.runs.run import Plan as RunPlan
from trialproof.simulate.runs.session import finished
from trialproof.simulate.runs.simulation import prepared
from trialproof.simulate.scenario.scenario import Scenario
from trialproof.simulate.sweeps import cells as cells_module
from trialproof.simulate.sweeps.cells import Cells
from trialproof.simulate.sweeps.design import Kind
from trialproof.simulate.sweeps.session import Plan, begun, check_plan, compute, differences, figures, sobol, write
from trialproof.simulate.sweeps.sweep import Sweep

ROOT = Path(__file__).parents[3]
VARIED = (f"{LINACS}=1,2", "accrual.target=5,6")
TOGETHER = 12


def run(path: Path, found: Sweep, plan: Plan, *, kind: Kind = Kind.GRID, workers: int = 1) -> None:
    with begun(found, kind, path, workers, None) as cells:
        compute(cells, plan, silent)
        write(cells, plan, sobol(cells, plan))


@contextmanager
def opened(found: Sweep, path: Path, replications: int) -> Iterator[Cells]:
    with begun(found, Kind.GRID, path, 1, None) as cells:
        cells.compute(range(len(found.cells)), replications, silent)
        yield cells


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "sweep"
    run(folder, sweep(*VARIED), Plan(TOGETHER, reference=0))
    return folder


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_cell_gives_what_it_gives_alone_and_is_compared_on_the_same_chances(undisturbed: Path) -> None:
    found = sweep(*VARIED)
    rows = read(undisturbed / "table.csv")
    apart = read(undisturbed / "differences.csv")
    alone: list[Any] = []
    for number, cell in enumerate(found.cells):
        with finished(found.simulation(cell), RunPlan(TOGETHER), None, silent) as session:
            mine = [row for row in rows if row["cell"] == str(number)]
            assert [row["mean"] for row in mine] == [_said(each["mean"]) for each in session.summary["figures"]]
            assert [row["high"] for row in mine] == [_said(each["high"]) for each in session.summary["figures"]]
            assert {(row[LINACS], row["accrual.target"]) for row in mine} == {cell}
            alone.append((session.found.columns, list(session.folder.rows(0, TOGETHER))))
    for number in (1, 2, 3):
        (columns, mine_rows), (others, reference) = alone[number], alone[0]
        expected = paired(columns, others, mine_rows, reference)
        told = [row for row in apart if row["cell"] == str(number)]
        assert [row["difference"] for row in told] == [_said(each.difference) for each in expected]
        assert [row["mcse"] for row in told] == [_said(each.mcse) for each in expected]
    assert {row["cell"] for row in apart} == {"1", "2", "3"}


def _said(value: float | None) -> str:
    from trialproof.simulate.runs.tidy import say

    return say(value)


def test_the_table_is_tidy_and_the_same_in_parquet(undisturbed: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = read(undisturbed / "table.csv")
    assert list(rows[0])[:5] == ["cell", LINACS, "accrual.target", "metric", "of"]
    table = parquet.read_table(undisturbed / "table.parquet").to_pylist()
    assert len(table) == len(rows)
    for row, same in zip(rows, table, strict=True):
        assert same[LINACS] == float(row[LINACS])
        assert (same["metric"], same["of"]) == (row["metric"], row["of"])
        assert same["mean"] == (float(row["mean"]) if row["mean"] else None)


def test_a_machine_more_has_figures_of_its_own(undisturbed: Path) -> None:
    rows = read(undisturbed / "table.csv")
    second = {row["cell"] for row in rows if row["of"].startswith("town.linac2.")}
    assert second == {"2", "3"}


def start(folder: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.simulate.sweeps.test_sweep_runs", str(folder), str(workers)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def chunks_of(folder: Path) -> int:
    return len(list(folder.glob("cells/*/chunks/*.npz")))


@pytest.mark.parametrize(("workers", "how", "times"), [(1, signal.SIGKILL, 2), (2, signal.SIGINT, 1)])
def test_killed_or_interrupted_it_ends_with_the_same_bytes(
    workers: int, how: signal.Signals, times: int, tmp_path: Path, undisturbed: Path
) -> None:
    folder, before = tmp_path / "sweep", 0
    for _ in range(times):
        process = start(folder, workers)
        deadline = time.monotonic() + 60
        while chunks_of(folder) <= before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        os.killpg(process.pid, how)
        process.communicate(timeout=60)
        assert chunks_of(folder) >= before, "a finished chunk was lost"
        before = chunks_of(folder)
    process = start(folder, workers)
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint.decode()
    assert fingerprint(folder) == fingerprint(undisturbed)


def start_days(scenario: Scenario, chance: np.random.Generator) -> float:
    return 100 / scenario.departments["town"].linacs + scenario.accrual.target + chance.normal()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_module, "compute", made_up(start_days))


@pytest.mark.usefixtures("quick")
def test_more_replications_and_other_figures_use_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "grown", sweep(*VARIED), Plan(10))
    run(tmp_path / "whole", sweep(*VARIED), Plan(25, ("start_days",), reference=1))
    computed: list[int] = []

    def counted(*arguments: Any) -> Any:
        computed.append(arguments[1].first)
        return made_up(start_days)(*arguments)

    monkeypatch.setattr(cells_module, "compute", counted)
    run(tmp_path / "grown", sweep(*VARIED), Plan(25, ("start_days",), reference=1))
    assert sorted(computed) == [10] * 4 + [20] * 4
    grown, whole = fingerprint(tmp_path / "grown"), fingerprint(tmp_path / "whole")
    assert grown == whole
    computed.clear()
    run(tmp_path / "grown", sweep(*VARIED), Plan(25, ("start_days",), reference=1))
    assert computed == []


@pytest.mark.usefixtures("quick")
def test_cells_with_the_same_values_are_computed_once(tmp_path: Path) -> None:
    found = sweep("accrual.target=5,6", kind=Kind.LATIN, number=6)
    run(tmp_path / "sweep", found, Plan(10), kind=Kind.LATIN)
    assert len(list((tmp_path / "sweep" / "cells").iterdir())) == 2
    rows = [row for row in read(tmp_path / "sweep" / "table.csv") if row["metric"] == "start_days"]
    assert len(rows) == 6
    assert len({row["mean"] for row in rows}) == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("other", "entropy"),
    [(["accrual.target=5,7"], 1), (["accrual.target=5,6", f"{LINACS}=1,2"], 1), (["accrual.target=5,6"], 2)],
)
def test_a_folder_of_another_sweep_is_refused_and_left_as_it_is(
    other: list[str], entropy: int, tmp_path: Path
) -> None:
    run(tmp_path / "sweep", sweep("accrual.target=5,6"), Plan(10))
    before = fingerprint(tmp_path / "sweep")
    with pytest.raises(BadInput, match="this folder is of another run"):
        run(tmp_path / "sweep", sweep(*other, entropy=entropy), Plan(10))
    assert fingerprint(tmp_path / "sweep") == before


@pytest.mark.usefixtures("quick")
def test_a_cell_of_another_release_of_the_sweep_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "sweep", sweep("accrual.target=5,6"), Plan(10))
    manifest = tmp_path / "sweep" / "cells" / "000001" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"entropy": 1', '"entropy": 2'))
    with pytest.raises(BadInput, match="this folder is of another run"):
        run(tmp_path / "sweep", sweep("accrual.target=5,6"), Plan(20))


@pytest.mark.usefixtures("quick")
def test_a_damaged_chunk_is_noticed(tmp_path: Path) -> None:
    run(tmp_path / "sweep", sweep("accrual.target=5,6"), Plan(10))
    before = fingerprint(tmp_path / "sweep")
    path = tmp_path / "sweep" / "cells" / "000001" / "chunks" / "000000-000010.npz"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadInput, match="this chunk is damaged"):
        run(tmp_path / "sweep", sweep("accrual.target=5,6"), Plan(10))
    path.unlink()
    run(tmp_path / "sweep", sweep("accrual.target=5,6"), Plan(10))
    assert fingerprint(tmp_path / "sweep") == before


@pytest.mark.usefixtures("quick")
def test_differences_are_exact_where_chances_are_the_same(tmp_path: Path) -> None:
    with opened(sweep("accrual.target=5,6,8"), tmp_path / "sweep", 20) as cells:
        (first,), (second,) = differences(cells, Plan(20, ("start_days",), reference=0))
    assert (first["difference"], second["difference"]) == (pytest.approx(1), pytest.approx(3))
    assert first["mcse"] == pytest.approx(0, abs=1e-12)


@pytest.mark.usefixtures("quick")
def test_progress_is_told_and_ends_at_its_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with begun(sweep(*VARIED), Kind.GRID, tmp_path / "sweep", 1, None) as cells:
        cells.compute([0, 1], 20, silent)
        cells.compute(range(4), 20, lambda done, total: told.append((done, total)))
    assert told[-1] == (80, 80)
    assert {total for _, total in told} == {80}
    assert [done for done, _ in told[1:]] == sorted(done for done, _ in told[1:])
    assert told[1][0] == 50


def test_figures_and_cells_that_there_are_not_are_refused_before_anything_is_computed() -> None:
    found = sweep(*VARIED)
    with pytest.raises(BadInput, match="there is no figure `start_day`") as caught:
        check_plan(found, Plan(10, ("start_day",)))
    assert "start_days" in str(caught.value.help)
    with pytest.raises(BadInput, match="there is no figure `wait`"):
        check_plan(found, Plan(10, sobol=("wait",)))
    with pytest.raises(BadInput, match="there is no cell 4") as caught:
        check_plan(found, Plan(10, reference=4))
    assert "the last one is 3" in str(caught.value.help)
    check_plan(found, Plan(10, ("wait.town", "duration"), reference=3))


def test_a_beginning_of_a_name_takes_whole_parts_only() -> None:
    from trialproof.simulate.sweeps.table import chosen

    columns = columns_of(prepared(tiny.base().simulation()))
    names = [columns[at].name for at in chosen(columns, ["wait.town", "duration"])]
    assert names[0] == "duration"
    assert all(name == "duration" or name.startswith("wait.town.") for name in names)
    assert len(names) > 3
    assert chosen(columns, []) == list(range(len(columns)))


@pytest.mark.usefixtures("quick")
def test_a_figure_that_no_trial_gives_has_no_indices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("SALib")
    monkeypatch.setattr(cells_module, "compute", made_up(lambda _scenario, _chance: None))
    found = sweep("accrual.target=5,6", kind=Kind.SALTELLI, number=2)
    with begun(found, Kind.SALTELLI, tmp_path / "sweep", 1, None) as cells:
        compute(cells, Plan(5, sobol=("start_days",)), silent)
        with pytest.raises(BadInput, match="no trial of cell 0 gives `start_days`"):
            sobol(cells, Plan(5, sobol=("start_days",)))


@pytest.mark.usefixtures("quick")
def test_what_matters_is_found_and_what_does_not_is_not(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    found = sweep("accrual.target=10:99:1", f"{LINACS}=10,11", kind=Kind.SALTELLI, number=8)
    with begun(found, Kind.SALTELLI, tmp_path / "sweep", 1, None) as cells:
        plan = Plan(3, ("start_days",), sobol=("start_days",))
        compute(cells, plan, silent)
        target, linacs = sobol(cells, plan)
        write(cells, plan, [target, linacs])
        assert len(list(figures(cells, plan))) == 32
    assert target.first is not None
    assert linacs.total is not None
    assert target.first > 0.7
    assert abs(linacs.total) < 0.05
    rows = read(tmp_path / "sweep" / "sobol.csv")
    assert [row["value"] for row in rows] == ["accrual.target", LINACS]


if __name__ == "__main__":
    run(Path(sys.argv[1]), sweep(*VARIED), Plan(TOGETHER, reference=0), workers=int(sys.argv[2]))
