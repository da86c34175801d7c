"""The evaluators agree on the protocols of this repository, about patients who stand on their thresholds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.agreement.naive import Naive
from tests.agreement.strategies import draw_patient, subjects, thresholds_of
from trialproof.model.load import load
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Protocol
from trialproof.simulate.cohort import cohort_of, evaluate, patients_of

FOLDERS = sorted(path.parent for path in (Path(__file__).parents[2] / "protocols").glob("*/protocol.yaml"))

read = cache(load)


@st.composite
def patients(draw: st.DrawFn, protocol: Protocol) -> list[Patient]:
    thresholds = thresholds_of(list(protocol.rules()))
    return [draw_patient(draw, protocol, thresholds) for _ in range(draw(st.integers(1, 4)))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_whole_protocol_is_judged_alike(folder: Path, data: st.DataObject) -> None:
    protocol = read(folder)
    drawn = data.draw(patients(protocol))
    selection = {name: data.draw(st.sampled_from(each.readings)) for name, each in protocol.sentences.items()}
    cohort = cohort_of(protocol, drawn)
    assert patients_of(cohort) == drawn
    rules = [fact.rule for fact in protocol.facts] + [criterion.rule for criterion in protocol.criteria]
    rules += [claim.rule for claim in protocol.claims]
    for condition in (*subjects(protocol), *rules):
        together = evaluate(protocol, cohort, condition, selection)
        for row, patient in enumerate(drawn):
            alone = about(protocol, patient, selection).truth(condition)
            naive = Naive(protocol, patient, selection).judge(condition)
            assert (alone.holds, alone.fails) == (naive is True, naive is False)
            assert (together.holds[row], together.fails[row]) == (alone.holds, alone.fails)
