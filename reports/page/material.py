"""What a report is made of: the protocol, what the checks said of it, and what was looked up besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialproof.model.protocol import Protocol
from trialproof.reports.page.map_points import Laid
from trialproof.reports.page.simulated.run import Run
from trialproof.verify.atlas import Atlas
from trialproof.verify.finding import Review
from trialproof.verify.repairs.repair import Proposal
from trialproof.verify.surveyed import NoAtlas
from trialproof.verify.treatment.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Material:
    """All that a section may look at.

    `review` is the run of the checks, under the readings `selection`. `proposal` has the repairs (None: nobody asked).
    `timelines` has the calendar of each branch of treatment; it is None where the solver gave up on it, and `unclear`
    says why. `release` is the version of the program; `options` are the arguments of the run behind the protocol;
    `files` are the input files, each with its SHA-256. `date` is what was given as the date of the report, if anything.
    `laid` are patients who are laid over the maps (None: none were given). `atlases` are what the maps are made of, or
    why there is none (None: not looked up, so the maps look them up). `run` is a simulation of the protocol, if
    there is one.
    """

    protocol: Protocol
    review: Review
    proposal: Proposal | None = None
    timelines: tuple[Timeline, ...] | None = ()
    unclear: str = ""
    release: str = ""
    options: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    date: str | None = None
    laid: Laid | None = None
    run: Run | None = None
    atlases: Mapping[str, Atlas | NoAtlas] | None = None

    @property
    def selection(self) -> Mapping[str, str]:
        """The reading of every sentence that the report speaks of."""
        return self.review.selection
