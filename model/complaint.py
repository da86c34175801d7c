"""What is wrong with a condition's text, in words for a reader who does not program."""

# ruff: noqa: RUF001 - the odd characters are those that people paste from a word processor

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from trialproof.model.exact import in_backticks
from trialproof.model.syntax import KEYWORDS, Mistake

# What can come next, in the order in which it is said. A terminal that is not listed goes without saying.
_EXPECTED = (
    ("NUMBER", "a number"),
    ("NAME", "a name"),
    ("WORD", "a category"),
    ("UNIT", "a unit"),
    ("RELATION", "a comparison"),
    ("THEN", "`then`"),
    ("AND", "`and`"),
    ("OR", "`or`"),
    ("OF", "`of`"),
    ("COMMA", "`,`"),
    ("LPAR", "`(`"),
    ("RPAR", "`)`"),
    ("$END", "the end"),
)
_WORDS = {
    "IF": "if", "THEN": "then", "AND": "and", "OR": "or", "XOR": "xor", "NOT": "not", "BETWEEN": "between", "IS": "is",
    "IN": "in", "OF": "of", "KNOWN": "known", "UNKNOWN": "unknown", "EXACTLY": "exactly",
}  # fmt: skip

# What people write instead. Shown is the first that covers, with its `here` if it has one, where reading stopped.
_HABITS = tuple(
    (re.compile(pattern), help)
    for pattern, help in (  # noqa: A001
        (r"=>", "did you mean `>=`?"),
        (r"=<", "did you mean `<=`?"),
        (r"==+", "write a single `=`"),
        (r"<>", "write `!=`"),
        (r"([<>!])\s+=", r"write `\1=` without a blank"),
        (r"&&?|∧", "write `and`"),
        (r"\|\|?|∨", "write `or`"),
        (r"!(?!=)|¬", "write `not`"),
        (r"[→⇒]", "write `if a then b`"),
        (r"\^|[*×]\s*10[*^]", "a power of ten is part of the unit, as in `4.0 10*9/L`"),
        (r"[–—−]", "write `-`"),
        (r"[×·]", "write `*`"),
        (r"÷", "write `/`"),
        (r"(?<![0-9])(\.[0-9]+)", r"write `0\1`"),
        (r"[0-9],[0-9]{3}(?![0-9])", "write numbers without commas between the thousands"),
        (r"([0-9]+),([0-9]+)", r"write `\1.\2`, with a decimal point"),
        (r"[“”„'‘’«»`\"]", 'only a category is quoted, behind `is` and with `"`'),
        (r"[\[\]{}]", "write round brackets"),
        (r"\bis\s+(any\s+of|in|either)\b", "write `is one of (...)`"),
        (r"\bat\s+least\b", "compare with `>=`; `at least 2 of (a, b, c)` counts conditions"),
        (r"\bat\s+most\b", "compare with `<=`; `at most 2 of (a, b, c)` counts conditions"),
        (r"\bis\s+(?:exactly|equal\s+to)\s+(?P<here>\S+)|\b(?:exactly|equal\s+to|equals)\b", "compare with `=`"),
        (r"\bis\s+(?:over|above)\s+(?P<here>\S+)|\b(?:(?:more|greater)\s+than|over|above)\b", "compare with `>`"),
        (r"\bis\s+(?:under|below)\s+(?P<here>\S+)|\b(?:(?:less|fewer)\s+than|under|below)\b", "compare with `<`"),
        (r"\bnot\s+(?P<here>not)\b", "two times `not` needs brackets, or none of it"),
        (r"\b(else|otherwise)\b", "`if a then b` has no `else`: write two rules, joined by `and`"),
        (r"\b(?:and|or|xor|then|not)\s+(?P<here>if)\b", "put `if ... then ...` in brackets"),
        (r"\bis\s+(?:not\s+)?[0-9.]+\s+(?P<here>\S+)", "`is` goes with a category; compare numbers with `=`"),
        (r"\bof\s*\([^()\"]*\w\s+(?P<here>\w+)", "put commas between categories, and quotes around several words"),
        (r"\bis\s+(?:not\s+)?[^\s(),\"]+\s+(?P<here>\w+)", "put a category of several words in quotes"),
    )
)

_NEARBY = 60
_LONGEST_OFFER = 400
_MOST_OFFERED = 12


