"""How far a simulated figure lies from an exact answer, in Monte Carlo standard errors, and what to make of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isclose

from trialproof.simulate.results.estimate import Estimate, Spread
from trialproof.simulate.results.intervals import mcse_of_proportion
from trialproof.simulate.results.metric import Kind

FAR = 4.0
"""A figure that is further away differs: of 16,000 that follow the normal distribution one does by chance."""
ENOUGH = 10
"""An error is judged by where at least so many replications are unlike the others."""


class Verdict(Enum):
    """Whether a figure agrees with the exact answer; NOT_JUDGED where too few replications tell."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Distance:
    """(mean - exact) / MCSE, None where it means nothing, and the verdict."""

    mcse_away: float | None
    verdict: Verdict


def distance(found: Estimate, spread: Spread | None, exact: float) -> Distance:
    """Return how far a figure lies from an exact answer; `spread` is that of its numbers.

    A proportion is judged by the error that the exact value implies. Where an event is so rare that fewer than `ENOUGH`
    replications show it, an estimated error means little, and the distance is not judged; but what cannot happen, and
    does, differs.
    """
    if found.mean is None or spread is None:
        return Distance(None, Verdict.NOT_JUDGED)
    if isclose(found.mean, exact, rel_tol=1e-9, abs_tol=1e-9):
        return Distance(0.0, Verdict.AGREES)
    if exact == 0 and found.kind is not Kind.SIGNED:
        return Distance(None, Verdict.DIFFERS)
    error, enough = found.mcse, spread.unlike >= ENOUGH
    if found.kind is Kind.PROPORTION:
        share = min(1.0, max(0.0, exact))
        error, enough = mcse_of_proportion(share, found.n), found.n * min(share, 1 - share) >= ENOUGH
    if not error or not enough:
        return Distance(None, Verdict.NOT_JUDGED)
    away = (found.mean - exact) / error
    return Distance(away, Verdict.AGREES if abs(away) <= FAR else Verdict.DIFFERS)
