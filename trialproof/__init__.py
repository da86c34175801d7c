"""Prove what a clinical-trial protocol says, and simulate what it will do.

    from trialproof import load, review

    protocol = load("protocols/esophageal-salvage")
    for finding in review(protocol).findings:
        print(finding.code, finding.message)

The names below are the front door; they are imported when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialproof.model.document import Quote as Quote
    from trialproof.model.english import say as say
    from trialproof.model.load import load as load
    from trialproof.model.patient import Patient as Patient, about as about
    from trialproof.model.place import BadInput as BadInput
    from trialproof.model.protocol import Protocol as Protocol
    from trialproof.verify.finding import Finding as Finding, Proved as Proved, Review as Review
    from trialproof.verify.replay import Disagreement as Disagreement
    from trialproof.verify.review import review as review

_HOMES = {
    "load": "trialproof.model.load",
    "Protocol": "trialproof.model.protocol",
    "Quote": "trialproof.model.document",
    "BadInput": "trialproof.model.place",
    "Patient": "trialproof.model.patient",
    "about": "trialproof.model.patient",
    "say": "trialproof.model.english",
    "review": "trialproof.verify.review",
    "Review": "trialproof.verify.finding",
    "Finding": "trialproof.verify.finding",
    "Proved": "trialproof.verify.finding",
    "Disagreement": "trialproof.verify.replay",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'trialproof' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
