"""The values of a section as JSON: what a page shows, as texts, numbers, lists and names.

A Typst template gets them as data. It prints texts as texts, so nothing that a protocol says is ever markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, TypeAlias

from trialproof.model.exact import plain
from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.patients import Person
from trialproof.reports.pdf.figures import chart_alt, chart_svg

Json: TypeAlias = Any
LARGEST = 2**53
"""Greater whole numbers are texts: not every reader of JSON has them exactly."""


def as_json(value: object, legible: Callable[[str], str]) -> Json:
    """Return a value as JSON, each text as `legible` returns it.

    An enumeration is its `key` and what it `says`, a chart its `title`, its picture and what that shows.

    Raises `TypeError` for what no section has.
    """
    match value:
        case int() if abs(value) > LARGEST:
            return str(value)
        case None | bool() | int() | float():
            return value
        case Chart():
            return {"title": legible(value.title), "svg": chart_svg(value, legible), "alt": chart_alt(value)}
        case str():
            return legible(value)
        case Fraction():
            return plain(value)
        case Enum():
            return {"key": value.name.lower(), "says": legible(str(value.value))}
        case Mapping():
            return {str(key): as_json(each, legible) for key, each in value.items()}
        case Person():
            return {"words": legible(value.words), "others": [[legible(a), legible(b)] for a, b in value.others]}
        case Sequence():
            return [as_json(each, legible) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {each.name: as_json(getattr(value, each.name), legible) for each in fields(value)}
        case _:
            raise TypeError(f"no section has a value such as {type(value)}")
