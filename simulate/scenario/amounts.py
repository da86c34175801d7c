"""Single values of a scenario file: probabilities, lengths of time, rates, hours of the day. Exact, or refused.

A month is taken for 30.44 days, the twelfth part of 365.25 days to two decimals; a year for twelve of them.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

from trialproof.model.document import show
from trialproof.model.exact import parse_exact, plain
from trialproof.model.place import BadInput
from trialproof.model.quantities import read_amount
from trialproof.model.rules import misread
from trialproof.model.schedule_text import read_dates
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import Mistake
from trialproof.model.unit import UnknownUnit, parse_unit, ratio, say_amount
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Hours

MONTH = Fraction("30.44")
MINUTE, HOUR, DAY, MONTHS = (parse_unit(name) for name in ("minute", "hour", "day", "month"))
LONGEST = 20 * 366
"""No length of time is longer, in days."""
RATES = "write `3 per month`, or `0.1 per day`"

_RATE = re.compile(r"\s*(\S+?)\s*(?:/|\bper\b)\s*(\S.*?)\s*")
_HOURS = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})\s*(?:-|–|—|\bto\b)\s*([0-9]{1,2}):([0-9]{2})\s*")  # noqa: RUF001


def read_number(source: Source, path: DataPath, text: str) -> Fraction:
    """Return a plain number."""
    try:
        return parse_exact(text.strip())
    except ValueError as error:
        raise source.problem(str(error), path) from None


def read_share(source: Source, path: DataPath, text: str, what: str = "a probability") -> Fraction:
    """Return a number from 0 to 1, written so or in percent."""
    number, percent, rest = text.strip().partition("%")
    value = read_number(source, path, number.strip() if percent and not rest.strip() else text)
    value = value / 100 if percent else value
    if not 0 <= value <= 1:
        raise source.problem(f"{what} of {show(text.strip())} does not lie between 0 and 1", path)
    return value


def read_minutes(source: Source, path: DataPath, text: str, *, least: int = 0) -> Fraction:
    """Return a length of time in minutes, at least so many; fractions of a minute may remain."""
    if not text.strip(" +-./0123456789"):
        raise source.problem("a length of time needs a unit", path, help=f"write `{text.strip()} days`, or `minutes`")
    value = read_amount(source, path, text, MINUTE, MONTH)
    if value < 0:
        raise source.problem(f"a length of time of {show(text.strip())} is negative", path)
    if value < least:
        needed = say_minutes(Fraction(least))
        raise source.problem(f"{show(text.strip())} is too short: it has to be {needed} or longer", path)
    if value > LONGEST * MINUTES_A_DAY:
        raise source.problem("a length of time of more than 20 years", path)
    return value


def read_whole_minutes(source: Source, path: DataPath, text: str, *, least: int = 0) -> int:
    """Return a length of time that is a whole number of minutes."""
    value = read_minutes(source, path, text, least=least)
    if value.denominator != 1:
        raise source.problem(f"{show(text.strip())} is no whole number of minutes", path)
    return int(value)


def read_days(source: Source, path: DataPath, text: str, *, least: int = 0) -> int:
    """Return a length of time that is a whole number of days."""
    days = read_minutes(source, path, text, least=least * MINUTES_A_DAY) / MINUTES_A_DAY
    if days.denominator != 1:
        advice = "a month counts 30.44 days: write days or weeks" if "mo" in text or "y" in text else None
        raise source.problem(f"{show(text.strip())} is no whole number of days", path, help=advice)
    return int(days)


def read_rate(source: Source, path: DataPath, text: str) -> Fraction:
    """Return how many a day, from a text such as `3 per month`."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise source.problem(f"{show(text.strip())} is no rate", path, help=RATES)
    number = read_number(source, path, found[1])
    try:
        unit = parse_unit(found[2])
    except UnknownUnit as unknown:
        advice = f"did you mean `{unknown.suggestion}`?" if unknown.suggestion else None
        raise source.problem(str(unknown), path, help=advice) from None
    months = ratio(unit, MONTHS)
    days = ratio(unit, DAY) if months is None else months * MONTH
    if days is None:
        raise source.problem(f"{show(found[2])} is no length of time", path, help=RATES)
    if number <= 0:
        raise source.problem(f"a rate of {show(text.strip())} is not above zero", path)
    return number / days


def read_hours(source: Source, path: DataPath, text: str) -> Hours:
    """Return from when to when, from a text such as `08:00-18:00`."""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise source.problem(f"{show(text.strip())} are no hours of the day", path, help="write `08:00-18:00`")
    opens, closes = (_minute_of_day(source, path, found[at], found[at + 1]) for at in (1, 3))
    if closes <= opens:
        raise source.problem("the hours end before they begin", path, help="a shift past midnight is not simulated")
    return Hours(opens, closes)


def read_date(source: Source, path: DataPath, text: str) -> date:
    """Return one date."""
    first, *others = read_date_range(source, path, text)
    if others:
        raise source.problem("expected one date, found several", path)
    return first


def read_date_range(source: Source, path: DataPath, text: str) -> tuple[date, ...]:
    """Return one date, or all from one to another."""
    try:
        return read_dates(text)
    except Mistake as mistake:
        raise misread(source, path, mistake) from None


def say_minutes(minutes: Fraction) -> str:
    """Say a length of time in whole days or hours, else in minutes."""
    for unit, length in ((DAY, MINUTES_A_DAY), (HOUR, 60)):
        if minutes and minutes % length == 0:
            return say_amount(minutes / length, unit)
    return say_amount(minutes, MINUTE)


def say_share(share: Fraction) -> str:
    """Say a share in percent; as a fraction where that never ends."""
    percent = plain(share * 100)
    return plain(share) if "/" in percent else f"{percent}%"


def say_count(number: int, one: str, many: str = "") -> str:
    """Say how many of something there are: `1 chair`, `2 chairs`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _minute_of_day(source: Source, path: DataPath, hour: str, minute: str) -> int:
    if int(minute) > 59 or int(hour) * 60 + int(minute) > MINUTES_A_DAY:
        raise _no_time(source, path, f"{hour}:{minute}")
    return int(hour) * 60 + int(minute)


def _no_time(source: Source, path: DataPath, text: str) -> BadInput:
    return source.problem(f"there is no time of day {show(text)}", path)
