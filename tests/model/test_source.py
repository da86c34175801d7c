from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import assume, given, strategies as st

from trialproof.model.place import BadInput, Place
from trialproof.model.source import Source, parse_source, read_source
from trialproof.model.textfile import read_document

SAMPLE = """\
plain: one two
single: 'it''s one'
double: "one \\u00e9 two"
literal: |-
  one
    two

  three
folded: >-   # a comment
  one
  two

  three
over: one
  two
  three
map: {a: b, c d}
list: [x, "y"]
empty:
quoted_empty: ''
anchored: &here one two
again: *here
"""


def source(text: str = SAMPLE) -> Source:
    return parse_source("p.yaml", text)


def refused(path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_source(path)
    return caught.value


@pytest.mark.parametrize(
    "text", ["0x1F", "~", "null", "2020-01-01", "no", "Yes", "TRUE", "0.10", "1_000", "1e3", ".inf", "0o17", "12:30:45"]
)
def test_a_scalar_is_its_own_text(text: str) -> None:
    assert source(f"a: {text}").data == {"a": text}
    assert source(f"a: [{text}]").data == {"a": [text]}
    assert source(f"{text}: a").data == {text: "a"}


def test_the_data_are_dicts_lists_and_texts() -> None:
    assert source().data == {
        "plain": "one two",
        "single": "it's one",
        "double": "one é two",
        "literal": "one\n  two\n\nthree",
        "folded": "one two\nthree",
        "over": "one two three",
        "map": {"a": "b", "c d": None},
        "list": ["x", "y"],
        "empty": None,
        "quoted_empty": "",
        "anchored": "one two",
        "again": "one two",
    }


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("plain",), 1, 8),
        (("single",), 2, 10),
        (("literal",), 5, 3),
        (("folded",), 10, 3),
        (("map", "a"), 17, 10),
        (("list", 0), 18, 8),
        (("list", 1), 18, 12),
        (("again",), 21, 17),
    ],
)
def test_every_value_knows_where_its_text_begins(path: tuple[str | int, ...], line: int, column: int) -> None:
    assert source().place(path) == Place("p.yaml", line, column)


def test_every_key_knows_where_it_stands() -> None:
    assert source().key_place(("map", "c d")) == Place("p.yaml", 17, 13)
    assert source().key_place(("empty",)) == Place("p.yaml", 19, 1)


def test_a_path_that_ends_nowhere_leads_to_the_last_value_on_its_way() -> None:
    assert source().place(("plain", 0, "quote")) == source().place(("plain",))
    assert source().key_place(("map", "missing")) == source().key_place(("map",))


def test_the_excerpt_is_the_whole_line() -> None:
    assert source().excerpt(Place("p.yaml", 17, 6)) == "map: {a: b, c d}"


def test_a_text_with_escapes_is_pointed_at_as_a_whole() -> None:
    assert source().within(("double",), 8) == source().place(("double",)) == Place("p.yaml", 3, 9)


def test_a_comment_behind_an_unquoted_text_is_known() -> None:
    commented = source("a: one two  # three\nb: 'x' # y\nc: z#1\nd: [u # v\n ]\n")
    assert commented.comment_after(("a",)) == "three"
    assert commented.comment_after(("b",)) is None
    assert commented.comment_after(("c",)) is None
    assert commented.comment_after(("d", 0)) == "v"


def test_a_key_without_a_value_in_braces_is_told_from_one_in_a_block() -> None:
    assert source().cut_by_comma(("map", "c d"))
    assert not source().cut_by_comma(("empty",))
    assert not source().cut_by_comma(("map", "a"))


def test_a_problem_points_at_the_key_the_value_or_a_part_of_it() -> None:
    read = source()
    assert read.problem("m", ("plain",), span=(4, 7)).place == Place("p.yaml", 1, 12)
    assert read.problem("m", ("plain",), span=(4, 7)).width == 3
    assert read.problem("m", ("plain",), at_key=True).place == Place("p.yaml", 1, 1)
    assert read.problem("m", ("plain",), at_key=True).width == 5
    assert read.problem("m", ("empty",)).place == Place("p.yaml", 19, 1)
    assert read.problem("m", ("over",), span=(0, 13)).width == 3
    assert read.problem("m", ("map",)).width == len("{a: b, c d}")


def test_a_place_is_the_same_whatever_the_line_ends() -> None:
    for text in (SAMPLE.replace("\n", "\r\n"), SAMPLE.replace("\n", "\r")):
        folder_text = text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()
        assert source(folder_text).place(("again",)) == source().place(("again",))


