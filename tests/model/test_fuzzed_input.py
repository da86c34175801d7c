"""Whatever happens to a good file, it loads or is refused: no other exception, and a place that exists."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings, strategies as st

from tests.model.folder import GOOD, assert_style, write_folder
from trialproof.model.load import load
from trialproof.model.place import BadInput

TOKENS = [
    "&a ", "*a", "!x ", "{", "}", "[", "]", "'", '"', "|-", ">", " # ", ": ", "- ", "\n", "  ", "\t", "? ", "%", "@",
    "\0", "\x85", "\u2028", "é", "0", "-1", "1e999", "open", "otherwise", "eligible", "and", "not", "arm", "half",
    "---", "\\", "1/0", "<<: *a", "null", "years", "R0",
]  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """Return the good protocol with a few lines or words dropped, moved, repeated or replaced."""
    text = GOOD
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        first, second = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        start = draw(st.integers(0, len(text)))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[first]
            case 1:
                lines.insert(first, lines[second])
            case 2:
                lines[first], lines[second] = lines[second], lines[first]
            case 3:
                lines = [text[:start] + draw(st.sampled_from(TOKENS)) + text[start:]]
            case 4:
                lines = [text[:start] + draw(st.sampled_from(TOKENS)) + text[start + draw(st.integers(1, 12)) :]]
            case _:
                words = re.findall(r"\w+", text)
                old, new = draw(st.sampled_from(words)), draw(st.sampled_from(words))
                lines = [re.sub(rf"\b{old}\b", new, text, count=draw(st.integers(1, 3)))]
        text = "\n".join(lines)
    return text


def test_the_protocol_to_be_mutated_is_good(tmp_path: Path) -> None:
    protocol = load(write_folder(tmp_path, GOOD))
    assert list(protocol.decisions) == ["arm", "dose"]
    assert set(protocol.sentences) == {"I1"}


def problem_of(folder: Path) -> BadInput | None:
    try:
        load(folder)
    except BadInput as error:
        return error
    return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutants())
@example(GOOD.replace("arm is short or clear", "arm is one of (in> short)"))
@example(GOOD.replace("age", "\u2028age"))
@example("\u2028 a: b\n c: {")
def test_whatever_is_in_the_file_it_loads_or_is_refused_at_a_place_of_the_file(tmp_path: Path, text: str) -> None:
    error = problem_of(write_folder(tmp_path, text))
    if error is None:
        return
    assert_style(error)
    lines = text.split("\n")
    assert error.place.file.startswith(str(tmp_path))
    assert error.place.line <= len(lines)
    if error.place.line:
        assert 1 <= error.place.column <= len(lines[error.place.line - 1]) + 1
