"""The share of a reference cohort that an amendment moves: counts of real patients, exact."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import NOBODY, Assigned, Condition, Takes
from trialproof.model.meaning import Meaning
from trialproof.model.protocol import Decision
from trialproof.simulate.cohort import among, spread
from trialproof.simulate.patients_file import open_patients, too_wide
from trialproof.simulate.rational import Exact, TooManyBits, Truths
from trialproof.verify.versions.amendment import Amendment

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """How many patients of a cohort are in a set before and after, and how many of them leave it and come to it.

    `decision` and `choice` name the set, in the new version's names if it has them; without them it is the eligible.
    """

    decision: str
    choice: str
    before: int
    after: int
    leave: int
    come: int


@dataclass(frozen=True, slots=True)
class Shares:
    """What an amendment does to the patients of a file.

    `changed` counts those whose eligibility or whose choice of some decision changes, of `of` patients. `skipped` rows
    could not be read. `open_before` and `open_after` count those whose eligibility their data leave undetermined.
    """

    file: str
    of: int
    skipped: int
    changed: int
    open_before: int
    open_after: int
    sets: tuple[Share, ...]


def moved_share(
    amendment: Amendment, path: Path, *, missing: Collection[str] = (), on_error: str = "stop"
) -> Shares:
    """Return the counts for a CSV or Parquet file with a column for each quantity of either version.

    What both versions record stands in one column, named and measured as the new version does; a number that the two
    chart in different steps is a true value. `missing` lists texts that stand for "not recorded"; with
    `on_error="skip"` rows that cannot be read are left out and counted. Raises `BadInput`.
    """
    merged = amendment.merged
    protocol = replace(merged.protocol, facts=merged.stated)
    sets = list(_sets(amendment))
    counts = np.zeros((len(sets), 4), np.int64)
    totals = np.zeros(5, np.int64)
    table = open_patients(protocol, path, missing=missing)
    for chunk in table.chunks({}, on_error=on_error):
        good = chunk.good
        try:
            meaning = among(protocol, chunk.cohort, {})
            changed, opened, closed = _changed(amendment, meaning, chunk.cohort.size)
            for at, (_, _, before, after) in enumerate(sets):
                was = _holds(meaning, before, chunk.cohort.size) & good
                now = _holds(meaning, after, chunk.cohort.size) & good
                counts[at] += [was.sum(), now.sum(), (was & ~now).sum(), (now & ~was).sum()]
        except TooManyBits as error:
            raise too_wide(error, path) from None
        totals += [good.sum(), (~good).sum(), (changed & good).sum(), (opened & good).sum(), (closed & good).sum()]
    shares = tuple(
        Share(decision, choice, *row) for (decision, choice, _, _), row in zip(sets, counts.tolist(), strict=True)
    )
    of, skipped, moved, open_before, open_after = totals.tolist()
    return Shares(str(path), of, skipped, moved, open_before, open_after, shares)


def _sets(amendment: Amendment) -> Iterator[tuple[str, str, Condition, Condition]]:
    """Yield what is counted: the eligible, then each choice of each decision that both versions have."""
    merged = amendment.merged
    yield "", "", merged.old.eligible, merged.new.eligible
    for old, new in merged.decisions:
        own = next(name for name, each in merged.new.decisions.items() if each == new.name)
        for name in dict.fromkeys(choice.name for decision in (new, old) for choice in decision.choices):
            yield own, name, _taken(old, name), _taken(new, name)


def _taken(decision: Decision, name: str) -> Condition:
    return Assigned(decision.name, (name,)) if any(each.name == name for each in decision.choices) else NOBODY


def _changed(amendment: Amendment, meaning: Meaning[Truths, Exact], size: int) -> tuple[Bools, Bools, Bools]:
    """Return whose eligibility or choice changes, and whose eligibility is undetermined before and after."""
    merged = amendment.merged
    sides = [meaning.truth(each.eligible) for each in (merged.old, merged.new)]
    (was_in, was_out), (is_in, is_out) = ((spread(each.holds, size), spread(each.fails, size)) for each in sides)
    changed: Bools = (was_in != is_in) | (was_out != is_out)
    for old, new in merged.decisions:
        was, now = (_holds(meaning, each.population, size) for each in (old, new))
        differs: Bools = spread(meaning.settled(old), size) != spread(meaning.settled(new), size)
        for name in dict.fromkeys(choice.name for decision in (old, new) for choice in decision.choices):
            before, after = (meaning.truth(_takes(each, name)) for each in (old, new))
            differs = differs | (spread(before.holds, size) != spread(after.holds, size))
            differs = differs | (spread(before.fails, size) != spread(after.fails, size))
        changed = changed | (was != now) | (was & now & differs)
    return changed, ~was_in & ~was_out, ~is_in & ~is_out


def _takes(decision: Decision, name: str) -> Condition:
    return Takes(decision.name, name) if any(each.name == name for each in decision.choices) else NOBODY


def _holds(meaning: Meaning[Truths, Exact], condition: Condition, size: int) -> Bools:
    return spread(meaning.truth(condition).holds, size)
