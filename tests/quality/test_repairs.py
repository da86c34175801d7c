"""Repairs of small protocols with known defects: the right ones are among them, and what is pasted back is sound."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from tests.verify.everyone import reviewed
from tests.verify.test_repair import repaired
from trialproof.cli import cli
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.reports.repair_json import write_repairs_json
from trialproof.reports.repair_text import write_repairs
from trialproof.verify.repairs.edits import Kind
from trialproof.verify.repairs.repair import Repairs, State, repair
from trialproof.verify.replay import Disagreement
from trialproof.verify.statement import Every, Never

ROOT = Path(__file__).parents[2]
QUANTITIES = """\
trialproof: 1
title: to be repaired
quantities:
  size: {unit: cm, range: [0, 20]}
  months: {unit: month, range: [0, 120], recorded_to: {step: 1, rounded: down}}
  margin: {one_of: [R0, R1, R2, RX]}
  lesion: {yes_no: true}
  depth: {unit: mm, range: [0, 50], recorded_to: 1, applies_if: lesion}
  metastases: {yes_no: true}
"""


def arms(intent: str = "exactly one", population: str = "eligible", **rules: str) -> str:
    choices = "".join(f"      {name}: {{when: '{rule}'}}\n" for name, rule in rules.items())
    return f"decisions:\n  arm:\n    for: {population}\n    intent: {intent}\n    choices:\n{choices}"


def searched(folder: Path, text: str, *, most: int = 20) -> Repairs:
    (folder / "protocol.yaml").write_text(QUANTITIES + text, encoding="utf-8")
    return repaired(load(folder), most=most).decisions[0]


def rules_of(folder: Path, found: Repairs) -> list[set[str]]:
    """Return, for each repair, the rules that it writes."""
    protocol = load(folder)
    proposal = repaired(protocol, most=20)
    shown = json.loads(write_repairs_json(protocol, proposal, "test"))["decisions"][0]["repairs"]
    assert len(shown) == len(found.repairs)
    return [{rule["text"] for rule in each["rules"]} for each in shown]


EXPECTED = {
    "strict on both sides": (arms(a="size > 5 cm", b="size < 5 cm"), [{"size >= 5 cm"}, {"size <= 5 cm"}]),
    "inclusive on both sides": (arms(a="size >= 5 cm", b="size <= 5 cm"), [{"size > 5 cm"}, {"size < 5 cm"}]),
    "a hole between bands": (
        arms(a="size > 10 cm", b="size < 5 cm"),
        [{"size >= 5 cm"}, {"size <= 10 cm"}, {"size >= 5 cm and size <= 10 cm"}],
    ),
    "bands that overlap": (arms(a="size > 3 cm", b="size < 5 cm"), [{"size >= 5 cm"}, {"size <= 3 cm"}]),
    "a forgotten category": (
        arms(a="margin is R0", b="margin is one of (R1, R2)"),
        [{"margin is one of (R0, RX)"}, {"margin is one of (R1, R2, RX)"}, {"margin is RX"}],
    ),
    "a precedence": (
        arms(systemic="metastases", small="size <= 5 cm", large="size > 5 cm and not metastases"),
        [{"size <= 5 cm and not metastases"}],
    ),
    "at most one": (
        arms("at most one", extra="size > 5 cm", more="size > 10 cm and lesion"),
        [{"size > 5 cm and not (size > 10 cm and lesion)"}],
    ),
    "at least one": (arms("at least one", a="size > 5 cm", b="size < 5 cm"), [{"size >= 5 cm"}, {"size <= 5 cm"}]),
    "first match": (arms("first match", a="size > 5 cm", b="size < 5 cm"), [{"size >= 5 cm"}, {"size <= 5 cm"}]),
    "a rest that follows": (
        arms(a="size > 5 cm", b="size < 5 cm and lesion", c="size < 5 cm", rest="otherwise"),
        [{"size < 5 cm and not (size < 5 cm and lesion)", "otherwise"}],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_repairs_that_somebody_would_think_of_are_offered(tmp_path: Path, name: str) -> None:
    text, wanted = EXPECTED[name]
    found = searched(tmp_path, text)
    assert found.state is State.REPAIRABLE
    offered = rules_of(tmp_path, found)
    assert [rules for rules in wanted if rules not in offered] == [], offered


def test_a_step_that_a_repair_rests_on_is_said_and_its_twin_that_needs_none_is_shown_first(tmp_path: Path) -> None:
    found = searched(tmp_path, arms(a="months >= 16 months", b="months < 15 months"))
    by_rule = dict(zip(map(frozenset, rules_of(tmp_path, found)), found.repairs, strict=True))
    assert not by_rule[frozenset({"months < 16 months"})].by_steps
    assert frozenset({"months <= 15 months"}) not in by_rule
    assert len(by_rule[frozenset({"months < 16 months"})].same) == 1
    early = "months <= 14 months"
    elsewhere = arms(a="months >= 15 months", b=f"{early} and size > 5 cm", c=f"{early} and size < 5 cm")
    single = [each for each in searched(tmp_path, elsewhere).repairs if len(each.edits) == 1]
    assert [each.by_steps for each in single] == [True, True]


def test_no_repair_lets_a_choice_die(tmp_path: Path) -> None:
    found = searched(tmp_path, arms(a="size > 5 cm and lesion", b="size > 5 cm", c="size <= 5 cm"))
    single = [edits[0] for each in found.repairs for edits in (each.edits, *each.same) if len(edits) == 1]
    first = {(edit.before, edit.choice) for edit in single if edit.kind is Kind.PRECEDENCE}
    assert first == {("a", "b")}, "if `b` came before `a`, nobody would get `a`"
    assert Kind.INTENT in {edit.kind for edit in single}, "to name `a` first does the same"


def test_nobody_is_excluded_by_what_does_not_exist_for_others(tmp_path: Path) -> None:
    inner = {"a": "lesion and depth > 6 mm", "b": "lesion and depth < 4 mm", "c": "not lesion"}
    found = searched(tmp_path, arms(**inner))
    kinds = {edit.kind.name for each in found.repairs for edit in each.edits}
    assert found.repairs
    assert "EXCLUDE" not in kinds


def test_whoever_is_undetermined_stays_so_and_nobody_joins_them(tmp_path: Path) -> None:
    found = searched(tmp_path, arms(a="depth > 4 mm", b="depth < 4 mm"))
    assert found.undetermined
    assert found.repairs
    for each in found.repairs:
        assert any("undetermined" in words for words in each.leaves_out)
    text = arms(a="lesion and depth > 4 mm", b="lesion and depth < 4 mm", c="not lesion")
    assert all(not each.leaves_out for each in searched(tmp_path, text).repairs)


def test_a_claim_or_another_decision_that_suffers_is_named(tmp_path: Path) -> None:
    text = arms(a="size > 5 cm", b="size < 5 cm") + (
        "  dose:\n    for: arm is a\n    choices:\n      high: {when: size > 5 cm}\n"
        "claims:\n  - {id: small, rule: if arm is b then size < 5 cm}\n"
    )
    found = searched(tmp_path, text)
    rules = [frozenset(each) for each in rules_of(tmp_path, found)]
    effects = {rule: each.effects for rule, each in zip(rules, found.repairs, strict=True)}
    assert any("without a choice of `dose`" in words for words in effects[frozenset({"size >= 5 cm"})])
    assert effects[frozenset({"size <= 5 cm"})] == ("claim `small` fails",)


def test_nothing_is_offered_for_nobody(tmp_path: Path) -> None:
    nobody = "eligibility:\n  inclusion:\n    - {id: I1, rule: size > 20 cm}\n"
    assert searched(tmp_path, nobody + arms(a="size > 5 cm", b="size < 5 cm")).state is State.VACUOUS


def test_where_no_such_change_helps_that_is_said(tmp_path: Path) -> None:
    stuck = searched(tmp_path, arms(population="everyone", a="lesion"))
    assert stuck.state is State.STUCK
    assert stuck.reason == "no set of such changes works"
    assert not stuck.repairs


def test_a_search_that_is_cut_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialproof.verify.repairs.mending.MOST_SETS", 2)
    found = searched(tmp_path, arms(a="size > 5 cm", b="size < 5 cm"))
    assert "the search stopped after 2 sets of changes" in found.reason


def test_a_repair_that_is_none_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "protocol.yaml").write_text(QUANTITIES + arms(a="size > 5 cm", b="size < 5 cm"), encoding="utf-8")
    monkeypatch.setattr("trialproof.verify.repairs.mending.Mending._stranded", lambda *_: (0, 0))
    monkeypatch.setattr("trialproof.verify.repairs.repaired.Amended.broken", Never(Every(())))
    with pytest.raises(Disagreement):
        repaired(load(tmp_path))


def test_a_move_is_told_with_a_patient(tmp_path: Path) -> None:
    text = arms(a="lesion and size > 5 cm", b="not lesion or (lesion and size < 5 cm)")
    found = searched(tmp_path, text, most=40)
    still, moving = ([each for each in found.repairs if bool(each.moves.regions) is moved] for moved in (False, True))
    assert still
    assert moving
    (region, *_) = moving[0].moves.regions
    assert not region.outcome.startswith("no choice")
    said = write_repairs(load(tmp_path), repaired(load(tmp_path), most=40))
    assert f"from {region.outcome.replace(' becomes ', ' to ')}:" in said


@pytest.mark.parametrize("name", [*EXPECTED, "founding"])
def test_what_is_pasted_into_the_file_is_sound(tmp_path: Path, name: str) -> None:
    if name == "founding":
        folder = ROOT / "protocols" / "esophageal-salvage"
        text = (folder / "protocol.yaml").read_text(encoding="utf-8")
        (tmp_path / "document.txt").write_text((folder / "document.txt").read_text(encoding="utf-8"), encoding="utf-8")
    else:
        text = QUANTITIES + EXPECTED[name][0]
    (tmp_path / "protocol.yaml").write_text(text, encoding="utf-8")
    protocol = load(tmp_path)
    shown = json.loads(write_repairs_json(protocol, repaired(protocol, most=3), "test"))["decisions"][0]
    assert shown["repairs"]
    for each in shown["repairs"]:
        (tmp_path / "protocol.yaml").write_text(pasted(text, shown["decision"], each["rules"]), encoding="utf-8")
        after = reviewed(load(tmp_path), select=["TP1", "TP205", "TP206"], ignore=["TP106", "TP108", "TP110"])
        about = {None, shown["decision"]}
        assert [finding.message for finding in after.findings if finding.decision in about] == []
        assert repaired(load(tmp_path)).decisions[0].state is State.SOUND


def pasted(text: str, decision: str, rules: list[dict[str, object]]) -> str:
    """Return a protocol file with the rules of a repair written into it."""
    yaml = YAML()
    file = yaml.load(text)
    for rule in rules:
        part = file["decisions"][decision]
        if rule["key"] == "exclusion":
            eligibility = file.setdefault("eligibility", {})
            eligibility.setdefault("exclusion", []).append({"id": "added", "rule": rule["text"]})
        elif rule["key"] == "intent":
            part["intent"] = rule["text"]
        else:
            choice = part["choices"][rule["choice"]]
            assert rule["replaces_readings"] == ("readings" in choice)
            for key in ("readings", "prefer"):
                choice.pop(key, None)
            choice["when"] = rule["text"]
    written = StringIO()
    yaml.dump(file, written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (arms(a="size > 5 cm", b="size <= 5 cm"), 0),
        (arms(a="size > 5 cm", b="size < 5 cm"), 1),
        (arms(population="everyone", a="lesion"), 3),
        ("eligibility:\n  inclusion:\n    - {id: I1, rule: size > 20 cm}\n" + arms(a="lesion", b="not lesion"), 3),
        ("", 0),
        (arms(a="width > 5 cm"), 2),
    ],
    ids=["sound", "repaired", "stuck", "nobody", "no decision", "bad input"],
)
def test_the_exit_code_says_what_came_of_it(tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "protocol.yaml").write_text(QUANTITIES + text, encoding="utf-8")
    done = CliRunner().invoke(cli, ["repair", str(tmp_path)])
    assert (BadInput if isinstance(done.exception, BadInput) else done.exit_code) == (BadInput if code == 2 else code)


def test_a_decision_that_there_is_not_is_named(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(QUANTITIES + arms(a="lesion", b="not lesion"), encoding="utf-8")
    with pytest.raises(BadInput, match="there is no decision `arms`") as raised:
        repair(load(tmp_path), decisions=["arms"])
    assert raised.value.help == "did you mean `arm`?"


def test_the_same_protocol_gives_the_same_report_whatever_the_seed() -> None:
    protocol = load(ROOT / "protocols" / "esophageal-salvage")
    said = {write_repairs(protocol, repair(protocol, most=1, seed=seed)) for seed in (0, 7)}
    assert len(said) == 1


def test_a_repair_of_one_reading_says_under_which_others_it_fails() -> None:
    protocol = load(ROOT / "protocols" / "esophageal-salvage")
    found = repaired(protocol, most=4).decisions[0]
    by_exclusion = {each.broken_under.of: each for each in found.repairs}
    assert by_exclusion[16].broken_under.choices == ()
    assert {"population": "any", "arm.elective_field": "without_both"} in by_exclusion[64].broken_under.choices
