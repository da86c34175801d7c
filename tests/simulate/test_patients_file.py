"""Patients read from a file are exactly those that were written, or the row and the column are named."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.agreement.strategies import World, worlds
from trialproof.model.condition import Compare, Number, Relation, Value, Yes
from trialproof.model.exact import plain
from trialproof.model.patient import Patient
from trialproof.model.place import BadInput
from trialproof.model.protocol import CategoryKind, Fact, NumberKind, Protocol, Quantity, Recorded, YesNoKind
from trialproof.model.unit import parse_unit
from trialproof.simulate.cohort import patients_of
from trialproof.simulate.patients_file import Chunk, open_patients, read_patients

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

CM = parse_unit("cm")


def number(name: str, upper: str, unit: str = "", step: str | None = None) -> Quantity:
    kind = NumberKind(Fraction(0), Fraction(upper), parse_unit(unit), None if step is None else Fraction(step))
    return Quantity(name, kind)


QUANTITIES = (
    Quantity("resection", CategoryKind(("R0", "R1", "NA", "1"))),
    Quantity("recurrence", YesNoKind()),
    Quantity("diameter", NumberKind(Fraction(0), Fraction(20), CM, Fraction(1, 10)), label="largest diameter"),
    number("months", "120", "month", "1"),
    number("cells", "100", "10*9/L", "1/10"),
    number("weight", "300", "kg"),
    number("kps", "100", "", "10"),
)
FACTS = (Fact(Compare(Value("months"), Relation.LE, Number(Fraction(100))), "nobody waits longer"),)
PROTOCOL = Protocol("patients", {each.name: each for each in QUANTITIES}, facts=FACTS)


def written(folder: Path, text: str | bytes, name: str = "patients.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path, protocol: Protocol = PROTOCOL, **options: Any) -> list[Patient]:
    return [patient for chunk in read_patients(protocol, path, **options) for patient in patients_of(chunk.cohort)]


def refused(path: Path, protocol: Protocol = PROTOCOL, **options: Any) -> BadInput:
    with pytest.raises(BadInput) as caught:
        list(read_patients(protocol, path, **options))
    return caught.value


def spelt(value: Recorded | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else plain(value)


# What is written is what is read.


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


texts = st.text(st.characters(codec="utf-8"), max_size=8)


@settings(max_examples=40, deadline=None)
@given(worlds(patients=7), st.lists(texts, min_size=7, max_size=7), st.integers(1, 8))
def test_each_row_comes_out_once_and_in_order_whatever_the_size_of_a_chunk(
    world: World, names: list[str], size: int
) -> None:
    protocol, patients = world.protocol, world.patients
    records = [patient.as_dict() for patient in patients]
    cells = [[spelt(each.get(quantity)) for quantity in protocol.quantities] for each in records]
    rows = [[name, *each] for name, each in zip(names, cells, strict=True)]
    header = ["who", *protocol.quantities]
    with TemporaryDirectory() as folder:
        write_csv(Path(folder, "p.csv"), header, rows)
        columns = list(zip(*rows, strict=True))
        parquet.write_table(pa.table(dict(zip(header, columns, strict=True))), Path(folder, "p.parquet"))
        for file in ("p.csv", "p.parquet"):
            chunks = list(read_patients(protocol, Path(folder, file), size=size))
            assert [each for chunk in chunks for each in patients_of(chunk.cohort)] == list(patients)
            assert [str(each) for chunk in chunks for each in chunk.carried[0]] == names
            assert all(0 < chunk.cohort.size <= size for chunk in chunks)


def test_a_column_may_give_its_unit_and_a_cell_may_give_another(tmp_path: Path) -> None:
    text = "diameter (mm),months [year],cells [10^9/L]\n51,1,4.5\n5.2 cm,7 months,3/2\n0.01 m,,4500 /uL\n"
    assert read(written(tmp_path, text)) == [
        Patient.of({"diameter": Fraction("5.1"), "months": Fraction(12), "cells": Fraction("4.5")}),
        Patient.of({"diameter": Fraction("5.2"), "months": Fraction(7), "cells": Fraction("1.5")}),
        Patient.of({"diameter": Fraction(1), "cells": Fraction("4.5")}),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("diameter", "5", Fraction(5)),
        ("diameter", " 5.10 ", Fraction("5.1")),
        ("diameter", ".5", Fraction(1, 2)),
        ("diameter", "50mm", Fraction(5)),
        ("diameter", "5e0", Fraction(5)),
        ("diameter", "1e1 mm", Fraction(1)),
        ("diameter", "0", Fraction(0)),
        ("diameter", "-0", Fraction(0)),
        ("diameter", "20.0", Fraction(20)),
        ("weight", "70.123456789012", Fraction("70.123456789012")),
        ("weight", "1/3", Fraction(1, 3)),
        ("kps", "90.0", Fraction(90)),
        ("recurrence", "yes", True),
        ("recurrence", "TRUE", True),
        ("recurrence", "False", False),
        ("recurrence", "No", False),
        ("resection", "R0", "R0"),
        ("resection", "1", "1"),
        ("resection", "NA", "NA"),
        ("resection", "  ", None),
        ("recurrence", "", None),
        ("kps", "", None),
    ],
)
def test_a_cell_means_this(tmp_path: Path, column: str, cell: str, value: Recorded | None) -> None:
    assert read(written(tmp_path, f"id,{column}\nP1,{cell}\n")) == [Patient.of({column: value})]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("diameter", "5.05", "is 5.05 cm, which is no multiple of 0.1 cm"),
        ("diameter", "5.00000000000000000001", "which is no multiple of 0.1 cm"),
        ("diameter", "20.1", "outside its range of 0 to 20 cm"),
        ("diameter", "-0.1", "outside its range"),
        ("diameter", "201 mm", "is 20.1 cm, outside its range of 0 to 20 cm; the cell says `201 mm`"),
        ("diameter", '"5,1"', "write a decimal point"),
        ("diameter", "5 kg", "does not convert exactly"),
        ("diameter", "5 cms", "is not a unit"),
        ("diameter", "five", "is not a number"),
        ("diameter", "5 5", "is not a number"),
        ("diameter", "<5", "is not a number"),
        ("diameter", "NaN", "is not a number"),
        ("diameter", "inf", "is not a number"),
        ("diameter", "0x5", "is not a unit"),
        ("diameter", "1_0", "cannot be read"),
        ("diameter", "٥", "is not a number"),
        ("diameter", "1e99", "exponent"),
        ("diameter", "1e99 cm", "exponent"),
        ("diameter", "1/0", "divides by zero"),
        ("diameter", "9" * 101, "too long"),
        ("months", "30 days", "does not convert exactly"),
        ("months", "1.04 years", "no multiple of 1 month"),
        ("kps", "90 %", "recorded as a plain number"),
        ("recurrence", "1", "neither yes nor no"),
        ("recurrence", "y", "neither yes nor no"),
        ("recurrence", "NA", "neither yes nor no"),
        ("resection", "r0", "did you mean `R0`?"),
        ("resection", "R9", "which is none of `R0`, `R1`, `NA`, `1`"),
        ("resection", "?", "which is none of `R0`, `R1`, `NA`, `1`"),
    ],
)
def test_a_cell_that_says_nothing_recordable_is_refused_at_its_place(
    tmp_path: Path, column: str, cell: str, said: str
) -> None:
    problem = refused(written(tmp_path, f"id,{column},x\nP1,,\nP2,{cell},\n"))
    assert said in problem.message
    assert problem.message.startswith(f"`{column}` ")
    assert (problem.place.line, problem.place.column) == (3, 4)
    assert problem.excerpt == f"P2,{cell},"
    assert problem.width == len(cell)


def test_what_others_write_for_missing_counts_only_if_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "id,diameter\nP1,NA\nP2,.\n")
    assert "--missing NA" in str(refused(path).help)
    assert "--missing ." in str(refused(path, Protocol("one", {"diameter": QUANTITIES[2]}), missing=["NA"]).help)
    both = read(path, Protocol("one", {"diameter": QUANTITIES[2]}), missing=["NA", "."])
    assert both == [Patient(()), Patient(())]


def test_a_category_cannot_be_what_is_missing(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, "resection\nNA\n"), missing=["NA"])
    assert "is a category of `resection`" in problem.message


# Where something is wrong, the row is named.


def test_the_place_of_a_cell_is_exact_behind_quotes_commas_and_line_breaks(tmp_path: Path) -> None:
    text = 'note,diameter,months\n"a, ""b""",5,1\n"two\nlines, here",5,x\n'
    problem = refused(written(tmp_path, text))
    assert (problem.place.line, problem.place.column, problem.width) == (4, 16, 1)
    assert problem.excerpt == 'lines, here",5,x'


