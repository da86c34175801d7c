"""Whether the parts of a scenario fit together: what can never be treated, scanned or infused is refused here."""

from __future__ import annotations

from trialproof.model.schedule import say_weekdays
from trialproof.simulate.scenario.reader import Reader
from trialproof.simulate.scenario.scenario import Department, MissedPolicy, Scenario, Site, Treatment
from trialproof.simulate.scenario.spread import support
from trialproof.simulate.trial.contract import SECOND_OF_THE_DAY


def check_fit(reader: Reader, scenario: Scenario) -> None:
    """Refuse a scenario of which some part can never happen. Raises `BadInput`."""
    if scenario.treatment is None:
        if scenario.departments:
            message = "departments go with `treatment`, of which nothing is said"
            raise reader.problem(message, ("departments",), at_key=True)
        for site in scenario.accrual.sites:
            if site.department:
                raise reader.problem(
                    "nobody is treated in this scenario", ("accrual", "sites", site.name, "department"), "leave it out"
                )
        return
    _check_days(reader, scenario)
    used = {_department(reader, scenario, site) for site in scenario.accrual.sites}
    for name, department in scenario.departments.items():
        if name not in used:
            raise reader.problem(f"no site has its patients treated in `{name}`", ("departments", name), at_key=True)
        _check_department(reader, department, scenario.treatment)


def _check_days(reader: Reader, scenario: Scenario) -> None:
    """Refuse days of irradiation other than those of the protocol: fractions are simulated on every open day."""
    irradiation, path = reader.protocol.schedule.irradiation, ("calendar", "open_days")
    if irradiation.days != scenario.open_days:
        message = f"the protocol irradiates {say_weekdays(irradiation.days)}"
        raise reader.problem(message, path, "fractions are simulated on every open day, and on no other")
    if irradiation.first_day is not None or not irradiation.days <= irradiation.starts:
        message = "the protocol says on which days the first fraction may be, which is not simulated"
        raise reader.problem(message, path)


def _department(reader: Reader, scenario: Scenario, site: Site) -> str:
    path = ("accrual", "sites", site.name)
    if not site.department:
        raise reader.problem(f"`{site.name}` has no `department`", path, "name one of `departments`", at_key=True)
    if site.department not in scenario.departments:
        known = tuple(scenario.departments)
        raise reader.unknown("there is no department", site.department, (*path, "department"), known)
    return site.department


def _check_department(reader: Reader, department: Department, treatment: Treatment) -> None:
    first = max(each.first for each in treatment.techniques.values())
    later = max(each.later for each in treatment.techniques.values())
    room = department.linac_hours.minutes * (1 - support(department.background)[0])
    name, open_for = department.name, department.infusion_hours.minutes
    for which, minutes in (("first", first), ("later", later)):
        if minutes > room:
            message = f"a {which} fraction of {minutes} minutes never finds room in `{name}`"
            advice = f"at most {int(room)} minutes of a linac's day are free"
            raise reader.problem(message, ("departments", name), advice, at_key=True)
    if treatment.fractions.missed is MissedPolicy.TWICE and department.linac_hours.minutes < SECOND_OF_THE_DAY + later:
        message = f"the linacs of `{name}` are not open for long enough for two fractions of a day"
        advice = f"they are {SECOND_OF_THE_DAY // 60} hours apart; the second one takes {later} minutes"
        raise reader.problem(message, ("treatment", "fractions", "missed", "do"), advice)
    if treatment.fractions.missed is MissedPolicy.SATURDAY and not department.saturday:
        message = f"the linacs of `{name}` do not work on Saturdays"
        raise reader.problem(message, ("treatment", "fractions", "missed", "do"))
    if treatment.preparation.scan > department.scanner_hours.minutes:
        message = f"a scan takes longer than the scanners of `{name}` are open"
        raise reader.problem(message, ("treatment", "preparation", "scan", "fixed"))
    if treatment.chemotherapy is not None and support(treatment.chemotherapy.infusion)[1] > open_for:
        message = f"an infusion may take longer than the day unit of `{name}` is open"
        advice = f"it is open for {open_for} minutes; `between` bounds a distribution"
        raise reader.problem(message, ("treatment", "chemotherapy", "infusion"), advice, at_key=True)
    if treatment.growth_factor is not None and treatment.growth_factor.minutes > open_for:
        message = f"an injection takes longer than the day unit of `{name}` is open"
        raise reader.problem(message, ("treatment", "growth_factor", "injection", "fixed"))
