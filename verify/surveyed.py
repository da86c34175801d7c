"""The survey behind an atlas: everybody as one diagram of groups, then part by part of each axis.

What nothing compares any more is quantified away as early as can be, and what then is alike is one node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from trialproof.model.condition import Takes
from trialproof.model.protocol import Decision, Protocol
from trialproof.verify.axes import Axis
from trialproof.verify.diagram import LEAF, Diagram, TooLarge
from trialproof.verify.projected import Projector, groups_of, nodes_of
from trialproof.verify.properties import complete
from trialproof.verify.ranks import Ranks
from trialproof.verify.replay import Disagreement
from trialproof.verify.statement import About, AnyPatient, Every, Fails, Fixed, Holds, Statement

PATIENT = AnyPatient()
MOST_STEPS = 300_000
"""Steps on diagrams that one question may take, about two seconds."""
MOST_NODES = 10_000
MOST_PARTS = 100
"""Parts of all axes together, up to which it is told which of them nobody has together."""
MOST_CLASHES = 400
WHY_NOT = "because it compares several quantities at once or takes too long to tell"


class NoAtlas(Exception):
    """The cells of a decision cannot be told exactly, or are too many; the message says why."""


@dataclass(frozen=True, slots=True)
class Group:
    """Patients who fare alike.

    `member` says whether the decision is for them (None: undetermined), `charted` whether all is recorded that a proof
    takes for recorded, `breaks` which fact fails of them first (None: none does), and `states` of each choice whether
    it holds or fails (None: neither).
    """

    member: bool | None = None
    charted: bool = False
    breaks: int | None = None
    states: tuple[bool | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What becomes of the patients of a cell.

    `status` is `settled`, `gap`, `overlap` or `undetermined`, of the members of the population who are there; `outside`
    if there are patients and the decision is for none of them; `open` if it is for none of them for certain, and
    undetermined for some; `impossible` if there is nobody. `choices` hold, `perhaps` are undetermined. `mixed`: there
    are also patients whom the decision is not for. `uncharted`: this is so only of patients of whom something is not
    recorded that a proof takes for recorded. `facts` are those that leave nobody there.
    """

    status: str
    choices: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    mixed: bool = False
    uncharted: bool = False
    facts: tuple[int, ...] = ()


class Groups:
    """The groups of all sheets of an atlas, by number: what is alike under several readings is one diagram."""

    def __init__(self) -> None:
        self._groups: list[Group] = []
        self._numbers: dict[Group, int] = {}

    def __getitem__(self, number: int) -> Group:
        return self._groups[number]

    def number(self, group: Group) -> int:
        """Return the number of a group."""
        if group not in self._numbers:
            self._numbers[group] = len(self._groups)
            self._groups.append(group)
        return self._numbers[group]


