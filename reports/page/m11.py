"""Which sections of the ICH M11 protocol template something belongs to.

Numbers and names are those of the template adopted in November 2025 (Clinical Electronic Structured Harmonised
Protocol), as also published by the NCI Thesaurus, subset C217023.
"""

from __future__ import annotations

from trialproof.model.protocol import Decision

ACTIVITIES = "1.3 Schedule of Activities"
POPULATION = "5.1 Description of Trial Population and Rationale"
INCLUSION = "5.2 Inclusion Criteria"
EXCLUSION = "5.3 Exclusion Criteria"
INTERVENTION = "6 Trial Intervention and Concomitant Therapy"
DESCRIPTION = "6.1 Description of Investigational Trial Intervention"
ADMINISTRATION = "6.3 Investigational Trial Intervention Administration"
MODIFICATION = "6.4 Investigational Trial Intervention Dose Modification"
ASSIGNMENT = "6.7.1 Participant Assignment"

_CLAIM = "TP207"
_FAMILIES = {"TP2": (INCLUSION, EXCLUSION), "TP3": (DESCRIPTION,), "TP4": (ACTIVITIES, ADMINISTRATION)}


def of_decision(decision: Decision) -> tuple[str, ...]:
    """Return where a decision belongs: to what is given, if its choices say what that is, or to who gets it."""
    if any(each.lowers is not None for each in decision.choices):
        return (MODIFICATION,)
    return (DESCRIPTION,) if any(each.course is not None for each in decision.choices) else (ASSIGNMENT,)


def of_code(code: str, decision: Decision | None) -> tuple[str, ...]:
    """Return where what a check says belongs; nowhere for the wording of the document as a whole."""
    if decision is not None:
        return of_decision(decision)
    return () if code == _CLAIM else _FAMILIES.get(code[:3], ())
