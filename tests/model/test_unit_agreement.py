"""Our table against pint and ucumvert: the same, but for a listed few conversions that they make and a trial must not.

Their numbers for our bases are written down here once, in SI; where a base of ours is something more to them, or
nothing at all, its line says why we keep it apart. Then everything that both know must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from tokenize import TokenError
from typing import Any

import pint
import pytest
import ucumvert

from trialproof.model.unit import SPELLINGS, Unit, parse_unit

Dimension = Mapping[str, int]

COMPOUNDS = (
    "m2", "cm2", "cm3", "mm3", "s-1", "/min", "/uL", "/mm3", "kg/m2", "mg/m2", "mg/m2/d", "mg/kg", "mg/kg/d", "mL/min",
    "mL/kg", "L/min/m2", "mm/h", "g/dL", "mg/dL", "g/L", "mg/L", "ng/mL", "pg/mL", "ug/L", "mg.min/mL", "mg/g",
    "umol/L", "mmol/L", "mmol/mol", "U/L", "kU/L", "[iU]/L", "m[iU]/mL", "meq/L", "kcal/kg/d", "Gy/min", "MBq/kg",
    "%/d", "10*9/L", "10^9/L", "10*3/uL", "10*12/L", "10*6", "{cells}/uL", "mL/min/{1.73_m2}",
)  # fmt: skip

TO_THEM: Mapping[str, tuple[Fraction, Dimension]] = {
    "cm": (Fraction(1, 100), {"[length]": 1}),
    "g": (Fraction(1, 1000), {"[mass]": 1}),
    "d": (Fraction(86400), {"[time]": 1}),
    "mol": (Fraction(1), {"[substance]": 1}),
    "kPa": (Fraction(1000), {"[mass]": 1, "[length]": -1, "[time]": -2}),
    "kJ": (Fraction(1000), {"[mass]": 1, "[length]": 2, "[time]": -2}),
    # Always 30.4375 days to them. A protocol's month is what its calendar says: 28 to 31 days, four weeks, 30.44 days.
    "mo": (Fraction("30.4375") * 86400, {"[time]": 1}),
    # One joule per kilogram each: a dose limit in Gy is not the same number in Sv, for any radiation but photons.
    "Gy": (Fraction(1), {"[length]": 2, "[time]": -2}),
    "Sv": (Fraction(1), {"[length]": 2, "[time]": -2}),
    # "50%" compared with 0.5 is one slip away from "50" compared with 0.5.
    "%": (Fraction(1, 100), {}),
    # An amount of effect, defined substance by substance: not a pure number.
    "IU": (Fraction(1), {}),
    # One micromole a minute; assays state it at temperatures of their own, and nobody converts it.
    "U": (Fraction(1, 60_000_000), {"[substance]": 1, "[time]": -1}),
    # As many moles as the charge says: 1 mEq of calcium is half a millimole.
    "mEq": (Fraction(1, 1000), {"[substance]": 1}),
    # Decays per second, which 60 heartbeats a minute are not.
    "MBq": (Fraction(1_000_000), {"[time]": -1}),
    # Dropped as a comment: a creatinine clearance then passes for one stated per body surface.
    "1.73m2": (Fraction(1), {}),
}

TEMPERATURE = {"°C", "Cel", "degC", "celsius", "Celsius"}  # to them an offset from 0 K, to us a base without conversion
MISREAD_BY_PINT = {"10*9/L": 90, "10*3/uL": 30, "10*12/L": 120, "10*6": 60}  # a product; in UCUM `*` raises to a power
READ_AS_AN_AREA_BY_PINT = {"1.73m^2"}  # what it says, were it not the body surface that a clearance is scaled to


UNREADABLE = (
    *(pint.errors.PintError, ucumvert.InvalidUcumError, TokenError),
    *(AttributeError, TypeError, ValueError, AssertionError),
)


def theirs(quantity: Callable[[str], Any], text: str) -> tuple[Fraction, Dimension] | None:
    """Return what another library makes of a unit, in SI; None where it does not know it."""
    try:
        si = quantity(text).to_base_units()
    except UNREADABLE:
        return None
    return Fraction(si.magnitude), {base: int(power) for base, power in si.dimensionality.items()}


def translated(unit: Unit) -> tuple[Fraction, Dimension]:
    """Return our unit in SI, with the distinctions given up that they do not make."""
    factor, dimension = unit.factor, dict[str, int]()
    for base, power in unit.dimension:
        number, powers = TO_THEM[base]
        factor *= number**power
        for name, each in powers.items():
            dimension[name] = dimension.get(name, 0) + each * power
    return factor, {name: power for name, power in dimension.items() if power}


@pytest.fixture(scope="module")
def by_pint() -> dict[str, tuple[Fraction, Dimension]]:
    registry: Any = pint.UnitRegistry(non_int_type=Fraction)
    found = {text: theirs(registry.parse_expression, text) for text in (*SPELLINGS, *COMPOUNDS)}
    return {text: each for text, each in found.items() if each is not None}


@pytest.fixture(scope="module")
def by_ucumvert() -> dict[str, tuple[Fraction, Dimension]]:
    registry: Any = ucumvert.PintUcumRegistry()
    found = {text: theirs(registry.from_ucum, text) for text in (*SPELLINGS, *COMPOUNDS)}
    return {text: each for text, each in found.items() if each is not None}


def test_whatever_pint_knows_is_exactly_the_same(by_pint: dict[str, tuple[Fraction, Dimension]]) -> None:
    texts = by_pint.keys() - TEMPERATURE - MISREAD_BY_PINT.keys() - READ_AS_AN_AREA_BY_PINT
    assert len(texts) > 120
    assert {text: by_pint[text] for text in texts} == {text: translated(parse_unit(text)) for text in texts}


def test_whatever_ucumvert_knows_is_the_same_to_the_precision_of_its_floats(
    by_ucumvert: dict[str, tuple[Fraction, Dimension]],
) -> None:
    texts = by_ucumvert.keys() - TEMPERATURE
    assert len(texts) > 80
    assert set(COMPOUNDS) <= texts
    for text in texts:
        factor, dimension = translated(parse_unit(text))
        assert by_ucumvert[text][1] == dimension, text
        assert float(by_ucumvert[text][0]) == pytest.approx(float(factor), rel=1e-9), text


def test_pint_multiplies_where_ucum_raises_ten_to_a_power(by_pint: dict[str, tuple[Fraction, Dimension]]) -> None:
    for text, number in MISREAD_BY_PINT.items():
        factor, dimension = by_pint[text]
        ours, same = translated(parse_unit(text))
        volume = factor / number
        assert dimension == same
        assert ours == volume * 10 ** int(text.removeprefix("10*").split("/")[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mo", "d"),
        ("a", "wk"),
        ("Gy", "Sv"),
        ("%", "10*6"),
        ("[iU]", "10*6"),
        ("[iU]/L", "/uL"),
        ("meq/L", "mmol/L"),
        ("MBq", "/min"),
        ("mL/min", "mL/min/{1.73_m2}"),
    ],
)
def test_what_ucumvert_converts_and_we_refuse(
    one: str, other: str, by_ucumvert: dict[str, tuple[Fraction, Dimension]]
) -> None:
    assert by_ucumvert[one][1] == by_ucumvert[other][1]
    assert parse_unit(one).dimension != parse_unit(other).dimension


def test_we_convert_nothing_that_they_refuse(by_ucumvert: dict[str, tuple[Fraction, Dimension]]) -> None:
    groups: dict[tuple[tuple[str, int], ...], set[tuple[tuple[str, int], ...]]] = {}
    for text in by_ucumvert:
        group = groups.setdefault(parse_unit(text).dimension, set())
        group.add(tuple(sorted(by_ucumvert[text][1].items())))
    assert {ours: found for ours, found in groups.items() if len(found) > 1} == {}
