"""The rules of a protocol file, each beside its quotes: one condition, several readings of it, or left open.

What the document leaves open becomes a free yes/no, so that a proof holds whatever the answer turns out to be.
"""

from __future__ import annotations

import re
from typing import Protocol as Interface, TypeAlias, Union

from trialproof.model import shape
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import EVERYONE, Condition, Readings, Yes
from trialproof.model.document import Document, Quote, QuoteProblem, find_quote, fold, show
from trialproof.model.names import check_name
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Quantity, Sentence, YesNoKind
from trialproof.model.scope import Scope
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import Expression, Mistake, parse
from trialproof.model.typing import to_condition

NO_REASON = "the document does not say"
"""Why a reading is left open, where the file gives no reason."""

WRITE_IT_OUT = "put it in quotation marks, or write it on the next line under `|-`"

_GOES_ON = re.compile(r"(?:and|or|xor)\b")

Ruled: TypeAlias = Union[shape.Definition, shape.Criterion, shape.Choice]


class Quoting(Interface):
    """A part of the file that stands beside words of the document."""

    @property
    def quote(self) -> list[shape.QuotePart] | None:
        """The passages."""

    @property
    def nth(self) -> str | None:
        """Which occurrence of the one passage is meant."""

    @property
    def near(self) -> str | None:
        """What stands close to the one passage."""


def read_condition(source: Source, path: DataPath, text: str, scope: Scope) -> Condition:
    """Return what a text of the file says of a patient. Raises `BadInput` at the part of it that is wrong."""
    try:
        condition = to_condition(read_expression(source, path, text), scope)
    except Mistake as mistake:
        raise misread(source, path, mistake) from None
    return condition


def read_expression(source: Source, path: DataPath, text: str) -> Expression:
    """Return a condition or number of the file as it is written, and sure to be all of it."""
    comment = source.comment_after(path)
    if comment is not None and _GOES_ON.match(comment):
        raise _cut_short(source, path, "condition")
    try:
        return parse(text)
    except Mistake as mistake:
        unclosed = text.count("(") > text.count(")") or text.count('"') % 2
        if comment is not None and (unclosed or mistake.start >= len(text)):
            raise _cut_short(source, path, "condition") from None
        raise misread(source, path, mistake) from None


def misread(source: Source, path: DataPath, mistake: Mistake) -> BadInput:
    """Return the error for a mistake in a text of the file."""
    return source.problem(mistake.message, path, span=(mistake.start, mistake.end), help=mistake.help)


