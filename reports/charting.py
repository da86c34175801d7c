"""What to test a case report form with, in words: patients about each value, and the items that must be recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.model.protocol import Protocol
from trialproof.verify.finding import BoundaryPatients, MissingItem, Need, Review

MOST_SHOWN = 8
"""Values that are spelled out; the JSON has all of them, and all fields of each patient."""
PLACES_SHOWN = 2
"""Regions of patients who need an item that are spelled out."""
NEEDS = {
    Need.ALWAYS: "always",
    Need.SOMETIMES: "for some",
    Need.NEVER: "never",
    Need.UNCLEAR: "unclear",
}


def say_sides(found: BoundaryPatients) -> str:
    """Return what each side of a value gets: ``diameter 4.9 cm: `small`; 5 cm: no choice; 5.1 cm: `large` ``."""
    said = []
    for side in found.sides:
        other = " (another patient)" if side.witness is not None and not side.alone else ""
        said.append(f"{side.says}: {side.outcome}{other}")
    return f"{found.term} {'; '.join(said)}"


def untold_values(review: Review) -> Iterator[str]:
    """Yield, in words, the values that a decision compares something with and of which no finding has told."""
    told = {(each.decision, each.term, each.value) for finding in review.findings for each in finding.boundary}
    untold = [each for each in review.boundary_patients if (each.decision, each.term, each.value) not in told]
    for each in untold[:MOST_SHOWN]:
        yield f"`{each.decision}`, {say_sides(each)}"
    if len(untold) > MOST_SHOWN:
        yield f"and {len(untold) - MOST_SHOWN} more (all of them, with every field: --format json)"


def say_missing(protocol: Protocol, items: Sequence[MissingItem]) -> Iterator[tuple[str, str]]:
    """Yield for whom items must be recorded, and which: `always`, then their titles; each place by itself."""
    for need, label in NEEDS.items():
        mine = [each for each in items if each.need is need]
        for each in mine:
            if each.where:
                further = len(each.where) - PLACES_SHOWN
                rest = f", and {further} more regions" if further > 0 else ""
                place = "; or ".join(each.where[:PLACES_SHOWN])
                yield label, f"{protocol.quantities[each.quantity].title}, where {place}{rest}"
        titles = [protocol.quantities[each.quantity].title for each in mine if not each.where]
        if titles:
            yield label, ", ".join(titles)
