"""A table written into the protocol file: the same choices as `choices` would give, or one error at its characters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.model.folder import assert_style, write_folder
from tests.model.tables import DECISION, HEAD, block, check_marked, choices, loaded, refused
from trialproof.model.condition import EVERYONE
from trialproof.model.load import load
from trialproof.model.place import NOWHERE, BadInput, Place
from trialproof.model.protocol import Choice, Intent

GOOD = block(
    "arm   | resection | size   | prior | label | gives    | quote",
    "small | R0        | <5     | no    | Small | 50.4 Gy  | lesion is larger than 5cm",
    "large | R0, R1    | [5..20]| -     |       | 60 Gy    | the short course",
    "large | not(R0)   | <5     | yes   | Large | 60  Gy   | Others get",
    "rest  | -         | -      | -     |       |          |",
)


def bare(choice: Choice) -> Choice:
    return replace(choice, place=NOWHERE)


def test_a_table_is_the_choices_that_it_abbreviates(tmp_path: Path) -> None:
    written_out = f"""{DECISION}    choices:
      small:
        when: resection is R0 and size < 5 cm and not prior
        label: Small
        gives: 50.4 Gy
        quote: lesion is larger than 5cm
      large:
        when: >-
          (resection is one of (R0, R1) and (size >= 5 cm and size <= 20 cm))
          or (resection is not R0 and size < 5 cm and prior)
        label: Large
        gives: 60 Gy
        quote: [the short course, Others get]
      rest:
        when: everyone
"""
    table, listed = choices(loaded(tmp_path / "a", GOOD)), choices(loaded(tmp_path / "b", written_out))
    assert list(map(bare, table)) == list(map(bare, listed))


def test_a_choice_stands_where_its_first_row_does(tmp_path: Path) -> None:
    line = GOOD.split("\n").index(next(row for row in GOOD.split("\n") if row.startswith("      small"))) + 1
    file = str(tmp_path / "protocol.yaml")
    places = [choice.place for choice in choices(loaded(tmp_path, GOOD))]
    assert places == [Place(file, line, 7), Place(file, line + 1, 7), Place(file, line + 3, 7)]


def test_a_table_can_look_like_one_of_markdown(tmp_path: Path) -> None:
    plain = block("arm | size | label", "a | <5 | x", "b | >=5 |")
    markdown = block("| arm | size | label |", "|-----|:----:|-------|", "| a | <5 | x |", "", "| b | >=5 |  |")
    first, second = (choices(loaded(tmp_path / name, text)) for name, text in (("p", plain), ("m", markdown)))
    assert list(map(bare, first)) == list(map(bare, second))
    assert [choice.label for choice in second] == ["x", ""]


@pytest.mark.parametrize("intent", [intent.value for intent in Intent])
def test_a_table_has_the_intent_that_it_is_given(tmp_path: Path, intent: str) -> None:
    decision = loaded(tmp_path, block("arm | size", "a | <5", "b | -", intent=intent)).decisions["arm"]
    assert decision.intent.value == intent
    assert decision.population == EVERYONE
    assert decision.choices[1].rule == EVERYONE


def test_the_column_of_choices_can_stand_anywhere(tmp_path: Path) -> None:
    rows = choices(loaded(tmp_path, block("size | arm | prior", "<5 | a | no", "- | b | yes")))
    assert [choice.name for choice in rows] == ["a", "b"]


def test_a_column_can_be_a_definition_or_another_decision(tmp_path: Path) -> None:
    text = block("arm | large | half", "a | yes | >5", "b | no | -") + """\
  dose:
    for: everyone
    table: |-
      dose | arm  | size
      low  | a    | <15
      high | b, a | >=15
"""
    written_out = f"""{DECISION}    choices:
      a: {{when: large and half > 5 cm}}
      b: {{when: not large}}
  dose:
    for: everyone
    choices:
      low: {{when: arm is a and size < 15 cm}}
      high: {{when: "arm is one of (a, b) and size >= 15 cm"}}
