"""Laws of the scenario file: what is valid loads and is listed, what is not is refused on its own line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from math import isclose
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.model.folder import assert_style
from tests.simulate.scenario.sample import SCENARIO, protocol
from tests.simulate.scenario.strategies import GOOD, Data, scenarios
from trialproof.model.node import Node, Pairs, Scalar
from trialproof.model.place import BadInput
from trialproof.model.source import Source, parse_source
from trialproof.simulate.scenario.load import parse_scenario, read_scenario
from trialproof.simulate.scenario.mass import mass
from trialproof.simulate.scenario.scenario import Cases, Model, Numbers, Scenario, Shares, Standing

SOURCES = {standing.value for standing in Standing}
FREE = {"title", *SOURCES}
UNBOUNDED = {("population", "age", "normal", "mean"), ("correlations", 0, "value")}
Path = tuple[Any, ...]
WRITTEN = json.dumps(GOOD, indent=1)
SOURCE = parse_source("scenario.yaml", WRITTEN)


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths to all texts within data."""
    if isinstance(value, str):
        yield path
        return
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(each, (*path, key))


def backed(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths to all mappings that carry a source."""
    if isinstance(value, str):
        return
    if isinstance(value, dict) and SOURCES & set(value):
        yield path
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield from backed(each, (*path, key))


def with_text(node: Node, path: Path, text: str) -> Node:
    """Return a tree in which one text is another, at the same place of the file."""
    if isinstance(node, Scalar):
        return replace(node, text=text)
    step, *rest = path
    if isinstance(node, Pairs):
        return replace(node, values={**node.values, step: with_text(node.values[step], tuple(rest), text)})
    items = list(node.items)
    items[step] = with_text(items[step], tuple(rest), text)
    return replace(node, items=type(node.items)(items))


def read(source: Source, path: Path, text: str) -> Scenario:
    root = with_text(source.root, path, text)
    assert isinstance(root, Pairs)
    return read_scenario(replace(source, root=root), protocol())


LEAVES = [path for path in leaves(GOOD) if path[-1] not in FREE]


def test_the_sample_means_the_same_however_it_is_laid_out() -> None:
    one, other = (parse_scenario("scenario.yaml", text, protocol()) for text in (SCENARIO, WRITTEN))
    assert len(LEAVES) > 140
    assert replace(one, assumptions=()) == replace(other, assumptions=())
    assert [each.says for each in one.assumptions] == [each.says for each in other.assumptions]


@pytest.mark.parametrize("text", ["§", ""])
def test_any_single_value_that_means_nothing_is_refused_on_its_own_line(text: str) -> None:
    for path in LEAVES:
        with pytest.raises(BadInput) as caught:
            read(SOURCE, path, text)
        assert_style(caught.value)
        assert caught.value.place.line == SOURCE.place(path).line, (path, caught.value.message)


def test_any_single_value_below_zero_is_refused_on_its_own_line() -> None:
    for path in LEAVES:
        if path in UNBOUNDED:
            continue
        with pytest.raises(BadInput) as caught:
            read(SOURCE, path, "-1")
        assert caught.value.place.line == SOURCE.place(path).line, (path, caught.value.message)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(list(leaves(GOOD))),
    st.recursive(
        st.sampled_from(["", "x", "0", "1", "50%", "3 days", "otherwise", "2027-01-04", "1e50", "-0"]),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["fixed", "x"]), inner, max_size=2),
        max_leaves=3,
    ),
)
def test_whatever_stands_at_any_place_is_read_or_refused_in_our_words(path: Path, value: object) -> None:
    changed = deepcopy(GOOD)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    source = parse_source("scenario.yaml", json.dumps(changed, indent=1))
    try:
        read_scenario(source, protocol())
    except BadInput as error:
        refused = error
    else:
        return
    assert_style(refused)
    assert refused.place.line > 0


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([path for path in leaves(GOOD) if isinstance(path[-1], str)]))
def test_an_unknown_key_is_refused_wherever_keys_are_fixed(path: Path) -> None:
    changed = deepcopy(GOOD)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    if path[-2:-1] in [("shares",), ("values",), ("most",), ("cycles",), ("reading",)]:
        return
    target["zzz"] = "x"
    with pytest.raises(BadInput, match="unknown key `zzz`"):
        read_scenario(parse_source("scenario.yaml", json.dumps(changed, indent=1)), protocol())


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_a_valid_scenario_loads_and_lists_every_entry_with_its_place(data: Data) -> None:
    source = parse_source("scenario.yaml", json.dumps(data, indent=1))
    scenario = read_scenario(source, protocol())
    entries = {".".join(map(str, path)): path for path in backed(data)}
    assert {each.path for each in scenario.assumptions} == set(entries)
    assert len(scenario.assumptions) == len(entries)
    for each in scenario.assumptions:
        assert each.place == source.key_place(entries[each.path])
        assert each.says
        assert not each.says.endswith(".")
    assert list(scenario.assumptions) == sorted(scenario.assumptions, key=lambda each: each.place)


@settings(max_examples=40, deadline=None)
@given(scenarios())
def test_what_is_loaded_can_be_drawn_from(data: Data) -> None:
    scenario = parse_scenario("scenario.yaml", json.dumps(data), protocol())
    names = [each.quantity for each in scenario.population.variables]
    assert names == list(data["population"])
    for variable in scenario.population.variables:
        for model in models(variable.model):
            if isinstance(model, Shares):
                assert isclose(sum(model.shares), 1)
            if isinstance(model, Numbers):
                assert mass(model.distribution) >= 1e-6
    assert {site.department for site in scenario.accrual.sites} == set(scenario.departments)


def models(model: Model) -> Iterator[Model]:
    if isinstance(model, Cases):
        for _, each in model.cases:
            yield from models(each)
        yield from models(model.otherwise)
    else:
        yield model


def test_the_weakest_source_is_what_an_entry_is_called() -> None:
    scenario = parse_scenario("scenario.yaml", SCENARIO, protocol())
    by_path = {each.path: each for each in scenario.assumptions}
    assert by_path["population.stage"].standing is Standing.PUBLISHED
    assert by_path["population.age"].standing is Standing.DERIVED
    assert by_path["population.size"].standing is Standing.ASSUMED
    assert by_path["population.size"].sources == ((Standing.PUBLISHED, "Doe 2020"), (Standing.ASSUMED, "the form"))
