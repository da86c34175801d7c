"""The report as one HTML file: which sections it has, and how they are put together.

**A section** is one row of `SECTIONS`. Its `name` is its anchor (`#patient_map`) and the name of its files:

- `reports/page/NAME.py` (or any noun file, `simulated/NAME.py` where it tells of a simulation) has the pure function
  `values(material) -> frozen values | None`. None leaves the section out, also from the contents. It renders nothing,
  and gives plain texts, numbers and tuples.
- `templates/NAME.html` begins with `{% extends "section.html" %}` and fills `{% block body %}`. In it, `it` is what
  the function returned, `section` the row of the table, `number` its number on the page. `section.html` writes the
  `<section>` with its heading (h2), so a template begins its own headings with h3.
- `templates/NAME.css` and `templates/NAME.js`, both optional, are inlined: all styles in one `<style>`, all scripts
  in one `<script>` at the end of the body, in the order of the table, after `page.css` and `page.js`. A script that is
  too long for one file has a part `NAME-PART.js`, which comes before it.

**Safety.** Whatever a template prints is escaped, and hidden characters are named (`inert.py`); an absent value is an
error. Never `|safe`. The filter `|prose` turns the backticks of a sentence into `<code>`. The Content-Security-Policy
allows the one style and the one script by their hashes and nothing else: no `style=` attribute, no `onclick=`, no
`javascript:`, no image, no font. From a script, `element.style.setProperty(...)` works, `setAttribute("style", ...)`
does not; put text in with `textContent`, never with `innerHTML`. Every id inside a section begins with its name:
`id="patient_map-arm"`.

**Data for a script** go into `<script type="application/json" id="NAME-data">{{ it.data|tojson }}</script>`: `tojson`
escapes what could end the element, and sorts keys. Texts in it go through `inert.visible` in the section's function.

**Scripts** are optional: without any, the information is on the page all the same. Each is one function of its own
(`(() => { "use strict"; ... })();`), which adds what only works with it.

**Styles** use the custom properties of `page.css`, which exist in light, dark and print: `--paper`, `--wash`, `--ink`,
`--quiet`, `--line`, `--accent`; `--proved`, `--refuted`, `--undecided`; `--error`, `--warning`, `--note`, each with a
pale `--error-wash` and so on; and for choices `--choice-1` ... `--choice-8`. Nothing is told by colour alone. Selectors
of a section begin with its id: `#patient_map table`. Wide things stand in `<div class="scroll" tabindex="0"
role="region" aria-label="...">`, which scrolls by itself; the page never does.

**Two builds are byte-identical**: no clock, no random number, no `hash()`, no set that is iterated.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from trialproof.model.place import BadInput
from trialproof.reports.page.calendar import calendar
from trialproof.reports.page.charting import charting
from trialproof.reports.page.document import document
from trialproof.reports.page.findings import findings
from trialproof.reports.page.glance import glance
from trialproof.reports.page.m11 import (
    ACTIVITIES,
    ADMINISTRATION,
    ASSIGNMENT,
    DESCRIPTION,
    EXCLUSION,
    INCLUSION,
    MODIFICATION,
    POPULATION,
)
from trialproof.reports.page.map_section import patient_map
from trialproof.reports.page.material import Material
from trialproof.reports.page.prescriptions import prescriptions
from trialproof.reports.page.readings import readings
from trialproof.reports.page.record import record
from trialproof.reports.page.regions import regions
from trialproof.reports.page.repairs import repairs
from trialproof.reports.page.simulated.accrual import accrual
from trialproof.reports.page.simulated.arms import arms
from trialproof.reports.page.simulated.assumptions import assumptions
from trialproof.reports.page.simulated.load import load
from trialproof.reports.page.simulated.run_record import run_record
from trialproof.reports.page.simulated.screening import screening
from trialproof.reports.page.simulated.simulation import simulation
from trialproof.reports.page.simulated.treatment import treatment

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


class Part(Protocol):
    """What the templates ask of a section: its name, its heading, and the sections of ICH M11."""

    @property
    def name(self) -> str:
        """Its anchor, and the name of its files."""

    @property
    def heading(self) -> str:
        """What stands above it."""

    @property
    def m11(self) -> tuple[str, ...]:
        """The sections of the ICH M11 template that it speaks of."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its name, its heading, the sections of the ICH M11 template that it speaks of, and its values."""

    name: str
    heading: str
    values: Callable[[Material], object | None]
    m11: tuple[str, ...] = ()


