"""Chemotherapy and growth factor of a scenario file, each by an entry of the protocol's schedule."""

from __future__ import annotations

from trialproof.model.schedule import FIRST, After, AtDose, Entry, Every, Timing, say_timing
from trialproof.model.source import DataPath
from trialproof.simulate.scenario.amounts import read_days, say_count
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import Chemotherapy, GrowthFactor
from trialproof.simulate.scenario.shape_treatment import (
    Chemotherapy as ChemotherapyPart,
    Consolidation,
    GrowthFactor as GrowthFactorPart,
)
from trialproof.simulate.scenario.spread import support
from trialproof.simulate.scenario.timed import fixed_days, fixed_minutes, spread_minutes
from trialproof.simulate.trial.contract import CYCLES

PATH = ("treatment", "chemotherapy")
WANTED = {
    Every: "how often, `every: 21 days`",
    After: "what it comes after, `after: chemotherapy`",
    AtDose: "at which dose, `when: dose >= 50 Gy`",
}


def read_chemotherapy(reader: Reader, part: ChemotherapyPart, arms: tuple[str, ...]) -> Chemotherapy:
    """Return the chemotherapy of a trial with these arms. Raises `BadInput`."""
    times = _check_cycle(reader, part.entry)
    infusion = spread_minutes(reader, (*PATH, "infusion"), part.infusion, "an infusion", least=1)
    nurse = fixed_minutes(reader, (*PATH, "nurse"), part.nurse, "a nurse at the beginning of an infusion")
    if nurse > support(infusion)[0]:
        message = "a nurse is needed for longer than an infusion may take"
        raise reader.problem(message, (*PATH, "nurse", "fixed"))
    most = int(part.most_cycles.value)
    said = f"at most {say_count(most, 'cycle')} during irradiation"
    reader.assume((*PATH, "most_cycles"), said, part.most_cycles)
    if most > CYCLES:
        raise reader.problem(f"at most {CYCLES} cycles are simulated", (*PATH, "most_cycles", "value"))
    if times is not None and most > times:
        message = f"the protocol gives `{part.entry}` at most {say_count(times, 'time')}"
        raise reader.problem(message, (*PATH, "most_cycles", "value"))
    delay = fixed_days(reader, (*PATH, "delay"), part.delay, "putting off a cycle", least=1)
    cycles, after = _consolidation(reader, part.consolidation, arms, most)
    return Chemotherapy(part.entry, infusion, nurse, most, delay, cycles, after)


def read_growth_factor(
    reader: Reader, part: GrowthFactorPart, chemotherapy: Chemotherapy | None
) -> GrowthFactor:
    """Return the growth factor given after this chemotherapy. Raises `BadInput`."""
    path = ("treatment", "growth_factor")
    where = (*path, "entry")
    entry = find_entry(reader, where, part.entry, After)
    timing = entry.timing
    assert isinstance(timing, After)  # noqa: S101 - `find_entry` saw to that
    if entry.if_closed is not None or entry.on is not None:
        message = f"the protocol says on which days `{part.entry}` is given, which is not simulated"
        raise reader.problem(message, where, "it is given when it is due, on closed days away from the department")
    if chemotherapy is None or timing.event != chemotherapy.entry:
        raise reader.problem(f"`{part.entry}` does not come after the chemotherapy that is simulated", where)
    if timing.delay is None or timing.delay.low != timing.delay.high or timing.delay.working:
        message = f"the delay of `{part.entry}` is not one length of time"
        raise reader.problem(message, where, "only a delay such as `48 hours` is simulated")
    return GrowthFactor(part.entry, fixed_minutes(reader, (*path, "injection"), part.injection, "an injection"))


def find_entry(reader: Reader, path: DataPath, name: str, kind: type[Timing]) -> Entry:
    """Return an entry of the protocol's schedule that says in this way when it happens. Raises `BadInput`."""
    entries = reader.protocol.schedule.entries
    if name not in entries:
        raise reader.unknown("the protocol's schedule has no entry", name, path, tuple(entries))
    if not isinstance(entries[name].timing, kind):
        message = f"`{name}` happens {say_timing(entries[name].timing)}"
        raise reader.problem(message, path, f"name an entry that says {WANTED[kind]}")
    return entries[name]


def _check_cycle(reader: Reader, name: str) -> int | None:
    """Return how often an entry happens at most; refuse one whose cycles the simulation cannot follow."""
    path = (*PATH, "entry")
    entry = find_entry(reader, path, name, Every)
    timing = entry.timing
    assert isinstance(timing, Every)  # noqa: S101 - `find_entry` saw to that
    if timing.start != FIRST:
        message = f"`{name}` does not begin with the first fraction"
        raise reader.problem(message, path, "no other beginning is simulated")
    if timing.period.low != timing.period.high:
        raise reader.problem(f"the cycles of `{name}` are not all of one length", path, "such cycles are not simulated")
    if not timing.while_irradiating:
        message = f"`{name}` goes on after irradiation"
        raise reader.problem(message, path, "of such an entry only `consolidation` is simulated")
    if entry.if_closed == "previous" or entry.on is not None:
        message = f"the protocol says on which days `{name}` is given, which is not simulated"
        raise reader.problem(message, path, "a cycle that falls on a closed day is given on the next open one")
    return timing.times


def _consolidation(
    reader: Reader, part: Consolidation, arms: tuple[str, ...], most: int
) -> tuple[dict[str, int], int]:
    """Return how many cycles follow irradiation, by arm, and after how many days."""
    path = (*PATH, "consolidation")
    for arm in part.cycles:
        if arm not in arms:
            raise reader.unknown("there is no arm", arm, (*path, "cycles", arm), arms, at_key=True)
    lacking = [arm for arm in arms if arm not in part.cycles]
    if lacking:
        message = f"nothing says how many cycles there are in {listed(lacking)}"
        raise reader.problem(message, (*path, "cycles"), "it may be 0", at_key=True)
    cycles = {arm: int(part.cycles[arm]) for arm in arms}
    for arm, count in cycles.items():
        if most + count > CYCLES:
            message = f"at most {CYCLES} cycles are simulated, and this makes {most + count}"
            raise reader.problem(message, (*path, "cycles", arm), f"{most} of them are during irradiation")
    days = read_days(reader.source, (*path, "after"), part.after, least=1)
    said = ", ".join(f"{say_count(count, 'cycle')} in `{arm}`" for arm, count in cycles.items())
    reader.assume(path, f"consolidation from {say_count(days, 'day')} after irradiation: {said}", part)
    return cycles, days
