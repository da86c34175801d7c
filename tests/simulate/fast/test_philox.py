"""The compiled generator gives the numbers of the readable one, bit for bit, and its published answers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.population.test_streams import KNOWN
from tests.simulate.runs.small import small
from trialproof.simulate.population import streams
from trialproof.simulate.population.streams import Compiled, Key, Plain, Purpose
from trialproof.simulate.runs.replicate import replications
from trialproof.simulate.runs.simulation import prepared

pytest.importorskip("numba")

words = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2**31, 2**32 - 1]))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN, ids=["zeros", "ones", "digits of pi"])
def test_the_compiled_generator_gives_the_published_answers(
    counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]
) -> None:
    from trialproof.simulate.fast.philox import of_pairs, of_places

    block, item, replication, purpose = counter
    for half, (high, low) in enumerate((answer[:2], answer[2:])):
        expected = (2 * ((high << 20) | (low >> 12)) + 1) / 2**53
        one = np.full(9, replication, np.int64)
        drawn, place = np.zeros((2, 9)), 2 * block + half
        of_pairs(one, np.full(9, item, np.int64), np.array([place]), purpose, *key, drawn[:1])
        of_places(one, item, np.full(9, place, np.int64), purpose, *key, drawn[1])
        assert (drawn == expected).all()
        both = np.zeros((2, 9))
        of_pairs(one, np.full(9, item, np.int64), np.array([2 * block, 2 * block + 1]), purpose, *key, both)
        assert (both[half] == expected).all()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(words, words, st.integers(0, 2**33 - 1)), min_size=1, max_size=70),
    st.sampled_from(list(Purpose)),
    words,
    words,
)
def test_both_generators_give_the_same_bits(
    who: list[tuple[int, int, int]], purpose: Purpose, left: int, right: int
) -> None:
    replications, items, places = np.array(who, np.int64).T.copy()
    key = Key(left, right)
    some = [int(place) for place in places[:5]]
    for at in (some, [some[0], some[0] ^ 1], [some[0] & ~1, some[0] | 1, some[0] | 1], []):
        one, other = (each.of_pairs(key, purpose, replications, items, at) for each in (Compiled(), Plain()))
        assert one.shape == (len(at), len(items))
        assert (one == other).all()
    item = int(items[0])
    one, other = (each.of_places(key, purpose, replications, item, places) for each in (Compiled(), Plain()))
    assert (one == other).all()


def test_many_counters_give_the_same_bits() -> None:
    replications, items = np.divmod(np.arange(40_000), 300)
    one, other = (each.of_pairs(Key(1, 2), Purpose.GAP, replications, items, [5]) for each in (Compiled(), Plain()))
    assert (one == other).all()
    assert all(a != b for a, b in pairwise(one[0]))


@pytest.mark.parametrize("uniforms", [Compiled(), Plain()])
@pytest.mark.parametrize("wrong", [-1, 2**32, 2**62, -(2**63)])
def test_what_does_not_fit_into_a_counter_is_refused(uniforms: Compiled | Plain, wrong: int) -> None:
    good, bad = np.arange(8), np.array([0, 1, 2, 3, 4, 5, wrong, 7])
    for whose, items in ((bad, good), (good, bad)):
        with pytest.raises(ValueError, match="not a whole number below"):
            uniforms.of_pairs(Key(1, 2), Purpose.GAP, whose, items, [0])
    with pytest.raises(ValueError, match="not a whole number below"):
        uniforms.of_pairs(Key(1, 2), Purpose.GAP, good, good, [0, 2**33])
    with pytest.raises(ValueError, match="not a whole number below"):
        uniforms.of_places(Key(1, 2), Purpose.GAP, good, 5, 2 * np.clip(bad, -(2**61), 2**61))


def test_a_replication_is_the_same_by_either_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = prepared(small(5))
    compiled = [(each.record.ledger, each.figures()) for each in replications(ready, range(3))]
    monkeypatch.setattr(streams, "_fastest", Plain)
    for (ledger, figures), each in zip(compiled, replications(ready, range(3)), strict=True):
        assert np.array_equal(ledger, each.record.ledger)
        assert figures == each.figures()
