"""The run folder: resumed after any death with the same bytes, extended, refused to strangers, never half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from tests.simulate.runs.small import fingerprint, made_up, run, small
from trialproof.model.place import BadInput
from trialproof.simulate.results.precision import Goal
from trialproof.simulate.runs import workers
from trialproof.simulate.runs.atomic import written
from trialproof.simulate.runs.chunk import CHUNK, Keep, Span, pending
from trialproof.simulate.runs.folder import opened
from trialproof.simulate.runs.run import Plan
from trialproof.simulate.runs.session import finished

ROOT = Path(__file__).parents[3]
TOGETHER = 40


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "compute", made_up)


def start(folder: Path, processes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.simulate.runs.small", str(folder), str(TOGETHER), str(processes)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)


def chunks_of(folder: Path) -> int:
    return len(list((folder / "chunks").glob("*.npz"))) if (folder / "chunks").is_dir() else 0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    run(folder, TOGETHER, keep=Keep(ledgers=True))
    return folder


@pytest.mark.parametrize("processes", [1, 2])
def test_killed_at_random_moments_it_ends_with_the_same_bytes(
    processes: int, tmp_path: Path, undisturbed: Path
) -> None:
    folder, moments = tmp_path / "run", np.random.default_rng(processes)
    finished_before = 0
    for _ in range(2):
        process = start(folder, processes)
        deadline = time.monotonic() + 60
        while chunks_of(folder) <= finished_before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.1))
        process.kill()
        process.communicate()
        assert chunks_of(folder) >= finished_before, "a finished chunk was lost"
        finished_before = chunks_of(folder)
    process = start(folder, processes)
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint.decode()
    assert fingerprint(folder) == fingerprint(undisturbed)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
def test_workers_end_when_the_program_that_started_them_is_killed(tmp_path: Path) -> None:
    process = start(tmp_path / "run", 2)
    group = process.pid

    def alive() -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[2]) == group and fields[0] != "Z":
                    found.append(int(entry.name))
        return found

    deadline = time.monotonic() + 60
    while chunks_of(tmp_path / "run") < 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(alive()) >= 3
    process.kill()
    process.communicate()
    while alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive() == []


def test_interrupted_it_leaves_a_folder_that_goes_on(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "run"
    process = start(folder, 2)
    deadline = time.monotonic() + 60
    while chunks_of(folder) < 1 and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert chunks_of(folder) > 0
    run(folder, TOGETHER, keep=Keep(ledgers=True))
    assert fingerprint(folder) == fingerprint(undisturbed)


def test_the_number_of_workers_makes_no_difference(tmp_path: Path, undisturbed: Path) -> None:
    run(tmp_path / "run", TOGETHER, workers=2, keep=Keep(ledgers=True))
    assert fingerprint(tmp_path / "run") == fingerprint(undisturbed)


@pytest.mark.usefixtures("quick")
def test_more_replications_extend_earlier_ones(tmp_path: Path) -> None:
    run(tmp_path / "grown", 13)
    first = (tmp_path / "grown" / "results.csv").read_text()
    run(tmp_path / "grown", 25)
    run(tmp_path / "whole", 25)
    grown, whole = fingerprint(tmp_path / "grown"), fingerprint(tmp_path / "whole")
    for name in ("results.csv", "results.parquet", "summary.csv", "summary.json", "manifest.json"):
        assert grown[name] == whole[name]
    assert (tmp_path / "grown" / "results.csv").read_text().startswith(first)


@pytest.mark.usefixtures("quick")
def test_fewer_replications_do_not_take_the_place_of_more(tmp_path: Path) -> None:
    run(tmp_path / "run", 20)
    before = fingerprint(tmp_path / "run")
    with pytest.raises(BadInput, match="has the results of 20 replications, and 10 are wanted"):
        run(tmp_path / "run", 10)
    assert fingerprint(tmp_path / "run") == before


@pytest.mark.usefixtures("quick")
def test_ledgers_are_added_to_a_run_without_them_and_no_figure_changes(tmp_path: Path) -> None:
    run(tmp_path / "run", 20)
    before = fingerprint(tmp_path / "run")
    run(tmp_path / "run", 20, keep=Keep(ledgers=True, patients=True))
    after = fingerprint(tmp_path / "run")
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 4


@pytest.mark.parametrize("change", ["entropy", "scenario"])
@pytest.mark.usefixtures("quick")
def test_a_folder_of_another_run_is_refused_and_left_as_it_is(change: str, tmp_path: Path) -> None:
    run(tmp_path / "run", 10)
    before = fingerprint(tmp_path / "run")
    other = small(entropy=2) if change == "entropy" else small(target=9)
    with pytest.raises(BadInput, match="this folder is of another run") as caught:
        run(tmp_path / "run", 20, simulation=other)
    assert f"`{change}" in str(caught.value.help)
    assert fingerprint(tmp_path / "run") == before


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("nearly done")
    with pytest.raises(BadInput, match="not empty, and holds no run"):
        run(tmp_path, 10)
    assert fingerprint(tmp_path).keys() == {"thesis.tex"}


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(BadInput, match="file exists"):
        run(tmp_path / "run", 10)


@pytest.mark.parametrize("damage", ["cut short", "a bit", "another shape"])
@pytest.mark.usefixtures("quick")
def test_a_damaged_chunk_is_noticed_and_never_read_as_figures(damage: str, tmp_path: Path) -> None:
    run(tmp_path / "run", 20)
    path = tmp_path / "run" / "chunks" / "000010-000020.npz"
    data = bytearray(path.read_bytes())
    if damage == "cut short":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "a bit":
        data[200] ^= 16
        path.write_bytes(data)
    else:
        np.savez_compressed(path, values=np.zeros((10, 3)), exists=np.ones((10, 3), np.bool_))
    with pytest.raises(BadInput, match="this chunk is damaged"):
        run(tmp_path / "run", 20)
    path.unlink()
    run(tmp_path / "run", 20)
    run(tmp_path / "again", 20)
    assert fingerprint(tmp_path / "run") == fingerprint(tmp_path / "again")


@pytest.mark.usefixtures("quick")
def test_what_was_half_written_is_removed_and_not_taken_for_a_chunk(tmp_path: Path) -> None:
    run(tmp_path / "run", 10)
    before = fingerprint(tmp_path / "run")
    (tmp_path / "run" / "chunks" / ".000010-000020.npz.unfinished").write_bytes(b"half")
    run(tmp_path / "run", 10)
    assert fingerprint(tmp_path / "run") == before


def test_two_programs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    manifest = {"entropy": 1}
    with (
        opened(tmp_path / "run", manifest, 3),
        pytest.raises(BadInput, match="another program is writing"),
        opened(tmp_path / "run", manifest, 3),
    ):
        pass
    with opened(tmp_path / "run", manifest, 3):
        pass


def test_a_file_whose_writing_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError), written(path) as file:
        file.writelines([b"new", "no bytes"])  # type: ignore[list-item]
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_the_manifest_says_what_the_run_is(undisturbed: Path) -> None:
    manifest = json.loads((undisturbed / "manifest.json").read_text())
    assert manifest["entropy"] == 1
    assert set(manifest["ademp"]) == {
        "aims", "data_generating_mechanisms", "estimands", "methods", "performance_measures",
    }  # fmt: skip
    assert {"objectives", "logic", "data", "initialisation", "random_sampling"} <= set(manifest["stress_des"])
    assert {"trialproof", "numpy", "scipy", "simpy", "python"} <= set(manifest["versions"])
    assert len(manifest["protocol"]["content"]) == len(manifest["scenario"]["content"]) == 64
    assert manifest["calendar"]["days"] == 400


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("half_width", "looks"), [(0.05, 150), (0.027, 200), (0.001, 230)])
def test_a_run_until_a_precision_stops_at_the_first_look_that_shows_it(
    half_width: float, looks: int, tmp_path: Path
) -> None:
    plan = Plan(0, goals=(Goal("arm_share.small", half_width), Goal("duration", 0.5)), most=230)
    with finished(small(), plan, tmp_path / "run", lambda _done, _total: None) as session:
        assert session.found.replications == looks
        assert session.found.goals[0].reached == (looks < 230)
        assert session.summary["goals"][0]["reached"] == (looks < 230)


@pytest.mark.usefixtures("quick")
def test_a_precision_that_is_reached_earlier_does_not_take_results_away(tmp_path: Path) -> None:
    run(tmp_path / "run", 120)
    before = fingerprint(tmp_path / "run")
    plan = Plan(0, goals=(Goal("duration", 0.5),), most=1000)
    with finished(small(), plan, tmp_path / "run", lambda _done, _total: None) as session:
        assert session.found.replications == 150
    after = fingerprint(tmp_path / "run")
    assert all(after[name] == before[name] for name in before if name.startswith("chunks/"))


class Died(BaseException):
    """The machine stops."""


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("after_moving", [False, True])
def test_dying_at_any_file_it_ends_with_the_same_bytes(
    after_moving: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Keep(ledgers=True, patients=True)
    run(tmp_path / "whole", 15, keep=keep)
    expected = fingerprint(tmp_path / "whole")
    replace = Path.replace
    steps = len(expected)

    for fatal in range(steps):
        moved = 0

        def die(self: Path, target: Path, fatal: int = fatal) -> Path:
            nonlocal moved
            moved += 1
            if after_moving or moved <= fatal:
                replace(self, target)
            if moved == fatal + 1:
                raise Died
            return target

        folder = tmp_path / f"run{fatal}"
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", die)
            with pytest.raises(Died):
                run(folder, 15, keep=keep)
        partly = fingerprint(folder)
        assert {name: expected[name] for name in partly} == partly, "a file is there and is not finished"
        assert len(partly) == fatal + after_moving
        run(folder, 15, keep=keep)
        assert fingerprint(folder) == expected


@given(
    cuts=st.lists(st.integers(0, 60), max_size=8),
    chosen=st.lists(st.booleans(), min_size=9, max_size=9),
    replications=st.integers(0, 70),
)
def test_what_is_pending_is_what_is_not_done_each_once(cuts: list[int], chosen: list[bool], replications: int) -> None:
    bounds = sorted({0, *cuts, 60})
    done = [Span(a, b) for (a, b), take in zip(pairwise(bounds), chosen, strict=False) if take]
    spans = list(pending(done, replications))
    computed = [number for span in spans for number in range(*span)]
    covered = {number for span in done for number in range(*span)}
    assert computed == [number for number in range(replications) if number not in covered]
    assert all(span.first // CHUNK == (span.end - 1) // CHUNK for span in spans)
