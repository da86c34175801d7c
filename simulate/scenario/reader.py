"""What every reader of a part needs: the file, the protocol it is for, and the list of assumptions that grows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol
from trialproof.model.source import DataPath, Source
from trialproof.simulate.scenario.scenario import Assumption, Standing
from trialproof.simulate.scenario.shape_value import Backed


@dataclass(frozen=True, slots=True)
class Reader:
    """One file, the protocol that it is for, and the readings of its sentences; `assumptions` collects entries."""

    source: Source
    protocol: Protocol
    selection: Mapping[str, str] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)

    def assume(self, path: DataPath, says: str, part: Backed) -> None:
        """Take note of an entry and what stands behind it."""
        given = ((standing, getattr(part, standing.value)) for standing in Standing)
        sources = tuple((standing, " ".join(text.split())) for standing, text in given if text is not None)
        name = ".".join(str(step) for step in path)
        self.assumptions.append(Assumption(name, says, sources, self.source.key_place(path)))

    def problem(
        self, message: str, path: DataPath, help: str | None = None, *, at_key: bool = False  # noqa: A002
    ) -> BadInput:
        """Return the error for a value of the file, or its key."""
        return self.source.problem(message, path, help=help, at_key=at_key)

    def unknown(
        self, what: str, name: str, path: DataPath, known: Collection[str], *, at_key: bool = False
    ) -> BadInput:
        """Return the error for a name that is none of those that could stand there; `what` says what is not there."""
        meant = did_you_mean(name, known)
        listed = f"there is {', '.join(known)}" if known else None
        advice = f"did you mean `{meant}`?" if meant else listed
        return self.problem(f"{what} {show(name)}", path, advice, at_key=at_key)


def listed(names: Sequence[str]) -> str:
    """Return names in backticks: `a`, `b` and `c`."""
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} and {last}" if others else last
