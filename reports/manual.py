"""The manual of the checks, from their own docstrings and examples."""

from __future__ import annotations

from difflib import get_close_matches

from trialproof.model.place import BadInput
from trialproof.verify.check import Check
from trialproof.verify.checks import CHECKS


def listing() -> str:
    """Return one line for each check: code, severity, name, and what it finds."""
    wide = max(len(check.name) for check in CHECKS)
    return "\n".join(
        f"{check.code}  {check.severity.name.lower():<7}  {check.name:<{wide}}  {check.explanation.splitlines()[0]}"
        for check in sorted(CHECKS, key=lambda check: check.code)
    )


def sections(check: Check) -> tuple[str, list[tuple[str, str]]]:
    """Return what a check finds, in one line, and the parts of its documentation: heading and paragraph."""
    summary, *parts = check.explanation.split("\n\n")
    split = [part.splitlines() for part in parts]
    return summary, [(heading, " ".join(line.strip() for line in body)) for heading, *body in split]


def explanation(code: str) -> str:
    """Return the documentation of one check, with the protocol that it objects to. Raises `BadInput`."""
    wanted = code.strip()
    for check in CHECKS:
        if wanted.upper() == check.code or wanted.lower() == check.name:
            example = "\n".join(f"    {line}" for line in check.fails[0].splitlines())
            head = f"{check.code} {check.name} ({check.severity.name.lower()})"
            return f"{head}\n\n{check.explanation}\n\nA protocol in which it is found\n{example}"
    known = [check.code for check in CHECKS] + [check.name for check in CHECKS]
    near = get_close_matches(wanted.upper(), known, n=1) or get_close_matches(wanted.lower(), known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`trialproof explain` lists all codes"
    raise BadInput(f"there is no check `{wanted}`", help=hint)
