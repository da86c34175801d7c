"""Screening over simulated trials: by which criterion candidates fail, and whom a decision leaves unsettled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.model.english import say as say_rule
from trialproof.model.protocol import Criterion, Protocol
from trialproof.reports.page.charts.bars import Step, funnel
from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.ranges import Pair, pairs
from trialproof.reports.page.map_figure import Tree
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.told import DASH, MINUS, Figure, Line, line, nine_of_ten, plainly, say, table
from trialproof.simulate.results.record import KINDS
from trialproof.simulate.results.screening import CONSENT, UNSETTLED

FUNNEL, STRANDED = "screening-funnel", "screening-stranded"
LEAST = 0.05
"""Steps at which fewer candidates of a trial fail are only listed."""
SAID = {
    UNSETTLED: "a decision does not settle them, or is not for them",
    CONSENT: "declined to take part",
}
KIND = {"gap": "gap: no choice", "overlap": "overlap: too many", "undetermined": "undetermined"}


@dataclass(frozen=True, slots=True)
class Failing:
    """One step: its tag, its words, how many fail here first, of all who come in per cent, and how many at all."""

    tag: str
    words: str
    first: Line
    share: str
    at_all: Line | None


@dataclass(frozen=True, slots=True)
class Screening:
    """The section: the funnel with its steps, those at which nobody fails, and the stranded (None: nobody ever)."""

    funnel: Chart
    came: str
    steps: tuple[Failing, ...]
    nobody: tuple[str, ...]
    stranded: Figure | None


def screening(material: Material) -> Screening | None:
    """Return the section; None without a run, or where nobody comes."""
    run = material.run
    if run is None or not run.mean("candidates"):
        return None
    found = run.of("failed_first")
    title = f"Of {plainly(run.rows['candidates'])} candidates of a trial, on average"
    return Screening(
        Chart(FUNNEL, title, _funnel(run, material.protocol, title)),
        plainly(run.rows["candidates"]),
        tuple(_failing(run, material.protocol, step) for step, _ in found if _fails(run, step)),
        tuple(step for step, _ in found if not _fails(run, step)),
        _stranded(run),
    )


def charts(material: Material) -> Iterator[Chart]:
    """Yield the charts of the section."""
    found = screening(material)
    if found is not None:
        yield found.funnel
        if found.stranded is not None:
            yield found.stranded.chart


def words_of(criterion: Criterion, protocol: Protocol) -> str:
    """Return a criterion in the words of the document, else its label, else its rule in plain English."""
    quoted = " … ".join(each.text for each in criterion.quotes)
    return " ".join((quoted or criterion.label or say_rule(criterion.rule, protocol)).split())


def _words(protocol: Protocol, step: str) -> str:
    criteria = {each.id: each for each in protocol.criteria}
    return words_of(criteria[step], protocol) if step in criteria else SAID.get(step, step)


def _fails(run: Run, step: str) -> bool:
    return any((run.mean(name) or 0.0) >= LEAST for name in (f"failed_first.{step}", f"failed_any.{step}"))


def _funnel(run: Run, protocol: Protocol, title: str) -> Tree:
    criteria = {each.id for each in protocol.criteria}
    before = run.mean("candidates") or 0.0
    exact = run.expected("candidates")
    steps = []
    for step, row in run.of("failed_first"):
        expected = run.expected(f"failed_first.{step}")
        exact = None if exact is None or expected is None else exact - expected
        lost = row.mean or 0.0
        if lost >= LEAST:
            shown = f"{MINUS}{plainly(row)}"
            tag = step if step in criteria else ""
            steps.append(Step(_words(protocol, step), before, lost, shown, exact, tag))
        before -= lost
    for name, words in (("refused", "too late, or the cap is full"), ("in_screening", "still screened at the horizon")):
        lost = run.mean(name) or 0.0
        if lost >= LEAST:
            steps.append(Step(words, before, lost, f"{MINUS}{plainly(run.rows[name])}"))
        before -= lost
    share = 100 * (run.mean("enrolled") or 0.0) / (run.mean("candidates") or 1.0)
    last = f"{plainly(run.rows['enrolled'])} ({say(share, 0)} %)"
    return funnel(FUNNEL, title, plainly(run.rows["candidates"]), steps, ("enrolled", last))


def _failing(run: Run, protocol: Protocol, step: str) -> Failing:
    first, at_all = f"failed_first.{step}", f"failed_any.{step}"
    share = 100 * (run.mean(first) or 0.0) / (run.mean("candidates") or 1.0)
    return Failing(
        step if step in {each.id for each in protocol.criteria} else DASH,
        _words(protocol, step),
        line(step, run.rows[first], run.exact.get(first)),
        f"{say(share, 1)} %",
        line(step, run.rows[at_all], run.exact.get(at_all)) if at_all in run.rows else None,
    )


def _stranded(run: Run) -> Figure | None:
    found = []
    names: list[tuple[str, str]] = []
    for of, row in run.of("stranded"):
        decision, _, kind = of.rpartition(".")
        if kind not in KINDS or not row.mean:
            continue
        meets = run.rows[f"trial_meets.{of}"]
        low, high = meets.cells["low"], meets.cells["high"]
        found.append(
            Pair(
                decision,
                KIND[kind],
                row.mean,
                nine_of_ten(row),
                run.expected(f"stranded.{of}"),
                meets.cells["mean"] or 0.0,
                (low or 0.0, 1.0 if high is None else high),
            )
        )
        names += [
            (f"{decision}, {kind}: candidates of a trial", f"stranded.{of}"),
            (f"{decision}, {kind}: share of the eligible", f"stranded_share.{of}"),
            (f"{decision}, {kind}: trials that meet one", f"trial_meets.{of}"),
            (f"{decision}, {kind}: enrolled by a policy", f"stranded_enrolled.{of}"),
        ]
    if not found:
        return None
    title = "Stranded: eligible, and left unsettled by a decision"
    tree = pairs(STRANDED, title, found, "candidates of a trial", "trials that meet at least one")
    return Figure(Chart(STRANDED, title, tree), title, "", table(run, title, names))
