"""Chemotherapy, injections and low counts; `trial.infusions` says what is meant."""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, T2, I, part, void
from trialproof.simulate.fast.desks import ask, desk_number, give_back, open_from
from trialproof.simulate.fast.events import push
from trialproof.simulate.fast.ledger import log
from trialproof.simulate.trial import contract as c

CHAIR_AND_NURSE, NURSE = 3, 1
"""What is needed, as rooms << 1 | staff."""


@part(I(T2, T2, T2, I, I))
def opening(CAL, PAT, DESK, row, day):
    """When the patient's day unit opens on the first open day that is not before this one."""
    return open_from(CAL, day) * c.DAY + DESK[3 * PAT[row, col.P_DEPARTMENT] + c.DAY_UNIT, col.E_OPENS]


@part(void(T1, T2, T1, T2, T2, T2, I, I))
def cycle_due(W, CAL, Q, PAT, DESK, LEDGER, now, row):
    """Decide about a cycle on the day on which it is due."""
    p = PAT[row]
    if p[col.P_GONE]:
        return
    desk, today, cycle = 3 * p[col.P_DEPARTMENT] + c.DAY_UNIT, now // c.DAY, p[col.P_GIVEN_CYCLES]
    if not p[col.P_AFTER]:
        if p[col.P_ENDED] >= 0 and p[col.P_ENDED] // c.DAY < today:
            p[col.P_AFTER], p[col.P_LEFT] = 1, p[col.P_CONSOLIDATION]
            due = max(now, opening(CAL, PAT, DESK, row, p[col.P_ENDED] // c.DAY + W[col.W_CONSOLIDATION]))
            if p[col.P_LEFT] == 0:
                return
            if due > now:
                push(Q, due, c.CYCLE, row)
                return
        elif cycle >= W[col.W_MOST]:
            push(Q, opening(CAL, PAT, DESK, row, today + W[col.W_CYCLE]), c.CYCLE, row)
            return
        elif cycle > 0 and p[col.P_DELAY + cycle - 1] and not p[col.P_WAS_DELAYED]:
            p[col.P_WAS_DELAYED], p[col.P_DUE_DAY] = 1, today + W[col.W_DELAY]
            log(Q, LEDGER, now, p[col.P_RANK], c.L_DELAYED, desk_number(desk), cycle)
            push(Q, opening(CAL, PAT, DESK, row, p[col.P_DUE_DAY]), c.CYCLE, row)
            return
    ask(Q, DESK, now, desk, row, c.T_INFUSION, p[col.P_INFUSION + cycle], col.ROUTINE, CHAIR_AND_NURSE, cycle)


@part(void(T1, T2, T1, T2, T2, T2, I, I))
def infused(W, CAL, Q, PAT, DESK, LEDGER, now, row):
    """Free the chair, and let follow what follows from an infusion."""
    p = PAT[row]
    desk, cycle = 3 * p[col.P_DEPARTMENT] + c.DAY_UNIT, p[col.P_GIVEN_CYCLES]
    give_back(Q, DESK, now, desk, 1, 0)
    log(Q, LEDGER, now, p[col.P_RANK], c.L_INFUSED, desk_number(desk), cycle)
    if p[col.P_GONE]:
        return
    given = p[col.P_GIVEN + cycle]
    if p[col.P_FACTOR]:
        push(Q, now + W[col.W_INJECTION_DELAY], c.INJECTION_DUE, row)
    if p[col.P_LOW + cycle]:
        push(Q, (given + W[col.W_NADIR]) * c.DAY, c.LOW, row)
    p[col.P_GIVEN_CYCLES], p[col.P_WAS_DELAYED], p[col.P_DUE_DAY] = cycle + 1, 0, given + W[col.W_CYCLE]
    if p[col.P_AFTER]:
        p[col.P_LEFT] -= 1
        if p[col.P_LEFT] == 0:
            return
    push(Q, opening(CAL, PAT, DESK, row, p[col.P_DUE_DAY]), c.CYCLE, row)


@part(void(T1, T2, T1, T2, T2, T2, I, I))
def injection_due(W, CAL, Q, PAT, DESK, LEDGER, now, row):
    """Ask for a nurse, or note that the injection is given elsewhere."""
    p = PAT[row]
    if p[col.P_GONE]:
        return
    cycle = p[col.P_INJECTIONS_DUE]
    p[col.P_INJECTIONS_DUE] = cycle + 1
    if not CAL[now // c.DAY, col.C_OPEN]:
        log(Q, LEDGER, now, p[col.P_RANK], c.L_ELSEWHERE, -1, cycle)
        return
    desk = 3 * p[col.P_DEPARTMENT] + c.DAY_UNIT
    ask(Q, DESK, now, desk, row, c.T_INJECTION, W[col.W_INJECTION], col.URGENT, NURSE, cycle)


@part(void(T1, T2, T2, T2, I, I))
def injected(Q, PAT, DESK, LEDGER, now, row):
    """Free the nurse."""
    p = PAT[row]
    desk, done = 3 * p[col.P_DEPARTMENT] + c.DAY_UNIT, p[col.P_INJECTIONS_DONE]
    p[col.P_INJECTIONS_DONE] = done + 1
    give_back(Q, DESK, now, desk, 0, 1)
    log(Q, LEDGER, now, p[col.P_RANK], c.L_INJECTED, desk_number(desk), p[col.P_INJECTED + done])


@part(void(T1, T2, T2, I, I))
def low_count(Q, PAT, LEDGER, now, row):
    """Notice a severe low count, of the first cycle that has one and of which nothing was noticed yet."""
    p = PAT[row]
    if p[col.P_GONE]:
        return
    cycle = p[col.P_LOW_SEEN]
    while p[col.P_LOW + cycle] == 0:
        cycle += 1
    p[col.P_LOW_SEEN] = cycle + 1
    days = p[col.P_LOW + cycle] - 1
    p[col.P_AWAY] = max(p[col.P_AWAY], now // c.DAY + days)
    log(Q, LEDGER, now, p[col.P_RANK], c.L_LOW, -1, days)
