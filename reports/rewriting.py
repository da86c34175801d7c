"""The changes of a repair, in words and as what to write into protocol.yaml: for both forms of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.model.condition import Condition, Readings
from trialproof.model.english import say
from trialproof.model.formal import write
from trialproof.model.place import Place
from trialproof.model.protocol import Choice, Decision, Intent, Protocol
from trialproof.verify.check import member_of, whom
from trialproof.verify.repairs.edits import Edit, Kind, remainder
from trialproof.verify.repairs.repair import Repair

PROMISES = {
    Intent.EXACTLY_ONE: "every {member} gets exactly one choice of {decision}",
    Intent.FIRST_MATCH: "every {member} gets a choice of {decision}, the first that fits",
    Intent.AT_LEAST_ONE: "every {member} gets a choice of {decision}",
    Intent.AT_MOST_ONE: "no {member} gets two choices of {decision}",
    Intent.ANY: "{decision} may give {whom} any number of choices",
}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A rule to write: where, under which key, as a condition (`text`) and as a sentence (`says`).

    `choice` is None for a new exclusion criterion and for the intent; `says` is empty for the intent and for a choice
    that stays `otherwise`. `had_readings` tells that the rule takes the place of several readings.
    """

    place: Place
    key: str
    text: str
    says: str
    choice: Choice | None = None
    had_readings: bool = False


def promise(decision: Decision) -> str:
    """Return what is so of a decision without gaps and overlaps."""
    who = {"member": member_of(decision.population), "whom": whom(decision.population)}
    return PROMISES[decision.intent].format(decision=f"`{decision.name}`", **who)


def describe(protocol: Protocol, decision: Decision, edit: Edit) -> str:
    """Return one change in words; `decision` is the one before it."""

    def words(condition: Condition | None) -> str:
        return "" if condition is None else f"“{say(condition, protocol)}”"

    match edit.kind:
        case Kind.PRECEDENCE:
            return f"`{edit.before}` takes precedence over `{edit.choice}`, which leaves its patients alone"
        case Kind.INTENT:
            order = ", ".join(f"`{each.name}`" for each in decision.choices)
            return f"the first choice that fits counts, in the order {order}"
        case Kind.EXCLUDE:
            return f"a new exclusion criterion: {words(edit.new)}"
        case Kind.DROP:
            return f"`{edit.choice}`: {words(edit.old)} is left out"
        case _:
            return f"`{edit.choice}`: {words(edit.old)} becomes {words(edit.new)}"


def rewritten(protocol: Protocol, repair: Repair) -> list[Rewritten]:
    """Return everything that a repair has to write into the file, in its order."""
    before = protocol.decisions[repair.decision.name]
    found: list[Rewritten] = []
    known = {each.id for each in protocol.criteria}
    for criterion in repair.protocol.exclusion:
        if criterion.id not in known:
            text = write(criterion.rule, protocol)
            found.append(Rewritten(Place(protocol.file), "exclusion", text, say(criterion.rule, protocol)))
    if repair.decision.intent is not before.intent:
        found.append(Rewritten(before.place, "intent", repair.decision.intent.value, ""))
    last = remainder(before)
    for old, new in zip(before.choices, repair.decision.choices, strict=True):
        if old.rule == new.rule:
            continue
        if old is last:
            found.append(Rewritten(old.place, "when", "otherwise", "", old))
            continue
        several = isinstance(old.rule, Readings)
        text, says = write(new.rule, protocol), say(new.rule, protocol)
        found.append(Rewritten(old.place, "when", text, says, new, several))
    return found


def yaml_lines(each: Rewritten) -> Sequence[str]:
    """Return a rule as lines of YAML, under its key."""
    if each.key == "exclusion":
        return ("- id: NAME IT", f"  {_entry('rule', each.text, '    ')}")
    return (_entry(each.key, each.text, "  "),)


def _entry(key: str, text: str, indent: str) -> str:
    """Return a key with a text that YAML reads as it stands."""
    awkward = ": " in text or " #" in text or text[0] in "\"'"
    return f"{key}: |-\n{indent}{text}" if awkward else f"{key}: {text}"
