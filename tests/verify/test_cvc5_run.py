"""cvc5 answers about a file, or nothing is decided: whatever happens to its process."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialproof.verify.certify import cvc5_run
from trialproof.verify.certify.cvc5_run import Answer, Cvc5

HARD = """\
(set-logic QF_NIRA)
(set-info :status unsat)
(declare-fun |x| () Int)
(declare-fun |y| () Int)
(declare-fun |z| () Int)
(assert (< 1 |x|))
(assert (< 1 |y|))
(assert (= (+ (* |x| (* |x| |x|)) (* |y| (* |y| |y|))) (* |z| (* |z| |z|))))
(check-sat)
"""
EASY = "(set-logic QF_LIRA)\n(set-info :status unsat)\n(assert false)\n(check-sat)\n"


def test_a_search_that_overruns_is_given_up_and_the_next_one_starts_anew(tmp_path: Path) -> None:
    (tmp_path / "hard.smt2").write_text(HARD, encoding="utf-8")
    (tmp_path / "easy.smt2").write_text(EASY, encoding="utf-8")
    with Cvc5(0.2) as solver:
        assert solver.answer(tmp_path / "hard.smt2") == Answer("unknown", "it gave up: timeout")
        assert solver.answer(tmp_path / "easy.smt2") == Answer("unsat")


def test_a_process_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvc5_run, "BOOT", "import time; time.sleep(600)")
    monkeypatch.setattr(cvc5_run, "GRACE", 0.1)
    with Cvc5(0.1) as solver:
        assert solver.answer(tmp_path / "any.smt2") == Answer("unknown", "the deadline passed")


def test_a_process_that_breaks_down_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cvc5_run, "BOOT", "raise SystemExit(3)")
    with Cvc5(5) as solver:
        assert solver.answer(tmp_path / "any.smt2") == Answer("unknown", "the process of cvc5 ended")


def test_a_file_that_cvc5_cannot_read_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "bad.smt2").write_text(EASY.replace("false", "|nobody|"), encoding="utf-8")
    with Cvc5(5) as solver:
        assert solver.answer(tmp_path / "bad.smt2").answer == "unreadable"


def test_the_expected_answer_is_kept_from_cvc5(tmp_path: Path) -> None:
    (tmp_path / "lie.smt2").write_text(EASY.replace("status unsat", "status sat"), encoding="utf-8")
    with Cvc5(5) as solver:
        assert solver.answer(tmp_path / "lie.smt2") == Answer("unsat")
