"""Linacs: booking, giving, moving and making up fractions; `trial.book` and `trial.irradiation` say what is meant.

Fractions that nothing can prevent any more need no event of their own: `run_ahead` gives them at once.
"""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import M2, T1, T2, T3, I, part, void
from trialproof.simulate.fast.desks import open_from
from trialproof.simulate.fast.events import push
from trialproof.simulate.fast.ledger import log
from trialproof.simulate.trial import contract as c

SATURDAY_OF_WEEK = 5
NOWHERE = -1
RESERVED_MASK = (1 << col.RESERVED_BITS) - 1


@part(I(T1, I))
def department(W, number):
    """Where the row of a department begins in W."""
    return W[col.W_DEPARTMENTS] + col.D_COLS * number


@part(I(T1, I))
def course(W, number):
    """Where the row of a course begins in W."""
    return W[col.W_COURSES] + col.R_COLS * number


@part(I(T1, I, I))
def linac_number(W, number, linac):
    """A linac of a department as the ledger names it."""
    return (number << 8) | (linac - W[department(W, number) + col.D_FIRST])


@part(I(T1, T2, I, I))
def regular_minutes(W, CAL, number, day):
    """How long the linacs of a department work on a day, without overtime."""
    if CAL[day, col.C_OPEN]:
        return W[department(W, number) + col.D_MINUTES]
    return W[department(W, number) + col.D_SATURDAY] if CAL[day, col.C_MAKE_UP] else 0


@part(I(T2, M2, I, I))
def of_others(CAL, OTHERS, linac, day):
    """How many minutes of a linac's day others have booked."""
    return OTHERS[linac, day] if CAL[day, col.C_OPEN] else 0


@part(I(T1, T2, M2, T3, I, I, I))
def unbooked(W, CAL, OTHERS, BOOK, number, linac, day):
    """How many regular minutes of a linac's day nobody has booked."""
    minutes = regular_minutes(W, CAL, number, day) - of_others(CAL, OTHERS, linac, day)
    return minutes - BOOK[linac, day, col.B_BOOKED]


@part(void(T1, T2, T1, T2, M2, T3, T2, I, I))
def book(W, CAL, Q, PAT, OTHERS, BOOK, LEDGER, now, row):
    """The earliest start from which every fraction has room on consecutive open days; ties to the lower linac."""
    p = PAT[row]
    number = p[col.P_DEPARTMENT]
    d, r, days = department(W, number), course(W, p[col.P_COURSE]), W[col.W_DAYS]
    fractions, first, later = W[r + col.R_FRACTIONS], W[r + col.R_FIRST], W[r + col.R_LATER]
    room_first, room_later = W[d + col.D_MINUTES] - first, W[d + col.D_MINUTES] - later
    today = now // c.DAY
    best_day, best = days, NOWHERE
    for linac in range(W[d + col.D_FIRST], W[d + col.D_END]):
        at = CAL[min(today + 1 + W[col.W_LEAD], days), col.C_NEXT]
        while at < best_day:
            if OTHERS[linac, at] + BOOK[linac, at, col.B_BOOKED] > room_first:
                at = CAL[at + 1, col.C_NEXT]
                continue
            day, placed = CAL[at + 1, col.C_NEXT], 1
            while placed < fractions and day < days:
                if OTHERS[linac, day] + BOOK[linac, day, col.B_BOOKED] > room_later:
                    break
                placed += 1
                day = CAL[day + 1, col.C_NEXT]
            if placed == fractions:
                best_day, best = at, linac
                break
            at = day
    if best == NOWHERE:
        log(Q, LEDGER, now, p[col.P_RANK], c.L_UNBOOKABLE, -1, fractions)
        p[col.P_FINISHED] = 1
        return
    p[col.P_LINAC] = best
    p[col.P_LAST_DAY] = best_day + W[col.W_LONGEST]
    day = best_day
    for fraction in range(fractions):
        minutes = later if fraction else first
        p[col.P_APPOINTMENTS + fraction] = ((day * c.DAY + W[d + col.D_OPENS]) << col.RESERVED_BITS) | minutes
        BOOK[best, day, col.B_BOOKED] += minutes
        day = CAL[day + 1, col.C_NEXT] if day + 1 < days else days
    p[col.P_HEAD], p[col.P_TAIL] = 0, fractions
    log(Q, LEDGER, now, p[col.P_RANK], c.L_BOOKED, linac_number(W, number, best), best_day - today)
    push(Q, best_day * c.DAY + W[d + col.D_OPENS], c.TREAT, row)


