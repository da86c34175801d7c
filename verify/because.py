"""Why a condition holds or fails for one patient: the smallest clauses that decide it."""

from __future__ import annotations

from fractions import Fraction

from trialproof.model.condition import AllOf, AnyOf, Condition, IfThen, Named, Not, Readings
from trialproof.model.meaning import Meaning


def deciding(condition: Condition, meaning: Meaning[bool, Fraction], *, holding: bool) -> tuple[Condition, ...]:
    """Return the clauses that make the condition hold (or fail), each once, in the order of the sentence.

    Empty if the condition does not hold (or fail). A negated clause is returned with its `Not`.
    """
    return tuple(dict.fromkeys(_deciding(condition, meaning, holding=holding)))


def _deciding(condition: Condition, meaning: Meaning[bool, Fraction], *, holding: bool) -> list[Condition]:
    truth = meaning.truth(condition)
    if not (truth.holds if holding else truth.fails):
        return []
    match condition:
        case Not(operand):
            if isinstance(operand, (AllOf, AnyOf, IfThen, Not)):
                return [Not(each) for each in _deciding(operand, meaning, holding=not holding)]
            return [condition]
        case AllOf(operands) | AnyOf(operands) if operands:
            return [clause for each in operands for clause in _deciding(each, meaning, holding=holding)]
        case IfThen(premise, conclusion):
            return _deciding(AnyOf((Not(premise), conclusion)), meaning, holding=holding)
        case Readings(sentence, options):
            reading = meaning.carrier.reading(sentence)
            return _deciding(dict(options)[reading], meaning, holding=holding) if reading else [condition]
        case Named(name):
            body = meaning.protocol.definitions[name].body
            inner = _deciding(body, meaning, holding=holding) if isinstance(body, (AllOf, AnyOf)) else []
            return inner or [condition]
        case _:
            return [condition]
