"""A certificate: what was proved of a protocol as a folder that somebody else can check without this program.

Every obligation is a file for SMT-LIB 2 solvers, every witness a record beside it, and a copy of the protocol lies with
them. The folder is made beside its place and moved there whole, so that nothing is ever half written. What cvc5 says is
what it says of those files (`verify.certify.recheck`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Literal

from trialproof.model.document import Quote
from trialproof.model.load import load
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol
from trialproof.model.source import read_source
from trialproof.verify.case import Case
from trialproof.verify.certify.certificate_index import (
    INDEX,
    MANUAL,
    PROTOCOL,
    Entry,
    Index,
    OpenShape,
    QuoteShape,
    digest_of,
    hashes,
    read_index,
    write_patient,
)
from trialproof.verify.certify.obligations import CERTIFIED, Obligation, obligations_of
from trialproof.verify.certify.recheck import Certificate, recheck
from trialproof.verify.certify.script import write_script
from trialproof.verify.checks import CHECKS
from trialproof.verify.replay import Disagreement
from trialproof.verify.review import assumptions
from trialproof.verify.solver import Solver, Unknown


def certify(
    path: Path,
    directory: Path,
    *,
    manual: Callable[[Certificate], str],
    release: str,
    selection: Mapping[str, str] | None = None,
    seconds: float = 10.0,
    run: bool = True,
) -> Certificate:
    """Write the certificate of a protocol, judge it again from its files, and return what came of that.

    Args:
        path: the protocol's folder or file.
        directory: the folder to write: one that does not exist, is empty, or holds an earlier certificate and nothing
            else.
        manual: makes the text for a reader, which lies in the folder too.
        release: the version of this program.
        selection: readings that replace the preferred ones.
        seconds: deadline of one question to a solver.
        run: whether to ask cvc5, which must be installed.

    Raises:
        BadInput: the protocol cannot be used, or the folder may not be written; then nothing was.
        Disagreement: Z3 contradicts itself. Whether others disagree is for `recheck.demand_agreement` to say.
    """
    protocol = load(path)
    refuse_foreign(directory)
    directory = directory.resolve()
    with _beside(directory) as folder:
        _copy(path, protocol, folder)
        copied = load(folder / PROTOCOL)
        if list(copied.rules()) != list(protocol.rules()):
            raise BadInput("the protocol changed while it was read", Place(protocol.file))
        index = _write(copied, {**copied.preferred, **(selection or {})}, folder, release, seconds)
        certificate = recheck(folder, seconds=seconds, run=run)
        said = {each.entry.name: each.cvc5.answer for each in certificate.outcomes}
        entries = [each.model_copy(update={"cvc5": said[each.name]}) for each in index.obligations]
        index = index.model_copy(update={"obligations": entries})
        _put(folder, INDEX, index.written())
        _put(folder, MANUAL, manual(certificate))
        _move(folder, directory)
    return certificate


def refuse_foreign(directory: Path) -> None:
    """Raise `BadInput` unless the folder may be written: it is not there, empty, or an earlier certificate alone."""
    place = Place(str(directory))
    if not directory.parent.is_dir():
        raise BadInput(f"there is no folder `{directory.parent}`", place)
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise BadInput("this is no folder, and is not overwritten", place)
    if not directory.exists() or not any(directory.iterdir()):
        return
    try:
        mine = {INDEX, MANUAL, *read_index(directory).files}
    except BadInput as problem:
        raise BadInput(
            "the folder holds something else than a certificate, and is not overwritten",
            place,
            help=f"choose another folder ({problem.message})",
        ) from None
    for each in sorted(directory.rglob("*")):
        if not each.is_dir() and each.relative_to(directory).as_posix() not in mine:
            raise BadInput(f"`{each.name}` is no part of the certificate in this folder, and would be lost", place)


@contextmanager
def _beside(directory: Path) -> Iterator[Path]:
    """Give a new folder beside the place where it will be moved, and leave nothing of it behind."""
    try:
        workshop = Path(mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    except OSError as error:
        raise BadInput(f"the folder cannot be written: {_reason(error)}", Place(str(directory))) from None
    try:
        folder = workshop / "new"
        folder.mkdir()
        yield folder
    except OSError as error:
        raise BadInput(f"the folder cannot be written: {_reason(error)}", Place(str(directory))) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _reason(error: OSError) -> str:
    return (error.strerror or "no reason is given").lower()


def _move(folder: Path, directory: Path) -> None:
    """Put a folder in its place; what was there stays until the new one is there."""
    if not directory.exists():
        folder.rename(directory)
        return
    old = folder.with_name("old")
    directory.rename(old)
    try:
        folder.rename(directory)
    except BaseException:
        old.rename(directory)
        raise


def _copy(path: Path, protocol: Protocol, folder: Path) -> None:
    """Copy the protocol and the files that it names, byte for byte."""
    source = Path(protocol.file)
    data = read_source(path).data
    decisions = data.get("decisions")
    parts = decisions.values() if isinstance(decisions, dict) else ()
    tables = [each.get("table") for each in parts if isinstance(each, dict)]
    (folder / PROTOCOL).parent.mkdir()
    shutil.copyfile(source, folder / PROTOCOL)
    for name in (data.get("document"), *tables):
        if not isinstance(name, str) or "\n" in name or not (source.parent / name).is_file():
            continue
        target = (folder / PROTOCOL).parent / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(source.parent / name, target)


def _write(
    protocol: Protocol,
    selection: Mapping[str, str],
    folder: Path,
    release: str,
    seconds: float,
) -> Index:
    """Write the files of every obligation and the index; nothing was asked of cvc5 yet."""
    with Solver(protocol, seconds=seconds) as solver:
        case = Case(protocol, solver, selection)
        obligations, undecided = obligations_of(case)
        digest = digest_of(folder / PROTOCOL)
        entries = [_entry(case, each, folder, _header(protocol, case, each, release, digest)) for each in obligations]
    copied = [each.relative_to(folder).as_posix() for each in (folder / PROTOCOL).parent.rglob("*") if each.is_file()]
    mine = [name for each in entries for name in (each.question, each.patient, each.with_patient) if name is not None]
    others = [f"{each.code} {each.name}" for each in CHECKS if each.code not in CERTIFIED]
    index = Index(
        certificate=1,
        trialproof=release,
        title=protocol.title,
        registry=protocol.registry,
        readings={name: selection[name] for name in protocol.sentences},
        assumptions=assumptions(protocol, selection),
        obligations=entries,
        undecided=[OpenShape(about=each.about, reason=each.reason) for each in undecided],
        not_certified=others,
        files=dict(hashes(folder, [*copied, *mine])),
    )
    _put(folder, INDEX, index.written())
    return index


def _header(protocol: Protocol, case: Case, obligation: Obligation, release: str, digest: str) -> list[str]:
    there = "sat, there is such a patient" if obligation.witness is not None else "unsat, there is no such patient"
    return [
        f"{protocol.title}{f' ({protocol.registry})' if protocol.registry else ''}",
        f"{obligation.name}, {obligation.code}: {obligation.says}",
        f"expected: {there}",
        "",
        "Taken for granted:",
        *(f"  - {each}" for each in assumptions(protocol, case.selection)),
        "",
        f"Written by trialproof {release} for the protocol with SHA-256 {digest}.",
        "A rule that needs what was not recorded neither holds nor fails, so each has two names.",
    ]


def _entry(case: Case, obligation: Obligation, folder: Path, header: list[str]) -> Entry:
    """Write the files of one obligation."""
    protocol, selection, witness = case.protocol, case.selection, obligation.witness
    question = f"{obligation.name}.smt2"
    script = write_script(protocol, selection, obligation.parts, expected=obligation.expected, header=header)
    _put(folder, question, script.text)
    patient = with_patient = None
    if witness is not None:
        patient, with_patient = f"{obligation.name}.patient.json", f"{obligation.name}.witness.smt2"
        narrow = write_script(
            protocol, selection, obligation.parts, expected="sat", header=["The witness.", *header], patient=witness
        )
        _put(folder, with_patient, narrow.text)
        _put(folder, patient, write_patient(protocol, witness))
    return Entry(
        name=obligation.name,
        code=obligation.code,
        says=obligation.says,
        expected="unsat" if witness is None else "sat",
        kind=obligation.subject.kind,
        of=obligation.subject.of,
        names=list(obligation.subject.names),
        quotes=[_quote(each) for each in script.quotes],
        question=question,
        patient=patient,
        with_patient=with_patient,
        z3=_ask_z3(case, obligation),
        cvc5="not asked",
    )


def _quote(quote: Quote) -> QuoteShape:
    return QuoteShape(line=quote.line, text=quote.text)


def _ask_z3(case: Case, obligation: Obligation) -> Literal["sat", "unsat", "unknown"]:
    """Return Z3's answer to the whole question, which the searches answered part by part."""
    try:
        possible = case.solver.possible(*(case.said(each.statement) for each in obligation.parts))
    except Unknown:
        return "unknown"
    answer: Literal["sat", "unsat"] = "sat" if possible else "unsat"
    if answer != obligation.expected:
        raise Disagreement(f"Z3 says {answer} of `{obligation.name}`, and its own searches {obligation.expected}")
    return answer


def _put(folder: Path, name: str, text: str) -> None:
    path = folder / PurePosixPath(name)
    path.write_bytes(text.encode())
