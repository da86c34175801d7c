"""What a `protocol.yaml` may look like, key by key: the form of each part, before any rule in it is read.

Every scalar is a text here. Descriptions are published in the JSON Schema, where an editor shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.dose import DoseKind
from trialproof.model.part import (
    FILLED,
    NAMED,
    Amount,
    Category,
    Count,
    Flag,
    Maybe,
    OnlyTrue,
    Part,
    Rule,
    Short,
    Text,
    complain,
    spell,
)
from trialproof.model.protocol import Intent
from trialproof.model.shape_course import Prescription
from trialproof.model.shape_schedule import ScheduleKeys

VERSION = "1"
OPEN = "open"
OTHERWISE = "otherwise"
INTENTS = tuple(intent.value for intent in Intent)
ROUNDINGS = ("nearest", "down", "up")
DOSE_KINDS = tuple(kind.value for kind in DoseKind)


def _be_this_version(text: str) -> str:
    if text != VERSION:
        complain(f"format {show(text)} is not known", help=f"this release reads `trialproof: {VERSION}`")
    return text


def _be_intent(text: str) -> str:
    return _one_of(text, INTENTS)


def _be_dose_kind(text: str) -> str:
    return _one_of(text, DOSE_KINDS)


def _be_rounding(text: str) -> str:
    return _one_of(text, ROUNDINGS)


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        meant = did_you_mean(text, known)
        complain(f"expected {spell(known)}", help=f"did you mean `{meant}`?" if meant else None)
    return text


def _be_pair(values: list[str]) -> list[str]:
    if len(values) != 2:
        complain("expected the lowest and the highest value, as in `[0, 20]`")
    return values


def _alone(key: str, *types: str) -> Short:
    """Let one text stand for a part that has only this key."""
    return Short(str, lambda text: {key: text}, types or ("string", "number", "boolean"))


NOTHING_YET = Short(type(None), lambda _: {}, ("null",))
NONE_YET = Short(type(None), lambda _: [], ("null",))
ONE_OR_MORE = Short(str, lambda text: [text], ("string", "number", "boolean"))
ALWAYS = Short(str, lambda text: [{"when": OTHERWISE, "value": text}], ("number", "string"))


class QuotePart(Part):
    """One passage of the document."""

    not_both = ("nth", "near")

    quote: Text = Field(description="Words of the document, character for character; ` ... ` stands for any words.")
    nth: Maybe[Count] = Field(default=None, description="Which occurrence of the quote is meant, counted from 1.")
    near: Maybe[Text] = Field(default=None, description="Words of the document close to the occurrence that is meant.")


Quotes: TypeAlias = Annotated[list[Annotated[QuotePart, _alone("quote")]], ONE_OR_MORE, FILLED]


class Quoted(Part):
    """Whatever stands beside words of the document."""

    needs: ClassVar[Mapping[str, str]] = {"nth": "quote", "near": "quote"}
    not_both = ("nth", "near")

    quote: Maybe[Quotes] = Field(default=None, description="The document's own words for this, or a list of passages.")
    nth: Maybe[Count] = Field(default=None, description="Which occurrence of the quote is meant, counted from 1.")
    near: Maybe[Text] = Field(default=None, description="Words of the document close to the occurrence that is meant.")


class Step(Part):
    """How finely a number is charted."""

    step: Amount = Field(description="The step between two values that can be charted, such as `0.1` or `1 month`.")
    rounded: Annotated[str, AfterValidator(_be_rounding), WithJsonSchema({"enum": list(ROUNDINGS)})] = Field(
        default="nearest", description="How the true value becomes the charted one; `down` for completed years."
    )


class Quantity(Part):
    """Something recorded of a patient: a category, a yes/no, or a number."""

    exactly_one = ("one_of", "yes_no", "range")
    needs: ClassVar[Mapping[str, str]] = {"unit": "range", "recorded_to": "range", "when_not_applicable": "applies_if"}
    lacking = "a number needs `range: [lowest, highest]`, a category its list `one_of`, a yes/no `yes_no: true`"

    one_of: Maybe[Annotated[list[Category], FILLED]] = Field(default=None, description="The categories.")
    yes_no: Maybe[OnlyTrue] = Field(default=None, description="It is either yes or no.")
    unit: Maybe[Text] = Field(default=None, description="The unit of the number.")
    range: Maybe[Annotated[list[Amount], AfterValidator(_be_pair)]] = Field(
        default=None, description="The lowest and the highest value that can be recorded."
    )
    recorded_to: Maybe[Annotated[Step, _alone("step", "number", "string")]] = Field(
        default=None, description="The step in which the number is charted; without it, any value is possible."
    )
    label: Maybe[Text] = Field(default=None, description="What to call it in a report.")
    applies_if: Maybe[Rule] = Field(default=None, description="For which patients it exists at all.")
    when_not_applicable: Maybe[Category] = Field(default=None, description="Its value for all other patients.")
    may_be_missing: Maybe[Flag] = Field(default=None, description="A patient's record may lack it where it applies.")


class Reading(Part):
    """One formal meaning of a sentence."""

    rule: Rule = Field(description="A condition, or `open`.")
    because: Maybe[Text] = Field(default=None, description="What speaks for this reading.")


Readings: TypeAlias = Annotated[
    dict[str, Annotated[Reading, _alone("rule", "string")]], FILLED, Field(json_schema_extra=NAMED)
]


class Case(Part):
    """One row of a number that is defined by cases."""

    when: Rule = Field(description="A condition, or `otherwise` in the last row.")
    value: Amount = Field(description="The number in this case.")


class Definition(Quoted):
    """A named condition or number."""

    exactly_one = ("rule", "value", "readings", "open", "points")
    needs: ClassVar[Mapping[str, str]] = {**Quoted.needs, "unit": "value", "prefer": "readings"}

    rule: Maybe[Rule] = Field(default=None, description="The condition.")
    value: Maybe[Annotated[list[Case], ALWAYS, FILLED]] = Field(
        default=None, description="The number, or a list of cases."
    )
    unit: Maybe[Text] = Field(default=None, description="The unit of the number.")
    points: Maybe[Text] = Field(
        default=None, description="A decision: the number is what the patient's choice of it counts."
    )
    readings: Maybe[Readings] = Field(default=None, description="Several meanings of the same words, by name.")
    prefer: Maybe[Text] = Field(default=None, description="The reading that counts; else the first.")
    open: Maybe[Text] = Field(default=None, description="Why the document leaves it open.")
    label: Maybe[Text] = Field(default=None, description="What to call it in a report.")
    applies_if: Maybe[Rule] = Field(default=None, description="For which patients it means anything at all.")


class Criterion(Quoted):
    """One eligibility criterion."""

    exactly_one = ("rule", "readings", "open")
    needs: ClassVar[Mapping[str, str]] = {**Quoted.needs, "prefer": "readings"}

    id: Text = Field(description="A short name, such as I1.")
    rule: Maybe[Rule] = Field(default=None, description="The condition.")
    readings: Maybe[Readings] = Field(default=None, description="Several meanings of the same words, by name.")
    prefer: Maybe[Text] = Field(default=None, description="The reading that counts; else the first.")
    open: Maybe[Text] = Field(default=None, description="Why the document leaves it open.")
    label: Maybe[Text] = Field(default=None, description="What to call it in a report.")


class Choice(Quoted):
    """One choice of a decision."""

    exactly_one = ("when", "readings", "open")
    needs: ClassVar[Mapping[str, str]] = {**Quoted.needs, "prefer": "readings", "lowers": "course"}

    when: Maybe[Rule] = Field(default=None, description="A condition, or `otherwise` in the last choice.")
    readings: Maybe[Readings] = Field(default=None, description="Several meanings of the same words, by name.")
    prefer: Maybe[Text] = Field(default=None, description="The reading that counts; else the first.")
    open: Maybe[Text] = Field(default=None, description="Why the document leaves it open.")
    label: Maybe[Text] = Field(default=None, description="What to call it in a report.")
    gives: Maybe[Annotated[Text, FILLED]] = Field(default=None, description="What the patient gets, in words.")
    points: Maybe[Amount] = Field(default=None, description="What the choice counts in a score, a plain number.")
    course: Maybe[Prescription] = Field(
        default=None, description="The radiotherapy that the choice prescribes: a phase, or a list of phases in a row."
    )
    lowers: Maybe[Text] = Field(
        default=None, description="A decision: the course takes the place of the higher one that the patient has by it."
    )


class Decision(Part):
    """A set of choices of which a patient should get exactly one, unless `intent` says otherwise."""

    exactly_one = ("choices", "table")

    population: Maybe[Rule] = Field(default=None, alias="for", description="`eligible`, `everyone`, or a condition.")
    intent: Annotated[str, AfterValidator(_be_intent), WithJsonSchema({"enum": list(INTENTS)})] = Field(
        default=Intent.EXACTLY_ONE.value, description="How many choices a patient should get."
    )
    label: Maybe[Text] = Field(default=None, description="What to call it in a report.")
    choices: Maybe[Annotated[dict[str, Choice], FILLED]] = Field(
        default=None, description="The choices by name.", json_schema_extra=NAMED
    )
    table: Maybe[Annotated[Text, FILLED]] = Field(
        default=None,
        description="The choices as rows between `|`, or the name of a `.csv` or `.xlsx` file with them.",
    )


class Eligibility(Part):
    """Who may take part: every inclusion criterion holds, and no exclusion criterion does."""

    inclusion: Annotated[list[Criterion], NONE_YET] = Field(default=[], description="All of these must hold.")
    exclusion: Annotated[list[Criterion], NONE_YET] = Field(default=[], description="None of these may hold.")


class Fact(Part):
    """What is true of every patient."""

    rule: Rule = Field(description="The condition.")
    because: Text = Field(description="Why it cannot be otherwise.")


class Claim(Quoted):
    """What the designer expects to follow."""

    id: Text = Field(description="What to call it.")
    rule: Rule = Field(description="The condition.")
    because: Maybe[Text] = Field(default=None, description="Why it is expected.")


class ToDo(Part):
    """A passage for which no rule has been written yet."""

    not_both = ("nth", "near")

    quote: Quotes = Field(description="The passage, or a list of passages.")
    nth: Maybe[Count] = Field(default=None, description="Which occurrence of the quote is meant, counted from 1.")
    near: Maybe[Text] = Field(default=None, description="Words of the document close to the occurrence that is meant.")


class NotModelled(ToDo):
    """A passage that no rule will cover."""

    because: Text = Field(description="Why not.")


class Limit(Quoted):
    """What no course may exceed."""

    of: Annotated[str, AfterValidator(_be_dose_kind), WithJsonSchema({"enum": list(DOSE_KINDS)})] = Field(
        default=DoseKind.TOTAL.value, description="What is limited; of several phases the sum, at the highest level."
    )
    at_most: Amount = Field(description="The highest dose that is allowed, such as `66 Gy`.")
    alpha_beta: Maybe[Amount] = Field(
        default=None, description="With `BED` and `EQD2`: a name under `alpha_beta`, or a dose such as `3 Gy`."
    )
    population: Maybe[Rule] = Field(default=None, alias="for", description="For which patients; else everyone.")
    label: Maybe[Text] = Field(default=None, description="The organ, or what to call the limit in a report.")
    source: Annotated[Text, FILLED] = Field(description="Where the limit comes from.")


class ScheduleEntry(ScheduleKeys, Quoted):
    """Something that happens during treatment, or a time that must lie between two such events."""

    needs: ClassVar[Mapping[str, str]] = {**Quoted.needs, **ScheduleKeys.needs}

    population: Maybe[Rule] = Field(default=None, alias="for", description="For which patients; else everyone.")
    label: Maybe[Text] = Field(default=None, description="What to call it in a report.")


class Accept(Part):
    """A finding that the designer knows of and accepts; it is listed apart, with the reason."""

    code: Text = Field(description="The code of the finding, such as `TP103`.")
    where: Maybe[Text] = Field(
        default=None,
        description="What the finding speaks of: a decision, `decision.choice`, a criterion, a definition, a quantity "
        "or a claim; else anything.",
    )
    region: Maybe[Text] = Field(
        default=None,
        description="The region as the report words it, such as `diameter exactly 5 cm`, or the words of the document "
        "that are found fault with, such as `far from`; else any.",
    )
    because: Text = Field(description="Why it may stay.")


class Vague(Part):
    """Words that leave a threshold open, besides those that the program knows."""

    term: Annotated[Text, FILLED] = Field(
        description="The words, such as `frail`; `#` stands for a number, and `*` for up to two words."
    )
    unless: Maybe[Annotated[list[Text], ONE_OR_MORE, FILLED]] = Field(
        default=None, description="A wording around them in which they leave nothing open, or a list of such wordings."
    )
    because: Annotated[Text, FILLED] = Field(description="What they leave open.")


class Calendar(Part):
    """How to count."""

    month: Maybe[Amount] = Field(default=None, description="How long a month is, such as `30.44 days`.")


class ProtocolFile(Part):
    """A trial protocol: its rules beside its own words."""

    trialproof: Annotated[str, AfterValidator(_be_this_version), WithJsonSchema({"enum": [1, VERSION]})] = Field(
        description="The version of this format."
    )
    title: Text = Field(description="The title of the trial.")
    registry: Maybe[Text] = Field(default=None, description="Where the trial is registered.")
    document: Maybe[Text] = Field(default=None, description="The file with the protocol's text, in the same folder.")
    calendar: Annotated[Calendar, NOTHING_YET] = Field(default_factory=Calendar, description="How to count.")
    quantities: Annotated[dict[str, Quantity], NOTHING_YET] = Field(
        default={}, description="What is recorded of a patient, by name.", json_schema_extra=NAMED
    )
    facts: Annotated[list[Fact], NONE_YET] = Field(default=[], description="What is true of every patient.")
    definitions: Annotated[dict[str, Annotated[Definition, _alone("rule", "string")]], NOTHING_YET] = Field(
        default={}, description="Named conditions and numbers.", json_schema_extra=NAMED
    )
    eligibility: Annotated[Eligibility, NOTHING_YET] = Field(
        default_factory=Eligibility, description="Who may take part."
    )
    decisions: Annotated[dict[str, Decision], NOTHING_YET] = Field(
        default={}, description="Arms, prescriptions, and whatever else is decided, by name.", json_schema_extra=NAMED
    )
    alpha_beta: Annotated[dict[str, Amount], NOTHING_YET] = Field(
        default={},
        description="Alpha/beta of tissues for BED and EQD2, by name; else `tumour: 10 Gy` and `late: 3 Gy`.",
        json_schema_extra=NAMED,
    )
    limits: Annotated[dict[str, Limit], NOTHING_YET] = Field(
        default={}, description="What no course may exceed, by name.", json_schema_extra=NAMED
    )
    schedule: Annotated[dict[str, ScheduleEntry], NOTHING_YET] = Field(
        default={}, description="What happens during treatment, by name.", json_schema_extra=NAMED
    )
    claims: Annotated[list[Claim], NONE_YET] = Field(default=[], description="What is expected to follow.")
    not_modelled: Annotated[list[NotModelled], NONE_YET] = Field(
        default=[], description="Passages that no rule will cover."
    )
    todo: Annotated[list[ToDo], NONE_YET] = Field(default=[], description="Passages that are still to do.")
    accept: Annotated[list[Accept], NONE_YET] = Field(default=[], description="Findings that may stay, and why.")
    lexicon: Annotated[list[Vague], NONE_YET] = Field(
        default=[], description="Further words that leave a threshold open."
    )
