"""How fast `protocols/esophageal-salvage` is simulated: by part, by engine, by size, and in how much memory.

All of it on one core, after compilation, in processor time; each figure is the best of several runs, because other
programs can only make it slower. Parts are measured one by one, and "all" by itself. "Drawing" are arrivals, true and
charted values, treatment and the days of the linacs; "rules" are eligibility, decisions and other readings. The
textbook model (`benchmarks/textbook.py`) runs on the same tables and draws as the engines.

    python benchmarks/simulation.py [--replications 50] [--memory 10000]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from textbook import Textbook

from trialproof.model.load import load
from trialproof.simulate.accrual.arrivals import arrivals
from trialproof.simulate.fast import compiling
from trialproof.simulate.population.charting import charted
from trialproof.simulate.population.linacs import linac_days
from trialproof.simulate.population.people import true_values
from trialproof.simulate.population.screening import arms_under, screen
from trialproof.simulate.population.treatment import treat
from trialproof.simulate.recut import part_of
from trialproof.simulate.runs.candidates import candidates_of, enough
from trialproof.simulate.runs.chunk import ONLY_FIGURES, Span
from trialproof.simulate.runs.days import expected
from trialproof.simulate.runs.described import manifest
from trialproof.simulate.runs.engines import Engine, hands, runner
from trialproof.simulate.runs.folder import opened
from trialproof.simulate.runs.replicate import Replication, columns_of, figures_of, replications
from trialproof.simulate.runs.run import Plan
from trialproof.simulate.runs.session import finished
from trialproof.simulate.runs.simulation import Simulation, prepared, simulation_of
from trialproof.simulate.runs.workers import TOGETHER, compute
from trialproof.simulate.scenario.load import load_scenario
from trialproof.simulate.scenario.scenario import Scenario

SHIPPED = Path(__file__).parents[1] / "protocols" / "esophageal-salvage"
TIMES = (1, 2, 4)


def best(work: Callable[[], object], runs: int = 5) -> float:
    """Return the processor time of the fastest of several runs, in seconds."""
    taken = []
    for _ in range(runs):
        started = process_time()
        work()
        taken.append(process_time() - started)
    return min(taken)


def shipped(scenario: Scenario | None = None) -> Simulation:
    protocol = load(SHIPPED)
    return simulation_of(protocol, scenario or load_scenario(SHIPPED / "scenario.yaml", protocol), 1, Engine.COMPILED)


def parts(simulation: Simulation, number: int) -> dict[str, float]:
    """Return the milliseconds that each part of a replication takes, when so many are worked on together."""
    ready = prepared(simulation)
    setting, key, world = ready.setting, ready.key, ready.world
    numbers, run, columns = range(number), runner(Engine.COMPILED), columns_of(ready)
    came = candidates_of(ready, numbers)
    people = came[0].block.candidates
    first = [each for each in came if each.block is came[0].block]
    enrolled = np.concatenate([each.rows.start + each.enrolment.enrolled for each in first])
    wanted = np.array([expected(world, each.enrolled, each.enrolment.minute) for each in came])
    found = list(replications(ready, numbers, run))
    draws = [each.record.draws for each in found]
    together = [found[at : at + TOGETHER] for at in range(0, number, TOGETHER)]
    who = people.replication, people.number
    truth = best(lambda: true_values(setting, key, *who))
    charts = best(lambda: charted(setting, key, people.truth, *who))
    taken = {
        "drawing": truth
        + charts
        + best(lambda: arrivals(setting.scenario, key, numbers, enough(ready) + 1))
        + best(lambda: treat(setting, key, people, enrolled))
        + best(lambda: linac_days(setting.scenario, key, world.calendar, numbers, wanted)),
        "rules": best(lambda: screen(setting, key, *who))
        - truth
        - charts
        + best(lambda: arms_under(setting, part_of(people.record, enrolled))),
        "engine": best(lambda: [run(world, each) for each in draws]),
        "figures": best(lambda: [figures_of(ready, some, hands(Engine.COMPILED)) for some in together]),
    }
    chunk = compute(simulation, Span(0, number), ONLY_FIGURES)
    with TemporaryDirectory() as folder, opened(Path(folder), manifest(simulation, ready, columns), len(columns)) as to:
        taken["writing"] = best(lambda: to.save(chunk))
    taken["all"] = best(lambda: compute(simulation, Span(0, number), ONLY_FIGURES)) + taken["writing"]
    return {name: seconds / number * 1e3 for name, seconds in taken.items()}


def engines(found: list[Replication]) -> None:
    """Print how long the engines and the textbook model take on the same draws."""
    world, draws = found[0].record.world, [each.record.draws for each in found]
    rows = sum(len(each.record.ledger) for each in found) / len(found)
    runs: dict[str, Callable[[], object]] = {
        engine.value: partial(lambda run: [run(world, each) for each in draws], runner(engine))
        for engine in (Engine.COMPILED, Engine.SIMPY)
    }
    runs["textbook"] = lambda: [Textbook(world, each).run() for each in draws]
    happenings = sum(len(Textbook(world, each).run()) for each in draws) / len(draws)
    taken = {name: best(work, 3) / len(draws) for name, work in runs.items()}
    print(f"\nengines, the same {len(draws)} replications")
    for name, seconds in taken.items():
        events = happenings if name == "textbook" else rows
        print(
            f"  {name:<9} {seconds * 1e3:8.2f} ms, {events:6.0f} events, {events / seconds:12,.0f} events a second, "
            f"{seconds / taken['compiled']:6.1f} times the compiled engine"
        )


def growth(scenario: Scenario, number: int) -> None:
    """Print how the time grows with patients, sites and resources."""
    print(f"\ntime of a replication without writing, {number} together (times 1, 2 and 4)")
    for name, grown in (("patients", with_patients), ("sites", with_sites), ("linacs", with_linacs)):
        taken = []
        for times in TIMES:
            simulation = shipped(grown(scenario, times))
            compute(simulation, Span(0, 2), ONLY_FIGURES)
            taken.append(best(partial(compute, simulation, Span(0, number), ONLY_FIGURES), 3) / number * 1e3)
        print(f"  {name:<9} {' '.join(f'{each:7.2f} ms' for each in taken)}")


def with_patients(scenario: Scenario, times: int) -> Scenario:
    accrual = scenario.accrual
    sites = tuple(replace(each, rate=each.rate * times) for each in accrual.sites)
    return replace(scenario, accrual=replace(accrual, target=accrual.target * times, sites=sites))


def with_sites(scenario: Scenario, times: int) -> Scenario:
    """So many times the sites and departments, each with its part of the candidates."""
    sites, departments = [], {}
    for copy in range(times):
        for site in scenario.accrual.sites:
            name = f"{site.department} {copy}"
            departments[name] = replace(scenario.departments[site.department], name=name)
            sites.append(replace(site, name=f"{site.name} {copy}", rate=site.rate / times, department=name))
    return replace(scenario, accrual=replace(scenario.accrual, sites=tuple(sites)), departments=departments)


def with_linacs(scenario: Scenario, times: int) -> Scenario:
    departments = {name: replace(each, linacs=each.linacs * times) for name, each in scenario.departments.items()}
    return replace(scenario, departments=departments)


def alone(*arguments: str) -> list[float]:
    """Return what this program prints when it is a process of its own."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    return [float(each) for each in done.stdout.split()]


