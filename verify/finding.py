"""What a check reports: plain values that know nothing of how they were found or how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from trialproof.model.document import Quote
from trialproof.model.patient import Patient
from trialproof.model.place import Place
from trialproof.verify.statement import Every, Statement


class Verdict(Enum):
    """What is known about a property. `undecided` is the tool's ignorance, never the patient's."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Severity(IntEnum):
    """How much a finding matters; ordered."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True)
class Label:
    """A place that a finding speaks of: the rule, the protocol's own words for it, and what they have to do with it."""

    place: Place
    quotes: tuple[Quote, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """One concrete patient, replayed on the plain evaluator.

    `matters` names the quantities worth showing, in the order of the protocol; `absent` those among all quantities
    that do not apply to this patient.
    """

    patient: Patient
    matters: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionTerm:
    """One restricted term of a region: `diameter`, `exactly 5 cm`."""

    term: str
    says: str


@dataclass(frozen=True, slots=True)
class Region:
    """A maximal box of patients who share a fate.

    `terms` is the whole box, term by term (a term that is not named may have any value). `words` says in one line
    what this region adds to those listed before it. `outcome` says what becomes of its patients ("no choice",
    "`a` and `b`", "`a` becomes `b`"). `pinned` names the recordable values that make it a boundary ("diameter exactly
    5 cm, a step of 0.1 cm"); empty if it is none. `place` is what `words` says, as a statement.
    """

    words: str
    terms: tuple[RegionTerm, ...]
    witness: Witness
    outcome: str = ""
    pinned: tuple[str, ...] = ()
    place: Statement = field(default=Every(()), repr=False)


@dataclass(frozen=True, slots=True)
class Under:
    """The readings under which something holds: partial choices (sentence to reading), one of which must be met.

    One empty choice means every combination. `of` is the number of combinations there are; `complete` is False where
    the list was cut short, or no other readings were looked at.
    """

    choices: tuple[Mapping[str, str], ...] = ({},)
    of: int = 1
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a reader should know. `message` is one sentence, lower case, no full stop, names in backticks."""

    code: str
    name: str
    severity: Severity
    message: str
    verdict: Verdict = Verdict.REFUTED
    decision: str | None = None
    choices: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    witness: Witness | None = None
    readings: Under = field(default_factory=Under)
    labels: tuple[Label, ...] = ()
    help: str | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """A property that holds for every possible patient, with a member of the population it speaks of."""

    code: str
    name: str
    message: str
    decision: str | None = None
    member: Witness | None = None
    assumptions: tuple[str, ...] = ()
    readings: Under = field(default_factory=Under)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A property that the solver gave up on, and why."""

    code: str
    name: str
    message: str
    reason: str
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """All that one run of the checks has to say, in a fixed order.

    `selection` is the reading of each sentence that findings and proofs speak of; `assumptions` hold for all of them;
    `not_checked` says in sentences what this run leaves unsaid.
    """

    selection: Mapping[str, str]
    assumptions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    proved: tuple[Proved, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    not_checked: tuple[str, ...] = ()
