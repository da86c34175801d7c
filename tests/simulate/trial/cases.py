"""Small trials at random: capacity tight and loose, all policies, holidays, breakdowns, clocks of a minute or a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st
from numpy.random import Generator

from trialproof.simulate.trial.calendar import Ints, calendar
from trialproof.simulate.trial.contract import CYCLES, DAY, NEVER, NO_SHOWS, Draws, Rules, World

T = TypeVar("T")

FRACTIONS = (30, 33, 28, 25, 3, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """What a random trial is made from; `grain` is the clock to which every drawn minute is rounded."""

    seed: int
    begins: date
    days: int
    holidays: int
    sites: int
    departments: int
    target: int
    site_cap: int
    arm_cap: int
    linacs: int
    linac_minutes: int
    overtime: int
    saturday: int
    scanners: int
    physicists: int
    chairs: int
    nurses: int
    opens: int
    hours: int
    infusion_hours: int
    busy: float
    down: float
    per_month: float
    failing: float
    grain: int
    rules: Rules


@st.composite
def cases(draw: st.DrawFn, *, days: int = 420) -> Case:
    """A random trial; the numbers that make no difference to its shape come from `seed`."""

    def one_of(*values: T) -> T:
        return draw(st.sampled_from(values))

    rules = Rules(
        missed=one_of(0, 1, 2, 3),
        longest_days=one_of(45, 60, 90),
        lead_days=one_of(0, 1, 5),
        scan=one_of(30, 40, 60),
        nurse=one_of(15, 45, 120),
        injection=one_of(10, 30),
        injection_delay=one_of(2880, 1440, 600),
        cycle_days=one_of(21, 7),
        most_cycles=one_of(0, 2, 5),
        delay_days=one_of(7, 1),
        nadir_days=one_of(10, 3),
        consolidation_days=one_of(0, 28),
        visit_days=one_of(30, 91),
        visits=one_of(0, 3),
    )
    sites = draw(st.integers(1, 6))
    return Case(
        seed=draw(st.integers(0, 2**32 - 1)),
        begins=date(2027, 1, 4) + timedelta(draw(st.integers(0, 6))),
        days=one_of(days, days // 2),
        holidays=one_of(0, 8, 40),
        sites=sites,
        departments=draw(st.integers(1, sites)),
        target=one_of(5, 15, 40),
        site_cap=one_of(3, 20, NEVER),
        arm_cap=one_of(4, NEVER),
        linacs=one_of(1, 2, 3),
        linac_minutes=one_of(120, 300, 600),
        overtime=one_of(0, 30, 120),
        saturday=one_of(0, 30, 240),
        scanners=one_of(1, 2),
        physicists=one_of(1, 2, 4),
        chairs=one_of(1, 2, 6),
        nurses=one_of(1, 2, 5),
        opens=one_of(0, 420, 480),
        hours=one_of(300, 480, 540),
        infusion_hours=one_of(480, 600),
        busy=one_of(0.0, 0.6, 0.95),
        down=one_of(0.0, 0.03, 0.2),
        per_month=one_of(1.0, 4.0, 20.0),
        failing=one_of(0.1, 0.4),
        grain=one_of(1, 15, 60, 480, 1440),
        rules=rules,
    )


def trial_of(case: Case) -> tuple[World, Draws]:
    """Return the tables and the draws of a case."""
    rng = np.random.default_rng(case.seed)
    world = _world(case, rng)
    return world, _draws(case, world, rng)


def _world(case: Case, rng: Generator) -> World:
    holidays = [case.begins + timedelta(int(day)) for day in rng.integers(0, case.days, case.holidays)]
    d = case.departments
    desk = case.opens + np.array([0, 30, 90]) * (case.seed % 2)
    closes = desk + np.array([case.hours, case.hours, case.infusion_hours])
    return World(
        calendar=calendar(case.begins, case.days, frozenset(range(5)), holidays),
        department=rng.integers(0, d, case.sites),
        site_cap=np.full(case.sites, case.site_cap),
        target=case.target,
        arm_cap=np.full(2, case.arm_cap),
        linacs=np.full(d, case.linacs),
        linac_opens=np.full(d, case.opens),
        linac_minutes=np.full(d, case.linac_minutes),
        overtime=np.full(d, case.overtime),
        saturday_minutes=np.full(d, case.saturday),
        desk_opens=np.tile(desk, (d, 1)),
        desk_closes=np.tile(closes, (d, 1)),
        rooms=np.tile([case.scanners, case.physicists, case.chairs], (d, 1)),
        staff=np.tile([0, 0, case.nurses], (d, 1)),
        fractions=np.array(FRACTIONS),
        first_minutes=np.array([28, 75, 15, 60, 90, 28]),
        later_minutes=np.array([15, 15, 15, 12, 20, 15]),
        rules=case.rules,
    )


def _draws(case: Case, world: World, rng: Generator) -> Draws:
    each = 30
    gaps = rng.exponential(30.44 * DAY / case.per_month, (case.sites, each))
    opens = rng.integers(0, case.days // 3, case.sites) * DAY
    arrive = _coarse(case, opens[:, None] + gaps.cumsum(1)).ravel()
    number = ((np.arange(case.sites)[:, None] << 16) | np.arange(each)).ravel()
    order = np.lexsort((number, arrive))
    arrive, number = arrive[order], number[order]
    n = len(number)
    failed = np.where(rng.random(n) < case.failing, rng.integers(1, 64, n), 0)
    patient = np.sort(number[failed == 0])
    e = len(patient)
    course = rng.integers(-1, len(FRACTIONS), e)
    fractions = np.array(FRACTIONS)[course]
    linacs, days = int(world.linacs.sum()), case.days
    lost = np.where(rng.random((linacs, days)) < case.down, rng.integers(30, 700, (linacs, days)), 0)
    busy = case.linac_minutes * case.busy * rng.uniform(0.7, 1.05, (linacs, days))
    return Draws(
        number=number,
        arrive=arrive,
        screening=_coarse(case, rng.integers(DAY, 14 * DAY, n)),
        failed=failed,
        arm=rng.integers(0, 2, n),
        patient=patient,
        course=course,
        imaging=np.where(rng.random(e) < 0.5, np.maximum(fractions - rng.integers(0, 6, e), 0), 0),
        factor=rng.integers(0, 2, e),
        consolidation=rng.integers(0, CYCLES - case.rules.most_cycles + 1, e),
        outlining=_coarse(case, rng.integers(60, 5 * DAY, e)),
        planning=_coarse(case, rng.integers(60, 1500, e)),
        checking=_coarse(case, rng.integers(60, 200, e)),
        reoutlining=_coarse(case, rng.integers(1, 4 * DAY, e)),
        replanning=_coarse(case, rng.integers(60, 600, e)),
        drop=np.where(rng.random(e) < 0.25, _coarse(case, rng.integers(1, 150 * DAY, e)), NEVER),
        no_show=rng.geometric(0.05 + 0.2 * (case.seed % 3 == 0), (e, NO_SHOWS)).cumsum(1),
        infusion=np.minimum(_coarse(case, rng.integers(60, 480, (e, CYCLES))), case.infusion_hours),
        low=np.where(rng.random((e, CYCLES)) < 0.3, rng.integers(1, 9, (e, CYCLES)), 0),
        delay=(rng.random((e, CYCLES)) < 0.2).astype(np.int64),
        lost=lost,
        background=np.minimum(busy.astype(np.int64), case.linac_minutes),
    )


def _coarse(case: Case, minutes: np.typing.NDArray[np.generic]) -> Ints:
    whole = np.asarray(minutes).astype(np.int64)
    return np.maximum(whole // case.grain * case.grain, 1)


def busy_case(seed: int) -> Case:
    """A trial in which much happens at once; another one for each seed."""
    return Case(
        seed=seed, begins=date(2027, 1, 4), days=600, holidays=8, sites=4, departments=2, target=60, site_cap=NEVER,
        arm_cap=40, linacs=2, linac_minutes=600, overtime=30, saturday=240, scanners=1, physicists=2, chairs=2,
        nurses=1, opens=480, hours=480, infusion_hours=600, busy=0.9, down=0.1, per_month=4.0, failing=0.3, grain=1,
        rules=Rules(
            missed=seed % 4, longest_days=60, lead_days=1, scan=40, nurse=45, injection=10, injection_delay=2880,
            cycle_days=21, most_cycles=5, delay_days=7, nadir_days=10, consolidation_days=28, visit_days=91, visits=3,
        ),
    )  # fmt: skip
