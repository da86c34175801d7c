"""The second engine: every possible patient as a diagram over ranks, without a solver.

It covers whatever compares one quantity at a time: Boolean combinations of such comparisons, categories, yes/no,
missing values, and numbers that are piecewise constant, such as scores. For anything else (sums of two quantities,
products, unknown readings) it answers None, and the question is left to Z3. A fourth carrier of the one meaning:
nothing about rules is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from typing import TypeAlias

from trialproof.model.condition import Relation
from trialproof.model.meaning import Meaning
from trialproof.model.patient import RELATE, OnePatient, Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol
from trialproof.verify.diagram import Cut, Diagram, Diagrams, Leaf, Line, TooLarge
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed, How, Statement, Who, judge

LIMIT = 400_000
"""Diagrams of one protocol, beyond which this engine has nothing more to say."""
FOR_ONE = 20_000
"""Steps that one statement may take, about a quarter of a second; a wide table easily takes more."""
MOST_AXES = 600
"""Deeper diagrams would exhaust Python's stack."""

Amount: TypeAlias = Diagram
"""A number: a diagram whose leaves are lines."""


MOST_STAIRS = 1000
"""Whole numbers that a rounded quantity may come to."""


class NotCovered(Exception):
    """The question is not one about single quantities."""


class Ranks:
    """Answers questions about one protocol, where it can.

    `limit` bounds the diagrams that are made: with 0, every question is left to the other engine.
    """

    def __init__(self, protocol: Protocol, *, limit: int = LIMIT) -> None:
        self.protocol = protocol
        self._silent = limit == 0 or 2 * len(protocol.quantities) > MOST_AXES
        self._diagrams = Diagrams(max(limit, 2))
        self._patients: dict[AnyPatient, Axes] = {}
        self._meanings: dict[tuple[Who, How], Meaning[Diagram, Amount]] = {}
        self._known: dict[int, tuple[Statement, Diagram | None]] = {}

    def of(self, protocol: Protocol) -> Ranks:
        """Return the engine for another protocol with the same quantities; what is alike in both is drawn once."""
        other = Ranks(protocol)
        if protocol.quantities == self.protocol.quantities:
            other._silent, other._diagrams, other._patients = self._silent, self._diagrams, self._patients
        return other

    @property
    def diagrams(self) -> Diagrams:
        """What makes the diagrams, for whoever goes on with them."""
        return self._diagrams

    def possible(self, statements: Sequence[Statement]) -> bool | None:
        """Return whether some patient satisfies all statements; None if this engine cannot tell."""
        whole = self.all_of(statements)
        return None if whole is None else whole is not self._diagrams.false

    def all_of(self, statements: Sequence[Statement], among: Diagram | None = None) -> Diagram | None:
        """Return the patients (of those `among`) of whom all statements are so; None if this engine cannot tell."""
        if self._silent:
            return None
        whole = self._diagrams.true if among is None else among
        both, nobody = self._diagrams.both, self._diagrams.false
        for statement in statements:
            if whole is nobody:
                break
            found = self.patients(statement)
            if found is None:
                return None
            self._diagrams.allow(FOR_ONE)
            try:
                whole = both(whole, found)
            except TooLarge:
                return None
        return whole

    def is_empty(self, patients: Diagram) -> bool:
        """Return whether these are nobody."""
        return patients is self._diagrams.false

    def patients(self, statement: Statement) -> Diagram | None:
        """Return the patients of whom a statement is so; None where it is not covered, or takes too many steps.

        The axes are those of its unknown patients; quantity *n* of the first has axis 2*n* for whether it was recorded
        and 2*n* + 1 for its value. A statement is known again by its identity.
        """
        known = self._known.get(id(statement))
        if known is None:
            self._diagrams.allow(FOR_ONE)
            try:
                found = judge(statement, self._meaning, Patient(()), Fixed(()))
            except (NotCovered, TooLarge):
                found = None
            known = self._known[id(statement)] = (statement, found)
        return known[1]

    def _meaning(self, who: Who, how: How) -> Meaning[Diagram, Amount]:
        key = (who, how)
        if key not in self._meanings:
            if isinstance(how, AnyReading):
                raise NotCovered("readings are unknown")
            subject = self._axes(who) if isinstance(who, AnyPatient) else OnePatient(who, {})
            self._meanings[key] = Meaning(self.protocol, Ranked(self._diagrams, subject, how.as_dict()))
        return self._meanings[key]

    def _axes(self, who: AnyPatient) -> Axes:
        if who not in self._patients:
            first = len(self._patients) * 2 * len(self.protocol.quantities)
            if first + 2 * len(self.protocol.quantities) > MOST_AXES:
                raise NotCovered("there are too many axes")
            self._patients[who] = Axes(self.protocol, self._diagrams, who, first)
        return self._patients[who]


