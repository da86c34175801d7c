"""One case to examine: a protocol under one reading of each sentence, and the two engines that are asked about it.

Z3 judges every result. Wherever the engine of ranks can answer too, both must agree or the run stops; the steps of a
search, whose result is judged or replayed afterwards, are left to it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeVar, cast

from trialproof.model.condition import Condition
from trialproof.model.protocol import NumberKind, Protocol
from trialproof.verify.finding import Finding
from trialproof.verify.linear import quantity_thresholds
from trialproof.verify.narrowing import Narrowing
from trialproof.verify.properties import recordable
from trialproof.verify.ranks import Ranks
from trialproof.verify.replay import Disagreement
from trialproof.verify.search import Possible
from trialproof.verify.solver import Found, GaveUp, Solver, Unknown
from trialproof.verify.statement import About, AnyPatient, Fixed, Holds, Statement

PATIENT = AnyPatient()
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """A protocol, a complete selection of readings, and a solver; the engine of ranks is made when first needed.

    `found` holds what the checks before this one found, by code. Cases of one protocol that differ in their readings
    share what does not depend on these.
    """

    protocol: Protocol
    solver: Solver
    selection: Mapping[str, str]
    patient: AnyPatient = PATIENT
    engine: Ranks | None = None
    found: dict[str, list[Finding]] = field(default_factory=dict, repr=False)
    _known: dict[Hashable, object] = field(default_factory=dict, repr=False)
    _known_to_all: dict[Hashable, object] = field(default_factory=dict, repr=False)
    _said: dict[int, tuple[Statement, Statement]] = field(default_factory=dict, repr=False)

    @cached_property
    def readings(self) -> Fixed:
        """The selection, frozen."""
        return Fixed.of(self.selection)

    @cached_property
    def ranks(self) -> Ranks:
        """The second engine, shared with the other readings of the case."""
        return self.engine or Ranks(self.protocol)

    @property
    def thresholds(self) -> Mapping[str, tuple[Fraction, ...]]:
        """Every value that some rule compares a quantity with."""
        return self.once_for_all("thresholds", lambda: quantity_thresholds(self.protocol))

    @property
    def _recordable(self) -> Statement:
        return self.once_for_all("recordable", lambda: recordable(self.protocol))

    def once(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` finds under the readings of the case, searching only the first time the key is met."""
        if key not in self._known:
            self._known[key] = find()
        return cast("T", self._known[key])

    def once_for_all(self, key: Hashable, find: Callable[[], T]) -> T:
        """Do the same for what is so under any readings."""
        if key not in self._known_to_all:
            self._known_to_all[key] = find()
        return cast("T", self._known_to_all[key])

    def said(self, statement: Statement) -> Statement:
        """Return the statement, said of the unknown patient under the case's readings.

        The same object gives the same object again: the solver knows it by identity, and to hash a deep tree takes
        longer than to ask about it.
        """
        known = self._said.get(id(statement))
        if known is None:
            known = self._said[id(statement)] = (statement, About(statement, self.patient, self.readings))
        return known[1]

    def patients(self, *statements: Statement) -> tuple[Statement, ...]:
        """Return the base of questions about recordable patients of whom these statements are so."""
        return tuple(self.said(each) for each in (self._recordable, *statements))

    def population(self, rule: Condition, *statements: Statement) -> tuple[Statement, ...]:
        """Return the base of questions about a population."""
        belongs = self.once(("belongs", rule), lambda: Holds(rule))
        return self.patients(belongs, *statements)

    def possible(self, base: tuple[Statement, ...], *also: Statement) -> Possible:
        """Return the yes/no question about those patients of a base of whom `also` is so, judged by both engines."""

        def ask(statements: Sequence[Statement]) -> bool:
            said = (*also, *(self.said(each) for each in statements))
            return self._agreed(self.solver.possible(*said, base=base), (*base, *said))

        return ask

    def step(self, base: tuple[Statement, ...], *also: Statement) -> Possible:
        """Return the same question for the steps of a search: answered by one engine, so never a verdict by itself."""
        ranks = self.ranks
        among = ranks.all_of((*base, *also))
        narrowed = None if among is None else Narrowing(ranks, among, self.said)

        def ask(statements: Sequence[Statement]) -> bool:
            found = None if narrowed is None else narrowed.to(statements)
            if found is None:
                return self.solver.possible(*also, *map(self.said, statements), base=base)
            return not ranks.is_empty(found)

        return ask

    def exists(self, base: tuple[Statement, ...], statement: Statement) -> bool:
        """Return whether a statement is so of a patient of a base, who is replayed: for what is shown as proved."""
        said = self.said(statement)
        answer = self.solver.ask(said, base=base)
        if isinstance(answer, GaveUp):
            raise Unknown(answer.reason)
        return self._agreed(isinstance(answer, Found), (*base, said))

    def _agreed(self, answer: bool, statements: tuple[Statement, ...]) -> bool:  # noqa: FBT001 - what is handed through
        """Return what Z3 answered, unless the other engine knows better."""
        found = self.ranks.possible(statements)
        if found is not None and found is not answer:
            raise Disagreement(f"Z3 says {answer}, the ranks say {found}, of {statements}")
        return answer

    def under(self, selection: Mapping[str, str]) -> Case:
        """Return the same case with some sentences read otherwise."""
        chosen = {**self.selection, **selection}
        if chosen == self.selection:
            return self
        key = ("under", *sorted(chosen.items()))
        return self.once_for_all(key, lambda: replace(self, selection=chosen, engine=self.ranks, _known={}, _said={}))

    def without_steps(self) -> Case:
        """Return the same case where any value within a range can be charted."""
        quantities = {
            name: replace(each, kind=replace(each.kind, step=None)) if isinstance(each.kind, NumberKind) else each
            for name, each in self.protocol.quantities.items()
        }
        protocol = replace(self.protocol, quantities=quantities)
        return Case(protocol, self.solver, self.selection, AnyPatient(dense=True))

