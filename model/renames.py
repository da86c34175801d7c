"""What became of a name between two versions of a protocol: `diameter` is now `lesion_size`.

A name stands for a quantity, a definition, a decision or a criterion; `arm.small` for a choice, `stage.II` for a
category. What is not named here keeps its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.place import BadInput
from trialproof.model.protocol import CategoryKind, Protocol
from trialproof.model.source import LARGEST_FILE, Source, parse_source
from trialproof.model.textfile import read_text


@dataclass(frozen=True, slots=True)
class Renames:
    """Old names to new ones: `names` of things, `members` of a choice or category by its old owner and old name."""

    names: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def name(self, old: str) -> str:
        """Return what a quantity, definition, decision or criterion of the old version is called now."""
        return self.names.get(old, old)

    def member(self, owner: str, old: str) -> str:
        """Return what a choice of a decision, or a category of a quantity, is called now; `owner` by its old name."""
        return self.members.get((owner, old), old)

    def open_name(self, old: str) -> str:
        """Return what the free yes/no of something left open is called now: `far`, `far.reading`, `arm.small.reading`.

        Readings keep their names.
        """
        head, _, rest = old.partition(".")
        member, _, reading = rest.partition(".")
        if reading:
            return f"{self.name(head)}.{self.member(head, member)}.{reading}"
        return f"{self.name(head)}.{rest}" if rest else self.name(head)


def read_renames(old: Protocol, new: Protocol, texts: Sequence[str] = (), path: Path | None = None) -> Renames:
    """Return the renames of a YAML file of `OLD: NEW` lines and of texts such as `diameter=lesion_size`.

    Raises:
        BadInput: a name is in neither place, stands for things of two sorts, or is given twice.
    """
    pairs: list[tuple[str, str, Source | None]] = []
    if path is not None:
        source = parse_source(str(path), read_text(path, limit=LARGEST_FILE))
        for key, value in source.data.items():
            if not isinstance(value, str):
                raise source.problem(f"{show(key)} has no new name", (key,), help="write `OLD: NEW`, a line for each")
            pairs.append((key, value, source))
    for text in texts:
        before, equals, after = (part.strip() for part in text.partition("="))
        if not (equals and before and after):
            raise BadInput(f"{show(text)} does not rename anything", help="write `OLD=NEW`")
        pairs.append((before, after, None))
    return _renames(old, new, pairs)


def _renames(old: Protocol, new: Protocol, pairs: Iterable[tuple[str, str, Source | None]]) -> Renames:
    names: dict[str, str] = {}
    members: list[tuple[str, str, Source | None]] = []
    for before, after, source in pairs:
        if "." in before and before not in _things(old):
            members.append((before, after, source))
            continue
        _once(before, after, names, source)
        _same_sort(before, after, old, new, source)
        names[before] = after
    kept = {name for name in _things(old) if name not in names and name in _things(new)}
    for before, after in names.items():
        if after in kept:
            raise BadInput(
                f"`{before}` is renamed to `{after}`, and the old version has `{after}` already",
                help=f"say what the old `{after}` is called now",
            )
    return Renames(names, _members(old, new, names, members))


def _once(before: str, after: str, known: Mapping[str, str], source: Source | None) -> None:
    if before in known:
        raise _bad(source, before, f"{show(before)} is renamed twice", "name it once")
    if after in known.values():
        raise _bad(source, before, f"two names become {show(after)}", "two things cannot become one")


def _same_sort(before: str, after: str, old: Protocol, new: Protocol, source: Source | None) -> None:
    mine, theirs = _things(old), _things(new)
    if before not in mine:
        raise _bad(source, before, f"the old version has no {show(before)}", _meant(before, mine))
    if after not in theirs:
        raise _bad(source, before, f"the new version has no {show(after)}", _meant(after, theirs))
    if mine[before] != theirs[after]:
        message = f"`{before}` is a {mine[before]} and `{after}` a {theirs[after]}"
        raise _bad(source, before, message, "a thing can only be renamed to one of its own sort")


def _members(
    old: Protocol, new: Protocol, names: Mapping[str, str], pairs: Sequence[tuple[str, str, Source | None]]
) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for before, after, source in pairs:
        owner, _, member = before.partition(".")
        new_owner, _, new_member = after.partition(".")
        mine, theirs = _owned(old, owner), _owned(new, new_owner)
        if member not in mine:
            advice = _meant(member, mine, owner) if mine else _meant(owner, _things(old))
            raise _bad(source, before, f"the old version has no {show(before)}", advice)
        if names.get(owner, owner) != new_owner:
            message = f"`{before}` cannot become {show(after)}: `{owner}` is not `{new_owner}` now"
            raise _bad(source, before, message, "rename the owner too")
        if new_member not in theirs:
            raise _bad(source, before, f"the new version has no {show(after)}", _meant(new_member, theirs, new_owner))
        earlier = {name: now for (whose, name), now in found.items() if whose == owner}
        _once(member, new_member, earlier, source)
        found[owner, member] = new_member
    for (owner, member), now in found.items():
        if now in _owned(old, owner) and (owner, now) not in found:
            raise BadInput(
                f"`{owner}.{member}` is renamed to `{now}`, and the old version has `{owner}.{now}` already",
                help=f"say what the old `{owner}.{now}` is called now",
            )
    return found


def _things(protocol: Protocol) -> dict[str, str]:
    """Return what each name stands for; of what is left open, the definition."""
    found = dict.fromkeys((name for name, each in protocol.quantities.items() if each.left_open is None), "quantity")
    found |= dict.fromkeys(protocol.definitions, "definition")
    found |= dict.fromkeys(protocol.decisions, "decision")
    return found | dict.fromkeys((each.id for each in protocol.criteria), "criterion")


def _owned(protocol: Protocol, owner: str) -> tuple[str, ...]:
    if owner in protocol.decisions:
        return tuple(each.name for each in protocol.decisions[owner].choices)
    kind = protocol.quantities[owner].kind if owner in protocol.quantities else None
    return kind.categories if isinstance(kind, CategoryKind) else ()


def _meant(word: str, known: Iterable[str], owner: str = "") -> str:
    names = list(known)
    meant = did_you_mean(word, names)
    return f"did you mean `{meant}`?" if meant else f"{f'`{owner}`' if owner else 'it'} has {', '.join(names)}"


def _bad(source: Source | None, key: str, message: str, help: str) -> BadInput:  # noqa: A002
    return BadInput(message, help=help) if source is None else source.problem(message, (key,), at_key=True, help=help)
