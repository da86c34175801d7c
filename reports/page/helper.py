"""A second process, for what does not wait for the checks: the repairs, and the atlases behind the maps."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialproof.model.protocol import Protocol
    from trialproof.verify.atlas import Atlas
    from trialproof.verify.repairs.repair import Proposal
    from trialproof.verify.surveyed import NoAtlas


RARELY = 50_000
"""Of so many objects made, cycles are looked for, as in the process that starts this one (`trialproof.__main__`)."""


def start() -> ProcessPoolExecutor:
    """Start the process, which imports what it needs while the protocol is still being read."""
    helper = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    helper.submit(_get_ready)
    return helper


def search_repairs(protocol: Protocol, chosen: Mapping[str, str], most: int, seconds: float) -> Proposal:
    """Search the repairs, in whatever process this is."""
    from trialproof.verify.repairs.repair import repair

    return repair(protocol, selection=chosen, most=most, seconds=seconds)


def draw_atlases(protocol: Protocol, chosen: Mapping[str, str]) -> dict[str, Atlas | NoAtlas]:
    """Draw the atlas of each decision, in whatever process this is."""
    from trialproof.verify.atlas import atlases_of

    return atlases_of(protocol, chosen)


def _get_ready() -> None:
    gc.set_threshold(RARELY)
    import trialproof.verify.atlas
    import trialproof.verify.repairs.repair  # noqa: F401 - both stay imported