class RuleReader:
    """Reads the rules of one file, and collects what they bring along.

    `sentences` are the rules that have several readings, `left_open` the yes/no quantities that stand for what the
    document leaves open, both by name and in the order of reading.
    """

    def __init__(self, source: Source, document: Document | None, scope: Scope) -> None:
        self.source = source
        self.document = document
        self.scope = scope
        self.sentences: dict[str, Sentence] = {}
        self.left_open: dict[str, Quantity] = {}

    def condition(self, path: DataPath, text: str) -> Condition:
        """Return a condition of the file."""
        return read_condition(self.source, path, text, self.scope)

    def rule(
        self, path: DataPath, name: str, part: Ruled, quotes: tuple[Quote, ...], applies_if: Condition = EVERYONE
    ) -> Condition:
        """Return a rule that stands as one condition, as readings, or open; `name` is what its sentence is called."""
        if part.readings is not None:
            return self._readings(path, name, part, quotes, applies_if)
        if part.open is not None:
            return self._leave_open(name, part.label or "", part.open, applies_if, self.source.key_place(path))
        key, text = ("when", part.when) if isinstance(part, shape.Choice) else ("rule", part.rule)
        if text == shape.OPEN:
            raise self.source.problem(
                "what is left open needs a reason", (*path, key), help="write `open: the text gives no distance`"
            )
        return self.condition((*path, key), text or "")

    def quotes(self, path: DataPath, part: Quoting) -> tuple[Quote, ...]:
        """Return the passages that a part of the file quotes, each found in the document."""
        passages = part.quote or []
        if passages and self.document is None:
            raise self.source.problem(
                "a quote needs the protocol's text", (*path, "quote"), help="name its file: `document: document.txt`"
            )
        if len(passages) > 1 and (key := "nth" if part.nth else "near" if part.near else None):
            raise self.source.problem(
                f"`{key}` goes with one quote, and there are {len(passages)}",
                (*path, key),
                at_key=True,
                help=f"write it beside its quote, as an entry of its own: `- quote: ...`, and below it `{key}: ...`",
            )
        return tuple(self._quote((*path, "quote", index), path, part, each) for index, each in enumerate(passages))

    def _quote(self, path: DataPath, above: DataPath, part: Quoting, passage: shape.QuotePart) -> Quote:
        """Find one passage; its `nth` or `near` stands beside it, or a level above where it is the only one."""
        assert self.document is not None  # noqa: S101 - `quotes` saw to that
        owner, beside = (passage, path) if passage.nth or passage.near else (part, above)
        text = (*path, "quote")
        if self.source.comment_after(text) is not None and f"{fold(passage.quote)} #" in self.document.folded:
            raise _cut_short(self.source, text, "quote")
        try:
            nth = None if owner.nth is None else int(owner.nth)
            return find_quote(self.document, passage.quote, nth=nth, near=owner.near)
        except QuoteProblem as problem:
            where = text if problem.about == "quote" else (*beside, problem.about)
            advice = [problem.help] if problem.help else []
            if problem.about == "quote" and self.source.in_brackets(path):
                advice.append("a comma ends a quote between `[` and `]`; write one quote a line, each behind `- `")
            raise self.source.problem(problem.message, where, help="\n".join(advice) or None) from None

    def _readings(
        self, path: DataPath, name: str, part: Ruled, quotes: tuple[Quote, ...], applies_if: Condition
    ) -> Condition:
        readings = part.readings or {}
        options = []
        for reading, each in readings.items():
            here = (*path, "readings", reading)
            check_name(self.source, here, reading, "reading")
            if each.rule == shape.OPEN:
                place = self.source.key_place(here)
                rule = self._leave_open(f"{name}.{reading}", "", each.because or NO_REASON, applies_if, place)
            else:
                rule = self.condition((*here, "rule"), each.rule)
            options.append((reading, rule))
        self.add_sentence(path, name, tuple(readings), part.prefer, quotes)
        return Readings(name, tuple(options))

    def add_sentence(
        self,
        path: DataPath,
        name: str,
        readings: tuple[str, ...],
        prefer: str | None,
        quotes: tuple[Quote, ...],
        *,
        about_course: bool = False,
    ) -> None:
        """Take note of a sentence with several readings, which stand at the path."""
        preferred = readings[0] if prefer is None else prefer
        if preferred not in readings:
            meant = did_you_mean(preferred, readings)
            raise self.source.problem(
                f"there is no reading {show(preferred)} here",
                (*path, "prefer"),
                help=f"did you mean `{meant}`?" if meant else f"the readings are {', '.join(readings)}",
            )
        place = self.source.key_place(path)
        self.sentences[name] = Sentence(name, readings, preferred, quotes, place, about_course)

    def _leave_open(self, name: str, label: str, reason: str, applies_if: Condition, place: Place) -> Condition:
        self.left_open[name] = Quantity(
            name, YesNoKind(), label=label, applies_if=applies_if, left_open=reason, place=place
        )
        return Yes(name)


def _cut_short(source: Source, path: DataPath, what: str) -> BadInput:
    return source.problem(
        f"the {what} is cut short: ` #` begins a comment",
        path,
        help=f"if the {what} goes on, {WRITE_IT_OUT}; if not, move the comment to a line of its own",
    )
