"""What is generated is what the program would generate now."""

from __future__ import annotations

import json

import pytest

from tests.docs.generator import ROOT, generator
from trialproof.model.schema import protocol_schema
from trialproof.model.syntax import KEYWORDS
from trialproof.reports.json_report import report_schema
from trialproof.simulate.scenario.schema import scenario_schema
from trialproof.verify.checks import CHECKS

REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return {path.relative_to(ROOT).as_posix(): text for path, text in generator().reference().items()}


def test_every_generated_file_is_up_to_date(wanted: dict[str, str]) -> None:
    stale = [
        name
        for name, text in wanted.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "`python docs/generate.py` renews them"


def test_the_schemas_are_those_of_the_program(wanted: dict[str, str]) -> None:
    assert json.loads(wanted["docs/reference/protocol.schema.json"]) == protocol_schema()
    assert json.loads(wanted["docs/reference/scenario.schema.json"]) == scenario_schema()
    assert json.loads(wanted["docs/reference/check.schema.json"]) == report_schema()


def test_every_check_every_key_and_every_reserved_word_has_its_place(wanted: dict[str, str]) -> None:
    assert all(f"## {check.code} {check.name}" in wanted["docs/reference/checks.md"] for check in CHECKS)
    for schema, page in ((protocol_schema(), "protocol-file"), (scenario_schema(), "scenario")):
        keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]}
        assert [key for key in keys if f"| `{key}` |" not in wanted[f"docs/reference/{page}.md"]] == []
    assert all(f"`{word}`" in wanted["docs/reference/conditions.md"] for word in KEYWORDS)


def test_a_part_that_is_out_of_date_would_be_seen() -> None:
    page = (REFERENCE / "conditions.md").read_text(encoding="utf-8")
    assert generator().with_generated(page.replace("is more than 70", "is more than 71")) == page
    assert generator().with_generated(page) == page
