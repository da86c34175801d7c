"""Random numbers are those of Philox, and each depends on nothing but what it is for."""

from __future__ import annotations

from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from trialproof.simulate.population.philox import AT_ONCE, philox
from trialproof.simulate.population.streams import BLOCKS, Purpose, block_of, clash, key_of, uniforms

KEY = key_of(20261122)
ALL_ONES = 0xFFFFFFFF
KNOWN = (
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ALL_ONES,) * 4, (ALL_ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)
"""The known answers of Random123 for philox4x32 with 10 rounds: counter, key, words."""


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN, ids=["zeros", "ones", "digits of pi"])
def test_philox_gives_its_published_answers(
    counter: tuple[int, ...], key: tuple[int, int], words: tuple[int, ...]
) -> None:
    column = np.array(counter, np.uint64)[:, None]
    assert tuple(philox(column, key)[:, 0].tolist()) == words
    many = np.repeat(column, AT_ONCE + 3, axis=1)
    assert (philox(many, key) == np.array(words, np.uint64)[:, None]).all()


def test_a_uniform_is_made_of_52_bits_of_the_words_that_its_counter_gives() -> None:
    block, item, replication = 7, (3 << 16) | 12, 41
    counter = np.array([[block + 1], [item], [replication], [int(Purpose.PERSON)]], np.uint64)
    one, two, three, four = (int(word) for word in philox(counter, (KEY.left, KEY.right))[:, 0])
    drawn = uniforms(KEY, Purpose.PERSON, replication, item, 4, block=block)[0]
    for value, (high, low) in zip(drawn[2:], ((one, two), (three, four)), strict=True):
        k = (high << 20) | (low >> 12)
        assert float(value) == (2 * k + 1) / 2**53


def test_no_uniform_is_zero_or_one() -> None:
    for words in (0, 2**52 - 1):
        assert 0.0 < (2 * words + 1) / 2**53 < 1.0
    drawn = uniforms(KEY, Purpose.GAP, 0, np.arange(100_000), 2)
    assert ((drawn > 0) & (drawn < 1)).all()
    assert (drawn * 2.0**53 % 2 == 1).all()


def test_the_key_is_the_one_that_numpy_derives_from_the_entropy() -> None:
    left, right = np.random.SeedSequence(17).generate_state(2, np.uint32)
    assert (key_of(17).left, key_of(17).right) == (int(left), int(right))
    assert len({(key.left, key.right) for key in map(key_of, range(2000))}) == 2000


pairs = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(pairs, min_size=1, max_size=40), st.integers(1, 7), st.integers(0, 500), st.data())
def test_a_number_does_not_depend_on_what_else_is_drawn(
    drawn: list[tuple[int, int]], count: int, block: int, data: st.DataObject
) -> None:
    replication, item = np.array(drawn, np.int64).T
    all_of_them = uniforms(KEY, Purpose.TREATMENT, replication, item, count, block=block)
    order = data.draw(st.permutations(range(len(drawn))))[: data.draw(st.integers(1, len(drawn)))]
    some = uniforms(KEY, Purpose.TREATMENT, replication[order], item[order], count, block=block)
    assert (some == all_of_them[order]).all()
    alone = uniforms(KEY, Purpose.TREATMENT, drawn[0][0], drawn[0][1], count + 3, block=block)
    assert (alone[0, :count] == all_of_them[0]).all()
    later = uniforms(KEY, Purpose.TREATMENT, drawn[0][0], drawn[0][1], 2, block=block + 1)
    assert (later[0] == uniforms(KEY, Purpose.TREATMENT, drawn[0][0], drawn[0][1], 4, block=block)[0, 2:]).all()


def test_purposes_replications_items_and_blocks_all_matter() -> None:
    def draw(entropy: int, purpose: Purpose, *place: int) -> float:
        replication, item, block = place
        return float(uniforms(key_of(entropy), purpose, replication, item, 1, block=block)[0, 0])

    origin = (1, Purpose.SITE, 5, 6, 7)
    others = [(2, *origin[1:]), *((1, each, 5, 6, 7) for each in Purpose), (1, Purpose.SITE, 6, 5, 7),
              (1, Purpose.SITE, 5, 7, 6), (1, Purpose.SITE, 6, 6, 7), (1, Purpose.SITE, 5, 6, 8)]  # fmt: skip
    values = {draw(*each) for each in [origin, *others]}
    assert len(values) == len({origin, *others})


def test_the_purposes_keep_their_numbers() -> None:
    """They are part of every counter: another number would change the results of every seed."""
    known = {"SITE": 1, "GAP": 2, "PERSON": 3, "SCREENING": 4, "TREATMENT": 5, "BACKGROUND": 6, "DOWNTIME": 7,
             "CHARTING": 8, "POLICY": 9}  # fmt: skip
    assert {name: number for name, number in Purpose.__members__.items() if name in known} == known
    assert len(set(Purpose)) == len(Purpose.__members__)


def test_uniforms_are_uniform_and_not_correlated() -> None:
    """The bounds are five standard errors of what independent uniforms have."""
    n = 200_000
    drawn = uniforms(KEY, Purpose.PERSON, np.repeat([0, 1], n // 2), np.tile(np.arange(n // 2), 2), 3)
    assert abs(drawn.mean(0) - 0.5).max() < 5 * (1 / 12 / n) ** 0.5
    counts = np.histogram(drawn[:, 0], 100, (0, 1))[0]
    assert ((counts - n / 100) ** 2 / (n / 100)).sum() < 99 + 5 * (2 * 99) ** 0.5
    assert abs(np.array(np.corrcoef(drawn.T))[np.triu_indices(3, 1)]).max() < 5 / n**0.5
    assert abs(stats.pearsonr(drawn[1:, 0], drawn[:-1, 0]).statistic) < 5 / n**0.5
    halves = drawn[:, 0].reshape(2, -1)
    assert abs(stats.pearsonr(*halves).statistic) < 5 / (n / 2) ** 0.5


@pytest.mark.parametrize(
    ("replication", "item", "block"), [(-1, 0, 0), (0, -1, 0), (2**32, 0, 0), (0, 2**32, 0), (0, 0, 2**32)]
)
def test_what_does_not_fit_into_a_counter_is_refused(replication: int, item: int, block: int) -> None:
    with pytest.raises(ValueError, match="below"):
        uniforms(KEY, Purpose.SITE, replication, item, 1, block=block)


def test_a_name_owns_blocks_that_no_other_name_has() -> None:
    names = ["diameter", "age", "resection", "arm.involved_field"]
    blocks = sorted(map(block_of, names))
    assert all(right - left >= BLOCKS for left, right in pairwise(blocks))
    assert max(blocks) + BLOCKS <= 2**32
    assert block_of("diameter") == (crc32(b"diameter") & 0xFFFFFF) << 8
    assert clash([*names, "age"]) is None


def test_two_names_that_would_share_their_numbers_are_told() -> None:
    one, other = "q271553_3248", "q697410_4936"
    assert block_of(one) == block_of(other)
    assert clash(["age", one, "sex", other]) == (one, other)
