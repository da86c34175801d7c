"""Bugs planted in the engines: none of them ends in a wrong verdict that nobody notices.

Each ends in a `Disagreement`, or in a review that looking at every patient contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.verify.test_readings import check_working
from tests.verify.test_regions import check_regions
from tests.verify.test_verdicts import check_decisions, check_eligibility_and_claims
from trialproof.model.condition import AllOf, AnyOf, Compare, Quotient, Relation, Takes, Yes
from trialproof.model.load import load
from trialproof.model.meaning import Known, Meaning, Truth
from trialproof.model.protocol import Decision, Protocol
from trialproof.verify import axes, case, fates, properties, regions, working
from trialproof.verify.diagram import Diagrams, Line
from trialproof.verify.question import Reply
from trialproof.verify.ranks import Axes, Ranked, Ranks
from trialproof.verify.replay import Disagreement
from trialproof.verify.solver import Solver
from trialproof.verify.statement import AtLeast, Every, Holds, Never, Some, Statement
from trialproof.verify.symbolic import FALSE, TRUE, Symbolic, Symbols
from trialproof.verify.worker import Desk

NUMBERS = """\
trialproof: 1
title: numbers
quantities:
  size: {range: [0, 3], recorded_to: 1}
  score: {range: [0, 2], recorded_to: 0.5}
  margin: {one_of: [R0, R1, R2]}
facts:
  - rule: score <= size or margin is R2
    because: so it is
definitions:
  whole_score: {value: floor(score)}
  worst:
    value:
      - {when: margin is R2, value: 'max(size, score)'}
      - {when: margin is not R2, value: size}
eligibility:
  inclusion:
    - {id: I1, rule: size >= 1}
  exclusion:
    - {id: E1, rule: margin is R2 and score = 0}
decisions:
  arm:
    choices:
      large: {when: margin is R0 and size > 2}
      small: {when: margin is R0 and size < 2}
      boost: {when: 'margin is one of (R1, R2)'}
  halves:
    for: everyone
    choices:
      low: {when: size <= 1}
      high: {when: size > 1}
  sums:
    for: everyone
    choices:
      little: {when: size + score <= 3}
      much: {when: size + score >= 3}
  shares:
    for: everyone
    choices:
      more: {when: score / size >= 0.5}
      less: {when: score / size < 0.5}
  steps:
    for: everyone
    choices:
      none: {when: whole_score < 1}
      some: {when: whole_score >= 1 and worst < 3}
      top: {when: worst >= 3 and score > 1}
  corner:
    for: everyone
    choices:
      taken: {when: margin is R0 and size > 1}
  next:
    for: everyone
    choices:
      after_large: {when: arm is large}
      after_others: {when: not (arm is large)}
claims:
  - {id: sizes, rule: if eligible then size >= 1}
  - {id: both, rule: if margin is R0 then score <= size}
"""
LESIONS = """\
trialproof: 1
title: lesions
quantities:
  lesion: {yes_no: true}
  depth: {range: [1, 3], recorded_to: 1, applies_if: lesion, when_not_applicable: 0}
  spread: {yes_no: true, applies_if: lesion}
  marker: {yes_no: true, may_be_missing: true}
eligibility:
  exclusion:
    - {id: E1, rule: spread}
decisions:
  deep:
    for: everyone
    choices:
      shallow: {when: depth < 2}
      deep: {when: depth >= 2}
  spreading:
    for: lesion
    choices:
      spreads: {when: spread}
      stays: {when: not spread}
  counted:
    for: everyone
    choices:
      many: {when: 'at least 2 of (lesion, marker, depth > 2)'}
      few: {when: 'at most 1 of (lesion, marker, depth > 2)'}
  ordered:
    for: everyone
    intent: first match
    choices:
      marked: {when: marker}
      ill: {when: lesion}
      well: {when: otherwise}
  optional:
    for: everyone
    intent: at most one
    choices:
      x: {when: depth = 2}
      y: {when: 'spread and not (depth = 2)'}
  any_of:
    for: everyone
    intent: at least one
    choices:
      x: {when: lesion}
      y: {when: not lesion}
  later:
    for: deep is deep
    choices:
      after_marked: {when: ordered is marked}
      after_others: {when: 'ordered is one of (ill, well)'}
  asked:
    for: marker is known
    choices:
      positive: {when: marker}
      negative: {when: not marker}
