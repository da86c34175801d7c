"""All figures of one replication a second time, in plain Python, from the definitions in docs/reference/metrics.md.

Loops, dictionaries and exact fractions; nothing is shared with `simulate.results` but the record. What was asked of the
desks is not in a record: it is overheard while the readable engine runs (`overheard`).
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulate.results.naive import accrual, arms, desks, linacs, screening, treatment
from tests.simulate.results.naive.history import trial_from
from tests.simulate.results.naive.numbers import Number
from tests.simulate.results.naive.overheard import Turn
from trialproof.simulate.results.record import Record


def naive_figures(record: Record, turns: Sequence[Turn]) -> dict[str, Number]:
    """Every figure by name; the record may have candidates who would have come after the trial closed."""
    trial = trial_from(record)
    return {
        **accrual.figures(trial),
        **arms.figures(trial),
        **screening.figures(trial),
        **treatment.figures(trial),
        **linacs.figures(trial),
        **desks.figures(trial, turns),
    }
