"""What a run has found, as plain values for files and for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trialproof.simulate.results.against import distance
from trialproof.simulate.results.estimate import Spread
from trialproof.simulate.results.paired import Difference
from trialproof.simulate.results.precision import Progress
from trialproof.simulate.runs.described import standing
from trialproof.simulate.runs.run import Found
from trialproof.simulate.runs.simulation import Simulation, prepared
from trialproof.simulate.runs.tidy import summary_row
from trialproof.simulate.scenario.scenario import Assumption
from trialproof.simulate.twins.compare import compare
from trialproof.simulate.twins.twin import Twin


def summary(simulation: Simulation, found: Found, spreads: Sequence[Spread | None]) -> dict[str, Any]:
    """Return a run as JSON values. It depends on the simulation and the number of replications, and on goals."""
    protocol, scenario = simulation.protocol, simulation.scenario
    exact = compare(prepared(simulation).setting)
    return {
        "trialproof_simulation": 1,
        "protocol": {"title": protocol.title, "registry": protocol.registry},
        "scenario": scenario.title,
        "entropy": simulation.entropy,
        "engine": simulation.engine.value,
        "replications": found.replications,
        "horizon_days": scenario.horizon_days,
        "target": scenario.accrual.target,
        "readings": dict(prepared(simulation).setting.selection),
        "assumptions": standing(scenario),
        "assumptions_listed": [_assumption(each) for each in scenario.assumptions],
        "goals": [_goal(each) for each in found.goals],
        "exact": list(_exact(exact.twins, found, spreads)),
        "no_exact_answer": [{"figures": what, "because": why.reason} for what, why in exact.without],
        "figures": [summary_row(each, of) for each, of in zip(found.estimates, spreads, strict=True)],
    }


def _exact(twins: Sequence[Twin], found: Found, spreads: Sequence[Spread | None]) -> Iterator[dict[str, Any]]:
    figures = {each.column.name: (each, of) for each, of in zip(found.estimates, spreads, strict=True)}
    for twin in twins:
        name = f"{twin.metric}.{twin.of}" if twin.of else twin.metric
        if name in figures:
            far = distance(*figures[name], twin.value)
            yield {
                "metric": twin.metric,
                "of": twin.of,
                "value": twin.value,
                "mcse_away": far.mcse_away,
                "verdict": far.verdict.value,
                "formula": twin.formula,
                "source": twin.source,
            }


def _assumption(each: Assumption) -> dict[str, Any]:
    sources = [{"standing": standing.value, "text": text} for standing, text in each.sources]
    return {"path": each.path, "says": each.says, "standing": each.standing.value, "sources": sources}


def _goal(far: Progress) -> dict[str, Any]:
    return {
        "name": far.goal.name,
        "wanted": far.goal.half_width,
        "half_width": far.half_width,
        "reached": far.reached,
        "replications_needed": far.needed,
    }


def differences_as_json(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """Return paired differences as JSON values."""
    rows = []
    for each in differences:
        low, high = each.interval or (None, None)
        rows.append(
            {
                "metric": each.column.metric,
                "of": ".".join(each.column.of),
                "n": each.n,
                "absent": each.absent,
                "first": each.first,
                "second": each.second,
                "difference": each.difference,
                "mcse": each.mcse,
                "low": low,
                "high": high,
                "variance_saved": each.saved,
            }
        )
    return rows
