"""The search for the smallest sets of edits that mend a decision.

One edit first, then two, and so on. A set that leaves some patient unsettled is extended only by edits that can be
part of the help for this patient: they change a clause that the patient tells apart, in a rule that the edits still to
come are enough to turn round. Sets are tried on test patients (`verify.repairs.pool`); one that settles all of them is
put to the solver, which confirms it or finds the patient who breaks it and joins the test patients. So every smallest
set of the candidates is found, unless the search is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from trialproof.model.condition import AllOf, Takes
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.repairs.edits import Edit, Kind, as_read, below, excluded, fit
from trialproof.verify.repairs.pool import Pool, each_bit
from trialproof.verify.repairs.repaired import Amended, differs
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds, Statement

MOST_TOGETHER = 6
"""The most edits of one repair."""
MOST_SETS = 10_000
"""The most sets of edits that are tried on the test patients."""
MOST_ASKED = 300
"""The most sets of edits that are put to the solver."""

LOOKED_AT = 12
"""The most patients who are compared to find the one whom the fewest edits can help."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What a search found: sets of edits that work, of which no part works, smaller ones first.

    `size` is up to how many edits all sets were tried; `cut` says why it was no further, empty if there was no need.
    """

    sets: tuple[Amended, ...]
    size: int
    cut: str = ""


class Mending:
    """One search, for one decision of a case. `people` are some members of its population, replayed."""

    def __init__(self, case: Case, decision: Decision, edits: Sequence[Edit], people: Iterable[Patient]) -> None:
        self._case = case
        self._decision = decision
        self._edits = edits
        self._pool = Pool(case)
        for each in people:
            self._pool.add(each)
        self._population = case.population(decision.population)
        self._amended: dict[frozenset[int], Amended] = {}
        self._parents = [self._parent(each) for each in edits]
        self._of: dict[str | None, list[int]] = {each.name: [] for each in decision.choices} | {None: []}
        self._over: dict[str, list[int]] = {each.name: [] for each in decision.choices}
        for at, edit in enumerate(edits):
            if edit.kind is Kind.PRECEDENCE and edit.choice is not None:
                self._over[edit.choice].append(at)
            else:
                self._of[edit.choice].append(at)
        self._needed = [each.name for each in decision.choices if self._taken(Holds(Takes(decision.name, each.name)))]
        self._tried: set[frozenset[int]] = set()
        self._undecided: set[frozenset[int]] = set()
        self._asked = 0
        self._deeper = False

    def search(self, wanted: int) -> Mended:
        """Return the smallest sets of edits that work, and those of one edit more if there are fewer than wanted."""
        found: list[frozenset[int]] = []
        smallest = MOST_TOGETHER
        for size in range(1, MOST_TOGETHER + 1):
            self._deeper = False
            if not self._up_to(size, found):
                if size > smallest:
                    return self._mended([each for each in found if len(each) < size], size - 1)
                return self._mended(found, size - 1, f"the search stopped after {len(self._tried)} sets of changes")
            if found:
                smallest = min(smallest, size)
            if (found and (len(found) >= wanted or size > smallest)) or not self._deeper:
                return self._mended(found, size)
        cut = "" if found else f"no more than {MOST_TOGETHER} changes are tried together"
        return self._mended(found, MOST_TOGETHER, cut)

    def _up_to(self, size: int, found: list[frozenset[int]]) -> bool:
        """Add the sets of up to so many edits that work, of which none works that is found; False if cut."""
        level: list[frozenset[int]] = [frozenset()]
        for left in range(size, -1, -1):
            following: dict[frozenset[int], None] = {}
            for chosen in level:
                if any(each <= chosen for each in found):
                    continue
                if len(self._tried) >= MOST_SETS or self._asked >= MOST_ASKED:
                    return False
                further = self._judge(chosen, left)
                if further is None:
                    found.append(chosen)
                elif left:
                    following |= dict.fromkeys(chosen | {each} for each in further)
                else:
                    self._deeper = True
            level = list(following)
        return True

    def same(self, one: Amended, other: Amended) -> bool:
        """Return whether two sets of edits do the same to every patient. Raises `Unknown`."""
        if excluded(one.edits) != excluded(other.edits):
            return False
        if self._pool.takes(one.after) != self._pool.takes(other.after):
            return False
        apart = canonical(self._case, self._population, self._case.said(differs(one.after, other.after)))
        if apart is not None:
            self._pool.add(apart)
        return apart is None

    def _mended(self, found: Sequence[frozenset[int]], size: int, cut: str = "") -> Mended:
        if self._undecided and not cut:
            cut = f"the solver could not decide about {len(self._undecided)} sets of changes"
        return Mended(tuple(self._amend(each) for each in found), size, cut)

    def _judge(self, chosen: frozenset[int], left: int) -> list[int] | None:
        """Return None if the edits work, else those of which one or more are missing; `left` may still be added."""
        self._tried.add(chosen)
        amended = self._amend(chosen)
        while chosen not in self._undecided:
            stranded, doubtful = self._stranded(amended)
            if doubtful:
                return []
            if stranded:
                return self._that_help(chosen, amended, stranded, left) if left else []
            self._asked += 1
            try:
                patient = canonical(self._case, self._population, self._case.said(amended.broken))
                if patient is None:
                    dead = any(not self._reached(amended, each) for each in self._needed)
                    return self._fitting(chosen, range(len(self._edits))) if dead else None
                self._pool.add(patient)
            except Unknown:
                self._undecided.add(chosen)
        return []

    def _stranded(self, amended: Amended) -> tuple[int, int]:
        """Return the test patients whom the decision as amended does not settle, and to whom it owes that.

        Then those of whom it is undetermined whether they are excluded: nothing further can help them.
        """
        before, after = self._pool.fate(self._decision), self._pool.fate(amended.after)
        out = doubtful = 0
        for each in excluded(amended.edits):
            bits = self._pool.judge(each)
            out |= bits.holds
            doubtful |= self._pool.everybody & ~(bits.holds | bits.fails)
        undone = after.undetermined & ~before.undetermined
        return (after.gap | after.overlap | undone) & ~out, doubtful

    def _that_help(self, chosen: frozenset[int], amended: Amended, stranded: int, left: int) -> list[int]:
        """Return the edits that can help the stranded patient whom the fewest can help."""
        ways = [self._for_one(chosen, amended, bit, left) for bit in islice(each_bit(stranded), LOOKED_AT)]
        return min(ways, key=len)

    def _for_one(self, chosen: frozenset[int], amended: Amended, bit: int, left: int) -> list[int]:
        """Return the edits of which one must be among those that help a patient, if `left` are enough."""
        pool = self._pool
        fate, takes = pool.fate(amended.after), pool.takes(amended.after)
        first = {each.before for each in amended.edits if each.before is not None}
        crowded, missed = bool(fate.overlap & bit), bool(fate.gap & bit)
        found: list[int] = []
        for each, (holds, _) in zip(amended.after.choices, takes, strict=True):
            if crowded and not (holds & bit or each.name in first):
                continue
            if first or pool.distance(each.rule, bit) <= left:
                found += [at for at in self._of[each.name] if self._touched(at, chosen, amended) & bit]
            else:
                self._deeper = True
            if not missed and (holds & bit or not crowded):
                found += [at for at in self._over[each.name] if left > 1 or self._touched(at, chosen, amended) & bit]
        found += [at for at in self._of[None] if self._touched(at, chosen, amended) & bit]
        return self._fitting(chosen, found)

    def _fitting(self, chosen: frozenset[int], further: Iterable[int]) -> list[int]:
        edits = [self._edits[each] for each in chosen]
        return [at for at in further if at not in chosen and fit(edits, self._edits[at])]

    def _touched(self, at: int, chosen: frozenset[int], amended: Amended) -> int:
        """Return the patients who could be served otherwise with this edit than without it, all others as they are."""
        edit, pool = self._edits[at], self._pool
        if edit.kind is Kind.PRECEDENCE:
            assert edit.before is not None  # noqa: S101 - a precedence is over a choice
            own = self._amend(frozenset(each for each in chosen if self._edits[each].kind is not Kind.PRECEDENCE))
            return pool.everybody & ~pool.judge(own.after.choice(edit.before).rule).fails
        if edit.kind is Kind.INTENT:
            several = once = 0
            for each in amended.after.choices:
                possible = pool.everybody & ~pool.judge(each.rule).fails
                several |= once & possible
                once |= possible
            return several
        if edit.kind is Kind.DROP:
            assert edit.old is not None  # noqa: S101 - what is left out was there
            bits, parent = pool.judge(edit.old), self._parents[at]
            return pool.everybody & ~(bits.holds if isinstance(parent, AllOf) else bits.fails)
        assert edit.new is not None  # noqa: S101 - nothing else has no clause
        new = pool.judge(edit.new)
        if edit.old is None:
            return pool.everybody & ~new.fails
        old = pool.judge(edit.old)
        return (old.holds ^ new.holds) | (old.fails ^ new.fails)

    def _parent(self, edit: Edit) -> object:
        """Return what joins the clause that is left out with its siblings."""
        if edit.kind is not Kind.DROP or edit.choice is None:
            return None
        node = as_read(self._decision.choice(edit.choice).rule, self._case.selection)
        for step in edit.path[:-1]:
            node = below(node)[step]
        return node

    def _amend(self, chosen: frozenset[int]) -> Amended:
        if chosen not in self._amended:
            edits = [self._edits[at] for at in sorted(chosen)]
            self._amended[chosen] = Amended.of(self._case, self._decision, edits)
        return self._amended[chosen]

    def _taken(self, statement: Statement) -> bool:
        """Return whether it is so of a member, who joins the test patients."""
        patient = canonical(self._case, self._population, self._case.said(statement))
        if patient is not None:
            self._pool.add(patient)
        return patient is not None

    def _reached(self, amended: Amended, choice: str) -> bool:
        names = [each.name for each in amended.after.choices]
        taking, _ = self._pool.takes(amended.after)[names.index(choice)]
        out = 0
        for each in excluded(amended.edits):
            out |= self._pool.judge(each).holds
        if taking & self._pool.fate(amended.after).settled & ~out:
            return True
        return self._taken(amended.reaches(choice))
