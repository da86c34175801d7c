"""What is simulated, as one value that can be sent to another process and told from any other by its digest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from trialproof.model.protocol import Protocol
from trialproof.simulate.population.setting import Setting, prepare
from trialproof.simulate.population.streams import Key, key_of
from trialproof.simulate.results.record import Names
from trialproof.simulate.runs.digest import digest as digest
from trialproof.simulate.runs.engines import Engine
from trialproof.simulate.scenario.scenario import Scenario
from trialproof.simulate.trial.contract import World
from trialproof.simulate.trial.world import world_of


@dataclass(frozen=True, slots=True)
class Simulation:
    """A protocol, a scenario and an entropy: all that the replications are a function of.

    Two of them are equal when their digests are; `engine`, which runs them, makes no difference to what they are.
    `simulation_of` makes one.
    """

    digest: str
    protocol: Protocol = field(compare=False)
    scenario: Scenario = field(compare=False)
    entropy: int = field(compare=False)
    engine: Engine = field(default=Engine.SIMPY, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is the same in every replication of a simulation."""

    setting: Setting
    world: World
    names: Names
    key: Key


def simulation_of(
    protocol: Protocol, scenario: Scenario, entropy: int, engine: Engine = Engine.SIMPY
) -> Simulation:
    """Return the simulation of a scenario that fits its protocol."""
    return Simulation(digest((protocol, scenario, entropy)), protocol, scenario, entropy, engine)


@lru_cache(maxsize=2)
def prepared(simulation: Simulation) -> Prepared:
    """Return a simulation prepared, once in each process. Raises `BadInput` for what cannot be simulated."""
    protocol, scenario = simulation.protocol, simulation.scenario
    setting = prepare(protocol, scenario)
    names = Names(
        arms=tuple(choice.name for choice in setting.arm.choices),
        criteria=tuple(criterion.id for criterion in protocol.criteria),
        sites=tuple(site.name for site in scenario.accrual.sites),
        departments=tuple(scenario.departments),
    )
    return Prepared(setting, world_of(protocol, scenario), names, key_of(simulation.entropy))
