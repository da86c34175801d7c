"""`repair` as it is read aloud in a meeting: what is wrong, then each repair with a letter, none recommended.

For each repair: the changes in words, the amended sentences, what to write into the file, whose choice it fixes, whom
else it moves, and what is proved of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from trialproof.model.document import Quote
from trialproof.model.protocol import Protocol
from trialproof.reports.entries import shorten
from trialproof.reports.layout import Page
from trialproof.reports.people import say_patient, say_readings
from trialproof.reports.rewriting import Rewritten, describe, promise, rewritten, yaml_lines
from trialproof.verify.check import listed
from trialproof.verify.describe import Regions
from trialproof.verify.finding import Region
from trialproof.verify.repairs.repair import Proposal, Repair, Repairs, State

REGIONS_SHOWN = 4
"""Regions with one outcome that are spelled out; the JSON has all of them."""


def write_repairs(protocol: Protocol, proposal: Proposal, *, color: bool = False) -> str:
    """Return the report as text."""
    return "\n".join(_Writer(protocol, Page(color)).lines(proposal)).rstrip()


class _Writer:
    """Writes one report; a quote is given in full the first time and shortened from then on."""

    def __init__(self, protocol: Protocol, page: Page) -> None:
        self._protocol = protocol
        self._page = page
        self._quoted: set[Quote] = set()

    def lines(self, proposal: Proposal) -> Iterator[str]:
        page = self._page
        yield page.heading(page.paragraph(self._protocol.title))
        yield ", ".join(each for each in (self._protocol.registry, self._protocol.file) if each)
        for each in proposal.decisions:
            yield ""
            yield from self._decision(each)
        if not proposal.decisions:
            yield ""
            yield "no decision is declared, so there is nothing to repair"
        if any(each.repairs for each in proposal.decisions):
            yield ""
            yield page.heading("Taken for granted")
            for assumption in proposal.assumptions:
                yield page.paragraph(f"- {assumption}", indent=2)

    def _decision(self, found: Repairs) -> Iterator[str]:
        page, name = self._page, f"`{found.decision.name}`"
        match found.state:
            case State.VACUOUS:
                yield page.paragraph(f"{name}: nobody is in its population, so that nothing can be proved of a repair")
                return
            case State.UNDECIDED:
                yield page.paragraph(f"{name}: undecided, since the solver gave up: {found.reason}")
                return
            case State.SOUND:
                yield page.paragraph(f"{name}: nothing to repair: {promise(found.decision)}")
            case _:
                heading = f"{name} is to be repaired: it is not so that {promise(found.decision)}"
                yield page.heading(page.paragraph(heading))
                yield from self._defects(found)
        if found.undetermined:
            why = "the rules leave other patients undetermined (TP107), whom no change of a rule's bounds can help"
            yield page.entry("besides", why)
        if found.state is State.STUCK:
            yield page.paragraph(f"no repair was found with up to {found.size} changes: {found.reason}")
        if found.state is State.REPAIRABLE:
            yield ""
            yield page.paragraph(how_many(found))
            for at, each in enumerate(found.repairs):
                yield ""
                yield from self._repair(letter(at), found, each)

    def _defects(self, found: Repairs) -> Iterator[str]:
        for region in found.gaps.regions:
            yield self._page.entry("no choice", region.words)
        for clash in found.overlaps:
            for region in clash.regions.regions:
                yield self._page.entry("too many", f"{region.words}: {listed(clash.choices)}")

    def _repair(self, letter: str, found: Repairs, repair: Repair) -> Iterator[str]:
        page = self._page
        count = len(repair.edits)
        yield page.heading(f"Repair {letter}: {count} {'change' if count == 1 else 'changes'}")
        for at, edit in enumerate(repair.edits, start=1):
            yield page.entry(f"change {at}" if count > 1 else "change", describe(self._protocol, found.decision, edit))
        for rule in rewritten(self._protocol, repair):
            yield from self._rule(rule)
        yield from self._people("fixes", repair.fixes)
        if repair.moves.regions:
            yield from self._people("moves too", repair.moves, witnesses=True)
        else:
            yield page.entry("moves", "nobody else")
        yield page.entry("proved", promise(repair.decision))
        yield page.entry("for one", say_patient(self._protocol, repair.member))
        yield from self._limits(repair)
        for said in other_ways(self._protocol, found, repair):
            yield page.entry("as well", said)

    def _rule(self, rule: Rewritten) -> Iterator[str]:
        page = self._page
        if rule.choice is None:
            where = "under `eligibility: exclusion:`" if rule.key == "exclusion" else "of the decision"
        elif not rule.says:
            yield page.entry("", f"`{rule.choice.name}` stays `otherwise`: whom no other choice takes")
            return
        else:
            where = f"of `{rule.choice.name}`{', in the place of its readings' if rule.had_readings else ''}"
            for quote in rule.choice.quotes:
                text = quote.text if quote not in self._quoted else shorten(quote.text)
                self._quoted.add(quote)
                yield page.entry(f"line {quote.line}", f"“{text}”")
            yield page.entry("amended", f"`{rule.choice.name}`: {rule.says}")
        lines = [line for entry in yaml_lines(rule) for line in entry.splitlines()]
        yield page.entry("write", f"{rule.place}, {where}:")
        for line in lines:
            yield page.entry("", line) if not line.startswith(" ") else f"{' ' * 12}{line}"

    def _people(self, label: str, regions: Regions, *, witnesses: bool = False) -> Iterator[str]:
        page = self._page
        for outcome, alike in groupby(regions.regions, key=lambda region: region.outcome):
            together: list[Region] = list(alike)
            before, _, after = outcome.partition(" becomes ")
            yield page.entry(label, f"from {before} to {after}:")
            for region in together[:REGIONS_SHOWN]:
                yield page.entry("", f"- {region.words}")
                if witnesses:
                    yield page.entry("", f"  such as {say_patient(self._protocol, region.witness)}")
            if len(together) > REGIONS_SHOWN:
                further = len(together) - REGIONS_SHOWN
                yield page.entry("", f"and {further} more like these (all of them: --format json)")
            label = ""
        if not regions.complete:
            yield page.entry("", "and perhaps others: there are more than are searched")

    def _limits(self, repair: Repair) -> Iterator[str]:
        page = self._page
        for each in repair.leaves_out:
            yield page.entry("but", each)
        if repair.by_steps:
            yield page.entry("but", "only because numbers are charted in steps: not for a value between two of them")
        for each in repair.effects:
            yield page.entry("but", f"{each}, which was not so before")
        under = repair.broken_under
        if under.of > 1 and (under.choices or not under.complete):
            yield page.entry("readings", f"somebody has no choice again, or too many, {say_readings(under)}")
        elif under.of > 1:
            still = f"under none of the {under.of} combinations of the readings that are left"
            yield page.entry("readings", f"somebody has no choice again, or too many, {still}")


def other_ways(protocol: Protocol, found: Repairs, repair: Repair) -> Iterator[str]:
    """Yield the other sets of changes that do the same to every patient, in words."""
    for edits in repair.same:
        spared = [str(at) for at, each in enumerate(repair.edits, start=1) if each not in edits]
        other = [describe(protocol, found.decision, each) for each in edits if each not in repair.edits]
        place = f"change{'s' if len(spared) > 1 else ''} {' and '.join(spared)}" if len(repair.edits) > 1 else "it"
        yield f"the same for every patient, instead of {place}: {'; '.join(other)}"


def how_many(found: Repairs, option: str = "--most {}") -> str:
    """Say how many repairs there are, how many are shown (`option` asks for `{}` of them), and in which order."""
    shown, are = len(found.repairs), "is" if found.found == 1 else "are"
    count = f"{found.found} {'repair' if found.found == 1 else 'repairs'}"
    said = f"There {are} {count} with up to {found.size} {'change' if found.size == 1 else 'changes'}"
    if found.reason:
        said = f"{count} {'was' if found.found == 1 else 'were'} found"
    if shown < found.found:
        first = "the first is" if shown == 1 else f"the first {shown} are"
        said += f", of which {first} shown (others: {option.format(found.found)})"
    said += f". There may be others: {found.reason}" if found.reason else ""
    order = "Fewest changes come first, then those that move nobody else. " if found.found > 1 else ""
    none = "None is recommended" if found.found > 1 else "It is not a recommendation"
    return f"{said}. {order}None of the changes of a repair can be left out. {none}: the investigator decides."


def letter(at: int) -> str:
    """Return A, B, ..., Z, AA, AB, ..."""
    letters = chr(ord("A") + at % 26)
    return letters if at < 26 else letter(at // 26 - 1) + letters
