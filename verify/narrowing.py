"""The patients of whom a list of statements is so, list after list, by the engine of ranks.

The lists of a search begin alike: what the last one began with is not worked out again for the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialproof.verify.diagram import Diagram
from trialproof.verify.ranks import Ranks
from trialproof.verify.statement import Statement


class Narrowing:
    """Narrows some patients down; `said` says a statement of the patient and the readings in question."""

    def __init__(self, ranks: Ranks, among: Diagram, said: Callable[[Statement], Statement]) -> None:
        self._ranks = ranks
        self._among = among
        self._said = said
        self._last: list[tuple[Statement, Diagram]] = []

    def to(self, statements: Sequence[Statement]) -> Diagram | None:
        """Return those of whom all statements are so; None if the engine cannot tell."""
        alike = 0
        for statement, (known, _) in zip(statements, self._last, strict=False):
            if statement is not known:
                break
            alike += 1
        del self._last[alike:]
        found = self._last[-1][1] if self._last else self._among
        for statement in statements[alike:]:
            if self._ranks.is_empty(found):
                break
            narrower = self._ranks.all_of((self._said(statement),), found)
            if narrower is None:
                return None
            found = narrower
            self._last.append((statement, found))
        return found
