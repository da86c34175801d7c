"""Two versions that record one quantity in different ways, compared by the true value of every patient."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DrawFn

from tests.verify.everyone import Judge
from tests.verify.test_amendment import Person, check_verdict, compared
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Assigned,
    Compare,
    Condition,
    Eligible,
    Known,
    Not,
    Number,
    Relation,
    Value,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    Choice,
    Criterion,
    Decision,
    Kind,
    NumberKind,
    Protocol,
    Quantity,
    Recorded,
    YesNoKind,
)
from trialproof.model.unit import parse_unit
from trialproof.verify.versions.amendment import Amendment

HALF = Fraction(1, 2)
GRID = 8
"""So many true values are tried between two whole numbers: whatever tells values apart lies on a quarter."""


def protocol_of(size: Quantity, large: Condition, admits: Condition = EVERYONE) -> Protocol:
    """Return a protocol that asks for a size, perhaps only of some, and for whether there is anything."""
    choices = (Choice("large", large), Choice("small", Not(large)))
    return Protocol(
        title="sizes",
        quantities={"there": Quantity("there", YesNoKind()), size.name: size},
        inclusion=(Criterion("I1", admits),),
        decisions={"arm": Decision("arm", choices)},
    )


@st.composite
def numbers(draw: DrawFn) -> Protocol:
    step = draw(st.sampled_from([None, HALF, Fraction(1), Fraction(2)]))
    lower = Fraction(draw(st.sampled_from([0, 0, 1, -2])))
    unit = draw(st.sampled_from(["cm", "cm", "mm"]))
    one = 10 if unit == "mm" else 1
    upper = lower + draw(st.sampled_from([2, 4]))
    rounding = draw(st.sampled_from(["nearest", "down", "up"]))
    kind = NumberKind(lower * one, upper * one, parse_unit(unit), None if step is None else step * one, rounding)
    applies_if: Condition = EVERYONE
    default: Fraction | None = None
    if draw(st.booleans()):
        applies_if = Yes("there")
        default = draw(st.sampled_from([None, Fraction(0), HALF * one, Fraction(7) * one]))
    missing = draw(st.integers(0, 4)) == 0
    size = Quantity("size", kind, applies_if=applies_if, when_not_applicable=default, may_be_missing=missing)

    def compared_with() -> Condition:
        threshold = Number(draw(st.integers(-1, 9)) * HALF * one)
        leaf: Condition = Compare(Value("size"), draw(st.sampled_from(Relation)), threshold)
        return draw(st.sampled_from([leaf, Not(leaf), AllOf((Yes("there"), leaf)), AnyOf((leaf, Not(Known("size"))))]))

    return protocol_of(size, compared_with(), draw(st.sampled_from([EVERYONE, compared_with()])))


def charted(value: Fraction, kind: Kind, per: Fraction) -> Fraction:
    """Return what is charted of a true value, looked up among the multiples of the step."""
    assert isinstance(kind, NumberKind)
    own = value * per
    if kind.step is None:
        return own
    multiples = [kind.step * at for at in range(-40, 41)]
    match kind.rounding:
        case "down":
            return max(each for each in multiples if each <= own)
        case "up":
            return min(each for each in multiples if each >= own)
        case _:
            return max(multiples, key=lambda each: (-abs(each - own), each))


def everybody(old: Protocol, new: Protocol) -> list[Person]:
    """Return everybody whom both versions can record, by true values in cm."""
    kinds = [each.quantities["size"].kind for each in (old, new)]
    scales = [Fraction(10) if isinstance(k, NumberKind) and k.unit.text == "mm" else Fraction(1) for k in kinds]
    plain = [k for k in kinds if isinstance(k, NumberKind)]
    low = max(k.lower / per for k, per in zip(plain, scales, strict=True))
    high = min(k.upper / per for k, per in zip(plain, scales, strict=True))
    truths = [Fraction(at, GRID) for at in range(-4 * GRID, 8 * GRID) if low <= Fraction(at, GRID) <= high]
    steps = {(k.step and k.step / per, k.step and k.rounding) for k, per in zip(plain, scales, strict=True)}
    found = []
    for there in (False, True):
        for truth in (None, *truths):
            judges = []
            for protocol, kind, per in zip((old, new), plain, scales, strict=True):
                values: dict[str, Recorded | None] = {"there": there}
                if truth is not None:
                    values["size"] = truth * per if len(steps) == 1 else charted(truth, kind, per)
                judges.append(Judge(protocol, Patient.of(values), {}))
            if all(recordable(each) for each in judges):
                found.append(Person(judges[0], judges[1], judges[0]))
    return found


def recordable(judge: Judge) -> bool:
    value, kind = judge.record.get("size"), judge.protocol.quantities["size"].kind
    applies = judge.judge(judge.protocol.quantities["size"].applies_if)
    if applies and isinstance(value, Fraction) and isinstance(kind, NumberKind):
        on_step = kind.step is None or (value / kind.step).denominator == 1
        if not (on_step and kind.lower <= value <= kind.upper):
            return False
    return judge.recordable


def check_sets(found: Amendment, people: list[Person]) -> None:
    """Raise `AssertionError` unless every verdict is that of looking at everybody."""
    check_verdict(found.eligibility.compared, people, Eligible(), Eligible())
    (decision,) = found.decisions
    for choice in decision.choices:
        assert choice.old is not None
        taken = Assigned("arm", (choice.old.name,))
        check_verdict(choice.compared, people, taken, taken)


@settings(max_examples=150, deadline=None)
@given(numbers(), numbers())
def test_numbers_are_compared_by_what_each_version_charts_of_the_true_value(old: Protocol, new: Protocol) -> None:
    found = compared(old, new)
    people = everybody(old, new)
    (pair,) = (each for each in found.merged.quantities if each.new == "size")
    if pair.apart:
        assert not [each for each in people if "size" in each.old.record]
        return
    check_sets(found, people)


def test_what_a_version_does_not_ask_for_need_not_lie_in_its_range() -> None:
    """A true value over 2 cm is charted as 4 cm, beyond the new range, if it is charted at all."""
    exactly_three = AllOf((Not(Yes("there")), Compare(Value("size"), Relation.EQ, Number(Fraction(3)))))
    large = Compare(Value("size"), Relation.GT, Number(Fraction(1)))
    old_kind = NumberKind(Fraction(0), Fraction(4), parse_unit("cm"), Fraction(1))
    new_kind = NumberKind(Fraction(0), Fraction(3), parse_unit("cm"), Fraction(2), "up")
    old = protocol_of(Quantity("size", old_kind), large, exactly_three)
    new = protocol_of(Quantity("size", new_kind, applies_if=Yes("there")), large)
    found = compared(old, new)
    check_sets(found, everybody(old, new))
    assert found.eligibility.compared.staying
