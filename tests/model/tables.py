"""A protocol whose one decision is a table, for tests: in the file itself, or in a file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.folder import DOCUMENT, assert_style, read_marks, write_folder
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.model.protocol import Choice, Protocol

HEAD = """\
trialproof: 1
title: a trial
document: document.txt
quantities:
  size:
    unit: cm
    range: [0, 20]
    recorded_to: 0.1
  resection:
    one_of: [R0, R1, R2, RX]
  prior:
    yes_no: true
definitions:
  large: size > 10 cm
  half:
    value: size / 2
    unit: cm
"""
DECISION = f"{HEAD}decisions:\n  arm:\n    for: everyone\n"


def block(*rows: str, intent: str = "exactly one") -> str:
    """Return the protocol with a table in it."""
    return f"{DECISION}    intent: {intent}\n    table: |-\n" + "".join(f"      {row}\n" for row in rows)


def loaded(folder: Path, text: str) -> Protocol:
    return load(write_folder(folder, text))


def choices(protocol: Protocol) -> tuple[Choice, ...]:
    return protocol.decisions["arm"].choices


def refused(folder: Path, text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        loaded(folder, text)
    assert_style(caught.value)
    return caught.value


def check_marked(folder: Path, marked: str, message: str, advice: str = "") -> None:
    """Check that a protocol is refused at the characters between `«` and `»`."""
    text, line, column, width = read_marks(marked)
    problem = refused(folder, text)
    assert message in problem.message
    assert advice in (problem.help or "")
    assert (problem.place.line, problem.place.column, problem.width) == (line, column, max(width, 1))
    assert problem.place.file == str(folder / "protocol.yaml")
    assert problem.excerpt == text.split("\n")[line - 1]


def check_marked_file(folder: Path, marked: str, message: str, advice: str = "") -> None:
    """Check that the file `arms.csv` beside a protocol is refused at the characters between `«` and `»`."""
    text, line, column, width = read_marks(marked)
    write_folder(folder, f"{DECISION}    table: arms.csv\n", DOCUMENT)
    (folder / "arms.csv").write_text(text, encoding="utf-8", newline="")
    problem = refused(folder, f"{DECISION}    table: arms.csv\n")
    assert message in problem.message
    assert advice in (problem.help or "")
    assert (problem.place.line, problem.place.column, problem.width) == (line, column, max(width, 1))
    assert problem.place.file == str(folder / "arms.csv")
    assert problem.excerpt == text.replace("\r\n", "\n").split("\n")[line - 1]
