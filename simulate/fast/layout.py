"""Where everything is in the tables of the compiled engine.

All are int64, but those that count the minutes of a day, OTHERS, LOST and BOOK, are int32.

  W       1-D: every number of the scenario. First the rules, then, from `W[W_SITES]` on and so forth, small tables of
          sites, arms, courses and departments, row after row.
  CAL     (days + 1, 3): open, next open day, make-up Saturday.
  CAND    (candidates, 6): one row for each, in order of number; its position there is the candidate's *rank*.
  PAT     (enrolments, ...): one row for each, in order of number too: what was drawn, how things stand, and the
          appointments. The position there is the patient's *row*.
  DESK    (3 * departments, ...): one row for each: hours, what is free, and the waiting list.
  OTHERS, LOST  (linacs, days): minutes booked by others, which count on open days only, and those of breakdowns.
  BOOK    (linacs, days, 2): minutes booked by the trial, and used by it.
  Q       1-D: counters, the day's events, the events of later days (`events`).
  LEDGER  (rows, 3): as it was written, in any order (`ledger`).

Every function takes those tables that it touches.
"""

from __future__ import annotations

from trialproof.simulate.trial.contract import CYCLES, NO_SHOWS

(
    W_DAYS, W_WEEKDAY, W_TARGET, W_MISSED, W_LONGEST, W_LEAD, W_SCAN, W_NURSE, W_INJECTION, W_INJECTION_DELAY,
    W_CYCLE, W_MOST, W_DELAY, W_NADIR, W_CONSOLIDATION, W_VISIT, W_VISITS, W_SITES, W_ARMS, W_COURSES, W_DEPARTMENTS,
    W_SITE_COUNT, W_ARM_COUNT, W_HEAD,
) = range(24)  # fmt: skip
S_DEPARTMENT, S_CAP, S_ROOM, S_COLS = range(4)
A_CAP, A_ROOM, A_COLS = range(3)
R_FRACTIONS, R_FIRST, R_LATER, R_COLS = range(4)
D_FIRST, D_END, D_OPENS, D_MINUTES, D_OVERTIME, D_SATURDAY, D_COLS = range(7)

C_OPEN, C_NEXT, C_MAKE_UP = range(3)

X_NUMBER, X_ARRIVE, X_SCREENING, X_FAILED, X_ARM, X_ROW, X_COLS = range(7)
"""`X_ROW` is the candidate's row in PAT, -1 for none."""

(
    P_COURSE, P_IMAGING, P_FACTOR, P_CONSOLIDATION, P_OUTLINING, P_PLANNING, P_CHECKING, P_REOUTLINING, P_REPLANNING,
    P_DROP, P_NO_SHOW,
) = range(11)  # fmt: skip
P_INFUSION = P_NO_SHOW + NO_SHOWS
P_LOW = P_INFUSION + CYCLES
P_DELAY = P_LOW + CYCLES
P_STATE = P_DELAY + CYCLES
(
    P_GONE, P_FINISHED, P_DELIVERED, P_AWAY, P_ATTEMPTS, P_ABSENCES, P_LINAC, P_ENDED, P_LAST_DAY, P_GIVEN_CYCLES,
    P_WAS_DELAYED, P_AFTER, P_LEFT, P_DUE_DAY, P_HEAD, P_TAIL, P_LEAVES, P_RANK, P_SITE, P_DEPARTMENT,
    P_INJECTIONS_DUE, P_INJECTIONS_BEGUN, P_INJECTIONS_DONE, P_LOW_SEEN,
) = range(P_STATE, P_STATE + 24)  # fmt: skip
P_GIVEN = P_LOW_SEEN + 1
"""[CYCLES]: the day on which each cycle was given."""
P_INJECTED = P_GIVEN + CYCLES
"""[CYCLES]: the cycles whose injections were begun, in that order."""
P_APPOINTMENTS = P_INJECTED + CYCLES
"""Appointments that are still to come: P_HEAD to P_TAIL, each minute << RESERVED_BITS | minutes reserved."""
RESERVED_BITS = 12

(
    E_OPENS, E_CLOSES, E_ALL_ROOMS, E_ALL_STAFF, E_PAUSES, E_ROOMS, E_STAFF, E_OPENING, E_NOW, E_WAITING, E_LIST,
) = range(11)  # fmt: skip
LIST_COLS = 4
"""Of each request: its key, minutes, rooms << 1 | staff, and detail."""
URGENT, ROUTINE = 0, 1
TASK_BITS, RANK_BITS, MINUTE_BITS, KIND_BITS = 4, 20, 26, 5
"""A request's key is priority, minute of asking, row, task; an event's is minute, kind, row, rank or desk."""
RANKS = 1 << RANK_BITS
TASK_MASK, RANK_MASK, KIND_MASK = (1 << TASK_BITS) - 1, RANKS - 1, (1 << KIND_BITS) - 1

B_BOOKED, B_USED = range(2)

(
    Q_CURRENT, Q_DAY, Q_HORIZON, Q_TODAY, Q_FREE, Q_FRESH, Q_OUT, Q_ROOM, Q_CLOSED, Q_ROWS, Q_FAULT,
    Q_DESKS, Q_TODAY_AT, Q_DAYS_AT, Q_LINKS_AT, Q_MOST, Q_HEAD,
) = range(17)  # fmt: skip

LOG_KEY, LOG_RESOURCE, LOG_DETAIL, LOG_COLS = range(4)
EVENT_BITS, ROW_BITS, SPAN_BITS = 6, 26, 10
"""A row's key is minute, rank, event. It is sorted within a span of 1 << SPAN_BITS minutes."""
ROWS = 1 << ROW_BITS
"""A ledger has room for so many rows."""

FINE, OUT_OF_ORDER, TOO_MANY_EVENTS, TOO_MANY_WAITING, NOT_DRAWN, TOO_MANY_ROWS = range(6)
FAULTS = {
    OUT_OF_ORDER: "an event was not later than its cause",
    TOO_MANY_EVENTS: "more events were waiting than there is room for",
    TOO_MANY_WAITING: "more requests were waiting at a desk than there is room for",
    NOT_DRAWN: "somebody was enrolled for whom nothing was drawn",
    TOO_MANY_ROWS: "the ledger was longer than there is room for",
}
