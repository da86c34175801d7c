"""The section of the page that shows the maps of patients."""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.model.condition import Eligible
from trialproof.reports.page.map_figure import draw, write_svg
from trialproof.reports.page.map_words import Data
from trialproof.reports.page.material import Material
from trialproof.reports.page.patient_map import maps_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One map: its name, its heading, the picture to begin with, and notes; or why there is none."""

    name: str
    title: str
    svg: str
    notes: tuple[str, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Maps:
    """The maps in the order of the decisions, their `data` for the script, and whether one is for the eligible."""

    maps: tuple[Shown, ...]
    data: tuple[Data, ...]
    eligible: bool


def patient_map(material: Material) -> Maps | None:
    """Return the maps of a protocol; None if it decides nothing."""
    found = maps_of(material.protocol, material.selection, material.laid, material.atlases)
    if not found:
        return None
    shown = []
    for each in found:
        if each.data is None:
            shown.append(Shown(each.decision, each.title, "", (), each.why_not))
        else:
            svg = write_svg(draw(each.data, each.data["start"], each.patients))
            shown.append(Shown(each.decision, each.title, svg, tuple(each.data["notes"])))
    data = tuple({"data": each.data, "patients": each.patients} for each in found if each.data is not None)
    eligible = any(each.population == Eligible() for each in material.protocol.decisions.values())
    return Maps(tuple(shown), data, eligible)
