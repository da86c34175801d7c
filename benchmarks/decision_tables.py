"""How long it takes to list every gap and every overlap of large decision tables, and to prove that one is clean.

The tables are made as in Calvanese, Dumas, Laurson, Maggi, Montali and Teinemaa, "Semantics and Analysis of DMN
Decision Tables" (BPM 2016): the paths of a decision tree from its root to its leaves are the rules, so that exactly one
holds for everybody; then one rule in ten is widened or narrowed by one step in one of its columns. Their trees were
learned from credit data, ours are drawn at random; every third column has six categories, the others whole numbers from
0 to 999. They report 196 s and 705 s for the two lists of 1,500 rules over 15 columns.

For each size: the grid engine's complete list of gaps and overlaps of the spoiled table, and a check by volume, in
exact integers, that the regions are the cells they should be, no more and no fewer. Then the proof that the table was
clean before: by counting, and by Z3 through the product's own solver process (asked for the gap as it stands, and for
the overlap along a tree of cuts, see `verify/boxes/divided.py`). Each size runs in a process of its own, whose peak
memory is printed. The solver's process is not in it.

    python benchmarks/decision_tables.py [runs]
"""

from __future__ import annotations

import random
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import TypeAlias, TypeVar, Union

from trialproof.model.condition import EVERYONE, AllOf, Compare, Condition, Is, Number, Relation, Value
from trialproof.model.protocol import CategoryKind, Choice, Decision, NumberKind, Protocol, Quantity
from trialproof.verify.boxes.box import Box, bits, cells, meet, within
from trialproof.verify.boxes.divided import divided_overlap
from trialproof.verify.boxes.grid import Grid, Region, Scale, Sharing, count, shared, uncovered, volume
from trialproof.verify.boxes.tree import tree_of
from trialproof.verify.properties import gap, member, recordable
from trialproof.verify.solver import NoneExists, Solver
from trialproof.verify.statement import About, AnyPatient, Every, Fixed, Holds, Statement

COLUMNS = (3, 5, 7, 9, 11, 13, 15)
RULES = (500, 1000, 1500)
TOP = 999
CATEGORIES = 6
SEED = 20160919
CUTS = 100_000

Side: TypeAlias = Union[tuple[int, int], frozenset[int]]
Row: TypeAlias = tuple[Side, ...]
T = TypeVar("T")


def whole(column: int) -> Side:
    """Return everything that a column can hold."""
    return frozenset(range(CATEGORIES)) if column % 3 == 2 else (0, TOP)


def halves(side: Side, draw: random.Random) -> tuple[Side, Side] | None:
    """Cut a side in two at random; None where it is a single value."""
    if isinstance(side, frozenset):
        values = sorted(side)
        if len(values) == 1:
            return None
        some = frozenset(draw.sample(values, draw.randrange(1, len(values))))
        return some, side - some
    low, high = side
    if low == high:
        return None
    last = draw.randrange(low, high)
    return (low, last), (last + 1, high)


def clean_table(columns: int, rules: int, draw: random.Random) -> list[Row]:
    """Return the leaves of a random tree, in random order."""
    rows: list[Row] = [tuple(whole(at) for at in range(columns))]
    while len(rows) < rules:
        which, at = draw.randrange(len(rows)), draw.randrange(columns)
        row = rows[which]
        found = halves(row[at], draw)
        if found is not None:
            rows[which], new = ((*row[:at], each, *row[at + 1 :]) for each in found)
            rows.append(new)
    draw.shuffle(rows)
    return rows


def moved(side: Side, draw: random.Random) -> Side | None:
    """Return a side with one step more or less at one of its ends; None where there is none."""
    wider = draw.random() < 0.5
    if isinstance(side, frozenset):
        steps = sorted(frozenset(range(CATEGORIES)) - side if wider else side)
        if not steps or (not wider and len(steps) == 1):
            return None
        return side ^ {draw.choice(steps)}
    low, high = side
    step = 1 if wider else -1
    low, high = (low - step, high) if draw.random() < 0.5 else (low, high + step)
    return (low, high) if 0 <= low <= high <= TOP else None


