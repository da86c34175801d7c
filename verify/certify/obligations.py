"""The obligations: every answer of a solver that `check` rests on for decisions, eligibility and claims, as a question.

They are made of the same searches as the checks (`verify.fates`, `verify.eligibility`), so that what is certified is
what is reported. A list of regions takes three kinds: each has its witness, everybody in it shares the fate, and
nobody outside of all does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from trialproof.model.condition import Eligible, Takes
from trialproof.model.patient import Patient
from trialproof.model.protocol import Claim, Criterion, Decision
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.certify.script import Part
from trialproof.verify.certify.subject import Subject, parts_of
from trialproof.verify.check import listed, member_of, whom
from trialproof.verify.checks.refuted_claim import counterexamples, split
from trialproof.verify.checks.shadowed_choice import shadowed
from trialproof.verify.criteria import idle_criteria, met, unmet
from trialproof.verify.describe import Regions, together
from trialproof.verify.eligibility import contradiction, demands, open_criteria
from trialproof.verify.fates import gaps, overlaps, somebody, undetermined_patients
from trialproof.verify.replay import Disagreement
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds, Never, Some

CERTIFIED = (
    *("TP101", "TP102", "TP103", "TP104", "TP105", "TP107", "TP109"),
    *("TP201", "TP203", "TP204", "TP205", "TP206", "TP207"),
)
"""The checks whose answers are certified."""
BOUNDARY = {"TP101": "TP103", "TP102": "TP104"}
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Obligation:
    """One question: is there a patient of whom all parts are so?

    `name` is fit for a file. `says` is the answer in words. A `witness` shows that there is one; without it, there is
    none.
    """

    name: str
    code: str
    says: str
    subject: Subject
    parts: tuple[Part, ...]
    witness: Patient | None = None

    @property
    def expected(self) -> str:
        """The answer: `sat` or `unsat`."""
        return "unsat" if self.witness is None else "sat"


@dataclass(frozen=True, slots=True)
class Open:
    """What Z3 could not decide, so that there is nothing to certify."""

    about: str
    reason: str


def obligations_of(case: Case) -> tuple[tuple[Obligation, ...], tuple[Open, ...]]:
    """Return the obligations of a case in a fixed order, and what is undecided."""
    found: list[Obligation] = []
    undecided: list[Open] = []
    taken: set[str] = set()
    for about, make in _makers(case):
        try:
            for each in make():
                if isinstance(each, Open):
                    undecided.append(each)
                else:
                    found.append(replace(each, name=_unique(each.name, taken)))
        except Unknown as reason:
            undecided.append(Open(about, str(reason)))
    return tuple(found), tuple(undecided)


def _unique(name: str, taken: set[str]) -> str:
    """Return a name for a file that no other has, whatever the file system makes of capitals."""
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:LONGEST_NAME]
    found, count = stem, 1
    while found.casefold() in taken:
        count += 1
        found = f"{stem}-{count}"
    taken.add(found.casefold())
    return found


def _makers(case: Case) -> Iterator[tuple[str, Callable[[], Iterator[Obligation | Open]]]]:
    """Yield what is searched for, in words, with the search."""
    yield "whether anybody is eligible", partial(_somebody_eligible, case)
    yield "whether eligibility can be undetermined", partial(_eligibility, case)
    for criterion in case.protocol.criteria:
        yield f"whether criterion `{criterion.id}` keeps anybody out", partial(_criterion, case, criterion)
    for decision in case.protocol.decisions.values():
        name = f"`{decision.name}`"
        yield f"whom {name} is for", partial(_population, case, decision)
        for choice in decision.choices:
            yield f"who takes `{choice.name}` of {name}", partial(_choice, case, decision, choice.name)
        yield f"the gaps of {name}", partial(_gaps, case, decision)
        yield f"the overlaps of {name}", partial(_overlaps, case, decision)
        yield f"whom {name} leaves undetermined", partial(_undetermined, case, decision)
    for at, claim in enumerate(case.protocol.claims, start=1):
        yield f"claim `{claim.id}`", partial(_claim, case, at, claim)


def _somebody_eligible(case: Case) -> Iterator[Obligation]:
    if not case.protocol.criteria and not case.protocol.facts:
        return
    anybody, eligible = Subject("patient"), Subject("eligible")
    patient = canonical(case, case.population(Eligible()))
    if patient is not None:
        yield _question(case, "eligible-somebody", "TP201", "somebody is eligible", eligible, patient)
        return
    yield _question(case, "eligible-nobody", "TP201", "nobody is eligible", eligible)
    if canonical(case, case.patients()) is None:
        yield _question(case, "patient-nobody", "TP201", "the facts leave no patient at all", anybody)
        return
    asked = demands(case.protocol, case.selection)
    core = [str(asked.index(each)) for each in contradiction(case)]
    says = f"{len(core)} demands contradict one another" if len(core) > 1 else "one demand is met by no patient"
    yield _question(case, "eligible-contradiction", "TP201", says, Subject("demands", names=tuple(core)))
    for at, spared in enumerate(core, start=1):
        rest = tuple(each for each in core if each != spared)
        met = canonical(case, case.patients(*(asked[int(each)].statement for each in rest)))
        if met is None:
            raise Disagreement(f"demand {spared} is not needed for the contradiction that it is said to be part of")
        says = f"without demand {spared}, some patient meets the others"
        name = f"eligible-contradiction-without-{at}"
        yield _question(case, name, "TP201", says, Subject("demands", names=rest) if rest else anybody, met)


def _eligibility(case: Case) -> Iterator[Obligation | Open]:
    if not case.protocol.criteria or canonical(case, case.patients()) is None:
        return
    found = open_criteria(case)
    if not found:
        says = "complete data determine the eligibility of every patient"
        yield _question(case, "eligibility-settled", "TP206", says, Subject("eligibility undetermined"))
    for each in found:
        name = each.criterion.id
        says = f"criterion `{name}` leaves it undetermined whether a patient is eligible"
        subject = Subject("criterion undetermined", name)
        yield from _regions(case, f"eligibility-open-{name}", "TP206", says, subject, each.regions)


def _criterion(case: Case, criterion: Criterion) -> Iterator[Obligation]:
    """Yield whether a criterion keeps anybody out, and whether it keeps anybody out whom all others admit."""
    if canonical(case, case.patients()) is None:
        return
    stem, name = f"criterion-{criterion.id}", criterion.id
    idle, kept_out = [each.criterion.id for each in idle_criteria(case)], Subject("criterion unmet", name)
    if name in idle:
        yield _question(case, f"{stem}-idle", "TP204", f"every patient meets `{name}`", kept_out)
        return
    out = canonical(case, case.patients(), case.said(unmet(case, criterion)))
    yield _question(case, f"{stem}-unmet", "TP204", f"`{name}` keeps somebody out", kept_out, out)
    others = [each for each in case.protocol.criteria if each.id not in (name, *idle)]
    if not others or canonical(case, case.population(Eligible())) is None:
        return
    subject = Subject("criterion unmet", name, tuple(each.id for each in others))
    alone = canonical(case, case.patients(*(met(case, each) for each in others)), case.said(unmet(case, criterion)))
    if alone is None:
        yield _question(case, f"{stem}-implied", "TP203", f"whoever meets all other criteria meets `{name}`", subject)
    else:
        says = f"`{name}` keeps somebody out whom all other criteria admit"
        yield _question(case, f"{stem}-needed", "TP203", says, subject, alone)


def _population(case: Case, decision: Decision) -> Iterator[Obligation]:
    who, subject = somebody(case, decision), Subject("member", decision.name)
    if who is None:
        says = f"nobody is in the population of `{decision.name}`"
        yield _question(case, f"{decision.name}-population-nobody", "TP105", says, subject)
    else:
        says = f"somebody is in the population of `{decision.name}`"
        yield _question(case, f"{decision.name}-population-somebody", "TP101", says, subject, who.patient)


def _choice(case: Case, decision: Decision, name: str) -> Iterator[Obligation]:
    takes, of = Holds(Takes(decision.name, name)), f"`{name}` of `{decision.name}`"
    stem, taken = f"{decision.name}-choice-{name}", Subject("taker", decision.name, (name,))
    mine = Subject("member taking", decision.name, (name,))
    if shadowed(case, decision, decision.choice(name)):
        meant = canonical(case, case.population(decision.population), case.said(Holds(decision.choice(name).rule)))
        says = f"the rule of {of} holds for {whom(decision.population)}"
        yield _question(case, f"{stem}-meant", "TP109", says, Subject("member meeting", decision.name, (name,)), meant)
        says = f"{of} is never taken by {whom(decision.population)}: earlier choices take them all"
        yield _question(case, f"{stem}-shadowed", "TP109", says, mine)
        return
    anyone = canonical(case, case.patients(), case.said(takes))
    if anyone is None:
        yield _question(case, f"{stem}-dead", "TP105", f"no patient at all can take {of}", taken)
        return
    if somebody(case, decision) is None:
        return
    member = canonical(case, case.population(decision.population), case.said(takes))
    if member is not None:
        says = f"some {member_of(decision.population)} takes {of}"
        yield _question(case, f"{stem}-reached", "TP105", says, mine, member)
        return
    yield _question(case, f"{stem}-outsider", "TP205", f"some patient takes {of}", taken, anyone)
    yield _question(case, f"{stem}-unreached", "TP205", f"{of} is never taken by {whom(decision.population)}", mine)


def _gaps(case: Case, decision: Decision) -> Iterator[Obligation | Open]:
    if decision.bounds[0] == 0 or somebody(case, decision) is None:
        return
    found, subject, stem = gaps(case, decision), Subject("gap", decision.name), f"{decision.name}-gap"
    if not found.regions:
        says = f"no {member_of(decision.population)} is without a choice of `{decision.name}`"
        yield _question(case, f"{stem}-none", "TP101", says, subject)
        return
    says = f"no choice of `{decision.name}` takes {whom(decision.population)}"
    yield from _regions(case, stem, "TP101", says, subject, found)


def _overlaps(case: Case, decision: Decision) -> Iterator[Obligation | Open]:
    if decision.bounds[1] >= len(decision.choices) or somebody(case, decision) is None:
        return
    found, subject, stem = overlaps(case, decision), Subject("overlap", decision.name), f"{decision.name}-overlap"
    if not found:
        says = f"no {member_of(decision.population)} gets two choices of `{decision.name}`"
        yield _question(case, f"{stem}-none", "TP102", says, subject)
        return
    for at, each in enumerate(found, start=1):
        says = f"{listed(each.choices)} of `{decision.name}` together take {whom(decision.population)}"
        its = Subject("clash", decision.name, each.choices)
        yield from _inside(case, f"{stem}-{at}", "TP102", says, its, each.regions)
    says = f"{whom(decision.population)} gets two choices of `{decision.name}`"
    yield _elsewhere(case, stem, "TP102", says, subject, together(each.regions for each in found))


def _undetermined(case: Case, decision: Decision) -> Iterator[Obligation | Open]:
    if somebody(case, decision) is None:
        return
    found, subject = undetermined_patients(case, decision), Subject("undetermined", decision.name)
    stem = f"{decision.name}-undetermined"
    if not found.regions:
        says = f"complete data never leave `{decision.name}` open for {whom(decision.population)}"
        yield _question(case, f"{stem}-none", "TP107", says, subject)
        return
    says = f"`{decision.name}` stays open for {whom(decision.population)}"
    yield from _regions(case, stem, "TP107", says, subject, found)


def _claim(case: Case, at: int, claim: Claim) -> Iterator[Obligation | Open]:
    stem, meant, broken = f"claim-{at}-{claim.id}", Subject("premise", claim.id), Subject("claim broken", claim.id)
    someone = canonical(case, case.population(split(claim)[0]))
    if someone is None:
        yield _question(case, f"{stem}-nobody", "TP207", f"claim `{claim.id}` speaks of nobody", meant)
        return
    yield _question(case, f"{stem}-somebody", "TP207", f"claim `{claim.id}` speaks of somebody", meant, someone)
    found = counterexamples(case, claim)
    if not found.regions:
        yield _question(case, f"{stem}-holds", "TP207", f"claim `{claim.id}` holds", broken)
        return
    yield from _regions(case, stem, "TP207", f"claim `{claim.id}` does not hold for a patient", broken, found)


def _question(
    case: Case,
    name: str,
    code: str,
    says: str,
    subject: Subject,
    witness: Patient | None = None,
    *,
    further: Sequence[Part] = (),
) -> Obligation:
    parts = parts_of(case.protocol, subject, case.selection)
    return Obligation(name, code, says, subject, (*parts, *further), witness)


def _regions(
    case: Case, stem: str, code: str, says: str, subject: Subject, found: Regions
) -> Iterator[Obligation | Open]:
    yield from _inside(case, stem, code, says, subject, found)
    yield _elsewhere(case, stem, code, says, subject, found)


def _inside(case: Case, stem: str, code: str, says: str, subject: Subject, found: Regions) -> Iterator[Obligation]:
    """Yield, for each region, that its witness shares the fate, and that everybody in it does."""
    *whose, fate = parts_of(case.protocol, subject, case.selection)
    for at, region in enumerate(found.regions, start=1):
        here = Part(f"the patient is in region {at}: {region.words}", region.place)
        its = BOUNDARY.get(code, code) if region.pinned else code
        words = f"{says}, in region {at}: {region.words}"
        name = f"{stem}-region-{at}"
        yield Obligation(name, its, words, subject, (*whose, here, fate), region.witness.patient)
        unlike = Part(f"it is not so that {fate.words}", Never(fate.statement))
        words = f"{says}: everybody in region {at}, {region.words}"
        yield Obligation(f"{name}-throughout", its, words, subject, (*whose, here, unlike))


def _elsewhere(case: Case, stem: str, code: str, says: str, subject: Subject, found: Regions) -> Obligation | Open:
    """Return that nobody outside of all regions shares the fate."""
    if not found.complete:
        return Open(f"{says}, outside of the regions listed", "there are more regions than are searched")
    outside = Part(
        f"the patient is in none of {len(found.regions)} regions",
        Never(Some(tuple(each.place for each in found.regions))),
    )
    count = "outside of the region" if len(found.regions) == 1 else f"outside of the {len(found.regions)} regions"
    words = f"{says}: nobody {count} listed"
    *whose, fate = parts_of(case.protocol, subject, case.selection)
    return Obligation(f"{stem}-nowhere-else", code, words, subject, (*whose, outside, fate))
