"""What a run folder says of its run besides its results: the manifest, which is the same for the same run for ever.

It has the fields of two checklists: ADEMP for simulation studies (Morris, White and Crowther, Statistics in Medicine 38
(2019) 2074-2102) and STRESS-DES for discrete-event models (Monks and others, Journal of Simulation 13 (2019) 55-67).
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from trialproof.model.protocol import Protocol
from trialproof.simulate.results.metric import Column
from trialproof.simulate.runs.chunk import CHUNK
from trialproof.simulate.runs.simulation import Prepared, Simulation, digest
from trialproof.simulate.scenario.scenario import Scenario, Standing

PACKAGES = ("trialproof", "numpy", "scipy", "simpy")
GENERATOR = (
    "Philox4x32-10; key from numpy.random.SeedSequence(entropy); counter (block, item, replication, purpose); values "
    "by inverse distribution functions"
)


def manifest(simulation: Simulation, ready: Prepared, columns: Sequence[Column]) -> dict[str, Any]:
    """Return what identifies a run: whatever could make a difference to a figure, and what it is meant for.

    How many replications there are, and who computes them, is not part of it.
    """
    protocol, scenario = simulation.protocol, simulation.scenario
    return {
        "trialproof_run": 1,
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "machine": platform.machine(),
        "engine": simulation.engine.value,
        "generator": GENERATOR,
        "entropy": simulation.entropy,
        "protocol": {
            "title": protocol.title,
            "registry": protocol.registry,
            "file": _sha_of_file(protocol.file),
            "document": None if protocol.text is None else sha256(protocol.text.text.encode()).hexdigest(),
            "content": digest(protocol),
        },
        "scenario": {"title": scenario.title, "file": _sha_of_file(scenario.file), "content": digest(scenario)},
        "readings": dict(ready.setting.selection),
        "calendar": {
            "begins": scenario.begins.isoformat(),
            "days": scenario.horizon_days,
            "open_weekdays": sorted(scenario.open_days),
            "holidays": [day.isoformat() for day in scenario.holidays],
            "sha256": sha256(ready.world.calendar.open_day.tobytes()).hexdigest(),
        },
        "figures": {"number": len(columns), "sha256": digest(tuple(column.name for column in columns))},
        "chunk": CHUNK,
        "ademp": _ademp(protocol, scenario, ready),
        "stress_des": _stress(scenario, ready),
    }


def standing(scenario: Scenario) -> dict[str, int]:
    """Return how many assumptions are published, derived and assumed."""
    found = Counter(each.standing for each in scenario.assumptions)
    return {each.value: found[each] for each in Standing}


def _ademp(protocol: Protocol, scenario: Scenario, ready: Prepared) -> dict[str, str]:
    arms = ", ".join(ready.names.arms)
    return {
        "aims": f"arm balance, accrual, patients whom the protocol leaves unsettled, and the load on the departments: "
        f"{protocol.title}",
        "data_generating_mechanisms": f"the scenario `{scenario.title}`: {scenario.accrual.arrivals.value} arrivals of "
        f"candidates at {len(scenario.accrual.sites)} sites, {len(scenario.population.variables)} recorded quantities, "
        "charted with their errors",
        "estimands": f"expectations over replications of the metrics of docs/reference/metrics.md; arms: {arms}",
        "methods": "the protocol's own eligibility and decisions, evaluated exactly on each charted record under the "
        "readings above; policies of the scenario where they leave a patient unsettled",
        "performance_measures": "mean or proportion with its Monte Carlo standard error, the number of replications "
        "that gave a number, 95 % intervals (Student, Wilson), and quantiles",
    }


def _stress(scenario: Scenario, ready: Prepared) -> dict[str, Any]:
    return {
        "objectives": "see ademp.aims",
        "logic": "docs/background/simulation.md: arrivals, screening, enrolment, preparation, irradiation, "
        "chemotherapy, follow-up; order of events within a minute as trial.contract states",
        "entities": "candidates, and the enrolled among them",
        "resources": f"{len(ready.names.departments)} departments with {int(ready.world.linacs.sum())} linacs "
        "(an appointment book), scanners, physicists, chairs and nurses (waiting lists)",
        "data": {"assumptions": len(scenario.assumptions), **standing(scenario)},
        "initialisation": "the trial begins empty; other patients are a background load; no warm-up is discarded",
        "run_length": f"{scenario.horizon_days} days, or less to reach the target of {scenario.accrual.target}, with "
        "treatment and follow-up of the enrolled up to the horizon",
        "estimation": "independent replications",
        "random_sampling": GENERATOR,
        "implementation": "trialproof, SimPy; see versions",
        "model_execution": "chunks of replications, over processes; figures do not depend on how many",
        "code_access": "the package named in versions; the run is repeated from protocol, scenario and entropy",
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _sha_of_file(path: str) -> str | None:
    """Return the SHA-256 of a file as it is; None where there is none."""
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None
