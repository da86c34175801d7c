"""The page as a whole: one file that needs nothing else, inert whatever the protocol says, and the same every time."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.reports import hostile
from tests.reports.page.made import made, written
from tests.reports.page.simulated import simulated
from trialproof.model.place import BadInput
from trialproof.reports.page.crossings import all_findings
from trialproof.reports.page.inert import prose, shown
from trialproof.reports.page.page import SECTIONS, TEMPLATES, environment, write_page
from trialproof.verify.check import Check
from trialproof.verify.checks import CHECKS

ROOT = Path(__file__).parents[3]
LOADS = {"img", "link", "iframe", "object", "embed", "audio", "video", "source", "base", "form", "input", "portal"}
"""Elements that could ask a network for something, or send something there."""


class Reader(HTMLParser):
    """Collects the elements of a page, each with its attributes, the ids, the links, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside: list[str] = []
        self.raw: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in self.raw:
            self.raw[self.inside[-1]].append(data)
        else:
            self.text.append(data)

    def all(self, name: str) -> Iterator[str]:
        """Yield the values of an attribute, wherever it stands."""
        yield from (value or "" for _, attributes in self.elements for key, value in attributes.items() if key == name)


@pytest.fixture(scope="module")
def page() -> str:
    return write_page(simulated())


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_page(made(hostile.write(tmp_path_factory.mktemp("hostile"))))


def test_every_section_is_there_and_in_the_contents(reader: Reader) -> None:
    ids = list(reader.all("id"))
    assert [each for each in ids if each in {section.name for section in SECTIONS}] == [s.name for s in SECTIONS]
    assert {f"#{section.name}" for section in SECTIONS} <= set(reader.all("href"))


def test_every_link_leads_to_something_on_the_page(reader: Reader) -> None:
    ids = list(reader.all("id"))
    assert len(ids) == len(set(ids))
    assert {each.removeprefix("#") for each in reader.all("href")} <= set(ids)
    for name in ("aria-labelledby", "aria-describedby", "for"):
        assert {one for each in reader.all(name) for one in each.split()} <= set(ids)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_page_can_be_written_of_whatever_a_check_says(tmp_path: Path, check: Check) -> None:
    for number, example in enumerate(check.fails):
        folder = tmp_path / str(number)
        folder.mkdir()
        material = written(folder, example)
        assert check.code in {each.code for each, _ in all_findings(material.review)}
        reader = Reader(write_page(material))
        ids = list(reader.all("id"))
        assert len(ids) == len(set(ids))
        assert {each.removeprefix("#") for each in reader.all("href")} <= set(ids)
        said = " ".join("".join(reader.text).split())
        for each, _ in all_findings(material.review):
            message = " ".join(each.message.replace("`", "").split())
            assert message[1:] in said


@pytest.mark.parametrize("name", ["ewing-2008", "ghsg-hodgkin", "recovery-tocilizumab-misprint"])
def test_a_page_can_be_written_of_every_kind_of_protocol(name: str) -> None:
    material = made(ROOT / "protocols" / name)
    said = " ".join("".join(Reader(write_page(material)).text).split())
    assert " ".join(material.protocol.title.split()) in said
    assert all(each.name in said for each in material.protocol.decisions.values())


