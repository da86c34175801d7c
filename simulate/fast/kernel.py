"""The compiled engine itself: one replication, event for event as `trial.engine` has it.

`trial.contract` states what both engines agree on, `fast.layout` where everything is. The functions here change PAT,
DESK, BOOK, Q and W (what room is left) in place, allocate nothing and raise nothing: what goes wrong is left in
`Q[Q_FAULT]`.
"""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import M2, T1, T2, T3, I, compiled, part, void
from trialproof.simulate.fast.desks import ask, desk_number, give_back, hand_out, hand_out_now, withdraw
from trialproof.simulate.fast.events import MINUTE_SHIFT, peek, pop, push
from trialproof.simulate.fast.infusions import cycle_due, infused, injected, injection_due, low_count
from trialproof.simulate.fast.ledger import log
from trialproof.simulate.fast.linacs import book, give_appointments_back, linac_number, treat
from trialproof.simulate.trial import contract as c

ROOM = 2
"""What is needed, as rooms << 1 | staff: one room."""
SITE_BITS = 16


@part(void(T1, T1, T2))
def begin(W, Q, DESK):
    """Put everything back to the beginning."""
    Q[col.Q_CURRENT], Q[col.Q_DAY], Q[col.Q_HORIZON] = -1, -1, W[col.W_DAYS] * c.DAY
    Q[col.Q_TODAY], Q[col.Q_FREE], Q[col.Q_FRESH] = 0, -1, Q[col.Q_LINKS_AT]
    Q[col.Q_OUT], Q[col.Q_ROWS], Q[col.Q_FAULT] = 0, 0, 0
    Q[col.Q_ROOM], Q[col.Q_CLOSED] = W[col.W_TARGET], c.NEVER if W[col.W_TARGET] else -1
    for day in range(W[col.W_DAYS]):
        Q[Q[col.Q_DAYS_AT] + day] = -1
    for site in range(W[col.W_SITE_COUNT]):
        at = W[col.W_SITES] + col.S_COLS * site
        W[at + col.S_ROOM] = W[at + col.S_CAP]
    for arm in range(W[col.W_ARM_COUNT]):
        at = W[col.W_ARMS] + col.A_COLS * arm
        W[at + col.A_ROOM] = W[at + col.A_CAP]
    for desk in range(DESK.shape[0]):
        e = DESK[desk]
        e[col.E_ROOMS], e[col.E_STAFF] = e[col.E_ALL_ROOMS], e[col.E_ALL_STAFF]
        e[col.E_OPENING], e[col.E_NOW], e[col.E_WAITING] = -1, -1, 0


@part(void(T1, T2))
def await_enrolments(Q, CAND):
    """Let the screening of everybody end who can be enrolled, as if the trial were never closed.

    So arrivals need no event. Who is screened in vain is written down when it is known until when anybody was screened.
    """
    for rank in range(CAND.shape[0]):
        if CAND[rank, col.X_FAILED] == 0 and CAND[rank, col.X_ARRIVE] < Q[col.Q_HORIZON]:
            push(Q, CAND[rank, col.X_ARRIVE] + CAND[rank, col.X_SCREENING], c.ENROL, rank)


@part(void(T1, T2, T2))
def write_failures(Q, CAND, LEDGER):
    """Write down who failed screening while the trial was open."""
    for rank in range(CAND.shape[0]):
        minute, failed = CAND[rank, col.X_ARRIVE], CAND[rank, col.X_FAILED]
        if failed and minute <= Q[col.Q_CLOSED] and minute < Q[col.Q_HORIZON]:
            log(Q, LEDGER, minute, rank, c.L_FAILED, CAND[rank, col.X_NUMBER] >> SITE_BITS, failed)


@part(void(T1, T1, T2, T2, T2, T2, I, I))
def enrol(W, Q, CAND, PAT, DESK, LEDGER, now, rank):
    """Enrol a candidate if there is room in the trial, at his site and in his arm."""
    site, row, arm = CAND[rank, col.X_NUMBER] >> SITE_BITS, CAND[rank, col.X_ROW], CAND[rank, col.X_ARM]
    if CAND[rank, col.X_ARRIVE] > Q[col.Q_CLOSED]:
        return
    s, a = W[col.W_SITES] + col.S_COLS * site, W[col.W_ARMS] + col.A_COLS * arm
    if Q[col.Q_ROOM] == 0 or W[s + col.S_ROOM] == 0 or W[a + col.A_ROOM] == 0:
        log(Q, LEDGER, now, rank, c.L_REFUSED, site, arm)
        return
    Q[col.Q_ROOM] -= 1
    if Q[col.Q_ROOM] == 0:
        Q[col.Q_CLOSED] = now
    W[s + col.S_ROOM] -= 1
    W[a + col.A_ROOM] -= 1
    log(Q, LEDGER, now, rank, c.L_ENROLLED, site, arm)
    if row < 0:
        Q[col.Q_FAULT] = col.NOT_DRAWN
        return
    p = PAT[row]
    if p[col.P_COURSE] < 0:
        return
    p[col.P_RANK], p[col.P_SITE], p[col.P_DEPARTMENT], p[col.P_LEAVES] = rank, site, W[s + col.S_DEPARTMENT], c.NEVER
    if p[col.P_DROP] < c.NEVER:
        p[col.P_LEAVES] = now + p[col.P_DROP]
        push(Q, p[col.P_LEAVES], c.DROP, row)
    ask(Q, DESK, now, 3 * p[col.P_DEPARTMENT] + c.SCANNER, row, c.T_SCAN, W[col.W_SCAN], col.ROUTINE, ROOM, 0)


