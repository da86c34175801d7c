"""`trialproof reproject` as a user meets it: three formats that say the same, pictures, refusals and exit codes."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as Xml
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from tests.simulate.sweeps.tiny import TINY
from trialproof.cli import run
from trialproof.reports.simulation_table import number
from trialproof.simulate.accrual.outlook import QUANTILES

Said = tuple[int, str, str]
Command = Callable[..., Said]
ON = "2027-03-01"
COUNTS = "site,enrolled,opened\nTown.Hospital,9,2027-01-18\nVillage,2,\n"


@pytest.fixture
def reproject(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    def call(*options: object, counts: str = COUNTS, on: str = ON) -> Said:
        file = tmp_path / "counts.csv"
        file.write_text(counts, encoding="utf-8")
        with pytest.raises(SystemExit) as left:
            run(["reproject", str(TINY), str(file), "--on", on, *map(str, options)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the scenario with some of its text replaced."""
    text = (TINY / "scenario.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return folder / "scenario.yaml"


def test_the_text_answers_where_when_and_why(reproject: Command) -> None:
    code, out, err = reproject()
    assert (code, err) == (0, "")
    for heading in ("In short", "Sites", "Enrolled by coming dates", "What this rests on"):
        assert f"\n{heading}\n" in out
    assert "Counts before 2027-03-01, day 56 of the trial, which began on 2027-01-04" in out
    assert "  stands    11 of 20 are enrolled" in out
    assert "learned from the counts" in out
    assert "Anisimov" in out
    assert all(len(line) <= 100 for line in out.splitlines())
    assert "\x1b" not in out


def test_the_same_counts_give_the_same_bytes(reproject: Command) -> None:
    assert reproject() == reproject()


@pytest.mark.parametrize("options", [(), ("--as-planned",)], ids=["learned", "as planned"])
def test_text_json_and_csv_say_the_same(reproject: Command, options: tuple[str, ...]) -> None:
    _, text, _ = reproject(*options)
    told = json.loads(reproject(*options, "--format", "json")[1])
    table = list(csv.DictReader(StringIO(reproject(*options, "--format", "csv")[1])))
    cells = {(row["figure"], row["of"]): row for row in table}
    assert len(cells) == len(table)

    def value(figure: str, of: str = "") -> float:
        return float(cells[figure, of]["value"])

    def quantiles(figure: str, of: str = "") -> list[str]:
        return [cells[figure, of][f"q{round(100 * each):02}"] for each in QUANTILES]

    def wanted(of: dict[str, Any]) -> list[str]:
        return [str(of[f"q{round(100 * each):02}"] or "") for each in QUANTILES]

    words = " ".join(text.split())
    assert value("enrolled") == told["enrolled"] == 11
    assert value("target") == told["target"] == 20
    assert "11 of 20 are enrolled" in words
    assert value("planned") == told["planned"]["mean"]
    assert quantiles("planned") == wanted(told["planned"])
    assert f"by now {number(told['planned']['mean'], 1)} were planned" in words
    assert f"have {told['planned']['q05']} to {told['planned']['q95']}" in words
    assert (value("so_few"), value("so_many")) == (told["planned"]["so_few"], told["planned"]["so_many"])
    assert value("reached") == told["reached"]
    when, first = told["reached_on"], told["reached_on_as_planned"]
    assert quantiles("reached_on") == wanted(when)
    assert quantiles("reached_on_as_planned") == wanted(first)
    assert f"as likely as not by {when['q50']} (as planned: {first['q50']})" in words
    assert f"{when['q25']} to {when['q75']} in one case of two" in words
    assert f"{when['q05']} to {when['q95']} in nine cases of ten" in words
    for each in told["enrolled_by"]:
        assert value("enrolled_by", each["date"]) == each["mean"]
        assert quantiles("enrolled_by", each["date"]) == wanted(each)
        assert value("planned_by", each["date"]) == each["planned"]
    shown = re.findall(r"^  before (\S+) +(\S+) +(\d+) to (\d+) +(\S+)$", text, re.MULTILINE)
    assert shown
    for row, each in zip(shown, told["enrolled_by"], strict=False):
        mean, planned = number(each["mean"], 1), number(each["planned"], 1)
        assert row == (each["date"], mean, str(each["q05"]), str(each["q95"]), planned)
    for site in told["sites"]:
        name = site["site"]
        for figure in ("enrolled", "planned", "due", "factor"):
            assert value(f"{figure}_at", name) == site[figure]
        assert cells["opens_at", name]["value"] == site["opens"]
        numbers = [str(site["enrolled"]), number(site["planned"], 1), number(site["due"], 1), number(site["factor"], 2)]
        assert [name, site["opens"], *numbers] in [line.split() for line in text.splitlines()]
    assert told["prior"]["learned"] is not bool(options)
    assert value("passing") == told["passing"]
    assert f"{number(100 * told['passing'], 1)} % of candidates" in words


def test_sites_that_open_as_planned_have_no_column_for_what_is_due(reproject: Command) -> None:
    assert " due " in reproject()[1]
    out = reproject(counts="site,enrolled\nTown.Hospital,9\nVillage,2\n")[1]
    assert " due " not in out
    assert "due:" not in out


def test_as_planned_with_poisson_arrivals_leaves_every_rate_where_it_was(reproject: Command) -> None:
    told = json.loads(reproject("--as-planned", "--format", "json")[1])
    assert [site["factor"] for site in told["sites"]] == [1.0, 1.0]
    assert told["prior"]["shape"] is None
    assert "whatever its count" in reproject("--as-planned")[1]


def test_the_figures_of_a_poisson_trial_are_those_of_the_poisson_distribution(reproject: Command) -> None:
    counts = "site,enrolled\nTown.Hospital,5\nVillage,1\n"
    told = json.loads(reproject("--as-planned", "--format", "json", counts=counts, on="2027-01-19")[1])
    by_now = stats.poisson(sum(site["planned"] for site in told["sites"]))
    assert 5 < by_now.mean() < 15
    assert told["planned"]["so_few"] == pytest.approx(by_now.cdf(6), abs=1e-9)
    assert told["planned"]["so_many"] == pytest.approx(by_now.sf(5), abs=1e-9)
    assert [told["planned"][name] for name in ("q05", "q50", "q95")] == by_now.ppf([0.05, 0.5, 0.95]).tolist()


def test_sites_that_are_planned_beyond_the_target_are_said_to_be(reproject: Command) -> None:
    beyond = "as if recruiting went on beyond the target"
    assert beyond in " ".join(reproject()[1].split())
    counts = "site,enrolled\nTown.Hospital,5\nVillage,1\n"
    assert beyond not in " ".join(reproject(counts=counts, on="2027-01-12")[1].split())


def test_on_the_first_day_the_projection_as_planned_is_the_plan(reproject: Command) -> None:
    counts = "site,enrolled\nTown.Hospital,0\nVillage,0\n"
    told = json.loads(reproject("--as-planned", "--format", "json", counts=counts, on="2027-01-04")[1])
    assert told["reached_on"] == told["reached_on_as_planned"]
    assert told["reached"] == told["reached_as_planned"]
    assert [each["mean"] for each in told["enrolled_by"]] == [each["planned"] for each in told["enrolled_by"]]


def test_a_target_out_of_reach_is_said_to_be(reproject: Command) -> None:
    counts = COUNTS.replace(",9,", ",1,").replace(",2,", ",0,")
    out = reproject(counts=counts, on="2027-10-25")[1]
    horizon = (date(2027, 1, 4) + timedelta(days=300)).isoformat()
    assert f"rather not reached before {horizon}" in out
    assert f"after {horizon}, if ever, in nine cases of ten" in out
    assert "less than 0.1 % of all cases" in out
    told = json.loads(reproject("--format", "json", counts=counts, on="2027-10-25")[1])
    assert set(told["reached_on"].values()) == {None}


def test_a_reading_counts(reproject: Command) -> None:
    code, _, err = reproject("--reading", "nothing=at_all")
    assert code == 2
    assert "nothing" in err


def test_a_picture_has_the_plan_the_count_and_what_is_to_come(reproject: Command, tmp_path: Path) -> None:
    picture = tmp_path / "outlook.svg"
    code, out, _ = reproject("-o", picture)
    assert code == 0
    assert out == reproject()[1]
    root = Xml.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 - our own
    texts = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Recruiting as of 2027-03-01", "target 20", "enrolled before 2027-03-01", "plan, on average"} <= set(texts)
    classes = [each.get("class") for each in root.iter("{http://www.w3.org/2000/svg}path")]
    assert {"band outer", "band inner", "median", "exact-line"} <= set(classes)
    before = picture.read_bytes()
    reproject("-o", picture)
    assert picture.read_bytes() == before


def test_a_picture_can_be_a_png(reproject: Command, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    assert reproject("-o", tmp_path / "outlook.PNG")[0] == 0
    assert (tmp_path / "outlook.PNG").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_another_kind_is_refused(reproject: Command, tmp_path: Path) -> None:
    code, out, err = reproject("-o", tmp_path / "outlook.pdf")
    assert (code, out) == (2, "")
    assert "a picture is a .svg or a .png file, and not `outlook.pdf`" in err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Village", "Vilage", "counts.csv:3:1"),
        (",2,", ",two,", "counts.csv:3:9"),
        ("2027-01-18", "2027-02-31", "counts.csv:2:17"),
        ("2027-01-18", "2027-02-28", "counts.csv:2:15"),
        (",9,", ",18,", "counts.csv:1:6"),
    ],
)
def test_bad_counts_are_one_error_with_its_place_and_exit_code_2(
    reproject: Command, old: str, new: str, says: str
) -> None:
    code, out, err = reproject(counts=COUNTS.replace(old, new))
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert says in err
    assert "Traceback" not in err


