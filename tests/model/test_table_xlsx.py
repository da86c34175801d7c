"""A table in an Excel workbook: the values that a reader sees, or a refusal that names the cell."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from tests.model.folder import assert_style, write_folder
from tests.model.tables import DECISION, block, choices, loaded
from trialproof.model.load import load
from trialproof.model.place import NOWHERE, BadInput, Place
from trialproof.model.protocol import Choice

PROTOCOL = f"{DECISION}    table: arms.xlsx\n"
GOOD: Sequence[Sequence[object]] = [
    ("arm", "resection", "size", "points", "label"),
    ("small", "R0, R1", "<5", 1, " Small\none "),
    ("five", "-", 5, 0.1, None),
    ("large", "-", "[5.1..20]", -3, None),
]


def raw(rows: Sequence[Sequence[object]], change: Callable[[Any], None] = lambda _: None) -> bytes:
    workbook = Workbook()
    sheet: Any = workbook.active
    for row in rows:
        sheet.append(row)
    change(sheet)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def read(folder: Path, content: bytes) -> tuple[Choice, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "arms.xlsx").write_bytes(content)
    return choices(loaded(folder, PROTOCOL))


def refused(folder: Path, content: bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(folder, content)
    assert_style(caught.value)
    return caught.value


def test_a_workbook_is_the_table_that_it_holds(tmp_path: Path) -> None:
    there = read(tmp_path / "xlsx", raw(GOOD))
    text = block(
        "arm | resection | size | points | label",
        "small | R0, R1 | <5 | 1 | Small one",
        "five | - | 5 | 0.1 |",
        "large | - | [5.1..20] | -3 |",
    )
    here = choices(loaded(tmp_path / "text", text))
    assert [replace(each, place=NOWHERE) for each in there] == [replace(each, place=NOWHERE) for each in here]
    file = str(tmp_path / "xlsx" / "arms.xlsx")
    assert [each.place for each in there] == [Place(file, 2, 1), Place(file, 3, 1), Place(file, 4, 1)]


@pytest.mark.parametrize(
    ("stored", "text"), [("0.1", "0.1"), ("1.1000000000000001", "1.1"), ("5", "5"), ("5.0", "5"), ("1E-3", "0.001")]
)
def test_a_number_is_the_shortest_that_is_stored_so(tmp_path: Path, stored: str, text: str) -> None:
    """Excel writes 17 digits of the double, of which 1.1 needs two."""
    content = rewritten(raw([("arm", "size"), ("a", 7)]), "<v>7</v>", f"<v>{stored}</v>")
    (choice,) = read(tmp_path / "xlsx", content)
    (wanted,) = choices(loaded(tmp_path / "text", block("arm | size", f"a | {text}")))
    assert choice.rule == wanted.rule


def test_a_number_that_excel_shows_rounded_to_15_digits_is_refused(tmp_path: Path) -> None:
    content = rewritten(raw([("arm", "size"), ("a", 7)]), "<v>7</v>", "<v>0.30000000000000004</v>")
    assert "cell `B2`: this holds 0.30000000000000004, which Excel does not show" in refused(tmp_path, content).message


def rewritten(content: bytes, old: str, new: str) -> bytes:
    """Return a workbook with something replaced in its first sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w") as after:
        for member in before.infolist():
            data = before.read(member)
            if member.filename.endswith("sheet1.xml"):
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            after.writestr(member, data)
    return stream.getvalue()


def merge(sheet: Any) -> None:
    sheet.merge_cells("B2:B3")


