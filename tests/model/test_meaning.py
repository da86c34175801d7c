"""What the rules of a protocol mean for one patient, by example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

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
)
from trialproof.model.meaning import WHATEVER, Meaning, Truth
from trialproof.model.patient import OnePatient, Patient, about
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Criterion,
    Decision,
    Definition,
    Intent,
    NumberKind,
    Protocol,
    Quantity,
    Sentence,
    YesNoKind,
)
from trialproof.model.unit import PLAIN

HOLDS = Truth(holds=True, fails=False)
FAILS = Truth(holds=False, fails=True)
UNDETERMINED = Truth(holds=False, fails=False)

RECURRENCE = Yes("recurrence")
FEMALE = Is("sex", ("female",))

QUANTITIES = (
    Quantity("sex", CategoryKind(("female", "male"))),
    Quantity("pregnant", YesNoKind(), applies_if=FEMALE, when_not_applicable=False),
    Quantity("recurrence", YesNoKind()),
    Quantity("diameter", NumberKind(Fraction(0), Fraction(20), step=Fraction(1, 10)), applies_if=RECURRENCE),
    Quantity("skip", YesNoKind(), applies_if=RECURRENCE),
    Quantity("depth", NumberKind(Fraction(1), Fraction(50)), applies_if=RECURRENCE, when_not_applicable=Fraction(0)),
    Quantity("site", CategoryKind(("neck", "chest", "none")), applies_if=RECURRENCE, when_not_applicable="none"),
    Quantity("weight", NumberKind(Fraction(0), Fraction(200))),
    Quantity("height", NumberKind(Fraction(0), Fraction(3))),
)


def constant(value: str | int) -> Number:
    return Number(Fraction(value))


def above(left: Term | str, value: str | int) -> Condition:
    return Compare(Value(left) if isinstance(left, str) else left, Relation.GT, constant(value))


def below(left: Term | str, value: str | int) -> Condition:
    return Compare(Value(left) if isinstance(left, str) else left, Relation.LT, constant(value))


def protocol_of(
    *decisions: Decision,
    definitions: tuple[Definition, ...] = (),
    inclusion: tuple[Condition, ...] = (),
    exclusion: tuple[Condition, ...] = (),
    sentences: tuple[Sentence, ...] = (),
) -> Protocol:
    return Protocol(
        "examples",
        {each.name: each for each in QUANTITIES},
        definitions={each.name: each for each in definitions},
        inclusion=tuple(Criterion(f"I{index}", rule) for index, rule in enumerate(inclusion)),
        exclusion=tuple(Criterion(f"E{index}", rule, excludes=True) for index, rule in enumerate(exclusion)),
        decisions={each.name: each for each in decisions},
        sentences={each.name: each for each in sentences},
    )


def patient(values: Mapping[str, str | int]) -> Patient:
    record = {name: each if isinstance(each, (str, bool)) else Fraction(each) for name, each in values.items()}
    return Patient.of(record)


def judge(condition: Condition, protocol: Protocol | None = None, **values: str | int) -> Truth[bool]:
    return about(protocol or protocol_of(), patient(values)).truth(condition)


def measure(term: Term, **values: str | int) -> Fraction | None:
    number = about(protocol_of(), patient(values)).number(term)
    return number.value if number.known else None


# Missing, and not applicable.


def test_a_comparison_with_a_missing_value_is_undetermined_and_so_is_its_denial() -> None:
    large = above("diameter", 5)
    assert judge(large, recurrence=True) == UNDETERMINED
    assert judge(Not(large), recurrence=True) == UNDETERMINED


def test_a_comparison_with_what_does_not_apply_is_undetermined_whatever_was_recorded() -> None:
    assert judge(above("diameter", 5), recurrence=False) == UNDETERMINED
    assert judge(above("diameter", 5), recurrence=False, diameter=9) == UNDETERMINED
    assert judge(Yes("skip"), recurrence=False, skip=True) == UNDETERMINED


def test_a_recorded_value_waits_for_whether_it_applies() -> None:
    assert judge(above("diameter", 5), diameter=9) == UNDETERMINED
    assert judge(above("diameter", 5), diameter=9, recurrence=True) == HOLDS
    assert judge(Yes("pregnant"), pregnant=True) == UNDETERMINED


def test_a_stated_value_stands_in_where_a_quantity_does_not_apply() -> None:
    assert judge(Yes("pregnant"), sex="male") == FAILS
    assert judge(Is("site", ("none",)), recurrence=False) == HOLDS
    assert judge(Is("site", ("neck", "chest")), recurrence=False) == FAILS
    assert judge(Compare(Value("depth"), Relation.EQ, constant(0)), recurrence=False) == HOLDS


def test_a_stated_value_overrules_a_stray_record_and_never_fills_a_gap_in_the_data() -> None:
    assert judge(Yes("pregnant"), sex="male", pregnant=True) == FAILS
    assert judge(above("depth", 0), recurrence=False, depth=7) == FAILS
    assert judge(Yes("pregnant"), sex="female") == UNDETERMINED
    assert judge(above("depth", 0), recurrence=True) == UNDETERMINED


def test_known_is_never_undetermined() -> None:
    assert judge(Known("diameter"), recurrence=True, diameter=3) == HOLDS
    assert judge(Known("diameter"), recurrence=True) == FAILS
    assert judge(Known("diameter"), recurrence=False, diameter=3) == FAILS
    assert judge(Known("diameter"), diameter=3) == FAILS
    assert judge(Known("pregnant"), sex="male") == HOLDS
    assert judge(Known("pregnant"), sex="female") == FAILS


def test_determined_asks_whether_a_condition_or_a_term_is_known_and_is_itself_never_undetermined() -> None:
    large = above("diameter", 5)
    assert judge(Determined(large), recurrence=True) == FAILS
    assert judge(Determined(large), recurrence=True, diameter=3) == HOLDS
    assert judge(Determined(Quotient(Value("weight"), Value("height"))), weight=70, height=0) == FAILS


# Connectives.


def test_one_failure_settles_an_and_and_one_success_an_or_despite_missing_data() -> None:
    missing = above("diameter", 5)
    assert judge(AllOf((missing, NOBODY)), recurrence=True) == FAILS
    assert judge(AllOf((missing, EVERYONE)), recurrence=True) == UNDETERMINED
    assert judge(AnyOf((missing, EVERYONE)), recurrence=True) == HOLDS
    assert judge(AnyOf((missing, NOBODY)), recurrence=True) == UNDETERMINED
    assert judge(IfThen(missing, EVERYONE), recurrence=True) == HOLDS
    assert judge(IfThen(missing, NOBODY), recurrence=True) == UNDETERMINED


def test_exactly_one_of_several_under_missing_data_fails_once_two_hold_and_waits_otherwise() -> None:
    one = Count(Tally.EXACTLY, 1, (Yes("recurrence"), FEMALE, above("weight", 100)))
    assert judge(one, recurrence=True, sex="female") == FAILS
    assert judge(one, recurrence=True, sex="male") == UNDETERMINED
    assert judge(one, recurrence=True, sex="male", weight=70) == HOLDS
    assert judge(one, recurrence=False, sex="male", weight=70) == FAILS


def test_at_least_and_at_most_are_settled_as_soon_as_the_rest_cannot_matter() -> None:
    three = (Yes("recurrence"), FEMALE, above("weight", 100))
    assert judge(Count(Tally.AT_LEAST, 2, three), recurrence=True, sex="female") == HOLDS
    assert judge(Count(Tally.AT_LEAST, 2, three), recurrence=False, sex="male") == FAILS
    assert judge(Count(Tally.AT_LEAST, 2, three), recurrence=True, sex="male") == UNDETERMINED
    assert judge(Count(Tally.AT_MOST, 1, three), recurrence=False, sex="male") == HOLDS
    assert judge(Count(Tally.AT_MOST, 1, three), recurrence=True, sex="female") == FAILS
    assert judge(Count(Tally.AT_LEAST, 0, three)) == HOLDS
    assert judge(Count(Tally.AT_LEAST, 4, three)) == FAILS


def test_a_node_has_no_truth_value_so_that_a_chain_cannot_lose_a_bound() -> None:
    with pytest.raises(TypeError, match="a condition has no truth value by itself"):
        bool(above("weight", 50))
    with pytest.raises(TypeError, match="a condition has no truth value by itself"):
        all([above("weight", 50), below("weight", 80)])


# Terms.


def test_a_number_divided_by_zero_is_not_known() -> None:
    ratio = Quotient(Value("weight"), Value("height"))
    assert measure(ratio, weight=70, height=2) == 35
    assert measure(ratio, weight=70, height=0) is None
    assert measure(ratio, weight=0, height=0) is None
    assert judge(above(ratio, 0), weight=70, height=0) == UNDETERMINED
    assert judge(Not(above(ratio, 0)), weight=70, height=0) == UNDETERMINED


def test_floor_goes_down_below_zero_too() -> None:
    assert measure(Floor(constant("7/2"))) == 3
    assert measure(Floor(constant("-7/2"))) == -4
    assert measure(Floor(constant(4))) == 4
    assert measure(Floor(Value("weight"))) is None


def test_the_least_and_the_greatest_are_known_only_when_all_are() -> None:
    both = (Value("weight"), Value("height"))
    assert measure(Least(both), weight=70, height=2) == 2
    assert measure(Greatest(both), weight=70, height=2) == 70
    assert measure(Least(both), height=0) is None
    assert measure(Greatest(both), weight=200) is None


def test_sums_and_products_are_exact_and_empty_ones_have_a_value() -> None:
    tenth = constant("0.1")
    assert measure(Sum((tenth, tenth, tenth))) == Fraction(3, 10)
    assert measure(Product((constant("1.8"), constant(26)))) == Fraction("46.8")
    assert measure(Sum(())) == 0
    assert measure(Product(())) == 1
    assert measure(Product((constant(0), Value("weight")))) is None


def test_whatever_is_measured_is_a_fraction() -> None:
    for term in (Sum(()), Product(()), Value("weight"), Floor(Value("weight")), Quotient(constant(4), constant(2))):
        assert type(measure(term, weight=70)) is Fraction


def test_cases_take_the_one_row_that_holds_where_every_other_row_fails() -> None:
    points = Cases(((below("weight", 50), constant(1)), (above("weight", 80), constant(3)), (FEMALE, constant(2))))
    assert measure(points, weight=40, sex="male") == 1
    assert measure(points, weight=60, sex="female") == 2
    assert measure(points, weight=90, sex="male") == 3


def test_cases_are_not_known_without_a_row_with_two_or_with_an_open_one() -> None:
    points = Cases(((below("weight", 50), constant(1)), (FEMALE, constant(2))))
    assert measure(points, weight=60, sex="male") is None
    assert measure(points, weight=40, sex="female") is None
    assert measure(points, weight=40) is None


def test_only_the_term_of_the_row_that_holds_needs_to_be_known() -> None:
    dose = Cases(((FEMALE, Value("weight")), (Not(FEMALE), Value("height"))))
    assert measure(dose, sex="male", height=2) == 2
    assert measure(dose, sex="male", weight=70) is None


# Names.


def test_a_definition_is_undetermined_where_it_does_not_apply() -> None:
    large = Definition("large", above("weight", 80), applies_if=FEMALE)
    ratio = Definition("ratio", Quotient(Value("weight"), Value("height")), unit=PLAIN, applies_if=FEMALE)
    protocol = protocol_of(definitions=(large, ratio))
    high = above(Derived("ratio"), 30)
    assert judge(Named("large"), protocol, sex="female", weight=90) == HOLDS
    assert judge(Named("large"), protocol, sex="male", weight=90) == UNDETERMINED
    assert judge(Named("large"), protocol, weight=90) == UNDETERMINED
    assert judge(high, protocol, sex="female", weight=90, height=2) == HOLDS
    assert judge(high, protocol, sex="male", weight=90, height=2) == UNDETERMINED


def test_a_sentence_means_its_preferred_reading_unless_another_is_chosen() -> None:
    rule = Readings("heavy", (("strict", above("weight", 80)), ("wide", above("weight", 70))))
    protocol = protocol_of(sentences=(Sentence("heavy", ("strict", "wide"), "strict"),))
    someone = patient({"weight": 75})
    assert about(protocol, someone).truth(rule) == FAILS
    assert about(protocol, someone, {"heavy": "wide"}).truth(rule) == HOLDS


def test_whichever_way_a_sentence_is_read_it_holds_or_fails_only_where_every_reading_does() -> None:
    options = (("strict", above("weight", 80)), ("wide", above("weight", 70)), ("female", FEMALE))
    rule, protocol = Readings("heavy", options), protocol_of(sentences=(Sentence("heavy", tuple("abc"), "a"),))

    def whatever(**values: str | int) -> Truth[bool]:
        return about(protocol, patient(values), {"heavy": WHATEVER}).truth(rule)

    assert whatever(weight=90, sex="female") == HOLDS
    assert whatever(weight=60, sex="male") == FAILS
    assert whatever(weight=75, sex="female") == UNDETERMINED
    assert whatever(weight=75, sex="male") == UNDETERMINED
    assert whatever(weight=90) == UNDETERMINED


def test_whichever_way_a_number_is_read_it_is_known_only_where_every_reading_gives_the_same() -> None:
    double = Product((Value("height"), constant(2)))
    term = ReadTerm("dose", (("weight", Value("weight")), ("fixed", constant(70)), ("double", double)))
    protocol = protocol_of(sentences=(Sentence("dose", tuple("abc"), "a"),))

    def whatever(**values: str | int) -> Fraction | None:
        number = about(protocol, patient(values), {"dose": WHATEVER}).number(term)
        return number.value if number.known else None

    assert whatever(weight=70, height=35) == 70
    assert whatever(weight=71, height=35) is None
    assert whatever(weight=70, height=36) is None
    assert whatever(weight=70) is None
    assert whatever(height=35) is None
    alone = ReadTerm("dose", (("weight", Value("weight")),))
    number = about(protocol, patient({"weight": 70}), {"dose": WHATEVER}).number(alone)
    assert (number.value, number.known) == (Fraction(70), True)


def test_eligible_is_every_inclusion_met_and_no_exclusion_and_one_broken_criterion_settles_it() -> None:
    protocol = protocol_of(inclusion=(above("weight", 40),), exclusion=(Yes("pregnant"),))
    assert judge(Eligible(), protocol, weight=60, sex="male") == HOLDS
    assert judge(Eligible(), protocol, weight=60) == UNDETERMINED
    assert judge(Eligible(), protocol, weight=30) == FAILS
    assert judge(Eligible(), protocol, sex="female", pregnant=True) == FAILS


# Decisions.


def arm(intent: Intent = Intent.EXACTLY_ONE, population: Condition = RECURRENCE) -> Protocol:
    """Large lesions get `wide`, small ones or those with skip metastasis `narrow`; exactly 5 cm is forgotten."""
    narrow = AnyOf((below("diameter", 5), Yes("skip")))
    choices = (Choice("wide", above("diameter", 5)), Choice("narrow", narrow))
    return protocol_of(Decision("arm", choices, population, intent))


def is_in(*choices: str) -> Assigned:
    return Assigned("arm", choices)


def test_a_settled_patient_is_in_the_one_arm_and_not_in_the_other() -> None:
    for diameter, mine, other in ((7, "wide", "narrow"), (3, "narrow", "wide")):
        assert judge(is_in(mine), arm(), recurrence=True, diameter=diameter, skip=False) == HOLDS
        assert judge(is_in(other), arm(), recurrence=True, diameter=diameter, skip=False) == FAILS
        assert judge(is_in("wide", "narrow"), arm(), recurrence=True, diameter=diameter, skip=False) == HOLDS


def test_a_patient_in_a_gap_is_in_no_arm_and_none_is_denied() -> None:
    assert judge(is_in("wide"), arm(), recurrence=True, diameter=5, skip=False) == UNDETERMINED
    assert judge(is_in("narrow"), arm(), recurrence=True, diameter=5, skip=False) == UNDETERMINED
    assert judge(Takes("arm", "narrow"), arm(), recurrence=True, diameter=5, skip=False) == FAILS


def test_a_patient_in_an_overlap_is_in_no_arm_and_none_is_denied() -> None:
    assert judge(is_in("wide"), arm(), recurrence=True, diameter=7, skip=True) == UNDETERMINED
    assert judge(is_in("narrow"), arm(), recurrence=True, diameter=7, skip=True) == UNDETERMINED
    assert judge(Takes("arm", "wide"), arm(), recurrence=True, diameter=7, skip=True) == HOLDS


def test_a_patient_outside_the_population_is_in_no_arm_and_none_is_denied() -> None:
    women = arm(population=FEMALE)
    assert judge(is_in("wide"), women, recurrence=True, diameter=7, skip=False, sex="female") == HOLDS
    assert judge(is_in("wide"), women, recurrence=True, diameter=7, skip=False, sex="male") == UNDETERMINED
    assert judge(is_in("wide"), women, recurrence=True, diameter=7, skip=False) == UNDETERMINED


def test_a_patient_whose_missing_data_could_bring_a_second_arm_is_not_settled() -> None:
    assert judge(is_in("wide"), arm(), recurrence=True, diameter=7) == UNDETERMINED
    assert judge(is_in("narrow"), arm(), recurrence=True, diameter=3) == HOLDS


def test_where_several_choices_are_allowed_each_is_assigned_by_its_own_rule() -> None:
    for intent in (Intent.ANY, Intent.AT_LEAST_ONE):
        assert judge(is_in("wide"), arm(intent), recurrence=True, diameter=7, skip=True) == HOLDS
        assert judge(is_in("narrow"), arm(intent), recurrence=True, diameter=7, skip=True) == HOLDS
        assert judge(is_in("narrow"), arm(intent), recurrence=True, diameter=7, skip=False) == FAILS


def test_a_choice_that_missing_data_leave_open_is_not_denied_because_the_patient_is_settled_anyway() -> None:
    for intent in (Intent.ANY, Intent.AT_LEAST_ONE):
        assert judge(is_in("narrow"), arm(intent), recurrence=True, diameter=7) == UNDETERMINED
    optional = protocol_of(Decision("arm", (Choice("boost", Yes("skip")),), EVERYONE, Intent.AT_MOST_ONE))
    assert judge(is_in("boost"), optional, recurrence=True) == UNDETERMINED
    assert judge(is_in("boost"), optional, recurrence=True, skip=False) == FAILS


def test_a_patient_without_a_choice_is_denied_one_only_where_none_is_required() -> None:
    for intent, truth in ((Intent.AT_LEAST_ONE, UNDETERMINED), (Intent.AT_MOST_ONE, FAILS), (Intent.ANY, FAILS)):
        assert judge(is_in("wide"), arm(intent), recurrence=True, diameter=5, skip=False) == truth


def test_the_first_match_waits_for_an_earlier_choice_that_is_undetermined() -> None:
    protocol = arm(Intent.FIRST_MATCH)
    assert judge(is_in("wide"), protocol, recurrence=True, diameter=7, skip=True) == HOLDS
    assert judge(Takes("arm", "narrow"), protocol, recurrence=True, diameter=7, skip=True) == FAILS
    assert judge(Takes("arm", "narrow"), protocol, recurrence=True, skip=True) == UNDETERMINED
    assert judge(is_in("narrow"), protocol, recurrence=True, skip=True) == UNDETERMINED
    assert judge(is_in("wide"), protocol, recurrence=True, diameter=7) == HOLDS


# What is named is worked out once.


class Counting(OnePatient):
    """A patient of whom every question is noted."""

    def __init__(self, record: Patient) -> None:
        super().__init__(record, {})
        self.asked: list[str] = []

    def recorded(self, quantity: str, /) -> bool:
        self.asked.append(quantity)
        return super().recorded(quantity)

    def add(self, terms: Sequence[Fraction], /) -> Fraction:
        self.asked.append("sum")
        return super().add(terms)


DEEP = 14
"""Each level names the one below twice: to work it out every time would take thousands of steps."""


def test_a_number_that_is_named_twice_on_each_level_is_worked_out_once() -> None:
    def body(at: int) -> Term:
        return Sum((Derived(f"d{at - 1}"), Derived(f"d{at - 1}"))) if at else Sum((constant(1),))

    definitions = tuple(Definition(f"d{at}", body(at), unit=PLAIN) for at in range(DEEP))
    carrier = Counting(patient({}))
    number = Meaning(protocol_of(definitions=definitions), carrier).number(Derived(f"d{DEEP - 1}"))
    assert (number.value, number.known) == (2 ** (DEEP - 1), True)
    assert carrier.asked == ["sum"] * DEEP


def test_a_condition_that_is_named_twice_on_each_level_is_judged_once() -> None:
    def body(at: int) -> Condition:
        return AllOf((Named(f"d{at - 1}"), Named(f"d{at - 1}"))) if at else Yes("recurrence")

    definitions = tuple(Definition(f"d{at}", body(at)) for at in range(DEEP))
    carrier = Counting(patient({"recurrence": True}))
    assert Meaning(protocol_of(definitions=definitions), carrier).truth(Named(f"d{DEEP - 1}")) == HOLDS
    assert carrier.asked == ["recurrence"]


def test_whether_a_quantity_applies_is_judged_once() -> None:
    names = [f"q{at}" for at in range(DEEP)]
    conditions = [EVERYONE, *(AllOf((Known(name), Known(name))) for name in names)]
    chain = zip(names, conditions, strict=False)
    quantities = {name: Quantity(name, YesNoKind(), applies_if=each) for name, each in chain}
    carrier = Counting(Patient.of(dict.fromkeys(names, True)))
    assert Meaning(Protocol("chain", quantities), carrier).truth(Known(names[-1])) == HOLDS
    assert len(carrier.asked) == 2 * DEEP - 1


# The carrier.


def test_a_record_that_is_no_number_is_never_taken_for_one() -> None:
    for value in ("70", True):
        with pytest.raises(TypeError, match=f"`weight` is recorded as {value!r}, which is not a number"):
            OnePatient(Patient.of({"weight": value}), {}).number("weight")


def test_a_patient_is_asked_under_the_readings_that_were_given() -> None:
    carrier = OnePatient(patient({}), {"heavy": "wide"})
    assert (carrier.reading("heavy"), carrier.chosen("heavy", "wide"), carrier.chosen("heavy", "strict")) == (
        "wide", True, False,
    )  # fmt: skip


def test_what_nobody_knows_how_to_judge_stops_the_evaluation_and_is_not_taken_for_undetermined() -> None:
    meaning = about(protocol_of(), patient({}))
    with pytest.raises(AssertionError, match="'a new kind of rule'"):
        meaning.truth("a new kind of rule")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="'a new kind of number'"):
        meaning.number("a new kind of number")  # type: ignore[arg-type]
