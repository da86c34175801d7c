"""Interim counts from a file: what they say, and that everything else is refused at its line and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from trialproof.model.place import BadInput
from trialproof.simulate.accrual.interim_file import InterimFile, read_day, read_interim
from trialproof.simulate.accrual.reprojection import TooEarly
from trialproof.simulate.scenario.distribution import Distribution, Fixed, Uniform
from trialproof.simulate.scenario.scenario import Accrual, Population, Scenario, Site

DAY = 1440
ON = 422
"""2028-03-01."""


def site(name: str, opens: float, cap: int | None = None) -> Site:
    return Site(name, 0.2, Distribution(Fixed(opens * DAY)), "main", cap)


SITES = (site("Rome", 0), site("Lyon, north", 60, cap=30), site("Köln", 500))
PLAN = Scenario(
    "s", date(2027, 1, 4), 1000, "arm", Population(()), Accrual(100, SITES, Distribution(Fixed(0.0))), {}, {}
)
GOOD = 'site,enrolled,opened\nRome,12,\n"Lyon, north",7,2027-02-01\nKöln,0,2028-09-01\n'


def read(path: Path, text: str | bytes, day: int = ON, name: str = "counts.csv") -> InterimFile:
    file = path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_interim(file, PLAN, day)


def refused(path: Path, text: str | bytes, day: int = ON) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(path, text, day)
    return caught.value


def test_counts_and_openings_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD).interim
    assert found.day == ON
    assert found.enrolled == {"Rome": 12, "Lyon, north": 7, "Köln": 0}
    assert found.opened == {"Lyon, north": 28.0, "Köln": 606.0}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n\n",
        GOOD.replace("Rome,12,", " Rome , 12 , "),
        'enrolled,opened,site\n12,,Rome\n7,2027-02-01,"Lyon, north"\n0,2028-09-01,Köln\n',
    ],
    ids=["byte order mark", "windows", "empty lines at the end", "blanks", "another order"],
)
def test_the_same_counts_can_be_written_in_many_ways(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).interim == read(tmp_path, GOOD).interim


def test_the_column_of_openings_may_be_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, 'site,enrolled\nRome,12\n"Lyon, north",7\nKöln,0\n').interim
    assert found.opened == {}


@pytest.mark.parametrize(
    ("old", "new", "message", "line", "column", "width", "advice"),
    [
        ("Rome,", "Roma,", "the scenario has no site `Roma`", 2, 1, 4, "did you mean `Rome`?"),
        ("Rome,", "Oslo,", "the scenario has no site `Oslo`", 2, 1, 4, "there is Rome, Lyon, north, Köln"),
        ("Rome,", ",", "this row names no site", 2, 1, 1, None),
        ('Köln,0', "Rome,0", "`Rome` has two rows", 4, 1, 4, "the first is line 2"),
        (",12,", ",-1,", "`-1` is no number of patients", 2, 6, 2, "write a whole number: 0, 1, 2, ..."),
        (",12,", ",1.5,", "`1.5` is no number of patients", 2, 6, 3, "write a whole number: 0, 1, 2, ..."),
        (",12,", ",+3,", "`+3` is no number of patients", 2, 6, 2, "write a whole number: 0, 1, 2, ..."),
        (",12,", ",١٢,", "`١٢` is no number of patients", 2, 6, 2, "write a whole number: 0, 1, 2, ..."),
        (",12,", ",,", "this is no number of patients", 2, 6, 1, "write a whole number: 0, 1, 2, ..."),
        (
            ",7,", ",31,", "`Lyon, north` has enrolled 31 and takes at most 30", 3, 15, 2,
            "raise its `cap` in the scenario",
        ),
        ("2027-02-01", "1.2.2027", "`1.2.2027` is no date", 3, 17, 8, "write it as 2027-01-04: year, month, day"),
        ("2027-02-01", "2027-02-30", "`2027-02-30` is no date", 3, 17, 10, "write it as 2027-01-04: year, month, day"),
        ("2027-02-01", "20270201", "`20270201` is no date", 3, 17, 8, "write it as 2027-01-04: year, month, day"),
        (
            "2027-02-01", "2027-01-03", "`Lyon, north` opened before the trial begins", 3, 17, 10,
            "the scenario begins on 2027-01-04: let it begin when the first site opens",
        ),
        (
            "2028-09-01", "2029-09-30", "`Köln` opens after the horizon", 4, 8, 10,
            "which is 2029-09-30, 1000 days after the beginning; the scenario can raise it",
        ),
        (
            "2027-02-01", "2028-03-01", "`Lyon, north` has enrolled 7 before 2028-03-01, and was not open by then",
            3, 17, 10, "correct the date, or the count",
        ),
        (
            "enrolled,", "enroled,", "there is no column `enroled` in a file of counts", 1, 6, 7,
            "did you mean `enrolled`?",
        ),
        (
            "opened", "country", "there is no column `country` in a file of counts", 1, 15, 7,
            "the columns are site, enrolled, opened",
        ),
        ("opened", "site", "there are two columns `site`", 1, 15, 4, None),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_line_and_column(
    tmp_path: Path, old: str, new: str, message: str, line: int, column: int, width: int, advice: str | None
) -> None:
    assert old in GOOD
    found = refused(tmp_path, GOOD.replace(old, new, 1))
    assert found.message == message
    assert (found.place.line, found.place.column, found.width) == (line, column, width)
    assert found.help == advice
    assert found.excerpt == GOOD.replace(old, new, 1).splitlines()[line - 1]


def test_a_site_that_was_forgotten_is_not_taken_for_one_that_enrols_nobody(tmp_path: Path) -> None:
    found = refused(tmp_path, "site,enrolled\nRome,12\n")
    assert found.message == "there is no row for `Lyon, north` and `Köln`"
    assert found.help == "`Lyon, north,0` says that it has enrolled nobody"


def test_a_file_without_a_needed_column_says_which(tmp_path: Path) -> None:
    found = refused(tmp_path, "site,opened\nRome,\n")
    assert found.message == "there is no column `enrolled`"
    assert (found.place.line, found.place.column, found.width) == (1, 1, 11)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (b"", "the first line names no columns", 0),
        (b"site,enrolled\nK\xf6ln,0\n", "the byte 0xF6 is not UTF-8", 2),
        (b"site;enrolled\nRome;12\n", "the columns are separated by `;`", 1),
        (b"site,enrolled\nRome\n", "this row has 1 cell, and the first line names 2", 2),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: bytes, message: str, line: int) -> None:
    found = refused(tmp_path, text)
    assert found.message == message
    assert found.place.line == line


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none.csv", "there is no file"), (tmp_path, "this is no file")):
        with pytest.raises(BadInput, match=message):
            read_interim(path, PLAN, ON)


def test_the_parquet_file_of_the_same_table_says_the_same(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    opened = [None, date(2027, 2, 1), date(2028, 9, 1)]
    columns = {"site": ["Rome", "Lyon, north", "Köln"], "enrolled": [12, 7, 0], "opened": opened}
    parquet.write_table(arrow.table(columns), tmp_path / "counts.parquet")
    assert read_interim(tmp_path / "counts.parquet", PLAN, ON).interim == read(tmp_path, GOOD).interim
    parquet.write_table(arrow.table({**columns, "enrolled": [12, -7, 0]}), tmp_path / "counts.parquet")
    with pytest.raises(BadInput, match="`-7` is no number of patients, in row 2 of the table"):
        read_interim(tmp_path / "counts.parquet", PLAN, ON)


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("2027-01-03", "this is before the trial begins", "the scenario begins on 2027-01-04"),
        (
            "2029-09-30", "this is not before the horizon",
            "which is 2029-09-30, 1000 days after the beginning; the scenario can raise it",
        ),
        ("1 March 2028", "`1 March 2028` is no date", "write it as 2027-01-04: year, month, day"),
        ("2028-02-30", "`2028-02-30` is no date", "write it as 2027-01-04: year, month, day"),
        ("2028-W09-3", "`2028-W09-3` is no date", "write it as 2027-01-04: year, month, day"),
    ],
)  # fmt: skip
def test_a_day_of_counts_that_cannot_be_is_refused(text: str, message: str, advice: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_day(text, PLAN)
    assert caught.value.message == message
    assert caught.value.help == advice
    assert caught.value.place.file == f"--on {text}"


def test_the_days_of_a_trial_count_from_its_beginning() -> None:
    assert [read_day(text, PLAN) for text in ("2027-01-04", "2028-03-01", "2029-09-29")] == [0, ON, 999]


def test_whoever_enrolled_before_it_could_is_told_where_and_why(tmp_path: Path) -> None:
    early = read(tmp_path, GOOD.replace("Köln,0,2028-09-01", "Köln,2,"))
    found = early.too_early(TooEarly("Köln", 2, ON), PLAN)
    assert (found.place.line, found.place.column, found.width) == (4, 6, 1)
    assert found.message == "`Köln` has enrolled 2 before it could"
    assert found.help == "by the scenario it opens on 2028-05-18; the column `opened` says when it did"
    known = read(tmp_path, GOOD).too_early(TooEarly("Lyon, north", 7, ON), PLAN)
    assert known.help == "by the scenario, screening takes longer than the site has been open"
    first = read(tmp_path, GOOD.replace("2027-02-01", "").replace(",7,", ",0,"), 0)
    assert "only begins" in str(first.too_early(TooEarly("Rome", 12, 0), PLAN).help)


def test_an_opening_by_chance_is_not_told_as_a_date(tmp_path: Path) -> None:
    chance = Site("Köln", 0.2, Distribution(Uniform(0.0, 100.0 * DAY)), "main")
    accrual = Accrual(100, (*SITES[:2], chance), Distribution(Fixed(0.0)))
    plan = Scenario("s", PLAN.begins, 1000, "arm", Population(()), accrual, {}, {})
    file = read(tmp_path, GOOD.replace("Köln,0,2028-09-01", "Köln,2,"))
    found = file.too_early(TooEarly("Köln", 2, ON), plan)
    assert found.help == "by the scenario it opens by chance; the column `opened` says when it did"


def test_nothing_is_left_to_project_once_the_target_is_reached(tmp_path: Path) -> None:
    file = read(tmp_path, GOOD)
    file.check_open(20, learned=True)
    with pytest.raises(BadInput) as caught:
        file.check_open(19, learned=False)
    assert caught.value.message == "19 are enrolled and 19 were wanted: nothing is left to project"
    assert (caught.value.place.line, caught.value.place.column, caught.value.width) == (1, 6, 8)


def test_nothing_can_be_learned_from_nobody(tmp_path: Path) -> None:
    file = read(tmp_path, GOOD.replace(",12,", ",0,").replace(",7,", ",0,"))
    file.check_open(100, learned=False)
    with pytest.raises(BadInput, match="nobody is enrolled yet") as caught:
        file.check_open(100, learned=True)
    assert caught.value.help == "`--as-planned` projects by the scenario alone"


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=st.sampled_from('site,enrolldop"Rom\n\r1-2027 ;\u00f6\0'), max_size=80))
def test_no_text_does_anything_but_be_read_or_be_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for content in (text, f"site,enrolled,opened\n{text}"):
        try:
            found = read(folder, content).interim
        except BadInput:
            continue
        assert set(found.enrolled) == {site.name for site in SITES}


def test_a_site_that_is_open_by_now_in_any_case_is_asked_since_when(tmp_path: Path) -> None:
    """Its opening is by chance, and was to be within 300 days: whoever leaves it out would have it open today."""
    by_chance = replace(SITES[0], opens=Distribution(Uniform(0.0, 300.0 * DAY)))
    plan = replace(PLAN, accrual=replace(PLAN.accrual, sites=(by_chance,)))
    file = tmp_path / "counts.csv"
    file.write_text("site,enrolled\nRome,0\n")
    assert read_interim(file, plan, 200).interim.opened == {}
    with pytest.raises(BadInput, match="open by now in any case") as caught:
        read_interim(file, plan, 300)
    assert caught.value.place.line == 2
    file.write_text("site,enrolled,opened\nRome,0,2028-01-01\n")
    assert read_interim(file, plan, 300).interim.opened == {"Rome": 362.0}
