"""A wide table is reported as a reader needs it: one finding for its gaps, and the rows that come nearest."""

from __future__ import annotations

from fractions import Fraction

from tests.verify.everyone import reviewed
from trialproof.model.condition import EVERYONE, AllOf, Compare, Condition, Number, Relation, Value
from trialproof.model.protocol import Choice, Decision, NumberKind, Protocol, Quantity

SIZE = Quantity("size", NumberKind(Fraction(0), Fraction(399), step=Fraction(1)))


def band(low: int, high: int) -> Condition:
    return AllOf(
        (
            Compare(Value("size"), Relation.GE, Number(Fraction(low))),
            Compare(Value("size"), Relation.LT, Number(Fraction(high))),
        )
    )


def table(*, shrunk: set[int]) -> Protocol:
    """Return forty bands of ten; those that are shrunk leave out their last two values."""
    choices = tuple(
        Choice(f"row_{at}", band(10 * at, 10 * at + (8 if at in shrunk else 10))) for at in range(40)
    )
    decision = Decision("dose", choices, EVERYONE)
    return Protocol("a wide table", {"size": SIZE}, decisions={"dose": decision})


def test_the_gaps_of_a_table_are_one_finding_with_every_region() -> None:
    (finding,) = reviewed(table(shrunk={3, 17, 30}), select=["TP101", "TP103"]).findings
    assert [region.words for region in finding.regions] == [
        "size from 38 to under 40",
        "size from 178 to under 180",
        "size from 308 to under 310",
    ]
    assert "in 3 regions" in finding.message


def test_the_rows_shown_are_those_that_come_nearest() -> None:
    (finding,) = reviewed(table(shrunk={17}), select=["TP101", "TP103"]).findings
    assert len(finding.labels) == 3
    assert [label.note.split("`")[1] for label in finding.labels] == ["row_17", "row_18", "row_16"]


def test_a_table_without_gaps_is_proved() -> None:
    review = reviewed(table(shrunk=set()), select=["TP101", "TP102", "TP103", "TP104"])
    assert not review.findings
    assert {each.code for each in review.proved} == {"TP101", "TP102"}
