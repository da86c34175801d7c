"""One thing under two wordings, or in two units: what the document says in one way here, and in another there.

Conservative: an amount is compared with the same amount, a unit with the same unit, a term with those that the lexicon
lists beside it, and the limit of a quantity with what the sentences of its rules say it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import Compare, Value
from trialproof.model.protocol import NumberKind, Protocol
from trialproof.model.unit import SPELLINGS, Unit, UnknownUnit, parse_unit, ratio
from trialproof.verify.linear import threshold, walk
from trialproof.verify.text.carried import rules_of
from trialproof.verify.text.coverage import accounts
from trialproof.verify.text.lexicon import lexicon, scan
from trialproof.verify.text.passages import Text

TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
WORDS: Mapping[str, int] = {
    **{word: value for value, word in enumerate(SMALL.split())},
    **{word: 10 * value for value, word in enumerate(TENS.split(), start=2)},
}
SHORTEST_JOINED = 7

_UNIT = r"(?P<unit>[A-Za-z\u00b5%\u00b0]+)(?![A-Za-z])"
_IN_WORDS = re.compile(rf"\b(?P<number>{'|'.join(WORDS)})[\s-]+{_UNIT}", re.IGNORECASE)
_IN_DIGITS = re.compile(rf"(?<![\w.,])(?P<number>\d+(?:\.\d+)?)[\s-]?{_UNIT}")
_AFTER_A_NUMBER = re.compile(rf"(?<=\d)\s?{_UNIT}")
_HYPHENATED = re.compile(r"(?<![\w-])([A-Za-z]+)-([A-Za-z]+)(?![\w-])")
_WORD = re.compile(r"(?<![\w-])[A-Za-z]{5,}(?![\w-])")
_DEFINES = r"\s+(?:is|means|refers to|denotes)\s+(?:the|a)\b"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two wordings, where each is first met (two offsets of the text), and why it matters."""

    first: str
    second: str
    spans: tuple[tuple[int, int], tuple[int, int]]
    because: str


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Fraction
    unit: Unit
    words: str
    span: tuple[int, int]
    in_words: bool


def pairs(protocol: Protocol, text: Text) -> tuple[Pair, ...]:
    """Return what goes by two wordings or units, in the order in which the second is met; each pair once."""
    amounts = sorted(_amounts(text), key=lambda each: each.span)
    found = [
        *_numbers_in_words(amounts),
        *_spellings_of_units(text),
        *_doses(amounts),
        *_limits_in_two_units(protocol, amounts),
        *_wordings(text),
        *_hyphens(text),
        *_measures(text, amounts),
    ]
    unique = {frozenset((each.first.casefold(), each.second.casefold())): each for each in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda each: (max(each.spans), each.first)))


def _amounts(text: Text) -> Iterator[_Amount]:
    for expression, in_words in ((_IN_WORDS, True), (_IN_DIGITS, False)):
        for found in expression.finditer(text.document.text):
            unit = _unit(found["unit"])
            if unit is not None and text.at(found.start()) is not None:
                number = found["number"].lower()
                value = Fraction(WORDS[number]) if in_words else Fraction(number)
                yield _Amount(value, unit, " ".join(found.group().split()), found.span(), in_words)


def _unit(name: str) -> Unit | None:
    try:
        return parse_unit(name) if name in SPELLINGS else None
    except UnknownUnit:
        return None


def _numbers_in_words(amounts: Sequence[_Amount]) -> Iterator[Pair]:
    """Yield `six months` beside `6 months`."""
    digits: dict[tuple[Fraction, str], _Amount] = {}
    for each in amounts:
        if not each.in_words:
            digits.setdefault((each.value, each.unit.text), each)
    for each in amounts:
        other = digits.get((each.value, each.unit.text))
        if each.in_words and other is not None:
            yield _pair(each, other, "a reader who looks for one of them does not find the other")


def _spellings_of_units(text: Text) -> Iterator[Pair]:
    """Yield `60 Gy` beside `60 gy`."""
    spelled: dict[str, dict[str, tuple[int, int]]] = {}
    for found in _AFTER_A_NUMBER.finditer(text.document.text):
        if text.at(found.start("unit")) is not None:
            spelled.setdefault(found["unit"].casefold(), {}).setdefault(found["unit"], found.span("unit"))
    for alike in spelled.values():
        meant = {SPELLINGS[each] for each in alike if each in SPELLINGS}
        if len(alike) > 1 and len(meant) == 1 and len(next(iter(alike))) > 1:
            (first, here), (second, there) = list(alike.items())[:2]
            yield Pair(first, second, (here, there), "in units, a capital letter can make another unit")


