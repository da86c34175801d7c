"""Numbers in the tables of a run are written so that each reads back as what it was."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialproof.simulate.results.metric import Column
from trialproof.simulate.runs.chunk import Chunk, Span
from trialproof.simulate.runs.folder import opened
from trialproof.simulate.runs.tidy import TIDY, say, write_results

numbers = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**54), 2**54).map(float),
    st.sampled_from([0.0, -0.0, 0.1 + 0.2, 2.0**53, -(2.0**53), 2.0**53 - 1, 1e300, 5e-324]),
)
COLUMNS = (Column("enrolled"), Column("arm_share", ('an "arm", with a comma',)), Column("linac_load", ("a", "b")))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(*[numbers] * len(COLUMNS)), min_size=1, max_size=4))
def test_every_cell_reads_back_as_the_number_it_was(
    rows: Sequence[tuple[float | None, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("run") / "run"
    exists = np.array([[value is not None for value in row] for row in rows])
    values = np.array([[0.0 if value is None else value for value in row] for row in rows])
    with opened(path, {"made": "up"}, len(COLUMNS)) as folder:
        folder.save(Chunk(Span(0, len(rows)), values, exists))
        write_results(folder, COLUMNS, len(rows))
    with (path / "results.csv").open(newline="", encoding="utf-8") as file:
        heading, *found = csv.reader(file)
    assert tuple(heading) == TIDY
    assert found == [
        [str(number), column.metric, ".".join(column.of), say(value)]
        for number, row in enumerate(rows)
        for column, value in zip(COLUMNS, row, strict=True)
    ]
    for cells, value in zip(found, (value for row in rows for value in row), strict=True):
        assert (cells[-1] == "") == (value is None)
        assert value is None or float(cells[-1]) == value