claims:
  - {id: shallow without lesion, rule: if not lesion then deep is shallow}
  - {id: nobody spreads, rule: if eligible then not spread}
"""
READ = """\
trialproof: 1
title: readings
quantities:
  size: {range: [0, 3], recorded_to: 1}
  kps: {range: [50, 80], recorded_to: 10}
definitions:
  fit:
    readings:
      nobody: kps > 80
      working: kps >= 60
      well: kps >= 70
eligibility:
  inclusion:
    - {id: I1, rule: fit}
decisions:
  arm:
    choices:
      large:
        readings:
          over: size > 2
          dead: size > 3
          from: size >= 2
      small: {when: size < 2}
"""
NOBODY = """\
trialproof: 1
title: nobody
quantities:
  size: {range: [0, 2], recorded_to: 1}
  male: {yes_no: true}
eligibility:
  inclusion:
    - {id: I1, rule: size > 1}
    - {id: I2, rule: not male}
  exclusion:
    - {id: E1, rule: size >= 2}
decisions:
  arm:
    choices:
      a: {when: size >= 1}
      b: {when: size < 1}
  other:
    for: male
    choices:
      a: {when: size >= 1 and not male}
      b: {when: size < 3}
claims:
  - {id: empty, rule: if eligible then male}
"""
RANKED = """\
trialproof: 1
title: one quantity at a time
quantities:
  size: {range: [0, 3], recorded_to: 1}
  age: {range: [-1, 2], recorded_to: 0.5}
  margin: {one_of: [R0, R1, R2]}
  marker: {yes_no: true, may_be_missing: true}
definitions:
  years: {value: floor(age)}
  left: {value: floor(1 - age)}
  size_points:
    value:
      - {when: size < 2, value: 0}
      - {when: size >= 2, value: 2}
  margin_points:
    value:
      - {when: margin is R0, value: 0}
      - {when: margin is R1, value: 1}
      - {when: margin is R2, value: 3}
  score: {value: size_points + 2 * margin_points}
  worst: {value: 'max(score / 2, 2)'}
  reach:
    value:
      - {when: margin is R2, value: size}
      - {when: 'margin is one of (R0, R1)', value: age}
eligibility:
  inclusion:
    - {id: I1, rule: age > -1}
decisions:
  risk:
    choices:
      low: {when: score < 2}
      middle: {when: score > 2 and score < 6}
      high: {when: score >= 6}
  age_group:
    choices:
      young: {when: years <= 0}
      old: {when: left < 0}
  worst_first:
    intent: first match
    choices:
      bad: {when: worst > 2}
      marked: {when: marker}
      unmarked: {when: not marker}
  reaching:
    choices:
      far: {when: reach >= 1 and size > 0}
      near: {when: reach < 1 or size = 0}
  two_of:
    for: everyone
    choices:
      two: {when: 'at least 2 of (size > 1, margin is R2, age >= 1)'}
      less: {when: 'at most 1 of (size > 1, margin is R2, age >= 1)'}
claims:
  - {id: bounded, rule: score <= 8}
