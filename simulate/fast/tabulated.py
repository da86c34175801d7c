"""Quantiles from a table, in one loop; `population.tabulated` says what they are, and does without numba."""

from __future__ import annotations

import numba as nb
import numpy as np

from trialproof.simulate.fast.compiling import I, compiled, void

F, F1, F2, B1 = nb.float64, nb.float64[::1], nb.float64[:, ::1], nb.boolean[::1]


@compiled(void(F1, F2, F, F, F, F1, B1))
def multiples(chances, table, per, least, most, out, unsure):
    """Fill `out` [N] with whole numbers, and `unsure` [N] with whether they may be wrong. Chances lie in [0, 1]."""
    cells = table.shape[1]
    a, b, c, d, error = table[0], table[1], table[2], table[3], table[4]
    for n in range(chances.size):
        at = min(I(chances[n] * cells), cells - 1)
        t = chances[n] * cells - at
        value = a[at] + t * (b[at] + t * (c[at] + t * d[at]))
        scaled = min(max(value, least), most) * per
        out[n] = np.rint(scaled)
        unsure[n] = not abs(scaled - np.floor(scaled) - 0.5) > error[at] * per
