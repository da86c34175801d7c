"""A protocol whose author tries everything: markup, commands, links, mentions, characters that turn the text around."""

from __future__ import annotations

from pathlib import Path

LONG = "x" * 10_000
OVERRIDE = "\u202e"
ASTRAL = "\U0001f9ea"

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)> </details></table> <!-- "
LINKS = "[click](https://evil.example/a) ![x](https://evil.example/b) https://evil.example www.evil.example <https://e.x>"
PEOPLE = "@octocat @org/team #123 octo/repo#7 GH-8 a.b@evil.example :+1: deadbee1 " + "0a" * 20
TABLES = "a | b \\| c || `code | more` ``two`` \\` `"
STRUCTURE = "# head\n- item\n1. one\n> quote\n---\n***bold*** __under__ ~~gone~~ $x^2$ &lt;b&gt; &#60; \\*"
COMMANDS = "::error file=a::b\n::set-output name=x::y\n::stop-commands::z\n##[error]c %0A::add-mask::d %25"
HOSTILE = f"{MARKUP} {LINKS} {PEOPLE} {TABLES} {STRUCTURE} {COMMANDS} {{0}} {{ }} {OVERRIDE}reversed\u2066 {ASTRAL}"

DOCUMENT = f"""\
{ASTRAL}{ASTRAL} Large ones, over 5 cm {OVERRIDE} | <b>@octocat</b> ::error::x, go first.
Small ones, under 5 cm {LONG} go second; the number is adequate.

{HOSTILE}
"""


def quoted(text: str) -> str:
    """Return a text between single quotation marks, as YAML takes it on one line."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def protocol() -> str:
    """Return the protocol: a boundary gap at 5 cm, one at 3 that is accepted, a refuted claim, and words in doubt."""
    hostile = quoted(HOSTILE)
    return f"""\
trialproof: 1
title: {hostile}
registry: {hostile}
document: document.txt
quantities:
  size: {{unit: cm, range: [0, 20], recorded_to: 0.1, label: {hostile}}}
  site: {{one_of: ['<b>@octocat</b>', '| #1 |'], label: {quoted("::error::" + LONG)}}}
  n: {{range: [0, 9], recorded_to: 1}}
decisions:
  arm:
    choices:
      large: {{quote: {quoted(f"{ASTRAL} Large ones, over 5 cm")}, when: size > 5 cm, label: {hostile}}}
      small: {{quote: {quoted(f"Small ones, under 5 cm {LONG} go second")}, when: size < 5 cm}}
  group:
    choices:
      high: {{when: n > 3}}
      low: {{when: n < 3}}
claims:
  - id: {hostile}
    rule: size > 1 cm
    because: {hostile}
accept:
  - code: TP103
    where: group
    because: {hostile}
"""


def write(folder: Path) -> Path:
    """Write the protocol into a folder, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "protocol.yaml").write_text(protocol(), encoding="utf-8")
    (folder / "document.txt").write_text(DOCUMENT, encoding="utf-8")
    return folder
