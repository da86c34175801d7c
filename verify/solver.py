"""Questions to Z3 and their answers: `Answer = Found | NoneExists | GaveUp`.

A `Solver` puts the questions about one protocol to a worker process (`verify.process`), and replays every patient that
is proposed (`verify.replay`) before handing it on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from subprocess import Popen
from types import TracebackType
from typing import Self, TypeAlias, Union

from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol, Selection
from trialproof.verify.process import LostAnswer, Process
from trialproof.verify.question import Limits, Question, Reply, Subject
from trialproof.verify.replay import replay
from trialproof.verify.statement import AnyPatient, AnyReading, Statement


@dataclass(frozen=True, slots=True)
class Found:
    """There are such patients and readings: here they are, replayed. Both empty where no model was asked for."""

    patients: Mapping[AnyPatient, Patient] = field(default_factory=dict)
    readings: Mapping[AnyReading, Selection] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoneExists:
    """There is no such patient: proved."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The solver could not tell, and why."""

    reason: str


Answer: TypeAlias = Union[Found, NoneExists, GaveUp]


class Unknown(Exception):
    """Raised through a search whose next step needs an answer that the solver could not give."""


class Solver:
    """Asks about one protocol. Use as a context manager, so that the worker ends with it.

    `seconds` is the deadline of one question; `seed` perturbs Z3's search, which no result may depend on; `worker` is
    a process launched beforehand. A guest asks in the process of its `host`.
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        seconds: float = 10.0,
        seed: int = 0,
        worker: Popen[bytes] | None = None,
        host: Solver | None = None,
    ) -> None:
        self.protocol = protocol
        self.questions = 0
        self._limits = Limits(seconds, seed)
        self._numbers: dict[Statement, int] = {}
        self._statements: list[Statement] = []
        self._identities: dict[int, tuple[Statement, int]] = {}
        self._cores: dict[tuple[int, ...], list[frozenset[int]]] = {}
        self._known_possible: set[tuple[tuple[int, ...], frozenset[int]]] = set()
        self._is_guest = host is not None
        self._process: Process = Process(worker) if host is None else host._process
        self._subject = self._process.new_subject()
        self._run = 0
        self._sent = 0

    def beside(self, protocol: Protocol) -> Solver:
        """Return a solver of another protocol that shares the process of this one, and must end before it."""
        return Solver(protocol, seconds=self._limits.seconds, seed=self._limits.seed, host=self)

    def __enter__(self) -> Self:
        self._start()
        if not self._is_guest:
            self._process.watch()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_guest:
            self._process.close()
        elif self._process.popen is not None:
            self._process.tell(Subject(self._subject, None))

    def ask(self, *statements: Statement, base: tuple[Statement, ...] = ()) -> Answer:
        """Find patients and readings of whom all statements are so; every one found was replayed.

        Questions with the same `base` share the solver's work. Raises `Disagreement` if a replay fails.
        """
        reply = self._exchange(statements, base, wanted=True)
        if reply.answer == "no":
            return NoneExists()
        if reply.answer == "unknown":
            return GaveUp(reply.reason)
        replay(self.protocol, base + statements, reply.patients, reply.readings)
        return Found(reply.patients, reply.readings)

    def possible(self, *statements: Statement, base: tuple[Statement, ...] = ()) -> bool:
        """Return whether some patient and readings satisfy all statements; raise `Unknown` if Z3 cannot tell.

        The patient is not returned, hence not replayed: for the steps of a search whose result is replayed.
        """
        reply = self._exchange(statements, base, wanted=False)
        if reply.answer == "unknown":
            raise Unknown(reply.reason)
        return reply.answer == "yes"

    def _number(self, statement: Statement) -> int:
        known = self._identities.get(id(statement))
        if known is not None:
            return known[1]
        number = self._numbers.setdefault(statement, len(self._statements))
        if number == len(self._statements):
            self._statements.append(statement)
        self._identities[id(statement)] = (statement, number)
        return number

    def _exchange(self, further: tuple[Statement, ...], base: tuple[Statement, ...], *, wanted: bool) -> Reply:
        """Answer from what is already known to contradict the base, or to be possible, else ask the worker."""
        base_numbers, numbers = tuple(map(self._number, base)), tuple(map(self._number, further))
        cores = self._cores.setdefault(base_numbers, [])
        asked = frozenset(numbers)
        if any(core <= asked for core in cores):
            return Reply("no")
        if not wanted and (base_numbers, asked) in self._known_possible:
            return Reply("yes")
        reply = self._send(base_numbers, numbers, wanted=wanted)
        if reply.answer == "no":
            cores.append(frozenset(reply.core))
        elif reply.answer == "yes":
            self._known_possible.add((base_numbers, asked))
        return reply

    def _send(self, base: tuple[int, ...], further: tuple[int, ...], *, wanted: bool) -> Reply:
        self.questions += 1
        self._start()
        new = tuple((at, self._statements[at]) for at in range(self._sent, len(self._statements)))
        self._sent = len(self._statements)
        try:
            return self._process.ask(Question(self._subject, new, base, further, wanted, self._limits))
        except LostAnswer as reason:
            return Reply("unknown", reason=str(reason))

    def _start(self) -> None:
        """Start the process unless it runs, and tell it the protocol unless it knows it."""
        run = self._process.start()
        if run != self._run:
            self._run, self._sent = run, 0
            self._process.tell(Subject(self._subject, replace(self.protocol, text=None)))  # none asks about the text
