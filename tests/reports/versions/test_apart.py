"""Texts word by word, and sentences side by side: nothing is lost, and nothing is said twice."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings, strategies as st

from trialproof.reports.versions.apart import Item, Piece, differences, side_by_side

WORDS = st.lists(st.sampled_from(["more", "than", "5", "5.5", "cm", ">", ">=", ",", " ", "  ", "é"]), max_size=14)
SENTENCES = st.lists(
    st.builds(Item, st.sampled_from(["a b c", "a b d", "x y z", "x y", "q", ""]),
              st.frozensets(st.sampled_from(["I1", "arm.x"]), max_size=1)),
    max_size=7,
)  # fmt: skip


@settings(deadline=None)
@given(WORDS.map("".join), WORDS.map("".join))
def test_the_pieces_are_the_texts_and_what_is_not_apart_is_alike(old: str, new: str) -> None:
    was, now = differences(old, new)
    assert ("".join(each.text for each in was), "".join(each.text for each in now)) == (old, new)
    same = ["".join(each.text for each in pieces if not each.apart).split() for pieces in (was, now)]
    assert "".join(same[0]) == "".join(same[1])
    assert (old != new) or not any(each.apart for each in (*was, *now))
    for pieces in (was, now):
        assert all(one.apart != other.apart for one, other in pairwise(pieces))


@settings(deadline=None)
@given(SENTENCES, SENTENCES)
def test_every_sentence_stands_somewhere_once_and_in_order(old: list[Item], new: list[Item]) -> None:
    rows = list(side_by_side(old, new))
    assert [i for i, _ in rows if i is not None] == list(range(len(old)))
    assert [j for _, j in rows if j is not None] == list(range(len(new)))
    assert (None, None) not in rows


def test_a_number_and_a_sign_are_one_word_each() -> None:
    was, now = differences("size >= 1.5 cm", "size > 1.25 cm")
    assert [each.text for each in was if each.apart] == [">= 1.5"]
    assert [each.text for each in now if each.apart] == ["> 1.25"]


def test_a_blank_between_changed_words_is_struck_out_with_them() -> None:
    was, _ = differences("those larger than 5 cm go", "those go")
    assert was == (Piece("those ", apart=False), Piece("larger than 5 cm", apart=True), Piece(" go", apart=False))


def test_sentences_that_one_rule_quotes_stand_side_by_side_whatever_their_words() -> None:
    old = [Item("one"), Item("Patients over five go left", frozenset({"arm.left"}))]
    new = [Item("All who measure 50 mm", frozenset({"arm.left"})), Item("two")]
    assert (1, 0) in list(side_by_side(old, new))


def test_sentences_with_nothing_in_common_do_not() -> None:
    assert list(side_by_side([Item("one two")], [Item("three four")])) == [(0, None), (None, 0)]


def test_texts_of_many_thousand_words_come_to_an_end() -> None:
    old, new = "word " * 20_000, "words " * 20_000
    was, now = differences(f"same {old}", f"same {new}")
    assert (was[0].apart, now[0].apart) == (False, False)
    assert "".join(each.text for each in now) == f"same {new}"
    many = [Item(f"sentence {at}") for at in range(3000)]
    others = [Item(f"clause {at}") for at in range(3000)]
    assert len(list(side_by_side(many, others))) == 6000
