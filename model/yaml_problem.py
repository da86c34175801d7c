"""What the YAML parser complains of, said in the words of somebody who writes a protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trialproof.model.document import shorten

QUOTE_IT = "put the text in quotation marks, or write it on the next line under `|-`"
BEGINS_A_TEXT = "a text cannot begin with `{0}`"

# What the parser says; what is wrong; what to do about it. `{0}` is the character at that place.
_EXPLAINED: tuple[tuple[str, str, str], ...] = (
    (r"mapping values are not allowed", "`: ` is not expected here", f"where `: ` belongs to a text, {QUOTE_IT}"),
    (r"character '\\t' that cannot start", "a tab cannot stand here", "indent with blanks"),
    (r"that cannot start any token", BEGINS_A_TEXT, QUOTE_IT),
    (
        r"could not find expected ':'",
        "this line has no `: ` after its key",
        "a text that runs over several lines is indented by more than its key, and has no ` #` in it",
    ),
    (
        r"expected <block end>",
        "this belongs neither to the value before it nor to the keys above it",
        (
            "the keys of a mapping begin in the same column, ` #` ends a text, and a text that begins with a quotation"
            " mark or a bracket ends with it"
        ),
    ),
    (
        r"expected '<document start>'",
        "this belongs to no key above it",
        "the keys of a mapping begin in the same column, those of the file in the first",
    ),
    (r"expected the node content", "a value is expected here", "write one, or leave its key out"),
    (r"mapping keys are not allowed", "a key cannot begin on this line", "begin it on the next line"),
    (r"expected ',' or '}'", "a `,` or the closing `}}` is expected here", "every `{{` needs its `}}`"),
    (r"expected ',' or '\]'", "a `,` or the closing `]` is expected here", "every `[` needs its `]`"),
    (r"unexpected end of stream", "the quotation mark that opens here is never closed", "close it"),
    (r"unexpected document separator", "the quotation mark that opens here is never closed", "close it"),
    (
        r"unknown escape character|escape sequence of",
        "an escape that is not known stands within double quotes",
        "use single quotation marks, in which a backslash is a backslash",
    ),
    (
        r"expected chomping or indentation|expected a comment or a line break|expected indentation indicator",
        "a text cannot begin with `>` or `|`",
        QUOTE_IT,
    ),
    (r"more indented follow up line", "the blank lines above are indented by more than this one", "unindent them"),
    (r"expected alphabetic or numeric", "a text cannot begin with `&`, `*` or `%`", QUOTE_IT),
    (
        r"sequence entries are not allowed",
        "a list cannot begin on this line",
        "begin it on the next line, or write it as `[a, b]`",
    ),
    (r"after document end marker", "nothing can follow on this line", "leave the line `...` out"),
    (r"undefined tag handle", "a text cannot begin with `!`", QUOTE_IT),
    (r"incompatible YAML document", "this version of YAML is not known", "leave the line out: YAML 1.2 is read"),
)
_JARGON: Mapping[str, str] = {
    "<stream end>": "the end of the file",
    "<scalar>": "a text",
    "\\x00": "the end of the file",
}


def explain(problem: str, character: str) -> tuple[str, str | None]:
    """Return the message and the help for a problem of the parser at a character."""
    for pattern, message, help_ in _EXPLAINED:
        if re.search(pattern, problem):
            return message.format(character), help_.format(character)
    for jargon, words in _JARGON.items():
        problem = problem.replace(jargon, words)
    return f"this is not valid YAML: {shorten(problem)}", None


def begins_at_context(problem: str) -> bool:
    """Return whether the place to look at is where the parser began, not where it gave up."""
    return "end of stream" in problem or "document separator" in problem or "line break" in problem
