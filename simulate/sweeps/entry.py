"""A value of a scenario file by its path in words, and the file with another text in its place.

A path has the keys of the file with dots between them; an item of a list is counted from 0. The path of an entry that
says a single value, such as `accrual.target`, leads to that value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, cast

from trialproof.model.complaint import did_you_mean
from trialproof.model.node import Items, Node, NodeProblem, Pairs, Scalar, read_nodes
from trialproof.model.place import BadInput, Place
from trialproof.model.source import Source
from trialproof.simulate.scenario.shape_value import SOURCES

Steps: TypeAlias = tuple["str | int", ...]
SHOWN = 12
"""So many names are listed."""


def find(source: Source, path: str, place: Place, *, whole: bool = False) -> Steps:
    """Return the steps to the value that a path leads to; with `whole`, to several together if it leads to these.

    Raises `BadInput` at `place` where it leads to no value.
    """
    steps: list[str | int] = []
    node: Node = source.root
    rest = path
    while rest:
        so_far = path[: len(path) - len(rest)].rstrip(".")
        step = _step(node, rest)
        if step is None:
            raise _astray(node, rest, so_far, place)
        steps.append(step)
        node = _inside(node, step)
        rest = rest[len(str(step)) + 1 :]
    if isinstance(node, Pairs) and not whole:
        said = [key for key in node.values if key not in SOURCES]
        if len(said) > 1 or not isinstance(node.values[said[0]], Scalar):
            names = ", ".join(f"`{path}.{key}`" for key in said[:SHOWN])
            raise BadInput(f"`{path}` says more than one value", place, help=f"name one of them: {names}")
        steps.append(said[0])
    return tuple(steps)


def put(source: Source, values: Mapping[Steps, str]) -> Source:
    """Return the file with other values, of which each is a text, or a list or mapping in brackets.

    Raises `NodeProblem` for brackets that cannot be read.
    """
    root: Node = source.root
    for steps, text in values.items():
        root = _put(root, steps, text)
    return Source(source.file, source.text, cast("Pairs", root))


def span(source: Source, steps: Steps) -> tuple[Place, Place]:
    """Return where a value of a file begins and where it ends."""
    node: Node = source.root
    for step in steps:
        node = _inside(node, step)
    before, upto = source.text[: node.start], source.text[: max(node.start, node.end - 1)]
    return tuple(  # type: ignore[return-value]
        Place(source.file, text.count("\n") + 1, len(text) - text.rfind("\n")) for text in (before, upto)
    )


def _step(node: Node, rest: str) -> str | int | None:
    """Return the key or the number with which a path goes on; the longest of several keys."""
    if isinstance(node, Pairs):
        return max((key for key in node.values if rest == key or rest.startswith(f"{key}.")), key=len, default=None)
    number = rest.partition(".")[0]
    if isinstance(node, Items) and number.isascii() and number.isdigit() and str(int(number)) == number:
        return int(number) if int(number) < len(node.items) else None
    return None


def _inside(node: Node, step: str | int) -> Node:
    match node, step:
        case Pairs(values=values), str():
            return values[step]
        case Items(items=items), int():
            return items[step]
    raise LookupError(step)


def _astray(node: Node, rest: str, so_far: str, place: Place) -> BadInput:
    word = rest.partition(".")[0]
    where = f"`{so_far}`" if so_far else "the scenario file"
    match node:
        case Pairs(values=values):
            known = [key for key in values if key not in SOURCES]
            if isinstance(like := values.get("like"), Pairs):
                other = like.values.get("department")
                name = other.text if isinstance(other, Scalar) else ""
                advice = f"it is like `{name}`: vary that, or write `{word}` out in the file"
            else:
                meant = did_you_mean(word, known)
                listed = ", ".join(f"`{key}`" for key in known[:SHOWN])
                advice = f"did you mean `{meant}`?" if meant else f"there is {listed}"
            return BadInput(f"{where} has no `{word}`", place, help=advice)
        case Items(items=items):
            return BadInput(f"{where} has no item `{word}`", place, help=f"its items are 0 to {len(items) - 1}")
        case _:
            return BadInput(f"{where} is a single value, and has no `{word}`", place)


def _put(node: Node, steps: Sequence[str | int], text: str) -> Node:
    if not steps:
        return _written(node, text)
    step, inside = steps[0], _put(_inside(node, steps[0]), steps[1:], text)
    match node, step:
        case Pairs(values=values), str():
            return replace(node, values={**values, step: inside})
        case Items(items=items), int():
            return replace(node, items=[inside if at == step else each for at, each in enumerate(items)])
    raise LookupError(step)


def _written(node: Node, text: str) -> Node:
    """Return a text as a value that stands where another one stood."""
    if not text.startswith(("[", "{")):
        return Scalar(node.start, node.end, text, "'")
    root = read_nodes(text)
    if root is None:
        raise NodeProblem("nothing stands there", 0)
    return _moved(root, node)


def _moved(node: Node, place: Node) -> Node:
    """Return a value as if all of it stood where another one stood."""
    match node:
        case Scalar():
            return Scalar(place.start, place.end, node.text, "'")
        case Items(items=items):
            return replace(node, start=place.start, end=place.end, items=[_moved(each, place) for each in items])
        case Pairs(values=values):
            keys = {key: Scalar(place.start, place.end, key, "'") for key in values}
            inside = {key: _moved(value, place) for key, value in values.items()}
            return replace(node, start=place.start, end=place.end, keys=keys, values=inside)
