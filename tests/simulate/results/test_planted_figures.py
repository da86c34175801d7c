"""Defects planted in what works out figures of many replications at once: plain Python must notice every one of them.

Each is a replacement in the source of one module; all modules of figures are then loaded anew, beside the true ones.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from tests.simulate.results.comparing import by_name, differences
from tests.simulate.results.trials import busy_trials
from trialproof.simulate.results import metrics

RESULTS = Path(str(metrics.__file__)).parent
MODULES = (
    "known", "week", "by_event", "linac_minutes", "desk_minutes", "hands", "records", "turns", "accrual", "arms",
    "screening", "treatment", "linacs", "desks", "metrics",
)  # fmt: skip
"""What is loaded anew, each after those that it imports."""

PLANTED = [
    ("known", "a mean is not over how many there are",
     "share_of(sums_of(replication, values, size), counts_of(",
     "share_of(sums_of(replication, values, size), 1 + counts_of("),
    ("known", "the last replications are left out if nobody came", "minlength=size)", "minlength=0)"),
    ("known", "the last is taken for the most",
     "np.maximum.at(most, replication, values)", "most[replication] = values"),
    ("known", "a share of nobody is none at all",
     "np.zeros(there.shape), where=there), there)", "np.zeros(there.shape), where=there), there | True)"),
    ("week", "days of use are of the next weekday", "weekday + 1] = by_day", "(weekday + 1) % WEEK + 1] = by_day"),
    ("week", "minutes are of the next weekday",
     "return (day + self.before) % WEEK", "return (day + self.before + 1) % WEEK"),
    ("week", "columns are of the next weekday", "% WEEK) + 1).tolist()", "% WEEK + 1) % WEEK + 1).tolist()"),
    ("week", "the last day is left out of the span",
     "np.maximum.at(last, place, day)", "np.maximum.at(last, place, day - 1)"),
    ("week", "the first day is left out of the span",
     "np.minimum.at(first, place, day)", "np.minimum.at(first, place, day + 1)"),
    ("week", "the last day is not counted", "sums_before[last + 1] -", "sums_before[last] -"),
    ("linac_minutes", "overtime without lost minutes", "load + lost - regular)", "load - regular)"),
    ("linac_minutes", "other patients come on Saturdays too", "(used * is_open)", "used"),
    ("linac_minutes", "other patients come before the first fraction too", "(used * is_open)", "is_open"),
    ("linac_minutes", "breakdowns before the first fraction count",
     "weeks.folded(work.lost[at]) * used", "weeks.folded(work.lost[at])"),
    ("linac_minutes", "the last day is not used", "(every_day <= last)", "(every_day < last)"),
    ("linac_minutes", "every replication has the breakdowns of the first", "work.lost[at]", "work.lost[1]"),
    ("linac_minutes", "a day that is just full is over capacity", "counts(over > 0)", "counts(load + lost >= 0)"),
    ("linacs", "the last day of fractions is not one of use", "last[place] = day", "last[place] = day - 1"),
    ("linacs", "days before the first fraction are of use", "first[place[::-1]] = day[::-1]", "first[place] = day * 0"),
    ("linacs", "the peak is that of all replications",
     "known(minutes.peak, days > 0)", "known(0 * days + minutes.peak.max(axis=0), days > 0)"),
    ("linacs", "utilisation is of days and not of minutes",
     "share_of(minutes.load, opening)", "share_of(minutes.load, days * 600)"),
    ("linacs", "the first fraction takes no longer than the others", "fractions.detail == 1", "fractions.detail == 0"),
    ("linacs", "Saturdays are always worked on", " * (world.rules.missed == SATURDAY)", ""),
    ("linacs", "Saturdays are as long as other days",
     "saturday * world.saturday_minutes[:, None]", "saturday * world.linac_minutes[:, None]"),
    ("linacs", "departments have as many linacs as the first",
     "np.cumsum(records.world.linacs) - records.world.linacs",
     "np.arange(len(records.world.linacs)) * records.world.linacs[0]"),
    ("desks", "pauses ignore closed days", "calendar.all_open_from(day + 1)", "day + 1"),
    ("desks", "work after the last turn's day counts", "there = day <= last[place[turn]]", "there = day >= 0"),
    ("desks", "all departments open when the first does",
     "minute = opens[turn]", "minute = np.full_like(turn, opens.min(initial=0))"),
    ("desks", "nurses stay as long as the infusion", "np.minimum(turn.minutes, world.rules.nurse)", "turn.minutes"),
    ("desks", "there are as many nurses as chairs",
     '(world.staff if resource == "nurses" else world.rooms)', "world.rooms"),
    ("desks", "the peak of a desk is that of all replications",
     "known(peak, days > 0)", "known(0 * days + peak.max(axis=0), days > 0)"),
    ("desks", "waits are in minutes", "counts * 60)", "counts)"),
    ("desks", "a long wait is one of an hour", "minutes > DAY", "minutes > 60"),
    ("desks", "all turns are in the department of the first patient",
     "records.department[patient]\n\n\ndef paused", "records.department[0 * patient]\n\n\ndef paused"),
    ("turns", "a wait counts from when another patient asked",
     "asked[rows.patient], rows.minute, minutes", "asked[rows.patient - 1], rows.minute, minutes"),
    ("turns", "planning is asked for before outlining is done",
     "_at(records, L_SCANNED) + enrolled.outlining", "_at(records, L_SCANNED)"),
    ("turns", "a cycle more goes with irradiation", "(cycle >= rules.most_cycles)", "(cycle > rules.most_cycles)"),
    ("turns", "consolidation follows at once", "opening(end + rules.consolidation_days)", "opening(end)"),
    ("turns", "cycles that are put off are not", "opening(delayed[:, cycle] + rules.delay_days)", "due"),
    ("turns", "the day unit opens at midnight", "all_open_from(day) * DAY + opens", "all_open_from(day) * DAY"),
    ("turns", "the next cycle counts from when this one was due",
     "due = opening(minute // DAY +", "due = opening(due // DAY +"),
    ("records", "patients of all replications are one",
     "self.base[replication, number >> SITE_BITS]", "self.base[0 * replication, number >> SITE_BITS]"),
    ("records", "patients have the arms of others", "arm=rows.detail[part][order]", "arm=rows.detail[part]"),
    ("records", "patients have the courses of others",
     "[where] for name in OF_DRAWS", "[where[::-1]] for name in OF_DRAWS"),
    ("records", "patients have been charted as others",
     "candidate=places.positions(came, number)[place]", "candidate=np.arange(len(place))"),
    ("treatment", "a start after 20 days is late", "LATE_DAYS = 28", "LATE_DAYS = 20"),
    ("treatment", "the first day does not count", "last - first + 1", "last - first"),
    ("treatment", "cycles on the last day are consolidation",
     "infusions.minute // DAY > ended", "infusions.minute // DAY >= ended"),
    ("treatment", "cycles of all the enrolled count",
     "counts = found.finished[infusions.patient]", "counts = found.finished[infusions.patient] | True"),
    ("treatment", "one fraction more is planned", "after_first + fractions - 2", "after_first + fractions - 1"),
    ("treatment", "closed days are planned on", "np.flatnonzero(calendar.open_day)", "np.arange(calendar.days)"),
    ("treatment", "nobody leaves after he started", "found.dropped & started", "found.dropped & ~started"),
    ("treatment", "of several fractions, the first day is the last",
     "first[fractions.patient[::-1]] = days[::-1]", "first[fractions.patient] = days"),
    ("treatment", "every one under way counts as finished",
     "(found.given, found.prescribed))", "(found.given, found.given))"),
    ("arms", "variances have n below", "size if share else size - 1", "size"),
    ("arms", "variances of shares have n - 1 below", "size if share else size - 1", "size - 1"),
    ("arms", "values that were not recorded count",
     "covariate.recorded[enrolled.candidate]", "covariate.recorded[enrolled.candidate] | True"),
    ("arms", "one value is enough", ">= 2) & (pooled > 0)", ">= 1) & (pooled > 0)"),
    ("arms", "means of values that are alike are rounded", "origin[group] = values", "origin[group] = 0"),
    ("arms", "arms are compared with those of other replications",
     "self.size[first::step], self.mean[first::step]", "self.size[first::step], np.roll(self.mean, step)[first::step]"),
    ("arms", "the excess is over all patients",
     "counts[:, at] - number / len(arms)", "counts[:, at] - number.sum() / len(arms) / size"),
    ("screening", "consent is asked for last",
     "(CONSENT, DECLINED), (UNSETTLED, STRANDED)", "(UNSETTLED, STRANDED), (CONSENT, DECLINED)"),
    ("screening", "who fails once fails again", "left &= ~fails", "pass"),
    ("screening", "whoever is stranded is eligible", "left & screened.eligible", "left"),
    ("screening", "any is the first kind", "np.logical_or.reduce(list(found.values()))", "found[KINDS[0]]"),
    ("screening", "the refused are still in screening", "passed - refused - enrolled", "passed - enrolled"),
    ("screening", "readings are compared with the arms that were given", "theirs != mine", "theirs != enrolled.arm"),
    ("screening", "trials meet on average", "known(number > 0)", "known(number)"),
    ("accrual", "a month ends a month later", "rows.minute // MONTH, months", "rows.minute // MONTH - 1, months"),
    ("accrual", "the target is reached by the one before", "+ world.target - 1", "+ world.target - 2"),
    ("accrual", "the target of another replication is reached",
     "np.cumsum(enrolled) - enrolled + world", "0 * enrolled + world"),
    ("accrual", "sites are those of the next one", "at_site[at::sites]", "np.roll(at_site, -1)[at::sites]"),
]  # fmt: skip


OURS = re.compile(rf"from trialproof\.simulate\.results\.({'|'.join(MODULES)}) import")


@contextmanager
def planted(module: str, old: str, new: str) -> Iterator[ModuleType]:
    """The module `metrics`, with one replacement in one of those that it is made of."""
    package = ModuleType("planted")
    try:
        sys.modules["planted"] = package
        for name in MODULES:
            source = (RESULTS / f"{name}.py").read_text(encoding="utf-8")
            if name == module:
                assert source.count(old) == 1, f"{old!r} stands in {name}.py {source.count(old)} times"
                source = source.replace(old, new)
            source = OURS.sub(r"from planted.\1 import", source)
            source = source.replace("from trialproof.simulate.results import", "from planted import")
            sys.modules[f"planted.{name}"] = found = ModuleType(f"planted.{name}")
            setattr(package, name, found)
            exec(compile(source, f"planted/{name}.py", "exec"), found.__dict__)  # noqa: S102 - our own source
        yield found
    finally:
        for name in ("planted", *(f"planted.{each}" for each in MODULES)):
            sys.modules.pop(name, None)


def is_noticed(metrics: ModuleType) -> bool:
    """Whether plain Python finds other figures somewhere, or nothing can be worked out at all."""
    for replications, expected in busy_trials():
        try:
            table = metrics.table(metrics.together([each.record for each in replications]))
        except (IndexError, RuntimeError, ValueError):
            return True
        if any(differences(*pair) for pair in zip(by_name(table), expected, strict=True)):
            return True
    return False


def test_without_a_defect_there_is_nothing_to_notice() -> None:
    with planted("", "", "") as found:
        assert found.table is not metrics.table
        assert not is_noticed(found)


@pytest.mark.parametrize(("module", "what", "old", "new"), PLANTED, ids=[f"{m}: {what}" for m, what, _, _ in PLANTED])
def test_a_planted_defect_is_noticed(module: str, what: str, old: str, new: str) -> None:
    with planted(module, old, new) as found:
        assert is_noticed(found), what
