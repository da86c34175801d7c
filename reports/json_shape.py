"""The published shape of `check --format json`, kept stable. The schema is made from these classes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """What is published: frozen, and no other keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProtocolShape(Shape):
    """Which protocol was checked, and the reading of each sentence that findings and proofs speak of."""

    title: str
    registry: str
    file: str
    document: str
    readings: dict[str, str]


class FieldShape(Shape):
    """One recorded value of a patient, exact as text. `value` is null where the quantity does not apply or is missing.

    `matters`: worth showing; `applies` is false where the quantity does not exist for the patient.
    """

    quantity: str
    value: str | bool | None
    unit: str
    applies: bool
    matters: bool


class TermShape(Shape):
    """One restricted term of a region."""

    term: str
    says: str


class RegionShape(Shape):
    """A maximal box of patients: `terms` is the whole box, `words` what it adds to the regions before it.

    `patients` counts the given patients who are in it, where a cohort was given.
    """

    words: str
    terms: list[TermShape]
    outcome: str
    boundary: bool
    pinned: list[str]
    witness: list[FieldShape]
    patients: int | None


class ReadingsShape(Shape):
    """The partial choices of readings under which it holds (an empty one: always), of `of` combinations."""

    holds_under: list[dict[str, str]]
    of: int
    complete: bool


class LocationShape(Shape):
    """A place in the protocol file, and the document's own words for it (null where it has none)."""

    file: str
    line: int
    column: int
    quote: str | None
    document_line: int | None
    note: str


class SideShape(Shape):
    """One patient about a value. `patient` is null where there is none: `outcome` says why.

    `in_population`: the decision is for the patient. `differs_only_here`: from the patients on the other sides.
    """

    where: Literal["below", "at", "above"]
    value: str
    outcome: str
    choices: list[str]
    in_population: bool
    differs_only_here: bool
    patient: list[FieldShape] | None


class BoundaryShape(Shape):
    """The patients just below, at and just above a value that a decision compares something with."""

    decision: str
    term: str
    value: str
    sides: list[SideShape]


class MissingShape(Shape):
    """What follows for a decision where only this item is missing; `needed` is for whom, of those it applies to.

    `population`: then it can be unknown that the decision is for the patient. `choice`: it is known, and the choice can
    be undetermined. `where` says for whom it is, if for some, and that is all that can happen. An item that matters
    only through another decision is listed for that one.
    """

    decision: str
    quantity: str
    needed: Literal["never", "for some", "always", "unclear"]
    population: bool
    choice: bool
    where: list[str]
    needs_it: list[FieldShape] | None
    does_not: list[FieldShape] | None


class DetailShape(Shape):
    """One row of the small table that belongs to a finding; `item` is empty where `says` says all."""

    item: str
    says: str


class FindingShape(Shape):
    """One finding. `fingerprint` stays as long as the finding does; `baseline` compares with an earlier run.

    `words` are the words of the document that are found fault with, where the finding is about words alone.
    """

    code: str
    name: str
    fingerprint: str
    baseline: Literal["new", "unchanged"] | None
    verdict: Literal["proved", "refuted", "undecided"]
    severity: Literal["note", "warning", "error"]
    message: str
    decision: str | None
    choices: list[str]
    regions: list[RegionShape]
    witness: list[FieldShape] | None
    readings: ReadingsShape
    locations: list[LocationShape]
    boundary_patients: list[BoundaryShape]
    details: list[DetailShape]
    words: list[str]
    help: str | None


class AcceptedShape(Shape):
    """One finding that the designer accepts, and why."""

    finding: FindingShape
    because: str


class LeftOutShape(Shape):
    """Patients of whom a proof does not speak, and how many of the given patients they are."""

    words: str
    patients: int | None


class FateShape(Shape):
    """How many of the given patients a decision is for, and what becomes of them."""

    decision: str
    members: int
    settled: int
    gap: int
    overlap: int
    undetermined: int


class CohortShape(Shape):
    """The patients of a file: of how many eligibility holds, of how many it is open, what decisions make of them."""

    file: str
    patients: int
    skipped: int
    eligible: int
    open: int
    fates: list[FateShape]


class ProvedShape(Shape):
    """One property that holds for every possible patient, with a member of the population it speaks of."""

    code: str
    name: str
    message: str
    decision: str | None
    member: list[FieldShape] | None
    assumptions: list[str]
    leaves_out: list[LeftOutShape]
    readings: ReadingsShape


class UndecidedShape(Shape):
    """One property that the solver gave up on."""

    code: str
    name: str
    message: str
    reason: str
    decision: str | None


class SpanShape(Shape):
    """Every number from `low` to `high`, in Gy: a decimal, or a fraction such as `7/3` where no decimal ends."""

    low: str
    high: str


class CountShape(Shape):
    """A number of fractions, from `fewest` to `most`, `per_day` of them a day."""

    fewest: int
    most: int
    per_day: int


class WorkingShape(Shape):
    """With which doses a number of fractions stays within the total, and what they come to; null if with none."""

    fractions: int
    dose: SpanShape | None
    total: SpanShape | None


class WorthShape(Shape):
    """What a dose is worth to a tissue of this alpha/beta, in Gy."""

    tissue: str
    alpha_beta: str
    bed: SpanShape | None
    eqd2: SpanShape | None


class LevelShape(Shape):
    """What one target gets in a phase: `total` and `dose` as written, `given` as what works comes to."""

    total: SpanShape
    dose: SpanShape
    given: SpanShape | None
    working: list[WorkingShape]
    worth: list[WorthShape]


class PhaseShape(Shape):
    """One phase of a course; several levels are a simultaneous integrated boost."""

    boost: bool
    fractions: CountShape
    levels: list[LevelShape]


class PrescriptionShape(Shape):
    """The course of a choice. `given` and `worth` are of the target that is in every phase, at its highest level.

    `reading` is how the course is read, if it has readings. `lowers` is the decision whose course it replaces.
    """

    decision: str
    choice: str
    reading: str | None
    lowers: str | None
    course: str
    phases: list[PhaseShape]
    given: SpanShape | None
    worth: list[WorthShape]


class CoverageShape(Shape):
    """How many sentences of the document are accounted for, each counted once, by the first of these that quotes it.

    `in_part` counts those of them that have words outside every quote; `headings` are no sentences.
    """

    sentences: int
    accounted: int
    by_rule: int
    left_open: int
    not_modelled: int
    to_do: int
    by_nothing: int
    in_part: int
    headings: int


class CheckReport(Shape):
    """What `trialproof check --format json` prints."""

    trialproof: str
    protocol: ProtocolShape
    assumptions: list[str]
    findings: list[FindingShape]
    accepted: list[AcceptedShape]
    gone: list[str]
    cohort: CohortShape | None
    proved: list[ProvedShape]
    boundary_patients: list[BoundaryShape]
    missing: list[MissingShape]
    prescriptions: list[PrescriptionShape]
    coverage: CoverageShape | None
    undecided: list[UndecidedShape]
    not_checked: list[str]
