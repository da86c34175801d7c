"""How long it takes to judge a space of readings that nobody could go through.

Builds a decision whose rules rest on twelve sentences with three readings each (531,441 combinations), once so that
no combination works and once so that exactly one does, and prints the median time of the answer and the number of
questions that the solver was asked. The founding protocol's own space stands beside them.

    python benchmarks/readings.py [runs]
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from statistics import median
from time import perf_counter

from trialproof.model.condition import AllOf, AnyOf, Compare, Condition, Number, Readings, Relation, Value
from trialproof.model.load import load
from trialproof.model.protocol import Choice, Decision, NumberKind, Protocol, Quantity, Sentence
from trialproof.verify.case import Case
from trialproof.verify.solver import Solver
from trialproof.verify.working import NoneWorks, find_working

FOUNDING = Path(__file__).parents[1] / "protocols" / "esophageal-salvage"
SENTENCES = 12
WORKING = (Relation.EQ, Relation.GE, Relation.GT)
HOPELESS = (Relation.EQ, Relation.NE, Relation.GT)


def compare(name: str, relation: Relation) -> Condition:
    return Compare(Value(name), relation, Number(Fraction(5)))


def space(*, works: bool) -> Protocol:
    """Return a protocol whose first arm asks something of each of twelve quantities, in one of three readings.

    The other arm takes whoever has some quantity of at most 5 (or, where nothing is to work, below 5). So in the one
    case only the last reading of every sentence leaves nobody out and nobody in both, and in the other none does.
    """
    relations, limit = (WORKING, Relation.LE) if works else (HOPELESS, Relation.LT)
    names = [f"q{at:02}" for at in range(SENTENCES)]
    sentences = {name: f"arm.high.{name}" for name in names}
    high = AllOf(
        tuple(
            Readings(sentences[name], tuple((each.name.lower(), compare(name, each)) for each in relations))
            for name in names
        )
    )
    low = AnyOf(tuple(compare(name, limit) for name in names))
    quantities = {name: Quantity(name, NumberKind(Fraction(0), Fraction(10), step=Fraction(1))) for name in names}
    readings = tuple(each.name.lower() for each in relations)
    return Protocol(
        "twelve sentences with three readings each",
        quantities,
        decisions={"arm": Decision("arm", (Choice("high", high), Choice("low", low)), population=AllOf(()))},
        sentences={name: Sentence(name, readings, readings[0]) for name in sentences.values()},
    )


def judge(protocol: Protocol) -> tuple[float, int, str]:
    """Return how long the answer took, how many questions it needed, and what it is."""
    with Solver(protocol) as solver:
        solver.possible()
        started, asked = perf_counter(), solver.questions
        found = find_working(Case(protocol, solver, protocol.preferred), protocol.decisions["arm"])
        answer = "none works" if isinstance(found, NoneWorks) else "one works"
        return perf_counter() - started, solver.questions - asked, answer


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    spaces = {
        "twelve sentences, none works": space(works=False),
        "twelve sentences, one works": space(works=True),
        "founding protocol": load(FOUNDING),
    }
    print(f"is there a combination of readings that works? (median of {runs} runs)")
    for name, protocol in spaces.items():
        results = [judge(protocol) for _ in range(runs)]
        times = sorted(result[0] for result in results)
        print(
            f"  {name:<32} {protocol.combinations:>7} combinations: {results[0][2]:<10} "
            f"{median(times):6.3f} s, {results[0][1]} questions"
        )


if __name__ == "__main__":
    main()
