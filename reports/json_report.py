"""`check --format json`: a review in the published shape (`reports.json_shape`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any, Literal

from trialproof.model.document import Quote
from trialproof.model.exact import plain
from trialproof.model.protocol import NumberKind, Protocol, Recorded
from trialproof.reports.baseline import Baseline, fingerprint
from trialproof.reports.json_shape import (
    AcceptedShape,
    BoundaryShape,
    CheckReport,
    CohortShape,
    CoverageShape,
    DetailShape,
    FateShape,
    FieldShape,
    FindingShape,
    LeftOutShape,
    LocationShape,
    MissingShape,
    ProtocolShape,
    ProvedShape,
    ReadingsShape,
    RegionShape,
    SideShape,
    TermShape,
    UndecidedShape,
)
from trialproof.reports.prescriptions_json import prescription_shape
from trialproof.reports.shares import CohortShare
from trialproof.verify.finding import (
    BoundaryPatients,
    Coverage,
    Finding,
    Label,
    MissingItem,
    Proved,
    Region,
    Review,
    Under,
    Witness,
)


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CheckReport.model_json_schema(mode="serialization"),
    }


def write_json(
    protocol: Protocol,
    review: Review,
    release: str,
    baseline: Baseline | None = None,
    share: CohortShare | None = None,
) -> str:
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
        findings=[_finding(protocol, each, baseline, share) for each in review.findings],
        accepted=[
            AcceptedShape(finding=_finding(protocol, each.finding, baseline, share), because=each.because)
            for each in review.accepted
        ],
        gone=list(baseline.gone(review)) if baseline else [],
        cohort=None if share is None else _cohort(share),
        proved=[_proved(protocol, each, share) for each in review.proved],
        boundary_patients=[_boundary(protocol, each) for each in review.boundary_patients],
        missing=[_missing(protocol, each) for each in review.missing],
        prescriptions=[prescription_shape(each, protocol.alpha_beta) for each in review.prescriptions],
        coverage=None if review.coverage is None else _coverage(review.coverage),
        undecided=[
            UndecidedShape(
                code=each.code, name=each.name, message=each.message, reason=each.reason, decision=each.decision
            )
            for each in review.undecided
        ],
        not_checked=list(review.not_checked),
    )
    return report.model_dump_json(indent=2)


def _coverage(figures: Coverage) -> CoverageShape:
    return CoverageShape(sentences=figures.sentences, accounted=figures.accounted, **asdict(figures))


def _cohort(share: CohortShare) -> CohortShape:
    fates = [FateShape(**asdict(each)) for each in share.fates]
    return CohortShape(
        file=share.file, patients=share.of, skipped=share.skipped, eligible=share.eligible, open=share.open, fates=fates
    )


def _finding(
    protocol: Protocol, finding: Finding, baseline: Baseline | None, share: CohortShare | None
) -> FindingShape:
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
        regions=[
            region_shape(protocol, each, share.regions[finding.decision, each] if share and finding.decision else None)
            for each in finding.regions
        ],
        witness=None if finding.witness is None else patient_shape(protocol, finding.witness),
        readings=readings_shape(finding.readings),
        locations=_locations(finding.labels),
        boundary_patients=[_boundary(protocol, each) for each in finding.boundary],
        details=[DetailShape(item=each.item, says=each.says) for each in finding.details],
        words=list(finding.words),
        help=finding.help,
    )


def _proved(protocol: Protocol, proved: Proved, share: CohortShare | None) -> ProvedShape:
    return ProvedShape(
        code=proved.code,
        name=proved.name,
        message=proved.message,
        decision=proved.decision,
        member=None if proved.member is None else patient_shape(protocol, proved.member),
        assumptions=[each.words for each in proved.leaves_out],
        leaves_out=[
            LeftOutShape(words=each.words, patients=None if share is None else share.left[each])
            for each in proved.leaves_out
        ],
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


def region_shape(protocol: Protocol, region: Region, patients: int | None = None) -> RegionShape:
    """Return a region as it is published."""
    return RegionShape(
        words=region.words,
        terms=[TermShape(term=each.term, says=each.says) for each in region.terms],
        outcome=region.outcome,
        boundary=bool(region.pinned),
        pinned=list(region.pinned),
        patients=patients,
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
