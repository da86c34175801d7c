from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from trialproof.model.document import Document, QuoteProblem, find_quote, fold, sentences
from trialproof.model.paragraph import MARK

TEXT = """\
Inclusion criteria:
- Age 16-70 years;
- KPS>70;

Patients after R0 surgery whose lesion is larger than 5cm
were assigned to the involved field. Chemotherapy was given every 3 weeks.

Patients after R1 surgery were assigned to the elective field. Chemotherapy was given every 3 weeks.
"""
DOCUMENT = Document("document.txt", TEXT)

words = st.sampled_from(["a", "aa", "b", "a.", "A", "5cm", "...", "é", "-"])
blanks = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u00a0 "])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    pieces = draw(st.lists(st.tuples(words, blanks), min_size=1, max_size=30))
    return Document("d", draw(st.sampled_from(["", "\n "])) + "".join(word + blank for word, blank in pieces))


def problem(quote: str, *, nth: int | None = None, near: str | None = None) -> QuoteProblem:
    with pytest.raises(QuoteProblem) as caught:
        find_quote(DOCUMENT, quote, nth=nth, near=near)
    return caught.value


def test_a_quote_is_found_where_it_stands() -> None:
    quote = find_quote(DOCUMENT, "KPS>70")
    assert (quote.text, quote.line) == ("KPS>70", 3)
    assert TEXT[quote.start : quote.end] == "KPS>70"


def test_runs_of_white_space_may_differ() -> None:
    quote = find_quote(DOCUMENT, "larger   than 5cm were\n assigned")
    assert quote.text == "larger than 5cm were assigned"
    assert TEXT[quote.start : quote.end] == "larger than 5cm\nwere assigned"
    assert quote.line == 5


@pytest.mark.parametrize("quote", ["KPS > 70", "kps>70", "Age 16–70 years", "Age 16-70  year s"])
def test_nothing_else_may_differ(quote: str) -> None:
    assert problem(quote).message == "the quote is not in `document.txt`"


def test_dots_stand_for_words_in_between() -> None:
    quote = find_quote(DOCUMENT, "after R0 surgery ... the involved field")
    assert quote.text == "after R0 surgery whose lesion is larger than 5cm were assigned to the involved field"


def test_dots_take_as_few_words_as_possible() -> None:
    document = Document("d", "start one start two end three end")
    assert find_quote(document, "start ... end").text == "start two end"
    assert find_quote(document, "one ... two ... three").text == "one start two end three"


def test_dots_do_not_reach_into_the_next_paragraph() -> None:
    error = problem("after R0 surgery ... the elective field")
    assert "do not follow one another in a paragraph" in error.message
    assert error.help == "`after R0 surgery` is in line 5, `the elective field` in line 8"


def test_dots_do_not_reach_into_the_next_line_of_a_document_without_wrapped_lines() -> None:
    long_line = "Patients after R0 surgery are assigned to the involved field, " + "as was agreed, " * 10
    document = Document("d", f"{long_line}\nothers go to the elective field, {long_line.lower()}")
    with pytest.raises(QuoteProblem, match="do not follow one another"):
        find_quote(document, "Patients after R0 ... elective field")


def test_dots_that_the_document_has_itself_are_words() -> None:
    document = Document("d", "a ... b and a x b")
    assert find_quote(document, "a ... b").text == "a ... b"


def test_dots_at_the_end_of_a_quote_are_explained() -> None:
    assert "only in between" in (problem("Patients after R0 surgery ...").help or "")


def test_a_part_of_a_quote_that_is_missing_is_named() -> None:
    assert problem("Patients after R0 ... the involved feild").message.startswith("the part `the involved feild` of")


def test_a_quote_that_occurs_twice_asks_which_one() -> None:
    error = problem("Chemotherapy was given every 3 weeks")
    assert error.message == "the quote occurs 2 times in `document.txt`: lines 6 and 8"
    assert "`nth: 2`" in (error.help or "")
    assert "`near: " in (error.help or "")


def test_many_occurrences_are_counted_and_not_all_listed() -> None:
    with pytest.raises(QuoteProblem, match=r"occurs 20 times in `d`: lines 1, 2, 3, 4, 5, 6, 7, 8 and 12 more"):
        find_quote(Document("d", "x\n" * 20), "x")


def test_nth_counts_from_one() -> None:
    assert find_quote(DOCUMENT, "Chemotherapy was given", nth=1).line == 6
    assert find_quote(DOCUMENT, "Chemotherapy was given", nth=2).line == 8


@pytest.mark.parametrize("nth", [0, -1, 3, 10**9])
def test_an_nth_out_of_range_is_refused(nth: int) -> None:
    error = problem("Chemotherapy was given", nth=nth)
    assert "the quote occurs 2 times" in error.message
    assert error.about == "nth"


def test_near_chooses_the_closest_occurrence() -> None:
    assert find_quote(DOCUMENT, "Chemotherapy was given", near="involved field").line == 6
    assert find_quote(DOCUMENT, "Chemotherapy was given", near="elective field").line == 8


def test_near_must_be_in_the_document_itself() -> None:
    error = problem("Chemotherapy was given", near="no such words")
    assert error.message == "the text of `near` is not in `document.txt`"
    assert error.about == "near"


def test_near_that_is_as_close_to_two_occurrences_is_refused() -> None:
    assert "as close to one occurrence" in problem("Chemotherapy was given", near="was given").message


def test_nth_and_near_exclude_each_other() -> None:
    assert "not both" in problem("KPS", nth=1, near="Age").message


