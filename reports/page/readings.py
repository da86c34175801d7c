"""Readings: for each sentence that can be read in several ways, what its readings make of the patients who tell them.

Every cell is computed anew by the plain evaluator, which is no part of any proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.condition import Assigned, Eligible, Takes
from trialproof.model.course import CourseReadings, say_course
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Protocol, Sentence
from trialproof.reports.page.crossings import all_findings, finding_anchor, sentences_of
from trialproof.reports.page.findings import Words
from trialproof.reports.page.material import Material
from trialproof.reports.page.patients import Person, person
from trialproof.reports.page.rules import Said, readings_of
from trialproof.verify.check import joined
from trialproof.verify.finding import Finding
from trialproof.verify.linear import walk
from trialproof.verify.outcome import outcome_of
from trialproof.verify.under import rules_of

CODE = "TP106"
ELIGIBLE = ""
"""Stands for eligibility where a decision is named; no decision has this name."""
MOST_PATIENTS = 8
"""Patients of one sentence who are shown; two to whom the same happens under every reading count as one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What becomes of a patient under one reading; `differs` from what does under the reading taken."""

    says: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Teller:
    """A patient who tells readings apart, with a cell for each reading."""

    person: Person
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One reading: its name, what it says, and its verdict: whether anybody is treated differently by it."""

    name: str
    taken: bool
    said: Said | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """One sentence with several readings; `finding` is the anchor of what is found of it."""

    anchor: str
    name: str
    words: tuple[Words, ...]
    options: tuple[Option, ...]
    tellers: tuple[Teller, ...]
    further: int
    finding: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Space:
    """All combinations of readings of one decision: whether any works, the verdict, and who shows that none does."""

    decision: str
    verdict: str
    says: str
    patients: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class ReadingsShown:
    """The sentences, and the decisions with all combinations."""

    combinations: int
    ambiguities: tuple[Ambiguity, ...]
    spaces: tuple[Space, ...]


def readings(material: Material) -> ReadingsShown | None:
    """Return the matrix of readings; None where every sentence has one meaning."""
    several = [each for each in material.protocol.sentences.values() if len(each.readings) > 1]
    if not several:
        return None
    return ReadingsShown(
        material.protocol.combinations,
        tuple(_ambiguity(material, each, at) for at, each in enumerate(several, start=1)),
        tuple(_spaces(material)),
    )


def _ambiguity(material: Material, sentence: Sentence, at: int) -> Ambiguity:
    protocol, taken = material.protocol, material.selection[sentence.name]
    order = (taken, *(each for each in sentence.readings if each != taken))
    number, finding = _finding(material, sentence)
    tellers = [] if finding is None else list(_tellers(material, sentence, order, finding))
    places = sentences_of(protocol)
    return Ambiguity(
        f"readings-{at}",
        sentence.name,
        tuple(Words(each.line, each.text, places.anchor(each)) for each in sentence.quotes),
        tuple(_option(material, sentence, each, finding) for each in order),
        tuple(tellers[:MOST_PATIENTS]),
        max(0, len(tellers) - MOST_PATIENTS),
        None if finding is None else finding_anchor(number),
        "" if finding is None else finding.message,
    )


def _finding(material: Material, sentence: Sentence) -> tuple[int, Finding | None]:
    """Return what is found of the sentence by itself, with its number."""
    for number, (finding, _) in enumerate(all_findings(material.review)):
        if finding.code == CODE and any(each.place == sentence.place for each in finding.labels):
            return number, finding
    return -1, None


def _option(material: Material, sentence: Sentence, reading: str, finding: Finding | None) -> Option:
    said = readings_of(material.protocol, sentence)
    taken = reading == material.selection[sentence.name]
    verdict = "taken here" if taken else _verdict(material, sentence, reading, finding)
    return Option(reading, taken, said.get(reading), verdict)