def hide_row(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_column(sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True


def add_sheet(sheet: Any) -> None:
    sheet.parent.create_sheet("draft")["A1"] = "x"


def stray(sheet: Any) -> None:
    sheet["ZZ9999"] = "x"


def raise_a_footnote(sheet: Any) -> None:
    sheet["B2"] = CellRichText("<5", TextBlock(InlineFont(vertAlign="superscript"), "1"))


def strike_a_part(sheet: Any) -> None:
    sheet["B2"] = CellRichText("<5", TextBlock(InlineFont(strike=True), "0"))


def strike_a_number(sheet: Any) -> None:
    sheet["B2"] = 5
    sheet["B2"].font = Font(strike=True)


CHANGES: list[tuple[Callable[[Any], None], str, str]] = [
    (merge, "the cells `B2:B3` are merged", "unmerge"),
    (hide_row, "cell `A3`: this row is hidden", "not signed"),
    (hide_column, "cell `B1`: this column is hidden", "not signed"),
    (raise_a_footnote, "cell `B2`: this is a superscript, or a part of it is", "plainly"),
    (strike_a_part, "cell `B2`: this is struck out, or a part of it is", "delete it"),
    (strike_a_number, "cell `B2`: this is struck out, or a part of it is", "delete it"),
    (add_sheet, "2 sheets hold something: `Sheet`, `draft`", "alone"),
    (stray, "the sheet `Sheet` has 9999 rows and 702 columns", "at most 200000 cells"),
]


@pytest.mark.parametrize(("change", "message", "advice"), CHANGES)
def test_what_a_reader_might_not_see_is_refused(
    tmp_path: Path, change: Callable[[Any], None], message: str, advice: str
) -> None:
    problem = refused(tmp_path, raw([("arm", "size"), ("a", "<5"), ("b", ">=5")], change))
    assert message in problem.message
    assert advice in (problem.help or "")
    assert problem.place == Place(str(tmp_path / "arms.xlsx"))


def test_other_ways_to_write_change_nothing(tmp_path: Path) -> None:
    def embolden(sheet: Any) -> None:
        sheet["B2"] = CellRichText("<", TextBlock(InlineFont(b=True), "5"))

    rows = [("arm", "size"), ("a", "<5"), ("b", ">=5")]
    assert read(tmp_path / "bold", raw(rows, embolden))[0].rule == read(tmp_path / "plain", raw(rows))[0].rule


def test_hidden_columns_that_excel_stores_as_a_group_are_found(tmp_path: Path) -> None:
    content = rewritten(
        raw([("arm", "size", "resection", "prior"), ("a", "<5", "R0", "no")]),
        "<sheetData>",
        '<cols><col min="3" max="4" width="0" hidden="1" customWidth="1"/></cols><sheetData>',
    )
    assert "cell `C1`: this column is hidden" in refused(tmp_path, content).message


def shown_as(form: str) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet["B2"].number_format = form

    return change


@pytest.mark.parametrize(
    ("value", "form", "message"),
    [
        ("=1+1", "General", "this is a formula, and formulas are not evaluated"),
        (True, "General", "this is one of Excel's truth values"),
        (date(2026, 3, 1), "yyyy-mm-dd", "Excel took this for a date or a time"),
        (time(1, 3), "hh:mm", "Excel took this for a date or a time"),
        (0.05, "0%", "this holds 0.05, and its format `0%` shows something else"),
        (5, '0 "mm"', "this holds 5, and its format `0 \"mm\"` shows something else"),
        (5, ";;;", "shows something else"),
        (4.96, "0.0", "this holds 4.96, and its format `0.0` shows it rounded"),
        ("#N/A", "General", "this is the error `#N/A`"),
        ("<x", "General", "expected a number, found `x` (at `x`)"),
        ("R9", "General", "expected a number, found `R9`"),
        (None, "General", "this cell is empty"),
        ("1,5", "General", "`1,5` can be read in two ways"),
    ],
)
def test_a_value_that_is_not_what_it_looks_like_is_refused(
    tmp_path: Path, value: object, form: str, message: str
) -> None:
    problem = refused(tmp_path, raw([("arm", "size", "prior"), ("a", value, "yes")], shown_as(form)))
    assert problem.message.startswith("cell `B2`: ")
    assert message in problem.message
    assert problem.place == Place(str(tmp_path / "arms.xlsx"))


@pytest.mark.parametrize(("value", "form"), [(5, "0"), (4.5, "0.00"), (4.5, "#,##0.00"), (4.5, "@"), (1000, "#,##0")])
def test_a_format_that_shows_the_whole_number_is_taken(tmp_path: Path, value: float, form: str) -> None:
    (choice,) = read(tmp_path / "xlsx", raw([("arm", "size"), ("a", value)], shown_as(form)))
    (wanted,) = choices(loaded(tmp_path / "text", block("arm | size", f"a | {value}")))
    assert choice.rule == wanted.rule


def test_empty_rows_and_columns_around_a_table_are_passed_over(tmp_path: Path) -> None:
    def style(sheet: Any) -> None:
        sheet["H20"].number_format = "0.0"

    rows = [(), ("arm", "size"), (), ("a", "<5")]
    assert [choice.name for choice in read(tmp_path, raw(rows, style))] == ["a"]


def test_a_control_character_does_not_reach_a_terminal(tmp_path: Path) -> None:
    content = rewritten(raw([("arm", "size", "label"), ("a", "<5", 7)]), '<c r="C2" t="n"><v>7</v></c>',
                        '<c r="C2" t="inlineStr"><is><t>x&#x9c;y</t></is></c>')  # fmt: skip
    assert "cell `C2`: the control character U+009C" in refused(tmp_path, content).message


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    good = raw(GOOD)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 21_000_000)
    for content, message in (
        (b"", "this is no workbook"),
        (b"arm,size\n", "this is no workbook"),
        (good[:-100], "this is no workbook"),
        (stream.getvalue(), "the workbook unpacks to 21.0 MB, at most 20 MB are read"),
        (b"x" * 2_000_001, "has 2.0 MB, at most 2 MB are read"),
        (rewritten(good, "</sheetData>", "<"), "this is no workbook that can be read"),
        (raw([]), "the workbook is empty"),
    ):
        problem = refused(tmp_path, content)
        assert message in problem.message
        assert problem.place.file.endswith("protocol.yaml" if "has 2.0 MB" in message else "arms.xlsx")


def test_without_openpyxl_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    problem = refused(tmp_path, raw(GOOD))
    assert problem.message == "a workbook needs `openpyxl`, which is not installed"
    assert "trialproof[tables]" in (problem.help or "")


@given(st.integers(0, 10**6), st.integers(0, 255), st.integers(1, 40))
@example(0, 0, 40)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_a_workbook_it_loads_or_is_refused(tmp_path: Path, at: int, byte: int, length: int) -> None:
    good = raw(GOOD)
    at %= len(good)
    (tmp_path / "arms.xlsx").write_bytes(good[:at] + bytes([byte]) * length + good[at + length :])
    write_folder(tmp_path, PROTOCOL)
    try:
        load(tmp_path)
    except BadInput as problem:
        assert_style(problem)
