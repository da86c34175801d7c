"""The record: by which program, from which files and with which options the report was made."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from trialproof.reports.page.material import Material


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in the record: (what, value) pairs, files with their hashes, and readings that were taken."""

    entries: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    readings: tuple[tuple[str, str, bool], ...]
    command: str


def record(material: Material) -> Recorded:
    """Return the record of a report."""
    protocol = material.protocol
    entries = [
        ("trialproof", material.release),
        ("protocol", protocol.title),
        ("registry", protocol.registry),
        ("date", material.date or ""),
    ]
    return Recorded(
        tuple(each for each in entries if each[1]),
        material.files,
        tuple(
            (name, reading, reading == protocol.preferred[name]) for name, reading in material.selection.items()
        ),
        shlex.join(("trialproof", "report", protocol.file, *material.options)),
    )
