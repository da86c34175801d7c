"""The founding protocol and what the checks say of it, worked out once for all tests that look at reports."""

from __future__ import annotations

from functools import cache

from trialproof.model.load import load
from trialproof.model.protocol import Protocol
from trialproof.verify.finding import Review
from trialproof.verify.review import review

FOUNDING = "protocols/esophageal-salvage"


@cache
def founding() -> tuple[Protocol, Review]:
    """Return the protocol with its review."""
    protocol = load(FOUNDING)
    return protocol, review(protocol)
