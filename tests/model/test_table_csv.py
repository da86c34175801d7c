"""A table in a CSV file: read exactly, or refused at its line and column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.model.folder import assert_style, write_folder
from tests.model.tables import DECISION, block, check_marked, check_marked_file, choices, loaded
from trialproof.model.load import load
from trialproof.model.place import NOWHERE, BadInput, Place
from trialproof.model.protocol import Choice

PROTOCOL = f"{DECISION}    table: arms.csv\n"
GOOD = 'arm,resection,size,label\nsmall,"R0, R1","<5, 7",  Small one\nlarge,-,>= 10 cm,"a ""large"" one"\n'


def rows(folder: Path, text: str | bytes) -> tuple[Choice, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "arms.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return choices(loaded(folder, PROTOCOL))


def test_a_file_is_the_table_that_it_holds(tmp_path: Path) -> None:
    there = rows(tmp_path / "csv", GOOD)
    text = block(
        "arm | resection | size | label", "small | R0, R1 | <5, 7 | Small one", 'large | - | >= 10 cm | a "large" one'
    )
    here = choices(loaded(tmp_path / "text", text))
    assert [replace(each, place=NOWHERE) for each in there] == [replace(each, place=NOWHERE) for each in here]
    file = str(tmp_path / "csv" / "arms.csv")
    assert [each.place for each in there] == [Place(file, 2, 1), Place(file, 3, 1)]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("arm,", ' "arm" , ').encode(),
        GOOD.replace("\nlarge", "\n\n,,,\nlarge").encode(),
        (GOOD + ",,,\n\n").encode(),
    ],
    ids=["mark", "CRLF", "no end", "blanks around", "empty rows within", "empty rows at the end"],
)
def test_what_a_spreadsheet_adds_changes_nothing(tmp_path: Path, text: bytes) -> None:
    plain = rows(tmp_path / "a", GOOD)
    assert [replace(each, place=NOWHERE) for each in rows(tmp_path / "b", text)] == [
        replace(each, place=NOWHERE) for each in plain
    ]


def test_a_line_break_in_a_cell_moves_the_places_below_it(tmp_path: Path) -> None:
    first, second = rows(tmp_path, 'arm,size,label\na,<5,"two\nlines"\nb,>=5,\n')
    assert first.label == "two lines"
    assert second.place.line == 4


REFUSED = [
    ("cell", 'arm,size\na,"<5, «x»"\n', "expected a number, found `x`", ""),
    ("cell with doubled marks", 'arm,resection\na,"«""R0"", ""R9""»"\n', "`resection` has no category `R9`", ""),
    ("crlf", "arm,size\r\na,<5\r\nb,«x»\r\n", "expected a number, found `x`", ""),
    ("empty", "arm,size,prior\na,<5,«»\n", "this cell is empty", "write `-` where any value"),
    ("empty within", "arm,size,prior\na,«»,no\n", "this cell is empty", ""),
    ("header", "arm,«sise»\na,<5\n", "the protocol declares no `sise`", "did you mean `size`?"),
    ("twice", "arm,size,«size»\na,<5,-\n", "there are two columns `size`", ""),
    ("no name", "arm,size,«»\na,<5,\n", "column 3 has no name", ""),
    ("ragged", "arm,size,prior\na,<5,yes,«no»\n", "this row has 4 cells", "quotation"),
    ("unquoted list", "arm,resection\na,R0,«R1»\n", "this row has 3 cells, and the header has 2", '`"R1, R2"`'),
    ("short", "arm,size,prior\na,«<5»\n", "this row has 2 cells, and the header has 3", ""),
    ("semicolons", "arm«;»size\na;<5\n", "the cells are parted by `;`, not by commas", "a point in each number"),
    ("quoted semicolons", '"arm"«;»"size"\n"a";"<5"\n', "the cells are parted by `;`", ""),
    ("sep line", "sep=«;»\narm;size\na;<5\n", "the cells are parted by `;`", ""),
    ("tabs", "arm«\t»size\na\t<5\n", "the cells are parted by tabs", ""),
    ("bars", "arm «|» size\na | <5\n", "the cells are parted by `|`", ""),
    ("decimal comma", 'arm,size\na,"<«1,5»"\n', "`1,5` can be read in two ways", ""),
    ("never closed", 'arm,size\na,«"»<5\nb,>5\n', "the quotation mark that opens here is never closed", ""),
    ("behind", 'arm,size\na,"<5"«x»\n', "this stands behind the quotation mark that closes the cell", "twice"),
    ("within", 'arm,size,label\na,<5,5«"» wide\n', "a quotation mark stands within a cell", "double it"),
    ("control", "arm,size,label\na,<5,«\x1b»[2J\n", "the control character U+001B", ""),
    ("header alone", "«arm»,size\n", "the table has a header, and no row below it", ""),
    ("name", "arm,size\n«1st»,<5\n", "`1st` cannot be the name of a choice", ""),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "message", "advice"), [pytest.param(*rest, id=name) for name, *rest in REFUSED])
def test_what_is_no_table(tmp_path: Path, marked: str, message: str, advice: str) -> None:
    if "\x1b" in marked:
        marked_excerpt = marked.replace("\x1b", "\N{REPLACEMENT CHARACTER}")
        assert marked_excerpt != marked
        with pytest.raises(BadInput, match="U\\+001B") as caught:
            rows(tmp_path, marked.replace("«", "").replace("»", ""))
        assert caught.value.excerpt is not None
        assert "\x1b" not in caught.value.excerpt
    else:
        check_marked_file(tmp_path, marked, message, advice)


@pytest.mark.parametrize(
    ("name", "message", "advice"),
    [
        ("../arms.csv", "the table `../arms.csv` is not in the protocol's folder", "write its name only"),
        ("a/../../arms.csv", "is not in the protocol's folder", ""),
        ("/arms.csv", "is not in the protocol's folder", ""),
        ("C:\\arms.csv", "is not in the protocol's folder", ""),
        ("link.csv", "is not in the protocol's folder", ""),
        ("no.csv", "there is no file", ""),
        ("folder.csv", "is not a file", ""),
        ("large.csv", "has 2.0 MB, at most 2 MB are read", ""),
        ("arms.ods", "`arms.ods` is neither a table nor the name of one", "`.csv` or `.xlsx`"),
        ("arms", "`arms` is neither a table nor the name of one", "begin a table with `table: |-`"),
        (f"{'x' * 300}.csv", "", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_name(
    tmp_path: Path, name: str, message: str, advice: str
) -> None:
    (tmp_path / "arms.csv").write_text(GOOD)
    folder = tmp_path / "protocol"
    write_folder(folder, "")
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "arms.csv")
    (folder / "large.csv").write_text("arm,size\n" + "a,<5\n" * 400_000)
    check_marked(folder, f"{DECISION}    table: «{name}»\n", message, advice)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the table is empty"),
        (b" \n\n", "the table is empty"),
        (b"arm,size\na,\xff\n", "the byte 0xFF is not UTF-8"),
        ("arm,size\na,<5\n".encode("utf-16"), "the byte 0xFF is not UTF-8"),
        (b"arm,size\na,\0\n", "a zero byte does not belong"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        rows(tmp_path, raw)
    assert_style(caught.value)


@given(st.text(st.sampled_from('arm,size\n\r";\t |5<-\x00\x1bé'), max_size=40), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_loads_or_is_refused(tmp_path: Path, text: str, headed: bool) -> None:
    raw = ("arm,size\n" if headed else "") + text
    write_folder(tmp_path, PROTOCOL)
    (tmp_path / "arms.csv").write_bytes(raw.encode())
    try:
        load(tmp_path)
    except BadInput as problem:
        assert_style(problem)
        assert problem.place.file.startswith(str(tmp_path))  # noqa: PT017 - it need not be raised
