"""What a course may look like in a `protocol.yaml`, key by key; `model.shape` has the rest of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from trialproof.model.part import FILLED, NAMED, Maybe, OrAlone, Part, Short, Text

ALONE = Short(str, lambda text: {"dose": text}, ("string", "number", "boolean"))


class CoursePhase(Part):
    """One phase of a course of radiotherapy."""

    exactly_one: ClassVar[tuple[str, ...]] = ("dose", "levels", "boost")
    lacking = "a phase is written as total / dose per fraction / number of fractions: `60 Gy / 2 Gy / 30 f`"

    dose: Maybe[Text] = Field(
        default=None,
        description="Total / dose per fraction / number of fractions, such as `60 Gy / 2 Gy / 30 f`; each may be a "
        "range, such as `10-12 Gy`, and `bid` behind the dose of a fraction says that two are given a day.",
    )
    levels: Maybe[Annotated[list[Text], FILLED]] = Field(
        default=None, description="A simultaneous integrated boost: what each target gets in the same fractions."
    )
    boost: Maybe[Text] = Field(default=None, description="A phase that adds to those before it.")


Phases: TypeAlias = Annotated[list[Annotated[CoursePhase, ALONE]], OrAlone(), FILLED]


class CoursePart(CoursePhase):
    """A course of radiotherapy that is one phase, or a phase of one, or the readings of one."""

    exactly_one: ClassVar[tuple[str, ...]] = (*CoursePhase.exactly_one, "readings")
    needs: ClassVar[Mapping[str, str]] = {"prefer": "readings"}

    readings: Maybe[Annotated[dict[str, Phases], FILLED, Field(json_schema_extra=NAMED)]] = Field(
        default=None, description="Several courses that the same words can mean, by name."
    )
    prefer: Maybe[Text] = Field(default=None, description="The reading that counts; else the first.")


Prescription: TypeAlias = Annotated[list[Annotated[CoursePart, ALONE]], OrAlone(), FILLED]
