"""What the page of a comparison is made of: the comparison, and what was looked up besides."""

from __future__ import annotations

from dataclasses import dataclass, field

from trialproof.model.renames import Renames
from trialproof.reports.moved_share import Shares
from trialproof.verify.versions.amendment import Amendment


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that a section may look at.

    `renames` are those that the amendment was compared under, `shares` the counts for a cohort (None: none was given).
    `release` is the version of the program; `options` are the arguments behind the two protocols; `files` are the input
    files, each with its SHA-256.
    """

    amendment: Amendment
    renames: Renames = field(default_factory=Renames)
    shares: Shares | None = None
    release: str = ""
    options: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
