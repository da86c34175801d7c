"""The share of a reference cohort that moves: counts of the patients of a file, exact."""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.reports.diff_words import set_name, share_of
from trialproof.reports.versions.material import Comparison


@dataclass(frozen=True, slots=True)
class Counted:
    """One set of patients: how many before and after, and how many leave and come, with their shares."""

    name: str
    before: int
    after: int
    leave: str
    come: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """The counts; `notes` say what is not in them."""

    file: str
    of: int
    changed: str
    sets: tuple[Counted, ...]
    notes: tuple[str, ...]


def cohort(material: Comparison) -> Cohort | None:
    """Return the counts; None where no cohort was given."""
    shares = material.shares
    if shares is None:
        return None
    notes = []
    if shares.open_before or shares.open_after:
        notes.append(
            f"Eligibility is undetermined for {shares.open_before} patients before and {shares.open_after} after."
        )
    if shares.skipped:
        notes.append(f"{shares.skipped} rows could not be read and are not counted.")
    return Cohort(
        shares.file,
        shares.of,
        share_of(shares.changed, shares.of),
        tuple(
            Counted(set_name(each), each.before, each.after, share_of(each.leave, shares.of),
                    share_of(each.come, shares.of))
            for each in shares.sets
        ),
        tuple(notes),
    )  # fmt: skip
