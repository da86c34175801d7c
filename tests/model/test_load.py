from __future__ import annotations

import pickle
from fractions import Fraction
from pathlib import Path

import pytest

from tests.model.folder import DOCUMENT, GOOD, HEAD, write_folder
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    Assigned,
    Cases,
    Compare,
    Eligible,
    Is,
    Named,
    Not,
    Number,
    Product,
    Readings,
    Relation,
    Value,
    Yes,
)
from trialproof.model.load import load, read_selection
from trialproof.model.patient import Patient, about
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import CategoryKind, Intent, NumberKind, Protocol, YesNoKind
from trialproof.model.unit import parse_unit


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    return load(write_folder(tmp_path, GOOD))


def small(folder: Path, text: str) -> Protocol:
    return load(write_folder(folder, HEAD + text, None))


def test_the_least_protocol_is_a_title(tmp_path: Path) -> None:
    protocol = small(tmp_path, "")
    assert protocol.title == "a trial"
    assert not any((protocol.quantities, protocol.definitions, protocol.decisions, protocol.sentences))
    assert not any((protocol.criteria, protocol.facts, protocol.claims, protocol.not_modelled, protocol.todo))
    assert (protocol.registry, protocol.document) == ("", "")


def test_a_folder_and_its_file_give_the_same_protocol(tmp_path: Path) -> None:
    write_folder(tmp_path, GOOD)
    assert load(tmp_path) == load(str(tmp_path)) == load(tmp_path / "protocol.yaml")


def test_files_are_named_as_the_user_typed_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    assert (load(".").file, load(".").document) == ("protocol.yaml", "document.txt")
    monkeypatch.chdir(tmp_path.parent)
    there = load(tmp_path.name)
    assert (there.file, there.document) == (f"{tmp_path.name}/protocol.yaml", f"{tmp_path.name}/document.txt")


def test_a_protocol_can_be_sent_to_another_process(protocol: Protocol) -> None:
    assert pickle.loads(pickle.dumps(protocol)) == protocol  # noqa: S301 - just written


def test_quantities_keep_the_order_of_the_file_and_what_is_open_comes_last(protocol: Protocol) -> None:
    declared = ["age", "kps", "resection", "size"]
    assert list(protocol.quantities) == [*declared, "clear", "I1.rest", "dose.two"]
    assert [q.name for q in protocol.quantities.values() if q.left_open is None] == declared


def test_a_number_is_in_its_own_unit_however_it_is_written(protocol: Protocol) -> None:
    year, cm = parse_unit("year"), parse_unit("cm")
    assert protocol.quantities["age"].kind == NumberKind(Fraction(0), Fraction(120), year, Fraction(1, 12))
    assert protocol.quantities["kps"].kind == NumberKind(
        Fraction(0), Fraction(100), step=Fraction(10), rounding="down"
    )
    assert protocol.quantities["size"].kind == NumberKind(Fraction(0), Fraction(20), cm)


def test_a_step_in_days_is_counted_by_the_calendar(tmp_path: Path) -> None:
    quantity = "quantities:\n  a:\n    unit: month\n    range: [0, 1]\n    recorded_to: 0.5 day"
    assert small(tmp_path, f"calendar: {{month: 30.5 days}}\n{quantity}").quantities["a"].kind == NumberKind(
        Fraction(0), Fraction(1), parse_unit("month"), Fraction(1, 61)
    )


def test_a_range_can_be_one_value(tmp_path: Path) -> None:
    kind = small(tmp_path, "quantities:\n  a:\n    range: [-5, -5]\n    recorded_to: 5").quantities["a"].kind
    assert kind == NumberKind(Fraction(-5), Fraction(-5), step=Fraction(5))


