"""An inclusion and an exclusion criterion meet wrongly: they overlap, or leave values between them.

What it does
    Takes each inclusion and exclusion criterion that compare the same number (or category), and holds the rest of
    the patient fixed. A *zone* are values at which both sentences take the patient, although the inclusion ends
    where the exclusion goes on. A *limbo* are values at which neither does, between what the one admits and what the
    other names. An exclusion that is stricter for some patients, or a limit that differs between cohorts, is no
    finding, and neither is "from 18" beside "over 75".

Why it matters
    Eligibility is settled all the same: who is excluded or not included is not eligible. But a site that reads the
    one sentence decides otherwise than a site that reads the other, and one of the two limits is not what was meant.

Example
    "Creatinine below 1.6" to be included and "creatinine over 1.5" to be excluded, charted to 0.01: 1.51 to 1.59 is
    both.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.model.english import say
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Criterion
from trialproof.model.unit import PLAIN, say_amount
from trialproof.model.unit_of import unit_of
from trialproof.verify.axes import NumberAxis, runs, span
from trialproof.verify.because import deciding
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.check import Check, Said, Vacuous, criterion_label, gave_up
from trialproof.verify.describe import witness
from trialproof.verify.finding import Finding, Label, Proved, Severity
from trialproof.verify.meeting import Meeting, Mismatch, mismatches, pairs
from trialproof.verify.solver import Unknown
from trialproof.verify.under import as_read
from trialproof.verify.words import line, term

CODE, NAME = "TP202", "mismatched-limits"

HELP = {
    Meeting.ZONE: "both sentences take such a patient: let one begin where the other ends",
    Meeting.LIMBO: "such a patient is not eligible, but no exclusion names the reason: let one begin where the other "
    "ends, or leave the exclusion out",
}


def run(case: Case) -> Iterator[Said]:
    """Judge every inclusion against every exclusion."""
    if not case.protocol.inclusion or not case.protocol.exclusion:
        return
    compared = pairs(case)
    if not compared:
        yield Vacuous("inclusion against exclusion: no two criteria compare the same number or category")
        return
    flawless = True
    for pair in compared:
        inclusion, exclusion = pair.inclusion, pair.exclusion
        try:
            for each in mismatches(case, pair):
                flawless = False
                yield _finding(case, each)
                if not each.regions.complete:
                    what = f"`{inclusion.id}` and `{exclusion.id}` meet wrongly for others"
                    yield gave_up(CODE, NAME, what, "there are more regions than are searched")
        except Unknown as reason:
            flawless = False
            yield gave_up(CODE, NAME, f"`{inclusion.id}` and `{exclusion.id}` meet as they should", reason)
    if flawless:
        someone = canonical(case, case.patients())
        if someone is not None:
            count = "1 pair compares" if len(compared) == 1 else f"{len(compared)} pairs compare"
            message = f"no inclusion criterion meets an exclusion criterion wrongly ({count} the same value)"
            yield Proved(CODE, NAME, message, member=witness(case, someone))


def _finding(case: Case, found: Mismatch) -> Finding:
    inclusion, exclusion = found.pair.inclusion, found.pair.exclusion
    patient = found.regions.regions[0].witness.patient
    values = line([term(case.protocol, found.pair.axis, found.parts)]) + _charted(case, found)
    holding = found.meeting is Meeting.ZONE
    take = ("includes", "excludes") if holding else ("does not include", "does not exclude")
    message = f"`{inclusion.id}` {take[0]} and `{exclusion.id}` {take[1]} some patient with {values}"
    return Finding(
        CODE,
        NAME,
        Severity.WARNING,
        message,
        regions=found.regions.regions,
        witness=found.regions.regions[0].witness,
        readings=as_read(case, [inclusion.rule, exclusion.rule]),
        labels=tuple(_label(case, each, patient, holding=holding) for each in (inclusion, exclusion)),
        help=HELP[found.meeting],
    )


def _charted(case: Case, found: Mismatch) -> str:
    """Return the first and the last charted value of one interval, where that says more than its limits."""
    axis = found.pair.axis
    if not isinstance(axis, NumberAxis) or axis.kind is None or axis.kind.step is None:
        return ""
    stretches = runs(axis, found.parts)
    interval = span(axis, stretches[0])
    if len(stretches) > 1 or interval is None:
        return ""
    inside, unit = interval.tighten(axis.kind), unit_of(axis.term, case.protocol) or PLAIN
    if inside == interval or inside.low is None or inside.high is None or inside.point is not None:
        return ""
    return f" (charted: {say_amount(inside.low, PLAIN)} to {say_amount(inside.high, unit)})"


def _label(case: Case, criterion: Criterion, patient: Patient, *, holding: bool) -> Label:
    clauses = deciding(criterion.rule, about(case.protocol, patient, case.selection), holding=holding)
    said = "; ".join(say(each, case.protocol, case.selection) for each in clauses)
    verdict = "holds" if holding else "fails, since this is not so"
    return criterion_label(criterion, f"`{criterion.id}` {verdict}: {said}")


PASSES = (
    """\
trialproof: 1
title: the one begins where the other ends
quantities:
  creatinine: {unit: mg/dL, range: [0, 20], recorded_to: 0.01}
  age: {unit: year, range: [0, 120], recorded_to: {step: 1, rounded: down}}
eligibility:
  inclusion:
    - {id: I1, rule: creatinine <= 1.5 mg/dL}
    - {id: I2, rule: 18 years <= age <= 75 years}
  exclusion:
    - {id: E1, rule: creatinine > 1.5 mg/dL}
    - {id: E2, rule: age > 75 years}
""",
    """\
trialproof: 1
title: stricter for some
quantities:
  haemoglobin: {unit: g/L, range: [0, 250], recorded_to: 1}
  cohort: {one_of: [A, B]}
eligibility:
  inclusion:
    - {id: I1, rule: haemoglobin >= 75 g/L}
  exclusion:
    - {id: E1, rule: cohort is A and haemoglobin < 100 g/L}
""",
)
FAILS = (
    """\
trialproof: 1
title: both at once
quantities:
  creatinine: {unit: mg/dL, range: [0, 20], recorded_to: 0.01}
eligibility:
  inclusion:
    - {id: I1, rule: creatinine < 1.6 mg/dL}
  exclusion:
    - {id: E1, rule: creatinine > 1.5 mg/dL}
""",
    """\
trialproof: 1
title: neither
quantities:
  creatinine: {unit: mg/dL, range: [0, 20], recorded_to: 0.01}
eligibility:
  inclusion:
    - {id: I1, rule: creatinine < 1.5 mg/dL}
  exclusion:
    - {id: E1, rule: creatinine > 1.6 mg/dL}
""",
)
CHECK = Check(CODE, NAME, Severity.WARNING, run, passes=PASSES, fails=FAILS)
