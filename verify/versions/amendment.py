"""Who is treated differently after an amendment: eligibility, each criterion, and each choice of each decision.

The verdicts (`verify.versions.compared`) speak of the patients whom both versions can record and whose data break no
fact of either. A patient takes a choice who belongs to the decision's population and is settled on it. What only one
version can record is named beside them, and so is what was added or dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from subprocess import Popen

from trialproof.model.condition import EVERYONE, Assigned, Condition, Eligible
from trialproof.model.place import NOWHERE
from trialproof.model.protocol import Choice, Decision, Protocol
from trialproof.model.renames import Renames
from trialproof.verify.case import Case
from trialproof.verify.solver import Solver, Unknown
from trialproof.verify.statement import Holds, Never
from trialproof.verify.versions.compared import Change, Compared, Sides, compare
from trialproof.verify.versions.criteria_compared import CriterionChange, compare_criteria
from trialproof.verify.versions.granted import taken_for_granted
from trialproof.verify.versions.merged import Merged
from trialproof.verify.versions.merging import merge
from trialproof.verify.versions.transfers import Transfer, choice_transfers, membership_transfers

ELIGIBLE = ("eligible", "not eligible")
MEANT = ("in its population", "not in its population")


@dataclass(frozen=True, slots=True)
class PopulationChange:
    """What became of those who are eligible, or for whom a decision is; `reason`: why transfers are not known."""

    compared: Compared
    transfers: tuple[Transfer, ...] = ()
    complete: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceChange:
    """A choice of either version or both (by each version's own declaration), and what became of who takes it.

    `leaves_to` and `comes_from` say where its patients go to and come from: other choices, or out of the population.
    """

    old: Choice | None
    new: Choice | None
    compared: Compared | None = None
    leaves_to: tuple[str, ...] = ()
    comes_from: tuple[str, ...] = ()

    @property
    def gives_otherwise(self) -> bool:
        """Whether who takes it now gets something else: whatever the file says of it besides its rule and its words."""
        return self.old is not None and self.new is not None and _gives(self.old) != _gives(self.new)


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A decision of both versions. `population` is None where it is the eligible in both, and changes as they do.

    `transfers` are of patients whom the decision is for in both versions; `reason`: why they are not known.
    """

    old: Decision
    new: Decision
    choices: tuple[ChoiceChange, ...]
    population: PopulationChange | None = None
    transfers: tuple[Transfer, ...] = ()
    complete: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """All that a comparison has to say.

    `added` and `dropped` are decisions of one version alone, `assumptions` what the verdicts take for granted.
    """

    merged: Merged
    eligibility: PopulationChange
    criteria: tuple[CriterionChange, ...]
    decisions: tuple[DecisionChange, ...]
    added: tuple[Decision, ...] = ()
    dropped: tuple[Decision, ...] = ()
    assumptions: tuple[str, ...] = ()
    questions: int = 0

    @property
    def verdicts(self) -> tuple[Change, ...]:
        """The verdict on eligibility, on populations, and on every choice that both versions have."""
        found = [self.eligibility.compared.change]
        for each in self.decisions:
            found += [each.population.compared.change] if each.population else []
            found += [choice.compared.change for choice in each.choices if choice.compared]
        return tuple(found)

    @property
    def undecided(self) -> bool:
        """Whether the solver gave up on anything, or there was more than is searched."""
        known = all(each.compared is None or each.compared.change is not Change.UNDECIDED for each in self.criteria)
        populations = [self.eligibility, *(each.population for each in self.decisions if each.population)]
        complete = [each.complete for each in populations] + [each.complete for each in self.decisions]
        return Change.UNDECIDED in self.verdicts or not (known and all(complete))

    @property
    def recorded_alike(self) -> bool:
        """Whether neither version can record a patient whom the other cannot."""
        pairs = [each for each in self.merged.quantities if each.only_old or each.only_new or each.missing]
        return not (pairs or self.merged.only_old or self.merged.only_new)

    @property
    def changed(self) -> bool:
        """Whether anything is known to have changed, or to be beyond comparison."""
        populations = [self.eligibility, *(each.population for each in self.decisions if each.population)]
        transfers = [each for one in populations for each in one.transfers]
        transfers += [each for one in self.decisions for each in one.transfers]
        lost = [each for one in self.decisions for each in one.choices if each.compared is None or each.gives_otherwise]
        known = set(self.verdicts) - {Change.SAME, Change.UNDECIDED}
        return bool(known or transfers or lost or self.added or self.dropped) or not self.recorded_alike

    @property
    def same(self) -> bool:
        """Whether everybody is treated alike, proved."""
        return not self.changed and not self.undecided


def amend(
    old: Protocol,
    new: Protocol,
    *,
    renames: Renames | None = None,
    old_selection: Mapping[str, str] | None = None,
    new_selection: Mapping[str, str] | None = None,
    seconds: float = 10.0,
    seed: int = 0,
    worker: Popen[bytes] | None = None,
) -> Amendment:
    """Compare two versions of a protocol.

    Args:
        old: the version before the amendment.
        new: the version after it.
        renames: what became of names that changed.
        old_selection: readings of the old version that replace the preferred ones, sentence to reading.
        new_selection: the same for the new version.
        seconds: deadline of one question to the solver.
        seed: perturbs the solver's search; no result depends on it.
        worker: a solver process launched beforehand; it ends with the comparison.

    Raises:
        Disagreement: two engines, or the merged protocol and one of the two, contradict each other: a defect.
    """
    renames = renames or Renames()
    merged = merge(old, new, renames, old_selection=old_selection, new_selection=new_selection)
    with Solver(merged.protocol, seconds=seconds, seed=seed, worker=worker) as solver:
        case = Case(merged.protocol, solver, {})
        eligibility = _eligibility(case, merged)
        criteria = compare_criteria(case, merged, renames)
        before = {renames.name(name): name for name in old.decisions}
        decisions = tuple(
            _decision(case, merged, before[name], name) for name in new.decisions if name in before
        )
        return Amendment(
            merged,
            eligibility,
            criteria,
            decisions,
            tuple(each for name, each in new.decisions.items() if name not in before),
            tuple(each for name, each in old.decisions.items() if renames.name(name) not in new.decisions),
            tuple(taken_for_granted(merged)),
            solver.questions,
        )


def _eligibility(case: Case, merged: Merged) -> PopulationChange:
    # Whoever fails no criterion of one version fails none that both share: those do not decide who comes or goes.
    old, new = (
        [(each.excludes, version.criteria[each.id]) for each in version.protocol.criteria]
        for version in (merged.old, merged.new)
    )
    rules = [rule for excludes, rule in old if (excludes, rule) not in new]
    now_rules = [rule for excludes, rule in new if (excludes, rule) not in old]
    sides = Sides(merged.old.eligible, merged.new.eligible, Eligible(), Eligible())
    return _population(case, merged, sides, (rules, now_rules), ELIGIBLE)


def _population(
    case: Case,
    merged: Merged,
    sides: Sides,
    rules: tuple[Sequence[Condition], Sequence[Condition]],
    words: tuple[str, str],
) -> PopulationChange:
    compared = compare(case, merged, sides)
    if compared.change in (Change.INCOMPARABLE, Change.UNDECIDED):
        complete = compared.change is Change.INCOMPARABLE
        return PopulationChange(compared, complete=complete, reason=compared.reason)
    conditions, own = (sides.before, sides.after), (sides.own_before, sides.own_after)
    try:
        transfers = membership_transfers(case, merged, conditions, own, rules, words)
    except Unknown as unknown:
        return PopulationChange(compared, complete=False, reason=str(unknown))
    return PopulationChange(compared, transfers, complete=all(each.regions.complete for each in transfers))


def _decision(case: Case, merged: Merged, own: str, now: str) -> DecisionChange:
    was, becomes = merged.old.protocol.decisions[own], merged.new.protocol.decisions[now]
    old = case.protocol.decisions[merged.old.decisions[own]]
    new = case.protocol.decisions[merged.new.decisions[now]]
    population = None
    if not was.population == becomes.population == Eligible():
        sides = Sides(old.population, new.population, was.population, becomes.population)
        rules = ([old.population], [new.population])
        population = _population(case, merged, sides, rules, MEANT)
    transfers: tuple[Transfer, ...] = ()
    reason, complete = "; ".join(merged.apart(_rules(old, new))), True
    if not reason:
        try:
            transfers, complete = choice_transfers(case, merged, old, new)
        except Unknown as unknown:
            reason, complete = str(unknown), False
    complete = complete and all(each.regions.complete for each in transfers)
    names = dict.fromkeys(each.name for decision in (new, old) for each in decision.choices)
    choices = tuple(
        _choice(case, merged, (was, becomes), (old, new), name, transfers, outside=MEANT if population else ELIGIBLE)
        for name in names
    )
    return DecisionChange(was, becomes, choices, population, transfers, complete, reason)


def _choice(
    case: Case,
    merged: Merged,
    own: tuple[Decision, Decision],
    decisions: tuple[Decision, Decision],
    name: str,
    transfers: Sequence[Transfer],
    outside: tuple[str, str],
) -> ChoiceChange:
    names = (merged.old.choices[own[0].name].get(name), merged.new.choices[own[1].name].get(name))
    was, now = (
        None if each is None else decision.choice(each) for each, decision in zip(names, own, strict=True)
    )
    if was is None or now is None:
        return ChoiceChange(was, now)
    old, new = decisions
    before, after = Assigned(old.name, (name,)), Assigned(new.name, (name,))
    own_before, own_after = Assigned(own[0].name, (was.name,)), Assigned(own[1].name, (now.name,))
    compared = compare(case, merged, Sides(before, after, own_before, own_after))
    if compared.change not in (Change.WIDER, Change.NARROWER, Change.MOVED):
        return ChoiceChange(was, now, compared)
    leaves = [each.after for each in transfers if name in each.was and name not in each.now]
    comes = [each.before for each in transfers if name in each.now and name not in each.was]
    try:
        leaves += [outside[1]] if _beyond(case, before, new.population) else []
        comes += [outside[1]] if _beyond(case, after, old.population) else []
    except Unknown as unknown:
        return ChoiceChange(was, now, Compared(Change.UNDECIDED, reason=str(unknown)))
    return ChoiceChange(was, now, compared, tuple(dict.fromkeys(leaves)), tuple(dict.fromkeys(comes)))


def _beyond(case: Case, taking: Condition, population: Condition) -> bool:
    """Return whether somebody who takes a choice in one version is not in the population of the other."""
    return case.possible(case.patients(Holds(taking)))([Never(Holds(population))])


def _gives(choice: Choice) -> Choice:
    return replace(choice, name="", rule=EVERYONE, label="", quotes=(), place=NOWHERE, points=None)


def _rules(old: Decision, new: Decision) -> Iterator[Condition]:
    for decision in (old, new):
        yield decision.population
        yield from (choice.rule for choice in decision.choices)
