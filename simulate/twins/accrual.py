"""How many are enrolled by a day, and how long until all are, without simulating anybody.

Candidates who come as a Poisson process and pass independently of one another, each with the same probability, are
enrolled as a Poisson process: thinned, and displaced by the time that screening takes (J. F. C. Kingman, Poisson
Processes, Oxford 1993, sections 5.1 and 5.2). If a site's rate is gamma distributed its count is negative
binomial (V. V. Anisimov, V. V. Fedorov, Statistics in Medicine 26 (2007) 4958-4975, doi 10.1002/sim.2956), and the
trial's is their convolution. The target is reached by a day just when that many have been enrolled by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Union

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.accrual.counts import bernoulli_sum, negative_binomial, poisson, together
from trialproof.simulate.accrual.intensity import intensity
from trialproof.simulate.accrual.progress import Progress
from trialproof.simulate.population.quantiles import cumulated, quantile, support
from trialproof.simulate.scenario.distribution import Distribution
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Accrual, Arrivals, Scenario, Site
from trialproof.simulate.twins.twin import NoTwin

Floats = NDArray[np.float64]

MOST_CELLS = 25_000_000
"""Tables of all sites, by day and count, have at most so many numbers; of more nothing is said, to spare the memory."""
SCREENING_NODES = 256
OPENING_NODES = 32
"""A distribution is averaged over so many values of equal probability, the middles of equal steps of its quantiles."""


@dataclass(frozen=True, slots=True, eq=False)
class Accruing:
    """The law of enrolment, day by day to the horizon, and two expectations; None where these are not worked out.

    `screened`: how many candidates come before the trial closes. `at_site` [S]: how many are enrolled at each site.
    """

    progress: Progress
    screened: float | None = None
    at_site: tuple[float, ...] | None = None


def accruing(scenario: Scenario, passing: float, arms: Mapping[str, float]) -> Union[Accruing, NoTwin]:
    """Return the law of enrolment, if candidates pass with this probability and the enrolled fall to arms like this."""
    accrual, horizon = scenario.accrual, scenario.horizon_days
    reason = _binding(accrual, arms)
    if reason:
        return NoTwin(reason)
    if accrual.target * (horizon + 1) * len(accrual.sites) > MOST_CELLS:
        return NoTwin(f"a target of {accrual.target:,} is too large to add up by site and day")
    if accrual.arrivals is Arrivals.DETERMINISTIC:
        if any(_is_random(site.opens) for site in accrual.sites):
            return NoTwin("candidates come at even intervals from openings that are random")
        return Accruing(_progress(accrual, horizon, _evenly(accrual, passing, horizon)))
    sites = [_site(accrual, site, passing, horizon) for site in accrual.sites]
    tables = [each.table(accrual.target) for each in sites]
    screened, at_site = _while_open(sites, tables)
    return Accruing(_progress(accrual, horizon, together(tables)), screened, at_site)


def _progress(accrual: Accrual, horizon: int, table: Floats) -> Progress:
    return Progress(accrual.target, np.arange(horizon + 1.0), table)


def _binding(accrual: Accrual, arms: Mapping[str, float]) -> str | None:
    for site in accrual.sites:
        if site.cap is not None and site.cap < accrual.target:
            return f"site `{site.name}` takes at most {site.cap}"
    for arm, cap in accrual.arm_caps.items():
        if cap < accrual.target and arms.get(arm, 1.0) > 0:
            return f"arm `{arm}` takes at most {cap}"
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """One site's law, for each of its O possible openings, all alike.

    `means` [O, H + 1] of who is enrolled before a day, `coming` [O, H] of who comes on one. `shape` is None for a
    Poisson process.
    """

    means: Floats
    coming: Floats
    shape: float | None

    def table(self, below: int) -> Floats:
        """Return the probabilities of its count before each day."""
        tables = [self._counts(mean, 0, below) for mean in self.means]
        total: Floats = reduce(np.add, tables)
        return total / len(tables)

    def tilted(self, opening: int, below: int) -> Floats:
        """Return E[factor; count] for one opening, the factor being that by which the site differs from its rate.

        A gamma density times its variable is that of the shape plus one.
        """
        return self._counts(self.means[opening], 1, below)

    def _counts(self, mean: Floats, more: int, below: int) -> Floats:
        if self.shape is None:
            return poisson(mean, below)
        return negative_binomial(self.shape + more, mean * (self.shape + more) / self.shape, below)


def _site(accrual: Accrual, site: Site, passing: float, horizon: int) -> _Law:
    opens = np.floor(_nodes(site.opens, OPENING_NODES))
    rises = intensity(accrual, opens, horizon)
    delays = np.floor(_nodes(accrual.screening, SCREENING_NODES if len(opens) == 1 else OPENING_NODES))
    days = _days(horizon)
    ready = reduce(np.add, (rises.by(days - delay) for delay in delays)) / len(delays)
    shape = accrual.shape if accrual.arrivals is Arrivals.POISSON_GAMMA else None
    return _Law(site.rate * passing * ready, site.rate * np.diff(rises.by(days), axis=1), shape)


def _while_open(sites: list[_Law], tables: list[Floats]) -> tuple[float, tuple[float, ...]]:
    """Return how many candidates come and how many are enrolled at each site, on average, before the trial closes.

    At site i and time t the one happens at the rate at which its candidates come, the other at that at which they
    become enrolled, times E[factor_i; N(t) < target]. Over a day, the mean of this at its two ends is taken.
    """
    screened, at_site = 0.0, []
    for site, others in zip(sites, _all_but_one(tables), strict=True):
        room = np.cumsum(others, axis=1)[:, ::-1]
        enrolled = 0.0
        for opening, (mean, coming) in enumerate(zip(site.means, site.coming, strict=True)):
            still = np.einsum("tk,tk->t", site.tilted(opening, room.shape[1]), room)
            over_the_day = (still[:-1] + still[1:]) / 2 / len(site.coming)
            screened += float(over_the_day @ coming)
            enrolled += float(over_the_day @ np.diff(mean))
        at_site.append(enrolled)
    return screened, tuple(at_site)


def _all_but_one(tables: list[Floats]) -> Iterator[Floats]:
    """Yield for each table the sum of all the others."""
    nothing = np.zeros_like(tables[0])
    nothing[:, 0] = 1.0
    after = [nothing]
    for each in reversed(tables[1:]):
        after.append(together([after[-1], each]))
    before = nothing
    for each in tables:
        yield together([before, after.pop()])
        before = together([before, each])


def _evenly(accrual: Accrual, passing: float, horizon: int) -> Floats:
    """Return the table for candidates who come at known minutes: each has his own chance to be enrolled by a day."""
    chances = []
    for site in accrual.sites:
        rises = intensity(accrual, np.floor(_nodes(site.opens, 1)), horizon)
        so_many = np.arange(0.5, site.rate * rises.total[0])
        arrive = np.floor(rises.when(np.zeros(len(so_many), np.intp), so_many / site.rate))
        since = _days(horizon)[:, None] - arrive
        chances.append(passing * np.where(since > 0, cumulated(accrual.screening, since), 0.0))
    return bernoulli_sum(np.hstack(chances), accrual.target)


def _days(horizon: int) -> Floats:
    return np.arange(horizon + 1.0) * MINUTES_A_DAY


def _is_random(distribution: Distribution) -> bool:
    low, high = support(distribution)
    return low < high


def _nodes(distribution: Distribution, count: int) -> Floats:
    if not _is_random(distribution):
        count = 1
    return quantile(distribution, (np.arange(count) + 0.5) / count)
