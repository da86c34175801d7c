"""The JSON Schema of a `scenario.yaml`, for editors that complete and check as one types.

It is wider than `scenario.load`: it knows the keys and their forms, and nothing of names, sums or sense.
"""

from __future__ import annotations

from typing import Any

from trialproof.model.schema import schema_of
from trialproof.simulate.scenario.shape import ScenarioFile


def scenario_schema() -> dict[str, Any]:
    """Return the schema (2020-12) of a scenario file."""
    return schema_of(ScenarioFile, "scenario.yaml")
