"""The document on the page is the document: every word of it, marked by what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reports.page.made import founding, written
from trialproof.reports.page.document import Kind, Line, Marked, document
from trialproof.reports.page.findings import findings

KINDS = """\
trialproof: 1
title: one sentence of each kind
document: document.txt
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  fit: {yes_no: true}
definitions:
  well:
    quote: in good health
    open: nothing is said of it
eligibility:
  inclusion:
    - {id: I1, quote: Patients are fit, rule: fit}
decisions:
  arm:
    choices:
      large:
        quote: Large ones get more
        readings: {over: size > 5 cm, from_five: size >= 5 cm}
      small: {quote: Small ones get 60 Gy in 30 fractions, when: size < 5 cm, course: 60 Gy / 2 Gy / 30 f}
limits:
  top: {at_most: 70 Gy, source: a book, quote: Never more than 70 Gy}
schedule:
  drug: {every: 1 week, from: first fraction, while: irradiation, quote: The drug is given weekly}
not_modelled:
  - {quote: It is raining, because: it is weather}
todo:
  - {quote: More is to be said}
--- document.txt
A title

Patients are fit. They are in good health. Large ones get more, or so. Small ones get 60 Gy in 30 fractions.
Never more than 70 Gy. The drug is given weekly. It is raining. More is to be said. Nobody wrote a rule.
"""


def shown(folder: Path) -> Marked:
    found = document(written(folder, KINDS, repairs=0))
    assert found is not None
    return found


def line_of(found: Marked, words: str) -> Line:
    return next(each for each in found.lines if words in text_of(each))


def text_of(line: Line) -> str:
    return "".join(piece.text for piece in line.pieces)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("A title", Kind.HEADING),
        ("are fit", Kind.RULE),
        ("good health", Kind.OPEN),
        ("get more", Kind.READING),
        ("60 Gy in", Kind.COURSE),
        ("Never", Kind.COURSE),
        ("weekly", Kind.SCHEDULE),
        ("raining", Kind.NOT_MODELLED),
        ("More is", Kind.TO_DO),
        ("Nobody", Kind.UNACCOUNTED),
    ],
)
def test_each_sentence_is_marked_by_what_became_of_it(tmp_path: Path, words: str, kind: Kind) -> None:
    assert line_of(shown(tmp_path), words).kind is kind


def test_the_words_that_nothing_quotes_are_not_marked(tmp_path: Path) -> None:
    line = line_of(shown(tmp_path), "get more")
    pieces = [(each.text, each.kind) for each in line.pieces]
    assert pieces == [("Large ones get more", Kind.READING), (", or so.", None)]
    assert line.in_part


def test_a_full_stop_alone_does_not_make_a_sentence_quoted_in_part(tmp_path: Path) -> None:
    assert not line_of(shown(tmp_path), "are fit").in_part


def test_every_word_of_the_document_is_on_the_page_in_order() -> None:
    material = founding()
    found = document(material)
    assert found is not None
    assert material.protocol.text is not None
    said = " ".join(text_of(each) for each in found.lines).split()
    original = material.protocol.text.text.replace("- ", " ").split()
    assert "".join(said) == "".join(original)


def test_the_legend_counts_each_sentence_once_as_the_coverage_does() -> None:
    material = founding()
    found, figures = document(material), material.review.coverage
    assert found is not None
    assert figures is not None
    count = {kind: number for kind, _, number in found.legend}
    by_rule = sum(count.get(each, 0) for each in (Kind.READING, Kind.COURSE, Kind.SCHEDULE, Kind.RULE))
    assert by_rule + count.get(Kind.OPEN, 0) == figures.by_rule + figures.left_open
    assert (count[Kind.NOT_MODELLED], count[Kind.HEADING]) == (figures.not_modelled, figures.headings)
    assert sum(count.values()) == len(found.lines)


def test_the_rule_stands_beside_its_sentence_in_english_and_as_it_is_written(tmp_path: Path) -> None:
    (rule,) = line_of(shown(tmp_path), "get more").rules
    assert (rule.what, rule.name) == ("choice", "arm.large")
    assert [(each.reading, each.taken, each.english, each.formal) for each in rule.said] == [
        ("over", True, "size is more than 5 cm", "size > 5 cm"),
        ("from_five", False, "size is at least 5 cm", "size >= 5 cm"),
    ]


def test_a_reason_stands_beside_what_is_set_aside(tmp_path: Path) -> None:
    assert line_of(shown(tmp_path), "raining").reasons == ("it is weather",)


def test_a_finding_stands_beside_its_sentence_and_leads_back_to_it() -> None:
    material = founding()
    found, every = document(material), findings(material)
    assert found is not None
    lines = {each.anchor: each for each in found.lines}
    cards = {each.anchor: each for each in every.found}
    for card in cards.values():
        for cited in card.cited:
            for words in cited.words:
                assert words.anchor is not None
                assert card.anchor in {each.anchor for each in lines[words.anchor].remarks}
                assert words.text[:20].split()[0] in text_of(lines[words.anchor])
    assert all(each.anchor in cards for line in found.lines for each in line.remarks)


def test_a_protocol_without_a_document_has_no_such_section(tmp_path: Path) -> None:
    text = "trialproof: 1\ntitle: nothing to quote\nquantities:\n  fit: {yes_no: true}\n"
    assert document(written(tmp_path, text, repairs=0)) is None
