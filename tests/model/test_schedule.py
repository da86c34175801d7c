"""The schedule of a file: read exactly, and refused at the very characters that are wrong."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.model.folder import HEAD, assert_style, read_marks, write_folder
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.model.schedule import (
    FIRST,
    LAST,
    WEEKDAYS,
    WORKING_WEEK,
    After,
    Apart,
    AtDose,
    Duration,
    Every,
    Schedule,
    say_timing,
    say_weekdays,
)
from trialproof.model.schedule_text import read_dates, read_duration, read_weekdays
from trialproof.model.syntax import Mistake

COURSE = """\
decisions:
  prescription:
    for: everyone
    choices:
      everybody: {when: everyone, course: 60 Gy / 2 Gy / 30 f}
"""


def schedule(folder: Path, text: str) -> Schedule:
    lines = "".join(f"  {line}\n" for line in text.strip().splitlines())
    return load(write_folder(folder, f"{HEAD}{COURSE}schedule:\n{lines}", document=None)).schedule


def test_every_kind_of_entry_is_read(tmp_path: Path) -> None:
    found = schedule(
        tmp_path,
        """
irradiation: {days: Mon-Sat, start: "Mon, Wed", holidays: [2026-10-01 to 2026-10-03, 2027-01-01], lost_days: 2}
surgery: {any_time: true}
chemotherapy: {every: 3 weeks, from: first fraction, while: irradiation, times: 2}
growth_factor: {after: chemotherapy, delay: 48-72 hours, on: Mon-Sun, supportive: growth factor, amount: 6 mg}
consolidation: {after: irradiation, delay: at least 4 weeks, if_closed: next}
washout: {from: growth_factor, to: next chemotherapy, at_least: 14 days, at_most: 3 weeks}
imaging: {when: dose >= 50 Gy}
adaptation: {after: imaging, delay: open, while: irradiation}
rescue: {as_needed: not said, supportive: growth factor}
""",
    )
    days = found.irradiation
    assert days.days == frozenset(range(6))
    assert days.starts == {0, 2}
    assert (days.lost_days, days.holidays[0], len(days.holidays)) == (2, date(2026, 10, 1), 4)
    timings = {name: entry.timing for name, entry in found.entries.items()}
    every, after = timings["chemotherapy"], timings["growth_factor"]
    last, apart = timings["consolidation"], timings["washout"]
    assert isinstance(every, Every)
    assert every.period.low == 21
    assert (every.start, every.while_irradiating, every.times) == (FIRST, True, 2)
    assert isinstance(after, After)
    assert after.delay == Duration(Fraction(2), Fraction(3), "48-72 hours")
    assert isinstance(last, After)
    assert last == After(LAST, Duration(Fraction(28), None, "at least 4 weeks"))
    assert isinstance(apart, Apart)
    assert apart.to_next
    assert apart.length == Duration(Fraction(14), Fraction(21), "at least 14 days and at most 3 weeks")
    assert timings["imaging"] == AtDose(Fraction(50))
    assert timings["adaptation"] == After("imaging", None, while_irradiating=True)
    assert found.cycle_of("growth_factor") == "chemotherapy"
    assert found.cycle_of("adaptation") is None
    assert found.chain("adaptation") == ("adaptation", "imaging")
    assert all(say_timing(each) for each in timings.values())


def test_nothing_said_of_days_means_monday_to_friday(tmp_path: Path) -> None:
    found = schedule(tmp_path, "surgery: {any_time: true}").irradiation
    assert (found.days, found.starts, found.holidays, found.lost_days) == (WORKING_WEEK, WORKING_WEEK, (), 0)


def test_a_course_can_begin_on_a_date(tmp_path: Path) -> None:
    found = schedule(tmp_path, "irradiation: {days: Mon-Fri, start: 2026-09-28}").irradiation
    assert found.first_day == date(2026, 9, 28)
    assert found.starts == {0}


@pytest.mark.parametrize(
    ("text", "low", "high", "working"),
    [
        ("48 hours", 2, 2, False),
        ("30 h", Fraction(5, 4), Fraction(5, 4), False),
        ("2-3 weeks", 14, 21, False),
        ("1 to 2 days", 1, 2, False),
        ("at least 14 days", 14, None, False),
        ("within 6 weeks", 0, 42, False),
        ("at most 1/2 day", 0, Fraction(1, 2), False),
        ("7 working days", 7, 7, True),
        ("1-2 working days", 1, 2, True),
    ],
)
def test_a_length_of_time_is_exact(text: str, low: Fraction, high: Fraction | None, working: bool) -> None:
    found = read_duration(text)
    assert (found.low, found.high, found.working, found.text) == (low, high, working, text)


def test_a_month_is_what_the_calendar_makes_of_it() -> None:
    assert read_duration("2 months", Fraction("30.44")).low == Fraction("60.88")
    with pytest.raises(Mistake, match="expected days, found months"):
        read_duration("2 months")


@given(st.sets(st.integers(0, 6), min_size=1))
def test_weekdays_can_be_read_again(days: set[int]) -> None:
    said = say_weekdays(days)
    assert read_weekdays(said.replace(" and ", ", ")) == days


def test_a_range_of_weekdays_may_pass_a_sunday() -> None:
    assert read_weekdays("Sat-Mon") == {5, 6, 0}
    assert read_weekdays("Monday, thurs") == {0, 3}
    assert read_weekdays("Mon-Sun") == frozenset(range(len(WEEKDAYS)))


def test_a_leap_day_is_a_day() -> None:
    assert read_dates("2028-02-29") == (date(2028, 2, 29),)
    assert len(read_dates("2027-12-30 to 2028-01-02")) == 4


BAD = [
    ("no such day", "irradiation: {days: Mon-Fri, holidays: [2026-02-27, «2026-02-30»]}",
     "there is no day `2026-02-30`"),
    ("no date", "irradiation: {days: Mon-Fri, holidays: [«Christmas»]}", "`Christmas` is no date"),
    ("german date", "irradiation: {days: Mon-Fri, holidays: [«1.10.2026»]}", "`1.10.2026` is no date"),
    ("backwards", "irradiation: {days: Mon-Fri, holidays: [«2026-10-07 to 2026-10-01»]}", "ends before it begins"),
    ("long holiday", "irradiation: {days: Mon-Fri, holidays: [«2026-01-01 to 2026-12-31»]}", "more than 60 days"),
    ("no weekday", "irradiation: {days: «Mnday»}", "`Mnday` is no weekday"),
    ("no weekdays", "irradiation: {days: «-»}", "names no weekdays"),
    ("starts closed", "irradiation: {days: Mon-Fri, start: «Sat»}",
     "no fraction is given on the first day: it is a Sat"),
    ("starts on a Sunday", "irradiation: {days: Mon-Fri, start: «2026-09-27»}", "2026-09-27 is a Sun"),
    ("starts on a holiday", "irradiation: {days: Mon-Fri, start: «2026-10-01», holidays: [2026-10-01]}",
     "is a holiday"),
    ("starts nowhere", "irradiation: {days: Mon-Fri, start: «soon»}", "`soon` is no weekday"),
    ("half a day lost", "irradiation: {days: Mon-Fri, lost_days: «0.5»}", "expected a whole number up to 60"),
    ("less than none lost", "irradiation: {days: Mon-Fri, lost_days: «-1»}", "expected a whole number"),
    ("irradiation as an event", "irradiation: {«every»: 1 day, from: first fraction}", "`irradiation` has no `every`"),
    ("irradiation for some", "irradiation: {days: Mon-Fri, «for»: everyone}", "`for` says nothing of `irradiation`"),
    ("days of another", "chemotherapy: {«days»: Mon-Fri}", "these days are no event"),
    ("no such event", "a: {after: «chemotherpy», delay: 1 day}\nchemotherapy: {any_time: true}",
     "nothing in the schedule"),
    ("itself", "a: {after: «a», delay: 1 day}", "`a` hangs on itself: a -> a"),
    ("each other", "a: {after: «b», delay: 1 day}\nb: {every: 1 day, from: a, times: 2}", "a -> b -> a"),
    ("not an event", "a: {as_needed: no}\nb: {after: «a», delay: 1 day}", "`a` does not happen at a time"),
    ("weeks", "b: {from: «irradiation», to: last fraction, at_least: 1 day}", "irradiation lasts for weeks"),
    ("no delay", "a: {«after»: first fraction}", "`after` needs a `delay`"),
    ("no start", "a: {«every»: 1 day, times: 2}", "`every` needs a `from`"),
    ("nothing", "a: «{label: b}»", "one of `days`, `every`"),
    ("two at once", "a: {every: 1 day, from: first fraction, «after»: last fraction}", "do not go together"),
    ("no length", "a: {from: first fraction, «to»: last fraction}", "`to` needs a length of time"),
    ("upside down", "a: {from: first fraction, to: last fraction, at_least: 3 days, at_most: «2 days»}", "is shorter"),
    ("a range as a bound", "a: {from: first fraction, to: last fraction, at_least: «2-3 days»}", "expected one length"),
    ("to itself", "a: {from: first fraction, to: «first fraction», at_least: 1 day}", "no time lies from"),
    ("next of what happens once", "a: {from: first fraction, to: «next last fraction», at_least: 1 day}",
     "do not happen in"),
    ("no unit", "a: {after: first fraction, delay: «48»}", "`48` has no unit"),
    ("a dose", "a: {after: first fraction, delay: 48 «mg»}", "expected a length of time"),
    ("no unit that there is", "a: {after: first fraction, delay: 48 «ours»}", "`ours` is not a unit"),
    ("backwards delay", "a: {after: first fraction, delay: 3-«2» days}", "the range ends below its start"),
    ("a negative delay", "a: {after: first fraction, delay: «-2 days»}", "is no length of time"),
    ("endless", "a: {after: first fraction, delay: «1e9 days»}", "more than ten years"),
    ("half a working day", "a: {after: first fraction, delay: «1.5» working days}", "in whole numbers"),
    ("every half day", "a: {every: «12 hours», from: first fraction, times: 2}", "expected a number of whole days"),
    ("every 0 days", "a: {every: «0 days», from: first fraction, times: 2}", "expected a number of whole days"),
    ("at least every", "a: {every: «at least 1 day», from: first fraction, times: 2}",
     "expected a number of whole days"),
    ("too often", "a: {every: 1 day, from: first fraction, times: «61»}", "at most 60 times"),
    ("cycles of cycles", "a: {every: 7 days, from: first fraction, times: 2}\nb: {every: 1 day, from: «a», times: 2}",
     "`a` happens in every cycle of `a`"),
    ("while what", "a: {every: 1 day, from: first fraction, while: «chemotherapy»}",
     "only `irradiation` can stand here"),
    ("while after no dose", "a: {after: first fraction, delay: 1 day, «while»: irradiation}",
     "goes with what follows a dose"),
    ("closed", "a: {after: first fraction, delay: 1 day, if_closed: «skip»}", "expected `next` or `previous`"),
    ("on without a time", "a: {as_needed: no, «on»: Mon}", "`on` goes with `every` or `after`"),
    ("amount of nothing", "a: {any_time: true, «amount»: 3 mg}", "`amount` goes with `supportive`"),
    ("no dose", "a: {when: «day >= 5»}", "is no dose to wait for"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_a_bad_schedule_is_refused_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    body = "".join(f"  {line}\n" for line in text.splitlines())
    protocol, line, column, width = read_marks(f"{HEAD}{COURSE}schedule:\n{body}")
    with pytest.raises(BadInput) as caught:
        load(write_folder(tmp_path, protocol, document=None))
    assert message in caught.value.message
    assert (caught.value.place.line, caught.value.place.column, caught.value.width) == (line, column, width)
    assert_style(caught.value)


def test_a_chain_of_entries_has_an_end(tmp_path: Path) -> None:
    lines = ["e0: {any_time: true}"] + [f"e{at}: {{after: e{at - 1}, delay: 1 day}}" for at in range(1, 3000)]
    with pytest.raises(BadInput, match="hangs on more than 50 others"):
        schedule(tmp_path, "\n".join(lines))
