"""Where something stands in a file, and the one error that every bad input becomes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file (as the user named it) with a line and a column, both counted from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("")


class BadInput(Exception):
    """Input that cannot be used: one sentence, its place, the line with a caret under it, and what to do about it.

    `message` is one sentence, lower case, without a full stop, names in backticks. `excerpt` is the source line that
    the place names, `width` how many characters of it the caret underlines. `help` may have several lines.
    """

    def __init__(
        self,
        message: str,
        place: Place = NOWHERE,
        *,
        excerpt: str | None = None,
        width: int = 1,
        help: str | None = None,  # noqa: A002 - what the reader is given is called help
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.excerpt = excerpt
        self.width = width
        self.help = help

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place != NOWHERE else self.message
