from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.model.folder import GOOD, HEAD
from trialproof.model.draft import LESSON
from trialproof.model.schema import protocol_schema

VALIDATOR = Draft202012Validator(protocol_schema())


def read(text: str) -> Any:
    """Read YAML as most programs do: numbers, truths and nulls are told from texts."""
    return _without_dates(YAML(typ="safe", pure=True).load(text))


def _without_dates(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_dates(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_dates(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(read(text))]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(protocol_schema())
    assert protocol_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        GOOD,
        HEAD + LESSON[LESSON.index("# quantities:") :].replace("# ", "").replace("#\n", "\n"),
        f"{HEAD}quantities:\ndefinitions:\neligibility:\ntodo:\n",
        f"{HEAD}quantities:\n  a:\n    one_of: [0x1F, ~, 2020-01-01, no, 0.10, true, text]",
        f"{HEAD}quantities:\n  a:\n    range: [0 cm, 20]\n    unit: cm\n    recorded_to: {{step: 0.1, rounded: up}}",
        f"{HEAD}definitions:\n  a: b\n  c:\n    value: 5\n    unit: 1",
        f"{HEAD}definitions:\n  a:\n    quote: [b, {{quote: 5, nth: 1}}]\n    open: yes",
        f"{HEAD}todo:\n  - quote: 30\n    near: no",
        HEAD.replace("1", "'1'"),
    ],
)
def test_a_good_file_is_accepted(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "trialproof: 1",
        HEAD.replace("1", "2"),
        f"{HEAD}quantites:\n  a: b",
        f"{HEAD}quantities:\n  a:\n    rang: [0, 1]",
        f"{HEAD}quantities:\n  a:\n    label: b",
        f"{HEAD}quantities:\n  a:\n    yes_no: true\n    one_of: [b]",
        f"{HEAD}quantities:\n  a:\n    yes_no: true\n    when_not_applicable: no",
        f"{HEAD}quantities:\n  my age:\n    yes_no: true",
        f"{HEAD}definitions:\n  a: 5",
        f"{HEAD}definitions:\n  a:\n    rule: b\n    prefer: c",
        f"{HEAD}eligibility:\n  inclusion:\n    - rule: a",
        f"{HEAD}decisions:\n  a:\n    intent: exactly on\n    choices: {{b: {{when: c}}}}",
        f"{HEAD}decisions:\n  a:\n    choices:\n      b:\n        when: c\n        course: {{lvels: [60 Gy]}}",
        f"{HEAD}todo:\n  - quote: a\n    nth: 1\n    near: b",
        f"{HEAD}todo:\n  - quote: a\n    nth: 0",
        f"{HEAD}schedule:\n  a: b",
    ],
)
def test_a_bad_file_is_not(text: str) -> None:
    assert errors(text)


def test_every_key_is_described() -> None:
    parts = [protocol_schema(), *protocol_schema()["$defs"].values()]
    keys = {(part["description"], key): each for part in parts for key, each in part["properties"].items()}
    assert len(keys) > 50
    assert [key for key, each in keys.items() if not each.get("description")] == []


def test_no_editor_is_told_to_write_defaults() -> None:
    assert "'default'" not in str(protocol_schema())
