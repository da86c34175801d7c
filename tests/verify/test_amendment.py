"""What a comparison of two versions says is what looking at every patient in both of them says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import event, given, settings, strategies as st
from hypothesis.strategies import DataObject

from tests.verify.amending import amended, renamed_protocol
from tests.verify.everyone import InProcess, Judge, is_so
from tests.verify.finite import protocols, values_of
from trialproof.model.condition import (
    EVERYONE,
    AllOf,
    AnyOf,
    Assigned,
    Condition,
    Eligible,
    Is,
    Known,
    Not,
    Takes,
    Yes,
)
from trialproof.model.patient import Patient
from trialproof.model.protocol import (
    CategoryKind,
    Choice,
    Criterion,
    Decision,
    Intent,
    Kind,
    Protocol,
    Quantity,
    Recorded,
    YesNoKind,
)
from trialproof.model.renames import Renames
from trialproof.reports.diff_json import write_diff_json
from trialproof.reports.diff_text import write_diff
from trialproof.verify.finding import Witness
from trialproof.verify.versions.amendment import Amendment, DecisionChange, PopulationChange, amend
from trialproof.verify.versions.compared import Change, Compared
from trialproof.verify.versions.merged import Merged
from trialproof.verify.versions.merging import merge
from trialproof.verify.versions.transfers import Transfer

SMALL = st.one_of(protocols(), protocols(readings=True))


PERHAPS = (
    (),
    (Yes("y"),),
    (Not(Yes("y")), Yes("z")),
    (AnyOf((Yes("y"), Yes("z"))),),
    (Yes("x"), Yes("z")),
    (Not(Yes("x")), Yes("y")),
    (AllOf((Yes("y"), Yes("z"))), Not(Yes("x"))),
)


def compared(old: Protocol, new: Protocol, renames: Renames | None = None, **more: object) -> Amendment:
    """Compare two versions without starting a process."""
    with patch("trialproof.verify.versions.amendment.Solver", InProcess):
        return amend(old, new, renames=renames, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Person:
    """One patient, judged by each version alone and by the merged protocol."""

    old: Judge
    new: Judge
    merged: Judge


def records(protocol: Protocol) -> Iterator[Patient]:
    """Yield every way to fill in a record, sensible or not."""
    names = list(protocol.quantities)
    for values in product(*([None, *values_of(each)] for each in protocol.quantities.values())):
        yield Patient.of(dict(zip(names, values, strict=True)))


def people(old: Protocol, new: Protocol, merged: Merged) -> list[Person]:
    """Return everybody whom both versions can record; they have the same quantities."""
    found = [
        Person(
            Judge(old, patient, merged.old.selection),
            Judge(new, patient, merged.new.selection),
            Judge(merged.protocol, patient, {}),
        )
        for patient in records(old)
    ]
    return [each for each in found if each.old.recordable and each.new.recordable]


@settings(max_examples=60, deadline=None)
@given(SMALL, st.data())
def test_the_merged_protocol_means_what_each_version_means(old: Protocol, data: DataObject) -> None:
    check_meaning(old, data.draw(amended(old)))


def check_meaning(old: Protocol, new: Protocol) -> None:
    """Raise `AssertionError` unless the merged protocol says of every record what each version says of it."""
    merged = merge(old, new, Renames())
    for patient in records(old):
        sides = (Judge(old, patient, merged.old.selection), Judge(new, patient, merged.new.selection))
        both = Judge(merged.protocol, patient, {})
        assert both.recordable == all(each.recordable for each in sides)
        for judge, version in zip(sides, (merged.old, merged.new), strict=True):
            assert both.judge(version.eligible) == judge.judge(Eligible())
            for criterion in judge.protocol.criteria:
                assert both.judge(version.criteria[criterion.id]) == judge.judge(criterion.rule)
            for decision in judge.protocol.decisions.values():
                name = version.decisions[decision.name]
                for choice in decision.choices:
                    for node in (Takes, lambda a, b: Assigned(a, (b,))):
                        assert both.judge(node(name, choice.name)) == judge.judge(node(decision.name, choice.name))


@pytest.mark.parametrize("default", [None, 0, 1])
@pytest.mark.parametrize(("kind", "values"), [(YesNoKind(), (False, True)), (CategoryKind(("a", "b")), ("a", "b"))])
def test_a_quantity_that_exists_perhaps_in_one_version_and_surely_in_the_other_is_seen_by_each_as_its_own(
    kind: Kind, values: tuple[Recorded, Recorded], default: int | None
) -> None:
    """Whoever has no `x` has no `y`, so that it is undetermined whether the old version asks for `q`."""
    value = None if default is None else values[default]
    rule: Condition = Yes("q") if isinstance(kind, YesNoKind) else Is("q", ("b",))
    choices = (Choice("is", rule), Choice("is not", Not(rule)), Choice("is known", Known("q")))
    quantities = {
        "x": Quantity("x", YesNoKind()),
        "y": Quantity("y", YesNoKind(), applies_if=Yes("x")),
        "q": Quantity("q", kind, applies_if=Yes("y"), when_not_applicable=value),
    }
    old = Protocol(title="old", quantities=quantities, decisions={"d": Decision("d", choices, EVERYONE, Intent.ANY)})
    new = replace(old, quantities={**quantities, "q": Quantity("q", kind)})
    check_meaning(old, new)
    check_meaning(new, old)


@settings(max_examples=60, deadline=None)
@given(SMALL, st.data())
def test_the_verdicts_are_those_of_looking_at_everybody(old: Protocol, data: DataObject) -> None:
    found = check_verdicts(old, data.draw(amended(old)))
    event(found.eligibility.compared.change.value)
    event(f"same for everybody: {found.same}")


@pytest.mark.parametrize("first", range(len(PERHAPS)))
def test_whoever_becomes_or_ceases_to_be_undetermined_is_found(first: int) -> None:
    """Of whoever has no `x` it is undetermined whether `y`, and so is any criterion that asks for it."""
    for second in range(len(PERHAPS)):
        check_verdicts(perhaps(PERHAPS[first]), perhaps(PERHAPS[second]))


def perhaps(rules: tuple[Condition, ...]) -> Protocol:
    quantities = {
        "x": Quantity("x", YesNoKind()),
        "y": Quantity("y", YesNoKind(), applies_if=Yes("x")),
        "z": Quantity("z", YesNoKind()),
    }
    include = tuple(Criterion(f"I{at}", rule) for at, rule in enumerate(rules))
    arm = Decision("arm", (Choice("a", Yes("y")), Choice("b", Not(Yes("y")))), population=Yes("z"))
    return Protocol(title="perhaps", quantities=quantities, inclusion=include, decisions={"arm": arm})


def check_verdicts(old: Protocol, new: Protocol) -> Amendment:
    """Return a comparison; raise `AssertionError` unless it says what looking at everybody says."""
    found = compared(old, new)
    for text in (write_diff(found), write_diff_json(found, "0")):
        assert not re.search(r"(?:old|new):\w", text)
    everybody = people(old, new, found.merged)
    assert not found.undecided
    check_population(found.eligibility, everybody, Eligible(), Eligible())
    for change in found.criteria:
        if change.old is not None and change.new is not None:
            sides = [Not(each.rule) if each.excludes else each.rule for each in (change.old, change.new)]
            check_set(change.compared, everybody, sides[0], sides[1])
    for decision in found.decisions:
        before, after = decision.old, decision.new
        if decision.population is None:
            assert before.population == after.population == Eligible()
        else:
            check_population(decision.population, everybody, before.population, after.population)
        for choice in decision.choices:
            name = (choice.old or choice.new).name  # type: ignore[union-attr]
            if choice.old is not None and choice.new is not None:
                taken = Assigned(before.name, (name,))
                check_set(choice.compared, everybody, taken, taken)
        members = [
            each
            for each in everybody
            if each.old.judge(before.population) is True and each.new.judge(after.population) is True
        ]
        check_transfers(decision, members)
    return found


def fate(judge: Judge, name: str) -> tuple[object, ...]:
    """Return what a decision makes of a patient: who holds, who is undetermined, and whether that settles it."""
    decision = judge.protocol.decisions[name]
    opinions = {each.name: judge.judge(Takes(name, each.name)) for each in decision.choices}
    told = {choice: opinion for choice, opinion in opinions.items() if opinion is not False}
    return told, judge.fate(decision) == "settled"


def check_set(found: Compared | None, everybody: list[Person], before: Condition, after: Condition) -> None:
    old, new = check_verdict(found, everybody, before, after)
    assert found is not None
    for witness, where in ((found.leaving, old - new), (found.coming, new - old), (found.staying, old & new)):
        assert witness is None or numbers(witness, everybody) & where


def check_verdict(
    found: Compared | None, everybody: list[Person], before: Condition, after: Condition
) -> tuple[set[int], set[int]]:
    """Raise `AssertionError` unless a verdict is right; return who is in the old set and who in the new."""
    assert found is not None
    old = {at for at, each in enumerate(everybody) if each.old.judge(before) is True}
    new = {at for at, each in enumerate(everybody) if each.new.judge(after) is True}
    expected = {
        (True, True): Change.SAME,
        (True, False): Change.WIDER,
        (False, True): Change.NARROWER,
        (False, False): Change.MOVED,
    }[old <= new, new <= old]
    assert found.change is (expected if everybody else Change.INCOMPARABLE), found.reason
    for witness, where in ((found.leaving, old - new), (found.coming, new - old), (found.staying, old & new)):
        assert (witness is None) == (not where)
    return old, new


def numbers(witness: Witness, everybody: list[Person]) -> set[int]:
    values = witness.patient.as_dict()
    return {at for at, each in enumerate(everybody) if each.old.record == values}


def check_population(
    found: PopulationChange, everybody: list[Person], before: Condition, after: Condition
) -> None:
    check_set(found.compared, everybody, before, after)
    truths = [(each.old.judge(before), each.new.judge(after)) for each in everybody]
    moves = {(was, now) for was, now in truths if was != now}
    assert {(WORDS[each.before], WORDS[each.after]) for each in found.transfers} == moves
    for transfer in found.transfers:
        was, now = WORDS[transfer.before], WORDS[transfer.after]
        first = (True, None) if now is False else (True,)  # whose regions they are: those of the old, else of the new
        base = {at for at, pair in enumerate(truths) if (pair[0] == was if was in first else pair[1] == now)}
        group = {at for at, pair in enumerate(truths) if pair == (was, now)}
        assert covered(transfer, everybody) & base == group
        check_witnesses(transfer, everybody, group)


WORDS: Mapping[str, bool | None] = {
    "eligible": True,
    "in its population": True,
    "not eligible": False,
    "not in its population": False,
    "undetermined": None,
}


def covered(transfer: Transfer, everybody: list[Person]) -> set[int]:
    places = [region.place for region in transfer.regions.regions]
    return {at for at, each in enumerate(everybody) if any(is_so(place, each.merged) for place in places)}


def check_witnesses(transfer: Transfer, everybody: list[Person], group: set[int]) -> None:
    assert transfer.regions.regions
    assert transfer.regions.complete
    for region in transfer.regions.regions:
        assert numbers(region.witness, everybody) & group


def check_transfers(found: DecisionChange, members: list[Person]) -> None:
    """Raise `AssertionError` unless each transfer is all those of one fate before and one after; none is missing."""
    fates = [(fate(each.old, found.old.name), fate(each.new, found.new.name)) for each in members]
    groups = [
        {at for at, each in enumerate(fates) if each == pair}
        for pair in {repr(each): each for each in fates if each[0] != each[1]}.values()
    ]
    shown = [covered(transfer, members) for transfer in found.transfers]
    assert sorted(map(sorted, shown)) == sorted(map(sorted, groups))
    for transfer, group in zip(found.transfers, shown, strict=True):
        check_witnesses(transfer, members, group)


@settings(max_examples=40, deadline=None)
@given(SMALL)
def test_a_protocol_compared_with_itself_is_the_same(protocol: Protocol) -> None:
    found = compared(protocol, protocol)
    assert found.same or set(found.verdicts) == {Change.INCOMPARABLE}
    assert list(found.merged.protocol.quantities) == list(protocol.quantities)
    assert all(each.compared is not None for each in found.criteria)


@settings(max_examples=40, deadline=None)
@given(SMALL)
def test_other_names_under_a_map_change_nothing(protocol: Protocol) -> None:
    renamed, renames = renamed_protocol(protocol)
    found = compared(protocol, renamed, renames)
    assert found.same or set(found.verdicts) == {Change.INCOMPARABLE}
    assert found.recorded_alike
    assert not found.added + found.dropped
    assert [each.old and each.old.id for each in found.criteria] == [each.id for each in protocol.criteria]
