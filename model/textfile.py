"""A text file, read whole or refused: the one place of the model that touches a disk."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG

from trialproof.model.place import BadInput, Place

MEGABYTE = 1_000_000


def read_text(path: Path, *, limit: int) -> str:
    """Return a UTF-8 file's text with line feeds as its only line ends and without a byte order mark.

    `limit` is in bytes, and is looked at before anything is read. Raises `BadInput` where the path is not a file,
    cannot be read, is too large, or holds anything but text.
    """
    place = Place(str(path))
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise BadInput(f"`{path}` is not a file", place)
        if status.st_size > limit:
            raise _too_large(place, status.st_size, limit)
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except FileNotFoundError:
        raise BadInput(f"there is no file `{path}`", place) from None
    except PermissionError:
        raise BadInput(f"`{path}` may not be read", place, help="check the permissions of the file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        name = printable(str(path))
        raise BadInput(f"`{name}` cannot be read: {reason.lower()}", Place(name)) from None
    if len(raw) > limit:
        raise _too_large(place, len(raw), limit)
    return _decode(raw, place)


def printable(text: str) -> str:
    """Return the text with whatever cannot be shown written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _too_large(place: Place, size: int, limit: int) -> BadInput:
    return BadInput(
        f"`{place.file}` has {size / MEGABYTE:.1f} MB, at most {limit // MEGABYTE} MB are read",
        place,
    )


def _decode(raw: bytes, place: Place) -> str:
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode()
        raise _not_text(place, good, f"the byte 0x{raw[error.start]:02X} is not UTF-8") from None
    nul = text.find("\0")
    if nul >= 0:
        raise _not_text(place, text[:nul], "a zero byte does not belong in a text file")
    return text


def _not_text(place: Place, before: str, message: str) -> BadInput:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return BadInput(
        message,
        Place(place.file, line, column),
        excerpt=printable(before[before.rfind("\n") + 1 :]),
        help="save the file as plain text in UTF-8",
    )
