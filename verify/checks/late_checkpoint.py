"""Too little time left after a checkpoint for what is to follow from it.

What it does
    For each entry that is of use only while irradiating and that follows a checkpoint dose, counts for every course the
    fractions that are left: after the checkpoint, and from the day on which the entry is ready. That day is the latest
    that its delay allows, for each day on which the course can begin. It works out from how many working days on
    nothing would be left, and names an entry whose delay the document leaves open.

Why it matters
    A field that is to be adapted to what an image shows takes days to contour, to plan and to check. If the image is
    taken in the last week, the new plan is ready when the course is over.

Example
    An image at 50 of 60 Gy, with fraction 25 of 30: from a delay of 6 working days on, no fraction is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.model.schedule import After, Duration, Entry, say_timing
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, joined
from trialproof.verify.finding import Detail, Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.treatment.doses import prescription_label
from trialproof.verify.treatment.timetable import (
    Branch,
    Timetable,
    Way,
    applies,
    branches,
    found_under,
    reaching,
    timetables,
)

CODE, NAME = "TP403", "late-checkpoint"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a course after the checkpoint, which comes with fraction `at`.

    `enough` is the number of working days after which the last fraction is given. `fewest` and `most` are the fractions
    that are left once the entry is ready (None: nothing says when).
    """

    branch: Branch
    way: Way
    at: int
    enough: int
    fewest: int | None = None
    most: int | None = None

    @property
    def after(self) -> int:
        """How many fractions come after the checkpoint."""
        return len(self.way.fractions) - self.at


def run(case: Case) -> Iterator[Said]:
    """Judge every entry that has to come while fractions are still to be given."""
    for entry in case.protocol.schedule.entries.values():
        if isinstance(entry.timing, After) and entry.timing.while_irradiating:
            try:
                yield from _judge(case, entry, entry.timing)
            except Unknown as reason:
                yield gave_up(CODE, NAME, f"`{entry.name}` leaves fractions to every course", reason)


def _judge(case: Case, entry: Entry, timing: After) -> Iterator[Said]:
    schedule = case.protocol.schedule
    checkpoint = schedule.entries[schedule.chain(entry.name)[-1]]
    whom = [each for each in branches(case) if applies(case, each, entry.name)]
    found = [left for branch in whom for left in _left(case, entry, branch)]
    if not found:
        yield Vacuous(f"`{entry.name}`: no course of its patients reaches the dose of `{checkpoint.name}`")
        return
    late = [each for each in found if each.fewest is None or each.fewest < 1]
    if not late:
        fewest = min(each.fewest for each in found if each.fewest is not None)
        plural = "" if fewest == 1 else "s"
        said = f"every course has at least {fewest} fraction{plural} left once `{entry.name}` is ready"
        yield Proved(CODE, NAME, said)
        return
    names = joined(dict.fromkeys(each.branch.name for each in late))
    if late[0].fewest is None:
        parts = joined([f"{_numbers(found, name)} for {name}" for name in dict.fromkeys(e.branch.name for e in found)])
        message = f"nothing says how long `{entry.name}` may take after `{timing.event}`, which leaves {parts}"
        help_ = "say how long it may take: `delay: 5 working days`"
    else:
        can = "comes" if all(each.most == 0 for each in late) else "can come"
        said = timing.delay.text if timing.delay is not None else "so long"
        message = f"`{entry.name}` {can} too late for {names}: no fraction is left {said} after `{timing.event}`"
        help_ = f"let `{checkpoint.name}` come earlier, or `{entry.name}` take less time"
    concerned = tuple(dict.fromkeys(each.branch.prescription for each in found))
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        message,
        decision=concerned[0].decision,
        choices=tuple(dict.fromkeys(each.choice for each in concerned)),
        readings=found_under(case, whom, entry.name),
        labels=(
            Label(checkpoint.place, checkpoint.quotes, f"`{checkpoint.name}`: {say_timing(checkpoint.timing)}"),
            Label(entry.place, entry.quotes, f"`{entry.name}`: {say_timing(timing)}"),
            *dict.fromkeys(prescription_label(case, each) for each in concerned),
        ),
        help=help_,
        details=tuple(Detail("", _row(entry, checkpoint, each)) for each in found),
    )


def _left(case: Case, entry: Entry, branch: Branch) -> Iterator[Left]:
    """Yield what is left of each course of a branch, for each fraction with which it can reach the dose."""
    schedule = case.protocol.schedule
    chain = schedule.chain(entry.name)
    timing = schedule.entries[chain[-1]].timing
    for way in branch.ways:
        for at in reaching(way.course, timing):
            enough = way.fractions[-1] - way.fractions[at - 1]
            counts = [
                _fractions_from(timetable, ready, at)
                for timetable in timetables(schedule, branch, way, range(schedule.irradiation.lost_days + 1))
                for ready in _ready(timetable, chain, at)
            ]
            yield Left(branch, way, at, enough, min(counts, default=None), max(counts, default=None))


def _ready(timetable: Timetable, chain: tuple[str, ...], at: int) -> tuple[int, ...]:
    """Return the latest day on which the entry is ready, all lost days before fraction `at`; none if left open."""
    day = timetable.fraction(at)
    for event in reversed(chain[:-1]):
        timing = timetable.schedule.entries[event].timing
        if not isinstance(timing, After) or timing.delay is None:
            return ()
        delay = timing.delay
        shortest = Duration(delay.low, delay.low, delay.text, delay.working)
        day = timetable.latest(event, day, shortest if delay.high is None else delay)
    return (day,)


def _fractions_from(timetable: Timetable, day: int, at: int) -> int:
    """Return how many fractions after the one with number `at` are given on a day or later."""
    assert timetable.way is not None  # noqa: S101 - a branch has ways
    return sum(timetable.fraction(number) >= day for number in range(at + 1, len(timetable.way.fractions) + 1))


def _numbers(found: list[Left], name: str) -> str:
    numbers = sorted({each.after for each in found if each.branch.name == name})
    plural = "" if numbers == [1] else "s"
    return f"{' or '.join(str(each) for each in numbers)} fraction{plural}"


def _row(entry: Entry, checkpoint: Entry, left: Left) -> str:
    count = len(left.way.fractions)
    said = f"{left.branch.name}, {count} f: `{checkpoint.name}` with fraction {left.at}, {left.after} left after it"
    if left.fewest is not None and left.most is not None:
        between = f"{left.fewest}" if left.fewest == left.most else f"{left.fewest} to {left.most}"
        said += f", {between} once `{entry.name}` is ready"
    return f"{said}; none from {left.enough + 1} working day{'' if left.enough == 0 else 's'} on"


_HEAD = """\
trialproof: 1
title: {title}
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {{when: everyone, course: 60 Gy / 2 Gy / 30 f}}
schedule:
  imaging: {{when: dose >= {dose} Gy}}
  adaptation: {{after: imaging, delay: {delay}, while: irradiation}}
"""
PASSES = (
    _HEAD.format(title="the last fraction is adapted", dose="50", delay="5 working days"),
    _HEAD.format(title="two weeks are left", dose="40", delay="1 week"),
)
FAILS = (
    _HEAD.format(title="one day too late", dose="50", delay="6 working days"),
    _HEAD.format(title="however long it takes", dose="50", delay="open"),
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
