"""Too many choices, asked so that Z3 can answer for thousands of them: along a tree of cuts.

Asked plainly, whether two of 1,500 choices hold together makes Z3 follow each of them at every step. Along a tree,
whose leaves say which choices could hold there, little is left to ask: does a choice hold outside its leaves, or too
many within one? Of a patient with too many choices one of these is so, *whatever the tree*: it may come from anywhere,
and a bad one only makes the answer useless, never wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from trialproof.model.condition import Takes
from trialproof.model.protocol import Decision
from trialproof.verify.boxes.tree import Cut, Leaf, Tree
from trialproof.verify.statement import AtLeast, Every, Holds, Never, Some, Statement

Side = Callable[[int, int], Statement]
"""Returns that the patient is in these parts of an axis of the grid."""


def divided_overlap(decision: Decision, tree: Tree, side: Side) -> Statement:
    """Return a statement that is so of every patient with more choices than intended (`properties.overlap`).

    If no patient is found of whom it is so, there is no overlap. Of a patient who is found nothing follows. The tree's
    rules are the decision's choices, by number.
    """
    holds = [Holds(Takes(decision.name, choice.name)) for choice in decision.choices]
    too_many = decision.bounds[1] + 1
    homes: list[list[Statement]] = [[] for _ in holds]
    crowded: list[Statement] = []
    pending: list[tuple[Tree, tuple[Statement, ...]]] = [(tree, ())]
    while pending:
        node, path = pending.pop()
        match node:
            case Leaf(rules):
                here = Every(path)
                for rule in rules:
                    homes[rule].append(here)
                if len(rules) >= too_many:
                    crowded.append(Every((*path, AtLeast(too_many, tuple(holds[rule] for rule in rules)))))
            case Cut(axis, parts, inside, outside):
                there = side(axis, parts)
                pending += [(inside, (*path, there)), (outside, (*path, Never(there)))]
    strays = [Every((hold, Never(Some(tuple(home))))) for hold, home in zip(holds, homes, strict=True)]
    return Some((*strays, *crowded))
