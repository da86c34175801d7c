"""Where something stands, as programs want it: a file by its URI, lines, and columns in UTF-16 code units.

Editors and code hosts count columns as JavaScript does: a character beyond the Basic Multilingual Plane is two. A
`Place` counts characters, so the line itself is needed; a file is read once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes

from trialproof.model.document import Quote
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol
from trialproof.model.source import LARGEST_FILE
from trialproof.model.textfile import read_text


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of a file; lines and columns from 1, the end just behind it, `text` its characters.

    `line` 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    text: str = ""


class Spots:
    """Finds places and quotes of one protocol in its files."""

    def __init__(self, protocol: Protocol) -> None:
        self._document = protocol.text
        self._lines: dict[str, list[str]] = {}
        if protocol.text is not None:
            self._lines[protocol.text.file] = protocol.text.text.split("\n")

    def of_place(self, place: Place) -> Spot:
        """Return the rest of the line that begins at a place; the file as a whole where it is no text, or changed."""
        lines = self._read(place.file)
        if not 0 < place.line <= len(lines):
            return Spot(place.file)
        line = lines[place.line - 1]
        start = min(max(place.column - 1, 0), len(line))
        rest = line[start:].rstrip()
        column = _units(line[:start]) + 1
        return Spot(place.file, place.line, column, place.line, column + _units(rest), rest)

    def of_quote(self, quote: Quote) -> Spot | None:
        """Return where the document says the words of a quote; None without a document."""
        found = self._document
        return None if found is None else span(found.file, found.text, quote.start, quote.end)

    def _read(self, file: str) -> list[str]:
        if file not in self._lines:
            try:
                self._lines[file] = read_text(Path(file), limit=LARGEST_FILE).split("\n")
            except BadInput:
                self._lines[file] = []
        return self._lines[file]


def relative_uri(file: str) -> str | None:
    """Return a file's URI relative to the folder of the run; None where it is not in it."""
    here, path = os.fsencode(os.getcwd()), os.fsencode(os.path.abspath(file))
    try:
        inside = os.path.commonpath([here, path]) == here
    except ValueError:  # on another drive
        return None
    return quote_from_bytes(os.path.relpath(path, here).replace(os.fsencode(os.sep), b"/")) if inside else None


def absolute_uri(file: str) -> str:
    """Return a file's URI."""
    return Path(os.path.abspath(file)).as_uri()


def span(file: str, text: str, start: int, end: int) -> Spot:
    """Return the stretch of a file's text between two offsets."""
    line, column = _at(text, start)
    end_line, end_column = _at(text, end)
    return Spot(file, line, column, end_line, end_column, text[start:end])


def _at(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, _units(text[start:offset]) + 1


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
