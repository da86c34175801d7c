"""`repair --format json`: the same as the text, complete, for programs."""

from __future__ import annotations

from typing import Literal

from trialproof.model.protocol import Protocol
from trialproof.reports.json_report import patient_shape, readings_shape, region_shape
from trialproof.reports.json_shape import FieldShape, ProtocolShape, ReadingsShape, RegionShape, Shape
from trialproof.reports.rewriting import Rewritten, describe, promise, rewritten
from trialproof.verify.repairs.edits import Edit
from trialproof.verify.repairs.repair import Proposal, Repair, Repairs


class ChangeShape(Shape):
    """One change. `choice` is null where no rule of a choice changes."""

    kind: Literal["strictness", "bound", "category", "precedence", "intent", "drop", "exclude"]
    choice: str | None
    says: str


class RuleShape(Shape):
    """What to write: the text that belongs behind `key` at the place, and the sentence that it is."""

    file: str
    line: int
    column: int
    choice: str | None
    key: str
    text: str
    says: str
    replaces_readings: bool


class RepairShape(Shape):
    """One repair. `same` are sets of other changes that do the same to every patient."""

    changes: list[ChangeShape]
    rules: list[RuleShape]
    same: list[list[ChangeShape]]
    fixes: list[RegionShape]
    moves: list[RegionShape]
    all_listed: bool
    proved: str
    member: list[FieldShape]
    leaves_out: list[str]
    only_by_recording_steps: bool
    new_defects: list[str]
    broken_under: ReadingsShape


class DecisionShape(Shape):
    """One decision: its defects (each region's outcome says which), and its repairs, smaller ones first."""

    decision: str
    state: str
    promise: str
    defects: list[RegionShape]
    leaves_undetermined: bool
    found: int
    up_to_changes: int
    reason: str
    repairs: list[RepairShape]


class RepairReport(Shape):
    """What `trialproof repair --format json` prints."""

    trialproof: str
    protocol: ProtocolShape
    assumptions: list[str]
    decisions: list[DecisionShape]


def write_repairs_json(protocol: Protocol, proposal: Proposal, release: str) -> str:
    """Return the report as JSON; the same protocol gives the same bytes."""
    report = RepairReport(
        trialproof=release,
        protocol=ProtocolShape(
            title=protocol.title,
            registry=protocol.registry,
            file=protocol.file,
            document=protocol.document,
            readings=dict(proposal.selection),
        ),
        assumptions=list(proposal.assumptions),
        decisions=[_decision(protocol, each) for each in proposal.decisions],
    )
    return report.model_dump_json(indent=2)


def _decision(protocol: Protocol, found: Repairs) -> DecisionShape:
    defects = [region_shape(protocol, each).model_copy(update={"outcome": "no choice"}) for each in found.gaps.regions]
    for clash in found.overlaps:
        outcome = " and ".join(f"`{name}`" for name in clash.choices)
        shapes = [region_shape(protocol, each) for each in clash.regions.regions]
        defects += [each.model_copy(update={"outcome": outcome}) for each in shapes]
    return DecisionShape(
        decision=found.decision.name,
        state=found.state.value,
        promise=promise(found.decision),
        defects=defects,
        leaves_undetermined=found.undetermined,
        found=found.found,
        up_to_changes=found.size,
        reason=found.reason,
        repairs=[_repair(protocol, found, each) for each in found.repairs],
    )


def _repair(protocol: Protocol, found: Repairs, repair: Repair) -> RepairShape:
    def changes(edits: tuple[Edit, ...]) -> list[ChangeShape]:
        return [_change(protocol, found, each) for each in edits]

    return RepairShape(
        changes=changes(repair.edits),
        rules=[_rule(each) for each in rewritten(protocol, repair)],
        same=[changes(each) for each in repair.same],
        fixes=[region_shape(protocol, each) for each in repair.fixes.regions],
        moves=[region_shape(protocol, each) for each in repair.moves.regions],
        all_listed=repair.fixes.complete and repair.moves.complete,
        proved=promise(repair.decision),
        member=patient_shape(protocol, repair.member),
        leaves_out=list(repair.leaves_out),
        only_by_recording_steps=repair.by_steps,
        new_defects=list(repair.effects),
        broken_under=readings_shape(repair.broken_under),
    )


def _change(protocol: Protocol, found: Repairs, edit: Edit) -> ChangeShape:
    return ChangeShape.model_validate(
        {"kind": edit.kind.name.lower(), "choice": edit.choice, "says": describe(protocol, found.decision, edit)}
    )


def _rule(rule: Rewritten) -> RuleShape:
    return RuleShape(
        file=rule.place.file,
        line=rule.place.line,
        column=rule.place.column,
        choice=None if rule.choice is None else rule.choice.name,
        key=rule.key,
        text=rule.text,
        says=rule.says,
        replaces_readings=rule.had_readings,
    )