def test_nobody_enrolled_is_projected_as_planned_only(reproject: Command) -> None:
    counts = "site,enrolled\nTown.Hospital,0\nVillage,0\n"
    code, _, err = reproject(counts=counts)
    assert code == 2
    assert "`--as-planned` projects by the scenario alone" in err
    assert reproject("--as-planned", counts=counts)[0] == 0


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (("{poisson: true, assumed: an example}", "{deterministic: true, assumed: an example}"), "at even intervals"),
        (
            ("  consent:", "  arm_caps: {most: {short: 10}, assumed: an example}\n  consent:"),
            "arm `short` takes at most 10, and the counts are not by arm",
        ),
    ],
)
def test_what_cannot_be_worked_out_says_why_and_exits_with_3(
    reproject: Command, tmp_path: Path, change: tuple[str, str], because: str
) -> None:
    code, out, err = reproject("--scenario", changed(tmp_path, change))
    assert (code, out) == (3, "")
    assert err.startswith("no projection: ")
    assert because in err


def test_a_population_that_cannot_be_added_up_says_why_and_exits_with_3(
    reproject: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trialproof.simulate.twins import shares
    from trialproof.simulate.twins.twin import NoTwin

    monkeypatch.setattr(shares, "shares", lambda _setting: NoTwin("there are too many kinds of patients"))
    code, out, err = reproject()
    assert (code, out) == (3, "")
    assert "no projection: how many candidates can be enrolled is not known: there are too many kinds" in err
