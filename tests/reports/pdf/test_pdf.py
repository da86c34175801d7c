"""The report as PDF: the same sections from the same values, inert, and the same bytes every time."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from tests.reports import hostile
from tests.reports.page.made import ROOT, founding, made, written
from tests.reports.page.simulated import simulated
from trialproof.commands.report import report
from trialproof.model.place import BadInput
from trialproof.reports.page.material import Material
from trialproof.reports.page.page import SECTIONS
from trialproof.reports.pdf.glyphs import BREAK, COVERED, legible
from trialproof.reports.pdf.pdf import TEMPLATES, compiler, day_of, document, draw_pages, write_pdf
from trialproof.verify.checks import CHECKS

SMALL = """\
trialproof: 1
title: nothing at 5 cm
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large: {when: size > 5 cm}
      small: {when: size < 5 cm}
"""


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in ("svg", "alt"):
                yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)


def typeset(data: Any) -> bytes:
    """Return what the templates make of data that no protocol has."""
    found = compiler().compile(format="pdf", pdf_standards=["ua-1"], sys_inputs={"data": json.dumps(data)})
    assert isinstance(found, bytes)
    return found


def streams(pdf: bytes) -> bytes:
    """Return what is packed in a PDF, unpacked."""
    found = []
    for each in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(each))
        except zlib.error:
            found.append(each)
    return b"\n".join(found)


def test_the_pdf_has_every_section_of_the_page_in_its_order() -> None:
    data = document(simulated(), legible)
    there = [section.name for section in SECTIONS if section.values(simulated()) is not None]
    assert [each["name"] for each in data["sections"]] == there
    assert {path.stem for path in TEMPLATES.glob("*.typ")} >= {section.name for section in SECTIONS}


def test_two_builds_are_the_same_bytes_and_tagged() -> None:
    found = write_pdf(founding())
    assert found.startswith(b"%PDF-1.7")
    assert found == write_pdf(founding())
    assert b"/MarkInfo" in found
    assert b"/StructTreeRoot" in found
    assert b"pdfuaid" in streams(found)
    assert b"CreationDate" not in found


def test_with_a_date_it_is_an_archive_file_of_this_day() -> None:
    dated = replace(founding(), date="2 March 2026")
    found = write_pdf(dated)
    assert found == write_pdf(dated)
    assert b"D:20260302" in found
    assert b"pdfaid" in streams(found)
    assert b"pdfaid" not in streams(write_pdf(replace(founding(), date="in spring")))


@pytest.mark.parametrize("text", ["2026-03-02", "2 March 2026", "March 2, 2026"])
def test_a_date_is_read_in_three_ways(text: str) -> None:
    day = day_of(text)
    assert day is not None
    assert (day.year, day.month, day.day) == (2026, 3, 2)


@pytest.mark.parametrize("text", [None, "", "spring", "2026-02-30", "version 3"])
def test_any_other_text_is_no_date(text: str | None) -> None:
    assert day_of(text) is None


def test_a_report_with_a_simulation_is_typeset_whole() -> None:
    pages = draw_pages(simulated(), ppi=8)
    assert len(pages) > 40
    assert all(each.startswith(b"\x89PNG") for each in pages)


def test_a_hostile_protocol_is_typeset_inert_and_whole(tmp_path: Path) -> None:
    material = made(hostile.write(tmp_path))
    found = write_pdf(material)
    packed = streams(found)
    for action in (b"/JavaScript", b"/Launch", b"/URI", b"/SubmitForm", b"/EmbeddedFile"):
        assert action not in found
        assert action not in packed
    words = "".join(texts(document(material, legible)))
    assert hostile.LONG in words.replace(BREAK, "")
    assert "\u202e" not in words
    assert "[U+202E]" in words


@pytest.mark.parametrize(
    "text",
    ["#panic()", "$ x^2", "*bold*", "@label", "<label>", "`#raw`", "= Heading", '#import "x"', "\\u{41}", "// no"],
)
def test_typst_reads_no_markup_in_a_text(tmp_path: Path, text: str) -> None:
    quoted = json.dumps(text)
    labelled = SMALL.replace("{when: size > 5 cm}", f"{{when: size > 5 cm, label: {quoted}}}")
    material = written(tmp_path, labelled.replace("nothing at 5 cm", quoted), repairs=0)
    assert material.protocol.title == text
    assert write_pdf(material)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_whatever_a_check_says_can_be_typeset(tmp_path: Path, check: Any) -> None:
    assert write_pdf(written(tmp_path, check.fails[0], repairs=0))


@pytest.mark.parametrize("name", ["ewing-2008", "recovery-tocilizumab-misprint"])
def test_every_kind_of_protocol_can_be_typeset(name: str) -> None:
    assert write_pdf(made(ROOT / "protocols" / name))


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_legible_text_has_nothing_but_characters_with_a_glyph(text: str) -> None:
    glyphs = {*every_covered(), *" \t\n\u00a0", BREAK}
    assert set(legible(text)) <= glyphs
    assert set(legible(text, plain=True)) <= {*map(chr, range(128)), "\u00a0", BREAK}


@settings(deadline=None, max_examples=25)
@given(st.text(st.sampled_from("aé漢שЖe\u0301\u0483\u20dd\u0951\u0e33\u00ad \u00a0/-ﬁ½\u3164"), max_size=40))
def test_strange_mixtures_of_letters_and_marks_are_typeset(text: str) -> None:
    assert typeset({**empty(), "title": f"x{legible(text)}", "registry": legible(text)})


def empty() -> Any:
    glance: Any = {"figures": [], "rows": []}
    return {"title": "x", "registry": "", "file": "", "date": "", "day": None, "release": "", "glance": glance,
            "sections": []}  # fmt: skip


@cache
def every_covered() -> str:
    ranges = (each.partition("-") for each in COVERED.split())
    return "".join(chr(at) for first, _, last in ranges for at in range(int(first, 16), int(last or first, 16) + 1))


def test_typst_prints_every_character_that_is_taken_to_have_a_glyph() -> None:
    assert typeset({**empty(), "title": " ".join(every_covered())})
    with pytest.raises(RuntimeError, match="could not be displayed"):
        typeset({**empty(), "registry": "漢"})


@pytest.mark.parametrize("sign", "≤≥µ²³½°±×÷−–—→⇄≠‰“”…✓✘△○αβμΩéżЖ")
def test_the_signs_of_medicine_are_printed_as_they_are(sign: str) -> None:
    assert legible(sign) == sign


@pytest.mark.parametrize(("sign", "named"), [("漢", "[U+6F22]"), ("🧪", "[U+1F9EA]"), ("\u200b", "[U+200B]")])
def test_what_no_font_has_is_named(sign: str, named: str) -> None:
    assert legible(f"a{sign}b") == f"a{named}b"


def test_a_long_word_may_be_broken_at_its_joints_and_loses_nothing() -> None:
    word = "population.treated_since_recurrence_of_disease" + "x" * 100
    found = legible(word)
    assert found.replace(BREAK, "") == word
    assert found.startswith(f"population.{BREAK}treated_{BREAK}")
    assert max(map(len, found.split(BREAK))) <= 28


def test_a_mark_on_a_letter_of_another_font_does_not_stop_the_report(tmp_path: Path) -> None:
    strange = "x".join(each + "\u0483\u20dd\u0951" for each in "aЖש")
    material = written(tmp_path, SMALL.replace("nothing at 5 cm", json.dumps(strange)), repairs=0)
    assert write_pdf(material)


class PanicException(BaseException):
    """What Typst raises where it panics."""


@pytest.mark.parametrize("error", [RuntimeError("the text `x` could not be displayed"), PanicException()])
def test_what_typst_cannot_print_after_all_is_named_in_a_second_attempt(error: BaseException) -> None:
    attempts: list[bool] = []

    def refusing(_material: Material, names: Any) -> bytes:
        attempts.append(isinstance(names, partial))
        if not attempts[-1]:
            raise error
        return b"%PDF"

    with patch("trialproof.reports.pdf.pdf._typeset", refusing):
        assert write_pdf(founding()) == b"%PDF"
    assert attempts == [False, True]


def test_any_other_error_is_an_error() -> None:
    with patch("trialproof.reports.pdf.pdf._typeset", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        write_pdf(founding())


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.mark.parametrize("arguments", [("-o", "report.pdf"), ("-o", "report.bin", "--format", "pdf")])
def test_the_name_of_the_file_or_the_format_makes_it_a_pdf(
    protocol: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(protocol.parent)
    done = CliRunner().invoke(report, [str(protocol), "--repairs", "0", *arguments], catch_exceptions=False)
    assert (done.exit_code, done.output) == (0, "")
    assert (protocol.parent / arguments[1]).read_bytes().startswith(b"%PDF")


def test_without_typst_nothing_is_searched_before_the_error(protocol: Path) -> None:
    arguments = [str(protocol), "-o", str(protocol.parent / "report.pdf")]
    with patch.dict("sys.modules", {"typst": None}), pytest.raises(BadInput, match="a PDF needs Typst"):
        CliRunner().invoke(report, arguments, catch_exceptions=False)
