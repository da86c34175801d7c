"""The record: by which program, from which files and with which options the comparison was made."""

from __future__ import annotations

import shlex

from trialproof.reports.page.record import Recorded
from trialproof.reports.versions.material import Comparison


def record(material: Comparison) -> Recorded:
    """Return the record of a comparison."""
    merged = material.amendment.merged
    entries = [("trialproof", material.release)]
    readings = []
    for version in (merged.old, merged.new):
        own = version.protocol
        entries.append((f"{version.which} version", ", ".join(each for each in (own.title, own.registry) if each)))
        readings += [
            (f"{name} ({version.which})", reading, reading == own.preferred[name])
            for name, reading in version.selection.items()
        ]
    paths = (merged.old.protocol.file, merged.new.protocol.file)
    return Recorded(
        tuple(each for each in entries if each[1]),
        material.files,
        tuple(readings),
        shlex.join(("trialproof", "diff", *paths, *material.options)),
    )
