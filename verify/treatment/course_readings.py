"""Readings of a course: what each of them prescribes, beside the one that counts."""

from __future__ import annotations

from trialproof.model.course import CourseReadings, say_course
from trialproof.model.protocol import Sentence
from trialproof.verify.case import Case
from trialproof.verify.check import listed
from trialproof.verify.finding import Detail, Finding, Label, Proved, Severity, Under
from trialproof.verify.treatment.doses import say_worth


def judge_course(case: Case, sentence: Sentence, code: str, name: str) -> Finding | Proved:
    """Return how the readings of a course differ, or that they are the same course."""
    decision, choice, _ = sentence.name.split(".")
    found = case.protocol.decisions[decision].choice(choice).course
    assert isinstance(found, CourseReadings)  # noqa: S101 - the sentence was made with it
    courses = dict(found.options)
    counts = case.selection[sentence.name]
    telling = [reading for reading, course in found.options if course != courses[counts]]
    if not telling:
        names = listed(reading for reading in courses if reading != counts)
        what = f"reading `{sentence.name}` as {names} instead of `{counts}` changes no dose"
        return Proved(code, name, what, decision, readings=Under(of=case.protocol.combinations))
    return Finding(
        code,
        name,
        Severity.WARNING,
        f"`{sentence.name}` has {len(courses)} readings, and {listed(telling)} "
        f"{'is another course' if len(telling) == 1 else 'are other courses'} than `{counts}`",
        decision=decision,
        choices=(choice,),
        readings=Under(of=case.protocol.combinations),
        labels=(Label(sentence.place, sentence.quotes, f"`{sentence.name}`, taken here as `{counts}`"),),
        help="reword the sentence so that only one reading is left",
        details=tuple(
            Detail("", f"`{reading}`: {say_course(course)}: {say_worth(course, case.protocol.alpha_beta)}")
            for reading, course in found.options
        ),
    )
