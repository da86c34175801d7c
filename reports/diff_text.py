"""`diff` as a designer reads it aloud: what became of eligibility, of the criteria, and of each choice.

For each verdict the sentences before and after, and who goes from where to where: the region, and one patient. Then
what is recorded otherwise, the share of a cohort, and what all of it takes for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import PurePath

from trialproof.model.condition import Derived
from trialproof.model.course import say_prescribed
from trialproof.model.document import Quote
from trialproof.model.patient import about
from trialproof.model.place import Place
from trialproof.model.protocol import Choice, Criterion, Decision, Protocol
from trialproof.model.unit import PLAIN, say_amount
from trialproof.reports.layout import Page
from trialproof.reports.moved_share import Share, Shares
from trialproof.reports.people import say_patient
from trialproof.verify.finding import Witness
from trialproof.verify.versions.amendment import Amendment, ChoiceChange, DecisionChange, PopulationChange
from trialproof.verify.versions.compared import Change, Compared
from trialproof.verify.versions.criteria_compared import CriterionChange
from trialproof.verify.versions.merged import QuantityPair
from trialproof.verify.versions.transfers import Transfer

COLORS: Mapping[Change, str] = {
    Change.SAME: "green",
    Change.WIDER: "yellow",
    Change.NARROWER: "yellow",
    Change.MOVED: "yellow",
    Change.INCOMPARABLE: "red",
    Change.UNDECIDED: "red",
}
SAID: Mapping[Change, str] = {
    Change.WIDER: "nobody leaves, others come",
    Change.NARROWER: "nobody comes, some leave",
    Change.MOVED: "some leave, others come",
}
REGIONS_SHOWN = 12
"""Regions of one transfer that are spelled out; the JSON has all of them."""


def write_diff(amendment: Amendment, shares: Shares | None = None, *, color: bool = False) -> str:
    """Return the comparison as text, with the counts for a cohort if there are any."""
    return "\n".join(_Writer(amendment, Page(color)).lines(shares)).rstrip()


class _Writer:
    def __init__(self, amendment: Amendment, page: Page) -> None:
        self._amendment = amendment
        self._merged = amendment.merged
        self._page = page

    def lines(self, shares: Shares | None) -> Iterator[str]:
        page, found = self._page, self._amendment
        for label, version in (("old", self._merged.old), ("new", self._merged.new)):
            own = version.protocol
            yield page.entry(label, own.title)
            yield page.entry("", ", ".join(each for each in (own.registry, own.file) if each))
        yield ""
        yield self._verdict("eligibility", found.eligibility.compared)
        yield from self._population(found.eligibility)
        yield from self._criteria(found.criteria)
        for decision in found.decisions:
            yield from self._decision(decision)
        yield from self._list("Decisions of one version only", list(self._one_sided()))
        yield from self._list("Recorded otherwise", list(self._recorded()))
        if shares is not None:
            yield from self._list(f"Of the {shares.of} patients in {shares.file}", list(_counted(shares)))
        yield from self._list("Taken for granted", found.assumptions)
        yield ""
        yield page.heading(_summary(found))

    def _verdict(self, what: str, found: Compared) -> str:
        word = found.change.value
        text = self._page.paragraph(f"{what}  {word}{_explained(found)}")
        return text.replace(f"  {word}", f"  {self._page.mark(word, fg=COLORS[found.change], bold=True)}", 1)

    def _population(self, found: PopulationChange) -> Iterator[str]:
        for transfer in found.transfers:
            yield from self._transfer(transfer)
        if found.reason and found.compared.change not in (Change.INCOMPARABLE, Change.UNDECIDED):
            yield self._page.entry("undecided", found.reason)

    def _transfer(self, transfer: Transfer) -> Iterator[str]:
        page, regions = self._page, transfer.regions.regions
        yield page.entry("outcome", f"{transfer.before} becomes {transfer.after}")
        for at, region in enumerate(regions[:REGIONS_SHOWN], start=1):
            pinned = f" (boundary: {'; '.join(region.pinned)})" if region.pinned else ""
            yield page.entry("region" if len(regions) == 1 else f"region {at}", f"{region.words}{pinned}")
            yield page.entry("patient", self._patient(region.witness))
        if len(regions) > REGIONS_SHOWN:
            further = len(regions) - REGIONS_SHOWN
            yield page.entry("", f"and {further} more regions (all of them: --format json)")
        if not transfer.regions.complete:
            yield page.entry("undecided", "there are more regions than are searched")

    def _patient(self, witness: Witness) -> str:
        said = say_patient(self._merged.protocol, witness)
        charted = list(self._charted(witness))
        return f"{said} ({'; '.join(charted)})" if charted else said

    def _charted(self, witness: Witness) -> Iterator[str]:
        """Yield what a version charts of the true values that are shown."""
        meaning = about(self._merged.protocol, witness.patient)
        for record, which, name in self._merged.charted:
            value = meaning.number(Derived(name))
            if record in witness.matters and record in witness.patient.as_dict() and value.known:
                unit = self._merged.protocol.definitions[name].unit or PLAIN
                yield f"charted as {say_amount(Fraction(value.value), unit)} by the {which} version"

    def _criteria(self, found: Sequence[CriterionChange]) -> Iterator[str]:
        if not any(each.changed or _renumbered(each) for each in found):
            return
        yield ""
        yield self._page.heading("Criteria")
        for each in found:
            if each.compared is None:
                criterion, what = (each.new, "added") if each.new is not None else (each.old, "dropped")
                yield self._page.paragraph(f"{_named(criterion)}  {what}", indent=2)
            elif each.changed:
                yield self._page.paragraph(f"{_named(each.new)}  {each.compared.change.value}"
                                           f"{_explained(each.compared)}", indent=2)  # fmt: skip
            else:
                continue
            yield from self._sentences(each.old, each.new)
            if each.compared is not None:
                yield from self._examples(each.compared)
        alike = [f"`{each.new.id}`{_renumbered(each)}" for each in found if not each.changed and each.new]
        if alike:
            yield self._page.paragraph(f"the same: {', '.join(alike)}", indent=2)

    def _examples(self, found: Compared) -> Iterator[str]:
        if found.leaving is not None:
            yield self._page.entry("leaves", self._patient(found.leaving))
        if found.coming is not None:
            yield self._page.entry("comes", self._patient(found.coming))

    def _decision(self, found: DecisionChange) -> Iterator[str]:
        page = self._page
        name = f"`{found.new.name}`" + (f" (was `{found.old.name}`)" if found.old.name != found.new.name else "")
        for choice in found.choices:
            yield ""
            yield from self._choice(name, choice)
        population = found.population
        if population is not None and (population.transfers or population.compared.change is not Change.SAME):
            yield ""
            yield self._verdict(f"the patients whom {name} is for", population.compared)
            yield from self._population(population)
        if found.old.intent is not found.new.intent:
            yield page.entry("intent", f"was `{found.old.intent.value}`, is now `{found.new.intent.value}`")
        incomparable = any(each.compared and each.compared.change is Change.INCOMPARABLE for each in found.choices)
        if found.transfers or not (found.complete or incomparable):
            who = "eligible in both versions" if found.population is None else f"whom {name} is for in both versions"
            yield ""
            yield page.heading(page.paragraph(f"{name}, of the patients {who}"))
            for transfer in found.transfers:
                yield from self._transfer(transfer)
            if found.reason:
                yield page.entry("undecided", found.reason)
            elif not found.complete and all(each.regions.complete for each in found.transfers):
                yield page.entry("undecided", "there are more changes than are searched")

    def _choice(self, decision: str, found: ChoiceChange) -> Iterator[str]:
        page = self._page
        choice = found.new or found.old
        assert choice is not None  # noqa: S101 - one of the versions has it
        renamed = f" (was `{found.old.name}`)" if found.old and found.old.name != choice.name else ""
        what = f"{decision} is `{choice.name}`{renamed}"
        if found.compared is None:
            yield page.paragraph(f"{what}  {'added' if found.new is not None else 'dropped'}")
        else:
            yield self._verdict(what, found.compared)
        if found.compared is None or found.compared.change is not Change.SAME:
            yield from self._sentences(found.old, found.new)
        if found.leaves_to:
            yield page.entry("leave to", ", ".join(found.leaves_to))
        if found.comes_from:
            yield page.entry("come from", ", ".join(found.comes_from))
        if found.gives_otherwise and found.old is not None and found.new is not None:
            was, now = (f"“{each.gives}”" if each.gives else "not said" for each in (found.old, found.new))
            if was != now:
                yield page.entry("gives", f"was {was}, is now {now}")
            before, after = (say_prescribed(each.course) for each in (found.old, found.new))
            if before != after:
                yield page.entry("course", f"was {before}, is now {after}")
            if was == now and before == after:
                yield page.entry("gives", "what it prescribes has changed")

    def _sentences(self, old: Choice | Criterion | None, new: Choice | Criterion | None) -> Iterator[str]:
        versions = (self._merged.old.protocol, self._merged.new.protocol)
        for label, thing, protocol in (("was", old, versions[0]), ("now", new, versions[1])):
            if thing is not None:
                for text in _quoted(thing.quotes, thing.place, protocol):
                    yield self._page.entry(label, text)

    def _one_sided(self) -> Iterator[str]:
        def said(decision: Decision) -> str:
            return f"`{decision.name}` ({', '.join(f'`{each.name}`' for each in decision.choices)})"

        yield from (f"added: {said(each)}" for each in self._amendment.added)
        yield from (f"dropped: {said(each)}" for each in self._amendment.dropped)

    def _recorded(self) -> Iterator[str]:
        old, new = self._merged.old.protocol, self._merged.new.protocol
        asked = [each for each in self._merged.quantities if not _left_open(each, old, new)]
        added = [f"`{each.new}`" for each in asked if each.old is None]
        dropped = [f"`{each.old}`" for each in asked if each.new is None]
        if added:
            yield f"only the new version records {', '.join(added)}"
        if dropped:
            yield f"only the old version records {', '.join(dropped)}"
        for each in asked:
            if each.old is None or each.new is None:
                continue
            name = f"`{each.new}`" + (f" (was `{each.old}`)" if each.old != each.new else "")
            if each.apart is not None:
                yield f"{name} is not one quantity: {each.apart}; if it is another one now, give it another name"
            yield from (f"{name} {change}" for change in each.changes)
            if each.only_old:
                yield f"{name} {' or '.join(each.only_old)}: only the old version can record it, and it is not compared"
            if each.only_new:
                yield f"{name} {' or '.join(each.only_new)}: only the new version can record it, and it is not compared"
        for which, facts in (("old", self._merged.only_old), ("new", self._merged.only_new)):
            for fact in facts:
                yield (
                    f"only the {which} version takes for a fact that {fact.because} (line {fact.place.line}): whoever "
                    "breaks it is not compared"
                )

    def _list(self, heading: str, items: Sequence[str]) -> Iterator[str]:
        if items:
            yield ""
            yield self._page.heading(self._page.paragraph(heading))
            for each in items:
                yield self._page.paragraph(f"- {each}", indent=2)


def _explained(found: Compared) -> str:
    if found.change is Change.SAME:
        return ": proved" if found.staying is not None else ": nobody, in either version"
    return f": {SAID.get(found.change, found.reason)}"


def _quoted(quotes: Sequence[Quote], place: Place, protocol: Protocol) -> Iterator[str]:
    if not quotes:
        yield f"({Place(PurePath(place.file).name, place.line, place.column)})"
    yield from (f"“{quote.text}” ({PurePath(protocol.document).name}:{quote.line})" for quote in quotes)


def _named(criterion: Criterion | None) -> str:
    assert criterion is not None  # noqa: S101 - one of the versions has it
    return f"`{criterion.id}` ({'exclusion' if criterion.excludes else 'inclusion'})"


def _renumbered(found: CriterionChange) -> str:
    if found.old is None or found.new is None or found.old.id == found.new.id:
        return ""
    return f" (was `{found.old.id}`)"


def _left_open(pair: QuantityPair, old: Protocol, new: Protocol) -> bool:
    sides = [version.quantities[own] for version, own in ((old, pair.old), (new, pair.new)) if own is not None]
    return all(each.left_open is not None for each in sides)


def _counted(shares: Shares) -> Iterator[str]:
    yield f"{_of(shares.changed, shares.of)} are treated differently"
    for each in shares.sets:
        yield f"{_set_name(each)}: {each.before} before, {each.after} after; {each.leave} leave, {each.come} come"
    if shares.open_before or shares.open_after:
        yield f"eligibility is undetermined for {shares.open_before} before and {shares.open_after} after"
    if shares.skipped:
        yield f"{shares.skipped} rows could not be read and are not counted"


def _of(count: int, of: int) -> str:
    """Return a count with its share in percent, to a tenth."""
    return f"{count} ({100 * count / of:.1f} %)" if of else str(count)


def _set_name(share: Share) -> str:
    return f"`{share.decision}` is `{share.choice}`" if share.decision else "eligible"


def _summary(found: Amendment) -> str:
    if found.same:
        return "same: everybody is treated alike"
    choices = [each.compared for decision in found.decisions for each in decision.choices if each.compared]
    counts = [(sum(each.change is change for each in choices), change.value) for change in Change]
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    population = f"eligibility {found.eligibility.compared.change.value}"
    return f"{population}; choices: {said}" if said else population
