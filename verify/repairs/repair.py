"""Repairs: the smallest changes that make a decision exhaustive and exclusive, each proved before it is shown.

A repair gives everybody in the decision's population as many choices as intended, but for those whom the rules left
undetermined before; it strands nobody, leaves every choice that was reached reached, and none of its changes can be
left out. It is proved twice: beside the protocol as it is, and again on the protocol with the changes carried out.
Which of several is right, no program knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from subprocess import Popen

from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import Takes
from trialproof.model.patient import Patient, about
from trialproof.model.place import BadInput
from trialproof.model.protocol import Decision, Protocol
from trialproof.verify.axes import axes_of
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, regions_of, together
from trialproof.verify.fates import Clash, gaps, overlaps, somebody
from trialproof.verify.finding import Under, Witness
from trialproof.verify.left_out import left_open, left_out
from trialproof.verify.outcome import Outcome, outcome_of, same_outcome
from trialproof.verify.properties import gap, overlap, settled, undetermined
from trialproof.verify.repairs.consequences import new_defects
from trialproof.verify.repairs.edits import Edit, candidates, excluded
from trialproof.verify.repairs.mending import Mended, Mending
from trialproof.verify.repairs.repaired import Amended, left
from trialproof.verify.replay import Disagreement
from trialproof.verify.review import assumptions, complete_selection
from trialproof.verify.solver import Solver, Unknown
from trialproof.verify.statement import Every, Holds, Never, Some, Statement
from trialproof.verify.under import readings_under, rules_of, sentences_of

MOST_EDITS = 2_000
"""The most candidate edits of one decision."""
MOST_MOVES = 40
"""More ways in which a choice changes into another than anybody reads: beyond it the list is not complete."""
EXCLUDED = "no longer eligible"
NOWHERE = Regions(())


class State(Enum):
    """What came of one decision."""

    SOUND = "nothing to repair"
    REPAIRABLE = "repairs found"
    STUCK = "no repair found"
    VACUOUS = "nobody in its population"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Repair:
    """One set of changes that works.

    `protocol` has them carried out. `same` are other sets of as many changes that do the same to every patient.
    `fixes` are the regions of those who had no choice or too many (each region's outcome says what becomes of what),
    `moves` those of all others whose choice changes. `broken_under` are the readings of the remaining sentences under
    which somebody again has no choice or too many. `leaves_out` says of whom the proof does not speak, `by_steps`
    whether it holds only because numbers are charted in steps, `effects` what else goes wrong now that did not before.
    """

    edits: tuple[Edit, ...]
    decision: Decision
    protocol: Protocol
    same: tuple[tuple[Edit, ...], ...]
    fixes: Regions
    moves: Regions
    member: Witness
    broken_under: Under
    leaves_out: tuple[str, ...] = ()
    by_steps: bool = False
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repairs:
    """What came of one decision: its defects, and the repairs, smaller ones first.

    `found` is how many repairs there are up to `size` changes, of which the first are in `repairs`; `reason` says why
    there are none, or why the search was cut. `undetermined` says whether rules leave patients undetermined, whom no
    repair concerns.
    """

    decision: Decision
    state: State
    gaps: Regions = NOWHERE
    overlaps: tuple[Clash, ...] = ()
    repairs: tuple[Repair, ...] = ()
    found: int = 0
    size: int = 0
    reason: str = ""
    undetermined: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The repairs of a protocol, decision by decision; `assumptions` hold for every proof."""

    selection: Mapping[str, str]
    assumptions: tuple[str, ...]
    decisions: tuple[Repairs, ...]
    questions: int


def repair(
    protocol: Protocol,
    *,
    selection: Mapping[str, str] | None = None,
    decisions: Sequence[str] = (),
    most: int = 4,
    seconds: float = 10.0,
    seed: int = 0,
    worker: Popen[bytes] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Proposal:
    """Search repairs for the decisions of a protocol.

    Args:
        protocol: the protocol to repair.
        selection: readings that replace the preferred ones; a sentence that is changed has that one reading then.
        decisions: names of decisions; all by default.
        most: how many repairs of one decision are examined and returned.
        seconds: deadline of one question to the solver.
        seed: perturbs the solver's search; no result depends on it.
        worker: a solver process launched beforehand; it ends with the search.
        progress: called with what is searched next.

    Raises:
        BadInput: there is no such sentence, reading or decision.
        Disagreement: a repair that was proved is not confirmed, a defect of this program.
    """
    chosen = complete_selection(protocol, selection or {})
    for name in decisions:
        if name not in protocol.decisions:
            raise _no_decision(protocol, name)
    wanted = [each for name, each in protocol.decisions.items() if not decisions or name in decisions]
    tell = progress or (lambda _: None)
    questions = 0
    found: list[Repairs] = []
    with Solver(protocol, seconds=seconds, seed=seed, worker=worker) as solver:
        case = Case(protocol, solver, chosen)
        for decision in wanted:
            try:
                search = _Search(case, decision, most, tell)
                found.append(search.repairs())
                questions += search.questions
            except Unknown as reason:
                found.append(Repairs(decision, State.UNDECIDED, reason=str(reason)))
        questions += solver.questions
    return Proposal(chosen, tuple(assumptions(protocol, chosen)), tuple(found), questions)


def _no_decision(protocol: Protocol, name: str) -> BadInput:
    known = tuple(protocol.decisions)
    meant = did_you_mean(name, known)
    help_text = f"did you mean `{meant}`?" if meant else f"the decisions are {', '.join(known)}"
    return BadInput(f"there is no decision `{name}`", help=help_text if known else "this protocol has no decision")


class _Search:
    """The repairs of one decision."""

    def __init__(self, case: Case, decision: Decision, most: int, tell: Callable[[str], None]) -> None:
        self._case = case
        self._decision = decision
        self._most = most
        self._tell = tell
        self._population = case.population(decision.population)
        self.questions = 0

    def repairs(self) -> Repairs:
        """Search them. Raises `Unknown` if the solver gives up on the decision as it is."""
        case, decision = self._case, self._decision
        self._tell(f"`{decision.name}`: looking for defects")
        if somebody(case, decision) is None:
            return Repairs(decision, State.VACUOUS)
        stranded = gaps(case, decision) if decision.bounds[0] else NOWHERE
        clashes = overlaps(case, decision)
        open_too = case.possible(self._population)([undetermined(decision)])
        if not stranded.regions and not clashes:
            return Repairs(decision, State.SOUND, undetermined=open_too)
        clashing = [each.choices for each in clashes]
        edits = candidates(case.protocol, decision, case.selection, stranded.regions, clashing)
        if len(edits) > MOST_EDITS:
            reason = f"there are {len(edits)} changes to try, and no more than {MOST_EDITS} are"
            return Repairs(decision, State.STUCK, stranded, clashes, reason=reason, undetermined=open_too)
        regions = [*stranded.regions, *(region for each in clashes for region in each.regions.regions)]
        self._tell(f"`{decision.name}`: looking for repairs")
        mending = Mending(case, decision, edits, [each.witness.patient for each in regions])
        mended = mending.search(self._most)
        groups = self._sorted(mending, mended)
        if not groups:
            reason = mended.cut or "no set of such changes works"
            state = State.STUCK
            return Repairs(decision, state, stranded, clashes, size=mended.size, reason=reason, undetermined=open_too)
        shown = []
        for at, (first, *same) in enumerate(groups[: self._most], start=1):
            self._tell(f"`{decision.name}`: proving repair {at}")
            shown.append(self._repair(first, tuple(each.edits for each in same)))
        return Repairs(
            decision, State.REPAIRABLE, stranded, clashes, tuple(shown), len(groups), mended.size, mended.cut, open_too
        )

    def _sorted(self, mending: Mending, mended: Mended) -> list[list[Amended]]:
        """Return what works in groups that do the same to everybody, in the order in which they are shown."""
        groups: list[list[Amended]] = []
        for each in sorted(mended.sets, key=self._rank):
            alike = next((group for group in groups if mending.same(group[0], each)), None)
            if alike is None:
                groups.append([each])
            elif len(alike[0].edits) == len(each.edits):
                alike.append(each)
        return groups

    def _rank(self, amended: Amended) -> tuple[object, ...]:
        """Fewest changes first; then those that move nobody who was settled; then those that need no steps."""
        edits = amended.edits
        moves = self._case.possible(self._population)([amended.moved])
        kinds = tuple(sorted((int(each.kind) for each in edits), reverse=True))
        return (len(edits), moves, self._by_steps(amended), kinds)

    def _by_steps(self, amended: Amended) -> bool:
        dense = self._case.once("without steps", self._case.without_steps)
        stranded = Some((amended.now(gap(amended.after)), amended.now(overlap(amended.after))))
        population = dense.population(self._decision.population)
        return dense.possible(population)([Every((Never(amended.out), stranded))])

    def _repair(self, amended: Amended, same: tuple[tuple[Edit, ...], ...]) -> Repair:
        """Return a repair with all that is shown of it, once it is proved again on the amended protocol."""
        case = self._case
        protocol = amended.protocol(case.protocol)
        selection = left(protocol, case.selection)
        decision = protocol.decisions[self._decision.name]
        with case.solver.beside(protocol) as solver:
            other = Case(protocol, solver, selection, engine=case.ranks.of(protocol))
            member = _prove(other, case, decision)
            rules = sentences_of(protocol, rules_of(decision))
            again = Some((gap(decision), overlap(decision)))
            broken_under = readings_under(other, decision.population, again, rules)
            omitted = left_out(other, decision.population) + left_open(other, decision)
            leaves_out = tuple(each.words for each in omitted)
            effects = new_defects(case, other, decision)
            self.questions += solver.questions
        fixes, moves = self._changes(amended, protocol, selection)
        return Repair(
            amended.edits,
            decision,
            protocol,
            same,
            fixes,
            moves,
            member,
            broken_under,
            leaves_out,
            self._by_steps(amended),
            effects,
        )

    def _changes(self, amended: Amended, protocol: Protocol, selection: Mapping[str, str]) -> tuple[Regions, Regions]:
        """Return the regions of everybody whose choice changes: those who were not settled, and all others."""
        case, decision = self._case, self._decision
        rules = [each.rule for each in (*decision.choices, *amended.after.choices)]
        axes = axes_of(case.protocol, [*rules, *excluded(amended.edits)], [case.selection])
        unsettled = case.said(Some((gap(decision), overlap(decision))))
        changed = case.said(Some((amended.out, amended.changed)))
        seen: list[Statement] = []
        fixes: list[Regions] = []
        moves: list[Regions] = []
        while True:
            patient = canonical(case, self._population, changed, *seen)
            if patient is None:
                return together(fixes), together(moves)
            if len(seen) == MOST_MOVES:
                return together([*fixes, Regions((), complete=False)]), together([*moves, Regions((), complete=False)])
            before, after = self._outcomes(amended, protocol, selection, patient)
            fate = same_outcome(decision, before)
            become = amended.out
            if after is not None:
                become = Every((Never(amended.out), amended.now(same_outcome(amended.after, after))))
            target = Every((fate, become))
            outcome = f"{before} becomes {EXCLUDED if after is None else after}"
            regions = regions_of(case, self._population, target, axes, outcome=outcome, start=patient)
            stranded = case.possible(self._population, unsettled)([target])
            (fixes if stranded else moves).append(regions)
            seen.append(case.said(Never(target)))

    def _outcomes(
        self, amended: Amended, protocol: Protocol, selection: Mapping[str, str], patient: Patient
    ) -> tuple[Outcome, Outcome | None]:
        """Return what becomes of a patient before and after; None for one who is excluded."""
        meaning = about(protocol, patient, selection)
        before = outcome_of(self._decision, about(self._case.protocol, patient, self._case.selection))
        if any(meaning.truth(each).holds for each in excluded(amended.edits)):
            return before, None
        return before, outcome_of(amended.after, meaning)


def _prove(other: Case, case: Case, decision: Decision) -> Witness:
    """Confirm on the amended protocol that its decision is repaired, and return a member of its population.

    Raises `Disagreement` where it is not confirmed.
    """
    was, member = case.protocol.decisions[decision.name], somebody(other, decision)
    people, before = other.population(decision.population), case.population(was.population)
    confirmed = member is not None and not gaps(other, decision).regions and not overlaps(other, decision)
    if other.possible(people)([undetermined(decision)]):
        confirmed = confirmed and case.possible(before)([undetermined(was)])
    for choice in decision.choices:
        taken = Holds(Takes(decision.name, choice.name))
        if not other.possible(people)([taken, settled(decision)]):
            confirmed = confirmed and not case.possible(before)([taken])
    if member is None or not confirmed:
        raise Disagreement(f"a repair of `{decision.name}` is not confirmed: {decision}")
    return member
