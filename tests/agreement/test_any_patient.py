"""The Z3 carrier says of a patient whom its variables are fixed to what the plain evaluator says of that patient.

Random patients rarely stand where carriers could part, so Z3 itself is asked for some that do: patients on whom two
terms of a comparison are equal, and of whom a condition holds, fails, or is undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3
from hypothesis import event, given, settings, strategies as st

from tests.agreement.naive import Naive
from tests.agreement.strategies import World, subjects, worlds
from trialproof.model.condition import Compare, Condition, descend
from trialproof.model.meaning import Truth
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import CategoryKind, NumberKind, YesNoKind
from trialproof.simulate.cohort import cohort_of, evaluate
from trialproof.simulate.rational import TooManyBits
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed
from trialproof.verify.symbolic import Symbols, Universe, constant, real

SOMEONE = AnyPatient()
WANTED = (Truth(holds=True, fails=False), Truth(holds=False, fails=True), Truth(holds=False, fails=False))
WORK = 200_000
"""Z3's own units of work for one question: a limit that is the same on every machine."""


def pinned(symbols: Symbols, patient: Patient) -> Iterator[Any]:
    """Yield what fixes the variables to a patient; what was not recorded stays free within its range."""
    record = patient.as_dict()
    yield from symbols.domain()
    for name, quantity in symbols.protocol.quantities.items():
        yield symbols.recorded(name) == (name in record)
        if name in record:
            match quantity.kind:
                case NumberKind():
                    yield symbols.number(name) == real(record[name])
                case CategoryKind():
                    yield symbols.category(name, (str(record[name]),))
                case YesNoKind():
                    yield symbols.yes(name) == record[name]


@settings(max_examples=100, deadline=None)
@given(worlds(patients=2), st.booleans())
def test_variables_fixed_to_a_patient_judge_alike(world: World, readings_are_free: bool) -> None:
    universe = Universe(world.protocol)
    readings = AnyReading() if readings_are_free else Fixed.of(world.selection)
    meaning, symbols = universe.meaning(SOMEONE, readings), universe.patient(SOMEONE)
    for patient in world.patients:
        solver = z3.Solver()
        solver.add(*pinned(symbols, patient))
        if isinstance(readings, AnyReading):
            choices = universe.readings(readings)
            solver.add(*choices.domain(), *(choices.chosen(*each) for each in world.selection.items()))
        assert solver.check() == z3.sat
        plain = about(world.protocol, patient, world.selection)
        different = []
        for condition in (*world.conditions, *subjects(world.protocol)):
            symbolic, expected = meaning.truth(condition), plain.truth(condition)
            different += [symbolic.holds != expected.holds, symbolic.fails != expected.fails]
        number, measured = meaning.number(world.term), plain.number(world.term)
        different.append(number.known != measured.known)
        if measured.known:
            different.append(real(number.value) != real(measured.value))
        assert solver.check(z3.Or(different)) == z3.unsat


@settings(max_examples=50, deadline=None)
@given(worlds(patients=1))
def test_a_known_patient_leaves_nothing_to_solve(world: World) -> None:
    (patient,) = world.patients
    folded = Universe(world.protocol).meaning(patient, Fixed.of(world.selection))
    plain = about(world.protocol, patient, world.selection)
    for condition in (*world.conditions, *subjects(world.protocol)):
        found, expected = folded.truth(condition), plain.truth(condition)
        assert (found.holds is constant(expected.holds), found.fails is constant(expected.fails)) == (True, True)


@settings(max_examples=40, deadline=None)
@given(worlds(patients=1), st.sampled_from(WANTED))
def test_patients_whom_z3_finds_on_a_boundary_are_judged_alike(world: World, wanted: Truth[bool]) -> None:
    for condition in world.conditions:
        for patient in on_boundaries(world, condition, wanted):
            event("found one")
            assert about(world.protocol, patient, world.selection).truth(condition) == wanted
            naive = Naive(world.protocol, patient, world.selection).judge(condition)
            assert Truth(naive is True, naive is False) == wanted
            try:
                together = evaluate(world.protocol, cohort_of(world.protocol, [patient]), condition, world.selection)
            except TooManyBits:
                event("too many bits")
                continue
            assert (together.holds.tolist(), together.fails.tolist()) == ([wanted.holds], [wanted.fails])


def on_boundaries(world: World, condition: Condition, wanted: Truth[bool]) -> Iterator[Patient]:
    """Yield patients of whom the condition is judged as wanted, each with two compared terms that are equal."""
    universe = Universe(world.protocol)
    meaning, symbols = universe.meaning(SOMEONE, Fixed.of(world.selection)), universe.patient(SOMEONE)
    truth = meaning.truth(condition)
    for rule in (condition, *world.protocol.rules()):
        for node in descend(rule):
            if isinstance(node, Compare):
                left, right = meaning.number(node.left), meaning.number(node.right)
                solver = z3.Solver()
                solver.set("rlimit", WORK)
                solver.add(*symbols.domain(), truth.holds == wanted.holds, truth.fails == wanted.fails)
                solver.add(left.known, right.known, real(left.value) == real(right.value))
                if solver.check() == z3.sat and (patient := symbols.read(solver.model())):
                    yield patient
