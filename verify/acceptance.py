"""Which findings the designer accepts: what an entry under `accept:` covers, and nothing besides."""

from __future__ import annotations

from trialproof.model.document import fold
from trialproof.model.protocol import Acceptance, Protocol
from trialproof.verify.finding import Finding


def covers(protocol: Protocol, acceptance: Acceptance, finding: Finding) -> bool:
    """Return whether an acceptance speaks of a finding; one that names a region covers that one region alone."""
    if acceptance.code != finding.code:
        return False
    if acceptance.region is not None and not _is_about(finding, acceptance.region):
        return False
    where = acceptance.where
    return where is None or where == finding.decision or protocol.places[where] in {
        label.place for label in finding.labels if not label.aside
    }


def _is_about(finding: Finding, region: str) -> bool:
    """Return whether a finding has this one region, or finds fault with these words alone."""
    if finding.regions:
        return [each.words for each in finding.regions] == [region]
    return {fold(each).casefold() for each in finding.words} == {fold(region).casefold()}


def accepting(protocol: Protocol, finding: Finding) -> Acceptance | None:
    """Return the first acceptance that covers a finding."""
    return next((each for each in protocol.accept if covers(protocol, each, finding)), None)
