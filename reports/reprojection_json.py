"""A re-projection as JSON values, and as rows of a table: what the text says, with all digits.

Dates are ISO texts, null where the target is not reached before the horizon; shares are from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from trialproof.model.protocol import Protocol, Selection
from trialproof.simulate.accrual.outlook import QUANTILES, Count, Outlook, SiteOutlook
from trialproof.simulate.accrual.progress import Progress

NAMES = tuple(f"q{round(100 * share):02}" for share in QUANTILES)
SOURCE = "V. V. Anisimov, V. V. Fedorov, Statistics in Medicine 26 (2007) 4958-4975, doi 10.1002/sim.2956"


def reprojection(protocol: Protocol, selection: Selection, outlook: Outlook, passing: float) -> dict[str, Any]:
    """Return a re-projection as JSON values; `passing` is the probability that a candidate can be enrolled."""
    scenario, projection, day = outlook.scenario, outlook.projection, outlook.interim.day
    return {
        "trialproof_reprojection": 1,
        "protocol": {"title": protocol.title, "registry": protocol.registry},
        "scenario": scenario.title,
        "readings": dict(selection),
        "begins": scenario.begins.isoformat(),
        "on": outlook.date_of(day).isoformat(),
        "day": day,
        "horizon": outlook.horizon.isoformat(),
        "target": scenario.accrual.target,
        "enrolled": projection.enrolled,
        "planned": {**_count(outlook.planned_by(day)), **_tails(outlook.plan, day, projection.enrolled)},
        "reached": projection.progress.reached,
        "reached_on": {name: _iso(outlook.reached_by(each)) for name, each in zip(NAMES, QUANTILES, strict=True)},
        "reached_as_planned": outlook.plan.reached,
        "reached_on_as_planned": {
            name: _iso(outlook.reached_by_plan(each)) for name, each in zip(NAMES, QUANTILES, strict=True)
        },
        "enrolled_by": [_coming(outlook, each) for each in outlook.coming()],
        "sites": [_site(each) for each in outlook.sites],
        "prior": {
            "learned": outlook.learned,
            "mean": projection.prior.mean,
            "shape": projection.prior.shape,
            "source": SOURCE,
        },
        "passing": passing,
    }


def rows_of(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a re-projection as rows: a figure, what it is of, its unit, its value, and its quantiles."""
    planned = told["planned"]
    yield _row("enrolled", "", "patients", told["enrolled"])
    yield _row("planned", "", "patients", planned["mean"], planned)
    yield _row("so_few", "", "", planned["so_few"])
    yield _row("so_many", "", "", planned["so_many"])
    yield _row("target", "", "patients", told["target"])
    yield _row("reached", "", "", told["reached"])
    yield _row("reached_on", "", "date", None, told["reached_on"])
    yield _row("reached_as_planned", "", "", told["reached_as_planned"])
    yield _row("reached_on_as_planned", "", "date", None, told["reached_on_as_planned"])
    for each in told["enrolled_by"]:
        yield _row("enrolled_by", each["date"], "patients", each["mean"], each)
        yield _row("planned_by", each["date"], "patients", each["planned"])
    for site in told["sites"]:
        yield _row("opens_at", site["site"], "date", site["opens"])
        for figure, unit in (("enrolled", "patients"), ("planned", "patients"), ("due", "patients"), ("factor", "")):
            yield _row(f"{figure}_at", site["site"], unit, site[figure])
    yield _row("prior_mean", "", "", told["prior"]["mean"])
    yield _row("prior_shape", "", "", told["prior"]["shape"])
    yield _row("passing", "", "", told["passing"])


def _row(
    figure: str, of: str, unit: str, value: object, quantiles: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    found = {name: None if quantiles is None else quantiles[name] for name in NAMES}
    return {"figure": figure, "of": of, "unit": unit, "value": value, **found}


def _coming(outlook: Outlook, day: int) -> dict[str, Any]:
    found = {"date": outlook.date_of(day).isoformat(), "day": day, **_count(outlook.enrolled_by(day))}
    return {**found, "planned": outlook.planned_by(day).mean}


def _site(site: SiteOutlook) -> dict[str, Any]:
    return {
        "site": site.name,
        "opens": _iso(site.opens),
        "enrolled": site.enrolled,
        "planned": site.planned,
        "due": site.due,
        "factor": site.factor,
        "full": site.full,
    }


def _count(count: Count) -> dict[str, Any]:
    return {"mean": count.mean, **dict(zip(NAMES, count.quantiles, strict=True))}


def _tails(plan: Progress, day: int, enrolled: int) -> dict[str, float]:
    """Return how likely a trial that goes as planned has so few before a day, or fewer; and so many, or more."""
    (at,) = np.flatnonzero(plan.days == day)
    fewer, so_few = (float(min(plan.table[at, : enrolled + one].sum(), 1.0)) for one in (0, 1))
    return {"so_few": so_few, "so_many": 1 - fewer}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