class Axes:
    """The axes of one unknown patient: for each quantity, whether it was recorded and the value.

    The values of a number are counted where they lie on a step, yes follows no, categories come as declared. `compared`
    and `rounded` keep what was found of two numbers, and of one, whatever the readings.
    """

    def __init__(self, protocol: Protocol, diagrams: Diagrams, patient: AnyPatient, first: int) -> None:
        self._protocol = protocol
        self._diagrams = diagrams
        self._dense = patient.dense
        self._first = first
        self._places = {name: at for at, name in enumerate(protocol.quantities)}
        self._names = tuple(protocol.quantities)
        self.compared: dict[tuple[int, Relation, int], Diagram] = {}
        self.rounded: dict[Line, Amount] = {}

    def recorded(self, quantity: str) -> Diagram:
        """The patients of whom the quantity was recorded."""
        return self._second(self._axis(quantity))

    def yes(self, quantity: str) -> Diagram:
        """The patients of whom yes was recorded."""
        return self._second(self._axis(quantity) + 1)

    def category(self, quantity: str, categories: tuple[str, ...]) -> Diagram:
        """The patients of whom one of these categories was recorded."""
        kind = self._protocol.quantities[quantity].kind
        assert isinstance(kind, CategoryKind)  # noqa: S101 - typing refused anything else
        d = self._diagrams
        wanted = [d.true if each in categories else d.false for each in kind.categories]
        return d.split(self._axis(quantity) + 1, range(1, len(wanted)), wanted)

    def number(self, quantity: str) -> Amount:
        """The recorded number."""
        return self._diagrams.leaf(Line(self._axis(quantity) + 1, Fraction(1), Fraction(0)))

    def below(self, axis: int, value: Fraction, *, inclusive: bool) -> Diagram:
        """The patients whose number on this axis is less than a value (`inclusive`: or equal to it)."""
        d, cut = self._diagrams, self.cut(axis, value, inclusive=inclusive)
        if isinstance(cut, bool):
            return d.true if cut else d.false
        return d.split(axis, (cut,), (d.true, d.false))

    def cut(self, axis: int, value: Fraction, *, inclusive: bool) -> Cut | bool:
        """The cut before a value (`inclusive`: behind it); False, or True, if every number lies behind, or before."""
        kind = self._kind(axis)
        if kind.step is None or self._dense:
            if value < kind.lower or (value == kind.lower and not inclusive):
                return False
            return value > kind.upper or (value == kind.upper and inclusive) or (value, inclusive)
        lowest, highest = ceil(kind.lower / kind.step), floor(kind.upper / kind.step)
        if lowest > highest:
            raise NotCovered("no value can be recorded")
        first_behind = floor(value / kind.step) + 1 if inclusive else ceil(value / kind.step)
        return first_behind > lowest and (first_behind > highest or first_behind)

    def extent(self, axis: int) -> tuple[Fraction, Fraction]:
        """The range of the number on this axis."""
        kind = self._kind(axis)
        return kind.lower, kind.upper

    def _kind(self, axis: int) -> NumberKind:
        kind = self._protocol.quantities[self._names[(axis - self._first) // 2]].kind
        assert isinstance(kind, NumberKind)  # noqa: S101 - only numbers are compared
        return kind

    def _axis(self, quantity: str) -> int:
        return self._first + 2 * self._places[quantity]

    def _second(self, axis: int) -> Diagram:
        """The patients who have the second of two values."""
        return self._diagrams.split(axis, (1,), (self._diagrams.false, self._diagrams.true))


class Ranked:
    """The carrier of diagrams, for a known or unknown patient under known readings."""

    def __init__(self, diagrams: Diagrams, patient: Axes | OnePatient, readings: Mapping[str, str]) -> None:
        self._diagrams = diagrams
        self._patient = patient
        self._readings = readings

    def every(self, truths: Sequence[Diagram], /) -> Diagram:
        return reduce(self._diagrams.both, truths, self._diagrams.true)

    def some(self, truths: Sequence[Diagram], /) -> Diagram:
        return reduce(self._diagrams.either, truths, self._diagrams.false)

    def negate(self, truth: Diagram, /) -> Diagram:
        return self._diagrams.negation(truth)

    def at_least(self, number: int, truths: Sequence[Diagram], /) -> Diagram:
        if number <= 0:
            return self._diagrams.true
        d = self._diagrams
        reached = [d.true] + [d.false] * number
        for truth in truths:
            for count in range(number, 0, -1):
                reached[count] = d.either(reached[count], d.both(reached[count - 1], truth))
        return reached[number]

    def constant(self, value: Fraction, /) -> Amount:
        return self._diagrams.leaf(Line(None, Fraction(0), value))

    def recorded(self, quantity: str, /) -> Diagram:
        return self._constant_or(self._patient.recorded(quantity))

    def number(self, quantity: str, /) -> Amount:
        found = self._patient.number(quantity)
        return found if isinstance(found, Diagram) else self.constant(found)

    def category(self, quantity: str, categories: tuple[str, ...], /) -> Diagram:
        return self._constant_or(self._patient.category(quantity, categories))

    def yes(self, quantity: str, /) -> Diagram:
        return self._constant_or(self._patient.yes(quantity))

    def add(self, terms: Sequence[Amount], /) -> Amount:
        return reduce(self._added, terms, self.constant(Fraction(0)))

    def multiply(self, left: Amount, right: Amount, /) -> Amount:
        return self._diagrams.combined(left, right, lambda one, other: self._line(_product(_be(one), _be(other))))

    def divide(self, numerator: Amount, denominator: Amount, /) -> Amount:
        return self._diagrams.combined(
            numerator, denominator, lambda one, other: self._line(_quotient(_be(one), _be(other)))
        )

    def floor(self, term: Amount, /) -> Amount:
        return self._diagrams.combined(term, self._diagrams.true, lambda line, _: self._stairs(_be(line)))

    def choose(self, truth: Diagram, then: Amount, otherwise: Amount, /) -> Amount:
        d = self._diagrams
        if truth is d.true or then is otherwise:
            return then
        if truth is d.false:
            return otherwise
        where = d.combined(truth, then, lambda so, line: d.leaf(line if so else None))
        return d.combined(where, otherwise, lambda line, other: d.leaf(other if line is None else line))

    def relate(self, left: Amount, relation: Relation, right: Amount, /) -> Diagram:
        def related(one: Leaf, other: Leaf) -> Diagram:
            return self._related(_be(one), relation, _be(other))

        if not isinstance(self._patient, Axes):
            return self._diagrams.combined(left, right, related)
        key, known = (left.number, relation, right.number), self._patient.compared
        if key not in known:
            known[key] = self._diagrams.combined(left, right, related)
        return known[key]

    def reading(self, sentence: str, /) -> str:
        return self._readings[sentence]

    def chosen(self, sentence: str, reading: str, /) -> Diagram:
        return self._constant_or(self._readings[sentence] == reading)

    def _constant_or(self, truth: bool | Diagram) -> Diagram:  # noqa: FBT001 - what either kind of patient gives
        if isinstance(truth, Diagram):
            return truth
        return self._diagrams.true if truth else self._diagrams.false

    def _line(self, line: Line) -> Amount:
        return self._diagrams.leaf(line)

    def _added(self, one: Amount, other: Amount) -> Amount:
        return self._diagrams.combined(one, other, lambda left, right: self._line(_sum(_be(left), _be(right))))

    def _stairs(self, line: Line) -> Amount:
        """Return the largest whole number not above a line, as one constant for each of its parts."""
        if line.axis is None:
            return self.constant(Fraction(floor(line.offset)))
        assert isinstance(self._patient, Axes)  # noqa: S101 - a known patient has no axes
        if line in self._patient.rounded:
            return self._patient.rounded[line]
        rising = line.slope > 0
        ends = sorted(line.slope * each + line.offset for each in self._patient.extent(line.axis))
        lowest, highest = (floor(end) for end in ends)
        if highest - lowest > MOST_STAIRS:
            raise NotCovered("a quantity is rounded to too many whole numbers")
        cuts: list[Cut] = []
        stairs = [lowest if rising else highest]
        for step in range(lowest + 1, highest + 1) if rising else range(highest, lowest, -1):
            cut = self._patient.cut(line.axis, (step - line.offset) / line.slope, inclusive=not rising)
            if cut is True:
                break
            if cut is False or (cuts and cut == cuts[-1]):
                stairs.pop()
            else:
                cuts.append(cut)
            stairs.append(step if rising else step - 1)
        found = self._diagrams.split(line.axis, cuts, [self.constant(Fraction(each)) for each in stairs])
        self._patient.rounded[line] = found
        return found

    def _related(self, left: Line, relation: Relation, right: Line) -> Diagram:
        """Return the patients for whom `left - right` relates so to zero."""
        if left.axis is None and right.axis is None:
            return self._constant_or(RELATE[relation](left.offset, right.offset))
        difference = _sum(left, _product(right, Line(None, Fraction(0), Fraction(-1))))
        if difference.axis is None:
            return self._constant_or(RELATE[relation](difference.offset, Fraction(0)))
        assert isinstance(self._patient, Axes)  # noqa: S101 - a known patient has no axes
        d, value = self._diagrams, -difference.offset / difference.slope
        less = self._patient.below(difference.axis, value, inclusive=False)
        at_most = self._patient.below(difference.axis, value, inclusive=True)
        match relation if difference.slope > 0 else MIRRORED[relation]:
            case Relation.LT:
                return less
            case Relation.LE:
                return at_most
            case Relation.EQ:
                return d.both(at_most, d.negation(less))
            case Relation.NE:
                return d.either(less, d.negation(at_most))
            case Relation.GE:
                return d.negation(less)
            case Relation.GT:
                return d.negation(at_most)


MIRRORED = {
    Relation.LT: Relation.GT,
    Relation.LE: Relation.GE,
    Relation.EQ: Relation.EQ,
    Relation.NE: Relation.NE,
    Relation.GE: Relation.LE,
    Relation.GT: Relation.LT,
}


def _be(leaf: Leaf) -> Line:
    assert isinstance(leaf, Line)  # noqa: S101 - a number has lines for leaves
    return leaf


def _sum(one: Line, other: Line) -> Line:
    if one.axis is not None and other.axis is not None and one.axis != other.axis:
        raise NotCovered("two quantities are added up")
    slope, axis = one.slope + other.slope, other.axis if one.axis is None else one.axis
    return Line(axis if slope else None, slope, one.offset + other.offset)


def _product(one: Line, other: Line) -> Line:
    if one.axis is not None and other.axis is not None:
        raise NotCovered("two quantities are multiplied")
    line, factor = (other, one.offset) if one.axis is None else (one, other.offset)
    return Line(line.axis if factor else None, line.slope * factor, line.offset * factor)


def _quotient(one: Line, other: Line) -> Line:
    if other.axis is not None:
        raise NotCovered("a quantity is divided by")
    return _product(one, Line(None, Fraction(0), 1 / other.offset if other.offset else Fraction(0)))
