"""How far a simulated figure lies from an exact answer, in Monte Carlo standard errors, and what to make of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isclose, sqrt

from trialproof.simulate.results.estimate import Estimate, Spread
from trialproof.simulate.results.intervals import mcse_of_proportion
from trialproof.simulate.results.metric import Kind

FAR = 4.0
"""A figure that is further away differs, if its error is known: of 16,000 that follow the normal distribution one does
by chance. Where the error is estimated from n replications, the limit is Student's, which is as rarely passed."""
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

    Where an event is so rare that fewer than `ENOUGH` replications show it, an estimated error means little, and the
    distance is not judged; but what chance cannot explain differs all the same.
    """
    if found.mean is None or spread is None:
        return Distance(None, Verdict.NOT_JUDGED)
    if isclose(found.mean, exact, rel_tol=1e-9, abs_tol=1e-9):
        return Distance(0.0, Verdict.AGREES)
    if exact == 0 and found.kind is not Kind.SIGNED:
        return Distance(None, Verdict.DIFFERS)
    if found.kind is Kind.PROPORTION:
        return _of_proportion(found.mean, found.n, min(1.0, max(0.0, exact)))
    if not found.mcse or spread.unlike < ENOUGH:
        return _of_rare(found, found.mean, spread, exact)
    from scipy.special import ndtr, stdtrit

    away = (found.mean - exact) / (found.mcse * _widened(found.mean, spread, exact, found.n))
    limit = float(stdtrit(found.n - 1, ndtr(FAR)))
    return Distance(away, Verdict.AGREES if abs(away) <= limit else Verdict.DIFFERS)


def _of_proportion(mean: float, n: int, exact: float) -> Distance:
    """Judge a proportion by the error that the exact value implies, or by the binomial distribution itself."""
    from scipy.special import bdtr, bdtrc, ndtr

    if n * min(exact, 1 - exact) >= ENOUGH:
        away = (mean - exact) / mcse_of_proportion(exact, n)
        return Distance(away, Verdict.AGREES if abs(away) <= FAR else Verdict.DIFFERS)
    count = round(mean * n)
    tail = bdtr(count, n, exact) if mean < exact else bdtrc(count - 1, n, exact)
    return Distance(None, Verdict.DIFFERS if tail < ndtr(-FAR) else Verdict.NOT_JUDGED)


def _of_rare(found: Estimate, mean: float, spread: Spread, exact: float) -> Distance:
    """Judge a figure that is the same in almost all replications, by how many at most could be expected to be unlike.

    A replication that is unlike the others is taken to differ by no more than 1 (a share) or twice the figure, and by
    no less than 2. The most that could be expected are those of which so few are seen with the probability of `FAR`.
    """
    from scipy.special import gammainccinv, ndtr

    most = float(gammainccinv(spread.unlike + 1, ndtr(-FAR)))
    size = 2 * max(1.0, abs(exact), abs(mean)) if found.unit else 1.0
    too_far = found.n * abs(mean - exact) > most * size
    return Distance(None, Verdict.DIFFERS if too_far else Verdict.NOT_JUDGED)


def _widened(mean: float, spread: Spread, exact: float, n: int) -> float:
    """Return by what factor the error is larger than estimated, if fewer events were seen than were expected.

    Where most replications are alike, the variance goes with the number of those that are not.
    """
    usual = spread.quantiles[len(spread.quantiles) // 2]
    if 2 * spread.unlike >= n or mean == usual:
        return 1.0
    return sqrt(max(1.0, abs(exact - usual) / abs(mean - usual)))
