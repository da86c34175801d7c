"""What is made of one patient, in words: eligible or why not, which choice and why, what is missing, other readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trialproof.model.condition import Condition, Eligible
from trialproof.model.document import Quote
from trialproof.model.english import say
from trialproof.model.meaning import Truth
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Choice, Criterion, Decision, Protocol, Selection
from trialproof.reports.assignment import STATUS
from trialproof.reports.layout import Page
from trialproof.reports.people import say_value
from trialproof.simulate.assignment import Assignment, Fate, assign_patient
from trialproof.verify.because import deciding


def write_patient(
    protocol: Protocol, patient: Patient, selection: Selection, decisions: Sequence[str], *, color: bool = False
) -> str:
    """Return what these decisions make of a patient, under the preferred readings where the selection says nothing."""
    chosen = {**protocol.preferred, **selection}
    return "\n".join(_Writer(protocol, patient, chosen, decisions, Page(color)).lines())


def say_fate(decision: Decision, fate: Fate[bool]) -> str:
    """Return what a decision makes of a patient: its choice, or `a` and `b`, no choice, undetermined (`a`?)."""
    status = _status(fate)
    holding = [name for name, truth in fate.takes.items() if truth.holds]
    possible = [name for name, truth in fate.takes.items() if not truth.fails]
    if status == "outside":
        return "not for this patient"
    if status == "undetermined":
        perhaps = f" ({_names(possible, 'or')}?)" if possible else ", and no choice takes the patient"
        return f"undetermined{perhaps}"
    said = _names(holding, "and") or "no choice"
    return said if status == "settled" else f"{said}, {'an overlap' if holding else 'a gap'}: {decision.intent.value}"


class _Writer:
    def __init__(
        self, protocol: Protocol, patient: Patient, selection: Selection, decisions: Sequence[str], page: Page
    ) -> None:
        self._protocol = protocol
        self._patient = patient
        self._selection = selection
        self._page = page
        self._meaning = about(protocol, patient, selection)
        self._decisions = decisions
        self._found = assign_patient(protocol, patient, selection, decisions)

    def lines(self) -> Iterator[str]:
        page, protocol, found = self._page, self._protocol, self._found
        yield page.heading(page.paragraph(protocol.title))
        title = {name: quantity.title for name, quantity in protocol.quantities.items()}
        recorded = [f"{title[name]} {say_value(protocol, name, value)}" for name, value in self._patient]
        yield page.entry("patient", ", ".join(recorded) or "nothing recorded")
        if stray := [title[name] for name, truth in found.stray.items() if truth]:
            yield page.entry("but", f"{', '.join(stray)}: does not apply to this patient, and counts for nothing")
        yield ""
        yield page.heading(_eligibility(found))
        for criterion in protocol.criteria:
            yield from self._criterion(criterion)
        for name, fate in found.decisions.items():
            yield ""
            yield page.heading(page.paragraph(f"{name}: {say_fate(protocol.decisions[name], fate)}"))
            yield from self._fate(protocol.decisions[name], fate)
        yield ""
        waited = [title[name] for name, truth in found.missing.items() if truth]
        yield page.entry("missing", ", ".join(waited) if waited else "nothing that would settle more")
        if protocol.sentences:
            yield from self._readings()

    def _criterion(self, criterion: Criterion) -> Iterator[str]:
        failed, unsettled = self._found.failed[criterion.id], self._found.unsettled[criterion.id]
        if not failed and not (unsettled and self._is_open()):
            return
        yield self._page.entry(criterion.id, self._criterion_words(criterion, failed=failed))
        yield from self._quotes(criterion.quotes)

    def _is_open(self) -> bool:
        return not self._found.eligible.holds and not self._found.eligible.fails

    def _criterion_words(self, criterion: Criterion, *, failed: bool) -> str:
        kind = "exclusion" if criterion.excludes else "inclusion"
        if not failed:
            return f"{kind} criterion, undetermined"
        why = self._why(criterion.rule, holding=criterion.excludes)
        if criterion.excludes:
            return f"excludes the patient: {why}"
        return f"not met, since this is not so: {why}"

    def _fate(self, decision: Decision, fate: Fate[bool]) -> Iterator[str]:
        if fate.outside:
            if decision.population == Eligible():
                yield self._page.entry("because", "it is for the eligible")
            else:
                why = self._why(decision.population, holding=False)
                yield self._page.entry("because", f"it is for others, since this is not so: {why}")
            return
        for choice in decision.choices:
            truth = fate.takes[choice.name]
            if truth.holds or not fate.settled:
                yield self._page.entry("choice", self._choice_words(choice, truth))
                yield from self._quotes(choice.quotes)

    def _choice_words(self, choice: Choice, truth: Truth[bool]) -> str:
        name = f"`{choice.name}`" + (f" ({choice.label})" if choice.label else "")
        if truth.holds:
            return f"{name} takes the patient: {self._why(choice.rule, holding=True)}"
        if not truth.fails:
            return f"{name} is undetermined"
        why = self._why(choice.rule, holding=False)
        return f"{name} does not, " + (f"since this is not so: {why}" if why else "since an earlier choice comes first")

    def _why(self, rule: Condition, *, holding: bool) -> str:
        clauses = deciding(rule, self._meaning, holding=holding)
        return "; ".join(say(each, self._protocol, self._selection) for each in clauses)

    def _quotes(self, quotes: Sequence[Quote]) -> Iterator[str]:
        for quote in quotes:
            yield self._page.entry(f"line {quote.line}", f"“{quote.text}”")

    def _readings(self) -> Iterator[str]:
        found = self._found
        for (sentence, reading), differs in found.otherwise.items():
            if differs:
                selection = {**self._selection, sentence: reading}
                other = assign_patient(self._protocol, self._patient, selection, self._decisions)
                changes = "; ".join(_changes(self._protocol, found, other))
                yield self._page.entry("readings", f"`{sentence}` read as `{reading}`: {changes}")
        if not any(found.otherwise.values()):
            said = "the same whatever the readings" if found.alike else "no other reading of one sentence changes this"
            yield self._page.entry("readings", said)


def _changes(protocol: Protocol, mine: Assignment[bool], other: Assignment[bool]) -> Iterator[str]:
    """Yield what would be otherwise."""
    if mine.eligible != other.eligible:
        yield _eligibility(other).lower()
    for name, fate in mine.decisions.items():
        before, after = (say_fate(protocol.decisions[name], each) for each in (fate, other.decisions[name]))
        if before != after:
            yield f"{name}: {after}"
        elif not fate.outside and fate.takes != other.decisions[name].takes:
            yield f"{name}: {_takes(other.decisions[name].takes)}"


def _takes(takes: Mapping[str, Truth[bool]]) -> str:
    said = {name: "yes" if truth.holds else "no" if truth.fails else "undetermined" for name, truth in takes.items()}
    return ", ".join(f"`{name}` {how}" for name, how in said.items())


def _eligibility(found: Assignment[bool]) -> str:
    if found.eligible.holds:
        return "Eligible"
    return "Not eligible" if found.eligible.fails else "Eligibility is undetermined"


def _status(fate: Fate[bool]) -> str:
    truths = (fate.outside, fate.settled, fate.short, fate.crowded, fate.undetermined)
    return STATUS[truths.index(True)]


def _names(names: Sequence[str], word: str) -> str:
    return f" {word} ".join(f"`{name}`" for name in names)
