"""Whether figures are what they should be."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import TypeAlias

from tests.simulate.results.naive.numbers import Number
from trialproof.simulate.results.known import Known
from trialproof.simulate.results.metric import Column

Named: TypeAlias = "dict[str, float | None]"
CLOSE = 1e-12


def by_name(found: tuple[Sequence[Column], Known]) -> list[Named]:
    """The figures of each replication, by name, from the table of all."""
    columns, (values, exist) = found
    names = [column.name for column in columns]
    assert len(set(names)) == len(names), "two figures of one name"
    return [
        {name: float(value) if there else None for name, value, there in zip(names, *row, strict=True)}
        for row in zip(values, exist, strict=True)
    ]


def agree(name: str, found: float | None, expected: Number) -> bool:
    """Whole numbers agree exactly, and all others but for rounding; a difference of means is one of large numbers."""
    if found is None or expected is None:
        return found is expected
    if not isinstance(expected, float) and expected == int(expected):
        return found == expected
    return isclose(found, expected, rel_tol=CLOSE, abs_tol=CLOSE if name.startswith("balance.") else 0)


def differences(found: Named, expected: dict[str, Number]) -> list[str]:
    """What is wrong with figures, one by one."""
    names = sorted(found.keys() ^ expected.keys())
    return [f"{name} is only in one of them" for name in names] + [
        f"{name}: {found[name]}, expected {expected[name]}"
        for name in found.keys() & expected.keys()
        if not agree(name, found[name], expected[name])
    ]
