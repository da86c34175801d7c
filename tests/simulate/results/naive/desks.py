"""Figures of the desks: minutes of work from what they were asked, waits from when they were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.simulate.results.naive.history import DAY, Trial
from tests.simulate.results.naive.numbers import Number, mean, most, quotient, share
from tests.simulate.results.naive.overheard import Turn
from tests.simulate.results.naive.week import by_weekday

TASKS = ("scan", "planning", "plan_check", "infusion", "injection", "rescan", "replanning")


@dataclass(frozen=True)
class Resource:
    """Something that can be busy: at which desk of a department, by which tasks, and whether it is rooms or staff."""

    name: str
    desk: int
    tasks: tuple[str, ...]
    is_staff: bool = False
    pauses: bool = False


RESOURCES = (
    Resource("scanner", 0, ("scan", "rescan")),
    Resource("physicists", 1, ("planning", "plan_check", "replanning"), pauses=True),
    Resource("chairs", 2, ("infusion",)),
    Resource("nurses", 2, ("infusion", "injection"), is_staff=True),
)


def figures(trial: Trial, turns: Sequence[Turn]) -> dict[str, Number]:
    found: dict[str, Number] = {}
    open_days = [day for day in range(trial.horizon) if trial.is_open(day)]
    for department, name in enumerate(trial.names.departments):
        here = [turn for turn in turns if turn.desk >> 2 == department]
        for resource in RESOURCES:
            busy = minutes_by_day(trial, department, resource, here)
            for weekday, days in by_weekday(trial, days_in_use(trial, resource, here), open_days):
                of = f"{name}.{resource.name}.{weekday}"
                found[f"desk_load.{of}"] = mean(busy[day] for day in days)
                found[f"desk_busy.{of}"] = busy_share(trial, department, resource, busy, days)
                found[f"desk_peak.{of}"] = most(busy[day] for day in days)
        for task in TASKS:
            for metric, value in waits(here, task).items():
                found[f"{metric}.{name}.{task}"] = value
    return found


def turns_at(resource: Resource, turns: Sequence[Turn]) -> list[Turn]:
    return [turn for turn in turns if TASKS[turn.task] in resource.tasks]


def days_in_use(trial: Trial, resource: Resource, turns: Sequence[Turn]) -> list[int]:
    """The open days from its first turn to its last."""
    began = [turn.began // DAY for turn in turns_at(resource, turns)]
    return [day for day in range(min(began), max(began) + 1) if trial.is_open(day)] if began else []


def minutes_by_day(trial: Trial, department: int, resource: Resource, turns: Sequence[Turn]) -> Counter[int]:
    """Minutes of work of a resource on each day."""
    busy: Counter[int] = Counter()
    for turn in turns_at(resource, turns):
        minutes = turn.minutes
        if resource.is_staff and TASKS[turn.task] == "infusion":
            minutes = min(minutes, trial.world.rules.nurse)  # then the nurse is free, and the chair is not
        if resource.pauses:
            for day, part in with_pauses(trial, department, resource, turn.began, minutes):
                busy[day] += part
        else:
            busy[turn.began // DAY] += minutes
    return busy


def with_pauses(
    trial: Trial, department: int, resource: Resource, began: int, minutes: int
) -> Iterator[tuple[int, int]]:
    """Work stops at closing and goes on at the next opening, up to the horizon."""
    opens, closes = opening(trial, department, resource)
    day, minute = divmod(began, DAY)
    while minutes > 0 and day < trial.horizon:
        part = min(minutes, closes - minute)
        yield day, part
        minutes, minute, day = minutes - part, opens, day + 1
        while not trial.is_open(day):
            day += 1


def opening(trial: Trial, department: int, resource: Resource) -> tuple[int, int]:
    """The minutes of the day at which a desk opens and closes."""
    place = department, resource.desk
    return int(trial.world.desk_opens[place]), int(trial.world.desk_closes[place])


def busy_share(
    trial: Trial, department: int, resource: Resource, busy: Counter[int], days: list[int]
) -> Fraction | None:
    """Sum of minutes of work / (number of the resource x opening minutes), over the same days."""
    opens, closes = opening(trial, department, resource)
    number = (trial.world.staff if resource.is_staff else trial.world.rooms)[department, resource.desk]
    return quotient(sum(busy[day] for day in days), int(number) * (closes - opens) * len(days))


def waits(turns: Sequence[Turn], task: str) -> dict[str, Number]:
    """Of the turns that began: how many, and the hours by the clock from asking to beginning."""
    hours = [Fraction(turn.began - turn.asked, 60) for turn in turns if TASKS[turn.task] == task]
    return {
        "served": len(hours),
        "wait": mean(hours),
        "wait_most": most(hours),
        "wait_over_day": share(wait > 24 for wait in hours),
    }
