"""Where an inclusion criterion and an exclusion criterion meet: values that both take, and values that neither does.

Both compare one subject (a number, or a category); the rest of the patient stays as it is. At each value that some
patient can have, the two sentences admit the patient (the inclusion holds, the exclusion fails), name the patient
(the other way round), or do both, or neither.

- *Zone*: the patient is included and excluded, and up to a value at which the inclusion fails, the exclusion holds
  throughout. Left out where the inclusion's own limit counts for somebody else with the same value, who is admitted:
  the exclusion is stricter for some on purpose.
- *Limbo*: the patient is neither, and so at all values from one at which the patient is admitted to one at which the
  patient is named. Left out where the exclusion's own limit counts for somebody else with the same value, who is
  admitted, or the inclusion's own for somebody who is named: a limit differs between some and others on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from trialproof.model.condition import Condition, Is
from trialproof.model.protocol import CategoryKind, Criterion
from trialproof.verify.axes import Axis, Interval, NumberAxis, axes_of, within
from trialproof.verify.case import Case
from trialproof.verify.describe import Regions, regions_of
from trialproof.verify.statement import Every, Fails, Holds, Some, Statement
from trialproof.verify.varied import Subject, at, spelled_out, subjects


class Meeting(Enum):
    """How two criteria can meet wrongly."""

    ZONE = "zone"
    LIMBO = "limbo"


@dataclass(frozen=True, slots=True)
class Pair:
    """An inclusion and an exclusion that compare one subject, their rules spelled out, and the axes of both."""

    inclusion: Criterion
    exclusion: Criterion
    subject: Subject
    admits: Condition
    names: Condition
    axes: tuple[Axis, ...]

    @property
    def axis(self) -> Axis:
        """The axis of the subject."""
        return next(each for each in self.axes if _subject(each) == self.subject)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A zone or a limbo of a pair: the parts of the subject's axis where it lies, and the regions of its patients."""

    meeting: Meeting
    pair: Pair
    parts: tuple[int, ...]
    regions: Regions


def pairs(case: Case) -> tuple[Pair, ...]:
    """Return every inclusion and exclusion criterion that compare one subject, once for each subject."""
    return case.once("pairs of criteria", lambda: tuple(_pairs(case)))


def _pairs(case: Case) -> Iterator[Pair]:
    protocol, selection = case.protocol, case.selection
    excluded = [(each, spelled_out(protocol, each.rule, selection)) for each in protocol.exclusion]
    for inclusion in protocol.inclusion:
        admits = spelled_out(protocol, inclusion.rule, selection)
        for exclusion, names in excluded:
            theirs = subjects(names, selection)
            shared = [each for each in subjects(admits, selection) if each in theirs]
            axes = axes_of(protocol, [admits, names], [selection]) if shared else ()
            yield from (Pair(inclusion, exclusion, each, admits, names, axes) for each in shared)


def mismatches(case: Case, pair: Pair) -> tuple[Mismatch, ...]:
    """Return the zone and the limbo of a pair, each if there is one. Raises `Unknown` if the solver gives up.

    Not of two that contradict each other: that nobody is eligible is all there is to say.
    """
    key = ("mismatches", pair.inclusion.id, pair.exclusion.id, pair.subject)
    return case.once(key, lambda: tuple(_mismatches(case, pair)))


def _mismatches(case: Case, pair: Pair) -> Iterator[Mismatch]:
    suspects = _suspects(pair, _places(case, pair))
    possible = case.possible(case.patients())
    if not possible([Some(tuple(each.somebody for each in suspects))]):
        return
    if not possible([Holds(pair.admits), Fails(pair.names)]):
        return
    for meeting in Meeting:
        clear = [
            each
            for each in suspects
            if each.meeting is meeting and possible([each.somebody]) and not possible([each.on_purpose])
        ]
        if clear:
            everybody = Some(tuple(each.everybody for each in clear))
            regions = regions_of(case, case.patients(), everybody, pair.axes)
            yield Mismatch(meeting, pair, tuple(sorted({each.part for each in clear})), regions)


