"""The policies of a scenario file: what is done with a patient whom a decision does not settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialproof.model.protocol import Decision, Intent
from trialproof.simulate.scenario.amounts import say_share
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import Handling, Policies, Policy
from trialproof.simulate.scenario.shape import Policies as PoliciesPart, Policy as PolicyPart
from trialproof.simulate.scenario.spread import read_shares

PATH = ("policies",)
WORDS = {
    "gap": "a patient with fewer choices than intended",
    "overlap": "a patient with more choices than intended",
    "undetermined": "a patient whose choice is undetermined",
}
NEVER = Policy(Handling.EXCLUDE)
"""The policy for what cannot happen."""


def read_policies(
    reader: Reader, parts: Mapping[str, PoliciesPart], asked: Sequence[str]
) -> dict[str, Policies]:
    """Return the policies of the decisions that the simulation asks for. Raises `BadInput`."""
    for name in parts:
        if name not in reader.protocol.decisions:
            known = tuple(reader.protocol.decisions)
            raise reader.unknown("there is no decision", name, (*PATH, name), known, at_key=True)
        if name not in asked:
            message = f"the simulation does not ask for `{name}`"
            raise reader.problem(message, (*PATH, name), "leave it out", at_key=True)
    lacking = [name for name in asked if name not in parts]
    if lacking:
        raise reader.problem(f"there is no policy for {listed(lacking)}", PATH, at_key=True)
    return {name: _policies(reader, reader.protocol.decisions[name], parts[name]) for name in asked}


def _policies(reader: Reader, decision: Decision, part: PoliciesPart) -> Policies:
    low, high = decision.bounds
    can_crowd = high < len(decision.choices) and decision.intent is not Intent.FIRST_MATCH
    given = {"gap": part.gap, "overlap": part.overlap, "undetermined": part.undetermined}
    possible = {"gap": low > 0, "overlap": can_crowd, "undetermined": True}
    path = (*PATH, decision.name)
    found = {}
    for key, policy in given.items():
        if policy is None and possible[key]:
            message = f"`{decision.name}` has no policy for {WORDS[key]}"
            raise reader.problem(message, path, f"add `{key}:`", at_key=True)
        if policy is not None and not possible[key]:
            said = f"`{decision.name}` never has {WORDS[key]}"
            raise reader.problem(said, (*path, key), f"leave `{key}` out", at_key=True)
        found[key] = NEVER if policy is None else _policy(reader, decision, key, policy)
    return Policies(found["gap"], found["overlap"], found["undetermined"])


def _policy(reader: Reader, decision: Decision, key: str, part: PolicyPart) -> Policy:
    path = (*PATH, decision.name, key)
    handling = Handling(part.do)
    if (part.shares is not None) != (handling is Handling.INVESTIGATOR):
        where = (*path, "do") if part.shares is None else (*path, "shares")
        message = "`shares` goes with `do: investigator`, and only with it"
        raise reader.problem(message, where, at_key=part.shares is not None)
    names = tuple(choice.name for choice in decision.choices)
    for name in part.shares or {}:
        if name not in names:
            raise reader.unknown(f"`{decision.name}` has no choice", name, (*path, "shares", name), names, at_key=True)
    shares = {} if part.shares is None else read_shares(reader, (*path, "shares"), part.shares)
    said = {
        Handling.EXCLUDE: "is not enrolled",
        Handling.FIRST_LISTED: "gets the first choice that is possible",
        Handling.INVESTIGATOR: "gets " + ", ".join(f"`{name}` {say_share(share)}" for name, share in shares.items()),
    }[handling]
    reader.assume(path, f"`{decision.name}`: {WORDS[key]} {said}", part)
    return Policy(handling, {name: float(share) for name, share in shares.items()})
