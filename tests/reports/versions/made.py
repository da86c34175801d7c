"""Comparisons for tests: made in this process, without workers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.verify.test_amendment import compared
from trialproof.model.load import load
from trialproof.model.renames import Renames
from trialproof.reports.moved_share import moved_share
from trialproof.reports.versions.material import Comparison
from trialproof.verify.check import example_files

ROOT = Path(__file__).parents[3]


def between(old: Path, new: Path, *, renames: Renames | None = None, cohort: Path | None = None) -> Comparison:
    """Return the comparison of the protocols at two paths."""
    found = compared(load(old), load(new), renames)
    shares = None if cohort is None else moved_share(found, cohort)
    return Comparison(found, renames or Renames(), shares, "1.2.3", (), ((str(old), "0" * 64), (str(new), "1" * 64)))


def written(folder: Path, old: str, new: str) -> Comparison:
    """Return the comparison of two texts; what stands below `--- document.txt` is the document."""
    for which, text in (("old", old), ("new", new)):
        (folder / which).mkdir()
        for name, content in example_files(text).items():
            (folder / which / name).write_text(content, encoding="utf-8")
    return between(folder / "old", folder / "new")


@cache
def repaired() -> Comparison:
    """Return the comparison of the founding protocol with its repair; nobody changes it."""
    return between(ROOT / "protocols" / "esophageal-salvage", ROOT / "protocols" / "esophageal-salvage-repaired")
