"""Replications, from numbers to figures: a pure function of a simulation and of which replications are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trialproof.simulate.accrual.enrolment import Enrolment
from trialproof.simulate.population.linacs import linac_days
from trialproof.simulate.population.screening import Candidates, screen
from trialproof.simulate.results.hands import READABLE, Hands
from trialproof.simulate.results.known import Known
from trialproof.simulate.results.metric import Column, Figure
from trialproof.simulate.results.metrics import figures, table
from trialproof.simulate.results.record import Record, record_of
from trialproof.simulate.results.records import together
from trialproof.simulate.runs.block import Came, block_of
from trialproof.simulate.runs.candidates import candidates_of, enough
from trialproof.simulate.runs.days import are_enough, expected
from trialproof.simulate.runs.engines import Run
from trialproof.simulate.runs.simulation import Prepared
from trialproof.simulate.trial.contract import in_order
from trialproof.simulate.trial.engine import run as run_readably

AT_ONCE = 100
"""At most so many replications are drawn together, and fewer if each has many candidates."""
CANDIDATES_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """One replication: its number, its record, and who came."""

    number: int
    record: Record
    came: Came

    @property
    def candidates(self) -> Candidates:
        """The candidates who came, in the order of the record."""
        return self.came.candidates

    def figures(self) -> tuple[Figure, ...]:
        """Return all of its figures."""
        return figures(self.record)


def figures_of(prepared: Prepared, found: Sequence[Replication], hands: Hands = READABLE) -> Known:
    """Return all figures of replications as a table. Raises `RuntimeError` unless they are those of the simulation."""
    columns, figures = table(together([each.record for each in found], hands))
    if columns != columns_of(prepared):
        raise RuntimeError("a replication has other figures than the simulation")
    return figures


def replications(prepared: Prepared, numbers: Sequence[int], run: Run = run_readably) -> Iterator[Replication]:
    """Yield these replications. Each is what it is alone, and with any engine."""
    together = max(1, min(AT_ONCE, CANDIDATES_AT_ONCE // enough(prepared)))
    for first in range(0, len(numbers), together):
        yield from _together(prepared, numbers[first : first + together], run)


def _together(prepared: Prepared, numbers: Sequence[int], run: Run) -> Iterator[Replication]:
    world, scenario = prepared.world, prepared.setting.scenario
    found = candidates_of(prepared, numbers)
    wanted = np.array([expected(world, each.enrolled, each.enrolment.minute) for each in found])
    days = linac_days(scenario, prepared.key, world.calendar, numbers, wanted)
    for at, (number, came) in enumerate(zip(numbers, found, strict=True)):
        draws = came.draws(*days.of(at))
        ledger = run(world, draws)
        if not are_enough(world, ledger, wanted[at]):
            draws = came.draws(*linac_days(scenario, prepared.key, world.calendar, number).of(0))
            ledger = run(world, draws)
        record = record_of(prepared.names, world, draws, came.block.screened, ledger, came.rows.start)
        yield Replication(number, record, came)


@lru_cache(maxsize=2)
def columns_of(prepared: Prepared) -> tuple[Column, ...]:
    """Return the columns of a simulation: those of a replication to which nobody came."""
    world, none = prepared.world, np.zeros(0, np.int64)
    days = np.zeros((int(world.linacs.sum()), world.calendar.days), np.int64)
    block = block_of(prepared.setting, prepared.key, nobody(prepared), none)
    came = Came(0, block, slice(0, 0), none, Enrolment(none, none, none, None, 0, certain=True))
    record = record_of(prepared.names, world, came.draws(days, days), block.screened, in_order([]))
    return tuple(column for column, _ in figures(record))


def nobody(prepared: Prepared) -> Candidates:
    """Return no candidates at all, with every column that candidates have."""
    return screen(prepared.setting, prepared.key, np.zeros(0, np.int64), np.zeros(0, np.int64))
