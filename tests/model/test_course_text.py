"""A course is read from its text exactly, and a text that is none says where and why."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from trialproof.model.course import Level, Phase, Span, say_level
from trialproof.model.course_text import MOST_FRACTIONS, Written, read_dose, read_written
from trialproof.model.syntax import Mistake


def span(low: str, high: str | None = None) -> Span:
    return Span(Fraction(low), Fraction(high or low))


@pytest.mark.parametrize(
    ("text", "total", "dose", "fractions"),
    [
        ("60 Gy / 2 Gy / 30 f", span("60"), span("2"), (30, 30)),
        ("60Gy/2Gy/30f", span("60"), span("2"), (30, 30)),
        ("59.92-62.16Gy/2.14-2.22Gy/28f", span("59.92", "62.16"), span("2.14", "2.22"), (28, 28)),
        ("10 - 12 Gy / 1.8 to 2 Gy / 5–7 fractions", span("10", "12"), span("1.8", "2"), (5, 7)),
        ("6000 cGy / 200 cGy / 30 fx", span("60"), span("2"), (30, 30)),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, total: Span, dose: Span, fractions: tuple[int, int]) -> None:
    assert read_written(text) == Written(Level(total, dose), *fractions)


@pytest.mark.parametrize(("word", "times"), [("bid", 2), ("tid", 3), ("b.i.d.", 2), ("BID", 2)])
def test_several_fractions_a_day_are_all_counted(word: str, times: int) -> None:
    written = read_written(f"45 Gy / 1.5 Gy {word} / 30 f")
    assert (written.per_day, written.fewest, written.level) == (times, 30, Level(span("45"), span("1.5")))


doses = st.integers(1, 10_000).map(lambda cents: Fraction(cents, 100))
counts_written = st.integers(1, MOST_FRACTIONS)


@given(st.tuples(doses, doses), st.tuples(doses, doses), st.tuples(counts_written, counts_written), st.integers(1, 3))
def test_a_course_that_is_said_is_read_back(
    total: tuple[Fraction, Fraction], dose: tuple[Fraction, Fraction], counts: tuple[int, int], per_day: int
) -> None:
    level = Level(Span(min(total), max(total)), Span(min(dose), max(dose)))
    phase = Phase((level,), min(counts), max(counts), per_day)
    assert read_written(say_level(phase, level)) == Written(level, min(counts), max(counts), per_day)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("«60 Gy / 2 Gy»", "the course has no number of fractions"),
        ("60 Gy / 2 Gy /« »", "the course has no number of fractions"),
        ("«60 Gy»", "`60 Gy` is not a course"),
        ("«60 Gy / 2 Gy / 30 f / day»", "is not a course"),
        ("60 Gy / 2 Gy / «0» f", "a number of fractions of `0` is not above zero"),
        ("60 Gy / 2 Gy / «1.5 f»", "`1.5 f` is not a number of fractions"),
        ("60 Gy / 2 Gy / «-30 f»", "`-30 f` is not a number of fractions"),
        ("60 Gy / 2 Gy / «30»", "`30` is not a number of fractions"),
        ("60 Gy / 2 Gy / «300 f»", "a phase has at most 200 fractions"),
        ("60 Gy / 2 Gy / «1-99999999999999 f»", "is not a number of fractions"),
        ("60 Gy / 2 Gy / 7-«5» f", "the range ends at 5, below its start at 7"),
        ("«-60 Gy» / 2 Gy / 30 f", "a dose of `-60 Gy` is not above zero"),
        ("60 Gy / «0» Gy / 30 f", "a dose of `0` is not above zero"),
        ("«inf Gy» / 2 Gy / 30 f", "`inf Gy` is not a dose such as `60 Gy`"),
        ("«.inf» / 2 Gy / 30 f", "`.inf` is not a dose"),
        ("nan Gy / 2 Gy / 30 f", "`nan Gy` is not a dose"),
        ("«1e99» Gy / 2 Gy / 30 f", "has an exponent beyond 50"),
        ("62-«60» Gy / 2 Gy / 30 f", "the range ends at 60, below its start at 62"),
        ("«60 cm» / 2 Gy / 30 f", "expected a dose in Gy, found an amount in `cm`"),
        ("«60 Sv» / 2 Gy / 30 f", "expected a dose in Gy, found an amount in `Sv`"),
        ("60 Gy / «2» / 30 f", "`2` has no unit"),
        ("60 «Gyy» / 2 Gy / 30 f", "`Gyy` is not a unit"),
        ("45 Gy / «2 x 1.5 Gy» / 30 f", "`2 x 1.5 Gy` is not a dose"),
        ("60 Gy /« »/ 30 f", "a dose is missing here"),
        ("", "is not a course"),
    ],
)
def test_what_is_no_course_is_refused_at_its_part(marked: str, message: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    with pytest.raises(Mistake) as caught:
        read_written(text)
    assert message in caught.value.message
    if "«" in marked:
        assert (caught.value.start, caught.value.end) == (marked.index("«"), marked.index("»") - 1)


def test_one_dose_is_no_range() -> None:
    assert read_dose("5000 cGy") == 50
    with pytest.raises(Mistake, match="found a range"):
        read_dose("50-60 Gy")


@given(st.text(alphabet="0123456789. -/Gycfbid\n\u2013", max_size=30))
def test_any_text_is_read_or_refused_within_its_bounds(text: str) -> None:
    mistake = None
    try:
        written = read_written(text)
    except Mistake as found:
        mistake = found
    if mistake is not None:
        assert 0 <= mistake.start <= mistake.end <= len(text)
    else:
        assert written.level.total.low > 0
        assert 1 <= written.fewest <= written.most <= MOST_FRACTIONS