@part(void(T1, T1, T2, T2, I, I))
def end_course(W, Q, PAT, LEDGER, now, row):
    """End irradiation. The visits follow from the calendar alone; only the last one is an event."""
    p = PAT[row]
    if p[col.P_GONE]:
        return
    p[col.P_ENDED] = now
    rank = p[col.P_RANK]
    log(Q, LEDGER, now, rank, c.L_END, linac_number(W, p[col.P_DEPARTMENT], p[col.P_LINAC]), p[col.P_DELIVERED])
    step = W[col.W_VISIT] * c.DAY
    for visit in range(1, W[col.W_VISITS] + 1):
        minute = now + visit * step
        if minute < Q[col.Q_HORIZON] and minute < p[col.P_LEAVES]:
            log(Q, LEDGER, minute, rank, c.L_VISIT, p[col.P_SITE], visit)
    if W[col.W_VISITS] == 0:
        p[col.P_FINISHED] = 1
    else:
        push(Q, now + W[col.W_VISITS] * step, c.VISIT, row)


@part(void(T1, T2, T2, T3, T2, I, I))
def drop_out(Q, PAT, DESK, BOOKED, LEDGER, now, row):
    """Leave, unless all is over by then."""
    p = PAT[row]
    if p[col.P_FINISHED]:
        return
    p[col.P_GONE] = 1
    log(Q, LEDGER, now, p[col.P_RANK], c.L_DROPPED, -1, p[col.P_DELIVERED])
    give_appointments_back(PAT, BOOKED, row)
    for kind in range(3):
        withdraw(DESK, 3 * p[col.P_DEPARTMENT] + kind, row)


@part(void(T1, T2, T2, T2, I, I))
def replanned(Q, PAT, DESK, LEDGER, now, row):
    """Free the physicist, and say how many fractions are left for the new plan."""
    p = PAT[row]
    desk, rank = 3 * p[col.P_DEPARTMENT] + c.PHYSICS, p[col.P_RANK]
    give_back(Q, DESK, now, desk, 1, 0)
    log(Q, LEDGER, now, rank, c.L_REPLANNED, desk_number(desk), 0)
    if p[col.P_GONE]:
        return
    left = 0
    if p[col.P_ENDED] < 0:
        # Fractions that were run ahead of are still to come, so minutes count and not P_HEAD.
        for i in range(p[col.P_TAIL]):
            left += p[col.P_APPOINTMENTS + i] >> col.RESERVED_BITS >= now
    log(Q, LEDGER, now, rank, c.L_ADAPTED if left else c.L_TOO_LATE, desk_number(desk), left)


@part(void(T1, T2, T2, T2, I, I, I))
def at_desk(Q, PAT, DESK, LEDGER, now, kind, row):
    """End what was done at the scanner or by physicists, and go on to what follows."""
    p = PAT[row]
    scanner, physics = 3 * p[col.P_DEPARTMENT] + c.SCANNER, 3 * p[col.P_DEPARTMENT] + c.PHYSICS
    desk = scanner if kind == c.END_SCAN or kind == c.END_RESCAN else physics
    what = c.L_SCANNED
    if kind == c.END_PLAN:
        what = c.L_PLANNED
    elif kind == c.END_CHECK:
        what = c.L_APPROVED
    elif kind == c.END_RESCAN:
        what = c.L_RESCANNED
    give_back(Q, DESK, now, desk, 1, 0)
    log(Q, LEDGER, now, p[col.P_RANK], what, desk_number(desk), 0)
    if p[col.P_GONE]:
        return
    if kind == c.END_SCAN:
        push(Q, now + p[col.P_OUTLINING], c.OUTLINED, row)
    elif kind == c.END_PLAN:
        ask(Q, DESK, now, physics, row, c.T_CHECK, p[col.P_CHECKING], col.ROUTINE, ROOM, 0)
    elif kind == c.END_CHECK:
        push(Q, now, c.BOOK, row)
    else:
        push(Q, now + p[col.P_REOUTLINING], c.REOUTLINED, row)


