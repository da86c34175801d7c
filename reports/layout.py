"""Text on a terminal: wrapped paragraphs with a hanging label, and a little colour."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill

import click

WIDTH = 100
LABEL = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Writes lines of at most `WIDTH` characters; `color` marks what matters."""

    color: bool

    def mark(self, text: str, **style: object) -> str:
        """Return the text in a colour or weight, where colours are wanted."""
        return click.style(text, **style) if self.color else text  # type: ignore[arg-type]

    def entry(self, label: str, text: str) -> str:
        """Return a paragraph with its label hanging to the left."""
        head = f"  {label:<{LABEL - 3}} "
        body = fill(text, WIDTH, initial_indent=" " * LABEL, subsequent_indent=" " * LABEL, break_long_words=False)
        return self.mark(head, dim=True) + body[LABEL:]

    def paragraph(self, text: str, *, indent: int = 0) -> str:
        """Return a wrapped paragraph whose later lines are indented by two more."""
        return fill(
            text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_long_words=False
        )

    def heading(self, text: str) -> str:
        """Return a heading."""
        return self.mark(text, bold=True)
