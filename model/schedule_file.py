"""The schedule of a protocol file: the days of irradiation, and entries that refer to one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Literal, TypeVar, cast

from trialproof.model import shape
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import EVERYONE
from trialproof.model.document import show
from trialproof.model.dose import Checkpoint
from trialproof.model.rules import RuleReader, misread
from trialproof.model.schedule import (
    FIRST,
    IRRADIATION,
    LAST,
    WEEKDAYS,
    After,
    AnyTime,
    Apart,
    AsNeeded,
    AtDose,
    Duration,
    Entry,
    Every,
    Irradiation,
    Schedule,
    Timing,
)
from trialproof.model.schedule_text import read_dates, read_duration, read_weekdays
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import Mistake

ANY = "any"
NEXT = "next "
MOST_TIMES = 60
MOST_LOST = 60
MOST_HOLIDAYS = 400
LONGEST_CHAIN = 50
TIMED = ("every", "after")

T = TypeVar("T")


def read_schedule(
    rules: RuleReader,
    parts: Mapping[str, shape.ScheduleEntry],
    checkpoints: Mapping[str, Checkpoint],
    month: Fraction | None,
) -> Schedule:
    """Return the schedule; `month` is the number of days that the calendar gives a month. Raises `BadInput`."""
    return _Reader(rules, parts, checkpoints, month).schedule()


class _Reader:
    """Reads the schedule of one file."""

    def __init__(
        self,
        rules: RuleReader,
        parts: Mapping[str, shape.ScheduleEntry],
        checkpoints: Mapping[str, Checkpoint],
        month: Fraction | None,
    ) -> None:
        self._rules = rules
        self._source: Source = rules.source
        self._parts = parts
        self._checkpoints = checkpoints
        self._month = month
        self._events = [name for name, part in parts.items() if self._is_event(name, part)]

    def schedule(self) -> Schedule:
        irradiation = Irradiation()
        entries: dict[str, Entry] = {}
        for name, part in self._parts.items():
            if name == IRRADIATION:
                irradiation = self._irradiation(part)
            elif part.days is not None:
                where = ("schedule", name, "days")
                advice = f"only `{IRRADIATION}` has `days`; `on` says on which days something else can be given"
                raise self._source.problem("these days are no event", where, at_key=True, help=advice)
            else:
                entries[name] = self._entry(name, part)
        schedule = Schedule(irradiation, entries)
        for name in entries:
            self._check_chain(schedule, name)
        for name in entries:
            self._check_cycles(schedule, name)
        return schedule

    @staticmethod
    def _is_event(name: str, part: shape.ScheduleEntry) -> bool:
        return name != IRRADIATION and part.to is None and part.as_needed is None

    def _irradiation(self, part: shape.ScheduleEntry) -> Irradiation:
        path: DataPath = ("schedule", IRRADIATION)
        if part.days is None:
            key = next(key for key in part.exactly_one if getattr(part, key) is not None)
            advice = "it is the days on which fractions are given: `irradiation: {days: Mon-Fri}`"
            raise self._source.problem(f"`{IRRADIATION}` has no `{key}`", (*path, key), at_key=True, help=advice)
        given = {part.key_of(field) for field in part.model_fields_set}
        for key in ("for", "from", "while", "on", "if_closed", "supportive", "amount"):
            if key in given:
                raise self._source.problem(f"`{key}` says nothing of `{IRRADIATION}`", (*path, key), at_key=True)
        days = self._parsed((*path, "days"), part.days, read_weekdays)
        holidays = self._holidays((*path, "holidays"), part.holidays or [])
        found = Irradiation(
            days, days, None, holidays, self._lost(path, part.lost_days), self._rules.quotes(path, part),
            self._source.key_place(path),
        )  # fmt: skip
        text = part.start or ANY
        if text == ANY:
            return found
        where = (*path, "start")
        if text[:1].isdigit():
            (first, *more) = self._parsed(where, text, read_dates)
            if more:
                raise self._source.problem("a course begins on one day", where)
            if first.weekday() not in days or first in holidays:
                why = f"{first} is a holiday" if first in holidays else f"{first} is a {WEEKDAYS[first.weekday()]}"
                raise self._source.problem(f"no fraction is given on the first day: {why}", where)
            return replace(found, starts=frozenset({first.weekday()}), first_day=first)
        starts = self._parsed(where, text, read_weekdays)
        for day in sorted(starts - days):
            message = f"no fraction is given on the first day: it is a {WEEKDAYS[day]}"
            raise self._source.problem(message, where, help=f"`days` is `{part.days}`")
        return replace(found, starts=starts)

    def _holidays(self, path: DataPath, texts: list[str]) -> tuple[date, ...]:
        found: set[date] = set()
        for at, text in enumerate(texts):
            found.update(self._parsed((*path, at), text, read_dates))
        if len(found) > MOST_HOLIDAYS:
            raise self._source.problem(f"more than {MOST_HOLIDAYS} days of holidays", path, at_key=True)
        return tuple(sorted(found))

    def _lost(self, path: DataPath, text: str | None) -> int:
        if text is None:
            return 0
        if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) > MOST_LOST:
            raise self._source.problem(f"expected a whole number up to {MOST_LOST}", (*path, "lost_days"))
        return int(text)

    def _entry(self, name: str, part: shape.ScheduleEntry) -> Entry:
        path: DataPath = ("schedule", name)
        for key, text in (("on", part.on), ("if_closed", part.if_closed)):
            if text is not None and not any(getattr(part, each) is not None for each in TIMED):
                raise self._source.problem(f"`{key}` goes with `every` or `after`", (*path, key), at_key=True)
        if part.start_from is not None and part.every is None and part.to is None:
            raise self._source.problem("`from` goes with `every` or `to`", (*path, "from"), at_key=True)
        if part.meanwhile is not None and part.every is None and part.after is None:
            raise self._source.problem("`while` goes with `every` or `after`", (*path, "while"), at_key=True)
        population = EVERYONE if part.population is None else self._rules.condition((*path, "for"), part.population)
        return Entry(
            name,
            self._timing(path, name, part),
            population,
            part.label or "",
            self._rules.quotes(path, part),
            self._source.key_place(path),
            None if part.on is None else self._parsed((*path, "on"), part.on, read_weekdays),
            cast("Literal['next', 'previous'] | None", part.if_closed),
            part.supportive,
            part.amount or "",
        )

    def _timing(self, path: DataPath, name: str, part: shape.ScheduleEntry) -> Timing:
        if part.when is not None:
            return AtDose(self._checkpoints[name].dose)
        if part.as_needed is not None:
            return AsNeeded(part.as_needed)
        if part.any_time is not None:
            return AnyTime()
        if part.after is not None:
            if part.delay is None:
                advice = "write `delay: 48 hours`, or `delay: open` where the document does not say"
                raise self._source.problem("`after` needs a `delay`", (*path, "after"), at_key=True, help=advice)
            event = LAST if part.after == IRRADIATION else self._event((*path, "after"), part.after)
            delay = None if part.delay == shape.OPEN else self._duration((*path, "delay"), part.delay)
            return After(event, delay, part.meanwhile is not None)
        key = "every" if part.every is not None else "to"
        if part.start_from is None:
            advice = f"name an event: `from: {FIRST}`"
            raise self._source.problem(f"`{key}` needs a `from`", (*path, key), at_key=True, help=advice)
        start = self._event((*path, "from"), part.start_from)
        return self._every(path, part, start) if part.every is not None else self._apart(path, part, start)

    def _every(self, path: DataPath, part: shape.ScheduleEntry, start: str) -> Every:
        where = (*path, "every")
        period = self._duration(where, part.every or "")
        whole = period.high is not None and period.low.denominator == period.high.denominator == 1
        if not whole or period.low < 1 or period.working:
            advice = "write how many days or weeks lie between two of them: `21 days`, `3-4 weeks`"
            raise self._source.problem("expected a number of whole days", where, help=advice)
        if part.times is not None and int(part.times) > MOST_TIMES:
            raise self._source.problem(f"at most {MOST_TIMES} times can be followed", (*path, "times"))
        return Every(period, start, part.meanwhile is not None, None if part.times is None else int(part.times))

    def _apart(self, path: DataPath, part: shape.ScheduleEntry, start: str) -> Apart:
        text = part.to or ""
        to_next = text.startswith(NEXT)
        second = self._event((*path, "to"), text.removeprefix(NEXT).strip())
        if part.at_least is None and part.at_most is None:
            advice = "add `at_least: 14 days`, or `at_most`"
            raise self._source.problem("`to` needs a length of time", (*path, "to"), at_key=True, help=advice)
        low, high = Fraction(0), None
        said = []
        for key, bound in (("at_least", part.at_least), ("at_most", part.at_most)):
            if bound is None:
                continue
            where = (*path, key)
            length = self._duration(where, bound)
            if length.high != length.low or length.working:
                advice = f"write `{key}: 14 days`"
                raise self._source.problem(f"expected one length of time, found {show(bound)}", where, help=advice)
            said.append(f"{key.replace('_', ' ')} {bound}")
            if key == "at_least":
                low = length.low
            else:
                high = length.low
        if high is not None and high < low:
            raise self._source.problem("`at_most` is shorter than `at_least`", (*path, "at_most"))
        if start == second and not to_next:
            advice = f"to the one of the next cycle: `to: next {second}`"
            raise self._source.problem(f"no time lies from {show(start)} to itself", (*path, "to"), help=advice)
        return Apart(start, second, Duration(low, high, " and ".join(said)), to_next)

    def _event(self, path: DataPath, text: str) -> str:
        """Return the name of an event that there is."""
        if text in (FIRST, LAST) or text in self._events:
            return text
        known = [FIRST, LAST, *self._events]
        if text in self._parts and text != IRRADIATION:
            advice = f"events are {', '.join(known)}"
            raise self._source.problem(f"{show(text)} does not happen at a time", path, help=advice)
        if text == IRRADIATION:
            raise self._source.problem("irradiation lasts for weeks", path, help=f"write `{FIRST}` or `{LAST}`")
        meant = did_you_mean(text, known)
        advice = f"did you mean `{meant}`?" if meant else f"events are {', '.join(known)}"
        raise self._source.problem(f"nothing in the schedule is called {show(text)}", path, help=advice)

    def _check_chain(self, schedule: Schedule, name: str) -> None:
        """Refuse an entry that hangs on itself."""
        trail = [name]
        while (before := schedule.before(trail[-1])) is not None:
            trail.append(before)
            if len(trail) > LONGEST_CHAIN:
                message = f"`{name}` hangs on more than {LONGEST_CHAIN} others in a row"
                raise self._source.problem(message, ("schedule", name), at_key=True)
            if before == name:
                key = "after" if self._parts[name].after is not None else "from"
                advice = "say one of them without the next" if len(trail) > 2 else "name the event that comes before it"
                raise self._source.problem(
                    f"`{name}` hangs on itself: {' -> '.join(trail)}", ("schedule", name, key), help=advice
                )
            if before in trail[:-1]:
                return

    def _check_cycles(self, schedule: Schedule, name: str) -> None:
        """Refuse what speaks of cycles that there are not."""
        timing, path = schedule.entries[name].timing, ("schedule", name)
        match timing:
            case Every(start=start) if (cycle := schedule.cycle_of(start)) is not None:
                advice = f"begin with what happens once, such as `{FIRST}`"
                message = f"{show(start)} happens in every cycle of `{cycle}`"
                raise self._source.problem(message, (*path, "from"), help=advice)
            case After(event=event, while_irradiating=True) if not _hangs_on_dose(schedule, event):
                where, advice = (*path, "while"), "it asks what is left of irradiation after `when: dose >= ...`"
                raise self._source.problem("`while` goes with what follows a dose", where, at_key=True, help=advice)
            case Apart(first, second, _, to_next):
                cycles = schedule.cycle_of(first), schedule.cycle_of(second)
                if to_next and (cycles[0] is None or cycles[0] != cycles[1]):
                    message = f"{show(first)} and {show(second)} do not happen in the cycles of one entry"
                    raise self._source.problem(message, (*path, "to"), help="leave out `next`, or name another event")
            case _:
                pass

    def _duration(self, path: DataPath, text: str) -> Duration:
        return self._parsed(path, text, lambda said: read_duration(said, self._month))

    def _parsed(self, path: DataPath, text: str, read: Callable[[str], T]) -> T:
        try:
            return read(text)
        except Mistake as mistake:
            raise misread(self._source, path, mistake) from None


def _hangs_on_dose(schedule: Schedule, event: str) -> bool:
    root = schedule.chain(event)[-1]
    return root in schedule.entries and isinstance(schedule.entries[root].timing, AtDose)
