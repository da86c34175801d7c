"""What a comparison of two versions takes for granted, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.protocol import NumberKind, Protocol
from trialproof.model.unit import say_amount
from trialproof.verify.versions.merged import NEW, Merged, Version


def taken_for_granted(merged: Merged) -> Iterator[str]:
    """Yield what every verdict rests on."""
    protocol = merged.protocol
    yield "the patients are those whom both versions can record, and whose data break no fact of either"
    missing = [name for name, each in merged.new.protocol.quantities.items() if _may_be_missing(merged, name)]
    yield "whatever applies to a patient in either version is recorded" + (
        f", except {', '.join(f'`{name}`' for name in missing)}, which may be missing" if missing else ""
    )
    ranges = [f"{_shown(merged, name)} {said}" for name in protocol.quantities if (said := _range(protocol, name))]
    if ranges:
        yield f"values lie within the ranges of both versions: {'; '.join(ranges)}"
    for record in dict.fromkeys(record for record, _, _ in merged.charted):
        yield _charting(merged, record)
    if any(None in (each.old, each.new) for each in merged.quantities):
        yield "what only one version records can have any value beside the rest"
    for fact in merged.new.protocol.facts:
        alone = any(fact.place == each.place for each in merged.only_new)
        yield f"fact{' of the new version alone' if alone else ''}: {fact.because} (line {fact.place.line})"
    yield from (f"fact of the old version alone: {each.because} (line {each.place.line})" for each in merged.only_old)
    for name, each in protocol.quantities.items():
        if each.left_open is not None:
            yield f"{_shown(merged, name)} may be either, since the text leaves it open: {each.left_open}"
    yield from _readings(merged)


def _may_be_missing(merged: Merged, name: str) -> bool:
    record, _ = merged.new.quantities[name]
    sides = [
        version.protocol.quantities[own].may_be_missing
        for version in (merged.old, merged.new)
        for own, (place, _) in version.quantities.items()
        if place == record
    ]
    return all(sides)


def _shown(merged: Merged, record: str) -> str:
    """Return a name as its own version writes it, with the version where the other one means something else by it."""
    for version in (merged.new, merged.old):
        for own, (place, _) in version.quantities.items():
            if place == record:
                return f"`{own}`" if own == record or version.which == NEW else f"`{own}` ({version.which})"
    return f"`{record}`"


def _range(protocol: Protocol, name: str) -> str:
    kind = protocol.quantities[name].kind
    if not isinstance(kind, NumberKind):
        return ""
    steps = f" in steps of {say_amount(kind.step, kind.unit)}" if kind.step else ""
    return f"{say_amount(kind.lower, kind.unit)} to {say_amount(kind.upper, kind.unit)}{steps}"


def _charting(merged: Merged, record: str) -> str:
    said = [f"the {version.which} version {_charts(version, record)}" for version in (merged.old, merged.new)]
    return f"{_shown(merged, record)} is compared by its true value: {'; '.join(said)}"


def _charts(version: Version, record: str) -> str:
    view = next(view for place, view in version.quantities.values() if place == record)
    kind = view.quantity.kind
    if view.charted is None or not isinstance(kind, NumberKind) or kind.step is None:
        return "records it exactly"
    how = "to the nearest (half a step upwards)" if kind.rounding == "nearest" else f"rounded {kind.rounding}"
    return f"charts it in steps of {say_amount(kind.step, kind.unit)}, {how}"


def _readings(merged: Merged) -> Iterator[str]:
    for version in (merged.old, merged.new):
        for sentence in version.protocol.sentences:
            reading = version.selection[sentence]
            other = merged.new if version.which != NEW else merged.old
            if other.selection.get(sentence) != reading:
                yield f"in the {version.which} version `{sentence}` is read as `{reading}`"
            elif version.which == NEW:
                yield f"`{sentence}` is read as `{reading}`"
