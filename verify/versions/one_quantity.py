"""One quantity as two versions of a protocol record it, made into one record that both can be read from.

The record holds the value in the new version's unit and by its categories. Where the versions chart numbers in
different steps it holds the true value, which each then charts in its own way (half a step counts upwards where the
nearest is charted). It can hold what both versions can record; what only one can is returned in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from trialproof.model.condition import Floor, Number, Product, Sum, Term, Value
from trialproof.model.protocol import CategoryKind, Kind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.model.unit import Unit, ratio, say_amount

HALF = Fraction(1, 2)
KINDS: Mapping[type[Kind], str] = {NumberKind: "a number", CategoryKind: "a category", YesNoKind: "a yes/no"}


@dataclass(frozen=True, slots=True)
class View:
    """How one version reads the common record.

    `scale` is one of the record's unit in the version's own. `charted` is the version's step and rounding where the
    record holds the true value. `categories` leads from the version's own categories to those of the record.
    """

    quantity: Quantity
    scale: Fraction = Fraction(1)
    charted: tuple[Fraction, str] | None = None
    categories: Mapping[str, str] | None = None

    def read(self, value: Recorded) -> Recorded:
        """Return what the version records of a patient whose common record is this value."""
        if isinstance(value, Fraction):
            return chart(value * self.scale, *self.charted) if self.charted else value * self.scale
        if isinstance(value, str) and self.categories is not None:
            return next(own for own, common in self.categories.items() if common == value)
        return value

    def term(self, name: str) -> Term:
        """Return the version's number, in its own unit, as a term over the common record of this name."""
        scaled = _times(self.scale, Value(name))
        if self.charted is None:
            return scaled
        step, rounding = self.charted
        steps = _times(self.scale / step, Value(name))
        match rounding:
            case "down":
                return _times(step, Floor(steps))
            case "up":
                return _times(-step, Floor(_times(-self.scale / step, Value(name))))
            case _:
                return _times(step, Floor(Sum((steps, Number(HALF)))))

    def default(self) -> Recorded | None:
        """Return the value for those to whom the quantity does not apply, as the common record would hold it."""
        value = self.quantity.when_not_applicable
        if isinstance(value, Fraction):
            return value / self.scale
        return (self.categories or {}).get(value, value) if isinstance(value, str) else value


def chart(value: Fraction, step: Fraction, rounding: str) -> Fraction:
    """Return what is charted of a true value: the multiple of the step below, above, or nearest (half: above)."""
    match rounding:
        case "down":
            return floor(value / step) * step
        case "up":
            return ceil(value / step) * step
        case _:
            return floor(value / step + HALF) * step


def beside(value: Fraction, step: Fraction) -> Iterator[Fraction]:
    """Yield the true values about a threshold where what is charted of them changes, however it is rounded."""
    below = floor(value / step) * step
    yield from (below + halves * step / 2 for halves in range(-2, 5))


@dataclass(frozen=True, slots=True)
class OneQuantity:
    """The kind of the common record, how each version reads it, and what else there is to say of the two.

    `changes` say what was changed about it, `only_old` and `only_new` what one version alone can record.
    """

    kind: Kind
    old: View
    new: View
    changes: tuple[str, ...] = ()
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """The two versions record different things under one name, and why."""

    reason: str


def one_quantity(old: Quantity, new: Quantity, categories: Mapping[str, str]) -> OneQuantity | Apart:
    """Return the common record of a quantity, or why there is none; `categories` are the old ones that are renamed."""
    match old.kind, new.kind:
        case NumberKind() as before, NumberKind() as after:
            return _number(old, new, before, after)
        case CategoryKind(before_categories), CategoryKind(after_categories):
            known = {each: categories.get(each, each) for each in before_categories}
            return _category(old, new, known, after_categories)
        case YesNoKind(), YesNoKind():
            return OneQuantity(YesNoKind(), View(old), View(new))
        case _:
            return Apart(f"it was {KINDS[type(old.kind)]} and is {KINDS[type(new.kind)]} now")


def _number(old: Quantity, new: Quantity, before: NumberKind, after: NumberKind) -> OneQuantity | Apart:
    scale = ratio(after.unit, before.unit)
    if scale is None:
        return Apart(f"{_in_unit(before.unit)} do not convert into {_in_unit(after.unit)}")
    lower, upper = before.lower / scale, before.upper / scale
    step = None if before.step is None else before.step / scale
    low, high = max(lower, after.lower), min(upper, after.upper)
    if low > high:
        return Apart("no value lies in both ranges")
    charted = (step, before.rounding) if step else None
    now_charted = (after.step, after.rounding) if after.step else None
    if charted == now_charted:
        if after.step and floor(high / after.step) < ceil(low / after.step):
            return Apart("no value of either step lies in both ranges")
        kind = NumberKind(low, high, after.unit, after.step, after.rounding)
        mine, theirs = View(old, scale), View(new)
    else:
        kind = NumberKind(low, high, after.unit)
        mine = View(old, scale, (before.step, before.rounding) if before.step else None)
        theirs = View(new, charted=(after.step, after.rounding) if after.step else None)
    changes = []
    if before.unit != after.unit:
        changes.append(f"was recorded in {_in_unit(before.unit)}, now in {_in_unit(after.unit)}")
    if charted != now_charted:
        changes.append(f"was charted {_charting(before)}, now {_charting(after)}")
    return OneQuantity(
        kind,
        mine,
        theirs,
        tuple(changes),
        _outside((lower, upper), (low, high), after.unit),
        _outside((after.lower, after.upper), (low, high), after.unit),
    )


def _category(
    old: Quantity, new: Quantity, known: Mapping[str, str], now: tuple[str, ...]
) -> OneQuantity | Apart:
    common = tuple(each for each in now if each in known.values())
    if not common:
        return Apart("the two versions have no category in common")
    return OneQuantity(
        CategoryKind(common),
        View(old, categories={own: each for own, each in known.items() if each in common}),
        View(new, categories={each: each for each in common}),
        tuple(f"`{own}` is called `{each}` now" for own, each in known.items() if own != each and each in common),
        tuple(own for own, each in known.items() if each not in common),
        tuple(each for each in now if each not in common),
    )


def _outside(mine: tuple[Fraction, Fraction], common: tuple[Fraction, Fraction], unit: Unit) -> tuple[str, ...]:
    below = [f"under {say_amount(common[0], unit)}"] if mine[0] < common[0] else []
    above = [f"over {say_amount(common[1], unit)}"] if mine[1] > common[1] else []
    return (*below, *above)


def _in_unit(unit: Unit) -> str:
    return f"`{unit.text}`" if unit.text else "plain numbers"


def _charting(kind: NumberKind) -> str:
    if kind.step is None:
        return "exactly"
    how = "to the nearest" if kind.rounding == "nearest" else f"rounded {kind.rounding}"
    return f"in steps of {say_amount(kind.step, kind.unit)}, {how}"


def _times(factor: Fraction, term: Term) -> Term:
    return term if factor == 1 else Product((Number(factor), term))
