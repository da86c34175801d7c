"""What a report is made of, for tests: gathered in this process, without workers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unittest.mock import patch

from tests.verify.everyone import InProcess, reviewed
from trialproof.model.load import load
from trialproof.reports.page.material import Material
from trialproof.verify.case import Case
from trialproof.verify.check import example_files
from trialproof.verify.repairs.repair import Proposal, repair
from trialproof.verify.treatment.timeline import timelines

ROOT = Path(__file__).parents[3]


def made(path: Path, *, repairs: int = 1) -> Material:
    """Return what a report of the protocol at a path is made of."""
    protocol = load(path)
    proposal: Proposal | None = None
    if repairs:
        with patch("trialproof.verify.repairs.repair.Solver", InProcess):
            proposal = repair(protocol, most=repairs)
    with InProcess(protocol) as solver:
        calendars = timelines(Case(protocol, solver, protocol.preferred))
    files = ((protocol.file, "0" * 64),)
    return Material(protocol, reviewed(protocol), proposal, calendars, "", "1.2.3", ("--repairs", str(repairs)), files)


def written(folder: Path, text: str, *, repairs: int = 1) -> Material:
    """Return the same for a protocol of this text; what stands below `--- document.txt` is the document."""
    for name, content in example_files(text).items():
        (folder / name).write_text(content, encoding="utf-8")
    return made(folder, repairs=repairs)


@cache
def founding() -> Material:
    """Return the same for the protocol that the project was founded on; nobody changes it."""
    return made(ROOT / "protocols" / "esophageal-salvage", repairs=2)
