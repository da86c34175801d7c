"""Readings of a sentence disagree about some patient.

What it does
    For each sentence with several readings, shows whom each other reading treats differently from the chosen one.
    Then it answers two questions over all combinations of readings, without going through them one by one: does any
    combination work (somebody in the population, every choice reached, everybody settled), and do any two differ?

Why it matters
    Two sites that read "or" differently run two different trials. Often the readings differ only on a boundary:
    then the famous ambiguity is harmless once the boundary is mended.

Example
    "larger than 5 cm, or less than 5 cm but with skip metastasis or time to recurrence longer than 16 months": does
    the last part stand under "less than 5 cm"? Only a patient with exactly 5 cm can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialproof.model.condition import EVERYONE, Eligible
from trialproof.model.protocol import Decision, Sentence
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, gave_up, listed
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.differences import changes, some_difference
from trialproof.verify.fates import decision_axes, somebody
from trialproof.verify.finding import Finding, Label, Proved, Region, Severity, Under
from trialproof.verify.solver import Unknown
from trialproof.verify.treatment.course_readings import judge_course
from trialproof.verify.under import rules_of, sentences_of
from trialproof.verify.working import NoneWorks, find_working

CODE, NAME = "TP106", "disagreeing-readings"


def run(case: Case) -> Iterator[Said]:
    """Judge every sentence by itself, then all combinations."""
    ambiguous = [each for each in case.protocol.sentences.values() if len(each.readings) > 1]
    differing = False
    for sentence in ambiguous:
        try:
            found = list(_judge_sentence(case, sentence))
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"the readings of `{sentence.name}` differ", reason)
            continue
        differing = differing or any(isinstance(each, Finding) for each in found)
        yield from found
    if not ambiguous:
        return
    for decision in case.protocol.decisions.values():
        try:
            yield from _judge_space(case, decision)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"any combination of readings works for `{decision.name}`", reason, decision)
    if not differing:
        yield from _compare_all(case)


def _judge_sentence(case: Case, sentence: Sentence) -> Iterator[Said]:
    if sentence.about_course:
        yield judge_course(case, sentence, CODE, NAME)
        return
    chosen = case.selection[sentence.name]
    regions: list[Region] = []
    telling: list[str] = []
    emptying: list[str] = []
    complete = True
    for reading in sentence.readings:
        if reading == chosen:
            continue
        changed = [changes(case, decision, sentence.name, reading) for decision in _concerned(case, sentence)]
        complete = complete and all(each.complete for each in changed)
        found = [
            replace(region, outcome=f"read as `{reading}`: {region.outcome}")
            for each in changed
            for region in each.regions
        ]
        regions += found
        telling += [reading] if found else []
        other = case.under({sentence.name: reading})
        if found and not other.possible(other.population(Eligible()))(()):
            emptying.append(reading)
    if not complete:
        yield gave_up(CODE, NAME, f"others differ on `{sentence.name}`", "there are more regions than are searched")
    if not regions:
        yield _indifferent(case, sentence)
        return
    count = len(sentence.readings)
    empty = f"; nobody is eligible if it is read as {listed(emptying)}" if emptying else ""
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"`{sentence.name}` has {count} readings, and {listed(telling)} {_differ(telling)} from `{chosen}`{empty}",
        decision=sentence.name.split(".")[0] if sentence.name.split(".")[0] in case.protocol.decisions else None,
        regions=tuple(regions),
        witness=regions[0].witness,
        readings=Under(tuple({sentence.name: reading} for reading in telling), case.protocol.combinations),
        labels=(Label(sentence.place, sentence.quotes, f"`{sentence.name}`, taken here as `{chosen}`"),),
        help="reword the sentence so that only one reading is left",
    )


def _indifferent(case: Case, sentence: Sentence) -> Said:
    """Return that the reading of a sentence does not matter, if there is anybody to whom it could matter."""
    chosen = case.selection[sentence.name]
    names = listed(name for name in sentence.readings if name != chosen)
    what = f"reading `{sentence.name}` as {names} instead of `{chosen}`"
    populations = [Eligible() if decision is None else decision.population for decision in _concerned(case, sentence)]
    members = [canonical(case, case.population(each)) for each in populations or [EVERYONE]]
    if members[0] is None or None in members:
        return Vacuous(f"{what}: there is nobody whom it could change anything for")
    return Proved(CODE, NAME, f"{what} changes nobody's eligibility or choice", member=witness(case, members[0]))


def _differ(readings: list[str]) -> str:
    return "differs" if len(readings) == 1 else "differ"


def _concerned(case: Case, sentence: Sentence) -> list[Decision | None]:
    """Return what the sentence has a say in: eligibility (None), and decisions.

    Where it has one only through another decision, what differs arises there, and is said there.
    """
    decisions = [
        decision
        for decision in case.protocol.decisions.values()
        if sentence.name in sentences_of(case.protocol, rules_of(decision), through=False)
    ]
    return [None, *decisions] if sentence.name in sentences_of(case.protocol, [Eligible()]) else [*decisions]


def _judge_space(case: Case, decision: Decision) -> Iterator[Said]:
    sentences = sentences_of(case.protocol, rules_of(decision))
    if not sentences:
        return
    combinations = 1
    for name in sentences:
        combinations *= len(case.protocol.sentences[name].readings)
    found = find_working(case, decision)
    if not isinstance(found, NoneWorks):
        said = ", ".join(f"`{name}` as `{reading}`" for name, reading in found.readings)
        yield Proved(
            CODE,
            NAME,
            f"`{decision.name}` works if one reads {said}",
            decision.name,
            somebody(case.under(dict(found.readings)), decision),
            readings=Under((dict(found.readings),), case.protocol.combinations),
        )
        return
    shown = shown_quantities(case.protocol, decision_axes(case, decision))
    patients = tuple(witness(case, patient, shown) for patient in found.patients)
    rest = (
        "each combination strands one of these patients, or admits nobody, or leaves a choice dead"
        if found.alive
        else "each combination admits nobody or leaves a choice dead"
    )
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"no combination of readings makes `{decision.name}` work ({combinations} combinations): {rest}",
        decision=decision.name,
        choices=tuple(each.name for each in decision.choices),
        regions=tuple(Region("", (), each) for each in patients),
        witness=patients[0] if patients else None,
        readings=Under((), case.protocol.combinations),
        help="no choice of readings mends the text: it needs an amendment",
    )


def _compare_all(case: Case) -> Iterator[Said]:
    """With no difference between single readings, look for one between combinations."""
    for decision in (None, *case.protocol.decisions.values()):
        about = f"`{decision.name}`" if decision else "eligibility"
        try:
            yield _compare(case, decision, about)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"any two combinations of readings differ on {about}", reason, decision)


def _compare(case: Case, decision: Decision | None, about: str) -> Said:
    name = decision.name if decision else None
    pair = some_difference(case, decision)
    if pair is None:
        agree = f"all {case.protocol.combinations} combinations of readings agree on {about}"
        someone = canonical(case, case.population(decision.population if decision else Eligible()))
        if someone is None:
            return Vacuous(f"{agree}: there is nobody whom it could be about")
        everything = Under(of=case.protocol.combinations)
        return Proved(CODE, NAME, agree, name, witness(case, someone), readings=everything)
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"two combinations of readings differ on {about}: {pair.fates[0]} becomes {pair.fates[1]}",
        decision=name,
        witness=witness(case, pair.patient, tuple(case.protocol.quantities)),
        readings=Under((pair.one, pair.other), case.protocol.combinations),
    )


PASSES = """\
trialproof: 1
title: a reading that changes nothing
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
decisions:
  arm:
    choices:
      large:
        readings:
          over_five: size > 5 cm
          six_and_more: size >= 6 cm
      small: {when: size <= 5 cm}
"""
FAILS = """\
trialproof: 1
title: exactly 5 cm tells
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 1}
decisions:
  arm:
    choices:
      large:
        readings:
          over_five: size > 5 cm
          five_and_more: size >= 5 cm
      small: {when: size < 5 cm}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
