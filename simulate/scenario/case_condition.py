"""The condition of a case: about quantities that stand earlier in the population, and the same under every reading.

What a patient is like comes before the protocol does anything. So a case speaks neither of eligibility nor of a
decision, and of no sentence that can be read in several ways: else the patients themselves would change with the
reading, and two readings could no longer be compared on the same patients.
"""

from __future__ import annotations

from collections.abc import Collection

from trialproof.model.condition import (
    Assigned,
    Condition,
    Derived,
    Eligible,
    Named,
    Readings,
    ReadTerm,
    Takes,
    Term,
    descend,
)
from trialproof.model.cycles import quantities_under
from trialproof.model.protocol import Protocol
from trialproof.model.rules import read_condition
from trialproof.model.scope import Scope
from trialproof.model.source import DataPath
from trialproof.simulate.scenario.reader import Reader, listed


def read_case(reader: Reader, path: DataPath, text: str, earlier: Collection[str]) -> Condition:
    """Return the condition at a path; `earlier` are the quantities that it may rest on. Raises `BadInput`."""
    protocol = reader.protocol
    condition = read_condition(reader.source, path, text, _scope(protocol))
    for node in _all_under(protocol, condition):
        if isinstance(node, (Eligible, Takes, Assigned)):
            advice = "say it with quantities and definitions: what a patient is like comes before any decision"
            raise reader.problem("the population cannot depend on eligibility or decisions", path, advice)
        if isinstance(node, (Readings, ReadTerm)):
            message = f"`{node.sentence}` can be read in several ways, and the population must not depend on them"
            raise reader.problem(message, path, "say with quantities what is meant")
    late = [name for name in quantities_under(protocol, [condition]) if name not in earlier]
    if late:
        verb = "does" if len(late) == 1 else "do"
        advice = "move this entry below all that it rests on"
        raise reader.problem(f"{listed(late)} {verb} not stand earlier in the population", path, advice)
    return condition


def _scope(protocol: Protocol) -> Scope:
    """Return the names that a condition can speak of; a definition left open is one of them."""
    recorded = {name: each for name, each in protocol.quantities.items() if each.left_open is None}
    units = {name: each.unit for name, each in protocol.definitions.items()}
    choices = {name: tuple(choice.name for choice in each.choices) for name, each in protocol.decisions.items()}
    return Scope(recorded, units, choices)


def _all_under(protocol: Protocol, condition: Condition) -> list[Condition | Term]:
    """Return the nodes of a condition and of the definitions that it names."""
    pending: list[Condition | Term] = [condition]
    found: list[Condition | Term] = []
    followed: set[str] = set()
    while pending:
        for node in descend(pending.pop()):
            found.append(node)
            if isinstance(node, (Named, Derived)) and node.definition not in followed:
                followed.add(node.definition)
                definition = protocol.definitions[node.definition]
                pending += [definition.body, definition.applies_if]
    return found