@part(I(T1, T2, T2, M2, T3, I, I, I))
def saturday(W, CAL, PAT, OTHERS, BOOK, row, today, minutes):
    """This week's Saturday, if the fraction can be made up then."""
    p = PAT[row]
    day = today + SATURDAY_OF_WEEK - (W[col.W_WEEKDAY] + today) % 7
    if not (today < day <= p[col.P_LAST_DAY] and day < W[col.W_DAYS]) or not CAL[day, col.C_MAKE_UP]:
        return NOWHERE
    for i in range(p[col.P_HEAD], p[col.P_TAIL]):
        if (p[col.P_APPOINTMENTS + i] >> col.RESERVED_BITS) // c.DAY == day:
            return NOWHERE
    return day if unbooked(W, CAL, OTHERS, BOOK, p[col.P_DEPARTMENT], p[col.P_LINAC], day) >= minutes else NOWHERE


@part(I(T1, T2, T2, M2, T3, I, I, I))
def single_day(W, CAL, PAT, OTHERS, BOOK, row, today, minutes):
    """The next day of the course with one fraction and room for another."""
    p = PAT[row]
    for i in range(p[col.P_HEAD], p[col.P_TAIL]):
        day = (p[col.P_APPOINTMENTS + i] >> col.RESERVED_BITS) // c.DAY
        if day <= today:
            continue
        if i > p[col.P_HEAD] and (p[col.P_APPOINTMENTS + i - 1] >> col.RESERVED_BITS) // c.DAY == day:
            continue
        if i + 1 < p[col.P_TAIL] and (p[col.P_APPOINTMENTS + i + 1] >> col.RESERVED_BITS) // c.DAY == day:
            continue
        if unbooked(W, CAL, OTHERS, BOOK, p[col.P_DEPARTMENT], p[col.P_LINAC], day) >= minutes:
            return day
    return NOWHERE


@part(I(T1, T2, T2, M2, T3, I, I, I))
def day_at_the_end(W, CAL, PAT, OTHERS, BOOK, row, today, minutes):
    """The first open day with room after the last appointment."""
    p = PAT[row]
    last = today
    if p[col.P_TAIL] > p[col.P_HEAD]:
        last = (p[col.P_APPOINTMENTS + p[col.P_TAIL] - 1] >> col.RESERVED_BITS) // c.DAY
    day = open_from(CAL, last + 1)
    while day < W[col.W_DAYS] and day <= p[col.P_LAST_DAY]:
        if unbooked(W, CAL, OTHERS, BOOK, p[col.P_DEPARTMENT], p[col.P_LINAC], day) >= minutes:
            return day
        day = CAL[day + 1, col.C_NEXT]
    return NOWHERE


@part(void(T1, T2, T1, T2, M2, T3, T2, I, I))
def make_up(W, CAL, Q, PAT, OTHERS, BOOK, LEDGER, now, row):
    """Find a later day for a missed fraction, as the policy says; without one it is left out."""
    p = PAT[row]
    d, r, today, policy = department(W, p[col.P_DEPARTMENT]), course(W, p[col.P_COURSE]), now // c.DAY, W[col.W_MISSED]
    minutes = W[r + col.R_LATER] if p[col.P_DELIVERED] else W[r + col.R_FIRST]
    linac, rank = linac_number(W, p[col.P_DEPARTMENT], p[col.P_LINAC]), p[col.P_RANK]
    day, second = NOWHERE, 0
    if policy == c.SATURDAY:
        day = saturday(W, CAL, PAT, OTHERS, BOOK, row, today, minutes)
    elif policy == c.TWICE:
        day, second = single_day(W, CAL, PAT, OTHERS, BOOK, row, today, minutes), c.SECOND_OF_THE_DAY
    if day == NOWHERE and policy != c.OMIT:
        day, second = day_at_the_end(W, CAL, PAT, OTHERS, BOOK, row, today, minutes), 0
    if day == NOWHERE:
        log(Q, LEDGER, now, rank, c.L_OMITTED, linac, today)
        return
    appointment = ((day * c.DAY + W[d + col.D_OPENS] + second) << col.RESERVED_BITS) | minutes
    # The place of the one just missed is free: those before the new one move down into it.
    i = p[col.P_HEAD] - 1
    p[col.P_HEAD] = i
    while i + 1 < p[col.P_TAIL] and p[col.P_APPOINTMENTS + i + 1] < appointment:
        p[col.P_APPOINTMENTS + i] = p[col.P_APPOINTMENTS + i + 1]
        i += 1
    p[col.P_APPOINTMENTS + i] = appointment
    BOOK[p[col.P_LINAC], day, col.B_BOOKED] += minutes
    log(Q, LEDGER, now, rank, c.L_REBOOKED, linac, day)


