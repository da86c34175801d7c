"""Lengths of time that are entries of their own: read, and listed as assumptions."""

from __future__ import annotations

from fractions import Fraction

from trialproof.model.source import DataPath
from trialproof.simulate.scenario.amounts import read_days, read_whole_minutes, say_count, say_minutes
from trialproof.simulate.scenario.distribution import Distribution
from trialproof.simulate.scenario.reader import Reader
from trialproof.simulate.scenario.shape_value import BackedSpread, Time
from trialproof.simulate.scenario.spread import minutes, read_spread


def fixed_minutes(reader: Reader, path: DataPath, part: Time, what: str) -> int:
    """Return one length of time in whole minutes, one or more; `what` is what lasts so long."""
    found = read_whole_minutes(reader.source, (*path, "fixed"), part.fixed, least=1)
    reader.assume(path, f"{what}: {say_minutes(Fraction(found))}", part)
    return found


def fixed_days(reader: Reader, path: DataPath, part: Time, what: str, *, least: int = 0) -> int:
    """Return one length of time in whole days."""
    found = read_days(reader.source, (*path, "fixed"), part.fixed, least=least)
    reader.assume(path, f"{what}: {say_count(found, 'day')}", part)
    return found


def spread_minutes(reader: Reader, path: DataPath, part: BackedSpread, what: str, *, least: int = 0) -> Distribution:
    """Return how a length of time is spread, in minutes."""
    found = read_spread(reader, path, part, minutes(reader, least=least))
    reader.assume(path, f"{what}: {found.says}", part)
    return found.distribution
