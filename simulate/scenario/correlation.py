"""Correlations of a scenario file: a matrix over the numbers that they name, refused unless some copula has it.

A matrix is positive semi-definite if and only if elimination with symmetric pivots meets no negative pivot, and no row
that is not zero behind a zero pivot. The numbers of the file are exact, and so is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from trialproof.simulate.scenario.amounts import read_number
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import Numbers, Variable
from trialproof.simulate.scenario.shape_population import Correlation

Pair = frozenset[str]
Matrix = tuple[tuple[float, ...], ...]


def read_correlations(
    reader: Reader, variables: Sequence[Variable], parts: Sequence[Correlation]
) -> tuple[tuple[str, ...], Matrix]:
    """Return the correlated quantities, in the order of the population, and their matrix. Raises `BadInput`."""
    found: dict[Pair, Fraction] = {}
    last: dict[Pair, int] = {}
    by_name = {each.quantity: each for each in variables}
    for at, part in enumerate(parts):
        path = ("correlations", at)
        pair = frozenset(part.between)
        for index, name in enumerate(part.between):
            where = (*path, "between", index)
            if name not in by_name:
                raise reader.unknown("the population has no", name, where, tuple(by_name))
            if not isinstance(by_name[name].model, Numbers):
                advice = "only numbers without `cases` are correlated; let others depend on each other by `cases`"
                raise reader.problem(f"`{name}` has no one distribution", where, advice)
        if len(pair) == 1:
            raise reader.problem("a quantity hangs together with itself anyway", (*path, "between", 1))
        if pair in found:
            raise reader.problem("these two stand in an earlier entry already", (*path, "between", 0))
        value = read_number(reader.source, (*path, "value"), part.value)
        if not -1 <= value <= 1:
            message = f"a correlation of {part.value.strip()} does not lie between -1 and 1"
            raise reader.problem(message, (*path, "value"))
        reader.assume(path, f"correlation of {part.between[0]} and {part.between[1]}: {part.value.strip()}", part)
        found[pair], last[pair] = value, at
    names = tuple(each.quantity for each in variables if any(each.quantity in pair for pair in found))
    bad = _impossible(names, found)
    if bad:
        at = max(index for pair, index in last.items() if pair <= set(bad))
        raise reader.problem(
            f"the correlations of {listed(bad)} cannot all be true", ("correlations", at, "value"),
            "together they are not positive semi-definite: bring this one closer to what follows from the others",
        )  # fmt: skip
    return names, tuple(tuple(float(_entry(found, one, other)) for other in names) for one in names)


def is_semidefinite(rows: Sequence[Sequence[Fraction]]) -> bool:
    """Return whether a symmetric matrix is positive semi-definite, exactly."""
    left = [list(row) for row in rows]
    while left:
        pivot = next((at for at, row in enumerate(left) if row[at] != 0), 0)
        head = left[pivot][pivot]
        if head < 0:
            return False
        if head == 0:
            return all(value == 0 for row in left for value in row)
        others = [at for at in range(len(left)) if at != pivot]
        left = [[left[i][j] - left[i][pivot] * left[pivot][j] / head for j in others] for i in others]
    return True


def _impossible(names: Sequence[str], found: Mapping[Pair, Fraction]) -> tuple[str, ...]:
    """Return the fewest variables whose correlations cannot all be true, found by leaving out one after the other."""
    kept = list(names)
    if _is_possible(kept, found):
        return ()
    for name in names:
        fewer = [each for each in kept if each != name]
        if not _is_possible(fewer, found):
            kept = fewer
    return tuple(kept)


def _is_possible(names: Sequence[str], found: Mapping[Pair, Fraction]) -> bool:
    return is_semidefinite([[_entry(found, one, other) for other in names] for one in names])


def _entry(found: Mapping[Pair, Fraction], one: str, other: str) -> Fraction:
    return Fraction(1) if one == other else found.get(frozenset((one, other)), Fraction(0))
