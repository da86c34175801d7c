"""An assignment as the columns of a table: one row for each patient, in words that a reader and a program understand.

A column is a list of distinct texts and a code for each patient. An empty text says that there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialproof.model.document import shorten
from trialproof.model.place import BadInput
from trialproof.model.protocol import Choice, Decision, Protocol
from trialproof.simulate.assignment import Assignment, Fate
from trialproof.simulate.cohort import spread
from trialproof.simulate.patients_file import Chunk
from trialproof.simulate.rational import Truths

BETWEEN = "; "
STATUS = ("outside", "settled", "gap", "overlap", "undetermined")
LONGEST_QUOTE = 80
AT_ONCE = 30
"""How many truths are packed into one number beside the number of a patient."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A column of texts: those that occur, and which of them each row has."""

    texts: Sequence[str]
    codes: NDArray[np.intp]

    def blank(self, rows: NDArray[np.bool_]) -> Words:
        """Return the column with an empty text in these rows."""
        return Words([*self.texts, ""], np.where(rows, len(self.texts), self.codes)) if rows.any() else self


def headings(
    decisions: Collection[str], carried: Collection[str], *, counted: str, errors: bool
) -> tuple[str, ...]:
    """Return the names of the columns that `rows_of` returns. Raises `BadInput` if one of ours is taken.

    First comes `line` or `row`, then what is carried along, then what is made of the patient, and `error` if wanted.
    """
    ours = ["eligible", "failed", "open_criteria"]
    for name in decisions:
        ours += [name, f"{name}_status", f"{name}_possible", f"{name}_sentence"]
    ours += ["missing", "readings_differ", "any_reading_differs"] + ["error"] * errors
    for name in (counted, *ours):
        if name in carried:
            raise BadInput(
                f"the table of patients has a column `{name}`, and so has the result",
                help="give that column another name; was it a result already?",
            )
        if (counted, *ours).count(name) > 1:
            raise BadInput(f"the result would have two columns `{name}`", help="give that decision another name")
    return (counted, *carried, *ours)


def rows_of(
    protocol: Protocol, chunk: Chunk, found: Assignment[Truths], *, full_quotes: bool, errors: bool
) -> list[Any]:
    """Return a chunk with what is made of it, column by column; nothing is made of a patient who has a problem."""
    said = say_assignment(protocol, found, chunk.cohort.size, full_quotes=full_quotes)
    bad = ~chunk.good
    columns = [chunk.at, *chunk.carried, *(each.blank(bad) for each in said)]
    return [*columns, _say_problems(chunk)] if errors else columns


def say_assignment(protocol: Protocol, found: Assignment[Truths], size: int, *, full_quotes: bool) -> list[Words]:
    """Return what is made of so many patients, column by column: eligibility, each decision, missing, readings."""
    columns = [
        patterns([found.eligible.holds, found.eligible.fails], size, _say_truth),
        listed(found.failed, size),
        listed(found.unsettled, size),
    ]
    for name, fate in found.decisions.items():
        columns += _say_fate(protocol.decisions[name], fate, size, full_quotes=full_quotes)
    otherwise = {f"{sentence}={reading}": truth for (sentence, reading), truth in found.otherwise.items()}
    columns += [listed(found.missing, size), listed(otherwise, size)]
    columns.append(patterns([found.alike, *found.otherwise.values()], size, _say_whether_readings_differ))
    return columns


def listed(named: Mapping[str, Truths], size: int) -> Words:
    """Return for each patient the names of what is true."""
    names = list(named)
    return patterns(list(named.values()), size, lambda truths: BETWEEN.join(_where(names, truths)))


def patterns(truths: Sequence[Truths], size: int, say: Callable[[Sequence[bool]], str]) -> Words:
    """Return what is said of each patient's truths; it is said once for all patients who have the same ones."""
    packed = np.zeros(size, np.int64)
    for at, truth in enumerate(truths):
        if at and at % AT_ONCE == 0:
            packed = np.unique(packed, return_inverse=True)[1] << AT_ONCE
        if truth is not False:
            packed |= spread(truth, size).astype(np.int64) << at % AT_ONCE
    _, first, codes = np.unique(packed, return_index=True, return_inverse=True)
    texts = [say([bool(spread(truth, size)[row]) for truth in truths]) for row in first]
    return Words(texts, codes)


def say_choices(decision: Decision, names: Sequence[str], *, full_quotes: bool) -> str:
    """Return the sentences of these choices, each with its line in the document."""
    return BETWEEN.join(_sentence(decision.choice(name), full_quotes=full_quotes) for name in names)


def _say_fate(decision: Decision, fate: Fate[Truths], size: int, *, full_quotes: bool) -> list[Words]:
    names = list(fate.takes)
    holds = [truth.holds for truth in fate.takes.values()]
    fails = [truth.fails for truth in fate.takes.values()]
    status = [fate.outside, fate.settled, fate.short, fate.crowded, fate.undetermined]

    def say_choice(truths: Sequence[bool]) -> str:
        outside, *_, undetermined = truths[:5]
        if outside or undetermined:
            return "" if outside else "undetermined"
        return " and ".join(_where(names, truths[5:])) or "no choice"

    def say_possible(truths: Sequence[bool]) -> str:
        return BETWEEN.join(_where(names, [not each for each in truths[1:]])) or "no choice" if truths[0] else ""

    def say_sentence(truths: Sequence[bool]) -> str:
        return say_choices(decision, _where(names, truths[2:]) if any(truths[:2]) else (), full_quotes=full_quotes)

    return [
        patterns([*status, *holds], size, say_choice),
        patterns(status, size, lambda truths: _where(STATUS, truths)[0]),
        patterns([fate.undetermined, *fails], size, say_possible),
        patterns([fate.settled, fate.crowded, *holds], size, say_sentence),
    ]


def _sentence(choice: Choice, *, full_quotes: bool) -> str:
    if not choice.quotes:
        return str(choice.place)
    said = [(each.line, each.text if full_quotes else shorten(each.text, LONGEST_QUOTE)) for each in choice.quotes]
    return " ".join(f"line {line}: {text}" for line, text in said)


def _say_problems(chunk: Chunk) -> Words:
    """Return what is wrong with each row."""
    said: dict[int, str] = {}
    for problem in chunk.problems:
        said[problem.row] = BETWEEN.join((*([said[problem.row]] if problem.row in said else []), problem.message))
    codes = np.zeros(chunk.cohort.size, np.intp)
    codes[list(said)] = np.arange(1, len(said) + 1)
    return Words(["", *said.values()], codes)


def _say_truth(truths: Sequence[bool]) -> str:
    return "yes" if truths[0] else "no" if truths[1] else "undetermined"


def _say_whether_readings_differ(truths: Sequence[bool]) -> str:
    alike, *otherwise = truths
    return "yes" if any(otherwise) else "no" if alike else "perhaps"


def _where(names: Sequence[str], truths: Sequence[bool]) -> list[str]:
    return [name for name, truth in zip(names, truths, strict=True) if truth]
