"""What stands in a certificate's folder: the shapes of its index and of a patient's record, read with distrust.

The folder may come from somebody else, so every name in it must lead to a file of the folder, and every file must be
the one whose SHA-256 the index has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from trialproof.model.exact import in_backticks, plain
from trialproof.model.patient import Patient
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import NumberKind, Protocol, Recorded
from trialproof.model.textfile import MEGABYTE, read_text
from trialproof.verify.replay import could_be_recorded

INDEX, MANUAL, PROTOCOL = "index.json", "README.md", "protocol/protocol.yaml"
LARGEST = 100 * MEGABYTE
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+|/0*[1-9][0-9]*)?")
PLAIN_NAME = re.compile(r"[^/\\\x00-\x1f:]+(?:/[^/\\\x00-\x1f:]+)*")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class QuoteShape(_Shape):
    """Words of the document, and the line they begin in."""

    line: int
    text: str


class Entry(_Shape):
    """One obligation: the question, the answer that is expected, and what each solver said.

    `kind`, `of` and `names` are its subject. `question` is the file that asks whether there is such a patient;
    `patient` holds the witness, and `with_patient` is the same question about that one patient.
    """

    name: str
    code: str
    says: str
    expected: Literal["sat", "unsat"]
    kind: str
    of: str
    names: list[str]
    quotes: list[QuoteShape]
    question: str
    patient: str | None
    with_patient: str | None
    z3: Literal["sat", "unsat", "unknown"]
    cvc5: Literal["sat", "unsat", "unknown", "unreadable", "not asked"]


class OpenShape(_Shape):
    """What Z3 could not decide: there is no file for it."""

    about: str
    reason: str


class Index(_Shape):
    """The whole certificate. `files` has the SHA-256 of every file but this one and the manual."""

    certificate: Literal[1]
    trialproof: str
    title: str
    registry: str
    readings: dict[str, str]
    assumptions: list[str]
    obligations: list[Entry]
    undecided: list[OpenShape]
    not_certified: list[str]
    files: dict[str, str]

    def written(self) -> str:
        """Return the index as text; the same index gives the same bytes."""
        return self.model_dump_json(indent=2) + "\n"


def read_index(folder: Path) -> Index:
    """Return the index of a folder in which every file is as it was written. Raises `BadInput`."""
    path = folder / INDEX
    try:
        index = Index.model_validate_json(read_text(path, limit=LARGEST))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise BadInput(
            f"this is no index of a certificate{f', at {in_backticks(where)}' if where else ''}", Place(str(path))
        ) from None
    named = {PROTOCOL}
    for entry in index.obligations:
        named |= {each for each in (entry.question, entry.patient, entry.with_patient) if each is not None}
    missing = sorted(named - index.files.keys())
    if missing:
        raise BadInput(f"{in_backticks(missing[0])} has no SHA-256 in the index", Place(str(path)))
    for name, digest in index.files.items():
        _check_file(folder, name, digest)
    return index


def _check_file(folder: Path, name: str, digest: str) -> None:
    inside = PLAIN_NAME.fullmatch(name) and ".." not in PurePosixPath(name).parts
    if not inside or not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{in_backticks(name)} lies outside of the certificate's folder", Place(str(folder / INDEX)))
    if digest_of(folder / name) != digest:
        raise BadInput(
            "the file is not the one that was certified: its SHA-256 is another",
            Place(str(folder / name)),
            help="certify the protocol again, or get the folder again from where it comes from",
        )


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises `BadInput` where it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        reason = (error.strerror or "no reason is given").lower()
        raise BadInput(f"the file cannot be read: {reason}", Place(str(path))) from None


def write_patient(protocol: Protocol, patient: Patient) -> str:
    """Return a record as JSON: a number as exact text, a category as text, a yes/no, null where nothing is recorded."""
    values = patient.as_dict()
    return json.dumps({name: _text(values.get(name)) for name in protocol.quantities}, indent=2) + "\n"


def _text(value: Recorded | None) -> str | bool | None:
    return plain(value) if isinstance(value, Fraction) else value


def read_patient(protocol: Protocol, path: Path) -> Patient:
    """Return the record in a file. Raises `BadInput` where it is not one that the protocol allows."""
    place = Place(str(path))
    try:
        found = json.loads(read_text(path, limit=LARGEST))
    except (ValueError, RecursionError):
        raise BadInput("this is no record of a patient: it is not JSON", place) from None
    if not isinstance(found, dict) or set(found) != set(protocol.quantities):
        raise BadInput("this is no record of a patient: it does not name each quantity of the protocol once", place)
    return Patient.of({name: _value(protocol, name, value, place) for name, value in found.items()})


def _value(protocol: Protocol, name: str, value: object, place: Place) -> Recorded | None:
    quantity = protocol.quantities[name]
    if value is None:
        return None
    worth: object = value
    if isinstance(quantity.kind, NumberKind):
        try:
            worth = Fraction(value) if isinstance(value, str) and NUMBER.fullmatch(value) else None
        except ValueError:  # more digits than Python reads
            worth = None
    if not isinstance(worth, (Fraction, str, bool)) or not could_be_recorded(quantity, worth):
        raise BadInput(f"`{name}` cannot be recorded as {in_backticks(str(value)[:60])}", place)
    return worth


def hashes(folder: Path, names: list[str]) -> Mapping[str, str]:
    """Return the SHA-256 of files, by name."""
    return {name: digest_of(folder / name) for name in sorted(names)}
