"""A limit that a charted value does not reach exactly, or steps over.

What it does
    Looks at each limit of a criterion or a choice on a quantity that is charted in steps. It is named where no charted
    value equals it ("over 5.05 cm", charted to 0.1), and where it is strict and the next charted value is far off:
    the step is coarser than the limit's last digit ("over 70", charted in tens), or as coarse, and values beyond the
    limit are rounded back to it ("over 16 months", charted in completed months). Not where another limit takes in the
    very value that the strict one leaves out. All limits of one quantity are one finding.

Why it matters
    "KPS over 70" reads as if 71 were enough; what it means is 80 and up. "Over 16 months" leaves out a patient after
    16 months and three weeks, who is charted with 16.

Example
    "KPS > 70", charted in tens, means 80 and up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import Compare, Condition, Relation, Value
from trialproof.model.english import say
from trialproof.model.exact import plain
from trialproof.model.protocol import NumberKind, Quantity
from trialproof.model.unit import say_amount
from trialproof.verify.axes import Interval
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, choice_label, criterion_label
from trialproof.verify.finding import Finding, Label, Severity, Under
from trialproof.verify.linear import threshold, walk
from trialproof.verify.under import rests_on

CODE, NAME = "TP208", "strict-bound"

STRICT = (Relation.GT, Relation.LT)
UPWARDS = (Relation.GT, Relation.GE)
WORDS = {
    Relation.LT: "under",
    Relation.LE: "at most",
    Relation.EQ: "exactly",
    Relation.NE: "not exactly",
    Relation.GE: "at least",
    Relation.GT: "over",
}


@dataclass(frozen=True, slots=True)
class _Limit:
    """A comparison of a charted quantity with a number, and where it is made."""

    quantity: str
    relation: Relation
    value: Fraction
    label: Label
    rule: Condition


def run(case: Case) -> Iterator[Said]:
    """Look at every quantity that is charted in steps; nothing is asked of the solver, and nothing proved."""
    limits = list(dict.fromkeys(_limits(case)))
    for quantity in case.protocol.quantities.values():
        kind = quantity.kind
        if isinstance(kind, NumberKind) and kind.step is not None:
            mine = [each for each in limits if each.quantity == quantity.name]
            taken_in = {each.value for each in mine if each.relation not in STRICT}
            told = [each for each in mine if _misses(each, kind, kind.step, taken_in)]
            if told:
                yield _finding(case, quantity, kind, kind.step, told)


def _limits(case: Case) -> Iterator[_Limit]:
    """Yield every limit that a criterion or a choice sets under the case's readings."""
    protocol = case.protocol
    rules = [(each.rule, criterion_label(each)) for each in protocol.criteria]
    rules += [(each.rule, choice_label(each)) for one in protocol.decisions.values() for each in one.choices]
    for rule, label in rules:
        for node in walk(protocol, rule, case.selection):
            found = threshold(node, case.selection) if isinstance(node, Compare) else None
            if found is not None and isinstance(found.term, Value) and isinstance(node, Compare):
                said = Label(label.place, label.quotes, f"{label.note}: {say(node, protocol, case.selection)}")
                yield _Limit(found.term.quantity, found.relation, found.value, said, rule)


def _misses(limit: _Limit, kind: NumberKind, step: Fraction, taken_in: set[Fraction]) -> bool:
    """Return whether the charted value next to the limit is not the one that its last digit suggests."""
    if (limit.value / step).denominator != 1:
        return True
    if limit.relation not in STRICT or limit.value in taken_in:
        return False
    last_digit = Fraction(1, 10 ** len(plain(limit.value).partition(".")[2]))
    away = {Relation.GT: "down", Relation.LT: "up"}
    return step > last_digit or (step == last_digit and kind.rounding == away[limit.relation])


def _finding(case: Case, quantity: Quantity, kind: NumberKind, step: Fraction, limits: list[_Limit]) -> Finding:
    rounded = "" if kind.rounding == "nearest" else f", rounded {kind.rounding}"
    meanings = dict.fromkeys(
        f"{WORDS[each.relation]} {say_amount(each.value, kind.unit)} {_meaning(each, kind)}" for each in limits
    )
    return Finding(
        CODE,
        NAME,
        Severity.NOTE,
        f"`{quantity.name}` is charted in steps of {say_amount(step, kind.unit)}{rounded}: {'; '.join(meanings)}",
        readings=_as_read(case, limits),
        labels=tuple(dict.fromkeys(each.label for each in limits)),
        help="if that is meant, name the first value that counts; if not, chart in finer steps",
    )


def _as_read(case: Case, limits: list[_Limit]) -> Under:
    names = rests_on(case.protocol, [each.rule for each in limits])
    return Under(({name: case.selection[name] for name in names},), case.protocol.combinations, complete=not names)


def _meaning(limit: _Limit, kind: NumberKind) -> str:
    if limit.relation is Relation.EQ:
        return "is never charted"
    if limit.relation is Relation.NE:
        return "is always so"
    upwards, closed = limit.relation in UPWARDS, limit.relation not in STRICT
    low, high = (limit.value, None) if upwards else (None, limit.value)
    inside = Interval(low, high, closed_low=closed, closed_high=closed).tighten(kind)
    first = inside.low if upwards else inside.high
    if inside.empty or first is None:
        return "is never charted"
    return f"means {say_amount(first, kind.unit)} and {'up' if upwards else 'down'}"


PASSES = (
    """\
trialproof: 1
title: the first value that counts
quantities:
  kps: {range: [0, 100], recorded_to: 10}
eligibility:
  inclusion:
    - {id: I1, rule: kps >= 80}
""",
    """\
trialproof: 1
title: a tenth is next to nothing
quantities:
  diameter: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: diameter > 5 cm}
      small: {when: diameter <= 5 cm}
""",
)
FAILS = (
    """\
trialproof: 1
title: the next value is 80
quantities:
  kps: {range: [0, 100], recorded_to: 10}
eligibility:
  inclusion:
    - {id: I1, rule: kps > 70}
""",
    """\
trialproof: 1
title: no value is exactly this
quantities:
  diameter: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: diameter > 5.05 cm}
      small: {when: diameter <= 5.05 cm}
""",
)
CHECK = Check(CODE, NAME, Severity.NOTE, run, passes=PASSES, fails=FAILS)
