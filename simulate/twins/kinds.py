"""Kinds of patients and how likely each is: all that rules can tell apart, grown quantity by quantity.

A kind says of each quantity of which class it truly is and of which it is charted as (-1: not recorded). A quantity is
added by multiplying every kind with the joint law of its two classes, given what the population makes it depend on.
Kinds that a criterion rules out are dropped, quantities that nothing asks for any more are forgotten, and what has then
become alike is added up. A criterion is asked only when every quantity under it is there, and what it rests on is
looked for under all readings: so it is final, whatever is missing, inapplicable, or asks whether something is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import Condition, Term
from trialproof.model.cycles import quantities_under
from trialproof.model.protocol import NumberKind, Protocol
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.scenario.scenario import Cases, Chance, Model, Numbers, Shares, Variable
from trialproof.simulate.twins.classes import Apart, Classes, Ints, told_apart, without_conditions
from trialproof.simulate.twins.law import Number, Strata, joint, number

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_KINDS = 1 << 20
STRONGEST = 0.99
"""A correlation of more than this is not integrated."""


class TooMany(Exception):
    """There are too many kinds of patients, or they hang together in a way that is not integrated; says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """N kinds with their probabilities.

    `truly` and `charted` [N] give by quantity the class; `marks` [N] by name what was worked out of quantities that may
    be forgotten.
    """

    chance: Floats
    truly: Mapping[str, Ints]
    charted: Mapping[str, Ints]
    marks: Mapping[str, Flags]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.chance)

    def those(self, which: Flags | NDArray[np.intp]) -> Kinds:
        """Return some of them, or some of them several times."""
        return Kinds(
            self.chance[which],
            {name: codes[which] for name, codes in self.truly.items()},
            {name: codes[which] for name, codes in self.charted.items()},
            {name: mark[which] for name, mark in self.marks.items()},
        )

    def only(self, names: Iterable[str]) -> Kinds:
        """Return them without all other quantities, those that are then alike added up."""
        kept = set(names)
        truly = {name: codes for name, codes in self.truly.items() if name in kept}
        charted = {name: codes for name, codes in self.charted.items() if name in kept}
        all_of_them = Kinds(self.chance, truly, charted, self.marks)
        if not self.size:
            return all_of_them
        nothing = np.zeros(self.size, np.int64)
        table = np.array([nothing, *self.marks.values(), *truly.values(), *charted.values()], np.int64)
        order = np.lexsort(table)
        starts = np.flatnonzero(np.append(True, np.diff(table[:, order], axis=1).any(axis=0)))
        chance = np.add.reduceat(self.chance[order], starts)
        return replace(all_of_them.those(order[starts]), chance=chance)


EVERYBODY = Kinds(np.ones(1), {}, {}, {})
"""One kind, of whom nothing is known."""

QUERIED = "queried"
"""The mark of a record that breaks a fact of the protocol: it is charted again, without error and heaping."""


