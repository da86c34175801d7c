"""The engine of ranks says what the plain evaluator says, patient by patient, and leaves alone what it cannot know."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import event, given, settings, strategies as st

from tests.agreement.naive import Naive
from tests.agreement.strategies import World, subjects, worlds
from tests.verify.everyone import InProcess, alone, is_so, reviewed
from tests.verify.finite import protocols
from trialproof.model.condition import (
    EVERYONE,
    NOBODY,
    AllOf,
    Compare,
    Condition,
    Floor,
    Is,
    Known,
    Not,
    Number,
    Product,
    Readings,
    Relation,
    Sum,
    Value,
    Yes,
)
from trialproof.model.patient import OnePatient, Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, Sentence, YesNoKind
from trialproof.verify import case as case_file, ranks as ranks_file
from trialproof.verify.case import Case
from trialproof.verify.diagram import LEAF, Diagram, Diagrams
from trialproof.verify.properties import gap, overlap, recordable, settled, undetermined
from trialproof.verify.ranks import Ranked, Ranks
from trialproof.verify.replay import Disagreement
from trialproof.verify.statement import (
    About,
    AnyPatient,
    AnyReading,
    Every,
    Fails,
    Fixed,
    Holds,
    Never,
    ReadAs,
    Statement,
    Who,
)

SOMEBODY = AnyPatient()


def holds_in(diagram: Diagram, protocol: Protocol, patient: Patient) -> bool:
    """Look a patient up, axis by axis; where nothing was recorded, any value will do."""
    record = patient.as_dict()
    names = list(protocol.quantities)
    while diagram.axis != LEAF:
        name = names[diagram.axis // 2]
        if diagram.axis % 2 == 0:
            at: int | tuple[Fraction, bool] = int(name in record)
        else:
            kind, value = protocol.quantities[name].kind, record.get(name)
            match kind:
                case NumberKind():
                    number = Fraction(kind.lower if value is None else value)
                    at = int(number / kind.step) if kind.step is not None else (number, False)
                case CategoryKind(categories):
                    at = 0 if value is None else categories.index(str(value))
                case YesNoKind():
                    at = int(value is True)
        diagram = diagram.children[sum(cut <= at for cut in diagram.cuts)]  # type: ignore[operator]
    return diagram.leaf is True


def said(condition: Condition, world: World) -> tuple[Statement, Statement]:
    readings = Fixed.of(world.selection)
    return About(Holds(condition), SOMEBODY, readings), About(Fails(condition), SOMEBODY, readings)


@settings(max_examples=200, deadline=None)
@given(worlds(patients=6))
def test_a_diagram_holds_exactly_the_patients_of_whom_the_statement_is_so(world: World) -> None:
    ranks = Ranks(world.protocol)
    for condition in subjects(world.protocol):
        for statement, opinion in zip(said(condition, world), (True, False), strict=True):
            found = ranks.patients(statement)
            event("covered" if found is not None else "not covered")
            for patient in world.patients if found is not None else ():
                expected = Naive(world.protocol, patient, world.selection).judge(condition) is opinion
                assert holds_in(found, world.protocol, patient) is expected  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(protocols(), st.data())
def test_somebody_is_possible_just_when_somebody_is_there(protocol: Protocol, data: st.DataObject) -> None:
    ranks, people = Ranks(protocol), alone(protocol)
    targets = [make(each) for each in protocol.decisions.values() for make in (gap, overlap, settled, undetermined)]
    conditions = data.draw(st.lists(st.sampled_from(subjects(protocol)), max_size=2))
    statements = [*(Holds(each) for each in conditions), data.draw(st.sampled_from(targets))]
    readings = Fixed.of(protocol.preferred)
    asked = [About(each, SOMEBODY, readings) for each in (recordable(protocol), *statements)]
    found = ranks.possible(asked)
    event(f"answered: {found}")
    if found is not None:
        assert found is any(all(is_so(each, judge) for each in statements) for judge in people)


@settings(max_examples=60, deadline=None)
@given(st.one_of(protocols(), protocols(readings=True)))
def test_a_review_says_the_same_with_one_engine_and_with_two(protocol: Protocol) -> None:
    both = reviewed(protocol)
    with patch.object(case_file, "Ranks", lambda protocol: Ranks(protocol, limit=0)):
        assert reviewed(protocol) == both


SIZE = Quantity("size", NumberKind(Fraction(0), Fraction(20), step=Fraction(1, 10)))
WEIGHT = Quantity("weight", NumberKind(Fraction(30), Fraction(200)))
STAGE = Quantity("stage", CategoryKind(("I", "II", "III")), may_be_missing=True)
SPREAD = Quantity("spread", YesNoKind(), applies_if=Is("stage", ("II", "III")))
PROTOCOL = Protocol("four quantities", {each.name: each for each in (SIZE, WEIGHT, STAGE, SPREAD)})


def possible(*conditions: Condition, protocol: Protocol = PROTOCOL) -> bool | None:
    statements = [recordable(protocol), *(Holds(each) for each in conditions)]
    return Ranks(protocol).possible([About(each, SOMEBODY, Fixed(())) for each in statements])


def compare(name: str, relation: str, number: str) -> Condition:
    return Compare(Value(name), Relation(relation), Number(Fraction(number)))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([compare("size", ">", "4.9"), compare("size", "<", "5.1")], True),
        ([compare("size", ">", "4.9"), compare("size", "<", "5.1"), compare("size", "!=", "5")], False),
        ([compare("size", ">", "4.95"), compare("size", "<", "5")], False),
        ([compare("size", ">", "20")], False),
        ([compare("size", ">=", "20")], True),
        ([compare("size", "<", "0")], False),
        ([compare("size", "<=", "0")], True),
        ([compare("size", "<", "0.05")], True),
        ([compare("weight", ">", "90"), compare("weight", "<", "90.001")], True),
        ([compare("weight", ">=", "90"), compare("weight", "<", "90")], False),
        ([compare("weight", ">=", "90"), compare("weight", "<=", "90")], True),
        ([compare("weight", "<=", "30")], True),
        ([compare("weight", "<", "30")], False),
        ([Is("stage", ("I",)), Yes("spread")], False),
        ([Is("stage", ("II",)), Yes("spread")], True),
        ([Not(Known("stage"))], True),
        ([Not(Known("size"))], False),
        ([Is("stage", ("II",)), Not(Known("spread"))], False),
        ([EVERYONE], True),
        ([NOBODY], False),
    ],
)
def test_ends_steps_and_what_may_be_missing_are_told_apart(conditions: list[Condition], expected: bool) -> None:
    assert possible(*conditions) is expected


def test_whole_numbers_of_a_quantity_are_its_stairs() -> None:
    years = Floor(Product((Value("weight"), Number(Fraction(-1, 7)))))
    for whole in range(-29, -3):
        exact = Compare(years, Relation.EQ, Number(Fraction(whole)))
        low, high = compare("weight", ">", str(-7 * (whole + 1))), compare("weight", "<=", str(-7 * whole))
        inside = possible(low, high)
        assert possible(exact) is inside
        assert possible(exact, AllOf((low, high))) is inside
        assert possible(exact, Not(AllOf((low, high)))) is False


def test_two_quantities_at_once_are_left_to_the_other_engine() -> None:
    both = Sum((Value("size"), Value("weight")))
    assert possible(Compare(both, Relation.GT, Number(Fraction(100)))) is None
    assert possible(Compare(Value("size"), Relation.LT, Value("weight"))) is None
    assert possible(Compare(Value("size"), Relation.LT, Sum((Value("size"), Number(Fraction(1)))))) is True


def test_unknown_readings_are_left_to_the_other_engine() -> None:
    assert Ranks(PROTOCOL).possible([About(Holds(EVERYONE), SOMEBODY, AnyReading())]) is None


def test_two_patients_are_told_apart() -> None:
    large, small = compare("size", ">", "5"), compare("size", "<=", "5")
    other = AnyPatient("other")
    ranks = Ranks(PROTOCOL)
    assert ranks.possible([About(Holds(large), SOMEBODY, Fixed(())), About(Holds(small), other, Fixed(()))]) is True
    assert ranks.possible([About(Holds(large), other, Fixed(())), About(Holds(small), other, Fixed(()))]) is False


def test_an_engine_that_outgrows_its_limit_stays_silent() -> None:
    for limit in range(12):
        ranks = Ranks(PROTOCOL, limit=limit)
        asked = [About(Holds(compare("size", ">", str(at))), SOMEBODY, Fixed(())) for at in range(15)]
        answers = [ranks.possible(asked[: at + 1]) for at in range(15)]
        assert None in answers
        silent = answers.index(None)
        assert answers == [True] * silent + [None] * (15 - silent)


def test_an_engine_with_a_limit_of_nothing_is_asked_nothing() -> None:
    recorded = [About(Holds(Known("size")), SOMEBODY, Fixed(()))]
    answers = [tuple(Ranks(PROTOCOL, limit=limit).possible(asked) for asked in ([], recorded)) for limit in range(5)]
    assert answers == [(None, None), (True, None), (True, None), (True, None), (True, True)]


def test_the_diagrams_of_everybody_and_of_nobody_are_the_first_that_count() -> None:
    constant = Number(Fraction(1))
    alike = [About(Holds(Compare(constant, Relation.EQ, constant)), SOMEBODY, Fixed(()))]
    assert [Ranks(PROTOCOL, limit=limit).possible(alike) for limit in (1, 2, 3)] == [None, None, True]


def test_a_statement_that_takes_too_much_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks_file, "FOR_ONE", 20)
    ranks = Ranks(PROTOCOL)
    small = About(Holds(compare("size", ">", "5")), SOMEBODY, Fixed(()))
    large = About(Holds(AllOf(tuple(compare("size", "!=", str(at)) for at in range(20)))), SOMEBODY, Fixed(()))
    assert ranks.possible([small]) is True
    assert ranks.possible([large]) is None
    assert ranks.possible([small]) is True


def patients(condition: Condition, who: Who = SOMEBODY, ranks: Ranks | None = None) -> Diagram:
    found = (ranks or Ranks(PROTOCOL)).patients(About(Holds(condition), who, Fixed(())))
    assert found is not None
    return found


def test_each_quantity_has_an_axis_for_whether_it_was_recorded_and_one_for_its_value() -> None:
    """Read off a diagram of two axes: the first is for the record, the second for the value."""
    spread_applies = replace(PROTOCOL, quantities={**PROTOCOL.quantities, "spread": Quantity("spread", YesNoKind())})
    ranks = Ranks(spread_applies)
    rules = (compare("size", ">", "5"), compare("weight", ">", "90"), Is("stage", ("II",)), Yes("spread"))
    for who, first in ((SOMEBODY, 0), (AnyPatient("other"), 8)):
        for at, (name, rule) in enumerate(zip(spread_applies.quantities, rules, strict=True)):
            known, both = patients(Known(name), who, ranks), patients(rule, who, ranks)
            assert (known.axis, known.cuts) == (first + 2 * at, (1,))
            assert both.axis == first + 2 * at
            assert both.children[1].axis == first + 2 * at + 1


def test_ranks_of_a_value_in_steps_count_steps_and_dense_ones_are_numbers() -> None:
    step, number = patients(compare("size", ">", "4.9")), patients(compare("weight", "<=", "90"))
    assert step.children[1].cuts == (50,)
    assert number.children[1].cuts == ((Fraction(90), True),)
    dense = patients(compare("size", ">=", "4.9"), AnyPatient(dense=True))
    assert dense.children[1].cuts == ((Fraction("4.9"), False),)


def test_categories_and_yes_stand_in_their_order() -> None:
    stage = patients(Is("stage", ("II",))).children[1]
    assert (stage.cuts, [child.leaf for child in stage.children]) == ((1, 2), [False, True, False])
    last = patients(Is("stage", ("II", "III"))).children[1]
    assert (last.cuts, [child.leaf for child in last.children]) == ((1,), [False, True])


@settings(max_examples=40, deadline=None)
@given(worlds(patients=2))
def test_a_known_patient_is_everybody_or_nobody(world: World) -> None:
    ranks, somebody = Ranks(world.protocol), 0
    for patient in world.patients:
        for condition in (*world.conditions, *subjects(world.protocol)):
            holds = About(Holds(condition), patient, Fixed.of(world.selection))
            found = ranks.patients(holds)
            assert found is not None
            assert found.leaf is (Naive(world.protocol, patient, world.selection).judge(condition) is True)
            assert ranks.possible([holds]) is found.leaf
            somebody += 1
    assert somebody


def test_many_quantities_are_left_to_the_other_engine_as_one_patient_or_as_several() -> None:
    def answers(quantities: int, people: int) -> bool | None:
        names = [f"q{at}" for at in range(quantities)]
        protocol = Protocol("wide", {name: Quantity(name, YesNoKind()) for name in names})
        said = [About(Holds(Yes("q0")), AnyPatient(f"p{at}"), Fixed(())) for at in range(people)]
        return Ranks(protocol).possible(said)

    assert Ranks(Protocol("nothing", {})).possible([]) is True
    most = ranks_file.MOST_AXES // 2
    assert (answers(most, 1), answers(most + 1, 1)) == (True, None)
    assert (answers(most, 0), answers(most + 1, 0)) == (True, None)
    assert (answers(most // 2, 2), answers(most // 2 + 1, 2)) == (True, None)
    assert (answers(most // 3, 3), answers(most // 3, 4)) == (True, None)


def test_a_search_goes_on_among_those_who_are_left() -> None:
    ranks = Ranks(PROTOCOL)
    large, small = (About(Holds(compare("size", way, "5")), SOMEBODY, Fixed(())) for way in (">", "<="))
    heavy = About(Holds(compare("weight", ">", "90")), SOMEBODY, Fixed(()))
    unknown = About(Holds(EVERYONE), SOMEBODY, AnyReading())
    those = ranks.all_of([large])
    assert those is ranks.patients(large)
    assert those is not None
    assert ranks.all_of([], among=those) is those
    assert ranks.all_of([heavy], among=those) is ranks.all_of([large, heavy])
    nobody = ranks.all_of([small], among=those)
    assert nobody is not None
    assert (ranks.is_empty(those), ranks.is_empty(nobody)) == (False, True)
    assert ranks.all_of([unknown], among=those) is None
    assert ranks.all_of([unknown], among=nobody) is nobody


def test_a_statement_is_looked_into_once() -> None:
    ranks, large = Ranks(PROTOCOL), About(Holds(compare("size", ">", "5")), SOMEBODY, Fixed(()))
    found = ranks.patients(large)
    with patch.object(ranks_file, "judge", side_effect=AssertionError("asked again")):
        assert ranks.patients(large) is found
        assert ranks.possible([large]) is True


def test_a_sentence_is_read_as_it_was_chosen() -> None:
    rule = Readings("arm", (("one", EVERYONE), ("two", Yes("spread")), ("three", NOBODY)))
    ranks = Ranks(replace(PROTOCOL, sentences={"arm": Sentence("arm", ("one", "two", "three"), "one")}))
    for reading, expected in (("one", True), ("two", True), ("three", False)):
        read = Fixed.of({"arm": reading})
        assert ranks.possible([About(Holds(rule), SOMEBODY, read)]) is expected
        for asked in ("one", "two"):
            said = About(ReadAs("arm", asked), SOMEBODY, read)
            assert ranks.possible([said]) is (asked == reading)
    diagrams = Diagrams(10)
    carrier = Ranked(diagrams, OnePatient(Patient(()), {}), {"arm": "two"})
    assert (carrier.reading("arm"), carrier.chosen("arm", "two"), carrier.chosen("arm", "one")) == (
        "two", diagrams.true, diagrams.false,
    )  # fmt: skip


class Mistaken(Ranks):
    """An engine that takes the opposite view of everything."""

    def possible(self, statements: object) -> bool | None:
        found = super().possible(statements)  # type: ignore[arg-type]
        return None if found is None else not found


def test_two_engines_that_contradict_each_other_stop_the_run() -> None:
    protocol = replace(PROTOCOL, title="contradicted")
    with InProcess(protocol) as solver:
        case = Case(protocol, solver, {}, engine=Mistaken(protocol))
        with pytest.raises(Disagreement, match="Z3 says True, the ranks say False"):
            case.possible(case.patients())([])
        with pytest.raises(Disagreement):
            case.exists(case.patients(), Every(()))
        with pytest.raises(Disagreement):
            case.possible(case.patients())([Never(Every(()))])