SECTIONS = (
    Section("glance", "The verdict at a glance", glance),
    Section("document", "The document, sentence by sentence", document),
    Section("findings", "Findings", findings),
    Section("readings", "Readings", readings),
    Section("regions", "Who falls between the choices", regions, (POPULATION, ASSIGNMENT)),
    Section("patient_map", "The map of patients", patient_map, (POPULATION, ASSIGNMENT)),
    Section("charting", "Patients to test with", charting),
    Section("repairs", "Repairs", repairs, (INCLUSION, EXCLUSION, ASSIGNMENT)),
    Section("prescriptions", "Prescriptions side by side", prescriptions, (DESCRIPTION, MODIFICATION)),
    Section("calendar", "The calendar of each branch", calendar, (ACTIVITIES, ADMINISTRATION)),
    Section("simulation", "The simulation in short", simulation),
    Section("arms", "Arm balance, simulated", arms, (ASSIGNMENT,)),
    Section("accrual", "Accrual, simulated", accrual),
    Section("screening", "Screening and the stranded, simulated", screening, (POPULATION, INCLUSION, EXCLUSION)),
    Section("load", "Load on the departments, simulated", load, (ACTIVITIES,)),
    Section("treatment", "Treatment, simulated", treatment, (ADMINISTRATION, MODIFICATION)),
    Section("assumptions", "What the simulation assumes, and why", assumptions),
    Section("run_record", "The record of the simulation", run_record),
    Section("record", "The record", record),
)


def write_page(material: Material) -> str:
    """Return the report as HTML; the same material gives the same bytes. Raises `BadInput` if Jinja2 is missing."""
    parts = [(section, it) for section in SECTIONS if (it := section.values(material)) is not None]
    protocol = material.protocol
    imprint = tuple(each for each in (protocol.registry, protocol.file, material.date) if each)
    return put_together(Masthead("Protocol report", protocol.title, imprint), parts)


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above a page: what kind of page it is, its title, and what else is said of it."""

    kind: str
    title: str
    imprint: tuple[str, ...]


def put_together(masthead: Masthead, parts: Sequence[tuple[Part, object]], *folders: Path) -> str:
    """Return a page of sections, each with its values; templates are in `folders` or, if not there, the report's own.

    Styles and scripts of all folders are put in, those of the report first. Raises `BadInput` if Jinja2 is missing.
    """
    engine = environment(*folders)
    bodies = [
        (section, engine.get_template(f"{section.name}.html").render(it=it, section=section, number=number))
        for number, (section, it) in enumerate(parts, start=1)
    ]
    names = ["page", *(section.name for section, _ in parts)]
    style, script = (_inlined(names, kind, (TEMPLATES, *folders)) for kind in ("css", "js"))
    page = engine.get_template("page.html").render(
        masthead=masthead,
        bodies=bodies,
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    return f"{page}\n"


def environment(*folders: Path) -> Environment:
    """Return what renders the templates, those of further folders first. Raises `BadInput` if Jinja2 is missing."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise BadInput("the report needs Jinja2", help="pip install 'trialproof[report]'") from None
    from trialproof.reports.page.inert import capitalised, ours, prose, shown

    engine = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    engine.filters |= {"prose": prose, "ours": ours, "capitalised": capitalised}
    return engine


def _inlined(names: Sequence[str], kind: str, folders: Sequence[Path]) -> str:
    """Return the files of this kind that there are, one after another, the parts of each before it."""
    parts = [
        (*sorted(folder.glob(f"{name}-*.{kind}")), folder / f"{name}.{kind}") for name in names for folder in folders
    ]
    paths = [path for each in parts for path in each]
    return "\n" + "".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())


def _policy(style: str, script: str) -> str:
    """Return what the page may do: use its own style and its own script, told by their hashes, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
