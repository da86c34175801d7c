"""A YAML 1.2 file as a tree of texts, each with its offsets: nothing is resolved, converted or expanded.

`0x1F`, `~`, `2020-01-01` and `no` stay what they look like. What would make a small file large (aliases of aliases), a
walk over it deep, or its meaning depend on anything but its text (tags, a second document) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, Union

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from trialproof.model.document import show
from trialproof.model.textfile import CONTROL
from trialproof.model.yaml_problem import QUOTE_IT, begins_at_context, explain

MOST_VALUES = 100_000
DEEPEST = 40

_ANCHOR = re.compile(r"&\S+\s*")
_IMPOSSIBLE_ESCAPE = re.compile(r"\\U(?!000|0010)")


class NodeProblem(Exception):
    """What is wrong with a file, and between which offsets of its text; `message` and `help` as in `BadInput`."""

    def __init__(self, message: str, start: int, end: int | None = None, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end
        self.help = help


@dataclass(slots=True, eq=False)
class Scalar:
    """A text. `style` is its opening mark (`'`, `"`, `|`, `>`), or empty."""

    start: int
    end: int
    text: str
    style: str
    size: int = 1
    depth: int = 0

    @property
    def is_absent(self) -> bool:
        """Nothing was written at all: `key:` and no more."""
        return not self.text and not self.style


@dataclass(slots=True, eq=False)
class Items:
    """A list; `flow` where it is written in brackets. `size` counts its values, `depth` its levels."""

    start: int
    end: int
    flow: bool
    items: list[Node] = field(default_factory=list)
    size: int = 1
    depth: int = 1


@dataclass(slots=True, eq=False)
class Pairs:
    """A mapping in the order of the file; `flow` where it is written in braces. `keys` says where each key stands."""

    start: int
    end: int
    flow: bool
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)
    size: int = 1
    depth: int = 1


Node: TypeAlias = Union[Scalar, Items, Pairs]


def read_nodes(text: str) -> Node | None:
    """Return the root of the tree; None for a file that says nothing. Raises `NodeProblem`."""
    if odd := CONTROL.search(text):
        raise NodeProblem(f"the control character {_code(odd)} does not belong in this file", odd.start())
    builder = _Builder(text)
    for event in _events(text):
        builder.take(event, event.start_mark.index, event.end_mark.index)
    return builder.root


def _events(text: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        problem = str(error.problem or error.context)
        marks = (error.context_mark, error.problem_mark)
        mark = next((m for m in (marks if begins_at_context(problem) else marks[::-1]) if m is not None), None)
        offset = min(mark.index, len(text)) if mark is not None else 0
        message, help_ = explain(problem, text[offset : offset + 1])
        raise NodeProblem(message, offset, None, help_) from None
    except (YAMLError, ValueError):
        bad = _IMPOSSIBLE_ESCAPE.search(text)
        raise NodeProblem("an escape names no character", bad.start() if bad else 0) from None


class _Builder:
    """Puts events together into nodes. Never recurses, however deep the file."""

    def __init__(self, text: str) -> None:
        self.root: Node | None = None
        self._text = text
        self._open: list[Items | Pairs] = []
        self._keys: list[Scalar | None] = []
        self._anchors: dict[str, Node] = {}
        self._begun = False

    def take(self, event: Event, start: int, end: int) -> None:
        """Add what one event says; `start` and `end` are its offsets."""
        match event:
            case DocumentStartEvent():
                if self._begun:
                    raise NodeProblem("a second document begins here", start, end, "leave out what follows `---`")
                self._begun = True
            case AliasEvent(anchor=name):
                self._add(self._resolve(name, start, end), start, end)
            case ScalarEvent(value=value):
                begin = self._begin(event, event.tag, start)
                if odd := CONTROL.search(value):
                    raise NodeProblem(f"an escape stands for the control character {_code(odd)}", begin, end)
                scalar = Scalar(begin, end, value, event.style or "")
                self._anchors[event.anchor] = scalar
                self._add(scalar, begin, end)
            case SequenceStartEvent() | MappingStartEvent():
                self._open_collection(event, start)
            case SequenceEndEvent() | MappingEndEvent():
                self._keys.pop()
                closed = self._open.pop()
                closed.end = end
                self._add(closed, closed.start, closed.start + 1)

    def _open_collection(self, event: CollectionStartEvent, start: int) -> None:
        if len(self._open) >= DEEPEST:
            raise _too_deep(start)
        kind = Items if isinstance(event, SequenceStartEvent) else Pairs
        begin = self._begin(event, event.tag, start)
        node = kind(begin, begin + 1, bool(event.flow_style))
        self._anchors[event.anchor] = node
        self._open.append(node)
        self._keys.append(None)

    def _begin(self, event: NodeEvent, tag: str | None, start: int) -> int:
        """Return where the value itself begins, after its anchor."""
        if tag is not None:
            shown = show(tag.replace("tag:yaml.org,2002:", "!!"))
            raise NodeProblem(f"the tag {shown} is not used here", start, None, f"if it is a text, {QUOTE_IT}")
        anchor = _ANCHOR.match(self._text, start) if event.anchor else None
        return anchor.end() if anchor else start

    def _resolve(self, name: str, start: int, end: int) -> Node:
        node = self._anchors.get(name)
        if node is None:
            message = f"{show(f'*{name}')} refers to no {show(f'&{name}')} above"
            raise NodeProblem(message, start, end, f"if it is a text, {QUOTE_IT}")
        if any(node is each for each in self._open):
            raise NodeProblem(f"{show(f'*{name}')} stands within what it refers to", start, end)
        return node

    def _add(self, node: Node, start: int, end: int) -> None:
        """Add a finished node to the collection that is open."""
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        if parent.size > MOST_VALUES:
            raise NodeProblem(f"more than {MOST_VALUES} values, counting what aliases repeat", start, end)
        if len(self._open) + node.depth > DEEPEST:
            raise _too_deep(start)
        if isinstance(parent, Items):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = self._as_key(parent, node, start, end)
        else:
            parent.keys[key.text], parent.values[key.text] = key, node
            self._keys[-1] = None

    def _as_key(self, parent: Pairs, node: Node, start: int, end: int) -> Scalar:
        if not isinstance(node, Scalar):
            raise NodeProblem("a key must be one text, not a list or a mapping", start, end)
        if node.is_absent:
            raise NodeProblem("a key is missing before `:`", start, end)
        first = parent.keys.get(node.text)
        if first is not None:
            line = self._text.count("\n", 0, first.start) + 1
            message = f"the key {show(node.text)} stands here twice"
            raise NodeProblem(message, start, end, f"it stands first in line {line}")
        return node


def _code(odd: re.Match[str]) -> str:
    return f"U+{ord(odd.group()):04X}"


def _too_deep(start: int) -> NodeProblem:
    return NodeProblem(f"nested more than {DEEPEST} levels deep", start)
