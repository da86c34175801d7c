"""A text file, read whole or refused: the one place of the model that touches a disk."""

from __future__ import annotations

import re
from pathlib import Path
from stat import S_ISREG

from trialproof.model.document import Document, shorten
from trialproof.model.exact import in_backticks
from trialproof.model.place import BadInput, Place

MEGABYTE = 1_000_000
LONGEST_NAME = 200
LARGEST_DOCUMENT = 10 * MEGABYTE

CONTROL = re.compile(r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Whatever is not text: YAML does not hold it, and a terminal may obey it."""


def read_document(path: Path) -> Document:
    """Return a protocol's text, as which form feeds and the like count as blanks. Raises `BadInput`."""
    text = re.sub(r"[\v\f\x1c-\x1f]", " ", read_text(path, limit=LARGEST_DOCUMENT))
    odd = CONTROL.search(text)
    if odd:
        message = f"the control character U+{ord(odd.group()):04X} does not belong in a text"
        raise _not_text(Place(str(path)), text[: odd.start()], message)
    return Document(str(path), text)


def read_text(path: Path, *, limit: int) -> str:
    """Return a UTF-8 file's text with line feeds as its only line ends and without a byte order mark.

    `limit` is in bytes, and is looked at before anything is read. Raises `BadInput` where the path is not a file,
    cannot be read, is too large, or holds anything but text.
    """
    return decode(read_bytes(path, limit=limit), Place(str(path)))


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return what a file holds. Raises `BadInput` where the path is not a file, cannot be read, or is too large."""
    place, name = Place(str(path)), in_backticks(shorten(str(path), LONGEST_NAME))
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise BadInput(f"{name} is not a file", place)
        if status.st_size > limit:
            raise _too_large(place, name, status.st_size, limit)
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except FileNotFoundError:
        raise BadInput(f"there is no file {name}", place) from None
    except PermissionError:
        raise BadInput(f"{name} may not be read", place, help="check the permissions of the file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise BadInput(f"{name} cannot be read: {reason.lower()}", place) from None
    if len(raw) > limit:
        raise _too_large(place, name, len(raw), limit)
    return raw


def _too_large(place: Place, name: str, size: int, limit: int) -> BadInput:
    return BadInput(f"{name} has {size / MEGABYTE:.1f} MB, at most {limit // MEGABYTE} MB are read", place)


def decode(raw: bytes, place: Place) -> str:
    """Return the text that the bytes of a file are, as `read_text` does. Raises `BadInput`."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _not_text(place, raw[: error.start].decode(), f"the byte 0x{raw[error.start]:02X} is not UTF-8") from None
    nul = text.find("\0")
    if nul >= 0:
        raise _not_text(place, text[:nul], "a zero byte does not belong in a text file")
    return text


def _not_text(place: Place, before: str, message: str) -> BadInput:
    start = before.rfind("\n") + 1
    return BadInput(
        message,
        Place(place.file, before.count("\n") + 1, len(before) - start + 1),
        excerpt="".join(each if each.isprintable() else " " for each in before[start:]),
        help="save the file as plain text in UTF-8",
    )
