"""The words of a region are true of the patients in it, and of nobody else: they are read back here."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from hypothesis import event, given, settings, strategies as st

from tests.verify.everyone import Judge, is_so, reviewed
from tests.verify.finite import protocols, tangles
from tests.verify.test_regions import searches
from trialproof.model.condition import EVERYONE, Compare, Is, Number, Relation, Value, Yes
from trialproof.model.protocol import Choice, Decision, NumberKind, Protocol, Quantity, Recorded, YesNoKind
from trialproof.model.unit import PLAIN
from trialproof.verify.axes import Axis, NamedAxis, NumberAxis, within
from trialproof.verify.words import pinned, term

NUMBER = r"(-?[\d./]+)"
RANGES: dict[str, Callable[..., bool]] = {
    rf"exactly {NUMBER}": lambda value, at: value == at,
    rf"at most {NUMBER}": lambda value, high: value <= high,
    rf"under {NUMBER}": lambda value, high: value < high,
    rf"at least {NUMBER}": lambda value, low: value >= low,
    rf"over {NUMBER}": lambda value, low: value > low,
    rf"from {NUMBER} up to {NUMBER}": lambda value, low, high: low <= value <= high,
    rf"from {NUMBER} to under {NUMBER}": lambda value, low, high: low <= value < high,
    rf"over {NUMBER} and up to {NUMBER}": lambda value, low, high: low < value <= high,
    rf"over {NUMBER} and under {NUMBER}": lambda value, low, high: low < value < high,
    "any value": lambda _value: True,
}
ABSENT = {"not applicable": "absent", "not recorded": "missing"}


def state(judge: Judge, name: str) -> Recorded:
    """Return the value that a quantity has for a patient, or else `absent` or `missing`."""
    quantity, value = judge.protocol.quantities[name], judge.value_of(name)
    if value is not None:
        return value
    applies = judge.judge(quantity.applies_if)
    return "absent" if applies is False and quantity.when_not_applicable is None else "missing"


def true_of(words: str, value: Recorded) -> bool:
    return any(one_is_true(each, value) for each in words.split(" or "))


def one_is_true(words: str, value: Recorded) -> bool:
    if words in ABSENT or value in ABSENT.values():
        return ABSENT.get(words) == value
    if isinstance(value, bool):
        return words == ("yes" if value else "no")
    if isinstance(value, str):
        return words == value
    (bounds, holds), *others = [(found, RANGES[each]) for each in RANGES if (found := re.fullmatch(each, words))]
    assert not others
    return holds(value, *map(Fraction, bounds.groups()))


def subject_of(axis: Axis) -> str | None:
    """Return the quantity that an axis is made of, if it is one quantity and read as in the case."""
    match axis:
        case NumberAxis(term=Value(name), otherwise=None) | NamedAxis(subject=Is(name, _) | Yes(name), otherwise=None):
            return name
        case _:
            return None


@settings(max_examples=50, deadline=None)
@given(st.one_of(protocols(), tangles()))
def test_the_words_of_a_region_say_who_is_in_it(protocol: Protocol) -> None:
    for search in searches(protocol):
        for box in search.boxes.boxes:
            for axis, chosen in zip(search.axes, box.parts, strict=True):
                name = subject_of(axis)
                if name is not None and len(chosen) < len(axis.parts):
                    words, there = term(protocol, axis, chosen).says, within(axis, chosen)
                    for judge in search.members:
                        assert is_so(there, judge) == true_of(words, state(judge, name))


@settings(max_examples=50, deadline=None)
@given(st.one_of(protocols(), tangles()))
def test_a_boundary_is_pinned_to_the_value_that_everybody_on_it_has(protocol: Protocol) -> None:
    for search in searches(protocol):
        for box in search.boxes.boxes:
            for axis, chosen in zip(search.axes, box.parts, strict=True):
                name, exactly = subject_of(axis), pinned(protocol, axis, chosen)
                if name is None or exactly is None:
                    continue
                found = re.search(rf"exactly {NUMBER}", exactly)
                assert found
                event("pinned")
                there = [judge for judge in search.members if is_so(within(axis, chosen), judge)]
                assert {state(judge, name) for judge in there} == {Fraction(found[1])}


def test_a_stated_value_beyond_the_range_is_not_taken_for_the_end_of_the_range() -> None:
    lesion = Quantity("lesion", YesNoKind())
    size = Quantity(
        "size",
        NumberKind(Fraction(1), Fraction(20), PLAIN, Fraction(1)),
        applies_if=Yes("lesion"),
        when_not_applicable=Fraction(0),
    )
    large = Compare(Value("size"), Relation.GT, Number(Fraction(1)))
    decision = Decision("arm", (Choice("large", large),), EVERYONE)
    protocol = Protocol("beyond", {"lesion": lesion, "size": size}, decisions={"arm": decision})
    (finding,) = reviewed(protocol, select=["TP101", "TP103"]).findings
    assert (finding.code, finding.regions[0].words) == ("TP101", "size at most 1")
