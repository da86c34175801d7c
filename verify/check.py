"""The shape of a check, and the few things that all checks say alike."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

from trialproof.model.condition import EVERYONE, Condition, Eligible
from trialproof.model.protocol import Choice, Criterion, Decision, Fact
from trialproof.verify.case import Case
from trialproof.verify.finding import (
    BoundaryPatients,
    Coverage,
    Finding,
    Label,
    MissingItem,
    Prescription,
    Proved,
    Region,
    Severity,
    Undecided,
)

Said: TypeAlias = Union[Finding, Proved, Undecided, BoundaryPatients, MissingItem, Prescription, Coverage, "Vacuous"]


@dataclass(frozen=True, slots=True)
class Vacuous:
    """A property that is neither proved nor refuted, since it speaks of nobody or is not looked at, and said so."""

    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `passes` and `fails` are protocols (YAML) on which it stays silent and on which it speaks.

    What stands below a line `--- document.txt` of them is the protocol's text, not part of the YAML.
    """

    code: str
    name: str
    severity: Severity
    run: Callable[[Case], Iterator[Said]]
    passes: tuple[str, ...]
    fails: tuple[str, ...]

    @property
    def explanation(self) -> str:
        """The documentation of the check: *What it does*, *Why it matters*, *Example*."""
        return inspect.cleandoc(sys.modules[self.run.__module__].__doc__ or "")


def example_files(example: str) -> dict[str, str]:
    """Return the files of a check's example, name to text."""
    protocol, separator, document = example.partition("--- document.txt\n")
    return {"protocol.yaml": protocol, "document.txt": document} if separator else {"protocol.yaml": protocol}


def member_of(population: Condition) -> str:
    """Return a member of the population in words, without an article: `eligible patient`."""
    if population == Eligible():
        return "eligible patient"
    return "patient" if population == EVERYONE else "patient of its population"


def whom(population: Condition) -> str:
    """Return a member of the population in words: `an eligible patient`."""
    return f"{'an' if population == Eligible() else 'a'} {member_of(population)}"


def where(regions: Sequence[Region]) -> str:
    """Return where a finding holds, to stand behind the patient it speaks of: ` with diameter exactly 5 cm`."""
    if len(regions) > 1:
        return f", in {len(regions)} regions"
    return f" with {regions[0].words}" if regions[0].terms else ", whatever the values"


def choice_label(choice: Choice, note: str = "") -> Label:
    """Return the place and the words of a choice."""
    return Label(choice.place, choice.quotes, note or f"`{choice.name}`")


def criterion_label(criterion: Criterion, note: str = "") -> Label:
    """Return the place and the words of a criterion."""
    return Label(criterion.place, criterion.quotes, note or f"`{criterion.id}`")


def fact_label(fact: Fact) -> Label:
    """Return the place of a fact, and why it is one."""
    return Label(fact.place, (), f"fact: {fact.because}")


def listed(names: Iterable[str]) -> str:
    """Return names in backticks: `` `a`, `b` and `c` ``."""
    return joined(f"`{name}`" for name in names)


def joined(words: Iterable[str]) -> str:
    """Return words in a row: `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def gave_up(code: str, name: str, what: str, reason: object, decision: Decision | None = None) -> Undecided:
    """Return that the solver could not decide a property."""
    concerned = decision.name if decision else None
    return Undecided(code, name, f"could not decide whether {what}", str(reason), concerned)