@part(void(T1, T2, T1, T2, T2, M2, M2, T3, T2, I, I, I))
def happen(W, CAL, Q, PAT, DESK, OTHERS, LOST, BOOKED, LEDGER, now, kind, row):
    """Let one event of an enrolled patient happen."""
    p = PAT[row]
    desk = 3 * p[col.P_DEPARTMENT]
    if kind == c.TREAT:
        treat(W, CAL, Q, PAT, DESK, OTHERS, LOST, BOOKED, LEDGER, now, row)
    elif kind == c.CYCLE:
        cycle_due(W, CAL, Q, PAT, DESK, LEDGER, now, row)
    elif kind == c.NURSE_FREE:
        desk += c.DAY_UNIT
        give_back(Q, DESK, now, desk, 0, 1)
        log(Q, LEDGER, now, p[col.P_RANK], c.L_NURSE_FREE, desk_number(desk), p[col.P_GIVEN_CYCLES])
    elif kind == c.END_INFUSION:
        infused(W, CAL, Q, PAT, DESK, LEDGER, now, row)
    elif kind == c.INJECTION_DUE:
        injection_due(W, CAL, Q, PAT, DESK, LEDGER, now, row)
    elif kind == c.END_INJECTION:
        injected(Q, PAT, DESK, LEDGER, now, row)
    elif kind == c.LOW:
        low_count(Q, PAT, LEDGER, now, row)
    elif kind == c.END_REPLAN:
        replanned(Q, PAT, DESK, LEDGER, now, row)
    elif kind == c.DROP:
        drop_out(Q, PAT, DESK, BOOKED, LEDGER, now, row)
    elif kind == c.END_COURSE:
        end_course(W, Q, PAT, LEDGER, now, row)
    elif kind == c.END_SCAN or kind == c.END_PLAN or kind == c.END_CHECK or kind == c.END_RESCAN:
        at_desk(Q, PAT, DESK, LEDGER, now, kind, row)
    elif p[col.P_GONE]:
        return
    elif kind == c.OUTLINED:
        ask(Q, DESK, now, desk + c.PHYSICS, row, c.T_PLAN, p[col.P_PLANNING], col.ROUTINE, ROOM, 0)
    elif kind == c.REOUTLINED:
        ask(Q, DESK, now, desk + c.PHYSICS, row, c.T_REPLAN, p[col.P_REPLANNING], col.URGENT, ROOM, 0)
    elif kind == c.BOOK:
        book(W, CAL, Q, PAT, OTHERS, BOOKED, LEDGER, now, row)
    elif kind == c.IMAGE:
        ask(Q, DESK, now, desk + c.SCANNER, row, c.T_RESCAN, W[col.W_SCAN], col.URGENT, ROOM, 0)
    elif kind == c.VISIT:
        p[col.P_FINISHED] = 1


@part(void(T1, T2, T1, T2, T2, T2, I))
def end_minute(W, CAL, Q, PAT, DESK, LEDGER, now):
    """Hand out at all desks that have to, in their order."""
    waiting = Q[col.Q_OUT]
    Q[col.Q_OUT] = 0
    for i in range(waiting):
        desk = Q[Q[col.Q_DESKS] + i]
        Q[col.Q_CURRENT] = (now << MINUTE_SHIFT) | (c.HAND_OUT << col.RANK_BITS) | desk
        hand_out(W, CAL, Q, PAT, DESK, LEDGER, now, desk)


@compiled(void(T1, T2, T1, T2, T2, T2, M2, M2, T3, T2))
def replicate(W, CAL, Q, CAND, PAT, DESK, OTHERS, LOST, BOOKED, LEDGER):
    """Run one replication. PAT comes with what was drawn, and BOOKED empty."""
    begin(W, Q, DESK)
    await_enrolments(Q, CAND)
    while Q[col.Q_FAULT] == col.FINE:
        key = pop(Q)
        if key < 0:
            break
        Q[col.Q_CURRENT] = key
        now, kind, who = key >> MINUTE_SHIFT, (key >> col.RANK_BITS) & col.KIND_MASK, key & col.RANK_MASK
        if kind == c.HAND_OUT:
            hand_out_now(Q, DESK, now, who)
        elif kind == c.ENROL:
            enrol(W, Q, CAND, PAT, DESK, LEDGER, now, who)
        else:
            happen(W, CAL, Q, PAT, DESK, OTHERS, LOST, BOOKED, LEDGER, now, kind, who)
        if Q[col.Q_OUT] > 0:
            following = peek(Q)
            if following < 0 or following >> MINUTE_SHIFT != now:
                end_minute(W, CAL, Q, PAT, DESK, LEDGER, now)
    write_failures(Q, CAND, LEDGER)
