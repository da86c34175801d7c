"""From a run folder to a `Run`: from its files alone, which may be damaged, of another protocol, or by anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol
from trialproof.reports.page.simulated.run import Assumption, Exact, Rows, Run, Source
from trialproof.reports.simulation_table import Row
from trialproof.simulate.results.against import Verdict
from trialproof.simulate.results.metric import Kind
from trialproof.simulate.runs.digest import digest
from trialproof.simulate.runs.folder import MANIFEST, SUMMARY, Folder

NUMBERS = ("arm_count", "duration_if_reached")
"""Metrics of which the number of each replication is drawn."""
SCENARIO = "scenario.yaml"
LARGEST = 200_000_000
"""No file of a run that is read whole has more bytes."""
HUGE = 1e12
"""No figure of a trial is that large."""


def _day(text: str) -> str:
    if not 1950 <= date.fromisoformat(text).year <= 2200:
        raise ValueError("no day of a trial")
    return text


Standing = Literal["published", "derived", "assumed"]
Number = Annotated[float, Field(ge=-HUGE, le=HUGE)]
Count = Annotated[int, Field(ge=0, le=HUGE)]
Day = Annotated[str, AfterValidator(_day)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class _Named(_Part):
    title: str
    registry: str = ""
    file: str | None
    content: str


class _Protocol(_Named):
    document: str | None


class _Calendar(_Part):
    begins: Day
    days: Count
    open_weekdays: list[Weekday]
    holidays: list[str]


class _Columns(_Part):
    number: int
    sha256: str


class _Manifest(_Part):
    """The part of a manifest that the report looks at."""

    trialproof_run: Literal[1]
    versions: dict[str, str]
    machine: str
    engine: str
    generator: str
    entropy: int
    protocol: _Protocol
    scenario: _Named
    readings: dict[str, str]
    calendar: _Calendar
    figures: _Columns
    ademp: dict[str, str]


class _Figure(_Part):
    metric: str
    of: str
    unit: str
    kind: Kind
    n: Count
    absent: Count
    mean: Number | None
    mcse: Number | None
    low: Number | None
    high: Number | None
    least: Number | None
    q05: Number | None
    q25: Number | None
    q50: Number | None
    q75: Number | None
    q95: Number | None
    most: Number | None


class _Exact(_Part):
    metric: str
    of: str
    value: Number
    mcse_away: Number | None
    verdict: Verdict
    formula: str
    source: str


class _Source(_Part):
    standing: Standing
    text: str


class _Assumption(_Part):
    path: str
    says: str
    standing: Standing
    sources: list[_Source]


class _NoAnswer(_Part):
    figures: str
    because: str


class _Summary(_Part):
    """The part of a summary that the report looks at."""

    trialproof_simulation: Literal[1]
    scenario: str
    entropy: int
    replications: Count
    horizon_days: Count
    target: Count
    assumptions: dict[Standing, Count]
    assumptions_listed: list[_Assumption] = []
    exact: list[_Exact]
    no_exact_answer: list[_NoAnswer]
    figures: list[_Figure]


def read_run(protocol: Protocol, path: Path) -> Run:
    """Return the run that a folder holds. Raises `BadInput` for no run, an unfinished one, or of another protocol."""
    manifest = _read(path, MANIFEST, _Manifest, "this folder holds no run")
    _check_protocol(protocol, path, manifest)
    summary = _read(path, SUMMARY, _Summary, "this run is not finished")
    rows = Rows({_name(each): Row(each) for each in summary["figures"]})
    _check_together(path, manifest, summary, rows)
    return Run(
        str(path),
        manifest,
        summary,
        rows,
        {_name(each): _exact(each) for each in summary["exact"] if _name(each) in rows},
        _numbers(path, list(rows.values()), summary["replications"]),
        tuple(_assumption(each) for each in summary.get("assumptions_listed", [])),
        _same_scenario(protocol, manifest["scenario"]["file"]),
    )


def files_of(path: Path | None) -> list[Path]:
    """Return the files of a run that say what it is and what it found."""
    return [] if path is None else [path / MANIFEST, path / SUMMARY]


def _read(path: Path, name: str, shape: type[_Part], missing: str) -> dict[str, Any]:
    """Return a file of a run as JSON values of the right shape."""
    place = Place(str(path / name))
    try:
        if (path / name).stat().st_size > LARGEST:
            raise BadInput("this file is too large for one that `trialproof simulate` writes", place)
        text = (path / name).read_bytes()
    except OSError:
        raise BadInput(missing, Place(str(path)), help="`trialproof simulate PROTOCOL -o FOLDER` leaves one") from None
    with suppress(ValueError, RecursionError, ValidationError):
        shape.model_validate_json(text)
        found: dict[str, Any] = json.loads(text)
        return found
    raise BadInput("this is not what `trialproof simulate` writes", place)


def _check_protocol(protocol: Protocol, path: Path, manifest: Mapping[str, Any]) -> None:
    mine, theirs = digest(protocol), manifest["protocol"]["content"]
    if mine != theirs:
        raise BadInput(
            f"this run is of another protocol, or of another version of it: {theirs}, not {mine}",
            Place(str(path / MANIFEST)),
            help="simulate this protocol anew, into a new folder",
        )


def _check_together(
    path: Path, manifest: Mapping[str, Any], summary: Mapping[str, Any], rows: Mapping[str, Row]
) -> None:
    """Refuse a summary that is not of the run that the manifest tells of."""
    columns = manifest["figures"]
    same = (
        summary["entropy"] == manifest["entropy"]
        and len(rows) == len(summary["figures"]) == columns["number"]
        and digest(tuple(rows)) == columns["sha256"]
    )
    if not same or summary["replications"] < 1:
        raise BadInput("the summary is not of the run that the manifest tells of", Place(str(path / SUMMARY)))


def _numbers(path: Path, rows: Sequence[Row], replications: int) -> dict[str, tuple[float, ...]]:
    """Return the numbers of every replication that gave one, of the figures that need it."""
    wanted = [at for at, row in enumerate(rows) if row.cells["metric"] in NUMBERS]
    try:
        found = [(values[wanted], exists[wanted]) for values, exists in Folder(path, len(rows)).rows(0, replications)]
    except (OSError, RuntimeError):
        advice = "`trialproof simulate` with the same arguments computes them again"
        raise BadInput("the chunks of this run are not all there", Place(str(path)), help=advice) from None
    values = np.array([each for each, _ in found])
    exists = np.array([each for _, each in found])
    return {
        _name(rows[at].cells): tuple(values[exists[:, column], column].tolist()) for column, at in enumerate(wanted)
    }


def _same_scenario(protocol: Protocol, hash_of_run: str | None) -> bool | None:
    try:
        return sha256((Path(protocol.file).parent / SCENARIO).read_bytes()).hexdigest() == hash_of_run
    except OSError:
        return None


def _exact(each: Mapping[str, Any]) -> Exact:
    return Exact(each["value"], each["mcse_away"], Verdict(each["verdict"]), each["formula"], each["source"])


def _assumption(each: Mapping[str, Any]) -> Assumption:
    sources = tuple(Source(source["standing"], source["text"]) for source in each["sources"])
    return Assumption(each["path"], each["says"], each["standing"], sources)


def _name(cells: Mapping[str, Any]) -> str:
    return f"{cells['metric']}.{cells['of']}" if cells["of"] else str(cells["metric"])
