"""Desks: waiting lists, and handing out at the end of a minute; `trial.desk` says what is meant."""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, T2, I, part, void
from trialproof.simulate.fast.events import push
from trialproof.simulate.fast.ledger import log
from trialproof.simulate.trial import contract as c

BEGUN = (c.L_SCAN, c.L_PLAN, c.L_CHECK, c.L_INFUSION, c.L_INJECTION, c.L_RESCAN, c.L_REPLAN)
END = (c.END_SCAN, c.END_PLAN, c.END_CHECK, c.END_INFUSION, c.END_INJECTION, c.END_RESCAN, c.END_REPLAN)
ASKED_SHIFT = col.RANK_BITS + col.TASK_BITS
PRIORITY_SHIFT = ASKED_SHIFT + col.MINUTE_BITS


@part(I(T2, I))
def open_from(CAL, day):
    """The first open day that is not before this one; beyond the calendar every day is taken for open."""
    return CAL[day, col.C_NEXT] if day < CAL.shape[0] else day


@part(I(I))
def desk_number(desk):
    """A desk as the ledger names it."""
    return ((desk // 3) << 2) | (desk % 3)


@part(void(T1, T2, I, I))
def hand_out_now(Q, DESK, minute, desk):
    """Remember that a desk hands out at the end of this minute, in the order of desks."""
    if DESK[desk, col.E_NOW] == minute:
        return
    DESK[desk, col.E_NOW] = minute
    first = Q[col.Q_DESKS]
    i = Q[col.Q_OUT]
    Q[col.Q_OUT] = i + 1
    while i > 0 and Q[first + i - 1] > desk:
        Q[first + i] = Q[first + i - 1]
        i -= 1
    Q[first + i] = desk


@part(void(T1, T2, I, I, I, I, I, I, I, I))
def ask(Q, DESK, now, desk, row, task, minutes, priority, need, detail):
    """Put somebody on the waiting list; `need` is rooms << 1 | staff."""
    e = DESK[desk]
    n = e[col.E_WAITING]
    if col.E_LIST + col.LIST_COLS * (n + 1) > e.size:
        Q[col.Q_FAULT] = col.TOO_MANY_WAITING
        return
    key = (priority << PRIORITY_SHIFT) | (now << ASKED_SHIFT) | (row << col.TASK_BITS) | task
    e[col.E_WAITING] = n + 1
    i = col.E_LIST + col.LIST_COLS * n
    while i > col.E_LIST and e[i - col.LIST_COLS] > key:
        for column in range(col.LIST_COLS):
            e[i + column] = e[i + column - col.LIST_COLS]
        i -= col.LIST_COLS
    e[i] = key
    e[i + 1] = minutes
    e[i + 2] = need
    e[i + 3] = detail
    hand_out_now(Q, DESK, now, desk)


@part(void(T1, T2, I, I, I, I))
def give_back(Q, DESK, now, desk, rooms, staff):
    """Return what a turn took."""
    DESK[desk, col.E_ROOMS] += rooms
    DESK[desk, col.E_STAFF] += staff
    if DESK[desk, col.E_WAITING] > 0:
        hand_out_now(Q, DESK, now, desk)


@part(void(T2, I, I))
def withdraw(DESK, desk, row):
    """Take somebody off the waiting list."""
    e = DESK[desk]
    left = col.E_LIST
    for request in range(e[col.E_WAITING]):
        i = col.E_LIST + col.LIST_COLS * request
        if (e[i] >> col.TASK_BITS) & col.RANK_MASK == row:
            continue
        for column in range(col.LIST_COLS):
            e[left + column] = e[i + column]
        left += col.LIST_COLS
    e[col.E_WAITING] = (left - col.E_LIST) // col.LIST_COLS


@part(I(T2, T2, I, I, I))
def done_at(CAL, DESK, desk, start, minutes):
    """The minute at which work that starts now is done; at a desk that pauses it goes on the next morning."""
    if not DESK[desk, col.E_PAUSES]:
        return start + minutes
    opens, closes = DESK[desk, col.E_OPENS], DESK[desk, col.E_CLOSES]
    day = start // c.DAY
    minute = start - day * c.DAY
    while minute + minutes > closes:
        minutes -= closes - minute
        day = open_from(CAL, day + 1)
        minute = opens
    return day * c.DAY + minute + minutes


@part(void(T1, T2, T1, T2, T2, T2, I, I, I, I, I, I))
def start(W, CAL, Q, PAT, DESK, LEDGER, now, desk, row, task, minutes, detail):
    """Begin work at a desk."""
    p = PAT[row]
    log(Q, LEDGER, now, p[col.P_RANK], BEGUN[task], desk_number(desk), detail)
    push(Q, done_at(CAL, DESK, desk, now, minutes), END[task], row)
    if task == c.T_INFUSION:
        p[col.P_GIVEN + p[col.P_GIVEN_CYCLES]] = now // c.DAY
        push(Q, now + min(W[col.W_NURSE], minutes), c.NURSE_FREE, row)
    elif task == c.T_INJECTION:
        begun = p[col.P_INJECTIONS_BEGUN]
        p[col.P_INJECTED + begun] = detail
        p[col.P_INJECTIONS_BEGUN] = begun + 1


@part(void(T1, T2, T1, T2, T2, T2, I, I))
def hand_out(W, CAL, Q, PAT, DESK, LEDGER, now, desk):
    """Go down the list: whoever finds all that is needed free, and will be done before closing, starts."""
    e = DESK[desk]
    day = now // c.DAY
    minute = now - day * c.DAY
    opens, closes, pauses = e[col.E_OPENS], e[col.E_CLOSES], e[col.E_PAUSES]
    if e[col.E_OPENING] == now:
        e[col.E_OPENING] = -1
    at_work = CAL[day, col.C_OPEN] != 0 and opens <= minute < closes
    left = col.E_LIST
    for request in range(e[col.E_WAITING]):
        i = col.E_LIST + col.LIST_COLS * request
        key, minutes, need, detail = e[i], e[i + 1], e[i + 2], e[i + 3]
        rooms, staff = need >> 1, need & 1
        in_time = pauses != 0 or minute + minutes <= closes
        if at_work and in_time and rooms <= e[col.E_ROOMS] and staff <= e[col.E_STAFF]:
            e[col.E_ROOMS] -= rooms
            e[col.E_STAFF] -= staff
            row = (key >> col.TASK_BITS) & col.RANK_MASK
            start(W, CAL, Q, PAT, DESK, LEDGER, now, desk, row, key & col.TASK_MASK, minutes, detail)
            continue
        if left != i:
            for column in range(col.LIST_COLS):
                e[left + column] = e[i + column]
        left += col.LIST_COLS
    e[col.E_WAITING] = (left - col.E_LIST) // col.LIST_COLS
    if left > col.E_LIST and e[col.E_OPENING] < 0:
        before = minute < opens and CAL[day, col.C_OPEN] != 0
        e[col.E_OPENING] = (day if before else open_from(CAL, day + 1)) * c.DAY + opens
        push(Q, e[col.E_OPENING], c.HAND_OUT, desk)
