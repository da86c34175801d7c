"""Two versions of a protocol as one: what they share has one name, what differs has two.

`verify.versions.merging` makes it. Every rule of either version stands in `Merged.protocol` with the meaning it had,
so that one question can speak of both. Names of what differs begin with `old:` or `new:`, which no name of a protocol
file can; `plainly` takes them out of whatever a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import (
    Assigned,
    Condition,
    Derived,
    Eligible,
    Is,
    Known,
    Named,
    Takes,
    Term,
    Value,
    Yes,
    descend,
)
from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Decision, Fact, Protocol, Selection
from trialproof.verify.versions.one_quantity import View

OLD, NEW = "old", "new"

_NAMED_APART = re.compile(rf"`({OLD}|{NEW}):([^`]+)`( is `yes`)?")


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two versions, and where its things stand in the merged protocol.

    `selection` is the reading of each of its sentences. `eligible` is its eligibility; `quantities` leads from its own
    names to the common record and how to read it, `decisions` to the merged name, `criteria` to the merged rule. A
    choice's own name is found by `choices[decision][common name]`.
    """

    which: str
    protocol: Protocol
    selection: Selection
    eligible: Condition
    quantities: Mapping[str, tuple[str, View]]
    decisions: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    criteria: Mapping[str, Condition]

    def patient(self, common: Patient) -> Patient:
        """Return what this version records of a patient: nothing where its quantity does not apply."""
        values = common.as_dict()
        held = {name: view.read(values[record]) for name, (record, view) in self.quantities.items() if record in values}
        meaning = about(self.protocol, Patient.of(held), self.selection)
        return Patient.of({name: value for name, value in held.items() if meaning.applies(name).holds})

    def judge(self, common: Patient) -> Meaning[bool, Fraction]:
        """Return what this version's own rules mean for a patient, on the plain evaluator."""
        return about(self.protocol, self.patient(common), self.selection)


@dataclass(frozen=True, slots=True)
class QuantityPair:
    """A quantity of either version or both, by its own names (None: not there), and what there is to say of it.

    `apart` is why the two are not one thing, though they have one name; `missing` tells that only one of the versions
    lets it be missing.
    """

    old: str | None
    new: str | None
    apart: str | None = None
    changes: tuple[str, ...] = ()
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """Two versions as one protocol, without readings: each sentence is read as its version's selection says.

    `decisions` pairs the merged decisions that both versions have. `stated` are the facts of either version, `only_old`
    and `only_new` those that the other version does not state. `charted` are numbers of the common record that a
    version charts in a way of its own: the record, the version, and the merged definition.
    """

    protocol: Protocol
    old: Version
    new: Version
    quantities: tuple[QuantityPair, ...]
    decisions: tuple[tuple[Decision, Decision], ...]
    stated: tuple[Fact, ...] = ()
    only_old: tuple[Fact, ...] = ()
    only_new: tuple[Fact, ...] = ()
    charted: tuple[tuple[str, str, str], ...] = ()

    def apart(self, rules: Iterable[Condition]) -> tuple[str, ...]:
        """Return why rules of the two versions cannot be compared: what they rest on is not one thing."""
        reasons = {}
        for each in self.quantities:
            if each.apart is not None:
                for version, own in ((self.old, each.old), (self.new, each.new)):
                    reasons[version.quantities[own or ""][0]] = f"`{each.new}` is not one quantity: {each.apart}"
        under = quantities_under(self.protocol, rules)
        return tuple(dict.fromkeys(reason for name, reason in reasons.items() if name in under))


def plainly(text: str) -> str:
    """Return words about a merged protocol without the prefixes of its names."""
    return _NAMED_APART.sub(
        lambda found: f"eligible ({found[1]})" if found[3] else f"`{found[2]}` ({found[1]})", text
    )


def quantities_under(protocol: Protocol, rules: Iterable[Condition | Term]) -> frozenset[str]:
    """Return the quantities on which rules rest, through whatever names."""
    found: set[str] = set()
    seen: set[Condition | Term] = set()
    pending = list(rules)
    while pending:
        rule = pending.pop()
        if rule in seen:
            continue
        seen.add(rule)
        for node in descend(rule):
            match node:
                case Value(name) | Is(name, _) | Yes(name) | Known(name):
                    found.add(name)
                    pending.append(protocol.quantities[name].applies_if)
                case Named(name) | Derived(name):
                    pending += [protocol.definitions[name].applies_if, protocol.definitions[name].body]
                case Eligible():
                    pending += [criterion.rule for criterion in protocol.criteria]
                case Takes(name, _) | Assigned(name, _):
                    decision = protocol.decisions[name]
                    pending += [decision.population, *(choice.rule for choice in decision.choices)]
                case _:
                    pass
    return frozenset(found)

