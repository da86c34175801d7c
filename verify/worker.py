"""The worker process: the only place where Z3 runs, so that a search that overruns can be killed.

It reads pickled `Question`s from a pipe, each about a `Subject` that was told before, and writes one `Reply` each.
Both ends are this program; nothing that a user wrote is ever unpickled. A statement is sent once and then spoken of by
its number. Questions with the same `base` share one incremental solver, in which every further statement is switched on
by a literal of its own.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import z3

from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol
from trialproof.verify.question import Limits, Question, Reply, Subject
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed, Statement, judge, variables
from trialproof.verify.symbolic import Formula, Universe

SOLVERS_KEPT = 32
MOST_WORK = 2**32 - 1
WORK_PER_SECOND = 4_000_000
"""Z3's resource units that one second is taken for: the limit that makes a refusal repeatable on any machine.

Machines do more in a second (5 to 10 million where this was tried), so that time is only the second limit.
"""


@dataclass(frozen=True, slots=True)
class Asserted:
    """A statement as a formula, and the unknowns it speaks of."""

    formula: Formula
    patients: frozenset[AnyPatient]
    readings: frozenset[AnyReading]


class Desk:
    """One incremental solver for the questions that share a base."""

    def __init__(self, universe: Universe, base: Iterable[Asserted], limits: Limits) -> None:
        self._universe = universe
        self._limits = limits
        self._solver = z3.SimpleSolver()
        self._solver.set(**{"arith.solver": 2, "relevancy": 0})
        _limit(self._solver, limits)
        self._patients: set[AnyPatient] = set()
        self._readings: set[AnyReading] = set()
        self._switches: dict[int, Any] = {}
        for each in base:
            self._introduce(each)
            self._solver.add(each.formula)

    def _introduce(self, asserted: Asserted) -> None:
        """Add what the declared ranges say of unknowns not met before."""
        for who in asserted.patients - self._patients:
            self._solver.add(self._universe.patient(who).domain())
        for how in asserted.readings - self._readings:
            self._solver.add(self._universe.readings(how).domain())
        self._patients |= asserted.patients
        self._readings |= asserted.readings

    def _switch(self, number: int, asserted: Asserted) -> Any:
        if number not in self._switches:
            self._introduce(asserted)
            switch = z3.Bool(f"statement {number}")
            self._solver.add(z3.Implies(switch, asserted.formula))
            self._switches[number] = switch
        return self._switches[number]

    def answer(self, further: Mapping[int, Asserted], *, wanted: bool) -> Reply:
        """Ask Z3, first incrementally, then (where that gives up) from scratch with all its tactics."""
        switches = [self._switch(number, asserted) for number, asserted in further.items()]
        solver = self._solver
        result = solver.check(*switches)
        if result == z3.unsat:
            core = {switch.get_id() for switch in solver.unsat_core()}
            pairs = zip(further, switches, strict=True)
            return Reply("no", core=tuple(number for number, switch in pairs if switch.get_id() in core))
        if result == z3.unknown:
            solver = z3.Solver()
            _limit(solver, self._limits)
            solver.add(self._solver.assertions())
            solver.add(switches)
            result = solver.check()
        if result == z3.unsat:
            return Reply("no", core=tuple(further))
        if result == z3.unknown:
            return Reply("unknown", reason=solver.reason_unknown())
        return self._read(solver.model()) if wanted else Reply("yes")

    def _read(self, model: Any) -> Reply:
        patients: dict[AnyPatient, Patient] = {}
        for who in self._patients:
            found = self._universe.patient(who).read(model)
            if found is None:
                return Reply("unknown", reason="only a value that is no fraction was found")
            patients[who] = found
        readings = {how: self._universe.readings(how).read(model) for how in self._readings}
        return Reply("yes", patients=patients, readings=readings)


def _limit(solver: Any, limits: Limits) -> None:
    work = min(int(limits.seconds * WORK_PER_SECOND), MOST_WORK)
    solver.set(timeout=max(1, int(limits.seconds * 1000)), rlimit=work, random_seed=limits.seed)


class Office:
    """The desks of one protocol; the least recently used one goes when there are too many."""

    def __init__(self, protocol: Protocol) -> None:
        self._universe = Universe(protocol)
        self._asserted: dict[int, Asserted] = {}
        self._desks: dict[tuple[int, ...], Desk] = {}

    def answer(self, question: Question) -> Reply:
        """Answer one question."""
        for number, statement in question.new:
            self._asserted[number] = self._assert(statement)
        desk = self._desks.pop(question.base, None)
        if desk is None:
            desk = Desk(self._universe, [self._asserted[number] for number in question.base], question.limits)
        self._desks[question.base] = desk
        if len(self._desks) > SOLVERS_KEPT:
            del self._desks[next(iter(self._desks))]
        further = {number: self._asserted[number] for number in question.further}
        return desk.answer(further, wanted=question.wanted)

    def _assert(self, statement: Statement) -> Asserted:
        formula = judge(statement, self._universe.meaning, Patient(()), Fixed(()))
        return Asserted(formula, *variables(statement))


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer the questions about protocols until the pipe closes."""
    offices: dict[int, Office] = {}
    while True:
        try:
            message: Subject | Question = pickle.load(requests)  # noqa: S301 - written by our own parent process
        except EOFError:
            return
        if isinstance(message, Subject):
            offices.pop(message.number, None)
            if message.protocol is not None:
                offices[message.number] = Office(message.protocol)
            continue
        try:
            reply = offices[message.subject].answer(message)
        except z3.Z3Exception as error:
            reply = Reply("unknown", reason=str(error))
        pickle.dump(reply, replies, protocol=pickle.HIGHEST_PROTOCOL)
        replies.flush()


def main() -> None:
    """Serve on standard input and output; whatever a library prints goes to standard error.

    An interrupt from the keyboard is the parent's to handle. Formulas make no cycles, and to look for them takes time.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies)
