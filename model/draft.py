"""The first `protocol.yaml` for a document: a short lesson in comments, and every sentence on the list `todo`.

It loads at once, so that a protocol can be checked from its first rule on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from trialproof.model.document import Document, Quote, fold, occurrences, sentences, show
from trialproof.model.node import MOST_VALUES
from trialproof.model.place import BadInput, Place
from trialproof.model.shape import VERSION
from trialproof.model.source import LARGEST_FILE
from trialproof.model.textfile import CONTROL, MEGABYTE

LONGEST_LINE = 100
MODELINE = "# yaml-language-server: $schema=protocol.schema.json"
LESSON = """\
# Each sentence of the document is listed under `todo`. Take them one by one: write what a sentence says as a rule
# beside its own words, or list it under `not_modelled` with a reason, and delete its entry. It goes like this:
#
# quantities:
#   age:
#     unit: year
#     range: [0, 120]
#     recorded_to: {step: 1, rounded: down}
#   sex:
#     one_of: [female, male]
#   pregnant:
#     yes_no: true
#     applies_if: sex is female
#     when_not_applicable: no
#
# eligibility:
#   inclusion:
#     - id: I1
#       quote: Age over 18 years
#       rule: age > 18 years
#   exclusion:
#     - id: E1
#       quote: Pregnancy
#       rule: pregnant
#
# decisions:
#   arm:
#     choices:
#       short_course:
#         quote: Patients of 70 years or older are assigned to the short course
#         when: age >= 70 years
#       long_course:
#         when: otherwise
"""

_PLAIN = re.compile(r"[^\W_](?:[\w ,;.()/<>=+*^%'-]*[\w,;.()/<>=+*^%'-])?")


def draft(document: Document, title: str | None = None) -> str:
    """Return the text of a `protocol.yaml` that stands beside the document; its first sentence is the title, else.

    Raises `BadInput` where such a file could not be read: the document is too large, or a name is not text.
    """
    listed = sentences(document)
    heading = fold(title or "") or (listed[0].text if listed else "untitled")
    name = Path(document.file).name
    for text in (heading, name):
        if CONTROL.search(text):
            raise BadInput(f"{show(text)} holds a control character", Place(document.file))
    lines = [
        MODELINE,
        f"trialproof: {VERSION}",
        f"title: {_write(heading, 2)}",
        f"document: {_write(name, 2)}",
        "",
        LESSON,
    ]
    if len(document.folded) < LARGEST_FILE and 4 * len(listed) < MOST_VALUES:
        lines += ["todo:", *_todo(document, listed)] if listed else ["todo: []"]
        text = "\n".join(lines) + "\n"
        if len(text.encode()) <= LARGEST_FILE:
            return text
    raise BadInput(
        f"{show(document.file)} is too long for one `protocol.yaml` of {LARGEST_FILE // MEGABYTE} MB",
        Place(document.file),
        help="cut it down to the sections on eligibility, arms and treatment",
    )


def _todo(document: Document, listed: tuple[Quote, ...]) -> Iterator[str]:
    starts: dict[str, list[int]] = {}
    for sentence in listed:
        if sentence.text not in starts:
            spans = occurrences(document, sentence.text)
            starts[sentence.text] = [document.folded_span(*span).start for span in spans]
        yield f"  - quote: {_write(sentence.text, 6)}"
        if len(starts[sentence.text]) > 1:
            yield f"    nth: {bisect_left(starts[sentence.text], sentence.start) + 1}"


def _write(text: str, indent: int) -> str:
    """Write a text as YAML: as it is where that is safe and short, else as a block below its key."""
    if len(text) <= LONGEST_LINE and _PLAIN.fullmatch(text):
        return text
    if text != fold(text):
        return "'" + text.replace("'", "''").replace("\n", "\n\n") + "'"
    return f"|-\n{' ' * indent}{text}"
