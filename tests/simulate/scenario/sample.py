"""A small protocol with quantities of every kind, and a scenario for it in which every key occurs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from trialproof.model.load import load
from trialproof.model.protocol import Protocol

PROTOCOL = """\
trialproof: 1
title: a trial
registry: T-1
quantities:
  stage: {one_of: [A, B, C]}
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
  age: {unit: year, range: [18, 100]}
  fit: {yes_no: true}
  marker: {range: [0, 100], may_be_missing: true, label: the marker}
  spare: {yes_no: true}
definitions:
  big: size > 5 cm
  near: {open: nobody says how near}
  hard: {readings: {unfit: not fit, late: stage is C}}
eligibility:
  inclusion:
    - {id: I1, rule: fit or hard}
decisions:
  arm:
    choices:
      short: {when: big or near}
      long: {when: not (big or near)}
  dose:
    for: arm is one of (short, long)
    choices:
      one: {when: arm is short, course: 60 Gy / 2 Gy / 30 f}
      two: {when: arm is long, course: [50.4 Gy / 1.8 Gy / 28 f, {boost: 10-12 Gy / 1.8-2 Gy / 5-7 f}]}
  low:
    for: arm is short
    intent: at most one
    choices:
      lowered: {when: marker > 50, course: 45 Gy / 1.8 Gy / 25 f, lowers: dose}
  many:
    intent: any
    choices:
      first: {when: fit}
      second: {when: big}
  often:
    choices:
      twice: {when: everyone, course: 45 Gy / 1.5 Gy bid / 30 f}
schedule:
  picture: {when: dose >= 40 Gy}
  drug: {every: 3 weeks, from: first fraction, while: irradiation}
  late_drug: {every: 3 weeks, from: last fraction, times: 2}
  loose_drug: {every: 3-4 weeks, from: first fraction, while: irradiation}
  support: {after: drug, delay: 48 hours}
  loose_support: {after: drug, delay: 1-3 days}
  other_support: {after: late_drug, delay: 48 hours}
"""

SCENARIO = """\
trialproof_scenario: 1
title: how it may go
protocol: T-1
begins: 2027-01-04
horizon: 2000 days
arm: arm
reading: {hard: late}
calendar:
  open_days: Mon-Fri
  holidays: [2027-10-01 to 2027-10-07, 2028-01-03]
  assumed: a guess
population:
  stage:
    shares: {A: 0.5, B: 30 %, C: 1/5}
    published: Doe 2020
  size:
    lognormal: {median: 30 mm, sigma: 0.4}
    between: [0.5 cm, 15 cm]
    published: Doe 2020
    assumed: the form
    charting:
      error: 2 mm
      heaping: {to: 0.5 cm, share: 50%}
      assumed: a guess
  age:
    normal: {mean: 60, sd: 8 years}
    derived: from Doe 2020, 8 = 24 / 3
  fit:
    cases:
      - {when: stage is C, probability: 0.5}
      - {when: otherwise, probability: 0.9}
    assumed: a guess
  marker:
    cases:
      - {when: big and not fit, values: {10: 0.25, 20: 0.75}}
      - {when: age > 70 years, beta: {a: 2, b: 3, over: [0, 50]}}
      - {when: otherwise, gamma: {shape: 2, mean: 20}, between: [1, 90]}
    assumed: a guess
    charting:
      missing: 5%
      assumed: a guess
  near:
    probability: 0.2
    assumed: a guess
correlations:
  - {between: [size, age], value: -0.3, assumed: a guess}
accrual:
  target: {value: 60, assumed: a guess}
  arrivals: {poisson_gamma: {shape: 1.2}, assumed: a guess}
  ramp_up: {from: 25%, over: 90 days, assumed: a guess}
  pieces:
    factors: [{from: 0 days, factor: 1}, {from: 400 days, factor: 1.5}]
    assumed: a guess
  consent: {probability: 80%, assumed: a guess}
  screening: {triangular: [3 days, 10 days, 21 days], assumed: a guess}
  arm_caps: {most: {short: 40}, assumed: a guess}
  sites:
    North: {rate: 3 per month, opens: 0 days, department: big_one, cap: 50, assumed: a guess}
    South: {rate: 0.1 per day, opens: {uniform: [60 days, 90 days]}, department: small_one, assumed: a guess}
