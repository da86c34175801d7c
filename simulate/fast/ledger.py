"""The ledger: rows are written as they come to be known, some of them far ahead, and are sorted at the end."""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, T2, I, compiled, part, void

MINUTE_SHIFT = col.RANK_BITS + col.EVENT_BITS
SPAN_SHIFT = col.SPAN_BITS + MINUTE_SHIFT
SPAN_MASK, EVENT_MASK, ROW_MASK = (1 << SPAN_SHIFT) - 1, (1 << col.EVENT_BITS) - 1, col.ROWS - 1
FEW = 40
"""So many rows of a span are sorted by insertion alone."""


@part(void(T1, T2, I, I, I, I, I))
def log(Q, LEDGER, minute, rank, event, resource, detail):
    """Write a row."""
    n = Q[col.Q_ROWS]
    if n >= LEDGER.shape[0]:
        Q[col.Q_FAULT] = col.TOO_MANY_ROWS
        return
    Q[col.Q_ROWS] = n + 1
    LEDGER[n, col.LOG_KEY] = (minute << MINUTE_SHIFT) | (rank << col.EVENT_BITS) | event
    LEDGER[n, col.LOG_RESOURCE] = resource
    LEDGER[n, col.LOG_DETAIL] = detail


@part(I(T2, I, I))
def is_after(LEDGER, one, other):
    """Whether a row comes after another one of its span, each given as in `sort`."""
    if (one ^ other) > ROW_MASK:
        return one > other
    one, other = one & ROW_MASK, other & ROW_MASK
    if LEDGER[one, col.LOG_RESOURCE] != LEDGER[other, col.LOG_RESOURCE]:
        return LEDGER[one, col.LOG_RESOURCE] > LEDGER[other, col.LOG_RESOURCE]
    return LEDGER[one, col.LOG_DETAIL] > LEDGER[other, col.LOG_DETAIL]


@part(void(T2, T1, I, I, I))
def put_in_order(LEDGER, ORDER, first, at, gap):
    """Move one row forward, from gap to gap, past all that come after it."""
    one = ORDER[at]
    while at - gap >= first and is_after(LEDGER, ORDER[at - gap], one):
        ORDER[at] = ORDER[at - gap]
        at -= gap
    ORDER[at] = one


@compiled(void(T2, T2, T1, T1, T2))
def sort(CAND, LEDGER, SPANS, ORDER, SORTED):
    """Write as many rows of the ledger as SORTED has, in order and with the columns of `contract.COLUMNS`.

    A span is 1 << `SPAN_BITS` minutes; SPANS has two places more than there are spans. ORDER has one for each row:
    minute of the span, rank and event, then the row that they belong to. Rows go to their spans first, and are then
    sorted there by Shellsort with the gaps of D. E. Knuth (1, 4, 13, ...), which is insertion where there are few.
    """
    SPANS[:] = 0
    for row in range(ORDER.size):
        SPANS[(LEDGER[row, col.LOG_KEY] >> SPAN_SHIFT) + 1] += 1
    for span in range(1, SPANS.size):
        SPANS[span] += SPANS[span - 1]
    for row in range(ORDER.size):
        key = LEDGER[row, col.LOG_KEY]
        at = SPANS[key >> SPAN_SHIFT]
        ORDER[at] = (key & SPAN_MASK) << col.ROW_BITS | row
        SPANS[key >> SPAN_SHIFT] = at + 1
    first = 0
    for span in range(SPANS.size - 1):
        end = SPANS[span]
        gap = 1
        while FEW * gap < end - first:
            gap = 3 * gap + 1
        while gap > 1:
            for at in range(first + gap, end):
                put_in_order(LEDGER, ORDER, first, at, gap)
            gap //= 3
        for at in range(first + 1, end):
            put_in_order(LEDGER, ORDER, first, at, 1)
        first = end
    for at in range(ORDER.size):
        row = ORDER[at] & ROW_MASK
        key = LEDGER[row, col.LOG_KEY]
        SORTED[at, 0] = key >> MINUTE_SHIFT
        SORTED[at, 1] = CAND[(key >> col.EVENT_BITS) & col.RANK_MASK, col.X_NUMBER]
        SORTED[at, 2] = key & EVENT_MASK
        SORTED[at, 3] = LEDGER[row, col.LOG_RESOURCE]
        SORTED[at, 4] = LEDGER[row, col.LOG_DETAIL]
