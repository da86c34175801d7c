"""Figures of screening: who comes, who fails by what, whom a decision leaves unsettled, and what a reading changes.

They are over the candidates who arrived before the trial closed, or before the horizon if it did not.
"""

from __future__ import annotations

import numpy as np

from trialproof.simulate.results.known import counts_of, known, share_of
from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.moments import Flags
from trialproof.simulate.results.record import CRITERIA, DECLINED, KINDS, NONE, STRANDED
from trialproof.simulate.results.records import Records
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import L_REFUSED

CONSENT, UNSETTLED = "consent", "unsettled"
"""The last two steps of the funnel: declined, and excluded because a decision leaves him unsettled."""
ANY = "any"

METRICS = (
    Metric("candidates", "candidates", "candidates who arrived before the trial closed, or before the horizon"),
    Metric(
        "failed_first",
        "candidates",
        "candidates by the first step at which they fail: a criterion that they do not meet (in the order of the "
        f"protocol; what is undetermined is not met), `{CONSENT}` (declines to take part), `{UNSETTLED}` (would take "
        "part, but a decision leaves him so and the policy excludes him, or the decision of the arm is not for him)",
        of=("step",),
    ),
    Metric(
        "failed_any", "candidates", "candidates who do not meet a criterion, alone or with others", of=("criterion",)
    ),
    Metric("eligible", "candidates", "candidates who meet every criterion, settled or not, taking part or not"),
    Metric("eligible_share", "", "eligible / candidates; none where nobody came"),
    Metric("refused", "candidates", "candidates who passed, and came too late or met a cap that was full"),
    Metric("in_screening", "candidates", "candidates who passed and were still being screened at the horizon"),
    Metric("screening_yield", "", "enrolled / candidates; none where nobody came"),
    Metric(
        "stranded", "candidates", "eligible candidates whom a decision leaves so, before any policy",
        of=("decision", "kind"),
    ),
    Metric("stranded_share", "", "stranded / eligible; none where nobody is eligible", of=("decision", "kind")),
    Metric(
        "trial_meets", "", "1 if stranded > 0, else 0", of=("decision", "kind"), kind=Kind.PROPORTION
    ),
    Metric(
        "stranded_enrolled", "patients", "stranded candidates whom a policy let in and who were enrolled",
        of=("decision", "kind"),
    ),
    Metric(
        "arm_under",
        "",
        "share of the enrolled who would get an arm, or `none`, if one sentence were read so; none where nobody is "
        "enrolled",
        of=("sentence=reading", "arm"),
    ),
    Metric(
        "reading_changes",
        "patients",
        "enrolled patients whose arm, before any policy, would be another one or none if one sentence were read so",
        of=("sentence=reading",),
    ),
)  # fmt: skip


def figures(records: Records) -> Figures:
    """Yield the figures of screening."""
    screened, size = records.screened, records.size
    came, enrolled = counts_of(records.came, size), counts_of(records.enrolled.replication, size)
    passed, eligible = (counts_of(records.came[flags], size) for flags in (screened.failed == 0, screened.eligible))
    refused = records.count(L_REFUSED)
    yield Column("candidates"), known(came)
    yield from _funnel(records)
    yield Column("eligible"), known(eligible)
    yield Column("eligible_share"), share_of(eligible, came)
    yield Column("refused"), known(refused)
    yield Column("in_screening"), known(passed - refused - enrolled)
    yield Column("screening_yield"), share_of(enrolled, came)
    yield from _stranded(records, eligible)
    yield from _readings(records, enrolled)


def _funnel(records: Records) -> Figures:
    failed = records.screened.failed
    steps = [(name, CRITERIA + at) for at, name in enumerate(records.names.criteria)]
    left = np.ones(len(failed), np.bool_)
    for name, bit in (*steps, (CONSENT, DECLINED), (UNSETTLED, STRANDED)):
        fails = (failed >> bit & 1) == 1
        yield Column("failed_first", (name,)), known(counts_of(records.came[left & fails], records.size))
        left &= ~fails
        if bit >= CRITERIA:
            yield Column("failed_any", (name,)), known(counts_of(records.came[fails], records.size))


def _stranded(records: Records, eligible: Ints) -> Figures:
    screened, candidate = records.screened, records.enrolled.candidate
    for decision in dict.fromkeys(decision for decision, _ in screened.unsettled):
        found = {kind: screened.unsettled[decision, kind] for kind in KINDS}
        found[ANY] = np.logical_or.reduce(list(found.values()))
        for kind, left in found.items():
            whose: Flags = left & screened.eligible
            number = counts_of(records.came[whose], records.size)
            enrolled = counts_of(records.enrolled.replication[whose[candidate]], records.size)
            yield Column("stranded", (decision, kind)), known(number)
            yield Column("stranded_share", (decision, kind)), share_of(number, eligible)
            yield Column("trial_meets", (decision, kind)), known(number > 0)
            yield Column("stranded_enrolled", (decision, kind)), known(enrolled)


def _readings(records: Records, number: Ints) -> Figures:
    arms, enrolled, size = records.names.arms, records.enrolled, records.size
    mine = records.screened.as_read[enrolled.candidate]
    for (sentence, reading), otherwise in records.screened.under.items():
        name, theirs = f"{sentence}={reading}", otherwise[enrolled.candidate]
        for position, arm in (*enumerate(arms), (NONE, "none")):
            share = share_of(counts_of(enrolled.replication[theirs == position], size), number)
            yield Column("arm_under", (name, arm)), share
        yield Column("reading_changes", (name,)), known(counts_of(enrolled.replication[theirs != mine], size))
