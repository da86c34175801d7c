"""A certificate judged again from its files alone.

Each witness is replayed twice without any solver: on the protocol's rules, by the plain evaluator, and on the
question's own text, by `verify.certify.smt_reader`. Then cvc5 is asked about every file. Nothing else is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol
from trialproof.model.textfile import read_text
from trialproof.verify.case import PATIENT
from trialproof.verify.certify.certificate_index import INDEX, LARGEST, PROTOCOL, Entry, Index, read_index, read_patient
from trialproof.verify.certify.cvc5_run import Answer, Cvc5
from trialproof.verify.certify.smt_reader import Reading, read_script
from trialproof.verify.certify.smtlib import Symbols
from trialproof.verify.certify.subject import Subject, parts_of
from trialproof.verify.replay import Disagreement, is_so
from trialproof.verify.statement import About, Fixed, bind

AGREES, DISAGREES, UNDECIDED, NOT_ASKED = "agrees", "disagrees", "undecided", "not asked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one obligation.

    `replayed` is None where there is no witness, and `answer` where cvc5 was not asked.
    """

    entry: Entry
    replayed: bool | None
    answer: Answer | None
    answer_with_patient: Answer | None
    seconds: float

    @property
    def cvc5(self) -> Answer:
        """What cvc5 says of the obligation: that one patient will do is enough for `sat`."""
        if self.answer is None:
            return Answer(NOT_ASKED)
        if self.answer.answer == "unknown" and self.answer_with_patient is not None:
            return self.answer_with_patient
        return self.answer

    @property
    def verdict(self) -> str:
        """`agrees`, `disagrees`, `undecided` or `not asked`."""
        answers = [each.answer for each in (self.answer, self.answer_with_patient) if each is not None]
        accepted = {self.entry.expected, "unknown"}
        if self.replayed is False or self.entry.z3 not in accepted or any(each not in accepted for each in answers):
            return DISAGREES
        if self.entry.expected == "unsat" and self.entry.z3 == "unknown":
            return UNDECIDED
        if self.answer is None:
            return NOT_ASKED
        return AGREES if self.cvc5.answer == self.entry.expected else UNDECIDED


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and what became of each obligation; `asked` is False where cvc5 was not."""

    index: Index
    outcomes: tuple[Outcome, ...]
    asked: bool

    def with_verdict(self, verdict: str) -> tuple[Outcome, ...]:
        """Return the outcomes with this verdict."""
        return tuple(each for each in self.outcomes if each.verdict == verdict)

    @property
    def replayed(self) -> int:
        """How many witnesses were replayed."""
        return sum(each.replayed is True for each in self.outcomes)

    @property
    def decided(self) -> bool:
        """Nothing was left undecided, by Z3 or by cvc5; what cvc5 was not asked is no matter."""
        return not self.index.undecided and not self.with_verdict(UNDECIDED)


def recheck(folder: Path, *, seconds: float, run: bool) -> Certificate:
    """Judge the certificate in a folder again.

    Args:
        folder: where the certificate is; nothing in it is changed.
        seconds: deadline of one question to cvc5.
        run: whether to ask cvc5, which must be installed.

    Raises:
        BadInput: the folder holds no certificate, or a file of it is not the one that was written.
    """
    index = read_index(folder)
    protocol = load(folder / PROTOCOL)
    _check_readings(folder, protocol, index.readings)
    with ExitStack() as stack:
        solver = stack.enter_context(Cvc5(seconds)) if run else None
        outcomes = [_judge(folder, protocol, index.readings, each, solver) for each in index.obligations]
    return Certificate(index, tuple(outcomes), run)


def demand_agreement(certificate: Certificate) -> None:
    """Raise `Disagreement` if anything disagrees."""
    different = certificate.with_verdict(DISAGREES)
    if different:
        first = different[0]
        said = "the witness is not confirmed by its replay" if first.replayed is False else _answers(first)
        raise Disagreement(
            f"{len(different)} of {len(certificate.outcomes)} answers disagree; "
            f"`{first.entry.question}` is expected to be {first.entry.expected}, and {said}"
        )


def _answers(outcome: Outcome) -> str:
    said = [f"Z3 says {outcome.entry.z3}"]
    if outcome.answer is not None:
        said.append(f"cvc5 says {outcome.answer.answer} {outcome.answer.reason}".rstrip())
    if outcome.answer_with_patient is not None:
        said.append(f"of the witness it says {outcome.answer_with_patient.answer}")
    return ", ".join(said)


def _check_readings(folder: Path, protocol: Protocol, readings: Mapping[str, str]) -> None:
    place = Place(str(folder / INDEX))
    if set(readings) != set(protocol.sentences):
        raise BadInput("the index does not have one reading for each sentence of the protocol", place)
    for sentence, reading in readings.items():
        if reading not in protocol.sentences[sentence].readings:
            raise BadInput(f"`{sentence}` has no reading `{reading}`", place)


def _judge(
    folder: Path, protocol: Protocol, readings: Mapping[str, str], entry: Entry, solver: Cvc5 | None
) -> Outcome:
    if (entry.expected == "sat") != (entry.patient is not None and entry.with_patient is not None):
        raise BadInput(f"`{entry.name}` has a witness where none is, or none where one is", Place(str(folder / INDEX)))
    reading = _read(folder, entry.question, entry)
    replayed = None
    if entry.patient is not None and entry.with_patient is not None:
        patient = read_patient(protocol, folder / entry.patient)
        narrow = _read(folder, entry.with_patient, entry)
        values = Symbols(protocol, readings).values(patient.as_dict())
        in_text = all((*reading.says(values), *narrow.says(values)))
        replayed = in_text and _so_of(protocol, readings, entry, patient)
    start = perf_counter()
    answer = with_patient = None
    if solver is not None:
        answer = solver.answer(folder / entry.question)
        with_patient = None if entry.with_patient is None else solver.answer(folder / entry.with_patient)
    return Outcome(entry, replayed, answer, with_patient, perf_counter() - start)


def _so_of(protocol: Protocol, readings: Mapping[str, str], entry: Entry, patient: Patient) -> bool:
    """Return whether the plain evaluator finds that the entry's subject is so of the patient."""
    parts = parts_of(protocol, Subject(entry.kind, entry.of, tuple(entry.names)), readings)
    said = (About(part.statement, PATIENT, Fixed.of(readings)) for part in parts)
    return is_so(protocol, *(bind(each, PATIENT, patient) for each in said))


def _read(folder: Path, name: str, entry: Entry) -> Reading:
    found = read_script(read_text(folder / name, limit=LARGEST), str(folder / name))
    if found.expected != entry.expected:
        raise BadInput(
            f"the file expects {found.expected} where the index expects {entry.expected}", Place(str(folder / name))
        )
    return found
