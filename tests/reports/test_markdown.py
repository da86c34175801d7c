"""`check --format markdown`, rendered by GitHub's own parser: it shows what the protocol says, and nothing acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, strategies as st

from tests.reports import hostile
from tests.reports.founding import FOUNDING, founding
from trialproof.cli import run
from trialproof.reports.inert import markdown, one_line, visible
from trialproof.reports.markdown import LONGEST, MARK, write_markdown

GITHUB_TAKES = 65_536
TAGS = {"h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li"}
APART = "\u200b"
ACTS = re.compile(
    r"@\w|#\d|\bGH-\d|https?://|www\.|:[\w+-]+:|\b(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}\b", re.IGNORECASE
)
"""What GitHub turns into a mention, a reference, a link or a picture once the text is rendered."""


class Rendered(HTMLParser):
    """The text of a page, and its elements with their attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.cells: list[str] = []
        self.comments: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(source, options=Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attributes)))
        self.open.append(tag)
        if tag in ("td", "li", "summary", "p"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.cells:
            self.cells[-1] = (self.cells[-1] + data).strip("\n")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        run(["check", *arguments, "--format", "markdown"])
    printed = capsys.readouterr()
    assert isinstance(end.value.code, int)
    assert end.value.code in (0, 1, 3), printed.err
    return end.value.code, printed.out


def look(source: str) -> Rendered:
    """Render a comment, and see that it is well formed and that nothing in it acts."""
    found = Rendered(source)
    assert found.open == []
    assert {tag for tag, _ in found.tags} <= TAGS
    assert {name for _, names in found.tags for name in names} <= {"align"}
    assert found.comments == [" trialproof "]
    for each in found.texts:
        assert not ACTS.search(each), each
        assert visible(each.replace(APART, "")) == each.replace(APART, "")
    return found


def words(text: str) -> str:
    return text.replace(APART, "")


def test_the_verdict_stands_on_top() -> None:
    source = write_markdown(*founding())
    assert source.startswith(f"{MARK}\n### trialproof: 10 errors, 19 warnings, 9 notes; 18 proved; 0 undecided\n")
    found = look(source)
    rows = re.findall(r"^\| (.+) \|$", source.partition("|  | finding")[0], re.MULTILINE)
    assert rows[0] == " | errors | warnings | notes | proved | undecided"
    assert rows[-1] == "in all | 10 | 19 | 9 | 18 | -"
    assert [tag for tag, _ in found.tags].count("details") == 38 + 3
    assert len(source) <= LONGEST


def test_a_finding_has_its_sentences_and_its_patient(capsys: pytest.CaptureFixture[str]) -> None:
    _, source = called(capsys, FOUNDING, "--select", "TP103")
    cells = [words(each) for each in look(source).cells]
    assert "no choice of arm takes an eligible patient with resection margin R0, diameter exactly 5 cm" in cells
    assert "line 34" in cells
    assert any(each.startswith("“Patients after R1/R2 surgery or R0 surgery with the recurrence") for each in cells)
    patient = "resection margin R0, recurrence yes, diameter 5 cm, skip metastasis no, time to recurrence 10 months"
    assert patient in cells
    assert "diameter 4.9 cm: elective_field; 5 cm: no choice; 5.1 cm: involved_field" in cells


def test_what_is_new_is_marked_and_what_is_gone_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    sizes = (
        "trialproof: 1\ntitle: sizes\nquantities:\n  size: {unit: cm, range: [0, 20], recorded_to: 0.1}\ndecisions:\n"
        "  arm: {choices: {large: {when: size > 5 cm}, small: {when: size < 5 cm}}}\n"
        "  dose: {choices: {full: {when: size > 9 cm}, half: {when: size < 9 cm}}}\n"
    )
    (tmp_path / "protocol.yaml").write_text(sizes, encoding="utf-8")
    with pytest.raises(SystemExit):
        run(["check", ".", "--select", "TP103", "--format", "json"])
    (tmp_path / "baseline.json").write_text(capsys.readouterr().out, encoding="utf-8")
    (tmp_path / "protocol.yaml").write_text(sizes.replace("9 cm", "8 cm"), encoding="utf-8")
    code, source = called(capsys, ".", "--select", "TP103", "--baseline", "baseline.json")
    assert code == 1
    cells = [words(each) for each in look(source).cells]
    assert [cells[cells.index(each) - 2].split(" takes")[0] for each in ("new", "unchanged")] == [
        "no choice of dose", "no choice of arm"
    ]  # fmt: skip
    assert cells.index("new") < cells.index("unchanged")
    assert "Gone since the baseline (1)" in cells
    assert "TP103 no choice of dose takes an eligible patient with size exactly 9 cm" in cells


def test_a_clean_protocol_says_what_was_proved(capsys: pytest.CaptureFixture[str]) -> None:
    code, source = called(capsys, "protocols/esophageal-salvage-repaired", "--select", "TP101,TP102")
    found = look(source)
    assert code == 0
    assert "### trialproof: nothing found; 2 proved; 0 undecided" in source
    assert "TP101 every eligible patient gets a choice of arm" in [words(each) for each in found.cells]
    assert any(each.startswith("not asked for: TP103") for each in found.cells)


def test_hostile_words_are_shown_and_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(hostile.write(tmp_path))
    _, source = called(capsys, ".")
    assert len(source) <= LONGEST
    text = words(look(source).text)
    for each in (hostile.MARKUP, hostile.LINKS, hostile.PEOPLE, hostile.STRUCTURE, hostile.COMMANDS):
        assert one_line(each) in text
    assert "{0} { } [U+202E]reversed[U+2066] \U0001f9ea" in text


def test_what_does_not_fit_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    label = hostile.quoted("<|>" * 300)
    lines = ["trialproof: 1", "title: many", "quantities:", f"  n: {{range: [0, 999], recorded_to: 1, label: {label}}}"]
    lines += ["claims:", *(f"  - {{id: 'c{at} {'<|>' * 90}', rule: n < {at}}}" for at in range(1, 121))]
    (tmp_path / "protocol.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, source = called(capsys, ".", "--select", "TP207")
    found = look(source)
    assert code == 1
    assert LONGEST * 3 // 4 < len(source) <= LONGEST < GITHUB_TAKES
    rows = [each for each in found.cells if each.startswith("TP207 error")]
    told = [each for each in found.cells if each.startswith("claim c")]
    assert 0 < len(told) < 120
    (more,) = re.findall(r"and (\d+) more findings: trialproof check prints", found.text)
    assert len(rows) + int(more) == 120
    folded = [each for each in found.cells if each.startswith("TP207 claim c")]
    (rest,) = re.findall(r"And (\d+) more findings: trialproof check prints", found.text)
    assert len(folded) + int(rest) == 120


PIECES = [
    *"`\\|<>&;#@:/[]()!*_~$^{}-+=.1a8 \n\t\u202eGH'\"é\U0001f9ea",
    *("www.", "http://", "https://", "ftp://", "mailto:", "xmpp:", "a.com", "a@b.co", "@a/b", "#1", "GH-1", ":a:"),
    *("<!--", "-->", "<b>", "</details>", "&lt;", "&#60;", "[^1]", "[x]", "](", "```", "1. ", "- ", "0a1b2c3"),
]
AWKWARD = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
FORMS = {"paragraph": "x {}", "cell": "| a |\n| --- |\n| {} |", "item": "- {}", "bold": "**a {}**", "start": "{}"}


@pytest.mark.parametrize("form", FORMS)
@given(text=st.one_of(AWKWARD, st.text(max_size=30)))
def test_any_text_is_shown_as_it_is_written(form: str, text: str) -> None:
    page = Rendered(FORMS[form].format(markdown(text)))
    shown = words(page.text).replace("\n", " ")
    wanted = re.sub("`([^`]+)`", r"\1", one_line(text))
    assert " ".join(shown.split()).endswith(" ".join(wanted.replace(APART, "").split()))
    assert {tag for tag, _ in page.tags} <= TAGS - {"h3", "details", "summary"}
    assert len(page.open) == 0
    assert not any(ACTS.search(each) for each in page.texts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\u202eb", "a[U+202E]b"), ("\u2066", "[U+2066]"), ("\u200b", "[U+200B]"), ("é", "é")],
)
def test_a_hidden_character_is_named(text: str, shown: str) -> None:
    assert visible(text) == shown
