from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.model.folder import GOOD, HEAD, assert_style
from trialproof.model.place import BadInput
from trialproof.model.shape import ProtocolFile
from trialproof.model.shape_problem import read_shape
from trialproof.model.source import parse_source

PARTS: dict[str, Any] = parse_source("p.yaml", GOOD).data


def shape_of(text: str) -> ProtocolFile:
    return read_shape(parse_source("p.yaml", HEAD + text))


def test_every_key_without_a_value_at_the_top_is_an_empty_section() -> None:
    keys = "calendar quantities facts definitions eligibility decisions claims not_modelled todo".split()  # noqa: SIM905
    assert shape_of("".join(f"{key}:\n" for key in keys)) == shape_of("")
    assert shape_of("eligibility:\n  inclusion:\n  exclusion:\n").eligibility == shape_of("").eligibility


def test_a_bare_definition_is_its_rule() -> None:
    assert shape_of("definitions:\n  a: b").definitions["a"].rule == "b"
    assert shape_of("definitions:\n  a: b").definitions == shape_of("definitions:\n  a:\n    rule: b").definitions


def test_a_bare_reading_is_its_rule() -> None:
    short = shape_of("definitions:\n  a:\n    readings: {b: c, d: open}")
    long = shape_of("definitions:\n  a:\n    readings: {b: {rule: c}, d: {rule: open}}")
    assert short.definitions == long.definitions


def test_a_quote_is_one_text_or_a_list_of_them() -> None:
    for text in ("a", "[a]", "[{quote: a}]", "\n      - a", "\n      - quote: a"):
        [todo] = shape_of(f"todo:\n  - quote: {text}").todo
        assert [part.quote for part in todo.quote] == ["a"]
    [todo] = shape_of("todo:\n  - quote: [a, {quote: b, nth: 2}, {quote: c, near: d}]").todo
    assert [(part.quote, part.nth, part.near) for part in todo.quote] == [
        ("a", None, None),
        ("b", "2", None),
        ("c", None, "d"),
    ]


def test_a_step_is_bare_or_with_its_rounding() -> None:
    quantity = "quantities:\n  a:\n    range: [0, 1]\n    recorded_to: "
    for text, expected in (
        ("0.10", ("0.10", "nearest")),
        ("{step: 1}", ("1", "nearest")),
        ("{step: 1, rounded: up}", ("1", "up")),
    ):
        step = shape_of(quantity + text).quantities["a"].recorded_to
        assert step is not None
        assert (step.step, step.rounded) == expected


def test_a_number_is_one_text_or_cases() -> None:
    [case] = shape_of("definitions:\n  a:\n    value: b").definitions["a"].value or []
    assert (case.when, case.value) == ("otherwise", "b")


def test_categories_are_texts_exactly_as_written() -> None:
    text = "quantities:\n  a:\n    one_of: [0x1F, ~, 2020-01-01, no, 0.10, 'two words', true]"
    assert shape_of(text).quantities["a"].one_of == ["0x1F", "~", "2020-01-01", "no", "0.10", "two words", "true"]


def test_the_keys_of_a_later_release_are_not_accepted_now() -> None:
    for key in ("tables", "courses", "scenario"):
        with pytest.raises(BadInput, match=f"unknown key `{key}`"):
            shape_of(f"{key}: x")
    for key in ("randomise",):
        with pytest.raises(BadInput, match=f"unknown key `{key}`"):
            shape_of(f"decisions:\n  a:\n    choices:\n      b:\n        when: c\n        {key}: x")


def test_a_misspelt_key_that_is_needed_is_shown_and_not_the_gap_that_it_leaves() -> None:
    with pytest.raises(BadInput, match="unknown key `tilte`"):
        read_shape(parse_source("p.yaml", "trialproof: 1\ntilte: x"))


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths to everything within a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


PATHS = list(paths(PARTS))
NAMED_BY_THE_USER = [(key,) for key in ("quantities", "definitions", "decisions", "choices", "readings")]
keys = st.sampled_from(["rule", "quote", "x"])
anything = st.recursive(
    st.sampled_from(["", "x", "open", "true", "0", "one two"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PATHS), anything)
def test_a_value_of_any_shape_at_any_place_is_read_or_refused_in_our_words(
    path: tuple[str | int, ...], value: object
) -> None:
    changed = deepcopy(PARTS)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    source = parse_source("p.yaml", json.dumps(changed, indent=1))
    try:
        read_shape(source)
    except BadInput as error:
        refused = error
    else:
        return
    assert_style(refused)
    assert refused.place.line > 0


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([path for path in PATHS if isinstance(path[-1], str) and path[-2:-1] not in NAMED_BY_THE_USER]))
def test_a_key_that_nobody_knows_is_refused_wherever_keys_are_fixed(path: tuple[str | int, ...]) -> None:
    changed = deepcopy(PARTS)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target["zzz"] = "x"
    source = parse_source("p.yaml", json.dumps(changed, indent=1))
    with pytest.raises(BadInput, match="unknown key `zzz`") as caught:
        read_shape(source)
    assert source.excerpt(caught.value.place)[caught.value.place.column - 1 :].startswith('"zzz"')
