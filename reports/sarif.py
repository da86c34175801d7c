"""`check --format sarif`: a review as SARIF 2.1.0, for editors, code hosts and whatever else collects results.

`kind` is `fail` for what is refuted, with its severity as `level`; `review` for a finding about words alone, which only
a person can judge; `pass` for what is proved, `open` for what is undecided, `notApplicable` for a check without an
object, `informational` for a finding of the baseline that is gone. SARIF knows a level for `fail` alone, so the
severity of every finding is also a property. What no check is about is a notification.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeAlias

from trialproof.model.document import Quote
from trialproof.model.place import Place
from trialproof.model.protocol import Protocol
from trialproof.reports.baseline import Baseline
from trialproof.reports.entries import entries
from trialproof.reports.fixes import MENDED, Fix
from trialproof.reports.inert import visible
from trialproof.reports.items import Item, Kind, items_of, remarks
from trialproof.reports.manual import sections
from trialproof.reports.people import say_patient
from trialproof.reports.shares import CohortShare
from trialproof.reports.spots import Spot, Spots, absolute_uri, relative_uri
from trialproof.verify.check import Check
from trialproof.verify.checks import CHECKS
from trialproof.verify.finding import Review, Severity

Json: TypeAlias = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "trialproofFinding/v1"
KINDS: Mapping[Kind, str] = {
    Kind.PROVED: "pass",
    Kind.UNDECIDED: "open",
    Kind.VACUOUS: "notApplicable",
    Kind.GONE: "informational",
}
LINE_ENDS = ("\r\n", "\n", "\r")
"""What ends a line for us; by default SARIF knows no carriage return alone."""


def write_sarif(
    protocol: Protocol,
    review: Review,
    release: str,
    baseline: Baseline | None = None,
    share: CohortShare | None = None,
    fixes: Sequence[Fix] = (),
) -> str:
    """Return the report as SARIF; the same review gives the same bytes. `fixes` mend what is found of a decision."""
    writer = _Writer(protocol, share, fixes)
    run: Json = {
        "tool": {"driver": _driver(release)},
        "automationDetails": {"id": f"trialproof/{relative_uri(protocol.file) or PurePath(protocol.file).name}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": message(f"not checked: {each}")} for each in remarks(review)
                ],
            }
        ],
        "language": "en",
        "columnKind": "utf16CodeUnits",
        "newlineSequences": list(LINE_ENDS),
        "originalUriBaseIds": {ROOT: {"description": message("the folder in which trialproof was run")}},
        "results": [writer.result(each) for each in items_of(protocol, review, baseline)],
        "properties": {
            "title": protocol.title,
            "registry": protocol.registry,
            "readings": dict(review.selection),
            "assumptions": list(review.assumptions),
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def message(text: str) -> Json:
    """Return a plain text message: braces are doubled, since they hold places, and no link can begin in it."""
    return {"text": visible(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")}


def artifact(file: str) -> Json:
    """Return where a file is: relative to the folder of the run, unless it is not in it."""
    uri = relative_uri(file)
    return {"uri": absolute_uri(file)} if uri is None else {"uri": uri, "uriBaseId": ROOT}


class _Writer:
    """Writes the results of one run."""

    def __init__(self, protocol: Protocol, share: CohortShare | None, fixes: Sequence[Fix]) -> None:
        self._protocol = protocol
        self._share = share
        self._fixes = fixes
        self._spots = Spots(protocol)

    def result(self, item: Item) -> Json:
        main, related = self._locations(item)
        kind, level = _judged(item)
        found: Json = {
            "ruleId": item.code,
            **({"ruleIndex": _INDEX[item.code]} if item.code in _INDEX else {}),
            "kind": kind,
            "level": level,
            "message": message(self._text(item)),
            "locations": [location(each) for each in main],
            "relatedLocations": [
                {"id": at, **location(spot), **({"message": message(note)} if note else {})}
                for at, (spot, note) in enumerate(dict.fromkeys(related), start=1)
            ],
            "partialFingerprints": {FINGERPRINT: item.fingerprint},
            "suppressions": list(self._suppressions(item)),
        }
        if item.state is not None:
            found["baselineState"] = "absent" if item.state == "gone" else item.state
        if item.kind is Kind.FINDING and item.finding is not None and item.code in MENDED:
            mending = [_fix(each) for each in self._fixes if each.decision == item.finding.decision]
            found |= {"fixes": mending} if mending else {}
        found["properties"] = {"verdict": item.kind.value, "subject": item.subject.strip("`")}
        if item.severity is not None:
            found["properties"]["severity"] = item.severity.name.lower()
        return found

    def _text(self, item: Item) -> str:
        lines = [f"{item.message}." if not item.reason else f"{item.message}: {item.reason}."]
        if item.finding is not None:
            below = entries(self._protocol, item.finding, self._share)
            lines += [f"{label}: {text}" if label else text for label, text in below]
        if item.member is not None and item.member.matters:
            lines.append(f"for one: {say_patient(self._protocol, item.member)}")
        lines += [f"but: {each}" for each in item.leaves_out]
        return "\n".join(lines)

    def _locations(self, item: Item) -> tuple[list[Spot], list[tuple[Spot, str]]]:
        """Return where an item is (the rule, then the words that it stands for), and what else it speaks of."""
        spots: list[tuple[Spot, str]] = []
        main: list[Spot] = []
        for label in item.labels:
            quoted = self._quoted(label.quotes)
            inside = bool(quoted) and quoted[0].file == label.place.file
            here = quoted if inside else [self._spots.of_place(label.place), *quoted]
            if not main:
                main = here[:1] if inside else here[:2]
                here = here[len(main) :]
            spots += [(each, label.note) for each in here]
        return main or [self._spots.of_place(item.place)], spots

    def _quoted(self, quotes: Sequence[Quote]) -> list[Spot]:
        return [spot for each in quotes if (spot := self._spots.of_quote(each)) is not None]

    def _suppressions(self, item: Item) -> Iterator[Json]:
        if item.kind is Kind.ACCEPTED:
            place = item.accepted_at or Place(self._protocol.file)
            yield {
                "kind": "inSource",
                "status": "accepted",
                "justification": visible(item.because),
                "location": location(self._spots.of_place(place)),
            }


def location(spot: Spot) -> Json:
    """Return a spot as a location, with its words."""
    physical: Json = {"artifactLocation": artifact(spot.file)}
    if spot.line:
        physical["region"] = {**_region(spot), "snippet": {"text": spot.text}}
    return {"physicalLocation": physical}


def _region(spot: Spot) -> Json:
    return {
        "startLine": spot.line,
        "startColumn": spot.column,
        "endLine": spot.end_line,
        "endColumn": spot.end_column,
    }


def _fix(fix: Fix) -> Json:
    replacements: list[Json] = [{"deletedRegion": _region(each.deleted)} for each in fix.edits]
    for each, replacement in zip(fix.edits, replacements, strict=True):
        if each.inserted:
            replacement["insertedContent"] = {"text": each.inserted}
    change = {"artifactLocation": artifact(fix.edits[0].deleted.file), "replacements": replacements}
    return {"description": message(fix.says), "artifactChanges": [change]}


def _judged(item: Item) -> tuple[str, str]:
    """Return the kind of a result and its level, which is `none` for all but what fails."""
    if item.kind in KINDS:
        return KINDS[item.kind], "none"
    if item.finding is not None and item.finding.words:
        return "review", "none"
    return "fail", (item.severity or Severity.WARNING).name.lower()


def _driver(release: str) -> Json:
    return {
        "name": "trialproof",
        "version": release,
        "shortDescription": {"text": "Proves what a clinical-trial protocol says, for every possible patient."},
        "rules": [_rule(each) for each in _RULES],
    }


def _rule(check: Check) -> Json:
    summary, parts = sections(check)
    told = [(heading, _escaped(text)) for heading, text in parts]
    return {
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": " ".join([summary, *(text for heading, text in parts if heading != "Example")])},
        "help": {
            "text": "\n\n".join([summary, *(f"{heading}: {text}" for heading, text in parts)]),
            "markdown": "\n\n".join([_escaped(summary), *(f"**{heading}.** {text}" for heading, text in told)]),
        },
        "defaultConfiguration": {"level": check.severity.name.lower()},
    }


def _escaped(text: str) -> str:
    """Return prose of ours as Markdown without HTML; what stands in backticks is code as it is."""
    pieces = text.split("`")
    return "`".join(each if at % 2 else each.replace("<", "&lt;") for at, each in enumerate(pieces))


_RULES = tuple(sorted(CHECKS, key=lambda check: check.code))
_INDEX: Mapping[str, int] = {check.code: at for at, check in enumerate(_RULES)}
