"""One run of the checks over one protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from subprocess import Popen

from trialproof.model.place import BadInput
from trialproof.model.protocol import NumberKind, Protocol, Quantity
from trialproof.model.unit import say_amount
from trialproof.verify.acceptance import accepting
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Vacuous
from trialproof.verify.checks import CHECKS
from trialproof.verify.finding import (
    Accepted,
    BoundaryPatients,
    Coverage,
    Finding,
    MissingItem,
    Prescription,
    Proved,
    Review,
    Undecided,
    Under,
)
from trialproof.verify.solver import Solver


def review(
    protocol: Protocol,
    *,
    selection: Mapping[str, str] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    seconds: float = 10.0,
    seed: int = 0,
    worker: Popen[bytes] | None = None,
    progress: Callable[[Check], None] | None = None,
) -> Review:
    """Run the checks and return all they say.

    Args:
        protocol: the protocol to examine.
        selection: readings that replace the preferred ones, sentence to reading; the rest stay preferred.
        select: codes or beginnings of codes to run (`TP1`); all by default.
        ignore: codes or beginnings of codes to leave out.
        seconds: deadline of one question to the solver.
        seed: perturbs the solver's search; no result depends on it.
        worker: a solver process launched beforehand; it ends with the review.
        progress: called before each check.

    Raises:
        BadInput: the selection names a sentence or a reading that there is not.
        Disagreement: two engines contradict each other, a defect of this program.
    """
    chosen = complete_selection(protocol, selection or {})
    with Solver(protocol, seconds=seconds, seed=seed, worker=worker) as solver:
        return examine(Case(protocol, solver, chosen), select=select, ignore=ignore, progress=progress)


def examine(
    case: Case,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    progress: Callable[[Check], None] | None = None,
) -> Review:
    """Do the same for a case that is there already: its protocol, under its readings."""
    protocol, chosen = case.protocol, case.selection
    _check_codes(protocol)
    checks = [each for each in CHECKS if _wanted(each.code, select, ignore)]
    proved: list[Proved] = []
    undecided: list[Undecided] = []
    not_checked: list[str] = []
    boundary_patients: list[BoundaryPatients] = []
    missing: list[MissingItem] = []
    prescriptions: list[Prescription] = []
    coverage: Coverage | None = None
    for check in checks:
        if progress is not None:
            progress(check)
        mine = case.found.setdefault(check.code, [])
        for said in check.run(case):
            match said:
                case Finding():
                    mine.append(replace(said, readings=_under(protocol, chosen, said.readings)))
                case Proved():
                    proved.append(replace(said, readings=_under(protocol, chosen, said.readings)))
                case Undecided():
                    undecided.append(said)
                case BoundaryPatients():
                    boundary_patients.append(said)
                case MissingItem():
                    missing.append(said)
                case Prescription():
                    prescriptions.append(said)
                case Coverage():
                    coverage = said
                case Vacuous(message):
                    not_checked.append(f"{check.code} {message}")
    findings = sorted((each for found in case.found.values() for each in found), key=lambda e: (-e.severity, e.code))
    acceptances = [(each, accepting(protocol, each)) for each in findings]
    unasked = ", ".join(_runs([each in checks for each in CHECKS]))
    left = [f"not asked for: {unasked}"] if unasked else []
    return Review(
        chosen,
        tuple(assumptions(protocol, chosen)),
        tuple(each for each, acceptance in acceptances if acceptance is None),
        tuple(Accepted(each, acceptance.because) for each, acceptance in acceptances if acceptance is not None),
        tuple(proved),
        tuple(undecided),
        (*not_checked, *left, *_unsaid(protocol)),
        tuple(boundary_patients),
        tuple(missing),
        tuple(prescriptions),
        coverage,
    )


def _runs(asked: Sequence[bool]) -> Iterator[str]:
    """Yield the codes of the checks that were not asked for, those that follow one another as `TP104 to TP110`."""
    for was_asked, alike in groupby(zip(asked, CHECKS, strict=True), key=lambda each: each[0]):
        codes = [check.code for _, check in alike]
        if not was_asked:
            yield from codes if len(codes) < 3 else [f"{codes[0]} to {codes[-1]}"]


def _check_codes(protocol: Protocol) -> None:
    for acceptance in protocol.accept:
        if all(acceptance.code != each.code for each in CHECKS):
            known = f"there are {', '.join(each.code for each in CHECKS)}"
            raise BadInput(f"no check has the code `{acceptance.code}`", acceptance.place, help=known)


def complete_selection(protocol: Protocol, selection: Mapping[str, str]) -> dict[str, str]:
    """Return a reading for every sentence: those selected, else the preferred. Raises `BadInput`."""
    for sentence, reading in selection.items():
        if sentence not in protocol.sentences:
            raise BadInput(f"there is no sentence `{sentence}` with several readings")
        if reading not in protocol.sentences[sentence].readings:
            raise BadInput(f"there is no reading `{reading}` of `{sentence}`")
    return {**protocol.preferred, **selection}


def _under(protocol: Protocol, selection: Mapping[str, str], found: Under) -> Under:
    """Return the readings under which something was judged: those of the run alone, where a check looked no further."""
    if protocol.combinations == 1 or found != Under():
        return found
    return Under((dict(selection),), protocol.combinations, complete=False)


def assumptions(protocol: Protocol, selection: Mapping[str, str]) -> list[str]:
    """Return, in sentences, what every proof of a run takes for granted."""
    said = ["whatever applies to a patient is recorded"]
    missing = [name for name, each in protocol.quantities.items() if each.may_be_missing]
    if missing:
        said[0] += f", except {', '.join(f'`{name}`' for name in missing)}, which may be missing"
    ranges = [words for each in protocol.quantities.values() if (words := _range(each))]
    if ranges:
        said.append(f"values lie within their ranges and on their steps: {'; '.join(ranges)}")
    said += [f"fact: {fact.because} (line {fact.place.line})" for fact in protocol.facts]
    said += [
        f"`{each.name}` may be either, since the text leaves it open: {each.left_open}"
        for each in protocol.quantities.values()
        if each.left_open is not None
    ]
    said += [f"`{name}` is read as `{selection[name]}`" for name in protocol.sentences]
    return said


def _range(quantity: Quantity) -> str:
    match quantity.kind:
        case NumberKind(lower, upper, unit, step):
            steps = f" in steps of {say_amount(step, unit)}" if step else ""
            return f"`{quantity.name}` {say_amount(lower, unit)} to {say_amount(upper, unit)}{steps}"
        case _:
            return ""


def _unsaid(protocol: Protocol) -> list[str]:
    """Return what no check can speak of, because the protocol has no rule for it."""
    said = [f"not modelled (line {each.quotes[0].line}): {each.because}" for each in protocol.not_modelled]
    if protocol.todo:
        said.append(f"{len(protocol.todo)} sentences of the document are still to do")
    if protocol.document:
        said.append("whether a rule says what its sentence says: compare them with `trialproof show`")
    if not protocol.decisions:
        said.append("no decision is declared, so there is nothing to prove about arms")
    return said


def _wanted(code: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    chosen = not select or any(code.startswith(each) for each in select)
    return chosen and not any(code.startswith(each) for each in ignore)


