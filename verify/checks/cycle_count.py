"""A number of cycles that depends on the prescription, on the weekday of the first fraction or on lost days.

What it does
    For what is repeated during irradiation, counts the cycles of every prescription, for each number of fractions that
    works, each day on which the course can begin, and each number of lost days that is declared. Cycles are due on
    calendar days from the first on; one that is due on the day of the last fraction is counted. It also works out how
    many lost days it takes until there is one cycle more. Then it names what is repeated without an end.

Why it matters
    "Every 3 weeks" during irradiation is a number of cycles only together with the length of the course. Where lesions
    close to the stomach get three more fractions, they get a third cycle too, and nobody has decided that they should.

Example
    Every 21 days: the third cycle is due on day 43. 30 fractions end on day 40 to 42, and 33 on day 45 to 47.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.schedule import Entry, Every, say_timing, say_weekdays
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, joined
from trialproof.verify.finding import Detail, Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.treatment.calendar import weekday
from trialproof.verify.treatment.doses import prescription_label
from trialproof.verify.treatment.timetable import Branch, Way, applies, branches, found_under, timetables

CODE, NAME = "TP401", "cycle-count"
MOST_LOST = 10
"""So many further lost days are tried, to see which of them brings another cycle."""


def run(case: Case) -> Iterator[Said]:
    """Judge every repeated entry."""
    for entry in case.protocol.schedule.entries.values():
        if isinstance(entry.timing, Every):
            try:
                yield from _judge(case, entry, entry.timing)
            except Unknown as reason:
                yield gave_up(CODE, NAME, f"every patient gets as many cycles of `{entry.name}`", reason)


def _judge(case: Case, entry: Entry, timing: Every) -> Iterator[Said]:
    label = Label(entry.place, entry.quotes, f"`{entry.name}`: {say_timing(timing)}")
    if not timing.while_irradiating:
        if timing.times is None:
            yield Finding(
                CODE,
                NAME,
                Severity.WARNING,
                f"nothing says how many cycles of `{entry.name}` there are",
                labels=(label,),
                help="add `times`, or `while: irradiation`",
            )
        return
    concerned = [each for each in branches(case) if applies(case, each, entry.name)]
    possible: dict[str, set[int]] = {}
    for each in concerned:
        possible.setdefault(f"`{each.prescription.choice}`", set()).update(_counts(case, entry, each))
    counts = {name: tuple(sorted(found)) for name, found in possible.items() if found}
    if not counts:
        yield Vacuous(f"the cycles of `{entry.name}`: no course that can be given says how long irradiation lasts")
        return
    lost = case.protocol.schedule.irradiation.lost_days
    said = f"with up to {_days(lost)} lost" if lost else "if no day is lost"
    together: dict[str, list[str]] = {}
    for each in concerned:
        for words, row in _rows(case, entry, each):
            together.setdefault(row, []).append(words)
    details = tuple(Detail("", f"{joined(dict.fromkeys(words))}, {row}") for row, words in together.items())
    if len({number for found in counts.values() for number in found}) == 1:
        number = _cycles(next(iter(counts.values())))
        more = [at for each in concerned for way in each.ways if (at := _another(case, entry, each, way)) is not None]
        but = f" ({_days(min(more))} lost can bring another)" if more else ""
        whom = "every prescription" if len(counts) > 1 else next(iter(counts))
        yield Proved(CODE, NAME, f"`{entry.name}` has {number} for {whom}, {said}{but}")
        return
    parts = [
        f"{_cycles(numbers)} for {joined([name for name, found in counts.items() if found == numbers])}"
        for numbers in dict.fromkeys(counts.values())
    ]
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"`{entry.name}`, every {timing.period.text} while irradiating, comes to {', '.join(parts)}, {said}",
        readings=found_under(case, concerned, entry.name),
        labels=(label, *dict.fromkeys(prescription_label(case, each.prescription) for each in concerned)),
        help="say how many cycles are meant: `times: 2`",
        details=details,
    )


def _counts(case: Case, entry: Entry, branch: Branch) -> tuple[int, ...]:
    """Return the numbers of cycles that a branch can come to, ascending."""
    schedule = case.protocol.schedule
    found: set[int] = set()
    for way in branch.ways:
        for timetable in timetables(schedule, branch, way, range(schedule.irradiation.lost_days + 1)):
            if timetable.days(entry.name):
                few, many = timetable.cycles(entry.name)
                found.update(range(few, many + 1))
    return tuple(sorted(found))


def _another(case: Case, entry: Entry, branch: Branch, way: Way) -> int | None:
    """Return how many lost days can first bring a cycle more than those declared; None for none of those tried."""
    declared = case.protocol.schedule.irradiation.lost_days

    def most(lost: int) -> int:
        return max(each.cycles(entry.name)[1] for each in timetables(case.protocol.schedule, branch, way, [lost]))

    possible = most(declared)
    return next((lost for lost in range(declared + 1, declared + MOST_LOST + 1) if most(lost) > possible), None)


def _rows(case: Case, entry: Entry, branch: Branch) -> Iterator[tuple[str, str]]:
    """Yield the branch, and when its last fraction is given and how many cycles that makes, for each way."""
    irradiation = case.protocol.schedule.irradiation
    for way in branch.ways:
        for lost in range(irradiation.lost_days + 1):
            groups: dict[tuple[int, int], dict[int, set[int]]] = {}
            for timetable in timetables(case.protocol.schedule, branch, way, [lost]):
                last = groups.setdefault(timetable.cycles(entry.name), {})
                last.setdefault(timetable.day_of_last, set()).add(weekday(timetable.start))
            dated = bool(irradiation.holidays)
            parts = [
                f"last fraction on {_last_days(last, exact=not dated)}, {_cycles(tuple(sorted(set(key))))}"
                for key, last in groups.items()
            ]
            more = _another(case, entry, branch, way) if lost == irradiation.lost_days else None
            if more is not None:
                parts[-1] += f"; {_days(more)} lost can bring another"
            after = f" and {_days(lost)} lost" if lost else ""
            yield branch.name, f"{len(way.fractions)} f{after}: {'; '.join(parts)}"


def _last_days(last: dict[int, set[int]], *, exact: bool) -> str:
    """Say the days of the last fraction, with the weekdays of the first that lead to each."""
    if len(last) == 1:
        return f"day {min(last)}"
    if not exact:
        return f"day {min(last)} to {max(last)}"
    return "day " + " or ".join(f"{day} ({say_weekdays(last[day])})" for day in sorted(last))


def _cycles(numbers: tuple[int, ...]) -> str:
    said = " or ".join(str(each) for each in numbers)
    return f"{said} cycle{'' if numbers == (1,) else 's'}"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


_COURSES = """\
trialproof: 1
title: {title}
quantities:
  close: {{yes_no: true}}
decisions:
  prescription:
    for: everyone
    choices:
      far: {{when: not close, course: 60 Gy / 2 Gy / 30 f}}
      near: {{when: close, course: {near}}}
schedule:
{schedule}
"""
PASSES = (
    _COURSES.format(
        title="two cycles for everybody",
        near="59.4 Gy / 1.8 Gy / 33 f",
        schedule="  chemotherapy: {every: 21 days, from: first fraction, while: irradiation, times: 2}",
    ),
    _COURSES.format(
        title="as long for everybody",
        near="50.4 Gy / 1.8 Gy / 28 f",
        schedule="  chemotherapy: {every: 3 weeks, from: first fraction, while: irradiation}",
    ),
)
FAILS = (
    _COURSES.format(
        title="three fractions and a cycle more",
        near="59.4 Gy / 1.8 Gy / 33 f",
        schedule="  chemotherapy: {every: 21 days, from: first fraction, while: irradiation}",
    ),
    _COURSES.format(
        title="one lost day",
        near="50.4 Gy / 1.8 Gy / 28 f",
        schedule="  irradiation: {days: Mon-Fri, lost_days: 1}\n"
        "  chemotherapy: {every: 21 days, from: first fraction, while: irradiation}",
    ),
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
