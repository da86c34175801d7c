"""Figures of screening, over the candidates who arrived before the trial closed, or before the horizon."""

from __future__ import annotations

from tests.simulate.results.naive.history import DAY, Candidate, Trial
from tests.simulate.results.naive.numbers import Number, how_many, quotient

NOBODY = -1


def figures(trial: Trial) -> dict[str, Number]:
    came, met = len(trial.candidates), eligible(trial)
    found: dict[str, Number] = {
        "candidates": came,
        **failed_first(trial),
        **failed_any(trial),
        "eligible": len(met),
        "eligible_share": quotient(len(met), came),
        "refused": refused(trial),
        "in_screening": in_screening(trial),
        "screening_yield": quotient(len(trial.patients), came),
    }
    for decision in {decision for decision, _ in trial.screened.unsettled}:
        for kind in ("gap", "overlap", "undetermined", "any"):
            left, of = stranded(trial, decision, kind), f"{decision}.{kind}"
            found[f"stranded.{of}"] = len(left)
            found[f"stranded_share.{of}"] = quotient(len(left), len(met))
            found[f"trial_meets.{of}"] = 1 if left else 0
            found[f"stranded_enrolled.{of}"] = how_many(each in left for each in enrolled(trial))
    for sentence, reading in trial.screened.under:
        for arm, name in (*enumerate(trial.names.arms), (NOBODY, "none")):
            found[f"arm_under.{sentence}={reading}.{name}"] = quotient(
                arm_under(trial, sentence, reading, arm), len(trial.patients)
            )
        found[f"reading_changes.{sentence}={reading}"] = reading_changes(trial, sentence, reading)
    return found


def enrolled(trial: Trial) -> list[Candidate]:
    return [patient.candidate for patient in trial.patients]


def steps_failed(trial: Trial, candidate: Candidate) -> list[str]:
    """The steps at which somebody fails: bits are `consent`, `unsettled`, and the criteria in the order of the
    protocol; screening asks for the criteria first, then for consent, and then whether a decision settles him."""
    consent, unsettled, *criteria = (candidate.failed >> bit & 1 for bit in range(2 + len(trial.names.criteria)))
    steps = [*zip(trial.names.criteria, criteria, strict=True), ("consent", consent), ("unsettled", unsettled)]
    return [name for name, fails in steps if fails]


def failed_first(trial: Trial) -> dict[str, Number]:
    """Candidates by the first step at which they fail."""
    first = [next(iter(steps_failed(trial, candidate)), None) for candidate in trial.candidates]
    steps = (*trial.names.criteria, "consent", "unsettled")
    return {f"failed_first.{step}": how_many(each == step for each in first) for step in steps}


def failed_any(trial: Trial) -> dict[str, Number]:
    """Candidates who do not meet a criterion, alone or with others."""
    failed = [steps_failed(trial, candidate) for candidate in trial.candidates]
    return {f"failed_any.{name}": how_many(name in steps for steps in failed) for name in trial.names.criteria}


def eligible(trial: Trial) -> list[Candidate]:
    """Candidates who meet every criterion, settled or not, taking part or not."""
    criteria = set(trial.names.criteria)
    return [each for each in trial.candidates if not criteria.intersection(steps_failed(trial, each))]


def not_enrolled(trial: Trial) -> list[Candidate]:
    """Candidates who passed and were not enrolled."""
    taken = {candidate.number for candidate in enrolled(trial)}
    return [each for each in trial.candidates if each.failed == 0 and each.number not in taken]


def refused(trial: Trial) -> int:
    """Candidates who passed, and came too late or met a cap that was full."""
    return how_many(candidate.ready < trial.horizon * DAY for candidate in not_enrolled(trial))


def in_screening(trial: Trial) -> int:
    """Candidates who passed and were still being screened at the horizon."""
    return how_many(candidate.ready >= trial.horizon * DAY for candidate in not_enrolled(trial))


def stranded(trial: Trial, decision: str, kind: str) -> list[Candidate]:
    """Eligible candidates whom a decision leaves so, before any policy."""
    kinds = ("gap", "overlap", "undetermined") if kind == "any" else (kind,)
    flags = [trial.screened.unsettled[decision, each] for each in kinds]
    return [candidate for candidate in eligible(trial) if any(flag[candidate.at] for flag in flags)]


def arm_under(trial: Trial, sentence: str, reading: str, arm: int) -> int:
    """How many of the enrolled would get an arm, or none, if one sentence were read so."""
    would_get = trial.screened.under[sentence, reading]
    return how_many(int(would_get[candidate.at]) == arm for candidate in enrolled(trial))


def reading_changes(trial: Trial, sentence: str, reading: str) -> int:
    """Enrolled patients whose arm, before any policy, would be another one or none if one sentence were read so."""
    would_get, get = trial.screened.under[sentence, reading], trial.screened.as_read
    return how_many(int(would_get[candidate.at]) != int(get[candidate.at]) for candidate in enrolled(trial))
