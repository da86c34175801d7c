"""Candidates of several replications that are drawn together, and what is worked out for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from trialproof.model.protocol import CategoryKind, NumberKind
from trialproof.simulate.accrual.enrolment import Enrolment
from trialproof.simulate.cohort import Cohort, spread
from trialproof.simulate.population.deciding import Unsettled
from trialproof.simulate.population.screening import Candidates, arms_under
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Key
from trialproof.simulate.population.treatment import Enrolments, treat
from trialproof.simulate.recut import part_of
from trialproof.simulate.results.record import KINDS, NONE, Covariate, Screened
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import Draws

OF_THE_ENROLLED = tuple(each.name for each in fields(Enrolments) if each.name != "replication")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Candidates of several replications, those of one after those of another; who of them is treated, and how."""

    candidates: Candidates
    screened: Screened
    treated: Enrolments


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """Who came in one replication: `rows` of a block, in order of (arrival, number); when, and who was enrolled."""

    replication: int
    block: Block
    rows: slice
    arrive: Ints
    enrolment: Enrolment

    @property
    def candidates(self) -> Candidates:
        """Those who came, alone."""
        return taken(self.block.candidates, self.rows)

    @property
    def enrolled(self) -> Ints:
        """The numbers of the enrolled, in order of enrolment."""
        numbers: Ints = self.block.candidates.number[self.rows.start + self.enrolment.enrolled]
        return numbers

    def draws(self, lost: Ints, background: Ints) -> Draws:
        """Return these candidates with the days of the linacs."""
        people, rows, treated = self.block.candidates, self.rows, self.block.treated
        ends = np.searchsorted(treated.replication, (self.replication, self.replication + 1)).tolist()
        return Draws(
            number=people.number[rows],
            arrive=self.arrive,
            screening=people.screening[rows],
            failed=people.failed[rows],
            arm=people.arm[rows],
            **{name: getattr(treated, name)[slice(*ends)] for name in OF_THE_ENROLLED},
            lost=lost,
            background=background,
        )


def taken(candidates: Candidates, rows: slice | Ints) -> Candidates:
    """Return some candidates, by their positions."""

    def take(value: Any) -> Any:
        match value:
            case Cohort():
                return part_of(value, rows)
            case Unsettled():
                return Unsettled(*(getattr(value, each.name)[rows] for each in fields(value)))
            case dict():
                return {key: take(each) for key, each in value.items()}
            case _:
                return value[rows]

    return Candidates(**{each.name: take(getattr(candidates, each.name)) for each in fields(Candidates)})


def block_of(setting: Setting, key: Key, candidates: Candidates, enrolled: Ints) -> Block:
    """Return a block of candidates, of whom these rows are enrolled."""
    return Block(candidates, _screened(setting, candidates, enrolled), treat(setting, key, candidates, enrolled))


def _screened(setting: Setting, candidates: Candidates, enrolled: Ints) -> Screened:
    """Return what figures ask about candidates; other readings are asked about the enrolled alone."""
    under = {}
    for reading, arms in arms_under(setting, part_of(candidates.record, enrolled)).items():
        under[reading] = np.full(len(candidates.number), NONE)
        under[reading][enrolled] = arms
    return Screened(
        failed=candidates.failed,
        unsettled={
            (decision, kind): getattr(left, kind) for decision, left in candidates.unsettled.items() for kind in KINDS
        },
        true_arm=candidates.true_arm,
        as_read=candidates.by_rule,
        under=under,
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
