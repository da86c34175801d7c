"""Events in their order: what is due today is sorted or in a heap, what is due later hangs on a list of its day.

A key is minute, kind and rank, so that whole numbers compare as events do. What a day brings is sorted when the day
begins; what the day itself brings for later that day goes into a small heap.
"""

from __future__ import annotations

from trialproof.simulate.fast import layout as col
from trialproof.simulate.fast.compiling import T1, T2, I, compiled, void
from trialproof.simulate.trial import contract as c

KIND_SHIFT = col.RANK_BITS
MINUTE_SHIFT = col.RANK_BITS + col.KIND_BITS


@compiled(void(T1, I, I, I))
def push(Q, minute, kind, rank):
    """Let something happen; nothing does beyond the horizon."""
    if minute >= Q[col.Q_HORIZON]:
        return
    key = (minute << MINUTE_SHIFT) | (kind << KIND_SHIFT) | rank
    if key <= Q[col.Q_CURRENT]:
        Q[col.Q_FAULT] = col.OUT_OF_ORDER
        return
    day = minute // c.DAY
    if day == Q[col.Q_DAY]:
        heap = Q[col.Q_HEAP_AT]
        i = Q[col.Q_HEAP]
        if i >= Q[col.Q_MOST]:
            Q[col.Q_FAULT] = col.TOO_MANY_EVENTS
            return
        Q[col.Q_HEAP] = i + 1
        while i > 0:
            parent = (i - 1) >> 1
            if Q[heap + parent] <= key:
                break
            Q[heap + i] = Q[heap + parent]
            i = parent
        Q[heap + i] = key
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


@compiled(void(T1, I))
def begin_day(Q, day):
    """Sort what hangs on the list of a day, and free its links."""
    Q[col.Q_DAY] = day
    listed = Q[col.Q_LIST_AT]
    at = Q[col.Q_DAYS_AT] + day
    link = Q[at]
    n = 0
    while link >= 0:
        key = Q[link]
        if n >= Q[col.Q_MOST]:
            Q[col.Q_FAULT] = col.TOO_MANY_EVENTS
            break
        i = n
        n += 1
        while i > 0 and Q[listed + i - 1] > key:
            Q[listed + i] = Q[listed + i - 1]
            i -= 1
        Q[listed + i] = key
        following = Q[link + 1]
        Q[link + 1] = Q[col.Q_FREE]
        Q[col.Q_FREE] = link
        link = following
    Q[at] = -1
    Q[col.Q_LIST] = 0
    Q[col.Q_LISTED] = n


@compiled(I(T1))
def peek(Q):
    """Return the next key of today; -1 if there is none."""
    key = I(-1)
    if Q[col.Q_LIST] < Q[col.Q_LISTED]:
        key = Q[Q[col.Q_LIST_AT] + Q[col.Q_LIST]]
    if Q[col.Q_HEAP] > 0:
        top = Q[Q[col.Q_HEAP_AT]]
        if key < 0 or top < key:
            key = top
    return key


@compiled(I(T1))
def pop(Q):
    """Take out the next key and return it; -1 at the end."""
    key = peek(Q)
    while key < 0:
        day = Q[col.Q_DAY] + 1
        if day * c.DAY >= Q[col.Q_HORIZON]:
            return -1
        begin_day(Q, day)
        key = peek(Q)
    if Q[col.Q_LIST] < Q[col.Q_LISTED] and Q[Q[col.Q_LIST_AT] + Q[col.Q_LIST]] == key:
        Q[col.Q_LIST] += 1
        return key
    heap = Q[col.Q_HEAP_AT]
    n = Q[col.Q_HEAP] - 1
    Q[col.Q_HEAP] = n
    last = Q[heap + n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and Q[heap + child + 1] < Q[heap + child]:
            child += 1
        if Q[heap + child] >= last:
            break
        Q[heap + i] = Q[heap + child]
        i = child
    Q[heap + i] = last
    return key


@compiled(void(T1, T2, I, I, I, I, I))
def log(Q, LEDGER, minute, patient, event, resource, detail):
    """Write a row; a ledger without room is no fault if it has no rows at all."""
    n = Q[col.Q_ROWS]
    Q[col.Q_ROWS] = n + 1
    if n < LEDGER.shape[0]:
        LEDGER[n, 0] = minute
        LEDGER[n, 1] = patient
        LEDGER[n, 2] = event
        LEDGER[n, 3] = resource
        LEDGER[n, 4] = detail
    elif LEDGER.shape[0]:
        Q[col.Q_FAULT] = col.TOO_MANY_ROWS
