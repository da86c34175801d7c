"""The simulation in short: what a trial will be like, whether theory agrees, and what was read how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.reports.page.charts.canvas import Chart
from trialproof.reports.page.charts.theory import distances
from trialproof.reports.page.material import Material
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.told import brief, far, inside, joined, nine_of_ten, plainly, say, shown, sign_of
from trialproof.reports.simulation_table import digits_of
from trialproof.simulate.results.against import FAR, Verdict
from trialproof.simulate.results.screening import ANY
from trialproof.simulate.results.week import ALL

FEWEST = 8
"""So many figures have to be judged for a picture of how far they lie from their exact answers."""


@dataclass(frozen=True, slots=True)
class Card:
    """A figure in large letters: what it is, of what, and how sure it is."""

    value: str
    what: str
    error: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How simulation and theory compare: how many figures agree, cannot be judged, and differ (which, and how far)."""

    agree: int
    open: int
    differ: tuple[tuple[str, str, str, str], ...]
    furthest: str
    without: tuple[tuple[str, str], ...]
    chart: Chart | None

    @property
    def all(self) -> int:
        """How many figures have an exact answer."""
        return self.agree + self.open + len(self.differ)


@dataclass(frozen=True, slots=True)
class InShort:
    """The section. `otherwise` are sentences that the run reads otherwise than this report, with both readings."""

    scenario: str
    replications: int
    seed: int
    standing: str
    cards: tuple[Card, ...]
    agreement: Agreement
    otherwise: tuple[tuple[str, str, str], ...]


def simulation(material: Material) -> InShort | None:
    """Return the simulation in short; None without a run."""
    run = material.run
    if run is None:
        return None
    readings = run.manifest["readings"]
    counts = [f"{count} {standing}" for standing, count in run.summary["assumptions"].items()]
    return InShort(
        run.scenario,
        run.replications,
        run.manifest["entropy"],
        joined(counts) if counts else "none",
        tuple(_cards(run)),
        _agreement(run),
        tuple((name, readings[name], mine) for name, mine in material.selection.items()
              if readings.get(name, mine) != mine),
    )  # fmt: skip


def charts(material: Material) -> Iterator[Chart]:
    """Yield the charts of the section."""
    found = simulation(material)
    if found is not None and found.agreement.chart is not None:
        yield found.agreement.chart


def _cards(run: Run) -> Iterator[Card]:
    arms = run.of("arm_count")
    if arms and all(row.mean is not None for _, row in arms):
        counts = " : ".join(say(row.mean or 0.0, 0) for _, row in arms)
        widest = max((row for _, row in arms), key=lambda row: row.mcse or 0.0)
        error = "unknown" if widest.mcse is None else say(widest.mcse, digits_of(widest.mean or 0.0, widest.mcse))
        names = " : ".join(arm for arm, _ in arms)
        imbalance = run.rows["arm_imbalance"]
        low, high = (say(each, 0) for each in nine_of_ten(imbalance))
        apart = f"largest less smallest arm, nine of ten trials {low} to {high}"
        yield Card(counts, f"patients in {names}", f"MCSE {error}; {apart}")
    horizon = f"{run.summary['horizon_days']:,}"
    reached = run.rows["target_reached"]
    if reached.mean is not None:
        ends = _ends(run, "target_reached")
        yield Card(plainly(reached), f"of trials reach their target within {horizon} days", f"95 % interval {ends}")
    yield from _spread(run, "duration", "of recruiting, at most to the horizon", " days")
    unsettled = [
        (of, row) for of, row in run.of("stranded_share") if of.endswith(f".{ANY}") and row.mean
    ]
    if unsettled:
        of, row = max(unsettled, key=lambda each: each[1].mean or 0.0)
        decision = of.removesuffix(f".{ANY}")
        meets = run.rows[f"trial_meets.{of}"]
        often = "every trial meets one" if meets.cells["mean"] == 1.0 else f"{plainly(meets)} of trials meet one"
        words = f"of the eligible are left unsettled by {decision}; {often}"
        yield Card(plainly(row), words, f"MCSE {_error(run, f'stranded_share.{of}')}")
    linacs = [(of, row) for of, row in run.of("linac_utilisation") if of.endswith(f".{ALL}") and row.mean is not None]
    if linacs:
        of, row = max(linacs, key=lambda each: each[1].mean or 0.0)
        over = plainly(run.rows[f"linac_over_capacity.{of}"])
        words = f"of its hours the fullest linac is in use ({of.removesuffix(f'.{ALL}')}); over them on {over} of days"
        yield Card(plainly(row), words, f"MCSE {_error(run, f'linac_utilisation.{of}')}")
    yield from _spread(run, "start_days", "from enrolment to the first fraction", " days")


def _spread(run: Run, name: str, what: str, unit: str) -> Iterator[Card]:
    row = run.rows.get(name)
    if row is None or row.mean is None:
        return
    digits = digits_of(row.mean, row.width())
    low, high = (brief(each) for each in nine_of_ten(row))
    error = "" if row.mcse is None else f"MCSE {say(row.mcse, digits)}; "
    yield Card(f"{brief(row.mean)}{unit}", what, f"{error}nine of ten trials {low} to {high}")


def _ends(run: Run, name: str) -> str:
    row = run.rows[name]
    digits = digits_of(row.mean or 0.0, row.width())
    low, high = (say(shown(row, key) or 0.0, digits) for key in ("low", "high"))
    return f"{low} to {high}{sign_of(row)}"


def _error(run: Run, name: str) -> str:
    row = run.rows[name]
    return "unknown" if row.mcse is None else say(row.mcse, digits_of(row.mean or 0.0, row.width()))


def _agreement(run: Run) -> Agreement:
    judged = {name: each for name, each in run.exact.items() if each.away is not None}
    furthest = ""
    if judged:
        name = max(judged, key=lambda each: abs(judged[each].away or 0.0))
        furthest = f"The furthest is {name}, {far(judged[name])} MCSE from it"
    verdicts = [each.verdict for each in run.exact.values()]
    differ = tuple(
        (name, inside(run, name), say((run.expected(name) or 0.0), 4), far(each))
        for name, each in run.exact.items()
        if each.verdict is Verdict.DIFFERS
    )
    away = [each.away or 0.0 for each in judged.values() if each.away]
    chart = None
    if len(away) >= FEWEST:
        title = "How far simulated figures lie from their exact answers"
        words = f"{title}: {len(away)} figures, in Monte Carlo standard errors"
        chart = Chart("simulation-theory", title, distances("simulation-theory", words, away, FAR))
    return Agreement(
        verdicts.count(Verdict.AGREES),
        verdicts.count(Verdict.NOT_JUDGED),
        differ,
        furthest,
        tuple((each["figures"], each["because"]) for each in run.summary["no_exact_answer"]),
        chart,
    )
