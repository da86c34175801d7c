"""`trialproof init`: a first protocol.yaml beside a document, never over anything that exists."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from trialproof.model.draft import draft
from trialproof.model.place import BadInput, Place
from trialproof.model.schema import protocol_schema
from trialproof.model.textfile import read_document

SCHEMA = "protocol.schema.json"


def write_draft(document: Path, title: str | None, output: Path | None) -> Iterator[str]:
    """Write the draft and its schema, and yield what was done. Raises `BadInput` and then leaves nothing behind."""
    target = output or document.with_name("protocol.yaml")
    source = read_document(document)
    if target.parent.resolve() != document.parent.resolve():
        raise BadInput("the protocol must stand in the folder of its document", Place(str(target)))
    text = draft(source, title)
    _create(target, text)
    yield f"wrote {target}: {text.count('- quote:')} sentences to do"
    beside = target.with_name(SCHEMA)
    if not beside.exists():
        _create(beside, json.dumps(protocol_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        yield f"wrote {beside}: editors that know YAML schemas complete and check as you type"


def _create(path: Path, text: str) -> None:
    """Write a new file whole or not at all."""
    if path.exists():
        raise BadInput("the file exists already, and is not overwritten", Place(str(path)))
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(f"cannot write the file: {error.strerror}", Place(str(path))) from error
