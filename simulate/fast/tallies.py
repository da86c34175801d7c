"""What figures are worked out from, added up in loops: the compiled twins of three files of `simulate.results`.

Tables by weekday have eight places: all days together, and then Monday to Sunday.
"""

from __future__ import annotations

from trialproof.simulate.fast.compiling import M2, T1, T2, W3, I, compiled, void

TRIAL, LOAD, PEAK, LOST, OVER, DAYS_OVER, SUMS = range(7)


@compiled(void(T2, T1))
def count_events(LEDGER, COUNTS):
    """Count the rows of each event."""
    for row in range(LEDGER.shape[0]):
        COUNTS[LEDGER[row, 2]] += 1


@compiled(void(T2, I, T1, T2))
def deal(LEDGER, REPLICATION, NEXT, COLUMNS):
    """Copy rows to where those of their event stand: NEXT says by event where the next one goes.

    COLUMNS are replication, number, minute, resource, detail.
    """
    for row in range(LEDGER.shape[0]):
        event = LEDGER[row, 2]
        at = NEXT[event]
        NEXT[event] = at + 1
        COLUMNS[0, at] = REPLICATION
        COLUMNS[1, at] = LEDGER[row, 1]
        COLUMNS[2, at] = LEDGER[row, 0]
        COLUMNS[3, at] = LEDGER[row, 3]
        COLUMNS[4, at] = LEDGER[row, 4]


@compiled(void(T1, T1, T1, T1, T1, T1, T2, T2, T1, I, M2, M2, T2, W3))
def add_linacs(
    DAY, LINAC, MINUTES, FIRST, LAST, DEPARTMENT, AT_WORK, REGULAR, OPEN, BEGINS, LOST_MINUTES, BACKGROUND, GIVEN, FOUND
):
    """Add up the minutes of linacs in one replication (`results.linac_minutes`) into FOUND [L, 8, SUMS].

    Trials begin on the weekday BEGINS. GIVEN [L, H] may hold anything before, and holds minutes of fractions after.
    """
    for linac in range(DEPARTMENT.size):
        for day in range(FIRST[DEPARTMENT[linac]], LAST[DEPARTMENT[linac]] + 1):
            GIVEN[linac, day] = 0
    for fraction in range(DAY.size):
        GIVEN[LINAC[fraction], DAY[fraction]] += MINUTES[fraction]
    for linac in range(DEPARTMENT.size):
        place = DEPARTMENT[linac]
        for day in range(FIRST[place], LAST[place] + 1):
            if AT_WORK[place, day] == 0:
                continue
            weekday = 1 + (day + BEGINS) % 7
            load = GIVEN[linac, day] + (BACKGROUND[linac, day] if OPEN[day] else 0)
            lost = LOST_MINUTES[linac, day]
            over = max(0, load + lost - REGULAR[place, day])
            FOUND[linac, weekday, TRIAL] += GIVEN[linac, day]
            FOUND[linac, weekday, LOAD] += load
            FOUND[linac, weekday, PEAK] = max(FOUND[linac, weekday, PEAK], load)
            FOUND[linac, weekday, LOST] += lost
            FOUND[linac, weekday, OVER] += over
            FOUND[linac, weekday, DAYS_OVER] += 1 if over > 0 else 0
        for weekday in range(1, 8):
            for what in range(SUMS):
                if what == PEAK:
                    FOUND[linac, 0, what] = max(FOUND[linac, 0, what], FOUND[linac, weekday, what])
                else:
                    FOUND[linac, 0, what] += FOUND[linac, weekday, what]


@compiled(void(T1, T1, T1, I, T2, T2, T2))
def add_desks(DESK, DAY, MINUTES, BEGINS, WORKED, LOAD_OF, PEAK_OF):
    """Add up the minutes of work at desks (`results.desk_minutes`) into LOAD_OF and PEAK_OF [desks, 8].

    WORKED [desks, H] may hold anything before.
    """
    for piece in range(DAY.size):
        WORKED[DESK[piece], DAY[piece]] = 0
    for piece in range(DAY.size):
        desk, weekday = DESK[piece], 1 + (DAY[piece] + BEGINS) % 7
        WORKED[desk, DAY[piece]] += MINUTES[piece]
        LOAD_OF[desk, 0] += MINUTES[piece]
        LOAD_OF[desk, weekday] += MINUTES[piece]
        PEAK_OF[desk, 0] = max(PEAK_OF[desk, 0], WORKED[desk, DAY[piece]])
        PEAK_OF[desk, weekday] = max(PEAK_OF[desk, weekday], WORKED[desk, DAY[piece]])
