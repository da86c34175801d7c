"""The findings: each with the words of the document, its regions and patients, the readings, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.model.protocol import Protocol
from trialproof.reports.charting import say_sides
from trialproof.reports.page.crossings import Sentences, all_findings, finding_anchor, sentences_of
from trialproof.reports.page.m11 import of_code
from trialproof.reports.page.material import Material
from trialproof.reports.page.patients import Person, Place, person, place
from trialproof.reports.people import say_readings
from trialproof.verify.finding import Detail, Finding, Label

SHOWN = 8
"""So many places and regions of one finding stand open; the others are folded away."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the document that a finding speaks of; `anchor` is that of their sentence."""

    line: int
    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Cited:
    """A place that a finding speaks of: its words, what they have to do with it, and where the rule stands."""

    words: tuple[Words, ...]
    note: str
    rule: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as it is shown; `because` says why it is accepted, if it is."""

    anchor: str
    code: str
    name: str
    severity: str
    message: str
    m11: tuple[str, ...]
    cited: tuple[Cited, ...]
    details: tuple[Detail, ...]
    regions: tuple[Place, ...]
    witness: Person | None
    readings: str
    around: tuple[str, ...]
    help: str
    because: str | None


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings, those that are accepted by themselves; `few` is how much of one stands open."""

    found: tuple[Shown, ...]
    accepted: tuple[Shown, ...]
    few: int = SHOWN


def findings(material: Material) -> Findings:
    """Return the findings as they are shown."""
    sentences = sentences_of(material.protocol)
    every = tuple(_every(material, sentences))
    return Findings(
        tuple(each for each in every if each.because is None), tuple(each for each in every if each.because is not None)
    )


def _every(material: Material, sentences: Sentences) -> Iterator[Shown]:
    protocol = material.protocol
    for number, (finding, because) in enumerate(all_findings(material.review)):
        yield Shown(
            finding_anchor(number),
            finding.code,
            finding.name.replace("-", " "),
            finding.severity.name.lower(),
            finding.message,
            of_code(finding.code, protocol.decisions.get(finding.decision or "")),
            tuple(_cited(sentences, each) for each in finding.labels),
            finding.details,
            tuple(place(protocol, each) for each in finding.regions),
            _witness(protocol, finding),
            say_held(finding),
            tuple(say_sides(each) for each in finding.boundary),
            finding.help or "",
            because,
        )


def _cited(sentences: Sentences, label: Label) -> Cited:
    words = tuple(Words(each.line, each.text, sentences.anchor(each)) for each in label.quotes)
    return Cited(words, label.note, str(label.place))


def _witness(protocol: Protocol, finding: Finding) -> Person | None:
    """Return the patient who shows a finding, if no region does."""
    if finding.witness is None or any(each.witness == finding.witness for each in finding.regions):
        return None
    return person(protocol, finding.witness)


def say_held(finding: Finding) -> str:
    """Say under which readings a finding holds; nothing where it is itself about readings, or about words alone."""
    said = say_readings(finding.readings)
    about_readings = any(each.outcome for each in finding.regions) or (
        finding.readings.complete and not finding.readings.choices
    )
    if not said or finding.words or about_readings:
        return ""
    shown = finding.regions or (finding.witness is not None and finding.readings.complete)
    return f"{'there are such patients' if shown else 'so it is'} {said}"
