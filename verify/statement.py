"""Statements: what can be asked about patients and readings, in two-valued logic over the three-valued rules.

A statement is data. The Z3 carrier turns it into a formula to find a patient, the plain evaluator judges it on that
patient again (`judge`), and both go through the one meaning. `About` says of whom it speaks: a concrete patient or
any, under a concrete selection of readings or any. Names tell several unknown patients or readings of one question
apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, Union, assert_never

from trialproof.model.condition import Condition
from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient

B = TypeVar("B")
N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class AnyPatient:
    """An unknown patient. `dense` drops the recording steps: any value within the range can be charted."""

    name: str = "patient"
    dense: bool = False


@dataclass(frozen=True, slots=True)
class AnyReading:
    """An unknown combination of readings, one for every sentence."""

    name: str = "readings"


@dataclass(frozen=True, slots=True)
class Fixed:
    """One known reading for every sentence."""

    readings: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, selection: Mapping[str, str]) -> Fixed:
        """Freeze a selection."""
        return cls(tuple(sorted(selection.items())))

    def as_dict(self) -> dict[str, str]:
        """Return sentence name to reading name."""
        return dict(self.readings)


Who: TypeAlias = Union[AnyPatient, Patient]
How: TypeAlias = Union[AnyReading, Fixed]


@dataclass(frozen=True, slots=True)
class Holds:
    """The condition holds."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Fails:
    """The condition fails."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All of these are so."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One or more of these are so."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """This is not so."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many or more of these are so."""

    number: int
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ReadAs:
    """The sentence is read so."""

    sentence: str
    reading: str


@dataclass(frozen=True, slots=True)
class About:
    """The statement, said of this patient under these readings."""

    statement: Statement
    patient: Who
    readings: How


Statement: TypeAlias = Union[Holds, Fails, Every, Some, Never, AtLeast, ReadAs, About]


def undetermined(condition: Condition) -> Statement:
    """The condition neither holds nor fails."""
    return Every((Never(Holds(condition)), Never(Fails(condition))))


def judge(
    statement: Statement, world: Callable[[Who, How], Meaning[B, N]], patient: Who, readings: How
) -> B:
    """Return whether the statement is so, where `world` gives the meaning of the rules for a patient and readings."""
    meaning = world(patient, readings)
    carrier = meaning.carrier
    match statement:
        case Holds(condition):
            return meaning.truth(condition).holds
        case Fails(condition):
            return meaning.truth(condition).fails
        case Every(statements):
            return carrier.every([judge(each, world, patient, readings) for each in statements])
        case Some(statements):
            return carrier.some([judge(each, world, patient, readings) for each in statements])
        case Never(inner):
            return carrier.negate(judge(inner, world, patient, readings))
        case AtLeast(number, statements):
            return carrier.at_least(number, [judge(each, world, patient, readings) for each in statements])
        case ReadAs(sentence, reading):
            known = carrier.reading(sentence)
            if known is None:
                return carrier.chosen(sentence, reading)
            return carrier.every(()) if known == reading else carrier.some(())
        case About(inner, who, how):
            return judge(inner, world, who, how)
        case _:
            assert_never(statement)


def bind(statement: Statement, unknown: AnyPatient, patient: Patient) -> Statement:
    """Return the statement with an unknown patient replaced by a concrete one."""
    match statement:
        case About(inner, who, how):
            return About(bind(inner, unknown, patient), patient if who == unknown else who, how)
        case Never(inner):
            return Never(bind(inner, unknown, patient))
        case Every(inners):
            return Every(tuple(bind(each, unknown, patient) for each in inners))
        case Some(inners):
            return Some(tuple(bind(each, unknown, patient) for each in inners))
        case AtLeast(number, inners):
            return AtLeast(number, tuple(bind(each, unknown, patient) for each in inners))
        case Holds() | Fails() | ReadAs():
            return statement
        case _:
            assert_never(statement)


def variables(statement: Statement) -> tuple[frozenset[AnyPatient], frozenset[AnyReading]]:
    """Return the unknown patients and unknown readings that a statement speaks of."""
    patients: set[AnyPatient] = set()
    readings: set[AnyReading] = set()

    def visit(each: Statement) -> None:
        match each:
            case About(inner, who, how):
                if isinstance(who, AnyPatient):
                    patients.add(who)
                if isinstance(how, AnyReading):
                    readings.add(how)
                visit(inner)
            case Never(inner):
                visit(inner)
            case Every(inners) | Some(inners) | AtLeast(_, inners):
                for inner in inners:
                    visit(inner)
            case Holds() | Fails() | ReadAs():
                pass
            case _:
                assert_never(each)

    visit(statement)
    return frozenset(patients), frozenset(readings)


def readings_of(statements: Iterable[Statement], who: AnyPatient) -> tuple[Fixed, ...]:
    """Return the known readings under which statements speak of an unknown patient, in the order of their mention."""
    found: dict[Fixed, None] = {}
    pending = list(statements)[::-1]
    while pending:
        match pending.pop():
            case About(inner, patient, how):
                if patient == who and isinstance(how, Fixed):
                    found[how] = None
                pending.append(inner)
            case Never(inner):
                pending.append(inner)
            case Every(inners) | Some(inners) | AtLeast(_, inners):
                pending += inners[::-1]
            case _:
                pass
    return tuple(found)
