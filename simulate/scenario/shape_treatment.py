"""What the treatment of a scenario file may look like: from the CT simulation to the last visit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trialproof.model.part import FILLED, NAMED, Amount, Count, Maybe, OrAlone, Part, Text
from trialproof.simulate.scenario.scenario import MissedPolicy
from trialproof.simulate.scenario.shape_value import (
    Backed,
    BackedSpread,
    Chance,
    Size,
    Time,
    Whole,
    Words,
    one_of,
)

MISSED = tuple(policy.value for policy in MissedPolicy)


class Technique(Backed):
    """How long a patient occupies a linac."""

    first: Amount = Field(description="With the first fraction, such as `28 minutes`.")
    later: Amount = Field(description="With each later one.")


class Delivery(Backed):
    """How one course of the protocol is given: what is chosen where it leaves a choice."""

    technique: Words = Field(description="The name of a technique.")
    course: Annotated[list[Text], OrAlone(), FILLED] = Field(
        description="Total, dose per fraction and number of fractions, `60 Gy / 2 Gy / 30 f`; a list of them for "
        "phases in a row, and of a simultaneous boost the highest level."
    )


class Preparation(Part):
    """From enrolment to the first fraction."""

    scan: Time = Field(description="How long CT simulation takes a scanner.")
    outlining: BackedSpread = Field(description="From the scan to the outlines, elapsed time.")
    planning: BackedSpread = Field(description="Time of a physicist for the plan.")
    checking: BackedSpread = Field(description="Time of a physicist for checking it.")
    reoutlining: BackedSpread = Field(description="In mid-course, from the new scan to its outlines, elapsed time.")
    replanning: BackedSpread = Field(description="Time of a physicist for a new plan in mid-course.")
    lead: Time = Field(description="From the approved plan to the first fraction at least, in days.")


class Missed(Backed):
    """What becomes of a missed fraction."""

    do: one_of(*MISSED) = Field(  # type: ignore[valid-type]
        description="It is left out, appended to the course, made up on a Saturday, or by a second one in a day."
    )


class Fractions(Part):
    """How fractions are missed, and what becomes of them."""

    missed: Missed = Field(description="What is done about a missed fraction.")
    no_show: Chance = Field(description="How likely a patient does not come to an appointment.")
    longest: Time = Field(description="No fraction is given later than so many days after the first.")


class Consolidation(Backed):
    """Chemotherapy after irradiation."""

    cycles: Annotated[dict[str, Whole], FILLED] = Field(description="Each arm with its number of cycles.")
    after: Amount = Field(description="From the last fraction to the first of these cycles, such as `28 days`.")


class Chemotherapy(Part):
    """Infusions in the day unit, as often as an entry of the protocol's schedule says."""

    entry: Words = Field(description="The name of the entry, which says `every`.")
    infusion: BackedSpread = Field(description="How long an infusion takes a chair.")
    nurse: Time = Field(description="How long it takes a nurse at its beginning.")
    most_cycles: Size = Field(description="At most so many cycles during irradiation.")
    delay: Time = Field(description="How long a cycle is put off while the blood count is low, in days.")
    consolidation: Consolidation = Field(description="Further cycles after irradiation.")


class GrowthFactor(Part):
    """Injections after chemotherapy, as an entry of the protocol's schedule says."""

    entry: Words = Field(description="The name of the entry, which says `after` chemotherapy.")
    injection: Time = Field(description="How long one takes a nurse.")


class Support(Backed):
    """What happens to patients under one policy of supportive care."""

    neutropenia: Amount = Field(description="How likely a severely low count follows a cycle.")
    interruption: Amount = Field(description="Of those, the share whose irradiation is interrupted.")
    delay: Amount = Field(description="Of those, the share whose next cycle is put off.")
    dropout: Amount = Field(description="How likely a patient leaves treatment over the whole course.")


class Toxicity(Part):
    """Low counts, interruptions and leaving treatment."""

    with_growth_factor: Maybe[Support] = Field(
        default=None, description="Where the growth factor is given after each cycle."
    )
    without: Support = Field(description="For all others.")
    nadir: Time = Field(description="From the infusion to the low count, in days.")
    interruption: BackedSpread = Field(description="How long an interruption lasts.")
    leaving: BackedSpread = Field(description="When, after enrolment, a patient leaves who does so.")
    before_start: Chance = Field(description="How likely a patient leaves before the first fraction, on top of it.")


class FollowUp(Backed):
    """Visits from the end of irradiation."""

    every: Amount = Field(description="How many days apart, such as `91 days`.")
    visits: Count = Field(description="How many.")


class Treatment(Part):
    """All that happens to an enrolled patient."""

    prescription: Words = Field(description="The decision whose choices prescribe courses.")
    techniques: Annotated[dict[str, Technique], FILLED] = Field(
        description="How long a fraction takes, by name.", json_schema_extra=NAMED
    )
    deliveries: Annotated[dict[str, Delivery], FILLED] = Field(
        description="How each course is given, by the choice that prescribes it.", json_schema_extra=NAMED
    )
    preparation: Preparation = Field(description="What happens before the first fraction.")
    fractions: Fractions = Field(description="How fractions are missed.")
    imaging: Maybe[Words] = Field(
        default=None, description="The entry of the schedule that asks for a new scan and plan at a dose."
    )
    chemotherapy: Maybe[Chemotherapy] = Field(default=None, description="Infusions.")
    growth_factor: Maybe[GrowthFactor] = Field(default=None, description="Injections after chemotherapy.")
    toxicity: Toxicity = Field(description="What chemotherapy does to patients.")
    follow_up: FollowUp = Field(description="Visits.")
