"""Reports with a simulation, for tests: one of the founding protocol, one of a small trial, and any that is made up."""

from __future__ import annotations

import atexit
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.reports.page.made import ROOT, founding
from tests.simulate.runs.small import run, small
from tests.simulate.scenarios import small_protocol
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.candidates import first_trial
from trialproof.reports.page.simulated.files import read_run
from trialproof.simulate.runs.chunk import Keep
from trialproof.simulate.runs.simulation import Simulation, simulation_of
from trialproof.simulate.scenario.load import load_scenario
from trialproof.verify.finding import Review

REPLICATIONS = 20
FOUNDING = ROOT / "protocols" / "esophageal-salvage"


@cache
def founding_run() -> Path:
    """Return the folder of a short run of the founding protocol; nobody changes it."""
    protocol = founding().protocol
    return _kept(simulation_of(protocol, load_scenario(FOUNDING, protocol), 1), REPLICATIONS)


@cache
def simulated() -> Material:
    """Return what the report of the founding protocol is made of, with that run."""
    material = founding()
    found = replace(read_run(material.protocol, founding_run()), folder="run")
    return replace(material, run=found, laid=first_trial(material.protocol, founding_run(), material.selection))


@cache
def small_run() -> Path:
    """Return the folder of a run of the small trial; nobody changes it."""
    return _kept(small(), 12)


def small_material(folder: Path | None = None) -> Material:
    """Return what a report of the small trial is made of, with a run of it, but without any check."""
    protocol = small_protocol()
    return Material(protocol, Review(protocol.preferred), run=read_run(protocol, folder or small_run()))


def changed(folder: Path, file: str, change: Callable[[dict[str, Any]], Mapping[str, Any] | None]) -> Path:
    """Copy the run of the small trial into a folder, with one of its JSON files changed, and return the folder."""
    shutil.copytree(small_run(), folder)
    found = json.loads((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(json.dumps(change(found) or found), encoding="utf-8")
    return folder


def _kept(simulation: Simulation, replications: int) -> Path:
    folder = Path(mkdtemp(prefix="trialproof-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    run(folder / "run", replications, simulation=simulation, keep=Keep(patients=True))
    return folder / "run"
