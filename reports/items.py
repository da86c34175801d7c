"""What a review says, item by item: what is found, accepted, proved, undecided or without an object, and what is gone.

The one list behind every report that points at places: SARIF, annotations, a pull-request comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from trialproof.model.place import Place
from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline, fingerprint, property_fingerprint
from trialproof.verify.acceptance import accepting
from trialproof.verify.finding import Finding, Label, Proved, Review, Severity, Undecided, Witness

State: TypeAlias = Literal["new", "unchanged", "gone"]

_CODED = re.compile(r"(TP\d{3}) (.+)", re.DOTALL)


class Kind(Enum):
    """What became of a property. `vacuous`: it speaks of nobody, or there was nothing to look at."""

    FINDING = "finding"
    ACCEPTED = "accepted"
    PROVED = "proved"
    UNDECIDED = "undecided"
    VACUOUS = "vacuous"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a run says, in one sentence (`message`), about a decision or another subject (`subject`).

    `place` is where in the protocol it belongs. `fingerprint` stays as long as the item does. `state` compares with a
    baseline (None: there is none). `finding` is there for findings, accepted or not; `because` and `accepted_at` say
    why one is accepted, and where the file says so; `reason` is why something is undecided. `leaves_out` says of whom
    a proof does not speak, and `member` is somebody of whom it does.
    """

    kind: Kind
    code: str
    message: str
    subject: str
    place: Place
    fingerprint: str
    state: State | None = None
    severity: Severity | None = None
    finding: Finding | None = None
    because: str = ""
    accepted_at: Place | None = None
    reason: str = ""
    leaves_out: tuple[str, ...] = ()
    member: Witness | None = None

    @property
    def labels(self) -> tuple[Label, ...]:
        """The places that a finding speaks of."""
        return () if self.finding is None else self.finding.labels


def items_of(protocol: Protocol, review: Review, baseline: Baseline | None = None) -> tuple[Item, ...]:
    """Return all items of a review: findings first, in its order."""
    return tuple(_items(protocol, review, baseline))


def remarks(review: Review) -> tuple[str, ...]:
    """Return what the run leaves unsaid and no single check is about."""
    return tuple(each for each in review.not_checked if not _CODED.fullmatch(each))


def subject_of(code: str, decision: str | None) -> str:
    """Return what a property is about: its decision in backticks, or else what its family of checks looks at."""
    if decision:
        return f"`{decision}`"
    for beginning, subject in SUBJECTS:
        if code.startswith(beginning):
            return subject
    return "other"


SUBJECTS = (
    ("TP207", "claims"),
    ("TP208", "charted values"),
    ("TP2", "eligibility"),
    ("TP110", "charted values"),
    ("TP1", "readings"),
    ("TP3", "doses"),
    ("TP4", "schedule"),
    ("TP506", "acceptances"),
    ("TP5", "the document"),
)
"""What a property without a decision is about, by the beginning of its code; the first one counts."""
OTHERS = (
    *("eligibility", "claims", "readings", "charted values", "doses", "schedule", "the document", "acceptances"),
    "other",
)
"""What else there is than decisions, in the order of reading."""


def _items(protocol: Protocol, review: Review, baseline: Baseline | None) -> Iterator[Item]:
    def of_finding(kind: Kind, finding: Finding, because: str = "") -> Item:
        acceptance = accepting(protocol, finding) if kind is Kind.ACCEPTED else None
        key = fingerprint(finding)
        return Item(
            kind,
            finding.code,
            finding.message,
            subject_of(finding.code, finding.decision),
            finding.labels[0].place if finding.labels else _home(protocol, finding.decision),
            key,
            _state(baseline, key, finding=kind is Kind.FINDING),
            finding.severity,
            finding,
            because,
            None if acceptance is None else acceptance.place,
        )

    def of_property(kind: Kind, said: Proved | Undecided) -> Item:
        key = property_fingerprint(said.code, said.decision, said.message)
        return Item(
            kind,
            said.code,
            said.message,
            subject_of(said.code, said.decision),
            _home(protocol, said.decision),
            key,
            _state(baseline, key),
            reason=said.reason if isinstance(said, Undecided) else "",
            leaves_out=tuple(each.words for each in said.leaves_out) if isinstance(said, Proved) else (),
            member=said.member if isinstance(said, Proved) else None,
        )

    yield from (of_finding(Kind.FINDING, each) for each in review.findings)
    yield from (of_finding(Kind.ACCEPTED, each.finding, each.because) for each in review.accepted)
    yield from (of_property(Kind.UNDECIDED, each) for each in review.undecided)
    yield from (of_property(Kind.PROVED, each) for each in review.proved)
    for each in review.not_checked:
        if coded := _CODED.fullmatch(each):
            key = property_fingerprint(coded[1], None, coded[2])
            about = subject_of(coded[1], None)
            yield Item(
                Kind.VACUOUS, coded[1], coded[2], about, _home(protocol, None), key, _state(baseline, key)
            )
    for key, said in {} if baseline is None else baseline.missing(review).items():
        code, _, message = said.partition(" ")
        yield Item(Kind.GONE, code, message, subject_of(code, None), _home(protocol, None), key, "gone")


def _state(baseline: Baseline | None, key: str, *, finding: bool = False) -> State | None:
    """Compare with the baseline; a finding that was accepted there, and is not any more, is new."""
    if baseline is None:
        return None
    return "unchanged" if key in baseline.known or (not finding and key in baseline.others) else "new"


def _home(protocol: Protocol, decision: str | None) -> Place:
    found = protocol.decisions.get(decision or "")
    return Place(protocol.file) if found is None else found.place
