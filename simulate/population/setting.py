"""A protocol and a scenario, prepared: what is the same for every patient of every replication is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialproof.model.condition import (
    Assigned,
    Condition,
    Derived,
    Eligible,
    Is,
    Known,
    Named,
    Readings,
    ReadTerm,
    Takes,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Decision, Protocol, Selection
from trialproof.model.schedule import AtDose
from trialproof.simulate.population.copula import factor
from trialproof.simulate.population.lattice import refined
from trialproof.simulate.population.streams import clash
from trialproof.simulate.rational import TooManyBits
from trialproof.simulate.scenario.scenario import Cases, Model, Scenario, Treatment
from trialproof.simulate.trial.world import imaging_fraction

MOST_CRITERIA = 60
"""What fails is written as the bits of one number, two of which are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What everything drawn rests on.

    `selection` is one reading for each sentence. `finer` records true values (`population.lattice`). `factored` is the
    triangle of the copula. `readings` are the (sentence, reading) pairs that could give somebody another arm, without
    those of the selection. `decisions` are those that treatment asks for, that of the arm first, then the prescription,
    then those that lower it. `imaging` is by course the fraction with which a new scan is due, 0 for never.
    """

    protocol: Protocol
    scenario: Scenario
    selection: Selection
    finer: Protocol
    factored: tuple[tuple[float, ...], ...]
    readings: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]
    imaging: tuple[int, ...]

    @property
    def arm(self) -> Decision:
        """The decision that assigns arms."""
        return self.decisions[0]

    @property
    def courses(self) -> Mapping[str, int]:
        """The number of each course, by the choice that gives it."""
        treatment = self.scenario.treatment
        return {} if treatment is None else {name: number for number, name in enumerate(treatment.deliveries)}


def prepare(protocol: Protocol, scenario: Scenario) -> Setting:
    """Return a scenario that fits its protocol, prepared.

    Raises `BadInput` for more than 60 criteria, ranges that leave no room for exact numbers, quantities that would
    share their random numbers, and a decision that gives a patient several arms or courses.
    """
    here = Place(scenario.file)
    if len(protocol.criteria) > MOST_CRITERIA:
        count = len(protocol.criteria)
        message = f"the protocol has {count} eligibility criteria, and at most {MOST_CRITERIA} can be simulated"
        raise BadInput(message, here, help="join some of them with `or` or `and`")
    if (pair := clash(each.quantity for each in scenario.population.variables)) is not None:
        message = f"`{pair[0]}` and `{pair[1]}` would share their random numbers, as rarely happens"
        raise BadInput(message, here, help="rename one of them in the protocol")
    decisions = _decisions(protocol, scenario)
    for decision in decisions:
        if decision.bounds[1] > 1:
            raise BadInput(f"a patient may have several choices of `{decision.name}`, and gets one treatment", here)
    if decisions[0].bounds != (1, 1):
        raise BadInput(f"`{scenario.arm}` may leave a patient without an arm, by its intent", here)
    selection = {**protocol.preferred, **scenario.reading}
    conditions = [each for variable in scenario.population.variables for each in conditions_of(variable.model)]
    try:
        finer = refined(protocol, selection, conditions)
    except TooManyBits as error:
        raise BadInput(str(error), here) from None
    population = scenario.population
    factored = factor(population.correlation) if population.correlated else ()
    readings = tuple(_other_readings(protocol, selection, decisions[0]))
    return Setting(
        protocol, scenario, selection, finer, factored, readings, decisions, _imaging(protocol, scenario.treatment)
    )


def _decisions(protocol: Protocol, scenario: Scenario) -> tuple[Decision, ...]:
    names = [scenario.arm]
    if scenario.treatment is not None:
        names.append(scenario.treatment.prescription)
        names += (
            each.name
            for each in protocol.decisions.values()
            if any(choice.lowers == scenario.treatment.prescription for choice in each.choices)
        )
    return tuple(protocol.decisions[name] for name in dict.fromkeys(names))


def _imaging(protocol: Protocol, treatment: Treatment | None) -> tuple[int, ...]:
    if treatment is None:
        return ()
    if treatment.imaging is None:
        return (0,) * len(treatment.deliveries)
    timing = protocol.schedule.entries[treatment.imaging].timing
    assert isinstance(timing, AtDose), timing  # noqa: S101 - the scenario was checked against the protocol
    return tuple(imaging_fraction(each.phases, timing.dose) for each in treatment.deliveries.values())


def conditions_of(model: Model) -> Iterator[Condition]:
    """Yield the conditions of a table, and of the tables in it."""
    if isinstance(model, Cases):
        for condition, below in model.cases:
            yield condition
            yield from conditions_of(below)
        yield from conditions_of(model.otherwise)


def _other_readings(protocol: Protocol, selection: Selection, arm: Decision) -> Iterator[tuple[str, str]]:
    found = _sentences_under(protocol, [Eligible(), Assigned(arm.name, ())])
    for sentence in protocol.sentences.values():
        if sentence.name in found:
            yield from ((sentence.name, each) for each in sentence.readings if each != selection[sentence.name])


def _sentences_under(protocol: Protocol, rules: list[Condition | Term]) -> set[str]:
    """Return the sentences on which rules rest, whatever the reading of the others."""
    pending, seen, found = list(rules), set[Condition | Term](), set[str]()
    while pending:
        for node in descend(pending.pop()):
            if node in seen:
                continue
            seen.add(node)
            if isinstance(node, (Readings, ReadTerm)):
                found.add(node.sentence)
            pending += _behind(protocol, node)
    return found


def _behind(protocol: Protocol, node: Condition | Term) -> Iterator[Condition | Term]:
    """Yield the rules that a name stands for."""
    match node:
        case Named(name) | Derived(name):
            yield protocol.definitions[name].body
            yield protocol.definitions[name].applies_if
        case Value(name) | Is(name, _) | Yes(name) | Known(name):
            yield protocol.quantities[name].applies_if
        case Takes(name, _) | Assigned(name, _):
            yield protocol.decisions[name].population
            yield from (choice.rule for choice in protocol.decisions[name].choices)
        case Eligible():
            yield from (criterion.rule for criterion in protocol.criteria)
        case _:
            pass
