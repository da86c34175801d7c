"""Characters that the fonts of the PDF have, and texts in which every other one is named.

The fonts are those that Typst brings along, so that the same report looks the same everywhere. They have Latin, Greek
and Cyrillic letters, signs of mathematics and arrows, and hardly any of other scripts. A mark on a letter counts where
the two are one character together; scripts that join their letters or run to the left are named, since what they look
like hangs on more than the glyph.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from unicodedata import normalize

from trialproof.reports.inert import visible

COVERED = """
21-7E A1-AC AE-2FF 370-377 37A-37F 384-38A 38C 38E-3A1 3A3-482 48A-4FF 510-513 51A-51D 531-556 559-58A 58D-58F
10D0-10FF 13A0-13F5 13F8-13FD 1D00-1DBF 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D
1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE 2010-2027 2030-205E 2070-2071
2074-208E 2090-209C 20A0-20C0 2100-2151 2153-2184 2189 2190-23FF 2422-2423 2460-262F 2638-268B 2690-269C
26A0-26A7 26AA-26B2 2701-2704 2706-2709 270C-2727 2729-274B 274D 274F-2752 2756 2758-275E 2761-277F 2794
2798-27AF 27B1-2B73 2B76-2B95 2B97-2BFF 2C60-2CEE 2CF2-2CF3 2CF9-2CFF 2E02-2E05 2E08-2E0A 2E17-2E18 2E1F
2E22-2E25 2E2E A640-A641 A648-A649 A656-A657 A708-A716 A71B-A727 A72D A730 A735 A765 A789-A78E A790-A791 A793
A7AA A7F8-A7F9 FB00-FB06 FB13-FB17 FB29 1D400-1D454 1D456-1D49C 1D49E-1D49F 1D4A2 1D4A5-1D4A6 1D4A9-1D4AC
1D4AE-1D4B9 1D4BB 1D4BD-1D4C3 1D4C5-1D505 1D507-1D50A 1D50D-1D514 1D516-1D51C 1D51E-1D539 1D53B-1D53E
1D540-1D544 1D546 1D54A-1D550 1D552-1D6A5 1D6A8-1D7CB 1D7CE-1D7FF
"""
"""Ranges of code points, in hexadecimal, in ascending order; a test lets Typst print each of them."""
SPACES = " \t\n\u00a0"
LONGEST = 28
"""So many letters in a row need not be broken; longer words may be, at their joints and within longer stretches."""
BREAK = "\u200b"

_EDGES = tuple(
    edge
    for each in COVERED.split()
    for first, _, last in [each.partition("-")]
    for edge in (int(first, 16), int(last or first, 16) + 1)
)
_JOINTS = re.compile(r"(?<=[._/\\-])")
_LONG = re.compile(rf"[^\s{BREAK}]{{{LONGEST + 1},}}")


def legible(text: str, *, plain: bool = False) -> str:
    """Return a text with every character named that has no shape or no glyph; long words may be broken.

    Letters and their marks are put together where there is such a character. With `plain` only ASCII is taken to have
    glyphs.
    """
    composed = visible(normalize("NFC", text))
    named = "".join(each if _has_glyph(each, plain=plain) else f"[U+{ord(each):04X}]" for each in composed)
    return _LONG.sub(_broken, named)


def _has_glyph(character: str, *, plain: bool) -> bool:
    if character in SPACES or " " < character <= "~":
        return True
    return not plain and bisect_right(_EDGES, ord(character)) % 2 == 1


def _broken(found: re.Match[str]) -> str:
    parts = _JOINTS.split(found[0])
    chunks = [part[at : at + LONGEST] for part in parts for at in range(0, len(part), LONGEST)]
    return BREAK.join(chunks)
