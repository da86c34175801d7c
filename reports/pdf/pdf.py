"""The report as PDF: the sections of the page, from the same values, typeset by Typst.

`templates/report.typ` sets up the document, `templates/parts.typ` has what several sections use, and `NAME.typ` is the
section of this name (`reports.page.page.SECTIONS`): its function `body(it)` gets what the section's function in Python
returned, as data (`reports.pdf.values`).

**Safety.** Texts are data: Typst prints them and never reads them as markup. Hidden characters are named, and so are
those that the fonts do not have. Nothing is loaded: neither files outside the templates, nor fonts of the machine, nor
packages.

**Two builds are byte-identical**: no clock, no font but those that Typst brings along. The PDF is tagged (PDF/UA-1);
with a date of the report it is an archive file (PDF/A-2a) besides, which has to have one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trialproof.model.place import BadInput
from trialproof.reports.page.calendar import Calendars
from trialproof.reports.page.glance import glance
from trialproof.reports.page.material import Material
from trialproof.reports.page.page import SECTIONS, Section
from trialproof.reports.pdf.figures import calendar_svg, maps
from trialproof.reports.pdf.glyphs import legible
from trialproof.reports.pdf.values import Json, as_json

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATES = Path(__file__).parent / "templates"
TAGGED: Literal["ua-1"] = "ua-1"
ARCHIVED: Literal["a-2a"] = "a-2a"
DATES = ("%Y-%m-%d", "%d %B %Y", "%B %d, %Y")
"""How a date of the report may be written to be the date of the document."""
NO_GLYPH = "could not be displayed"


def write_pdf(material: Material) -> bytes:
    """Return the report as PDF; the same material gives the same bytes. Raises `BadInput` if Typst is missing."""
    try:
        return _typeset(material, legible)
    except BaseException as error:  # a panic of Typst is no `Exception`
        if not _stumbles(error):
            raise
    return _typeset(material, partial(legible, plain=True))


def _stumbles(error: BaseException) -> bool:
    """Return whether Typst could not print a text, though each of its characters has a glyph."""
    return NO_GLYPH in str(error) or type(error).__name__ == "PanicException"


def draw_pages(material: Material, *, ppi: float = 100.0) -> list[bytes]:
    """Return the pages of the PDF as PNG. Raises `BadInput` if Typst is missing."""
    inputs = {"data": json.dumps(document(material, legible))}
    found: Any = compiler().compile(format="png", ppi=ppi, sys_inputs=inputs)
    return list(found) if isinstance(found, list) else [found]


def _typeset(material: Material, names: Callable[[str], str]) -> bytes:
    day = day_of(material.date)
    found: Any = compiler().compile(
        format="pdf",
        pdf_standards=[TAGGED] if day is None else [TAGGED, ARCHIVED],
        sys_inputs={"data": json.dumps(document(material, names))},
    )
    return bytes(found)


def compiler() -> Compiler:
    """Return what typesets the templates, without a font or a package of the machine. Raises `BadInput`."""
    try:
        from typst import Compiler, Fonts
    except ImportError:
        raise BadInput("a PDF needs Typst", help="pip install 'trialproof[report]'") from None
    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=True)
    nowhere = TEMPLATES / "packages"
    return Compiler(
        input=TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=nowhere,
        package_cache_path=nowhere,
    )


def document(material: Material, names: Callable[[str], str]) -> Json:
    """Return all that the templates print, each text as `names` returns it."""
    protocol, day = material.protocol, day_of(material.date)
    sections = []
    for section in SECTIONS:
        values = _values(section, material, names)
        if values is not None:
            sections.append({"name": section.name, "heading": section.heading, "m11": section.m11, "it": values})
    return {
        "title": names(protocol.title),
        "registry": names(protocol.registry),
        "file": names(protocol.file),
        "date": names(material.date or ""),
        "day": None if day is None else [day.year, day.month, day.day],
        "release": names(material.release),
        "glance": as_json(glance(material), names),
        "sections": sections,
    }


def _values(section: Section, material: Material, names: Callable[[str], str]) -> Json | None:
    """Return the values of a section, with its pictures as SVG; None where it is left out."""
    if section.name == "patient_map":  # the pictures are drawn anew here, with letters that the fonts have
        drawn = [{**as_json(each, names), "svg": each.svg} for each in maps(material, names)]
        return {"maps": drawn} if drawn else None
    it = section.values(material)
    if it is None:
        return None
    values = as_json(it, names)
    if isinstance(it, Calendars):
        for branch, each in zip(values["branches"], it.branches, strict=True):
            branch["svg"] = calendar_svg(each, names)
    return values


def day_of(date: str | None) -> datetime | None:
    """Return the day that a text names, if it does: 2026-03-02, 2 March 2026, March 2, 2026."""
    for each in DATES if date is not None else ():
        try:
            return datetime.strptime(date or "", each).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
