"""A choice that no prescription covers, or a lowered course that does not fit.

What it does
    Where choices prescribe courses, asks of every other choice whether some patient of it gets one, unless `gives`
    says what its patients get instead. Then it takes each course that `lowers` another decision's, finds the
    prescriptions whose patients it meets, and works out what they end up with. If a prescription has several phases or
    levels, and the lower course only one, there are several ways to understand it: each is listed with its total. It
    is also named where it lowers nothing.

Why it matters
    An arm without a prescription is found on the day of its first patient. And "the dose should be lowered to 45 Gy"
    does not say which dose: that of the elective field, or the boost too.

Example
    45 Gy / 1.8 Gy / 25 f, for patients who are to get 50.4 Gy and then a boost of 10 Gy: 45 Gy or 55 Gy?
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.condition import Assigned, Takes
from trialproof.model.course import course_total
from trialproof.model.protocol import Decision
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, choice_label, gave_up, listed
from trialproof.verify.describe import shown_quantities, witness
from trialproof.verify.fates import decision_axes
from trialproof.verify.finding import Detail, Finding, Prescription, Severity
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import Holds, Some
from trialproof.verify.treatment.doses import as_prescribed, named, prescription_label, prescriptions, say_worth
from trialproof.verify.treatment.lowering import ways_to_lower
from trialproof.verify.under import as_read, rules_of

CODE, NAME = "TP305", "unfitting-prescription"


def run(case: Case) -> Iterator[Said]:
    """Judge every choice beside the prescriptions, then every course that lowers another."""
    found = prescriptions(case)
    prescribing = {each.decision: case.protocol.decisions[each.decision] for each in found if each.lowers is None}
    if prescribing:
        for decision in case.protocol.decisions.values():
            yield from _uncovered(case, decision, list(prescribing.values()))
    for lower in found:
        for higher in found:
            if lower.lowers == higher.decision:
                yield from _judge(case, lower, higher)


def _uncovered(case: Case, decision: Decision, prescribing: list[Decision]) -> Iterator[Said]:
    """Yield each choice of a decision of whose patients none gets a prescription, nor anything else that is said."""
    if any(each.course is not None for each in decision.choices):
        return
    anything = Some(tuple(Holds(Takes(each.name, choice.name)) for each in prescribing for choice in each.choices))
    for choice in decision.choices:
        if choice.gives or choice.points is not None:
            continue
        members = case.population(decision.population, Holds(Assigned(decision.name, (choice.name,))))
        try:
            if case.possible(members)([anything]):
                continue
            patient = canonical(case, members)
        except Unknown as reason:
            yield gave_up(CODE, NAME, f"a prescription covers `{choice.name}` of `{decision.name}`", reason, decision)
            continue
        if patient is not None:
            names = listed(each.name for each in prescribing)
            yield Finding(
                CODE,
                NAME,
                Severity.WARNING,
                f"no choice of {names} takes any patient of `{choice.name}` of `{decision.name}`",
                decision=decision.name,
                choices=(choice.name,),
                witness=witness(case, patient, shown_quantities(case.protocol, decision_axes(case, decision))),
                readings=as_read(case, [rule for each in (decision, *prescribing) for rule in rules_of(each)]),
                labels=(choice_label(choice),),
                help="add a prescription for these patients, or say with `gives:` what they get instead",
            )


def _judge(case: Case, lower: Prescription, higher: Prescription) -> Iterator[Said]:
    """Judge a course that is to take the place of another, if there is a patient to whom that happens."""
    if course_total(lower.course) is None or course_total(higher.course) is None:
        return
    ways = ways_to_lower(higher.course, lower.course)
    if len(ways) == 1:
        return
    decision, other = case.protocol.decisions[lower.decision], case.protocol.decisions[higher.decision]
    takes = Holds(Takes(lower.decision, lower.choice)), Holds(Assigned(higher.decision, (higher.choice,)))
    try:
        patient = canonical(case, case.population(decision.population), *map(case.said, takes))
    except Unknown as reason:
        yield gave_up(CODE, NAME, f"{named(lower)} meets {named(higher)}", reason, decision)
        return
    if patient is None:
        return
    axes = (*decision_axes(case, decision), *decision_axes(case, other))
    if ways:
        unfit = f"{named(lower)} lowers {named(higher)}, which can be meant in {len(ways)} ways"
    else:
        unfit = f"{named(lower)} is to lower {named(higher)}, and is not lower"
    alpha_beta = case.protocol.alpha_beta
    yield Finding(
        CODE,
        NAME,
        Severity.WARNING,
        unfit,
        decision=lower.decision,
        choices=(lower.choice, higher.choice),
        witness=witness(case, patient, shown_quantities(case.protocol, axes)),
        readings=as_prescribed(case, lower, higher, rules=[*rules_of(decision), *rules_of(other)]),
        labels=(prescription_label(case, lower), prescription_label(case, higher)),
        help=f"write out the lowered course of `{higher.choice}` as a choice of its own",
        details=tuple(Detail("", f"{each.words}: {say_worth(each.course, alpha_beta)}") for each in ways),
    )


PASSES = (
    """\
trialproof: 1
title: one phase lowered, and every arm covered
quantities:
  margin: {one_of: [R0, R1]}
  stomach: {unit: "%", range: [0, 100], label: V50 of the stomach}
decisions:
  arm:
    for: everyone
    choices:
      observation: {when: margin is R0, gives: no radiotherapy}
      radiotherapy: {when: margin is R1}
  prescription:
    for: arm is radiotherapy
    choices:
      full: {when: everyone, course: 50.4 Gy / 1.8 Gy / 28 f}
  lowering:
    for: arm is radiotherapy
    intent: at most one
    choices:
      lowered: {when: stomach > 50%, course: 45 Gy / 1.8 Gy / 25 f, lowers: prescription}
""",
)
FAILS = (
    """\
trialproof: 1
title: an arm without a prescription
quantities:
  margin: {one_of: [R0, R1]}
decisions:
  arm:
    for: everyone
    choices:
      short: {when: margin is R0}
      long: {when: margin is R1}
  prescription:
    for: everyone
    choices:
      sixty: {when: arm is long, course: 60 Gy / 2 Gy / 30 f}
""",
    """\
trialproof: 1
title: which dose is lowered
quantities:
  stomach: {unit: "%", range: [0, 100], label: V50 of the stomach}
decisions:
  prescription:
    for: everyone
    choices:
      boosted: {when: everyone, course: [50.4 Gy / 1.8 Gy / 28 f, {boost: 10 Gy / 2 Gy / 5 f}]}
  lowering:
    for: everyone
    intent: at most one
    choices:
      lowered: {when: stomach > 50%, course: 45 Gy / 1.8 Gy / 25 f, lowers: prescription}
""",
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
