"""Ledgers and patients as CSV text, for whoever wants to see what happened in each replication, and to whom."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from trialproof.simulate.accrual.enrolment import SITE_BITS
from trialproof.simulate.population.charted_csv import write_heading, write_patients
from trialproof.simulate.runs.replicate import Replication, nobody
from trialproof.simulate.runs.simulation import Prepared
from trialproof.simulate.trial.contract import COLUMNS, L_ENROLLED, ROWS

BEFORE = (
    "simulated replication",
    "simulated patient",
    "simulated site",
    "minute of arrival",
    "minute of enrolment",
    "simulated arm",
    "arm by true values",
)
"""What stands before the record of a patient; no quantity has a blank in its name."""


def ledger_heading() -> str:
    """Return the first line of a file of ledgers."""
    return ",".join(("replication", *COLUMNS)) + "\n"


def ledger_text(replications: Iterable[Replication]) -> str:
    """Return the ledgers of replications, a line for each row, without a heading; events in words."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for each in replications:
        for minute, patient, event, resource, detail in each.record.ledger.tolist():
            writer.writerow((each.number, minute, patient, ROWS[event], resource, detail))
    return text.getvalue()


def patients_heading(prepared: Prepared) -> str:
    """Return the first line of a file of patients."""
    text = StringIO(newline="")
    write_heading(text, nobody(prepared).record, BEFORE)
    return text.getvalue()


def patients_text(replications: Iterable[Replication]) -> str:
    """Return the records of all who came, as charted, without a heading: `trialproof assign` reads them.

    Before a record stand who and where it is, when he came and was enrolled (empty for who was not), the arm that the
    simulation gave by the record, and the one that it would give by what is true of him (empty for none).
    """
    text = StringIO(newline="")
    for each in replications:
        names, draws, people = each.record.names, each.record.draws, each.candidates
        arms = (*names.arms, "")  # NONE is the last
        when = {patient: minute for minute, patient, *_ in each.record.said(L_ENROLLED).tolist()}
        numbers = draws.number.tolist()
        before = {
            "simulated replication": [each.number] * len(numbers),
            "simulated patient": numbers,
            "simulated site": [names.sites[number >> SITE_BITS] for number in numbers],
            "minute of arrival": draws.arrive.tolist(),
            "minute of enrolment": [when.get(number, "") for number in numbers],
            "simulated arm": [arms[arm] for arm in people.arm.tolist()],
            "arm by true values": [arms[arm] for arm in people.true_arm.tolist()],
        }
        write_patients(text, people.record, before)
    return text.getvalue()
