"""Go on until the figures that matter are precise enough, or say how far away that is.

A goal is absolute: half the width of a 95 % interval, in the unit of the metric. It is looked at only after fixed
numbers of replications, which depend neither on workers nor on chunks, and never before `FEWEST` of them gave a number:
an error that is itself estimated from a few replications is too often too small, and looking again and again would
stop at the first lucky one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.complaint import did_you_mean
from trialproof.model.place import BadInput
from trialproof.simulate.results.estimate import Estimate
from trialproof.simulate.results.intervals import numbers_for_mean, numbers_for_proportion
from trialproof.simulate.results.metric import Kind

FEWEST = 100
"""No goal counts as reached before so many replications gave a number."""
STEP = 50
"""Goals are looked at after so many more replications, and later after about a tenth more."""
SHOWN = 6
"""How many figures are named."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A column by its name, and the half width that its 95 % interval should have."""

    name: str
    half_width: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a goal is: the half width so far (None: unknown yet), and about how many replications it needs.

    `needed` is None where no number is known that could tell.
    """

    goal: Goal
    half_width: float | None
    reached: bool
    needed: int | None


def read_goals(texts: Sequence[str]) -> tuple[Goal, ...]:
    """Read goals from `NAME=HALF_WIDTH`. Raises `BadInput`."""
    goals = []
    for text in texts:
        name, equals, wanted = text.rpartition("=")
        try:
            half_width = float(wanted)
        except ValueError:
            half_width = -1.0
        if not equals or not name.strip() or not 0 < half_width < float("inf"):
            raise BadInput(
                f"`{text}` is no precision",
                help="write the name of a figure and half the width of its interval: arm_share.involved_field=0.01",
            )
        goals.append(Goal(name.strip(), half_width))
    return tuple(goals)


def check_goals(goals: Sequence[Goal], names: Sequence[str]) -> None:
    """Raise `BadInput` for a goal that speaks of no figure of this simulation."""
    for goal in goals:
        if goal.name not in names:
            raise BadInput(f"there is no figure `{goal.name}`", help=_advice(goal.name, names))


def _advice(name: str, names: Sequence[str]) -> str:
    inside = [each for each in names if each.startswith(f"{name}.")]
    if inside:
        return f"there are {', '.join(inside[:SHOWN])}{', ...' if len(inside) > SHOWN else ''}"
    meant = did_you_mean(name, names)
    return f"did you mean `{meant}`?" if meant else "`--format csv` lists all of them"


def progress(goals: Sequence[Goal], found: Mapping[str, Estimate]) -> tuple[Progress, ...]:
    """Return how far each goal is; `found` has the estimates by name."""
    return tuple(_progress(goal, found[goal.name]) for goal in goals)


def _progress(goal: Goal, found: Estimate) -> Progress:
    if found.interval is None or found.mean is None:
        return Progress(goal, None, reached=False, needed=None)
    half = found.interval.half_width
    if found.kind is Kind.PROPORTION:
        numbers = numbers_for_proportion(found.mean, goal.half_width)
    else:
        numbers = numbers_for_mean(found.sd or 0.0, goal.half_width)
    share = found.n / (found.n + found.absent)
    needed = max(FEWEST, -int(-numbers // share))
    return Progress(goal, half, reached=found.n >= FEWEST and half <= goal.half_width, needed=needed)


def next_look(done: int) -> int:
    """Return after how many replications goals are looked at next, when so many are done."""
    if done < FEWEST:
        return FEWEST
    return (done // STEP + max(1, done // (10 * STEP))) * STEP
