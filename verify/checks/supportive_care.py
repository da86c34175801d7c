"""Supportive care that differs between the choices of a decision.

What it does
    Takes the entries of the schedule that name the same supportive care, and every decision that their conditions speak
    of. For each choice of it, asks whether all of its patients, some or none have each entry. Choices that differ are
    named, with what each of them says: when, how much, or only as needed.

Why it matters
    If one arm gets a growth factor after every cycle, and the other only when somebody finds it necessary, a difference
    in toxicity or in completed cycles may come from the growth factor and not from what the trial compares.

Example
    "PEG-rhG-CSF (3-6mg) should be given after 48 hours" in one arm, "should be given in need" in the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.model.condition import EVERYONE, Assigned, Condition, Takes, descend
from trialproof.model.protocol import Choice, Decision
from trialproof.model.schedule import Entry, say_timing
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, gave_up, listed
from trialproof.verify.finding import Detail, Finding, Label, Proved, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds, Never
from trialproof.verify.treatment.timetable import populations
from trialproof.verify.under import as_read, rules_of

CODE, NAME = "TP405", "supportive-care"


def run(case: Case) -> Iterator[Said]:
    """Judge every kind of supportive care, for every decision that its entries speak of."""
    kinds: dict[str, list[Entry]] = {}
    for entry in case.protocol.schedule.entries.values():
        if entry.supportive is not None:
            kinds.setdefault(entry.supportive, []).append(entry)
    for kind, entries in kinds.items():
        for decision in _decisions(case, entries):
            try:
                yield from _judge(case, kind, entries, decision)
            except Unknown as reason:
                what = f"all choices of `{decision.name}` get {kind} alike"
                yield gave_up(CODE, NAME, what, reason, decision)


def _decisions(case: Case, entries: Sequence[Entry]) -> list[Decision]:
    """Return the decisions that the conditions of the entries name, in the order of the file."""
    named = {
        node.decision
        for entry in entries
        for node in descend(populations(case.protocol, entry.name))
        if isinstance(node, Takes | Assigned)
    }
    return [each for name, each in case.protocol.decisions.items() if name in named]


def _judge(case: Case, kind: str, entries: Sequence[Entry], decision: Decision) -> Iterator[Said]:
    shares = {
        choice.name: tuple(_share(case, decision, choice, populations(case.protocol, entry.name)) for entry in entries)
        for choice in decision.choices
        if _is_taken(case, decision, choice)
    }
    if len(shares) < 2:
        return
    if len(set(shares.values())) == 1:
        message = f"the schedule gives {kind} alike to all choices of `{decision.name}`"
        yield Proved(CODE, NAME, message, decision.name)
        return
    rules = [populations(case.protocol, each.name) for each in entries]
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"{kind} differs between {listed(shares)} of `{decision.name}`",
        decision=decision.name,
        choices=tuple(shares),
        readings=as_read(case, [*rules_of(decision), *rules]),
        labels=tuple(Label(each.place, each.quotes, f"`{each.name}`: {_says(each)}") for each in entries),
        help="give the same supportive care in all of them, or say why it differs",
        details=tuple(Detail("", f"`{name}`: {_row(entries, its)}") for name, its in shares.items()),
    )


def _is_taken(case: Case, decision: Decision, choice: Choice) -> bool:
    return case.possible(case.population(decision.population))([Holds(Assigned(decision.name, (choice.name,)))])


def _share(case: Case, decision: Decision, choice: Choice, population: Condition) -> str:
    """Return whether all patients of a choice are in a population, `some` or `none`."""
    if population == EVERYONE:
        return "all"
    ask = case.possible(case.population(decision.population))
    taken = Holds(Assigned(decision.name, (choice.name,)))
    if not ask([taken, Holds(population)]):
        return "none"
    return "some" if ask([taken, Never(Holds(population))]) else "all"


def _row(entries: Sequence[Entry], shares: Sequence[str]) -> str:
    said = [
        f"{_says(entry)}{' for some' if share == 'some' else ''}"
        for entry, share in zip(entries, shares, strict=True)
        if share != "none"
    ]
    return "; ".join(said) or "nothing is said"


def _says(entry: Entry) -> str:
    """Say what an entry orders: when, and how much."""
    return f"{say_timing(entry.timing)}{f', {entry.amount}' if entry.amount else ''}"


_HEAD = """\
trialproof: 1
title: {title}
quantities:
  large: {{yes_no: true}}
decisions:
  arm:
    for: everyone
    choices:
      wide: {{when: large}}
      narrow: {{when: not large}}
schedule:
  chemotherapy: {{every: 21 days, from: first fraction, times: 2}}
"""
PASSES = (
    _HEAD.format(title="the same for everybody")
    + "  growth_factor: {supportive: the growth factor, after: chemotherapy, delay: 48 hours}\n",
    _HEAD.format(title="the same criterion in both arms")
    + "  growth_factor: {supportive: the growth factor, as_needed: fever, for: arm is wide or arm is narrow}\n",
)
FAILS = (
    _HEAD.format(title="always, or in need")
    + "  growth_factor: {supportive: the growth factor, after: chemotherapy, delay: 48 hours, for: arm is wide}\n"
    + "  in_need: {supportive: the growth factor, as_needed: no criterion is given, for: arm is narrow}\n",
    _HEAD.format(title="in one arm only")
    + "  growth_factor: {supportive: the growth factor, after: chemotherapy, delay: 48 hours, for: arm is wide}\n",
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