def spoil(rows: list[Row], draw: random.Random) -> list[Row]:
    """Return the table with one rule in ten widened or narrowed by one step in one column."""
    spoiled = list(rows)
    for which in draw.sample(range(len(rows)), len(rows) // 10):
        new, at = None, 0
        while new is None:
            at = draw.randrange(len(rows[which]))
            new = moved(rows[which][at], draw)
        spoiled[which] = (*rows[which][:at], new, *rows[which][at + 1 :])
    return spoiled


@dataclass(frozen=True)
class Encoded:
    """A table as boxes over a grid; `starts` are the first numbers of the ranks of each number column."""

    grid: Grid
    boxes: list[Box]
    starts: list[list[int]]

    @property
    def rules(self) -> list[list[Box]]:
        """Each row as a rule of one box."""
        return [[box] for box in self.boxes]

    def statement(self, at: int, parts: int) -> Statement:
        """Return that the patient is in an interval or in some categories of a column."""
        starts = self.starts[at]
        if not starts:
            return Holds(Is(f"q{at}", tuple(f"c{each}" for each in bits(parts))))
        low, beyond = (parts & -parts).bit_length() - 1, parts.bit_length()
        last = starts[beyond] - 1 if beyond < len(starts) else TOP
        bounds: list[Statement] = [Holds(each) for each in between(at, starts[low], last)]
        return bounds[0] if len(bounds) == 1 else Every(tuple(bounds))


def encode(rows: list[Row]) -> Encoded:
    """Return the table over its own thresholds."""
    columns: list[tuple[Scale, list[int], list[int]]] = []
    for at, side in enumerate(rows[0]):
        mine = [row[at] for row in rows]
        if isinstance(side, frozenset):
            masks = [sum(1 << value for value in each) for each in mine if isinstance(each, frozenset)]
            columns.append((Scale(CATEGORIES), [], masks))
            continue
        ends = [each for each in mine if not isinstance(each, frozenset)]
        starts = sorted({0, *(low for low, _ in ends), *(high + 1 for _, high in ends if high < TOP)})
        rank = {start: number for number, start in enumerate([*starts, TOP + 1])}
        masks = [(1 << rank[high + 1]) - (1 << rank[low]) for low, high in ends]
        columns.append((Scale(len(starts), len(starts)), starts, masks))
    boxes: list[Box] = list(zip(*(masks for _, _, masks in columns), strict=True))
    return Encoded(Grid(tuple(scale for scale, _, _ in columns)), boxes, [starts for _, starts, _ in columns])


def between(at: int, low: int, high: int) -> list[Condition]:
    """Return the comparisons that keep a column between two values, where they are not its ends."""
    found: list[Condition] = []
    if low > 0:
        found.append(Compare(Value(f"q{at}"), Relation.GE, Number(Fraction(low))))
    if high < TOP:
        found.append(Compare(Value(f"q{at}"), Relation.LE, Number(Fraction(high))))
    return found


def protocol_of(rows: list[Row]) -> Protocol:
    """Return the table as a decision for everyone."""
    quantities = {
        f"q{at}": Quantity(
            f"q{at}",
            CategoryKind(tuple(f"c{each}" for each in range(CATEGORIES)))
            if isinstance(side, frozenset)
            else NumberKind(Fraction(0), Fraction(TOP), step=Fraction(1)),
        )
        for at, side in enumerate(rows[0])
    }

    def condition(row: Row) -> Condition:
        operands: list[Condition] = []
        for at, side in enumerate(row):
            if not isinstance(side, frozenset):
                operands += between(at, *side)
            elif len(side) < CATEGORIES:
                operands.append(Is(f"q{at}", tuple(f"c{each}" for each in sorted(side))))
        return AllOf(tuple(operands))

    choices = tuple(Choice(f"r{number}", condition(row)) for number, row in enumerate(rows))
    return Protocol("table", quantities, decisions={"table": Decision("table", choices, population=EVERYONE)})


def check(table: Encoded, gaps: Region, overlaps: Sharing) -> None:
    """Stop unless the regions are exactly the gaps and overlaps.

    No gap meets a rule; an overlap lies in all of its rules and meets no other; and then the volumes must add up: what
    the rules cover, each cell once however often it is covered, and the gaps are together the grid.
    """
    if not (gaps.complete and overlaps.complete and all(each.region.complete for each in overlaps.sets)):
        raise SystemExit("a list is not complete")
    if any(meet(box, rule) for box in gaps.boxes for rule in table.boxes):
        raise SystemExit("a gap is covered")
    again = 0
    for each in overlaps.sets:
        for box in each.region.boxes:
            for number, rule in enumerate(table.boxes):
                if not (within(box, rule) if number in each.rules else not meet(box, rule)):
                    raise SystemExit("an overlap has other rules than said")
        again += (len(each.rules) - 1) * volume(table.grid, each.region.boxes)
    if volume(table.grid, gaps.boxes) + sum(map(cells, table.boxes)) - again != cells(table.grid.full):
        raise SystemExit("the volumes do not add up")
    if any(within(one, other) for one, other in permutations(gaps.boxes, 2)):
        raise SystemExit("a gap lies in another")


def timed(run: Callable[[], T]) -> tuple[float, T]:
    """Return how long it takes, and what comes out."""
    started = perf_counter()
    result = run()
    return perf_counter() - started, result


def prove(rows: list[Row]) -> tuple[float, float]:
    """Return how long Z3 takes to prove that there is no gap, and no overlap, in a worker that has booted."""
    protocol, table = protocol_of(rows), encode(rows)
    decision = protocol.decisions["table"]

    def said(statement: Statement) -> Statement:
        return About(statement, AnyPatient(), Fixed(()))

    def divided() -> Statement:
        return said(divided_overlap(decision, tree_of(table.grid, table.rules, cuts=CUTS), table.statement))

    base = (said(Every((recordable(protocol), member(decision)))),)
    with Solver(protocol) as solver:
        solver.possible(base=base)
        gap_seconds, no_gap = timed(lambda: solver.ask(said(gap(decision)), base=base))
        overlap_seconds, no_overlap = timed(lambda: solver.ask(divided(), base=base))
    if not (isinstance(no_gap, NoneExists) and isinstance(no_overlap, NoneExists)):
        raise SystemExit(f"not proved: {no_gap}, {no_overlap}")
    return gap_seconds, overlap_seconds


def measure(columns: int, rules: int, runs: int) -> str:
    """Return the line of one size: medians over several tables, the memory at the end of the grid engine's work."""
    lists: list[tuple[float, float, int, int, int]] = []
    for run in range(runs):
        draw = random.Random(SEED + run)  # noqa: S311 - tables, no secrets
        table = encode(spoil(clean_table(columns, rules, draw), draw))
        for_gaps, gaps = timed(lambda table=table: uncovered(table.grid, table.boxes))  # type: ignore[misc]
        for_overlaps, overlaps = timed(lambda table=table: shared(table.grid, table.rules))  # type: ignore[misc]
        check(table, gaps, overlaps)
        regions = sum(len(each.region.boxes) for each in overlaps.sets)
        lists.append((for_gaps, for_overlaps, len(gaps.boxes), len(overlaps.sets), regions))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    proofs: list[tuple[float, float, float]] = []
    for run in range(runs):
        rows = clean_table(columns, rules, random.Random(SEED + run))  # noqa: S311 - likewise
        table = encode(rows)
        counting, counted = timed(lambda table=table: count(table.grid, table.rules))  # type: ignore[misc]
        if not counted.clean:
            raise SystemExit("a clean table does not count as one")
        proofs.append((counting, *prove(rows)))
    totals = [gaps + overlaps for gaps, overlaps, *_ in lists]
    for_gaps, for_overlaps, boxes, sets, regions = (median(column) for column in zip(*lists, strict=True))
    counting, no_gap, no_overlap = (median(column) for column in zip(*proofs, strict=True))
    proving = [one + other for _, one, other in proofs]
    return (
        f"{columns:7} {rules:5} {for_gaps:7.3f} {for_overlaps:9.3f} {median(totals):7.3f} {max(totals):7.3f}"
        f" {boxes:6.0f} {sets:6.0f} {regions:7.0f} {memory:6.0f}"
        f" {1000 * counting:9.1f} {no_gap:7.3f} {no_overlap:8.3f} {median(proving):7.3f} {max(proving):7.3f}"
    )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"seconds, medians over {runs} tables of each size; every list complete and checked by volume")
    print(f"{'spoiled table: complete lists':>75}   {'clean table: proofs':>34}")
    print(
        "columns rules    gaps  overlaps   total slowest   gaps   sets regions    MiB"
        "  count/ms  Z3 gap  overlap   total slowest"
    )
    for columns in COLUMNS:
        for rules in RULES:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                print(pool.submit(measure, columns, rules, runs).result(), flush=True)
    print("published for 15 columns and 1,500 rules: 196 s and 705 s for the two lists")


if __name__ == "__main__":
    main()