@part(I(T1, T2, I))
def safe_until(W, PAT, row):
    """A minute before which no low count can interrupt irradiation that has not begun to do so."""
    p = PAT[row]
    given = p[col.P_GIVEN_CYCLES]
    safe = c.NEVER
    for cycle in range(p[col.P_LOW_SEEN], given):
        if p[col.P_LOW + cycle] > 1:
            safe = min(safe, (p[col.P_GIVEN + cycle] + W[col.W_NADIR]) * c.DAY)
    day = p[col.P_DUE_DAY]
    for cycle in range(given, W[col.W_MOST]):
        if p[col.P_LOW + cycle] > 1:
            return min(safe, (day + W[col.W_NADIR]) * c.DAY)
        day += W[col.W_CYCLE]
    return safe


@part(void(T1, T1, T2, M2, T2, I))
def run_ahead(W, Q, PAT, LOST, LEDGER, row):
    """Give the fractions that nothing can prevent any more.

    It stops before a day with a breakdown, an absence, the fraction that asks for a new scan, one for which more or
    fewer minutes are booked than it takes, the last one, a drop-out, and any day on which a low count could interrupt.
    Minutes used are not added up, for they matter on days with a breakdown alone.
    """
    p = PAT[row]
    n, head, tail, linac, attempts = p[col.P_DELIVERED], p[col.P_HEAD], p[col.P_TAIL], p[col.P_LINAC], p[col.P_ATTEMPTS]
    r = course(W, p[col.P_COURSE])
    minutes = W[r + col.R_LATER]
    limit = min(safe_until(W, PAT, row), p[col.P_LEAVES], W[col.W_DAYS] * c.DAY)
    absent = p[col.P_NO_SHOW + p[col.P_ABSENCES]] if p[col.P_ABSENCES] < c.NO_SHOWS else c.NEVER
    name, rank = linac_number(W, p[col.P_DEPARTMENT], linac), p[col.P_RANK]
    last = W[r + col.R_FRACTIONS]
    while head + 1 < tail and n + 1 < last:
        minute = p[col.P_APPOINTMENTS + head] >> col.RESERVED_BITS
        day = minute // c.DAY
        if p[col.P_APPOINTMENTS + head] & RESERVED_MASK != minutes:
            break
        stops = n + 1 == p[col.P_IMAGING] or attempts + 1 == absent or LOST[linac, day] != 0
        if stops or minute >= limit or day < p[col.P_AWAY]:
            break
        n += 1
        attempts += 1
        head += 1
        log(Q, LEDGER, minute, rank, c.L_FRACTION, name, n)
    p[col.P_DELIVERED], p[col.P_HEAD], p[col.P_ATTEMPTS] = n, head, attempts


