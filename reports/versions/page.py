"""The comparison of two versions as one HTML file, put together as the report is (`reports.page.page`).

A section is one row of `SECTIONS`; its values are those of a comparison, its template stands in `templates/`, or is
that of the report. What the report says of safety, styles and scripts holds here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trialproof.reports.page.m11 import ASSIGNMENT, EXCLUSION, INCLUSION, POPULATION
from trialproof.reports.page.page import Masthead, put_together
from trialproof.reports.versions.changes import changes
from trialproof.reports.versions.cohort import cohort
from trialproof.reports.versions.documents import documents
from trialproof.reports.versions.material import Comparison
from trialproof.reports.versions.moved_map import moved_map
from trialproof.reports.versions.record import record
from trialproof.reports.versions.rules import rules
from trialproof.reports.versions.transfers import transfers

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its name, its heading, its values, and the sections of the ICH M11 template that it speaks of."""

    name: str
    heading: str
    values: Callable[[Comparison], object | None]
    m11: tuple[str, ...] = ()


SECTIONS = (
    Section("changes", "What changes, at a glance", changes),
    Section("patient_map", "The map of the patients who moved", moved_map, (POPULATION, ASSIGNMENT)),
    Section("transfers", "Who is treated differently", transfers, (INCLUSION, EXCLUSION, ASSIGNMENT)),
    Section("cohort", "The share of a cohort", cohort),
    Section("documents", "The two documents side by side", documents),
    Section("rules", "The rules side by side", rules),
    Section("record", "The record", record),
)


def write_comparison(material: Comparison) -> str:
    """Return the comparison as HTML; the same material gives the same bytes. Raises `BadInput` if Jinja2 is missing."""
    parts = [(section, it) for section in SECTIONS if (it := section.values(material)) is not None]
    old, new = material.amendment.merged.old.protocol, material.amendment.merged.new.protocol
    imprint = (
        ", ".join(each for each in ("before: " + old.title, old.registry, old.file) if each),
        ", ".join(each for each in ("now: " + new.title, new.registry, new.file) if each),
    )
    return put_together(Masthead("Comparison of two versions", new.title, imprint), parts, TEMPLATES)
