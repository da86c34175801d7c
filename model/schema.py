"""The JSON Schema of a file such as `protocol.yaml`, for editors that complete and check as one types.

It is wider than `model.load`: it knows the keys and their forms, and nothing of names, quotes or rules. An ordinary
reader of YAML turns `5` into a number and `no` into a truth; the schema takes both.
"""

from __future__ import annotations

from typing import Any

from trialproof.model.part import Part
from trialproof.model.shape import ProtocolFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def protocol_schema() -> dict[str, Any]:
    """Return the schema (2020-12) of a protocol file."""
    return schema_of(ProtocolFile, "protocol.yaml")


def schema_of(file: type[Part], name: str) -> dict[str, Any]:
    """Return the schema (2020-12) of a kind of file."""
    published: dict[str, Any] = _without_noise(file.model_json_schema())
    return {"$schema": DIALECT, "title": f"{name} of trialproof", **published}


def _without_noise(value: Any) -> Any:
    """Leave out the titles that only repeat a key, and defaults that an editor would write into the file."""
    if isinstance(value, list):
        return [_without_noise(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_noise(each)
        for key, each in value.items()
        if key != "default" and not (key == "title" and isinstance(each, str))
    }