def run_whole(number: int) -> None:
    """Print the peak memory of a whole run with all of its files, in megabytes, and its processor time in seconds."""
    started = process_time()
    with TemporaryDirectory() as folder, finished(shipped(), Plan(number), Path(folder) / "run", lambda *_: None):
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, process_time() - started)


def compile_anew() -> None:
    """Print how many seconds of the processor compiling takes, with nothing in the cache."""
    with TemporaryDirectory() as folder:
        compiling.CACHE = folder
        started = process_time()
        for name in ("kernel", "filling", "ledger", "philox", "tabulated", "tallies"):
            import_module(f"{compiling.__package__}.{name}")
        print(process_time() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=50, help="so many are worked on together")
    parser.add_argument("--memory", type=int, help="measure time and memory of a whole run of so many, and of a tenth")
    parser.add_argument("--whole", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--compile", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.compile:
        compile_anew()
        return
    if given.whole:
        run_whole(given.whole)
        return
    simulation = shipped()
    ready = prepared(simulation)
    list(replications(ready, [0, 1], runner(Engine.COMPILED)))
    print(f"{simulation.scenario.title}: {ready.world.target} patients, {len(ready.world.department)} sites")
    taken = parts(simulation, given.replications)
    for name, milliseconds in taken.items():
        print(f"  {name:<9} {milliseconds:7.3f} ms a replication  {milliseconds / taken['all']:4.0%}")
    engines(list(replications(ready, range(min(given.replications, 10)), runner(Engine.COMPILED))))
    growth(simulation.scenario, min(given.replications, 20))
    if given.memory:
        print()
        for number in (max(1, given.memory // 10), given.memory):
            megabytes, seconds = alone("--whole", str(number))
            print(f"{number} replications with all files: {seconds:.1f} s, peak memory {megabytes:.0f} MB")
    print(f"\ncompiling, once after installation: {alone('--compile')[0]:.1f} s")


if __name__ == "__main__":
    main()