def _doses(amounts: Sequence[_Amount]) -> Iterator[Pair]:
    """Yield `2 Gy` beside `200 cGy`."""
    first = {name: next((each for each in amounts if each.unit.text == name), None) for name in ("Gy", "cGy")}
    if first["Gy"] is not None and first["cGy"] is not None:
        yield _pair(first["Gy"], first["cGy"], "doses in two units are a factor of 100 apart")


def _limits_in_two_units(protocol: Protocol, amounts: Sequence[_Amount]) -> Iterator[Pair]:
    """Yield `5 cm` beside `50 mm` where both are limits of one quantity, in the sentences of its rules."""
    limits: dict[str, dict[str, _Amount]] = {}
    starts = [each.span[0] for each in amounts]
    for account in accounts(protocol):
        ends = [(bisect_left(starts, quote.start), bisect_left(starts, quote.end)) for quote in account.quotes]
        inside = [each for first, last in ends for each in amounts[first:last]]
        for rule in rules_of(protocol, account) if inside else ():
            for node in walk(protocol, rule):
                compared = threshold(node) if isinstance(node, Compare) else None
                if compared is None or not isinstance(compared.term, Value):
                    continue
                kind = protocol.quantities[compared.term.quantity].kind
                for each in inside:
                    factor = ratio(each.unit, kind.unit) if isinstance(kind, NumberKind) else None
                    if factor is not None and each.unit.dimension and each.value * factor == compared.value:
                        limits.setdefault(compared.term.quantity, {}).setdefault(each.unit.text, each)
    for name, by_unit in limits.items():
        if len(by_unit) > 1:
            first, second = list(by_unit.values())[:2]
            yield _pair(first, second, f"limits of `{name}` are given in two units")


def _wordings(text: Text) -> Iterator[Pair]:
    entries = lexicon().wordings
    met: dict[int, dict[str, tuple[int, int]]] = {}
    terms = {(at, each) for at, entry in enumerate(entries) for each in entry.terms}
    for (at, term), start, end in scan(text.document.text, terms):
        met.setdefault(at, {}).setdefault(term, (start, end))
    for entry, first in ((entries[at], first) for at, first in met.items()):
        if len(first) > 1:
            (one, here), (other, there) = list(first.items())[:2]
            yield Pair(one, other, (here, there), entry.because)


def _hyphens(text: Text) -> Iterator[Pair]:
    """Yield `re-irradiation` beside `reirradiation`."""
    solid: dict[str, tuple[int, int]] = {}
    for found in _WORD.finditer(text.document.text):
        solid.setdefault(found.group().casefold(), found.span())
    for found in _HYPHENATED.finditer(text.document.text):
        joined = f"{found[1]}{found[2]}".casefold()
        if joined in solid and len(joined) >= SHORTEST_JOINED:
            words = found.group().casefold()
            yield Pair(words, joined, (found.span(), solid[joined]), "one word is spelled in two ways")


def _measures(text: Text, amounts: Sequence[_Amount]) -> Iterator[Pair]:
    """Yield `largest diameter` beside `diameter`, both with a limit in their sentence and neither defined."""
    limited = {id(text.at(each.span[0])) for each in amounts if each.unit.dimension == (("cm", 1),)}
    for entry in lexicon().measures:
        for term in entry.terms:
            if re.search(rf"\b{term}s?{_DEFINES}", text.document.text, re.IGNORECASE):
                continue
            ways = "|".join(re.escape(way) for way in entry.ways)
            bare: tuple[int, int] | None = None
            qualified: re.Match[str] | None = None
            for found in re.finditer(rf"\b((?:{ways})\s+)?{term}\b", text.document.text, re.IGNORECASE):
                if id(text.at(found.start())) in limited:
                    bare = found.span() if bare is None and not found[1] else bare
                    qualified = found if qualified is None and found[1] else qualified
            if bare is not None and qualified is not None:
                words = " ".join(qualified.group().casefold().split())
                yield Pair(words, term, (qualified.span(), bare), entry.because)


def _pair(first: _Amount, second: _Amount, because: str) -> Pair:
    return Pair(first.words, second.words, (first.span, second.span), because)
