"""cvc5, asked about files on disk in a process of its own that can be killed.

The file itself is what is proved: the process gets its name, and nothing that this program holds in memory. A file is
read by `verify.certify.smt_reader` before, so that no command in it can do anything but ask.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self

GAVE_UP = re.compile(r"unknown(?: \((?P<why>\w+)\))?")
BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from trialproof.verify.certify.cvc5_run import main; main()"
)  # fmt: skip
GRACE = 5.0
"""Seconds beyond the solver's own limit after which its process is killed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`sat`, `unsat` or `unknown`; `reason` says why it is unknown. `unreadable`: cvc5 refused the file, and why."""

    answer: str
    reason: str = ""


def installed() -> bool:
    """Return whether cvc5 can be imported; it is not imported here."""
    return find_spec("cvc5") is not None


class Cvc5:
    """Answers files one by one. Use as a context manager, so that the process ends with it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def answer(self, path: Path) -> Answer:
        """Return cvc5's answer to one file, which takes no longer than the deadline."""
        process = self._process or self._start()
        late = threading.Event()

        def overdue() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds + GRACE, overdue)
        timer.start()
        try:
            _pipe(process.stdin).write(json.dumps([str(path.resolve()), self._seconds]) + "\n")
            _pipe(process.stdin).flush()
            line = _pipe(process.stdout).readline()
        except OSError:
            line = ""
        except BaseException:
            self._stop()  # else the answer that is under way would be taken for that of the next file
            raise
        finally:
            timer.cancel()
        if not line:
            self._stop()
            return Answer("unknown", "the deadline passed" if late.is_set() else "the process of cvc5 ended")
        return Answer(**json.loads(line))

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own program text
            [sys.executable, "-c", BOOT, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(OSError):
                self._process.communicate()
            self._process = None


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101 - both pipes were asked for
    return pipe


def ask_here(path: Path, seconds: float) -> Answer:
    """Ask cvc5 in this very process. What the file says of itself, the expected answer above all, is kept from it."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", str(max(1, int(seconds * 1000))))
    parser = cvc5.InputParser(solver)
    answers: list[str] = []
    try:
        parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, str(path))
        symbols = parser.getSymbolManager()
        while not (command := parser.nextCommand()).isNull():
            if command.getCommandName() != "set-info":
                answers.append(str(command.invoke(solver, symbols)).strip())
    except Exception as error:  # what the parser raises has no common ancestor
        return Answer("unreadable", " ".join(str(error).split()))
    said = [each for each in answers if each]
    if len(said) == 1 and said[0] in {"sat", "unsat"}:
        return Answer(said[0])
    if len(said) == 1 and (gave_up := GAVE_UP.fullmatch(said[0])):
        return Answer("unknown", f"it gave up: {(gave_up['why'] or 'no reason is given').lower()}")
    return Answer("unreadable", " ".join(" ".join(said).split()))


def main() -> None:
    """Answer the files named on standard input, each with its deadline, until it closes."""
    import os
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        name, seconds = json.loads(line)
        found = ask_here(Path(name), seconds)
        replies.write(json.dumps({"answer": found.answer, "reason": found.reason}) + "\n")
        replies.flush()
