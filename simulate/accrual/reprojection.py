"""How enrolment goes on from here: a projection from interim counts that knows how little they say.

Sites differ: the rate of each is a multiple of what was planned, gamma distributed (V. V. Anisimov, V. V. Fedorov,
Modelling, prediction and adaptive adjustment of recruitment in multicentre trials, Statistics in Medicine 26 (2007)
4958-4975, doi 10.1002/sim.2956). Given k patients where e were expected, a factor with a gamma prior of shape a and
mean m has a gamma posterior of shape a + k and rate a / m + e; what comes next is then negative binomial, and the sum
over sites their convolution. Where the prior itself is estimated from the counts, the projection is averaged over its
likelihood, so that an estimate from few patients is not taken for the truth. Of a site that is full it is only known
that so many or more would have come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from trialproof.simulate.accrual.counts import capped_moments, poisson, together
from trialproof.simulate.accrual.intensity import intensity
from trialproof.simulate.accrual.progress import Progress
from trialproof.simulate.population.quantiles import cumulated, quantile, support
from trialproof.simulate.scenario.distribution import Distribution
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Arrivals, Scenario, Site

Floats = NDArray[np.float64]

SCREENING_NODES, OPENING_NODES = 64, 16
"""A distribution is averaged over so many values of equal probability."""
SHAPES = np.geomspace(0.1, 100.0, 16)
"""The shapes that are considered: from sites most of which enrol nobody to sites that are all alike."""
MEANS = np.linspace(-1.0, 1.0, 15)
SPREAD = 4.0
"""The means that are considered lie within so many standard errors, taken generously."""
NEGLIGIBLE = 1e-4
STEP = 5
"""So many days lie between two days of a projection."""
TINY, NEVER = 1e-300, -1e6
"""A probability and a logarithm that stand in for zero and its own."""
AT_ONCE = 4096
"""So many rows of a table are worked out at a time."""


@dataclass(frozen=True, slots=True)
class Interim:
    """What is known after `day` days: how many each site has `enrolled`, and since when it is open.

    `opened` is in days of the trial. A site that is not in it opens as the scenario says; where that is by chance, it
    has not opened yet.
    """

    day: int
    enrolled: Mapping[str, int]
    opened: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class SiteSoFar:
    """One site, for O openings that are all alike and T days.

    `enrolled` patients where `expected` were planned by now, and `ahead` [O, T] are planned from now to each day. It
    has `room` for so many more (None: no limit).
    """

    name: str
    enrolled: int
    expected: float
    ahead: Floats
    room: int | None = None


class TooEarly(ValueError):
    """A site has enrolled somebody before it could: before it opened, or before anybody's screening was over."""

    def __init__(self, site: str, enrolled: int, day: int) -> None:
        super().__init__(f"site `{site}` has enrolled {enrolled} by day {day}, before it could")
        self.site = site


@dataclass(frozen=True, slots=True)
class Prior:
    """The gamma distribution of how sites differ from their plan: shape (None: they do not differ) and mean."""

    shape: float | None
    mean: float = 1.0


@dataclass(frozen=True, slots=True)
class Weighted:
    """Priors with weights that sum to one, and which of them is the most likely. All of them have a shape, or none."""

    priors: tuple[tuple[float, Prior], ...]
    best: Prior


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """`progress` counts days of the trial from the interim on, and patients besides the `enrolled`.

    Its target is what was still missing. `factor` has for each site the posterior mean of its factor.
    """

    enrolled: int
    progress: Progress
    factor: Mapping[str, float]
    prior: Prior


def reproject(scenario: Scenario, interim: Interim, passing: float, *, learned: bool) -> Projection:
    """Return how enrolment goes on to the horizon, in steps of a few days.

    `passing` is the probability that a candidate can be enrolled (`twins.shares`). How sites differ from their plan is
    as the scenario states, or with `learned` estimated from the counts. Raises ValueError for counts that cannot be
    projected: of a site that there is not or before it opened, after the horizon, or with the target reached.
    """
    days = days_ahead(scenario, interim.day)
    sites = so_far(scenario, interim, passing, days)
    return project(sites, scenario.accrual.target, estimated(sites) if learned else planned(scenario), days)


def days_ahead(scenario: Scenario, day: int, also: Iterable[int] = (), step: int = STEP) -> list[int]:
    """Return the days of a projection: every few days from this one to the horizon, and others that lie between.

    Raises ValueError for a day that is not before the horizon.
    """
    end = scenario.horizon_days
    if not 0 <= day < end:
        raise ValueError(f"day {day} is not before the horizon, day {end}")
    return sorted({*range(day, end, step), end, *(each for each in also if day <= each <= end)})


