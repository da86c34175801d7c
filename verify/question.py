"""What passes between the solver's two halves: questions to the worker process and its replies.

Named tuples, because thousands of them are packed and unpacked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol, Selection
from trialproof.verify.statement import AnyPatient, AnyReading, Statement


class Limits(NamedTuple):
    """What one question may cost: `seconds` of time; `seed` perturbs the solver (results must not depend on it)."""

    seconds: float = 10.0
    seed: int = 0


class Subject(NamedTuple):
    """Questions with this number are about this protocol; None: there are no more of them."""

    number: int
    protocol: Protocol | None


class Question(NamedTuple):
    """Is there a patient (and readings) of whom all statements of `base` and `further` are so?

    `subject` is the number of the protocol. Statements are numbers; `new` defines those not sent before. `wanted`: the
    model is to be returned.
    """

    subject: int
    new: tuple[tuple[int, Statement], ...]
    base: tuple[int, ...]
    further: tuple[int, ...]
    wanted: bool
    limits: Limits


class Reply(NamedTuple):
    """`yes` with the patients and readings if wanted, `no`, or `unknown` with the reason.

    To `no` belongs the `core`: those of the further statements that already contradict the base.
    """

    answer: str
    reason: str = ""
    core: tuple[int, ...] = ()
    patients: Mapping[AnyPatient, Patient] = {}
    readings: Mapping[AnyReading, Selection] = {}