@pytest.mark.parametrize("quote", ["", "  \n "])
def test_an_empty_quote_is_refused(quote: str) -> None:
    assert problem(quote).message == "the quote is empty"


def test_the_nearest_passage_is_shown_with_its_line_and_the_first_difference() -> None:
    assert (problem("whose lesion is larger then 5cm").help or "").splitlines() == [
        "the nearest passage is in line 5: `whose lesion is larger than 5cm`",
        "the first difference: the document has `is larger than 5cm were`, the quote `is larger then 5cm`",
    ]


def test_a_character_that_looks_like_another_is_named() -> None:
    assert "the quote `Age 16–70 years` with en dash" in (problem("Age 16–70 years").help or "")


def test_a_misspelt_word_leads_to_the_right_one() -> None:
    assert (problem("Chemoterapy").help or "").startswith("the nearest passage is in line 6: `Chemotherapy`\n")


def test_a_quote_that_is_like_nothing_gets_no_hint() -> None:
    assert problem("zzz").help is None
    assert problem("%").help is None


def test_rare_words_weigh_more_than_common_ones() -> None:
    common = "of the and in the of the.\n" * 30
    document = Document("d", f"{common}the lesion of the stomach\n{common}")
    with pytest.raises(QuoteProblem) as caught:
        find_quote(document, "of the lesions in the stomach")
    assert "the lesion of the stomach" in (caught.value.help or "")


def test_a_long_document_without_any_line_end_is_searched_too() -> None:
    document = Document("d", "Lorem ipsum dolor. " * 50_000 + "The one needle")
    assert find_quote(document, "one needle").end == len(document.text)
    with pytest.raises(QuoteProblem, match="not in `d`") as caught:
        find_quote(document, "one neeedle")
    assert "one needle" in (caught.value.help or "")
    assert len(sentences(document)) == 50_001


@given(documents(), st.data())
def test_every_run_of_words_is_found_as_often_as_it_occurs(document: Document, data: st.DataObject) -> None:
    found = document.text.split()
    start = data.draw(st.integers(0, len(found) - 1))
    end = data.draw(st.integers(start + 1, len(found)))
    quote = " ".join(found[start:end])
    count = len(re.findall(f"(?={re.escape(quote)})", fold(document.text)))
    spans = [find_quote(document, quote, nth=nth + 1) for nth in range(count)]
    assert [span.start for span in spans] == sorted({span.start for span in spans})
    assert all(fold(document.text[span.start : span.end]) == span.text == quote for span in spans)
    assert all(span.line == document.text[: span.start].count("\n") + 1 for span in spans)
    with pytest.raises(QuoteProblem):
        find_quote(document, quote, nth=count + 1)
    if count > 1:
        with pytest.raises(QuoteProblem, match=f"occurs {count} times"):
            find_quote(document, quote)


@given(documents(), st.text(alphabet="aAb5.- \n", min_size=1, max_size=12))
def test_a_quote_is_never_guessed(document: Document, quote: str) -> None:
    try:
        found = find_quote(document, quote)
    except QuoteProblem:
        return
    pattern = ".*?".join(re.escape(part) for part in re.split(r"\s(?:\.\.\.\s)+", fold(quote)))
    assert found.text == fold(quote) or re.fullmatch(pattern, found.text)


@given(documents())
def test_sentences_leave_out_nothing_but_the_marks_of_lists(document: Document) -> None:
    end = 0
    for sentence in sentences(document):
        between = document.text[end : sentence.start]
        assert not between.strip() or MARK.match(f"{between.lstrip()}x")
        assert sentence.text
        assert sentence.text == fold(document.text[sentence.start : sentence.end])
        end = sentence.end
    assert not document.text[end:].strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two. Three", ["One.", "Two.", "Three"]),
        ("larger than 5cm. Patients", ["larger than 5cm.", "Patients"]),
        ("hours of chemotherapy.If patients", ["hours of chemotherapy.", "If patients"]),
        ("a dose of 2.5 Gy. b", ["a dose of 2.5 Gy. b"]),
        ("drugs, e.g. Paclitaxel, vs. Placebo", ["drugs, e.g. Paclitaxel, vs. Placebo"]),
        ("see Fig. 2 and no. 5. Then", ["see Fig. 2 and no. 5.", "Then"]),
        ("Is it so? Yes! (Maybe.) Done", ["Is it so?", "Yes!", "(Maybe.)", "Done"]),
        ("normal. eGFR above 60", ["normal.", "eGFR above 60"]),
        ("see www.trials.Gov today", ["see www.trials.Gov today"]),
        ("- one\n- two\n  1) three\nfour", ["one", "two", "three", "four"]),
        ("(a) one\n• two\n2.1. three", ["one", "two", "three"]),
        ("A heading\n\nAnd a text", ["A heading", "And a text"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_are_told_apart(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(Document("d", text))] == expected


def test_a_wrapped_line_runs_on() -> None:
    text = """\
This is a trial of about two hundred patients who had their primary tumour
R0 resected in one of the centres. It is open to patients who
have recovered from surgery.
Notes
age over 18
written consent
"""
    assert [sentence.text for sentence in sentences(Document("d", text))] == [
        "This is a trial of about two hundred patients who had their primary tumour R0 resected in one of the centres.",
        "It is open to patients who have recovered from surgery.",
        "Notes",
        "age over 18",
        "written consent",
    ]


def test_lines_of_a_list_without_marks_are_sentences() -> None:
    lines = ["Locoregional recurrence after radical surgery, proved by biopsy or imaging", "Age over 18", "KPS over 70"]
    assert [sentence.text for sentence in sentences(Document("d", "\n".join(lines)))] == lines
