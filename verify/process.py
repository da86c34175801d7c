"""The solver's process, as seen from outside: started when needed, killed when it overruns, started again.

It imports little, so that a command can launch the process before it reads anything. Several solvers can share one.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from math import inf
from time import monotonic
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from trialproof.verify.question import Question, Reply, Subject

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from trialproof.verify.worker import main; main()"
)  # fmt: skip
GRACE = 2.0
"""Seconds beyond the solver's own limit after which the process is killed."""
WATCH = 0.25
"""Seconds between two looks at the deadline."""


def launch() -> subprocess.Popen[bytes]:
    """Start a worker process, which can boot while its protocol is still being read."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own program text
        [sys.executable, "-c", BOOT, json.dumps(sys.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


class LostAnswer(Exception):
    """The process ended before it answered; the message says why."""


class Process:
    """The process of one or several solvers. `launched` was launched beforehand, and is the first.

    `run` counts the processes there have been: what was told to an earlier one, this one does not know.
    """

    def __init__(self, launched: subprocess.Popen[bytes] | None = None) -> None:
        self.popen: subprocess.Popen[bytes] | None = None
        self.run = 0
        self._launched = launched
        self._subjects = 0
        self._deadline = inf
        self._closed = threading.Event()

    def new_subject(self) -> int:
        """Return a number for a protocol."""
        self._subjects += 1
        return self._subjects

    def watch(self) -> None:
        """Kill, from now on, a process that overruns its deadline; the question that waits finds the pipe closed."""
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self) -> int:
        """Start the process unless it runs; return which one it is."""
        if self.popen is None:
            self.popen, self._launched = self._launched or launch(), None
            self.run += 1
        return self.run

    def tell(self, subject: Subject) -> None:
        """Tell the running process what questions are about."""
        assert self.popen is not None  # noqa: S101 - it was started
        with suppress(OSError):  # a process that could not even boot: the next question finds the pipe closed
            _write(subject, self.popen.stdin)

    def ask(self, question: Question) -> Reply:
        """Return the running process's reply. Raises `LostAnswer`; the process is then no more."""
        assert self.popen is not None  # noqa: S101 - it was started
        self._deadline = monotonic() + 2 * question.limits.seconds + GRACE
        try:
            _write(question, self.popen.stdin)
            reply: Reply = pickle.load(_pipe(self.popen.stdout))  # noqa: S301 - written by our own worker
        except (EOFError, OSError, pickle.UnpicklingError):
            late = monotonic() >= self._deadline
            self.stop()
            raise LostAnswer("the deadline passed" if late else "the solver process ended") from None
        except BaseException:
            self.stop()  # else the reply that is under way would be taken for the answer to the next question
            raise
        finally:
            self._deadline = inf
        return reply

    def close(self) -> None:
        """End the process, and the watch over it."""
        self._closed.set()
        self.stop()

    def stop(self) -> None:
        """End the process; it can be started again."""
        if self.popen is not None:
            self.popen.kill()
            self.popen.communicate()
            self.popen = None

    def _watch(self) -> None:
        while not self._closed.wait(WATCH):
            popen = self.popen
            if popen is not None and monotonic() >= self._deadline:
                popen.kill()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - both pipes were asked for
    return pipe


def _write(message: Question | Subject, pipe: IO[bytes] | None) -> None:
    pickle.dump(message, _pipe(pipe), protocol=pickle.HIGHEST_PROTOCOL)
    _pipe(pipe).flush()
