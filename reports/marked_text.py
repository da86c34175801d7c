"""The document as `show` prints it: sentence by sentence, with the words that are quoted marked, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialproof.model.document import Document
from trialproof.model.protocol import Protocol
from trialproof.reports.layout import Page
from trialproof.verify.text.coverage import Sentence, Standing, coverage, say_coverage, sentences

BEGIN, END = "\x02", "\x03"
"""Stand for the marks while lines are filled; no document holds them."""
OPENING, CLOSING = "«", "»"
COLORS: Mapping[Standing, str] = {
    Standing.RULE: "green",
    Standing.OPEN: "yellow",
    Standing.NOT_MODELLED: "cyan",
    Standing.TO_DO: "magenta",
    Standing.NOTHING: "red",
}


def write_marked(protocol: Protocol, document: Document, page: Page) -> Iterator[str]:
    """Yield the document sentence by sentence, its quoted words between `«` and `»`, and what accounts for each."""
    found = sentences(protocol, document)
    yield page.heading(f"The document, with what is quoted marked {OPENING}so{CLOSING}")
    yield page.paragraph(say_coverage(coverage(found)), indent=2)
    for each in found:
        label = f"line {each.passage.quote.line}"
        if each.passage.heading and not each.accounts:
            yield page.mark(page.entry(label, each.passage.quote.text), dim=True)
            continue
        filled = page.entry(label, _marked(document, each))
        yield _with_marks(filled, page, COLORS[each.standing])
        said = page.entry("", _by(each))
        yield page.mark(said, fg="red") if each.standing is Standing.NOTHING else said


def _marked(document: Document, sentence: Sentence) -> str:
    """Return the words of a sentence on one line, with marks around those that are quoted."""
    pieces, at = [], sentence.passage.quote.start
    for start, end in sentence.quoted:
        pieces += [document.text[at:start], BEGIN, document.text[start:end], END]
        at = end
    pieces.append(document.text[at : sentence.passage.quote.end])
    return " ".join("".join(pieces).split())


def _with_marks(filled: str, page: Page, color: str) -> str:
    if not page.color:
        return filled.replace(BEGIN, OPENING).replace(END, CLOSING)
    before, after = page.mark("\0", fg=color).split("\0")
    return filled.replace(BEGIN, f"{before}{OPENING}").replace(END, f"{CLOSING}{after}")


def _by(sentence: Sentence) -> str:
    """Say what accounts for a sentence."""
    if sentence.standing is Standing.NOTHING:
        return "nothing accounts for it"
    names = {each.name: " (open)" if each.standing is Standing.OPEN else "" for each in sentence.accounts if each.name}
    said = [f"`{name}`{note}" for name, note in names.items()]
    standings = {each.standing for each in sentence.accounts}
    said += ["not modelled"] if Standing.NOT_MODELLED in standings else []
    said += ["still to do"] if Standing.TO_DO in standings else []
    return f"by {', '.join(said)}" if said[0].startswith("`") else ", ".join(said)
