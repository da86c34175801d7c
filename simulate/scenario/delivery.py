"""How courses are delivered: within what the protocol prescribes, exactly, one fraction a day."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from trialproof.model.course import Course, Phase, chosen, highest, say_course, say_phase, working
from trialproof.model.course_text import Written, read_written
from trialproof.model.exact import plain
from trialproof.model.rules import misread
from trialproof.model.source import DataPath
from trialproof.model.syntax import Mistake
from trialproof.simulate.scenario.amounts import read_whole_minutes
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import Delivery, Technique
from trialproof.simulate.scenario.shape_treatment import (
    Delivery as DeliveryPart,
    Technique as TechniquePart,
    Treatment as TreatmentPart,
)

TECHNIQUES = ("treatment", "techniques")
DELIVERIES = ("treatment", "deliveries")


def read_techniques(reader: Reader, parts: Mapping[str, TechniquePart]) -> dict[str, Technique]:
    """Return the techniques by name. Raises `BadInput`."""
    found = {}
    for name, part in parts.items():
        path = (*TECHNIQUES, name)
        first = read_whole_minutes(reader.source, (*path, "first"), part.first, least=1)
        later = read_whole_minutes(reader.source, (*path, "later"), part.later, least=1)
        reader.assume(path, f"{name}: first fraction {first} minutes, later ones {later} minutes", part)
        found[name] = Technique(name, first, later)
    return found


def read_deliveries(
    reader: Reader, part: TreatmentPart, techniques: Mapping[str, Technique], decisions: tuple[str, ...]
) -> dict[str, Delivery]:
    """Return how the courses of these decisions are delivered, by choice. Raises `BadInput`."""
    courses: dict[str, Course] = {}
    for name in decisions:
        for choice in reader.protocol.decisions[name].choices:
            if choice.course is None or (name != decisions[0] and choice.lowers != decisions[0]):
                continue
            if choice.name in courses:
                message = f"`{choice.name}` is the name of two choices that prescribe courses"
                raise reader.problem(message, DELIVERIES, "rename one of them in the protocol", at_key=True)
            courses[choice.name] = chosen(choice.course, reader.selection)
    for name in part.deliveries:
        if name not in courses:
            raise reader.unknown("no course is prescribed by", name, (*DELIVERIES, name), tuple(courses), at_key=True)
    lacking = [name for name in courses if name not in part.deliveries]
    if lacking:
        raise reader.problem(f"nothing says how {listed(lacking)} is delivered", DELIVERIES, at_key=True)
    given = part.deliveries
    found = {name: _delivery(reader, name, given[name], course, techniques) for name, course in courses.items()}
    used = {each.technique for each in found.values()}
    for name in techniques:
        if name not in used:
            raise reader.problem(f"nothing is delivered by `{name}`", (*TECHNIQUES, name), "leave it out", at_key=True)
    return found


def _delivery(
    reader: Reader, name: str, part: DeliveryPart, course: Course, techniques: Mapping[str, Technique]
) -> Delivery:
    path = (*DELIVERIES, name)
    if part.technique not in techniques:
        raise reader.unknown("there is no technique", part.technique, (*path, "technique"), tuple(techniques))
    if len(part.course) != len(course.phases):
        raise reader.problem(
            f"`{name}` has {len(course.phases)} phases, and {len(part.course)} are delivered", (*path, "course"),
            f"it is prescribed as {say_course(course)}", at_key=True,
        )  # fmt: skip
    pairs = zip(course.phases, part.course, strict=True)
    phases = tuple(_phase(reader, (*path, "course", at), phase, text) for at, (phase, text) in enumerate(pairs))
    reader.assume(path, f"{name.replace('_', ' ')}: {', then '.join(part.course)} by {part.technique}", part)
    return Delivery(part.technique, phases)


def _phase(reader: Reader, path: DataPath, phase: Phase, text: str) -> tuple[int, Fraction]:
    """Return the number of fractions and the dose per fraction of one phase."""
    if phase.per_day > 1:
        raise reader.problem(
            "the protocol prescribes more than one fraction a day here", path, "such a course is not simulated"
        )
    written = _written(reader, path, text)
    dose, total = written.level.dose.point, written.level.total.point
    if dose is None or total is None or written.fewest != written.most or written.per_day > 1:
        raise reader.problem(
            "a delivery is one dose in one number of fractions, once a day", path, f"choose within {say_phase(phase)}"
        )
    count = written.fewest
    if dose * count != total:
        raise reader.problem(f"{count} fractions of {plain(dose)} Gy make {plain(dose * count)} Gy", path)
    allowed = [each.dose for each in working(phase, highest(phase)) if each.fractions == count]
    if not any(each is not None and each.low <= dose <= each.high for each in allowed):
        raise reader.problem("the protocol does not prescribe this", path, f"it prescribes {say_phase(phase)}")
    return count, dose


def _written(reader: Reader, path: DataPath, text: str) -> Written:
    try:
        return read_written(text)
    except Mistake as mistake:
        raise misread(reader.source, path, mistake) from None
