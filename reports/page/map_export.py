"""A map of patients as a file of its own: SVG, and PNG through vl-convert. The same picture as on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trialproof.model.place import BadInput
from trialproof.reports.page.map_figure import draw, write_svg
from trialproof.reports.page.material import Material
from trialproof.reports.page.patient_map import maps_of

TEMPLATES = Path(__file__).parent / "templates"
PROPERTY = re.compile(r"(--[\w-]+):\s*([^;]+);")
USE = re.compile(r"var\((--[\w-]+)\)")
PICTURE = re.compile(r"/\* picture \*/(.*)/\* end of the picture \*/", re.DOTALL)
SANS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


def export_svg(data: Mapping[str, Any], patients: Mapping[str, Any] | None = None) -> str:
    """Return the map of a decision, in the state that the page begins with, as an SVG file for light paper."""
    return write_svg(draw(data, {**data["start"], "alone": True}, patients), style=_style(), namespace=True) + "\n"


def export_png(svg: str, *, scale: float = 2.0) -> bytes:
    """Return an SVG file as PNG, so many pixels for each of its units. Raises `BadInput` without vl-convert."""
    try:
        from vl_convert import svg_to_png
    except ImportError:
        raise BadInput("a PNG needs vl-convert-python", help="pip install 'trialproof[report]'") from None
    found: bytes = svg_to_png(svg, scale=scale)
    return found


def write_figures(material: Material, folder: Path) -> None:
    """Write the map of each decision as `map-NAME.svg` and `map-NAME.png`. Raises `BadInput` where that cannot be."""
    for each in maps_of(material.protocol, material.selection, material.laid, material.atlases):
        if each.data is not None:
            svg = export_svg(each.data, each.patients)
            png = export_png(svg)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"map-{each.decision}.svg").write_text(svg, encoding="utf-8", newline="\n")
                (folder / f"map-{each.decision}.png").write_bytes(png)
            except OSError as error:
                reason = (error.strerror or "it is no folder").lower()
                raise BadInput(f"`{folder}` cannot be written to: {reason}") from None


def _style() -> str:
    """Return the style of the picture with its colours written out: not every program knows custom properties."""
    page, own = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "patient_map.css"))
    values = dict(PROPERTY.findall(page.split("@media")[0])) | dict(PROPERTY.findall(own.split("@media")[0]))
    values["--sans"] = SANS
    picture = PICTURE.search(own)
    assert picture is not None  # noqa: S101 - both marks stand in the file
    rules = picture[1].replace("#patient_map .map", "svg").replace("svg {", "svg { background: var(--map-ground);")
    return USE.sub(lambda use: values[use[1]], rules)
