"""A condition is said in a sentence that only this condition has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, strategies as st

from tests.model.sample import PROTOCOL, category, number, read
from tests.model.trees import conditions, terms
from trialproof.model.condition import (
    AllOf,
    AnyOf,
    Cases,
    Compare,
    Condition,
    Count,
    Derived,
    Determined,
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
from trialproof.model.english import say, say_term
from trialproof.model.protocol import Definition, Protocol, Quantity, YesNoKind

SKIP, PREGNANT = Yes("skip"), Yes("pregnant")
KPS = Value("kps")


def n(value: int | str) -> Number:
    return Number(Fraction(value))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "resection is R0 and (diameter > 5 cm or (diameter < 5 cm and (skip or time_to_recurrence > 16 months)))",
            (
                "residual tumour after surgery is R0, and either diameter is more than 5 cm or "
                "(diameter is less than 5 cm and (skip metastasis or time to recurrence is more than 16 months))"
            ),
        ),
        (
            "resection is R0 and (diameter > 5 cm or (diameter < 5 cm and skip) or time_to_recurrence > 16 months)",
            (
                "residual tumour after surgery is R0, and either diameter is more than 5 cm or "
                "(diameter is less than 5 cm and skip metastasis) or time to recurrence is more than 16 months"
            ),
        ),
        ("age > 70 years or age < 16 years", "age is more than 70 years, or age is less than 16 years"),
        ("16 years <= age <= 70 years", "age is from 16 to 70 years"),
        ("lesion between 1 cm and 2 cm and skip", "lesion is from 10 to 20 mm, and skip metastasis"),
        ("age >= 16 years and kps <= 70", "age is at least 16 years, and KPS is at most 70"),
        (
            "age >= 16 years and skip and age <= 70 years",
            "age is at least 16 years, and skip metastasis, and age is at most 70 years",
        ),
        ("16 years < age <= 70 years", "age is more than 16 years, and age is at most 70 years"),
        ("16 years >= age >= 70 years", "age is at most 16 years, and age is at least 70 years"),
        ("kps = 80 and kps != 70", "KPS is exactly 80, and KPS is not exactly 70"),
        ("5 cm < diameter", "diameter is more than 5 cm"),
        ("not (diameter > 5 cm)", "diameter is not more than 5 cm"),
        ("not (kps != 5)", "it is not so that (KPS is not exactly 5)"),
        ("resection is one of (R1, R2)", "residual tumour after surgery is R1/R2"),
        ("resection is not R0", "residual tumour after surgery is not R0"),
        ("resection is none of (R1, R2)", "residual tumour after surgery is none of R1/R2"),
        ("her2 is one of (1+, 2+)", "her2 is 1+/2+"),
        (
            'histology is one of ("squamous cell", adenocarcinoma)',
            "histology is one of (squamous cell; adenocarcinoma)",
        ),
        (
            'histology is none of ("squamous cell", "and")',
            "histology is none of (squamous cell; “and”)",
        ),
        ("not skip", "no skip metastasis"),
        ("not close_to_stomach", "not close to stomach"),
        ("not radical_surgery", "not radical surgery"),
        ("skip and age is unknown", "skip metastasis, and age is unknown"),
        ("eligible and not eligible", "the patient is eligible, and the patient is not eligible"),
        ("(skip and kps > 5) is known", "it is known whether (skip metastasis, and KPS is more than 5)"),
        ("(age + 5 years) is unknown", "(age plus 5 years) is unknown"),
        ("clearance is known", "creatinine clearance is known"),
        ("skip xor pregnant", "either skip metastasis or pregnancy, but not both"),
        (
            "radical_surgery and (skip xor pregnant)",
            "radical surgery, and (either skip metastasis or pregnancy but not both)",
        ),
        (
            "skip or (pregnant and eligible) or (pregnant and skip and eligible)",
            (
                "skip metastasis, or both pregnancy and the patient is eligible, or "
                "(pregnancy and skip metastasis and the patient is eligible)"
            ),
        ),
        ("not (skip or pregnant)", "it is not so that (skip metastasis, or pregnancy)"),
        ("not (not skip)", "it is not so that (no skip metastasis)"),
        ("if eligible then (skip or pregnant)", "if the patient is eligible, then either skip metastasis or pregnancy"),
        (
            "at least 2 of (skip, pregnant, kps > 5 and kps < 9)",
            "at least 2 of (skip metastasis; pregnancy; (KPS is more than 5 and KPS is less than 9))",
        ),
        ("arm is one of (involved_field, elective_field)", "arm is one of (involved field; elective field)"),
        ("arm is not involved_field", "arm is not involved field"),
        ("platelets >= 100000/uL", "platelets is at least 100000/uL"),
        ("v50 <= 50%", "v50 is at most 50%"),
        ("diameter > lesion", "diameter is more than lesion"),
        ("lesion + diameter > 5 cm", "lesion plus diameter is more than 50 mm"),
        ("diameter - 2 * lesion > 5 cm", "diameter minus (2 times lesion) is more than 5 cm"),
        ("min(lesion, diameter) > 5 cm", "the smallest of (lesion; diameter) is more than 50 mm"),
        (
            "(140 - age in years) * weight in kg / (72 * creatinine in mg/dL) >= 60",
            "((140 minus age in years) times weight in kg) divided by (72 times creatinine in mg/dL) is at least 60",
        ),
        ("floor(age in years / 5) = 3", "(age in years divided by 5) rounded down is exactly 3"),
        ("everyone", "everyone"),
    ],
)
def test_a_rule_is_said(text: str, sentence: str) -> None:
    assert say(read(text), PROTOCOL) == sentence


READINGS = Readings("I1", (("broad", AnyOf((SKIP, PREGNANT))), ("narrow", SKIP)))


def test_a_sentence_with_readings_is_said_in_all_of_them_or_in_the_chosen_one() -> None:
    assert say(READINGS, PROTOCOL) == (
        "read as `broad`: skip metastasis, or pregnancy; or as `narrow`: skip metastasis"
    )
    assert say(READINGS, PROTOCOL, {"I1": "narrow"}) == "skip metastasis"
    assert say(AllOf((PREGNANT, READINGS)), PROTOCOL, {"I1": "broad"}) == (
        "pregnancy, and either skip metastasis or pregnancy"
    )
    assert say(AllOf((PREGNANT, READINGS)), PROTOCOL) == (
        "pregnancy, and (read as `broad`: skip metastasis, or pregnancy; or as `narrow`: skip metastasis)"
    )


def test_a_rule_of_a_choice_is_not_confused_with_being_assigned_to_it() -> None:
    taken, assigned = Takes("arm", "involved_field"), read("arm is involved_field")
    assert say(taken, PROTOCOL) == "the rule of arm for involved field holds"
    assert say(Not(taken), PROTOCOL) != say(Not(assigned), PROTOCOL)


def test_terms_are_said_alone() -> None:
    assert say_term(Sum((Value("age"), n(-5))), PROTOCOL) == "age minus 5 years"
    assert say_term(Product((n(-1), KPS)), PROTOCOL) == "minus KPS"
    assert say_term(Quotient(Value("weight"), Value("age")), PROTOCOL) == "weight in kg divided by age in years"
    assert say_term(Cases(((SKIP, n(1)), (Not(SKIP), KPS))), PROTOCOL) == (
        "the one of (1 where skip metastasis; KPS where no skip metastasis)"
    )
    read_term = ReadTerm("I1", (("broad", KPS), ("narrow", n("1/3"))))
    assert say_term(read_term, PROTOCOL) == "(read as `broad`: KPS; or as `narrow`: 1/3)"
    assert say_term(read_term, PROTOCOL, {"I1": "broad"}) == "KPS"


def test_a_title_that_could_be_taken_for_part_of_the_sentence_is_quoted() -> None:
    quantities = {
        "a": Quantity("a", YesNoKind(), "pain or fever, and cough"),
        "b": Quantity("b", YesNoKind(), "no history of “allergy”"),
        "c": Quantity("c", YesNoKind(), "history of drug allergy"),
        "d": category("d", "R0 or age is more than 5", "x/y", "z"),
    }
    protocol = Protocol("t", quantities)
    assert say(AllOf((Yes("a"), Yes("c"))), protocol) == "“pain or fever, and cough”, and history of drug allergy"
    assert say(Yes("b"), protocol) == '“no history of "allergy"”'
    assert say(Is("d", ("R0 or age is more than 5",)), protocol) == "d is “R0 or age is more than 5”"
    assert say(Is("d", ("x/y", "z")), protocol) == "d is one of (x/y; z)"


def test_two_things_with_one_title_are_told_apart() -> None:
    quantities = {
        "big": number("big", "cm", "diameter"),
        "small": number("small", "cm", "Diameter"),
        "age": number("age", "year"),
        "years": number("years", "", "age in years"),
    }
    protocol = Protocol("t", quantities, definitions={"d": Definition("d", SKIP, label="diameter")})
    assert say(Compare(Value("big"), Relation.GT, Value("small")), protocol) == (
        "diameter `big` is more than Diameter `small`"
    )
    assert say(Named("d"), protocol) == "diameter `d`"
    assert say(Compare(Value("years"), Relation.GT, n(5)), protocol) == "age in years `years` is more than 5"


def test_an_open_definition_is_one_thing_under_one_title() -> None:
    free = Quantity("close", YesNoKind(), left_open="no distance is given")
    protocol = Protocol("t", {"close": free}, definitions={"close": Definition("close", Yes("close"))})
    assert say(AllOf((Named("close"), Not(Yes("close")))), protocol) == "close, and not close"


Make = Callable[[Condition, Condition], Condition]
PAIRS: tuple[Make, ...] = (
    lambda a, b: AllOf((a, b)),
    lambda a, b: AnyOf((a, b)),
    IfThen,
    lambda a, b: Count(Tally.EXACTLY, 1, (a, b)),
    lambda a, b: Count(Tally.AT_LEAST, 1, (a, b)),
    lambda a, b: AllOf((SKIP, a, b)),
    lambda a, b: AnyOf((a, SKIP, b)),
    lambda a, b: Readings("I1", (("broad", a), ("narrow", b))),
)


def grow(smaller: Iterable[Condition]) -> set[Condition]:
    known = tuple(smaller)
    grown = {make(a, b) for make in PAIRS for a, b in product(known, repeat=2)}
    return grown | {Not(each) for each in known} | {Determined(each) for each in known} | set(known)


def test_no_two_of_thousands_of_small_trees_have_one_sentence() -> None:
    trees = grow(grow([SKIP, Compare(KPS, Relation.GT, n(5))]))
    said: dict[str, Condition] = {}
    for tree in trees:
        sentence = say(tree, PROTOCOL)
        assert said.setdefault(sentence, tree) == tree, sentence
    assert len(said) > 10_000


def test_no_two_small_terms_have_one_sentence() -> None:
    def grow_terms(known: set[Term]) -> set[Term]:
        pairs = list(product(known, repeat=2))
        grown: set[Term] = known | {Floor(each) for each in known} | {Product((n(-1), each)) for each in known}
        for kind in (Sum, Product, Least, Greatest):
            grown |= {kind(pair) for pair in pairs}
        return grown | {Quotient(*pair) for pair in pairs}

    trees = grow_terms(grow_terms({KPS, Derived("clearance")}))
    sentences = {say_term(tree, PROTOCOL) for tree in trees}
    assert len(trees) == len(sentences)
    assert len(trees) > 2000


def joined(make: Make, a: Condition, b: Condition) -> Condition:
    return make(a, b)


small: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from([SKIP, PREGNANT, Known("skip"), Named("radical_surgery"), Compare(KPS, Relation.GT, n(5))]),
    lambda inner: st.builds(Not, inner) | st.builds(joined, st.sampled_from(PAIRS), inner, inner),
    max_leaves=4,
)


pairs = st.sampled_from(PAIRS)


@given(small, small, small, pairs, pairs, st.lists(st.tuples(pairs, small)))
def test_moving_a_bracket_changes_the_sentence(
    a: Condition, b: Condition, c: Condition, one: Make, other: Make, around: list[tuple[Make, Condition]]
) -> None:
    left, right = other(one(a, b), c), one(a, other(b, c))
    for make, beside in around:
        left, right = make(beside, left), make(beside, right)
    assert (say(left, PROTOCOL) == say(right, PROTOCOL)) == (left == right)


@given(conditions, st.sampled_from([None, {"I1": "broad"}]))
def test_every_tree_has_a_sentence(condition: Condition, selection: dict[str, str] | None) -> None:
    sentence = say(condition, PROTOCOL, selection)
    assert sentence.strip()
    assert sentence.count("(") == sentence.count(")")
    assert "Fraction" not in sentence
    if selection:
        assert "read as" not in sentence


@given(terms)
def test_every_term_has_a_phrase(term: Term) -> None:
    phrase = say_term(term, PROTOCOL)
    assert phrase.strip()
    assert phrase.count("(") == phrase.count(")")