def test_the_first_row_with_a_problem_is_named_whatever_the_size_of_a_chunk(tmp_path: Path) -> None:
    path = written(tmp_path, "diameter,months\n5,5\n5,110\nx,5\n5,y\n")
    said = {(str(problem), problem.excerpt) for size in (1, 2, 3, 9) for problem in [refused(path, size=size)]}
    assert len(said) == 1
    (only,) = said
    assert "it is taken for a fact that nobody waits longer" in only[0]
    assert only[1] == "5,110"


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_rows_with_problems_can_be_kept_beside_the_others(tmp_path: Path, size: int) -> None:
    path = written(tmp_path, "id,diameter,months\na,5,5\nb,5,110\nc,x,200\nd,5,6\n")
    chunks = list(read_patients(PROTOCOL, path, on_error="skip", size=size))
    good = [bool(each) for chunk in chunks for each in chunk.good]
    assert good == [True, False, False, True]
    assert [int(line) for chunk in chunks for line in chunk.at] == [2, 3, 4, 5]
    said = [(int(chunk.at[each.row]), each.message.split()[0]) for chunk in chunks for each in chunk.problems]
    assert said == [(3, "this"), (4, "`diameter`"), (4, "`months`")]
    assert [str(each) for chunk in chunks for each in chunk.carried[0]] == ["a", "b", "c", "d"]


