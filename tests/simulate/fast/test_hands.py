"""What adds up figures is compiled too where the engine is: the same whole numbers, so the same figures to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.results.records import record_of_case
from tests.simulate.trial.cases import Case, busy_case, cases, trial_of
from trialproof.simulate.results.by_event import by_event
from trialproof.simulate.results.desk_minutes import DeskWork, desk_minutes
from trialproof.simulate.results.metrics import table
from trialproof.simulate.results.record import Record, part
from trialproof.simulate.results.records import together
from trialproof.simulate.runs.engines import Engine, hands
from trialproof.simulate.trial.contract import ROWS, Ledger, in_order

pytest.importorskip("numba")


def nobody_of(record: Record) -> Record:
    """The same trial, to which nobody came."""
    draws = replace(
        record.draws,
        **{name: getattr(record.draws, name)[:0] for name in ("number", "arrive", "screening", "failed", "arm")},
    )
    none = part(record.everybody, slice(0))
    return replace(record, draws=draws, everybody=none, rows=slice(0, 0), ledger=in_order([]))


def assert_both_hands_agree(records: list[Record]) -> None:
    columns, readable = table(together(records))
    others, compiled = table(together(records, hands(Engine.COMPILED)))
    assert columns == others
    assert np.array_equal(readable.exist, compiled.exist)
    assert readable.values.tobytes() == compiled.values.tobytes()


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_both_hands_give_the_same_figures(case: Case) -> None:
    record = record_of_case(case)
    assert_both_hands_agree([record])
    assert_both_hands_agree([nobody_of(record), record, nobody_of(record), record, nobody_of(record)])


@pytest.mark.parametrize("seed", range(4))
def test_in_a_busy_trial_too(seed: int) -> None:
    record = record_of_case(busy_case(seed))
    columns, figures = table(together([record]))
    over = [at for at, column in enumerate(columns) if column.metric == "linac_over_capacity"]
    assert figures.values[0, over].any(), "no linac has too much to do"
    assert_both_hands_agree([record, record])


rows = st.lists(
    st.tuples(
        st.integers(0, 5000), st.integers(0, 3), st.integers(0, len(ROWS) - 1), st.integers(-1, 9), st.integers(0, 9)
    ),
    max_size=30,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(rows.map(in_order), min_size=1, max_size=4))
def test_rows_of_an_event_keep_their_order(ledgers: list[Ledger]) -> None:
    found, twin = by_event(ledgers), hands(Engine.COMPILED).by_event(ledgers)
    for one, other in zip(found, twin, strict=True):
        assert np.array_equal(one, other)
    for event in range(len(ROWS)):
        expected = [
            (at, number, minute, resource, detail)
            for at, ledger in enumerate(ledgers)
            for minute, number, what, resource, detail in ledger.tolist()
            if what == event
        ]
        columns = (column[found.part(event)].tolist() for column in found[:-1])
        assert list(zip(*columns, strict=True)) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 600)), max_size=40), st.integers(0, 5))
def test_the_peak_of_a_desk_is_the_most_of_one_day(pieces: list[tuple[int, int, int]], seed: int) -> None:
    calendar = trial_of(busy_case(seed))[0].calendar
    desk, day, minutes = (np.array([piece[at] for piece in pieces], np.int64) for at in range(3))
    work = DeskWork(calendar, 4, desk, day, minutes)
    by_day: dict[tuple[int, int], int] = {}
    for one, when, long in pieces:
        by_day[one, when] = by_day.get((one, when), 0) + long
    for found in (desk_minutes(work), hands(Engine.COMPILED).desk_minutes(work)):
        for one in range(4):
            mine = {when: long for (whose, when), long in by_day.items() if whose == one}
            assert found.load[one, 0] == sum(mine.values())
            assert found.peak[one, 0] == max(mine.values(), default=0)
            for weekday in range(7):
                then = [long for when, long in mine.items() if calendar.weekday(when) == weekday]
                assert found.load[one, 1 + weekday] == sum(then)
                assert found.peak[one, 1 + weekday] == max(then, default=0)
