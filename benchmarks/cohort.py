"""How long the arm decision of a protocol takes on a million patients: exactly, and in floats written by hand.

The rules are the founding protocol's two sentences: arms by resection, diameter, skip metastasis and time to
recurrence, of which the last three exist only for patients with a recurrence. One value in twenty is missing. The float
version is what one would write without this program: NaN for a missing number, and no answer to who is undetermined.
Then the whole of `protocols/esophageal-salvage` on patients drawn evenly: eligibility and every choice assigned.

    python benchmarks/cohort.py [patients] [runs]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import AllOf, AnyOf, Assigned, Compare, Is, Not, Number, Relation, Value, Yes
from trialproof.model.load import load
from trialproof.model.protocol import CategoryKind, Choice, Decision, NumberKind, Protocol, Quantity, YesNoKind
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.column import Column, number_column

RESECTION = ("R0", "R1", "R2", "RX")
Bools = NDArray[np.bool_]


def founding_protocol() -> Protocol:
    recurrence = Yes("recurrence")
    r0, large = Is("resection", ("R0",)), Compare(Value("diameter"), Relation.GT, Number(Fraction(5)))
    small = Compare(Value("diameter"), Relation.LT, Number(Fraction(5)))
    late = Compare(Value("months"), Relation.GT, Number(Fraction(16)))
    early = Compare(Value("months"), Relation.LT, Number(Fraction(16)))
    skip = Yes("skip")
    involved = AllOf((r0, AnyOf((large, AllOf((small, AnyOf((skip, late))))))))
    elective = AnyOf((Is("resection", ("R1", "R2")), AllOf((r0, small, Not(skip), early))))
    quantities = (
        Quantity("resection", CategoryKind(RESECTION)),
        Quantity("recurrence", YesNoKind()),
        Quantity("diameter", NumberKind(Fraction(0), Fraction(20), step=Fraction(1, 10)), applies_if=recurrence),
        Quantity("skip", YesNoKind(), applies_if=recurrence),
        Quantity("months", NumberKind(Fraction(0), Fraction(120), step=Fraction(1)), applies_if=recurrence),
    )
    arm = Decision("arm", (Choice("involved", involved), Choice("elective", elective)), population=AllOf(()))
    return Protocol("founding arms", {each.name: each for each in quantities}, decisions={"arm": arm})


@dataclass(frozen=True)
class Floats:
    """The same patients as a table of floats, NaN or False where a value is missing or does not apply."""

    resection: NDArray[np.int8]
    diameter: NDArray[np.float64]
    skip: Bools
    months: NDArray[np.float64]


def draw(protocol: Protocol, size: int) -> tuple[Cohort, Floats]:
    random = np.random.default_rng(20190814)

    def mask() -> Bools:
        return random.random(size) < 0.95

    resection = random.choice(len(RESECTION), size, p=[0.6, 0.2, 0.1, 0.1]).astype(np.int8)
    recurrence, skip = random.random(size) < 0.9, random.random(size) < 0.3
    tenths, months = random.integers(0, 201, size), random.integers(0, 121, size)
    known = {name: mask() for name in protocol.quantities}
    columns = {
        "resection": Column(resection, known["resection"]),
        "recurrence": Column(recurrence, known["recurrence"]),
        "diameter": number_column(protocol.quantities["diameter"], tenths, known["diameter"]),
        "skip": Column(skip, known["skip"]),
        "months": number_column(protocol.quantities["months"], months, known["months"]),
    }
    applies = known["recurrence"] & recurrence
    floats = Floats(
        np.where(known["resection"], resection, -1).astype(np.int8),
        np.where(applies & known["diameter"], tenths / 10, np.nan),
        applies & known["skip"] & skip,
        np.where(applies & known["months"], months.astype(np.float64), np.nan),
    )
    return Cohort(protocol, columns, size), floats


def draw_evenly(protocol: Protocol, size: int) -> Cohort:
    random = np.random.default_rng(20190814)
    columns = {}
    for name, quantity in protocol.quantities.items():
        recorded = random.random(size) < 0.95
        match quantity.kind:
            case NumberKind(lower, upper, _, step):
                unit = step or Fraction(1)
                steps = random.integers(ceil(lower / unit), floor(upper / unit) + 1, size)
                columns[name] = number_column(quantity, steps * unit.numerator, recorded, per=unit.denominator)
            case CategoryKind(categories):
                columns[name] = Column(random.integers(0, len(categories), size).astype(np.int16), recorded)
            case YesNoKind():
                columns[name] = Column(random.random(size) < 0.5, recorded)
    return Cohort(protocol, columns, size)


def assign_all(cohort: Cohort) -> None:
    meaning = among(cohort.protocol, cohort)
    for decision in cohort.protocol.decisions.values():
        for choice in decision.choices:
            meaning.truth(Assigned(decision.name, (choice.name,)))


def exactly(cohort: Cohort) -> tuple[Bools, Bools]:
    meaning = among(cohort.protocol, cohort)
    involved, elective = (meaning.truth(Assigned("arm", (name,))).holds for name in ("involved", "elective"))
    return spread(involved, cohort.size), spread(elective, cohort.size)


def in_floats(table: Floats) -> tuple[Bools, Bools]:
    r0, small = table.resection == 0, table.diameter < 5
    involved = r0 & ((table.diameter > 5) | (small & (table.skip | (table.months > 16))))
    elective = (table.resection == 1) | (table.resection == 2) | (r0 & small & ~table.skip & (table.months < 16))
    return involved & ~elective, elective & ~involved


def seconds(run: Callable[[], object], runs: int) -> list[float]:
    run()
    taken = []
    for _ in range(runs):
        start = perf_counter()
        run()
        taken.append(perf_counter() - start)
    return taken


def main() -> None:
    size, runs = (int(text) for text in (*sys.argv[1:], "1000000", "15")[:2])
    cohort, floats = draw(founding_protocol(), size)
    for name, ours, theirs in zip(("involved", "elective"), exactly(cohort), in_floats(floats), strict=True):
        if (ours & ~theirs).any():
            raise SystemExit("the two versions do not state the same rules")
        added = (theirs & ~ours).sum()
        print(f"{name}: {ours.sum():,} settled; floats add {added:,} whom missing data leave undetermined")
    exact, plain = seconds(lambda: exactly(cohort), runs), seconds(lambda: in_floats(floats), runs)
    everything = draw_evenly(load(Path(__file__).parents[1] / "protocols" / "esophageal-salvage"), size)
    whole = seconds(lambda: assign_all(everything), runs)
    for name, taken in (("exact, three-valued", exact), ("floats, by hand", plain), ("the whole protocol", whole)):
        fastest, middle, slowest = (1000 * each for each in (min(taken), median(taken), max(taken)))
        print(f"{name:<20} median {middle:.1f} ms, {fastest:.1f} to {slowest:.1f} in {runs} runs")
    print(f"ratio {median(exact) / median(plain):.1f} between the first two, for {size:,} patients")


if __name__ == "__main__":
    main()
