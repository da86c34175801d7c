"""`diff` as a designer reads it aloud: what became of eligibility, of the criteria, and of each choice.

For each verdict the sentences before and after, and who goes from where to where: the region, and one patient. Then
what is recorded otherwise, the share of a cohort, and what all of it takes for granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from trialproof.model.document import Quote
from trialproof.model.place import Place
from trialproof.model.protocol import Choice, Criterion, Protocol
from trialproof.reports.diff_words import (
    charted,
    counted,
    explained,
    given,
    one_sided,
    recorded_otherwise,
    renumbered,
    summary,
)
from trialproof.reports.layout import Page
from trialproof.reports.moved_share import Shares
from trialproof.reports.people import say_patient
from trialproof.verify.finding import Witness
from trialproof.verify.versions.amendment import Amendment, ChoiceChange, DecisionChange, PopulationChange
from trialproof.verify.versions.compared import Change, Compared
from trialproof.verify.versions.criteria_compared import CriterionChange
from trialproof.verify.versions.transfers import Transfer

COLORS: Mapping[Change, str] = {
    Change.SAME: "green",
    Change.WIDER: "yellow",
    Change.NARROWER: "yellow",
    Change.MOVED: "yellow",
    Change.INCOMPARABLE: "red",
    Change.UNDECIDED: "red",
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
        yield from self._list("Decisions of one version only", list(one_sided(found)))
        yield from self._list("Recorded otherwise", list(recorded_otherwise(self._merged)))
        if shares is not None:
            yield from self._list(f"Of the {shares.of} patients in {shares.file}", list(counted(shares)))
        yield from self._list("Taken for granted", found.assumptions)
        yield ""
        yield page.heading(summary(found))

    def _verdict(self, what: str, found: Compared) -> str:
        word = found.change.value
        text = self._page.paragraph(f"{what}  {word}{explained(found)}")
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
        notes = list(charted(self._merged, witness))
        return f"{said} ({'; '.join(notes)})" if notes else said

    def _criteria(self, found: Sequence[CriterionChange]) -> Iterator[str]:
        if not any(each.changed or renumbered(each) for each in found):
            return
        yield ""
        yield self._page.heading("Criteria")
        for each in found:
            if each.compared is None:
                criterion, what = (each.new, "added") if each.new is not None else (each.old, "dropped")
                yield self._page.paragraph(f"{_named(criterion)}  {what}", indent=2)
            elif each.changed:
                yield self._page.paragraph(f"{_named(each.new)}  {each.compared.change.value}"
                                           f"{explained(each.compared)}", indent=2)  # fmt: skip
            else:
                continue
            yield from self._sentences(each.old, each.new)
            if each.compared is not None:
                yield from self._examples(each.compared)
        alike = [f"`{each.new.id}`{renumbered(each)}" for each in found if not each.changed and each.new]
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
        if found.gives_otherwise:
            said = list(given(found))
            for what, was, now in said:
                yield page.entry(what, f"was {was}, is now {now}")
            if not said:
                yield page.entry("gives", "what it prescribes has changed")

    def _sentences(self, old: Choice | Criterion | None, new: Choice | Criterion | None) -> Iterator[str]:
        versions = (self._merged.old.protocol, self._merged.new.protocol)
        for label, thing, protocol in (("was", old, versions[0]), ("now", new, versions[1])):
            if thing is not None:
                for text in _quoted(thing.quotes, thing.place, protocol):
                    yield self._page.entry(label, text)

    def _list(self, heading: str, items: Sequence[str]) -> Iterator[str]:
        if items:
            yield ""
            yield self._page.heading(self._page.paragraph(heading))
            for each in items:
                yield self._page.paragraph(f"- {each}", indent=2)


def _quoted(quotes: Sequence[Quote], place: Place, protocol: Protocol) -> Iterator[str]:
    if not quotes:
        yield f"({Place(PurePath(place.file).name, place.line, place.column)})"
    yield from (f"“{quote.text}” ({PurePath(protocol.document).name}:{quote.line})" for quote in quotes)


def _named(criterion: Criterion | None) -> str:
    assert criterion is not None  # noqa: S101 - one of the versions has it
    return f"`{criterion.id}` ({'exclusion' if criterion.excludes else 'inclusion'})"
