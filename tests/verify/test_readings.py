"""What is said over all combinations of readings is what going through all of them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from hypothesis import event, given, settings

from tests.verify.everyone import InProcess, Judge, alone, eligible, everyone, is_so, reviewed, works
from tests.verify.finite import combinations, protocols
from trialproof.model.condition import Condition
from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.protocol import Decision, Protocol, Selection
from trialproof.verify.case import Case
from trialproof.verify.differences import changes, some_difference
from trialproof.verify.fates import gaps, overlaps, under, undetermined_patients
from trialproof.verify.finding import Under
from trialproof.verify.properties import clash, gap, undetermined
from trialproof.verify.statement import Some
from trialproof.verify.under import sentences_of
from trialproof.verify.working import NoneWorks, Works, find_working

MOST_COMBINATIONS = 12
READ = protocols(readings=True).filter(lambda each: 1 < each.combinations <= MOST_COMBINATIONS)


def case_of(protocol: Protocol) -> Case:
    return Case(protocol, InProcess(protocol), protocol.preferred)


def rules_of(decision: Decision) -> list[Condition]:
    return [decision.population, *(choice.rule for choice in decision.choices)]


def met(choice: Mapping[str, str], selection: Selection) -> bool:
    return all(selection[name] == reading for name, reading in choice.items())


@settings(max_examples=60, deadline=None)
@given(READ)
def test_the_working_combination_is_the_first_that_works(protocol: Protocol) -> None:
    check_working(protocol)


def check_working(protocol: Protocol) -> None:
    """Raise `AssertionError` unless the combination found to work is the first that does."""
    case = case_of(protocol)
    for decision in protocol.decisions.values():
        found = find_working(case, decision)
        working = [each for each in combinations(protocol) if works(protocol, decision, each)]
        assert isinstance(found, Works) == bool(working)
        if isinstance(found, Works):
            assert dict(found.readings) == earliest(case, decision, working)
            assert all(each in working for each in combinations(protocol) if met(dict(found.readings), each))
        else:
            check_none_works(protocol, decision, found)


def earliest(case: Case, decision: Decision, working: Sequence[Selection]) -> Selection:
    """Return what sorts first: sentence by sentence in the order of the protocol, the chosen reading before others."""
    names = sentences_of(case.protocol, rules_of(decision))

    def order(selection: Selection) -> list[tuple[bool, int]]:
        readings = [case.protocol.sentences[name].readings for name in names]
        return [
            (selection[name] != case.selection[name], each.index(selection[name]))
            for name, each in zip(names, readings, strict=True)
        ]

    return {name: min(working, key=order)[name] for name in names}


def check_none_works(protocol: Protocol, decision: Decision, found: NoneWorks) -> None:
    """Each combination strands one of the patients, or is dead; and none of the patients can be spared."""
    alive = [each for each in combinations(protocol) if is_alive(protocol, decision, each)]
    assert found.alive == bool(alive)
    fates = [[fate_of(protocol, decision, patient, each) for each in alive] for patient in found.patients]
    stranded = [[fate not in ("settled", "nobody") for fate in row] for row in fates]
    assert covered(stranded, len(alive))
    assert not any(covered(stranded[:at] + stranded[at + 1 :], len(alive)) for at in range(len(stranded)))


def covered(rows: Sequence[Sequence[bool]], columns: int) -> bool:
    return all(any(row[at] for row in rows) for at in range(columns))


def is_alive(protocol: Protocol, decision: Decision, selection: Selection) -> bool:
    """Return whether somebody is in the population and every choice takes a settled patient of it."""
    members = [each for each in alone(protocol, selection) if each.member(decision)]
    settled = [each for each in members if each.fate(decision) == "settled"]
    reached = {name for each in settled for name in each.holding(decision)}
    return bool(members) and reached == {choice.name for choice in decision.choices}


def fate_of(protocol: Protocol, decision: Decision, patient: Patient, selection: Selection) -> str:
    judge = Judge(protocol, patient, selection)
    return judge.fate(decision) if judge.recordable and judge.member(decision) else "nobody"


@settings(max_examples=60, deadline=None)
@given(READ)
def test_the_readings_of_a_finding_are_those_under_which_it_is_so(protocol: Protocol) -> None:
    case = case_of(protocol)
    for decision in protocol.decisions.values():
        wanted = [(gap(decision), gaps(case, decision), "gap")]
        wanted.append((undetermined(decision), undetermined_patients(case, decision), "undetermined"))
        for target, found, fate in wanted:
            there = Some(tuple(region.place for region in found.regions))
            truth = [
                each
                for each in combinations(protocol)
                if any(
                    is_so(there, judge) and judge.member(decision) and judge.fate(decision) == fate
                    for judge in alone(protocol, each)
                )
            ]
            check_under(protocol, under(case, decision, target, found.regions), truth)


@settings(max_examples=40, deadline=None)
@given(READ)
def test_the_readings_of_an_overlap_are_those_under_which_the_same_choices_clash(protocol: Protocol) -> None:
    case = case_of(protocol)
    for decision in protocol.decisions.values():
        for each in overlaps(case, decision):
            there = Some(tuple(region.place for region in each.regions.regions))
            truth = []
            for selection in combinations(protocol):
                members = [judge for judge in alone(protocol, selection) if judge.member(decision)]
                meant = [judge for judge in members if is_so(there, judge)]
                truth += [selection] if any(judge.holding(decision) == each.choices for judge in meant) else []
            check_under(protocol, under(case, decision, clash(decision, each.choices), each.regions.regions), truth)


def check_under(protocol: Protocol, found: Under, truth: Sequence[Selection]) -> None:
    assert found.complete
    assert found.of == protocol.combinations
    assert [each for each in combinations(protocol) if any(met(one, each) for one in found.choices)] == truth
    for choice in found.choices:
        for left_out in choice:
            shorter = {name: reading for name, reading in choice.items() if name != left_out}
            assert not all(each in truth for each in combinations(protocol) if met(shorter, each))
    event(f"{min(len(found.choices), 3)} partial choices")


def differ(decision: Decision | None, one: Judge, other: Judge) -> bool:
    """Return whether two readings give a patient different fates: in eligibility, or in what a decision makes of it."""
    if decision is None:
        return eligible(one) != eligible(other)
    if one.member(decision) and other.member(decision):
        return one.opinions(decision) != other.opinions(decision)
    return one.member(decision) != other.member(decision)


def about(protocol: Protocol) -> list[Decision | None]:
    return [None, *protocol.decisions.values()]


@settings(max_examples=40, deadline=None)
@given(READ)
def test_two_combinations_differ_if_they_do_on_somebody(protocol: Protocol) -> None:
    check_differences(protocol)


def check_differences(protocol: Protocol) -> None:
    """Raise `AssertionError` unless two combinations are found to differ just where some do on somebody."""
    case = case_of(protocol)
    found = [some_difference(case, decision) for decision in about(protocol)]
    for decision, pair in zip(about(protocol), found, strict=True):
        if pair is None:
            continue
        one, other = (Judge(protocol, pair.patient, {**protocol.preferred, **each}) for each in (pair.one, pair.other))
        assert (one.recordable, other.recordable) == (True, True)
        assert differ(decision, one, other)
    for one_by_one in [] if any(found) else product(combinations(protocol), repeat=2):
        for both in everyone(protocol, *one_by_one):
            assert not any(differ(decision, *both) for decision in about(protocol))


@settings(max_examples=60, deadline=None)
@given(READ)
def test_what_a_reading_changes_is_what_it_changes_for_somebody(protocol: Protocol) -> None:
    check_changes(protocol)


def check_changes(protocol: Protocol) -> None:
    """Raise `AssertionError` unless what another reading changes is what it changes for somebody."""
    case = case_of(protocol)
    for sentence in protocol.sentences.values():
        for reading in sentence.readings:
            found = [changes(case, decision, sentence.name, reading).regions for decision in about(protocol)]
            both = everyone(protocol, protocol.preferred, {**protocol.preferred, sentence.name: reading})
            truth = [[one.record for one, other in both if differ(each, one, other)] for each in about(protocol)]
            assert any(found) == any(truth)
            for regions, changed in zip(found, truth, strict=True):
                assert all(dict(region.witness.patient.values) in changed for region in regions)


@settings(max_examples=40, deadline=None)
@given(READ)
def test_a_reading_that_is_proved_to_change_nothing_changes_nothing(protocol: Protocol) -> None:
    check_indifference(protocol)


def check_indifference(protocol: Protocol) -> None:
    """Raise `AssertionError` if a reading that is proved to change nothing changes something for somebody."""
    review = reviewed(protocol, select=["TP106"])
    for sentence in protocol.sentences.values():
        proved = [each for each in review.proved if each.message.startswith(f"reading `{sentence.name}` as")]
        for reading in sentence.readings if proved else ():
            for both in everyone(protocol, protocol.preferred, {**protocol.preferred, sentence.name: reading}):
                assert not any(differ(decision, *both) for decision in about(protocol))


def test_a_sentence_with_one_reading_left_is_no_question(tmp_path: Path) -> None:
    """As after a reading has been struck out of two."""
    head = "trialproof: 1\ntitle: a trial\nquantities: {age: {unit: year, range: [0, 120]}}\n"
    criterion = "{id: adult, readings: {from_18: age >= 18 years}, prefer: from_18}"
    file = tmp_path / "protocol.yaml"
    file.write_text(f"{head}eligibility:\n  inclusion:\n    - {criterion}\n", encoding="utf-8")
    said = reviewed(load(file), select=["TP106"])
    assert not said.findings
    assert not said.proved
    assert not said.undecided
