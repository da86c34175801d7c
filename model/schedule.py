"""When things happen during treatment: working days, and entries that repeat, follow one another or keep a distance.

Frozen values; `model.schedule_file` reads them, `verify.treatment.calendar` counts with them. Durations are in days,
exact; weekdays count from Monday, 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias, Union

from trialproof.model.condition import EVERYONE, Condition
from trialproof.model.document import Quote
from trialproof.model.exact import plain
from trialproof.model.place import NOWHERE, Place

FIRST = "first fraction"
LAST = "last fraction"
IRRADIATION = "irradiation"
"""Events that every course has, and the name of the entry for its days."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WORKING_WEEK = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Duration:
    """Every length of time from `low` to `high` days (None: without end); `text` is how the file says it.

    `working`: in days on which the clinic is open, then both are whole.
    """

    low: Fraction
    high: Fraction | None
    text: str
    working: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, the first time with the event `start`.

    `while_irradiating`: as long as it is not after the last fraction. `times`: at most so often (None: nothing said).
    """

    period: Duration
    start: str
    while_irradiating: bool = False
    times: int | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Once after each time that `event` happens; `delay` is None where the document leaves it open.

    `while_irradiating`: it is of use only as long as fractions are still to be given.
    """

    event: str
    delay: Duration | None
    while_irradiating: bool = False


@dataclass(frozen=True, slots=True)
class AtDose:
    """With the first fraction that brings the cumulative dose to `dose` Gy or beyond."""

    dose: Fraction


@dataclass(frozen=True, slots=True)
class Apart:
    """No event: so long from `first` to `second`; `to_next`: to the one of the next cycle."""

    first: str
    second: str
    length: Duration
    to_next: bool = False


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """If somebody finds it necessary; `reason` is what the document says of when that is."""

    reason: str


@dataclass(frozen=True, slots=True)
class AnyTime:
    """Once, at a time that nothing fixes but what is said of its distance to others."""


Timing: TypeAlias = Union[Every, After, AtDose, Apart, AsNeeded, AnyTime]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the schedule, for a population.

    `on` are the weekdays on which it can be given (None: those of irradiation); `if_closed` says where it goes if it
    falls on another day (None: nothing said). `supportive` names the care that it is part of, `amount` says how much.
    """

    name: str
    timing: Timing
    population: Condition = EVERYONE
    label: str = ""
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE
    on: frozenset[int] | None = None
    if_closed: Literal["next", "previous"] | None = None
    supportive: str | None = None
    amount: str = ""

    @property
    def title(self) -> str:
        """The label, or else the name with its underscores read as spaces."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Irradiation:
    """On which days fractions are given.

    The first is given on one of the weekdays `starts`, or on the day `first_day`. `holidays` are closed for everything.
    Up to `lost_days` further days, whichever they are, pass without a fraction.
    """

    days: frozenset[int] = WORKING_WEEK
    starts: frozenset[int] = WORKING_WEEK
    first_day: date | None = None
    holidays: tuple[date, ...] = ()
    lost_days: int = 0
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of irradiation, and the entries by name; what an entry refers to exists, and never leads back to it."""

    irradiation: Irradiation = Irradiation()
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def before(self, event: str) -> str | None:
        """Return the event that this one hangs on; None for one that hangs on none."""
        timing = self.entries[event].timing if event in self.entries else None
        match timing:
            case Every(start=start):
                return start
            case After(event=before):
                return before
            case _:
                return None

    def chain(self, event: str) -> tuple[str, ...]:
        """Return the event and all that it hangs on, the one that hangs on none last."""
        found = [event]
        while (before := self.before(found[-1])) is not None:
            found.append(before)
        return tuple(found)

    def cycle_of(self, event: str) -> str | None:
        """Return the repeated entry by whose cycles an event happens; None for one that happens once."""
        return next((name for name in self.chain(event) if self.is_repeated(name)), None)

    def is_repeated(self, event: str) -> bool:
        """Return whether an entry itself says that it repeats."""
        return event in self.entries and isinstance(self.entries[event].timing, Every)


def say_timing(timing: Timing) -> str:
    """Say when something happens: `every 21 days`, `48 hours after `chemotherapy``."""
    match timing:
        case Every(period, start, while_irradiating, times):
            often = "" if times is None else f", {times} times"
            return f"every {period.text} from `{start}`{' while irradiating' if while_irradiating else ''}{often}"
        case After(event, delay):
            return f"after `{event}`" if delay is None else f"{delay.text} after `{event}`"
        case AtDose(dose):
            return f"with the fraction that brings the dose to {plain(dose)} Gy"
        case Apart(first, second, length, to_next):
            return f"{length.text} from `{first}` to {'the next ' if to_next else ''}`{second}`"
        case AsNeeded(reason):
            return f"as needed: {reason}"
        case AnyTime():
            return "at any time"


def say_weekdays(days: frozenset[int] | set[int]) -> str:
    """Say weekdays, three or more in a row as a range: `Mon-Fri`, `Thu and Fri`."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said: list[str] = []
    for run in runs:
        names = [WEEKDAYS[day] for day in run]
        said += [f"{names[0]}-{names[-1]}"] if len(run) > 2 else names
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
