"""Every possible patient: the carrier whose truths and numbers are Z3 terms.

A recorded value is a variable within its declared range; one that is charted in steps is `step * integer`.
Constants stay Python fractions and the constants true and false are two fixed terms, so that whatever is known
folds away before Z3 sees it: with a concrete patient only the readings are left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any, TypeAlias, Union

import z3

from trialproof.model.condition import Relation
from trialproof.model.meaning import Meaning
from trialproof.model.patient import RELATE, OnePatient, Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed, How, Who

Formula: TypeAlias = Any
"""A Z3 Boolean term (the z3 package has no types)."""

Amount: TypeAlias = Union[Fraction, Any]
"""An exact constant, or a Z3 term of sort Real."""

TRUE: Formula = z3.BoolVal(True)  # noqa: FBT003
FALSE: Formula = z3.BoolVal(False)  # noqa: FBT003


def constant(value: bool) -> Formula:  # noqa: FBT001
    """Return the one term for true or the one for false."""
    return TRUE if value else FALSE


def real(amount: Amount) -> Any:
    """Return an amount as a Z3 term of sort Real."""
    if isinstance(amount, Fraction):
        return z3.RealVal(str(amount))
    return amount


def _joined(make: Callable[..., Any], truths: Sequence[Formula]) -> Formula:
    """Join Z3 truths as `z3.And` and `z3.Or` do, without their search for a common sort, which takes longest."""
    members = (z3.Ast * len(truths))(*(truth.as_ast() for truth in truths))
    return z3.BoolRef(make(z3.main_ctx().ref(), len(truths), members))


class Symbols:
    """The Z3 variables of one unknown patient."""

    def __init__(self, protocol: Protocol, patient: AnyPatient) -> None:
        self._prefix = f"{patient.name}{'~' if patient.dense else ''}"
        self._dense = patient.dense
        self.protocol = protocol
        self._variables = {name: self._variable(each) for name, each in protocol.quantities.items()}
        self._recorded = {name: z3.Bool(f"{self._prefix}|{name}|recorded") for name in protocol.quantities}
        self._numbers = {
            name: self._scaled(each) for name, each in protocol.quantities.items() if isinstance(each.kind, NumberKind)
        }

    def _step(self, quantity: Quantity) -> Fraction | None:
        return quantity.kind.step if isinstance(quantity.kind, NumberKind) and not self._dense else None

    def _variable(self, quantity: Quantity) -> Any:
        name = f"{self._prefix}|{quantity.name}"
        match quantity.kind:
            case NumberKind():
                return z3.Real(name) if self._step(quantity) is None else z3.Int(name)
            case CategoryKind():
                return z3.Int(name)
            case YesNoKind():
                return z3.Bool(name)

    def _scaled(self, quantity: Quantity) -> Any:
        step, variable = self._step(quantity), self._variables[quantity.name]
        return variable if step is None else real(step) * z3.ToReal(variable)

    def domain(self) -> Sequence[Formula]:
        """Return what the declared ranges and categories say of the variables."""
        return self._domain

    @cached_property
    def _domain(self) -> Sequence[Formula]:
        facts: list[Formula] = []
        for name, quantity in self.protocol.quantities.items():
            variable, step = self._variables[name], self._step(quantity)
            match quantity.kind:
                case NumberKind(lower, upper):
                    if step is None:
                        facts += [real(lower) <= variable, variable <= real(upper)]
                    else:
                        facts += [-floor(-lower / step) <= variable, variable <= floor(upper / step)]
                case CategoryKind(categories):
                    facts += [variable >= 0, variable < len(categories)]
                case YesNoKind():
                    pass
        return facts

    def recorded(self, quantity: str) -> Formula:
        """The variable that says whether a value was recorded."""
        return self._recorded[quantity]

    def number(self, quantity: str) -> Any:
        """The recorded number, as a Real in the quantity's unit."""
        return self._numbers[quantity]

    def category(self, quantity: str, categories: tuple[str, ...]) -> Formula:
        """The recorded category is one of these."""
        kind, variable = self.protocol.quantities[quantity].kind, self._variables[quantity]
        assert isinstance(kind, CategoryKind)  # noqa: S101 - typing refused anything else
        return z3.Or([variable == kind.categories.index(each) for each in categories])

    def yes(self, quantity: str) -> Formula:
        """The recorded yes/no is yes."""
        return self._variables[quantity]

    def read(self, model: Any) -> Patient | None:
        """Return the patient of a Z3 model; None where a value is not a rational number."""
        values: dict[str, Fraction | str | bool] = {}
        for name, quantity in self.protocol.quantities.items():
            if not z3.is_true(model.eval(self._recorded[name], model_completion=True)):
                continue
            found = model.eval(self._variables[name], model_completion=True)
            match quantity.kind:
                case NumberKind():
                    if not (z3.is_rational_value(found) or z3.is_int_value(found)):
                        return None
                    value = Fraction(found.as_fraction()) if z3.is_rational_value(found) else Fraction(found.as_long())
                    values[name] = value * (self._step(quantity) or 1)
                case CategoryKind(categories):
                    values[name] = categories[found.as_long()]
                case YesNoKind():
                    values[name] = z3.is_true(found)
        return Patient.of(values)


