"""Everything that a report is made of, looked up in one go: the checks, the calendars; beside them repairs and maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen

from trialproof.model.protocol import Protocol
from trialproof.reports.page.hashes import hashes
from trialproof.reports.page.helper import draw_atlases, search_repairs, start
from trialproof.reports.page.map_points import read_laid
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.candidates import first_trial
from trialproof.reports.page.simulated.files import files_of, read_run
from trialproof.verify.atlas import Atlas
from trialproof.verify.case import Case
from trialproof.verify.check import Check
from trialproof.verify.repairs.repair import Proposal
from trialproof.verify.review import complete_selection, examine
from trialproof.verify.solver import Solver, Unknown
from trialproof.verify.surveyed import NoAtlas
from trialproof.verify.treatment.timeline import Timeline, timelines


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
    worker: Popen[bytes] | None = None,
    helper: Executor | None = None,
    progress: Callable[[Check], None] | None = None,
) -> Material:
    """Run the checks and draw up the calendars, and at the same time search the repairs and draw the maps.

    `worker` is a solver process launched beforehand, `helper` the other process (`helper.start`). Raises
    `BadInput` for a selection that there is not, or a file that has gone.
    """
    chosen = complete_selection(protocol, wish.readings)
    run = None if wish.run is None else read_run(protocol, wish.run)
    laid = None if wish.run is None else first_trial(protocol, wish.run, chosen)
    laid = laid if wish.cohort is None else read_laid(protocol, wish.cohort, chosen)
    repairs: Future[Proposal] | None = None
    atlases: Future[dict[str, Atlas | NoAtlas]] | None = None
    with start() if wish.repairs and helper is None else nullcontext(helper) as process:
        if wish.repairs and process is not None:
            textless = replace(protocol, text=None)
            repairs = process.submit(search_repairs, textless, chosen, wish.repairs, wish.seconds)
            atlases = process.submit(draw_atlases, textless, chosen)
        with Solver(protocol, seconds=wish.seconds, worker=worker) as solver:
            case = Case(protocol, solver, chosen)
            review = examine(case, progress=progress)
            found, unclear = _calendars(case)
        return Material(
            protocol,
            review,
            None if repairs is None else repairs.result(),
            found,
            unclear,
            release,
            wish.options,
            hashes([protocol], [*([] if wish.cohort is None else [wish.cohort]), *files_of(wish.run)]),
            wish.date,
            laid,
            run,
            None if atlases is None else atlases.result(),
        )


def _calendars(case: Case) -> tuple[tuple[Timeline, ...] | None, str]:
    """Return the calendars, or why there are none."""
    try:
        return timelines(case), ""
    except Unknown as reason:
        return None, str(reason)
