"""The worker process: the only place where Z3 runs, so that a search that overruns can be killed.

It reads pickled `Question`s from a pipe and writes one `Reply` each. Both ends are this program; nothing that a
user wrote is ever unpickled. A statement is sent once and then spoken of by its number. Questions with the same
`base` share one incremental solver, in which every further statement is switched on by a literal of its own.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any, BinaryIO

import z3

from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol
from trialproof.verify.question import Limits, Question, Reply
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed, Statement, judge, variables
from trialproof.verify.symbolic import Universe

SOLVERS_KEPT = 32
WORK_PER_SECOND = 20_000_000
"""Z3's resource units that one second is taken for: the limit that makes a refusal repeatable on any machine."""


class Desk:
    """One incremental solver for the questions that share a base."""

    def __init__(self, universe: Universe, base: tuple[Statement, ...], limits: Limits) -> None:
        self._universe = universe
        self._limits = limits
        self._solver = z3.SimpleSolver()
        _limit(self._solver, limits)
        self._patients: set[AnyPatient] = set()
        self._readings: set[AnyReading] = set()
        self._switches: dict[int, Any] = {}
        for statement in base:
            self._solver.add(self._formula(statement))

    def _formula(self, statement: Statement) -> Any:
        patients, readings = variables(statement)
        for who in patients - self._patients:
            self._solver.add(self._universe.patient(who).domain())
        for how in readings - self._readings:
            self._solver.add(self._universe.readings(how).domain())
        self._patients |= patients
        self._readings |= readings
        return judge(statement, self._universe.meaning, Patient(()), Fixed(()))

    def _switch(self, number: int, statement: Statement) -> Any:
        if number not in self._switches:
            switch = z3.Bool(f"statement {number}")
            self._solver.add(z3.Implies(switch, self._formula(statement)))
            self._switches[number] = switch
        return self._switches[number]

    def answer(self, further: dict[int, Statement], *, wanted: bool) -> Reply:
        """Ask Z3, first incrementally, then (where that gives up) from scratch with all its tactics."""
        switches = [self._switch(number, statement) for number, statement in further.items()]
        solver = self._solver
        result = solver.check(*switches)
        if result == z3.unknown:
            solver = z3.Solver()
            _limit(solver, self._limits)
            solver.add(self._solver.assertions())
            solver.add(switches)
            result = solver.check()
        if result == z3.unsat:
            return Reply("no")
        if result == z3.unknown:
            return Reply("unknown", reason=solver.reason_unknown())
        if not wanted:
            return Reply("yes")
        model = solver.model()
        patients: dict[AnyPatient, Patient] = {}
        for who in self._patients:
            found = self._universe.patient(who).read(model)
            if found is None:
                return Reply("unknown", reason="only a value that is no fraction was found")
            patients[who] = found
        return Reply("yes", "", patients, {how: self._universe.readings(how).read(model) for how in self._readings})


def _limit(solver: Any, limits: Limits) -> None:
    work = int(limits.seconds * WORK_PER_SECOND)
    solver.set(timeout=max(1, int(limits.seconds * 1000)), rlimit=work, random_seed=limits.seed)


class Office:
    """The desks of one protocol; the least recently used one goes when there are too many."""

    def __init__(self, protocol: Protocol) -> None:
        self._universe = Universe(protocol)
        self._statements: dict[int, Statement] = {}
        self._desks: dict[tuple[int, ...], Desk] = {}

    def answer(self, question: Question) -> Reply:
        """Answer one question."""
        self._statements.update(question.new)
        desk = self._desks.pop(question.base, None)
        if desk is None:
            base = tuple(self._statements[number] for number in question.base)
            desk = Desk(self._universe, base, question.limits)
        self._desks[question.base] = desk
        if len(self._desks) > SOLVERS_KEPT:
            del self._desks[next(iter(self._desks))]
        further = {number: self._statements[number] for number in question.further}
        return desk.answer(further, wanted=question.wanted)


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer the protocol's questions until the pipe closes."""
    office = Office(pickle.load(requests))  # noqa: S301 - written by our own parent process
    while True:
        try:
            question: Question = pickle.load(requests)  # noqa: S301 - likewise
        except EOFError:
            return
        try:
            reply = office.answer(question)
        except z3.Z3Exception as error:
            reply = Reply("unknown", reason=str(error))
        pickle.dump(reply, replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


def main() -> None:
    """Serve on standard input and output; whatever a library prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies)
