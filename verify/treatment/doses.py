"""The prescriptions of a protocol as the dose checks see them: each course as its sentence is read, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from trialproof.model.condition import EVERYONE, Condition, Takes
from trialproof.model.course import Course, CourseReadings, Span, chosen, course_total, say_course, say_span
from trialproof.model.protocol import Choice
from trialproof.model.radiobiology import course_worth, eqd2
from trialproof.verify.case import Case
from trialproof.verify.check import choice_label
from trialproof.verify.finding import Label, Prescription, Under
from trialproof.verify.statement import Holds
from trialproof.verify.under import as_read, rules_of

DECIMALS = 4
"""A dose with more decimals than these is said as rounded."""


def prescriptions(case: Case) -> tuple[Prescription, ...]:
    """Return the course of every choice that has one, in the order of the file."""
    found = []
    for decision in case.protocol.decisions.values():
        for choice in decision.choices:
            if choice.course is not None:
                reading = case.selection[choice.course.sentence] if isinstance(choice.course, CourseReadings) else None
                course = chosen(choice.course, case.selection)
                found.append(Prescription(decision.name, choice.name, course, reading, choice.lowers))
    return tuple(found)


def choice_of(case: Case, prescription: Prescription) -> Choice:
    """Return the choice that prescribes it."""
    return case.protocol.decisions[prescription.decision].choice(prescription.choice)


def named(prescription: Prescription) -> str:
    """Return which it is, in words."""
    return f"`{prescription.choice}` of `{prescription.decision}`"


def prescription_label(case: Case, prescription: Prescription) -> Label:
    """Return the place and the words of a prescription, with the course that they are taken for."""
    return choice_label(choice_of(case, prescription), f"`{prescription.choice}`: {say_course(prescription.course)}")


def as_prescribed(case: Case, *found: Prescription, rules: Iterable[Condition] = ()) -> Under:
    """Return the readings of the case, of the sentences that have a say in these courses and rules."""
    asked = list(rules)
    readings = dict(as_read(case, asked).choices[0]) if asked else {}
    for prescription in found:
        course = choice_of(case, prescription).course
        if isinstance(course, CourseReadings):
            readings[course.sentence] = case.selection[course.sentence]
    return Under((readings,), case.protocol.combinations, complete=not readings)


def rules_for(case: Case, prescription: Prescription, population: Condition) -> list[Condition]:
    """Return the rules that decide whether some patient of a population gets the prescription."""
    if population == EVERYONE:
        return []
    return [population, *rules_of(case.protocol.decisions[prescription.decision])]


def is_for(case: Case, prescription: Prescription, population: Condition) -> bool:
    """Return whether some patient of a population gets the prescription. Raises `Unknown`."""
    if population == EVERYONE:
        return True
    members = case.population(case.protocol.decisions[prescription.decision].population)
    takes = Holds(Takes(prescription.decision, prescription.choice))
    return case.possible(members)([takes, Holds(population)])


def say_gray(value: Fraction) -> str:
    """Say a dose: `1.8 Gy`, `about 1.9355 Gy`."""
    return say_grays(Span(value, value))


def say_grays(span: Span) -> str:
    """Say a span of doses: `1.8-2 Gy`."""
    low, high = (round(end, DECIMALS) for end in (span.low, span.high))
    about = "" if (low, high) == (span.low, span.high) else "about "
    return f"{about}{say_span(Span(low, high))} Gy"


def say_rounded(span: Span) -> str:
    """Say a span to two decimals, as doses that are no multiple of anything are said: `54.12-56.52`."""
    return say_span(Span(round(span.low, 2), round(span.high, 2)))


def say_worth(course: Course, alpha_beta: Mapping[str, Fraction]) -> str:
    """Say the total of a course and its EQD2 for each tissue; that it cannot be given where nothing works."""
    total = course_total(course)
    if total is None:
        return "cannot be given"
    worths = [(name, course_worth(eqd2, course, ratio)) for name, ratio in alpha_beta.items()]
    said = [f"{say_rounded(worth)} Gy ({name.replace('_', ' ')})" for name, worth in worths if worth is not None]
    return f"{say_grays(total)}; EQD2 {', '.join(said)}"
