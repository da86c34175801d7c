"""What an entry of the schedule may look like in a `protocol.yaml`, key by key; `model.shape` has the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, WithJsonSchema

from trialproof.model.part import FILLED, Amount, Count, Maybe, OnlyTrue, OrAlone, Part, Rule, Text, complain
from trialproof.model.schedule import IRRADIATION

IF_CLOSED = ("next", "previous")


def _be_irradiation(text: str) -> str:
    if text != IRRADIATION:
        complain("only `irradiation` can stand here", help="what ends otherwise is given `times`")
    return text


def _be_if_closed(text: str) -> str:
    if text not in IF_CLOSED:
        complain("expected `next` or `previous`", help="`next`: it is given on the next day that is open")
    return text


def _one_of(*words: str) -> Any:
    return WithJsonSchema({"enum": list(words)})


class ScheduleKeys(Part):
    """Something that happens during treatment, or a time that must lie between two such events."""

    exactly_one: ClassVar[tuple[str, ...]] = ("days", "every", "after", "when", "to", "as_needed", "any_time")
    needs: ClassVar[Mapping[str, str]] = {
        "start": "days", "holidays": "days", "lost_days": "days", "delay": "after", "times": "every", "at_least": "to",
        "at_most": "to", "amount": "supportive",
    }  # fmt: skip
    lacking = (
        "`every: 21 days`, `after: chemotherapy`, `when: dose >= 50 Gy`, `to: next chemotherapy`, `as_needed: ...` or "
        "`any_time: true`; and `days: Mon-Fri` for `irradiation`"
    )

    days: Maybe[Text] = Field(default=None, description="`irradiation` only: on which weekdays, such as `Mon-Fri`.")
    start: Maybe[Text] = Field(
        default=None, description="On which weekdays the first fraction may be, `any`, or its date: `2026-09-28`."
    )
    holidays: Maybe[Annotated[list[Text], OrAlone(), FILLED]] = Field(
        default=None, description="Dates on which nothing is open, such as `2026-10-01` or `2026-10-01 to 2026-10-07`."
    )
    lost_days: Maybe[Text] = Field(
        default=None, description="How many further days at most pass without a fraction, whichever they are."
    )
    every: Maybe[Amount] = Field(
        default=None, description="How often: `21 days`, `3-4 weeks`; the first time with the event `from`."
    )
    start_from: Maybe[Text] = Field(
        default=None, alias="from", description="An event: an entry, `first fraction` or `last fraction`."
    )
    meanwhile: Maybe[Annotated[str, AfterValidator(_be_irradiation), _one_of(IRRADIATION)]] = Field(
        default=None, alias="while", description="Only until the last fraction."
    )
    times: Maybe[Count] = Field(default=None, description="How often at most.")
    after: Maybe[Text] = Field(default=None, description="An event; it happens once after each time of it.")
    delay: Maybe[Amount] = Field(
        default=None,
        description="How long after: `48 hours`, `1-3 days`, `at least 24 hours`, `within 6 weeks`, `7 working days`, "
        "or `open` where the document does not say.",
    )
    when: Maybe[Rule] = Field(
        default=None, description="`dose >= 50 Gy`: with the first fraction that brings the dose so far."
    )
    to: Maybe[Text] = Field(
        default=None, description="An event, or `next` and an event of the next cycle: a time that lies between."
    )
    at_least: Maybe[Amount] = Field(default=None, description="How long at least, such as `14 days`.")
    at_most: Maybe[Amount] = Field(default=None, description="How long at most.")
    as_needed: Maybe[Annotated[Text, FILLED]] = Field(
        default=None, description="Only if somebody finds it necessary: when that is, or that it is not said."
    )
    any_time: Maybe[OnlyTrue] = Field(default=None, description="It happens once, at a time that nothing else fixes.")
    on: Maybe[Text] = Field(default=None, description="On which weekdays it can be given, else those of irradiation.")
    if_closed: Maybe[Annotated[str, AfterValidator(_be_if_closed), _one_of(*IF_CLOSED)]] = Field(
        default=None, description="What happens if it falls on another day: it is given on the `next` or `previous`."
    )
    supportive: Maybe[Annotated[Text, FILLED]] = Field(
        default=None, description="The supportive care that it is part of: entries with the same text are compared."
    )
    amount: Maybe[Annotated[Text, FILLED]] = Field(default=None, description="How much of it, in words.")