def explain(text: str, at: int, accepted: Collection[str]) -> Mistake:
    """Return the mistake of a text that cannot be read on from an offset, where these terminals could have come."""
    found = _found(text, at)
    said = f"found {in_backticks(found)}" if found else "found the end"
    return Mistake(f"expected {_expected(accepted)}, {said}", at, at + len(found), help=_habit(text, at, accepted))


def unexpected(text: str, at: int, expected: str, advice: str | None = None) -> Mistake:
    """Return the mistake of a text in which something else was expected at an offset; `advice` is the last resort."""
    found = _found(text, at)
    said = f"found {in_backticks(found)}" if found else "found the end"
    return Mistake(f"expected {expected}, {said}", at, at + len(found), help=_habit(text, at, ()) or advice)


def offer_bracketings(text: str, operands: Sequence[tuple[int, int]], connectives: Sequence[str]) -> Mistake:
    """Return the mistake of connectives that are mixed without brackets, with two ways to set them."""
    parts = [" ".join(text[start:end].split()) for start, end in operands]
    start, end = operands[0][0], operands[-1][1]
    kinds = list(dict.fromkeys(connectives))
    if len(kinds) == 1:
        message = "more than two conditions joined by `xor` can be read in two ways"
    else:
        names = " and ".join(f"`{kind}`" for kind in kinds[:2])
        message = f"{names} are mixed without brackets, which can be read in two ways"
    if sum(map(len, parts)) > _LONGEST_OFFER or len(parts) > _MOST_OFFERED:
        return Mistake(message, start, end, help="put brackets around what belongs together")
    if len(kinds) == 1:
        one, other = f"exactly 1 of ({', '.join(parts)})", _join("xor", parts)
    else:
        one, other = (_bracket(parts, connectives, order) for order in (kinds, kinds[::-1]))
    return Mistake(message, start, end, help=f"either `{one}`\nor     `{other}`")


def did_you_mean(word: str, candidates: Collection[str]) -> str | None:
    """Return the candidate that a word was probably meant to be, or None."""
    for candidate in candidates:
        if candidate.lower() == word.lower():
            return candidate
    return next(iter(get_close_matches(word, candidates, n=1, cutoff=0.6)), None)


def _expected(accepted: Collection[str]) -> str:
    said = [words for terminal, words in _EXPECTED if terminal in accepted]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def _found(text: str, at: int) -> str:
    """Return the word, the run of operator signs or the one character that stands at an offset."""
    found = re.compile(r"\w+|[<>=!&|]+|\S").match(text, at)
    return found[0] if found else ""


def _habit(text: str, at: int, accepted: Collection[str]) -> str | None:
    for pattern, advice in _HABITS:
        for found in pattern.finditer(text, max(at - _NEARBY, 0), at + _NEARBY):
            start, end = found.span("here") if found.groupdict().get("here") else found.span()
            if start <= at < end:
                return found.expand(advice)
    word = _found(text, at)
    if word.lower() in KEYWORDS and not word.islower():
        return f"did you mean `{word.lower()}`?"
    if not word.isprintable():
        return "an invisible character stands here: delete it"
    if not word.isascii():
        return "names are made of the letters a to z, digits and `_`"
    meant = did_you_mean(word, [_WORDS[terminal] for terminal in sorted(accepted) if terminal in _WORDS])
    return f"did you mean `{meant}`?" if meant and meant != word else None


def _bracket(parts: Sequence[str], connectives: Sequence[str], order: Sequence[str]) -> str:
    """Set brackets around the runs of each connective, the first of the order first; the last needs none."""
    operands, between = list(parts), list(connectives)
    for kind in order:
        joined, kept = [[operands[0]]], []
        for connective, operand in zip(between, operands[1:], strict=True):
            if connective == kind:
                joined[-1].append(operand)
            else:
                joined.append([operand])
                kept.append(connective)
        operands = [f"({_join(kind, run)})" if len(run) > 1 and kept else _join(kind, run) for run in joined]
        between = kept
    return operands[0]


def _join(connective: str, operands: Sequence[str]) -> str:
    """Join operands without brackets around the whole; of `xor`, two at a time."""
    if connective == "xor" and len(operands) > 2:
        return f"({_join(connective, operands[:-1])}) xor {operands[-1]}"
    return f" {connective} ".join(operands)
