"""Repairs: the smallest changes that mend a decision, each proved again before it is shown, and none recommended."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from trialproof.model.protocol import Protocol
from trialproof.reports.page.material import Material
from trialproof.reports.page.patients import Place, person, place
from trialproof.reports.people import say_readings
from trialproof.reports.repair_text import how_many, letter, other_ways
from trialproof.reports.rewriting import Rewritten, describe, promise, rewritten, yaml_lines
from trialproof.verify.describe import Regions
from trialproof.verify.repairs.repair import Repair, Repairs, State


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A rule to write: of what, in English, and as lines of the protocol file at a place."""

    what: str
    english: str
    lines: str
    where: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a repair changes for somebody: from one outcome to another, and who they are."""

    before: str
    after: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """One repair, with all that is known of it."""

    letter: str
    changes: tuple[str, ...]
    rewritten: tuple[Rewriting, ...]
    fixes: tuple[Change, ...]
    moves: tuple[Change, ...]
    complete: bool
    proved: str
    member: str
    but: tuple[str, ...]
    readings: str
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mending:
    """What came of one decision; `state` in words."""

    decision: str
    state: str
    says: str
    besides: str
    repairs: tuple[Proposed, ...]


@dataclass(frozen=True, slots=True)
class Mendings:
    """The decisions that there is something to say of, and those that need no repair."""

    decisions: tuple[Mending, ...]
    sound: tuple[str, ...]


BESIDES = "The rules leave other patients undetermined (TP107), whom no change of a rule's bounds can help."


def repairs(material: Material) -> Mendings | None:
    """Return the repairs; None where none were asked for, or there is no decision."""
    if material.proposal is None or not material.proposal.decisions:
        return None
    found = material.proposal.decisions
    return Mendings(
        tuple(_mending(material.protocol, each) for each in found if each.state is not State.SOUND),
        tuple(each.decision.name for each in found if each.state is State.SOUND),
    )


def _mending(protocol: Protocol, found: Repairs) -> Mending:
    match found.state:
        case State.REPAIRABLE:
            says = how_many(found, "`--repairs {}`")
        case State.STUCK:
            says = f"No repair was found with up to {found.size} changes: {found.reason}."
        case State.VACUOUS:
            says = "Nobody is in its population, so that nothing can be proved of a repair."
        case _:
            says = f"The solver gave up: {found.reason}."
    return Mending(
        found.decision.name,
        found.state.value,
        says,
        BESIDES if found.undetermined else "",
        tuple(_proposed(protocol, found, each, letter(at)) for at, each in enumerate(found.repairs)),
    )


def _proposed(protocol: Protocol, found: Repairs, repair: Repair, name: str) -> Proposed:
    return Proposed(
        name,
        tuple(describe(protocol, found.decision, each) for each in repair.edits),
        tuple(_rewriting(each) for each in rewritten(protocol, repair)),
        _changes(protocol, repair.fixes),
        _changes(protocol, repair.moves),
        repair.fixes.complete and repair.moves.complete,
        promise(repair.decision),
        person(protocol, repair.member).words,
        (
            *repair.leaves_out,
            *(["only because numbers are charted in steps: not for a value between two"] if repair.by_steps else []),
            *(f"{each}, which was not so before" for each in repair.effects),
        ),
        _readings(repair),
        tuple(other_ways(protocol, found, repair)),
    )


def _rewriting(each: Rewritten) -> Rewriting:
    lines = "\n".join(yaml_lines(each))
    if each.choice is None:
        what = "a new exclusion criterion" if each.key == "exclusion" else "how many choices count"
        return Rewriting(what, each.says, lines, str(each.place))
    instead = " (in the place of its readings)" if each.had_readings else ""
    return Rewriting(f"`{each.choice.name}`{instead}", each.says, lines, str(each.place))


def _changes(protocol: Protocol, found: Regions) -> tuple[Change, ...]:
    changes = []
    for outcome, alike in groupby(found.regions, key=lambda region: region.outcome):
        before, _, after = outcome.partition(" becomes ")
        changes.append(Change(before, after, tuple(place(protocol, each) for each in alike)))
    return tuple(changes)


def _readings(repair: Repair) -> str:
    under = repair.broken_under
    if under.of == 1:
        return ""
    again = "somebody has no choice again, or too many,"
    if under.choices or not under.complete:
        return f"{again} {say_readings(under)}"
    return f"{again} under none of the {under.of} combinations of the readings that are left"
