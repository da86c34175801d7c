"""How two versions of a protocol become one (`verify.versions.merged`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Compare,
    Derived,
    IfThen,
    Known,
    Not,
    Number,
    Relation,
    Term,
    Value,
    descend,
)
from trialproof.model.cycles import Circle, chains
from trialproof.model.protocol import (
    Choice,
    Decision,
    Definition,
    Fact,
    Intent,
    NumberKind,
    Protocol,
    Quantity,
    Selection,
)
from trialproof.model.renames import Renames
from trialproof.verify.linear import threshold
from trialproof.verify.versions.alike import ELIGIBLE, WHICH, Alike
from trialproof.verify.versions.merged import NEW, OLD, Merged, Version
from trialproof.verify.versions.one_quantity import OneQuantity, beside
from trialproof.verify.versions.pairing import paired

T = TypeVar("T", Quantity, Definition)


def merge(
    old: Protocol,
    new: Protocol,
    renames: Renames,
    *,
    old_selection: Selection | None = None,
    new_selection: Selection | None = None,
) -> Merged:
    """Return two versions as one protocol, each under its preferred readings unless told otherwise."""
    selections = {OLD: {**old.preferred, **(old_selection or {})}, NEW: {**new.preferred, **(new_selection or {})}}
    alike = Alike({OLD: old, NEW: new}, selections, renames, paired(old, new, renames))
    merged = _merged(alike, anywhere=False)
    try:
        chains(merged.protocol)
    except Circle:  # the two say of two quantities that each exists if the other does: then any may be recorded
        return _merged(alike, anywhere=True)
    return merged


def _merged(alike: Alike, *, anywhere: bool) -> Merged:
    alike.extra.clear()
    old, new = alike.protocols[OLD], alike.protocols[NEW]
    quantities = list(_quantities(alike, anywhere=anywhere))
    definitions = {each.name: each for which in WHICH for each in _definitions(alike, which)}
    decisions = {each.name: each for which in WHICH for each in _decisions(alike, which)}
    facts = {which: [replace(each, rule=alike.rule(which, each.rule)) for each in alike.protocols[which].facts]
             for which in WHICH}  # fmt: skip
    said = {which: {each.rule for each in facts[which]} for which in WHICH}
    ruled = [replace(each, rule=rule) for rule, _, each in alike.criteria(NEW)]
    stated = (*facts[NEW], *(each for each in facts[OLD] if each.rule not in said[NEW]))
    recorded = (*_records(alike), *_ranges(alike))
    definitions |= {name: each for name, each in alike.extra.items() if each is not None}
    numbers = [each for each in definitions.values() if each.unit is not None]
    definitions |= {each.name: each for each in _titled(numbers, quantities)}
    protocol = Protocol(
        title=new.title,
        quantities={each.name: each for each in _titled(quantities)},
        definitions=definitions,
        facts=(*stated, *recorded),
        inclusion=tuple(each for each in ruled if not each.excludes),
        exclusion=tuple(each for each in ruled if each.excludes),
        decisions=decisions,
        file=new.file,
    )
    before = {alike.renames.name(name): name for name in old.decisions}
    both = [(before[name], name) for name in new.decisions if name in before]
    return Merged(
        _with_landmarks(alike, protocol),
        _version(alike, OLD),
        _version(alike, NEW),
        tuple(pair for pair, _ in alike.pairs.pairs),
        tuple((decisions[alike.decision_name(OLD, own)], decisions[alike.decision_name(NEW, now)])
              for own, now in both),
        stated,
        tuple(each for each in facts[OLD] if each.rule not in said[NEW]),
        tuple(each for each in facts[NEW] if each.rule not in said[OLD]),
        tuple((record, which, f"{which}:{own}") for which, own, record in _charted(alike)),
    )  # fmt: skip


def _version(alike: Alike, which: str) -> Version:
    own = alike.protocols[which]
    return Version(
        which,
        own,
        alike.selections[which],
        alike.eligible(which),
        alike.places[which],
        {name: alike.decision_name(which, name) for name in own.decisions},
        {
            name: {alike.choice_name(which, name, choice.name): choice.name for choice in each.choices}
            for name, each in own.decisions.items()
        },
        {each.id: rule for rule, _, each in alike.criteria(which)},
    )


def _quantities(alike: Alike, *, anywhere: bool) -> Iterator[Quantity]:
    for pair, one in alike.pairs.pairs:
        if one is not None and pair.old is not None and pair.new is not None:
            yield _common(alike, pair.old, pair.new, one, anywhere=anywhere)
            continue
        for which, own in ((NEW, pair.new), (OLD, pair.old)):
            if own is not None:
                quantity = alike.protocols[which].quantities[own]
                record, applies_if = alike.places[which][own][0], alike.applies(which, own)
                yield replace(quantity, name=record, label=quantity.title, applies_if=applies_if)


def _common(alike: Alike, own: str, now: str, one: OneQuantity, *, anywhere: bool) -> Quantity:
    """Return the common record; seen differently by the versions, it exists where it does for one of them."""
    old, new = one.old.quantity, one.new.quantity
    applies = (alike.applies(OLD, own), alike.applies(NEW, now))
    label = new.title
    if one.new.charted is not None:
        label = old.title if one.old.charted is None else f"{new.title} before rounding"
    common = replace(
        new,
        kind=one.kind,
        label=label,
        applies_if=applies[1],
        when_not_applicable=one.new.default(),
        may_be_missing=old.may_be_missing and new.may_be_missing,
        left_open=new.left_open if old.left_open is not None else None,
    )
    if now not in alike.guarded[NEW]:
        return common
    either = applies[0] if applies[0] == applies[1] else AnyOf(applies)
    if EVERYONE in applies or anywhere:
        either = EVERYONE
    return replace(common, applies_if=either, when_not_applicable=None, may_be_missing=True)


def _records(alike: Alike) -> Iterator[Fact]:
    """Yield that whatever a version wants recorded is, where the versions see a quantity differently."""
    for which in WHICH:
        for name in alike.protocols[which].quantities:
            if name in alike.guarded[which] and not alike.protocols[which].quantities[name].may_be_missing:
                record = alike.places[which][name][0]
                yield Fact(IfThen(alike.applies(which, name), Known(record)), "it is recorded where it applies")


def _charted(alike: Alike) -> Iterator[tuple[str, str, str]]:
    """Yield the version, own name and common record of each number that a version charts in its own way."""
    for which in WHICH:
        for own, (record, view) in alike.places[which].items():
            if view.charted is not None:
                yield which, own, record


def _ranges(alike: Alike) -> Iterator[Fact]:
    """Yield that what a version charts of a true value lies in the version's range."""
    for which, own, _ in _charted(alike):
        quantity = alike.protocols[which].quantities[own]
        assert isinstance(quantity.kind, NumberKind)  # noqa: S101 - only numbers are charted
        charted, applies = Derived(alike.numbered(which, own)), alike.applies(which, own)
        for relation, end in ((Relation.GE, quantity.kind.lower), (Relation.LE, quantity.kind.upper)):
            yield Fact(IfThen(applies, Compare(charted, relation, Number(end))), "what is charted lies in its range")


