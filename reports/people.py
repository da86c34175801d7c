"""Patients and readings in words, for those who read reports."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, Recorded, YesNoKind
from trialproof.model.unit import say_amount
from trialproof.verify.finding import Under, Witness


def say_patient(protocol: Protocol, witness: Witness) -> str:
    """Return the fields that matter: `resection R0, diameter 5 cm, skip metastasis no`."""
    values = witness.patient.as_dict()
    said = []
    for name in witness.matters:
        title = protocol.quantities[name].title
        if name in values:
            said.append(f"{title} {say_value(protocol, name, values[name])}")
        else:
            said.append(f"{title} {'does not apply' if name in witness.absent else 'not recorded'}")
    return ", ".join(said) or "any"


def say_value(protocol: Protocol, name: str, value: Recorded) -> str:
    """Return one recorded value with its unit."""
    kind = protocol.quantities[name].kind
    if isinstance(value, Fraction) and isinstance(kind, NumberKind):
        return say_amount(value, kind.unit)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def say_kind(quantity: Quantity) -> str:
    """Return what can be recorded: `0 cm to 20 cm, in steps of 0.1 cm`."""
    match quantity.kind:
        case NumberKind(lower, upper, unit, step, rounding):
            said = f"{say_amount(lower, unit)} to {say_amount(upper, unit)}"
            if step is None:
                return f"{said}, any value"
            how = "" if rounding == "nearest" else f", rounded {rounding}"
            return f"{said}, in steps of {say_amount(step, unit)}{how}"
        case CategoryKind(categories):
            return f"one of {', '.join(categories)}"
        case YesNoKind():
            return "yes or no"


def say_readings(under: Under) -> str:
    """Return the readings under which something holds, alike choices put together."""
    if under.of == 1:
        return ""
    if not under.choices and not under.complete:
        return "under readings that could not be decided"
    if not under.choices:
        return f"none of the {under.of} combinations of readings"
    if {} in [dict(each) for each in under.choices]:
        return f"under all {under.of} combinations of readings"
    said = "; or ".join(_say_choice(each) for each in _grouped(under))
    return f"only where {said}" if under.complete else f"where {said}; perhaps under other readings too"


def _grouped(under: Under) -> list[dict[str, list[str]]]:
    """Join choices that differ in the reading of one sentence only."""
    groups = [{name: [reading] for name, reading in each.items()} for each in under.choices]
    joined = True
    while joined:
        joined = False
        for at, one in enumerate(groups):
            for other in groups[at + 1 :]:
                differing = [name for name in one if one[name] != other.get(name)]
                if one.keys() == other.keys() and len(differing) == 1:
                    one[differing[0]] += other[differing[0]]
                    groups.remove(other)
                    joined = True
                    break
            if joined:
                break
    return groups


def _say_choice(choice: Mapping[str, list[str]]) -> str:
    return " and ".join(
        f"`{sentence}` is read as {' or '.join(f'`{reading}`' for reading in readings)}"
        for sentence, readings in choice.items()
    )
