"""Figures of treatment, over the enrolled whose treatment is simulated."""

from __future__ import annotations

from collections import Counter

from tests.simulate.results.naive.history import Patient, Row, Trial
from tests.simulate.results.naive.numbers import Number, how_many, mean, most, quotient, share

STATES = (
    "completed", "shortened", "left_before_start", "left_during", "no_appointment", "waiting", "under_way",
    "not_simulated",
)  # fmt: skip
REASONS = {"away": 1, "low_count": 2, "no_machine": 3}
ROWS_COUNTED = {
    "fractions_given": "fraction",
    "fractions_moved": "moved",
    "fractions_rebooked": "rebooked",
    "fractions_omitted": "omitted",
    "cycles_delayed": "cycle delayed",
    "injections": "injection",
    "injections_elsewhere": "injection elsewhere",
    "low_counts": "low count",
    "visits": "visit",
}
"""Figures for each of which the ledger has a row of its own each time."""


def figures(trial: Trial) -> dict[str, Number]:
    waits, ended = start_days(trial), finished(trial)
    left = how_many(patient.was("dropped out") for patient in trial.patients)
    in_time, too_late = (how_many(p.was(event) for p in trial.patients) for event in ("adapted", "adapted too late"))
    return {
        **patients(trial),
        "completed_share": completed_share(trial),
        "start_days": mean(waits),
        "start_days_most": most(waits),
        "late_start_share": share(days > 28 for days in waits),
        "irradiation_days": mean(irradiation_days(patient) for patient in ended if fractions(patient)),
        "prolongation": mean(prolongation(trial, patient) for patient in ended if fractions(patient)),
        **{name: len(trial.rows_that_say(event)) for name, event in ROWS_COUNTED.items()},
        **fractions_missed(trial),
        "delivered_share": delivered_share(trial),
        **cycles(trial),
        "interruption_days": sum(row.detail for row in trial.rows_that_say("low count")),
        "adaptations.in_time": in_time,
        "adaptations.too_late": too_late,
        "adapted_share": quotient(in_time, in_time + too_late),
        "dropouts": left,
        "dropout_share": quotient(left, len(trial.patients)),
    }


def fractions(patient: Patient) -> list[Row]:
    return patient.rows_that_say("fraction")


def prescribed(trial: Trial, patient: Patient) -> int:
    assert patient.course is not None
    return int(trial.world.fractions[patient.course])


def finished(trial: Trial) -> list[Patient]:
    """Those whose irradiation ended before the horizon, with all fractions or fewer."""
    return [patient for patient in trial.patients if patient.was("end of course")]


def state(trial: Trial, patient: Patient) -> str:
    """How somebody ended: irradiation `completed` with every fraction or `shortened`; `left_before_start` or
    `left_during` irradiation; `no_appointment` before the horizon; at the horizon `waiting` for the first fraction or
    `under_way`; `not_simulated`."""
    if patient.course is None:
        return "not_simulated"
    if patient.was("end of course"):
        return "completed" if len(fractions(patient)) == prescribed(trial, patient) else "shortened"
    if patient.was("dropped out"):
        return "left_during" if fractions(patient) else "left_before_start"
    if patient.was("not bookable"):
        return "no_appointment"
    return "under_way" if fractions(patient) else "waiting"


def patients(trial: Trial) -> dict[str, Number]:
    """The enrolled by how they ended."""
    found = Counter(state(trial, patient) for patient in trial.patients)
    return {f"patients.{each}": found[each] for each in STATES}


def completed_share(trial: Trial) -> Number:
    """Completed / all but who still waits, is under way or not simulated; none of nobody."""
    found = [state(trial, patient) for patient in trial.patients]
    return share(each == "completed" for each in found if each not in ("waiting", "under_way", "not_simulated"))


def start_days(trial: Trial) -> list[int]:
    """Days from enrolment to the first fraction, of everybody who got one."""
    return [fractions(each)[0].day - each.enrolled.day for each in trial.patients if fractions(each)]


def irradiation_days(patient: Patient) -> int:
    """Last day - first day + 1 of irradiation."""
    days = [row.day for row in fractions(patient)]
    return max(days) - min(days) + 1


def prolongation(trial: Trial, patient: Patient) -> int:
    """Last day of irradiation - the day on which as many fractions as prescribed would end if from the first one none
    were missed: one fraction on each open day."""
    days = [row.day for row in fractions(patient)]
    day = min(days)
    for _ in range(prescribed(trial, patient) - 1):
        day += 1
        while not trial.is_open(day):
            day += 1
    return max(days) - day


def fractions_missed(trial: Trial) -> dict[str, Number]:
    """Appointments missed: the patient stayed `away`, had a `low_count`, or there was `no_machine`."""
    reasons = Counter(row.detail for row in trial.rows_that_say("missed"))
    return {f"fractions_missed.{name}": reasons[number] for name, number in REASONS.items()}


def delivered_share(trial: Trial) -> Number:
    """Fractions given / fractions prescribed, over the finished; none of nobody."""
    ended = finished(trial)
    given = sum(len(fractions(patient)) for patient in ended)
    return quotient(given, sum(prescribed(trial, patient) for patient in ended))


def cycles(trial: Trial) -> dict[str, Number]:
    """Mean infusions to a patient, over the finished: `concurrent` up to the day on which irradiation ended,
    `consolidation` later."""
    concurrent, consolidation = [], []
    for patient in finished(trial):
        (end,) = patient.rows_that_say("end of course")
        days = [row.day for row in patient.rows_that_say("infusion")]
        concurrent.append(how_many(day <= end.day for day in days))
        consolidation.append(how_many(day > end.day for day in days))
    return {"cycles.concurrent": mean(concurrent), "cycles.consolidation": mean(consolidation)}