class Choices:
    """The Z3 variables of one unknown combination of readings."""

    def __init__(self, protocol: Protocol, readings: AnyReading) -> None:
        self.protocol = protocol
        self._variables = {
            (sentence.name, reading): z3.Bool(f"{readings.name}|{sentence.name}|{reading}")
            for sentence in protocol.sentences.values()
            for reading in sentence.readings
        }

    def domain(self) -> list[Formula]:
        """Return that each sentence is read in exactly one way."""
        facts = []
        for sentence in self.protocol.sentences.values():
            mine = [(self._variables[sentence.name, reading], 1) for reading in sentence.readings]
            facts.append(z3.PbEq(mine, 1))
        return facts

    def chosen(self, sentence: str, reading: str) -> Formula:
        """The variable that says whether the sentence has this reading."""
        return self._variables[sentence, reading]

    def read(self, model: Any) -> dict[str, str]:
        """Return the selection of a Z3 model."""
        return {
            sentence: reading
            for (sentence, reading), variable in self._variables.items()
            if z3.is_true(model.eval(variable, model_completion=True))
        }


class Symbolic:
    """The carrier of Z3 terms, for a known or unknown patient under known or unknown readings."""

    def __init__(self, patient: Symbols | Patient, readings: Choices | Mapping[str, str]) -> None:
        self._patient = patient if isinstance(patient, Symbols) else OnePatient(patient, {})
        self._readings = readings

    def every(self, truths: Sequence[Formula], /) -> Formula:
        open_truths = [truth for truth in truths if truth is not TRUE]
        if any(truth is FALSE for truth in open_truths):
            return FALSE
        if len(open_truths) <= 1:
            return open_truths[0] if open_truths else TRUE
        return _joined(z3.Z3_mk_and, open_truths)

    def some(self, truths: Sequence[Formula], /) -> Formula:
        open_truths = [truth for truth in truths if truth is not FALSE]
        if any(truth is TRUE for truth in open_truths):
            return TRUE
        if len(open_truths) <= 1:
            return open_truths[0] if open_truths else FALSE
        return _joined(z3.Z3_mk_or, open_truths)

    def negate(self, truth: Formula, /) -> Formula:
        if truth is TRUE:
            return FALSE
        return TRUE if truth is FALSE else z3.BoolRef(z3.Z3_mk_not(z3.main_ctx().ref(), truth.as_ast()))

    def at_least(self, number: int, truths: Sequence[Formula], /) -> Formula:
        missing = number - sum(truth is TRUE for truth in truths)
        open_truths = [truth for truth in truths if truth is not TRUE and truth is not FALSE]
        if missing <= 0:
            return TRUE
        if missing > len(open_truths):
            return FALSE
        if missing == 1:
            return self.some(open_truths)
        if missing == len(open_truths):
            return self.every(open_truths)
        return z3.PbGe([(truth, 1) for truth in open_truths], missing)

    def constant(self, value: Fraction, /) -> Amount:
        return value

    def recorded(self, quantity: str, /) -> Formula:
        found = self._patient.recorded(quantity)
        return constant(found) if isinstance(found, bool) else found

    def number(self, quantity: str, /) -> Amount:
        return self._patient.number(quantity)

    def category(self, quantity: str, categories: tuple[str, ...], /) -> Formula:
        found = self._patient.category(quantity, categories)
        return constant(found) if isinstance(found, bool) else found

    def yes(self, quantity: str, /) -> Formula:
        found = self._patient.yes(quantity)
        return constant(found) if isinstance(found, bool) else found

    def add(self, terms: Sequence[Amount], /) -> Amount:
        known = sum((term for term in terms if isinstance(term, Fraction)), Fraction(0))
        unknown = [term for term in terms if not isinstance(term, Fraction)]
        if not unknown:
            return known
        return z3.Sum([*unknown, real(known)] if known else unknown)

    def multiply(self, left: Amount, right: Amount, /) -> Amount:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return left * right
        return real(left) * real(right)

    def divide(self, numerator: Amount, denominator: Amount, /) -> Amount:
        if isinstance(denominator, Fraction):
            return self.multiply(numerator, 1 / denominator) if denominator else Fraction(0)
        return real(numerator) / denominator

    def floor(self, term: Amount, /) -> Amount:
        return Fraction(floor(term)) if isinstance(term, Fraction) else z3.ToReal(z3.ToInt(term))

    def choose(self, truth: Formula, then: Amount, otherwise: Amount, /) -> Amount:
        if truth is TRUE or truth is FALSE:
            return then if truth is TRUE else otherwise
        return z3.If(truth, real(then), real(otherwise))

    def relate(self, left: Amount, relation: Relation, right: Amount, /) -> Formula:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return constant(RELATE[relation](left, right))
        a, b = real(left), real(right)
        match relation:
            case Relation.LT:
                return a < b
            case Relation.LE:
                return a <= b
            case Relation.EQ:
                return a == b
            case Relation.NE:
                return a != b
            case Relation.GE:
                return a >= b
            case Relation.GT:
                return a > b

    def reading(self, sentence: str, /) -> str | None:
        return None if isinstance(self._readings, Choices) else self._readings[sentence]

    def chosen(self, sentence: str, reading: str, /) -> Formula:
        assert isinstance(self._readings, Choices)  # noqa: S101 - asked only where `reading` is None
        return self._readings.chosen(sentence, reading)


class Universe:
    """All variables of one protocol, made when first spoken of, and the meaning of its rules over them."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._patients: dict[AnyPatient, Symbols] = {}
        self._readings: dict[AnyReading, Choices] = {}
        self._meanings: dict[tuple[Who, How], Meaning[Formula, Amount]] = {}

    def patient(self, who: AnyPatient) -> Symbols:
        """Return the variables of an unknown patient."""
        if who not in self._patients:
            self._patients[who] = Symbols(self.protocol, who)
        return self._patients[who]

    def readings(self, how: AnyReading) -> Choices:
        """Return the variables of unknown readings."""
        if how not in self._readings:
            self._readings[how] = Choices(self.protocol, how)
        return self._readings[how]

    def meaning(self, who: Who, how: How) -> Meaning[Formula, Amount]:
        """Return the meaning of the protocol's rules for a patient under readings."""
        key = (who, how)
        if key not in self._meanings:
            subject = self.patient(who) if isinstance(who, AnyPatient) else who
            reading = how.as_dict() if isinstance(how, Fixed) else self.readings(how)
            self._meanings[key] = Meaning(self.protocol, Symbolic(subject, reading))
        return self._meanings[key]
