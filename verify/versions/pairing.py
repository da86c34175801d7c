"""Which quantities of two versions of a protocol are one, and where each stands in the common record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialproof.model.protocol import Protocol
from trialproof.model.renames import Renames
from trialproof.verify.versions.merged import NEW, OLD, QuantityPair
from trialproof.verify.versions.one_quantity import Apart, OneQuantity, View, one_quantity


@dataclass(frozen=True, slots=True)
class Pairs:
    """All quantities of both versions, those of the new one first; `places` leads from an own name to the record."""

    pairs: tuple[tuple[QuantityPair, OneQuantity | None], ...]
    places: Mapping[str, Mapping[str, tuple[str, View]]]

    def common(self) -> Iterator[tuple[str, str, OneQuantity]]:
        """Yield the quantities that have a common record: the old name, the new name, and the record."""
        for pair, one in self.pairs:
            if one is not None and pair.old is not None and pair.new is not None:
                yield pair.old, pair.new, one


def paired(old: Protocol, new: Protocol, renames: Renames) -> Pairs:
    """Return the quantities of two versions, paired by name."""
    pairs = tuple(_pairs(old, new, renames))
    taken = {*new.quantities, *new.definitions, *new.decisions}
    places: dict[str, dict[str, tuple[str, View]]] = {OLD: {}, NEW: {}}
    for pair, one in pairs:
        if pair.new is not None:
            places[NEW][pair.new] = (pair.new, one.new if one else View(new.quantities[pair.new]))
        if pair.old is not None:
            apart = f"{OLD}:{pair.old}" if pair.old in taken else pair.old
            record = pair.new if one is not None and pair.new is not None else apart
            places[OLD][pair.old] = (record, one.old if one else View(old.quantities[pair.old]))
    return Pairs(pairs, places)


def _pairs(old: Protocol, new: Protocol, renames: Renames) -> Iterator[tuple[QuantityPair, OneQuantity | None]]:
    now = {
        name: renames.open_name(name) if each.left_open is not None else renames.name(name)
        for name, each in old.quantities.items()
    }
    before = {after: name for name, after in now.items()}
    for name, quantity in new.quantities.items():
        if name not in before:
            yield QuantityPair(None, name), None
            continue
        own = before[name]
        members = {member: each for (owner, member), each in renames.members.items() if owner == own}
        one = one_quantity(old.quantities[own], quantity, members)
        if isinstance(one, Apart):
            yield QuantityPair(own, name, apart=one.reason), None
            continue
        changes = one.changes
        missing = old.quantities[own].may_be_missing != quantity.may_be_missing
        if missing:
            changes += ("may be missing now" if quantity.may_be_missing else "could be missing, now must be recorded",)
        yield QuantityPair(own, name, None, changes, one.only_old, one.only_new, missing), one
    yield from ((QuantityPair(name, None), None) for name in old.quantities if now[name] not in new.quantities)