def so_far(scenario: Scenario, interim: Interim, passing: float, days: ArrayLike) -> tuple[SiteSoFar, ...]:
    """Return each site as it stands, for a projection to these days of the trial, the first of which is the interim's.

    `passing` is the probability that a candidate can be enrolled (`twins.shares`). Raises `TooEarly`, a ValueError,
    for a site that has enrolled anybody before it could, and ValueError for one that the scenario does not have.
    """
    unknown = {*interim.enrolled, *interim.opened} - {site.name for site in scenario.accrual.sites}
    if unknown:
        raise ValueError(f"`{min(unknown)}` is no site of the scenario")
    return tuple(_site_so_far(scenario, site, interim, passing, days) for site in scenario.accrual.sites)


def planned(scenario: Scenario) -> Weighted:
    """Return the prior that the scenario states: sites are as planned, or differ by its gamma distribution."""
    accrual = scenario.accrual
    shape = accrual.shape if accrual.arrivals is Arrivals.POISSON_GAMMA else None
    return Weighted(((1.0, Prior(shape)),), Prior(shape))


def estimated(sites: Sequence[SiteSoFar]) -> Weighted:
    """Return priors weighted by their likelihood given the counts, over a grid of shapes and means.

    Counts are negative binomial given the prior; of a full site it is known that they are so many or more. The
    logarithms of shape and mean are taken to be equally likely before any count, the shape between 0.1 and 100. The
    best prior is that of maximum likelihood on the grid. Raises ValueError before anybody is enrolled.
    """
    counts = np.array([site.enrolled for site in sites], np.float64)
    expected = np.array([site.expected for site in sites])
    if not counts.sum():
        raise ValueError("nobody is enrolled yet, and a rate cannot be estimated")
    full = np.array([site.room == 0 for site in sites])
    centre = np.log(np.where(full, np.maximum(counts, expected), counts).sum() / expected.sum())
    error = np.sqrt(1 / counts.sum() + 1 / np.count_nonzero(expected))
    means = np.exp(centre + SPREAD * error * MEANS)
    shape, mean = (each.reshape(-1, 1) for each in np.meshgrid(SHAPES, means, indexing="ij"))
    at_work = expected > 0
    k, e = counts[at_work], expected[at_work] * mean
    logs = special.gammaln(shape + k) - special.gammaln(shape) + special.xlogy(k, e / (shape + e))
    logs = logs - shape * np.log1p(e / shape)
    shut = full[at_work]
    logs[:, shut] = np.log(np.maximum(_so_many_or_more(k[shut], shape, e[:, shut]), TINY))
    likelihood = np.sum(logs, axis=1)
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    priors = [Prior(float(a), float(m)) for a, m in zip(shape[:, 0], mean[:, 0], strict=True)]
    kept = [(float(weight), prior) for weight, prior in zip(weights, priors, strict=True) if weight > NEGLIGIBLE]
    total = sum(weight for weight, _ in kept)
    return Weighted(tuple((weight / total, prior) for weight, prior in kept), priors[int(likelihood.argmax())])