def _with_landmarks(alike: Alike, protocol: Protocol) -> Protocol:
    """Return the protocol with the true values at which a charted number meets a threshold, as thresholds themselves.

    Where one version rounds up and the other does not, a single true value can be all that fits, and no bisection finds
    it. The search for witnesses tries the values that a protocol names, so they are named in definitions that no rule
    uses.
    """
    values: dict[Term, set[Fraction]] = {}
    for rule in protocol.rules():
        for node in descend(rule):
            if isinstance(node, Compare) and (found := threshold(node)) is not None:
                values.setdefault(found.term, set()).add(found.value)
    landmarks = dict(protocol.definitions)
    roundings: dict[str, list[str]] = {}
    for which, own, record in _charted(alike):
        _, rounding = alike.places[which][own][1].charted or (None, "")
        roundings.setdefault(record, []).append(rounding)
    for which, own, record in _charted(alike):
        view, name = alike.places[which][own][1], alike.numbered(which, own)
        assert view.charted is not None  # noqa: S101 - `_charted` yields no others
        if {rounding == "up" for rounding in roundings[record]} != {True, False}:
            continue
        near = {each for value in values.get(Derived(name), ()) for each in beside(value, view.charted[0])}
        named = [Compare(Value(record), Relation.EQ, Number(each / view.scale)) for each in sorted(near)]
        landmarks[f"{name} (landmarks)"] = Definition(f"{name} (landmarks)", AnyOf(tuple(named)))
    return replace(protocol, definitions=landmarks)


def _definitions(alike: Alike, which: str) -> Iterator[Definition]:
    for name, each in alike.protocols[which].definitions.items():
        body, applies_if = alike.definition(which, name)
        merged = alike.definition_name(which, name)
        yield replace(each, name=merged, body=body, label=each.title, applies_if=applies_if)


def _decisions(alike: Alike, which: str) -> Iterator[Decision]:
    if not alike.same_eligibility:
        demands = [Not(rule) if excludes else rule for rule, excludes, _ in alike.criteria(which)]
        yes = Choice("yes", AllOf(tuple(demands)))
        yield Decision(f"{which}:{ELIGIBLE}", (yes,), EVERYONE, Intent.ANY)
    for name in alike.protocols[which].decisions:
        yield alike.decision(which, name)


def _titled(things: Sequence[T], others: Iterable[Quantity] = ()) -> list[T]:
    """Return things with titles of which no two are alike, so that words tell them apart."""
    used = Counter(title.casefold() for title in [each.title for each in things] + [each.title for each in others])
    return [
        replace(each, label=f"{each.title} {_apart(each.name)}") if used[each.title.casefold()] > 1 else each
        for each in things
    ]


def _apart(name: str) -> str:
    which, colon, _ = name.partition(":")
    return f"in the {which} version" if colon else f"`{name}`"
