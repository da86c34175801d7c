"""Defects planted one at a time in a schedule in which nothing is wrong: each is found, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verify.everyone import reviewed
from trialproof.model.load import load
from trialproof.verify.finding import Review

SOUND = """\
trialproof: 1
title: two arms, two prescriptions, one schedule
quantities:
  large: {yes_no: true}
  near: {yes_no: true}
decisions:
  arm:
    for: everyone
    choices:
      wide: {when: large}
      narrow: {when: not large}
  prescription:
    for: everyone
    choices:
      far: {when: not near, course: 50 Gy / 2 Gy / 25 f}
      close: {when: near, course: 50.4 Gy / 1.8 Gy / 28 f}
schedule:
  irradiation: {days: Mon-Fri, start: Mon-Wed, lost_days: 2}
  staging: {any_time: true}
  chemotherapy: {every: 21 days, from: first fraction, while: irradiation}
  growth_factor: {supportive: growth factor, amount: 6 mg, after: chemotherapy, delay: 48 hours}
  blood_count: {after: chemotherapy, delay: 7-9 days, on: Mon-Fri}
  imaging: {when: dose >= 36 Gy}
  adaptation: {after: imaging, delay: 5 working days, while: irradiation}
  surgery: {after: irradiation, delay: 6-8 weeks}
  consolidation: {every: 3 weeks, from: surgery, times: 4, if_closed: next}
  washout: {from: growth_factor, to: next chemotherapy, at_least: 14 days}
  before_treatment: {from: staging, to: first fraction, at_least: 1 day, at_most: 3 weeks}
  staging_valid: {from: staging, to: surgery, at_most: 26 weeks}
