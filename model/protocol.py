"""A protocol, loaded: every rule beside the protocol's own words, every name resolved.

Frozen values only. `model.load` builds them from a folder; nothing here reads a file or evaluates a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import TypeAlias, Union

from trialproof.model.condition import EVERYONE, Condition, Eligible, Term
from trialproof.model.course import Prescribed
from trialproof.model.document import Document, Quote
from trialproof.model.dose import Checkpoint, DoseLimit
from trialproof.model.place import NOWHERE, Place
from trialproof.model.radiobiology import ALPHA_BETA
from trialproof.model.schedule import Schedule
from trialproof.model.unit import PLAIN, Unit

Recorded: TypeAlias = Union[Fraction, str, bool]
"""One recorded value: a number in the quantity's unit, a category, or a yes/no."""


@dataclass(frozen=True, slots=True)
class NumberKind:
    """A number with a unit, between `lower` and `upper` inclusive, charted in multiples of `step` (None: any value).

    `rounding` says how the true value becomes the charted one: `nearest`, `down` or `up`.
    """

    lower: Fraction
    upper: Fraction
    unit: Unit = PLAIN
    step: Fraction | None = None
    rounding: str = "nearest"


@dataclass(frozen=True, slots=True)
class CategoryKind:
    """One of a fixed list of categories."""

    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YesNoKind:
    """Yes or no."""


Kind: TypeAlias = Union[NumberKind, CategoryKind, YesNoKind]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something recorded of a patient.

    `applies_if` says for whom it exists at all; `when_not_applicable` is its value for the others (None: it has none).
    `left_open` is the reason why the text does not settle it: such a quantity is a free yes/no that stands for an
    open definition or an open reading, and no data sheet holds it.
    """

    name: str
    kind: Kind
    label: str = ""
    applies_if: Condition = EVERYONE
    when_not_applicable: Recorded | None = None
    may_be_missing: bool = False
    left_open: str | None = None
    place: Place = NOWHERE

    @property
    def title(self) -> str:
        """The label, or else the name with its underscores read as spaces (a reading left open: in brackets)."""
        sentence, _, reading = self.name.replace("_", " ").partition(".")
        return self.label or (f"{sentence} ({reading})" if reading else sentence)


@dataclass(frozen=True, slots=True)
class Definition:
    """A named condition or a named number (then with its unit); undetermined where it does not apply."""

    name: str
    body: Condition | Term
    unit: Unit | None = None
    label: str = ""
    applies_if: Condition = EVERYONE
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE

    @property
    def title(self) -> str:
        """The label, or else the name with its underscores read as spaces."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of every patient, and why."""

    rule: Condition
    because: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Criterion:
    """One eligibility criterion; `excludes` tells an exclusion from an inclusion."""

    id: str
    rule: Condition
    excludes: bool = False
    label: str = ""
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE


