"""A part of the protocol file in plain English and in the formal language, as it stands beside its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialproof.model.condition import EVERYONE, TERMS, Condition, Eligible, Readings, ReadTerm, Term, Yes
from trialproof.model.course import Course, CourseReadings, say_course
from trialproof.model.english import say, say_term
from trialproof.model.exact import plain
from trialproof.model.formal import write
from trialproof.model.place import Place
from trialproof.model.protocol import Choice, Claim, Criterion, Definition, Protocol, Sentence
from trialproof.model.schedule import Entry, Irradiation, say_timing, say_weekdays
from trialproof.reports.page.m11 import ACTIVITIES, ADMINISTRATION, EXCLUSION, INCLUSION, of_decision


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a part says: what it is (`means`, `reading`), in English, and as a rule (empty: it has none).

    `reading` is the name of the reading that it is, and `taken` whether that is the one of this report.
    """

    label: str
    english: str
    formal: str = ""
    reading: str = ""
    taken: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A part of the protocol file: what it is, its name there, its label, where it stands, and what it says."""

    what: str
    name: str
    label: str
    where: str
    m11: tuple[str, ...]
    said: tuple[Said, ...]


def rule_of(protocol: Protocol, selection: Mapping[str, str], name: str, where: Place) -> Rule:
    """Return the part of this name that stands at this place."""
    what, label, m11, said = _part(protocol, selection, where)
    return Rule(what, name, label, str(where), m11, tuple(said))


def _part(
    protocol: Protocol, selection: Mapping[str, str], where: Place
) -> tuple[str, str, tuple[str, ...], Iterator[Said]]:
    for definition in protocol.definitions.values():
        if definition.place == where:
            return "definition", definition.label, (), _definition(protocol, selection, definition)
    for criterion in protocol.criteria:
        if criterion.place == where:
            what, m11 = ("exclusion", EXCLUSION) if criterion.excludes else ("inclusion", INCLUSION)
            return what, criterion.label, (m11,), _criterion(protocol, selection, criterion)
    for decision in protocol.decisions.values():
        for choice in decision.choices:
            if choice.place == where:
                return "choice", choice.label, of_decision(decision), _choice(protocol, selection, choice)
    for limit in protocol.limits.values():
        if limit.place == where:
            ratio = "" if limit.alpha_beta is None else f" at alpha/beta {plain(limit.alpha_beta)} Gy"
            allows = Said("allows", f"{limit.kind.value} of at most {plain(limit.at_most)} Gy{ratio}")
            return "limit", limit.label, (), iter([allows, *_population(protocol, limit.population)])
    for checkpoint in protocol.checkpoints.values():
        if checkpoint.place == where:
            when = Said("when", f"with the fraction that brings the dose to {plain(checkpoint.dose)} Gy")
            said = iter([when, *_population(protocol, checkpoint.population)])
            return "checkpoint", checkpoint.label, (ACTIVITIES,), said
    for entry in protocol.schedule.entries.values():
        if entry.place == where:
            return "schedule", entry.label, (ACTIVITIES,), _entry(protocol, entry)
    for claim in protocol.claims:
        if claim.place == where:
            return "claim", claim.because, (), _claim(protocol, claim)
    return "schedule", "", (ADMINISTRATION,), _irradiation(protocol.schedule.irradiation)


def _definition(protocol: Protocol, selection: Mapping[str, str], definition: Definition) -> Iterator[Said]:
    yield from _meaning(protocol, selection, "means", definition.body)
    if definition.applies_if != EVERYONE:
        yield Said("only if", say(definition.applies_if, protocol), write(definition.applies_if, protocol))


def _criterion(protocol: Protocol, selection: Mapping[str, str], criterion: Criterion) -> Iterator[Said]:
    yield from _meaning(protocol, selection, "excludes" if criterion.excludes else "requires", criterion.rule)


def _choice(protocol: Protocol, selection: Mapping[str, str], choice: Choice) -> Iterator[Said]:
    yield from _meaning(protocol, selection, "taken if", choice.rule)
    if choice.gives:
        yield Said("gives", choice.gives)
    if choice.points is not None:
        yield Said("points", plain(choice.points))
    if isinstance(choice.course, Course):
        yield Said("course", say_course(choice.course))
    elif choice.course is not None:
        taken = selection[choice.course.sentence]
        for name, course in choice.course.options:
            yield Said("course", say_course(course), reading=name, taken=name == taken)
    if choice.lowers is not None:
        yield Said("lowers", f"takes the place of the course by `{choice.lowers}`")


def _claim(protocol: Protocol, claim: Claim) -> Iterator[Said]:
    yield Said("expects", say(claim.rule, protocol), write(claim.rule, protocol))


def _entry(protocol: Protocol, entry: Entry) -> Iterator[Said]:
    yield Said("when", say_timing(entry.timing))
    if entry.supportive is not None:
        yield Said("gives", f"{entry.supportive}, {entry.amount}" if entry.amount else entry.supportive)
    if entry.on is not None:
        yield Said("on", say_weekdays(entry.on))
    if entry.if_closed is not None:
        yield Said("if closed", f"moved to the {entry.if_closed} open day")
    yield from _population(protocol, entry.population)


def _irradiation(irradiation: Irradiation) -> Iterator[Said]:
    yield Said("on", say_weekdays(irradiation.days))
    first = irradiation.first_day
    yield Said("begins on", say_weekdays(irradiation.starts) if first is None else first.isoformat())
    if irradiation.holidays:
        yield Said("closed on", ", ".join(each.isoformat() for each in irradiation.holidays))
    if irradiation.lost_days:
        yield Said("may lose", f"up to {irradiation.lost_days} days")


def _population(protocol: Protocol, population: Condition) -> Iterator[Said]:
    if population != EVERYONE:
        yield Said("is for", _english(protocol, population), write(population, protocol))


def _meaning(protocol: Protocol, selection: Mapping[str, str], label: str, body: Condition | Term) -> Iterator[Said]:
    """Yield what a rule says, once for each of its readings, the one of the report first."""
    if isinstance(body, (Readings, ReadTerm)):
        taken = selection[body.sentence]
        for name, option in sorted(body.options, key=lambda each: each[0] != taken):
            english, formal = _both(protocol, option)
            yield Said(label, english, formal, name, name == taken)
        return
    yield Said(label, *_both(protocol, body))


def _both(protocol: Protocol, body: Condition | Term) -> tuple[str, str]:
    """Return a rule in English and as it is written; what the text leaves open has no rule."""
    if isinstance(body, Yes):
        reason = protocol.quantities[body.quantity].left_open
        if reason is not None:
            return f"left open: {reason}", ""
    return _english(protocol, body), write(body, protocol)


def _english(protocol: Protocol, body: Condition | Term) -> str:
    if isinstance(body, TERMS):
        return say_term(body, protocol)
    return "the patient is eligible" if body == Eligible() else say(body, protocol)


def readings_of(protocol: Protocol, sentence: Sentence) -> Mapping[str, Said]:
    """Return what each reading of a sentence says; empty where the sentence is not found among the rules."""
    if sentence.about_course:
        decision, name, _ = sentence.name.split(".")
        course = protocol.decisions[decision].choice(name).course
        options = course.options if isinstance(course, CourseReadings) else ()
        return {reading: Said("course", say_course(each), reading=reading) for reading, each in options}
    for rule in protocol.rules():
        if isinstance(rule, (Readings, ReadTerm)) and rule.sentence == sentence.name:
            return {name: Said("means", *_both(protocol, option), reading=name) for name, option in rule.options}
    return {}
