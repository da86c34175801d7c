"""One question as an SMT-LIB 2 file that a person can read and any solver can answer.

First the variables, each with what it stands for; then every rule the question rests on, under its own name, with the
document's words; the assertions come last, and the property is the last of them. The same question gives the same
bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from trialproof.model.document import Quote
from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol, Selection
from trialproof.verify.case import PATIENT
from trialproof.verify.certify.smtlib import DEEPEST, Node, Symbols
from trialproof.verify.certify.spoken import Rule, Spoken, describe, explain, quotes_of
from trialproof.verify.statement import Every, Fixed, How, Statement, Who, judge

WIDTH = 110


@dataclass(frozen=True, slots=True)
class Script:
    """The text of a file, and the quotes of the rules that it rests on, in the order of the document."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asserted, in words and as a statement about the unknown patient."""

    words: str
    statement: Statement


def write_script(
    protocol: Protocol,
    selection: Selection,
    parts: Sequence[Part],
    *,
    expected: str,
    header: Sequence[str] = (),
    patient: Patient | None = None,
) -> Script:
    """Return the file that asks whether some patient meets all parts under the selection.

    Args:
        protocol: whose rules they are.
        selection: one reading for every sentence.
        parts: what is asserted; the last is the property. None speaks of other patients or readings.
        expected: the answer, `sat` or `unsat`.
        header: comments for the head of the file.
        patient: ask about this one patient, whose record is asserted as well.
    """
    writer = _Writer(protocol, selection)
    asserted = [(part.words, writer.assertions(part.statement)) for part in parts]
    if patient is not None:
        asserted.insert(-1, ("this patient", writer.record(patient)))
    return Script("\n".join(writer.lines(asserted, expected, header)) + "\n", quotes_of(writer.rules_met))


def comment(text: str) -> Iterator[str]:
    """Yield a text as comment lines; whatever could end a comment is written as its code point."""
    safe = "".join(each if each.isprintable() else f"\\u{{{ord(each):x}}}" for each in text)
    indent = " " * (len(safe) - len(safe.lstrip(" ")))
    lines = wrap(safe.strip(), WIDTH - 2 - len(indent), subsequent_indent="  ", break_on_hyphens=False)
    yield from (f"; {indent}{line}" for line in lines)
    if not lines:
        yield ";"


class _Writer:
    """Collects the terms of one question, then writes what they are made of."""

    def __init__(self, protocol: Protocol, selection: Selection) -> None:
        self._protocol = protocol
        self._selection = selection
        self._symbols = Symbols(protocol, selection)
        self._meaning = Spoken(protocol, self._symbols)
        self._how = Fixed.of(selection)
        self._helpers: dict[Node, str] = {}
        self.rules_met: dict[str, Rule] = {}

    def assertions(self, statement: Statement) -> list[Node]:
        """Return the truths of a statement; each part of a conjunction is one."""
        if isinstance(statement, Every):
            return [node for each in statement.statements for node in self.assertions(each)]
        return [judge(statement, self._world, PATIENT, self._how)]

    def _world(self, who: Who, how: How) -> Spoken:
        if who != PATIENT or how != self._how:
            raise TypeError(f"one file is about one unknown patient under one selection, and not {who} under {how}")
        return self._meaning

    def record(self, patient: Patient) -> list[Node]:
        """Return that the patient's data are these."""
        values = patient.as_dict()
        return [
            node
            for name, quantity in self._protocol.quantities.items()
            for node in self._symbols.holding(quantity, values.get(name))
        ]

    def lines(
        self, asserted: Sequence[tuple[str, Sequence[Node]]], expected: str, header: Sequence[str]
    ) -> Iterator[str]:
        """Yield the lines of the file."""
        used = _below([node for _, nodes in asserted for node in nodes])
        mine = {
            name: (self._symbols.variable(each), self._symbols.recorded(name), self._symbols.domain(each))
            for name, each in self._protocol.quantities.items()
        }
        spoken_of = [name for name, (variable, recorded, _) in mine.items() if variable in used or recorded in used]
        domains = [mine[name][2] for name in spoken_of]
        used |= _below(domains)
        self._choose_helpers(used)
        rules = self._meaning.rules
        self.rules_met = {each.head: rules[each.head] for each in used if each.named and each.head in rules}
        for text in header:
            yield from comment(text)
        yield "(set-info :smt-lib-version 2.6)"
        yield f"(set-logic {'QF_LIRA' if self._symbols.linear else 'QF_NIRA'})"
        yield f"(set-info :status {expected})"
        yield from _heading("What can be recorded of a patient")
        for name in spoken_of:
            variable, recorded, domain = mine[name]
            yield from comment(describe(self._protocol, name))
            yield f"(declare-fun {recorded.head} () Bool)"
            yield f"(declare-fun {variable.head} () {variable.sort})"
            if domain is not self._symbols.true:
                yield from self._command("assert", domain)
        yield from _heading("The rules")
        yield from self._definitions(used)
        for words, nodes in asserted:
            yield from _heading(words)
            for node in nodes or [self._symbols.true]:
                yield from self._command("assert", node)
        yield ""
        yield "(check-sat)"

    def _choose_helpers(self, used: set[Node]) -> None:
        """Name what several terms share, and what would nest too deeply."""
        uses = Counter(part for node in used for part in set(node.parts))
        for node in sorted(used, key=lambda each: each.number):
            shared = uses[node] > 1 and node.depth > 1 and not _is_constant(node)
            if not node.named and (shared or node.depth == DEEPEST):
                self._helpers[node] = f"|step {len(self._helpers) + 1}|"

    def _definitions(self, used: set[Node]) -> Iterator[str]:
        told: set[str] = set()
        for node in sorted(used, key=lambda each: each.number):
            if node.named:
                rule = self.rules_met.get(node.head)
                if rule is not None and rule.name not in told:
                    told.add(rule.name)
                    yield ""
                    for text in explain(rule, self._protocol, self._selection):
                        yield from comment(text)
                yield from self._command(f"define-fun {node.head} () {node.sort}", node.parts[0])
            elif node in self._helpers:
                yield from self._command(f"define-fun {self._helpers[node]} () {node.sort}", node, defining=True)

    def _command(self, head: str, node: Node, *, defining: bool = False) -> Iterator[str]:
        flat = f"({head} {self._flat(node, defining=defining)})"
        if len(flat) <= WIDTH:
            yield flat
        else:
            yield f"({head}"
            *lines, last = self._broken(node, "  ", defining=defining)
            yield from lines
            yield f"{last})"

    def _flat(self, node: Node, *, defining: bool = False) -> str:
        if node in self._helpers and not defining:
            return self._helpers[node]
        if node.named or not node.parts:
            return node.head
        return f"({node.head} {' '.join(self._flat(each) for each in node.parts)})"

    def _broken(self, node: Node, indent: str, *, defining: bool = False) -> list[str]:
        flat = f"{indent}{self._flat(node, defining=defining)}"
        whole = not node.parts or node.named or (node in self._helpers and not defining)
        if whole or len(flat) <= WIDTH:
            return [flat]
        lines = [line for each in node.parts for line in self._broken(each, f"{indent}  ")]
        return [f"{indent}({node.head}", *lines[:-1], f"{lines[-1]})"]


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield from comment(f"--- {text} ---")


def _is_constant(node: Node) -> bool:
    return node.value is not None


def _below(nodes: Sequence[Node]) -> set[Node]:
    """Return the nodes and all that they are made of."""
    found: set[Node] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += node.parts
    return found
