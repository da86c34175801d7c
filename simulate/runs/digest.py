"""What tells one protocol, scenario or simulation from any other: a digest of all that it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256

from trialproof.model.place import Place

PATHS = ("file", "document")
"""Fields that say where something was read, as the user named it."""


def digest(value: object) -> str:
    """Return the SHA-256 of what a value says: all of it but the places in files where it was said."""
    found = sha256()
    for part in _parts(value):
        found.update(part.encode())
        found.update(b"\0")
    return found.hexdigest()


def _parts(value: object) -> Iterator[str]:
    if isinstance(value, Place):
        return
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__
        for each in fields(value):
            if each.compare and each.name not in PATHS:
                yield each.name
                yield from _parts(getattr(value, each.name))
    elif isinstance(value, Enum):
        yield f"{type(value).__name__}.{value.name}"
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}"
        for name, each in value.items():
            yield from _parts(name)
            yield from _parts(each)
    elif isinstance(value, (set, frozenset)):
        yield f"set {len(value)}"
        yield from sorted(part for each in value for part in _parts(each))
    elif isinstance(value, (tuple, list)):
        yield f"sequence {len(value)}"
        for each in value:
            yield from _parts(each)
    else:
        yield f"{type(value).__name__} {value!r}"
