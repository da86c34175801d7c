"""Irradiation: a course is booked, its fractions are given, missed, moved and made up, and perhaps it is adapted."""

from __future__ import annotations

from bisect import insort

from trialproof.simulate.trial.contract import (
    AWAY,
    BOOK,
    DAY,
    END_COURSE,
    END_REPLAN,
    END_RESCAN,
    IMAGE,
    L_ADAPTED,
    L_BOOKED,
    L_END,
    L_FRACTION,
    L_MISSED,
    L_MOVED,
    L_OMITTED,
    L_REBOOKED,
    L_REPLAN,
    L_REPLANNED,
    L_RESCAN,
    L_RESCANNED,
    L_TOO_LATE,
    L_UNBOOKABLE,
    MACHINE,
    NO_SHOWS,
    OMIT,
    REOUTLINED,
    SATURDAY,
    SECOND_OF_THE_DAY,
    T_REPLAN,
    T_RESCAN,
    TOXIC,
    TREAT,
    TWICE,
)
from trialproof.simulate.trial.infusions import chemotherapy
from trialproof.simulate.trial.patient import Left, Patient, Process, Task
from trialproof.simulate.trial.preparation import URGENT

SATURDAY_OF_WEEK = 5


def irradiate(patient: Patient) -> Process:
    """Book the course and give it, fraction by fraction; chemotherapy starts with the first one."""
    yield from patient.until(patient.clock.now, BOOK)
    if not _book(patient):
        raise Left
    busy_until = 0
    while patient.appointments and patient.delivered < patient.course.fractions:
        minute, reserved = patient.appointments[0]
        yield from patient.until(minute, TREAT)
        del patient.appointments[0]
        minutes = _minutes(patient)
        machine = _machine_today(patient, reserved, minutes)
        if machine is None:
            _make_up(patient)
            continue
        patient.department.book.treat(machine, patient.today, minutes)
        patient.delivered += 1
        patient.note(L_FRACTION, patient.department.linac(machine), patient.delivered)
        busy_until = minute + minutes
        if patient.delivered == 1:
            patient.clock.process(chemotherapy(patient))
        if patient.delivered == patient.chances.imaging:
            patient.clock.process(_adapt(patient, busy_until))
    yield from patient.until(max(patient.clock.now + 1, busy_until), END_COURSE)
    patient.ended = patient.clock.now
    patient.note(L_END, patient.department.linac(patient.machine), patient.delivered)


def _minutes(patient: Patient) -> int:
    """How long the next fraction takes: the first one is longer."""
    return patient.course.later if patient.delivered else patient.course.first


def _book(patient: Patient) -> bool:
    book, (fractions, first, later) = patient.department.book, patient.course
    found = book.earliest(patient.today + 1 + patient.rules.lead_days, fractions, first, later)
    if found is None:
        patient.note(L_UNBOOKABLE, -1, fractions)
        patient.finished = True
        return False
    start, patient.machine = found
    patient.last_day = start + patient.rules.longest_days
    day: int | None = start
    for number in range(fractions):
        assert day is not None  # noqa: S101 - the whole course was found to have room
        _reserve(patient, day, later if number else first)
        day = book.next_open(day + 1)
    patient.note(L_BOOKED, patient.department.linac(patient.machine), start - patient.today)
    return True


def _reserve(patient: Patient, day: int, minutes: int, *, later_that_day: int = 0) -> None:
    minute = day * DAY + patient.department.linac_opens + later_that_day
    insort(patient.appointments, (minute, minutes))
    patient.department.book.reserve(patient.machine, day, minutes)


def _machine_today(patient: Patient, reserved: int, minutes: int) -> int | None:
    """Return the machine on which today's fraction is given, its minutes booked there; None if it is missed."""
    book, own, today = patient.department.book, patient.machine, patient.today
    patient.attempts += 1
    reason = _absence(patient)
    if reason is None:
        if book.fits(own, today, minutes, reserved):
            book.reserve(own, today, minutes - reserved)
            return own
        other = book.other(own, today, minutes)
        if other is not None:
            book.reserve(own, today, -reserved)
            book.reserve(other, today, minutes)
            patient.note(L_MOVED, patient.department.linac(other), patient.department.linac(own))
            return other
        reason = MACHINE
    book.reserve(own, today, -reserved)
    patient.note(L_MISSED, patient.department.linac(own), reason)
    return None


def _absence(patient: Patient) -> int | None:
    """Return why the patient is not there. Who is kept away when he would not come has used up that absence, too."""
    stays_away = patient.absences < NO_SHOWS and patient.attempts == patient.chances.no_show[patient.absences]
    patient.absences += stays_away
    if patient.today < patient.away_until:
        return TOXIC
    return AWAY if stays_away else None


def _make_up(patient: Patient) -> None:
    """Find a later day for a missed fraction, as the policy says; without one it is left out."""
    linac = patient.department.linac(patient.machine)
    minutes = _minutes(patient)
    policy = patient.rules.missed
    day, second = None, 0
    if policy == SATURDAY:
        day = _saturday(patient, minutes)
    elif policy == TWICE:
        day, second = _single_day(patient, minutes), SECOND_OF_THE_DAY
    if day is None and policy != OMIT:
        day, second = _day_at_the_end(patient, minutes), 0
    if day is None:
        patient.note(L_OMITTED, linac, patient.today)
        return
    _reserve(patient, day, minutes, later_that_day=second)
    patient.note(L_REBOOKED, linac, day)


def _saturday(patient: Patient, minutes: int) -> int | None:
    """This week's Saturday."""
    today, days = patient.today, patient.department.days
    day = today + (SATURDAY_OF_WEEK - patient.world.calendar.weekday(today))
    taken = {minute // DAY for minute, _ in patient.appointments}
    free = today < day <= patient.last_day and day < len(days.make_up) and day not in taken and days.make_up[day]
    return day if free and patient.department.book.has_room(patient.machine, day, minutes) else None


def _single_day(patient: Patient, minutes: int) -> int | None:
    """The next day of the course with one fraction and room for another."""
    days = [minute // DAY for minute, _ in patient.appointments]
    for day in days:
        is_single = day > patient.today and days.count(day) == 1
        if is_single and patient.department.book.has_room(patient.machine, day, minutes):
            return day
    return None


def _day_at_the_end(patient: Patient, minutes: int) -> int | None:
    """The first open day with room after the last appointment."""
    book = patient.department.book
    last = patient.appointments[-1][0] // DAY if patient.appointments else patient.today
    day = book.next_open(last + 1)
    while day is not None and day <= patient.last_day:
        if book.has_room(patient.machine, day, minutes):
            return day
        day = book.next_open(day + 1)
    return None


def _adapt(patient: Patient, minute: int) -> Process:
    """Scan, outline and plan again in mid-course, before others; what matters is how many fractions are then left."""
    try:
        yield from patient.until(minute, IMAGE)
        physics = patient.department.physics
        rescan = Task(T_RESCAN, patient.rules.scan, END_RESCAN, L_RESCAN, L_RESCANNED)
        replan = Task(T_REPLAN, patient.chances.replanning, END_REPLAN, L_REPLAN, L_REPLANNED)
        yield from patient.at_desk(patient.department.scanner, rescan, priority=URGENT)
        yield from patient.until(patient.clock.now + patient.chances.reoutlining, REOUTLINED)
        yield from patient.at_desk(physics, replan, priority=URGENT)
    except Left:
        return
    left = len(patient.appointments) if patient.ended is None else 0
    patient.note(L_ADAPTED if left else L_TOO_LATE, physics.number, left)
