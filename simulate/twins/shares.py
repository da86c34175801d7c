"""What becomes of a candidate, exactly: which criteria he fails, whether he passes, his arm, whom no decision settles.

The law of the population is summed over all kinds of patients that the rules can tell apart (`twins.kinds`). What is
made of a kind is asked of the same meaning, decisions and policies by which candidates are simulated; an investigator's
choice is taken apart into the stretches of his uniform in which it is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import fsum
from typing import Union

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import AllOf, AnyOf, Condition, IfThen, Named, Not, Readings
from trialproof.model.place import BadInput
from trialproof.model.protocol import Criterion, Decision, Protocol, Selection
from trialproof.simulate.assignment import fate_of
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.population.deciding import Decided, decide
from trialproof.simulate.population.policy import NONE, by_rule
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.scenario.scenario import Handling
from trialproof.simulate.twins.kinds import Grower, Kinds, TooMany
from trialproof.simulate.twins.law import TooFine
from trialproof.simulate.twins.twin import NoTwin

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

TRULY = "truly"
"""The mark of who truly meets all criteria."""
KINDS = ("gap", "overlap", "undetermined")
NOBODY = "none"
"""The arm of who has none."""
MOST_CLASHING = 8
"""An investigator chooses among at most so many clashing choices."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Probabilities of one candidate, and of one who passes.

    Of a candidate: `fails` a criterion; fails it `first`, all before it being met; is `eligible`; is eligible and left
    so by a decision (`unsettled`, by decision and kind); is eligible and `excluded` by a policy; and is `passing`, that
    is eligible, not excluded, and takes part. Of one who passes: gets an `arm`; has another than his true values ask
    for (`misassigned`); was `let_in` though a decision left him so; would get an arm, or "none", if one sentence were
    read so (`under`); and would then get another one than by the rules as they are read (`changes`).
    """

    fails: Mapping[str, float]
    first: Mapping[str, float]
    eligible: float
    unsettled: Mapping[tuple[str, str], float]
    excluded: float
    passing: float
    arm: Mapping[str, float]
    misassigned: float
    let_in: Mapping[tuple[str, str], float]
    under: Mapping[tuple[str, str], Mapping[str, float]]
    changes: Mapping[tuple[str, str], float]


def shares(setting: Setting) -> Union[Shares, NoTwin]:
    """Return what becomes of a candidate, or why that cannot be added up."""
    protocol = setting.protocol
    rules = [each.rule for each in protocol.criteria] + [rule for each in setting.decisions for rule in _rules(each)]
    facts = [fact.rule for fact in protocol.facts]
    try:
        grower = Grower(setting, [*rules, *facts])
        everybody = grower.everybody()
        alone = {each.id: everybody.only(grower.needed((each.rule,))) for each in protocol.criteria}
        fails = {each.id: _met(setting, grower, alone[each.id], each)[1] for each in protocol.criteria}
        kinds, first = _eligible(setting, grower, everybody)
        kinds = grower.with_all(kinds, _needed(setting, grower, ()))
        return _decided(setting, grower, kinds, fails, first)
    except (TooMany, TooFine) as reason:
        return NoTwin(str(reason))
    except BadInput as error:
        return NoTwin(error.message)


def _eligible(setting: Setting, grower: Grower, everybody: Kinds) -> tuple[Kinds, Mapping[str, float]]:
    """Return the kinds that are eligible, and how likely each criterion is the first to be failed."""
    criteria = setting.protocol.criteria
    every = np.ones(everybody.size, np.bool_)
    marks = {**everybody.marks, TRULY: every} | {_mark(*each): every for each in setting.readings}
    kinds, first = replace(everybody, marks=marks), {}
    for place, criterion in enumerate(criteria):
        kinds, first[criterion.id] = _met(setting, grower, kinds, criterion)
        kinds = _marked(setting, grower, kinds, criterion).only(_needed(setting, grower, criteria[place + 1 :]))
    return kinds, first


def _met(setting: Setting, grower: Grower, kinds: Kinds, criterion: Criterion) -> tuple[Kinds, float]:
    """Return the kinds that meet a criterion by the record, and how likely those are that do not."""
    lost = []
    for condition, wanted in _parts(setting.protocol, setting.selection, criterion.rule, wanted=not criterion.excludes):
        names = grower.needed((condition,))
        kinds = grower.with_all(kinds, names)
        truth = among(setting.protocol, grower.record(kinds, names), setting.selection).truth(condition)
        still = spread(truth.holds if wanted else truth.fails, kinds.size)
        lost.append(_sum(kinds.chance, ~still))
        kinds = kinds.those(still)
    return kinds, fsum(lost)


def _marked(setting: Setting, grower: Grower, kinds: Kinds, criterion: Criterion) -> Kinds:
    """Mark who does not meet a criterion in truth, or by the record under another reading."""
    names = grower.needed((criterion.rule,))
    kinds = grower.with_all(kinds, names)
    truth, record = grower.truth(kinds, names), grower.record(kinds, names)

    def meets(cohort: Cohort, selection: Selection) -> Flags:
        found = among(setting.protocol, cohort, selection).truth(criterion.rule)
        return spread(found.fails if criterion.excludes else found.holds, kinds.size)

    marks = {**kinds.marks, TRULY: kinds.marks[TRULY] & meets(truth, setting.selection)}
    for sentence, reading in setting.readings:
        mark = _mark(sentence, reading)
        marks[mark] = kinds.marks[mark] & meets(record, {**setting.selection, sentence: reading})
    return replace(kinds, marks=marks)


def _parts(
    protocol: Protocol, selection: Selection, condition: Condition, *, wanted: bool
) -> Iterator[tuple[Condition, bool]]:
    """Yield conditions which hold, or fail, all of them, just when this one does: by the meaning of `and` and `or`."""
    match condition, wanted:
        case (AllOf(operands), True) | (AnyOf(operands), False):
            for operand in operands:
                yield from _parts(protocol, selection, operand, wanted=wanted)
        case Not(operand), _:
            yield from _parts(protocol, selection, operand, wanted=not wanted)
        case IfThen(premise, conclusion), False:
            yield from _parts(protocol, selection, premise, wanted=True)
            yield from _parts(protocol, selection, conclusion, wanted=False)
        case Readings(sentence, options), _:
            yield from _parts(protocol, selection, dict(options)[selection[sentence]], wanted=wanted)
        case Named(name), _:
            definition = protocol.definitions[name]
            yield from _parts(protocol, selection, definition.applies_if, wanted=True)
            yield from _parts(protocol, selection, definition.body, wanted=wanted)  # type: ignore[arg-type]
        case _:
            yield condition, wanted


def _needed(setting: Setting, grower: Grower, criteria: tuple[Criterion, ...]) -> frozenset[str]:
    """Return the variables that these criteria and all decisions need, for who is eligible."""
    of_criteria = grower.needed([each.rule for each in criteria])
    of_decisions = [rule for each in setting.decisions for rule in _rules(each)]
    return of_criteria | grower.needed(of_decisions, _for_the_eligible(setting).protocol)


def _for_the_eligible(setting: Setting) -> Setting:
    """Return the setting without criteria, in which everybody is eligible."""
    return replace(setting, protocol=replace(setting.protocol, inclusion=(), exclusion=()))


def _decided(
    setting: Setting, grower: Grower, kinds: Kinds, fails: Mapping[str, float], first: Mapping[str, float]
) -> Shares:
    """Return what the decisions make of the eligible."""
    everyone = _for_the_eligible(setting)
    names = tuple(kinds.truly)
    arms = [choice.name for choice in setting.arm.choices]
    eligible = fsum(kinds.chance.tolist())

    def judged(kinds: Kinds, chances: Callable[[str], Floats]) -> tuple[Decided, Decided]:
        record, truth = grower.record(kinds, names), grower.truth(kinds, names)
        return (
            decide(everyone, record, setting.decisions, chances),
            decide(everyone, truth, setting.decisions[:1], chances),
        )

    middle = judged(kinds, lambda _: np.full(kinds.size, 0.5))
    torn = np.zeros(kinds.size, np.bool_)
    for decided in middle:
        for each in decided.unsettled.values():
            torn |= each.gap | each.overlap | each.undetermined
    stretches = [(each.name, *_stretches(setting, each)) for each in setting.decisions]
    kinds, chances = _taken_apart(kinds, torn, stretches)
    decided, truly = judged(kinds, chances.__getitem__)
    passes = ~decided.stranded
    passing = _sum(kinds.chance, passes)

    def of_passing(flags: Flags) -> float:
        return _sum(kinds.chance, flags & passes) / passing if passing else 0.0

    arm = decided.choice[setting.arm.name]
    true_arm = np.where(kinds.marks[TRULY], truly.choice[setting.arm.name], NONE)
    record = grower.record(kinds, names)
    as_read = _arm_by_rule(everyone, record, setting.selection)
    under = {
        each: np.where(
            kinds.marks[_mark(*each)], _arm_by_rule(everyone, record, {**setting.selection, each[0]: each[1]}), NONE
        )
        for each in setting.readings
    }
    left = {
        (decision, kind): getattr(each, kind) for decision, each in decided.unsettled.items() for kind in KINDS
    }
    positions = [*enumerate(arms), (NONE, NOBODY)]
    return Shares(
        fails=fails,
        first=first,
        eligible=eligible,
        unsettled={key: _sum(kinds.chance, flags) for key, flags in left.items()},
        excluded=_sum(kinds.chance, ~passes),
        passing=passing * setting.scenario.accrual.consent,
        arm={name: of_passing(arm == position) for position, name in enumerate(arms)},
        misassigned=of_passing(true_arm != arm),
        let_in={key: of_passing(flags) for key, flags in left.items()},
        under={key: {name: of_passing(theirs == at) for at, name in positions} for key, theirs in under.items()},
        changes={key: of_passing(theirs != as_read) for key, theirs in under.items()},
    )


def _arm_by_rule(everyone: Setting, record: Cohort, selection: Selection) -> Ints:
    return by_rule(fate_of(among(everyone.protocol, record, selection), everyone.arm), record.size)


def _taken_apart(
    kinds: Kinds, torn: Flags, stretches: list[tuple[str, Floats, Floats]]
) -> tuple[Kinds, Mapping[str, Floats]]:
    """Return the kinds, those who are torn once for each combination of stretches, and their uniforms by decision."""
    grid = np.meshgrid(*(np.arange(len(middles)) for _, middles, _ in stretches), indexing="ij")
    places = [each.reshape(-1) for each in grid]
    whole, parts = np.flatnonzero(~torn), np.flatnonzero(torn)
    which = np.concatenate([whole, np.repeat(parts, len(places[0]))])
    chances, weight = {}, np.ones(len(which))
    for (name, middles, widths), place in zip(stretches, places, strict=True):
        chances[name] = np.concatenate([np.full(len(whole), 0.5), np.tile(middles[place], len(parts))])
        weight *= np.concatenate([np.ones(len(whole)), np.tile(widths[place], len(parts))])
    many = kinds.those(which)
    return replace(many, chance=many.chance * weight), chances


def _stretches(setting: Setting, decision: Decision) -> tuple[Floats, Floats]:
    """Return middles and widths of the stretches of a uniform within which an investigator always chooses alike."""
    policies = setting.scenario.policies[decision.name]
    ends = {0.0, 1.0}
    for policy, clashing in ((policies.gap, False), (policies.overlap, True), (policies.undetermined, False)):
        if policy.handling is Handling.INVESTIGATOR:
            given = [policy.shares.get(choice.name, 0.0) for choice in decision.choices]
            if clashing and len(given) > MOST_CLASHING:
                raise TooMany(f"an investigator chooses among {len(given)} choices of `{decision.name}`")
            sizes = range(2, len(given) + 1) if clashing else [len(given)]
            for possible in (some for size in sizes for some in combinations(given, size)):
                steps = np.cumsum(possible)
                ends |= set((steps / steps[-1]).tolist()) if steps[-1] > 0 else set()
    bounds = np.array(sorted(ends))
    return (bounds[:-1] + bounds[1:]) / 2, np.diff(bounds)


def _sum(chance: Floats, flags: Flags) -> float:
    return fsum(chance[flags].tolist())


def _mark(sentence: str, reading: str) -> str:
    return f"{sentence}={reading}"


def _rules(decision: Decision) -> tuple[Condition, ...]:
    return (decision.population, *(choice.rule for choice in decision.choices))
