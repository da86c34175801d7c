"""The rules of a setting, written out once: what is asked about every cohort that is drawn (`simulate.worksheet`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from trialproof.model.condition import EVERYONE, Condition, Eligible
from trialproof.model.meaning import Meaning, Truth
from trialproof.model.protocol import Protocol, Selection
from trialproof.simulate.assignment import Fate, fate_of
from trialproof.simulate.population.policy import taken
from trialproof.simulate.population.setting import Setting, conditions_of
from trialproof.simulate.worksheet import Book, Formula, Step, Writer


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All rules of a setting under its selection; those that a decision before them has a say in ask what came of it.

    `conditions` are those of the population's tables, of whom they hold. `applies` is by quantity, of those that do not
    apply to everybody. `impossible` tells by fact who breaks it, and `met` by criterion who meets it. `fates` are those
    of the setting's decisions, in their order, and `populations` tell by entry of the schedule, of those that are
    asked about, whom it is for, after all decisions. `otherwise` gives by sentence and reading who is eligible, and
    the fate of the arm, if that sentence alone is read so.
    """

    conditions: Mapping[Condition, Formula]
    applies: Mapping[str, Truth[Formula]]
    impossible: tuple[Formula, ...]
    eligible: Formula
    met: tuple[Formula, ...]
    fates: tuple[Fate[Formula], ...]
    populations: Mapping[str, Formula]
    otherwise: Mapping[tuple[str, str], tuple[Formula, Fate[Formula]]]


@lru_cache(maxsize=8)
def rules_of(setting: Setting) -> Rules:
    """Return the rules of a setting."""
    book, protocol, selection = Book(), setting.protocol, setting.selection
    meaning = _meaning(book, protocol, selection)
    criteria = [(criterion, meaning.truth(criterion.rule)) for criterion in protocol.criteria]
    conditions = [each for variable in setting.scenario.population.variables for each in conditions_of(variable.model)]
    fates, after = [], meaning
    for decision in setting.decisions:
        fates.append(fate_of(after, decision))
        after = _meaning(book, taken(after.protocol, decision), selection)
    return Rules(
        conditions={each: meaning.truth(each).holds for each in (EVERYONE, *conditions)},
        applies={
            name: meaning.applies(name) for name, each in protocol.quantities.items() if each.applies_if != EVERYONE
        },
        impossible=tuple(meaning.truth(fact.rule).fails for fact in protocol.facts),
        eligible=meaning.truth(Eligible()).holds,
        met=tuple(truth.fails if criterion.excludes else truth.holds for criterion, truth in criteria),
        fates=tuple(fates),
        populations={
            name: after.truth(protocol.schedule.entries[name].population).holds for name in _entries_of(setting)
        },
        otherwise=dict(_otherwise(book, setting)),
    )


def _meaning(book: Book, protocol: Protocol, selection: Selection) -> Meaning[Formula, Step]:
    return Meaning(protocol, Writer(book, {**protocol.preferred, **selection}))


def _entries_of(setting: Setting) -> Iterator[str]:
    treatment = setting.scenario.treatment
    if treatment is not None and treatment.imaging is not None:
        yield treatment.imaging
    if treatment is not None and treatment.growth_factor is not None:
        yield treatment.growth_factor.entry


def _otherwise(book: Book, setting: Setting) -> Iterator[tuple[tuple[str, str], tuple[Formula, Fate[Formula]]]]:
    for sentence, reading in setting.readings:
        meaning = _meaning(book, setting.protocol, {**setting.selection, sentence: reading})
        yield (sentence, reading), (meaning.truth(Eligible()).holds, fate_of(meaning, setting.arm))