policies:
  arm:
    gap: {do: exclude, assumed: a guess}
    overlap: {do: first listed, assumed: a guess}
    undetermined: {do: investigator, shares: {short: 0.5, long: 0.5}, assumed: a guess}
  dose:
    gap: {do: exclude, assumed: a guess}
    overlap: {do: exclude, assumed: a guess}
    undetermined: {do: exclude, assumed: a guess}
  low:
    undetermined: {do: exclude, assumed: a guess}
departments:
  big_one:
    linacs: {machines: 2, hours: 08:00-18:00, overtime: 60 minutes, saturday: 4 h, assumed: a guess}
    background: {triangular: [60%, 75%, 90%], assumed: a guess}
    downtime: {share: 2.8%, outage: {exponential: {mean: 2 h}}, published: Roe 2019, assumed: the length}
    scanners: {machines: 1, hours: 8:00-17:00, assumed: a guess}
    physicists: {staff: 2, hours: 08:00-17:00, assumed: a guess}
    day_unit: {chairs: 4, nurses: 2, hours: 08:00-18:00, assumed: a guess}
  small_one:
    like: {department: big_one, assumed: a guess}
    linacs: {machines: 1, hours: 08:00-16:00, overtime: 0 minutes, saturday: 240 minutes, assumed: a guess}
treatment:
  prescription: dose
  imaging: picture
  techniques:
    plain: {first: 28 minutes, later: 20 minutes, published: Poe 2010}
  deliveries:
    one: {technique: plain, course: 60 Gy / 2 Gy / 30 f, published: the protocol}
    two: {technique: plain, course: [50.4 Gy / 1.8 Gy / 28 f, 10.8 Gy / 1.8 Gy / 6 f], assumed: a guess}
    lowered: {technique: plain, course: 45 Gy / 1.8 Gy / 25 f, published: the protocol}
  preparation:
    scan: {fixed: 45 minutes, assumed: a guess}
    outlining: {uniform: [1 day, 3 days], assumed: a guess}
    planning: {triangular: [3 h, 5 h, 10 h], assumed: a guess}
    checking: {fixed: 114 minutes, published: Poe 2010}
    reoutlining: {uniform: [1 day, 2 days], assumed: a guess}
    replanning: {triangular: [3 h, 5 h, 10 h], assumed: a guess}
    lead: {fixed: 2 days, assumed: a guess}
  fractions:
    missed: {do: append, assumed: a guess}
    no_show: {probability: 1%, assumed: a guess}
    longest: {fixed: 90 days, assumed: a guess}
  chemotherapy:
    entry: drug
    infusion: {triangular: [255 minutes, 300 minutes, 380 minutes], published: Moe 2019}
    nurse: {fixed: 30 minutes, assumed: a guess}
    most_cycles: {value: 3, derived: from the courses}
    delay: {fixed: 7 days, assumed: a guess}
    consolidation: {cycles: {short: 2, long: 0}, after: 4 weeks, assumed: a guess}
  growth_factor:
    entry: support
    injection: {fixed: 10 minutes, assumed: a guess}
  toxicity:
    with_growth_factor: {neutropenia: 3%, interruption: 50%, delay: 50%, dropout: 6%, derived: from Coe 2022}
    without: {neutropenia: 22%, interruption: 90%, delay: 50%, dropout: 30%, derived: from Coe 2022}
    nadir: {fixed: 10 days, assumed: a guess}
    interruption: {triangular: [3 days, 5 days, 10 days], assumed: a guess}
    leaving: {uniform: [14 days, 63 days], assumed: a guess}
    before_start: {probability: 5%, assumed: a guess}
  follow_up: {every: 91 days, visits: 8, assumed: a guess}
"""


@cache
def protocol(text: str = PROTOCOL) -> Protocol:
    """Return the protocol that a text describes."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "protocol.yaml").write_text(text, encoding="utf-8")
        return load(folder)
