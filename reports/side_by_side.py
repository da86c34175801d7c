"""`show`: each quote beside its rule in plain English, for signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trialproof.model.condition import EVERYONE, TERMS, Condition, Eligible, Readings, ReadTerm, Yes
from trialproof.model.course import Course, chosen, say_course
from trialproof.model.document import Quote
from trialproof.model.english import say, say_term
from trialproof.model.exact import plain
from trialproof.model.formal import write
from trialproof.model.protocol import Choice, Definition, Protocol, Quantity, SetAside
from trialproof.model.schedule import say_timing
from trialproof.reports.layout import Page
from trialproof.reports.marked_text import write_marked
from trialproof.reports.people import say_kind, say_value
from trialproof.reports.prescriptions import side_by_side, title


def write_side_by_side(protocol: Protocol, selection: Mapping[str, str], *, color: bool = False) -> str:
    """Return the protocol, rule by rule; readings that were chosen on the command line come first."""
    chosen = {**protocol.preferred, **selection}
    return "\n".join(_Writer(protocol, chosen, Page(color)).lines()).rstrip()


class _Writer:
    def __init__(self, protocol: Protocol, selection: Mapping[str, str], page: Page) -> None:
        self._protocol = protocol
        self._selection = selection
        self._page = page

    def lines(self) -> Iterator[str]:
        protocol = self._protocol
        yield self._page.heading(self._page.paragraph(protocol.title))
        yield ", ".join(each for each in (protocol.registry, protocol.file) if each)
        for quantity in protocol.quantities.values():
            if quantity.left_open is None:
                yield from self._quantity(quantity)
        for definition in protocol.definitions.values():
            yield from self._definition(definition)
        for criterion in protocol.criteria:
            kind = "exclusion" if criterion.excludes else "inclusion"
            yield from self._rule(f"{kind} {criterion.id}", criterion.label, criterion.quotes, criterion.rule)
        for decision in protocol.decisions.values():
            yield from self._rule(f"decision {decision.name}", decision.label, (), decision.population, means="is for")
            yield self._page.entry("intent", decision.intent.value)
            for choice in decision.choices:
                yield from self._rule(f"{decision.name} is {choice.name}", choice.label, choice.quotes, choice.rule)
                yield from self._course(choice)
                if choice.gives:
                    yield self._page.entry("gives", choice.gives)
                if choice.points is not None:
                    yield self._page.entry("points", plain(choice.points))
        yield from self._doses()
        for fact in protocol.facts:
            yield from self._rule("fact", fact.because, (), fact.rule)
        for claim in protocol.claims:
            yield from self._rule(f"claim {claim.id}", claim.because, claim.quotes, claim.rule)
        yield from self._aside("Not modelled", protocol.not_modelled)
        yield from self._aside("Still to do", protocol.todo)
        if protocol.text is not None:
            yield ""
            yield from write_marked(protocol, protocol.text, self._page)

    def _quantity(self, quantity: Quantity) -> Iterator[str]:
        yield from self._head(f"quantity {quantity.name}", quantity.label, ())
        yield self._page.entry("recorded", say_kind(quantity))
        if quantity.applies_if != EVERYONE:
            yield self._page.entry("only if", say(quantity.applies_if, self._protocol))
        if quantity.when_not_applicable is not None:
            otherwise = say_value(self._protocol, quantity.name, quantity.when_not_applicable)
            yield self._page.entry("otherwise", otherwise)
        if quantity.may_be_missing:
            yield self._page.entry("", "may be missing")

    def _definition(self, definition: Definition) -> Iterator[str]:
        body = definition.body
        if not isinstance(body, TERMS):
            yield from self._rule(f"definition {definition.name}", definition.label, definition.quotes, body)
            return
        yield from self._head(f"definition {definition.name}", definition.label, definition.quotes)
        options = body.options if isinstance(body, ReadTerm) else (("", body),)
        for name, term in options:
            yield self._page.entry(f"read {name}" if name else "is", say_term(term, self._protocol))

    def _head(self, heading: str, label: str, quotes: Sequence[Quote]) -> Iterator[str]:
        yield ""
        yield self._page.heading(self._page.paragraph(f"{heading}: {label}" if label else heading))
        for quote in quotes:
            yield self._page.entry(f"line {quote.line}", f"“{quote.text}”")

    def _rule(
        self, heading: str, label: str, quotes: Sequence[Quote], rule: Condition, *, means: str = "means"
    ) -> Iterator[str]:
        yield from self._head(heading, label, quotes)
        if not isinstance(rule, Readings):
            yield from self._meaning(means, rule)
            return
        chosen = self._selection[rule.sentence]
        for name, option in sorted(rule.options, key=lambda each: each[0] != chosen):
            yield self._page.entry("reading", f"`{name}`" + (" (taken here)" if name == chosen else ""))
            yield from self._meaning(means, option)

    def _course(self, choice: Choice) -> Iterator[str]:
        page = self._page
        if isinstance(choice.course, Course):
            yield page.entry("course", say_course(choice.course))
        elif choice.course is not None:
            taken = self._selection[choice.course.sentence]
            for name, course in sorted(choice.course.options, key=lambda each: each[0] != taken):
                yield page.entry("course", f"`{name}`{' (taken here)' if name == taken else ''}: {say_course(course)}")
        if choice.lowers is not None:
            yield page.entry("", f"in the place of the course by `{choice.lowers}`")

    def _doses(self) -> Iterator[str]:
        """Write limits, what happens during treatment, and all prescriptions side by side."""
        protocol, page = self._protocol, self._page
        for limit in protocol.limits.values():
            yield from self._rule(f"limit {limit.name}", limit.label, limit.quotes, limit.population, means="is for")
            ratio = "" if limit.alpha_beta is None else f" at alpha/beta {plain(limit.alpha_beta)} Gy"
            yield page.entry("allows", f"{limit.kind.value} of at most {plain(limit.at_most)} Gy{ratio}")
            yield page.entry("source", limit.source)
        for each in protocol.schedule.entries.values():
            yield from self._rule(f"schedule {each.name}", each.label, each.quotes, each.population, means="is for")
            yield page.entry("when", say_timing(each.timing))
        courses = [
            (f"{decision.name}.{choice.name}", chosen(choice.course, self._selection))
            for decision in protocol.decisions.values()
            for choice in decision.choices
            if choice.course is not None
        ]
        if courses:
            yield ""
            yield page.heading(title(protocol))
            yield from side_by_side(protocol, courses)

    def _meaning(self, means: str, rule: Condition) -> Iterator[str]:
        if isinstance(rule, Yes) and self._protocol.quantities[rule.quantity].left_open is not None:
            yield self._page.entry("left open", str(self._protocol.quantities[rule.quantity].left_open))
            return
        said = "the eligible" if rule == Eligible() else say(rule, self._protocol)
        yield self._page.entry(means, said)
        yield self._page.entry("as rule", write(rule, self._protocol))

    def _aside(self, heading: str, passages: Sequence[SetAside]) -> Iterator[str]:
        if passages:
            yield ""
            yield self._page.heading(heading)
        for each in passages:
            for quote in each.quotes:
                yield self._page.entry(f"line {quote.line}", f"“{quote.text}”")
            if each.because:
                yield self._page.entry("because", each.because)
