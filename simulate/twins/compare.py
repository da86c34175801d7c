"""Every figure of a scenario of which theory knows the expectation, under the names that simulated figures have.

Two things are worked out: what becomes of one candidate (`twins.shares`), and how enrolment goes if each passes with
that probability (`twins.accrual`). The rest follows, because candidates are alike and independent of when they come:
the number who come before the trial closes does not look ahead at those who come later, so that by Wald's identity a
number among them is on average so many candidates times the probability of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from trialproof.simulate.accrual.progress import Progress
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.scenario.scenario import Accrual, Arrivals
from trialproof.simulate.twins.accrual import Accruing, accruing
from trialproof.simulate.twins.shares import KINDS, Shares, shares
from trialproof.simulate.twins.twin import NoTwin, Twin

DAYS_A_MONTH = 365.25 / 12

LATTICE = "summed over all kinds of patients"
LATTICE_SOURCE = "exact integration of the population over its charted lattice"
WALD = "candidates x probability of one"
WALD_SOURCE = "A. Wald, Annals of Mathematical Statistics 15 (1944) 283-296"
ENROLLED = "enrolled x probability of one"
ENROLLED_SOURCE = "patients are alike and independent of when they come"
COUNTS = {
    Arrivals.POISSON: ("thinned Poisson", "J. F. C. Kingman, Poisson Processes, Oxford 1993"),
    Arrivals.POISSON_GAMMA: (
        "negative binomial over sites",
        "V. V. Anisimov, V. V. Fedorov, Statistics in Medicine 26 (2007) 4958-4975",
    ),
    Arrivals.DETERMINISTIC: ("binomial, candidate by candidate", "independent candidates who come at known times"),
}
HARDLY_EVER = 1e-9
"""A probability below this one is lost in rounding, and nothing is said of what happens if it comes to that."""
UNSETTLED, CONSENT, ANY = "unsettled", "consent", "any"


@dataclass(frozen=True, slots=True)
class Compared:
    """What theory says of a scenario: `twins`, and `without`, (what, why) where it says nothing."""

    twins: tuple[Twin, ...]
    without: tuple[tuple[str, NoTwin], ...] = ()


def compare(setting: Setting) -> Compared:
    """Return what theory says of the figures of a scenario, and why it says nothing of the rest."""
    one = shares(setting)
    if isinstance(one, NoTwin):
        return Compared((), (("shares of arms and criteria, and accrual", one),))
    accrual = setting.scenario.accrual
    found = list(_of_one(one, accrual))
    law = accruing(setting.scenario, one.passing, one.arm)
    if isinstance(law, NoTwin):
        return Compared(tuple(found), (("accrual, and numbers of patients", law),))
    found += _of_accrual(law, setting)
    found += _of_enrolled(one, law)
    if law.screened is None:
        return Compared(tuple(found), (("numbers of candidates", NoTwin("candidates come at even intervals")),))
    return Compared((*found, *_of_candidates(one, law.screened, accrual)))


def _of_one(one: Shares, accrual: Accrual) -> Iterator[Twin]:
    """Yield shares among the enrolled, unless an arm that is full changes who they are."""
    if one.passing <= 0 or any(cap < accrual.target for cap in accrual.arm_caps.values()):
        return
    figures = [("arm_share", arm, share) for arm, share in one.arm.items()]
    figures.append(("misassigned_share", "", one.misassigned))
    for (sentence, reading), by_arm in one.under.items():
        figures += [("arm_under", f"{sentence}={reading}.{arm}", share) for arm, share in by_arm.items()]
    for metric, of, value in figures:
        yield Twin(metric, of, value, LATTICE, LATTICE_SOURCE)


def _of_accrual(law: Accruing, setting: Setting) -> Iterator[Twin]:
    accrual, progress = setting.scenario.accrual, law.progress
    horizon = float(progress.days[-1])
    figures = [
        ("enrolled", "", progress.enrolled(horizon)[0]),
        ("target_reached", "", progress.reached),
        ("duration", "", progress.duration),
    ]
    if progress.reached > HARDLY_EVER:
        late = horizon * (1 - progress.reached)
        figures.append(("duration_if_reached", "", (progress.duration - late) / progress.reached))
    if law.at_site is not None:
        figures += [("enrolled_at", site.name, n) for site, n in zip(accrual.sites, law.at_site, strict=True)]
    months = range(1, int(horizon / DAYS_A_MONTH) + 1)
    figures += [("enrolled_by", str(month), progress.enrolled(month * DAYS_A_MONTH)[0]) for month in months]
    formula, source = COUNTS[accrual.arrivals]
    for metric, of, value in figures:
        yield Twin(metric, of, value, formula, source)


def _of_enrolled(one: Shares, law: Accruing) -> Iterator[Twin]:
    enrolled = law.progress.enrolled(float(law.progress.days[-1]))[0]
    figures = [("arm_count", arm, share * enrolled) for arm, share in one.arm.items()]
    figures += [("arm_excess", arm, (share - 1 / len(one.arm)) * enrolled) for arm, share in one.arm.items()]
    figures.append(("misassigned", "", one.misassigned * enrolled))
    figures += [("stranded_enrolled", of, share * enrolled) for of, share in _by_kind(one.let_in)]
    figures += [
        ("reading_changes", f"{sentence}={reading}", share * enrolled)
        for (sentence, reading), share in one.changes.items()
    ]
    for metric, of, value in figures:
        yield Twin(metric, of, value, ENROLLED, ENROLLED_SOURCE)
    if len(one.arm) == 2:
        imbalance = expected_imbalance(law.progress, next(iter(one.arm.values())))
        yield Twin("arm_imbalance", "", imbalance, "binomial, over the enrolled", ENROLLED_SOURCE)


def _of_candidates(one: Shares, screened: float, accrual: Accrual) -> Iterator[Twin]:
    formula, source = COUNTS[accrual.arrivals]
    yield Twin("candidates", "", screened, formula, source)
    figures = [("failed_any", criterion, chance) for criterion, chance in one.fails.items()]
    figures += [("failed_first", criterion, chance) for criterion, chance in one.first.items()]
    figures += [
        ("failed_first", UNSETTLED, one.excluded * accrual.consent),
        ("failed_first", CONSENT, one.eligible * (1 - accrual.consent)),
        ("eligible", "", one.eligible),
    ]
    figures += [("stranded", of, chance) for of, chance in _by_kind(one.unsettled)]
    for metric, of, chance in figures:
        yield Twin(metric, of, chance * screened, WALD, WALD_SOURCE)


def _by_kind(chances: Mapping[tuple[str, str], float]) -> Iterator[tuple[str, float]]:
    """Yield chances by decision and kind, and by decision the chance of any kind, of which one excludes the others."""
    for decision in dict.fromkeys(decision for decision, _ in chances):
        for kind in KINDS:
            yield f"{decision}.{kind}", chances[decision, kind]
        yield f"{decision}.{ANY}", sum(chances[decision, kind] for kind in KINDS)


def expected_imbalance(progress: Progress, share: float) -> float:
    """Return E|2 X - n|, X binomial with this probability among the n who are enrolled before the horizon."""
    chances = np.append(progress.table[-1], progress.reached)
    total = 0.0
    for enrolled, chance in enumerate(chances.tolist()):
        x = np.arange(enrolled + 1)
        logs = special.gammaln(enrolled + 1) - special.gammaln(x + 1) - special.gammaln(enrolled - x + 1)
        law = np.exp(logs + special.xlogy(x, share) + special.xlog1py(enrolled - x, -share))
        total += chance * float(np.abs(2 * x - enrolled) @ law)
    return total
