"""`check --format markdown`: a review as a comment on a pull request.

The verdict on top, then a table of the findings with what is new since the baseline, then each finding folded away with
the protocol's words, the patient and the help, then what is gone, undecided, accepted, proved and not checked. GitHub
takes 65,536 characters for a comment: what does not fit is left out at the end of its list, and counted there.

Every word that is not ours goes through `inert.markdown`. The first line is a mark by which a workflow finds its
comment again.
"""

from __future__ import annotations

from collections.abc import Sequence

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline
from trialproof.reports.entries import cited, entries
from trialproof.reports.glance import cells, glance
from trialproof.reports.inert import markdown, shorten
from trialproof.reports.items import Item, Kind, items_of
from trialproof.reports.shares import CohortShare, say_counts
from trialproof.reports.tally import tally
from trialproof.verify.finding import Review, Severity

MARK = "<!-- trialproof -->"
LONGEST = 60_000
"""Characters of a comment, with room for what a workflow adds to it."""
OVERVIEW = LONGEST // 3
LISTS = LONGEST // 4
LONGEST_SENTENCE = 300
LONGEST_ENTRY = 1_200
ALL = "`trialproof check` prints them all"


def write_markdown(
    protocol: Protocol, review: Review, baseline: Baseline | None = None, share: CohortShare | None = None
) -> str:
    """Return the comment, in at most `LONGEST` characters; what is new goes before what is not."""
    items = items_of(protocol, review, baseline)
    findings = sorted((each for each in items if each.kind is Kind.FINDING), key=lambda each: each.state == "unchanged")
    top = f"{_head(protocol, review, baseline)}\n\n{_glance(protocol, review, baseline)}"
    overview = _overview(findings, OVERVIEW - len(top), compared=baseline is not None)
    said: list[tuple[str, Sequence[str]]] = [
        (title, [_sentence(each) for each in items if each.kind is kind]) for kind, title in TITLES.items()
    ]
    if share is not None:
        said.append((f"Among the patients of {share.file}", list(say_counts(share))))
    said += [("Taken for granted", review.assumptions), ("Not checked", review.not_checked)]
    lists = "".join(_list(title, sentences, LISTS // len(said)) for title, sentences in said if sentences)
    room = LONGEST - len(top) - len(overview) - len(lists) - len(ALL) - 100
    quoted: set[Quote] = set()
    blocks = [_folded(protocol, each, share, quoted) for each in findings]
    folded = "".join(_cut(blocks, room, "\nAnd {} more findings: {}.\n"))
    return f"{top}\n{overview}{folded}{lists}".rstrip()


TITLES = {
    Kind.GONE: "Gone since the baseline",
    Kind.UNDECIDED: "Undecided",
    Kind.ACCEPTED: "Accepted",
    Kind.PROVED: "Proved, for every possible patient",
}


def _head(protocol: Protocol, review: Review, baseline: Baseline | None) -> str:
    title, *where = (shorten(each, LONGEST_SENTENCE) for each in (protocol.title, protocol.registry, protocol.file))
    places = ", ".join(f"<code>{markdown(each)}</code>" for each in where if each)
    return f"{MARK}\n### trialproof: {tally(review, baseline)}\n\n**{markdown(title)}** ({places})"


def _glance(protocol: Protocol, review: Review, baseline: Baseline | None) -> str:
    head, *rows = cells(glance(protocol, review, baseline))
    lines = [_row([markdown(shorten(subject, LONGEST_SENTENCE)), *figures]) for subject, *figures in rows]
    rule = _row(["---", *["---:"] * (len(head) - 1)])
    return "\n".join([_row(head), rule, *_cut(lines, OVERVIEW // 2, "| and {} more: {} |")]) if rows else ""


def _overview(findings: Sequence[Item], room: int, *, compared: bool) -> str:
    """Return the table of the findings."""
    if not findings:
        return ""
    head = ["", "finding", "where", *(["since the baseline"] if compared else [])]
    lines = [_row([*_columns(each), *([_state(each)] if compared else [])]) for each in findings]
    kept = _cut(lines, room, "| | and {} more findings: {} |")
    return "\n".join(["", _row(head), _row(["---"] * len(head)), *kept, ""])


def _columns(item: Item) -> list[str]:
    severity = (item.severity or Severity.WARNING).name.lower()
    line = f", line {item.place.line}" if item.place.line else ""
    where = f"{item.place.file.replace(chr(92), '/').rpartition('/')[2]}{line}"
    return [f"{item.code} {severity}", markdown(shorten(item.message, LONGEST_SENTENCE)), markdown(where)]


def _state(item: Item) -> str:
    return "**new**" if item.state == "new" else "unchanged"


def _folded(protocol: Protocol, item: Item, share: CohortShare | None, quoted: set[Quote]) -> str:
    """Return one finding, of which only the sentence shows until it is opened."""
    below = () if item.finding is None else (*cited(item.finding, quoted), *entries(protocol, item.finding, share))
    summary = f"<summary>{item.code} {markdown(shorten(item.message, LONGEST_SENTENCE))}</summary>"
    rows = [_row([markdown(label), markdown(shorten(text, LONGEST_ENTRY))]) for label, text in below]
    kept = _cut(rows, LONGEST // 6, "| | and {} more lines: {} |")
    return "\n".join(["", "<details>", summary, "", "| | |", "| --- | --- |", *kept, "", "</details>", ""])


def _sentence(item: Item) -> str:
    reason = item.because or item.reason
    said = f"{item.code} {item.message}{f': {reason}' if reason else ''}"
    return "; but ".join([said, *item.leaves_out])


def _list(title: str, sentences: Sequence[str], room: int) -> str:
    lines = [f"- {markdown(shorten(each, LONGEST_ENTRY))}" for each in sentences]
    summary = f"<summary>{markdown(shorten(title, LONGEST_SENTENCE))} ({len(sentences)})</summary>"
    kept = _cut(lines, room, "- and {} more: {}")
    return "\n".join(["", "<details>", summary, "", *kept, "", "</details>", ""])


def _cut(blocks: Sequence[str], room: int, more: str) -> list[str]:
    """Return as many blocks from the beginning as there is room for, and a line that counts the others."""
    kept: list[str] = []
    for each in blocks:
        room -= len(each) + 1
        if room < 0:
            return [*kept, more.format(len(blocks) - len(kept), ALL)]
        kept.append(each)
    return kept


def _row(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"
