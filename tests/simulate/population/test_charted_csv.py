"""A cohort written as CSV and read back is the same cohort."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings

from tests.agreement.strategies import World, worlds
from trialproof.model.patient import Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.simulate.cohort import cohort_of, patients_of
from trialproof.simulate.patients_file import read_patients
from trialproof.simulate.population.charted_csv import charted_csv

QUANTITIES = (
    Quantity("a", NumberKind(Fraction(-10), Fraction(10), step=Fraction(1, 10))),
    Quantity("b", CategoryKind(('say "so", or', "no"))),
    Quantity("c", YesNoKind()),
    Quantity("d", NumberKind(Fraction(0), Fraction(10))),
)
PROTOCOL = Protocol("written", {each.name: each for each in QUANTITIES})


def test_a_cohort_is_written_line_by_line() -> None:
    patients = [
        Patient.of({"a": Fraction("-0.5"), "b": 'say "so", or', "c": True, "d": Fraction(1, 3)}),
        Patient.of({"a": Fraction(3), "b": "no", "c": False}),
        Patient.of({}),
    ]
    assert charted_csv(cohort_of(PROTOCOL, patients), {"who": [7, 8, 9]}) == (
        'who,a,b,c,d\n7,-0.5,"say ""so"", or",yes,1/3\n8,3,no,no,\n9,,,,\n'
    )


@settings(max_examples=60, deadline=None)
@given(worlds(patients=5))
def test_what_is_written_is_what_is_read(tmp_path_factory: object, world: World) -> None:
    path = Path(tmp_path_factory.mktemp("csv")) / "p.csv"  # type: ignore[attr-defined]
    path.write_text(charted_csv(cohort_of(world.protocol, world.patients), {"row": range(5)}), encoding="utf-8")
    chunks = list(read_patients(world.protocol, path))
    assert [each for chunk in chunks for each in patients_of(chunk.cohort)] == list(world.patients)


def test_nobody_is_written_as_a_heading() -> None:
    assert charted_csv(cohort_of(PROTOCOL, [])) == "a,b,c,d\n"
