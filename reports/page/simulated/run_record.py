"""The record of a simulation: seed, versions, hashes and calendar, what it was meant for, and how to repeat it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from trialproof.model.schedule import say_weekdays
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run

HEADINGS = {
    "aims": "Aims",
    "data_generating_mechanisms": "Data-generating mechanisms",
    "estimands": "Estimands",
    "methods": "Methods",
    "performance_measures": "Performance measures",
}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The section: entries (what, value), hashes (of what, SHA-256), the fields of ADEMP, and the command.

    `scenario_note` says what is known of the scenario file; `readings` are (sentence, reading, preferred).
    """

    entries: tuple[tuple[str, str], ...]
    hashes: tuple[tuple[str, str], ...]
    ademp: tuple[tuple[str, str], ...]
    readings: tuple[tuple[str, str, bool], ...]
    command: str
    scenario_note: str


def run_record(material: Material) -> RunRecord | None:
    """Return the section; None without a run."""
    run = material.run
    if run is None:
        return None
    manifest, calendar = run.manifest, run.manifest["calendar"]
    open_days = f"{calendar['days']:,} days from {calendar['begins']}, open "
    open_days += f"{say_weekdays(frozenset(calendar['open_weekdays']))}, but for {len(calendar['holidays'])} holidays"
    entries = (
        ("run folder", run.folder),
        ("scenario", run.scenario),
        ("seed", str(manifest["entropy"])),
        ("replications", f"{run.replications:,}"),
        ("engine", manifest["engine"]),
        ("random numbers", manifest["generator"]),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())),
        ("machine", manifest["machine"]),
        ("calendar", open_days),
    )
    hashes = (
        ("protocol file", manifest["protocol"]["file"]),
        ("document", manifest["protocol"]["document"]),
        ("protocol, what it says", manifest["protocol"]["content"]),
        ("scenario file", manifest["scenario"]["file"]),
        ("scenario, what it says", manifest["scenario"]["content"]),
        ("names of the figures", manifest["figures"]["sha256"]),
    )
    preferred = material.protocol.preferred
    return RunRecord(
        entries,
        tuple((what, value) for what, value in hashes if value),
        tuple((HEADINGS[key], manifest["ademp"][key]) for key in HEADINGS if key in manifest["ademp"]),
        tuple((name, reading, preferred.get(name) == reading) for name, reading in manifest["readings"].items()),
        _command(material, run),
        _scenario_note(run),
    )


def _command(material: Material, run: Run) -> str:
    """Return the command that gives the same figures."""
    protocol = material.protocol
    words = ["trialproof", "simulate", protocol.file]
    words += [] if run.same_scenario else ["--scenario", "SCENARIO.yaml"]
    for name, reading in run.manifest["readings"].items():
        words += [] if protocol.preferred.get(name) == reading else ["--reading", f"{name}={reading}"]
    return shlex.join([*words, "--seed", str(run.manifest["entropy"]), "--replications", str(run.replications)])


def _scenario_note(run: Run) -> str:
    if run.same_scenario:
        return "The scenario.yaml beside the protocol is the one that was simulated."
    if run.same_scenario is None:
        return "The scenario that was simulated is not beside the protocol; its file has the hash below."
    return (
        "The scenario.yaml beside the protocol is NOT the one that was simulated: its file has another hash than the "
        "one below. Every assumption on this page is that of the run."
    )
