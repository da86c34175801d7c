"""Everything that a report is made of, looked up in one go: the checks, the repairs, and the calendars.

The repairs take as long as all else together, and are searched in a process of their own at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from subprocess import Popen

from trialproof.model.protocol import Protocol
from trialproof.reports.page.hashes import hashes
from trialproof.reports.page.map_points import read_laid
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.candidates import first_trial
from trialproof.reports.page.simulated.files import files_of, read_run
from trialproof.verify.case import Case
from trialproof.verify.check import Check
from trialproof.verify.repairs.repair import Proposal, repair
from trialproof.verify.review import complete_selection, review
from trialproof.verify.solver import Solver, Unknown, launch
from trialproof.verify.treatment.timeline import Timeline, timelines

WORKERS = 2
"""Solver processes that `gather` makes use of."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a report is to have: readings other than the preferred ones, and how many repairs of each decision.

    `seconds` is the deadline of one question to the solver, `date` what stands on the report as its date. `cohort` is
    a file of patients who are laid over the maps, `run` the folder of a simulation, whose patients are laid over them
    otherwise. `options` are the arguments of the command behind the protocol.
    """

    readings: Mapping[str, str]
    repairs: int = 3
    seconds: float = 10.0
    date: str | None = None
    options: tuple[str, ...] = ()
    cohort: Path | None = None
    run: Path | None = None


def gather(
    protocol: Protocol,
    wish: Wish,
    release: str,
    *,
    workers: Sequence[Popen[bytes]] = (),
    progress: Callable[[Check], None] | None = None,
) -> Material:
    """Run the checks, search the repairs and draw up the calendars, all at the same time.

    `workers` are `WORKERS` solver processes launched beforehand; they end with this. Raises `BadInput` for a selection
    that there is not, or a file that has gone.
    """
    chosen = complete_selection(protocol, wish.readings)
    run = None if wish.run is None else read_run(protocol, wish.run)
    laid = None if wish.run is None else first_trial(protocol, wish.run, chosen)
    laid = laid if wish.cohort is None else read_laid(protocol, wish.cohort, chosen)
    first, second = workers or [launch() for _ in range(WORKERS)]
    helper = ProcessPoolExecutor(1, mp_context=get_context("spawn")) if wish.repairs else nullcontext()
    with ThreadPoolExecutor(WORKERS) as pool, helper as process:
        repairs: Future[Proposal] | None = None
        if process is not None:
            repairs = process.submit(_repairs, replace(protocol, text=None), chosen, wish.repairs, wish.seconds)
        checks = pool.submit(review, protocol, selection=chosen, seconds=wish.seconds, worker=first, progress=progress)
        calendars = pool.submit(_calendars, protocol, chosen, wish.seconds, second)
        found, unclear = calendars.result()
        return Material(
            protocol,
            checks.result(),
            None if repairs is None else repairs.result(),
            found,
            unclear,
            release,
            wish.options,
            hashes([protocol], [*([] if wish.cohort is None else [wish.cohort]), *files_of(wish.run)]),
            wish.date,
            laid,
            run,
        )


def _repairs(protocol: Protocol, chosen: Mapping[str, str], most: int, seconds: float) -> Proposal:
    """Search the repairs, in whatever process this is."""
    return repair(protocol, selection=chosen, most=most, seconds=seconds)


def _calendars(
    protocol: Protocol, chosen: Mapping[str, str], seconds: float, worker: Popen[bytes]
) -> tuple[tuple[Timeline, ...] | None, str]:
    """Return the calendars, or why there are none."""
    with Solver(protocol, seconds=seconds, worker=worker) as solver:
        try:
            return timelines(Case(protocol, solver, chosen)), ""
        except Unknown as reason:
            return None, str(reason)
