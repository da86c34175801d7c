"""The checks, one file each, and the one table that lists them."""

from __future__ import annotations

from trialproof.verify.check import Check
from trialproof.verify.checks import (
    boundary_gap,
    boundary_overlap,
    disagreeing_readings,
    gap,
    ineligible_choice,
    nobody_eligible,
    overlap,
    recording_step,
    redundant_clause,
    refuted_claim,
    shadowed_choice,
    stale_acceptance,
    undetermined_eligibility,
    undetermined_patient,
    unreachable_choice,
)

CHECKS: tuple[Check, ...] = (
    gap.CHECK,
    overlap.CHECK,
    boundary_gap.CHECK,
    boundary_overlap.CHECK,
    unreachable_choice.CHECK,
    disagreeing_readings.CHECK,
    undetermined_patient.CHECK,
    redundant_clause.CHECK,
    shadowed_choice.CHECK,
    recording_step.CHECK,
    nobody_eligible.CHECK,
    ineligible_choice.CHECK,
    undetermined_eligibility.CHECK,
    refuted_claim.CHECK,
    stale_acceptance.CHECK,
)