@dataclass(frozen=True, slots=True)
class _Place:
    """A part of the subject's axis, and what the two rules say there, whatever value the patient has."""

    part: int
    here: Statement
    admits: Condition
    names: Condition

    @property
    def admitted(self) -> Statement:
        return Every((Holds(self.admits), Fails(self.names)))

    @property
    def named(self) -> Statement:
        return Every((Fails(self.admits), Holds(self.names)))

    @property
    def neither(self) -> Statement:
        return Every((Fails(self.admits), Fails(self.names)))


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A part that belongs to a zone or a limbo if it is so of `somebody`, and of nobody that it is `on_purpose`.

    Then it is `everybody` of whom this is so.
    """

    meeting: Meeting
    part: int
    somebody: Statement
    on_purpose: Statement
    everybody: Statement


def _places(case: Case, pair: Pair) -> list[_Place]:
    """Return the parts in which some patient has a value of the subject, in their order."""
    axis, places = pair.axis, []
    anyone = case.possible(case.patients())
    for part, value in _values(case, axis).items():
        here = case.once(("here", axis, part), lambda index=part: within(axis, [index]))  # type: ignore[misc]
        if anyone([here]):
            rules = [at(rule, pair.subject, value, case.selection) for rule in (pair.admits, pair.names)]
            places.append(_Place(part, here, *rules))
    return places


def _values(case: Case, axis: Axis) -> dict[int, Fraction | str]:
    """Return a value in each part that has some; what the rules say is the same at all values of a part."""
    if isinstance(axis, NumberAxis):
        return {index: _inner(part.interval) for index, part in enumerate(axis.parts) if part.interval is not None}
    kind = case.protocol.quantities[axis.subject.quantity].kind if isinstance(axis.subject, Is) else None
    categories = kind.categories if isinstance(kind, CategoryKind) else ()
    return {index: part.name for index, part in enumerate(axis.parts[: len(categories)])}


def _inner(interval: Interval) -> Fraction:
    low, high = interval.low, interval.high
    if low is not None and high is not None:
        return (low + high) / 2
    if low is not None:
        return low + 1
    return high - 1 if high is not None else Fraction(0)


def _suspects(pair: Pair, places: Sequence[_Place]) -> list[_Suspect]:
    found = []
    for index, place in enumerate(places):
        below, above = places[:index][::-1], places[index + 1 :]
        if isinstance(pair.axis, NumberAxis):
            for side, other in ((below, above), (above, below)):
                ways = [side[: length + 1] for length in range(len(side))]
                found += [_zone(pair, places, place, ways), _limbo(pair, place, side, other)]
        else:
            found.append(_zone(pair, places, place, [[each] for each in (*below, *above)]))
    return found


def _zone(pair: Pair, places: Sequence[_Place], place: _Place, ways: Sequence[Sequence[_Place]]) -> _Suspect:
    """Suspect a part from which there are these ways to other parts, each with all that it passes."""
    both = Every((place.here, Holds(pair.admits), Holds(pair.names)))
    for_the_value = Some(tuple(Fails(each.names) for each in places))
    throughout = [Every((Fails(way[-1].admits), *(Holds(each.names) for each in way))) for way in ways]
    limited = Some(tuple(Fails(way[-1].admits) for way in ways))
    admitted = Every((place.here, Holds(pair.admits), Fails(pair.names)))
    return _Suspect(
        Meeting.ZONE,
        place.part,
        somebody=Every((both, for_the_value, Some(tuple(throughout)))),
        on_purpose=Every((admitted, limited)),
        everybody=Every((both, limited)),
    )


def _limbo(pair: Pair, place: _Place, admitting: Sequence[_Place], naming: Sequence[_Place]) -> _Suspect:
    """Suspect a part that has these parts on the side of what is admitted, those on the side of what is named."""
    neither = Every((place.here, Fails(pair.admits), Fails(pair.names)))
    to_admitted = _next(admitting, lambda each: each.admitted)
    to_named = _next(naming, lambda each: each.named)
    admits = Some(tuple(Holds(each.admits) for each in admitting))
    names = Some(tuple(Holds(each.names) for each in naming))
    meets_named = Every((place.here, place.admitted, names))
    meets_admitted = Every((place.here, place.named, Some(tuple(each.admitted for each in admitting))))
    return _Suspect(
        Meeting.LIMBO,
        place.part,
        somebody=Every((neither, to_admitted, to_named)),
        on_purpose=Some((meets_named, meets_admitted)),
        everybody=Every((neither, admits, names)),
    )


def _next(side: Sequence[_Place], wanted: Callable[[_Place], Statement]) -> Statement:
    """Return that a wanted part is the next on a side at which the patient is not neither admitted nor named."""
    return Some(
        tuple(
            Every((wanted(each), *(between.neither for between in side[:length])))
            for length, each in enumerate(side)
        )
    )


def _subject(axis: Axis) -> object:
    return axis.term if isinstance(axis, NumberAxis) else axis.subject
