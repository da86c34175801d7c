"""Durations, weekdays and dates as a schedule writes them: `48 hours`, `within 6 weeks`, `Mon-Fri`, `2026-10-01`.

Whatever is wrong raises `Mistake` at the characters that are.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.exact import in_backticks, parse_exact
from trialproof.model.schedule import WEEKDAYS, Duration
from trialproof.model.syntax import Mistake
from trialproof.model.unit import UnknownUnit, parse_unit, ratio

DAY, MONTH = parse_unit("day"), parse_unit("month")
LONGEST = 3660
LONGEST_HOLIDAY = 60
EXAMPLE = "write a number and a unit, as in `48 hours`, `1-3 days`, `at least 2 weeks` or `7 working days`"

_NUMBER = r"[0-9.]+(?:/[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_BETWEEN = r"\s*(?:-|–|—|\bto\b)\s*"  # noqa: RUF001 - what a word processor makes of a hyphen
_DURATION = re.compile(rf"(?:(at least|at most|within)\s+)?({_NUMBER})(?:{_BETWEEN}({_NUMBER}))?\s*(\S.*)?")
_WORKING = re.compile(r"working[ -]days?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_duration(text: str, month: Fraction | None = None) -> Duration:
    """Return a length of time; `month` is the number of days that a month is taken for, None if nothing says so."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    found = _DURATION.fullmatch(text, start, end)
    if found is None:
        raise Mistake(f"{in_backticks(text.strip())} is no length of time", start, end, help=EXAMPLE)
    bound, lowest, highest, unit = found.groups()
    if unit is None:
        raise Mistake(f"{in_backticks(text.strip())} has no unit", start, end, help=f"write `{text.strip()} days`")
    working = bool(_WORKING.fullmatch(unit))
    factor = Fraction(1) if working else _days(unit, found.start(4), end, month)
    low = _number(lowest, found.start(2)) * factor
    high = low if highest is None else _number(highest, found.start(3)) * factor
    if highest is not None and (bound or high < low):
        said = "a range needs no word before it" if bound else "the range ends below its start"
        raise Mistake(said, found.start(3), found.end(3))
    if high > LONGEST:
        raise Mistake("a length of time of more than ten years", start, end)
    if working and (low.denominator != 1 or high.denominator != 1):
        raise Mistake("working days are counted in whole numbers", found.start(2), found.end(3 if highest else 2))
    said = text.strip()
    match bound:
        case "at least":
            return Duration(low, None, said, working)
        case "at most" | "within":
            return Duration(Fraction(0), high, said, working)
        case _:
            return Duration(low, high, said, working)


def read_weekdays(text: str) -> frozenset[int]:
    """Return weekdays such as `Mon-Fri` or `Mon, Wed`, from Monday, 0."""
    found: set[int] = set()
    start = 0
    for piece in text.split(","):
        ends = list(re.finditer(r"[^\s–—-]+", piece))  # noqa: RUF001
        if len(ends) not in (1, 2) or (len(ends) == 2 and not re.search("[–—-]", piece)):  # noqa: RUF001
            raise Mistake(
                f"{in_backticks(text.strip())} names no weekdays", 0, len(text), help="write `Mon-Fri`, or `Mon, Wed`"
            )
        days = [_weekday(each[0], start + each.start(), start + each.end()) for each in ends]
        found |= {(days[0] + step) % 7 for step in range((days[-1] - days[0]) % 7 + 1)}
        start += len(piece) + 1
    return frozenset(found)


def read_dates(text: str) -> tuple[date, ...]:
    """Return one date, or all from one to another, as in `2026-10-01 to 2026-10-07`."""
    found = [_date(each[0], each.start(), each.end()) for each in re.finditer(r"[^\s]+", text) if each[0] != "to"]
    if len(found) not in (1, 2) or (len(found) == 2) != (re.search(r"\bto\b", text) is not None):
        raise Mistake(f"{show(text)} is no date", 0, len(text), help="write `2026-10-01` or `2026-10-01 to 2026-10-07`")
    length = (found[-1] - found[0]).days
    if length < 0:
        raise Mistake("the range ends before it begins", 0, len(text))
    if length >= LONGEST_HOLIDAY:
        raise Mistake(f"a holiday of more than {LONGEST_HOLIDAY} days", 0, len(text))
    return tuple(found[0] + timedelta(days=step) for step in range(length + 1))


def _days(unit: str, start: int, end: int, month: Fraction | None) -> Fraction:
    """Return how many days one of the unit is."""
    try:
        found = parse_unit(unit)
    except UnknownUnit as unknown:
        advice = f"did you mean `{unknown.suggestion}`?" if unknown.suggestion else None
        raise Mistake(str(unknown), start, end, help=advice) from None
    days = ratio(found, DAY)
    if days is not None:
        return days
    months = ratio(found, MONTH)
    if months is None:
        raise Mistake(f"expected a length of time, found an amount in {in_backticks(unit)}", start, end, help=EXAMPLE)
    if month is None:
        advice = "a month has no fixed number of days: write days or weeks, or add `calendar: {month: 30.44 days}`"
        raise Mistake("expected days, found months", start, end, help=advice)
    return months * month


def _number(text: str, start: int) -> Fraction:
    try:
        return parse_exact(text)
    except ValueError as error:
        raise Mistake(str(error), start, start + len(text)) from None


def _weekday(text: str, start: int, end: int) -> int:
    low = text.lower()
    for at, name in enumerate(_FULL):
        if low in (name, name[:3]) or (len(low) > 3 and name.startswith(low)):
            return at
    meant = did_you_mean(text, [*WEEKDAYS, *(name.capitalize() for name in _FULL)])
    advice = f"did you mean `{meant}`?" if meant else f"the weekdays are {', '.join(WEEKDAYS)}"
    raise Mistake(f"{in_backticks(text)} is no weekday", start, end, help=advice)


def _date(text: str, start: int, end: int) -> date:
    if not _DATE.fullmatch(text):
        raise Mistake(f"{in_backticks(text)} is no date", start, end, help="write year, month and day: `2026-10-01`")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"there is no day {in_backticks(text)}", start, end) from None
