"""`trialproof simulate`: what the protocol will do when patients arrive."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialproof.commands.common import (
    CLUSTER,
    ENGINE,
    NUMBER,
    PROTOCOL,
    READING,
    SCENARIO,
    UNDECIDED,
    counted,
    engine_for,
    entropy_for,
    in_color,
    kept,
    scenario_for,
)

if TYPE_CHECKING:
    from trialproof.model.protocol import Protocol
    from trialproof.simulate.runs.engines import Engine
    from trialproof.simulate.runs.run import Plan
    from trialproof.simulate.runs.session import Session
    from trialproof.simulate.runs.simulation import Simulation

REPLICATIONS, MOST = 200, 10_000
FEW = 100
"""So many replications are done here before other processes have begun, unless they are asked for."""
FIRST, SECOND = "first", "second"
"""The folders of two runs that are compared."""


@click.command()
@PROTOCOL
@SCENARIO
@click.option(
    "--replications", type=NUMBER, default=None, help=f"How many trials to simulate.  [default: {REPLICATIONS}]"
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=None,
    help="Where random numbers come from: the same seed, the same trials. Without one it is drawn, and printed.",
)
@click.option(
    "--precision", "goals", multiple=True, metavar="NAME=HALF_WIDTH",
    help="Go on until the 95 % interval of a figure is so narrow: arm_share.involved_field=0.01. May be repeated.",
)
@click.option(
    "--most", type=NUMBER, default=None, help=f"With --precision: at most so many replications.  [default: {MOST}]"
)
@READING
@click.option(
    "--against", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Another scenario for the same protocol: simulate it on the same chances, and show what differs.",
)
@click.option(
    "--against-reading", "against_readings", multiple=True, metavar="SENTENCE=READING",
    help="The same with another reading of a sentence. May be repeated.",
)
@click.option(
    "--only", type=click.IntRange(min=0, max=2**32 - 1), default=None, metavar="NUMBER",
    help="One replication alone, counted from 0: its figures, or with --ledgers what happened in it.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=None,
    help="So many processes; by default one for each processor, if it is worth it. No figure depends on it.",
)
@CLUSTER
@ENGINE
@click.option(
    "--verify-engine", type=click.IntRange(min=1), default=None, metavar="N",
    help="First run N replications in both engines, and stop unless they agree in every row of their ledgers.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True,
    help="How to print. JSON and CSV have every figure.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, metavar="FOLDER",
    help="Keep everything in a run folder, chunk by chunk. The same command goes on where it was interrupted.",
)
@click.option(
    "--assumptions", is_flag=True, help="Print every assumption, too, with what stands behind it. JSON always has them."
)
@click.option("--ledgers", is_flag=True, help="With -o: keep what happened in each replication, row by row.")
@click.option("--patients", is_flag=True, help="With -o: keep who came, as charted; `trialproof assign` reads it.")
def simulate(
    protocol: Path,
    scenario: Path | None,
    replications: int | None,
    seed: int | None,
    goals: Sequence[str],
    most: int | None,
    readings: Sequence[str],
    against: Path | None,
    against_readings: Sequence[str],
    only: int | None,
    workers: int | None,
    cluster: str | None,
    engine: str | None,
    verify_engine: int | None,
    form: str,
    output: Path | None,
    assumptions: bool,  # noqa: FBT001 - a flag of the command line
    ledgers: bool,  # noqa: FBT001
    patients: bool,  # noqa: FBT001
) -> None:
    """Simulate the trial of PROTOCOL under the assumptions of a scenario.

    Candidates arrive, are charted and screened, and are assigned by the very rules that `check` proves things about;
    then they are planned, irradiated and given chemotherapy in departments with machines, staff and a calendar. Prints
    how balanced the arms are, how long recruiting takes, whom the protocol leaves unsettled, and whether the
    departments can carry it: every figure with its Monte Carlo error (MCSE), and beside it the exact answer where there
    is one.

    \b
    Examples:
      trialproof simulate protocols/esophageal-salvage --seed 1
      trialproof simulate protocols/esophageal-salvage --seed 1 --replications 1000 -o run
      trialproof simulate . --precision arm_share.involved_field=0.005 --precision duration=20
      trialproof simulate . --seed 1 --against more-linacs.yaml
      trialproof simulate . --seed 1 --only 17 --ledgers --format csv

    \b
    Exit codes:
      0 done    2 unusable input    3 a precision that was asked for is not reached
    """  # noqa: D301
    from trialproof.model.load import load, read_selection
    from trialproof.model.place import BadInput

    _check_together(goals, most, against, against_readings, only, output, ledgers=ledgers, patients=patients)
    loaded = load(protocol)
    entropy = entropy_for(seed, *(() if output is None else (output, output / FIRST)))
    selection = read_selection(loaded, readings)
    chosen = engine_for(engine)
    first = _simulation(loaded, scenario, protocol, entropy, selection, chosen)
    if verify_engine is not None:
        _verify_engine(first, verify_engine)
    if only is not None:
        _print_only(first, only, form, ledgers=ledgers)
        return
    plan = _plan(replications, goals, most, workers, cluster, ledgers=ledgers, patients=patients)
    if against is None and not against_readings:
        session = _run(first, plan, output)
        done = session.found.replications
        repeat = _command(protocol, scenario, readings, entropy, done)
        _print(session, form, repeat=repeat, with_assumptions=assumptions)
        sys.exit(UNDECIDED if any(not each.reached for each in session.found.goals) else 0)
    other = {**selection, **read_selection(loaded, against_readings)}
    second = _simulation(loaded, against or scenario, protocol, entropy, other, chosen)
    if second == first:
        raise BadInput("both simulations are the same, so that nothing can differ")
    _compare(first, second, plan, form, output)


def _check_together(
    goals: Sequence[str],
    most: int | None,
    against: Path | None,
    against_readings: Sequence[str],
    only: int | None,
    output: Path | None,
    *,
    ledgers: bool,
    patients: bool,
) -> None:
    """Refuse options that do not go together."""
    from trialproof.model.place import BadInput

    paired = against is not None or bool(against_readings)
    if most is not None and not goals:
        raise BadInput("`--most` goes with `--precision`", help="without it, `--replications` says how many")
    if goals and paired:
        raise BadInput(
            "`--precision` does not go with `--against`",
            help="say how many with `--replications`; the difference is printed with its error",
        )
    if only is not None and (goals or paired or output is not None or patients):
        raise BadInput("`--only` prints one replication; it goes with `--ledgers` and no other way of running")
    if (ledgers or patients) and output is None and only is None:
        raise BadInput("`--ledgers` and `--patients` are kept in a run folder", help="name one with `-o`")


def _simulation(
    loaded: Protocol, scenario: Path | None, protocol: Path, entropy: int, selection: Mapping[str, str], engine: Engine
) -> Simulation:
    from trialproof.simulate.runs.simulation import simulation_of
    from trialproof.simulate.scenario.load import load_scenario

    file = scenario_for(scenario, protocol)
    return simulation_of(loaded, load_scenario(file, loaded, selection), entropy, engine)


def _verify_engine(simulation: Simulation, number: int) -> None:
    """Run replications in both engines. Raises `EnginesDisagree`, which is a defect of this program."""
    from trialproof.simulate.runs.engines import verified
    from trialproof.simulate.runs.replicate import replications
    from trialproof.simulate.runs.simulation import prepared

    rows = 0
    with counted("replications in both engines") as tell:
        for done, each in enumerate(replications(prepared(simulation), range(number), verified), 1):
            rows += len(each.record.ledger)
            tell(done, number)
    click.echo(f"both engines wrote the same {rows:,} rows for {number} replications", err=True)


def _plan(
    replications: int | None,
    goals: Sequence[str],
    most: int | None,
    workers: int | None,
    cluster: str | None,
    *,
    ledgers: bool,
    patients: bool,
) -> Plan:
    from trialproof.simulate.results.precision import read_goals
    from trialproof.simulate.runs.chunk import Keep
    from trialproof.simulate.runs.run import Plan
    from trialproof.simulate.runs.workers import available

    least = (0 if goals else REPLICATIONS) if replications is None else replications
    few = max(least, (most or MOST) if goals else 0) <= FEW
    return Plan(
        replications=least,
        goals=read_goals(goals),
        most=most or MOST,
        keep=Keep(ledgers, patients),
        workers=workers or (1 if few else available()),
        cluster=cluster,
    )


def _run(simulation: Simulation, plan: Plan, output: Path | None) -> Session:
    """Return a run that is finished."""
    from trialproof.simulate.runs.session import finished

    with kept(output), counted("replications") as tell, finished(simulation, plan, output, tell) as session:
        if session.parquet is False:
            click.echo("note: no results.parquet without pyarrow: pip install 'trialproof[tables]'", err=True)
        return session


def _print(session: Session, form: str, *, repeat: str, with_assumptions: bool) -> None:
    from trialproof.reports.simulation_text import write_simulation

    if form == "text":
        text = write_simulation(session.summary, repeat=repeat, color=in_color(), with_assumptions=with_assumptions)
        click.echo(text)
    elif form == "json":
        _print_json(session.summary)
    else:
        _print_csv(session.summary["figures"])


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print_csv(rows: Sequence[Mapping[str, object]]) -> None:
    from trialproof.simulate.runs.tidy import csv_of

    click.echo(csv_of(rows), nl=False)


def _print_only(simulation: Simulation, number: int, form: str, *, ledgers: bool) -> None:
    """Print one replication: every figure to the last digit, or what happened in it."""
    from trialproof.simulate.runs.engines import runner
    from trialproof.simulate.runs.kept import ledger_heading, ledger_text
    from trialproof.simulate.runs.replicate import replications
    from trialproof.simulate.runs.simulation import prepared

    (found,) = replications(prepared(simulation), [number], runner(simulation.engine))
    if ledgers:
        click.echo(ledger_heading() + ledger_text([found]), nl=False)
        return
    rows = [
        {"replication": number, "metric": column.metric, "of": ".".join(column.of), "value": value}
        for column, value in found.figures()
    ]
    if form == "json":
        _print_json(rows)
    elif form == "csv":
        _print_csv(rows)
    else:
        from trialproof.simulate.runs.tidy import say

        for column, value in found.figures():
            click.echo(f"{column.name:<60} {say(None if value is None else float(value)) or 'none'}")


def _compare(first: Simulation, second: Simulation, plan: Plan, form: str, output: Path | None) -> None:
    """Run both, and print what differs."""
    from trialproof.model.place import BadInput, Place
    from trialproof.reports.simulation_paired import write_differences
    from trialproof.simulate.results.paired import differences, only_one_has
    from trialproof.simulate.runs.atomic import write_text
    from trialproof.simulate.runs.folder import entropy_of
    from trialproof.simulate.runs.session import finished
    from trialproof.simulate.runs.summary import differences_as_json
    from trialproof.simulate.runs.tidy import csv_of

    if output is not None and entropy_of(output) is not None:
        raise BadInput("this folder holds a single run", Place(str(output)), help="name another one for the two")
    folders = [None if output is None else output / name for name in (FIRST, SECOND)]
    with kept(output), ExitStack() as stack:
        sessions = []
        for simulation, folder, name in zip((first, second), folders, (FIRST, SECOND), strict=True):
            with counted(f"replications of the {name}") as tell:
                sessions.append(stack.enter_context(finished(simulation, plan, folder, tell)))
        one, other = sessions
        n = one.found.replications
        rows = (one.folder.rows(0, n), other.folder.rows(0, n))
        found = differences(one.found.columns, other.found.columns, *rows)
        alone = only_one_has(one.found.columns, other.found.columns)
        as_json = differences_as_json(found)
        if output is not None:
            write_text(output / "differences.csv", csv_of(as_json))
    if form == "text":
        names = (_say(first, second), _say(second, first))
        click.echo(write_differences(found, n, *names, seed=first.entropy, color=in_color(), alone=alone))
    elif form == "json":
        only_first, only_second = ([column.name for column in columns] for columns in alone)
        told = {"first": one.summary, "second": other.summary, "differences": as_json}
        _print_json({**told, "only_first": only_first, "only_second": only_second})
    else:
        click.echo(csv_of(as_json), nl=False)


def _say(simulation: Simulation, other: Simulation) -> str:
    """Return what a simulation is called beside another one: its scenario, and readings in which they differ."""
    from trialproof.simulate.runs.simulation import prepared

    mine, theirs = prepared(simulation).setting.selection, prepared(other).setting.selection
    readings = [f"{sentence} read as {reading}" for sentence, reading in mine.items() if theirs[sentence] != reading]
    return "; ".join([f"{simulation.scenario.title} ({simulation.scenario.file})", *readings])


def _command(
    protocol: Path, scenario: Path | None, readings: Sequence[str], entropy: int, replications: int
) -> str:
    """Return the command that gives the same figures."""
    from shlex import join

    words = ["trialproof", "simulate", str(protocol)]
    words += ["--scenario", str(scenario)] if scenario is not None else []
    words += [word for reading in readings for word in ("--reading", reading)]
    return join([*words, "--seed", str(entropy), "--replications", str(replications)])
