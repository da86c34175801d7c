"""What changes, at a glance: a verdict on eligibility and on every choice, and what all of it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialproof.reports.diff_words import SAID, one_sided, recorded_otherwise, share_of, summary
from trialproof.reports.moved_share import Share, Shares
from trialproof.reports.page.m11 import EXCLUSION, INCLUSION, of_decision
from trialproof.reports.versions.material import Comparison
from trialproof.verify.versions.amendment import ChoiceChange, DecisionChange
from trialproof.verify.versions.compared import Change, Compared

ADDED, DROPPED = "added", "dropped"


@dataclass(frozen=True, slots=True)
class Row:
    """One set of patients: what it is, its verdict (or `added`, `dropped`), what that means, and the cohort's counts.

    `gives`: who is in it gets something else now.
    """

    title: str
    m11: tuple[str, ...]
    verdict: str
    says: str
    gives: bool
    counts: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All of it. `figures` has a number, what it counts, and the name of its colour."""

    summary: str
    same: bool
    figures: tuple[tuple[int, str, str], ...]
    rows: tuple[Row, ...]
    share: str
    one_sided: tuple[str, ...]
    recorded: tuple[str, ...]
    assumptions: tuple[str, ...]
    with_counts: bool


def changes(material: Comparison) -> Changes:
    """Return the verdicts of a comparison."""
    found, shares = material.amendment, material.shares
    rows = tuple(_rows(material))
    kinds = [
        ("same", "proved"),
        ("wider", "warning"),
        ("narrower", "warning"),
        ("moved", "warning"),
        ("incomparable", "error"),
        ("undecided", "undecided"),
    ]
    return Changes(
        summary(found),
        found.same,
        tuple((sum(each.verdict == kind for each in rows), kind, colour) for kind, colour in kinds),
        rows,
        "" if shares is None else f"{share_of(shares.changed, shares.of)} of the patients in {shares.file}",
        tuple(one_sided(found)),
        tuple(recorded_otherwise(found.merged)),
        found.assumptions,
        shares is not None,
    )


def _rows(material: Comparison) -> Iterator[Row]:
    found = material.amendment
    counts = _counts(material.shares, "", "")
    yield _row("Who is eligible", (INCLUSION, EXCLUSION), found.eligibility.compared, "", counts)
    for decision in found.decisions:
        population, m11 = decision.population, of_decision(decision.new)
        if population is not None:
            yield _row(f"Whom `{decision.new.name}` is for", m11, population.compared, "", "")
        yield from (_choice(material, decision, each) for each in decision.choices)


def _choice(material: Comparison, decision: DecisionChange, found: ChoiceChange) -> Row:
    choice = found.new or found.old
    assert choice is not None  # noqa: S101 - one of the versions has it
    title = f"`{decision.new.name}` is `{choice.name}`" + (f" {choice.label}" if choice.label else "")
    m11, counts = of_decision(decision.new), _counts(material.shares, decision.new.name, choice.name)
    if found.compared is None:
        verdict = ADDED if found.new is not None else DROPPED
        which = "new" if found.new is not None else "old"
        return Row(title, m11, verdict, f"Only the {which} version has it.", gives=False, counts=counts)
    leave = f"Leave to {', '.join(found.leaves_to)}." if found.leaves_to else ""
    come = f"Come from {', '.join(found.comes_from)}." if found.comes_from else ""
    return _row(title, m11, found.compared, " ".join(each for each in (leave, come) if each), counts,
                gives=found.gives_otherwise)  # fmt: skip


def _row(
    title: str, m11: tuple[str, ...], found: Compared, besides: str, counts: str, *, gives: bool = False
) -> Row:
    says = say_compared(found)
    return Row(title, m11, found.change.value, f"{says} {besides}".strip(), gives, counts)


def say_compared(found: Compared) -> str:
    """Return in a sentence what a verdict means."""
    if found.change is Change.SAME:
        return "Proved." if found.staying is not None else "Nobody is in it, in either version."
    said = SAID.get(found.change, found.reason)
    return f"{said[:1].upper()}{said[1:]}."


def _counts(shares: Shares | None, decision: str, choice: str) -> str:
    mine: list[Share] = [] if shares is None else [
        each for each in shares.sets if (each.decision, each.choice) == (decision, choice)
    ]  # fmt: skip
    return "".join(f"{each.before} → {each.after}" for each in mine[:1])
