"""What is said of given patients beside a review: how many are in each region, and how many a proof leaves out.

They are counted in `reports.cohort_share`, which imports far more than those who only print the counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialproof.verify.finding import LeftOut, Region


@dataclass(frozen=True, slots=True)
class Fate:
    """How many members of a decision's population there are, and how many of them have each fate."""

    decision: str
    members: int
    settled: int
    gap: int
    overlap: int
    undetermined: int


@dataclass(frozen=True, slots=True)
class CohortShare:
    """What a review means for the patients of a file.

    `of` patients could be read, `skipped` rows could not; of the patients so many are `eligible`, and of so many it is
    `open`. `regions` counts by decision and region, `left` by whom a proof leaves out.
    """

    file: str
    of: int
    skipped: int
    eligible: int
    open: int
    fates: tuple[Fate, ...]
    regions: Mapping[tuple[str, Region], int]
    left: Mapping[LeftOut, int]

    def says(self, count: int) -> str:
        """Return a count as a share: `12 of 1000 patients (1.2 %)`."""
        share = 100 * count / self.of if self.of else 0.0
        return f"{count} of {self.of} patients ({share:.3g} %)"


def say_counts(share: CohortShare) -> Iterator[str]:
    """Yield, in words, how many patients there are, how many are eligible, and what each decision makes of them."""
    skipped = f"; {share.skipped} rows could not be read" if share.skipped else ""
    yield f"{share.of} patients{skipped}"
    yield f"eligible: {share.says(share.eligible)}; eligibility not settled: {share.says(share.open)}"
    for each in share.fates:
        stranded = each.gap + each.overlap + each.undetermined
        said = f"`{each.decision}` settles {each.settled} of the {each.members} whom it is for"
        how = f"{each.gap} without a choice, {each.overlap} with too many, {each.undetermined} undetermined"
        yield f"{said}, and leaves {stranded}: {how}" if stranded else said
