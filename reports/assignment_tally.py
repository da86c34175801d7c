"""An assignment in numbers, added up chunk by chunk: the summary under a table of patients, in words and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialproof.model.protocol import Protocol
from trialproof.reports.assignment import STATUS
from trialproof.simulate.assignment import Assignment, Fate
from trialproof.simulate.cohort import spread
from trialproof.simulate.rational import Truths

ELIGIBLE = ("yes", "no", "undetermined")
WORDS = {
    "gap": "in a gap",
    "overlap": "in an overlap",
    "undetermined": "undetermined",
    "outside": "outside its population",
}


@dataclass(slots=True)
class Tally:
    """How many patients fare how in some decisions; `patients` counts those without a problem, `skipped` the others."""

    protocol: Protocol
    decisions: Sequence[str]
    patients: int = 0
    skipped: int = 0
    eligible: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    status: dict[str, Counter[str]] = field(default_factory=dict)
    choices: dict[str, Counter[str]] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    otherwise: Counter[tuple[str, str]] = field(default_factory=Counter)
    differing: int = 0
    alike: int = 0
    stray: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in self.decisions:
            self.status[name] = Counter(dict.fromkeys(STATUS, 0))
            self.choices[name] = Counter({choice.name: 0 for choice in self.protocol.decisions[name].choices})

    def add(self, found: Assignment[Truths], good: NDArray[np.bool_]) -> None:
        """Add a chunk, of which only the good rows count."""

        def count(truth: Truths) -> int:
            return int(np.count_nonzero(spread(truth, len(good)) & good))

        patients = int(np.count_nonzero(good))
        self.patients += patients
        self.skipped += len(good) - patients
        yes, no = count(found.eligible.holds), count(found.eligible.fails)
        self.eligible.update(dict(zip(ELIGIBLE, (yes, no, patients - yes - no), strict=True)))
        self.failed.update({name: count(truth) for name, truth in found.failed.items()})
        for name, fate in found.decisions.items():
            truths = (fate.outside, fate.settled, fate.short, fate.crowded, fate.undetermined)
            self.status[name].update({each: count(truth) for each, truth in zip(STATUS, truths, strict=True)})
            self.choices[name].update({choice: count(_settled_on(fate, choice)) for choice in fate.takes})
        self.missing.update({name: count(truth) for name, truth in found.missing.items()})
        self.otherwise.update({name: count(truth) for name, truth in found.otherwise.items()})
        differing = np.zeros(len(good), np.bool_)
        for truth in found.otherwise.values():
            differing |= spread(truth, len(good))
        self.differing += count(differing)
        self.alike += count(found.alike)
        self.stray.update({name: count(truth) for name, truth in found.stray.items()})

    def lines(self) -> Iterator[str]:
        """Yield the summary, a line for each thing that there is to say."""
        yield f"{_patients(self.patients)}" + (f", and {self.skipped:,} skipped" if self.skipped else "")
        yield "eligible: " + _counts({name: self.eligible[name] for name in ELIGIBLE})
        for name in self.decisions:
            status = {words: self.status[name][each] for each, words in WORDS.items() if self.status[name][each]}
            yield f"{name}: " + _counts({**self.choices[name], **status})
        if waited := self._present(self.missing):
            yield "missing, and waited for: " + _counts(waited)
        if self.protocol.sentences:
            undecided = self.patients - self.differing - self.alike
            alone = f"{_fare(self.differing)} otherwise if one sentence is read otherwise"
            yield f"readings: {alone}, {_fare(self.alike)} the same whatever the readings, {undecided:,} perhaps"
            if otherwise := {f"{sentence}={reading}": n for (sentence, reading), n in self.otherwise.items() if n}:
                yield "  otherwise: " + _counts(otherwise)
        if stray := self._present(self.stray):
            yield "recorded where it does not apply, which counts for nothing: " + _counts(stray)

    def as_json(self) -> dict[str, Any]:
        """Return the summary for programs; every value is a count of patients."""
        return {
            "patients": self.patients,
            "skipped": self.skipped,
            "eligible": {name: self.eligible[name] for name in ELIGIBLE},
            "failed": dict(self.failed),
            "decisions": {
                name: {"choices": dict(self.choices[name]), "status": dict(self.status[name])}
                for name in self.decisions
            },
            "missing": self._present(self.missing),
            "readings": {
                "differ": self.differing,
                "alike": self.alike,
                "perhaps": self.patients - self.differing - self.alike,
                "by_reading": {f"{sentence}={reading}": n for (sentence, reading), n in self.otherwise.items()},
            },
            "does_not_apply": self._present(self.stray),
        }

    def _present(self, counts: Counter[str]) -> dict[str, int]:
        """Return the quantities that are counted at all, in the order of the protocol."""
        return {name: counts[name] for name in self.protocol.quantities if counts[name]}


def _settled_on(fate: Fate[Truths], choice: str) -> Truths:
    return fate.settled & fate.takes[choice].holds


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())


def _patients(number: int) -> str:
    return "1 patient" if number == 1 else f"{number:,} patients"


def _fare(number: int) -> str:
    return f"{number:,} {'fares' if number == 1 else 'fare'}"
