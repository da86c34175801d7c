"""A run: replications until there are enough, into a folder that can be left at any moment and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from trialproof.model.place import BadInput, Place
from trialproof.simulate.results.estimate import Estimate, estimates
from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.metrics import METRICS
from trialproof.simulate.results.moments import Moments
from trialproof.simulate.results.precision import Goal, Progress, check_goals, next_look, progress
from trialproof.simulate.runs.chunk import ONLY_FIGURES, Keep, pending
from trialproof.simulate.runs.folder import Folder
from trialproof.simulate.runs.simulation import Simulation
from trialproof.simulate.runs.workers import Work, crew

Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many replications are finished, and of how many."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How far to go: so many `replications`; with `goals`, until these are reached, and at most `most`.

    So many processes share the work, or the workers of the cluster whose scheduler has the address `cluster`.
    """

    replications: int
    goals: tuple[Goal, ...] = ()
    most: int = 0
    keep: Keep = ONLY_FIGURES
    workers: int = 1
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a run has found after so many replications: an estimate for each column, and how far the goals are."""

    replications: int
    columns: tuple[Column, ...]
    estimates: tuple[Estimate, ...]
    goals: tuple[Progress, ...]


def carry_out(simulation: Simulation, columns: Sequence[Column], plan: Plan, folder: Folder, tell: Tell) -> Found:
    """Compute what is not finished yet, and return the estimates.

    Goals are looked at after fixed numbers of replications, and results that are there are never replaced by results of
    fewer. Raises `BadInput` for a goal that names no figure, and for a folder with more replications than are wanted.
    """
    check_goals(plan.goals, [column.name for column in columns])
    reported, most = folder.reported(), max(plan.replications, plan.most if plan.goals else 0)
    if reported > most:
        raise BadInput(
            f"this folder has the results of {reported} replications, and {most} are wanted",
            Place(str(folder.path)),
            help="ask for as many or more, which keeps these, or name another folder",
        )
    least = max(plan.replications, reported)
    moments, done, reached = Moments(len(columns)), 0, False
    far: tuple[Progress, ...] = ()
    found: tuple[Estimate, ...] = ()
    with crew(simulation, plan.keep, plan.workers, plan.cluster) as work:
        while done < least or (done < most and not reached):
            end = min(most, next_look(done)) if plan.goals else most
            _compute(work, plan.keep, folder, end, lambda finished: tell(finished, most))
            for values, exists in folder.rows(done, end):
                moments.add(values[None], exists[None])
            done = end
            found = estimates(columns, METRICS, moments)
            far = progress(plan.goals, {each.column.name: each for each in found})
            reached = bool(far) and all(each.reached for each in far)
    return Found(done, tuple(columns), found, far)


def _compute(work: Work, keep: Keep, folder: Folder, end: int, tell: Callable[[int], None]) -> None:
    spans = list(pending(folder.finished(keep), end))
    left = sum(span.end - span.first for span in spans)
    tell(end - left)
    for chunk in work(spans):
        folder.save(chunk)
        left -= chunk.span.end - chunk.span.first
        tell(end - left)
