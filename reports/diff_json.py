"""`diff --format json`: the same as the text, complete, for programs.

A patient is shown as each version records it, under that version's own names and in its own units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from trialproof.model.protocol import Choice, Criterion, Fact, Protocol
from trialproof.reports.json_report import patient_shape
from trialproof.reports.json_shape import FieldShape, ProtocolShape, Shape, TermShape
from trialproof.reports.moved_share import Shares
from trialproof.verify.finding import Region, Witness
from trialproof.verify.versions.amendment import Amendment, ChoiceChange, DecisionChange, PopulationChange
from trialproof.verify.versions.compared import Compared
from trialproof.verify.versions.criteria_compared import CriterionChange
from trialproof.verify.versions.merged import Merged, QuantityPair, Version
from trialproof.verify.versions.transfers import Transfer

Verdict: TypeAlias = Literal["same", "wider", "narrower", "moved", "incomparable", "undecided"]


class PatientShape(Shape):
    """One patient, as each version records it."""

    old: list[FieldShape]
    new: list[FieldShape]


class TransferRegionShape(Shape):
    """A maximal box of patients: `terms` is the whole box, `words` what it adds to the regions before it."""

    words: str
    terms: list[TermShape]
    pinned: list[str]
    patient: PatientShape


class TransferShape(Shape):
    """Patients who were in one place and are in another; `complete` is false where there are further regions."""

    before: str
    after: str
    regions: list[TransferRegionShape]
    complete: bool


class SetShape(Shape):
    """What became of a set of patients: somebody who left it, somebody who came to it, somebody who stayed."""

    verdict: Verdict
    reason: str
    leaves: PatientShape | None
    comes: PatientShape | None
    stays: PatientShape | None


class PopulationShape(SetShape):
    """What became of those who are eligible, or for whom a decision is."""

    transfers: list[TransferShape]
    complete: bool


class SentenceShape(Shape):
    """A criterion or a choice of one version: its name, its place in the protocol file, the document's own words."""

    name: str
    file: str
    line: int
    quotes: list[str]
    document_lines: list[int]


class CriterionShape(Shape):
    """A criterion: whom it lets in. `change` is null where one version alone has it."""

    old: SentenceShape | None
    new: SentenceShape | None
    change: SetShape | None


class ChoiceShape(Shape):
    """A choice: who takes it. `change` is null where one version alone has it.

    `gives_otherwise`: the file says something else of what a patient who takes it gets.
    """

    old: SentenceShape | None
    new: SentenceShape | None
    change: SetShape | None
    leave_to: list[str]
    come_from: list[str]
    gives_otherwise: bool


class DecisionShape(Shape):
    """A decision of both versions. `population` is null where it is the eligible in both.

    `transfers` are of patients whom the decision is for in both versions.
    """

    old: str
    new: str
    old_intent: str
    new_intent: str
    population: PopulationShape | None
    choices: list[ChoiceShape]
    transfers: list[TransferShape]
    complete: bool
    reason: str


class QuantityShape(Shape):
    """A quantity of either version: what changed in its recording, and what one version alone can record."""

    old: str | None
    new: str | None
    not_one: str | None
    changes: list[str]
    only_old: list[str]
    only_new: list[str]


class ShareShape(Shape):
    """How many patients of the cohort are in a set. `decision` and `choice` are empty for the eligible."""

    decision: str
    choice: str
    before: int
    after: int
    leave: int
    come: int


class CohortShape(Shape):
    """Counts for a file of patients; of `of` patients, `changed` are treated differently."""

    file: str
    of: int
    skipped: int
    changed: int
    undetermined_before: int
    undetermined_after: int
    sets: list[ShareShape]


class DiffReport(Shape):
    """What `trialproof diff --format json` prints. `same`: everybody is treated alike, and that is proved."""

    trialproof: str
    old: ProtocolShape
    new: ProtocolShape
    same: bool
    eligibility: PopulationShape
    criteria: list[CriterionShape]
    decisions: list[DecisionShape]
    added: list[str]
    dropped: list[str]
    quantities: list[QuantityShape]
    facts_of_old_alone: list[str]
    facts_of_new_alone: list[str]
    cohort: CohortShape | None
    assumptions: list[str]


def write_diff_json(amendment: Amendment, release: str, shares: Shares | None = None) -> str:
    """Return the comparison as JSON; the same two versions give the same bytes."""
    merged = amendment.merged
    report = DiffReport(
        trialproof=release,
        old=_version(merged.old),
        new=_version(merged.new),
        same=amendment.same,
        eligibility=_population(merged, amendment.eligibility),
        criteria=[_criterion(merged, each) for each in amendment.criteria],
        decisions=[_decision(merged, each) for each in amendment.decisions],
        added=[each.name for each in amendment.added],
        dropped=[each.name for each in amendment.dropped],
        quantities=[_quantity(each) for each in merged.quantities],
        facts_of_old_alone=_facts(merged.only_old),
        facts_of_new_alone=_facts(merged.only_new),
        cohort=None if shares is None else _cohort(shares),
        assumptions=list(amendment.assumptions),
    )
    return report.model_dump_json(indent=2)


