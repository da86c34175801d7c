"""What a department of a scenario file may look like, resource by resource."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trialproof.model.part import Amount, Count, Maybe, Part, Text
from trialproof.simulate.scenario.shape_value import FIXED, Backed, BackedSpread, Spread, Words

RESOURCES = ("linacs", "background", "downtime", "scanners", "physicists", "day_unit")

Hours = Text


class Linacs(Backed):
    """The linacs that treat patients of the trial."""

    machines: Count = Field(description="How many.")
    hours: Hours = Field(description="From when to when they treat on an open day, such as `08:00-18:00`.")
    overtime: Amount = Field(description="How much longer they may treat after a breakdown, such as `60 minutes`.")
    saturday: Amount = Field(description="How long they treat on a Saturday on which fractions are made up.")


class Downtime(Backed):
    """Breakdowns of a linac."""

    share: Amount = Field(description="The share of its hours that is lost.")
    outage: Annotated[Spread, FIXED] = Field(description="How long a breakdown lasts.")


class Scanners(Backed):
    """CT simulators."""

    machines: Count = Field(description="How many.")
    hours: Hours = Field(description="From when to when on an open day.")


class Physicists(Backed):
    """Who plans and checks plans; work that is not done in the evening goes on the next open day."""

    staff: Count = Field(description="How many at a time.")
    hours: Hours = Field(description="From when to when on an open day.")


class DayUnit(Backed):
    """Where infusions are given: each takes a chair throughout, and a nurse at its beginning."""

    chairs: Count = Field(description="How many chairs.")
    nurses: Count = Field(description="How many nurses at a time.")
    hours: Hours = Field(description="From when to when on an open day.")


class Like(Backed):
    """Another department that this one is taken to be like, but for what it says itself."""

    department: Words = Field(description="The name of the other department, which says everything itself.")


class Department(Part):
    """A radiotherapy department and its day unit, as far as they serve patients of the trial."""

    like: Maybe[Like] = Field(default=None, description="What it does not say is as in another department.")
    linacs: Maybe[Linacs] = Field(default=None, description="Linacs.")
    background: Maybe[BackedSpread] = Field(
        default=None, description="The share of a linac's hours that other patients have booked, drawn for every day."
    )
    downtime: Maybe[Downtime] = Field(default=None, description="How often and how long linacs break down.")
    scanners: Maybe[Scanners] = Field(default=None, description="CT simulators and their hours.")
    physicists: Maybe[Physicists] = Field(default=None, description="Planning and plan checks.")
    day_unit: Maybe[DayUnit] = Field(default=None, description="Infusions and injections.")
