"""What a scenario file says of the way of a true value into the record."""

from __future__ import annotations

from fractions import Fraction

from trialproof.model.document import show
from trialproof.model.protocol import NumberKind, Quantity
from trialproof.model.quantities import read_amount
from trialproof.model.source import DataPath
from trialproof.model.unit import say_amount
from trialproof.simulate.scenario.amounts import read_share, say_share
from trialproof.simulate.scenario.reader import Reader
from trialproof.simulate.scenario.scenario import Charting
from trialproof.simulate.scenario.shape_population import Charting as ChartingPart

NEVER_MISSING = "a quantity that may be missing says so in the protocol: `may_be_missing: true`"


def read_charting(reader: Reader, path: DataPath, part: ChartingPart, quantity: Quantity) -> Charting:
    """Return how a quantity is charted. Raises `BadInput`."""
    error, heap, share, missing = Fraction(0), None, Fraction(0), Fraction(0)
    said = []
    kind = quantity.kind
    for key, value in (("error", part.error), ("heaping", part.heaping)):
        if value is not None and not isinstance(kind, NumberKind):
            message = f"`{key}` goes with a number, and `{quantity.name}` is none"
            raise reader.problem(message, (*path, key), at_key=True)
    if isinstance(kind, NumberKind) and part.error is not None:
        error = _size(reader, (*path, "error"), part.error, kind)
        said.append(f"measured with a normal error of standard deviation {say_amount(error, kind.unit)}")
    if isinstance(kind, NumberKind) and part.heaping is not None:
        heap = _size(reader, (*path, "heaping", "to"), part.heaping.to, kind)
        share = read_share(reader.source, (*path, "heaping", "share"), part.heaping.share, "a share")
        said.append(f"{say_share(share)} of the records rounded to multiples of {say_amount(heap, kind.unit)}")
    if part.missing is not None:
        missing = read_share(reader.source, (*path, "missing"), part.missing, "a share")
        if missing and not quantity.may_be_missing:
            message = f"the protocol takes `{quantity.name}` for always recorded"
            raise reader.problem(message, (*path, "missing"), NEVER_MISSING)
        said.append(f"{say_share(missing)} not recorded")
    if not said:
        raise reader.problem("the charting says nothing", path, "give `error`, `heaping` or `missing`", at_key=True)
    reader.assume(path, f"{quantity.title}, in the record: {', '.join(said)}", part)
    return Charting(float(error), heap, float(share), float(missing))


def _size(reader: Reader, path: DataPath, text: str, kind: NumberKind) -> Fraction:
    """Return an amount above zero and not wider than the range."""
    value, widest = read_amount(reader.source, path, text, kind.unit), kind.upper - kind.lower
    if not 0 < value <= widest:
        message = f"{show(text.strip())} does not lie above zero and within {say_amount(widest, kind.unit)}"
        raise reader.problem(message, path)
    return value
