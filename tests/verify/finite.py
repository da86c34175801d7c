"""Small finite protocols, and everyone whom they can speak of: what a proof claims can be looked up patient by patient.

All quantities have a handful of values, so that every patient who can be recorded is listed and judged by the naive
evaluator. What is drawn is what files can say, with a leaning towards what goes wrong: values on thresholds, choices
that almost cover everybody, quantities that exist for some only, sentences with several readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Assigned,
    Cases,
    Compare,
    Condition,
    Count,
    Derived,
    Determined,
    Eligible,
    Floor,
    Greatest,
    IfThen,
    Is,
    Known,
    Least,
    Named,
    Not,
    Number,
    Product,
    Quotient,
    Readings,
    ReadTerm,
    Relation,
    Sum,
    Tally,
    Term,
    Value,
    Yes,
)
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Claim,
    Criterion,
    Decision,
    Definition,
    Fact,
    Intent,
    Kind,
    NumberKind,
    Protocol,
    Quantity,
    Recorded,
    Selection,
    Sentence,
    YesNoKind,
)
from trialproof.model.unit import PLAIN

T = TypeVar("T")

CATEGORIES = ("a", "b", "c")
STEPS = (Fraction(1), Fraction(1, 2), Fraction(10))
MOST_RECORDS = 400
"""A protocol with more ways to fill in a record is drawn smaller."""


@dataclass(frozen=True)
class Draft:
    """What has been drawn so far: all that the next rule may speak of."""

    readings: bool
    quantities: dict[str, Quantity] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    eligibility: bool = False

    def named(self, kind: type[Kind]) -> list[str]:
        return [name for name, quantity in self.quantities.items() if isinstance(quantity.kind, kind)]

    def defined(self, *, numbers: bool) -> list[str]:
        return [name for name, each in self.definitions.items() if (each.unit is not None) is numbers]


def values_of(quantity: Quantity) -> list[Recorded]:
    """Return every value that can be recorded."""
    match quantity.kind:
        case NumberKind(lower, upper, _, step):
            assert step is not None
            count = int((upper - lower) / step)
            return [lower + at * step for at in range(count + 1)]
        case CategoryKind(categories):
            return list(categories)
        case YesNoKind():
            return [False, True]


@st.composite
def protocols(draw: DrawFn, *, readings: bool = False, decisions: int = 2) -> Protocol:
    """Draw a finite protocol; without `readings` every sentence has one."""
    draft = Draft(readings)
    size = 1
    for index in range(draw(st.integers(2, 4))):
        if index and draw(st.integers(0, 2)) == 0:
            draw_definition(draw, draft, f"d{index}")
        quantity = draw_quantity(draw, draft, f"q{index}")
        size *= len(values_of(quantity)) + 1
        if size > MOST_RECORDS:
            break
        draft.quantities[quantity.name] = quantity
    facts = []
    if draw(st.integers(0, 3)) == 0:
        facts.append(Fact(draw_condition(draw, draft, 1), "so it is"))
    for index in range(draw(st.integers(0, 2))):
        draw_definition(draw, draft, f"e{index}")
    criteria = [
        Criterion(f"c{index}", draw_rule(draw, draft, f"c{index}", 1), excludes=draw(st.booleans()))
        for index in range(draw(st.integers(0, 2)))
    ]
    draft = replace(draft, eligibility=True)
    for index in range(draw(st.integers(1, decisions))):
        draft.decisions[f"x{index}"] = draw_decision(draw, draft, f"x{index}")
    claims = tuple(Claim(f"claim {index}", draw_claim(draw, draft)) for index in range(draw(st.integers(0, 2))))
    return Protocol(
        title="random",
        quantities=draft.quantities,
        definitions=draft.definitions,
        facts=tuple(facts),
        inclusion=tuple(each for each in criteria if not each.excludes),
        exclusion=tuple(each for each in criteria if each.excludes),
        decisions=draft.decisions,
        claims=claims,
        sentences=draft.sentences,
    )


@st.composite
def tangles(draw: DrawFn) -> Protocol:
    """Draw a protocol of one decision whose rule takes many boxes to say."""
    draft = Draft(readings=False)
    for index in range(draw(st.integers(2, 3))):
        draft.quantities[f"q{index}"] = draw_quantity(draw, draft, f"q{index}")

    def corner() -> Condition:
        return AllOf(tuple(draw_condition(draw, draft, 0) for _ in range(draw(st.integers(1, 3)))))

    rule = AnyOf(tuple(corner() for _ in range(draw(st.integers(2, 4)))))
    choices = (Choice("taken", rule), Choice("elsewhere", corner()))
    population = EVERYONE if draw(st.booleans()) else corner()
    decision = Decision("arm", choices, population, draw(st.sampled_from(Intent)))
    return Protocol(title="tangle", quantities=draft.quantities, decisions={"arm": decision})


def draw_quantity(draw: DrawFn, draft: Draft, name: str) -> Quantity:
    kind = draw_kind(draw)
    applies_if: Condition = EVERYONE
    default: Recorded | None = None
    if draft.quantities and draw(st.integers(0, 2)) == 0:
        applies_if = draw_condition(draw, draft, 1)
        if draw(st.booleans()):
            default = draw_default(draw, kind)
    missing = draw(st.integers(0, 5)) == 0
    return Quantity(name, kind, applies_if=applies_if, when_not_applicable=default, may_be_missing=missing)


def draw_kind(draw: DrawFn) -> Kind:
    match draw(st.integers(0, 3)):
        case 0:
            return CategoryKind(CATEGORIES[: draw(st.integers(2, 3))])
        case 1:
            return YesNoKind()
        case _:
            step = draw(st.sampled_from(STEPS))
            lower = draw(st.integers(-1, 2)) * step
            return NumberKind(lower, lower + draw(st.integers(1, 4)) * step, PLAIN, step)


def draw_default(draw: DrawFn, kind: Kind) -> Recorded:
    match kind:
        case NumberKind(lower, upper, _, step):
            assert step is not None
            return draw(st.sampled_from((lower, upper, lower + step / 3, upper + step, lower - 2 * step)))
        case CategoryKind(categories):
            return draw(st.sampled_from(categories))
        case YesNoKind():
            return draw(st.booleans())


def draw_definition(draw: DrawFn, draft: Draft, name: str) -> None:
    applies_if = draw_condition(draw, draft, 0) if draw(st.integers(0, 3)) == 0 else EVERYONE
    if draw(st.booleans()) or not draft.named(NumberKind):
        body: Condition | Term = draw_rule(draw, draft, name, 1)
        draft.definitions[name] = Definition(name, body, applies_if=applies_if)
        return
    term = draw_term(draw, draft, 1)
    if draft.readings and draw(st.integers(0, 2)) == 0:
        draft.sentences[name] = Sentence(name, ("one", "two"), "one")
        term = ReadTerm(name, (("one", term), ("two", draw_term(draw, draft, 1))))
    draft.definitions[name] = Definition(name, term, PLAIN, applies_if=applies_if)


def draw_decision(draw: DrawFn, draft: Draft, name: str) -> Decision:
    names = [f"{name}{index}" for index in range(draw(st.sampled_from((1, 2, 2, 3, 3))))]
    rules = {each: draw_rule(draw, draft, f"{name}.{each}", draw(st.integers(1, 2))) for each in names}
    if draw(st.booleans()):
        otherwise = names[-1]
        draft.sentences.pop(f"{name}.{otherwise}", None)
        rules[otherwise] = AllOf(tuple(Not(rules[each]) for each in names[:-1]))
    population: Condition = Eligible()
    match draw(st.integers(0, 3)):
        case 0 | 1:
            population = EVERYONE
        case 2:
            population = draw_condition(draw, draft, 1)
    choices = tuple(Choice(each, rule) for each, rule in rules.items())
    intent = draw(st.sampled_from([Intent.EXACTLY_ONE, *Intent]))
    return Decision(name, choices, population, intent)


def draw_claim(draw: DrawFn, draft: Draft) -> Condition:
    conclusion = draw_condition(draw, draft, 1)
    return IfThen(draw_condition(draw, draft, 1), conclusion) if draw(st.booleans()) else conclusion


def draw_rule(draw: DrawFn, draft: Draft, name: str, depth: int) -> Condition:
    """Draw a rule, or a sentence with two or three readings."""
    if not draft.readings or len(draft.sentences) >= 3 or draw(st.booleans()):
        return draw_condition(draw, draft, depth)
    names = ("one", "two", "three")[: draw(st.integers(2, 3))]
    draft.sentences[name] = Sentence(name, names, draw(st.sampled_from(names)))
    return Readings(name, tuple((each, draw_condition(draw, draft, depth)) for each in names))


def draw_condition(draw: DrawFn, draft: Draft, depth: int) -> Condition:
    """Draw a condition that is at most so many connectives deep."""
    kinds = ["threshold"] * 4 * bool(draft.named(NumberKind)) + ["compare"] * bool(draft.named(NumberKind))
    kinds += ["is"] * 2 * bool(draft.named(CategoryKind)) + ["yes"] * 2 * bool(draft.named(YesNoKind))
    kinds += ["known"] * bool(draft.quantities) + ["named"] * 2 * bool(draft.defined(numbers=False))
    kinds += ["eligible"] * draft.eligibility + ["assigned"] * 3 * bool(draft.decisions)
    kinds += ["not", "all", "any", "all", "any", "if", "count", "determined"] * bool(depth)

    def below() -> Condition:
        return draw_condition(draw, draft, depth - 1)

    match draw(st.sampled_from(kinds or ["constant"])):
        case "not":
            return Not(below())
        case "all":
            return AllOf(several(draw, below))
        case "any":
            return AnyOf(several(draw, below))
        case "if":
            return IfThen(below(), below())
        case "count":
            operands = several(draw, below)
            return Count(draw(st.sampled_from(list(Tally))), draw(st.integers(0, len(operands))), operands)
        case "determined":
            return Determined(draw_term(draw, draft, 1) if draft.named(NumberKind) else below())
        case kind:
            return draw_leaf(draw, draft, kind)


def draw_leaf(draw: DrawFn, draft: Draft, kind: str) -> Condition:
    match kind:
        case "threshold":
            name = draw(st.sampled_from(draft.named(NumberKind)))
            term: Term = Value(name)
            if draft.defined(numbers=True) and draw(st.integers(0, 3)) == 0:
                term = Derived(draw(st.sampled_from(draft.defined(numbers=True))))
            return Compare(term, draw(st.sampled_from(Relation)), Number(draw_threshold(draw, draft, name)))
        case "compare":
            left, right = draw_term(draw, draft, 1), draw_term(draw, draft, 1)
            return Compare(left, draw(st.sampled_from(Relation)), right)
        case "is":
            name = draw(st.sampled_from(draft.named(CategoryKind)))
            categories = [str(each) for each in values_of(draft.quantities[name])]
            return Is(name, tuple(draw(st.lists(st.sampled_from(categories), unique=True, min_size=1, max_size=2))))
        case "yes":
            return Yes(draw(st.sampled_from(draft.named(YesNoKind))))
        case "known":
            return Known(draw(st.sampled_from(list(draft.quantities))))
        case "named":
            return Named(draw(st.sampled_from(draft.defined(numbers=False))))
        case "eligible":
            return Eligible()
        case "assigned":
            decision = draft.decisions[draw(st.sampled_from(list(draft.decisions)))]
            names = [choice.name for choice in decision.choices]
            return Assigned(decision.name, tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True))))
        case _:
            return EVERYONE


def draw_threshold(draw: DrawFn, draft: Draft, name: str) -> Fraction:
    """Draw a constant in and about the range: on a value, between two, or just outside."""
    kind = draft.quantities[name].kind
    assert isinstance(kind, NumberKind)
    assert kind.step is not None
    count = int((kind.upper - kind.lower) / kind.step)
    at = draw(st.sampled_from([Fraction(each, 2) for each in range(-1, 2 * count + 2)]))
    return kind.lower + at * kind.step


def draw_term(draw: DrawFn, draft: Draft, depth: int) -> Term:
    """Draw a number that is at most so many operations deep."""
    kinds = ["value"] * 3 + ["number"] + ["derived"] * bool(draft.defined(numbers=True))
    kinds += ["sum", "sum", "weighted", "least", "greatest", "floor", "cases", "product", "quotient"] * bool(depth)

    def below() -> Term:
        return draw_term(draw, draft, depth - 1)

    match draw(st.sampled_from(kinds)):
        case "value":
            return Value(draw(st.sampled_from(draft.named(NumberKind))))
        case "derived":
            return Derived(draw(st.sampled_from(draft.defined(numbers=True))))
        case "sum":
            return Sum((below(), below()))
        case "weighted":
            return Product((Number(draw(st.sampled_from((Fraction(-1), Fraction(2), Fraction(0))))), below()))
        case "product":
            return Product((below(), below()))
        case "quotient":
            return Quotient(below(), below())
        case "least":
            return Least((below(), below()))
        case "greatest":
            return Greatest((below(), below()))
        case "floor":
            return Floor(Product((below(), Number(Fraction(1, 2)))))
        case "cases":
            when = draw_condition(draw, draft, 0)
            return Cases(((when, below()), (Not(when), below())))
        case _:
            return Number(Fraction(draw(st.integers(-2, 4))))


def several(draw: DrawFn, make: Callable[[], T]) -> tuple[T, ...]:
    return tuple(make() for _ in range(draw(st.sampled_from((1, 2, 2, 3)))))


def combinations(protocol: Protocol) -> Iterator[Selection]:
    """Yield every combination of readings."""
    sentences = protocol.sentences.values()
    for chosen in product(*(each.readings for each in sentences)):
        yield {each.name: reading for each, reading in zip(sentences, chosen, strict=True)}


def partial_choices(protocol: Protocol, names: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Yield every combination of the readings of these sentences alone."""
    for chosen in product(*(protocol.sentences[name].readings for name in names)):
        yield dict(zip(names, chosen, strict=True))
