"""The words that a designer reads: whole outputs, kept beside this file."""

from __future__ import annotations

import pytest

from tests.golden.test_founding_audit import trialproof
from tests.golden.transcript import compare

TRANSCRIPTS = {
    "check-esophageal-salvage.txt": ("check", "protocols/esophageal-salvage"),
    "check-esophageal-salvage-all.txt": (
        *("check", "protocols/esophageal-salvage", "--reading", "population=all"),
        *("--select", "TP2"),
    ),
    "check-esophageal-salvage-repaired.txt": ("check", "protocols/esophageal-salvage-repaired"),
    "repair-esophageal-salvage.txt": ("repair", "protocols/esophageal-salvage"),
    "diff-esophageal-salvage.txt": ("diff", "protocols/esophageal-salvage", "protocols/esophageal-salvage-repaired"),
    "diff-recovery-misprint.txt": (
        *("diff", "protocols/recovery-tocilizumab", "protocols/recovery-tocilizumab-misprint"),
    ),
    "show-esophageal-salvage.txt": ("show", "protocols/esophageal-salvage"),
    "explain.txt": ("explain",),
    "explain-tp103.txt": ("explain", "TP103"),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_output_is_what_it_was(name: str) -> None:
    run = trialproof(*TRANSCRIPTS[name])
    assert run.stderr == ""
    assert run.returncode in (0, 1)
    compare(name, run.stdout)
