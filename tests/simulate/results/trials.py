"""Random trials in which no two departments, sites, arms or quantities are alike, so that none can stand for another.

They are told twice: as a record, and with what the desks were asked. Several replications of one world differ in their
draws, and there may be such to which nobody came, or in which nobody is treated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

import numpy as np
from numpy.random import Generator

from tests.simulate.results.naive import naive_figures
from tests.simulate.results.naive.numbers import Number
from tests.simulate.results.naive.overheard import Turn, overheard
from tests.simulate.trial.cases import Case, busy_case, trial_of
from trialproof.simulate.results.record import KINDS, Covariate, Names, Record, Screened, record_of
from trialproof.simulate.trial.calendar import Ints, calendar
from trialproof.simulate.trial.contract import DAY, L_ENROLLED, L_FAILED, L_REFUSED, Draws, World

ARMS = ("low", "standard", "high")
OPEN_DAYS = (frozenset(range(5)), frozenset(range(6)), frozenset({0, 1, 3, 4}))
BUSY = (0, 1, 2, 3, 6, 9)
"""Seeds of `busy_trials`: all policies for missed fractions, weeks of four, five and six days."""
OF_LINACS = ("lost", "background")


@dataclass(frozen=True)
class Told:
    """A replication: `record` as figures are worked out from it; `uncut`, with who would have come too late."""

    record: Record
    uncut: Record
    turns: Sequence[Turn]

    def expected(self) -> dict[str, Number]:
        return naive_figures(self.uncut, self.turns)


def unlike_world(case: Case) -> World:
    """The world of a case, but with departments that differ in everything, three arms, and now and then other days."""
    world, rng = trial_of(case)[0], np.random.default_rng(case.seed)
    each = np.arange(case.departments)
    later = each[:, None] * 30
    begins, days = world.calendar.begins, world.calendar.days
    holidays = [begins + timedelta(day) for day in rng.integers(0, days, case.holidays).tolist()]
    return replace(
        world,
        calendar=calendar(begins, days, OPEN_DAYS[case.seed // 4 % len(OPEN_DAYS)], holidays),
        arm_cap=world.arm_cap[[0, 0, 0]] + np.arange(len(ARMS)),
        linacs=world.linacs + each % 2,
        linac_opens=world.linac_opens + each * 10,
        linac_minutes=world.linac_minutes + each * 20,
        overtime=world.overtime + each * 15,
        saturday_minutes=world.saturday_minutes * (each % 3 != 1) + each % 3 // 2 * 10,
        desk_opens=world.desk_opens + later,
        desk_closes=world.desk_closes + later + each[:, None] * 15,
        rooms=world.rooms + (each[:, None] + np.arange(3)) % 3,
        staff=world.staff + (each % 2)[:, None] * np.array([0, 0, 1]),
    )


def draws_of(case: Case, world: World, seed: int) -> Draws:
    """What chance decides in such a world; another replication for each seed."""
    draws, rng = trial_of(replace(case, seed=seed))[1], np.random.default_rng(seed)
    shape = int(world.linacs.sum()), case.days
    return replace(
        draws,
        arm=rng.integers(0, len(ARMS), len(draws.number)),
        lost=np.where(rng.random(shape) < case.down, rng.integers(30, 700, shape), 0),
        background=(case.linac_minutes * case.busy * rng.uniform(0.7, 1.05, shape)).astype(np.int64),
    )


def nobody(draws: Draws) -> Draws:
    """The same, but nobody comes."""
    names = (name for name in Draws.__slots__ if name not in OF_LINACS)
    return replace(draws, **{name: getattr(draws, name)[:0] for name in names})


def nobody_treated(draws: Draws) -> Draws:
    """The same, but nobody has a course."""
    return replace(draws, course=np.full_like(draws.course, -1))


def without_departments(world: World) -> World:
    """The same trial without any treatment: no departments, no courses."""
    by_department = (
        "linacs", "linac_opens", "linac_minutes", "overtime", "saturday_minutes", "desk_opens", "desk_closes", "rooms",
        "staff", "fractions", "first_minutes", "later_minutes",
    )  # fmt: skip
    nothing = {name: getattr(world, name)[:0] for name in by_department}
    return replace(world, department=np.zeros_like(world.department), **nothing)


def told(world: World, draws: Draws, seed: int) -> Told:
    """Run a replication, with screening at random."""
    names = Names(
        ARMS,
        ("I1", "I2", "E1", "E2"),
        tuple(f"site{each}" for each in range(len(world.department))),
        tuple(f"department{each}" for each in range(len(world.linacs))),
    )
    screened = _screened(draws, np.random.default_rng(seed))
    ledger, turns = overheard(world, draws)
    record = record_of(names, world, draws, screened, ledger)
    return Told(record, Record(names, world, draws, screened, slice(0, len(draws.number)), ledger), turns)


def _screened(draws: Draws, rng: Generator) -> Screened:
    size = len(draws.number)

    def other_arms(share: float) -> Ints:
        return np.where(rng.random(size) < share, rng.integers(-1, len(ARMS), size), draws.arm)

    grade = rng.integers(0, 3, size)
    all_of_them, most_of_them = np.ones(size, np.bool_), rng.random(size) < 0.8
    return Screened(
        failed=draws.failed,
        unsettled={(decision, kind): rng.random(size) < 0.1 for decision in ("arm", "dose") for kind in KINDS},
        true_arm=other_arms(0.2),
        as_read=other_arms(0.1),
        under={of: other_arms(0.3) for of in (("arm.low", "flat"), ("arm.low", "steep"), ("arm.high", "flat"))},
        covariates={
            "age": Covariate(rng.normal(60, 8, size), all_of_them, share=False),
            "margin": Covariate(rng.integers(0, 4, size) / 10, most_of_them, share=False),
            "always alike": Covariate(np.full(size, 0.1), most_of_them, share=False),
            "hardly known": Covariate(rng.normal(60, 8, size), rng.random(size) < 0.1, share=False),
            "RX": Covariate((rng.random(size) < 0.8).astype(float), all_of_them, share=True),
            **{f"grade={each}": Covariate((grade == each).astype(float), most_of_them, share=True) for each in (1, 2)},
        },
    )


def replication(case: Case) -> Told:
    """One replication of a case."""
    world = unlike_world(case)
    return told(world, draws_of(case, world, case.seed), case.seed)


def side_by_side(case: Case, number: int) -> list[Told]:
    """So many replications of one world, in one of which nobody is treated; and first, in the middle and last such to
    which nobody came."""
    world = unlike_world(case)
    drawn = [draws_of(case, world, case.seed + 1 + each) for each in range(number)]
    middle = number // 2
    drawn[middle] = nobody_treated(drawn[middle])
    drawn = [nobody(drawn[0]), *drawn[:middle], nobody(drawn[1]), *drawn[middle:], nobody(drawn[-1])]
    return [told(world, draws, case.seed + place) for place, draws in enumerate(drawn)]


def broken_off(found: Told, day: int) -> Told:
    """The same replication, told up to a day, but for who was enrolled: some patients are then under way."""
    ledger = found.uncut.ledger
    known = (ledger[:, 0] < day * DAY) | np.isin(ledger[:, 2], (L_FAILED, L_REFUSED, L_ENROLLED))
    record, uncut = (replace(each, ledger=ledger[known]) for each in (found.record, found.uncut))
    return Told(record, uncut, [turn for turn in found.turns if turn.began < day * DAY])


@cache
def busy_trials() -> list[tuple[list[Told], list[dict[str, Number]]]]:
    """Worlds in which much happens, with a few replications of each side by side, and their figures."""
    found = []
    for seed in BUSY:
        short = seed % 2
        case = busy_case(seed)
        rules = replace(case.rules, cycle_days=(7, 21)[short], most_cycles=(2, 5)[short])
        case = replace(case, begins=case.begins + timedelta(seed), departments=2 + short, site_cap=12, rules=rules)
        case = replace(case, days=(400, 180)[short], target=(35, 200)[short], per_month=5.0)
        replications = side_by_side(case, 3)
        replications.insert(-1, broken_off(replications[1], case.days // 2))
        found.append((replications, [each.expected() for each in replications]))
    return found
