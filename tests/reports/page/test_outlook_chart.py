"""The chart of a re-projection: where the count stands, that bands begin there, and what lies beyond the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from trialproof.reports.page.charts.fan import DAYS_A_MONTH, LEFT, TALL, TOP
from trialproof.reports.page.charts.outlook import chart
from trialproof.reports.page.map_figure import Tree
from trialproof.simulate.accrual.outlook import Outlook, outlook
from trialproof.simulate.accrual.reprojection import Interim
from trialproof.simulate.scenario.distribution import Distribution, Fixed
from trialproof.simulate.scenario.scenario import Accrual, Population, Scenario, Site


def found(count: int, days: int, on: int = 100) -> Outlook:
    site = Site("a", 0.2, Distribution(Fixed(0.0)), "main")
    accrual = Accrual(40, (site,), Distribution(Fixed(0.0)))
    plan = Scenario("s", date(2027, 1, 4), days, "arm", Population(()), accrual, {}, {})
    return outlook(plan, Interim(on, {"a": count}, {}), 1.0, {}, learned=False)


def elements(tree: Tree, tag: str, kind: str) -> Iterator[dict[str, str]]:
    for each in tree[2]:
        if not isinstance(each, str):
            if each[0] == tag and each[1].get("class") == kind:
                yield each[1]
            yield from elements(each, tag, kind)


def words(tree: Tree) -> str:
    own = [each for each in tree[2] if isinstance(each, str)]
    return " ".join([*own, *(words(each) for each in tree[2] if not isinstance(each, str))])


def corners(path: dict[str, str]) -> list[tuple[float, float]]:
    pairs = path["d"].strip("MZ").split("L")
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in pairs)]


def test_every_band_begins_at_the_count_and_the_plan_at_the_beginning() -> None:
    tree = chart(found(12, 400)).tree
    (dot,) = (each for each in elements(tree, "circle", "trial accent") if float(each["cx"]) > 20)
    here = (float(dot["cx"]), float(dot["cy"]))
    for kind in ("band outer", "band inner", "median"):
        (path,) = elements(tree, "path", kind)
        assert corners(path)[0] == pytest.approx(here, abs=0.1)
    (plan,) = elements(tree, "path", "exact-line")
    assert corners(plan)[0] == pytest.approx((LEFT, TOP + TALL), abs=0.1)
    assert here[1] == pytest.approx(TOP + TALL * (1 - 12 / (40 * 1.08)), abs=0.1)


def test_curves_never_fall_and_the_median_stops_at_the_target() -> None:
    tree = chart(found(12, 400)).tree
    for kind in ("median", "exact-line"):
        (path,) = elements(tree, "path", kind)
        heights = [y for _, y in corners(path)]
        assert heights == sorted(heights, reverse=True)
        assert min(heights) >= TOP + TALL * (1 - 1 / 1.08) - 0.1


def test_only_the_months_that_matter_are_drawn() -> None:
    assert "month 12" in words(chart(found(12, 400)).tree)
    assert "month 60" not in words(chart(found(12, 3000)).tree)


def test_an_end_beyond_the_horizon_has_no_mark_there() -> None:
    sure, open_end, never = (chart(found(count, days, 90)).tree for count, days in ((20, 400), (19, 200), (1, 120)))
    caps = [[each for each in elements(tree, "line", "range") if each["x1"] == each["x2"]] for tree in (sure, open_end)]
    assert list(map(len, caps)) == [2, 1]
    assert "perhaps after" not in words(sure)
    assert "perhaps after 2027-07-23" in words(open_end)
    assert "not before 2027-05-04, or hardly ever" in words(never)
    assert not list(elements(never, "line", "range"))


def test_a_trial_of_less_than_a_month_can_be_drawn() -> None:
    tree = chart(found(1, 20, 10)).tree
    assert "start" in words(tree)
    assert 20 / DAYS_A_MONTH < 1
