"""What else goes wrong in an amended protocol that did not before: other decisions, eligibility, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from trialproof.model.condition import Eligible, Takes
from trialproof.model.protocol import Decision
from trialproof.verify.case import Case
from trialproof.verify.check import whom
from trialproof.verify.checks.refuted_claim import split
from trialproof.verify.properties import gap, overlap, undetermined
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Fails, Holds, Never, Statement, undetermined as neither

Wrong = tuple[str, Callable[[Case], bool]]
"""Something that can be wrong, in a sentence, and the question whether it is."""


def new_defects(case: Case, other: Case, repaired: Decision) -> tuple[str, ...]:
    """Return, in sentences, what is wrong in the other case and not in this one, besides the decision repaired.

    Where the solver gives up on a question about either, that is said.
    """
    found: list[str] = []
    for sentence, is_wrong in _what_can_be_wrong(case, repaired):
        try:
            if is_wrong(other) and not is_wrong(case):
                found.append(sentence)
        except Unknown:
            found.append(f"perhaps {sentence}, which could not be decided")
    return tuple(found)


def _what_can_be_wrong(case: Case, repaired: Decision) -> Iterator[Wrong]:
    for decision in case.protocol.decisions.values():
        if decision.name != repaired.name:
            yield from _of_decision(decision)
    anybody = "complete data can leave eligibility undetermined"
    yield anybody, lambda each: each.possible(each.patients())([neither(Eligible())])
    for claim in case.protocol.claims:
        premise, conclusion = split(claim)
        yield f"claim `{claim.id}` fails", _some(premise_holds := Holds(premise), Never(Holds(conclusion)))
        yield f"claim `{claim.id}` speaks of nobody", _nobody(premise_holds)


def _of_decision(decision: Decision) -> Iterator[Wrong]:
    name, member, someone = f"`{decision.name}`", Holds(decision.population), whom(decision.population)
    yield f"nobody is in the population of {name}", _nobody(member)
    yield f"{someone} can be without a choice of {name}", _some(member, gap(decision))
    yield f"{someone} can get too many choices of {name}", _some(member, overlap(decision))
    yield f"{name} can stay open for {someone}", _some(member, undetermined(decision))
    for choice in decision.choices:
        taken = Holds(Takes(decision.name, choice.name))
        yield f"nobody can take `{choice.name}` of {name}", _nobody(member, taken)
    yield (
        f"it can be undetermined whether {name} is for somebody",
        _some(Never(member), Never(Fails(decision.population))),
    )


def _some(*statements: Statement) -> Callable[[Case], bool]:
    return lambda case: case.possible(case.patients())(statements)


def _nobody(*statements: Statement) -> Callable[[Case], bool]:
    return lambda case: not case.possible(case.patients())(statements)
