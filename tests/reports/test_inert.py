"""Every character that has no shape of its own is named, alone and among others."""

from __future__ import annotations

import sys
from unicodedata import category

from trialproof.reports.inert import FILLERS, HIDDEN, visible


def test_exactly_the_characters_without_a_shape_are_named() -> None:
    for number in range(sys.maxunicode + 1):
        each = chr(number)
        hidden = each not in "\t\n" and (category(each) in HIDDEN or each in FILLERS)
        assert visible(each) == (f"[U+{number:04X}]" if hidden else each)


def test_one_hidden_character_is_found_in_any_text() -> None:
    for text in ("plain", "größer als 5 cm", "on two\nlines"):
        assert visible(text) == text
        for each in ("\u202e", "\u200b", "\x00", *FILLERS):
            assert visible(text + each + text) == f"{text}[U+{ord(each):04X}]{text}"