class Sheet:
    """Everybody under one combination of readings: to which group each patient belongs, as a diagram."""

    def __init__(self, ranks: Ranks, readings: Fixed, decision: Decision, groups: Groups) -> None:
        self.ranks = ranks
        self.readings = readings
        self.decision = decision
        self.groups = groups
        self.unseen: list[str] = []

    @cached_property
    def whole(self) -> Diagram:
        """The group of every patient.

        Facts and a population that cannot be told are left out and named in `unseen`. Raises `NoAtlas` where a choice
        or completeness cannot be told, and `TooLarge`.
        """
        protocol, decision = self.ranks.protocol, self.decision
        nothing = Group(states=(None,) * len(decision.choices))
        found = self.ranks.diagrams.leaf(frozenset({self.groups.number(nothing)}))
        for at, choice in enumerate(decision.choices):
            takes = Takes(decision.name, choice.name)
            holds, fails = self.patients(Holds(takes)), self.patients(Fails(takes))
            if holds is None or fails is None:
                raise NoAtlas(f"the rule of `{choice.name}` cannot be drawn, {WHY_NOT}")
            found = self._noted(found, holds, _in_state(at, state=True))
            found = self._noted(found, fails, _in_state(at, state=False))
        charted = [complete(each) for each in protocol.quantities.values() if not each.may_be_missing]
        recorded = self.patients(Every(tuple(charted)))
        if recorded is None:
            raise NoAtlas(f"whether all is recorded that applies cannot be told, {WHY_NOT}")
        found = self._noted(found, recorded, lambda group: replace(group, charted=True))
        holds, fails = self.patients(Holds(decision.population)), self.patients(Fails(decision.population))
        if holds is None or fails is None:
            self.unseen.append(f"whom the decision is for is not drawn, {WHY_NOT}")
            holds, fails = self.ranks.diagrams.true, self.ranks.diagrams.false
        found = self._noted(found, holds, lambda group: replace(group, member=True))
        found = self._noted(found, fails, lambda group: replace(group, member=False))
        for at, fact in enumerate(protocol.facts):
            broken = self.patients(Fails(fact.rule))
            if broken is None:
                self.unseen.append(f"the fact that {fact.because} is not taken into account, {WHY_NOT}")
                continue
            found = self._noted(found, broken, _breaking(at))
        return found

    def patients(self, statement: Statement) -> Diagram | None:
        """Return the patients of whom a statement is so under these readings; None if it cannot be told."""
        return self.ranks.patients(About(statement, PATIENT, self.readings))

    def _noted(self, found: Diagram, patients: Diagram, note: Callable[[Group], Group]) -> Diagram:
        """Return the groups with something noted of those who belong to these patients."""
        d = self.ranks.diagrams
        d.allow(MOST_STEPS)
        known: dict[tuple[int, int], Diagram] = {}

        def visit(groups: Diagram, those: Diagram) -> Diagram:
            if those is d.false:
                return groups
            key = (groups.number, those.number)
            if key not in known:
                if groups.axis == LEAF and those is d.true:
                    (number,) = groups_of(groups.leaf)
                    known[key] = d.leaf(frozenset({self.groups.number(note(self.groups[number]))}))
                else:
                    known[key] = d.split(*d.aligned(groups, those, visit))
            return known[key]

        return visit(found, patients)


def _in_state(choice: int, *, state: bool) -> Callable[[Group], Group]:
    def note(group: Group) -> Group:
        return replace(group, states=(*group.states[:choice], state, *group.states[choice + 1 :]))

    return note


def _breaking(fact: int) -> Callable[[Group], Group]:
    return lambda group: replace(group, breaks=fact) if group.breaks is None else group