@part(I(T1, T2, T1, T2, M2, M2, T3, T2, I, I, I, I))
def machine_today(W, CAL, Q, PAT, OTHERS, LOST, BOOK, LEDGER, now, row, reserved, minutes):
    """The linac on which today's fraction is given, its minutes booked there; NOWHERE if it is missed."""
    p = PAT[row]
    number, own, today = p[col.P_DEPARTMENT], p[col.P_LINAC], now // c.DAY
    d = department(W, number)
    rank = p[col.P_RANK]
    p[col.P_ATTEMPTS] += 1
    reason = 0
    if p[col.P_ABSENCES] < c.NO_SHOWS and p[col.P_ATTEMPTS] == p[col.P_NO_SHOW + p[col.P_ABSENCES]]:
        p[col.P_ABSENCES] += 1
        reason = c.AWAY
    if today < p[col.P_AWAY]:
        reason = c.TOXIC
    if reason == 0:
        most, lost = regular_minutes(W, CAL, number, today) + W[d + col.D_OVERTIME], LOST[own, today]
        most -= of_others(CAL, OTHERS, own, today)
        if lost:
            fits = BOOK[own, today, col.B_USED] + minutes <= most - lost
        else:
            fits = minutes <= reserved or BOOK[own, today, col.B_BOOKED] + minutes - reserved <= most
        if fits:
            BOOK[own, today, col.B_BOOKED] += minutes - reserved
            return own
        for other in range(W[d + col.D_FIRST], W[d + col.D_END]):
            free = unbooked(W, CAL, OTHERS, BOOK, number, other, today) - LOST[other, today]
            if other != own and free >= minutes:
                BOOK[own, today, col.B_BOOKED] -= reserved
                BOOK[other, today, col.B_BOOKED] += minutes
                log(Q, LEDGER, now, rank, c.L_MOVED, linac_number(W, number, other), linac_number(W, number, own))
                return other
        reason = c.MACHINE
    BOOK[own, today, col.B_BOOKED] -= reserved
    log(Q, LEDGER, now, rank, c.L_MISSED, linac_number(W, number, own), reason)
    return NOWHERE


@part(void(T1, T2, T1, T2, T2, M2, M2, T3, T2, I, I))
def treat(W, CAL, Q, PAT, DESK, OTHERS, LOST, BOOK, LEDGER, now, row):
    """Decide about the fraction that is due now, and run ahead to the next one that has to be decided."""
    p = PAT[row]
    if p[col.P_GONE]:
        return
    number = p[col.P_DEPARTMENT]
    r = course(W, p[col.P_COURSE])
    reserved = p[col.P_APPOINTMENTS + p[col.P_HEAD]] & RESERVED_MASK
    p[col.P_HEAD] += 1
    minutes = W[r + col.R_LATER] if p[col.P_DELIVERED] else W[r + col.R_FIRST]
    linac = machine_today(W, CAL, Q, PAT, OTHERS, LOST, BOOK, LEDGER, now, row, reserved, minutes)
    busy_until = now
    if linac == NOWHERE:
        make_up(W, CAL, Q, PAT, OTHERS, BOOK, LEDGER, now, row)
    else:
        BOOK[linac, now // c.DAY, col.B_USED] += minutes
        n = p[col.P_DELIVERED] + 1
        p[col.P_DELIVERED] = n
        log(Q, LEDGER, now, p[col.P_RANK], c.L_FRACTION, linac_number(W, number, linac), n)
        busy_until = now + minutes
        if n == 1:
            p[col.P_DUE_DAY] = now // c.DAY
            push(Q, max(now, now // c.DAY * c.DAY + DESK[3 * number + c.DAY_UNIT, col.E_OPENS]), c.CYCLE, row)
        if n == p[col.P_IMAGING]:
            push(Q, busy_until, c.IMAGE, row)
    if p[col.P_DELIVERED]:
        run_ahead(W, Q, PAT, LOST, LEDGER, row)
    if p[col.P_HEAD] < p[col.P_TAIL] and p[col.P_DELIVERED] < W[r + col.R_FRACTIONS]:
        push(Q, p[col.P_APPOINTMENTS + p[col.P_HEAD]] >> col.RESERVED_BITS, c.TREAT, row)
    else:
        push(Q, max(now + 1, busy_until), c.END_COURSE, row)


@part(void(T2, T3, I))
def give_appointments_back(PAT, BOOK, row):
    """Return the minutes of all appointments that are still to come."""
    p = PAT[row]
    for i in range(p[col.P_HEAD], p[col.P_TAIL]):
        appointment = p[col.P_APPOINTMENTS + i]
        BOOK[p[col.P_LINAC], (appointment >> col.RESERVED_BITS) // c.DAY, col.B_BOOKED] -= appointment & RESERVED_MASK
    p[col.P_HEAD] = p[col.P_TAIL]
