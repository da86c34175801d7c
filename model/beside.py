"""A file that a protocol names: it lies in the protocol's own folder, and nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from trialproof.model.document import show
from trialproof.model.place import BadInput
from trialproof.model.source import DataPath, Source


def find_beside(source: Source, path: DataPath, name: str, what: str) -> Path:
    """Return the path of a file that the text at a path names; `what` is what messages call it.

    Raises `BadInput` where the name leads out of the protocol's folder or can be no name. Whether there is such a file
    is for the reader of it to find out.
    """
    folder = Path(source.file).parent
    outside = source.problem(
        f"the {what} {show(name)} is not in the protocol's folder",
        path,
        help="put it beside the protocol, and write its name only",
    )
    windows = PureWindowsPath(name)
    if windows.drive or windows.root or ".." in (*windows.parts, *PurePosixPath(name).parts):
        raise outside
    try:
        inside = (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        raise source.problem(f"no file can have the name {show(name)}", path) from None
    if not inside:
        raise outside
    return folder / name


def at_its_name(source: Source, path: DataPath, problem: BadInput) -> BadInput:
    """Return an error about a file as a whole as one about its name in the protocol; one within the file as it is."""
    return problem if problem.place.line else source.problem(problem.message, path, help=problem.help)
