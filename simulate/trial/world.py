"""A scenario as tables of integers: what an engine needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from trialproof.model.protocol import Protocol
from trialproof.model.schedule import After, Every
from trialproof.simulate.scenario.scenario import (
    MINUTES_A_DAY,
    Chemotherapy,
    GrowthFactor,
    MissedPolicy,
    Scenario,
    Treatment,
)
from trialproof.simulate.trial.calendar import Calendar, Ints, calendar
from trialproof.simulate.trial.contract import APPEND, NEVER, OMIT, SATURDAY, TWICE, Rules, World

MISSED = {
    MissedPolicy.OMIT: OMIT,
    MissedPolicy.APPEND: APPEND,
    MissedPolicy.SATURDAY: SATURDAY,
    MissedPolicy.TWICE: TWICE,
}
UNLIMITED = NEVER


def calendar_of(scenario: Scenario) -> Calendar:
    """Return the days of a scenario."""
    return calendar(scenario.begins, scenario.horizon_days, scenario.open_days, scenario.holidays)


def course_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the choices whose courses are simulated; the number of a course is its position here."""
    return tuple(scenario.treatment.deliveries) if scenario.treatment else ()


def world_of(protocol: Protocol, scenario: Scenario) -> World:
    """Return the tables of a scenario; arms are in the order of the protocol, everything else in that of the file.

    Without treatment, departments stand empty and nobody has a course.
    """
    departments = tuple(scenario.departments.values())
    number_of = {name: number for number, name in enumerate(scenario.departments)}
    accrual, treatment = scenario.accrual, scenario.treatment
    deliveries = tuple(treatment.deliveries.values()) if treatment else ()
    techniques = [treatment.techniques[each.technique] for each in deliveries] if treatment else []
    arms = [choice.name for choice in protocol.decisions[scenario.arm].choices]
    return World(
        calendar=calendar_of(scenario),
        department=_ints(number_of.get(site.department, 0) for site in accrual.sites),
        site_cap=_ints(UNLIMITED if site.cap is None else site.cap for site in accrual.sites),
        target=accrual.target,
        arm_cap=_ints(accrual.arm_caps.get(arm, UNLIMITED) for arm in arms),
        linacs=_ints(each.linacs for each in departments),
        linac_opens=_ints(each.linac_hours.opens for each in departments),
        linac_minutes=_ints(each.linac_hours.minutes for each in departments),
        overtime=_ints(each.overtime for each in departments),
        saturday_minutes=_ints(each.saturday for each in departments),
        desk_opens=_desks(
            (each.scanner_hours.opens, each.physicist_hours.opens, each.infusion_hours.opens) for each in departments
        ),
        desk_closes=_desks(
            (each.scanner_hours.closes, each.physicist_hours.closes, each.infusion_hours.closes) for each in departments
        ),
        rooms=_desks((each.scanners, each.physicists, each.chairs) for each in departments),
        staff=_desks((0, 0, each.nurses) for each in departments),
        fractions=_ints(sum(count for count, _ in each.phases) for each in deliveries),
        first_minutes=_ints(each.first for each in techniques),
        later_minutes=_ints(each.later for each in techniques),
        rules=_rules(protocol, treatment),
    )


def _rules(protocol: Protocol, treatment: Treatment | None) -> Rules:
    if treatment is None:
        return Rules()
    rules = Rules(
        missed=MISSED[treatment.fractions.missed],
        longest_days=treatment.fractions.longest,
        lead_days=treatment.preparation.lead_days,
        scan=treatment.preparation.scan,
        nadir_days=treatment.toxicity.nadir_days,
        visit_days=treatment.follow_up.every_days,
        visits=treatment.follow_up.visits,
    )
    if treatment.chemotherapy is not None:
        rules = _with_chemotherapy(rules, protocol, treatment.chemotherapy)
    if treatment.growth_factor is not None:
        rules = _with_growth_factor(rules, protocol, treatment.growth_factor)
    return rules


def _with_chemotherapy(rules: Rules, protocol: Protocol, chemotherapy: Chemotherapy) -> Rules:
    timing = protocol.schedule.entries[chemotherapy.entry].timing
    assert isinstance(timing, Every), timing  # noqa: S101 - the scenario was checked against the protocol
    return replace(
        rules,
        nurse=chemotherapy.nurse,
        cycle_days=int(timing.period.low),
        most_cycles=chemotherapy.most_cycles,
        delay_days=chemotherapy.delay_days,
        consolidation_days=chemotherapy.consolidation_after,
    )


def _with_growth_factor(rules: Rules, protocol: Protocol, factor: GrowthFactor) -> Rules:
    timing = protocol.schedule.entries[factor.entry].timing
    assert isinstance(timing, After), timing  # noqa: S101 - the scenario was checked against the protocol
    assert timing.delay is not None, timing  # noqa: S101
    return replace(rules, injection=factor.minutes, injection_delay=int(timing.delay.low * MINUTES_A_DAY))


def imaging_fraction(phases: Iterable[tuple[int, Fraction]], dose: Fraction) -> int:
    """Return with which fraction the cumulative dose (Gy) first comes to this much; 0 if it never does."""
    given, number = Fraction(0), 0
    for count, each in phases:
        if given + count * each >= dose:
            return number + max(1, -(-(dose - given) // each))
        given, number = given + count * each, number + count
    return 0


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def _desks(rows: Iterable[tuple[int, int, int]]) -> Ints:
    return np.array(list(rows), np.int64).reshape(-1, 3)
