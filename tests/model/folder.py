"""Protocol folders for tests: files written, and the offending place of a bad one marked in its own text."""

from __future__ import annotations

import re
from pathlib import Path

from trialproof.model.place import BadInput

HEAD = "trialproof: 1\ntitle: a trial\n"
DOCUMENT = """\
Inclusion criteria
- Age 16-70 years;
- KPS>70;
- No history of drug allergy (grade #3);

Patients after R0 resection, whose lesion is larger than 5cm, get the short course. Others get the long course.
Concurrent chemotherapy every 3 weeks.

Patients after R1 resection get the long course.
Concurrent chemotherapy every 3 weeks.
"""

GOOD = f"""\
{HEAD}document: document.txt
calendar:
  month: 30.44 days
quantities:
  age:
    unit: year
    range: [0, 120]
    recorded_to: 1 month
  kps:
    range: [0, 100]
    recorded_to: {{step: 10, rounded: down}}
  resection:
    one_of: [R0, R1, "R2"]
  size:
    unit: cm
    range: [0 mm, 20]
    applies_if: resection is R0
    when_not_applicable: 0
facts:
  - rule: age >= 0 years
    because: nobody is younger
definitions:
  old: age > 70 years
  half:
    value:
      - when: old
        value: size / 2
      - when: otherwise
        value: size
    unit: cm
  clear:
    open: nobody knows
    applies_if: not old
eligibility:
  inclusion:
    - id: I1
      quote: Age 16-70 years
      readings:
        closed: 16 years <= age <= 70 years
        rest: open
      prefer: closed
  exclusion:
    - id: E1
      quote: |-
        KPS>70;
      rule: not (kps > 70) # as it says
decisions:
  arm:
    intent: first match
    choices:
      short:
        quote: Patients after R0 ... the short course
        when: resection is R0 and half > 2.5 cm
      long:
        when: otherwise
  dose:
    for: arm is short or clear
    choices: {{one: {{when: everyone}}, two: {{open: unsaid}}}}
claims:
  - id: a claim
    rule: if eligible then kps > 60
not_modelled:
  - quote: Concurrent chemotherapy
    near: R1 resection
    because: not the point
todo:
  - quote: [Others, {{quote: Concurrent, nth: 2}}]
"""


def write_folder(folder: Path, protocol: str, document: str | None = DOCUMENT) -> Path:
    """Write a protocol and its document into a folder, and return the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "protocol.yaml").write_text(protocol, encoding="utf-8")
    if document is not None:
        (folder / "document.txt").write_text(document, encoding="utf-8")
    return folder


def read_marks(text: str) -> tuple[str, int, int, int]:
    """Return a text without its marks, and the line, column and width of what stands between `«` and `»`."""
    before, _, rest = text.partition("«")
    marked, _, after = rest.partition("»")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return before + marked + after, line, column, len(marked)


def assert_style(error: BadInput) -> None:
    """One sentence, lower case, no full stop; no words of Python, of pydantic or of the parser."""
    assert "\n" not in error.message
    assert not error.message.endswith(".")
    assert not re.match("[A-Z]", error.message)
    said = f"{error.message} {error.help or ''}"
    assert not re.search(r"\b(dict|str|int|NoneType|Fraction|Input should|pydantic|<\w+ \w+>|Token|lark|Error)\b", said)
