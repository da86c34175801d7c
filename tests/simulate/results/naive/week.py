"""Days, all together and by day of the week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.simulate.results.naive.history import WEEKDAYS, Trial


def by_weekday(trial: Trial, days: Sequence[int], working: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    """All these days, and then those of each weekday on which there is `working` in the calendar at all."""
    yield "all", list(days)
    there = {trial.weekday(day) for day in working}
    for weekday in WEEKDAYS:
        if weekday in there:
            yield weekday, [day for day in days if trial.weekday(day) == weekday]
