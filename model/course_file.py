"""The courses of a protocol file: phases in a row, each a line of `model.course_text`, or several readings of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialproof.model import shape
from trialproof.model.complaint import did_you_mean
from trialproof.model.course import Course, CourseReadings, Phase, Prescribed
from trialproof.model.course_text import Written, read_written
from trialproof.model.document import Quote, show
from trialproof.model.names import check_name
from trialproof.model.rules import RuleReader, misread
from trialproof.model.shape_course import CoursePart, CoursePhase
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import Mistake


def read_course(
    rules: RuleReader, path: DataPath, name: str, parts: Sequence[CoursePart], quotes: tuple[Quote, ...]
) -> Prescribed:
    """Return the course at a path; several readings of it become the sentence `name`. Raises `BadInput`."""
    source = rules.source
    for at, part in enumerate(parts):
        if part.readings is None:
            continue
        if len(parts) > 1:
            advice = "write each reading as a whole course, and nothing beside `readings`"
            message = "`readings` are no phase of a course"
            raise source.problem(message, (*path, at, "readings"), at_key=True, help=advice)
        options = []
        for reading, phases in part.readings.items():
            here = (*path, at, "readings", reading)
            check_name(source, here, reading, "reading")
            options.append((reading, _course(source, here, phases)))
        rules.add_sentence((*path, at), name, tuple(part.readings), part.prefer, quotes, about_course=True)
        return CourseReadings(name, tuple(options))
    return _course(source, path, parts)


def check_lowering(
    source: Source, decision: str, part: shape.Decision, decisions: Mapping[str, shape.Decision]
) -> None:
    """Refuse a choice that lowers the course of no decision, or of its own. Raises `BadInput`."""
    for name, choice in (part.choices or {}).items():
        path = ("decisions", decision, "choices", name, "lowers")
        if choice.lowers is None:
            continue
        if choice.lowers not in decisions:
            meant = did_you_mean(choice.lowers, list(decisions))
            advice = f"did you mean `{meant}`?" if meant else "`lowers` names the decision that gives the higher course"
            raise source.problem(f"there is no decision {show(choice.lowers)}", path, help=advice)
        if choice.lowers == decision:
            raise source.problem(
                f"`{name}` cannot lower the course of its own decision",
                path,
                help="a patient has one choice of it: make the lower course a decision of its own",
            )


def _course(source: Source, path: DataPath, parts: Sequence[CoursePhase]) -> Course:
    if parts[0].boost is not None:
        raise source.problem(
            "a boost without a course before it",
            (*path, 0, "boost"),
            at_key=True,
            help="begin with the course that it adds to: `[50.4 Gy / 1.8 Gy / 28 f, {boost: 10 Gy / 2 Gy / 5 f}]`",
        )
    return Course(tuple(_phase(source, (*path, at), part) for at, part in enumerate(parts)))


def _phase(source: Source, path: DataPath, part: CoursePhase) -> Phase:
    if part.levels is not None:
        return _levels(source, (*path, "levels"), part.levels)
    key, text = ("boost", part.boost) if part.boost is not None else ("dose", part.dose or "")
    written = _written(source, (*path, key), text)
    return Phase((written.level,), written.fewest, written.most, written.per_day, boost=part.boost is not None)


def _levels(source: Source, path: DataPath, texts: Sequence[str]) -> Phase:
    lines = [_written(source, (*path, at), text) for at, text in enumerate(texts)]
    first = lines[0]
    for at, line in enumerate(lines):
        if (line.fewest, line.most, line.per_day) != (first.fewest, first.most, first.per_day):
            raise source.problem(
                "the levels of a simultaneous boost differ in their fractions",
                (*path, at),
                help="all levels are given in the same fractions: write one number for all, or phases in a row",
            )
    return Phase(tuple(line.level for line in lines), first.fewest, first.most, first.per_day)


def _written(source: Source, path: DataPath, text: str) -> Written:
    try:
        return read_written(text)
    except Mistake as mistake:
        raise misread(source, path, mistake) from None
