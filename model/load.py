"""From a protocol folder to a `Protocol`: every name resolved, every quote found, every bad input refused at its place.

The shape of the file is checked first, then its names, then what each part says, in the order of the format.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trialproof.model import shape
from trialproof.model.beside import at_its_name, find_beside
from trialproof.model.complaint import did_you_mean
from trialproof.model.condition import EVERYONE, AllOf, Cases, Condition, Eligible, Not, Term
from trialproof.model.course_file import check_lowering, read_course
from trialproof.model.cycles import Circle, Thing, chains
from trialproof.model.document import Document, show
from trialproof.model.dose_file import read_alpha_beta, read_checkpoints, read_limits
from trialproof.model.lexicon_file import read_lexicon
from trialproof.model.names import check_names
from trialproof.model.place import BadInput
from trialproof.model.points import read_points, score
from trialproof.model.protocol import (
    Acceptance,
    Choice,
    Claim,
    Criterion,
    Decision,
    Definition,
    Fact,
    Intent,
    Protocol,
    SetAside,
)
from trialproof.model.quantities import read_month, read_quantities, read_unit, with_applicability
from trialproof.model.rules import RuleReader, misread, read_expression
from trialproof.model.schedule_file import read_schedule
from trialproof.model.scope import Scope
from trialproof.model.shape_problem import read_shape
from trialproof.model.source import DataPath, Source, read_source
from trialproof.model.syntax import Mistake
from trialproof.model.table import read_table
from trialproof.model.textfile import read_document
from trialproof.model.typing import to_term
from trialproof.model.unit import Unit

LONGEST_CHAIN = 50


def load(path: str | Path) -> Protocol:
    """Return the protocol of a folder or a `protocol.yaml`. Raises `BadInput`, and nothing else, for a bad one."""
    return load_source(read_source(Path(path)))


def load_source(source: Source) -> Protocol:
    """Return the protocol of a file that was read, or of a text in its place. Raises `BadInput`."""
    file = read_shape(source)
    document = _document(source, file)
    check_names(source, file)
    protocol = _Loader(source, file, document).protocol()
    _check_chains(source, file, protocol)
    _check_acceptances(source, protocol)
    return protocol


def read_selection(protocol: Protocol, texts: Sequence[str]) -> dict[str, str]:
    """Return sentence to reading for texts such as `arm.involved_field=flat`. Raises `BadInput`."""
    selection: dict[str, str] = {}
    for text in texts:
        sentence, equals, reading = (part.strip() for part in text.partition("="))
        if not equals:
            raise BadInput(f"{show(text)} does not choose a reading", help="write `SENTENCE=READING`")
        if sentence not in protocol.sentences:
            raise BadInput(
                f"there is no sentence {show(sentence)} with several readings",
                help=_meant(sentence, "sentences with several readings", tuple(protocol.sentences)),
            )
        readings = protocol.sentences[sentence].readings
        if reading not in readings:
            raise BadInput(
                f"`{sentence}` has no reading {show(reading)}",
                help=_meant(reading, f"readings of `{sentence}`", readings),
            )
        if sentence in selection:
            raise BadInput(f"`{sentence}` is given two readings", help="name a sentence once")
        selection[sentence] = reading
    return selection


def _meant(word: str, what: str, known: Sequence[str]) -> str:
    if not known:
        return f"this protocol has no {what}"
    meant = did_you_mean(word, known)
    return f"did you mean `{meant}`?" if meant else f"the {what} are {', '.join(known)}"


def _document(source: Source, file: shape.ProtocolFile) -> Document | None:
    """Return the protocol's text, which lies in the protocol's own folder."""
    if file.document is None:
        return None
    path = find_beside(source, ("document",), file.document, "document")
    try:
        return read_document(path)
    except BadInput as problem:
        raise at_its_name(source, ("document",), problem) from None


def _check_chains(source: Source, file: shape.ProtocolFile, protocol: Protocol) -> None:
    """Refuse names that rest on themselves, or on more others in a row than can be followed."""
    try:
        lengths = chains(protocol)
    except Circle as circle:
        names = [name for _, name in (*circle.things, circle.things[0])]
        raise source.problem(
            f"`{names[0]}` rests on itself: {' -> '.join(names)}",
            _path(file, circle.things[0]),
            at_key=True,
            help="say one of them without the next",
        ) from None
    for thing, length in lengths.items():
        if length - 1 > LONGEST_CHAIN:
            raise source.problem(
                f"`{thing[1]}` rests on more than {LONGEST_CHAIN} other names in a row", _path(file, thing), at_key=True
            )


def _check_acceptances(source: Source, protocol: Protocol) -> None:
    for index, acceptance in enumerate(protocol.accept):
        name = acceptance.where
        if name is not None and name not in protocol.places:
            meant = did_you_mean(name, tuple(protocol.places))
            raise source.problem(
                f"nothing here is called {show(name)}",
                ("accept", index, "where"),
                help=f"did you mean `{meant}`?" if meant else "name a decision, a choice, a criterion or a claim",
            )


def _path(file: shape.ProtocolFile, thing: Thing) -> DataPath:
    """Return where the file says what a thing is."""
    sort, name = thing
    for kind, criteria in (("inclusion", file.eligibility.inclusion), ("exclusion", file.eligibility.exclusion)):
        for index, criterion in enumerate(criteria):
            if sort == "criterion" and criterion.id == name:
                return ("eligibility", kind, index)
    return ({"quantity": "quantities", "definition": "definitions", "decision": "decisions"}.get(sort, sort), name)


class _Loader:
    """Builds one protocol out of one file whose shape and names are sound."""

    def __init__(self, source: Source, file: shape.ProtocolFile, document: Document | None) -> None:
        self._source = source
        self._file = file
        self._document = document
        month = read_month(source, file.calendar)
        quantities = read_quantities(source, file.quantities, month)
        self._units = {name: self._unit(name, part) for name, part in file.definitions.items()}
        self._tables = {
            name: read_table(source, name, part.table, (*file.quantities, *file.definitions, *file.decisions))
            for name, part in file.decisions.items()
            if part.table is not None
        }
        self._points = {
            name: read_points(source, name, part, self._tables.get(name)) for name, part in file.decisions.items()
        }
        choices = {name: tuple(points) for name, points in self._points.items()}
        self._scope = Scope(quantities, self._units, choices, month)
        self._quantities = {
            name: with_applicability(source, file.quantities[name], quantity, self._scope)
            for name, quantity in quantities.items()
        }
        self._rules = RuleReader(source, document, self._scope)

    def protocol(self) -> Protocol:
        """Return the protocol; its names may still rest on themselves."""
        file = self._file
        facts = tuple(self._fact(index, part) for index, part in enumerate(file.facts))
        definitions = {name: self._definition(name, part) for name, part in file.definitions.items()}
        inclusion = self._criteria("inclusion", file.eligibility.inclusion)
        exclusion = self._criteria("exclusion", file.eligibility.exclusion)
        decisions = {name: self._decision(name, part) for name, part in file.decisions.items()}
        alpha_beta = read_alpha_beta(self._source, file.alpha_beta)
        limits = read_limits(self._rules, file.limits, alpha_beta)
        checkpoints = read_checkpoints(self._rules, file.schedule)
        schedule = read_schedule(self._rules, file.schedule, checkpoints, self._scope.month)
        claims = tuple(self._claim(index, part) for index, part in enumerate(file.claims))
        return Protocol(
            title=file.title,
            quantities={**self._quantities, **self._rules.left_open},
            definitions=definitions,
            facts=facts,
            inclusion=inclusion,
            exclusion=exclusion,
            decisions=decisions,
            claims=claims,
            alpha_beta=alpha_beta,
            limits=limits,
            checkpoints=checkpoints,
            schedule=schedule,
            sentences=self._rules.sentences,
            not_modelled=self._aside("not_modelled", file.not_modelled),
            todo=self._aside("todo", file.todo),
            accept=tuple(self._acceptance(index, part) for index, part in enumerate(file.accept)),
            lexicon=read_lexicon(self._source, file.lexicon),
            registry=file.registry or "",
            file=self._source.file,
            document=self._document.file if self._document else "",
            text=self._document,
        )

    def _unit(self, name: str, part: shape.Definition) -> Unit | None:
        """Return the unit of a number; None for a condition."""
        if part.value is None and part.points is None:
            return None
        return read_unit(self._source, ("definitions", name, "unit"), part.unit)

    def _definition(self, name: str, part: shape.Definition) -> Definition:
        path = ("definitions", name)
        unit = self._units[name]
        applies_if: Condition = EVERYONE
        if part.applies_if is not None:
            applies_if = self._rules.condition((*path, "applies_if"), part.applies_if)
        quotes = self._rules.quotes(path, part)
        body: Condition | Term
        if part.points is not None:
            body = score(self._source, (*path, "points"), part.points, self._file.decisions, self._points)
        elif unit is None or part.value is None:
            body = self._rules.rule(path, name, part, quotes, applies_if)
        else:
            body = self._number((*path, "value"), part.value, unit)
        place = self._source.key_place(path)
        return Definition(name, body, unit, part.label or "", applies_if, quotes, place)

    def _number(self, path: DataPath, cases: Sequence[shape.Case], unit: Unit) -> Term:
        conditions = self._exhaust([((*path, index, "when"), case.when) for index, case in enumerate(cases)])
        terms = [self._term((*path, index, "value"), case.value, unit) for index, case in enumerate(cases)]
        if conditions == [EVERYONE]:
            return terms[0]
        return Cases(tuple(zip(conditions, terms, strict=True)))

    def _term(self, path: DataPath, text: str, unit: Unit) -> Term:
        try:
            return to_term(read_expression(self._source, path, text), self._scope, unit)
        except Mistake as mistake:
            raise misread(self._source, path, mistake) from None

    def _exhaust(self, rules: Sequence[tuple[DataPath, str]]) -> list[Condition]:
        """Return conditions of which the last may be `otherwise`: that all others fail."""
        conditions: list[Condition] = []
        for path, text in rules:
            if text != shape.OTHERWISE:
                conditions.append(self._rules.condition(path, text))
            elif (path, text) == rules[-1]:
                conditions.append(_all_fail(conditions))
            else:
                raise self._misplaced(path)
        return conditions

    def _misplaced(self, path: DataPath) -> BadInput:
        return self._source.problem("`otherwise` stands before the last entry", path, help="move this entry to the end")

    def _decision(self, name: str, part: shape.Decision) -> Decision:
        path = ("decisions", name)
        population: Condition = Eligible()
        if part.population is not None:
            population = self._rules.condition((*path, "for"), part.population)
        intent, place = Intent(part.intent), self._source.key_place(path)
        if name in self._tables:
            from trialproof.model.table_choices import read_choices  # with the grammar, which takes a while to import

            table = read_choices(self._tables[name], self._scope, intent, self._document, self._points[name])
            return Decision(name, table, population, intent, part.label or "", place)
        check_lowering(self._source, name, part, self._file.decisions)
        choices: list[Choice] = []
        listed = part.choices or {}
        for choice, its in listed.items():
            here = (*path, "choices", choice)
            quotes = self._rules.quotes(here, its)
            if its.when != shape.OTHERWISE:
                rule = self._rules.rule(here, f"{name}.{choice}", its, quotes)
            elif len(choices) == len(listed) - 1:
                rule = _all_fail([each.rule for each in choices])
            else:
                raise self._misplaced((*here, "when"))
            gives, points = its.gives or "", self._points[name][choice]
            where = self._source.key_place(here)
            course = None
            if its.course is not None:
                course = read_course(self._rules, (*here, "course"), f"{name}.{choice}.course", its.course, quotes)
            choices.append(Choice(choice, rule, its.label or "", quotes, where, gives, points, course, its.lowers))
        return Decision(name, tuple(choices), population, intent, part.label or "", place)

    def _criteria(self, kind: str, parts: Sequence[shape.Criterion]) -> tuple[Criterion, ...]:
        criteria = []
        for index, part in enumerate(parts):
            path = ("eligibility", kind, index)
            quotes = self._rules.quotes(path, part)
            rule = self._rules.rule(path, part.id, part, quotes)
            place = self._source.key_place(path)
            criteria.append(Criterion(part.id, rule, kind == "exclusion", part.label or "", quotes, place))
        return tuple(criteria)

    def _fact(self, index: int, part: shape.Fact) -> Fact:
        path = ("facts", index)
        return Fact(self._rules.condition((*path, "rule"), part.rule), part.because, self._source.key_place(path))

    def _claim(self, index: int, part: shape.Claim) -> Claim:
        path = ("claims", index)
        quotes = self._rules.quotes(path, part)
        rule = self._rules.condition((*path, "rule"), part.rule)
        return Claim(part.id, rule, part.because or "", quotes, self._source.key_place(path))

    def _acceptance(self, index: int, part: shape.Accept) -> Acceptance:
        place = self._source.key_place(("accept", index))
        return Acceptance(part.code, part.because, part.where, part.region, place)

    def _aside(self, kind: str, parts: Sequence[shape.ToDo]) -> tuple[SetAside, ...]:
        return tuple(
            SetAside(
                self._rules.quotes((kind, index), part),
                part.because if isinstance(part, shape.NotModelled) else None,
                self._source.key_place((kind, index)),
            )
            for index, part in enumerate(parts)
        )


def _all_fail(rules: Sequence[Condition]) -> Condition:
    return AllOf(tuple(Not(rule) for rule in rules))
