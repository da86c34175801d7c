"""`check --format json`: the published shape, kept stable. `report_schema` is made from the same classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from trialproof.model.document import Quote
from trialproof.model.exact import plain
from trialproof.model.protocol import NumberKind, Protocol, Recorded
from trialproof.reports.baseline import Baseline, fingerprint
from trialproof.verify.finding import (
    BoundaryPatients,
    Finding,
    Label,
    MissingItem,
    Proved,
    Region,
    Review,
    Under,
    Witness,
)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProtocolShape(_Shape):
    """Which protocol was checked, and the reading of each sentence that findings and proofs speak of."""

    title: str
    registry: str
    file: str
    document: str
    readings: dict[str, str]


class FieldShape(_Shape):
    """One recorded value of a patient, exact as text. `value` is null where the quantity does not apply or is missing.

    `matters`: worth showing; `applies` is false where the quantity does not exist for the patient.
    """

    quantity: str
    value: str | bool | None
    unit: str
    applies: bool
    matters: bool


class TermShape(_Shape):
    """One restricted term of a region."""

    term: str
    says: str


class RegionShape(_Shape):
    """A maximal box of patients: `terms` is the whole box, `words` what it adds to the regions before it."""

    words: str
    terms: list[TermShape]
    outcome: str
    boundary: bool
    pinned: list[str]
    witness: list[FieldShape]


class ReadingsShape(_Shape):
    """The partial choices of readings under which it holds (an empty one: always), of `of` combinations."""

    holds_under: list[dict[str, str]]
    of: int
    complete: bool


class LocationShape(_Shape):
    """A place in the protocol file, and the document's own words for it (null where it has none)."""

    file: str
    line: int
    column: int
    quote: str | None
    document_line: int | None
    note: str


class SideShape(_Shape):
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


class BoundaryShape(_Shape):
    """The patients just below, at and just above a value that a decision compares something with."""

    decision: str
    term: str
    value: str
    sides: list[SideShape]


class MissingShape(_Shape):
    """What follows for a decision where only this item is missing; `needed` is for whom, of those it applies to.

    `population`: then it can be unknown that the decision is for the patient. `choice`: it is known, and the choice can
    be undetermined. `where` says for whom it is, if for some, and that is all that can happen.
    """

    decision: str
    quantity: str
    needed: Literal["never", "for some", "always", "unclear"]
    population: bool
    choice: bool
    where: list[str]
    needs_it: list[FieldShape] | None
    does_not: list[FieldShape] | None


class FindingShape(_Shape):
    """One finding. `fingerprint` stays as long as the finding does; `baseline` compares with an earlier run."""

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
    help: str | None


class AcceptedShape(_Shape):
    """One finding that the designer accepts, and why."""

    finding: FindingShape
    because: str


class ProvedShape(_Shape):
    """One property that holds for every possible patient, with a member of the population it speaks of."""

    code: str
    name: str
    message: str
    decision: str | None
    member: list[FieldShape] | None
    assumptions: list[str]
    readings: ReadingsShape


class UndecidedShape(_Shape):
    """One property that the solver gave up on."""

    code: str
    name: str
    message: str
    reason: str
    decision: str | None


class CheckReport(_Shape):
    """What `trialproof check --format json` prints."""

    trialproof: str
    protocol: ProtocolShape
    assumptions: list[str]
    findings: list[FindingShape]
    accepted: list[AcceptedShape]
    gone: list[str]
    proved: list[ProvedShape]
    boundary_patients: list[BoundaryShape]
    missing: list[MissingShape]
    undecided: list[UndecidedShape]
    not_checked: list[str]


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CheckReport.model_json_schema(mode="serialization"),
    }


def write_json(protocol: Protocol, review: Review, release: str, baseline: Baseline | None = None) -> str:
    """Return the report as JSON; the same review gives the same bytes. `gone` compares with an earlier run."""
    report = CheckReport(
        trialproof=release,
        protocol=ProtocolShape(
            title=protocol.title,
            registry=protocol.registry,
            file=protocol.file,
            document=protocol.document,
            readings=dict(review.selection),
        ),
        assumptions=list(review.assumptions),
        findings=[_finding(protocol, each, baseline) for each in review.findings],
        accepted=[
            AcceptedShape(finding=_finding(protocol, each.finding, baseline), because=each.because)
            for each in review.accepted
        ],
        gone=list(baseline.gone(review)) if baseline else [],
        proved=[_proved(protocol, each) for each in review.proved],
        boundary_patients=[_boundary(protocol, each) for each in review.boundary_patients],
        missing=[_missing(protocol, each) for each in review.missing],
        undecided=[
            UndecidedShape(
                code=each.code, name=each.name, message=each.message, reason=each.reason, decision=each.decision
            )
            for each in review.undecided
        ],
        not_checked=list(review.not_checked),
    )
    return report.model_dump_json(indent=2)