def test_categories_stay_what_they_look_like(tmp_path: Path) -> None:
    kind = small(tmp_path, "quantities:\n  a:\n    one_of: [0x1F, ~, 2020-01-01, no, 0.10]").quantities["a"].kind
    assert kind == CategoryKind(("0x1F", "~", "2020-01-01", "no", "0.10"))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("yes_no: true", "no", False),
        ("yes_no: true", "yes", True),
        ("one_of: [no, yes]", "no", "no"),
        ("range: [1, 2]", "0", Fraction(0)),
        ("unit: cm\n    range: [1, 2]", "5 mm", Fraction(1, 2)),
    ],
)
def test_a_value_for_whom_it_does_not_apply(tmp_path: Path, kind: str, text: str, value: object) -> None:
    quantity = f"quantities:\n  b:\n    yes_no: true\n  a:\n    {kind}\n    applies_if: b\n"
    loaded = small(tmp_path, f"{quantity}    when_not_applicable: {text}").quantities["a"]
    assert loaded.when_not_applicable == value
    assert type(loaded.when_not_applicable) is type(value)
    assert loaded.applies_if == Yes("b")
    assert small(tmp_path, quantity).quantities["a"].when_not_applicable is None


def test_what_may_be_missing_is_marked(tmp_path: Path) -> None:
    text = "quantities:\n  a: {yes_no: true, may_be_missing: true}\n  b: {yes_no: true, may_be_missing: false}"
    assert [each.may_be_missing for each in small(tmp_path, text).quantities.values()] == [True, False]


def test_a_title_reads_names_where_there_is_no_label(tmp_path: Path) -> None:
    text = "quantities:\n  a_b: {yes_no: true}\n  c: {yes_no: true, label: the sea}"
    assert [each.title for each in small(tmp_path, text).quantities.values()] == ["a b", "the sea"]


def test_definitions_are_conditions_or_numbers(protocol: Protocol) -> None:
    assert protocol.definitions["old"].body == Compare(Value("age"), Relation.GT, Number(Fraction(70)))
    assert protocol.definitions["old"].unit is None
    half = protocol.definitions["half"]
    assert half.unit == parse_unit("cm")
    assert isinstance(half.body, Cases)
    assert [condition for condition, _ in half.body.rows] == [Named("old"), AllOf((Not(Named("old")),))]


def test_a_number_in_another_unit_than_its_parts_is_converted(tmp_path: Path) -> None:
    quantity = "quantities:\n  a:\n    unit: cm\n    range: [0, 1]\n"
    body = small(tmp_path, f"{quantity}definitions:\n  b:\n    value: a\n    unit: mm").definitions["b"].body
    assert body == Product((Number(Fraction(10)), Value("a")))


def test_definitions_may_come_in_any_order(tmp_path: Path) -> None:
    text = "definitions:\n  a: not b\n  b: c\nquantities:\n  c:\n    yes_no: true"
    assert small(tmp_path, text).definitions["a"].body == Not(Named("b"))


def test_an_open_definition_is_a_free_yes_or_no(protocol: Protocol) -> None:
    clear = protocol.quantities["clear"]
    assert (clear.kind, clear.left_open) == (YesNoKind(), "nobody knows")
    assert clear.applies_if == protocol.definitions["clear"].applies_if == Not(Named("old"))
    assert protocol.definitions["clear"].body == Yes("clear")


def test_an_open_reading_is_one_too(protocol: Protocol) -> None:
    assert protocol.quantities["I1.rest"].left_open == "the document does not say"
    rule = protocol.inclusion[0].rule
    assert isinstance(rule, Readings)
    assert rule.sentence == "I1"
    assert rule.options[1] == ("rest", Yes("I1.rest"))


def test_an_open_reading_of_a_definition_applies_where_the_definition_does(tmp_path: Path) -> None:
    text = (
        "quantities:\n  a: {yes_no: true}\ndefinitions:\n  b:\n    applies_if: a\n"
        "    readings: {c: a, d: {rule: open, because: who knows}}"
    )
    left_open = small(tmp_path, text).quantities["b.d"]
    assert (left_open.applies_if, left_open.left_open) == (Yes("a"), "who knows")


def test_an_open_choice_is_one_too(protocol: Protocol) -> None:
    assert protocol.decisions["dose"].choice("two").rule == Yes("dose.two")
    assert protocol.quantities["dose.two"].left_open == "unsaid"


