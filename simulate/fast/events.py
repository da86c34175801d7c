"""Events in their order: those of today in a sorted list, those of each later day in a list that is not sorted yet.

A key is minute, kind and whom it concerns, so that whole numbers compare as events do. What a day brings is sorted when
the day begins, and what the day itself brings is put where it belongs: a day has few events, even of a large trial.
Today's list has the next event at its end.
"""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, I, part, void
from trialproof.simulate.trial import contract as c

KIND_SHIFT = col.RANK_BITS
MINUTE_SHIFT = col.RANK_BITS + col.KIND_BITS


@part(void(T1, I))
def insert(Q, key):
    """Put an event into today's list."""
    today, i = Q[col.Q_TODAY_AT], Q[col.Q_TODAY]
    if i >= Q[col.Q_MOST]:
        Q[col.Q_FAULT] = col.TOO_MANY_EVENTS
        return
    Q[col.Q_TODAY] = i + 1
    while i > 0 and Q[today + i - 1] < key:
        Q[today + i] = Q[today + i - 1]
        i -= 1
    Q[today + i] = key


@part(void(T1, I, I, I))
def push(Q, minute, kind, who):
    """Let something happen; nothing does beyond the horizon."""
    if minute >= Q[col.Q_HORIZON]:
        return
    key = (minute << MINUTE_SHIFT) | (kind << KIND_SHIFT) | who
    if key <= Q[col.Q_CURRENT]:
        Q[col.Q_FAULT] = col.OUT_OF_ORDER
        return
    day = minute // c.DAY
    if day == Q[col.Q_DAY]:
        insert(Q, key)
        return
    link = Q[col.Q_FREE]
    if link >= 0:
        Q[col.Q_FREE] = Q[link + 1]
    else:
        link = Q[col.Q_FRESH]
        if link + 2 > Q.size:
            Q[col.Q_FAULT] = col.TOO_MANY_EVENTS
            return
        Q[col.Q_FRESH] = link + 2
    at = Q[col.Q_DAYS_AT] + day
    Q[link] = key
    Q[link + 1] = Q[at]
    Q[at] = link


@part(void(T1, I))
def begin_day(Q, day):
    """Sort what hangs on the list of a day, and free its links."""
    Q[col.Q_DAY] = day
    at = Q[col.Q_DAYS_AT] + day
    link = Q[at]
    Q[at] = -1
    while link >= 0:
        insert(Q, Q[link])
        following = Q[link + 1]
        Q[link + 1] = Q[col.Q_FREE]
        Q[col.Q_FREE] = link
        link = following


@part(I(T1))
def peek(Q):
    """Return the next key of today; -1 if there is none."""
    n = Q[col.Q_TODAY]
    return Q[Q[col.Q_TODAY_AT] + n - 1] if n > 0 else -1


@part(I(T1))
def pop(Q):
    """Take out the next key and return it; -1 at the end."""
    while Q[col.Q_TODAY] == 0:
        day = Q[col.Q_DAY] + 1
        if day * c.DAY >= Q[col.Q_HORIZON]:
            return -1
        begin_day(Q, day)
    n = Q[col.Q_TODAY] - 1
    Q[col.Q_TODAY] = n
    return Q[Q[col.Q_TODAY_AT] + n]
