"""What a review means for given patients: how many of a cohort are in each region, and how many a proof leaves out.

Counts are exact, and a patient counts once for each region, so counts of regions are never added up. A statement that
was made to be asked of every possible patient is judged here on a cohort, through the one meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import Condition, Eligible
from trialproof.model.meaning import Meaning
from trialproof.model.protocol import Protocol
from trialproof.reports.shares import CohortShare, Fate
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.patients_file import open_patients, too_wide
from trialproof.simulate.rational import Exact, TooManyBits, Truths
from trialproof.verify.finding import Review
from trialproof.verify.properties import gap, member, overlap, settled
from trialproof.verify.statement import (
    About,
    AnyPatient,
    AnyReading,
    Every,
    Fixed,
    Holds,
    How,
    Statement,
    Who,
    judge,
    undetermined,
)

FATES = (settled, gap, overlap)
"""How the members of a decision's population are counted; the rest are undetermined."""


def cohort_share(
    protocol: Protocol, review: Review, path: Path, *, missing: Collection[str] = (), on_error: str = "stop"
) -> CohortShare:
    """Count the patients of a CSV or Parquet file under the readings of a review. Raises `BadInput`."""
    places = [
        (each.decision, region)
        for each in (*review.findings, *(one.finding for one in review.accepted))
        if each.decision is not None
        for region in each.regions
    ]
    left = list(dict.fromkeys(one for each in review.proved for one in each.leaves_out))
    decisions = list(protocol.decisions.values())
    eligible: Condition = Eligible()
    asked: list[Statement] = [Holds(eligible), undetermined(eligible)]
    asked += [Every((member(protocol.decisions[name]), region.place)) for name, region in places]
    asked += [each.place for each in left]
    for decision in decisions:
        inside = member(decision)
        asked += [inside, *(Every((inside, fate(decision))) for fate in FATES)]
    counts, of, skipped = np.zeros(len(asked), np.int64), 0, 0
    selection = dict(review.selection)
    for chunk in open_patients(protocol, path, missing=missing).chunks(selection, on_error=on_error):
        good = chunk.good
        of, skipped = of + int(good.sum()), skipped + int((~good).sum())
        try:
            counts += _counted(protocol, selection, chunk.cohort, good, asked)
        except TooManyBits as error:
            raise too_wide(error, path) from None
    found = iter(counts.tolist())
    eligible_count, open_count = next(found), next(found)
    regions = {each: next(found) for each in places}
    left_counts = {each: next(found) for each in left}
    fates = tuple(_fate(decision.name, next(found), [next(found) for _ in FATES]) for decision in decisions)
    return CohortShare(str(path), of, skipped, eligible_count, open_count, fates, regions, left_counts)


def _fate(decision: str, members: int, fates: list[int]) -> Fate:
    certain, none, many = fates
    return Fate(decision, members, certain, none, many, members - sum(fates))


def _counted(
    protocol: Protocol,
    selection: Mapping[str, str],
    cohort: Cohort,
    good: NDArray[np.bool_],
    asked: list[Statement],
) -> NDArray[np.int64]:
    meanings: dict[How, Meaning[Truths, Exact]] = {}

    def world(_: Who, how: How) -> Meaning[Truths, Exact]:
        assert not isinstance(how, AnyReading)  # noqa: S101 - what is reported was judged under known readings
        if how not in meanings:
            meanings[how] = among(protocol, cohort, how.as_dict())
        return meanings[how]

    readings = Fixed.of(selection)
    said = [About(each, AnyPatient(), readings) for each in asked]
    truths = (judge(each, world, AnyPatient(), readings) for each in said)
    return np.array([(spread(each, cohort.size) & good).sum() for each in truths], np.int64)
