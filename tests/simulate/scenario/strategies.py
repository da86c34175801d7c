"""Scenarios of many shapes for the sample protocol, as data: every one of them can be loaded."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.simulate.scenario.sample import SCENARIO
from trialproof.model.exact import plain
from trialproof.model.source import parse_source

Data: TypeAlias = dict[str, Any]
GOOD: Data = dict(parse_source("scenario.yaml", SCENARIO).data)

words = st.sampled_from(["Doe 2020", "no source was found", "8 = 24 / 3"])


@st.composite
def sources(draw: st.DrawFn) -> Data:
    """One to three keys that say what stands behind an entry."""
    keys = draw(st.sets(st.sampled_from(["published", "derived", "assumed"]), min_size=1))
    return {key: draw(words) for key in sorted(keys)}


@st.composite
def shares_of(draw: st.DrawFn, names: list[str]) -> dict[str, str]:
    """Shares that sum to one, exactly."""
    weights = draw(st.lists(st.integers(0, 9), min_size=len(names), max_size=len(names)).filter(any))
    return {name: plain(Fraction(weight, sum(weights))) for name, weight in zip(names, weights, strict=True)}


@st.composite
def spreads(draw: st.DrawFn, low: int, high: int, unit: str = "") -> Data:
    """A distribution of any family within bounds that are at least ten apart."""
    first = draw(st.integers(low, high - 4))
    second = draw(st.integers(first + 2, high - 1))
    third = draw(st.integers(second + 1, high))

    def say(number: int) -> str:
        return f"{number} {unit}".strip()

    middle = {"mean": say(second), "sd": say(1 + (high - low) // 4)}
    family: Data = draw(
        st.sampled_from(
            [
                {"fixed": say(first)},
                {"normal": middle},
                {"lognormal": {"median": say(second), "sigma": "0.4"}},
                {"gamma": {"shape": "2", "mean": say(second)}},
                {"beta": {"a": "2", "b": "3/2", "over": [say(first), say(third)]}},
                {"uniform": [say(first), say(third)]},
                {"triangular": [say(first), say(second), say(third)]},
                {"triangular": [say(first), say(first), say(third)]},
                {"exponential": {"mean": say(second)}},
                {"values": {say(first): "1/3", say(third): "2/3"}},
            ]
        )
    )
    if not {"fixed", "values"} & set(family) and draw(st.booleans()):
        family |= {"between": [say(max(first, 0)), say(third)]}
    return family


@st.composite
def populations(draw: st.DrawFn) -> Data:
    """All quantities that rules ask for, in one of two orders."""
    found: Data = {
        "stage": {"shares": draw(shares_of(["A", "B", "C"]))} | draw(sources()),
        "size": draw(spreads(1, 20, "cm")) | draw(sources()),
        "age": draw(spreads(18, 100, draw(st.sampled_from(["", "years"])))) | draw(sources()),
        "near": {"probability": draw(st.sampled_from(["0", "1", "0.25", "30 %", "1/7"]))} | draw(sources()),
    }
    if draw(st.booleans()):
        found["size"]["charting"] = {"heaping": {"to": "5 mm", "share": "1/2"}} | draw(sources())
    if draw(st.booleans()):
        found = dict(reversed(found.items()))
    cases = [
        {"when": condition} | draw(spreads(0, 100))
        for condition in draw(st.lists(st.sampled_from(["big", "near", "stage is one of (A, B)", "age > 30 years"])))
    ]
    found["marker"] = {"cases": [*cases, {"when": "otherwise"} | draw(spreads(0, 100))]} | draw(sources())
    found["marker"]["charting"] = {"missing": draw(st.sampled_from(["0", "5%", "1"]))} | draw(sources())
    found["fit"] = {"probability": "0.9"} | draw(sources())
    return found


@st.composite
def accruals(draw: st.DrawFn, departments: list[str]) -> Data:
    """Sites for these departments, at least one for each."""
    arrivals: Data = draw(
        st.sampled_from([{"deterministic": "true"}, {"poisson": "true"}, {"poisson_gamma": {"shape": "1.2"}}])
    )
    names = [*departments, *draw(st.lists(st.sampled_from(departments), max_size=3))]
    found: Data = {
        "target": {"value": str(draw(st.integers(1, 500)))} | draw(sources()),
        "arrivals": arrivals | draw(sources()),
        "consent": {"probability": draw(st.sampled_from(["1", "0.5", "80%"]))} | draw(sources()),
        "screening": draw(spreads(0, 60, "days")) | draw(sources()),
        "sites": {
            f"site {at}": {"rate": draw(st.sampled_from(["3 per month", "0.1/day", "5 per year"])), "department": name}
            | {"opens": draw(st.one_of(st.just("0 days"), spreads(0, 400, "days")))}
            | draw(sources())
            for at, name in enumerate(names)
        },
    }
    if draw(st.booleans()):
        found["ramp_up"] = {"from": "25%", "over": "90 days"} | draw(sources())
    if draw(st.booleans()):
        found["pieces"] = {"factors": [{"from": "100 days", "factor": "0.5"}]} | draw(sources())
    if draw(st.booleans()):
        found["arm_caps"] = {"most": {"long": "30"}} | draw(sources())
    return found


@st.composite
def scenarios(draw: st.DrawFn) -> Data:
    """A scenario for the sample protocol."""
    found: Data = {**GOOD, "population": draw(populations())}
    found.pop("correlations")
    departments = ["big_one", *(["small_one"] if draw(st.booleans()) else [])]
    found["departments"] = {name: GOOD["departments"][name] for name in departments}
    found["accrual"] = draw(accruals(departments))
    treatment: Data = {**GOOD["treatment"]}
    if draw(st.booleans()):
        treatment.pop("growth_factor")
        treatment["toxicity"] = {**treatment["toxicity"]}
        treatment["toxicity"].pop("with_growth_factor")
        if draw(st.booleans()):
            treatment.pop("chemotherapy")
    if draw(st.booleans()):
        treatment.pop("imaging")
    found["treatment"] = treatment
    return found
