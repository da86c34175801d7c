"""A scenario, loaded: every assumption of a simulation as a frozen value, every name resolved against the protocol.

`scenario.load` builds it from a file. Lengths of time are whole minutes, or distributions in minutes, unless a name
says days; minutes of a day count from midnight; weekdays count from Monday, 0. What carries a source in the file is
listed once, in `assumptions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import TypeAlias, Union

from trialproof.model.condition import Condition
from trialproof.model.place import NOWHERE, Place
from trialproof.model.schedule import WORKING_WEEK
from trialproof.simulate.scenario.distribution import Distribution

MINUTES_A_DAY = 1440


class Standing(Enum):
    """What stands behind a value, the strongest first."""

    PUBLISHED = "published"
    DERIVED = "derived"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One entry of the file: where it is (`population.diameter`), what it says in words, and what stands behind it."""

    path: str
    says: str
    sources: tuple[tuple[Standing, str], ...]
    place: Place = NOWHERE

    @property
    def standing(self) -> Standing:
        """The weakest of its sources: a value is as good as the worst thing that it rests on."""
        order = list(Standing)
        return max((standing for standing, _ in self.sources), key=order.index)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a number quantity is distributed, in its own unit."""

    distribution: Distribution


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each category occurs, in the order of the quantity; they sum to one."""

    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """How often a yes/no is yes."""

    probability: float


@dataclass(frozen=True, slots=True)
class Cases:
    """A table: the first condition that holds decides, of true values that stand earlier; else `otherwise`."""

    cases: tuple[tuple[Condition, Model], ...]
    otherwise: Model


Model: TypeAlias = Union[Numbers, Shares, Chance, Cases]


@dataclass(frozen=True, slots=True)
class Charting:
    """What becomes of a true value on its way into the chart, in this order.

    A normal error of standard deviation `error` is added; a `share` of the records is heaped, that is rounded to the
    nearest multiple of `heap`; then the quantity's own rounding applies, and the value is kept within its range. A
    `missing` share of the records is not there at all.
    """

    error: float = 0.0
    heap: Fraction | None = None
    share: float = 0.0
    missing: float = 0.0


@dataclass(frozen=True, slots=True)
class Variable:
    """One quantity of the protocol: how it is distributed and how it is charted."""

    quantity: str
    model: Model
    charting: Charting = Charting()


@dataclass(frozen=True, slots=True)
class Population:
    """All that is recorded, in the order of the file, and how it hangs together.

    `correlated` names variables whose model is `Numbers`; `correlation` is the matrix of their Gaussian copula (rows of
    floats, positive semi-definite, ones on the diagonal). All other dependence is by `Cases`.
    """

    variables: tuple[Variable, ...]
    correlated: tuple[str, ...] = ()
    correlation: tuple[tuple[float, ...], ...] = ()


class Arrivals(Enum):
    """How candidates come: evenly spaced, as a Poisson process, or so with a rate that differs from site to site."""

    DETERMINISTIC = "deterministic"
    POISSON = "poisson"
    POISSON_GAMMA = "poisson-gamma"


@dataclass(frozen=True, slots=True)
class Site:
    """A site: `rate` candidates a day once it is fully under way, opening so many minutes after the beginning.

    `cap` is the most that it enrols (None: no limit); its patients are treated in the department named.
    """

    name: str
    rate: float
    opens: Distribution
    department: str
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Accrual:
    """How candidates come and how many are wanted.

    `shape` is that of the gamma distribution, of mean one, by which sites differ (POISSON_GAMMA only). A site starts
    with the share `ramp_start` of its rate and rises evenly over `ramp_days`. `pieces` are (day of the trial, factor)
    pairs, ascending, the first of day 0: from then on every rate is multiplied so. `screening` is the time from a
    candidate's arrival to his enrolment; `consent` the share of the eligible who then take part.
    """

    target: int
    sites: tuple[Site, ...]
    screening: Distribution
    consent: float = 1.0
    arrivals: Arrivals = Arrivals.POISSON
    shape: float | None = None
    ramp_days: int = 0
    ramp_start: float = 1.0
    pieces: tuple[tuple[int, float], ...] = ((0, 1.0),)
    arm_caps: Mapping[str, int] = field(default_factory=dict)


