"""The population of a scenario file: each quantity with its model and its charting, in the order of the file.

Whatever a criterion or a decision can ask for has to be here, whichever way the protocol is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from trialproof.model.condition import Condition
from trialproof.model.cycles import quantities_under
from trialproof.model.english import say
from trialproof.model.place import BadInput
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, YesNoKind
from trialproof.model.quantities import read_amount
from trialproof.model.shape import OTHERWISE
from trialproof.model.source import DataPath
from trialproof.model.unit import say_amount
from trialproof.simulate.scenario.amounts import read_share, say_share
from trialproof.simulate.scenario.case_condition import read_case
from trialproof.simulate.scenario.charting_file import read_charting
from trialproof.simulate.scenario.correlation import read_correlations
from trialproof.simulate.scenario.reader import Reader, listed
from trialproof.simulate.scenario.scenario import Cases, Chance, Charting, Model, Numbers, Population, Shares, Variable
from trialproof.simulate.scenario.shape import ScenarioFile
from trialproof.simulate.scenario.shape_population import ModelKeys, Variable as VariablePart
from trialproof.simulate.scenario.spread import Measure, read_shares, read_spread

PATH = ("population",)


def read_population(reader: Reader, file: ScenarioFile) -> Population:
    """Return the population. Raises `BadInput`."""
    _check_names(reader, file.population)
    variables: list[Variable] = []
    for name, part in file.population.items():
        variables.append(_VariableReader(reader, name, [each.quantity for each in variables]).variable(part))
    correlated, correlation = read_correlations(reader, variables, file.correlations)
    return Population(tuple(variables), correlated, correlation)


def needed(protocol: Protocol) -> tuple[str, ...]:
    """Return the quantities that a criterion or a decision can ask for, whatever the reading."""
    rules = [criterion.rule for criterion in protocol.criteria]
    for decision in protocol.decisions.values():
        rules += [decision.population, *(choice.rule for choice in decision.choices)]
    return quantities_under(protocol, rules)


def _check_names(reader: Reader, parts: Mapping[str, VariablePart]) -> None:
    """Refuse what the protocol does not record, and the lack of what its rules ask for."""
    quantities = reader.protocol.quantities
    for name in parts:
        if name not in quantities:
            raise reader.unknown("the protocol has no quantity", name, (*PATH, name), tuple(quantities), at_key=True)
    lacking = [name for name in needed(reader.protocol) if name not in parts]
    if lacking:
        help_ = "each needs an entry that says how it is spread"
        if is_open := [name for name in lacking if quantities[name].left_open is not None]:
            help_ += f"\nthe protocol leaves {listed(is_open)} open: give a `probability`"
        raise reader.problem(f"the population says nothing of {listed(lacking)}", PATH, help_, at_key=True)
    unsaid = [
        name
        for name, part in parts.items()
        if quantities[name].may_be_missing and (part.charting is None or part.charting.missing is None)
    ]
    if unsaid:
        message = f"nothing says how often {listed(unsaid)} {'is' if len(unsaid) == 1 else 'are'} not recorded"
        help_ = "the protocol says `may_be_missing`: add `charting: {missing: 5%, assumed: ...}`"
        raise reader.problem(message, (*PATH, unsaid[0]), help_, at_key=True)


class _VariableReader:
    """Reads one entry of the population; `earlier` are the quantities that stand before it."""

    def __init__(self, reader: Reader, name: str, earlier: list[str]) -> None:
        self._reader = reader
        self._quantity = reader.protocol.quantities[name]
        self._earlier = earlier
        self._path = (*PATH, name)

    def variable(self, part: VariablePart) -> Variable:
        """Return the variable that the part describes."""
        model, says = self._model(self._path, part) if part.cases is None else self._cases(part)
        self._reader.assume(self._path, f"{self._quantity.title}: {says}", part)
        charting = Charting()
        if part.charting is not None:
            charting = read_charting(self._reader, (*self._path, "charting"), part.charting, self._quantity)
        return Variable(self._quantity.name, model, charting)

    def _cases(self, part: VariablePart) -> tuple[Model, str]:
        """Return a conditional table; its last case is for everybody else."""
        *cases, last = part.cases or []
        path = (*self._path, "cases")
        if part.between is not None:
            message = "`between` stands in the case that it is about"
            raise self._reader.problem(message, (*self._path, "between"), at_key=True)
        found: list[tuple[Condition, Model]] = []
        said: list[str] = []
        for at, case in enumerate(cases):
            where = (*path, at, "when")
            if case.when == OTHERWISE:
                message = "`otherwise` stands before the last case"
                raise self._reader.problem(message, where, "move this case to the end")
            condition = read_case(self._reader, where, case.when, self._earlier)
            model, says = self._model((*path, at), case)
            found.append((condition, model))
            said.append(f"if {say(condition, self._reader.protocol)}: {says}")
        if last.when != OTHERWISE:
            advice = "end with a case `when: otherwise`"
            raise self._reader.problem("the cases leave somebody out", (*path, len(cases), "when"), advice)
        model, says = self._model((*path, len(cases)), last)
        return Cases(tuple(found), model), "; ".join([*said, f"otherwise: {says}"])

    def _model(self, path: DataPath, part: ModelKeys) -> tuple[Model, str]:
        match self._quantity.kind:
            case YesNoKind():
                if part.probability is None:
                    raise self._wrong(path, part, "yes or no", "write `probability: 30%`")
                probability = read_share(self._reader.source, (*path, "probability"), part.probability)
                return Chance(float(probability)), _say_chance(probability)
            case CategoryKind(categories):
                if part.shares is None:
                    raise self._wrong(path, part, "a category", "write `shares:`, and each category with its share")
                return self._shares((*path, "shares"), part.shares, categories)
            case NumberKind() as kind:
                if part.shares is not None or part.probability is not None:
                    raise self._wrong(path, part, "a number", "write a distribution, such as `normal`")
                found = read_spread(self._reader, path, part, self._measure(kind))
                return Numbers(found.distribution), found.says

    def _shares(self, path: DataPath, given: Mapping[str, str], categories: tuple[str, ...]) -> tuple[Model, str]:
        for name in given:
            if name not in categories:
                what = f"`{self._quantity.name}` has no category"
                raise self._reader.unknown(what, name, (*path, name), categories, at_key=True)
        lacking = [name for name in categories if name not in given]
        if lacking:
            message = f"nothing says how often {listed(lacking)} {'occurs' if len(lacking) == 1 else 'occur'}"
            raise self._reader.problem(message, path, "a share may be 0", at_key=True)
        shares = read_shares(self._reader, path, given)
        said = ", ".join(f"{name} ({say_share(shares[name])})" for name in categories)
        return Shares(tuple(float(shares[name]) for name in categories)), said

    def _measure(self, kind: NumberKind) -> Measure:
        return Measure(
            lambda path, text: read_amount(self._reader.source, path, text, kind.unit),
            lambda value: say_amount(value, kind.unit),
            kind.lower,
            kind.upper,
        )

    def _wrong(self, path: DataPath, part: ModelKeys, what: str, advice: str) -> BadInput:
        given = next(key for key in type(part).exactly_one if getattr(part, key) is not None)
        message = f"`{given}` does not go with `{self._quantity.name}`, which is {what}"
        return self._reader.problem(message, (*path, given), advice, at_key=True)


def _say_chance(probability: Fraction) -> str:
    return {Fraction(0): "never", Fraction(1): "always"}.get(probability, f"yes in {say_share(probability)}")
