"""Figures of the linacs, over a department's days of use."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.simulate.results.naive.history import Row, Trial
from tests.simulate.results.naive.numbers import Number, mean, most, quotient, share
from tests.simulate.results.naive.week import by_weekday
from trialproof.simulate.trial.contract import SATURDAY


def figures(trial: Trial) -> dict[str, Number]:
    found: dict[str, Number] = {}
    number = 0
    for department, name in enumerate(trial.names.departments):
        working = [day for day in range(trial.horizon) if works(trial, department, day)]
        for place in range(int(trial.world.linacs[department])):
            linac = Linac(trial, department, place, number)
            for weekday, days in by_weekday(trial, days_of_use(trial, department), working):
                for metric, value in linac.figures(days).items():
                    found[f"{metric}.{name}.linac{place + 1}.{weekday}"] = value
            number += 1
    return found


def works(trial: Trial, department: int, day: int) -> bool:
    """Whether linacs work: on open days, and on make-up Saturdays where fractions are made up on them."""
    world = trial.world
    saturdays = world.rules.missed == SATURDAY and int(world.saturday_minutes[department]) > 0
    return trial.is_open(day) or (saturdays and int(world.calendar.make_up[day]) == 1)


def fractions_in(trial: Trial, department: int) -> list[Row]:
    return [row for row in trial.rows_that_say("fraction") if row.resource >> 8 == department]


def days_of_use(trial: Trial, department: int) -> list[int]:
    """The days on which its linacs work, from its first fraction in the replication to its last."""
    days = [row.day for row in fractions_in(trial, department)]
    return [day for day in range(min(days), max(days) + 1) if works(trial, department, day)] if days else []


class Linac:
    """A linac, and its minutes by day; `number` counts through all departments."""

    def __init__(self, trial: Trial, department: int, place: int, number: int) -> None:
        self._trial = trial
        self._department = department
        self._background = trial.draws.background[number].tolist()
        self._lost = trial.draws.lost[number].tolist()
        self._given: Counter[int] = Counter()
        course = {patient.enrolled.patient: patient.course for patient in trial.patients}
        for row in fractions_in(trial, department):
            if row.resource & 255 == place:
                minutes = trial.world.first_minutes if row.detail == 1 else trial.world.later_minutes
                self._given[row.day] += int(minutes[course[row.patient]])

    def of_trial(self, day: int) -> int:
        """Minutes of this trial's fractions."""
        return self._given[day]

    def treatment(self, day: int) -> int:
        """Minutes of treatment, background patients included; these come on open days."""
        return self._given[day] + (self._background[day] if self._trial.is_open(day) else 0)

    def lost(self, day: int) -> int:
        """Minutes lost to breakdowns."""
        return int(self._lost[day])

    def regular(self, day: int) -> int:
        """Regular opening minutes."""
        world = self._trial.world
        opening = world.linac_minutes if self._trial.is_open(day) else world.saturday_minutes
        return int(opening[self._department])

    def overtime(self, day: int) -> int:
        """max(0, treatment + lost minutes - regular minutes)."""
        return max(0, self.treatment(day) + self.lost(day) - self.regular(day))

    def over_capacity(self, day: int) -> bool:
        """Whether treatment + lost minutes exceed the regular minutes."""
        return self.treatment(day) + self.lost(day) > self.regular(day)

    def utilisation(self, days: list[int]) -> Fraction | None:
        """Treatment minutes / regular opening minutes, summed over the days."""
        return quotient(sum(map(self.treatment, days)), sum(map(self.regular, days)))

    def figures(self, days: list[int]) -> dict[str, Number]:
        return {
            "linac_load": mean(map(self.treatment, days)),
            "linac_trial_load": mean(map(self.of_trial, days)),
            "linac_utilisation": self.utilisation(days),
            "linac_peak": most(map(self.treatment, days)),
            "linac_lost": mean(map(self.lost, days)),
            "linac_overtime": mean(map(self.overtime, days)),
            "linac_over_capacity": share(map(self.over_capacity, days)),
        }
