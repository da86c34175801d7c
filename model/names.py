"""The names of a protocol: how one is spelt, and that it stands for one thing only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialproof.model.document import show
from trialproof.model.part import NAME
from trialproof.model.place import Place
from trialproof.model.shape import OPEN, ProtocolFile
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import KEYWORDS

SPELLING = "a name begins with a letter, and holds letters, digits and underscores only"

_NAME = re.compile(NAME)


def check_names(source: Source, file: ProtocolFile) -> None:
    """Refuse a name that conditions cannot speak of, and one that is given to two things. Raises `BadInput`."""
    taken: dict[str, tuple[str, Place]] = {}
    for name, what, path in _shared(file):
        is_key = path[-1] == name
        check_name(source, path, name, what, is_key=is_key)
        _refuse_keyword(source, path, name, is_key=is_key)
        if name in taken:
            other, place = taken[name]
            raise source.problem(
                f"{show(name)} is the name of a {other} already",
                path,
                at_key=is_key,
                help=f"the {other} stands in {place}; no {what} can have its name",
            )
        taken[name] = (what, source.key_place(path) if is_key else source.place(path))
    for decision, part in file.decisions.items():
        for choice in part.choices or {}:
            path = ("decisions", decision, "choices", choice)
            check_name(source, path, choice, "choice")
            _refuse_keyword(source, path, choice)
    _refuse_repeated_claims(source, file)


def check_name(source: Source, path: DataPath, name: str, what: str, *, is_key: bool = True) -> None:
    """Refuse a name that is not letters, digits and underscores. Raises `BadInput`."""
    if not _NAME.fullmatch(name):
        raise source.problem(f"{show(name)} cannot be the name of a {what}", path, at_key=is_key, help=SPELLING)


def name_problem(name: str, what: str) -> tuple[str, str] | None:
    """Return what is wrong with a name that stands outside the file, and what to do; None if it can be used."""
    if not _NAME.fullmatch(name):
        return f"{show(name)} cannot be the name of a {what}", SPELLING
    if name in KEYWORDS or name == OPEN:
        return f"`{name}` is a word of the language of conditions", "choose another name"
    return None


def _shared(file: ProtocolFile) -> Iterator[tuple[str, str, DataPath]]:
    """Yield the names of which none may occur twice, what each names, and where it stands."""
    for name in file.quantities:
        yield name, "quantity", ("quantities", name)
    for name in file.definitions:
        yield name, "definition", ("definitions", name)
    for kind, criteria in (("inclusion", file.eligibility.inclusion), ("exclusion", file.eligibility.exclusion)):
        for index, criterion in enumerate(criteria):
            yield criterion.id, "criterion", ("eligibility", kind, index, "id")
    for name in file.decisions:
        yield name, "decision", ("decisions", name)
    for name in file.limits:
        yield name, "limit", ("limits", name)
    for name in file.schedule:
        yield name, "schedule entry", ("schedule", name)


def _refuse_keyword(source: Source, path: DataPath, name: str, *, is_key: bool = True) -> None:
    if name in KEYWORDS or name == OPEN:
        raise source.problem(
            f"`{name}` is a word of the language of conditions", path, at_key=is_key, help="choose another name"
        )


def _refuse_repeated_claims(source: Source, file: ProtocolFile) -> None:
    places: dict[str, Place] = {}
    for index, claim in enumerate(file.claims):
        path = ("claims", index, "id")
        if claim.id in places:
            place = places[claim.id]
            raise source.problem(f"{show(claim.id)} is the name of a claim already", path, help=f"at {place}")
        places[claim.id] = source.place(path)
