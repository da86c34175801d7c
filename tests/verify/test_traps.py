"""Small protocols on which an engine has been wrong, or nearly: each is looked up patient by patient."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.test_readings import check_changes, check_differences, check_indifference, check_working
from tests.verify.test_regions import check_regions, check_widths
from tests.verify.test_verdicts import check_decisions, check_eligibility_and_claims
from trialproof.model.load import load

NUMBERS = """\
trialproof: 1
title: a trap
quantities:
  x: {range: [0, 2], recorded_to: 1}
  y: {range: [0, 2], recorded_to: 1, may_be_missing: true}
  lesion: {yes_no: true}
  z: {range: [0, 2], recorded_to: 1, applies_if: lesion}
"""

TRAPS = {
    "what cancels must still be known": NUMBERS
    + """\
decisions:
  arm:
    choices:
      a: {when: x + y > y}
      b: {when: x + z <= z}
""",
    "what is multiplied by zero must still be known": NUMBERS
    + """\
decisions:
  arm:
    choices:
      a: {when: x + 0 * y > 1}
      b: {when: x / (1 + z - z) <= 1}
""",
    "a sum is known where its terms are": NUMBERS
    + """\
decisions:
  arm:
    choices:
      a: {when: (x + y) is known}
      b: {when: (x / z) is unknown}
""",
    "who may have no choice has none, or one, or perhaps one": NUMBERS
    + """\
decisions:
  first:
    intent: at most one
    choices:
      p: {when: x > 1}
      q: {when: z > 1}
  second:
    choices:
      a: {when: first is p}
      b: {when: not (first is p)}
  third:
    choices:
      a: {when: 'first is one of (p, q)'}
      b: {when: 'not (first is one of (p, q))'}
""",
    "a box within another, across a cell that nobody reaches": """\
trialproof: 1
title: a trap
quantities:
  x: {range: [0, 2], recorded_to: 1}
  y: {range: [0, 1], recorded_to: 1}
facts:
  - {rule: x >= 1 or y < 1, because: so it is}
decisions:
  arm:
    choices:
      a: {when: (x >= 1 and y >= 1) or x >= 2}
""",
    "nobody has a choice for certain": NUMBERS
    + """\
decisions:
  arm:
    for: not lesion
    choices:
      a: {when: z > 1}
      b: {when: otherwise}
""",
    "another decision that is read in two ways": NUMBERS
    + """\
decisions:
  arm:
    choices:
      large: {readings: {over: x > 1, from: x >= 1}}
      small: {when: x < 1}
  prescription:
    for: 'arm is one of (large, small)'
    choices:
      high: {when: arm is large and lesion}
      low: {when: not (arm is large and lesion)}
  surgery:
    for: everyone
    choices:
      now: {when: arm is large}
      later: {when: not (arm is large)}
""",
    "a number that is read in two ways": NUMBERS
    + """\
definitions:
  added_up: {readings: {always: x <= 2, with_lesion: lesion}}
  burden:
    value:
      - {when: added_up, value: x + y}
      - {when: not added_up, value: 'max(x, y)'}
decisions:
  arm:
    choices:
      heavy: {when: burden > 1}
      light: {when: burden <= 1}
""",
    "whom a quantity applies to is read in two ways": """\
trialproof: 1
title: a trap
quantities:
  x: {range: [0, 2], recorded_to: 1}
  lesion: {yes_no: true}
  z: {range: [0, 2], recorded_to: 1, applies_if: ill}
  w: {yes_no: true, applies_if: z > 1}
definitions:
  ill: {readings: {lesion: lesion, either: lesion or x > 1}}
decisions:
  arm:
    choices:
      a: {when: z > 1}
      b: {when: w}
      c: {when: x < 1}
""",
    "a population that is read in two ways": NUMBERS
    + """\
definitions:
  fit: {readings: {well: x > 1, fair: x >= 1}}
decisions:
  arm:
    for: fit
    choices:
      a: {when: lesion}
      b: {when: not lesion}
  spared:
    for: not eligible
    choices:
      all: {when: x >= 0}
eligibility:
  inclusion:
    - {id: I1, rule: fit or z > 1}
""",
    "nothing but a population that is read in two ways": NUMBERS
    + """\
definitions:
  fit: {readings: {well: x > 1, fair: x >= 1}}
decisions:
  arm:
    for: fit
    choices:
      a: {when: lesion}
      b: {when: not lesion}
""",
    "nothing but who is not eligible is read in two ways": NUMBERS
    + """\
eligibility:
  inclusion:
    - {id: I1, rule: x > 2 and lesion}
    - {id: I2, readings: {known: z >= 0, any: (z >= 0) is known or x >= 0}}
decisions:
  spared:
    for: not eligible
    choices:
      a: {when: x > 1}
      b: {when: x <= 1}
""",
    "a fact that is read in two ways": NUMBERS
    + """\
definitions:
  late: {readings: {over: x > 1, from: x >= 1}}
facts:
  - {rule: if late then lesion, because: so it is}
decisions:
  arm:
    choices:
      a: {when: x > 1 and lesion}
      b: {when: x <= 1 and not lesion}
      c: {when: x = 0 and lesion}
""",
    "a value beyond the range for whom it does not apply": """\
trialproof: 1
title: a trap
quantities:
  lesion: {yes_no: true}
  size: {range: [1, 3], recorded_to: 1, applies_if: lesion, when_not_applicable: 0}
  depth: {range: [1, 3], recorded_to: 1, applies_if: lesion, when_not_applicable: 1.5}
decisions:
  arm:
    choices:
      a: {when: size > 1 and depth != 1.5}
      b: {when: size = 0 and depth < 2}
""",
    "a first match behind what nobody knows": NUMBERS
    + """\
decisions:
  arm:
    intent: first match
    choices:
      a: {when: z > 1}
      b: {when: y > 1}
      c: {when: otherwise}
  next:
    for: arm is b
    intent: at least one
    choices:
      p: {when: x > 0}
      q: {when: arm is b}
""",
    "a claim about nobody": NUMBERS
    + """\
eligibility:
  inclusion:
    - {id: I1, rule: x > 1}
    - {id: I2, rule: x < 1}
    - {id: I3, rule: z > 1}
claims:
  - {id: nobody, rule: if eligible then lesion}
  - {id: everybody, rule: x < 3}
  - {id: somebody, rule: if lesion then z >= 0}
""",
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_seen(tmp_path: Path, name: str) -> None:
    (tmp_path / "protocol.yaml").write_text(TRAPS[name], encoding="utf-8")
    protocol = load(tmp_path)
    check_decisions(protocol)
    check_eligibility_and_claims(protocol)
    check_regions(protocol)
    check_widths(protocol)
    check_working(protocol)
    check_differences(protocol)
    check_changes(protocol)
    check_indifference(protocol)
