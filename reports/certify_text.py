"""What `certify` prints, and the manual in a certificate's folder: what was said, question by question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialproof.reports.layout import Page
from trialproof.verify.certify.recheck import AGREES, DISAGREES, NOT_ASKED, UNDECIDED, Certificate, Outcome

COLORS: Mapping[str, str] = {AGREES: "green", DISAGREES: "red", UNDECIDED: "yellow", NOT_ASKED: "yellow"}
GET_CVC5 = "get it with `pip install 'trialproof[certify]'`"
WITHOUT_FILE = "Undecided by Z3, so that there is no file"
MANUAL = """\
Each line of the table is a question about every possible patient, in a file for any SMT-LIB 2 solver. The file has the
answer that is expected, every rule it rests on, and the document's words for it: `unsat`, there is no such patient;
`sat`, there is one, whose record is the `.patient.json` beside it and of whom the `.witness.smt2` asks.

```console
trialproof certify --check .    # is every file as it was written? replay each witness, ask every question again
cvc5 NAME.smt2                  # or z3, or any other solver
```

`protocol/` is a copy of the protocol. `index.json` has all of this for programs, with the SHA-256 of every file."""


def write_certificate(certificate: Certificate, *, wanted: bool, color: bool = False) -> str:
    """Return the report as text; `wanted` tells that cvc5 was to be asked, whether or not it is installed."""
    page = Page(color)
    return "\n".join(_lines(page, certificate, wanted=wanted)).rstrip()


def _lines(page: Page, certificate: Certificate, *, wanted: bool) -> Iterator[str]:
    index = certificate.index
    yield page.heading(page.paragraph(index.title))
    if index.registry:
        yield index.registry
    yield ""
    width = max((len(each.verdict) for each in certificate.outcomes), default=0)
    for each in certificate.outcomes:
        mark = page.mark(f"{each.verdict:<{width}}", fg=COLORS[each.verdict])
        plain = f"{each.verdict:<{width}}"
        yield f"{plain}  {each.entry.expected:<5}  {each.entry.question}".replace(plain, mark, 1)
        yield page.paragraph(each.entry.says, indent=width + 9)
        if each.verdict in (DISAGREES, UNDECIDED):
            yield page.paragraph(_why(each), indent=width + 9)
    yield from _list(page, WITHOUT_FILE, [f"{each.about}: {each.reason}" for each in index.undecided])
    yield from _list(page, "Taken for granted", index.assumptions)
    if index.not_certified:
        yield from _list(page, "Not certified", [", ".join(index.not_certified)])
    yield ""
    yield page.heading(page.paragraph(summary(certificate)))
    if not certificate.asked:
        why = f"cvc5 is not installed: {GET_CVC5}" if wanted else "cvc5 was not to be asked"
        yield page.paragraph(f"nothing was proved again, because {why}")


def _list(page: Page, heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield ""
        yield page.heading(heading)
        for each in items:
            yield page.paragraph(f"- {each}", indent=2)


def _why(outcome: Outcome) -> str:
    if outcome.replayed is False:
        return "the witness is not confirmed by its replay"
    said = outcome.cvc5
    cvc5 = "cvc5 was not asked" if said.answer == NOT_ASKED else f"cvc5 says {said.answer}"
    return f"Z3 says {outcome.entry.z3}, {cvc5}{f' ({said.reason})' if said.reason else ''}"


def summary(certificate: Certificate) -> str:
    """Return the counts in one line."""
    total = len(certificate.outcomes)
    counts = [(len(certificate.with_verdict(each)), each) for each in (AGREES, DISAGREES, UNDECIDED, NOT_ASKED)]
    words = {AGREES: "proved again", DISAGREES: "disagree", UNDECIDED: "undecided", NOT_ASKED: "not asked"}
    said = ", ".join(f"{count} {words[each]}" for count, each in counts if count) or "nothing to prove"
    witnesses = sum(each.entry.patient is not None for each in certificate.outcomes)
    without = f"; {len(certificate.index.undecided)} without a file" if certificate.index.undecided else ""
    replayed = f"{certificate.replayed} of {_many(witnesses, 'witness')} replayed"
    return f"{_many(total, 'question')}: {said}{without}; {replayed}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}{'es' if what.endswith('s') else 's'}"


def write_manual(certificate: Certificate) -> str:
    """Return the page for a reader who finds the folder, in Markdown."""
    index = certificate.index
    lines = [
        f"# Certificate: {_cell(index.title)}",
        "",
        f"{_cell(index.registry)}{', ' if index.registry else ''}written by trialproof {_cell(index.trialproof)}.",
        "",
        MANUAL,
        "",
        f"{_sentence(summary(certificate))}",
        "",
        "| question | expected | Z3 | cvc5 | lines of the document | in words |",
        "|---|---|---|---|---|---|",
        *(_row(each) for each in certificate.outcomes),
        *_section(WITHOUT_FILE, [f"{each.about}: {each.reason}" for each in index.undecided]),
        *_section("Readings", [f"{name} is read as {reading}" for name, reading in index.readings.items()]),
        *_section("Taken for granted", index.assumptions),
        *_section("Not certified", index.not_certified),
    ]
    return "\n".join(lines) + "\n"


def _row(outcome: Outcome) -> str:
    entry = outcome.entry
    lines = ", ".join(str(line) for line in dict.fromkeys(quote.line for quote in entry.quotes))
    link, cvc5 = f"[{entry.name}]({entry.question})", outcome.cvc5.answer
    return f"| {' | '.join([link, entry.expected, entry.z3, cvc5, lines, _cell(entry.says)])} |"


def _section(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield from ("", f"## {heading}", "")
        yield from (f"- {_cell(each)}" for each in items)


def _cell(text: str) -> str:
    """Return a text on one line that Markdown leaves as it is, but for words between backticks."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
