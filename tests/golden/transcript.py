"""Compare what was printed with what is kept; `UPDATE_GOLDEN=1` keeps it anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def compare(name: str, printed: str) -> None:
    """Fail with a diff unless the file of this name holds just what was printed."""
    kept = HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        kept.write_text(printed, encoding="utf-8")
    if not kept.exists():
        pytest.fail(f"there is no {name} yet: run the test with UPDATE_GOLDEN=1 and read what it writes")
    assert printed == kept.read_text(encoding="utf-8")