"""


@dataclass(frozen=True)
class Bug:
    """A replacement of one function by a wrong one."""

    name: str
    owner: Any
    attribute: str
    wrong: Callable[..., Any]


@pytest.fixture(scope="module")
def protocols(tmp_path_factory: pytest.TempPathFactory) -> list[Protocol]:
    loaded = []
    for text in (NUMBERS, LESIONS, READ, NOBODY, RANKED):
        folder = tmp_path_factory.mktemp("protocol")
        (folder / "protocol.yaml").write_text(text, encoding="utf-8")
        loaded.append(load(folder))
    return loaded


def examine(protocols: Sequence[Protocol]) -> None:
    """Compare everything that is said of a few protocols with what looking at everybody says."""
    for protocol in protocols:
        check_decisions(protocol)
        check_eligibility_and_claims(protocol)
        check_regions(protocol)
        check_working(protocol)


def mistaken(relation: Relation, instead: Relation) -> Callable[..., Any]:
    right = Symbolic.relate
    return lambda self, a, asked, b: right(self, a, instead if asked is relation else asked, b)


def off_by(difference: int) -> Callable[..., Any]:
    right = Symbolic.at_least
    return lambda self, number, truths: right(self, number + difference, truths)


def in_z3_only(name: str, wrong: Callable[..., Any]) -> Callable[..., Any]:
    """Break the meaning of rules for any possible patient, and leave it alone for one patient."""
    right = getattr(Meaning, name)

    def broken(self: Meaning[Any, Any], *arguments: Any) -> Any:
        return (wrong if isinstance(self.carrier, Symbolic) else right)(self, *arguments)

    return broken


def everything_applies(_self: Meaning[Any, Any], _quantity: str) -> Truth[Any]:
    return Truth(TRUE, FALSE)


def no_stated_value(self: Meaning[Any, Any], quantity: str) -> Any:
    return self.carrier.every((self.applies(quantity).holds, self.carrier.recorded(quantity)))


def own_rule_only(self: Meaning[Any, Any], decision: Any, name: str) -> Truth[Any]:
    return self.truth(decision.choice(name).rule)


def no_exclusion(self: Meaning[Any, Any]) -> Truth[Any]:
    return self.truth(AllOf(tuple(each.rule for each in self.protocol.inclusion)))


def whoever_takes_it(self: Meaning[Any, Any], decision: Any, names: tuple[str, ...]) -> Truth[Any]:
    return self.truth(AnyOf(tuple(Takes(decision.name, name) for name in names)))


def zero_divides(self: Meaning[Any, Any], term: Any) -> Any:
    found = RIGHT_NUMBER(self, term)
    if isinstance(term, Quotient):
        known = self.carrier.every((self.number(term.numerator).known, self.number(term.denominator).known))
        return Known(found.value, known)
    return found


def no_third_value(self: Meaning[Any, Any], condition: Any) -> Truth[Any]:
    found = RIGHT_TRUTH(self, condition)
    return Truth(found.holds, self.carrier.negate(found.holds)) if isinstance(condition, (Compare, Yes)) else found


def holding(decision: Decision) -> tuple[Statement, ...]:
    return tuple(Holds(Takes(decision.name, each.name)) for each in decision.choices)


def gap_of_what_holds(decision: Decision) -> Statement:
    return Never(AtLeast(decision.bounds[0], holding(decision)))


def overlap_of_what_is_enough(decision: Decision) -> Statement:
    return AtLeast(decision.bounds[1], holding(decision))


def found_once(self: Any, found: Sequence[Any]) -> Any:
    return None if found else RIGHT_UNCOVERED(self, found)


def without_core(self: Any, further: Any, *, wanted: bool) -> Reply:
    reply = RIGHT_ANSWER(self, further, wanted=wanted)
    return reply._replace(core=())


def without_last_core(self: Any, further: Any, *, wanted: bool) -> Reply:
    reply = RIGHT_ANSWER(self, further, wanted=wanted)
    return reply._replace(core=reply.core[:-1])


def without_base(self: Any, universe: Any, _base: Any, limits: Any) -> None:
    RIGHT_DESK(self, universe, (), limits)


def one_switch(self: Any, _number: int, asserted: Any) -> Any:
    return RIGHT_SWITCH(self, 0, asserted)


def compared(instead: Relation, relation: Relation) -> Callable[..., Any]:
    return lambda self, a, asked, b: RIGHT_RELATED(self, a, instead if asked is relation else asked, b)


def same_end(self: Axes, axis: int, value: Any, *, inclusive: bool) -> Any:
    return RIGHT_CUT(self, axis, value, inclusive=not inclusive)


def first_part_only(self: Diagrams, axis: int, cuts: Any, children: Any) -> Any:
    return RIGHT_SPLIT(self, axis, cuts[:1], children[:2])


def without_order(self: Diagrams, axis: int, cuts: Any, children: Any) -> Any:
    return self.split(axis, cuts, children)


def _one_up(line: Line) -> Line:
    return replace(line, offset=line.offset + 1)


def unknown_is_false(self: Ranks, statements: Any) -> bool:
    return bool(RIGHT_POSSIBLE(self, statements))


def only_the_last(self: Ranks, statements: Any) -> bool | None:
    return RIGHT_POSSIBLE(self, statements[-1:])


ENDS_THE_WORKER = (IndexError,)
"""Ends the solver's process, where it has one: whatever was asked is then undecided."""