def test_an_open_criterion_is_one_too(tmp_path: Path) -> None:
    protocol = small(tmp_path, "eligibility:\n  exclusion:\n    - {id: E1, open: who knows, label: a thing}")
    assert protocol.exclusion[0].rule == Yes("E1")
    assert protocol.exclusion[0].excludes
    assert (protocol.quantities["E1"].left_open, protocol.quantities["E1"].label) == ("who knows", "a thing")


def test_every_sentence_with_readings_is_listed(protocol: Protocol) -> None:
    sentence = protocol.sentences["I1"]
    assert (sentence.readings, sentence.preferred) == (("closed", "rest"), "closed")
    assert sentence.quotes == protocol.inclusion[0].quotes
    assert protocol.preferred == {"I1": "closed"}


def test_the_first_reading_is_preferred_unless_another_is(tmp_path: Path) -> None:
    text = "definitions:\n  a:\n    readings: {b: everyone, c: nobody}\n"
    assert small(tmp_path, text).preferred == {"a": "b"}
    assert small(tmp_path, f"{text}    prefer: c").preferred == {"a": "c"}


def test_a_choice_with_readings_is_a_sentence_of_its_decision(tmp_path: Path) -> None:
    text = "decisions:\n  a:\n    choices:\n      b:\n        readings: {c: everyone, d: open}"
    protocol = small(tmp_path, text)
    assert list(protocol.sentences) == ["a.b"]
    assert list(protocol.quantities) == ["a.b.d"]


def test_a_decision_is_for_the_eligible_unless_it_says_otherwise(protocol: Protocol, tmp_path: Path) -> None:
    assert protocol.decisions["arm"].population == Eligible()
    choices = "choices: {b: {when: everyone}}"
    text = f"decisions:\n  a:\n    for: everyone\n    {choices}\n  b:\n    for: eligible\n    {choices}"
    loaded = small(tmp_path / "other", f"{text}\n  c:\n    for: a is b\n    {choices}").decisions
    assert [each.population for each in loaded.values()] == [EVERYONE, Eligible(), Assigned("a", ("b",))]


def test_the_intent_is_exactly_one_unless_it_says_otherwise(protocol: Protocol) -> None:
    assert protocol.decisions["arm"].intent is Intent.FIRST_MATCH
    assert protocol.decisions["dose"].intent is Intent.EXACTLY_ONE


def test_otherwise_holds_where_all_other_choices_fail(protocol: Protocol) -> None:
    short, long = protocol.decisions["arm"].choices
    assert long.rule == AllOf((Not(short.rule),))


def test_otherwise_alone_is_for_everyone(tmp_path: Path) -> None:
    protocol = small(tmp_path, "decisions:\n  a:\n    choices:\n      b:\n        when: otherwise")
    assert protocol.decisions["a"].choices[0].rule == EVERYONE


def test_every_quote_is_a_span_of_the_document(protocol: Protocol) -> None:
    quoted = [
        *(quote for criterion in protocol.criteria for quote in criterion.quotes),
        *(quote for choice in protocol.decisions["arm"].choices for quote in choice.quotes),
        *(quote for aside in (*protocol.not_modelled, *protocol.todo) for quote in aside.quotes),
    ]
    assert [(quote.text, quote.line) for quote in quoted] == [
        ("Age 16-70 years", 2),
        ("KPS>70;", 3),
        ("Patients after R0 resection, whose lesion is larger than 5cm, get the short course", 6),
        ("Concurrent chemotherapy", 10),
        ("Others", 6),
        ("Concurrent", 10),
    ]
    assert all(" ".join(DOCUMENT[quote.start : quote.end].split()) == quote.text for quote in quoted)


def test_what_is_set_aside_says_why_and_what_is_to_do_does_not(protocol: Protocol) -> None:
    assert [each.because for each in protocol.not_modelled] == ["not the point"]
    assert [each.because for each in protocol.todo] == [None]