def test_windows_line_ends_and_a_byte_order_mark_shift_no_column(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: b\r\nc: d\r\n")
    assert read_source(file).place(("a",)) == Place(str(file), 1, 4)
    assert read_source(file).place(("c",)) == Place(str(file), 2, 4)


parts = st.sampled_from(["a", "bc", "it's", "(x)", ">=", "5", "é", "d'"])


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """Return a text and one way to write it as a YAML value below the key `k`."""
    found = draw(st.lists(parts, min_size=1, max_size=8))
    assume(found[0] not in (">=", "it's"))
    gaps = draw(st.lists(st.sampled_from([" ", "\n    "]), min_size=len(found) - 1, max_size=len(found) - 1))
    over_lines = found[0] + "".join(gap + part for gap, part in zip(gaps, found[1:], strict=True))
    plain = " ".join(found)
    style = draw(st.sampled_from(["plain", "single", "double", "literal", "folded", "over", "single over"]))
    value = {
        "plain": plain,
        "single": "'" + plain.replace("'", "''") + "'",
        "double": f'"{plain}"',
        "literal": f"|-  # x\n   {plain}\n   {plain}",
        "folded": f">-\n   {plain}\n   {plain}",
        "over": over_lines,
        "single over": "'" + over_lines.replace("'", "''") + "'",
    }[style]
    text = {"literal": f"{plain}\n{plain}", "folded": f"{plain} {plain}"}.get(style, plain)
    return text, value


@given(written())
def test_an_offset_in_a_text_leads_to_that_very_character(text_and_value: tuple[str, str]) -> None:
    text, value = text_and_value
    read = source(f"first: x\nk: {value}\nlast: y\n")
    assert read.data["k"] == text
    for offset, character in enumerate(text):
        if not character.isspace():
            place = read.within(("k",), offset)
            assert read.excerpt(place)[place.column - 1] == character
    assert read.within(("k",), len(text)).line >= read.within(("k",), 0).line


def test_a_folder_or_its_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text("a: b\n")
    assert read_source(tmp_path).data == read_source(tmp_path / "protocol.yaml").data == {"a": "b"}
    assert read_source(tmp_path).file == str(tmp_path / "protocol.yaml")


def test_a_file_is_named_as_the_user_typed_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "protocol.yaml").write_text("a: b\n")
    monkeypatch.chdir(tmp_path)
    assert read_source(Path()).file == "protocol.yaml"
    assert read_source(Path(f"../{tmp_path.name}")).file == f"../{tmp_path.name}/protocol.yaml"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path / "no.yaml")
    assert error.message == f"there is no file `{tmp_path / 'no.yaml'}`"
    assert error.place == Place(str(tmp_path / "no.yaml"))


def test_a_folder_without_a_protocol_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).message == f"the folder `{tmp_path}` holds no `protocol.yaml`"
    (tmp_path / "protocol.yml").write_text("a: b\n")
    assert refused(tmp_path).help == "rename `protocol.yml`"


def test_a_folder_in_place_of_the_protocol_is_refused(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").mkdir()
    assert "is not a file" in refused(tmp_path).message


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "protocol.yaml")
    assert stat.S_ISFIFO((tmp_path / "protocol.yaml").stat().st_mode)
    assert "is not a file" in refused(tmp_path).message


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "protocol.yaml").write_text("a: b\n")

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert "may not be read" in refused(tmp_path).message


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    assert "cannot be read" in refused(Path(name)).message


def test_a_link_that_leads_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").symlink_to("protocol.yaml")
    assert "cannot be read" in refused(tmp_path).message


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "protocol.yaml"
    with file.open("wb") as opened:
        opened.truncate(7_300_000)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))
    assert refused(tmp_path).message == f"`{file}` has 7.3 MB, at most 2 MB are read"


def test_a_document_may_be_larger(tmp_path: Path) -> None:
    file = tmp_path / "document.txt"
    file.write_text("word " * 500_000)
    assert len(read_document(file).text) == 2_500_000
    with file.open("wb") as opened:
        opened.truncate(10_000_001)
    with pytest.raises(BadInput, match=r"has 10\.0 MB, at most 10 MB"):
        read_document(file)


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"a: b\nc: d\xff\n", 2, 5, "the byte 0xFF is not UTF-8"),
        ("a: é\n".encode("latin-1"), 1, 4, "the byte 0xE9 is not UTF-8"),
        ("a: b\n".encode("utf-16"), 1, 1, "the byte 0xFF is not UTF-8"),
        (b"a: b\r\nc: \0\r\n", 2, 4, "a zero byte does not belong in a text file"),
    ],
)
def test_what_is_not_text_is_refused_where_it_stands(
    tmp_path: Path, content: bytes, line: int, column: int, message: str
) -> None:
    (tmp_path / "protocol.yaml").write_bytes(content)
    error = refused(tmp_path)
    assert (error.message, error.place) == (message, Place(str(tmp_path / "protocol.yaml"), line, column))


def test_a_document_with_control_characters_is_refused_where_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "document.txt"
    file.write_text("one\ntwo \x1b[31m three")
    with pytest.raises(BadInput, match=r"U\+001B") as caught:
        read_document(file)
    assert caught.value.place == Place(str(file), 2, 5)


def test_a_page_break_in_a_document_is_white_space(tmp_path: Path) -> None:
    file = tmp_path / "document.txt"
    file.write_text("one\f two\v three")
    assert read_document(file).folded == "one two three"
