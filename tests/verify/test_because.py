"""The clauses named as the reason why a rule holds or fails are so, and there always are some."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings

from tests.agreement.strategies import World, subjects, worlds
from tests.verify.everyone import reviewed
from trialproof.model.condition import EVERYONE, NOBODY, Compare, Known, Not, Number, Relation, Value
from trialproof.model.patient import about
from trialproof.model.protocol import Choice, Decision, Intent, NumberKind, Protocol, Quantity
from trialproof.verify.because import deciding


@settings(max_examples=100, deadline=None)
@given(worlds(patients=2))
def test_every_reason_is_so_and_there_is_one(world: World) -> None:
    for patient in world.patients:
        meaning = about(world.protocol, patient, world.selection)
        for condition in (*world.conditions, *subjects(world.protocol), EVERYONE, NOBODY, Not(EVERYONE)):
            truth = meaning.truth(condition)
            for holding, so in ((True, truth.holds), (False, truth.fails)):
                clauses = deciding(condition, meaning, holding=holding)
                assert bool(clauses) == so
                reasons = [meaning.truth(clause) for clause in clauses]
                assert all(each.holds if holding else each.fails for each in reasons)


def test_each_choice_of_an_open_decision_is_said_to_take_the_patient_or_not_to() -> None:
    kind = NumberKind(Fraction(0), Fraction(2), step=Fraction(1))
    quantities = {"x": Quantity("x", kind), "y": Quantity("y", kind, may_be_missing=True)}
    above = {name: Compare(Value(name), Relation.GT, Number(Fraction(0))) for name in quantities}
    unknown, taken, late = Choice("b", above["y"]), Choice("a", above["x"]), Choice("c", Known("x"))
    later = "`c` does not take the patient, since an earlier choice comes first"
    for intent, choices, last in (
        (Intent.EXACTLY_ONE, (unknown, taken), "`a` takes the patient: x is more than 0"),
        (Intent.FIRST_MATCH, (unknown, taken, late), later),
    ):
        decision = Decision("arm", choices, above["x"], intent)
        protocol = Protocol("open", quantities, decisions={"arm": decision})
        (finding,) = reviewed(protocol, select=["TP107"]).findings
        assert [label.note for label in finding.labels][-1] == last
