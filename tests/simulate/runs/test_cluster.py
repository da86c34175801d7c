"""A cluster on loopback: the same bytes, whoever is lost on the way; and clear words where there is none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.simulate.runs.small import fingerprint, small
from tests.simulate.sweeps.tiny import LINACS, silent, sweep
from trialproof.model.place import BadInput
from trialproof.simulate.runs import cluster as clusters
from trialproof.simulate.runs.chunk import Keep
from trialproof.simulate.runs.cluster import compute_alike, gathered, releases
from trialproof.simulate.runs.run import Plan, Tell
from trialproof.simulate.runs.session import finished
from trialproof.simulate.runs.team import team
from trialproof.simulate.sweeps.design import Kind
from trialproof.simulate.sweeps.session import Plan as SweepPlan, begun, compute, write

pytest.importorskip("distributed")

ROOT = Path(__file__).parents[3]
TOGETHER = 60


class Loopback:
    """A scheduler, and workers that can be added and killed."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._folder = folder
        options = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self._file)]
        self._processes = [self._start("scheduler", *options)]
        deadline = time.monotonic() + 60
        while not self._file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.address = str(json.loads(self._file.read_text())["address"])

    def add_worker(self) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder)]
        worker = self._start("worker", self.address, *options)
        self._processes.append(worker)
        return worker

    def end(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", what, "--no-dashboard", *options]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    found = Loopback(tmp_path_factory.mktemp("cluster"))
    try:
        yield found
    finally:
        found.end()


def test_a_scheduler_without_workers_is_said(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "SECONDS", 1)
    with pytest.raises(BadInput, match="the scheduler has no workers") as caught, gathered(loopback.address):
        pass
    assert f"dask worker {loopback.address}" in str(caught.value.help)


def test_two_workers_of_which_one_is_killed_give_the_same_bytes(loopback: Loopback, tmp_path: Path) -> None:
    keep, killed = Keep(ledgers=True), False
    with finished(small(), Plan(TOGETHER, keep=keep, workers=1), tmp_path / "alone", lambda _done, _total: None):
        pass
    workers = [loopback.add_worker() for _ in range(2)]

    def tell(done: int, total: int) -> None:
        nonlocal killed
        if 0 < done < total and not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed = True

    plan = Plan(TOGETHER, keep=keep, cluster=loopback.address)
    with finished(small(), plan, tmp_path / "cluster", tell):
        pass
    assert killed
    assert fingerprint(tmp_path / "cluster") == fingerprint(tmp_path / "alone")


def test_what_a_call_raises_on_a_worker_is_raised_here(loopback: Loopback) -> None:
    loopback.add_worker()
    with team(1, loopback.address) as work:
        assert sorted(work(partial(pow, number, 2) for number in range(7))) == [(each, each**2) for each in range(7)]
        with pytest.raises(ZeroDivisionError):
            list(work([partial(divmod, 1, 0)]))


def test_no_scheduler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "SECONDS", 1)
    with pytest.raises(BadInput, match="no scheduler answers there") as caught, gathered("tcp://127.0.0.1:9"):
        pass
    assert "--cluster tcp://127.0.0.1:9" in str(caught.value)


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "quic://127.0.0.1:1", "tcp://no-such-host.invalid:1", ""])
def test_what_is_no_address_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "SECONDS", 1)
    with pytest.raises(BadInput, match=r"no scheduler answers there|dask could not start"), gathered(address):
        pass


def test_a_worker_with_another_release_is_refused() -> None:
    wanted = tuple((name, "1.26.4" if name == "numpy" else release) for name, release in releases())
    with pytest.raises(BadInput, match=r"a worker has numpy .*, and this program 1\.26\.4"):
        compute_alike(wanted, partial(pow, 2, 2))
    assert compute_alike(releases(), partial(pow, 2, 2)) == 4


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match=r"a cluster needs dask\.distributed") as caught, gathered("tcp://127.0.0.1:9"):
        pass
    assert "trialproof[cluster]" in str(caught.value.help)


def test_a_sweep_on_a_cluster_gives_the_same_bytes(loopback: Loopback, tmp_path: Path) -> None:
    loopback.add_worker()
    found, plan = sweep(f"{LINACS}=1,2"), SweepPlan(20, ("start_days",), reference=0)
    for name, address in (("alone", None), ("cluster", loopback.address)):
        with begun(found, Kind.GRID, tmp_path / name, 1, address) as cells:
            compute(cells, plan, silent)
            write(cells, plan, [])
    assert fingerprint(tmp_path / "cluster") == fingerprint(tmp_path / "alone")


def test_a_scheduler_that_is_lost_is_said_and_what_is_finished_is_kept(tmp_path: Path) -> None:
    own = Loopback(tmp_path)
    try:
        own.add_worker()

        def tell(done: int, total: int) -> None:
            if 0 < done < total:
                own.end()

        plan = Plan(TOGETHER, cluster=own.address)
        with pytest.raises(BadInput, match="the connection to the scheduler is lost") as caught:
            finish(plan, tmp_path / "run", tell)
        assert "the same command goes on" in str(caught.value.help)
        assert list((tmp_path / "run" / "chunks").glob("*.npz"))
    finally:
        own.end()


def finish(plan: Plan, folder: Path, tell: Tell) -> None:
    with finished(small(), plan, folder, tell):
        pass