def test_the_page_needs_nothing_from_anywhere(reader: Reader) -> None:
    assert {tag for tag, _ in reader.elements} & LOADS == set()
    assert list(reader.all("src")) == []
    style = "".join(reader.raw["style"])
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_the_one_style_and_the_one_script_and_nothing_else(page: str, reader: Reader) -> None:
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in reader.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for kind in ("style", "script"):
        (content,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_nothing_on_the_page_needs_more_than_the_policy_allows(reader: Reader) -> None:
    names = {key for _, attributes in reader.elements for key in attributes}
    assert not any(each.startswith("on") for each in names)
    assert "style" not in names


def test_two_builds_are_the_same_bytes(page: str) -> None:
    assert write_page(simulated()) == page


def test_two_runs_of_the_command_are_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    written = []
    for seed in ("1", "2"):
        output = tmp_path / f"{seed}.html"
        command = [sys.executable, "-m", "trialproof", "report", "protocols/gist-imatinib", "-o", str(output)]
        environ = {"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
        written.append(output.read_bytes())
    assert written[0] == written[1]
    assert b"gist-imatinib" in written[0]


def test_no_date_stands_on_the_page_unless_it_was_given() -> None:
    material = made(ROOT / "protocols" / "recovery-tocilizumab", repairs=0)
    assert "2 March 2026" not in write_page(material)
    assert "2 March 2026" in write_page(replace(material, date="2 March 2026"))


def test_the_founding_report_is_small_enough_to_mail(page: str) -> None:
    assert len(page.encode()) < 5_000_000


def test_a_hostile_protocol_adds_no_element_and_no_attribute(attacked: str, reader: Reader) -> None:
    found = Reader(attacked)
    tags = {tag for tag, _ in found.elements}
    assert tags & LOADS == set()
    assert tags <= {tag for tag, _ in reader.elements} | {"em", "br", "h3"}
    names = {key for _, attributes in found.elements for key in attributes}
    assert not any(each.startswith("on") for each in names)
    assert "alert(1)" not in "".join(found.raw["style"])
    scripts = [attributes.get("type") for tag, attributes in found.elements if tag == "script"]
    assert scripts.count(None) == 1
    assert set(scripts) <= {None, "application/json"}
    assert all(each.startswith("#") for each in found.all("href"))


def test_the_words_of_a_hostile_protocol_are_all_there(attacked: str) -> None:
    text = " ".join("".join(Reader(attacked).text).split())
    assert hostile.MARKUP.strip() in text
    assert hostile.LONG in text
    assert hostile.ASTRAL in text
    assert "[U+202E]reversed[U+2066]" in text


def test_no_character_that_turns_the_text_around_reaches_the_page(attacked: str) -> None:
    for turning in ("\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u200f"):
        assert turning not in attacked
        assert turning not in unescape(attacked)


def test_a_template_that_prints_what_is_absent_is_a_defect() -> None:
    with pytest.raises(ValueError, match="absent"):
        environment().from_string("{{ value }}").render(value=None)
    with pytest.raises(Exception, match="undefined"):
        environment().from_string("{{ value }}").render()


def test_what_a_template_prints_is_escaped_in_text_and_in_attributes() -> None:
    said = environment().from_string('<p title="{{ value }}">{{ value }}</p>').render(value='"><b>\u202e')
    assert said == '<p title="&#34;&gt;&lt;b&gt;[U+202E]">&#34;&gt;&lt;b&gt;[U+202E]</p>'


def test_names_in_backticks_become_code_and_nothing_else_does() -> None:
    assert prose("`a<b>` & `c") == "<code>a&lt;b&gt;</code> &amp; `c"
    assert shown("a\u200bb") == "a[U+200B]b"


def test_no_template_trusts_a_text() -> None:
    for path in TEMPLATES.glob("*.html"):
        assert "|safe" not in path.read_text(encoding="utf-8").replace(" ", ""), path.name
    for path in TEMPLATES.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        writes = re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)
        assert not writes, path.name


def test_scripts_and_styles_are_ascii_so_that_their_hash_is_the_same_everywhere() -> None:
    for path in (*TEMPLATES.glob("*.js"), *TEMPLATES.glob("*.css")):
        text = path.read_text(encoding="utf-8")
        assert "</" not in text, path.name
        assert "\r" not in text, path.name


def test_without_jinja2_the_error_says_what_to_install() -> None:
    with patch.dict(sys.modules, {"jinja2": None}), pytest.raises(BadInput) as raised:
        environment()
    assert raised.value.help == "pip install 'trialproof[report]'"
