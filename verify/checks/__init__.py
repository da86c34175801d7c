"""The checks, one file each, and the one table that lists them."""

from __future__ import annotations

from trialproof.verify.check import Check
from trialproof.verify.checks import (
    boundary_gap,
    boundary_overlap,
    disagreeing_readings,
    gap,
    idle_criterion,
    implied_criterion,
    ineligible_choice,
    mismatched_limits,
    nobody_eligible,
    overlap,
    recording_step,
    redundant_clause,
    refuted_claim,
    shadowed_choice,
    stale_acceptance,
    strict_bound,
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
    mismatched_limits.CHECK,
    implied_criterion.CHECK,
    idle_criterion.CHECK,
    ineligible_choice.CHECK,
    undetermined_eligibility.CHECK,
    refuted_claim.CHECK,
    strict_bound.CHECK,
    stale_acceptance.CHECK,
)