RIGHT_NUMBER, RIGHT_TRUTH = Meaning.number, Meaning.truth
RIGHT_UNCOVERED, RIGHT_ANSWER = regions._Search.uncovered, Desk.answer
RIGHT_DESK, RIGHT_SWITCH = Desk.__init__, Desk._switch
RIGHT = {name: getattr(Symbolic, name) for name in ("every", "some", "category", "choose", "add")}
RIGHT_DOMAIN, RIGHT_AXES = Symbols.domain, axes.axes_of
RIGHT_ENOUGH = Meaning._enough
RIGHT_RELATED, RIGHT_CUT, RIGHT_POSSIBLE = Ranked._related, Axes.cut, Ranks.possible
RIGHT_SPLIT, RIGHT_CHOOSE, RIGHT_STAIRS = Diagrams.split, Ranked.choose, Ranked._stairs
RIGHT_COUNT, RIGHT_CATEGORY = Ranked.at_least, Axes.category

BUGS = [
    Bug("less is at most", Symbolic, "relate", mistaken(Relation.LT, Relation.LE)),
    Bug("at least is more", Symbolic, "relate", mistaken(Relation.GE, Relation.GT)),
    Bug("equal is at most", Symbolic, "relate", mistaken(Relation.EQ, Relation.LE)),
    Bug("one more is asked for", Symbolic, "at_least", off_by(1)),
    Bug("one less is asked for", Symbolic, "at_least", off_by(-1)),
    Bug("all but the last", Symbolic, "every", lambda self, truths: RIGHT["every"](self, truths[:-1])),
    Bug("any but the last", Symbolic, "some", lambda self, truths: RIGHT["some"](self, truths[:-1])),
    Bug("the first category", Symbolic, "category", lambda self, q, names: RIGHT["category"](self, q, names[:1])),
    Bug("everything is recorded", Symbolic, "recorded", lambda _self, _quantity: TRUE),
    Bug("nothing is recorded", Symbolic, "recorded", lambda _self, _quantity: FALSE),
    Bug("every yes/no is yes", Symbolic, "yes", lambda _self, _quantity: TRUE),
    Bug("the other number", Symbolic, "choose", lambda self, truth, a, b: RIGHT["choose"](self, truth, b, a)),
    Bug("the first term is lost", Symbolic, "add", lambda self, terms: RIGHT["add"](self, terms[1:])),
    Bug("no rounding down", Symbolic, "floor", lambda _self, term: term),
    Bug("no range for the last", Symbols, "domain", lambda self: RIGHT_DOMAIN(self)[:-1]),
    Bug("no ranges", Symbols, "domain", lambda _self: []),
    Bug("nobody at all", Symbols, "domain", lambda _self: [FALSE]),
    Bug("everything applies", Meaning, "applies", in_z3_only("applies", everything_applies)),
    Bug("no value where it does not apply", Meaning, "known", in_z3_only("known", no_stated_value)),
    Bug("earlier choices do not matter", Meaning, "_takes", in_z3_only("_takes", own_rule_only)),
    Bug("nobody is excluded", Meaning, "_eligible", in_z3_only("_eligible", no_exclusion)),
    Bug("anybody is assigned", Meaning, "_assigned", in_z3_only("_assigned", whoever_takes_it)),
    Bug("zero divides", Meaning, "number", in_z3_only("number", zero_divides)),
    Bug("what does not hold fails", Meaning, "truth", in_z3_only("truth", no_third_value)),
    Bug("earlier choices do not matter to anyone", Meaning, "_takes", own_rule_only),
    Bug("anybody is assigned by anyone", Meaning, "_assigned", whoever_takes_it),
    Bug("zero divides for anyone", Meaning, "number", zero_divides),
    Bug("too few are enough", Meaning, "_enough", lambda self, n, truths: RIGHT_ENOUGH(self, n - 1, truths)),
    Bug("facts do not count", case, "recordable", lambda p: properties.recordable(replace(p, facts=()))),
    Bug("data need not be complete", case, "recordable", lambda _protocol: Every(())),
    Bug("nobody can be recorded", case, "recordable", lambda _protocol: Some(())),
    Bug("a gap for what is undetermined", fates, "gap", gap_of_what_holds),
    Bug("an overlap of one", fates, "overlap", overlap_of_what_is_enough),
    Bug("nothing is undetermined", fates, "undetermined", lambda _decision: Some(())),
    Bug("an axis is forgotten", fates, "axes_of", lambda *given: RIGHT_AXES(*given)[:-1]),
    Bug("boxes without end", regions._Search, "_wholly_target", lambda _self, _box: True),
    Bug("one box is enough", regions._Search, "uncovered", found_once),
    Bug("every box repeats another", regions._Search, "repeats", lambda *_: True),
    Bug("nothing is needed for a contradiction", Desk, "answer", without_core),
    Bug("a contradiction too short", Desk, "answer", without_last_core),
    Bug("the base is forgotten", Desk, "__init__", without_base),
    Bug("one switch for all statements", Desk, "_switch", one_switch),
    Bug("ranks: less is at most", Ranked, "_related", compared(Relation.LE, Relation.LT)),
    Bug("ranks: more is at least", Ranked, "_related", compared(Relation.GE, Relation.GT)),
    Bug("ranks: equal is at most", Ranked, "_related", compared(Relation.LE, Relation.EQ)),
    Bug("ranks: ends are mixed up", Axes, "cut", same_end),
    Bug("ranks: parts are lost", Diagrams, "split", first_part_only),
    Bug("ranks: axes in any order", Diagrams, "_in_order", without_order),
    Bug("ranks: both is either", Diagrams, "both", Diagrams.either),
    Bug("ranks: either is both", Diagrams, "either", Diagrams.both),
    Bug("ranks: nothing is negated", Diagrams, "negation", lambda _self, one: one),
    Bug("ranks: the other number", Ranked, "choose", lambda self, truth, a, b: RIGHT_CHOOSE(self, truth, b, a)),
    Bug("ranks: stairs one up", Ranked, "_stairs", lambda self, line: RIGHT_STAIRS(self, _one_up(line))),
    Bug("ranks: one more is asked for", Ranked, "at_least", lambda self, n, each: RIGHT_COUNT(self, n + 1, each)),
    Bug("ranks: one less is asked for", Ranked, "at_least", lambda self, n, each: RIGHT_COUNT(self, n - 1, each)),
    Bug("ranks: the first category", Axes, "category", lambda self, q, names: RIGHT_CATEGORY(self, q, names[:1])),
    Bug("ranks: everything is recorded", Axes, "recorded", lambda self, _quantity: self._diagrams.true),
    Bug("ranks: what is not covered is impossible", Ranks, "possible", unknown_is_false),
    Bug("ranks: all but the last are forgotten", Ranks, "possible", only_the_last),
    Bug("ranks: nothing is possible", Ranks, "possible", lambda _self, _statements: False),
    Bug("ranks: everything is possible", Ranks, "possible", lambda _self, _statements: True),
    Bug("nothing is possible", Solver, "possible", lambda _self, *_, **__: False),
    Bug("everything is possible", Solver, "possible", lambda _self, *_, **__: True),
    Bug("dead readings work", working, "_alive", lambda _case, _decision: ()),
    Bug("no counterexample is found", working, "_counterexample", lambda *_: None),
]


def test_engines_that_are_not_broken_pass(protocols: list[Protocol]) -> None:
    examine(protocols)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_broken_engine_is_noticed(protocols: list[Protocol], bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bug.owner, bug.attribute, bug.wrong)
    with pytest.raises((Disagreement, AssertionError, *ENDS_THE_WORKER)):
        examine(protocols)
