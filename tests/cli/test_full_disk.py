"""Output that cannot be written is one clear error, and no defect of the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_behind_the_output_is_named() -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "trialproof", "explain", "TP101"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "error: the output cannot be written: no space is left\n"
