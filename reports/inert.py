"""Text from outside, made safe to show: hidden characters are named, and Markdown has nothing left to interpret.

A protocol's words are untrusted. In a report they are words and nothing else: no markup, no link, nobody mentioned, no
issue referred to, and no character that turns the text around it.
"""

from __future__ import annotations

import re
from unicodedata import category

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters without a shape."""
APART = "&#8203;"
"""A space without width, as HTML writes it: what it stands in is no name, number or address any more."""

PLAIN = frozenset(" ,;/%?'\"")
WITHIN = frozenset("-+=.:()")
"""What Markdown takes for structure only at the beginning of a line, alone or behind a number."""

_TRIGGER = re.compile(r"[@#]|:(?=//)|www(?=\.)|\bGH-|:(?=[\w+-]+:)", re.IGNORECASE)
"""Behind what a space without width stands: mentions, issues, addresses, emoji."""
_COMMIT = re.compile(r"\b(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}\b", re.IGNORECASE)
SHORT = 6
"""More digits than that could name a commit."""
_CODE = re.compile(r"`([^`]+)`")


def visible(text: str) -> str:
    """Return the text with every character that has no shape of its own named instead: `[U+202E]`."""
    if text.isprintable() and (text.isascii() or not any(each in text for each in FILLERS)):
        return text  # nothing printable is of a hidden category; to look at each character takes longer
    return "".join(_named(each) if _is_hidden(each) else each for each in text)


def one_line(text: str) -> str:
    """Return the text on one line, with runs of white space as one blank and hidden characters named."""
    return visible(" ".join(text.split()))


def shorten(text: str, most: int) -> str:
    """Return the beginning of a text of more than so many characters, and how many more there are."""
    return text if len(text) <= most else f"{text[:most].rstrip()} … ({len(text) - most} more characters)"


def markdown(text: str) -> str:
    """Return a text, on one line, as Markdown that reads as just that text.

    Punctuation is written as character references, which Markdown never takes for structure; and what GitHub makes of
    words (mentions, issues, commits, addresses, emoji) is kept apart by spaces without width. Words in backticks
    become code.
    """
    pieces = _CODE.split(one_line(text))
    return "".join(f"<code>{_inert(each)}</code>" if at % 2 else _inert(each) for at, each in enumerate(pieces))


def _inert(text: str) -> str:
    number = len(text) - len(text.lstrip("0123456789"))
    written = [each if _is_harmless(text, at, number) else f"&#{ord(each)};" for at, each in enumerate(text)]
    for found in _TRIGGER.finditer(text):
        written[found.end() - 1] += APART
    for found in _COMMIT.finditer(text):
        for end in range(found.start() + SHORT, found.end(), SHORT):
            written[end - 1] += APART
    return "".join(written)


def _is_harmless(text: str, at: int, number: int) -> bool:
    """Return whether Markdown leaves a character alone; `number` is how many digits the text begins with."""
    character = text[at]
    if not character.isascii() or character.isalnum() or character in PLAIN:
        return True
    if character == "_":
        return text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
    return character in WITHIN and at > number


def _is_hidden(character: str) -> bool:
    return character not in "\t\n" and (category(character) in HIDDEN or character in FILLERS)


def _named(character: str) -> str:
    return f"[U+{ord(character):04X}]"
