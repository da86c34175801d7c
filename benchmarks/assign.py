"""How fast `trialproof assign` is on a million patients, and how much memory it takes.

Patients are drawn from what `protocols/esophageal-salvage` can record, most of them as a screening clinic would see
them, one value in five hundred missing, with an identifier to carry along. They are written to a CSV and to a Parquet
file. Each is then loaded, evaluated (eligibility, arm, what is missing, every other reading of every sentence) and
written, chunk by chunk as the command does it.

    python benchmarks/assign.py [patients] [runs]
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from trialproof.model.exact import plain
from trialproof.model.load import load
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, YesNoKind
from trialproof.reports.assignment import headings, rows_of
from trialproof.reports.assignment_tally import Tally
from trialproof.reports.table_file import writing
from trialproof.simulate.assignment import assign
from trialproof.simulate.patients_file import open_patients

AT_ONCE = 65_536
PHASES = ("loading", "evaluating", "writing")
MOSTLY = {"recurrence", "locoregional", "adjuvant_chemotherapy", "sufficient_organ_function"}
USUAL = {name: (Fraction(low), Fraction(high)) for name, low, high in (("age", 40, 75), ("kps", 70, 100))}


def draw(protocol: Protocol, patients: int) -> Iterator[pa.Table]:
    random = np.random.default_rng(20190814)
    for first in range(0, patients, AT_ONCE):
        size = min(AT_ONCE, patients - first)
        columns = {"id": pa.array([f"P{number:07}" for number in range(first, first + size)])}
        for name, quantity in protocol.quantities.items():
            match quantity.kind:
                case NumberKind(lower, upper, _, step):
                    low, high = USUAL.get(name, (lower, upper))
                    unit = step or Fraction(1)
                    texts = [plain(low + unit * each) for each in range(int((high - low) / unit) + 1)]
                case CategoryKind(categories):
                    texts = list(categories)
                case YesNoKind():
                    texts = ["yes"] * 9 + ["no"] if name in MOSTLY else ["yes"] + ["no"] * 99
            drawn = np.where(random.random(size) < 0.002, 0, random.integers(1, len(texts) + 1, size))
            columns[name] = pa.array(["", *texts]).take(pa.array(drawn))
        yield pa.table(columns)


def prepare(protocol: Protocol, folder: Path, patients: int) -> None:
    tables = draw(protocol, patients)
    first = next(tables)
    with (
        csv.CSVWriter(folder / "in.csv", first.schema) as as_csv,
        parquet.ParquetWriter(folder / "in.parquet", first.schema) as as_parquet,
    ):
        for table in (first, *tables):
            as_csv.write_table(table)
            as_parquet.write_table(table)


def once(protocol: Protocol, source: Path, result: Path) -> tuple[list[float], Tally]:
    table = open_patients(protocol, source)
    decisions, spent = list(protocol.decisions), [0.0, 0.0, 0.0]
    header = headings(decisions, table.carried_names, counted=table.table.counted, errors=False)
    tally = Tally(protocol, decisions)
    with writing(result, header, table) as write:
        chunks = table.chunks()
        while True:
            start = perf_counter()
            chunk = next(chunks, None)
            loaded = perf_counter()
            spent[0] += loaded - start
            if chunk is None:
                return spent, tally
            found = assign(protocol, chunk.cohort)
            evaluated = perf_counter()
            tally.add(found, chunk.good)
            write(rows_of(protocol, chunk, found, full_quotes=False, errors=False))
            spent[1] += evaluated - loaded
            spent[2] += perf_counter() - evaluated


def main() -> None:
    patients, runs = (int(text) for text in (*sys.argv[1:], "1000000", "5")[:2])
    protocol = load(Path(__file__).parents[1] / "protocols" / "esophageal-salvage")
    columns, sentences = len(protocol.quantities), len(protocol.sentences)
    print(f"{patients:,} patients, {columns} quantities, {sentences} sentences with several readings, {runs} runs")
    with TemporaryDirectory() as name:
        folder = Path(name)
        preparing = get_context("spawn").Process(target=prepare, args=(protocol, folder, patients))
        preparing.start()  # elsewhere, so that its memory does not count here
        preparing.join()
        for form in ("csv", "parquet"):
            done = [once(protocol, folder / f"in.{form}", folder / f"out.{form}") for _ in range(runs)]
            for phase, taken in zip(PHASES, zip(*(spent for spent, _ in done), strict=True), strict=True):
                middle, low, high = (patients / each for each in (median(taken), max(taken), min(taken)))
                print(f"{form:<8} {phase:<11} median {middle:>9,.0f} patients per second, {low:,.0f} to {high:,.0f}")
            whole = median([sum(spent) for spent, _ in done])
            print(f"{form:<8} {'altogether':<11} median {patients / whole:>9,.0f} patients per second, {whole:.1f} s")
        print(*done[0][1].lines(), sep="\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at most {peak:,.0f} MB of memory")


if __name__ == "__main__":
    main()
