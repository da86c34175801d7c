"""Records of replications, from the stories and the random trials of tests/simulate/trial."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.simulate.trial.cases import Case, trial_of
from trialproof.simulate.results.metrics import figures
from trialproof.simulate.results.record import KINDS, Covariate, Names, Record, Screened, record_of
from trialproof.simulate.trial.contract import Draws, Ledger, World
from trialproof.simulate.trial.engine import run

ARMS = ("one", "two")


def names_of(world: World) -> Names:
    sites = tuple(f"site{each}" for each in range(len(world.department)))
    departments = tuple(f"department{each}" for each in range(len(world.linacs)))
    return Names(ARMS, ("I1", "I2", "E1", "E2"), sites, departments)


def screened_as(draws: Draws, **changes: Any) -> Screened:
    """Screening in which nothing is remarkable but what is said."""
    nobody = np.zeros(len(draws.number), np.bool_)
    plain: dict[str, Any] = {
        "failed": draws.failed,
        "unsettled": {("arm", kind): nobody for kind in KINDS},
        "true_arm": draws.arm,
        "as_read": draws.arm,
        "under": {},
        "covariates": {},
    }
    return Screened(**(plain | changes))


def record_from(world: World, draws: Draws, ledger: Ledger | None = None, **screening: Any) -> Record:
    found = run(world, draws) if ledger is None else ledger
    return record_of(names_of(world), world, draws, screened_as(draws, **screening), found)


def record_of_case(case: Case) -> Record:
    world, draws = trial_of(case)
    rng = np.random.default_rng(case.seed + 1)
    size = len(draws.number)
    covariates = {
        "age": Covariate(rng.normal(60, 8, size), rng.random(size) < 0.9, share=False),
        "R0": Covariate((rng.random(size) < 0.8).astype(float), np.ones(size, np.bool_), share=True),
    }
    unsettled = {("arm", kind): (draws.failed >> 2 == 0) & (rng.random(size) < 0.05) for kind in KINDS}
    under = {("arm.one", reading): rng.integers(-1, 2, size) for reading in ("a", "b")}
    return record_from(world, draws, unsettled=unsettled, under=under, covariates=covariates)


def figures_by_name(record: Record) -> dict[str, float | None]:
    found = figures(record)
    named = {column.name: value for column, value in found}
    assert len(named) == len(found), "two figures of one name"
    return named
