"""Scenarios in Python, for tests: one small whole one, and random populations over random protocols.

`small_protocol()` has two arms with gaps at the boundary of 5 cm and 16 months and for RX, and under the other reading
an overlap; a prescription that asks for the arm, with a gap and an overlap too; a choice that lowers it; a schedule.
`small_scenario()` simulates it; change it with `dataclasses.replace`. `populations(protocol)` draws a population for
any protocol.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from trialproof.model.condition import Compare, Condition, Is, Number, Relation, Value, Yes
from trialproof.model.cycles import quantities_under
from trialproof.model.load import load
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.simulate.population.quantiles import mass
from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Empirical,
    Exponential,
    Family,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)
from trialproof.simulate.scenario.scenario import (
    Accrual,
    Cases,
    Chance,
    Charting,
    Chemotherapy,
    Delivery,
    Department,
    Downtime,
    FollowUp,
    Fractions,
    GrowthFactor,
    Handling,
    Hours,
    MissedPolicy,
    Model,
    Numbers,
    Policies,
    Policy,
    Population,
    Preparation,
    Scenario,
    Shares,
    Site,
    Support,
    Technique,
    Toxicity,
    Treatment,
    Variable,
)

DAY = 1440
SMALL = Path(__file__).with_name("small")


@cache
def small_protocol() -> Protocol:
    return load(SMALL)


def small_population() -> Population:
    return Population(
        variables=(
            Variable("margin", Shares((0.8, 0.15, 0.05))),
            Variable("recurrence", Chance(0.95)),
            Variable(
                "diameter",
                Numbers(Distribution(Lognormal(3.0, 0.5), 0.3, 15.0)),
                Charting(error=0.2, heap=Fraction(1, 2), share=0.5),
            ),
            Variable("months", Numbers(Distribution(Lognormal(10.5, 0.7), 1.0, 60.0))),
            Variable("age", Numbers(Distribution(Normal(60.0, 8.0), 40.0, 82.0))),
            Variable(
                "kps",
                Numbers(Distribution(Empirical((70.0, 80.0, 90.0, 100.0), (0.1, 0.45, 0.4, 0.05)))),
                Charting(missing=0.02),
            ),
            Variable("far", Cases(((Is("margin", ("R0",)), Chance(0.6)),), Chance(0.3))),
            Variable("near", Cases(((Yes("far"), Chance(0.1)),), Chance(0.9))),
            Variable("v50", Cases(((Yes("near"), Numbers(Distribution(Beta(2.0, 6.0, 0.0, 100.0)))),),
                                  Numbers(Distribution(Uniform(0.0, 30.0))))),
        ),
        correlated=("diameter", "months"),
        correlation=((1.0, -0.3), (-0.3, 1.0)),
    )  # fmt: skip


def small_department(name: str) -> Department:
    return Department(
        name=name,
        linacs=2,
        linac_hours=Hours(8 * 60, 18 * 60),
        overtime=60,
        saturday=240,
        background=Distribution(Normal(0.6, 0.07), 0.0, 1.0),
        downtime=Downtime(0.02, Distribution(Triangular(30.0, 60.0, 480.0))),
        scanners=1,
        scanner_hours=Hours(8 * 60, 17 * 60),
        physicists=2,
        physicist_hours=Hours(8 * 60, 16 * 60 + 30),
        chairs=4,
        nurses=2,
        infusion_hours=Hours(8 * 60, 17 * 60),
    )


def small_treatment() -> Treatment:
    dose = Fraction("1.8")
    return Treatment(
        prescription="prescription",
        techniques={"plain": Technique("plain", 25, 12), "boost": Technique("boost", 30, 15)},
        deliveries={
            "small_far": Delivery("plain", ((30, Fraction(2)),)),
            "small_near": Delivery("plain", ((33, dose),)),
            "large_far": Delivery("boost", ((28, dose),)),
            "large_near": Delivery("boost", ((28, dose), (5, Fraction(2)))),
            "lowered": Delivery("plain", ((25, dose),)),
        },
        preparation=Preparation(
            scan=40,
            outlining=Distribution(Triangular(0.5 * DAY, 2.0 * DAY, 5.0 * DAY)),
            planning=Distribution(Triangular(120.0, 240.0, 480.0)),
            checking=Distribution(Triangular(30.0, 60.0, 120.0)),
            reoutlining=Distribution(Triangular(0.5 * DAY, 1.0 * DAY, 2.0 * DAY)),
            replanning=Distribution(Triangular(120.0, 180.0, 300.0)),
            lead_days=1,
        ),
        fractions=Fractions(MissedPolicy.APPEND, no_show=0.01, longest=80),
        toxicity=Toxicity(
            with_factor=Support(neutropenia=0.063, interruption=0.5, delay=0.3, dropout=0.062),
            without=Support(neutropenia=0.394, interruption=0.6, delay=0.4, dropout=0.2),
            nadir_days=10,
            interruption=Distribution(Triangular(3.0 * DAY, 5.0 * DAY, 10.0 * DAY)),
            leaving=Distribution(Uniform(10.0 * DAY, 60.0 * DAY)),
            before_start=0.05,
        ),
        follow_up=FollowUp(every_days=91, visits=4),
        imaging="imaging",
        chemotherapy=Chemotherapy(
            entry="chemotherapy",
            infusion=Distribution(Triangular(180.0, 300.0, 600.0)),
            nurse=30,
            most_cycles=3,
            delay_days=7,
            consolidation={"small": 1, "large": 2},
            consolidation_after=28,
        ),
        growth_factor=GrowthFactor("growth_factor", 10),
    )


def small_scenario() -> Scenario:
    """Three sites, two departments, 40 patients within three years; every policy is of another kind."""
    investigator = Policy(Handling.INVESTIGATOR, {"small": 0.4, "large": 0.6})
    exclude, first = Policy(Handling.EXCLUDE), Policy(Handling.FIRST_LISTED)
    shares = {"small_far": 0.3, "small_near": 0.2, "large_far": 0.1, "large_near": 0.4}
    near_or_far = Policy(Handling.INVESTIGATOR, shares)
    return Scenario(
        title="a small scenario",
        begins=date(2027, 1, 4),
        horizon_days=3 * 365,
        arm="arm",
        population=small_population(),
        accrual=Accrual(
            target=40,
            sites=(
                Site("one", 3 / 30.44, Distribution(Fixed(0.0)), "main"),
                Site("two", 2 / 30.44, Distribution(Uniform(0.0, 180.0 * DAY)), "main", cap=15),
                Site("three", 2 / 30.44, Distribution(Fixed(90.0 * DAY)), "other"),
            ),
            screening=Distribution(Triangular(3.0 * DAY, 10.0 * DAY, 21.0 * DAY)),
            consent=0.8,
            ramp_days=90,
            ramp_start=0.25,
        ),
        policies={
            "arm": Policies(gap=investigator, overlap=investigator, undetermined=exclude),
            "prescription": Policies(gap=near_or_far, overlap=first, undetermined=exclude),
            "lowering": Policies(gap=exclude, overlap=first, undetermined=first),
        },
        departments={"main": small_department("main"), "other": small_department("other")},
        treatment=small_treatment(),
        holidays=(date(2027, 1, 6), date(2027, 5, 3)),
    )


@st.composite
def distributions(draw: DrawFn, low: float = -50.0, high: float = 50.0) -> Distribution:
    """Draw a distribution with much of its mass between two values, sometimes with bounds within them."""
    width = high - low

    def within() -> float:
        return draw(st.floats(low, high, allow_subnormal=False))

    size = draw(st.floats(0.01, 1.0)) * width
    corners = sorted((within(), within(), within()))
    sizes = st.sampled_from((0.2, 0.7, 1.0, 1.5, 4.0))
    family: Family
    match draw(st.integers(0, 8)):
        case 0:
            family = Fixed(within())
        case 1:
            family = Normal(within(), size)
        case 2:
            family = Lognormal(max(abs(within()), 0.01), draw(sizes))
        case 3:
            family = Gamma(draw(sizes), max(abs(within()), 0.01))
        case 4:
            shapes = st.sampled_from((0.7, 1.0, 2.5, 9.0))
            family = Beta(draw(shapes), draw(shapes), corners[0], corners[2] + 0.01 * width)
        case 5:
            family = Uniform(corners[0], corners[2] + 0.01 * width)
        case 6:
            family = Triangular(corners[0], corners[1], corners[2] + 0.01 * width)
        case 7:
            family = Exponential(max(abs(within()), 0.01))
        case _:
            values = sorted(draw(st.lists(st.floats(low, high), min_size=1, max_size=5, unique=True)))
            weights = [draw(st.integers(0, 3)) for _ in values[1:]] + [1]
            family = Empirical(tuple(values), tuple(weight / sum(weights) for weight in weights))
    if draw(st.booleans()):
        bounded = Distribution(family, corners[0] - 0.01 * width, corners[2] + 0.01 * width)
        if mass(bounded) > 1e-9:
            return bounded
    return Distribution(family)


@st.composite
def populations(draw: DrawFn, protocol: Protocol) -> Population:
    """Draw a population for a protocol: conditional tables, heaping, errors, missing values, a correlation."""
    order = _those_it_rests_on_first(protocol)
    variables: list[Variable] = []
    for quantity in order:
        earlier = [each.quantity for each in variables]
        variables.append(Variable(quantity.name, draw(models(protocol, quantity, earlier)), draw(chartings(quantity))))
    plain = [each.quantity for each in variables if isinstance(each.model, Numbers)]
    if len(plain) < 2 or draw(st.booleans()):
        return Population(tuple(variables))
    strength = draw(st.sampled_from((-1.0, -0.5, 0.0, 0.3, 0.99, 1.0)))
    return Population(tuple(variables), tuple(plain[:2]), ((1.0, strength), (strength, 1.0)))


@st.composite
def models(draw: DrawFn, protocol: Protocol, quantity: Quantity, earlier: list[str]) -> Model:
    """Draw how a quantity is distributed, perhaps by a condition on earlier ones."""
    if bool(earlier) and draw(st.booleans()):
        condition = draw(_conditions(protocol, earlier))
        return Cases(((condition, draw(models(protocol, quantity, []))),), draw(models(protocol, quantity, [])))
    match quantity.kind:
        case NumberKind(lower, upper):
            width = float(upper - lower) or 1.0
            return Numbers(draw(distributions(float(lower) - 0.1 * width, float(upper) + 0.1 * width)))
        case CategoryKind(categories):
            weights = [draw(st.integers(0, 4)) for _ in categories[1:]] + [1]
            return Shares(tuple(weight / sum(weights) for weight in weights))
        case YesNoKind():
            return Chance(draw(st.sampled_from((0.0, 0.2, 0.5, 1.0))))


@st.composite
def chartings(draw: DrawFn, quantity: Quantity) -> Charting:
    """Draw how a quantity is charted; errors and heaping are for numbers."""
    missing = draw(st.sampled_from((0.0, 0.3))) if quantity.may_be_missing else 0.0
    if not isinstance(quantity.kind, NumberKind) or draw(st.booleans()):
        return Charting(missing=missing)
    width = quantity.kind.upper - quantity.kind.lower
    heap = draw(st.sampled_from((None, Fraction(1, 2), Fraction(1), Fraction(5, 2))))
    return Charting(
        error=draw(st.sampled_from((0.0, 0.1))) * float(width), heap=heap, share=0.5 if heap else 0.0, missing=missing
    )


def _conditions(protocol: Protocol, names: list[str]) -> st.SearchStrategy[Condition]:
    plain: list[Condition] = []
    for name in names:
        match protocol.quantities[name].kind:
            case CategoryKind(categories):
                plain.append(Is(name, categories[:1]))
            case YesNoKind():
                plain.append(Yes(name))
            case NumberKind(lower, upper):
                plain.append(Compare(Value(name), Relation.LT, Number((lower + upper) / 2)))
    return st.sampled_from(plain)


def _those_it_rests_on_first(protocol: Protocol) -> list[Quantity]:
    """Return the quantities so that each stands behind those that say whether it applies."""
    return sorted(
        protocol.quantities.values(), key=lambda each: len(quantities_under(protocol, (each.applies_if,)))
    )
