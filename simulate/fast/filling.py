"""What is done with whole tables before and after a replication: the appointment book is filled, the ledger sorted."""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, T2, T3, compiled, void
from trialproof.simulate.trial import contract as c

PATIENT_BITS, EVENT_BITS = 32, 6


@compiled(void(T2, T2, T2, T3))
def fill_book(CAL, BACKGROUND, LOST, BOOK):
    """Begin the book with the minutes of others on open days, and those lost, of linacs and days [L, H]."""
    for linac in range(BOOK.shape[0]):
        for day in range(BOOK.shape[1]):
            others = BACKGROUND[linac, day] if CAL[day, col.C_OPEN] else 0
            BOOK[linac, day, col.B_BOOKED], BOOK[linac, day, col.B_USED] = others, 0
            BOOK[linac, day, col.B_OTHERS], BOOK[linac, day, col.B_LOST] = others, LOST[linac, day]


@compiled(void(T2, T1, T2, T2))
def sort_ledger(LEDGER, DAYS, ORDER, SORTED):
    """Copy as many rows of the ledger as SORTED has, in order.

    DAYS has one place more than there are days, and ORDER a row for each row: a key made of minute of the day, patient
    and event, and the row that it belongs to. Rows go to their days first, and are then sorted there: by insertion, or
    by Shellsort with the gaps of D. E. Knuth (1, 4, 13, ...) where a day has many.
    """
    DAYS[:] = 0
    for row in range(SORTED.shape[0]):
        DAYS[LEDGER[row, 0] // c.DAY + 1] += 1
    for day in range(1, DAYS.size):
        DAYS[day] += DAYS[day - 1]
    for row in range(SORTED.shape[0]):
        day = LEDGER[row, 0] // c.DAY
        minute, at = LEDGER[row, 0] - day * c.DAY, DAYS[day]
        ORDER[at, 0] = (minute << PATIENT_BITS | LEDGER[row, 1]) << EVENT_BITS | LEDGER[row, 2]
        ORDER[at, 1] = row
        DAYS[day] = at + 1
    first = 0
    for day in range(DAYS.size - 1):
        end = DAYS[day]
        gap = 1
        while 9 * gap < end - first:
            gap = 3 * gap + 1
        while gap > 0:
            for this in range(first + gap, end):
                key, row, at = ORDER[this, 0], ORDER[this, 1], this
                while at - gap >= first:
                    other = ORDER[at - gap, 1]
                    if ORDER[at - gap, 0] < key:
                        break
                    if ORDER[at - gap, 0] == key:
                        if LEDGER[other, 3] < LEDGER[row, 3]:
                            break
                        if LEDGER[other, 3] == LEDGER[row, 3] and LEDGER[other, 4] <= LEDGER[row, 4]:
                            break
                    ORDER[at, 0], ORDER[at, 1] = ORDER[at - gap, 0], other
                    at -= gap
                ORDER[at, 0], ORDER[at, 1] = key, row
            gap //= 3
        first = end
    for at in range(SORTED.shape[0]):
        for column in range(SORTED.shape[1]):
            SORTED[at, column] = LEDGER[ORDER[at, 1], column]
