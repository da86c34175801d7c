"""The files that a report was made of, each with its SHA-256."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol


def hashes(protocols: Sequence[Protocol], further: Sequence[Path] = ()) -> tuple[tuple[str, str], ...]:
    """Return all files of protocols (their own, their documents and tables), then further ones, each with its hash.

    Raises `BadInput` for a file that has gone.
    """
    names = dict.fromkeys([*(name for each in protocols for name in _files(each)), *map(str, further)])
    return tuple((name, _hash(name)) for name in names if name)


def _files(protocol: Protocol) -> list[str]:
    places = [*protocol.places.values(), *(each.place for each in protocol.lexicon)]
    return [protocol.file, protocol.document, *(each.file for each in places)]


def _hash(name: str) -> str:
    try:
        return sha256(Path(name).read_bytes()).hexdigest()
    except OSError:
        raise BadInput("this file has gone since it was read", Place(name)) from None
