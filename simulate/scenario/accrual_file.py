"""The accrual of a scenario file: sites, rates, caps, and how many patients are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from trialproof.model.exact import plain
from trialproof.simulate.scenario.amounts import read_days, read_number, read_rate, read_share, say_share
from trialproof.simulate.scenario.distribution import Fixed
from trialproof.simulate.scenario.reader import Reader
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Accrual, Arrivals, Site
from trialproof.simulate.scenario.shape import Accrual as AccrualPart, Arrivals as ArrivalsPart, Site as SitePart
from trialproof.simulate.scenario.spread import Spreading, minutes, read_spread, support

PATH = ("accrual",)
MOST_SITES = 1000
MOST_OF_ALL = 1_000_000
MOST_CANDIDATES = 30_000
"""So many candidates of one site can be told apart, with room for a site that recruits better than expected."""


def read_accrual(reader: Reader, part: AccrualPart, arms: tuple[str, ...], horizon: int) -> Accrual:
    """Return the accrual of a trial with these arms that ends after so many days. Raises `BadInput`."""
    target = int(part.target.value)
    reader.assume((*PATH, "target"), f"{target} patients wanted", part.target)
    arrivals, shape = _arrivals(reader, part.arrivals)
    ramp_start, ramp_days = _ramp_up(reader, part)
    pieces = _pieces(reader, part, horizon)
    consent = read_share(reader.source, (*PATH, "consent", "probability"), part.consent.probability)
    reader.assume((*PATH, "consent"), f"{say_share(consent)} of the eligible take part", part.consent)
    screening = read_spread(reader, (*PATH, "screening"), part.screening, minutes(reader))
    reader.assume((*PATH, "screening"), f"from arrival to enrolment: {screening.says}", part.screening)
    arm_caps = _arm_caps(reader, part, arms)
    sites = _sites(reader, part.sites, horizon, max(factor for _, factor in pieces))
    _check_reachable(reader, target, [site.cap for site in sites], (*PATH, "sites"), "sites")
    _check_reachable(reader, target, [arm_caps.get(arm) for arm in arms], (*PATH, "arm_caps"), "arms")
    if not consent:
        where = (*PATH, "consent", "probability")
        raise reader.problem("nobody takes part", where, "the target could never be reached")
    return Accrual(
        target=target,
        sites=sites,
        screening=screening.distribution,
        consent=float(consent),
        arrivals=arrivals,
        shape=shape,
        ramp_days=ramp_days,
        ramp_start=float(ramp_start),
        pieces=tuple((day, float(factor)) for day, factor in pieces),
        arm_caps=arm_caps,
    )


def _arrivals(reader: Reader, part: ArrivalsPart) -> tuple[Arrivals, float | None]:
    path = (*PATH, "arrivals")
    if part.poisson_gamma is None:
        kind = Arrivals.DETERMINISTIC if part.deterministic is not None else Arrivals.POISSON
        reader.assume(path, "evenly spaced" if part.deterministic else "a Poisson process at each site", part)
        return kind, None
    where = (*path, "poisson_gamma", "shape")
    shape = read_number(reader.source, where, part.poisson_gamma.shape)
    if not Fraction(1, 100) <= shape <= 10**6:
        raise reader.problem(f"a shape of {plain(shape)} does not lie between 0.01 and 1000000", where)
    said = f"Poisson processes, the rates of sites spread by a gamma distribution of shape {plain(shape)}"
    reader.assume(path, said, part)
    return Arrivals.POISSON_GAMMA, float(shape)


def _ramp_up(reader: Reader, part: AccrualPart) -> tuple[Fraction, int]:
    if part.ramp_up is None:
        return Fraction(1), 0
    path = (*PATH, "ramp_up")
    start = read_share(reader.source, (*path, "from"), part.ramp_up.start, "a share")
    over = read_days(reader.source, (*path, "over"), part.ramp_up.over, least=1)
    said = f"a site opens with {say_share(start)} of its rate and reaches the whole after {over} days"
    reader.assume(path, said, part.ramp_up)
    return start, over


def _pieces(reader: Reader, part: AccrualPart, horizon: int) -> list[tuple[int, Fraction]]:
    if part.pieces is None:
        return [(0, Fraction(1))]
    found: list[tuple[int, Fraction]] = []
    for at, piece in enumerate(part.pieces.factors):
        path = (*PATH, "pieces", "factors", at)
        day = read_days(reader.source, (*path, "from"), piece.start)
        factor = read_number(reader.source, (*path, "factor"), piece.factor)
        if not 0 <= factor <= 100:
            raise reader.problem(f"a factor of {plain(factor)} does not lie between 0 and 100", (*path, "factor"))
        if found and day <= found[-1][0]:
            raise reader.problem("the times do not ascend", (*path, "from"))
        if day >= horizon:
            raise reader.problem("this lies beyond the horizon", (*path, "from"), f"which is {horizon} days")
        found.append((day, factor))
    if found[0][0]:
        found.insert(0, (0, Fraction(1)))
    if all(not factor for _, factor in found):
        raise reader.problem("every factor is zero, and nobody comes", (*PATH, "pieces", "factors"), at_key=True)
    said = ", ".join(f"{plain(factor)} from day {day}" for day, factor in found)
    reader.assume((*PATH, "pieces"), f"all rates times {said}", part.pieces)
    return found


def _arm_caps(reader: Reader, part: AccrualPart, arms: tuple[str, ...]) -> dict[str, int]:
    if part.arm_caps is None:
        return {}
    path = (*PATH, "arm_caps")
    for arm in part.arm_caps.most:
        if arm not in arms:
            raise reader.unknown("there is no arm", arm, (*path, "most", arm), arms, at_key=True)
    caps = {arm: int(text) for arm, text in part.arm_caps.most.items()}
    reader.assume(path, ", ".join(f"at most {cap} in `{arm}`" for arm, cap in caps.items()), part.arm_caps)
    return caps


def _sites(reader: Reader, parts: Mapping[str, SitePart], horizon: int, factor: Fraction) -> tuple[Site, ...]:
    if len(parts) > MOST_SITES:
        raise reader.problem(f"at most {MOST_SITES} sites are simulated", (*PATH, "sites"), at_key=True)
    found = tuple(_site(reader, name, part, horizon, factor) for name, part in parts.items())
    if sum(site.rate for site in found) * horizon > MOST_OF_ALL:
        raise reader.problem(f"more than {MOST_OF_ALL} candidates would come", (*PATH, "sites"), at_key=True)
    return found


def _site(reader: Reader, name: str, part: SitePart, horizon: int, factor: Fraction) -> Site:
    path = (*PATH, "sites", name)
    rate = read_rate(reader.source, (*path, "rate"), part.rate)
    if rate * horizon * max(factor, Fraction(1)) > MOST_CANDIDATES:
        message = f"more than {MOST_CANDIDATES} candidates would come to one site"
        raise reader.problem(message, (*path, "rate"), "take it for several sites")
    opens = read_spread(reader, (*path, "opens"), part.opens, minutes(reader))
    if support(opens.distribution)[0] >= horizon * MINUTES_A_DAY:
        raise reader.problem(f"`{name}` opens after the horizon", (*path, "opens"), f"which is {horizon} days")
    cap = None if part.cap is None else int(part.cap)
    said = f"site {name}: {part.rate.strip()}, opens {_say_opening(opens)}"
    said += "" if part.department is None else f", treated at {part.department}"
    reader.assume(path, said + ("" if cap is None else f", at most {cap} patients"), part)
    return Site(name, float(rate), opens.distribution, part.department or "", cap)


def _say_opening(opens: Spreading) -> str:
    if isinstance(opens.distribution.family, Fixed):
        return f"after {opens.says}" if opens.distribution.family.value else "at the beginning"
    return f"after a time {opens.says}"


def _check_reachable(
    reader: Reader, target: int, caps: list[int | None], path: tuple[str, ...], what: str
) -> None:
    """Refuse caps that together lie below the target."""
    known = [cap for cap in caps if cap is not None]
    if len(known) == len(caps) and sum(known) < target:
        raise reader.problem(
            f"the target of {target} can never be reached: the caps of all {what} sum to {sum(known)}", path,
            f"raise a cap, or aim at {sum(known)}", at_key=True,
        )  # fmt: skip