class Survey:
    """Collects the nodes and cells of an atlas, sheet by sheet; what is alike is stored once for all of them."""

    def __init__(self, protocol: Protocol, decision: Decision, axes: Sequence[Axis], ranks: Ranks) -> None:
        self.nodes: list[tuple[int, tuple[int, ...]]] = []
        self.cells: list[Cell] = []
        self._decision = decision
        self._axes = axes
        self._ranks = ranks
        self._projector = Projector(ranks.diagrams)
        self._every_axis = frozenset(range(2 * len(protocol.quantities)))
        self._node_numbers: dict[tuple[int, tuple[int, ...]], int] = {}
        self._cell_numbers: dict[Cell, int] = {}
        self._known: dict[tuple[tuple[Diagram, ...], ...], dict[tuple[int, int], int]] = {}

    def root(self, sheet: Sheet) -> int:
        """Return the node (or cell) at which the view of a sheet begins. Raises `TooLarge`."""
        parts = self._parts(sheet)
        done = list(self._done_with(parts))
        known = self._known.setdefault(tuple(map(tuple, parts)), {})

        def visit(at: int, groups: Diagram) -> int:
            if at == len(parts):
                return self._cell(frozenset(sheet.groups[each] for each in groups_of(groups.leaf)))
            key = (at, groups.number)
            if key not in known:
                inside = [self._projector.within(groups, part) for part in parts[at]]
                children = [visit(at + 1, self._projector.without(each, done[at + 1])) for each in inside]
                known[key] = self._node(at, tuple(children))
            return known[key]

        self._ranks.diagrams.allow(MOST_STEPS)
        return visit(0, self._projector.without(sheet.whole, done[0]))

    def clashes(self, sheet: Sheet) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
        """Return the pairs of parts that nobody has together, each an axis and a part; none if they are too many."""
        both, nobody = self._ranks.diagrams.both, self._ranks.diagrams.false
        if sum(len(axis.parts) for axis in self._axes) > MOST_PARTS:
            return ()
        self._ranks.diagrams.allow(MOST_STEPS)
        placed = [((at, each), part) for at, parts in enumerate(self._parts(sheet)) for each, part in enumerate(parts)]
        pairs = ((a, b) for a, b in combinations(placed, 2) if a[0][0] != b[0][0])
        found = tuple((one, other) for (one, mine), (other, theirs) in pairs if both(mine, theirs) is nobody)
        return found if len(found) <= MOST_CLASHES else ()

    def _parts(self, sheet: Sheet) -> list[list[Diagram]]:
        found = [[sheet.patients(part.statement) for part in axis.parts] for axis in self._axes]
        told = [[part for part in parts if part is not None] for parts in found]
        if [len(each) for each in told] != [len(axis.parts) for axis in self._axes]:
            raise NoAtlas(f"what it compares cannot be drawn, {WHY_NOT}")
        return told

    def _done_with(self, parts: Sequence[Sequence[Diagram]]) -> Iterator[frozenset[int]]:
        """Yield what no axis asks about from the first on, from the second on, ..., and at last everything."""
        asked = [frozenset(node.axis for node in nodes_of(each)) for each in parts]
        for at in range(len(parts) + 1):
            yield self._every_axis.difference(*asked[at:])

    def _node(self, axis: int, children: tuple[int, ...]) -> int:
        if len(set(children)) == 1:
            return children[0]
        key = (axis, children)
        if key not in self._node_numbers:
            if len(self.nodes) == MOST_NODES:
                raise TooLarge(f"more than {MOST_NODES} nodes")
            self._node_numbers[key] = len(self.nodes)
            self.nodes.append(key)
        return self._node_numbers[key]

    def _cell(self, groups: frozenset[Group]) -> int:
        cell = cell_of(self._decision, groups)
        if cell not in self._cell_numbers:
            self._cell_numbers[cell] = len(self.cells)
            self.cells.append(cell)
        return -1 - self._cell_numbers[cell]


def cell_of(decision: Decision, groups: frozenset[Group]) -> Cell:
    """Return what becomes of the patients of a cell in which these groups can be found.

    Raises `Disagreement` where a decision makes several things of them: its axes are all that its rules can tell apart.
    """
    sound = [each for each in groups if each.breaks is None]
    charted = [each for each in sound if each.charted]
    here = charted or sound
    if not here:
        return Cell("impossible", facts=tuple(sorted({each.breaks for each in groups if each.breaks is not None})))
    if len({each.states for each in here}) > 1:
        raise Disagreement(f"the rules tell apart patients in one cell of the axes: {sorted(map(str, here))}")
    if not any(each.member for each in here):
        doubtful = any(each.member is None for each in here)
        here = [each for each in sound if each.member]
        if not here:
            return Cell("open" if doubtful else "outside", uncharted=not charted)
        charted = []
    states = dict(zip([choice.name for choice in decision.choices], here[0].states, strict=True))
    choices = tuple(name for name, state in states.items() if state)
    perhaps = tuple(name for name, state in states.items() if state is None)
    mixed = any(each.member is False for each in charted or sound)
    return Cell(status_of(decision, len(choices), len(perhaps)), choices, perhaps, mixed, uncharted=not charted)


def status_of(decision: Decision, holding: int, perhaps: int) -> str:
    """Return the fate of a member of the population (docs/background/design.md, section 5)."""
    low, high = decision.bounds
    if holding + perhaps < low:
        return "gap"
    if holding > high:
        return "overlap"
    return "settled" if low <= holding and holding + perhaps <= high else "undetermined"
