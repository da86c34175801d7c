"""Replications, from numbers to figures: a pure function of a simulation and of which replications are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trialproof.model.protocol import CategoryKind, NumberKind
from trialproof.simulate.cohort import Cohort, spread
from trialproof.simulate.population.linacs import linac_days
from trialproof.simulate.population.screening import Candidates, screen
from trialproof.simulate.population.treatment import treat
from trialproof.simulate.results.metric import Column, Figure
from trialproof.simulate.results.metrics import figures
from trialproof.simulate.results.record import KINDS, Covariate, Record, Screened, record_of
from trialproof.simulate.runs.candidates import Came, candidates_of
from trialproof.simulate.runs.engines import Run
from trialproof.simulate.runs.simulation import Prepared
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import CYCLES, NO_SHOWS, Draws, in_order
from trialproof.simulate.trial.engine import run as run_readably


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """One replication: its number, its record, and the candidates who came, in the order of the record."""

    number: int
    record: Record
    candidates: Candidates

    def figures(self) -> tuple[Figure, ...]:
        """Return all of its figures."""
        return figures(self.record)


def replications(prepared: Prepared, numbers: Sequence[int], run: Run = run_readably) -> Iterator[Replication]:
    """Yield these replications. Each is what it is alone, and with any engine."""
    came = candidates_of(prepared, numbers)
    days = linac_days(prepared.setting.scenario, prepared.key, prepared.world.calendar, numbers)
    for at, number in enumerate(numbers):
        draws = _draws(prepared, came[at], days.lost[at], days.background[at])
        screened = screened_of(came[at].candidates)
        record = record_of(prepared.names, prepared.world, draws, screened, run(prepared.world, draws))
        yield Replication(number, record, came[at].candidates)


def columns_of(prepared: Prepared) -> tuple[Column, ...]:
    """Return the columns of a simulation: those of a replication to which nobody came."""
    none, shape = np.zeros(0, np.int64), (int(prepared.world.linacs.sum()), prepared.world.calendar.days)
    draws = Draws(
        **dict.fromkeys(("number", "arrive", "screening", "failed", "arm", "patient", "course", "imaging"), none),
        **dict.fromkeys(("factor", "consolidation", "outlining", "planning", "checking"), none),
        **dict.fromkeys(("reoutlining", "replanning", "drop"), none),
        no_show=np.zeros((0, NO_SHOWS), np.int64),
        **dict.fromkeys(("infusion", "low", "delay"), np.zeros((0, CYCLES), np.int64)),
        **dict.fromkeys(("lost", "background"), np.zeros(shape, np.int64)),
    )
    record = record_of(prepared.names, prepared.world, draws, screened_of(nobody(prepared)), in_order([]))
    return tuple(column for column, _ in figures(record))


def nobody(prepared: Prepared) -> Candidates:
    """Return no candidates at all, with every column that candidates have."""
    return screen(prepared.setting, prepared.key, np.zeros(0, np.int64), np.zeros(0, np.int64))


def _draws(prepared: Prepared, came: Came, lost: Ints, background: Ints) -> Draws:
    people = came.candidates
    treated = treat(prepared.setting, prepared.key, people, came.enrolment.enrolled)
    drawn = ("patient", "course", "imaging", "factor", "consolidation", "outlining", "planning", "checking")
    also = ("reoutlining", "replanning", "drop", "no_show", "infusion", "low", "delay")
    return Draws(
        number=people.number,
        arrive=came.arrive,
        screening=people.screening,
        failed=people.failed,
        arm=people.arm,
        **{name: getattr(treated, name) for name in (*drawn, *also)},
        lost=lost,
        background=background,
    )


def screened_of(candidates: Candidates) -> Screened:
    """Return what figures ask about candidates."""
    return Screened(
        failed=candidates.failed,
        unsettled={
            (decision, kind): getattr(left, kind) for decision, left in candidates.unsettled.items() for kind in KINDS
        },
        true_arm=candidates.true_arm,
        as_read=candidates.by_rule,
        under=candidates.under,
        covariates=covariates(candidates.record),
    )


def covariates(cohort: Cohort) -> dict[str, Covariate]:
    """Return the columns of a cohort as numbers: a yes/no as 0 and 1, of a category each one by itself."""
    found = {}
    for name, column in cohort.columns.items():
        recorded = spread(column.recorded, cohort.size)
        match cohort.protocol.quantities[name].kind:
            case NumberKind():
                found[name] = Covariate(column.values / column.per, recorded, share=False)
            case CategoryKind(categories):
                for position, category in enumerate(categories):
                    is_so = (column.values == position).astype(np.float64)
                    found[f"{name}={category}"] = Covariate(is_so, recorded, share=True)
            case _:
                found[name] = Covariate(column.values.astype(np.float64), recorded, share=True)
    return found
