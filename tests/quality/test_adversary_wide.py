"""A wide decision whose grid lists only so much: what it could not list is never taken for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, event, given, settings, strategies as st

from tests.verify.everyone import InProcess, alone, fates, reviewed
from tests.verify.finite import protocols
from tests.verify.test_verdicts import check_decisions, found, proved
from trialproof.model.condition import EVERYONE, Compare, Number, Relation, Value
from trialproof.model.protocol import Choice, Decision, NumberKind, Protocol, Quantity
from trialproof.model.unit import PLAIN
from trialproof.verify.boxes.table import table_of
from trialproof.verify.case import Case
from trialproof.verify.fates import decision_axes


@pytest.fixture(autouse=True)
def every_decision_is_wide() -> Iterator[None]:
    """Let decisions of two choices be counted over a grid, as those of many are."""
    with patch("trialproof.verify.boxes.table.FEW", 0):
        yield


def test_these_decisions_are_counted_over_a_grid() -> None:
    size = Quantity("size", NumberKind(Fraction(0), Fraction(20), PLAIN, Fraction(1)))
    rules = [Compare(Value("size"), relation, Number(Fraction(5))) for relation in (Relation.LT, Relation.GT)]
    decision = Decision("arm", (Choice("small", rules[0]), Choice("large", rules[1])), EVERYONE)
    protocol = Protocol(title="size", quantities={"size": size}, decisions={"arm": decision})
    case = Case(protocol, InProcess(protocol), {})
    table = table_of(case, decision, decision_axes(case, decision))
    assert table is not None
    assert [each.words for each in table.gaps().regions] == ["size exactly 5"]


WITHIN_A_FIXTURE = [HealthCheck.function_scoped_fixture]


@settings(max_examples=60, deadline=None, suppress_health_check=WITHIN_A_FIXTURE)
@given(st.one_of(protocols(), protocols(readings=True)))
def test_a_grid_says_what_looking_at_everybody_says(protocol: Protocol) -> None:
    check_decisions(protocol)


@settings(max_examples=150, deadline=None, suppress_health_check=WITHIN_A_FIXTURE)
@given(protocols(), st.integers(0, 2))
def test_a_list_that_is_cut_short_proves_nothing_that_is_not_so(protocol: Protocol, most: int) -> None:
    with patch("trialproof.verify.boxes.table.MOST_REGIONS", most):
        review = reviewed(protocol, select=["TP101", "TP102", "TP103", "TP104"])
    people = alone(protocol)
    for decision in protocol.decisions.values():
        truth = fates(people, decision)
        about = decision.name
        event(f"{bool(truth.gap)} {bool(truth.overlap)} {bool(review.undecided)}")
        if truth.gap:
            assert not proved(review, "TP101", about)
            assert found(review, ["TP101", "TP103"], about)
        if truth.overlap:
            assert not proved(review, "TP102", about)
            assert found(review, ["TP102", "TP104"], about)
        if not (truth.gap or truth.overlap):
            assert not any(each.decision == about for each in review.undecided)
