"""One patient from a line of text: `resection=R0, diameter=5 cm, recurrence=yes`, each value read as a cell is."""

from __future__ import annotations

import re

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.patient import Patient, about
from trialproof.model.place import BadInput, Place
from trialproof.model.protocol import Protocol, Recorded, Selection
from trialproof.simulate.cells import BadCell, read_cell

SOURCE = "--patient"
BETWEEN = re.compile(r"\s*[,;]\s*(?=[A-Za-z_][\w.]*\s*=)|[\s,;]*$")


def read_patient(protocol: Protocol, text: str, selection: Selection | None = None) -> Patient:
    """Return the patient of a text, values in the order of the protocol; facts are read by the selection.

    Raises `BadInput` for what is no `name=value`, an unknown or repeated name, a value that nobody can have, and for a
    patient who breaks a fact.
    """
    record: dict[str, Recorded | None] = {}
    begin = 0
    while begin < len(text):
        found = BETWEEN.search(text, begin)
        end = len(text) if found is None else found.start()
        if text[begin:end].strip():
            name, value = _entry(protocol, text, begin, end)
            if name in record:
                raise _problem(f"`{name}` is given two values", text, begin, end)
            record[name] = value
        begin = len(text) if found is None else max(found.end(), begin + 1)
    patient = Patient.of({name: record.get(name) for name in protocol.quantities})
    for fact in protocol.facts:
        if about(protocol, patient, selection).truth(fact.rule).fails:
            raise BadInput(f"this patient cannot be: it is taken for a fact that {fact.because} ({fact.place})")
    return patient


def _entry(protocol: Protocol, text: str, begin: int, end: int) -> tuple[str, Recorded | None]:
    name, equals, value = (part.strip() for part in text[begin:end].partition("="))
    if not equals:
        raise _problem(f"{show(name)} gives no value", text, begin, end, "write `NAME=VALUE, NAME=VALUE`")
    if name not in protocol.quantities:
        meant = did_you_mean(name, protocol.quantities)
        advice = f"did you mean `{meant}`?" if meant else f"the quantities are {', '.join(protocol.quantities)}"
        raise _problem(f"there is no quantity {show(name)}", text, begin, begin + len(name), advice)
    try:
        return name, read_cell(protocol.quantities[name], value)
    except BadCell as fault:
        raise _problem(f"`{name}` {fault}", text, begin, end) from None


def _problem(message: str, text: str, begin: int, end: int, advice: str | None = None) -> BadInput:
    place = Place(SOURCE, 1, begin + 1)
    return BadInput(message, place, excerpt=text, width=max(1, end - begin), help=advice)
