from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from tests.model.folder import HEAD
from trialproof.model.document import Document, Quote, sentences
from trialproof.model.draft import LESSON, MODELINE, draft
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol
from trialproof.model.textfile import read_document

FOUNDING_TEXT = Path(__file__).parents[2] / "protocols/esophageal-salvage/document.txt"


def round_trip(folder: Path, text: str, title: str | None = None) -> tuple[str, Protocol, tuple[Quote, ...]]:
    """Return the draft for a text, what it loads as, and the sentences of the text."""
    folder.mkdir(exist_ok=True)
    (folder / "document.txt").write_text(text, encoding="utf-8", newline="")
    document = read_document(folder / "document.txt")
    written = draft(document, title)
    (folder / "protocol.yaml").write_text(written, encoding="utf-8", newline="")
    return written, load(folder), sentences(document)


def test_the_founding_text_loads_at_once_with_every_sentence_to_do(tmp_path: Path) -> None:
    written, protocol, expected = round_trip(tmp_path, FOUNDING_TEXT.read_text(encoding="utf-8"))
    assert written.startswith(f"{MODELINE}\ntrialproof: 1\ntitle: ")
    assert protocol.title == expected[0].text
    assert len(expected) == 48
    assert tuple(quote for each in protocol.todo for quote in each.quotes) == expected
    assert written.count("- quote: ") == 48


def test_a_sentence_that_repeats_says_which_one_it_is(tmp_path: Path) -> None:
    written, protocol, expected = round_trip(tmp_path, "Same.\nOther.\nSame.\n")
    assert "  - quote: |-\n      Same.\n" in written or "  - quote: Same.\n    nth: 1\n" in written
    assert [each.quotes[0] for each in protocol.todo] == list(expected)
    assert "nth: 2" in written


def test_a_sentence_within_another_says_which_one_it_is(tmp_path: Path) -> None:
    _, protocol, expected = round_trip(tmp_path, "Age over 18 years\n\nAge\n")
    assert [each.quotes[0] for each in protocol.todo] == list(expected)
    assert [quote.line for quote in expected] == [1, 3]


def test_a_title_of_your_own_goes_first(tmp_path: Path) -> None:
    _, protocol, _ = round_trip(tmp_path, "A text.", title="Trial: the # first\n'of' its kind ")
    assert protocol.title == "Trial: the # first 'of' its kind"


@pytest.mark.parametrize("title", [None, "", "  "])
def test_without_one_the_first_sentence_is_the_title(tmp_path: Path, title: str | None) -> None:
    assert round_trip(tmp_path, "A text. And more.", title)[1].title == "A text."


def test_a_document_without_a_sentence_gives_a_protocol_with_nothing_to_do(tmp_path: Path) -> None:
    _, protocol, _ = round_trip(tmp_path, " \n\n")
    assert (protocol.title, protocol.todo) == ("untitled", ())


def test_a_document_with_an_odd_name_is_found(tmp_path: Path) -> None:
    for name in (" my: file's # 1.txt", "no", "a\nb.txt", '"x".txt', "- y"):
        (tmp_path / name).write_text("A text.")
        (tmp_path / "protocol.yaml").write_text(draft(read_document(tmp_path / name)))
        assert load(tmp_path).document == str(tmp_path / name)


def test_a_title_or_name_that_is_not_text_is_refused() -> None:
    for title, name in (("a\x1bb", "d"), ("a", "d\x00"), ("a", "d\udcff")):
        with pytest.raises(BadInput, match="holds a control character"):
            draft(Document(name, "A text."), title)


@pytest.mark.parametrize("text", ["x" * 2_100_000, "Ab. " * 30_000, "1\n" * 60_000])
def test_a_document_that_would_fill_more_than_one_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"too long for one `protocol\.yaml` of 2 MB"):
        draft(Document("document.txt", text), "a title")


def test_the_lesson_is_right(tmp_path: Path) -> None:
    body = LESSON[LESSON.index("# quantities:") :].replace("# ", "").replace("#\n", "\n")
    words = "- Age over 18 years\n- Pregnancy\nPatients of 70 years or older are assigned to the short course.\n"
    (tmp_path / "document.txt").write_text(words)
    (tmp_path / "protocol.yaml").write_text(f"{HEAD}document: document.txt\n{body}")
    protocol = load(tmp_path)
    assert [criterion.id for criterion in protocol.criteria] == ["I1", "E1"]
    assert [choice.name for choice in protocol.decisions["arm"].choices] == ["short_course", "long_course"]


texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab. \n\tA5-:#'\"\\|>[]{}&*!%@`?,~……\u00a0\u2028\x85\ufeff"),
        st.characters(min_codepoint=0xA0, max_codepoint=0x10FFFF, exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
@example("a ... b and a x ... b")
@example("no\n~\n0x1F\n2020-01-01\ntrue\n")
@example("- quote: a\n- # b\n- 'c\n- |-\n")
def test_whatever_the_text_the_draft_loads_with_every_sentence(tmp_path: Path, text: str) -> None:
    try:
        _, protocol, expected = round_trip(tmp_path, text)
    except BadInput as error:
        assert "control character" in error.message  # noqa: PT017 - the only reason there may be
        return
    assert tuple(quote for each in protocol.todo for quote in each.quotes) == expected
