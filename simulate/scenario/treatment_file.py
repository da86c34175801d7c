"""The treatment of a scenario file: preparation, fractions, toxicity, and what follows."""

from __future__ import annotations

from trialproof.model.schedule import AtDose
from trialproof.model.source import DataPath
from trialproof.simulate.scenario.amounts import read_days, read_share, say_count, say_share
from trialproof.simulate.scenario.chemotherapy_file import find_entry, read_chemotherapy, read_growth_factor
from trialproof.simulate.scenario.delivery import read_deliveries, read_techniques
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import (
    FollowUp,
    Fractions,
    MissedPolicy,
    Preparation,
    Support,
    Toxicity,
    Treatment,
)
from trialproof.simulate.scenario.shape_treatment import (
    FollowUp as FollowUpPart,
    Fractions as FractionsPart,
    Preparation as PreparationPart,
    Support as SupportPart,
    Toxicity as ToxicityPart,
    Treatment as TreatmentPart,
)
from trialproof.simulate.scenario.timed import fixed_days, fixed_minutes, spread_minutes
from trialproof.simulate.trial.contract import NO_SHOWS, NO_SHOWS_EXPECTED

PATH = ("treatment",)
MISSED = {
    MissedPolicy.OMIT: "left out",
    MissedPolicy.APPEND: "appended to the course",
    MissedPolicy.SATURDAY: "made up on a Saturday",
    MissedPolicy.TWICE: "made up by a second one in a day",
}


def prescribing(reader: Reader, part: TreatmentPart) -> tuple[str, ...]:
    """Return the decision that prescribes courses and those that lower them. Raises `BadInput`."""
    decisions, name, path = reader.protocol.decisions, part.prescription, (*PATH, "prescription")
    if name not in decisions:
        raise reader.unknown("there is no decision", name, path, tuple(decisions))
    without = [choice.name for choice in decisions[name].choices if choice.course is None or choice.lowers is not None]
    if without:
        message = f"{listed(without)} of `{name}` {'prescribes' if len(without) == 1 else 'prescribe'} no course"
        raise reader.problem(message, path, "name the decision each of whose choices has a `course`")
    lowering = [each for each in decisions.values() if any(choice.lowers == name for choice in each.choices)]
    if decisions[name].bounds != (1, 1) or any(each.bounds[1] != 1 for each in lowering):
        message = f"`{name}` does not give each patient one course"
        advice = "the intent is `exactly one` where courses are prescribed, and `at most one` where they are lowered"
        raise reader.problem(message, path, advice)
    return (name, *(each.name for each in lowering))


def read_treatment(reader: Reader, part: TreatmentPart, arms: tuple[str, ...]) -> Treatment:
    """Return the treatment of a trial with these arms. Raises `BadInput`."""
    techniques = read_techniques(reader, part.techniques)
    deliveries = read_deliveries(reader, part, techniques, prescribing(reader, part))
    most = max(sum(count for count, _ in each.phases) for each in deliveries.values())
    if part.imaging is not None:
        find_entry(reader, (*PATH, "imaging"), part.imaging, AtDose)
    chemotherapy = None if part.chemotherapy is None else read_chemotherapy(reader, part.chemotherapy, arms)
    growth_factor = None
    if part.growth_factor is not None:
        growth_factor = read_growth_factor(reader, part.growth_factor, chemotherapy)
    return Treatment(
        prescription=part.prescription,
        techniques=techniques,
        deliveries=deliveries,
        preparation=_preparation(reader, part.preparation),
        fractions=_fractions(reader, part.fractions, most),
        toxicity=_toxicity(reader, part.toxicity, has_factor=growth_factor is not None),
        follow_up=_follow_up(reader, part.follow_up),
        imaging=part.imaging,
        chemotherapy=chemotherapy,
        growth_factor=growth_factor,
    )