def project(sites: Sequence[SiteSoFar], target: int, prior: Weighted, days: ArrayLike) -> Projection:
    """Return how enrolment goes on to these days of the trial, the first of which is the interim's.

    Raises ValueError where the target has been reached.
    """
    enrolled = sum(site.enrolled for site in sites)
    missing = target - enrolled
    if missing <= 0:
        raise ValueError(f"{enrolled} patients are enrolled, and {target} were wanted")
    times = np.asarray(days, np.float64)
    table = np.zeros((len(times), missing))
    step = max(1, AT_ONCE // len(times))
    for start in range(0, len(prior.priors), step):
        some = prior.priors[start : start + step]
        tables = together([_ahead(site, [each for _, each in some], missing) for site in sites])
        weights = np.array([weight for weight, _ in some])
        table += np.tensordot(weights, tables.reshape(len(some), len(times), missing), axes=1)
    factor = {site.name: sum(weight * _factor(site, each) for weight, each in prior.priors) for site in sites}
    return Projection(enrolled, Progress(missing, times, table), factor, prior.best)


def expected_more(site: SiteSoFar, prior: Prior, at: int) -> float:
    """Return how many more a site enrols, on average, from now to one of the days, as far as it has room."""
    if site.room is None:
        return _posterior(site, prior)[1] * float(site.ahead[:, at].mean())
    only = replace(site, ahead=site.ahead[:, at : at + 1])
    return float(capped_moments(_ahead(only, [prior], site.room))[0][0]) if site.room else 0.0


def _site_so_far(scenario: Scenario, site: Site, interim: Interim, passing: float, days: ArrayLike) -> SiteSoFar:
    accrual = scenario.accrual
    rises = intensity(accrual, _openings(site, interim), scenario.horizon_days)
    minutes = np.asarray(days, np.float64) * MINUTES_A_DAY
    delays = _nodes(accrual.screening, SCREENING_NODES)
    by = reduce(np.add, (rises.by(minutes - delay) for delay in delays)) / len(delays)
    planned_by = site.rate * passing * by
    count = interim.enrolled.get(site.name, 0)
    if count and not planned_by[:, 0].any():
        raise TooEarly(site.name, count, interim.day)
    room = None if site.cap is None else max(site.cap - count, 0)
    return SiteSoFar(site.name, count, float(planned_by[:, 0].mean()), planned_by - planned_by[:, :1], room)


def _openings(site: Site, interim: Interim) -> Floats:
    since, now = interim.opened.get(site.name), float(interim.day * MINUTES_A_DAY)
    if since is not None:
        return np.array([since * MINUTES_A_DAY])
    if not _is_random(site.opens):
        return _nodes(site.opens, 1)
    before = float(cumulated(site.opens, np.array([now]))[0])
    return np.maximum(_nodes(site.opens, OPENING_NODES, before), now) if before < 1 else np.array([now])


def must_be_open(site: Site, day: int) -> bool:
    """Tell whether a site whose opening is random is open before a day whatever happens."""
    return _is_random(site.opens) and float(cumulated(site.opens, np.array([float(day * MINUTES_A_DAY)]))[0]) >= 1


def _posterior(site: SiteSoFar, prior: Prior) -> tuple[float | None, float]:
    """Return shape and mean of what is known of a site's factor."""
    if prior.shape is None:
        return None, prior.mean
    shape = prior.shape + site.enrolled
    return shape, shape / (prior.shape / prior.mean + site.expected)


def _factor(site: SiteSoFar, prior: Prior) -> float:
    """Return the mean of what is known of a site's factor.

    Of a full site with k patients or more: E[factor; N >= k] / P(N >= k), where a gamma density times its variable is
    that of the shape plus one.
    """
    if prior.shape is None or site.room != 0 or not site.expected:
        return _posterior(site, prior)[1]
    shape, mean = prior.shape, site.expected * prior.mean
    more = _so_many_or_more(site.enrolled, shape + 1, mean * (shape + 1) / shape)
    return float(prior.mean * more / max(float(_so_many_or_more(site.enrolled, shape, mean)), TINY))


def _so_many_or_more(count: ArrayLike, shape: ArrayLike, mean: ArrayLike) -> Floats:
    """Return the probability that a negative binomial count of this shape and mean is at least `count`, above zero."""
    k, a, e = (np.asarray(each, np.float64) for each in (count, shape, mean))
    return np.asarray(special.betainc(k, a, e / (a + e)), np.float64)


def _ahead(site: SiteSoFar, priors: Sequence[Prior], below: int) -> Floats:
    """Return the table [priors * T, below] of how many more there are; either all priors have a shape or none has."""
    if site.room == 0:
        return np.eye(1, below).repeat(len(priors) * site.ahead.shape[1], axis=0)
    posterior = [_posterior(site, prior) for prior in priors]
    means = np.array([mean for _, mean in posterior])
    shapes = np.array([shape for shape, _ in posterior if shape is not None])
    tables = []
    for ahead in site.ahead:
        expected = np.outer(means, ahead)
        tables.append(_negative_binomials(shapes, expected, below) if len(shapes) else poisson(expected.ravel(), below))
    total: Floats = reduce(np.add, tables) / len(tables)
    if site.room is not None and site.room < below:
        total[:, site.room] = np.maximum(1 - total[:, : site.room].sum(axis=1), 0.0)
        total[:, site.room + 1 :] = 0.0
    return total


def _negative_binomials(shapes: Floats, means: Floats, below: int) -> Floats:
    """Return the table [P * T, below] of `counts.negative_binomial` for shapes [P] and means [P, T].

    What depends on the shape alone is worked out once for all times, and logarithms once for all counts.
    """
    k, shape = np.arange(below), shapes[:, None]
    ways = special.gammaln(shape + k) - special.gammaln(shape) - special.gammaln(k + 1)
    with np.errstate(divide="ignore"):
        each = np.maximum(np.log(means / (shape + means)), NEVER)
    table: Floats = each[:, :, None] * k
    table += ways[:, None, :]
    table -= (shape * np.log1p(means / shape))[:, :, None]
    return np.exp(table, out=table).reshape(-1, below)


def _is_random(distribution: Distribution) -> bool:
    low, high = support(distribution)
    return low < high


def _nodes(distribution: Distribution, count: int, above: float = 0.0) -> Floats:
    """Return values of equal probability, of those that have more than the probability `above` below them."""
    count = count if _is_random(distribution) else 1
    return quantile(distribution, above + (1 - above) * (np.arange(count) + 0.5) / count)
