"""The solver and its process: whatever happens to either, an answer is right, or it is "could not tell"."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.verify.everyone import InProcess
from trialproof.model.condition import Compare, Condition, Number, Product, Relation, Sum, Term, Value
from trialproof.model.patient import Patient
from trialproof.model.place import BadInput
from trialproof.model.protocol import Choice, Claim, Decision, NumberKind, Protocol, Quantity
from trialproof.model.unit import PLAIN
from trialproof.verify import process, worker
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.question import Reply
from trialproof.verify.ranks import Ranks
from trialproof.verify.replay import Disagreement
from trialproof.verify.review import review
from trialproof.verify.solver import Found, GaveUp, NoneExists, Solver, Unknown
from trialproof.verify.statement import About, AnyPatient, Fixed, Holds, Statement
from trialproof.verify.symbolic import Symbols

SOMEONE = AnyPatient()
WHOLE = Fraction(1)


def number(name: str, upper: int, step: Fraction | None = WHOLE) -> Quantity:
    return Quantity(name, NumberKind(Fraction(1), Fraction(upper), PLAIN, step))


def related(left: Term, relation: Relation, right: Term | int) -> Condition:
    return Compare(left, relation, Number(Fraction(right)) if isinstance(right, int) else right)


def power(name: str, exponent: int) -> Term:
    return Product((Value(name),) * exponent)


def said(condition: Condition) -> Statement:
    return About(Holds(condition), SOMEONE, Fixed(()))


def protocol_of(*quantities: Quantity) -> Protocol:
    """Return a protocol of two choices that split its first quantity, and of one claim."""
    low, high = related(Value(quantities[0].name), Relation.LE, 3), related(Value(quantities[0].name), Relation.GT, 3)
    decision = Decision("arm", (Choice("low", low), Choice("high", high)))
    claim = Claim("small", related(Value(quantities[0].name), Relation.LT, 5))
    return Protocol("numbers", {each.name: each for each in quantities}, decisions={"arm": decision}, claims=(claim,))


SMALL = protocol_of(number("x", 9))
HARD = protocol_of(number("x", 10**6), number("y", 10**6), number("z", 10**6))
FERMAT = said(related(Sum((power("x", 5), power("y", 5))), Relation.EQ, power("z", 5)))
EASY = said(related(Value("x"), Relation.GE, 7))
TOO_MUCH = said(related(Value("x"), Relation.GE, 10))


@pytest.fixture
def small() -> Iterator[Solver]:
    with Solver(SMALL) as solver:
        yield solver


def pid(solver: Solver) -> int:
    assert solver._process.popen is not None
    return solver._process.popen.pid


def test_a_question_that_is_too_hard_is_given_up_and_the_next_one_answered() -> None:
    with Solver(HARD, seconds=0.2) as solver:
        assert isinstance(solver.ask(FERMAT), GaveUp)
        with pytest.raises(Unknown):
            solver.possible(FERMAT)
        assert isinstance(solver.ask(EASY), Found)
        assert isinstance(solver.ask(said(related(Value("x"), Relation.LT, 1))), NoneExists)


def test_a_worker_that_hangs_is_killed_at_the_deadline() -> None:
    with Solver(SMALL, seconds=0.2) as solver:
        assert isinstance(solver.ask(EASY), Found)
        os.kill(pid(solver), signal.SIGSTOP)
        assert solver.ask(TOO_MUCH) == GaveUp("the deadline passed")
        assert isinstance(solver.ask(TOO_MUCH), NoneExists)


def test_a_worker_that_dies_costs_one_answer_and_no_wrong_one(small: Solver) -> None:
    assert isinstance(small.ask(EASY, base=(said(related(Value("x"), Relation.LE, 8)),)), Found)
    os.kill(pid(small), signal.SIGKILL)
    assert small.ask(TOO_MUCH) == GaveUp("the solver process ended")
    assert isinstance(small.ask(TOO_MUCH), NoneExists)
    found = small.ask(EASY, base=(said(related(Value("x"), Relation.LE, 8)),))
    assert isinstance(found, Found)
    assert found.patients[SOMEONE].as_dict()["x"] in (7, 8)


def test_two_solvers_that_share_a_process_answer_about_their_own_protocols(small: Solver) -> None:
    between = said(related(Value("x"), Relation.GT, 9))
    with small.beside(protocol_of(number("x", 20))) as guest:
        assert pid(guest) == pid(small)
        assert [small.possible(between), guest.possible(between)] == [False, True]
        assert isinstance(small.ask(EASY), Found)
        assert isinstance(guest.ask(EASY, base=(between,)), Found)
    assert isinstance(small.ask(TOO_MUCH), NoneExists)


def test_a_shared_process_that_dies_is_told_again_what_both_were_about(small: Solver) -> None:
    between = said(related(Value("x"), Relation.GT, 9))
    with small.beside(protocol_of(number("x", 20))) as guest:
        assert isinstance(small.ask(EASY), Found)
        assert isinstance(guest.ask(between), Found)
        os.kill(pid(small), signal.SIGKILL)
        assert guest.ask(between) == GaveUp("the solver process ended")
        assert isinstance(small.ask(between), NoneExists)
        assert isinstance(guest.ask(between), Found)
        os.kill(pid(small), signal.SIGKILL)
        assert small.ask(EASY) == GaveUp("the solver process ended")
    assert isinstance(small.ask(EASY), Found)


def test_a_worker_that_cannot_boot_leaves_everything_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BOOT", "raise SystemExit(1)")
    with Solver(SMALL) as solver:
        os.waitid(os.P_PID, pid(solver), os.WEXITED | os.WNOWAIT)
        assert solver.ask(EASY) == GaveUp("the solver process ended")
    found = review(SMALL)
    assert (found.findings, found.proved) == ((), ())
    assert {each.code for each in found.undecided} >= {"TP101", "TP207"}


def test_readings_that_there_are_not_are_refused() -> None:
    for selection in ({"arm.low": "either"}, {"nothing": "at all"}):
        with pytest.raises(BadInput):
            review(SMALL, selection=selection)


def test_an_interrupted_question_is_not_answered_by_the_next_one(
    small: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_pipe: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("trialproof.verify.process.pickle.load", interrupted)
        with pytest.raises(KeyboardInterrupt):
            small.ask(EASY)
    assert isinstance(small.ask(TOO_MUCH), NoneExists)


def test_what_the_worker_prints_does_not_reach_the_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = (
        "import json, os, sys; sys.path[:] = json.loads(sys.argv[1]); from trialproof.verify import worker\n"
        "answer = worker.Office.answer\n"
        "def loudly(self, question):\n"
        "    print('I42\\n.', flush=True); os.write(1, b'noise')\n"
        "    return answer(self, question)\n"
        "worker.Office.answer = loudly; worker.main()"
    )
    monkeypatch.setattr(process, "BOOT", noisy)
    with Solver(SMALL) as solver:
        assert isinstance(solver.ask(EASY), Found)
        assert isinstance(solver.ask(TOO_MUCH), NoneExists)


def test_a_patient_who_was_tampered_with_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = InProcess(SMALL)
    for value in (Fraction(2), Fraction(15, 2), Fraction(10)):
        monkeypatch.setattr(Symbols, "read", lambda _self, _model, value=value: Patient.of({"x": value}))
        with pytest.raises(Disagreement):
            asked.ask(EASY)
    monkeypatch.setattr(Symbols, "read", lambda _self, _model: Patient.of({"x": Fraction(8)}))
    assert isinstance(asked.ask(EASY), Found)


def test_a_yes_to_everything_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InProcess, "_send", lambda *_, **__: Reply("yes"))
    a_third = Number(Fraction(1, 3))
    for engine in (Ranks(SMALL), Ranks(SMALL, limit=0)):
        case = Case(SMALL, InProcess(SMALL), {}, engine=engine)
        with pytest.raises(Disagreement):
            canonical(case, case.patients(), case.said(Holds(related(Value("x"), Relation.EQ, a_third))))


def test_a_number_that_is_no_fraction_is_never_made_one() -> None:
    root = related(power("x", 2), Relation.EQ, 2)
    protocol = protocol_of(number("x", 9, step=None))
    claim = Claim("no root", related(power("x", 2), Relation.NE, 2))
    asked = InProcess(protocol)
    assert isinstance(asked.ask(said(root)), GaveUp)
    case = Case(protocol, asked, {})
    with pytest.raises(Unknown):
        canonical(case, case.patients(), case.said(Holds(root)))
    found = review(replace(protocol, claims=(claim,)), select=["TP207"])
    assert [each.code for each in found.undecided] == ["TP207"]
    assert (found.findings, found.proved) == ((), ())


def test_work_is_counted_for_each_question_and_not_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WORK_PER_SECOND", 2_000)
    asked = InProcess(HARD, seconds=10)
    assert isinstance(asked.ask(base=(FERMAT,)), GaveUp)
    for value in range(1, 150):  # about a tenth of the limit each
        assert asked.possible(said(related(Sum((Value("x"), Value("y"))), Relation.EQ, 2 * value)))


def test_an_answer_does_not_depend_on_what_was_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SOLVERS_KEPT", 2)
    asked = InProcess(SMALL)
    bases = [said(related(Value("x"), Relation.GE, value)) for value in range(1, 8)]
    limits = [said(related(Value("x"), Relation.LE, value)) for value in range(1, 8)]
    for _ in range(2):
        for at, base in enumerate(bases):
            assert [asked.possible(limit, base=(base,)) for limit in limits] == [other >= at for other in range(7)]
            assert [asked.possible(limit, base=(base,)) for limit in limits[::-1]] == [at <= 6 - n for n in range(7)]
            found = [isinstance(asked.ask(limit, base=(base,)), Found) for limit in limits]  # asked again each time
            assert found == [other >= at for other in range(7)]


def test_two_reviews_are_equal_whatever_the_seed() -> None:
    first, second, third = (review(SMALL, seed=seed) for seed in (0, 0, 7))
    assert first == second == third
    assert {each.code for each in first.findings} == {"TP207"}
    assert {each.code for each in first.proved} >= {"TP101", "TP102", "TP105", "TP107"}


def test_a_deadline_that_passes_is_undecided_and_never_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_: Any, **__: Any) -> Reply:
        return Reply("unknown", reason="the deadline passed")

    monkeypatch.setattr(Solver, "_send", gives_up)
    found = review(SMALL)
    assert (found.findings, found.proved) == ((), ())
    assert {each.code for each in found.undecided} >= {"TP101", "TP102", "TP105", "TP107", "TP207"}
