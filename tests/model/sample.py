"""A small protocol with a quantity of every kind and several units, for the tests of the condition language."""

from __future__ import annotations

from fractions import Fraction

from trialproof.model.condition import Condition, Is, Not, Number, Product, Value, Yes
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Decision,
    Definition,
    NumberKind,
    Protocol,
    Quantity,
    Sentence,
    YesNoKind,
)
from trialproof.model.scope import Scope
from trialproof.model.syntax import Mistake, parse
from trialproof.model.typing import to_condition
from trialproof.model.unit import parse_unit


def number(name: str, unit: str = "", label: str = "") -> Quantity:
    return Quantity(name, NumberKind(Fraction(0), Fraction(200), parse_unit(unit)), label)


def category(name: str, *categories: str, label: str = "") -> Quantity:
    return Quantity(name, CategoryKind(categories), label)


QUANTITIES = {
    each.name: each
    for each in (
        number("age", "year"),
        number("diameter", "cm"),
        number("lesion", "mm"),
        number("time_to_recurrence", "month"),
        number("waiting", "day"),
        number("weight", "kg"),
        number("creatinine", "mg/dL"),
        number("platelets", "/uL"),
        number("white_cells", "10*9/L"),
        number("v50", "%"),
        number("kps", label="KPS"),
        category("resection", "R0", "R1", "R2", "RX", label="residual tumour after surgery"),
        category("sex", "female", "male"),
        category("her2", "0", "1+", "2+", "unknown"),
        category("histology", "squamous cell", "adenocarcinoma", "and", "2020-01-01"),
        Quantity("skip", YesNoKind(), "skip metastasis"),
        Quantity("pregnant", YesNoKind(), "pregnancy"),
        Quantity("close_to_stomach", YesNoKind(), left_open="the text gives no distance"),
    )
}
ARM = Decision("arm", (Choice("involved_field", Yes("skip")), Choice("elective_field", Not(Yes("skip")))))
PROTOCOL = Protocol(
    "sample",
    QUANTITIES,
    definitions={
        "radical_surgery": Definition("radical_surgery", Is("resection", ("R0",))),
        "clearance": Definition(
            "clearance",
            Product((Number(Fraction(2)), Value("kps"))),
            unit=parse_unit("mL/min"),
            label="creatinine clearance",
        ),
    },
    decisions={"arm": ARM},
    sentences={"I1": Sentence("I1", ("broad", "narrow"), "narrow")},
)
SCOPE = Scope(
    QUANTITIES,
    {name: each.unit for name, each in PROTOCOL.definitions.items()},
    {"arm": ("involved_field", "elective_field")},
)


def read(text: str, scope: Scope = SCOPE) -> Condition:
    return to_condition(parse(text), scope)


def mistake_in(text: str, scope: Scope = SCOPE) -> Mistake:
    """Return the mistake that a text makes; AssertionError if it makes none."""
    try:
        read(text, scope)
    except Mistake as mistake:
        return mistake
    raise AssertionError(f"no mistake in: {text}")


def marked(mistake: Mistake) -> str:
    """Return the line of carets that a reader sees under the text."""
    return " " * mistake.start + "^" * max(1, mistake.end - mistake.start)
