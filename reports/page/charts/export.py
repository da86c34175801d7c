"""Charts and maps as files of their own: SVG, and PNG through vl-convert. The same pictures as on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from trialproof.model.place import BadInput
from trialproof.reports.page.charts.canvas import WIDTH, Chart, rounded, short, text
from trialproof.reports.page.map_export import PICTURE, PROPERTY, SANS, TEMPLATES, USE, export_png, write_figures
from trialproof.reports.page.map_figure import write_svg
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated import accrual, arms, load, screening, simulation, treatment

ABOVE, AROUND = 40.0, 12.0
"""Room for the title, and on every side."""
FAMILIES: tuple[Callable[[Material], Iterator[Chart]], ...] = (
    simulation.charts,
    arms.charts,
    accrual.charts,
    screening.charts,
    load.charts,
    treatment.charts,
)


def charts_of(material: Material) -> Iterator[Chart]:
    """Yield every chart of a report, in the order of the page; none without a run."""
    for charts in FAMILIES:
        yield from charts(material)


def export_chart(chart: Chart) -> str:
    """Return a chart with its title as an SVG file for light paper."""
    tag, attributes, children = chart.tree
    height = float(attributes["viewBox"].split()[-1])
    box = f"{rounded(-AROUND)} {rounded(-ABOVE)} {rounded(WIDTH + 2 * AROUND)} {rounded(height + ABOVE + AROUND)}"
    title = text(0.0, -18.0, "title", short(chart.title, WIDTH, 16.0))
    size = {"width": rounded(WIDTH + 2 * AROUND), "height": rounded(height + ABOVE + AROUND)}
    tree = (tag, {**attributes, "viewBox": box, **size}, [children[0], title, *children[1:]])
    return write_svg(tree, style=style(), namespace=True) + "\n"


def write_all(material: Material, folder: Path) -> None:
    """Write each map and each chart of a report as SVG and PNG. Raises `BadInput` where that cannot be."""
    write_figures(material, folder)
    for chart in charts_of(material):
        svg = export_chart(chart)
        png = export_png(svg)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{chart.name}.svg").write_text(svg, encoding="utf-8", newline="\n")
            (folder / f"{chart.name}.png").write_bytes(png)
        except OSError as error:
            reason = (error.strerror or "it is no folder").lower()
            raise BadInput(f"`{folder}` cannot be written to: {reason}") from None


def style() -> str:
    """Return the style of charts with its colours written out: not every program knows custom properties."""
    page, own = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "page-chart.css"))
    values = dict(PROPERTY.findall(page.split("@media")[0])) | dict(PROPERTY.findall(own.split("@media")[0]))
    values["--sans"] = SANS
    picture = PICTURE.search(own)
    assert picture is not None  # noqa: S101 - both marks stand in the file
    rules = picture[1].replace(".chart {", "svg { background: var(--ground);").replace(".chart ", "svg ")
    return USE.sub(lambda use: values[use[1]], rules)
