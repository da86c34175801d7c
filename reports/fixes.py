"""`check --format sarif --fixes`: repairs as edits of protocol.yaml, which an editor can carry out.

Only what is certain is offered. An edit is carried out on the file's text, the result is loaded as any protocol is, and
it must hold the very rules that were proved to mend the decision; else there is no fix for it, and `trialproof repair`
is left to say what to write. A fix changes rules, never the document, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialproof.model.load import load_source
from trialproof.model.node import Items, Node, Pairs, Scalar
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol
from trialproof.model.source import Source, parse_source, read_source
from trialproof.reports.people import say_readings
from trialproof.reports.rewriting import Rewritten, describe, promise, rewritten
from trialproof.reports.spots import Spot, span
from trialproof.verify.repairs.repair import Proposal, Repair, Repairs

MENDED = frozenset({"TP101", "TP102", "TP103", "TP104"})
"""What a repair mends: choices that are missing, and choices too many."""
SENTENCE = "this changes the rule alone: the sentence of the document is still to be amended"

_NEEDS_QUOTES = re.compile(r"^[\s\-?:,\[\]{}#&*!|>'\"%@`]|: | #|[:\s]$")


@dataclass(frozen=True, slots=True)
class Edit:
    """What to delete from a file, and what to write in its place."""

    deleted: Spot
    inserted: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One repair of one decision as edits, with what it does in words."""

    decision: str
    says: str
    edits: tuple[Edit, ...]


def fixes_of(protocol: Protocol, proposal: Proposal) -> tuple[Fix, ...]:
    """Return the repairs that can be carried out on protocol.yaml as it is; those of a decision in their order."""
    try:
        source = read_source(Path(protocol.file))
    except BadInput:
        return ()
    return tuple(
        fix
        for found in proposal.decisions
        for repair in found.repairs
        if (fix := _fix(protocol, source, found, repair)) is not None
    )


def _fix(protocol: Protocol, source: Source, found: Repairs, repair: Repair) -> Fix | None:
    changes: list[tuple[int, int, str]] = []
    for rule in rewritten(protocol, repair):
        here = list(_changes(source, found.decision.name, rule))
        if not here:
            return None
        changes += here
    changes.sort()
    if not _holds(source, changes, repair.protocol):
        return None
    edits = tuple(Edit(span(source.file, source.text, start, end), text) for start, end, text in changes)
    return Fix(found.decision.name, _says(protocol, found, repair), edits)


def _holds(source: Source, changes: Sequence[tuple[int, int, str]], wanted: Protocol) -> bool:
    """Return whether the file with these changes says what was proved."""
    text = source.text
    for start, end, inserted in reversed(changes):
        text = text[:start] + inserted + text[end:]
    try:
        amended = load_source(parse_source(source.file, text))
    except BadInput:
        return False
    return _rules(amended) == _rules(wanted)


def _rules(protocol: Protocol) -> tuple[object, ...]:
    return (
        *protocol.rules(),
        *((each.name, each.intent, [choice.name for choice in each.choices]) for each in protocol.decisions.values()),
    )


def _changes(source: Source, decision: str, rule: Rewritten) -> Iterator[tuple[int, int, str]]:
    """Yield where what is to be deleted begins and ends, and what to write there; nothing where that is not clear."""
    part = _below(source.root, "decisions", decision)
    if rule.key == "intent" and isinstance(part, Pairs):
        yield from _set(source, part, "intent", rule.text)
    elif rule.key == "when" and rule.choice is not None:
        choice = _below(part, "choices", rule.choice.name)
        if isinstance(choice, Scalar):
            yield choice.start, choice.end, _written(rule.text, flow=isinstance(part, Pairs) and part.flow)
        elif isinstance(choice, Pairs) and rule.had_readings and "readings" in choice.values:
            start, end = choice.keys["readings"].start, _end(source.text, choice.values["readings"])
            yield start, end, f"when: {_written(rule.text, flow=choice.flow)}"
            if "prefer" in choice.values:
                yield _entry(source.text, choice, "prefer")
        elif isinstance(choice, Pairs) and "when" in choice.values:
            yield from _set(source, choice, "when", rule.text)


def _set(source: Source, part: Pairs, key: str, text: str) -> Iterator[tuple[int, int, str]]:
    written = _written(text, flow=part.flow)
    if key in part.values:
        value = part.values[key]
        yield value.start, _end(source.text, value), written
    elif part.keys:
        first = next(iter(part.keys.values())).start
        indent = " " * (first - source.text.rfind("\n", 0, first) - 1)
        yield first, first, f"{key}: {written}{', ' if part.flow else chr(10) + indent}"


def _entry(text: str, part: Pairs, key: str) -> tuple[int, int, str]:
    """Return an entry of a mapping to delete, with the comma or the line end before it."""
    start, end = part.keys[key].start, _end(text, part.values[key])
    return len(text[:start].rstrip(" \n,")) if part.flow else text.rfind("\n", 0, start), end, ""


def _below(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.values.get(key) if isinstance(node, Pairs) else None
    return node


def _end(text: str, node: Node) -> int:
    """Return where a value ends: behind its last character that is no white space."""
    match node:
        case Pairs(values=values) if values and not node.flow:
            return _end(text, list(values.values())[-1])
        case Items(items=items) if items and not node.flow:
            return _end(text, items[-1])
        case _:
            return len(text[: node.end].rstrip())


def _written(text: str, *, flow: bool) -> str:
    """Return a text as YAML reads it, on one line."""
    awkward = _NEEDS_QUOTES.search(text) or (flow and re.search(r"[,\[\]{}]", text))
    quoted = text.replace("'", "''")
    return f"'{quoted}'" if awkward else text


def _says(protocol: Protocol, found: Repairs, repair: Repair) -> str:
    changes = "; ".join(describe(protocol, found.decision, each) for each in repair.edits)
    said = [f"{changes}. Proved: {promise(repair.decision)}"]
    moved = [f"{each.words or 'all'}: {each.outcome}" for each in repair.moves.regions]
    said.append(f"others who are moved: {'; '.join(moved) if moved else 'nobody'}")
    if not repair.moves.complete:
        said.append("and perhaps more: there are more than are searched")
    said += repair.leaves_out
    if repair.by_steps:
        said.append("only because numbers are charted in steps")
    said += [f"{each}, which was not so before" for each in repair.effects]
    under = repair.broken_under
    if under.of > 1 and (under.choices or not under.complete):
        said.append(f"somebody has no choice again, or too many, {say_readings(under)}")
    return ". ".join([*said, SENTENCE])
