"""What the population of a scenario file may look like: how each quantity is spread, charted, and hangs together."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from trialproof.model.part import FILLED, Amount, Maybe, Part, Rule
from trialproof.simulate.scenario.shape_value import FAMILIES, Backed, Shares, SpreadKeys, Words, of_length

MODELS = (*FAMILIES, "shares", "probability")


class ModelKeys(SpreadKeys):
    """How a quantity is spread: a number, a category or a yes/no."""

    exactly_one: ClassVar[tuple[str, ...]] = MODELS
    lacking = "a category has `shares`, a yes/no its `probability`, a number a distribution such as `normal`"

    shares: Maybe[Shares] = Field(default=None, description="Each category with its share; they sum to 1.")
    probability: Maybe[Amount] = Field(default=None, description="How likely a yes is, `0.7` or `70 %`.")


class Case(ModelKeys):
    """How a quantity is spread among some of the patients."""

    when: Rule = Field(
        description="A condition on quantities that stand earlier in the population; `otherwise` in the last case."
    )


class Heaping(Part):
    """Records that are rounded more coarsely than they need be, as 4.8 cm to 5 cm."""

    to: Amount = Field(description="They are multiples of this.")
    share: Amount = Field(description="The share of the records that are.")


class Charting(Backed):
    """What becomes of a true value on its way into the record."""

    error: Maybe[Amount] = Field(default=None, description="The standard deviation of a normal error of measurement.")
    heaping: Maybe[Heaping] = Field(default=None, description="Some records are rounded more coarsely.")
    missing: Maybe[Amount] = Field(default=None, description="The share of the records that lack it.")


class Variable(ModelKeys, Backed):
    """How one quantity of the protocol is spread, and how it is charted."""

    exactly_one: ClassVar[tuple[str, ...]] = (*MODELS, "cases")

    cases: Maybe[Annotated[list[Case], FILLED]] = Field(
        default=None, description="The first case whose condition holds decides."
    )
    charting: Maybe[Charting] = Field(default=None, description="What becomes of the true value in the record.")


class Correlation(Backed):
    """How two numbers hang together."""

    between: of_length(2, "[diameter, age]", Words) = Field(  # type: ignore[valid-type]
        description="Two quantities of the population."
    )
    value: Amount = Field(description="The correlation of the normal scores of both, from -1 to 1.")
