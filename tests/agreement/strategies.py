"""Small random protocols, rules over them, and patients who stand on their thresholds.

Everything that a protocol can hold is drawn: quantities that apply to some only, in chains; stated values for those to
whom they do not apply; definitions, sentences with two readings, decisions of every intent that refer to one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
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
    Takes,
    Tally,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Criterion,
    Decision,
    Definition,
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

R = TypeVar("R")

STEPS = (None, Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(10))
CATEGORIES = ("a", "b", "c")


@dataclass(frozen=True)
class Draft:
    """What has been drawn so far: all that the next rule may speak of. `asks` allows `x is known` and the like."""

    asks: bool
    intents: Sequence[Intent]
    quantities: dict[str, Quantity] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)
    criteria: list[Criterion] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)
    eligibility: bool = False

    def named(self, *kinds: type[Kind]) -> list[str]:
        return [name for name, quantity in self.quantities.items() if isinstance(quantity.kind, kinds)]

    def defined(self, *, numbers: bool) -> list[str]:
        return [name for name, each in self.definitions.items() if (each.unit is not None) is numbers]


@dataclass(frozen=True)
class World:
    """A protocol, conditions and a term to ask about it, one reading for each sentence, and patients."""

    protocol: Protocol
    conditions: tuple[Condition, ...]
    term: Term
    selection: Selection
    patients: tuple[Patient, ...]


@st.composite
def worlds(
    draw: DrawFn, *, asks: bool = True, intents: Sequence[Intent] = tuple(Intent), patients: int = 4
) -> World:
    """Draw a whole case. Without `asks` no rule looks at whether something is known."""
    draft = draw_draft(draw, Draft(asks, intents))
    protocol = Protocol(
        title="random",
        quantities=draft.quantities,
        definitions=draft.definitions,
        inclusion=tuple(each for each in draft.criteria if not each.excludes),
        exclusion=tuple(each for each in draft.criteria if each.excludes),
        decisions=draft.decisions,
        sentences=draft.sentences,
    )
    conditions = tuple(draw_condition(draw, draft, 2) for _ in range(3))
    term = draw_term(draw, draft, 2)
    selection = {name: draw(st.sampled_from(each.readings)) for name, each in draft.sentences.items()}
    thresholds = thresholds_of([*protocol.rules(), *conditions, term])
    drawn = tuple(draw_patient(draw, protocol, thresholds) for _ in range(patients))
    return World(protocol, conditions, term, selection, drawn)


def subjects(protocol: Protocol) -> list[Condition]:
    """Return all that can be asked about the named rules of a protocol."""
    asked: list[Condition] = [Eligible()]
    asked += [Named(name) for name, each in protocol.definitions.items() if each.unit is None]
    for decision in protocol.decisions.values():
        names = tuple(choice.name for choice in decision.choices)
        asked += [Takes(decision.name, name) for name in names]
        asked += [Assigned(decision.name, (name,)) for name in names]
        asked += [Assigned(decision.name, names[:2]), Assigned(decision.name, names)]
    return asked


def thresholds_of(rules: Sequence[Condition | Term]) -> dict[str, set[Fraction]]:
    """Return the constants that each number quantity is compared with."""
    found: dict[str, set[Fraction]] = {}
    for rule in rules:
        for node in descend(rule):
            match node:
                case Compare(Value(name), _, Number(value)):
                    found.setdefault(name, set()).add(value)
    return found


def draw_draft(draw: DrawFn, draft: Draft) -> Draft:
    for index in range(draw(st.integers(2, 5))):
        name = f"q{index}"
        draft.quantities[name] = draw_quantity(draw, draft, name)
    for index in range(draw(st.integers(0, 3))):
        draw_definition(draw, draft, f"d{index}")
    for index in range(draw(st.integers(0, 3))):
        rule = draw_read(draw, draft, f"c{index}", lambda: draw_condition(draw, draft, 1))
        draft.criteria.append(Criterion(f"c{index}", rule, excludes=draw(st.booleans())))
    draft = replace(draft, eligibility=True)
    for index in range(draw(st.integers(1, 2))):
        draft.decisions[f"x{index}"] = draw_decision(draw, draft, f"x{index}")
    for index in range(draw(st.integers(0, 2))):
        draw_definition(draw, draft, f"e{index}")
    return draft


def draw_quantity(draw: DrawFn, draft: Draft, name: str) -> Quantity:
    kind = draw_kind(draw, must_be_number=not draft.quantities)
    applies_if: Condition = EVERYONE
    default: Recorded | None = None
    if draw(st.booleans()) and draft.quantities:
        applies_if = draw_condition(draw, draft, 1)
        if draw(st.booleans()):
            default = draw_default(draw, kind)
    return Quantity(
        name, kind, applies_if=applies_if, when_not_applicable=default, may_be_missing=draw(st.booleans())
    )


def draw_kind(draw: DrawFn, *, must_be_number: bool) -> Kind:
    match 0 if must_be_number else draw(st.integers(0, 3)):
        case 2:
            return CategoryKind(CATEGORIES[: draw(st.integers(1, 3))])
        case 3:
            return YesNoKind()
        case _:
            step = draw(st.sampled_from(STEPS))
            unit = step or Fraction(1)
            lower = draw(st.integers(-3, 2)) * unit
            return NumberKind(lower, lower + draw(st.integers(1, 6)) * unit, PLAIN, step)


def draw_default(draw: DrawFn, kind: Kind) -> Recorded:
    match kind:
        case NumberKind(lower):
            return draw(st.sampled_from((Fraction(0), lower, Fraction(7, 3))))
        case CategoryKind(categories):
            return draw(st.sampled_from(categories))
        case YesNoKind():
            return draw(st.booleans())


def draw_definition(draw: DrawFn, draft: Draft, name: str) -> None:
    applies_if = draw_condition(draw, draft, 0) if draw(st.integers(0, 3)) == 0 else EVERYONE
    if draw(st.booleans()):
        body = draw_read(draw, draft, name, lambda: draw_condition(draw, draft, 2))
        draft.definitions[name] = Definition(name, body, applies_if=applies_if)
    else:
        term = draw_term(draw, draft, 2)
        if draw(st.integers(0, 3)) == 0:
            draft.sentences[name] = Sentence(name, ("one", "two"), "one")
            term = ReadTerm(name, (("one", term), ("two", draw_term(draw, draft, 1))))
        draft.definitions[name] = Definition(name, term, PLAIN, applies_if=applies_if)


def draw_decision(draw: DrawFn, draft: Draft, name: str) -> Decision:
    intent = draw(st.sampled_from(draft.intents))
    names = [f"{name}{index}" for index in range(draw(st.integers(1, 4)))]
    rules = {
        each: draw_read(draw, draft, f"{name}.{each}", lambda: draw_condition(draw, draft, 1)) for each in names
    }
    if draw(st.integers(0, 2)) == 0:
        otherwise = draw(st.sampled_from(names))
        others = [each for each in names if each != otherwise]
        # Under `first match`, what is said of a later choice may not go through its place in the order.
        by_name = draw(st.booleans()) and (intent is not Intent.FIRST_MATCH or otherwise == names[-1])
        rules[otherwise] = AllOf(tuple(Not(Takes(name, each) if by_name else rules[each]) for each in others))
    choices = tuple(Choice(each, rule) for each, rule in rules.items())
    population: Condition = Eligible()
    if draw(st.booleans()):
        population = EVERYONE if draw(st.booleans()) else draw_condition(draw, draft, 1)
    return Decision(name, choices, population, intent)


def draw_read(draw: DrawFn, draft: Draft, name: str, make: Callable[[], Condition]) -> Condition:
    """Draw a rule, or a sentence with two readings."""
    if draw(st.integers(0, 3)):
        return make()
    draft.sentences[name] = Sentence(name, ("one", "two"), draw(st.sampled_from(("one", "two"))))
    return Readings(name, (("one", make()), ("two", make())))


def draw_condition(draw: DrawFn, draft: Draft, depth: int) -> Condition:
    """Draw a condition that is at most so many connectives deep."""
    connectives = ("not", "all", "any", "if", "count", "xor", *(("determined",) if draft.asks else ()))
    kind = draw(st.sampled_from((*leaves(draft), *(connectives if depth else ()))))

    def below() -> Condition:
        return draw_condition(draw, draft, depth - 1)

    match kind:
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
        case "xor":
            return Count(Tally.EXACTLY, 1, (below(), below()))
        case "determined":
            return Determined(below() if draw(st.booleans()) else draw_term(draw, draft, depth - 1))
        case _:
            return draw_leaf(draw, draft, kind, depth)


def leaves(draft: Draft) -> list[str]:
    kinds = ["constant"]
    kinds += ["threshold"] * 3 * bool(draft.named(NumberKind)) + ["compare"]
    kinds += ["is"] * 2 * bool(draft.named(CategoryKind)) + ["yes"] * 2 * bool(draft.named(YesNoKind))
    kinds += ["known"] * (draft.asks and bool(draft.quantities)) + ["named"] * bool(draft.defined(numbers=False))
    return kinds + ["eligible"] * draft.eligibility + ["takes", "assigned"] * bool(draft.decisions)


def draw_leaf(draw: DrawFn, draft: Draft, kind: str, depth: int) -> Condition:
    match kind:
        case "threshold":
            name = draw(st.sampled_from(draft.named(NumberKind)))
            return Compare(Value(name), draw(st.sampled_from(Relation)), Number(draw_threshold(draw, draft, name)))
        case "compare":
            left, right = draw_term(draw, draft, depth), draw_term(draw, draft, depth)
            return Compare(left, draw(st.sampled_from(Relation)), right)
        case "is":
            name = draw(st.sampled_from(draft.named(CategoryKind)))
            kind_of = draft.quantities[name].kind
            assert isinstance(kind_of, CategoryKind)
            subset = draw(st.lists(st.sampled_from(kind_of.categories), unique=True, max_size=3))
            return Is(name, tuple(subset))
        case "yes":
            return Yes(draw(st.sampled_from(draft.named(YesNoKind))))
        case "known":
            return Known(draw(st.sampled_from(list(draft.quantities))))
        case "named":
            return Named(draw(st.sampled_from(draft.defined(numbers=False))))
        case "eligible":
            return Eligible()
        case "takes" | "assigned":
            decision = draft.decisions[draw(st.sampled_from(list(draft.decisions)))]
            names = [choice.name for choice in decision.choices]
            if kind == "takes":
                return Takes(decision.name, draw(st.sampled_from(names)))
            some = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
            return Assigned(decision.name, tuple(some))
        case _:
            return EVERYONE if draw(st.booleans()) else NOBODY


def draw_threshold(draw: DrawFn, draft: Draft, name: str) -> Fraction:
    """Draw a constant in and about the range: on a recordable value, between two, or just outside."""
    kind = draft.quantities[name].kind
    assert isinstance(kind, NumberKind)
    unit = (kind.step or Fraction(1)) / 2
    return draw(st.integers(floor(kind.lower / unit) - 1, floor(kind.upper / unit) + 1)) * unit


def draw_term(draw: DrawFn, draft: Draft, depth: int) -> Term:
    """Draw a term that is at most so many operations deep."""
    kinds = ["number"]
    kinds += ["value"] * 3 * bool(draft.named(NumberKind)) + ["derived"] * bool(draft.defined(numbers=True))
    if depth:
        kinds += ["sum", "product", "quotient", "quotient", "least", "greatest", "floor", "cases"]

    def below() -> Term:
        return draw_term(draw, draft, depth - 1)

    match draw(st.sampled_from(kinds)):
        case "value":
            return Value(draw(st.sampled_from(draft.named(NumberKind))))
        case "derived":
            return Derived(draw(st.sampled_from(draft.defined(numbers=True))))
        case "sum":
            return Sum(several(draw, below))
        case "product":
            return Product(several(draw, below, most=2))
        case "quotient":
            return Quotient(below(), below())
        case "least":
            return Least((below(), *several(draw, below, most=2)))
        case "greatest":
            return Greatest((below(), *several(draw, below, most=2)))
        case "floor":
            return Floor(below())
        case "cases":
            rows = [(draw_condition(draw, draft, depth - 1), below()) for _ in range(draw(st.integers(1, 3)))]
            if draw(st.booleans()):
                rows[-1] = (AllOf(tuple(Not(condition) for condition, _ in rows[:-1])), rows[-1][1])
            return Cases(tuple(rows))
        case _:
            numerator, denominator = draw(st.integers(-4, 9)), draw(st.sampled_from((1, 1, 1, 2, 3, 10)))
            return Number(Fraction(numerator, denominator))


def several(draw: DrawFn, make: Callable[[], R], most: int = 3) -> tuple[R, ...]:
    return tuple(make() for _ in range(draw(st.integers(0, most))))


def draw_patient(draw: DrawFn, protocol: Protocol, thresholds: dict[str, set[Fraction]]) -> Patient:
    """Draw a record: some values missing, some recorded where they do not apply, many next to a threshold."""
    values: dict[str, Recorded | None] = {}
    for name, quantity in protocol.quantities.items():
        if draw(st.integers(0, 4)):
            values[name] = draw(recordable(quantity, thresholds.get(name, set())))
    return Patient.of(values)


def recordable(quantity: Quantity, thresholds: set[Fraction]) -> st.SearchStrategy[Recorded]:
    match quantity.kind:
        case NumberKind() as kind:
            return st.sampled_from(worth_trying(kind, thresholds))
        case CategoryKind(categories):
            return st.sampled_from(categories)
        case YesNoKind():
            return st.booleans()


def worth_trying(kind: NumberKind, thresholds: set[Fraction]) -> list[Fraction]:
    """Return the ends of the range, and for each threshold the recordable values on it and to either side."""
    step = kind.step or Fraction(1, 3)
    near = {kind.lower, kind.upper}
    for threshold in thresholds:
        base = threshold if kind.step is None else floor(threshold / step) * step
        near |= {base - step, base, base + step}
    return sorted(value for value in near if kind.lower <= value <= kind.upper)
