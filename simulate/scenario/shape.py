"""What a `scenario.yaml` may look like, key by key: the form of each part, before anything in it is understood.

Every scalar is a text here. Descriptions are published in the JSON Schema, where an editor shows them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from trialproof.model.document import show
from trialproof.model.part import FILLED, NAMED, Amount, Count, Maybe, OnlyTrue, OrAlone, Part, Short, Text, complain
from trialproof.simulate.scenario.scenario import Handling
from trialproof.simulate.scenario.shape_department import Department
from trialproof.simulate.scenario.shape_population import Correlation, Variable
from trialproof.simulate.scenario.shape_treatment import Treatment
from trialproof.simulate.scenario.shape_value import (
    FIXED,
    Backed,
    BackedSpread,
    Chance,
    Shares,
    Size,
    Spread,
    Words,
    one_of,
)

VERSION = "1"
HANDLINGS = tuple(handling.value for handling in Handling)
NOTHING_YET = Short(type(None), lambda _: {}, ("null",))
NONE_YET = Short(type(None), lambda _: [], ("null",))


def _be_this_version(text: str) -> str:
    if text != VERSION:
        complain(f"format {show(text)} is not known", help=f"this release reads `trialproof_scenario: {VERSION}`")
    return text


class PoissonGamma(Part):
    """Sites whose rates differ by a gamma distribution of mean one."""

    shape: Amount = Field(description="Its shape; the variance between sites is one over it.")


class Arrivals(Backed):
    """How candidates come."""

    exactly_one = ("deterministic", "poisson", "poisson_gamma")

    deterministic: Maybe[OnlyTrue] = Field(default=None, description="Evenly spaced.")
    poisson: Maybe[OnlyTrue] = Field(default=None, description="As a Poisson process at each site.")
    poisson_gamma: Maybe[PoissonGamma] = Field(
        default=None, description="As Poisson processes with a rate that differs from site to site."
    )


class RampUp(Backed):
    """How a site gets under way."""

    start: Amount = Field(alias="from", description="The share of its rate with which it opens, `25 %`.")
    over: Amount = Field(description="How many days it takes to the full rate; it rises evenly.")


class Piece(Part):
    """A time from which all rates are multiplied by a factor."""

    start: Amount = Field(alias="from", description="The day of the trial, such as `365 days`.")
    factor: Amount = Field(description="The factor, which holds until the next piece.")


class Pieces(Backed):
    """Rates that change in the course of the trial."""

    factors: Annotated[list[Piece], FILLED] = Field(description="Times in ascending order, each with its factor.")


class ArmCaps(Backed):
    """The most patients that arms take."""

    most: Annotated[dict[str, Count], FILLED] = Field(description="Arms, each with the most patients it takes.")


class Site(Backed):
    """A place that recruits."""

    rate: Amount = Field(description="How many candidates come once it is fully under way, such as `3 per month`.")
    opens: Annotated[Spread, FIXED] = Field(description="When it opens, counted from the beginning of the trial.")
    department: Maybe[Words] = Field(default=None, description="The department that treats its patients.")
    cap: Maybe[Count] = Field(default=None, description="The most patients that it enrols.")


class Accrual(Part):
    """How candidates come, and how many patients are wanted."""

    target: Size = Field(description="How many patients are to be enrolled.")
    arrivals: Arrivals = Field(description="By which process candidates come.")
    ramp_up: Maybe[RampUp] = Field(default=None, description="How a site gets under way; else at once.")
    pieces: Maybe[Pieces] = Field(default=None, description="From when on all rates change; else never.")
    consent: Chance = Field(description="How likely an eligible candidate takes part.")
    screening: BackedSpread = Field(description="From the arrival of a candidate to enrolment.")
    arm_caps: Maybe[ArmCaps] = Field(default=None, description="The most patients that arms take; else any number.")
    sites: Annotated[dict[str, Site], FILLED] = Field(description="Places that recruit, by name.")


class Policy(Backed):
    """What is done with a patient whom a decision does not settle."""

    do: one_of(*HANDLINGS) = Field(  # type: ignore[valid-type]
        description="`exclude`: not enrolled; `first listed`: the first choice that is possible; `investigator`: one "
        "of them by chance."
    )
    shares: Maybe[Shares] = Field(
        default=None, description="With `investigator`: each choice with its share; they sum to 1."
    )


class Policies(Part):
    """What is done with patients whom one decision does not settle."""

    gap: Maybe[Policy] = Field(default=None, description="Patients who get fewer choices than intended.")
    overlap: Maybe[Policy] = Field(default=None, description="Patients who get more choices than intended.")
    undetermined: Policy = Field(description="Patients of whom something is not recorded that the choice rests on.")


class Calendar(Backed):
    """The days on which anything is open."""

    open_days: Text = Field(description="The weekdays, such as `Mon-Fri`.")
    holidays: Maybe[Annotated[list[Text], OrAlone(), FILLED]] = Field(
        default=None, description="Dates on which nothing is open: `2027-10-01` or `2027-10-01 to 2027-10-07`."
    )


class ScenarioFile(Part):
    """Every assumption of a simulation, each with its source."""

    trialproof_scenario: Annotated[str, AfterValidator(_be_this_version), WithJsonSchema({"enum": [1, VERSION]})] = (
        Field(description="The version of this format.")
    )
    title: Words = Field(description="What to call the scenario.")
    protocol: Words = Field(description="The protocol that it is for: its registry number, or its title without one.")
    begins: Text = Field(description="The date of day 0, such as `2027-01-04`.")
    horizon: Amount = Field(description="Nothing is simulated after so many days, such as `3000 days`.")
    arm: Words = Field(description="The decision that assigns arms.")
    reading: Annotated[dict[str, Text], NOTHING_YET] = Field(
        default={}, description="Sentences that are read otherwise than preferred, each with its reading."
    )
    calendar: Calendar = Field(description="On which days anything is open.")
    population: Annotated[dict[str, Variable], FILLED] = Field(
        description="How each quantity of the protocol is spread, by name, in the order in which they are drawn."
    )
    correlations: Annotated[list[Correlation], NONE_YET] = Field(
        default=[], description="How numbers of the population hang together; else they do not."
    )
    accrual: Accrual = Field(description="How candidates come.")
    policies: Annotated[dict[str, Policies], FILLED] = Field(
        description="What is done with patients whom a decision does not settle, by decision."
    )
    departments: Annotated[dict[str, Department], NOTHING_YET] = Field(
        default={}, description="Where patients are treated, by name.", json_schema_extra=NAMED
    )
    treatment: Maybe[Treatment] = Field(
        default=None, description="What happens to an enrolled patient; without it, nobody is treated."
    )