class Grower:
    """Adds quantities to kinds, for rules that are known beforehand.

    Raises `TooMany` and `TooFine` where that cannot be done.
    """

    def __init__(self, setting: Setting, rules: Iterable[Condition | Term]) -> None:
        self._setting = setting
        self._variables = {each.quantity: each for each in setting.scenario.population.variables}
        self._order = {name: place for place, name in enumerate(self._variables)}
        rules = list(rules)
        conditions = [each for variable in self._variables.values() for each in _conditions(variable.model)]
        self._apart = told_apart(setting.protocol, [*rules, *conditions], setting.selection)
        self._matter: frozenset[str] = frozenset()
        self._matter = self.needed(rules)
        self._truly = {name: self._classes(name, true=True) for name in self._variables}
        self._charted = {name: self._classes(name, true=False) for name in self._variables}
        self._numbers: dict[str, Number] = {}
        self._laws: dict[tuple[str, Model], Floats] = {}
        self._joint: dict[str, Floats] = {}

    def needed(self, rules: Iterable[Condition | Term], protocol: Protocol | None = None) -> frozenset[str]:
        """Return the variables on which rules rest, and those on which these rest in turn.

        The rules are those of the setting's protocol, or of another version of it.
        """
        pending, found = set(quantities_under(protocol or self._setting.protocol, rules)), set[str]()
        while pending:
            name = pending.pop()
            if name in self._variables and name not in found:
                found.add(name)
                pending |= {*self._parents(name), *self._under(name), *self._correlated(name)}
        return frozenset(found)

    def with_all(self, kinds: Kinds, names: Iterable[str]) -> Kinds:
        """Return kinds with these quantities added, and with all that they rest on."""
        for name in sorted(names, key=self._order.__getitem__):
            kinds = self._with(kinds, name)
        return kinds

    def everybody(self) -> Kinds:
        """Return all patients, with those marked whose record is charted again because it breaks a fact."""
        facts = [fact.rule for fact in self._setting.protocol.facts]
        names = self.needed(facts)
        kinds = self.with_all(EVERYBODY, names)
        meaning = among(self._setting.protocol, self.record(kinds, names), self._setting.selection)
        queried = np.zeros(kinds.size, np.bool_)
        for rule in facts:
            queried |= spread(meaning.truth(rule).fails, kinds.size)
        return self._charted_again(replace(kinds, marks={QUERIED: queried}), names).only(names)

    def record(self, kinds: Kinds, names: Iterable[str]) -> Cohort:
        """Return what is charted of each kind."""
        columns = {name: self._charted[name].column(kinds.charted[name]) for name in names if name in kinds.charted}
        return Cohort(self._setting.protocol, columns, kinds.size)

    def truth(self, kinds: Kinds, names: Iterable[str]) -> Cohort:
        """Return what is true of each kind; of what does not apply, anything."""
        columns = {name: self._truly[name].column(kinds.truly[name]) for name in names if name in kinds.truly}
        return Cohort(self._setting.finer, columns, kinds.size)

    def _with(self, kinds: Kinds, name: str) -> Kinds:
        if name in kinds.truly or name not in self._variables:
            return kinds
        together = self._partner(name)
        for each in (name, *([together] if together else [])):
            for parent in sorted(self._parents(each), key=self._order.__getitem__):
                kinds = self._with(kinds, parent)
        kinds = self._joined(kinds, name, together) if together else self._added(kinds, name)
        for each in (name, *([together] if together else [])):
            for below in sorted(self._under(each), key=self._order.__getitem__):
                kinds = self._with(kinds, below)
            kinds = self._where_it_exists(kinds, each)
        kinds = self._charted_again(kinds, (name, together) if together else (name,))
        if kinds.size > MOST_KINDS:
            raise TooMany(f"with `{name}` there are {kinds.size:,} kinds of patients")
        return kinds.only(kinds.truly)

    def _added(self, kinds: Kinds, name: str) -> Kinds:
        variable = self._variables[name]
        which = self._leaves(kinds, variable)
        parts = []
        for leaf in np.unique(which).tolist() or [0]:
            law = self._law(variable, _leaf(variable.model, leaf))
            parts.append(self._spread_out(kinds, np.flatnonzero(which == leaf), (name,), law))
        return _all_together(parts)

    def _joined(self, kinds: Kinds, one: str, other: str) -> Kinds:
        return self._spread_out(kinds, np.arange(kinds.size), (one, other), self._together(one, other))

    def _spread_out(self, kinds: Kinds, rows: NDArray[np.intp], names: tuple[str, ...], law: Floats) -> Kinds:
        """Multiply these kinds with a law over (true, charted) of each name; the last charted class is not recorded."""
        cells = np.nonzero(law)
        if len(rows) * len(cells[0]) > MOST_KINDS:
            raise TooMany(f"with `{names[0]}` there are {len(rows) * len(cells[0]):,} kinds of patients")
        many = kinds.those(np.repeat(rows, len(cells[0])))
        truly, charted = dict(many.truly), dict(many.charted)
        for place, name in enumerate(names):
            codes = np.where(cells[2 * place + 1] == law.shape[2 * place + 1] - 1, -1, cells[2 * place + 1])
            truly[name] = np.tile(cells[2 * place], len(rows)).astype(np.int64)
            charted[name] = np.tile(codes, len(rows)).astype(np.int64)
        return Kinds(many.chance * np.tile(law[cells], len(rows)), truly, charted, many.marks)

    def _where_it_exists(self, kinds: Kinds, name: str) -> Kinds:
        """Forget the value of whoever truly has none: nothing is recorded then."""
        if not self._under(name):
            return kinds
        meaning = among(self._setting.protocol, self.truth(kinds, kinds.truly), self._setting.selection)
        exists = spread(meaning.applies(name).holds, kinds.size)
        truly = {**kinds.truly, name: np.where(exists, kinds.truly[name], 0)}
        return replace(kinds, truly=truly, charted={**kinds.charted, name: np.where(exists, kinds.charted[name], -1)})

    def _charted_again(self, kinds: Kinds, names: Iterable[str]) -> Kinds:
        """Chart numbers of whoever was queried without error and heaping."""
        queried, charted = kinds.marks.get(QUERIED), dict(kinds.charted)
        if queried is None:
            return kinds
        for name in names:
            if name in self._numbers:
                again = np.array(self._truly[name].beside)[kinds.truly[name]]
                charted[name] = np.where(queried & (charted[name] >= 0), again, charted[name])
        return replace(kinds, charted=charted)

    def _leaves(self, kinds: Kinds, variable: Variable) -> Ints:
        """Return which distribution each kind has, numbered from the left through all tables of the variable."""
        earlier = [each for each in kinds.truly if self._order[each] < self._order[variable.quantity]]

        def number_of(model: Model, start: int) -> tuple[Ints, int]:
            if not isinstance(model, Cases):
                return np.full(kinds.size, start, np.int64), start + 1
            found, decided = np.zeros(kinds.size, np.int64), np.zeros(kinds.size, np.bool_)
            for condition, below in model.cases:
                names = [each for each in quantities_under(self._setting.protocol, (condition,)) if each in earlier]
                meaning = among(self._setting.protocol, self.truth(kinds, names), self._setting.selection)
                codes, start = number_of(below, start)
                here = spread(meaning.truth(condition).holds, kinds.size) & ~decided
                found, decided = np.where(here, codes, found), decided | here
            codes, start = number_of(model.otherwise, start)
            return np.where(decided, found, codes), start

        return number_of(variable.model, 0)[0]

    def _law(self, variable: Variable, model: Model) -> Floats:
        found = self._laws.get((variable.quantity, model))
        if found is None:
            found = self._laws[variable.quantity, model] = self._law_of(variable, model)
        return found

    def _law_of(self, variable: Variable, model: Model) -> Floats:
        if isinstance(model, Numbers):
            return self._number(variable.quantity).law(model.distribution)
        shares = model.shares if isinstance(model, Shares) else ()
        if isinstance(model, Chance):
            shares = (1 - model.probability, model.probability)
        for classes in (self._truly[variable.quantity], self._charted[variable.quantity]):
            classes.of(0, len(shares) - 1)
        missing = variable.charting.missing
        total = np.array(shares) / sum(shares)
        return np.hstack([np.diag(total * (1 - missing)), (total * missing)[:, None]])

    def _together(self, one: str, other: str) -> Floats:
        found = self._joint.get(one)
        if found is None:
            left, right = self._strata(one), self._strata(other)
            sizes = [(len(self._truly[each].examples), len(self._charted[each].examples) + 1) for each in (one, other)]
            weights = joint(left, right, self._correlation(one, other))
            table = left.flat(sizes[0][0]).T @ weights @ right.flat(sizes[1][0])
            found = self._joint[one] = table.reshape(*sizes[0], *sizes[1])
        return found

    def _strata(self, name: str) -> Strata:
        model = self._variables[name].model
        assert isinstance(model, Numbers), name  # noqa: S101 - only numbers are correlated
        return self._number(name).strata(model.distribution)

    def _number(self, name: str) -> Number:
        found = self._numbers.get(name)
        if found is None:
            true, record = (each.quantities[name].kind for each in (self._setting.finer, self._setting.protocol))
            assert isinstance(true, NumberKind), name  # noqa: S101 - the scenario was checked against the protocol
            assert isinstance(record, NumberKind), name  # noqa: S101
            charting = self._variables[name].charting
            again = bool(self._setting.protocol.facts)
            found = number(true, record, charting, self._truly[name], self._charted[name], again=again)
            self._numbers[name] = found
        return found

    def _classes(self, name: str, *, true: bool) -> Classes:
        protocol = self._setting.finer if true else self._setting.protocol
        kind, finer = protocol.quantities[name].kind, self._setting.finer.quantities[name].kind
        unit = Fraction(1)
        if isinstance(kind, NumberKind) and isinstance(finer, NumberKind):
            unit = kind.step or finer.step or unit
        return Classes(without_conditions(protocol), name, self._apart.get(name, Apart()), unit)

    def _parents(self, name: str) -> set[str]:
        """Return the variables by which this one is distributed."""
        found = quantities_under(self._setting.protocol, tuple(_conditions(self._variables[name].model)))
        return {each for each in found if each in self._variables and self._order[each] < self._order[name]}

    def _under(self, name: str) -> set[str]:
        """Return the variables that say whether this one exists."""
        rule = self._setting.protocol.quantities[name].applies_if
        found = quantities_under(self._setting.protocol, (rule,))
        return {each for each in found if each in self._variables and each != name}

    def _correlation(self, one: str, other: str) -> float:
        population = self._setting.scenario.population
        if one not in population.correlated or other not in population.correlated:
            return 0.0
        return population.correlation[population.correlated.index(one)][population.correlated.index(other)]

    def _correlated(self, name: str) -> list[str]:
        """Return the other variables that matter and are correlated with this one."""
        others = [each for each in self._variables if each != name and each in self._matter]
        return [each for each in others if self._correlation(name, each)]

    def _partner(self, name: str) -> str | None:
        """Return the variable with which this one has to be added."""
        partners = self._correlated(name)
        if len(partners) > 1:
            raise TooMany(f"`{name}` is correlated with several quantities that matter")
        if partners and abs(self._correlation(name, partners[0])) > STRONGEST:
            raise TooMany(f"`{name}` and `{partners[0]}` are correlated by more than {STRONGEST}")
        return partners[0] if partners else None


def _conditions(model: Model) -> Iterator[Condition]:
    if isinstance(model, Cases):
        for condition, below in model.cases:
            yield condition
            yield from _conditions(below)
        yield from _conditions(model.otherwise)


def _leaf(model: Model, number: int) -> Model:
    return list(_leaves_of(model))[number]


def _leaves_of(model: Model) -> Iterator[Model]:
    if isinstance(model, Cases):
        for _, below in model.cases:
            yield from _leaves_of(below)
        yield from _leaves_of(model.otherwise)
    else:
        yield model


def _all_together(parts: list[Kinds]) -> Kinds:
    first = parts[0]
    return Kinds(
        np.concatenate([each.chance for each in parts]),
        {name: np.concatenate([each.truly[name] for each in parts]) for name in first.truly},
        {name: np.concatenate([each.charted[name] for each in parts]) for name in first.charted},
        {name: np.concatenate([each.marks[name] for each in parts]) for name in first.marks},
    )