def _preparation(reader: Reader, part: PreparationPart) -> Preparation:
    path = (*PATH, "preparation")
    lead, replanning = "from the approved plan to the first fraction, at least", "planning anew in mid-course"
    reoutlining = "in mid-course, from the new scan to its outlines"
    return Preparation(
        scan=fixed_minutes(reader, (*path, "scan"), part.scan, "CT simulation"),
        outlining=spread_minutes(reader, (*path, "outlining"), part.outlining, "from the scan to the outlines"),
        planning=spread_minutes(reader, (*path, "planning"), part.planning, "planning", least=1),
        checking=spread_minutes(reader, (*path, "checking"), part.checking, "checking a plan", least=1),
        reoutlining=spread_minutes(reader, (*path, "reoutlining"), part.reoutlining, reoutlining),
        replanning=spread_minutes(reader, (*path, "replanning"), part.replanning, replanning, least=1),
        lead_days=fixed_days(reader, (*path, "lead"), part.lead, lead),
    )


def _fractions(reader: Reader, part: FractionsPart, most: int) -> Fractions:
    """Return how fractions are missed; the longest course has `most` of them."""
    path = (*PATH, "fractions")
    missed = MissedPolicy(part.missed.do)
    reader.assume((*path, "missed"), f"a missed fraction: {MISSED[missed]}", part.missed)
    where = (*path, "no_show", "probability")
    no_show = read_share(reader.source, where, part.no_show.probability)
    if no_show * most > NO_SHOWS_EXPECTED:
        message = f"of {most} fractions more than {NO_SHOWS_EXPECTED} would be missed on average"
        raise reader.problem(message, where, f"at most {NO_SHOWS} missed appointments of a patient are simulated")
    said = f"{say_share(no_show)} of appointments are missed by the patient, at most {NO_SHOWS}"
    reader.assume((*path, "no_show"), said, part.no_show)
    longest = fixed_days(reader, (*path, "longest"), part.longest, "from the first fraction to the last, at most")
    if longest < most:
        message = f"a course of {most} fractions takes longer than {say_count(longest, 'day')}"
        raise reader.problem(message, (*path, "longest", "fixed"))
    return Fractions(missed, float(no_show), longest)


def _toxicity(reader: Reader, part: ToxicityPart, *, has_factor: bool) -> Toxicity:
    path = (*PATH, "toxicity")
    if has_factor and part.with_growth_factor is None:
        message = "nothing says what happens to patients with the growth factor"
        raise reader.problem(message, path, "add `with_growth_factor`", at_key=True)
    if part.with_growth_factor is not None and not has_factor:
        where = (*path, "with_growth_factor")
        advice = "add `growth_factor`, or leave this out"
        raise reader.problem("no growth factor is simulated", where, advice, at_key=True)
    without = _support(reader, (*path, "without"), part.without, "without the growth factor")
    with_factor = without
    if part.with_growth_factor is not None:
        where = (*path, "with_growth_factor")
        with_factor = _support(reader, where, part.with_growth_factor, "with the growth factor")
    where = (*path, "before_start")
    before = read_share(reader.source, (*where, "probability"), part.before_start.probability)
    reader.assume(where, f"{say_share(before)} leave between enrolment and the first fraction", part.before_start)
    interruption = "an interruption of irradiation"
    leaving = "from enrolment until who drops out leaves"
    return Toxicity(
        with_factor=with_factor,
        without=without,
        nadir_days=fixed_days(reader, (*path, "nadir"), part.nadir, "from an infusion to the low count", least=1),
        interruption=spread_minutes(reader, (*path, "interruption"), part.interruption, interruption),
        leaving=spread_minutes(reader, (*path, "leaving"), part.leaving, leaving),
        before_start=float(before),
    )


def _support(reader: Reader, path: DataPath, part: SupportPart, what: str) -> Support:
    keys = ("neutropenia", "interruption", "delay", "dropout")
    found = {key: read_share(reader.source, (*path, key), getattr(part, key)) for key in keys}
    said = (
        f"{what}: a low count after {say_share(found['neutropenia'])} of cycles, of these "
        f"{say_share(found['interruption'])} interrupt irradiation and {say_share(found['delay'])} put off the next "
        f"cycle; {say_share(found['dropout'])} of patients drop out"
    )
    reader.assume(path, said, part)
    return Support(**{key: float(value) for key, value in found.items()})


def _follow_up(reader: Reader, part: FollowUpPart) -> FollowUp:
    path = (*PATH, "follow_up")
    every = read_days(reader.source, (*path, "every"), part.every, least=1)
    reader.assume(path, f"{say_count(int(part.visits), 'visit')}, {say_count(every, 'day')} apart", part)
    return FollowUp(every, int(part.visits))
