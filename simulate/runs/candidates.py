"""The candidates of several replications: drawn in the order in which they come, until each trial is closed.

All replications are drawn at once, as many candidates of each as usually are enough; those for which they are not are
drawn again, with twice as many. How many are drawn makes no difference to anybody: it is a matter of speed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, sqrt

import numpy as np

from trialproof.simulate.accrual.arrivals import arrivals
from trialproof.simulate.accrual.enrolment import Candidates as Queue, Enrolment, Limits, enrol
from trialproof.simulate.population.screening import screen
from trialproof.simulate.runs.block import Came, block_of
from trialproof.simulate.runs.simulation import Prepared

TRIED = 1000
"""So many candidates are looked at to learn how many pass."""
DEVIATIONS = 4
"""So many standard deviations more than the mean are drawn ahead."""
FEWEST = 16


def candidates_of(prepared: Prepared, replications: Sequence[int]) -> list[Came]:
    """Return the candidates of these replications, as many as are needed to know who is enrolled."""
    world, setting, key = prepared.world, prepared.setting, prepared.key
    limits = Limits(world.target, world.site_cap, world.arm_cap, world.calendar.days)
    left, found, ahead = list(range(len(replications))), dict[int, Came](), enough(prepared)
    while left:
        # One more than are screened: so it is known when the last of these is.
        arriving = arrivals(setting.scenario, key, [replications[index] for index in left], ahead + 1)
        numbers = [arriving.of(place)[0][:ahead] for place in range(len(left))]
        ends = np.cumsum([0, *map(len, numbers)]).tolist()
        whose = np.repeat([replications[index] for index in left], np.diff(ends))
        people = screen(setting, key, whose, np.concatenate(numbers))
        certain: dict[int, Enrolment] = {}
        for place, known in enumerate(map(slice, ends, ends[1:])):
            queue = Queue(*arriving.of(place), people.screening[known], people.failed[known], people.arm[known])
            enrolment = enrol(queue, limits)
            if enrolment.certain:
                certain[place] = enrolment
        none = np.zeros(0, np.int64)
        enrolled = np.concatenate([none, *(ends[place] + each.enrolled for place, each in certain.items())])
        block = block_of(setting, key, people, enrolled)
        for place, enrolment in certain.items():
            rows, arrive = slice(ends[place], ends[place] + enrolment.came), arriving.of(place)[1][: enrolment.came]
            found[left[place]] = Came(replications[left[place]], block, rows, arrive, enrolment)
        left = [index for index in left if index not in found]
        ahead *= 2
    return [found[index] for index in range(len(replications))]


@lru_cache(maxsize=2)
def enough(prepared: Prepared) -> int:
    """Return how many candidates are enough for most replications, judged by some of the first site.

    With a share p that passes, the number until the n-th who does has mean n / p and variance n (1 - p) / p^2; some
    more come while the last ones are screened.
    """
    tried = screen(prepared.setting, prepared.key, 0, np.arange(TRIED))
    share, target = max(float(tried.passed.mean()), 1 / TRIED), prepared.world.target
    return FEWEST + ceil(1.05 * (target + DEVIATIONS * sqrt(target * (1 - share))) / share)
