"""A YAML file as plain data in which every value still knows where it stands.

The data are dicts, lists and texts; a key without any value has None. A path (`("quantities", "age", "unit")`) leads
to a `Place` in the file; one that ends nowhere leads to the last value it reaches. What cannot be read at all raises
`BadInput`.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, Union

from trialproof.model.node import Items, Node, NodeProblem, Pairs, Scalar, read_nodes
from trialproof.model.place import BadInput, Place
from trialproof.model.textfile import MEGABYTE, read_text

DataPath: TypeAlias = Sequence[Union[str, int]]
Data: TypeAlias = Union[str, "list[Data]", "dict[str, Data]", None]

LARGEST_FILE = 2 * MEGABYTE
FILE_NAME = "protocol.yaml"

_COMMENT = re.compile(r"[ \t]+#[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Source:
    """A file, its text and the tree of its values."""

    file: str
    text: str
    root: Pairs
    _line_ends: array[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_line_ends", array("q", (end.start() for end in re.finditer("\n", self.text))))

    @property
    def data(self) -> dict[str, Data]:
        """The values alone."""
        return {key: _plain(value) for key, value in self.root.values.items()}

    def place(self, path: DataPath) -> Place:
        """Return where a value begins; within a block, the text's own first character."""
        node, _ = self._find(path)
        return self._place(self._text_span(node, 0, len(node.text))[0] if isinstance(node, Scalar) else node.start)

    def key_place(self, path: DataPath) -> Place:
        """Return where the key of a value begins; for an item of a list, where the item does."""
        node, key = self._find(path)
        return self._place(key.start if key else node.start)

    def within(self, path: DataPath, offset: int) -> Place:
        """Return where a character of a text stands: exact unless the text is written with escapes, else its start."""
        node, _ = self._find(path)
        return self._place(self._text_span(node, offset, offset)[0] if isinstance(node, Scalar) else node.start)

    def all_within(self, path: DataPath, offsets: Sequence[int]) -> list[Place]:
        """Return where characters of a text stand, as `within` does for one; the offsets ascend."""
        node, _ = self._find(path)
        found = self._characters(node) if isinstance(node, Scalar) else []
        if not isinstance(node, Scalar) or not found:
            return [self._place(node.start)] * len(offsets)
        places, count, last = [], 0, 0
        for offset in offsets:
            count += sum(not character.isspace() for character in node.text[last:offset])
            last = offset
            places.append(self._place(found[min(count, len(found) - 1)]))
        return places

    def keeps_lines(self, path: DataPath) -> bool:
        """Return whether this is a text whose lines are those of the file, as `|` begins one."""
        node, _ = self._find(path)
        return isinstance(node, Scalar) and node.style == "|"

    def excerpt(self, place: Place) -> str:
        """Return the whole line of a place."""
        return self.text.split("\n")[place.line - 1]

    def comment_after(self, path: DataPath) -> str | None:
        """Return the comment that follows an unquoted text on its line; None if there is none."""
        node, _ = self._find(path)
        if not isinstance(node, Scalar) or node.style or node.is_absent:
            return None
        comment = _COMMENT.match(self.text, node.end)
        return comment.group(1) if comment else None

    def cut_by_comma(self, path: DataPath) -> bool:
        """Return whether this is a key without a value between braces, as a comma within a text leaves it."""
        node, _ = self._find(path)
        parent, _ = self._find(path[:-1])
        return isinstance(parent, Pairs) and parent.flow and isinstance(node, Scalar) and node.is_absent

    def in_brackets(self, path: DataPath) -> bool:
        """Return whether this is an item of a list between brackets, where a comma ends it."""
        parent, _ = self._find(path[:-1])
        return isinstance(parent, Items) and parent.flow

    def problem(
        self,
        message: str,
        path: DataPath,
        *,
        at_key: bool = False,
        span: tuple[int, int] | None = None,
        help: str | None = None,  # noqa: A002
    ) -> BadInput:
        """Return the error for a value, its key, or the characters of a text from `span[0]` to before `span[1]`."""
        start, end = self._pointed_at(path, at_key=at_key, span=span)
        return _bad(self._place(start), self.text, start, end, message, help)

    def _pointed_at(self, path: DataPath, *, at_key: bool, span: tuple[int, int] | None) -> tuple[int, int]:
        node, key = self._find(path)
        if not at_key and isinstance(node, Scalar) and not node.is_absent:
            return self._text_span(node, *(span or (0, len(node.text))))
        if not at_key and not isinstance(node, Scalar) and node.flow:
            return node.start, node.end
        return (key.start, key.end) if key else (node.start, node.start + 1)

    def _find(self, path: DataPath) -> tuple[Node, Scalar | None]:
        """Return the value that a path leads to, or the last one on its way; with its key unless it has none."""
        node: Node = self.root
        key: Scalar | None = None
        for step in path:
            if isinstance(node, Pairs) and isinstance(step, str) and step in node.values:
                key, node = node.keys[step], node.values[step]
            elif step == 0 and not isinstance(node, Items):
                continue  # a list of one entry that is written without the list
            elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
                node, key = node.items[step], None
            else:
                break
        return node, key

    def _text_span(self, node: Scalar, start: int, end: int) -> tuple[int, int]:
        """Return where the characters of a text stand in the file; its whole span where escapes hide that."""
        offsets = self._characters(node)
        if not offsets:
            return node.start, node.end
        first = sum(not character.isspace() for character in node.text[:start])
        last = sum(not character.isspace() for character in node.text[:end])
        begin = offsets[first] if first < len(offsets) else offsets[-1] + 1
        return begin, max(offsets[last - 1] + 1 if last else begin, begin)

    def _characters(self, node: Scalar) -> list[int]:
        """Return where each character of a text that is not white space stands; empty if that cannot be told."""
        first, last = node.start, node.end
        if node.style in ("'", '"'):
            first, last = first + 1, last - 1
        elif node.style:
            first = self.text.find("\n", first) + 1
        offsets = [at for at in range(first, last) if not self.text[at].isspace()]
        if node.style == "'":
            offsets = _read_doubled_once(self.text, offsets)
        wanted = "".join(node.text.split())
        offsets = offsets[: len(wanted)]
        return offsets if "".join(self.text[at] for at in offsets) == wanted else []

    def _place(self, offset: int) -> Place:
        return Place(
            self.file, bisect_left(self._line_ends, offset) + 1, offset - self.text.rfind("\n", 0, offset)
        )