def test_a_bad_cell_read_before_is_bad_again_in_a_later_chunk(tmp_path: Path) -> None:
    path = written(tmp_path, "diameter\n" + "x\n5\n" * 4)
    chunks = list(read_patients(PROTOCOL, path, on_error="skip", size=2))
    assert [chunk.good.tolist() for chunk in chunks] == [[False, True]] * 4


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("diameter,id\n5,a\n5\n", 3, "this row has 1 cell"),
        ("diameter,id\n5,a,b\n5,c\n", 2, "this row has 3 cells"),
        ("diameter,id\n5,a\n\n5,c\n", 3, "this row has 0 cells"),
        ('diameter,id\n5,a\n5,"b\n', 3, "is not CSV"),
        ('diameter,id\n5,"a"b\n', 2, "is not CSV"),
        ("diameter;id\n5;a\n", 1, "separated by `;`"),
        ("diameter\tid\n5\ta\n", 1, "separated by tabs"),
        ("", 0, "names no columns"),
        ("\n5\n", 0, "names no columns"),
        ("id,x\n1,2\n", 1, "no column is named as a quantity"),
        ("diameter,diameter [mm]\n5,50\n", 1, "`diameter` has two columns"),
        ("diameter [kg]\n5\n", 1, "does not convert exactly"),
        ("diameter (elephants)\n5\n", 1, "is not a unit"),
        ("recurrence [cm]\nyes\n", 1, "has no unit"),
    ],
)
def test_what_is_no_table_is_refused_even_where_rows_may_be_skipped(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    problem = refused(written(tmp_path, text), on_error="skip")
    assert said in problem.message
    assert problem.place.line == line


def test_bytes_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, b"diameter,id\n5,a\n5,M\xfcller\n"))
    assert (problem.place.line, problem.place.column) == (3, 4)
    assert "0xFC" in problem.message


@pytest.mark.parametrize("text", ["\ufeffdiameter\r\n5\r\n", "diameter\r5\r", " diameter \n5", "diameter,x\n5,\n\n\n"])
def test_marks_and_line_ends_of_other_programs_do_not_matter(tmp_path: Path, text: str) -> None:
    assert read(written(tmp_path, text)) == [Patient.of({"diameter": Fraction(5)})]


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "none.csv").message
    assert "no file" in refused(tmp_path).message
    assert "no Parquet file" in refused(written(tmp_path, "diameter\n5\n", "p.parquet")).message


def test_columns_that_were_perhaps_meant_are_named_and_absent_ones_too(tmp_path: Path) -> None:
    table = open_patients(PROTOCOL, written(tmp_path, "Diametre,KPS,Largest diameter (mm),weight\n1,2,3,4\n"))
    assert table.strange == (("Diametre", "diameter"), ("KPS", "kps"), ("Largest diameter (mm)", "diameter"))
    assert table.absent == ("resection", "recurrence", "diameter", "months", "cells", "kps")
    assert table.carried_names == ("Diametre", "KPS", "Largest diameter (mm)")


