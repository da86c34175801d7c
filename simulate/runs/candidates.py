"""The candidates of several replications: drawn in blocks in the order in which they come, until each trial is closed.

How many are drawn ahead makes no difference to anybody, so that the size of a block is a matter of speed alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from trialproof.simulate.accrual.arrivals import arrivals
from trialproof.simulate.accrual.enrolment import Candidates as Queue, Enrolment, Limits, enrol
from trialproof.simulate.cohort import Cohort, spread
from trialproof.simulate.column import Column
from trialproof.simulate.population.deciding import Unsettled
from trialproof.simulate.population.screening import Candidates, screen
from trialproof.simulate.runs.simulation import Prepared
from trialproof.simulate.trial.calendar import Ints

AHEAD = 2
"""A block has so many times the candidates that are known, or that are wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """Who came in one replication: candidates in the order of (arrival, number), when, and who was enrolled."""

    candidates: Candidates
    arrive: Ints
    enrolment: Enrolment


def candidates_of(prepared: Prepared, replications: Sequence[int]) -> list[Came]:
    """Return the candidates of these replications, as many as are needed to know who is enrolled."""
    world, setting = prepared.world, prepared.setting
    arriving = arrivals(setting.scenario, prepared.key, replications)
    limits = Limits(world.target, world.site_cap, world.arm_cap, world.calendar.days)
    drawn: dict[int, list[Candidates]] = {index: [] for index in range(len(replications))}
    known = dict.fromkeys(drawn, 0)
    found: dict[int, Came] = {}
    while drawn:
        more = {index: max(1, AHEAD * max(known[index], world.target)) for index in drawn}
        ends = {index: min(len(arriving.of(index)[0]), known[index] + more[index]) for index in drawn}
        numbers = [arriving.of(index)[0][known[index] : end] for index, end in ends.items()]
        whose = np.repeat([replications[index] for index in ends], [len(each) for each in numbers])
        block = screen(setting, prepared.key, whose, np.concatenate(numbers))
        for index, end in ends.items():
            drawn[index].append(taken(block, np.flatnonzero(block.replication == replications[index])))
            known[index] = end
            number, arrive = arriving.of(index)
            people = joined(drawn[index])
            enrolment = enrol(Queue(number, arrive, people.screening, people.failed, people.arm), limits)
            if enrolment.certain:
                came = np.arange(enrolment.came)
                found[index] = Came(taken(people, came), arrive[: enrolment.came], enrolment)
                del drawn[index]
    return [found[index] for index in range(len(replications))]


def taken(candidates: Candidates, rows: Ints) -> Candidates:
    """Return some candidates, by their positions."""

    def take(value: Any) -> Any:
        match value:
            case Cohort():
                columns = {name: take(column) for name, column in value.columns.items()}
                return Cohort(value.protocol, columns, len(rows))
            case Column():
                recorded = value.recorded if isinstance(value.recorded, bool) else value.recorded[rows]
                return Column(value.values[rows], recorded, value.per)
            case Unsettled():
                return Unsettled(*(getattr(value, each.name)[rows] for each in fields(value)))
            case Mapping():
                return {key: take(each) for key, each in value.items()}
            case _:
                return value[rows]

    return Candidates(**{each.name: take(getattr(candidates, each.name)) for each in fields(Candidates)})


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return candidates one after the other; there is at least one part."""
    if len(parts) == 1:
        return parts[0]

    def join(values: Sequence[Any]) -> Any:
        match first := values[0]:
            case Cohort():
                columns = {
                    name: _column([each.columns[name] for each in values], [each.size for each in values])
                    for name in first.columns
                }
                return Cohort(first.protocol, columns, sum(each.size for each in values))
            case Unsettled():
                return Unsettled(*(join([getattr(value, each.name) for value in values]) for each in fields(first)))
            case Mapping():
                return {key: join([each[key] for each in values]) for key in first}
            case _:
                return np.concatenate(values)

    return Candidates(**{each.name: join([getattr(part, each.name) for part in parts]) for each in fields(Candidates)})


def _column(columns: Sequence[Column], sizes: Sequence[int]) -> Column:
    recorded = np.concatenate([spread(each.recorded, size) for each, size in zip(columns, sizes, strict=True)])
    return Column(np.concatenate([each.values for each in columns]), recorded, columns[0].per)