def _version(version: Version) -> ProtocolShape:
    own: Protocol = version.protocol
    return ProtocolShape(
        title=own.title, registry=own.registry, file=own.file, document=own.document, readings=dict(version.selection)
    )


def _set(merged: Merged, found: Compared) -> SetShape:
    return SetShape(
        verdict=found.change.value,
        reason=found.reason,
        leaves=_perhaps(merged, found.leaving),
        comes=_perhaps(merged, found.coming),
        stays=_perhaps(merged, found.staying),
    )


def _population(merged: Merged, found: PopulationChange) -> PopulationShape:
    return PopulationShape(
        **dict(_set(merged, found.compared)),
        transfers=[_transfer(merged, each) for each in found.transfers],
        complete=found.complete,
    )


def _transfer(merged: Merged, found: Transfer) -> TransferShape:
    return TransferShape(
        before=found.before,
        after=found.after,
        regions=[_region(merged, each) for each in found.regions.regions],
        complete=found.regions.complete,
    )


def _region(merged: Merged, region: Region) -> TransferRegionShape:
    return TransferRegionShape(
        words=region.words,
        terms=[TermShape(term=each.term, says=each.says) for each in region.terms],
        pinned=list(region.pinned),
        patient=_patient(merged, region.witness),
    )


def _perhaps(merged: Merged, witness: Witness | None) -> PatientShape | None:
    return None if witness is None else _patient(merged, witness)


def _patient(merged: Merged, witness: Witness) -> PatientShape:
    return PatientShape(old=_recorded(merged.old, witness), new=_recorded(merged.new, witness))


def _recorded(version: Version, witness: Witness) -> list[FieldShape]:
    own, meaning = version.patient(witness.patient), version.judge(witness.patient)
    matters = tuple(name for name, (record, _) in version.quantities.items() if record in witness.matters)
    absent = tuple(name for name in version.quantities if not meaning.applies(name).holds)
    return patient_shape(version.protocol, Witness(own, matters, absent))


def _sentence(thing: Choice | Criterion | None) -> SentenceShape | None:
    if thing is None:
        return None
    return SentenceShape(
        name=thing.name if isinstance(thing, Choice) else thing.id,
        file=thing.place.file,
        line=thing.place.line,
        quotes=[each.text for each in thing.quotes],
        document_lines=[each.line for each in thing.quotes],
    )


def _criterion(merged: Merged, found: CriterionChange) -> CriterionShape:
    change = None if found.compared is None else _set(merged, found.compared)
    return CriterionShape(old=_sentence(found.old), new=_sentence(found.new), change=change)


def _choice(merged: Merged, found: ChoiceChange) -> ChoiceShape:
    return ChoiceShape(
        old=_sentence(found.old),
        new=_sentence(found.new),
        change=None if found.compared is None else _set(merged, found.compared),
        leave_to=list(found.leaves_to),
        come_from=list(found.comes_from),
        gives_otherwise=found.gives_otherwise,
    )


def _decision(merged: Merged, found: DecisionChange) -> DecisionShape:
    return DecisionShape(
        old=found.old.name,
        new=found.new.name,
        old_intent=found.old.intent.value,
        new_intent=found.new.intent.value,
        population=None if found.population is None else _population(merged, found.population),
        choices=[_choice(merged, each) for each in found.choices],
        transfers=[_transfer(merged, each) for each in found.transfers],
        complete=found.complete,
        reason=found.reason,
    )


def _quantity(pair: QuantityPair) -> QuantityShape:
    return QuantityShape(
        old=pair.old,
        new=pair.new,
        not_one=pair.apart,
        changes=list(pair.changes),
        only_old=list(pair.only_old),
        only_new=list(pair.only_new),
    )


def _facts(facts: Sequence[Fact]) -> list[str]:
    return [each.because for each in facts]


def _cohort(shares: Shares) -> CohortShape:
    return CohortShape(
        file=shares.file,
        of=shares.of,
        skipped=shares.skipped,
        changed=shares.changed,
        undetermined_before=shares.open_before,
        undetermined_after=shares.open_after,
        sets=[
            ShareShape(
                decision=each.decision,
                choice=each.choice,
                before=each.before,
                after=each.after,
                leave=each.leave,
                come=each.come,
            )
            for each in shares.sets
        ],
    )
