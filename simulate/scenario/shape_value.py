"""The smallest parts of a scenario file: what stands behind a value, and how a number is spread.

Every scalar is a text here. Descriptions are published in the JSON Schema, where an editor shows them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from trialproof.model.complaint import did_you_mean
from trialproof.model.part import FILLED, Amount, Count, Maybe, Part, Short, Text, complain, publish, spell
from trialproof.simulate.scenario.scenario import Standing

SOURCES = tuple(standing.value for standing in Standing)
FAMILIES = (
    "fixed", "normal", "lognormal", "gamma", "beta", "uniform", "triangular", "exponential", "values", "empirical",
)  # fmt: skip
UNBACKED = "add `published:`, `derived:` or `assumed:`, and behind it where the value comes from"


def one_of(*words: str) -> Any:
    """Return the type of a text that is one of these words."""

    def be_known(text: str) -> str:
        if text not in words:
            meant = did_you_mean(text, words)
            complain(f"expected {spell(words)}", help=f"did you mean `{meant}`?" if meant else None)
        return text

    return Annotated[str, AfterValidator(be_known), WithJsonSchema({"enum": list(words)})]


def of_length(count: int, example: str, item: Any = Amount) -> Any:
    """Return the type of a list of so many numbers, or of so many others."""

    def be_so_many(values: list[str]) -> list[str]:
        if len(values) != count:
            complain(f"expected {count} values, as in `{example}`")
        return values

    length: dict[str, Any] = {"minItems": count, "maxItems": count}
    return Annotated[list[item], AfterValidator(be_so_many), Field(json_schema_extra=length)]


def _be_whole(text: str) -> str:
    if not re.fullmatch("0|[1-9][0-9]{0,5}", text):
        complain("expected a whole number from 0")
    return text


Whole = Annotated[str, AfterValidator(_be_whole), WithJsonSchema({"type": ["integer", "string"], "minimum": 0})]
Words = Annotated[Text, FILLED]
Shares = Annotated[dict[str, Amount], FILLED]


def publish_backed(schema: dict[str, Any], part: type[Part]) -> None:
    """Add to a part's JSON Schema which keys go together, and that something stands behind it."""
    publish(schema, part)
    schema["anyOf"] = [{"required": [key]} for key in SOURCES]
    schema["properties"] = {key: schema["properties"][key] for key in part.keys()}  # noqa: SIM118 - of a part


class Backed(Part):
    """Whatever needs a source: `published`, `derived` from what is published, or `assumed`; what is weakest counts."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=publish_backed)

    published: Maybe[Words] = Field(default=None, description="Where it was published.")
    derived: Maybe[Words] = Field(default=None, description="How it was computed, and from what that is published.")
    assumed: Maybe[Words] = Field(default=None, description="Why it is assumed, and that nothing better was found.")

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the keys that the part may have, the sources last."""
        found = super().keys()
        return (*(key for key in found if key not in SOURCES), *SOURCES)

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        if not self.model_fields_set.intersection(SOURCES):
            complain("nothing says what stands behind this", help=UNBACKED)
        return self


class Normal(Part):
    """The normal distribution."""

    mean: Amount = Field(description="Its mean.")
    sd: Amount = Field(description="Its standard deviation.")


class Lognormal(Part):
    """A number whose logarithm has a normal distribution."""

    median: Amount = Field(description="Its median.")
    sigma: Amount = Field(description="The standard deviation of the natural logarithm.")


class Gamma(Part):
    """The gamma distribution."""

    shape: Amount = Field(description="Its shape; 1 gives the exponential distribution.")
    mean: Amount = Field(description="Its mean: shape times scale.")


class Beta(Part):
    """The beta distribution, stretched from a lowest to a highest value."""

    a: Amount = Field(description="Its first shape.")
    b: Amount = Field(description="Its second shape; the mean lies a / (a + b) of the way up.")
    over: of_length(2, "[0, 1]") = Field(description="The lowest and the highest value.")  # type: ignore[valid-type]


class Exponential(Part):
    """The exponential distribution."""

    mean: Amount = Field(description="Its mean.")


class Empirical(Part):
    """Observed numbers in a column of a CSV file beside the scenario; each is as likely as every other."""

    file: Words = Field(description="The name of the file.")
    column: Words = Field(description="The heading of the column.")


class SpreadKeys(Part):
    """How a number is spread."""

    exactly_one: ClassVar[tuple[str, ...]] = FAMILIES
    lacking = "a number that is always the same is `fixed`, others have a distribution such as `uniform: [1, 2]`"

    fixed: Maybe[Amount] = Field(default=None, description="Always this number.")
    normal: Maybe[Normal] = Field(default=None, description="A normal distribution.")
    lognormal: Maybe[Lognormal] = Field(default=None, description="A lognormal distribution.")
    gamma: Maybe[Gamma] = Field(default=None, description="A gamma distribution.")
    beta: Maybe[Beta] = Field(default=None, description="A beta distribution.")
    uniform: Maybe[of_length(2, "[1, 2]")] = Field(  # type: ignore[valid-type]
        default=None, description="Every number from the lowest to the highest alike."
    )
    triangular: Maybe[of_length(3, "[1, 2, 4]")] = Field(  # type: ignore[valid-type]
        default=None, description="The lowest, the most likely and the highest number."
    )
    exponential: Maybe[Exponential] = Field(default=None, description="An exponential distribution.")
    values: Maybe[Shares] = Field(default=None, description="Single numbers, each with its share; they sum to 1.")
    empirical: Maybe[Empirical] = Field(default=None, description="Numbers that were observed.")
    between: Maybe[of_length(2, "[0, 20]")] = Field(  # type: ignore[valid-type]
        default=None, description="The distribution given that the number lies from the first to the second of these."
    )


FIXED = Short(str, lambda text: {"fixed": text}, ("string", "number"))


class Spread(SpreadKeys):
    """A number, or its distribution."""


class BackedSpread(SpreadKeys, Backed):
    """A number, or its distribution, with its source."""


class Chance(Backed):
    """How likely something is."""

    probability: Amount = Field(description="A probability, `0.7` or `70 %`.")


class Size(Backed):
    """A whole number."""

    value: Count = Field(description="The number.")


class Time(Backed):
    """A length of time that is always the same."""

    fixed: Amount = Field(description="How long, such as `30 minutes` or `7 days`.")
