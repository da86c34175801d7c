"""What a template prints, made safe: escaped as Jinja2 does, and without a character that has no shape of its own."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from trialproof.reports.inert import visible as visible

_CODE = re.compile(r"`([^`]+)`")


def shown(value: object) -> object:
    """Return what a template prints, hidden characters named; None would be a mistake of the template.

    Markup is printed as it is: each of its parts went through here.
    """
    if value is None:
        raise ValueError("a template prints a value that is absent")
    return value if isinstance(value, Markup) else visible(str(value))


def prose(text: str) -> Markup:
    """Return a sentence of a check as HTML: what stands in backticks is a name, everything else is escaped."""
    pieces = _CODE.split(visible(text))
    parts = [Markup("<code>{}</code>").format(each) if at % 2 else escape(each) for at, each in enumerate(pieces)]
    return Markup("").join(parts)


def capitalised(text: str) -> str:
    """Return a sentence with a capital, to stand by itself."""
    return text[:1].upper() + text[1:]


def ours(text: str) -> Markup:
    """Return as HTML what is HTML because a template or a file of this package made it."""
    return Markup(text)  # noqa: S704 - no word of it comes from outside, but what was escaped
