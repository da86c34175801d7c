"""What a protocol file says of doses besides its courses: alpha/beta, limits, and what happens at a dose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from trialproof.model import shape
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import EVERYONE, Condition
from trialproof.model.course_text import read_dose
from trialproof.model.document import show
from trialproof.model.dose import Checkpoint, DoseKind, DoseLimit
from trialproof.model.names import check_name
from trialproof.model.part import NAME
from trialproof.model.radiobiology import ALPHA_BETA
from trialproof.model.rules import RuleReader, misread
from trialproof.model.source import DataPath, Source
from trialproof.model.syntax import Mistake

WORTHS = (DoseKind.BED, DoseKind.EQD2)

_REACHED = re.compile(r"(\s*dose\s*>=\s*)(\S.*?)\s*")


def read_alpha_beta(source: Source, parts: Mapping[str, str]) -> Mapping[str, Fraction]:
    """Return alpha/beta in Gy by name: what the file declares, else 10 Gy for tumours and 3 Gy for late effects."""
    for name in parts:
        check_name(source, ("alpha_beta", name), name, "tissue")
    return {name: _dose(source, ("alpha_beta", name), text) for name, text in parts.items()} or ALPHA_BETA


def read_limits(
    rules: RuleReader, parts: Mapping[str, shape.Limit], alpha_beta: Mapping[str, Fraction]
) -> dict[str, DoseLimit]:
    """Return the limits by name. Raises `BadInput`."""
    return {name: _limit(rules, name, part, alpha_beta) for name, part in parts.items()}


def read_checkpoints(rules: RuleReader, parts: Mapping[str, shape.ScheduleEntry]) -> dict[str, Checkpoint]:
    """Return by name what happens when a dose is reached. Raises `BadInput`."""
    found = {}
    for name, part in parts.items():
        if part.when is None:
            continue
        path: DataPath = ("schedule", name)
        reached = _REACHED.fullmatch(part.when)
        if reached is None:
            advice = "write `dose >= 50 Gy`: with the first fraction that brings the cumulative dose so far"
            raise rules.source.problem(f"{show(part.when)} is no dose to wait for", (*path, "when"), help=advice)
        dose = _dose(rules.source, (*path, "when"), reached[2], offset=len(reached[1]))
        quotes, place = rules.quotes(path, part), rules.source.key_place(path)
        population = _population(rules, path, part.population)
        found[name] = Checkpoint(name, dose, population, part.label or "", quotes, place)
    return found


def _limit(rules: RuleReader, name: str, part: shape.Limit, alpha_beta: Mapping[str, Fraction]) -> DoseLimit:
    path: DataPath = ("limits", name)
    kind = DoseKind(part.of)
    return DoseLimit(
        name,
        kind,
        _dose(rules.source, (*path, "at_most"), part.at_most),
        part.source,
        _tissue(rules.source, path, part, kind, alpha_beta),
        _population(rules, path, part.population),
        part.label or "",
        rules.quotes(path, part),
        rules.source.key_place(path),
    )


def _tissue(
    source: Source, path: DataPath, part: shape.Limit, kind: DoseKind, alpha_beta: Mapping[str, Fraction]
) -> Fraction | None:
    """Return the alpha/beta at which a limit is meant, in Gy."""
    text = part.alpha_beta
    names = ", ".join(alpha_beta)
    if kind not in WORTHS:
        if text is not None:
            raise source.problem(
                "`alpha_beta` goes with a limit of `BED` or `EQD2`", (*path, "alpha_beta"), at_key=True
            )
        return None
    if text is None:
        advice = f"add `alpha_beta:` with one of {names}, or with a dose such as `3 Gy`"
        raise source.problem(f"a limit of `{kind.value}` needs an alpha/beta", path, at_key=True, help=advice)
    if text in alpha_beta:
        return alpha_beta[text]
    if re.fullmatch(NAME, text):
        meant = did_you_mean(text, list(alpha_beta))
        advice = f"did you mean `{meant}`?" if meant else f"there are {names}"
        raise source.problem(f"no alpha/beta is called {show(text)}", (*path, "alpha_beta"), help=advice)
    return _dose(source, (*path, "alpha_beta"), text)


def _population(rules: RuleReader, path: DataPath, text: str | None) -> Condition:
    return EVERYONE if text is None else rules.condition((*path, "for"), text)


def _dose(source: Source, path: DataPath, text: str, offset: int = 0) -> Fraction:
    try:
        return read_dose(text)
    except Mistake as mistake:
        there = Mistake(mistake.message, mistake.start + offset, mistake.end + offset, mistake.help)
        raise misread(source, path, there) from None
