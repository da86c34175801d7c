"""Where there is more than anybody reads, what is listed is true, and what is not listed is said to be undecided."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.condition import EVERYONE, AnyOf, Compare, Condition, Number, Readings, Relation, Value
from trialproof.model.protocol import (
    Choice,
    Claim,
    Criterion,
    Decision,
    NumberKind,
    Protocol,
    Quantity,
    Sentence,
)
from trialproof.model.unit import PLAIN
from trialproof.verify import differences, fates, regions


def number(name: str, *, applies_if: Condition = EVERYONE, step: int | None = 1) -> Quantity:
    charted = None if step is None else Fraction(step)
    return Quantity(name, NumberKind(Fraction(0), Fraction(9), PLAIN, charted), applies_if=applies_if)


def above(name: str, value: int) -> Condition:
    return Compare(Value(name), Relation.GT, Number(Fraction(value)))


def is_value(name: str, value: int) -> Condition:
    return Compare(Value(name), Relation.EQ, Number(Fraction(value)))


def undecided(protocol: Protocol) -> set[str]:
    return {each.code for each in reviewed(protocol).undecided}


SCATTERED = AnyOf((is_value("x", 1), is_value("x", 4), is_value("x", 7)))
NUMBERS = {name: number(name) for name in ("x", "y")}


def test_more_gaps_and_counterexamples_than_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST_REGIONS", 2)
    protocol = Protocol(
        "scattered",
        NUMBERS,
        decisions={"arm": Decision("arm", (Choice("a", SCATTERED),), EVERYONE)},
        claims=(Claim("scattered", SCATTERED),),
    )
    assert {"TP101", "TP207"} <= undecided(protocol)
    monkeypatch.setattr(regions, "MOST_REGIONS", 4)
    assert undecided(protocol) == set()


def test_more_clashes_than_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = tuple(Choice(f"c{value}", above("x", value)) for value in range(4))
    protocol = Protocol("clashing", NUMBERS, decisions={"arm": Decision("arm", choices, EVERYONE)})
    assert undecided(protocol) == set()
    monkeypatch.setattr(fates, "MOST_CLASHES", 2)
    assert undecided(protocol) == {"TP102"}
    clashes = [each for each in reviewed(protocol).findings if each.code in ("TP102", "TP104")]
    assert len({each.choices for each in clashes}) == 2


def test_more_patients_without_eligibility_than_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "MOST_REGIONS", 1)
    quantities = {"x": number("x"), "y": number("y", applies_if=SCATTERED)}
    rule = AnyOf((above("y", 4), is_value("x", 2), is_value("x", 5)))
    protocol = Protocol("open", quantities, inclusion=(Criterion("I1", rule),))
    assert undecided(protocol) == {"TP206"}
    assert any(each.code == "TP206" for each in reviewed(protocol).findings)


def test_more_changes_than_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = [Choice(f"c{value}", is_value("x", value)) for value in range(4)]
    choices.append(Choice("rest", Readings("rest", (("few", above("x", 3)), ("most", above("x", 0))))))
    protocol = Protocol(
        "changing",
        NUMBERS,
        decisions={"arm": Decision("arm", tuple(choices), EVERYONE)},
        sentences={"rest": Sentence("rest", ("few", "most"), "few")},
    )
    assert undecided(protocol) == set()
    monkeypatch.setattr(differences, "MOST_CHANGES", 2)
    assert undecided(protocol) == {"TP106"}


def test_more_patients_between_steps_than_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = AnyOf(tuple(is_value("x", value) for value in range(10)))
    protocol = Protocol("dense", NUMBERS, decisions={"arm": Decision("arm", (Choice("a", whole),), EVERYONE)})
    assert undecided(protocol) == set()
    monkeypatch.setattr(regions, "MOST_REGIONS", 3)
    assert undecided(protocol) == {"TP110"}
