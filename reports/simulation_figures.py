"""The parts of a simulation's report in which every figure has a line of its own."""

from __future__ import annotations

from collections.abc import Iterator

from trialproof.reports.simulation_table import heading
from trialproof.reports.simulation_told import Told
from trialproof.simulate.results.record import KINDS

YEAR = 12
MOST_IMBALANCED = 6
"""So many covariates are shown, those in which the arms differ most."""
NOTABLE_HOURS = 1
UNTREATED = {
    "patients without an appointment": "no_appointment",
    "patients who wait for one at the end": "waiting",
    "patients under way at the end": "under_way",
}
"""Those whose irradiation is not over at the end, or never begins."""


def arms(told: Told) -> Iterator[str]:
    """Yield the lines of the arms."""
    for arm, _ in told.of("arm_share"):
        yield from told.lines((f"share in {arm}", f"arm_share.{arm}"))
    for arm, _ in told.of("arm_count"):
        yield from told.lines((f"patients in {arm}", f"arm_count.{arm}"))
    yield from told.lines(("largest arm less smallest", "arm_imbalance"))
    yield from told.lines(("misassigned by errors of measurement", "misassigned_share"))


def accrual(told: Told) -> Iterator[str]:
    """Yield the lines of accrual."""
    yield from told.lines(("target reached", "target_reached"), ("days, at most to the horizon", "duration"))
    if told.rows["duration_if_reached"].cells["absent"]:
        yield from told.lines(("days where it was reached", "duration_if_reached"))
    yield from told.lines(("enrolled", "enrolled"))
    for month, row in told.of("enrolled_by"):
        years, rest = divmod(int(month), YEAR)
        if not rest and row.mean is not None and row.cells["q05"] < row.cells["most"]:
            yield from told.lines((f"enrolled within {years} year{'s' if years > 1 else ''}", f"enrolled_by.{month}"))
    yield from told.lines(("candidates", "candidates"), ("enrolled of the candidates", "screening_yield"))


def stranded(told: Told) -> Iterator[str]:
    """Yield the lines of patients whom a decision leaves unsettled, where there are any."""
    for of, row in told.of("stranded"):
        decision, _, kind = of.rpartition(".")
        if kind not in KINDS or not row.mean:
            continue
        yield from told.lines(
            (f"{decision}, {kind}: patients", f"stranded.{of}"),
            ("  share of the eligible", f"stranded_share.{of}"),
            ("  trials that meet one", f"trial_meets.{of}"),
            ("  enrolled by a policy", f"stranded_enrolled.{of}"),
        )


def treatment(told: Told) -> Iterator[str]:
    """Yield the lines of treatment, if anybody is treated."""
    for label, state in UNTREATED.items():
        if told.rows[f"patients.{state}"].mean:
            yield from told.lines((label, f"patients.{state}"))
    if told.rows["start_days"].mean is None:
        return
    yield from told.lines(
        ("days to the first fraction", "start_days"),
        ("  the longest in a trial", "start_days_most"),
        ("  above 28 days", "late_start_share"),
        ("days of irradiation", "irradiation_days"),
        ("days longer than uninterrupted", "prolongation"),
        ("fractions given, of who finished", "delivered_share"),
        ("fractions missed: did not come", "fractions_missed.away"),
        ("fractions missed: low count", "fractions_missed.low_count"),
        ("fractions missed: no machine", "fractions_missed.no_machine"),
        ("fractions on another machine", "fractions_moved"),
        ("fractions left out", "fractions_omitted"),
        ("cycles during irradiation", "cycles.concurrent"),
        ("cycles of consolidation", "cycles.consolidation"),
        ("cycles put off", "cycles_delayed"),
        ("injections on closed days", "injections_elsewhere"),
        ("new plans in time", "adapted_share"),
        ("patients who left", "dropout_share"),
        ("completed every fraction", "completed_share"),
    )


def waits(told: Told) -> Iterator[str]:
    """Yield the lines of notable waits."""
    short = []
    for of, row in told.of("wait"):
        if row.mean is not None and row.mean >= NOTABLE_HOURS:
            yield from told.lines((of, f"wait.{of}"), ("  above a day", f"wait_over_day.{of}"))
        elif row.mean is not None:
            short.append(of)
    if short:
        yield told.page.paragraph(f"Less than {NOTABLE_HOURS} hour on average: {', '.join(short)}", indent=2)


def balance(told: Told) -> Iterator[str]:
    """Yield the lines of the covariates in which the arms differ most."""
    found = [(of, row) for of, row in told.of("balance") if row.mean is not None]
    found.sort(key=lambda each: -abs(each[1].mean or 0.0))
    if not found:
        return
    yield told.page.heading("Where the arms differ most: standardised differences of what is charted")
    yield heading()
    for of, row in found[:MOST_IMBALANCED]:
        name, _, arms = of.rpartition(".")
        yield row.line(name)
    yield f"  first arm less second: {arms}; {len(found)} quantities and categories in all"
