"""What is written for other solvers means what the rules mean: to Z3, to cvc5, and to our own reader of it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import cvc5
import pytest
import z3
from hypothesis import event, given, settings, strategies as st

from tests.agreement.strategies import World, subjects, worlds
from tests.verify.everyone import InProcess, alone, is_so, reviewed
from tests.verify.finite import protocols
from trialproof.model.condition import Compare, Number, Relation, Value, Yes
from trialproof.model.document import Quote
from trialproof.model.patient import about
from trialproof.model.place import BadInput
from trialproof.model.protocol import CategoryKind, Choice, Decision, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.model.unit import PLAIN
from trialproof.verify.case import Case
from trialproof.verify.certify.obligations import CERTIFIED, obligations_of
from trialproof.verify.certify.script import Part, comment, write_script
from trialproof.verify.certify.smt_reader import read_script
from trialproof.verify.certify.smtlib import Symbols, literal, symbol, whole
from trialproof.verify.statement import Fails, Holds

SMALL = st.one_of(protocols(), protocols(readings=True))
WORK = 500_000


def z3_says(text: str) -> str:
    solver = z3.Solver()
    solver.set("rlimit", WORK)
    solver.add(z3.parse_smt2_string(text))
    return str(solver.check())


def cvc5_says(text: str, milliseconds: int = 2000) -> str:
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", str(milliseconds))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "a test")
    said = []
    while not (command := parser.nextCommand()).isNull():
        if command.getCommandName() != "set-info":
            said.append(str(command.invoke(solver, parser.getSymbolManager())).strip())
    answer = "".join(said)
    return "unknown" if answer.startswith("unknown") else answer


@settings(max_examples=40, deadline=None)
@given(worlds(patients=2))
def test_a_file_about_one_patient_says_what_the_plain_evaluator_says(world: World) -> None:
    protocol, chosen = world.protocol, world.selection
    for patient in world.patients:
        plain = about(protocol, patient, chosen)
        values = Symbols(protocol, chosen).values(patient.as_dict())
        for condition in (*world.conditions, *subjects(protocol)[:4]):
            truth = plain.truth(condition)
            for statement, so in ((Holds(condition), truth.holds), (Fails(condition), truth.fails)):
                parts = [Part("it is so", statement)]
                text = write_script(protocol, chosen, parts, expected="sat").text
                assert all(read_script(text, "x").says(values)) is so
                narrow = write_script(protocol, chosen, parts, expected="sat", patient=patient).text
                assert all(read_script(narrow, "x").says(values)) is so
                answers = {z3_says(narrow), cvc5_says(narrow)}
                event(f"undecided: {'unknown' in answers}")
                assert answers <= {"sat" if so else "unsat", "unknown"}


@settings(max_examples=30, deadline=None)
@given(SMALL)
def test_every_obligation_is_answered_as_by_looking_at_everybody(protocol: Protocol) -> None:
    case = Case(protocol, InProcess(protocol), protocol.preferred)
    found, undecided = obligations_of(case)
    assert not undecided
    people = alone(protocol)
    for each in found:
        there = [judge for judge in people if all(is_so(part.statement, judge) for part in each.parts)]
        assert ("sat" if there else "unsat") == each.expected, each.name
        assert each.witness is None or each.witness in [judge.patient for judge in there]
        script = write_script(protocol, protocol.preferred, each.parts, expected=each.expected)
        event(f"{each.code} {each.subject.kind} {each.expected}")
        assert {z3_says(script.text), cvc5_says(script.text)} <= {each.expected, "unknown"}, script.text
        if each.witness is not None:
            narrow = write_script(
                protocol, protocol.preferred, each.parts, expected=each.expected, patient=each.witness
            )
            assert cvc5_says(narrow.text) == "sat"


@settings(max_examples=60, deadline=None)
@given(SMALL)
def test_every_finding_and_every_proof_has_its_obligations(protocol: Protocol) -> None:
    review = reviewed(protocol, select=CERTIFIED)
    found, undecided = obligations_of(Case(protocol, InProcess(protocol), protocol.preferred))
    assert not review.undecided
    assert not undecided
    said = {(each.code, part.statement) for each in found for part in each.parts}
    for finding in review.findings:
        for region in finding.regions:
            assert (finding.code, region.place) in said
    witnesses = {each.witness for each in found}
    for finding in review.findings:
        assert finding.witness is None or finding.witness.patient in witnesses
    codes = {(each.code, each.subject.of) for each in found} | {(each.code, "") for each in found}
    reported = [(each.code, each.decision) for each in review.findings]
    reported += [(each.code, each.decision) for each in review.proved]
    assert {(code, decision or "") for code, decision in reported} <= codes


@settings(max_examples=20, deadline=None)
@given(SMALL)
def test_the_same_question_gives_the_same_bytes(protocol: Protocol) -> None:
    def texts() -> list[str]:
        found, _ = obligations_of(Case(protocol, InProcess(protocol), protocol.preferred))
        return [write_script(protocol, protocol.preferred, each.parts, expected=each.expected).text for each in found]

    assert texts() == texts()


@given(st.text(max_size=60))
def test_no_text_breaks_out_of_a_comment(text: str) -> None:
    lines = list(comment(text))
    assert lines
    assert all(line.startswith(";") for line in lines)
    together = "\n".join(lines)
    assert len(together.splitlines()) == len(lines)
    assert "".join(together.encode().decode().split()).isprintable()


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_two_texts_give_one_symbol(one: str, other: str) -> None:
    assert (symbol(one) == symbol(other)) is (one == other)
    assert re.fullmatch(r"\|[ -\[\]-{}]*\|", symbol(one))


def test_awkward_words_leave_the_file_readable() -> None:
    awkward = 'a|b\\c\n(assert false) ; "quoted" ✓ \u2028 \u202e'
    quantities = {
        "abs": Quantity("abs", NumberKind(Fraction(-1), Fraction(1), PLAIN, Fraction(1, 3)), label=awkward),
        "select": Quantity("select", CategoryKind((awkward, "a{7c}b", "a|b"))),
        "true": Quantity("true", YesNoKind(), left_open=awkward),
    }
    rule = Compare(Value("abs"), Relation.LT, Number(Fraction(1, 3)))
    quote = Quote(awkward, 0, len(awkward), 1)
    decision = Decision("not", (Choice("x", rule, awkward, (quote,)), Choice("y", Yes("true"))))
    protocol = Protocol(awkward, quantities, decisions={"not": decision})
    found, _ = obligations_of(Case(protocol, InProcess(protocol), {}))
    assert found
    for each in found:
        script = write_script(protocol, {}, each.parts, expected=each.expected, header=[awkward, each.says])
        assert z3_says(script.text) == cvc5_says(script.text) == each.expected
        assert read_script(script.text, "x").expected == each.expected
        assert re.fullmatch(r"[A-Za-z0-9_-]+", each.name)
        assert script.quotes == (quote,) or "gap" not in each.name


@given(st.fractions())
def test_a_constant_is_exact(value: Fraction) -> None:
    text = f"(set-info :status sat)\n(assert (= 0.0 {literal(value)}))\n(check-sat)\n"
    assert read_script(text, "x").says({}) == (value == 0,)
    (asserted,) = z3.parse_smt2_string(text)
    assert z3.simplify(asserted.arg(1)).as_fraction() == value
    assert int(Fraction(whole(value.numerator).strip("()").replace(" ", ""))) == value.numerator


def bands(count: int) -> Protocol:
    """Return a protocol of one decision with so many neighbouring bands."""
    kind = NumberKind(Fraction(0), Fraction(count), PLAIN, Fraction(1, 10))
    size = Value("size")
    choices = tuple(
        Choice(f"band{at}", Compare(size, Relation.GE if at else Relation.LT, Number(Fraction(at or 1))))
        for at in range(count)
    )
    return Protocol("bands", {"size": Quantity("size", kind)}, decisions={"band": Decision("band", choices)})


def test_a_large_decision_neither_nests_deeply_nor_grows_beyond_its_rules() -> None:
    protocol = bands(300)
    text = write_script(
        protocol, {}, [Part("more than one", Holds(protocol.decisions["band"].choices[-1].rule))], expected="sat"
    ).text
    assert cvc5_says(text) == "sat"
    found, _ = obligations_of(Case(bands(8), InProcess(bands(8)), {}))
    for each in found:
        script = write_script(bands(8), {}, each.parts, expected=each.expected).text
        assert max(map(depth, script.splitlines())) < 30
        assert len(script) < 20_000


def depth(line: str) -> int:
    level = deepest = 0
    for each in line.partition(";")[0]:
        level += (each == "(") - (each == ")")
        deepest = max(deepest, level)
    return deepest


GOOD = """\
(set-logic QF_LIRA)
(set-info :status sat)
(declare-fun |x| () Real)
(define-fun |y| () Real (+ |x| 1.0))
(assert (< |y| 2.0))
(check-sat)
"""


def test_a_file_is_read_and_judged_exactly() -> None:
    reading = read_script(GOOD, "x")
    assert (reading.expected, reading.variables) == ("sat", {"|x|": "Real"})
    assert reading.says({"|x|": Fraction(1) - Fraction(1, 10**30)}) == (True,)
    assert reading.says({"|x|": Fraction(1)}) == (False,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(check-sat)", '(set-option :regular-output-channel "stolen")\n(check-sat)'),
        ("(check-sat)", "(check-sat)\n(exit)"),
        ("(check-sat)", "(check-sat)\n(check-sat)"),
        ("(check-sat)", ""),
        ("(check-sat)", "(include |x|)\n(check-sat)"),
        ("(set-info :status sat)", ""),
        ("(set-info :status sat)", "(set-info :status sat)\n(set-info :status unsat)"),
        ("(set-info :status sat)", "(set-info :status perhaps)"),
        ("QF_LIRA", "ALL"),
        ("(declare-fun |x| () Real)", "(declare-fun |x| () Real)\n(declare-fun |x| () Real)"),
        ("(declare-fun |x| () Real)", "(declare-fun |x| (Real) Real)"),
        ("|y| ()", "|x| ()"),
        ("|y| ()", "+ ()"),
        ("(+ |x| 1.0)", "(+ |x| 1.0"),
        ("(+ |x| 1.0)", "(+ |x| 1.0))"),
        ("(+ |x| 1.0)", '"1.0"'),
        ("(+ |x| 1.0)", "|x"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(BadInput, match="no file that `trialproof certify` writes"):
        read_script(GOOD.replace(old, new, 1), "x")


@pytest.mark.parametrize("body", ["(select |x| 1.0)", "(+ |x| true)", "(^ |x| 2.0)", "|z|", "()", "(not |x|)", "1e3"])
def test_an_expression_that_is_not_ours_is_refused(body: str) -> None:
    reading = read_script(GOOD.replace("(+ |x| 1.0)", body), "x")
    with pytest.raises(BadInput, match="no file that `trialproof certify` writes"):
        reading.says({"|x|": Fraction(1)})


@pytest.mark.parametrize("nested", ["(" * 100_000, "(not " * 100_000 + "true" + ")" * 100_000])
def test_brackets_without_end_are_refused(nested: str) -> None:
    with pytest.raises(BadInput, match="no file that `trialproof certify` writes"):
        read_script(GOOD.replace("(< |y| 2.0)", nested), "x").says({"|x|": Fraction(1)})


@given(st.text(alphabet="()|; \nax01.\\\"", max_size=40))
def test_whatever_the_text_it_is_read_or_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_script(text, "x")


def test_a_changed_threshold_changes_the_answer() -> None:
    """If it did not, agreement about a file would say nothing."""
    protocol = bands(2)
    found, _ = obligations_of(Case(protocol, InProcess(protocol), {}))
    (settled,) = [each for each in found if each.name == "band-gap-none"]
    text = write_script(protocol, {}, settled.parts, expected="unsat").text
    planted = text.replace("(>= |size: number| 1.0)", "(> |size: number| 1.0)")
    assert planted != text
    assert (z3_says(text), cvc5_says(text)) == ("unsat", "unsat")
    assert (z3_says(planted), cvc5_says(planted)) == ("sat", "sat")


def test_answers_are_not_taken_from_the_status() -> None:
    lie: Any = GOOD.replace(":status sat", ":status unsat")
    assert cvc5_says(lie) == z3_says(lie) == "sat"
