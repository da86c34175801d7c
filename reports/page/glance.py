"""The verdict at a glance: what is proved, refuted, undecided and not checked, and what all of it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, Union

from trialproof.model.protocol import Decision, Intent
from trialproof.reports.items import subject_of
from trialproof.reports.page.crossings import all_findings
from trialproof.reports.page.m11 import ACTIVITIES, ADMINISTRATION, DESCRIPTION, EXCLUSION, INCLUSION, of_decision
from trialproof.reports.page.material import Material
from trialproof.reports.page.patients import Person, person
from trialproof.reports.rewriting import promise
from trialproof.verify.check import joined, member_of
from trialproof.verify.finding import Finding, Proved, Review, Severity, Undecided
from trialproof.verify.text.coverage import say_coverage

GAP, OVERLAP, OPEN = ("TP101", "TP103"), ("TP102", "TP104"), ("TP107",)
WORDS_ALONE = ("the document", "acceptances")
"""What is no question about patients, so that there is nothing to prove."""
PROVED, REFUTED, QUESTIONED, NOTED = "proved", "refuted", "questioned", "noted"
UNDECIDED, UNCHECKED = "undecided", "unchecked"

TITLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "eligibility": ("Who is eligible", (INCLUSION, EXCLUSION)),
    "claims": ("What the designers claim", ()),
    "readings": ("Sentences with several readings", ()),
    "charted values": ("Charted values", ()),
    "doses": ("Doses", (DESCRIPTION,)),
    "schedule": ("Schedule", (ACTIVITIES, ADMINISTRATION)),
    "the document": ("The words of the document", ()),
    "acceptances": ("What was accepted before", ()),
    "other": ("Other", ()),
}
"""The subjects that are no decisions, as `reports.items` tells them apart, in the order of the table."""

Result: TypeAlias = Union[Finding, Proved, Undecided]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was asked, the verdict (empty: nothing that is proved), and how many findings."""

    title: str
    m11: tuple[str, ...]
    verdict: str
    says: str
    errors: int
    warnings: int
    notes: int
    proved: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved, whom it leaves out, and a patient of whom it is so."""

    code: str
    message: str
    leaves_out: tuple[str, ...]
    member: Person | None


@dataclass(frozen=True, slots=True)
class Glance:
    """All of it. `figures` has a number, what it counts, and the name of its colour."""

    figures: tuple[tuple[int, str, str], ...]
    rows: tuple[Row, ...]
    proofs: tuple[Proof, ...]
    undecided: tuple[tuple[str, str, str], ...]
    not_checked: tuple[str, ...]
    assumptions: tuple[str, ...]
    accepted: int


def glance(material: Material) -> Glance:
    """Return the verdicts of a review."""
    review = material.review
    count = {each: sum(finding.severity is each for finding in review.findings) for each in Severity}
    return Glance(
        (
            (len(review.proved), "proved", PROVED),
            *((count[each], _plural(count[each], each.name.lower()), each.name.lower()) for each in _worst_first()),
            (len(review.undecided), "undecided", UNDECIDED),
            (len(review.not_checked), "not checked", UNCHECKED),
        ),
        tuple(_rows(material)),
        tuple(_proof(material, each) for each in review.proved),
        tuple((each.code, each.message, each.reason) for each in review.undecided),
        review.not_checked,
        review.assumptions,
        len(review.accepted),
    )


def subject(each: Result) -> str:
    """Return which line of the table a result counts for: one, and no other."""
    return subject_of(each.code, each.decision)


def _rows(material: Material) -> Iterator[Row]:
    """Yield a line for eligibility, one for each decision, and one for every other subject that anything is said of."""
    protocol, review = material.protocol, material.review
    findings = [each for each, _ in all_findings(review)]
    every: list[Result] = [*findings, *review.proved, *review.undecided]
    concerned = {subject(each) for each in every}
    there = {"eligibility": bool(protocol.criteria), "claims": bool(protocol.claims)}
    there |= {"readings": bool(protocol.sentences), "the document": review.coverage is not None}
    for key, (title, m11) in TITLES.items():
        if there.get(key) or key in concerned:
            verdict = "" if key in WORDS_ALONE else None
            yield _row(material, key, title, m11, _says(material, key), verdict=verdict)
        if key == "eligibility":
            yield from (_decision(material, each) for each in protocol.decisions.values())


def _row(
    material: Material, key: str, title: str, m11: tuple[str, ...], says: str, *, verdict: str | None = None
) -> Row:
    review = material.review
    found = [each for each in review.findings if subject(each) == key]
    errors, warnings, notes = (sum(each.severity is one for each in found) for one in _worst_first())
    proved = sum(subject(each) == key for each in review.proved)
    undecided = sum(subject(each) == key for each in review.undecided)
    if verdict is None:
        severities = [each.severity for each, _ in all_findings(review) if subject(each) == key]
        doubt = UNDECIDED if undecided else PROVED if proved else NOTED if severities else UNCHECKED
        worst = max(severities, default=Severity.NOTE)
        verdict = {Severity.ERROR: REFUTED, Severity.WARNING: QUESTIONED}.get(worst, doubt)
    return Row(title, m11, verdict, says, errors, warnings, notes, proved, undecided)


def _says(material: Material, key: str) -> str:
    coverage = material.review.coverage
    match key:
        case "eligibility":
            return f"{_eligibility(material.review)} {_objections(material.review, key)}"
        case "readings" if material.protocol.sentences:
            return _readings(material)
        case "claims":
            return _claims(material.review)
        case "the document" if coverage is not None:
            return f"{_capital(say_coverage(coverage))}."
        case _:
            return _objections(material.review, key)


def _decision(material: Material, decision: Decision) -> Row:
    """Return the line of a decision: whether everybody in its population gets as many choices as intended."""
    title = f"`{decision.name}`" + (f" {decision.label}" if decision.label else "")
    fates = [fate(material.review, decision, codes) for codes in asked(decision)]
    verdict = next((each for each in (REFUTED, UNDECIDED, UNCHECKED) if each in fates), PROVED)
    says = _sentence(material.review, decision, verdict, fates)
    others = _others(material.review, decision)
    if others:
        says = f"{says} Objected to: {joined(dict.fromkeys(each.name.replace('-', ' ') for each in others))}."
    if any(each.severity is Severity.ERROR for each in others):
        verdict = REFUTED
    return _row(material, f"`{decision.name}`", title, of_decision(decision), says, verdict=verdict)


def _others(review: Review, decision: Decision) -> list[Finding]:
    """Return the errors and warnings of a decision that are not about how many choices somebody gets."""
    told = [code for codes in (GAP, OVERLAP, OPEN) for code in codes]
    found = [each for each, _ in all_findings(review) if each.decision == decision.name and each.code not in told]
    return [each for each in found if each.severity > Severity.NOTE]


def asked(decision: Decision) -> tuple[tuple[str, ...], ...]:
    """Return what is asked of a decision, each by the codes that speak of it: gaps, overlaps, open choices."""
    low, high = decision.bounds
    clashing = high < len(decision.choices) and decision.intent is not Intent.FIRST_MATCH
    return tuple(codes for codes, is_asked in ((GAP, low > 0), (OVERLAP, clashing), (OPEN, True)) if is_asked)


def fate(review: Review, decision: Decision, codes: tuple[str, ...]) -> str:
    """Return what is known of one property of a decision, which these codes speak of; accepted defects are defects."""

    def concerns(each: Result) -> bool:
        return each.code in codes and each.decision == decision.name

    if any(concerns(finding) for finding, _ in all_findings(review)):
        return REFUTED
    if any(map(concerns, review.undecided)):
        return UNDECIDED
    return PROVED if any(map(concerns, review.proved)) else UNCHECKED


def _sentence(review: Review, decision: Decision, verdict: str, fates: list[str]) -> str:
    mine = [each for each in review.proved if each.decision == decision.name]
    if verdict == PROVED:
        codes = [code for each in asked(decision) for code in each]
        but = ", but for those whom the proofs leave out" if any(e.leaves_out for e in mine if e.code in codes) else ""
        return f"{_capital(promise(decision))}{but}."
    said = []
    troubles: tuple[tuple[tuple[str, ...], str], ...] = (
        (GAP, "no choice"),
        (OVERLAP, "too many choices"),
        (OPEN, "a choice that stays open"),
    )
    for group, trouble in troubles:
        count = sum(
            max(1, len(finding.regions))
            for finding, _ in all_findings(review)
            if finding.code in group and finding.decision == decision.name
        )
        if count:
            said.append(f"{count} {_plural(count, 'region')} with {trouble}")
    members = member_of(decision.population).replace("patient", "patients", 1)
    begins = f"{', '.join(said)}, among the {members}" if said else ""
    rest = [
        *(["the solver gave up on a question"] if UNDECIDED in fates else []),
        *(["not everything was checked"] if UNCHECKED in fates else []),
    ]
    return f"{_capital('; '.join([*([begins] if begins else []), *rest]))}."


def _eligibility(review: Review) -> str:
    somebody = any(each.code == "TP201" for each in review.proved)
    return "Somebody is eligible." if somebody else "It is not proved that anybody is eligible."


def _readings(material: Material) -> str:
    sentences = [each for each in material.protocol.sentences.values() if len(each.readings) > 1]
    told = {
        label.place for each, _ in all_findings(material.review) if each.code == "TP106" for label in each.labels
    }
    differing = sum(each.place in told for each in sentences)
    count = len(sentences)
    return (
        f"{count} {_plural(count, 'sentence')} can be read in several ways, {material.protocol.combinations} "
        f"combinations in all. Of {differing} of them, another reading treats somebody differently."
    )


def _claims(review: Review) -> str:
    failing = sum(finding.code == "TP207" for finding, _ in all_findings(review))
    holding = sum(each.code == "TP207" for each in review.proved)
    return f"{holding} of {failing + holding} hold for every possible patient." if failing + holding else "Not judged."


def _objections(review: Review, key: str) -> str:
    """Name what is objected to."""
    objections = [each for each in review.findings if each.severity > Severity.NOTE and subject(each) == key]
    names = dict.fromkeys(each.name.replace("-", " ") for each in objections)
    return f"Objected to: {', '.join(names)}." if names else "Nothing is objected to."


def _worst_first() -> list[Severity]:
    return sorted(Severity, reverse=True)


def _plural(count: int, thing: str) -> str:
    return thing if count == 1 else f"{thing}s"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _proof(material: Material, proved: Proved) -> Proof:
    member = proved.member
    shown = person(material.protocol, member) if member is not None and member.matters else None
    return Proof(proved.code, proved.message, tuple(each.words for each in proved.leaves_out), shown)
