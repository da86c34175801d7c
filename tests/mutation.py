"""How the tests are run on a mutant (`make mutate`): always the same way, the telling tests first, and no further.

A pytest plugin, loaded by `[tool.mutmut]` in pyproject.toml and by nothing else. Random tests draw the same examples
every time, fewer than usual, and end with the first that fails instead of looking for the smallest.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings

MOST_EXAMPLES = 40
"""Examples of one random test."""

settings.register_profile(
    "mutation", derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("mutation")


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Put plain examples before random ones, and let random ones draw no more than `MOST_EXAMPLES`."""
    items.sort(key=lambda item: drawn(item) is not None)
    for item in items:
        usual = drawn(item)
        if usual is not None:
            fewer = settings(usual, max_examples=min(usual.max_examples, MOST_EXAMPLES))
            item.obj._hypothesis_internal_use_settings = fewer


def drawn(item: pytest.Function) -> settings | None:
    """Return the settings of a random test; None for any other test."""
    return getattr(item.obj, "_hypothesis_internal_use_settings", None)
