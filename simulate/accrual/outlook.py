"""Where a trial stands beside its plan, and how it goes on: everything that a re-projection tells, as numbers.

The plan is the projection from day 0 with the scenario's own prior: what theory says of the scenario, before anybody
came (`twins.accrual`). What the formulas do not cover is refused: they are for candidates who come by chance, and for
arms that take whoever is enrolled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

import numpy as np

from trialproof.simulate.accrual.counts import capped_moments
from trialproof.simulate.accrual.progress import Progress
from trialproof.simulate.accrual.reprojection import (
    MEANS,
    SHAPES,
    STEP,
    Interim,
    Projection,
    SiteSoFar,
    days_ahead,
    estimated,
    expected_more,
    planned,
    project,
    so_far,
)
from trialproof.simulate.scenario.distribution import Fixed
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Arrivals, Scenario

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
QUARTERS = (1, 4, 7, 10)
AT_LEISURE, MOST = 1_000_000_000, 8_000_000_000
"""So many numbers are worked out in about half a minute, and in a few minutes at most."""
LONGEST_STEP = 30


class NotProjected(Exception):
    """The formulas do not cover this scenario; the message completes `no projection: ...`."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many are enrolled before a day, never more than the target: mean, and the numbers at `QUANTILES`."""

    mean: float
    quantiles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SiteOutlook:
    """One site before the day of the counts.

    It opens on the date `opens` (None: by chance, and not yet); `enrolled` so many; `planned` by the scenario; `due` by
    the scenario if it opens when it does; `factor` times its planned rate is what it is taken to recruit at. A `full`
    one recruits no more.
    """

    name: str
    opens: date | None
    enrolled: int
    planned: float
    due: float
    factor: float
    full: bool


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Where a trial stands before the day of the interim, how it goes on, and how it was planned."""

    scenario: Scenario
    interim: Interim
    learned: bool
    sites: tuple[SiteOutlook, ...]
    projection: Projection
    plan: Progress

    def date_of(self, day: float) -> date:
        """Return the date on which a day of the trial lies."""
        return self.scenario.begins + timedelta(days=floor(day))

    @property
    def horizon(self) -> date:
        """The date at which the scenario ends."""
        return self.date_of(self.scenario.horizon_days)

    def reached_by(self, probability: float) -> date | None:
        """Return the date by which the target is reached with this probability; None if after the horizon."""
        return self._date(self.projection.progress.quantile(probability))

    def reached_by_plan(self, probability: float) -> date | None:
        """Return the same for the trial as it was planned."""
        return self._date(self.plan.quantile(probability))

    def enrolled_by(self, day: int) -> Count:
        """Return how many are enrolled before a day from the interim on."""
        more = count(self.projection.progress, day)
        here = self.projection.enrolled
        return Count(here + more.mean, tuple(here + each for each in more.quantiles))

    def planned_by(self, day: int) -> Count:
        """Return how many were planned before any day of the trial."""
        return count(self.plan, day)

    def coming(self) -> list[int]:
        """Return the days on which a quarter of a year begins, and the horizon."""
        return coming(self.scenario, self.interim.day)

    def _date(self, day: float | None) -> date | None:
        return None if day is None else self.date_of(day)


def outlook(
    scenario: Scenario, interim: Interim, passing: float, arms: Mapping[str, float], *, learned: bool
) -> Outlook:
    """Return where the trial stands and how it goes on.

    `passing` is the probability that a candidate can be enrolled, `arms` the share of each arm (`twins.shares`). How
    sites differ from their plan is as the scenario states, or `learned` from the counts. Raises `NotProjected`; and
    ValueError for counts that cannot be, as `reprojection.reproject` does.
    """
    _check_covered(scenario, arms)
    missing = scenario.accrual.target - sum(interim.enrolled.values())
    step = _step(scenario, interim.day, missing, learned=learned)
    ahead = days_ahead(scenario, interim.day, coming(scenario, interim.day), step)
    sites = so_far(scenario, interim, passing, ahead)
    prior = estimated(sites) if learned else planned(scenario)
    projection = project(sites, scenario.accrual.target, prior, ahead)
    days = days_ahead(scenario, 0, ahead, step)
    beginning = so_far(scenario, Interim(0, {}, {}), passing, days)
    plan = project(beginning, scenario.accrual.target, planned(scenario), days).progress
    at, best = days.index(interim.day), planned(scenario).best
    told = tuple(
        _site(scenario, interim, now, expected_more(first, best, at), projection.factor[now.name])
        for now, first in zip(sites, beginning, strict=True)
    )
    return Outlook(scenario, interim, learned, told, projection, plan)


def coming(scenario: Scenario, day: int) -> list[int]:
    """Return the days after this one on which a quarter of a year begins, and the horizon."""
    end = scenario.horizon_days
    now, last = (scenario.begins + timedelta(days=each) for each in (day, end))
    quarters = (date(year, month, 1) for year in range(now.year, last.year + 1) for month in QUARTERS)
    return [*((each - scenario.begins).days for each in quarters if now < each < last), end]


def count(progress: Progress, day: int) -> Count:
    """Return how many are enrolled before one of the days of a table."""
    (at,) = np.flatnonzero(progress.days == day)
    row = progress.table[at : at + 1]
    below = np.cumsum(row[0])
    return Count(float(capped_moments(row)[0][0]), tuple(int(np.searchsorted(below, each)) for each in QUANTILES))


def _check_covered(scenario: Scenario, arms: Mapping[str, float]) -> None:
    accrual = scenario.accrual
    if accrual.arrivals is Arrivals.DETERMINISTIC:
        raise NotProjected("candidates come at even intervals, so that the counts say nothing of chance")
    for arm, cap in accrual.arm_caps.items():
        if cap < accrual.target and arms.get(arm, 1.0) > 0:
            raise NotProjected(f"arm `{arm}` takes at most {cap}, and the counts are not by arm")


def _step(scenario: Scenario, day: int, missing: int, *, learned: bool) -> int:
    """Return how many days lie between two of a projection: the more, the larger it is."""
    priors = len(SHAPES) * len(MEANS) if learned else 1
    work = priors * max(missing, 1) * len(scenario.accrual.sites) * (scenario.horizon_days - day)
    if work / LONGEST_STEP > MOST:
        advice = "; with `--as-planned` there is less to work out" if learned else ""
        raise NotProjected(f"so many sites and patients cannot be added up in reasonable time{advice}")
    return min(max(STEP, ceil(work / AT_LEISURE)), LONGEST_STEP)


def _site(scenario: Scenario, interim: Interim, site: SiteSoFar, planned_by_now: float, factor: float) -> SiteOutlook:
    (plan,) = (each for each in scenario.accrual.sites if each.name == site.name)
    day: float | None = interim.opened.get(site.name)
    if day is None and isinstance(plan.opens.family, Fixed):
        day = plan.opens.family.value / MINUTES_A_DAY
    opens = None if day is None else scenario.begins + timedelta(days=floor(day))
    return SiteOutlook(site.name, opens, site.enrolled, planned_by_now, site.expected, factor, site.room == 0)
