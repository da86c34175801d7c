"""The last line of a report: how many were found, accepted, proved, and left undecided."""

from __future__ import annotations

from trialproof.reports.baseline import Baseline
from trialproof.verify.finding import Review, Severity


def tally(review: Review, baseline: Baseline | None = None) -> str:
    """Return the figures of a review in one sentence without a full stop; it holds no word of the protocol."""
    counts = [
        (sum(each.severity is severity for each in review.findings), severity.name.lower())
        for severity in sorted(Severity, reverse=True)
    ]
    said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count)
    if said and baseline is not None:
        said += f", {len(baseline.new(review))} of them new"
    if review.accepted:
        said = f"{said or 'nothing else found'}; {len(review.accepted)} accepted"
    if not (said or review.proved or review.undecided or review.coverage):
        return "nothing was checked: there is no rule yet that anything could be proved of"
    return f"{said or 'nothing found'}; {len(review.proved)} proved; {len(review.undecided)} undecided"
