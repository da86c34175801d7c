"""What a check reports: plain values that know nothing of how they were found or how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Literal

from trialproof.model.condition import Term
from trialproof.model.course import Course
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
    """A place that a finding speaks of: the rule, the protocol's own words for it, and what they have to do with it.

    `aside`: it only explains. Whoever accepts a finding at this place does not accept those that it explains.
    """

    place: Place
    quotes: tuple[Quote, ...] = ()
    note: str = ""
    aside: bool = False


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
    5 cm, a step of 0.1 cm"); empty if it is none. `points` has the same as terms and values, `place` is what `words`
    says, as a statement.
    """

    words: str
    terms: tuple[RegionTerm, ...]
    witness: Witness
    outcome: str = ""
    pinned: tuple[str, ...] = ()
    points: tuple[tuple[Term, Fraction], ...] = field(default=(), repr=False)
    place: Statement = field(default=Every(()), repr=False)


@dataclass(frozen=True, slots=True)
class Side:
    """One patient about a value: below it, at it, or above it.

    `says` is the number with its unit, `outcome` what the decision makes of the patient, or why there is none (then
    `witness` is None). `member`: the patient belongs to the decision's population. `alone`: the patient differs from
    those on the other sides in this number only.
    """

    where: Literal["below", "at", "above"]
    says: str
    outcome: str
    witness: Witness | None = None
    choices: tuple[str, ...] = ()
    member: bool = False
    alone: bool = True


@dataclass(frozen=True, slots=True)
class BoundaryPatients:
    """The patients just below, at and just above a value (`5 cm`) of what a decision compares (`diameter`)."""

    decision: str
    term: str
    value: str
    sides: tuple[Side, ...]


class Need(Enum):
    """For whom an item must be recorded, of those to whom it applies. `unclear` is the tool's ignorance."""

    NEVER = "never"
    SOMETIMES = "for some"
    ALWAYS = "always"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class MissingItem:
    """What follows for a decision where only this item is missing of a patient whose choice is determined otherwise.

    `population`: then it can be unknown that the decision is for the patient. `choice`: it is known, and the choice
    can be undetermined. `needs_it` is a complete patient to whom one of the two happens, `does_not` one whose choice
    stays determined. `where` says in words for whom the choice is open, if for some, and that is all that can happen.
    """

    decision: str
    quantity: str
    need: Need
    population: bool = False
    choice: bool = False
    needs_it: Witness | None = None
    does_not: Witness | None = None
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of the small table that belongs to a finding: what of (`5 f`), and what is so (`only 2 Gy`)."""

    item: str
    says: str


@dataclass(frozen=True, slots=True)
class Prescription:
    """The course that a choice prescribes, as its sentence is read (`reading` is None where it has only one).

    `lowers` names the decision whose course it takes the place of, if it does.
    """

    decision: str
    choice: str
    course: Course
    reading: str | None = None
    lowers: str | None = None


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
    """One thing a reader should know. `message` is one sentence, lower case, no full stop, names in backticks.

    `words` are the words of the document that are found fault with, where it is about words alone.
    """

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
    boundary: tuple[BoundaryPatients, ...] = ()
    words: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many sentences of the document are accounted for, each counted once, by the first of these that quotes it.

    `in_part` counts those of them that have words outside every quote, `headings` what is no sentence.
    """

    by_rule: int
    left_open: int
    not_modelled: int
    to_do: int
    by_nothing: int
    in_part: int
    headings: int

    @property
    def accounted(self) -> int:
        """How many sentences a rule, an open definition or a reason not to model them accounts for."""
        return self.by_rule + self.left_open + self.not_modelled

    @property
    def sentences(self) -> int:
        """How many sentences the document has."""
        return self.accounted + self.to_do + self.by_nothing


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that the designer accepts, and why."""

    finding: Finding
    because: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Patients of whom a proof does not speak, in words ("leaves out patients with ...") and as a statement."""

    words: str
    place: Statement = field(default=Every(()), repr=False)


@dataclass(frozen=True, slots=True)
class Proved:
    """A property that holds for every possible patient, with a member of the population it speaks of."""

    code: str
    name: str
    message: str
    decision: str | None = None
    member: Witness | None = None
    leaves_out: tuple[LeftOut, ...] = ()
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
    `not_checked` says in sentences what this run leaves unsaid. `boundary_patients` has each value that a decision
    compares something with, `missing` each item of a data sheet for each decision, `prescriptions` each course;
    `coverage` is None where there is no document, or nobody asked.
    """

    selection: Mapping[str, str]
    assumptions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    proved: tuple[Proved, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    not_checked: tuple[str, ...] = ()
    boundary_patients: tuple[BoundaryPatients, ...] = ()
    missing: tuple[MissingItem, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    coverage: Coverage | None = None
