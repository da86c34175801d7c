"""What `trialproof reproject` prints: where the trial stands, when it ends, sites, coming dates, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any

from trialproof.reports.inert import visible
from trialproof.reports.layout import Page
from trialproof.reports.simulation_table import grid, number

CERTAIN = 0.999
APART = 0.05
"""What is due differs from what was planned where a digit that is shown differs."""
LONGEST_NAME = 40
TAILS = {"so_few": "so few or fewer", "so_many": "so many or more"}
METHOD = (
    "given a site's rate, its patients come as a Poisson process; where rates have a gamma distribution, what comes "
    "next is negative binomial; the sites are added up, and nothing is simulated"
)


def write_reprojection(told: Mapping[str, Any], *, color: bool) -> str:
    """Return a re-projection (`reprojection_json`) as text of at most 100 columns, but for long names of sites."""
    page = Page(color)
    parts = [
        _title(told, page),
        _answers(told, page),
        _sites(told, page),
        _dates(told, page),
        _ground(told, page),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _title(told: Mapping[str, Any], page: Page) -> Iterator[str]:
    registry = told["protocol"]["registry"]
    yield page.heading(f"{told['protocol']['title']}{f' ({registry})' if registry else ''}")
    yield page.paragraph(f"Scenario: {told['scenario']}", indent=2)
    yield f"  Counts before {told['on']}, day {told['day']:,} of the trial, which began on {told['begins']}"


def _answers(told: Mapping[str, Any], page: Page) -> Iterator[str]:
    planned, when, first = told["planned"], told["reached_on"], told["reached_on_as_planned"]
    yield page.heading("In short")
    words = f"{told['enrolled']} of {told['target']} are enrolled; by now {_mean(planned['mean'])} were planned, and "
    words += f"nine of ten trials that go as planned have {planned['q05']} to {planned['q95']}"
    yield page.entry("stands", words)
    name = min(TAILS, key=planned.__getitem__)
    yield page.entry("chance", f"a trial that goes as planned has {TAILS[name]} in {_share(planned[name])}")
    late = f"rather not reached before {told['horizon']}"
    words = f"reached as likely as not by {when['q50']}" if when["q50"] else late
    yield page.entry("ends", f"the target is {words} (as planned: {first['q50'] or late})")
    yield page.entry("between", f"{_between(when, 'q25', 'q75', told)} in one case of two")
    yield page.entry("", f"{_between(when, 'q05', 'q95', told)} in nine cases of ten")
    words = f"the target is reached before {told['horizon']} in {_share(told['reached'])}; "
    yield page.entry("horizon", words + f"as planned, in {_share(told['reached_as_planned'])}")


def _sites(told: Mapping[str, Any], page: Page) -> Iterator[str]:
    sites = told["sites"]
    with_due = any(abs(site["due"] - site["planned"]) >= APART for site in sites)
    yield page.heading("Sites")
    head = ["", "opens", "enrolled", "planned", *(["due"] if with_due else []), "rate / plan"]
    rows = [
        [
            _name(site["site"]),
            site["opens"] or "not yet",
            str(site["enrolled"]),
            _mean(site["planned"]),
            *([_mean(site["due"])] if with_due else []),
            "full" if site["full"] else number(site["factor"], 2),
        ]
        for site in sites
    ]
    sums = [_mean(sum(site[key] for site in sites)) for key in ("planned", *(["due"] if with_due else []))]
    rows.append(["all", "", str(told["enrolled"]), *sums, ""])
    yield from grid(head, rows, max(len(row[0]) for row in rows) + 1)
    beyond = sum(site["planned"] for site in sites) >= told["planned"]["mean"] + APART
    words = f"planned: on average, by the scenario{', as if recruiting went on beyond the target' if beyond else ''}. "
    if with_due:
        words += "due: the same, from the day on which the site really opens, caps left aside. "
    words += f"rate / plan: how many times its planned rate a site is taken to recruit from now on, {_rests(told)}"
    yield page.paragraph(words, indent=2)


def _rests(told: Mapping[str, Any]) -> str:
    if told["prior"]["shape"] is None:
        return "which the scenario leaves at 1"
    return f"a compromise between its own count and {'those of all sites' if told['prior']['learned'] else 'the plan'}"


def _dates(told: Mapping[str, Any], page: Page) -> Iterator[str]:
    yield page.heading("Enrolled by coming dates")
    rows = []
    for each in told["enrolled_by"]:
        interval = f"{each['q05']} to {each['q95']}"
        rows.append([f"before {each['date']}", _mean(each["mean"]), interval, _mean(each["planned"])])
        if each["q05"] >= told["target"]:
            break
    yield from grid(["", "mean", "90 % interval", "planned"], rows, 18)


def _ground(told: Mapping[str, Any], page: Page) -> Iterator[str]:
    yield page.heading("What this rests on")
    yield page.entry("prior", _prior(told["prior"]))
    share = number(100 * told["passing"], 1)
    words = f"{share} % of candidates can be enrolled and take part, by the scenario; the counts do not change that"
    yield page.entry("passing", words)
    yield page.entry("method", f"{METHOD}: {told['prior']['source']}")


def _prior(prior: Mapping[str, Any]) -> str:
    """Say how sites are taken to differ from their plan before their counts are looked at."""
    if prior["shape"] is None:
        return "the scenario's own: every site recruits at exactly its planned rate from now on, whatever its count"
    spread = f"{number(100 / sqrt(prior['shape']), 0)} % of it"
    differ = f"a gamma distribution of mean {number(prior['mean'], 2)} and shape {prior['shape']:.3g}"
    words = f"the rate of a site, as a multiple of its plan, has {differ} (standard deviation: {spread})"
    if not prior["learned"]:
        return f"the scenario's own: {words}"
    return f"learned from the counts: {words} if the likeliest is taken; it is averaged over all that are likely"


def _between(when: Mapping[str, Any], low: str, high: str, told: Mapping[str, Any]) -> str:
    if when[low] is None:
        return f"after {told['horizon']}, if ever,"
    return f"{when[low]} to {when[high]}" if when[high] else f"{when[low]} or later, perhaps after {told['horizon']},"


def _share(probability: float) -> str:
    """Say a probability; never that something is certain which is not."""
    if probability > CERTAIN:
        return "more than 99.9 % of all cases"
    if probability < 1 - CERTAIN:
        return "less than 0.1 % of all cases"
    return f"{number(100 * probability, 1)} % of all cases"


def _mean(value: float) -> str:
    return number(value, 1)


def _name(name: str) -> str:
    said = visible(name)
    return said if len(said) <= LONGEST_NAME else f"{said[: LONGEST_NAME - 1]}…"