def _finding(protocol: Protocol, finding: Finding, baseline: Baseline | None) -> FindingShape:
    severities: Mapping[int, Literal["note", "warning", "error"]] = {1: "note", 2: "warning", 3: "error"}
    return FindingShape(
        code=finding.code,
        name=finding.name,
        fingerprint=fingerprint(finding),
        baseline=None if baseline is None else "unchanged" if baseline.has(finding) else "new",
        verdict=finding.verdict.value,
        severity=severities[finding.severity],
        message=finding.message,
        decision=finding.decision,
        choices=list(finding.choices),
        regions=[region_shape(protocol, each) for each in finding.regions],
        witness=None if finding.witness is None else patient_shape(protocol, finding.witness),
        readings=readings_shape(finding.readings),
        locations=_locations(finding.labels),
        boundary_patients=[_boundary(protocol, each) for each in finding.boundary],
        help=finding.help,
    )


def _proved(protocol: Protocol, proved: Proved) -> ProvedShape:
    return ProvedShape(
        code=proved.code,
        name=proved.name,
        message=proved.message,
        decision=proved.decision,
        member=None if proved.member is None else patient_shape(protocol, proved.member),
        assumptions=[each.words for each in proved.leaves_out],
        readings=readings_shape(proved.readings),
    )


def _boundary(protocol: Protocol, found: BoundaryPatients) -> BoundaryShape:
    sides = [
        SideShape(
            where=each.where,
            value=each.says,
            outcome=each.outcome,
            choices=list(each.choices),
            in_population=each.member,
            differs_only_here=each.alone,
            patient=_perhaps(protocol, each.witness),
        )
        for each in found.sides
    ]
    return BoundaryShape(decision=found.decision, term=found.term, value=found.value, sides=sides)


def _missing(protocol: Protocol, item: MissingItem) -> MissingShape:
    return MissingShape(
        decision=item.decision,
        quantity=item.quantity,
        needed=item.need.value,
        population=item.population,
        choice=item.choice,
        where=list(item.where),
        needs_it=_perhaps(protocol, item.needs_it),
        does_not=_perhaps(protocol, item.does_not),
    )


def _perhaps(protocol: Protocol, witness: Witness | None) -> list[FieldShape] | None:
    return None if witness is None else patient_shape(protocol, witness)


def region_shape(protocol: Protocol, region: Region) -> RegionShape:
    """Return a region as it is published."""
    return RegionShape(
        words=region.words,
        terms=[TermShape(term=each.term, says=each.says) for each in region.terms],
        outcome=region.outcome,
        boundary=bool(region.pinned),
        pinned=list(region.pinned),
        witness=patient_shape(protocol, region.witness),
    )


def patient_shape(protocol: Protocol, witness: Witness) -> list[FieldShape]:
    """Return every quantity of a patient as it is published."""
    values = witness.patient.as_dict()
    return [
        FieldShape(
            quantity=name,
            value=_value(values.get(name)),
            unit=quantity.kind.unit.text if isinstance(quantity.kind, NumberKind) else "",
            applies=name not in witness.absent,
            matters=name in witness.matters,
        )
        for name, quantity in protocol.quantities.items()
    ]


def _value(value: Recorded | None) -> str | bool | None:
    return plain(value) if isinstance(value, Fraction) else value


def readings_shape(under: Under) -> ReadingsShape:
    """Return readings as they are published."""
    return ReadingsShape(holds_under=[dict(each) for each in under.choices], of=under.of, complete=under.complete)


def _locations(labels: Sequence[Label]) -> list[LocationShape]:
    found = []
    for label in labels:
        quotes: Sequence[Quote | None] = label.quotes or (None,)
        found += [
            LocationShape(
                file=label.place.file,
                line=label.place.line,
                column=label.place.column,
                quote=None if quote is None else quote.text,
                document_line=None if quote is None else quote.line,
                note=label.note,
            )
            for quote in quotes
        ]
    return found