class Intent(Enum):
    """How many of a decision's choices a patient should get."""

    EXACTLY_ONE = "exactly one"
    AT_MOST_ONE = "at most one"
    AT_LEAST_ONE = "at least one"
    FIRST_MATCH = "first match"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a decision, with the rule for taking it.

    `gives` says what the patient gets, in words. `points` is what the choice counts in a score (None: nothing said).
    `course` is the radiotherapy that it prescribes. With `lowers`, it takes the place of the course that the patient
    has by the decision of this name.
    """

    name: str
    rule: Condition
    label: str = ""
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE
    gives: str = ""
    points: Fraction | None = None
    course: Prescribed | None = None
    lowers: str | None = None

    @property
    def title(self) -> str:
        """The label, or else the name with its underscores read as spaces."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Decision:
    """A set of choices of which each patient of the population should get as many as the intent says."""

    name: str
    choices: tuple[Choice, ...]
    population: Condition = field(default_factory=Eligible)
    intent: Intent = Intent.EXACTLY_ONE
    label: str = ""
    place: Place = NOWHERE

    @property
    def bounds(self) -> tuple[int, int]:
        """The intent as an interval [a, b] for the number of choices."""
        match self.intent:
            case Intent.EXACTLY_ONE | Intent.FIRST_MATCH:
                return (1, 1)
            case Intent.AT_MOST_ONE:
                return (0, 1)
            case Intent.AT_LEAST_ONE:
                return (1, len(self.choices))
            case Intent.ANY:
                return (0, len(self.choices))

    def choice(self, name: str) -> Choice:
        """Return the choice of this name; KeyError if there is none."""
        for each in self.choices:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the designer expects to hold for every possible patient."""

    id: str
    rule: Condition
    because: str = ""
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Sentence:
    """A rule that can be read in several ways: `arm.involved_field`, `radical_surgery`, `I1`.

    `about_course`: what is read is the course of a choice, `prescription.far.course`, and no rule depends on it.
    """

    name: str
    readings: tuple[str, ...]
    preferred: str
    quotes: tuple[Quote, ...] = ()
    place: Place = NOWHERE
    about_course: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A passage that no rule covers: `because` says why, or it is still to do."""

    quotes: tuple[Quote, ...]
    because: str | None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that the designer knows of and accepts: its code, where it arises, and why it may stay.

    `where` names a decision, `decision.choice`, a criterion, a definition, a quantity, a claim or a sentence; `region`
    is a region in the words of the report, or the words of the document that are found fault with. None stands for any.
    """

    code: str
    because: str
    where: str | None = None
    region: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class VagueTerm:
    """Words that leave a threshold open, besides those of the lexicon; `unless` are wordings in which they do not."""

    term: str
    because: str
    unless: tuple[str, ...] = ()
    place: Place = NOWHERE


Selection: TypeAlias = Mapping[str, str]
"""One reading for each sentence: sentence name to reading name."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole protocol. Mappings keep the order of the file.

    `document` is the path of its text, and `text` the text itself; empty and None where there is none.
    """

    title: str
    quantities: Mapping[str, Quantity]
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    inclusion: tuple[Criterion, ...] = ()
    exclusion: tuple[Criterion, ...] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    alpha_beta: Mapping[str, Fraction] = field(default_factory=lambda: ALPHA_BETA)
    limits: Mapping[str, DoseLimit] = field(default_factory=dict)
    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=Schedule)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)
    not_modelled: tuple[SetAside, ...] = ()
    todo: tuple[SetAside, ...] = ()
    accept: tuple[Acceptance, ...] = ()
    lexicon: tuple[VagueTerm, ...] = ()
    registry: str = ""
    file: str = "protocol.yaml"
    document: str = ""
    text: Document | None = field(default=None, repr=False)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Inclusion criteria, then exclusion criteria."""
        return self.inclusion + self.exclusion

    @property
    def places(self) -> dict[str, Place]:
        """Where each named part stands in the file; a choice is named `decision.choice`."""
        found = {name: each.place for name, each in self.quantities.items()}
        found |= {name: each.place for name, each in self.definitions.items()}
        found |= {name: each.place for name, each in self.decisions.items()}
        found |= {each.id: each.place for each in self.criteria}
        found |= {each.id: each.place for each in self.claims}
        found |= {name: each.place for name, each in self.limits.items()}
        found |= {name: each.place for name, each in self.schedule.entries.items()}
        for decision in self.decisions.values():
            found |= {f"{decision.name}.{each.name}": each.place for each in decision.choices}
        return found

    @property
    def preferred(self) -> dict[str, str]:
        """The preferred reading of every sentence (else its first)."""
        return {name: each.preferred for name, each in self.sentences.items()}

    @property
    def combinations(self) -> int:
        """How many ways there are to read the protocol: the product over its sentences."""
        count = 1
        for each in self.sentences.values():
            count *= len(each.readings)
        return count

    def rules(self) -> Iterator[Condition | Term]:
        """Every rule of the protocol, in the order of the file."""
        for quantity in self.quantities.values():
            yield quantity.applies_if
        for fact in self.facts:
            yield fact.rule
        for definition in self.definitions.values():
            yield definition.applies_if
            yield definition.body
        for criterion in self.criteria:
            yield criterion.rule
        for decision in self.decisions.values():
            yield decision.population
            for choice in decision.choices:
                yield choice.rule
        for limit in self.limits.values():
            yield limit.population
        for entry in self.schedule.entries.values():
            yield entry.population
        for claim in self.claims:
            yield claim.rule
