"""Every bad input is refused with one sentence, at the very characters that are wrong: those between `«` and `»`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.folder import DOCUMENT, HEAD, assert_style, read_marks, write_folder
from trialproof.model.load import load
from trialproof.model.place import BadInput

NUMBER = "quantities:\n  age:\n    unit: year\n    range: [0, 120]\n"
SEX = "quantities:\n  sex:\n    one_of: [female, male]\n  pregnant:\n    yes_no: true\n"
WITH_TEXT = "document: document.txt\n"
DECISION = f"{SEX}decisions:\n  arm:\n    for: everyone\n    choices:\n      a:\n        when: sex is male\n"
CRITERION = f"{SEX}eligibility:\n  inclusion:\n    - id: I1\n"

YAML = [
    ("a: b: c", "a: b«:» c", "`: ` is not expected here"),
    ("tab", "a:\n«\t»b: c", "a tab cannot stand here"),
    ("at", "a: «@»b", "a text cannot begin with `@`"),
    ("percent", "a: «%»b", "a text cannot begin with `%`"),
    ("greater", "rule: «>» 5", "a text cannot begin with `>` or `|`"),
    ("quoted and more", 'a: "b" «c»', "this belongs neither to the value before it nor to the keys above it"),
    ("comment in a long text", "a: b # c\n  «d»", "this belongs neither to the value before it"),
    ("open bracket", "a: [b, c\nd«:» e", "a `,` or the closing `]` is expected here"),
    ("open brace", "a: {b: c", "a `,` or the closing `}` is expected here"),
    ("open quote", "a: «'»b\nc: d", "the quotation mark that opens here is never closed"),
    ("escape", 'a: "\\«q»"', "an escape that is not known"),
    ("no such character", 'a: "«\\»U00110000"', "an escape names no character"),
    ("control by escape", 'a: «"\\0"»', "an escape stands for the control character U+0000"),
    ("control", "a: b«\x1b»c", "the control character U+001B does not belong in this file"),
    ("list on one line", "a: «-» b", "a list cannot begin on this line"),
    ("key twice", "a: b\nc: d\n«a»: e", "the key `a` stands here twice"),
    ("nested key twice", "a:\n  b: c\n  «b»: e", "the key `b` stands here twice"),
    ("second document", "a: b\n«---»\nc: d", "a second document begins here"),
    ("tag", "a: «!»!python/object:os.system x", "the tag `!!python/object:os.system` is not used here"),
    ("own tag", "a: «!»x", "the tag `!x` is not used here"),
    ("tag that is not declared", "a: «!»b!c", "a text cannot begin with `!`"),
    ("tag on a list", "a: «!»!set [b]", "the tag `!!set` is not used here"),
    ("no anchor", "a: «*x»", "`*x` refers to no `&x` above"),
    ("alias of itself", "a: &x [b, «*x»]", "`*x` stands within what it refers to"),
    ("list as key", "? «[»a]\n: b", "a key must be one text"),
    ("template", "a: {«{»b}}", "a key must be one text"),
    ("no key", "«:» a", "a key is missing before `:`"),
    ("deep", "a: " + "[" * 39 + "«[»" + "[" * 60_000, "nested more than 40 levels deep"),
    ("deep block", "\n".join(" " * i + "a:" for i in range(40)) + "\n" + " " * 40 + "«a»: b", "nested more than 40"),
    ("a list", "«-» a", "the file is a list, not keys with values"),
    ("a text", "«a»", "the file is one text, not keys with values"),
]

SHAPE = [
    ("unknown key", "«quantites»:\n  a: b", "unknown key `quantites`"),
    ("later release", "«scenario»:\n  a: b", "unknown key `scenario`"),
    ("merge", f"{NUMBER}    «<<»: x", "unknown key `<<`"),
    ("unknown in quantity", "quantities:\n  age:\n    «rnge»: [0, 1]", "unknown key `rnge`"),
    (
        "unknown in reading",
        "definitions:\n  a:\n    readings:\n      b: {rule: c, «becaus»: d}",
        "unknown key `becaus`",
    ),
    ("unknown in quote", "todo:\n  - quote:\n      - {quote: a, «nht»: 1}", "unknown key `nht`"),
    ("unknown in choice", f"{DECISION}        «courze»: 60 Gy", "unknown key `courze`"),
    ("comma", "quantities:\n  a: {yes_no: true, label: one, «two three»}", "`two three` is a key without a value"),
    ("text for keys", "quantities: «x»", "`quantities` is one text, expected keys with values"),
    ("list for keys", "«quantities»:\n  - x", "`quantities` is a list, expected keys with values"),
    (
        "keys for a text",
        "quantities:\n  a:\n    «label»:\n      b: c",
        "`label` is keys with values, expected one text",
    ),
    ("text for a list", "quantities:\n  a:\n    one_of: «b»", "`one_of` is one text, expected a list"),
    ("list in a list", "quantities:\n  a:\n    one_of: [«[b]»]", "entry 1 of `one_of` is a list, expected one text"),
    ("no value", "quantities:\n  a:\n    yes_no: true\n    «label»:", "this key has no value"),
    ("no value that is needed", "facts:\n  - because: x\n    «rule»:", "`rule` has no value, expected one text"),
    ("no choices", "decisions:\n  a:\n    «choices»:", "this key has no value"),
    ("neither choices nor table", "decisions:\n  «a»:\n    label: b", "one of `choices` or `table` is needed here"),
    ("both", f"{DECISION}    «table»: |-\n      arm | sex\n", "`table` and `choices` do not go together"),
    ("empty choices", "decisions:\n  a:\n    choices: «{}»", "nothing stands here"),
    ("no readings", "definitions:\n  a:\n    readings: «{}»", "nothing stands here"),
    ("no categories", "quantities:\n  a:\n    one_of: «[]»", "nothing stands here"),
    ("missing id", "eligibility:\n  inclusion:\n    - «r»ule: x", "entry 1 of `inclusion` has no `id`"),
    ("missing reason", "not_modelled:\n  - «q»uote: x", "entry 1 of `not_modelled` has no `because`"),
    ("no kind", "quantities:\n  «a»:\n    label: b", "one of `one_of`, `yes_no` or `range` is needed here"),
    ("two kinds", "quantities:\n  a:\n    one_of: [b]\n    «yes_no»: true", "`yes_no` and `one_of` do not go together"),
    ("unit of a yes/no", "quantities:\n  a:\n    yes_no: true\n    «unit»: cm", "`unit` goes with `range`"),
    ("no rule", "definitions:\n  «a»:\n    label: b", "one of `rule`, `value`, `readings`, `open` or `points`"),
    ("rule and open", f"{DECISION}        «open»: why", "`open` and `when` do not go together"),
    ("prefer without readings", "definitions:\n  a:\n    rule: b\n    «prefer»: c", "`prefer` goes with `readings`"),
    ("unit without value", "definitions:\n  a:\n    rule: b\n    «unit»: cm", "`unit` goes with `value`"),
    ("nth without quote", "definitions:\n  a:\n    rule: b\n    «nth»: 1", "`nth` goes with `quote`"),
    ("nth and near", "todo:\n  - quote: a\n    nth: 1\n    «near»: b", "`nth` and `near` do not go together"),
    ("yes_no: yes", "quantities:\n  a:\n    yes_no: «yes»", "only `true` can stand here"),
    ("flag", "quantities:\n  a:\n    yes_no: true\n    may_be_missing: «yes»", "expected `true` or `false`"),
    ("nth", "todo:\n  - quote: a\n    nth: «second»", "expected a whole number from 1"),
    ("nth 0", "todo:\n  - quote: a\n    nth: «0»", "expected a whole number from 1"),
    ("range of three", "quantities:\n  a:\n    range: «[0, 1, 2]»", "expected the lowest and the highest value"),
    (
        "intent",
        "decisions:\n  a:\n    intent: «exactly on»\n    choices: {b: {when: c}}",
        "expected `exactly one`, `at most",
    ),
    ("rounding", f"{NUMBER}    recorded_to: {{step: 1, rounded: «dwn»}}", "expected `nearest`, `down` or `up`"),
    ("empty rule", "definitions:\n  a:\n    rule: «''»", "nothing stands here"),
    ("case without when", "definitions:\n  a:\n    value:\n      - «v»alue: 1", "entry 1 of `value` has no `when`"),
]

QUANTITIES = [
    ("name", "quantities:\n  «my age»:\n    yes_no: true", "`my age` cannot be the name of a quantity"),
    ("name with a digit first", "quantities:\n  «5cm»:\n    yes_no: true", "`5cm` cannot be the name of a quantity"),
    ("keyword", "quantities:\n  «and»:\n    yes_no: true", "`and` is a word of the language of conditions"),
    ("eligible", "definitions:\n  «eligible»: x", "`eligible` is a word of the language of conditions"),
    ("everyone", "decisions:\n  «everyone»:\n    choices: {a: {when: b}}", "`everyone` is a word of the language"),
    ("open", "quantities:\n  «open»:\n    yes_no: true", "`open` is a word of the language of conditions"),
    (
        "choice",
        "decisions:\n  a:\n    choices:\n      «arm 1»:\n        when: b",
        "`arm 1` cannot be the name of a choice",
    ),
    (
        "criterion",
        "eligibility:\n  inclusion:\n    - id: «I 1»\n      rule: a",
        "`I 1` cannot be the name of a criterion",
    ),
    ("reading", f"{CRITERION}      readings: {{«a b»: pregnant}}", "`a b` cannot be the name of a reading"),
    ("clash", f"{SEX}definitions:\n  «sex»: pregnant", "`sex` is the name of a quantity already"),
    (
        "clash of criteria",
        f"{CRITERION}      rule: pregnant\n    - rule: pregnant\n      id: «I1»",
        "`I1` is the name of a",
    ),
    (
        "claims",
        f"{SEX}claims:\n  - id: a b\n    rule: pregnant\n  - id: «a b»\n    rule: pregnant",
        "`a b` is the name of",
    ),
    ("category twice", "quantities:\n  a:\n    one_of: [b, c, «b»]", "the category `b` is listed twice"),
    ("unit", "quantities:\n  a:\n    unit: «cmm»\n    range: [0, 1]", "`cmm` is not a unit"),
    ("not a number", "quantities:\n  a:\n    range: [0, «high»]", "`high` is not a number such as 5"),
    ("infinite", "quantities:\n  a:\n    range: [0, «.inf»]", "`.inf` is not a number such as 5"),
    ("upside down", "quantities:\n  a:\n    range: [5, «2»]", "the range ends at 2, below its start at 5"),
    (
        "wrong unit",
        "quantities:\n  a:\n    unit: cm\n    range: [0, «5 kg»]",
        "expected an amount in cm, found an amount in",
    ),
    ("no unit", "quantities:\n  a:\n    range: [0, «5 cm»]", "expected a plain number, found an amount in cm"),
    ("no step", f"{NUMBER}    recorded_to: «0»", "a step of 0 years is not above zero"),
    ("negative step", f"{NUMBER}    recorded_to: «-1»", "a step of -1 years is not above zero"),
    (
        "step and end",
        "quantities:\n  a:\n    range: [0, «95»]\n    recorded_to: 10",
        "the range ends at 95, which no step of",
    ),
    (
        "step and start",
        "quantities:\n  a:\n    range: [«0.5», 2]\n    recorded_to: 1",
        "the range starts at 0.5, which no",
    ),
    ("days of months", f"{NUMBER}    recorded_to: «1 day»", "expected an amount in years, found an amount in days"),
    ("month without unit", "calendar:\n  month: «30.44»", "the month has no unit"),
    ("odd month", "calendar:\n  month: «30.44 hours»", "a month of "),
    (
        "default without applies_if",
        f"{SEX}    «when_not_applicable»: no",
        "`when_not_applicable` goes with `applies_if`",
    ),
    (
        "default of a yes/no",
        f"{SEX}    applies_if: sex is female\n    when_not_applicable: «never»",
        "expected `yes` or `no`, found `never`",
    ),
    (
        "default of a category",
        f"{SEX}  a:\n    one_of: [b, c]\n    applies_if: pregnant\n    when_not_applicable: «d»",
        "`d` is not one of the categories",
    ),
    (
        "default of a number",
        f"{SEX}  a:\n    range: [0, 1]\n    applies_if: pregnant\n    when_not_applicable: «no»",
        "`no` is not a number such as 5",
    ),
]

RULES = [
    ("unknown name", f"{SEX}definitions:\n  a: pregnant or «pregnnt»", "the protocol declares no `pregnnt`"),
    ("folded", f"{SEX}definitions:\n  a: >-\n    pregnant\n    or «b»", "the protocol declares no `b`"),
    ("block", f"{SEX}definitions:\n  a: |-\n    pregnant\n    or «b»", "the protocol declares no `b`"),
    ("over lines", f"{SEX}definitions:\n  a: pregnant\n    or «b»", "the protocol declares no `b`"),
    ("single quotes", f"{SEX}definitions:\n  a: 'pregnant or «b»'", "the protocol declares no `b`"),
    ("in a list", f"{SEX}facts:\n  - {{because: x, rule: not «b»}}", "the protocol declares no `b`"),
    ("in a reading", f"{CRITERION}      readings:\n        a: {{rule: sex is «man»}}", "`sex` has no category `man`"),
    (
        "in a claim",
        f"{SEX}claims:\n  - id: a\n    rule: if eligible then «sex»",
        "`sex` is a category, not a condition",
    ),
    (
        "in a population",
        f"{SEX}decisions:\n  a:\n    for: «all»\n    choices: {{b: {{when: pregnant}}}}",
        "declares no `all`",
    ),
    (
        "mixed",
        f"{SEX}definitions:\n  a: «pregnant and pregnant or pregnant»",
        "`and` and `or` are mixed without brackets",
    ),
    ("in a value", f"{NUMBER}definitions:\n  a:\n    unit: year\n    value: age + «5»", "expected an amount in years"),
    ("unit of a value", f"{NUMBER}definitions:\n  a:\n    value: age\n    unit: «yeer»", "`yeer` is not a unit"),
    ("open as a rule", f"{CRITERION}      rule: «open»", "what is left open needs a reason"),
    ("prefer", f"{CRITERION}      readings: {{a: pregnant}}\n      prefer: «b»", "there is no reading `b` here"),
    (
        "otherwise first",
        f"{DECISION.replace('sex is male', '«otherwise»')}      b:\n        when: pregnant",
        "`otherwise` stands",
    ),
    (
        "otherwise twice",
        f"{DECISION.replace('sex is male', '«otherwise»')}      b:\n        when: otherwise",
        "`otherwise` stands before the last entry",
    ),
    (
        "otherwise in a value",
        "definitions:\n  a:\n    value:\n      - {when: «otherwise», value: 1}\n      - {when: everyone, value: 2}",
        "`otherwise` stands before the last entry",
    ),
    ("rest on itself", "definitions:\n  «a»: not a", "`a` rests on itself: a -> a"),
    (
        "circle",
        f"{SEX}definitions:\n  «a»: not b\n  b: not c\n  c: pregnant or a",
        "`a` rests on itself: a -> b -> c -> a",
    ),
    (
        "circle of who it applies to",
        "quantities:\n  «a»:\n    yes_no: true\n    applies_if: b\n  b:\n    yes_no: true\n    applies_if: a",
        "`a` rests on itself: a -> b -> a",
    ),
    (
        "circle through eligibility",
        f"{CRITERION.replace('- id', '- «i»d')}      rule: not arm is a\n"
        + DECISION.removeprefix(SEX).replace("everyone", "eligible"),
        "`I1` rests on itself: I1 -> arm -> eligible -> I1",
    ),
    ("circle of what is open", "definitions:\n  «a»:\n    open: why\n    applies_if: a", "`a` rests on itself: a -> a"),
    (
        "long chain",
        f"{SEX}definitions:\n  a0: pregnant\n"
        + "".join(f"  {'«a50»' if i == 50 else f'a{i}'}: a{i - 1}\n" for i in range(1, 60)),
        "`a50` rests on more than 50 other names in a row",
    ),
    ("cut rule", f"{SEX}definitions:\n  a: «pregnant» # or sex is female", "the condition is cut short: ` #` begins a"),
    ("cut bracket", f"{SEX}definitions:\n  a: «(pregnant or sex is» #1)", "the condition is cut short"),
    ("cut end", f"{SEX}definitions:\n  a: «sex is» #1", "the condition is cut short"),
]

QUOTES = [
    ("no document", "todo:\n  - quote: «KPS>70»", "a quote needs the protocol's text"),
    ("not found", f"{WITH_TEXT}todo:\n  - quote: «KPS > 70»", "the quote is not in `document.txt`"),
    ("in a block", f"{WITH_TEXT}todo:\n  - quote: |-\n      «KPS > 70»", "the quote is not in `document.txt`"),
    (
        "in a list",
        f"{WITH_TEXT}todo:\n  - quote:\n      - KPS>70\n      - «Age 70»",
        "the quote is not in `document.txt`",
    ),
    (
        "twice",
        f"{WITH_TEXT}todo:\n  - quote: «Concurrent chemotherapy»",
        "the quote occurs 2 times in `document.txt`: lines",
    ),
    ("nth", f"{WITH_TEXT}todo:\n  - quote: Concurrent chemotherapy\n    nth: «3»", "`nth: 3` is asked for"),
    ("near", f"{WITH_TEXT}todo:\n  - quote: Concurrent chemotherapy\n    near: «R3»", "the text of `near` is not in"),
    ("nth in a list", f"{WITH_TEXT}todo:\n  - quote: [{{quote: Concurrent, nth: «3»}}]", "`nth: 3` is asked for"),
    (
        "nth of two",
        f"{WITH_TEXT}todo:\n  - quote: [Age, KPS]\n    «nth»: 1",
        "`nth` goes with one quote, and there are 2",
    ),
    ("paragraph", f"{WITH_TEXT}todo:\n  - quote: «after R0 ... after R1»", "do not follow one another in a paragraph"),
    (
        "cut",
        f"{WITH_TEXT}todo:\n  - quote: «No history of drug allergy (grade» #3)",
        "the quote is cut short: ` #` begins a",
    ),
    ("empty", f"{WITH_TEXT}todo:\n  - quote: «' '»", "the quote is empty"),
    ("outside", "document: «../document.txt»", "the document `../document.txt` is not in the protocol's folder"),
    ("outside by detour", "document: «a/../../document.txt»", "is not in the protocol's folder"),
    ("absolute", "document: «/document.txt»", "the document `/document.txt` is not in the protocol's folder"),
    ("drive", "document: «C:\\document.txt»", "is not in the protocol's folder"),
    ("missing", "document: «no.txt»", "there is no file `no.txt`"),
    ("impossible", f"document: «{'x' * 300}»", "cannot be read"),
    ("a folder", "document: «.»", "is not a file"),
]


def refuse(folder: Path, text: str, document: str | None = DOCUMENT) -> BadInput:
    with pytest.raises(BadInput) as caught:
        load(write_folder(folder, text, document))
    return caught.value


def check(folder: Path, marked: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, line, column, width = read_marks(marked)
    write_folder(folder, text)
    monkeypatch.chdir(folder)
    error = refuse(Path(), text)
    assert message in error.message
    if "«" in marked:
        assert str(error.place) == f"protocol.yaml:{line}:{column}"
        assert error.excerpt is not None
        assert error.excerpt.replace("\N{REPLACEMENT CHARACTER}", "\x1b") == text.split("\n")[line - 1]
        assert error.width == max(width, 1)
    assert_style(error)


def named(cases: list[tuple[str, str, str]]) -> list[object]:
    return [pytest.param(marked, message, id=name) for name, marked, message in cases]


@pytest.mark.parametrize(("marked", "message"), named(YAML))
def test_what_is_not_yaml(tmp_path: Path, marked: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(tmp_path, marked, message, monkeypatch)


@pytest.mark.parametrize(("marked", "message"), named(SHAPE + QUANTITIES + RULES + QUOTES))
def test_what_is_not_a_protocol(tmp_path: Path, marked: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(tmp_path, HEAD + marked, message, monkeypatch)


def test_a_bomb_of_aliases_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    error = refuse(tmp_path, "\n".join(lines))
    assert error.message == "more than 100000 values, counting what aliases repeat"
    assert error.place.line == 5


def test_aliases_cannot_nest_deeper_than_lists_can(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 2000)]
    error = refuse(tmp_path, "\n".join(lines))
    assert error.message == "nested more than 40 levels deep"


def test_aliases_that_only_repeat_are_allowed(tmp_path: Path) -> None:
    text = f"{HEAD}quantities:\n  a: &a\n    one_of: [x]\n  b: *a\n"
    protocol = load(write_folder(tmp_path, text))
    assert protocol.quantities["a"].kind == protocol.quantities["b"].kind


def test_a_mistake_in_a_repeated_part_is_shown_where_it_is_written(tmp_path: Path) -> None:
    text = f"{HEAD}quantities:\n  a: &a\n    range: [2, 1]\n  b: *a\n"
    assert refuse(tmp_path, text).place.line == 5


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    error = refuse(tmp_path, text)
    assert error.message == "the file is empty"
    assert error.place.line == 0


def test_the_version_is_asked_for(tmp_path: Path) -> None:
    assert refuse(tmp_path, "title: a trial").message == "the file has no `trialproof`"
    assert refuse(tmp_path, "trialproof: 1").message == "the file has no `title`"
    error = refuse(tmp_path, "trialproof: 2\ntitle: x")
    assert (error.message, error.help) == ("format `2` is not known", "this release reads `trialproof: 1`")


def test_only_the_first_mistake_of_the_file_is_shown(tmp_path: Path) -> None:
    text = f"{HEAD}claims: x\nquantities:\n  a:\n    yes_no: maybe\n  b:\n    unknwon: 1\n"
    assert refuse(tmp_path, text).place.line == 3
    assert refuse(tmp_path, text.replace("claims: x", "claims:")).place.line == 6
    assert refuse(tmp_path, text.replace("claims: x", "claims:").replace("maybe", "true")).place.line == 8


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("quantites:", "did you mean `quantities`?"),
        ("quantities:\n  a:\n    rang: [0, 1]", "did you mean `range`?"),
        ("definitions:\n  a:\n    readings:\n      b:\n        ruel: c", "did you mean `rule`?"),
        ("eligibility:\n  Inclusion:\n    - a", "did you mean `inclusion`?"),
        (
            "eligibility:\n  inclusion:\n    - ident: I1\n      rule: a",
            "the keys here are `quote`, `nth`, `near`, `id`, ",
        ),
        ("eligibility:\n  inclusion:\n    - iid: I1\n      rule: a", "did you mean `id`?"),
        ("decisions:\n  a:\n    intent: exactly once\n    choices: {b: {when: c}}", "did you mean `exactly one`?"),
        ("quantities:\n  a:\n    unit: centimeter/houer\n    range: [0, 1]", "did you mean `centimeter/hour`?"),
        (f"{CRITERION}      readings: {{near: pregnant, far: pregnant}}\n      prefer: naer", "did you mean `near`?"),
        (f"{CRITERION}      rule: pregnnt", "did you mean `pregnant`?"),
        ("quantities:\n  a:\n    range: [0, 95]\n    recorded_to: 10", "can be charted are 90 and 100"),
        ("quantities:\n  a: {yes_no: true, label: b, c}", "a comma ends a value between `{` and `}`"),
        ("quantities:\n  a:\n    range: [0 cm, 5 cm]", "give the quantity a `unit`"),
        (f"{SEX}definitions:\n  sex: pregnant", "the quantity stands in protocol.yaml:4:3"),
        ("definitions:\n  a: not a", "say one of them without the next"),
        ("todo:\n  - quote: KPS", "`document: document.txt`"),
        (f"{WITH_TEXT}todo:\n  - quote: [R0 resection, whose]\n  - quote: [Age, 16-70]", "write one quote a line"),
        (f"{WITH_TEXT}todo:\n  - quote: Concurrent chemotherapy", "`nth: 2` for the second"),
        (f"{WITH_TEXT}todo:\n  - quote: KPS >70", "the nearest passage is in line 3: `KPS>70`"),
    ],
)
def test_the_help_says_what_to_do(tmp_path: Path, text: str, help_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert help_ in (refuse(Path(), HEAD + text, DOCUMENT.replace("16-70", "16 to 70")).help or "")


def test_a_comment_after_a_finished_quote_or_rule_is_allowed(tmp_path: Path) -> None:
    text = f"{HEAD}{WITH_TEXT}{CRITERION}      quote: KPS>70   # the only one\n      rule: pregnant # so it is\n"
    assert load(write_folder(tmp_path, text)).inclusion[0].quotes[0].text == "KPS>70"


def test_a_document_that_is_not_text_is_shown_at_the_byte(tmp_path: Path) -> None:
    write_folder(tmp_path, f"{HEAD}{WITH_TEXT}")
    (tmp_path / "document.txt").write_bytes(b"one\ntwo \xe9\n")
    with pytest.raises(BadInput) as caught:
        load(tmp_path)
    assert str(caught.value.place) == f"{tmp_path / 'document.txt'}:2:5"


def test_a_document_cannot_be_reached_through_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("KPS>70")
    folder = write_folder(tmp_path / "inside", f"{HEAD}{WITH_TEXT}", None)
    (folder / "document.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(BadInput, match="is not in the protocol's folder"):
        load(folder)
    (folder / "document.txt").unlink()
    (folder / "document.txt").symlink_to("document.txt")
    with pytest.raises(BadInput, match=r"no file can have the name|cannot be read"):
        load(folder)
