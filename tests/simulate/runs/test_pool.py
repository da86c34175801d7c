"""Several processes: a worker that dies is replaced, nothing is computed for nothing, nothing is held in number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from trialproof.model.place import BadInput
from trialproof.simulate.runs.pool import AHEAD, DEATHS, pooled
from trialproof.simulate.runs.team import team

ROOT = Path(__file__).parents[3]


def square(number: int) -> int:
    return number * number


def die_once(marker: Path, number: int) -> int:
    """Kill the process that computes this, the first time."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return square(number)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def refuse(number: int) -> int:
    raise BadInput(f"number {number} is refused", help="take another one")


def test_every_call_has_its_result() -> None:
    with pooled(2) as work:
        assert dict(work(partial(square, number) for number in range(20))) == {each: each**2 for each in range(20)}
        assert dict(work([])) == {}
        assert dict(work([partial(square, 7)])) == {0: 49}


def test_a_worker_that_dies_is_replaced_and_its_call_run_again(tmp_path: Path) -> None:
    calls = [
        partial(die_once, tmp_path / "dead", number) if number in (3, 5) else partial(square, number)
        for number in range(12)
    ]
    with pooled(2) as work:
        found = list(work(calls))
    assert sorted(found) == [(number, number**2) for number in range(12)]
    assert (tmp_path / "dead").exists()


def test_a_call_that_kills_every_worker_is_given_up_and_the_others_are_not_lost() -> None:
    calls: list[Callable[[], int]] = [partial(square, number) for number in range(8)]
    calls.insert(4, die)
    found: list[int] = []
    with pooled(2) as work, pytest.raises(BadInput, match=f"died {DEATHS} times over the same work") as caught:
        found.extend(number for number, _ in work(calls))
    assert "--workers" in str(caught.value.help)
    assert {0, 1, 2, 3} <= set(found)
    assert 4 not in found


def test_what_a_call_raises_is_raised_here_whole() -> None:
    with pooled(2) as work, pytest.raises(BadInput, match="number 1 is refused") as caught:
        list(work([partial(square, 0), partial(refuse, 1), partial(square, 2)]))
    assert caught.value.help == "take another one"


def test_calls_are_taken_only_as_fast_as_results_are() -> None:
    taken = 0

    def calls() -> Iterator[Callable[[], int]]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield partial(square, number)

    with pooled(2) as work:
        results = work(calls())
        for received in range(1, 30):
            next(results)
            assert taken <= received + 2 * AHEAD


@pytest.mark.parametrize("workers", [1, 2])
def test_a_team_of_any_size_gives_the_same(workers: int) -> None:
    with team(workers) as work:
        assert sorted(work(partial(square, number) for number in range(9))) == [(each, each**2) for each in range(9)]


PROGRAM = """
from functools import partial
from trialproof.simulate.runs.team import team
from operator import mul
with team(2) as work:
    print(sorted(work(partial(mul, each, each) for each in range(6))))
"""


@pytest.mark.parametrize("way", ["-c", "-", "script.py"])
def test_workers_need_no_main_file_and_no_guard_in_one(way: str, tmp_path: Path) -> None:
    """As in a notebook, from R, from standard input, and in a script that says nothing of `__main__`."""
    (tmp_path / "script.py").write_text(PROGRAM)
    arguments = {"-c": ["-c", PROGRAM], "-": ["-"], "script.py": [str(tmp_path / "script.py")]}[way]
    done = subprocess.run(
        [sys.executable, *arguments], input=PROGRAM, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "[(0, 0), (1, 1), (2, 4), (3, 9), (4, 16), (5, 25)]\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
def test_a_run_whose_worker_is_killed_gives_the_same_bytes(tmp_path: Path) -> None:
    from tests.simulate.runs.small import fingerprint

    folders = [tmp_path / "disturbed", tmp_path / "undisturbed"]
    processes = [start(folder) for folder in folders]
    deadline = time.monotonic() + 120
    killed = False
    while processes[0].poll() is None and not killed and time.monotonic() < deadline:
        if list((folders[0] / "chunks").glob("*.npz")):
            for worker in workers_of(processes[0].pid)[:1]:
                os.kill(worker, signal.SIGKILL)
                killed = True
        time.sleep(0.005)
    for process in processes:
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint.decode()
    assert killed
    assert fingerprint(folders[0]) == fingerprint(folders[1])


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.simulate.runs.small", str(folder), "80", "2"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def workers_of(parent: int) -> list[int]:
    """Return the processes that compute for another one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                said = (entry / "cmdline").read_text()
            except OSError:
                continue
            if int(fields[1]) == parent and "spawn_main" in said:
                found.append(int(entry.name))
    return found