"""
    table, listed = loaded(tmp_path / "a", text), loaded(tmp_path / "b", written_out)
    for name in ("arm", "dose"):
        pairs = zip(table.decisions[name].choices, listed.decisions[name].choices, strict=True)
        assert all(bare(one) == bare(other) for one, other in pairs)


def test_a_table_that_rests_on_itself_is_refused(tmp_path: Path) -> None:
    text = block("arm | dose", "a | low", "b | high")
    text += "  dose:\n    for: everyone\n    table: |-\n      dose | arm\n      low | a\n      high | b\n"
    assert "`arm` rests on itself: arm -> dose -> arm" in refused(tmp_path, text).message


def test_a_quote_that_occurs_twice_is_chosen_by_a_column(tmp_path: Path) -> None:
    header = "arm | size | quote | nth | near"
    rows = block(header, "a | <5 | Concurrent | 2 |", "b | >=5 | Concurrent | | R0 resection")
    quotes = [choice.quotes for choice in choices(loaded(tmp_path, rows))]
    assert [[quote.line for quote in each] for each in quotes] == [[10], [7]]


def test_rows_of_one_choice_stand_together_where_the_first_match_counts(tmp_path: Path) -> None:
    """As `a or c`, tried first, the last row would take patients from the second."""
    rows = ("arm | size | prior", "a | <5 | no", "b | - | yes", "«a» | >10 | -")
    check_marked(
        tmp_path, block(*rows, intent="first match"), "the rows of `a` do not stand together", "move this row up"
    )
    unmarked = [row.replace("«", "").replace("»", "") for row in rows]
    assert len(choices(loaded(tmp_path, block(*unmarked)))) == 2
    together = (unmarked[0], unmarked[1], unmarked[3], unmarked[2])
    assert len(choices(loaded(tmp_path, block(*together, intent="first match")))) == 2


REFUSED = [
    ("unknown column", ("arm | «sise»", "a | <5"), "the protocol declares no `sise`", "did you mean `size`?"),
    ("unknown note", ("arm | size | «lable»", "a | <5 | x"), "declares no `lable`", "did you mean `label`?"),
    ("no column of choices", ("«ram» | size", "a | <5"), "the table has no column `arm`", "says which choice"),
    ("two columns", ("arm | size | «size»", "a | <5 | -"), "there are two columns `size`", "once"),
    ("column without a name", ("arm | size «|» | prior", "a | <5 | - | -"), "column 3 has no name", "delete it"),
    ("only choices", ("«arm» | label", "a | x"), "the table has no column to decide by", ""),
    ("header alone", ("«arm» | size", "", "  "), "the table has a header, and no row below it", ""),
    ("short row", ("arm | size | prior", "a | «<5»"), "this row has 2 cells, and the header has 3", "holds `-`"),
    ("long row", ("arm | size", "a | <5 | «-»"), "this row has 3 cells, and the header has 2", "holds `|`"),
    ("no bar", ("arm | size", "«a»"), "this row has 1 cell, and the header has 2", ""),
    ("no outer bar", ("| arm | size |", "«a» | <5 |"), "this row does not begin with `|` as the header does", ""),
    ("no last bar", ("| arm | size |", "| a | <«5»"), "this row does not end with `|` as the header does", ""),
    ("empty cell", ("arm | size | prior", "a | <5 «|»"), "this cell is empty", "write `-` where any value"),
    ("empty cell within", ("arm | size | prior", "a «|» | yes"), "this cell is empty", ""),
    ("no choice", ("arm | size", " «|» <5"), "this row names no choice", "write one under `arm`"),
    ("bad name", ("arm | size", "«arm 1» | <5"), "`arm 1` cannot be the name of a choice", "begins with a letter"),
    ("keyword", ("arm | size", "«known» | <5"), "`known` is a word of the language", ""),
    ("cell", ("arm | size | prior", "a | <5, «x» | yes"), "expected a number, found `x`", ""),
    ("unit", ("arm | size", "a | < 5 «kk»"), "`kk` is not a unit", ""),
    ("category", ("arm | resection", "a | R0, «R9»"), "`resection` has no category `R9`", ""),
    ("label", ("arm | size | label", "a | <5 | x", "a | >9 | «y»"), "another row of `a` has another `label`", ""),
    ("points", ("arm | size | points", "a | <5 | «1,5»"), "`1,5` is not a number such as", ""),
    ("other points", ("arm | size | points", "a | <5 | 1", "a | >9 | «2»"), "another row of `a` has other points", ""),
    ("quote", ("arm | size | quote", "a | <5 | «no such words»"), "the quote is not in", ""),
    ("nth", ("arm | size | quote | nth", "a | <5 | Concurrent | «0»"), "expected a whole number from 1", ""),
    ("third of two", ("arm | size | quote | nth", "a | <5 | Concurrent | «3»"), "`nth: 3` is asked for", ""),
    ("nth alone", ("arm | size | quote | nth", "a | <5 | | «1»"), "there is no quote in this row", ""),
]


@pytest.mark.parametrize(("rows", "message", "advice"), [pytest.param(*rest, id=name) for name, *rest in REFUSED])
def test_what_is_no_table(tmp_path: Path, rows: tuple[str, ...], message: str, advice: str) -> None:
    check_marked(tmp_path, block(*rows), message, advice)


def test_a_header_over_a_line_of_dashes_is_no_table(tmp_path: Path) -> None:
    check_marked(tmp_path, block("| «arm» | size |", "|---|---|"), "the table has a header, and no row below it")


def test_a_name_of_the_protocol_cannot_be_that_of_a_note(tmp_path: Path) -> None:
    text = block("arm | «points»", "a | <5").replace("  prior:\n    yes_no: true", "  points:\n    range: [0, 9]")
    check_marked(tmp_path, text, "`points` is declared in the protocol, and is a column of its own", "something else")


@pytest.mark.parametrize("start", [">-\n      ", "", "'", '"'])
def test_a_table_whose_lines_yaml_does_not_keep_is_refused(tmp_path: Path, start: str) -> None:
    """Between quotation marks, all choices would stand in one place, and could not be told apart by it."""
    rows = r"arm | size\n a | <5" if start == '"' else "arm | size\n\n      a | <5"
    end = start if start in ("'", '"') else ""
    problem = refused(tmp_path, f"{DECISION}    table: {start}{rows}{end}\n")
    assert problem.message == "a table stands on lines of its own"
    assert "`table: |-`" in (problem.help or "")


def test_a_quote_needs_the_text_of_the_protocol(tmp_path: Path) -> None:
    text = block("arm | size | quote", "a | <5 | «words»").replace("document: document.txt\n", "")
    check_marked(tmp_path, text, "a quote needs the protocol's text", "document.txt")


def test_what_is_given_is_a_text(tmp_path: Path) -> None:
    text = f"{DECISION}    choices:\n      a: {{when: prior, gives: 60 Gy, points: 1/2}}\n"
    (choice,) = choices(loaded(tmp_path, text))
    assert choice.gives == "60 Gy"
    assert choice.points is not None
    assert (choice.points.numerator, choice.points.denominator) == (1, 2)
    check_marked(tmp_path, text.replace("60 Gy", "«''»"), "nothing stands here")
    check_marked(tmp_path, text.replace("1/2", "«one»"), "`one` is not a number such as")


PIECES = ["|", "\n      ", " ", "arm", "size", "a", "b", "<5", "5", "-", "R0", "not(", ")", "[1..", "..", ",", '"', "'",
          "resection", "prior", "yes", "label", "points", "quote", "# x", "\\", "é", "|---|", "cm", "nth"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["|-", ">-", ""]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_table_it_loads_or_is_refused(tmp_path: Path, pieces: list[str], style: str) -> None:
    text = f"{HEAD}decisions:\n  arm:\n    for: everyone\n    table: {style}\n      {''.join(pieces)}\n"
    write_folder(tmp_path, text)
    try:
        protocol = load(tmp_path)
    except BadInput as problem:
        assert_style(problem)
        assert problem.place.line <= text.count("\n") + 1  # noqa: PT017 - it need not be raised
    else:
        assert protocol.decisions["arm"].choices
