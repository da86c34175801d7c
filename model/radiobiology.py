"""What a dose is worth to a tissue: biologically effective dose and equivalent dose in fractions of 2 Gy.

The linear-quadratic model, for one tissue of a stated alpha/beta in Gy: no repopulation, no incomplete repair between
two fractions of a day. Both grow with the number of fractions and with the dose of each, so that the ends of a range of
doses are the ends of the result. Doses of several phases are added up, each phase with its own dose per fraction: an
average over phases is never taken.

Sources: J. F. Fowler, Br J Radiol 62 (1989) 679-694, for BED; H. R. Withers, H. D. Thames and L. J. Peters, Radiother
Oncol 1 (1983) 187-191, for the isoeffective dose in 2 Gy fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from trialproof.model.course import Course, Level, Phase, Span, highest, working

Formula: TypeAlias = Callable[[Fraction, Fraction, Fraction], Fraction]
"""Total dose, dose per fraction and alpha/beta, all in Gy, to a dose in Gy."""

ALPHA_BETA: Mapping[str, Fraction] = {"tumour": Fraction(10), "late": Fraction(3)}
"""Alpha/beta in Gy where a protocol declares none: tumours and early effects, late effects."""

REFERENCE = Fraction(2)


def bed(total: Fraction, dose: Fraction, alpha_beta: Fraction) -> Fraction:
    """Return the biologically effective dose, D (1 + d / (alpha/beta))."""
    return total * (1 + dose / alpha_beta)


def eqd2(total: Fraction, dose: Fraction, alpha_beta: Fraction) -> Fraction:
    """Return the equivalent dose in 2 Gy fractions, D (d + alpha/beta) / (2 + alpha/beta)."""
    return total * (dose + alpha_beta) / (REFERENCE + alpha_beta)


def level_worth(formula: Formula, phase: Phase, level: Level, alpha_beta: Fraction) -> Span | None:
    """Return the smallest span around a level's worth over all combinations that work; None where none does."""
    found = [
        Span(
            formula(each.total.low, each.dose.low, alpha_beta),
            formula(each.total.high, each.dose.high, alpha_beta),
        )
        for each in working(phase, level)
        if each.dose is not None and each.total is not None
    ]
    return reduce(Span.join, found) if found else None


def course_worth(formula: Formula, course: Course, alpha_beta: Fraction) -> Span | None:
    """Return what a course is worth to the target of every phase, at its highest level; None where none works."""
    found = [level_worth(formula, phase, highest(phase), alpha_beta) for phase in course.phases]
    known = [each for each in found if each is not None]
    return reduce(Span.__add__, known) if len(known) == len(found) else None
