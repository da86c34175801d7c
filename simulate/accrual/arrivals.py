"""All arrivals of candidates up to the horizon, replication by replication: a function of scenario, key and number.

A site opens in a minute of its own and, with POISSON_GAMMA, has a factor of its own, gamma distributed with mean one
(V. V. Anisimov, V. V. Fedorov, Statistics in Medicine 26 (2007) 4958-4975, doi 10.1002/sim.2956). Its k-th candidate
comes when as many candidates are expected as the first k gaps add up to: gaps are exponential with mean one, which
makes a Poisson process of whatever intensity, by inversion. DETERMINISTIC gaps are one and the first is a half, so that
the number of candidates by any minute is the expected number, rounded. Minutes are rounded down once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.place import BadInput, Place
from trialproof.simulate.accrual.enrolment import SITE_BITS, Ints
from trialproof.simulate.accrual.intensity import Floats, Intensity, intensity
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.streams import Key, Purpose, columns
from trialproof.simulate.scenario.distribution import Distribution, Exponential, Gamma
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Accrual, Arrivals, Scenario

MOST_AT_A_SITE = 65_535
AT_ONCE = 64
"""So many gaps are drawn at first, and then twice as many each time; how many makes no difference to any."""

STEPS = 24
"""So many times are looked at to find by when enough candidates have come."""
DEVIATIONS = 6
"""So many standard deviations more than enough are expected by then."""

BITS = 63
"""A number that is not negative has so many bits."""

GAPS = Distribution(Exponential(1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Arriving:
    """The candidates of R replications one after another, each in order of (arrival, number).

    Those of the r-th are at `begins`[r] to `begins`[r + 1]. `number` is (site << 16) | place among the site's, from 0,
    and `arrive` a minute before the horizon. `opens` [R, S] is when each site opens.
    """

    number: Ints
    arrive: Ints
    begins: Ints
    opens: Ints

    def of(self, index: int) -> tuple[Ints, Ints]:
        """Return (numbers, minutes of arrival) in the replication that stands at this place."""
        part = slice(self.begins[index], self.begins[index + 1])
        return self.number[part], self.arrive[part]


def arrivals(scenario: Scenario, key: Key, replications: ArrayLike, first: int | None = None) -> Arriving:
    """Return all candidates of these replications, or of each at least the `first` ones, if there are so many.

    Raises `BadInput` where a site has more than 65,535 of them before the horizon.
    """
    wanted, accrual = np.asarray(replications, np.int64).reshape(-1), scenario.accrual
    site = np.tile(np.arange(len(accrual.sites)), len(wanted))
    rows = np.repeat(wanted, len(accrual.sites)), site
    opening, factor = columns(key, Purpose.SITE, *rows, (0, 1))
    opens = _opens(accrual, opening.reshape(len(wanted), -1))
    rates = np.array([each.rate for each in accrual.sites])[site] * _factors(accrual, factor)
    expected = intensity(accrual, opens.reshape(-1), scenario.horizon_days)
    totals, end = expected.total * rates, scenario.horizon_days * MINUTES_A_DAY
    until = np.full(len(wanted), end)
    if first is not None and totals.max(initial=0.0) < MOST_AT_A_SITE / 2:
        until = _until(expected, rates, len(accrual.sites), end, first)
        early = rates * expected.by(np.repeat(until, len(accrual.sites))[:, None])[:, 0]
        totals = np.where(np.repeat(until < end, len(accrual.sites)), early, totals)
    row, place, reached = _reached(accrual, key, rows, totals)
    if len(place) and place.max() >= MOST_AT_A_SITE:
        full = accrual.sites[site[row[place.argmax()]]]
        raise BadInput(
            f"site `{full.name}` has more than {MOST_AT_A_SITE:,} candidates before the horizon",
            Place(scenario.file),
            help="lower its rate, shorten the horizon, or let several sites stand for it",
        )
    came = np.floor(np.minimum(expected.when(row, reached / rates[row]), end - 1)).astype(np.int64)
    which = row // len(accrual.sites)
    # In the last minute there may be somebody who is not among them.
    sure = np.flatnonzero(came < np.where(until < end, until - 1, end)[which])
    which, arrive, number = sorted_together(which[sure], came[sure], (site[row] << SITE_BITS | place)[sure])
    begins = np.searchsorted(which, np.arange(len(wanted) + 1)).astype(np.int64)
    if first is not None and ((np.diff(begins) < first) & (until < end)).any():
        return arrivals(scenario, key, replications)
    return Arriving(number, arrive, begins, opens)


def sorted_together(*columns: Ints) -> tuple[Ints, ...]:
    """Return columns of whole numbers that are not negative, sorted by the first, then the second, and so forth."""
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(bits) > BITS:
        order = np.lexsort(columns[::-1])
        return tuple(column[order] for column in columns)
    key = columns[0].astype(np.int64)
    for column, width in zip(columns[1:], bits[1:], strict=True):
        key = key << width | column
    key.sort()
    found = []
    for width in reversed(bits[1:]):
        found.append(key & ((1 << width) - 1))
        key = key >> width
    return key, *reversed(found)


def _opens(accrual: Accrual, chances: Floats) -> Ints:
    """Return the minute in which each site opens [R, S]."""
    opens = [quantile(site.opens, chance) for site, chance in zip(accrual.sites, chances.T, strict=True)]
    return np.floor(np.array(opens).T).astype(np.int64)


def _factors(accrual: Accrual, chance: Floats) -> Floats:
    """Return by which factor a site differs from its rate, replication by replication."""
    if accrual.arrivals is not Arrivals.POISSON_GAMMA or accrual.shape is None:
        return np.ones_like(chance)
    return quantile(Distribution(Gamma(accrual.shape, 1.0)), chance)


def _until(expected: Intensity, rates: Floats, sites: int, end: int, first: int) -> Ints:
    """Return by when almost certainly so many candidates have come to each replication [R], or the end."""
    minutes = np.linspace(0, end, STEPS + 1).astype(np.int64)[1:]
    came = (expected.by(minutes) * rates[:, None]).reshape(-1, sites, len(minutes)).sum(axis=1)
    enough = first + DEVIATIONS * sqrt(first)
    until: Ints = minutes[np.minimum((came < enough).sum(axis=1), len(minutes) - 1)]
    return until


def _reached(
    accrual: Accrual, key: Key, rows: tuple[Ints, Ints], totals: Floats
) -> tuple[NDArray[np.intp], Ints, Floats]:
    """Return (row, place, how many candidates are expected when he comes) of each candidate.

    A row is a site in a replication; `rows` gives the replication and the site.
    """
    found_rows, places, sums = [], [], []
    active, before, place, more = np.flatnonzero(totals > 0), np.zeros(len(totals)), 0, AT_ONCE
    while len(active) and place <= MOST_AT_A_SITE:
        count, more = min(more, MOST_AT_A_SITE + 1 - place), 2 * more
        gaps = _gaps(accrual, key, rows[0][active], rows[1][active], np.arange(place, place + count))
        gaps[:, 0] += before[active]
        reached = np.cumsum(gaps, axis=1)
        row, column = np.nonzero(reached < totals[active, None])
        found_rows.append(active[row])
        places.append(column + place)
        sums.append(reached[row, column])
        before[active] = reached[:, -1]
        active, place = active[reached[:, -1] < totals[active]], place + count
    if not found_rows:
        return np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(found_rows), np.concatenate(places), np.concatenate(sums)


def _gaps(accrual: Accrual, key: Key, replications: Ints, sites: Ints, places: Ints) -> Floats:
    """Return the gap before each candidate [rows, places], in candidates expected."""
    if accrual.arrivals is Arrivals.DETERMINISTIC:
        return np.tile(np.where(places == 0, 0.5, 1.0), (len(sites), 1))
    numbers = sites[:, None] << SITE_BITS | places
    (chances,) = columns(key, Purpose.GAP, np.repeat(replications, len(places)), numbers.reshape(-1), (0,))
    return quantile(GAPS, chances).reshape(numbers.shape)
