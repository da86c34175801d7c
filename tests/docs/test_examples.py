"""Every console example of the documentation prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.docs.generator import ROOT, generator

PAGES = [path.relative_to(ROOT).as_posix() for path in generator().pages()]


@pytest.mark.parametrize("page", PAGES)
def test_each_example_prints_what_the_page_says(page: str) -> None:
    for _, commands in generator().perform((ROOT / page).read_text(encoding="utf-8")):
        assert commands, "a console block without a command"
        for command, expected, output in commands:
            assert generator().agrees(expected, output), (
                f"`{command}` prints something else now; `python docs/generate.py --examples` renews the page, "
                "read what it changes:\n" + "\n".join(output)
            )


def test_the_pages_that_teach_are_among_those_that_are_run() -> None:
    assert {"README.md", "docs/tutorial/designers.md", "docs/how-to/check-in-ci.md"} <= set(PAGES)


def test_every_command_shown_is_run() -> None:
    """A fence that is indented, or in another language, would be passed over."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        shown = [line for line in text.splitlines() if line.strip().startswith("$ trialproof")]
        run = [line for block in generator().blocks(text) if block.language == "console" for line in block.lines]
        assert all(line in run for line in shown), page


@pytest.mark.parametrize("page", [page for page in PAGES if page != "README.md"])
def test_every_yaml_block_is_yaml(page: str) -> None:
    for block in generator().blocks((ROOT / page).read_text(encoding="utf-8")):
        if block.language == "yaml":
            assert YAML(typ="safe").load(block.text) or block.text.startswith("# yaml-language-server")


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (["one", "two"], ["one", "two"]),
        (["one", "..."], ["one", "two", "three"]),
        (["...", "three"], ["one", "two", "three"]),
        (["one", "...", "three", "..."], ["one", "two", "three"]),
        (["..."], []),
        ([], []),
    ],
)
def test_dots_stand_for_any_lines(expected: list[str], printed: list[str]) -> None:
    assert generator().agrees(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (["one"], ["One"]),
        (["one"], ["one", "two"]),
        (["one", "two"], ["one"]),
        (["one", "..."], ["two", "one"]),
        (["...", "three"], ["three", "four"]),
        (["on.", "two"], ["one", "two"]),
        ([], ["one"]),
        (["one ... three"], ["one two three"]),
    ],
)
def test_anything_else_is_noticed(expected: list[str], printed: list[str]) -> None:
    assert not generator().agrees(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed", "short"),
    [
        (["a", "..."], ["b", "c"], ["b", "..."]),
        (["...", "z"], ["b", "c"], ["...", "c"]),
        (["a", "...", "m", "...", "z"], ["b", "c", "m", "d", "e"], ["b", "...", "m", "...", "e"]),
        (["a", "z"], ["b"], ["b"]),
        (["a", "...", "m", "...", "z"], ["b", "c"], ["b", "c"]),
        (["a", "...", "m", "...", "z"], ["m", "m"], ["m", "m"]),
        (["...", "..."], ["b"], ["...", "..."]),
    ],
)
def test_renewed_output_is_cut_like_the_old_and_is_always_right(
    expected: list[str], printed: list[str], short: list[str]
) -> None:
    assert generator().shorten(expected, printed) == short
    assert generator().agrees(short, printed)


def test_a_page_with_a_wrong_output_is_renewed_and_with_a_right_one_left_alone() -> None:
    console = "```console\n$ trialproof show p.yaml\nnonsense\n$ echo $?\n7\n```\n"
    page = f'# A page\n\n```yaml title="p.yaml"\ntrialproof: 1\n```\n\n{console}\nEnd.\n'
    renewed = generator().renewed(page)
    assert "nonsense" not in renewed
    assert "$ trialproof show p.yaml\nerror: " in renewed
    assert "$ echo $?\n2\n```\n\nEnd.\n" in renewed
    assert generator().renewed(renewed) == renewed


def test_a_part_replaces_the_keys_that_it_holds_and_adds_the_others() -> None:
    text = "trialproof: 1\ntitle: old\n\ntodo:\n  - quote: a\n"
    put = generator().put_parts(text, "title: new\nclaims:\n  - {id: b, rule: c}\n")
    assert put == "trialproof: 1\ntitle: new\n\ntodo:\n  - quote: a\n\nclaims:\n  - {id: b, rule: c}\n"


def test_an_example_cannot_run_anything_else(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="an example can run"):
        generator().obey(f"rm -r {tmp_path}", 0)
