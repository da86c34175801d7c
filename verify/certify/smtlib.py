"""SMT-LIB 2 terms: the carrier whose truths and numbers are text that any solver reads.

It knows nothing of Z3. A recorded value is a variable; one that is charted in steps is `step * integer`. Equal terms
are one node, so that what a rule uses often is written once. `verify.certify.script` puts the nodes in a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from string import ascii_letters, digits

from trialproof.model.condition import Relation
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, Recorded, Selection, YesNoKind
from trialproof.verify.replay import Disagreement

BOOL, REAL, INT = "Bool", "Real", "Int"
HARMLESS = frozenset(ascii_letters + digits + " _.,:<>=+-*/%()'")
"""What a quoted symbol holds as it is; anything else is written `{hex}`, so that no two texts give one symbol."""

DEEPEST = 10
"""How deeply brackets nest before the rest gets a line, and a name, of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A term. `head` is an operator, or the whole text where there are no parts.

    A named node has one part, its definition, and is written as its name. `value` is what a constant is worth.
    `number` grows from parts to wholes. `depth` is how deeply brackets nest where it is written.
    """

    number: int
    head: str
    parts: tuple[Node, ...]
    sort: str
    named: bool = False
    value: Fraction | None = None
    depth: int = 0


def symbol(text: str) -> str:
    """Return the quoted symbol of a text; it is no symbol of a theory, because those hold no blank and no colon."""
    return f"|{''.join(each if each in HARMLESS else f'{{{ord(each):x}}}' for each in text)}|"


def literal(value: Fraction) -> str:
    """Return an exact constant of sort Real: `5.0`, `(- (/ 1.0 10.0))`."""
    size = abs(value)
    text = f"{size.numerator}.0" if size.denominator == 1 else f"(/ {size.numerator}.0 {size.denominator}.0)"
    return f"(- {text})" if value < 0 else text


def whole(value: int) -> str:
    """Return an exact constant of sort Int."""
    return str(value) if value >= 0 else f"(- {-value})"


def step_of(quantity: Quantity) -> Fraction | None:
    """Return the step in which a quantity is charted; None where any value can be."""
    return quantity.kind.step if isinstance(quantity.kind, NumberKind) else None


class Symbols:
    """The carrier of SMT-LIB terms about one unknown patient."""

    def __init__(self, protocol: Protocol, selection: Selection) -> None:
        self.protocol = protocol
        self._selection = selection
        self._nodes: dict[tuple[str, tuple[int, ...], bool], Node] = {}
        self._defined: dict[str, Node] = {}
        self.linear = True
        self.true, self.false = self.term("true", BOOL), self.term("false", BOOL)

    def term(self, head: str, sort: str, *parts: Node, value: Fraction | None = None) -> Node:
        """Return the node of a term."""
        depth = 1 + max(each.depth % DEEPEST for each in parts) if parts else 0
        return self._node(head, sort, parts, named=False, value=value, depth=depth)

    def name(self, text: str, node: Node) -> Node:
        """Return the term under a name of its own; what has one keeps it."""
        if node.named:
            return node
        title, count = text, 1
        while self._defined.setdefault(symbol(title), node) is not node:
            count += 1
            title = f"{text} ({count})"
        return self._node(symbol(title), node.sort, (node,), named=True, value=node.value)

    def _node(
        self, head: str, sort: str, parts: tuple[Node, ...], *, named: bool, value: Fraction | None, depth: int = 0
    ) -> Node:
        key = (head, tuple(each.number for each in parts), named)
        if key not in self._nodes:
            self._nodes[key] = Node(len(self._nodes), head, parts, sort, named, value, depth)
        return self._nodes[key]

    def variable(self, quantity: Quantity) -> Node:
        """Return the variable of what is recorded: steps, a number, a category's place in the list, or yes."""
        match quantity.kind:
            case NumberKind():
                if step_of(quantity) is None:
                    return self.term(symbol(f"{quantity.name}: number"), REAL)
                return self.term(symbol(f"{quantity.name}: steps"), INT)
            case CategoryKind():
                return self.term(symbol(f"{quantity.name}: category"), INT)
            case YesNoKind():
                return self.term(symbol(f"{quantity.name}: yes"), BOOL)

    def domain(self, quantity: Quantity) -> Node:
        """Return that what is recorded lies in the declared range."""
        variable, step = self.variable(quantity), step_of(quantity)
        match quantity.kind:
            case NumberKind(lower, upper):
                if step is None:
                    low, high = literal(lower), literal(upper)
                else:
                    low, high = whole(-floor(-lower / step)), whole(floor(upper / step))
            case CategoryKind(categories):
                low, high = whole(0), whole(len(categories) - 1)
            case YesNoKind():
                return self.true
        bounds = (self.term(low, variable.sort), variable, self.term(high, variable.sort))
        return self.term("=>", BOOL, self.recorded(quantity.name), self.term("<=", BOOL, *bounds))

    def holding(self, quantity: Quantity, value: Recorded | None) -> tuple[Node, ...]:
        """Return that this is recorded; None: nothing is."""
        recorded, variable = self.recorded(quantity.name), self.variable(quantity)
        if value is None:
            return (self.negate(recorded),)
        match quantity.kind:
            case CategoryKind(categories):
                text = whole(categories.index(str(value)))
            case YesNoKind():
                return (recorded, variable if value is True else self.negate(variable))
            case NumberKind():
                step = step_of(quantity)
                steps = Fraction(value) / step if step is not None else Fraction(value)
                if step is not None and steps.denominator != 1:
                    raise Disagreement(f"a patient has `{quantity.name}` = {value}, which lies on no step")
                text = literal(steps) if step is None else whole(int(steps))
        return (recorded, self.term("=", BOOL, variable, self.term(text, variable.sort)))

    def values(self, record: Mapping[str, Recorded]) -> dict[str, Fraction | bool]:
        """Return what the variables are worth for a patient's record, by symbol; what is not recorded is nothing."""
        found: dict[str, Fraction | bool] = {}
        for name, quantity in self.protocol.quantities.items():
            value = record.get(name)
            found[self.recorded(name).head] = value is not None
            match quantity.kind:
                case CategoryKind(categories):
                    worth: Fraction | bool = Fraction(categories.index(str(value)) if value is not None else 0)
                case YesNoKind():
                    worth = value is True
                case NumberKind():
                    worth = Fraction(value or 0) / (step_of(quantity) or 1)
            found[self.variable(quantity).head] = worth
        return found

    def every(self, truths: Sequence[Node], /) -> Node:
        """All are true."""
        return self._join("and", truths, neutral=self.true, decisive=self.false)

    def some(self, truths: Sequence[Node], /) -> Node:
        """One or more are true."""
        return self._join("or", truths, neutral=self.false, decisive=self.true)

    def _join(self, head: str, truths: Sequence[Node], *, neutral: Node, decisive: Node) -> Node:
        if decisive in truths:
            return decisive
        different = tuple(dict.fromkeys(each for each in truths if each is not neutral))
        if len(different) <= 1:
            return different[0] if different else neutral
        return self.term(head, BOOL, *different)

    def negate(self, truth: Node, /) -> Node:
        """It is not true."""
        if truth in (self.true, self.false):
            return self.false if truth is self.true else self.true
        return self.term("not", BOOL, truth)

    def at_least(self, number: int, truths: Sequence[Node], /) -> Node:
        """So many or more of them are true."""
        if number <= 0:
            return self.true
        if number >= len(truths):
            return self.every(truths) if number == len(truths) else self.false
        if number == 1:
            return self.some(truths)
        one, none = self.term("1", INT), self.term("0", INT)
        counted = [self.term("ite", INT, truth, one, none) for truth in truths]
        return self.term(">=", BOOL, self.term("+", INT, *counted), self.term(whole(number), INT))

    def constant(self, value: Fraction, /) -> Node:
        """An exact number."""
        return self.term(literal(value), REAL, value=value)

    def recorded(self, quantity: str, /) -> Node:
        """The patient's data hold a value of the quantity."""
        return self.term(symbol(f"{quantity}: recorded"), BOOL)

    def number(self, quantity: str, /) -> Node:
        """The recorded value of a number quantity, in its own unit."""
        found = self.protocol.quantities[quantity]
        variable, step = self.variable(found), step_of(found)
        if step is None:
            return variable
        real = self.term("to_real", REAL, variable)
        return self.name(f"{quantity}: number", self.term("*", REAL, self.constant(step), real) if step != 1 else real)

    def category(self, quantity: str, categories: tuple[str, ...], /) -> Node:
        """The recorded value of a category quantity is one of these."""
        found = self.protocol.quantities[quantity]
        assert isinstance(found.kind, CategoryKind)  # noqa: S101 - typing refused anything else
        variable = self.variable(found)
        places = {each: self.term(whole(at), INT) for at, each in enumerate(found.kind.categories)}
        return self.some(
            [self.name(f"{quantity}: {each}", self.term("=", BOOL, variable, places[each])) for each in categories]
        )

    def yes(self, quantity: str, /) -> Node:
        """The recorded value of a yes/no quantity is yes."""
        return self.variable(self.protocol.quantities[quantity])

    def add(self, terms: Sequence[Node], /) -> Node:
        """The sum; 0 for no terms."""
        if len(terms) <= 1:
            return terms[0] if terms else self.constant(Fraction(0))
        values = [each.value for each in terms if each.value is not None]
        return self.term("+", REAL, *terms, value=sum(values, Fraction(0)) if len(values) == len(terms) else None)

    def multiply(self, left: Node, right: Node, /) -> Node:
        """The product."""
        if left.value is None and right.value is None:
            self.linear = False
        known = left.value * right.value if left.value is not None and right.value is not None else None
        return self.term("*", REAL, left, right, value=known)

    def divide(self, numerator: Node, denominator: Node, /) -> Node:
        """The exact quotient; anything where the denominator is zero."""
        if denominator.value == 0:
            return self.constant(Fraction(0))
        if denominator.value is None:
            self.linear = False
            return self.term("/", REAL, numerator, denominator)
        known = numerator.value / denominator.value if numerator.value is not None else None
        return self.term("/", REAL, numerator, denominator, value=known)

    def floor(self, term: Node, /) -> Node:
        """The largest whole number not above it."""
        known = Fraction(floor(term.value)) if term.value is not None else None
        return self.term("to_real", REAL, self.term("to_int", INT, term), value=known)

    def choose(self, truth: Node, then: Node, otherwise: Node, /) -> Node:
        """One number where the truth holds, the other elsewhere."""
        if truth in (self.true, self.false):
            return then if truth is self.true else otherwise
        return then if then is otherwise else self.term("ite", REAL, truth, then, otherwise)

    def relate(self, left: Node, relation: Relation, right: Node, /) -> Node:
        """Two numbers compare so."""
        if relation is Relation.NE:
            return self.negate(self.term("=", BOOL, left, right))
        return self.term(relation.value, BOOL, left, right)

    def reading(self, sentence: str, /) -> str:
        """The reading that the sentence has."""
        return self._selection[sentence]

    def chosen(self, sentence: str, reading: str, /) -> Node:
        """Never asked: every sentence has its reading."""
        return self.true if self._selection[sentence] == reading else self.false
