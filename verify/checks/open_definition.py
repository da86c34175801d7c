"""The text leaves something open on which rules rest.

What it does
    Lists each definition, criterion, choice or reading that is declared `open`, with the reason, and with the criteria,
    choices and claims that rest on it. Those that the readings of this run use come first. All are one finding.

Why it matters
    In every proof, what is left open may be either. That makes a proof stronger and a trial weaker: two sites will
    fill it in differently, and nobody is wrong.

Example
    "Close to the stomach", and no distance: the dose rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialproof.model.condition import Condition, Eligible, Yes
from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol, Quantity
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, listed
from trialproof.verify.finding import Finding, Label, Severity
from trialproof.verify.linear import walk
from trialproof.verify.text.coverage import Standing, accounts
from trialproof.verify.text.passages import Item, grouped, named, unique_words

CODE, NAME = "TP505", "open-definition"


def run(case: Case) -> Iterator[Said]:
    """List what is left open, with what rests on it; nothing is asked of the solver."""
    items = [_item(case, each) for each in case.protocol.quantities.values() if each.left_open is not None]
    yield from grouped(case.protocol, items, _finding)


def _item(case: Case, quantity: Quantity) -> Item:
    protocol, name = case.protocol, quantity.name
    sentence, _, reading = name.rpartition(".")
    is_reading = sentence in protocol.sentences and reading in protocol.sentences[sentence].readings
    part = sentence if is_reading else name
    note = f"`{name}`: {quantity.left_open}"
    idle = is_reading and case.selection[sentence] != reading
    if idle:
        note += f" (not the reading taken here, `{case.selection[sentence]}`)"
    place = protocol.places.get(part, quantity.place)
    label = Label(place, _quotes(protocol, part), f"{note}; {_resting(protocol, name)}")
    decision, _, choice = part.rpartition(".")
    return Item((name,), label, Standing.OPEN if idle else Standing.RULE, decision if choice else None)


def _quotes(protocol: Protocol, part: str) -> tuple[Quote, ...]:
    return next((each.quotes for each in accounts(protocol) if each.name == part), ())


def _resting(protocol: Protocol, name: str) -> str:
    """Say which criteria, choices and claims rest on what is left open."""
    criteria = [each.id for each in protocol.criteria if _rests(protocol, each.rule, name)]
    choices = [
        f"{decision.name}.{choice.name}"
        for decision in protocol.decisions.values()
        for choice in decision.choices
        if _rests(protocol, choice.rule, name)
    ]
    decisions = [
        each.name
        for each in protocol.decisions.values()
        if _rests(protocol, each.population, name) or (criteria and _asks_who_is_eligible(protocol, each.population))
    ]
    claims = [each.id for each in protocol.claims if _rests(protocol, each.rule, name)]
    parts = [each for each in (*criteria, *choices, *claims) if each != name]
    said = [listed(parts)] if parts else []
    if decisions:
        said.append(f"whom {listed(decisions)} {'is' if len(decisions) == 1 else 'are'} for")
    return f"on it rest {', and '.join(said)}" if said else "nothing else rests on it"


def _rests(protocol: Protocol, rule: Condition, name: str) -> bool:
    return any(isinstance(node, Yes) and node.quantity == name for node in walk(protocol, rule))


def _asks_who_is_eligible(protocol: Protocol, rule: Condition) -> bool:
    return any(isinstance(node, Eligible) for node in walk(protocol, rule))


def _finding(items: Sequence[Item]) -> Finding:
    names = unique_words(items)
    decisions = {each.decision for each in items}
    how_many = f"{len(names)} things are" if len(names) > 1 else "one thing is"
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        f"{how_many} left open by the text: {named(names)}",
        decision=next(iter(decisions)) if len(decisions) == 1 else None,
        labels=tuple(each.label for each in items),
        help="say in the document what is meant, and write it as a rule in the place of `open`",
        words=names,
    )


PASSES = """\
trialproof: 1
title: close is within 2 cm
quantities:
  distance: {unit: cm, range: [0, 20], recorded_to: 0.1}
definitions:
  close: distance <= 2 cm
decisions:
  dose:
    for: everyone
    choices:
      low: {when: close}
      full: {when: not close}
"""
FAILS = """\
trialproof: 1
title: nobody says what is close
definitions:
  close: {open: the text gives no distance}
decisions:
  dose:
    for: everyone
    choices:
      low: {when: close}
      full: {when: not close}
"""
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=(PASSES,), fails=(FAILS,))