def read_source(path: Path) -> Source:
    """Read a protocol from its folder or its file. Raises `BadInput`."""
    if os.path.isdir(path):
        path = _in_folder(path)
    return parse_source(str(path), read_text(path, limit=LARGEST_FILE))


def parse_source(file: str, text: str, *, begin: str = "`trialproof init` writes one to begin with") -> Source:
    """Read the text of a file; the outermost value must be a mapping. Raises `BadInput`.

    `begin` says how to begin one, where the file is empty.
    """
    try:
        root = read_nodes(text)
    except NodeProblem as problem:
        start = problem.start
        raise _bad(_place(file, text, start), text, start, problem.end, problem.message, problem.help) from None
    if root is None or (isinstance(root, Scalar) and root.is_absent):
        raise BadInput("the file is empty", Place(file), help=begin)
    if not isinstance(root, Pairs):
        kind = "a list" if isinstance(root, Items) else "one text"
        message = f"the file is {kind}, not keys with values"
        raise _bad(_place(file, text, root.start), text, root.start, root.start + 1, message, None)
    return Source(file, text, root)


def problem_in(
    file: str, text: str, start: int, end: int, message: str, help: str | None = None  # noqa: A002
) -> BadInput:
    """Return the error for the characters of a file's text from `start` to before `end`."""
    return _bad(_place(file, text, start), text, start, end, message, help)


def _in_folder(folder: Path) -> Path:
    path = folder / FILE_NAME
    if os.path.lexists(path) or not os.access(folder, os.X_OK):
        return path
    other = next((name for name in ("protocol.yml", "Protocol.yaml") if os.path.lexists(folder / name)), None)
    raise BadInput(
        f"the folder `{folder}` holds no `{FILE_NAME}`",
        Place(str(folder)),
        help=f"rename `{other}`" if other else "`trialproof init DOCUMENT.txt` writes one",
    )


def _plain(node: Node) -> Data:
    match node:
        case Scalar():
            return None if node.is_absent else node.text
        case Items(items=items):
            return [_plain(item) for item in items]
        case Pairs(values=values):
            return {key: _plain(value) for key, value in values.items()}


def _read_doubled_once(text: str, offsets: list[int]) -> list[int]:
    """Leave out the second of two single quotation marks, which stand for one."""
    kept: list[int] = []
    skip = -1
    for at in offsets:
        if at != skip:
            kept.append(at)
            skip = at + 1 if text[at : at + 2] == "''" else skip
    return kept


def _place(file: str, text: str, offset: int) -> Place:
    return Place(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _bad(place: Place, text: str, start: int, end: int, message: str, help: str | None) -> BadInput:  # noqa: A002
    line_end = text.find("\n", start)
    last = min(end, line_end if line_end >= 0 else len(text))
    excerpt = text[start - place.column + 1 : line_end if line_end >= 0 else len(text)]
    shown = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in excerpt)
    return BadInput(message, place, excerpt=shown, width=max(last - start, 1), help=help)
