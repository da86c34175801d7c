"""From a scenario file to a `Scenario`: every name resolved against a protocol, every bad input refused at its place.

The shape of the file is checked first, then what each part says, then whether the parts fit together.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

from trialproof.model.document import show
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol, Selection
from trialproof.model.rules import misread
from trialproof.model.schedule import say_weekdays
from trialproof.model.schedule_text import read_weekdays
from trialproof.model.shape_problem import read_parts
from trialproof.model.source import LARGEST_FILE, Source, parse_source
from trialproof.model.syntax import Mistake
from trialproof.model.textfile import read_text
from trialproof.simulate.scenario.accrual_file import read_accrual
from trialproof.simulate.scenario.amounts import read_date, read_date_range, read_days
from trialproof.simulate.scenario.department_file import read_departments
from trialproof.simulate.scenario.fit import check_fit
from trialproof.simulate.scenario.policies_file import read_policies
from trialproof.simulate.scenario.population_file import read_population
from trialproof.simulate.scenario.reader import Reader
from trialproof.simulate.scenario.scenario import Scenario
from trialproof.simulate.scenario.shape import ScenarioFile
from trialproof.simulate.scenario.treatment_file import prescribing, read_treatment

FILE_NAME = "scenario.yaml"
BEGIN = "a scenario begins with `trialproof_scenario: 1`"
EARLIEST, LATEST = date(1950, 1, 1), date(2200, 1, 1)


def load_scenario(path: str | Path, protocol: Protocol, selection: Selection | None = None) -> Scenario:
    """Return the scenario of a `scenario.yaml`, or of the one in a folder, for a protocol.

    Sentences in `selection` are read so, whatever the file says. Raises `BadInput`, and nothing else, for a bad file.
    """
    path = Path(path)
    if os.path.isdir(path):
        path = path / FILE_NAME
        if not os.path.lexists(path):
            raise BadInput(f"the folder holds no `{FILE_NAME}`", Place(str(path.parent)))
    return parse_scenario(str(path), read_text(path, limit=LARGEST_FILE), protocol, selection)


def parse_scenario(file: str, text: str, protocol: Protocol, selection: Selection | None = None) -> Scenario:
    """Return the scenario that a text describes; `file` is what messages call it. Raises `BadInput`."""
    return read_scenario(parse_source(file, text, begin=BEGIN), protocol, selection)


def read_scenario(source: Source, protocol: Protocol, selection: Selection | None = None) -> Scenario:
    """Return the scenario of a file that is read already. Raises `BadInput`."""
    parts = read_parts(source, ScenarioFile)
    _check_protocol(source, parts, protocol)
    chosen = {**_selection(source, parts, protocol), **(selection or {})}
    return _scenario(Reader(source, protocol, chosen), parts)


def _scenario(reader: Reader, parts: ScenarioFile) -> Scenario:
    source, protocol = reader.source, reader.protocol
    if parts.arm not in protocol.decisions:
        raise reader.unknown("there is no decision", parts.arm, ("arm",), tuple(protocol.decisions))
    if protocol.decisions[parts.arm].bounds != (1, 1):
        advice = "an arm is assigned by a decision with `intent: exactly one` or `first match`"
        raise reader.problem(f"`{parts.arm}` does not give each patient one choice", ("arm",), advice)
    arms = tuple(choice.name for choice in protocol.decisions[parts.arm].choices)
    begins, horizon = _time(source, parts)
    open_days, holidays = _calendar(reader, parts)
    population = read_population(reader, parts)
    accrual = read_accrual(reader, parts.accrual, arms, horizon)
    asked = [parts.arm, *(prescribing(reader, parts.treatment) if parts.treatment is not None else ())]
    policies = read_policies(reader, parts.policies, list(dict.fromkeys(asked)))
    departments = read_departments(reader, parts.departments)
    treatment = None if parts.treatment is None else read_treatment(reader, parts.treatment, arms)
    scenario = Scenario(
        title=" ".join(parts.title.split()),
        begins=begins,
        horizon_days=horizon,
        arm=parts.arm,
        population=population,
        accrual=accrual,
        policies=policies,
        departments=departments,
        treatment=treatment,
        reading=dict(reader.selection),
        open_days=open_days,
        holidays=holidays,
        assumptions=tuple(sorted(reader.assumptions, key=lambda each: each.place)),
        file=source.file,
    )
    check_fit(reader, scenario)
    return scenario


def _check_protocol(source: Source, parts: ScenarioFile, protocol: Protocol) -> None:
    """Refuse a scenario that is for another protocol."""
    wanted = protocol.registry or protocol.title
    if parts.protocol not in (protocol.registry, protocol.title):
        raise source.problem(
            f"this scenario is for {show(parts.protocol)}, not for {show(wanted)}", ("protocol",),
            help=f"the protocol read is {protocol.file}",
        )  # fmt: skip


def _selection(source: Source, parts: ScenarioFile, protocol: Protocol) -> dict[str, str]:
    """Return the reading of every sentence: as the file says, else the preferred one."""
    reader = Reader(source, protocol)
    for sentence, reading in parts.reading.items():
        path = ("reading", sentence)
        if sentence not in protocol.sentences:
            what = "there is no sentence with several readings called"
            raise reader.unknown(what, sentence, path, tuple(protocol.sentences), at_key=True)
        if reading not in protocol.sentences[sentence].readings:
            known = protocol.sentences[sentence].readings
            raise reader.unknown(f"`{sentence}` has no reading", reading, path, known)
    return {**protocol.preferred, **parts.reading}


def _time(source: Source, parts: ScenarioFile) -> tuple[date, int]:
    """Return the first day, and how many days are simulated."""
    begins = read_date(source, ("begins",), parts.begins)
    horizon = read_days(source, ("horizon",), parts.horizon, least=1)
    if not EARLIEST <= begins <= LATEST - timedelta(days=horizon):
        raise source.problem(f"the trial is expected to lie between {EARLIEST.year} and {LATEST.year}", ("begins",))
    return begins, horizon


def _calendar(reader: Reader, parts: ScenarioFile) -> tuple[frozenset[int], tuple[date, ...]]:
    """Return the weekdays on which anything is open, and the dates on which nothing is."""
    source, part = reader.source, parts.calendar
    try:
        open_days = read_weekdays(part.open_days)
    except Mistake as mistake:
        raise misread(source, ("calendar", "open_days"), mistake) from None
    holidays: set[date] = set()
    for at, text in enumerate(part.holidays or []):
        path = ("calendar", "holidays", at)
        days = read_date_range(source, path, text)
        again = holidays.intersection(days)
        if again:
            raise source.problem(f"{min(again).isoformat()} is a holiday already", path)
        holidays.update(days)
    said = f"open {say_weekdays(open_days)}" + (f", but for {len(holidays)} holidays" if holidays else "")
    reader.assume(("calendar",), said, part)
    return open_days, tuple(sorted(holidays))
