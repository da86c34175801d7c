"""What `trialproof simulate` prints: the answers first, then every figure with its error, then how to get it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from trialproof.reports.layout import Page
from trialproof.reports.simulation_assumptions import assumptions
from trialproof.reports.simulation_figures import accrual, arms, balance, stranded, treatment, waits
from trialproof.reports.simulation_grids import desks, funnel, linacs, readings
from trialproof.reports.simulation_table import Row, heading
from trialproof.reports.simulation_told import Told
from trialproof.simulate.results.against import Verdict
from trialproof.simulate.results.screening import ANY
from trialproof.simulate.results.week import ALL

CERTAIN = 100
"""Per cent."""


def write_simulation(
    summary: Mapping[str, Any], *, repeat: str, color: bool, with_assumptions: bool = False
) -> str:
    """Return a summary (`runs.summary`) as text of at most 100 columns; `repeat` is the command that gives it again."""
    rows = {_name(cells): Row(cells) for cells in summary["figures"]}
    told = Told(summary, rows, {_name(each): each for each in summary["exact"]}, Page(color))
    parts = [
        list(_title(told)),
        list(_answers(told)),
        list(_goals(told)),
        *(
            [told.page.heading(name), heading(), *lines]
            for name, lines in (
                ("Arms, of those enrolled", list(arms(told))),
                ("Accrual", list(accrual(told))),
                ("Stranded: eligible, and left unsettled by a decision", list(stranded(told))),
                ("Treatment", list(treatment(told))),
                ("Waiting for a turn, in hours by the clock", list(waits(told))),
            )
            if lines
        ),
        list(funnel(told)),
        list(readings(told)),
        list(balance(told)),
        list(linacs(told)),
        list(desks(told)),
        list(assumptions(told.page, summary["assumptions_listed"])) if with_assumptions else [],
        list(_end(told, repeat)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _name(cells: Mapping[str, Any]) -> str:
    return f"{cells['metric']}.{cells['of']}" if cells["of"] else str(cells["metric"])


def _title(told: Told) -> Iterator[str]:
    summary, page = told.summary, told.page
    registry = summary["protocol"]["registry"]
    yield page.heading(f"{summary['protocol']['title']}{f' ({registry})' if registry else ''}")
    yield page.paragraph(f"Scenario: {summary['scenario']}", indent=2)
    counts = ", ".join(f"{count} {standing}" for standing, count in summary["assumptions"].items())
    several = "" if summary["replications"] == 1 else "s"
    size = f"{summary['replications']:,} replication{several}, at most {summary['horizon_days']:,} days each"
    yield f"  {size}; seed {summary['entropy']}; engine: {summary['engine']}"
    yield f"  Assumptions by the weakest thing behind them: {counts}"


def _answers(told: Told) -> Iterator[str]:
    yield told.page.heading("In short")
    arms = ", ".join(f"{row.say()} {arm}" for arm, row in told.of("arm_share"))
    words = f"{arms}; the largest arm has {told.rows['arm_imbalance'].say()} more patients than the smallest"
    yield told.page.entry("arms", words if told.rows["enrolled"].mean else "nobody is enrolled")
    reached = told.rows["target_reached"]
    words = f"the target is reached in {reached.say()} of the trials; {_recruiting(told, reached.mean or 0.0)}"
    yield told.page.entry("accrual", words)
    for of, row in told.of("trial_meets"):
        decision, _, kind = of.rpartition(".")
        if kind == ANY and row.mean:
            share = told.rows[f"stranded_share.{of}"].say()
            words = f"`{decision}` leaves {share} of the eligible unsettled, and somebody in {row.say()} of the trials"
            yield told.page.entry("stranded", words)
    busiest = _busiest(told)
    if busiest is not None:
        of, row = busiest
        over = told.rows[f"linac_over_capacity.{of}"]
        words = f"the fullest linac is {_place(of)}: {row.say()} of its time, over capacity on {over.say()} of its days"
        yield told.page.entry("load", words)
    late = told.rows["late_start_share"]
    if late.mean is not None:
        days = told.rows["start_days"].say()
        words = f"{days} days to the first fraction; {late.say()} of patients wait for more than 28"
        yield told.page.entry("start", words)


def _recruiting(told: Told, reached: float) -> str:
    """Say how long recruiting takes, as far as that is seen before the horizon."""
    if not reached:
        return f"recruiting is not over at the horizon, after {told.summary['horizon_days']:,} days"
    days = f"recruiting takes {told.rows['duration'].say()} days"
    return days if reached >= CERTAIN else f"{days}, to the horizon where it is not reached"


def _busiest(told: Told) -> tuple[str, Row] | None:
    found = [(of, row) for of, row in told.of("linac_utilisation") if of.endswith(f".{ALL}") and row.mean is not None]
    return max(found, key=lambda each: each[1].mean or 0.0, default=None)


def _place(of: str) -> str:
    return of.removesuffix(f".{ALL}")


def _goals(told: Told) -> Iterator[str]:
    goals = told.summary["goals"]
    if not goals:
        return
    yield told.page.heading("Precision, half widths of 95 % intervals")
    for goal in goals:
        half = "unknown" if goal["half_width"] is None else f"{goal['half_width']:.4g}"
        words = f"{goal['name']}: wanted {goal['wanted']:g}, {'reached' if goal['reached'] else 'NOT reached'}: {half}"
        if not goal["reached"]:
            needed = goal["replications_needed"]
            words += "; no number yet" if needed is None else f"; about {needed:,} replications would be needed"
        yield told.page.paragraph(words, indent=2)


def _end(told: Told, repeat: str) -> Iterator[str]:
    verdicts = Counter(each["verdict"] for each in told.exact.values())
    if verdicts:
        agree, open_ones = verdicts[Verdict.AGREES.value], verdicts[Verdict.NOT_JUDGED.value]
        words = f"Of {verdicts.total()} figures with an exact answer {agree} agree with it"
        words += f", and of {open_ones} too few replications tell" if open_ones else ""
        yield told.page.paragraph(f"{words}. {_furthest(told)}")
    far = [name for name, each in told.exact.items() if each["verdict"] == Verdict.DIFFERS.value]
    if far:
        yield told.page.paragraph(f"THESE DO NOT AGREE with the exact answer: {', '.join(far)}")
    for each in told.summary["no_exact_answer"]:
        yield told.page.paragraph(f"No exact answer for {each['figures']}: {each['because']}")
    yield told.page.paragraph("All figures, with quantiles: --format csv. What each means: docs/reference/metrics.md")
    yield f"The same again: {repeat}"


def _furthest(told: Told) -> str:
    judged = {name: each["mcse_away"] for name, each in told.exact.items() if each["mcse_away"] is not None}
    if not judged:
        return ""
    name = max(judged, key=lambda each: abs(judged[each]))
    return f"The furthest is {name}, by {judged[name]:+.1f} MCSE"