def test_everything_knows_where_it_is_written(protocol: Protocol) -> None:
    lines = GOOD.splitlines()

    def written(place: Place) -> str:
        return lines[place.line - 1][place.column - 1 :]

    for quantity in list(protocol.quantities.values())[:4]:
        assert written(quantity.place).startswith(f"{quantity.name}:")
    for definition in protocol.definitions.values():
        assert written(definition.place).startswith(f"{definition.name}:")
    assert [written(decision.place) for decision in protocol.decisions.values()] == ["arm:", "dose:"]
    assert [written(criterion.place) for criterion in protocol.criteria] == ["id: I1", "id: E1"]
    assert [written(choice.place) for choice in protocol.decisions["arm"].choices] == ["short:", "long:"]
    assert written(protocol.quantities["I1.rest"].place) == "rest: open"
    assert written(protocol.facts[0].place).startswith("rule:")
    assert written(protocol.claims[0].place).startswith("id: a claim")
    assert written(protocol.todo[0].place).startswith("quote: [Others")


def test_a_loaded_protocol_can_be_asked_about_a_patient(protocol: Protocol) -> None:
    patient = Patient.of({"age": Fraction(50), "kps": Fraction(80), "resection": "R0", "size": Fraction(4)})
    meaning = about(protocol, patient)
    assert meaning.truth(Eligible()).holds
    assert meaning.truth(Assigned("arm", ("short",))).holds
    other = about(protocol, Patient.of({**patient.as_dict(), "resection": "R1"}))
    assert other.truth(Assigned("arm", ("long",))).holds
    assert not about(protocol, patient, {"I1": "rest"}).truth(Eligible()).holds


def test_names_may_rest_on_one_another_for_a_long_way(tmp_path: Path) -> None:
    chain = "".join(f"  a{i}: (not a{i - 1}) or x is p\n" for i in range(1, 48))
    text = f"quantities:\n  x:\n    one_of: [p, q]\ndefinitions:\n  a0: x is q\n{chain}"
    protocol = small(tmp_path, text)
    assert about(protocol, Patient.of({"x": "p"})).truth(Named("a47")).holds


def test_a_criterion_may_stand_under_a_category_that_is_called_like_it(tmp_path: Path) -> None:
    text = "quantities:\n  a:\n    one_of: [b, a]\neligibility:\n  inclusion:\n    - id: b\n      rule: a is a"
    assert small(tmp_path, text).inclusion[0].rule == Is("a", ("a",))


SENTENCES = "definitions:\n  a:\n    readings: {b: everyone, c: nobody}\n  d:\n    readings: {e: everyone, f: nobody}"


def test_readings_are_chosen_by_name(tmp_path: Path) -> None:
    protocol = small(tmp_path, SENTENCES)
    assert read_selection(protocol, []) == {}
    assert read_selection(protocol, ["d=f", " a = c "]) == {"d": "f", "a": "c"}


@pytest.mark.parametrize(
    ("texts", "message", "help_"),
    [
        (["a"], "`a` does not choose a reading", "write `SENTENCE=READING`"),
        (["aa=b"], "there is no sentence `aa` with several readings", "did you mean `a`?"),
        (["zzz=b"], "there is no sentence `zzz` with several readings", "are a, d"),
        (["a=e"], "`a` has no reading `e`", "the readings of `a` are b, c"),
        (["a=B"], "`a` has no reading `B`", "did you mean `b`?"),
        (["a=b", "d=f", "a=b"], "`a` is given two readings", "name a sentence once"),
        (["=b"], "there is no sentence `` with several readings", "are a, d"),
    ],
)
def test_a_reading_that_cannot_be_chosen_is_refused(
    tmp_path: Path, texts: list[str], message: str, help_: str
) -> None:
    with pytest.raises(BadInput) as caught:
        read_selection(small(tmp_path, SENTENCES), texts)
    assert caught.value.message == message
    assert help_ in (caught.value.help or "")
    assert caught.value.place == Place("")


def test_a_protocol_without_readings_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_selection(small(tmp_path, ""), ["a=b"])
    assert caught.value.help == "this protocol has no sentences with several readings"