class Handling(Enum):
    """What is done with a patient whom a decision does not settle."""

    EXCLUDE = "exclude"
    FIRST_LISTED = "first listed"
    INVESTIGATOR = "investigator"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done with a patient in a gap, in an overlap, or whose choice is undetermined.

    EXCLUDE: a screening failure. FIRST_LISTED: in an overlap, the first of the clashing choices; elsewhere the first
    choice of the decision. INVESTIGATOR: one of the choices by `shares` (choice to share; in an overlap only among
    those that clash, rescaled; choices that are not named get nothing).
    """

    handling: Handling
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """One policy for each way in which a decision can leave a patient unsettled."""

    gap: Policy
    overlap: Policy
    undetermined: Policy


@dataclass(frozen=True, slots=True)
class Technique:
    """How long the patient occupies a linac, in minutes: with the first fraction, and with each later one."""

    name: str
    first: int
    later: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one course is delivered: a technique, and for each phase its number of fractions and dose per fraction (Gy).

    The dose is that of the highest level of a simultaneous boost.
    """

    technique: str
    phases: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when a desk or a linac works on an open day, in minutes of the day."""

    opens: int
    closes: int

    @property
    def minutes(self) -> int:
        """How long that is."""
        return self.closes - self.opens


@dataclass(frozen=True, slots=True)
class Downtime:
    """Breakdowns of a linac: the share of opening time that is lost, and how long one lasts (minutes, within a day)."""

    share: float
    outage: Distribution


@dataclass(frozen=True, slots=True)
class Department:
    """A radiotherapy department with its day unit for infusions.

    `linacs` machines work `linac_hours`, up to `overtime` minutes longer where a breakdown makes it necessary, and
    `saturday` minutes on a make-up Saturday. `background` is the share of a linac's regular minutes that other patients
    have booked, day by day (a distribution over 0 to 1). Physicists plan and check, pausing overnight; an infusion
    needs a chair throughout and a nurse at its beginning.
    """

    name: str
    linacs: int
    linac_hours: Hours
    overtime: int
    saturday: int
    background: Distribution
    downtime: Downtime
    scanners: int
    scanner_hours: Hours
    physicists: int
    physicist_hours: Hours
    chairs: int
    nurses: int
    infusion_hours: Hours


@dataclass(frozen=True, slots=True)
class Preparation:
    """From enrolment to the first fraction, at least `lead_days` after the plan is approved; and to a new plan.

    CT simulation takes `scan` minutes of the scanner, outlining elapsed time, all else minutes of a physicist.
    """

    scan: int
    outlining: Distribution
    planning: Distribution
    checking: Distribution
    reoutlining: Distribution
    replanning: Distribution
    lead_days: int


class MissedPolicy(Enum):
    """What becomes of a missed fraction: left out, appended, made up on Saturday, or by a second one in a day."""

    OMIT = "omit"
    APPEND = "append"
    SATURDAY = "saturday"
    TWICE = "twice a day"


@dataclass(frozen=True, slots=True)
class Fractions:
    """How fractions are missed and made up; no fraction lies more than `longest` days after the first one."""

    missed: MissedPolicy
    no_show: float
    longest: int


@dataclass(frozen=True, slots=True)
class Chemotherapy:
    """Infusions by an entry of the protocol's schedule: a chair for the whole, a nurse for the first `nurse` minutes.

    While the blood count is too low, the next cycle is put off by `delay_days`, once, with a probability that depends
    on `support`. After irradiation, `consolidation` more cycles follow, the first `consolidation_after` days after it.
    """

    entry: str
    infusion: Distribution
    nurse: int
    most_cycles: int
    delay_days: int
    consolidation: Mapping[str, int]
    consolidation_after: int


@dataclass(frozen=True, slots=True)
class Support:
    """What happens to patients under one policy of supportive care, after each cycle of chemotherapy.

    `neutropenia`: probability of a severe low count. `interruption`: of those, the share whose irradiation is
    interrupted. `delay`: of those, the share whose next cycle is put off. `dropout`: probability of leaving treatment,
    over the whole course.
    """

    neutropenia: float
    interruption: float
    delay: float
    dropout: float


@dataclass(frozen=True, slots=True)
class Toxicity:
    """Low counts by policy: with the growth factor given after each cycle, and without.

    A low count shows `nadir_days` days after the infusion, and an interruption lasts `interruption` (minutes, in whole
    days). `leaving` says when, after enrolment, a patient who drops out leaves. `before_start` is the probability of
    leaving between enrolment and the first fraction, on top of it.
    """

    with_factor: Support
    without: Support
    nadir_days: int
    interruption: Distribution
    leaving: Distribution
    before_start: float


@dataclass(frozen=True, slots=True)
class GrowthFactor:
    """Injections by an entry of the schedule, `minutes` of a nurse each; on closed days they are given elsewhere."""

    entry: str
    minutes: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """So many visits, so many days apart, from the end of irradiation."""

    every_days: int
    visits: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """All that happens to an enrolled patient; None where something is not simulated.

    `prescription` is the decision whose choices carry courses, `deliveries` how each is delivered, by choice (a choice
    that lowers another one included, under its own name). `imaging` names the entry of the schedule that asks for a
    new scan and plan in mid-course.
    """

    prescription: str
    techniques: Mapping[str, Technique]
    deliveries: Mapping[str, Delivery]
    preparation: Preparation
    fractions: Fractions
    toxicity: Toxicity
    follow_up: FollowUp
    imaging: str | None = None
    chemotherapy: Chemotherapy | None = None
    growth_factor: GrowthFactor | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Every assumption of a simulation.

    Day 0 is the date `begins`; nothing is simulated after `horizon_days` days. `arm` is the decision that assigns arms;
    `policies` has an entry for it and for each other decision that treatment asks for. Holidays close everything.
    """

    title: str
    begins: date
    horizon_days: int
    arm: str
    population: Population
    accrual: Accrual
    policies: Mapping[str, Policies]
    departments: Mapping[str, Department]
    treatment: Treatment | None = None
    reading: Mapping[str, str] = field(default_factory=dict)
    open_days: frozenset[int] = WORKING_WEEK
    holidays: tuple[date, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    file: str = "scenario.yaml"
