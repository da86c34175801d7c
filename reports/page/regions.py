"""Regions: of each decision, who gets no choice, too many, or an open one, each with one patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.reports.page.crossings import all_findings, finding_anchor
from trialproof.reports.page.glance import GAP, OPEN, OVERLAP, PROVED, asked, fate
from trialproof.reports.page.material import Material
from trialproof.reports.page.patients import Place, place
from trialproof.verify.check import joined
from trialproof.verify.finding import Finding


@dataclass(frozen=True, slots=True)
class Stranded:
    """A region of patients who do not get as many choices as intended: what they get, and the finding that says so."""

    fate: str
    place: Place
    anchor: str
    code: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Strandings:
    """Those of one decision; `whole`: it is proved that there are no others, or that there are none at all."""

    decision: str
    label: str
    stranded: tuple[Stranded, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of every decision."""

    decisions: tuple[Strandings, ...]


def regions(material: Material) -> Regions | None:
    """Return the regions; None where there is no decision."""
    found = []
    for decision in material.protocol.decisions.values():
        stranded = tuple(_stranded(material, decision.name))
        whole = not stranded and all(fate(material.review, decision, each) == PROVED for each in asked(decision))
        found.append(Strandings(decision.name, decision.label, stranded, whole))
    return Regions(tuple(found)) if found else None


def _stranded(material: Material, decision: str) -> Iterator[Stranded]:
    for number, (finding, because) in enumerate(all_findings(material.review)):
        if finding.decision == decision and finding.code in (*GAP, *OVERLAP, *OPEN):
            for region in finding.regions:
                shown = place(material.protocol, region)
                yield Stranded(_fate(finding), shown, finding_anchor(number), finding.code, because is not None)


def _fate(finding: Finding) -> str:
    if finding.code in GAP:
        return "no choice"
    return joined(f"`{each}`" for each in finding.choices) if finding.code in OVERLAP else "undetermined"
