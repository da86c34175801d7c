"""Files that are there whole or not at all, even if the machine stops at any moment.

A file is written under another name beside its place, flushed to the disk, and then moved there, which is one step.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

UNFINISHED = ".unfinished"


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write; when all is written it takes its place, and on any error there is no new file."""
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    with written(path) as file:
        file.write(text.encode())


def clear(folder: Path) -> None:
    """Remove what an interrupted program left half written."""
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Make the move itself last; not every system can open a folder."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
