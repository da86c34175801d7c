"""All arrivals of candidates up to the horizon, replication by replication: a function of scenario, key and number.

A site opens in a minute of its own and, with POISSON_GAMMA, has a factor of its own, gamma distributed with mean one
(V. V. Anisimov, V. V. Fedorov, Statistics in Medicine 26 (2007) 4958-4975, doi 10.1002/sim.2956). Its k-th candidate
comes when as many candidates are expected as the first k gaps add up to: gaps are exponential with mean one, which
makes a Poisson process of whatever intensity, by inversion. DETERMINISTIC gaps are one and the first is a half, so that
the number of candidates by any minute is the expected number, rounded. Minutes are rounded down once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.place import BadInput, Place
from trialproof.simulate.accrual.enrolment import SITE_BITS, Ints
from trialproof.simulate.accrual.intensity import Floats, intensity
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.streams import Key, Purpose, uniforms
from trialproof.simulate.scenario.distribution import Distribution, Exponential, Gamma
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Accrual, Arrivals, Scenario

MOST_AT_A_SITE = 65_535
AT_ONCE = 64
"""So many gaps are drawn at first, and then twice as many each time; how many makes no difference to any."""

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


def arrivals(scenario: Scenario, key: Key, replications: ArrayLike) -> Arriving:
    """Return all candidates of these replications; `BadInput` where a site has more than 65,535 of them."""
    wanted = np.asarray(replications, np.int64).reshape(-1)
    accrual, horizon = scenario.accrual, scenario.horizon_days
    opens = np.empty((len(wanted), len(accrual.sites)), np.int64)
    rows, numbers, minutes = [], [], []
    for number, site in enumerate(accrual.sites):
        chances = uniforms(key, Purpose.SITE, wanted, number, 2)
        opens[:, number] = np.floor(quantile(site.opens, chances[:, 0])).astype(np.int64)
        rates = site.rate * _factors(accrual, chances[:, 1])
        expected = intensity(accrual, opens[:, number], horizon)
        row, place, reached = _reached(accrual, key, wanted, number, expected.total * rates)
        if len(place) and place.max() >= MOST_AT_A_SITE:
            raise BadInput(
                f"site `{site.name}` has more than {MOST_AT_A_SITE:,} candidates before the horizon",
                Place(scenario.file),
                help="lower its rate, shorten the horizon, or let several sites stand for it",
            )
        last = horizon * MINUTES_A_DAY - 1
        came = np.floor(np.minimum(expected.when(row, reached / rates[row]), last)).astype(np.int64)
        rows.append(row)
        numbers.append(np.int64(number << SITE_BITS) | place)
        minutes.append(came)
    which, arrive, everyone = sorted_together(np.concatenate(rows), np.concatenate(minutes), np.concatenate(numbers))
    begins = np.searchsorted(which, np.arange(len(wanted) + 1))
    return Arriving(everyone, arrive, begins.astype(np.int64), opens)


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


def _factors(accrual: Accrual, chance: Floats) -> Floats:
    """Return by which factor a site differs from its rate, replication by replication."""
    if accrual.arrivals is not Arrivals.POISSON_GAMMA or accrual.shape is None:
        return np.ones_like(chance)
    return quantile(Distribution(Gamma(accrual.shape, 1.0)), chance)


def _reached(
    accrual: Accrual, key: Key, replications: Ints, site: int, totals: Floats
) -> tuple[NDArray[np.intp], Ints, Floats]:
    """Return (row, place, how many candidates are expected when he comes) of each candidate of one site."""
    rows, places, sums = [], [], []
    active, before, place, more = np.flatnonzero(totals > 0), np.zeros(len(totals)), 0, AT_ONCE
    while len(active) and place <= MOST_AT_A_SITE:
        count, more = min(more, MOST_AT_A_SITE + 1 - place), 2 * more
        those = np.arange(place, place + count, dtype=np.int64)
        gaps = _gaps(accrual, key, replications[active], (site << SITE_BITS) | those)
        gaps[:, 0] += before[active]
        reached = np.cumsum(gaps, axis=1)
        row, column = np.nonzero(reached < totals[active, None])
        rows.append(active[row])
        places.append(those[column])
        sums.append(reached[row, column])
        before[active] = reached[:, -1]
        active, place = active[reached[:, -1] < totals[active]], place + count
    if not rows:
        return np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(rows), np.concatenate(places), np.concatenate(sums)


def _gaps(accrual: Accrual, key: Key, replications: Ints, numbers: Ints) -> Floats:
    """Return the gap before each candidate [replications, numbers], in candidates expected."""
    if accrual.arrivals is Arrivals.DETERMINISTIC:
        first = (numbers & MOST_AT_A_SITE) == 0
        return np.tile(np.where(first, 0.5, 1.0), (len(replications), 1))
    pairs = np.broadcast_arrays(replications[:, None], numbers)
    chances = uniforms(key, Purpose.GAP, pairs[0].reshape(-1), pairs[1].reshape(-1), 1)
    return quantile(GAPS, chances[:, 0]).reshape(pairs[0].shape)