"""


@dataclass(frozen=True)
class Planted:
    """A change of the sound schedule, the codes that must answer it (these and no others), and words they must say."""

    name: str
    old: str
    new: str
    codes: frozenset[str]
    says: str


def planted(name: str, old: str, new: str, codes: str, says: str) -> Planted:
    return Planted(name, old, new, frozenset(codes.split()), says)


DEFECTS = [
    planted("a course of 33 fractions", "50.4 Gy / 1.8 Gy / 28 f", "59.4 Gy / 1.8 Gy / 33 f", "TP401",
            "2 cycles for `far`, 3 cycles for `close`"),
    planted("a third day lost", "lost_days: 2", "lost_days: 3", "TP401", "2 or 3 cycles for `close`"),
    planted("31 fractions from some weekdays", "50.4 Gy / 1.8 Gy / 28 f", "50.4-55.8 Gy / 1.8 Gy / 28-31 f",
            "TP401 TP302",
            "2 or 3 cycles for `close`"),
    planted("twice a day", "50 Gy / 2 Gy / 25 f", "50 Gy / 2 Gy bid / 25 f", "TP401 TP403",
            "1 cycle for `far`, 2 cycles for `close`"),
    planted("cycles without an end", "from: first fraction, while: irradiation", "from: first fraction", "TP401",
            "nothing says how many cycles of `chemotherapy` there are"),
    planted("a start on a Thursday", "start: Mon-Wed", "start: Mon-Thu", "TP402", "Sat where `chemotherapy` is on Thu"),
    planted("72 hours", "48 hours", "72 hours", "TP402", "Sat where `chemotherapy` is on Wed"),
    planted("chemotherapy every 10 days", "every: 21 days", "every: 10 days", "TP401 TP402 TP404", "can fall on Sat"),
    planted("a holiday", "start: Mon-Wed,", "start: Mon-Wed, holidays: [2026-10-01],", "TP401 TP402", "Thu 2026-10-01"),
    planted("a laboratory that is open on Mondays", "on: Mon-Fri", "on: Mon", "TP402", "`blood_count` falls on"),
    planted("consolidation on a Saturday", "times: 4, if_closed: next", "times: 4, on: Mon-Wed", "TP402",
            "`consolidation` can fall on Thu or Fri"),
    planted("an image in the last week", "dose >= 36 Gy", "dose >= 45 Gy", "TP403 TP303",
            "`adaptation` comes too late"),
    planted("two weeks to plan", "delay: 5 working days, while", "delay: 11 working days, while", "TP403",
            "too late for `far` and `close`"),
    planted("however long it takes", "delay: 5 working days, while", "delay: open, while", "TP403",
            "nothing says how long `adaptation` may take after `imaging`"),
    planted("a longer wash-out", "at_least: 14 days", "at_least: 20 days", "TP404",
            "`chemotherapy`, `growth_factor` and `washout` cannot all be kept"),
    planted("weekly chemotherapy", "every: 21 days", "every: 7 days", "TP401 TP404", "the rest at most 5 days"),
    planted("staging that expires", "at_most: 26 weeks", "at_most: 11 weeks", "TP404",
            "`surgery`, `before_treatment`, `staging_valid` and the course of `close` cannot all be kept"),
    planted("staging within a day, and a week before", "at_most: 26 weeks}",
            "at_most: 26 weeks}\n  again: {from: staging, to: first fraction, at_least: 4 weeks}", "TP404",
            "`before_treatment` and `again` cannot all be kept"),
    planted("a growth factor in one arm", "amount: 6 mg, after: chemotherapy, delay: 48 hours}",
            "amount: 6 mg, after: chemotherapy, delay: 48 hours, for: arm is wide}", "TP405", "nothing is said"),
    planted("in need in the other arm", "amount: 6 mg, after: chemotherapy, delay: 48 hours}",
            "amount: 6 mg, after: chemotherapy, delay: 48 hours, for: arm is wide}\n"
            "  rescue: {supportive: growth factor, as_needed: not said, for: arm is narrow}", "TP405",
            "as needed: not said"),
    planted("chemotherapy in one arm, and what goes with it", "from: first fraction, while: irradiation}",
            "from: first fraction, while: irradiation, for: arm is wide}", "TP405", "growth factor differs"),
]  # fmt: skip

SOUND_VARIANTS = [
    ("the number of cycles is said", "lost_days: 2}", "lost_days: 9}", "from: first fraction, while: irradiation}",
     "from: first fraction, while: irradiation, times: 2}"),
    ("a nurse comes on Saturdays", "start: Mon-Wed", "start: Mon-Thu", "delay: 48 hours",
     "delay: 48 hours, on: Mon-Sat"),
    ("two or three days after", "start: Mon-Wed", "start: any", "delay: 48 hours", "delay: 2-4 days"),
    ("a cycle may wait", "every: 21 days", "every: 21-28 days", "delay: 48 hours}\n",
     "delay: 48 hours, on: Mon-Sun}\n"),
    ("another expiry for others", "at_most: 26 weeks}",
     "at_most: 26 weeks, for: large}\n  late: {from: staging, to: surgery, at_least: 27 weeks, for: not large}",
     "at_most: 3 weeks}", "at_most: 26 weeks}"),
    ("the same amount in both arms", "amount: 6 mg, after: chemotherapy, delay: 48 hours}",
     "amount: 6 mg, after: chemotherapy, delay: 48 hours, for: arm is wide or arm is narrow}", "start: Mon-Wed",
     "start: Mon"),
    ("a holiday that nothing falls on", "start: Mon-Wed,", "start: 2026-09-28, holidays: [2026-10-02],", "lost_days: 2",
     "lost_days: 1"),
]  # fmt: skip


def examine(folder: Path, text: str) -> Review:
    (folder / "protocol.yaml").write_text(text, encoding="utf-8")
    return reviewed(load(folder), select=["TP3", "TP4"])


def words(review: Review) -> str:
    """Return all that the findings say."""
    return "\n".join(said for each in review.findings for said in (each.message, *(row.says for row in each.details)))


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    review = examine(tmp_path, SOUND)
    assert (review.findings, review.undecided) == ((), ())
    assert len(review.proved) > 5


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_a_planted_defect_is_found(tmp_path: Path, defect: Planted) -> None:
    assert SOUND.count(defect.old) == 1
    review = examine(tmp_path, SOUND.replace(defect.old, defect.new))
    assert {each.code for each in review.findings} == defect.codes
    assert defect.says in words(review)
    assert not review.undecided


@pytest.mark.parametrize("variant", SOUND_VARIANTS, ids=lambda each: each[0])
def test_a_sound_variant_is_passed_over(tmp_path: Path, variant: tuple[str, str, str, str, str]) -> None:
    _, *changes = variant
    text = SOUND
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    review = examine(tmp_path, text)
    assert (words(review), review.undecided) == ("", ())
