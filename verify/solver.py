"""Questions to Z3 and their answers: `Answer = Found | NoneExists | GaveUp`.

A `Solver` owns the worker process, starts it when first needed, kills it when it overruns its deadline, and replays
every patient it proposes (`verify.replay`) before handing it on.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from time import monotonic
from types import TracebackType
from typing import IO, Self, TypeAlias, Union

from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol, Selection
from trialproof.verify.question import Limits, Question, Reply
from trialproof.verify.replay import replay
from trialproof.verify.statement import AnyPatient, AnyReading, Statement

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from trialproof.verify.worker import main; main()"
)  # fmt: skip
GRACE = 2.0
"""Seconds beyond the solver's own limit after which the worker is killed."""
WATCH = 0.25
"""Seconds between two looks at the deadline."""


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


def launch() -> subprocess.Popen[bytes]:
    """Start a worker process, which can boot while its protocol is still being read."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own program text
        [sys.executable, "-c", BOOT, json.dumps(sys.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


class Solver:
    """Asks about one protocol. Use as a context manager, so that the worker ends with it.

    `seconds` is the deadline of one question; `seed` perturbs Z3's search, which no result may depend on; `worker` is
    a process launched beforehand.
    """

    def __init__(
        self, protocol: Protocol, *, seconds: float = 10.0, seed: int = 0, worker: subprocess.Popen[bytes] | None = None
    ) -> None:
        self.protocol = protocol
        self._launched = worker
        self.questions = 0
        self._limits = Limits(seconds, seed)
        self._numbers: dict[Statement, int] = {}
        self._statements: list[Statement] = []
        self._identities: dict[int, tuple[Statement, int]] = {}
        self._sent = 0
        self._cores: dict[tuple[int, ...], list[frozenset[int]]] = {}
        self._worker: subprocess.Popen[bytes] | None = None
        self._deadline = inf
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        self._start()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._stop()

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
        """Answer from what is already known to contradict the base, else ask the worker."""
        base_numbers, numbers = tuple(map(self._number, base)), tuple(map(self._number, further))
        cores = self._cores.setdefault(base_numbers, [])
        asked = frozenset(numbers)
        if any(core <= asked for core in cores):
            return Reply("no")
        reply = self._send(base_numbers, numbers, wanted=wanted)
        if reply.answer == "no":
            cores.append(frozenset(reply.core))
        return reply

    def _send(self, base: tuple[int, ...], further: tuple[int, ...], *, wanted: bool) -> Reply:
        self.questions += 1
        worker = self._worker or self._start()
        new = tuple((at, self._statements[at]) for at in range(self._sent, len(self._statements)))
        self._sent = len(self._statements)
        question = Question(new, base, further, wanted, self._limits)
        self._deadline = monotonic() + 2 * self._limits.seconds + GRACE
        try:
            _write(question, worker.stdin)
            reply = pickle.load(_pipe(worker.stdout))  # noqa: S301 - written by our own worker
        except (EOFError, OSError, pickle.UnpicklingError):
            late = monotonic() >= self._deadline
            self._stop()
            reply = Reply("unknown", reason="the deadline passed" if late else "the solver process ended")
        except BaseException:
            self._stop()  # else the reply that is under way would be taken for the answer to the next question
            raise
        finally:
            self._deadline = inf
        assert isinstance(reply, Reply)  # noqa: S101 - the worker writes nothing else
        return reply

    def _watch(self) -> None:
        """Kill a worker that overran its deadline; the question that waits for it then finds the pipe closed."""
        while not self._closed.wait(WATCH):
            worker = self._worker
            if worker is not None and monotonic() >= self._deadline:
                worker.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        self._worker, self._launched = self._launched or launch(), None
        self._sent = 0
        with suppress(OSError):  # a worker that could not even boot: the question after this one finds the pipe closed
            _write(replace(self.protocol, text=None), self._worker.stdin)  # no question is about the text
        return self._worker

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - both pipes were asked for
    return pipe


def _write(value: Protocol | Question, pipe: IO[bytes] | None) -> None:
    pickle.dump(value, _pipe(pipe), protocol=pickle.HIGHEST_PROTOCOL)
    _pipe(pipe).flush()
