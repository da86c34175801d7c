"""From enrolment to an approved plan: CT simulation, outlining, planning, and the plan's check."""

from __future__ import annotations

from trialproof.simulate.trial.contract import (
    END_CHECK,
    END_PLAN,
    END_SCAN,
    L_APPROVED,
    L_CHECK,
    L_PLAN,
    L_PLANNED,
    L_SCAN,
    L_SCANNED,
    OUTLINED,
    T_CHECK,
    T_PLAN,
    T_SCAN,
)
from trialproof.simulate.trial.patient import Patient, Process, Task

ROUTINE, URGENT = 1, 0
"""Priorities at a desk; the smaller number goes first."""


def prepare(patient: Patient) -> Process:
    """Wait until the plan is approved."""
    chances, department = patient.chances, patient.department
    scan = Task(T_SCAN, patient.rules.scan, END_SCAN, L_SCAN, L_SCANNED)
    plan = Task(T_PLAN, chances.planning, END_PLAN, L_PLAN, L_PLANNED)
    check = Task(T_CHECK, chances.checking, END_CHECK, L_CHECK, L_APPROVED)
    yield from patient.at_desk(department.scanner, scan, priority=ROUTINE)
    yield from patient.until(patient.clock.now + chances.outlining, OUTLINED)
    yield from patient.at_desk(department.physics, plan, priority=ROUTINE)
    yield from patient.at_desk(department.physics, check, priority=ROUTINE)
