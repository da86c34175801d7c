from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.simulate.scenario.sample import SCENARIO
from tests.simulate.scenario.strategies import Data, scenarios
from tests.simulate.scenario.test_shipped import SHIPPED
from trialproof.simulate.scenario.schema import scenario_schema

VALIDATOR = Draft202012Validator(scenario_schema())


def read(text: str) -> Any:
    """Read YAML as most programs do: numbers, truths and nulls are told from texts."""
    return plain(YAML(typ="safe", pure=True).load(text))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(read(text))]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(scenario_schema())
    assert scenario_schema()["title"] == "scenario.yaml of trialproof"


def test_good_files_are_accepted() -> None:
    assert errors(SCENARIO) == []
    assert len(SHIPPED) >= 2
    for folder in SHIPPED:
        assert errors((folder / "scenario.yaml").read_text(encoding="utf-8")) == []


@settings(max_examples=40, deadline=None)
@given(scenarios())
def test_whatever_can_be_loaded_is_accepted(data: Data) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("horizon: 2000 days\n", ""),
        ("horizon:", "horizn:"),
        ("trialproof_scenario: 1", "trialproof_scenario: 2"),
        ("{probability: 80%, assumed: a guess}", "{probability: 80%}"),
        ("    published: Doe 2020\n  size", "  size"),
        ("do: first listed", "do: first"),
        ("[3 days, 10 days, 21 days]", "[3 days, 21 days]"),
        ("value: 60", "value: 0"),
        ("visits: 8", "visits: some"),
        ("normal: {mean: 60, sd: 8 years}", "normal: {mean: 60}"),
        ("normal: {mean: 60, sd: 8 years}", "normal: {mean: 60, sd: 8}\n    fixed: 3"),
        ("do: append", "do: apend"),
    ],
)
def test_a_bad_file_is_not(old: str, new: str) -> None:
    assert SCENARIO.count(old) == 1
    changed = SCENARIO.replace(old, new)
    if new == "visits: some":
        assert not errors(changed)  # whatever YAML takes for a text may be a number written so
    else:
        assert errors(changed)


def test_every_key_is_described() -> None:
    parts = [scenario_schema(), *scenario_schema()["$defs"].values()]
    keys = [(part["description"], key, each) for part in parts for key, each in part["properties"].items()]
    assert len(keys) > 200
    assert [key for _, key, each in keys if not each.get("description")] == []
    assert "'default'" not in str(parts)
