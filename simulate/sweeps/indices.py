"""Sobol indices: which of the varied values a figure depends on, and by how much, over all that they may be.

The first-order index of a value is the share of the variance of the figure that knowing this value alone would remove;
the total index is the share that would remain if all others were known. The figure of a cell is its mean over the
replications, which are the same chances in every cell. Sources: Saltelli and others, Computer Physics Communications
181 (2010) 259-270, for the estimators; the intervals are bootstrapped by SALib.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from trialproof.model.place import BadInput, Place
from trialproof.simulate.results.moments import Floats

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Index:
    """The indices of one varied value for a figure, each with half the width of its 95 % interval.

    None for a figure that does not vary at all.
    """

    metric: str
    path: str
    first: float | None
    first_half: float | None
    total: float | None
    total_half: float | None


def check_installed() -> None:
    """Raise `BadInput` where SALib is not installed."""
    if not find_spec("SALib"):
        raise BadInput(
            "Sobol indices need SALib, which is not installed", Place("--sobol"), help="pip install 'trialproof[sweep]'"
        )


def indices(metric: str, paths: Sequence[str], values: Floats, entropy: int) -> tuple[Index, ...]:
    """Return the indices of each path; `values` [N (D + 2)] are the figures of the cells in the order of the design."""
    if not np.ptp(values):
        return tuple(Index(metric, path, None, None, None, None) for path in paths)
    from SALib.analyze import sobol

    problem = {"num_vars": len(paths), "names": list(paths), "bounds": [[0, 1]] * len(paths)}
    seed = int(np.random.SeedSequence(entropy, spawn_key=(2,)).generate_state(1)[0])
    found = sobol.analyze(problem, values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    told = ([float(each) for each in found[key]] for key in ("S1", "S1_conf", "ST", "ST_conf"))
    return tuple(Index(metric, path, *each) for path, *each in zip(paths, *told, strict=True))
