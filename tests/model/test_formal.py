"""What is written can be read again, and means the same to every patient."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, strategies as st

from tests.agreement.strategies import World, worlds
from tests.model.sample import PROTOCOL, QUANTITIES, category, number, read
from tests.model.trees import conditions, patients
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Cases,
    Compare,
    Condition,
    Count,
    Determined,
    Floor,
    Is,
    Known,
    Least,
    Not,
    Number,
    Product,
    Quotient,
    Readings,
    Relation,
    Sum,
    Takes,
    Tally,
    Term,
    Value,
    Yes,
)
from trialproof.model.english import say
from trialproof.model.formal import write
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Choice, Decision, Intent, Protocol
from trialproof.model.scope import Scope
from trialproof.model.syntax import DEEPEST_NESTING

KPS, TENTH = Value("kps"), Number(Fraction(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        "resection is R0 and (diameter > 5 cm or (diameter < 5 cm and (skip or time_to_recurrence > 16 months)))",
        "resection is one of (R1, R2) or (not skip and age <= 1 year)",
        "her2 is none of (0, 1+) and histology is not 2020-01-01",
        'histology is one of ("squamous cell", "and") and her2 is "unknown"',
        "platelets >= 100000 1/uL and white_cells > 4.5 10*9/L and v50 <= 50%",
        "at least 2 of (skip, pregnant, if eligible then radical_surgery)",
        "exactly 1 of (skip, pregnant)",
        "if (skip and pregnant) then (if eligible then nobody)",
        "not (age > 5 years) and not (not skip)",
        "skip is unknown or clearance is known or (age + 5 years) is unknown",
        "(age > 5 years) is known and her2 is known",
        "arm is not involved_field or arm is one of (involved_field, elective_field)",
        "(140 - age in years) * weight in kg / (72 * creatinine in mg/dL) >= 60",
        "kps / (kps * kps) > 5",
        "kps - (kps - 2) / (kps / 3) < 5",
        "lesion + diameter > 50 mm",
        "diameter > lesion",
        "min(lesion, diameter, 3 mm) = max(lesion, 2 * diameter)",
        "kps - (5 - kps) < -2 * kps / 3",
        "-(age + 1 year) < (1 / 3) * age - 7 years",
        "diameter / 2 > 5 cm / 3",
        "10 * floor(age in years / 10) + 5 != 35",
        "waiting - 5 days > 1 day",
    ],
)
def test_what_a_user_wrote_comes_back_as_it_was(text: str) -> None:
    assert write(read(text), PROTOCOL) == text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (AllOf((Yes("skip"), AnyOf((Yes("pregnant"), Yes("skip"))))), "skip and (pregnant or skip)"),
        (AllOf((AllOf((Yes("skip"), Yes("pregnant"))), Yes("skip"))), "(skip and pregnant) and skip"),
        (AllOf((Yes("skip"),)), "skip"),
        (Not(AllOf(())), "not everyone"),
        (Count(Tally.EXACTLY, 0, ()), "everyone"),
        (Count(Tally.AT_LEAST, 1, ()), "nobody"),
        (Count(Tally.AT_MOST, -1, (Yes("skip"),)), "nobody"),
        (Compare(Value("age"), Relation.GT, Number(Fraction(1))), "age > 1 year"),
        (Compare(Value("age"), Relation.GT, Number(Fraction(-5, 3))), "age > -5 years / 3"),
        (Compare(Value("platelets"), Relation.GT, Number(Fraction(5, 3))), "platelets > 5 1/uL / 3"),
        (Compare(Sum(()), Relation.LT, Product(())), "0 < 1"),
        (Compare(Value("age"), Relation.LT, Value("weight")), "age in years < weight in kg"),
        (Compare(Least((Value("kps"),)), Relation.EQ, Product((Value("kps"),))), "kps = kps"),
        (Compare(Product((Number(Fraction(-1)), Number(Fraction(-5)))), Relation.LT, KPS), "-(-5) < kps"),
        (
            Compare(Product((TENTH, Sum((Value("lesion"), Floor(KPS))))), Relation.GT, Value("diameter")),
            "0.1 * (lesion in mm + floor(kps)) > diameter in cm",
        ),
        (
            Compare(Product((TENTH, Sum((Value("lesion"), Value("lesion"))))), Relation.GT, Value("diameter")),
            "lesion + lesion > diameter",
        ),
        (Determined(Yes("skip")), "skip is known"),
        (Readings("I1", (("broad", Yes("skip")), ("narrow", Yes("pregnant")))), "pregnant"),
        (Takes("arm", "elective_field"), "not skip"),
    ],
)
def test_a_tree_is_written_as(condition: Condition, text: str) -> None:
    assert write(condition, PROTOCOL) == text


def test_a_selection_picks_the_reading() -> None:
    readings = Readings("I1", (("broad", Yes("skip")), ("narrow", Yes("pregnant"))))
    assert write(readings, PROTOCOL, {"I1": "broad"}) == "skip"


def test_a_term_is_written_alone() -> None:
    assert write(Sum((Value("lesion"), Product((Number(Fraction(10)), Value("diameter"))))), PROTOCOL) == (
        "lesion + diameter"
    )
    assert write(Quotient(Value("lesion"), Value("waiting")), PROTOCOL) == "lesion in mm / waiting in days"


def test_a_later_choice_of_first_match_excludes_the_earlier_ones() -> None:
    rules = (Choice("one", Yes("skip")), Choice("two", Yes("pregnant")), Choice("three", EVERYONE))
    protocol = Protocol("t", QUANTITIES, decisions={"arm": Decision("arm", rules, intent=Intent.FIRST_MATCH)})
    assert write(Takes("arm", "three"), protocol) == "everyone and not skip and not pregnant"
    assert write(Takes("arm", "one"), protocol) == "skip"


@pytest.mark.parametrize(
    "node",
    [
        Cases(((Yes("skip"), Number(Fraction(1))),)),
        Is("resection", ()),
        Least(()),
        Quotient(Value("kps"), Number(Fraction(0))),
    ],
)
def test_what_no_text_gives_is_not_written(node: Condition | Term) -> None:
    with pytest.raises(ValueError, match="notation"):
        write(node, PROTOCOL)


def test_a_category_called_known_or_unknown_does_not_change_what_is_asked() -> None:
    quantities = {"marker": category("marker", "known", "unknown"), "kps": number("kps")}
    protocol, scope = Protocol("t", quantities), Scope(quantities)
    for condition in (Known("marker"), Not(Known("marker")), Is("marker", ("known",)), Not(Is("marker", ("unknown",)))):
        again = read(write(condition, protocol), scope)
        for value in ("known", "unknown", None):
            patient = about(protocol, Patient.of({"marker": value}))
            assert patient.truth(again) == patient.truth(condition)


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=3, unique=True), st.data())
def test_any_category_survives_whatever_its_characters(categories: list[str], data: st.DataObject) -> None:
    quantities = {"marker": category("marker", *categories)}
    some = data.draw(st.lists(st.sampled_from(categories), min_size=1, unique=True))
    condition = Is("marker", tuple(each for each in categories if each in some))
    for each in (condition, Not(condition), AllOf((condition, Known("marker")))):
        if "known" not in categories:
            assert read(write(each, Protocol("t", quantities)), Scope(quantities)) == each


@given(conditions, st.sampled_from(["broad", "narrow"]), st.lists(patients, min_size=1, max_size=4))
def test_what_is_written_means_the_same(condition: Condition, reading: str, some: list[Patient]) -> None:
    selection = {"I1": reading}
    try:
        text = write(condition, PROTOCOL, selection)
    except ValueError:
        assume(False)
    again = read(text)
    for patient in some:
        meaning = about(PROTOCOL, patient, selection)
        assert meaning.truth(again) == meaning.truth(condition), text


@given(conditions)
def test_writing_and_reading_settles_after_one_round(condition: Condition) -> None:
    try:
        text = write(read(write(condition, PROTOCOL)), PROTOCOL)
    except ValueError:
        assume(False)
    assert write(read(text), PROTOCOL) == text


@given(worlds())
def test_the_rules_of_random_protocols_mean_the_same_when_written_and_read(world: World) -> None:
    protocol = world.protocol
    scope = Scope(
        protocol.quantities,
        {name: each.unit for name, each in protocol.definitions.items()},
        {name: [choice.name for choice in each.choices] for name, each in protocol.decisions.items()},
    )
    for condition in world.conditions:
        try:
            again = read(write(condition, protocol, world.selection), scope)
        except ValueError:
            continue
        for patient in world.patients:
            meaning = about(protocol, patient, world.selection)
            assert meaning.truth(again) == meaning.truth(condition)


def nested(pattern: str, core: str, depth: int) -> str:
    for _ in range(depth):
        core = pattern.format(core)
    return core


@pytest.mark.parametrize(
    ("pattern", "core", "end"),
    [
        ("if skip then not ({})", "skip", ""),
        ("if not ({}) then pregnant", "skip", ""),
        ("skip and ({}) is unknown", "skip", ""),
        ("at least 1 of (skip, {})", "pregnant", ""),
        ("1 + 2 * -min(kps + 1, 2 * {})", "kps", " > 5"),
        ("1 + kps / ({}) / kps", "kps", " > 5"),
    ],
)
def test_the_deepest_text_that_is_read_is_also_typed_written_said_and_judged(
    pattern: str, core: str, end: str
) -> None:
    condition = read(nested(pattern, core, DEEPEST_NESTING) + end)
    assert read(write(condition, PROTOCOL)) == condition
    assert say(condition, PROTOCOL)
    truth = about(PROTOCOL, Patient(())).truth(condition)
    assert not (truth.holds and truth.fails)
