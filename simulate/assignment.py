"""What a protocol makes of its patients: eligibility, the choice of each decision, what is missing, other readings.

Written once over a carrier, as the meaning of a rule is: for one patient every truth is a bool, for a cohort a column.
Nothing here decides what a rule means; it only asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from trialproof.model.condition import EVERYONE, Determined, Eligible, Known, Takes, descend
from trialproof.model.meaning import WHATEVER, Carrier, Meaning, Truth
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Decision, Protocol, Selection
from trialproof.simulate.cohort import Cohort, among
from trialproof.simulate.missing import Waiting
from trialproof.simulate.rational import Exact, Truths

B = TypeVar("B")
N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Fate(Generic[B]):
    """What a decision makes of the patients.

    `takes` says of each choice whether its rule takes the patient. Exactly one of the other five is true of anybody:
    `outside` the population for certain; `settled`, with as many choices as intended; `short`, in a gap, whatever is
    still undetermined; `crowded`, in an overlap, whatever is still undetermined; or `undetermined`.
    """

    takes: Mapping[str, Truth[B]]
    outside: B
    settled: B
    short: B
    crowded: B
    undetermined: B


@dataclass(frozen=True, slots=True)
class Assignment(Generic[B]):
    """What is made of the patients under one reading of each sentence.

    `failed` and `unsettled` tell of each criterion who does not meet it, and of whom that is undetermined. `missing`
    tells of a quantity of whom eligibility or a decision waits for it (`simulate.missing`); a criterion is not waited
    for where another one rules the patient out. `otherwise` tells who would fare otherwise if this sentence alone were
    read so: in eligibility, or in the choices of a decision whose population he may belong to. `alike` tells who is
    known to fare the same under every combination of readings; for others some may differ. `stray` tells of whom a
    quantity is recorded that does not apply; what is recorded then counts for nothing.
    """

    eligible: Truth[B]
    failed: Mapping[str, B]
    unsettled: Mapping[str, B]
    decisions: Mapping[str, Fate[B]]
    missing: Mapping[str, B]
    otherwise: Mapping[tuple[str, str], B]
    alike: B
    stray: Mapping[str, B]


def assign_patient(
    protocol: Protocol, patient: Patient, selection: Selection | None = None, decisions: Sequence[str] | None = None
) -> Assignment[bool]:
    """Return what these decisions (or all) make of one patient, under the preferred readings unless told otherwise."""

    def under(chosen: Selection) -> Meaning[bool, Fraction]:
        return about(protocol, patient, chosen)

    return _assign(protocol, {**protocol.preferred, **(selection or {})}, _asked(protocol, decisions), under)


def assign(
    protocol: Protocol, cohort: Cohort, selection: Selection | None = None, decisions: Sequence[str] | None = None
) -> Assignment[Truths]:
    """Return what these decisions (or all) make of a cohort; a single truth stands for all of its patients.

    Do not write to the arrays. Raises `TooManyBits` where an intermediate result could exceed 63 bits.
    """

    def under(chosen: Selection) -> Meaning[Truths, Exact]:
        return among(protocol, cohort, chosen)

    return _assign(protocol, {**protocol.preferred, **(selection or {})}, _asked(protocol, decisions), under)


def _asked(protocol: Protocol, names: Sequence[str] | None) -> tuple[Decision, ...]:
    return tuple(each for each in protocol.decisions.values() if names is None or each.name in names)


def _assign(
    protocol: Protocol,
    selection: Selection,
    decisions: Sequence[Decision],
    under: Callable[[Selection], Meaning[B, N]],
) -> Assignment[B]:
    meaning = under(selection)
    c = meaning.carrier
    outcome = _Outcome.of(meaning, decisions)
    failed, unsettled = {}, {}
    for criterion in protocol.criteria:
        truth = meaning.truth(criterion.rule)
        failed[criterion.id] = truth.holds if criterion.excludes else truth.fails
        unsettled[criterion.id] = _neither(c, truth)
    others = {
        (sentence.name, reading): outcome.differs(
            c, _Outcome.of(under({**selection, sentence.name: reading}), decisions)
        )
        for sentence in protocol.sentences.values()
        for reading in sentence.readings
        if reading != selection[sentence.name]
    }
    alike = c.every(())
    if protocol.sentences:
        whatever = _Outcome.of(under(dict.fromkeys(protocol.sentences, WHATEVER)), decisions)
        alike = outcome.stays(c, whatever) if _is_monotone(protocol) else c.some(())
    fates = {decision.name: fate_of(meaning, decision) for decision in decisions}
    missing = _missing(meaning, fates)
    stray = {
        quantity.name: c.every((meaning.applies(quantity.name).fails, c.recorded(quantity.name)))
        for quantity in protocol.quantities.values()
        if quantity.applies_if != EVERYONE
    }
    return Assignment(outcome.eligible, failed, unsettled, fates, missing, others, alike, stray)


def fate_of(meaning: Meaning[B, N], decision: Decision) -> Fate[B]:
    """Return what one decision makes of the patients."""
    c, (low, high) = meaning.carrier, decision.bounds
    member = meaning.truth(decision.population)
    takes = {choice.name: meaning.truth(Takes(decision.name, choice.name)) for choice in decision.choices}
    settled = c.every((member.holds, meaning.settled(decision)))
    too_few = c.at_least(len(takes) - low + 1, [truth.fails for truth in takes.values()])
    too_many = c.at_least(high + 1, [truth.holds for truth in takes.values()])
    short, crowded = c.every((member.holds, too_few)), c.every((member.holds, too_many))
    known = c.some((member.fails, settled, short, crowded))
    return Fate(takes, member.fails, settled, short, crowded, c.negate(known))


def _missing(meaning: Meaning[B, N], fates: Mapping[str, Fate[B]]) -> Mapping[str, B]:
    waiting = Waiting(meaning)
    waiting.look(Eligible(), meaning.carrier.every(()))
    for name, fate in fates.items():
        waiting.look(meaning.protocol.decisions[name].population, fate.undetermined)
        for choice in meaning.protocol.decisions[name].choices:
            waiting.look(Takes(name, choice.name), fate.undetermined)
    return waiting.found


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[B]):
    """All that a reading can change: eligibility, and of each decision whom it is for and who takes what."""

    eligible: Truth[B]
    decisions: Sequence[tuple[Truth[B], Sequence[Truth[B]]]]

    @classmethod
    def of(cls, meaning: Meaning[B, N], decisions: Sequence[Decision]) -> _Outcome[B]:
        said = [
            (meaning.truth(each.population), [meaning.truth(Takes(each.name, choice.name)) for choice in each.choices])
            for each in decisions
        ]
        return cls(meaning.truth(Eligible()), said)

    def differs(self, c: Carrier[B, N], other: _Outcome[B]) -> B:
        """For whom the other outcome is another one; choices do not count for who is outside in both."""
        differing = [_differ(c, self.eligible, other.eligible)]
        for (member, mine), (other_member, theirs) in zip(self.decisions, other.decisions, strict=True):
            inside = c.negate(c.every((member.fails, other_member.fails)))
            choices = c.some([_differ(c, a, b) for a, b in zip(mine, theirs, strict=True)])
            differing += [_differ(c, member, other_member), c.every((inside, choices))]
        return c.some(differing)

    def stays(self, c: Carrier[B, N], whatever: _Outcome[B]) -> B:
        """For whom the outcome is certainly this one, where `whatever` is what holds or fails in any case."""
        same = [_determined(c, whatever.eligible)]
        for member, takes in whatever.decisions:
            choices = c.every([_determined(c, each) for each in takes])
            same.append(c.some((member.fails, c.every((member.holds, choices)))))
        return c.every(same)


def _differ(c: Carrier[B, N], one: Truth[B], other: Truth[B]) -> B:
    return c.some(list(_exactly_one(c, one, other)))


def _exactly_one(c: Carrier[B, N], one: Truth[B], other: Truth[B]) -> Iterator[B]:
    for a, b in ((one.holds, other.holds), (one.fails, other.fails)):
        if a is not b:
            yield c.every((a, c.negate(b)))
            yield c.every((c.negate(a), b))


def _determined(c: Carrier[B, N], truth: Truth[B]) -> B:
    return c.some((truth.holds, truth.fails))


def _neither(c: Carrier[B, N], truth: Truth[B]) -> B:
    return c.negate(_determined(c, truth))


def _is_monotone(protocol: Protocol) -> bool:
    """Return whether what is so whatever the reading is so under each: not if a rule asks what is undetermined."""
    for rule in protocol.rules():
        for node in descend(rule):
            if isinstance(node, Determined):
                return False
            if isinstance(node, Known) and protocol.quantities[node.quantity].applies_if != EVERYONE:
                return False
    return True
