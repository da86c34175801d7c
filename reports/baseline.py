"""A run compared with an earlier one: what is new, what is unchanged, what is gone.

Two findings are the same if they have the same fingerprint: code, decision, choices and the sentence said, with its
regions, or else with what it points at. Where in the file it stands does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from trialproof.model.place import BadInput, Place
from trialproof.verify.finding import Finding, Review

WRITE_ONE = "write one with `trialproof check PROTOCOL --format json > baseline.json`"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings of an earlier run: fingerprint to `TP103 no choice of ...`.

    `others` are the fingerprints of what it accepted, proved or left open.
    """

    known: Mapping[str, str]
    others: frozenset[str] = field(default=frozenset(), repr=False)

    def has(self, finding: Finding) -> bool:
        """Return whether the earlier run had this finding."""
        return fingerprint(finding) in self.known

    def gone(self, review: Review) -> tuple[str, ...]:
        """Return, in words, the findings of the earlier run that this one does not have."""
        return tuple(self.missing(review).values())

    def missing(self, review: Review) -> dict[str, str]:
        """Return the findings of the earlier run that this one does not have, by their fingerprints."""
        accepted = [each.finding for each in review.accepted]
        now = {fingerprint(each) for each in (*review.findings, *accepted)}
        return {each: said for each, said in self.known.items() if each not in now}

    def new(self, review: Review) -> tuple[Finding, ...]:
        """Return the findings that the earlier run did not have."""
        return tuple(each for each in review.findings if not self.has(each))


def fingerprint(finding: Finding) -> str:
    """Return what stays the same as long as the finding does: 16 hexadecimal digits."""
    regions = [[each.words, each.outcome] for each in finding.regions]
    said = [finding.code, finding.decision, list(finding.choices), finding.message, regions]
    if finding.words:
        said.append(list(finding.words))
    if not (finding.regions or finding.choices or finding.words):
        said.append([label.note for label in finding.labels])
    return sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:16]


def property_fingerprint(code: str, decision: str | None, message: str) -> str:
    """Return what stays the same as long as the same is proved, left open or not looked at: 16 hexadecimal digits."""
    return sha256(json.dumps([code, decision, message], ensure_ascii=True).encode()).hexdigest()[:16]


def read_baseline(path: Path) -> Baseline:
    """Return the baseline that `check --format json` wrote to a file. Raises `BadInput`."""
    place = Place(str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput("this baseline cannot be read", place, help=WRITE_ONE) from None
    try:
        report = json.loads(text)
        findings = {str(each["fingerprint"]): _said(each) for each in report["findings"]}
        return Baseline(findings, frozenset(_others(report)))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadInput("this is no report of `trialproof check`", place, help=WRITE_ONE) from None


def _others(report: Mapping[str, Any]) -> Iterator[str]:
    for each in report.get("accepted", []):
        yield str(each["finding"]["fingerprint"])
    for each in (*report.get("proved", []), *report.get("undecided", [])):
        yield property_fingerprint(str(each["code"]), each["decision"], str(each["message"]))
    for each in report.get("not_checked", []):
        code, _, message = str(each).partition(" ")
        yield property_fingerprint(code, None, message)


def _said(finding: Mapping[str, Any]) -> str:
    return f"{finding['code']} {finding['message']}"