# Parquet: the same, typed.


def table_of(folder: Path, columns: Mapping[str, Any]) -> Path:
    parquet.write_table(pa.table(dict(columns)), folder / "p.parquet")
    return folder / "p.parquet"


@pytest.mark.parametrize(
    ("column", "array", "values"),
    [
        ("diameter", pa.array([5.1, 0.3, None]), [Fraction("5.1"), Fraction("0.3"), None]),
        ("diameter", pa.array([5.1, 0.3], pa.float32()), [Fraction("5.1"), Fraction("0.3")]),
        ("diameter", pa.array([Decimal("5.10"), None]), [Fraction("5.1"), None]),
        ("kps", pa.array([90, 100, None], pa.uint8()), [Fraction(90), Fraction(100), None]),
        ("kps", pa.array([90.0]), [Fraction(90)]),
        ("months", pa.array(["1 year", ""]), [Fraction(12), None]),
        ("recurrence", pa.array([True, False, None]), [True, False, None]),
        ("resection", pa.array(["R0", None, "R0"]).dictionary_encode(), ["R0", None, "R0"]),
        ("resection", pa.array([1, None]), ["1", None]),
        ("resection", pa.array([1.0, None]), ["1", None]),
        ("kps", pa.nulls(2), [None, None]),
    ],
)
def test_a_typed_column_means_this(tmp_path: Path, column: str, array: Any, values: Sequence[Recorded | None]) -> None:
    assert read(table_of(tmp_path, {column: array})) == [Patient.of({column: value}) for value in values]


@pytest.mark.parametrize(
    ("column", "array", "said"),
    [
        ("diameter", pa.array([5.0, 0.1 + 0.2]), "is 0.30000000000000004 cm, which is no multiple of 0.1 cm, in row 2"),
        ("diameter", pa.array([5.0, np.nan], from_pandas=False), "`nan` is not a number"),
        ("diameter", pa.array([5.0, np.inf]), "`inf` is not a number"),
        ("diameter", pa.array([5, 21]), "outside its range"),
        ("diameter", pa.array([[5], [6]]), "cannot be read"),
        ("recurrence", pa.array([1, 0]), "neither yes nor no"),
        ("resection", pa.array([1.5]), "is `1.5`, which is none of"),
    ],
)
def test_a_typed_value_that_nobody_can_have_is_refused_with_its_row(
    tmp_path: Path, column: str, array: Any, said: str
) -> None:
    assert said in refused(table_of(tmp_path, {column: array})).message


def test_an_empty_parquet_file_has_its_columns_and_no_patients(tmp_path: Path) -> None:
    path = table_of(tmp_path, {"id": pa.array([], pa.int16()), "kps": pa.array([], pa.int64())})
    (chunk,) = read_patients(PROTOCOL, path)
    assert chunk.cohort.size == 0
    assert chunk.carried[0].type == pa.int16()


def test_carried_columns_are_handed_on_as_they_are(tmp_path: Path) -> None:
    odd = ["=1+1", "+1", "-1", "@x", " 007 ", 'say "x", y', "a\nb", "", ".", "\t", "1e5"]
    path = tmp_path / "p.csv"
    write_csv(path, ["id", "kps"], [[each, "90"] for each in odd])
    chunks: list[Chunk] = list(read_patients(PROTOCOL, path, missing=["."], size=3))
    assert [each for chunk in chunks for each in chunk.carried[0]] == odd


def test_a_range_without_room_for_the_decimals_is_refused(tmp_path: Path) -> None:
    problem = refused(written(tmp_path, "weight\n70." + "1" * 20 + "\n"))
    assert "`weight`" in problem.message
    assert problem.place.file.endswith("patients.csv")


def test_what_the_text_leaves_open_can_be_answered_in_a_column_of_its_name(tmp_path: Path) -> None:
    left_open = Quantity("sufficient.reading", YesNoKind(), left_open="no threshold is given", applies_if=Yes("a"))
    protocol = Protocol("open", {"a": Quantity("a", YesNoKind()), left_open.name: left_open})
    assert read(written(tmp_path, "sufficient.reading\nyes\n"), protocol) == [Patient.of({left_open.name: True})]
