"""`docs/generate.py`, loaded from its file: docs/ is no package."""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def generator() -> Any:
    """Return the module; what it renews, it also compares."""
    spec = spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["docs_generate"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
