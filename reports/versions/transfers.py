"""Who changes hands: groups of patients, each with where it was, where it is, its regions, and one patient of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialproof.reports.page.m11 import ASSIGNMENT, EXCLUSION, INCLUSION, POPULATION
from trialproof.reports.page.patients import place
from trialproof.reports.versions.material import Comparison
from trialproof.reports.versions.rules import say_witness
from trialproof.verify.versions.amendment import DecisionChange
from trialproof.verify.versions.compared import Change
from trialproof.verify.versions.merged import Merged
from trialproof.verify.versions.transfers import Transfer

SHOWN = 12
"""So many regions of one transfer stand open; the others are folded away."""


@dataclass(frozen=True, slots=True)
class Area:
    """A region: whom it holds, the values it is pinned to, and one of them."""

    words: str
    pinned: tuple[str, ...]
    patient: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Patients who were in one place and are in another; `complete` is False where there are further regions."""

    before: str
    after: str
    areas: tuple[Area, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What is asked of whom, who moved, and why that is not known, if so; without both, nobody moved."""

    title: str
    m11: tuple[str, ...]
    moved: tuple[Moved, ...]
    unclear: str


@dataclass(frozen=True, slots=True)
class Transfers:
    """All groups; `few` is how many regions of one transfer stand open."""

    groups: tuple[Group, ...]
    few: int = SHOWN


def transfers(material: Comparison) -> Transfers:
    """Return who changes hands."""
    return Transfers(tuple(_groups(material)))


def _groups(material: Comparison) -> Iterator[Group]:
    found = material.amendment
    merged, eligibility = found.merged, found.eligibility
    yield _group(merged, "Eligibility", (INCLUSION, EXCLUSION), eligibility.transfers, eligibility.reason,
                 complete=eligibility.complete)  # fmt: skip
    for decision in found.decisions:
        population, name = decision.population, f"`{decision.new.name}`"
        if population is not None:
            yield _group(merged, f"Whom {name} is for", (POPULATION,), population.transfers, population.reason,
                         complete=population.complete)  # fmt: skip
        who = "eligible in both versions" if population is None else "whom it is for in both versions"
        title = f"{name}, of the patients {who}"
        reason = decision.reason or _incomparable(decision)
        yield _group(merged, title, (ASSIGNMENT,), decision.transfers, reason, complete=decision.complete)


def _incomparable(decision: DecisionChange) -> str:
    """Return why the choices cannot be compared, if one of them cannot."""
    reasons = [each.compared.reason for each in decision.choices
               if each.compared is not None and each.compared.change is Change.INCOMPARABLE]  # fmt: skip
    return "; ".join(dict.fromkeys(reasons))


def _group(
    merged: Merged, title: str, m11: tuple[str, ...], found: Sequence[Transfer], reason: str, *, complete: bool
) -> Group:
    unclear = reason or ("" if complete or not all(each.regions.complete for each in found)
                         else "there are more changes than are searched")  # fmt: skip
    return Group(title, m11, tuple(_moved(merged, each) for each in found), unclear)


def _moved(merged: Merged, found: Transfer) -> Moved:
    return Moved(
        found.before,
        found.after,
        tuple(
            Area(place(merged.protocol, each).words, each.pinned, say_witness(merged, each.witness))
            for each in found.regions.regions
        ),
        found.regions.complete,
    )
