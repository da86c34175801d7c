"""Rules written out once as steps, and worked out for one cohort after the other; what they have in common only once.

`Writer` is a carrier: whoever asks what a rule means (`model.meaning`) of it learns which questions would be put to the
carrier of a cohort. `Worksheet` puts these to that carrier. So a rule still means what its meaning says; but it is read
once, and not again for each cohort, each reading and each decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import Relation
from trialproof.model.meaning import Truth
from trialproof.model.protocol import Selection
from trialproof.simulate.assignment import Fate
from trialproof.simulate.cohort import Cohort, ManyPatients, spread
from trialproof.simulate.rational import Truths


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A question to a carrier: the name of its method, and what is given to it; steps therein are worked out before."""

    question: str
    given: tuple[Any, ...]


Formula: TypeAlias = Union[bool, Step]
"""A truth: the same for everybody, or still to be worked out."""


class Book:
    """All steps that were written; the same question is one step."""

    def __init__(self) -> None:
        self._steps: dict[tuple[Any, ...], Step] = {}

    def step(self, question: str, *given: Any) -> Step:
        """Return the step that asks this."""
        return self._steps.setdefault((question, given), Step(question, given))


class Writer:
    """The carrier that writes down what is asked, under one reading of each sentence."""

    def __init__(self, book: Book, selection: Selection) -> None:
        self._step = book.step
        self._selection = selection

    def every(self, truths: Sequence[Formula], /) -> Formula:
        return self._joined("every", truths, neutral=True)

    def some(self, truths: Sequence[Formula], /) -> Formula:
        return self._joined("some", truths, neutral=False)

    def _joined(self, question: str, truths: Sequence[Formula], *, neutral: bool) -> Formula:
        if any(truth is not neutral for truth in truths if isinstance(truth, bool)):
            return not neutral
        steps = tuple(dict.fromkeys(truth for truth in truths if isinstance(truth, Step)))
        if len(steps) > 1:
            return self._step(question, steps)
        return steps[0] if steps else neutral

    def negate(self, truth: Formula, /) -> Formula:
        if isinstance(truth, bool):
            return not truth
        return truth.given[0] if truth.question == "negate" else self._step("negate", truth)

    def at_least(self, number: int, truths: Sequence[Formula], /) -> Formula:
        return self._step("at_least", number, tuple(truths))

    def constant(self, value: Fraction, /) -> Step:
        return self._step("constant", value)

    def recorded(self, quantity: str, /) -> Formula:
        return self._step("recorded", quantity)

    def number(self, quantity: str, /) -> Step:
        return self._step("number", quantity)

    def category(self, quantity: str, categories: tuple[str, ...], /) -> Formula:
        return self._step("category", quantity, categories)

    def yes(self, quantity: str, /) -> Formula:
        return self._step("yes", quantity)

    def add(self, terms: Sequence[Step], /) -> Step:
        return self._step("add", tuple(terms))

    def multiply(self, left: Step, right: Step, /) -> Step:
        return self._step("multiply", left, right)

    def divide(self, numerator: Step, denominator: Step, /) -> Step:
        return self._step("divide", numerator, denominator)

    def floor(self, term: Step, /) -> Step:
        return self._step("floor", term)

    def choose(self, truth: Formula, then: Step, otherwise: Step, /) -> Step:
        return self._step("choose", truth, then, otherwise)

    def relate(self, left: Step, relation: Relation, right: Step, /) -> Formula:
        return self._step("relate", left, relation, right)

    def reading(self, sentence: str, /) -> str:
        return self._selection[sentence]

    def chosen(self, sentence: str, reading: str, /) -> bool:
        return self._selection[sentence] == reading


class Worksheet:
    """Steps as they come out for one cohort, each worked out when it is first needed, and kept.

    Raises `TooManyBits` where an intermediate result could exceed 63 bits.
    """

    def __init__(self, cohort: Cohort) -> None:
        self.size = cohort.size
        self._carrier = ManyPatients(cohort, {})
        self._done: dict[Step, Any] = {}

    def fate(self, written: Fate[Formula]) -> Fate[Truths]:
        """Return what a decision makes of the patients."""
        of = self._of
        takes = {name: Truth(of(truth.holds), of(truth.fails)) for name, truth in written.takes.items()}
        rest = (written.outside, written.settled, written.short, written.crowded, written.undetermined)
        return Fate(takes, *map(of, rest))

    def flags(self, formula: Formula) -> NDArray[np.bool_]:
        """Return a truth as one bool for each patient; do not write to it."""
        return spread(self._of(formula), self.size)

    def continue_with(self, cohort: Cohort) -> None:
        """Go on with a cohort that has more columns; what is known of the others stays so."""
        self._carrier = ManyPatients(cohort, {})

    def _of(self, given: Any) -> Any:
        if isinstance(given, tuple):
            return [self._of(each) for each in given]
        if not isinstance(given, Step):
            return given
        found = self._done.get(given)
        if found is None:
            ask = getattr(self._carrier, given.question)
            found = self._done[given] = ask(*[self._of(each) for each in given.given])
        return found
