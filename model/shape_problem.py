"""The first thing in a file that has the wrong shape, as one sentence at its place.

pydantic finds all of them and says nothing of lines; here each gets its place, the earliest in the file is taken, and
it is said in the words of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.part import COMPLAINT, Part, spell
from trialproof.model.place import BadInput
from trialproof.model.shape import ProtocolFile
from trialproof.model.source import Source

P = TypeVar("P", bound=Part)

EXPECTED = {
    "string_type": "one text",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
}


def read_shape(source: Source) -> ProtocolFile:
    """Return the parts of a protocol file. Raises `BadInput` at the first that has the wrong shape."""
    return read_parts(source, ProtocolFile)


def read_parts(source: Source, file: type[P]) -> P:
    """Return the parts of a file of this kind. Raises `BadInput` at the first that has the wrong shape."""
    try:
        return file.model_validate(source.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    misspelt = {each["loc"][:-1] for each in errors if each["type"] == "extra_forbidden"}
    problems = [
        _problem(source, file, each) for each in errors if each["type"] != "missing" or each["loc"][:-1] not in misspelt
    ]
    raise min(problems, key=lambda problem: problem.place)


def _problem(source: Source, file: type[Part], error: ErrorDetails) -> BadInput:
    path, kind = error["loc"], error["type"]
    if kind == COMPLAINT:
        said = error["ctx"]
        where = (*path, said["at"]) if said["at"] else path
        return source.problem(said["message"], where, at_key=bool(said["at"]), help=said["help"])
    if kind == "extra_forbidden":
        return _unknown_key(source, file, path)
    if kind == "missing":
        return source.problem(f"{_name(path[:-1])} has no `{path[-1]}`", path[:-1], at_key=True)
    expected = EXPECTED.get(kind, "something else")
    if error["input"] is None:
        return source.problem(f"{_name(path)} has no value, expected {expected}", path)
    return source.problem(f"{_name(path)} is {_say(error['input'])}, expected {expected}", path)


def _unknown_key(source: Source, file: type[Part], path: Sequence[str | int]) -> BadInput:
    key = str(path[-1])
    if source.cut_by_comma(path):
        return source.problem(
            f"{show(key)} is a key without a value",
            path,
            at_key=True,
            help="a comma ends a value between `{` and `}`: put the text in quotation marks, or write one key a line",
        )
    known = _keys_at(file, path[:-1])
    meant = did_you_mean(key, known)
    advice = f"did you mean `{meant}`?" if meant else f"the keys here are {spell(known, 'and')}"
    return source.problem(f"unknown key {show(key)}", path, at_key=True, help=advice)


def _keys_at(file: type[Part], path: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys that the part at a path may have."""
    annotation: Any = file
    for step in path:
        annotation = _bare(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Part):
            fields = {annotation.key_of(name): field for name, field in annotation.model_fields.items()}
            annotation = fields[str(step)].annotation
        else:
            annotation = get_args(annotation)[-1]
    part: type[Part] = _bare(annotation)
    return part.keys()


def _bare(annotation: Any) -> Any:
    """Return a type without what was said about it, and without `None`."""
    while get_origin(annotation) not in (None, list, dict):
        annotation = get_args(annotation)[0]
    return annotation


def _name(path: Sequence[str | int]) -> str:
    """Say which value a path leads to."""
    if not path:
        return "the file"
    *above, last = path
    if isinstance(last, int):
        return f"entry {last + 1} of {show(str(above[-1]))}" if above else "an entry"
    return show(last)


def _say(value: object) -> str:
    if isinstance(value, str):
        return "one text"
    return "a list" if isinstance(value, list) else "keys with values"