def _verdict(material: Material, sentence: Sentence, reading: str, finding: Finding | None) -> str:
    """Say whether a reading treats anybody differently; only what was proved is said to be the same."""
    name = f"`{sentence.name}`"
    if sentence.about_course:
        courses = _courses(material.protocol, sentence)
        return "the same course" if courses[reading] == courses[material.selection[sentence.name]] else "another course"
    if finding is not None and any(f"read as `{reading}`:" in each.outcome for each in finding.regions):
        return "treats somebody differently"
    if any(each.code == CODE and name in each.message for each in material.review.undecided):
        return "undecided"
    proved = any(each.code == CODE and each.message.startswith(f"reading {name} as") for each in material.review.proved)
    return "treats everybody alike" if proved or finding is not None else "not compared"


def _courses(protocol: Protocol, sentence: Sentence) -> Mapping[str, str]:
    decision, choice, _ = sentence.name.split(".")
    course = protocol.decisions[decision].choice(choice).course
    return {name: say_course(each) for name, each in course.options} if isinstance(course, CourseReadings) else {}


def _tellers(material: Material, sentence: Sentence, order: Sequence[str], finding: Finding) -> Iterator[Teller]:
    """Yield the patients of a finding, each to whom something else happens than to those before."""
    seen: set[tuple[str, ...]] = set()
    for region in finding.regions:
        cells = tuple(_cells(material, sentence, order, region.witness.patient))
        said = tuple(each.says for each in cells)
        if said and said not in seen:
            seen.add(said)
            yield Teller(person(material.protocol, region.witness), cells)


def _cells(material: Material, sentence: Sentence, order: Sequence[str], patient: Patient) -> Iterator[Cell]:
    fates = [_fates(material.protocol, {**material.selection, sentence.name: each}, patient) for each in order]
    differing = [name for name in fates[0] if len({each[name] for each in fates}) > 1]
    telling = _first_to_differ(material.protocol, differing)
    for each in fates:
        says = "; ".join(each[name] for name in telling)
        yield Cell(says, any(each[name] != fates[0][name] for name in telling))


def _first_to_differ(protocol: Protocol, differing: Sequence[str]) -> list[str]:
    """Return where a difference arises: in eligibility, or else in decisions that speak of no other that differs."""
    if ELIGIBLE in differing:
        return [ELIGIBLE]
    arising = [name for name in differing if not _speaks_of(protocol, name) & set(differing)]
    return arising or list(differing)


def _speaks_of(protocol: Protocol, name: str) -> set[str]:
    """Return the other decisions that the rules of a decision speak of."""
    nodes = (node for rule in rules_of(protocol.decisions[name]) for node in walk(protocol, rule))
    return {node.decision for node in nodes if isinstance(node, (Takes, Assigned))} - {name}


def _fates(protocol: Protocol, selection: Mapping[str, str], patient: Patient) -> Mapping[str, str]:
    """Return what becomes of a patient: whether eligible, and the choices of each decision that is for them."""
    meaning = about(protocol, patient, selection)
    eligible = meaning.truth(Eligible())
    says = "eligible" if eligible.holds else "not eligible" if eligible.fails else "eligibility undetermined"
    fates = {ELIGIBLE: says} if protocol.criteria else {}
    for decision in protocol.decisions.values():
        member = meaning.truth(decision.population)
        if not member.holds:
            fates[decision.name] = f"not for `{decision.name}`" if member.fails else f"perhaps for `{decision.name}`"
        else:
            fates[decision.name] = str(outcome_of(decision, meaning))
    return fates


def _spaces(material: Material) -> Iterator[Space]:
    for decision in material.protocol.decisions:
        for proof in material.review.proved:
            if proof.code == CODE and proof.decision == decision and "works if" in proof.message:
                yield Space(decision, "proved", proof.message, ())
        for finding, _ in all_findings(material.review):
            if finding.code == CODE and finding.decision == decision and finding.message.startswith("no combination"):
                people = [person(material.protocol, each.witness) for each in finding.regions]
                yield Space(decision, "refuted", finding.message, tuple(people))
        for gave_up in material.review.undecided:
            if gave_up.code == CODE and gave_up.decision == decision and "combination" in gave_up.message:
                yield Space(decision, "undecided", joined([gave_up.message, gave_up.reason]), ())
