"""What was drawn goes into the tables of candidates and patients."""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, T2, compiled, void
from trialproof.simulate.trial.contract import CYCLES, NO_SHOWS


@compiled(void(T1, T1, T1, T1, T1, T1, T1, T2))
def fill_candidates(ORDER, NUMBER, ARRIVE, SCREENING, FAILED, ARM, PATIENT, CAND):
    """Write candidates in the ORDER of their numbers; PATIENT has the numbers, ascending, that have a row in PAT."""
    row = 0
    for rank in range(CAND.shape[0]):
        at, x = ORDER[rank], CAND[rank]
        number = NUMBER[at]
        while row < PATIENT.size and PATIENT[row] < number:
            row += 1
        x[col.X_NUMBER], x[col.X_ARRIVE], x[col.X_SCREENING] = number, ARRIVE[at], SCREENING[at]
        x[col.X_FAILED], x[col.X_ARM] = FAILED[at], ARM[at]
        x[col.X_ROW] = row if row < PATIENT.size and PATIENT[row] == number else -1


@compiled(void(T1, T1, T1, T1, T1, T1, T1, T1, T1, T1, T2, T2, T2, T2, T2))
def fill_patients(
    COURSE, IMAGING, FACTOR, CONSOLIDATION, OUTLINING, PLANNING, CHECKING, REOUTLINING, REPLANNING, DROP, NO_SHOW,
    INFUSION, LOW, DELAY, PAT,
):  # fmt: skip
    """Write what was drawn about patients; nothing has happened to them yet."""
    for row in range(PAT.shape[0]):
        p = PAT[row]
        p[col.P_COURSE], p[col.P_IMAGING], p[col.P_FACTOR] = COURSE[row], IMAGING[row], FACTOR[row]
        p[col.P_CONSOLIDATION], p[col.P_OUTLINING] = CONSOLIDATION[row], OUTLINING[row]
        p[col.P_PLANNING], p[col.P_CHECKING] = PLANNING[row], CHECKING[row]
        p[col.P_REOUTLINING], p[col.P_REPLANNING], p[col.P_DROP] = REOUTLINING[row], REPLANNING[row], DROP[row]
        for n in range(NO_SHOWS):
            p[col.P_NO_SHOW + n] = NO_SHOW[row, n]
        for n in range(CYCLES):
            p[col.P_INFUSION + n], p[col.P_LOW + n], p[col.P_DELAY + n] = INFUSION[row, n], LOW[row, n], DELAY[row, n]
        for column in range(col.P_STATE, col.P_APPOINTMENTS):
            p[column] = 0
        p[col.P_ENDED] = -1
