"""Does any combination of readings work? Counterexample-guided search over readings, never one by one.

A combination works for a decision if its population is not empty, every choice is reached by some patient of it,
and all of them are settled. The proposer therefore carries a copy of the patient for the population and one for
each choice, so that readings under which nobody is eligible, or an arm is dead, are never offered. Each proposal is
refuted by a patient who is not settled under it; every combination that this patient breaks is blocked at once.
Proposals and patients are canonical, so that the answer is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialproof.model.meaning import WHATEVER
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.properties import gap, member, overlap, reached, recordable, settled, unsettled
from trialproof.verify.replay import Disagreement
from trialproof.verify.search import first
from trialproof.verify.solver import Found, Unknown
from trialproof.verify.statement import About, AnyPatient, AnyReading, Every, Never, ReadAs, Some, Statement
from trialproof.verify.under import NO_PATIENT, choices_of, rules_of, sentences_of

PROPOSED = AnyReading("proposed")


@dataclass(frozen=True, slots=True)
class Works:
    """A combination of readings under which the decision works: sentence to reading, for the sentences that matter."""

    readings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NoneWorks:
    """No combination works.

    Whatever the readings, one of `patients` is not settled, or else nobody is in the population or a choice is dead;
    none of the patients can be spared. `alive`: some combination has a member of the population and reaches every
    choice.
    """

    patients: tuple[Patient, ...]
    alive: bool


def find_working(case: Case, decision: Decision) -> Works | NoneWorks:
    """Return the first combination of readings that works, or that there is none. Raises `Unknown`."""
    sentences = sentences_of(case.protocol, rules_of(decision))
    options = choices_of(case.protocol, sentences, case.selection)
    base = _alive(case, decision)
    broken = Every((recordable(case.protocol), member(decision), unsettled(decision)))
    patients: list[Patient] = []
    while True:
        blocked = [Never(About(broken, patient, PROPOSED)) for patient in patients]
        proposal = _propose(case, base, blocked, options)
        if proposal is None:
            return NoneWorks(_needed(case, base, broken, patients), alive=_propose(case, base, [], options) is not None)
        readings = {each.sentence: each.reading for each in proposal}
        patient = _counterexample(case.under(readings), decision, readings)
        if patient is None:
            _confirm(case, base, proposal)
            return Works(tuple(readings.items()))
        patients.append(patient)


def _counterexample(trial: Case, decision: Decision, readings: Mapping[str, str]) -> Patient | None:
    """Return a patient who is not settled under these readings, and under as many others as can be had.

    Sentence by sentence, its reading is left open as long as some patient stays in a gap or an overlap whatever the
    reading. That only guides which patient is taken; which readings the patient breaks is judged exactly.
    """
    base = trial.population(decision.population, unsettled(decision))
    if not trial.possible(base)(()):
        return None
    stranded = Every((member(decision), Some((gap(decision), overlap(decision)))))
    guide: tuple[Statement, ...] = ()
    opened: dict[str, str] = {}
    for sentence in readings:
        wider = trial.under({**opened, sentence: WHATEVER}).said(stranded)
        if trial.solver.possible(wider, base=base):
            opened[sentence], guide = WHATEVER, (wider,)
    found = canonical(trial, base, *guide)
    if found is None:
        raise Disagreement("the solver found a counterexample to some readings, and then none")
    return found


def _alive(case: Case, decision: Decision) -> tuple[Statement, ...]:
    """The population has a member, and each choice a settled one."""
    people = [Every((recordable(case.protocol), member(decision)))]
    people += [
        Every((recordable(case.protocol), reached(decision, choice.name), settled(decision)))
        for choice in decision.choices
    ]
    return tuple(About(who, AnyPatient(f"person {at}"), PROPOSED) for at, who in enumerate(people))


def _propose(
    case: Case, base: tuple[Statement, ...], blocked: Sequence[Statement], options: Sequence[Sequence[ReadAs]]
) -> tuple[ReadAs, ...] | None:
    def possible(statements: Sequence[Statement]) -> bool:
        said = (About(each, NO_PATIENT, PROPOSED) for each in statements)
        return case.solver.possible(*blocked, *said, base=base)

    found = first(possible, options)
    return None if found is None else tuple(each for each in found if isinstance(each, ReadAs))


def _confirm(case: Case, base: tuple[Statement, ...], proposal: tuple[ReadAs, ...]) -> None:
    """Have the patients replayed who show that the proposal leaves nobody out: all people of the base."""
    answer = case.solver.ask(*(About(each, NO_PATIENT, PROPOSED) for each in proposal), base=base)
    if not isinstance(answer, Found):
        raise Unknown("the readings that seem to work were not confirmed")


def _needed(
    case: Case, base: tuple[Statement, ...], broken: Statement, patients: Sequence[Patient]
) -> tuple[Patient, ...]:
    """Return the patients without those that the others make superfluous."""
    needed = list(patients)
    for patient in patients:
        rest = [each for each in needed if each is not patient]
        if not case.solver.possible(*(Never(About(broken, each, PROPOSED)) for each in rest), base=base):
            needed = rest
    return tuple(needed)
