"""Every assumption of a simulation with what stands behind it: published, derived or assumed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Assumption

MEANING = {
    "published": "somebody has measured and published it",
    "derived": "worked out from what is published",
    "assumed": "nobody has published it: the judgement of who wrote the scenario",
}


@dataclass(frozen=True, slots=True)
class Group:
    """The assumptions of one part of the scenario."""

    name: str
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The section: how many there are of each standing with what that means, and all of them, part by part."""

    scenario: str
    counts: tuple[tuple[str, int, str], ...]
    groups: tuple[Group, ...]
    listed: bool

    @property
    def all(self) -> int:
        """How many there are."""
        return sum(count for _, count, _ in self.counts)


def assumptions(material: Material) -> Assumptions | None:
    """Return the section; None without a run."""
    run = material.run
    if run is None:
        return None
    counted = Counter(each.standing for each in run.assumptions) or Counter(run.summary["assumptions"])
    parts = groupby(run.assumptions, key=lambda each: each.path.partition(".")[0])
    groups: dict[str, list[Assumption]] = {}
    for name, found in parts:
        groups.setdefault(name, []).extend(found)
    return Assumptions(
        run.scenario,
        tuple((standing, counted[standing], words) for standing, words in MEANING.items()),
        tuple(Group(name, tuple(found)) for name, found in groups.items()),
        bool(run.assumptions),
    )
