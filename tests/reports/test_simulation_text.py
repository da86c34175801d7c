"""The report of a simulation: no more digits than the error allows, nothing that is not there, and doubts in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.simulate.runs.small import run, small
from trialproof.reports.simulation_paired import write_differences
from trialproof.reports.simulation_table import LABEL, Row, digits_of, grid, heading, number
from trialproof.reports.simulation_text import write_simulation
from trialproof.simulate.results.intervals import Interval
from trialproof.simulate.results.metric import Column, Kind
from trialproof.simulate.results.paired import Difference
from trialproof.simulate.runs.simulation import simulation_of
from trialproof.simulate.scenario.scenario import MissedPolicy

Change = Callable[[dict[str, Any]], None]


@cache
def summary() -> dict[str, Any]:
    return run(None, 12).summary


def told(change: Change | None = None, *, color: bool = False) -> str:
    found = summary()
    copy = found | {name: [dict(each) for each in found[name]] for name in ("figures", "exact", "goals")}
    if change is not None:
        change(copy)
    return write_simulation(copy, repeat="trialproof simulate small --seed 1 --replications 12", color=color)


def row(**changes: Any) -> Row:
    plain: dict[str, Any] = {
        "metric": "enrolled", "of": "", "unit": "patients", "kind": Kind.MEAN.value, "n": 200, "absent": 0,
        "mean": 12.3456, "sd": 2.0, "mcse": 0.1414, "low": 12.06, "high": 12.63, "q05": 9.0, "q95": 15.0,
    }  # fmt: skip
    return Row(plain | changes)


@pytest.mark.parametrize(
    ("mean", "error", "shown"),
    [
        (12.3456, 0.1414, "12.35"),
        (0.00123456, 0.00004, "0.0012"),
        (1234.56, 29.0, "1,235"),
        (1234.56, 2.94, "1,234.6"),
        (0.0, 0.0, "0.0"),
        (-0.0001, 0.5, "0.00"),
        (100.0, None, "100.0"),
    ],
)
def test_a_number_has_two_digits_of_its_error_and_no_signed_zero(mean: float, error: float | None, shown: str) -> None:
    assert number(mean, digits_of(mean, error)) == shown


def test_a_line_has_the_mean_its_error_interval_number_and_spread() -> None:
    assert row().line("enrolled").split() == [
        "enrolled", "12.35", "0.14", "12.06", "to", "12.63", "200", "9.00", "to", "15.00",
    ]  # fmt: skip


def test_a_share_is_in_per_cent_and_a_proportion_has_no_spread() -> None:
    share = row(unit="", kind=Kind.PROPORTION.value, mean=0.25, mcse=0.0306, low=0.195, high=0.314)
    assert share.line("reached").split() == ["reached", "25.0%", "3.1", "19.5", "to", "31.4", "200"]


def test_a_certainty_that_was_only_seen_is_said_with_its_interval() -> None:
    always = row(unit="", kind=Kind.PROPORTION.value, mean=1.0, mcse=0.0, low=0.9812, high=1.0)
    assert always.say() == "100.00 % (95 % interval 98.12 to 100.00)"


def test_what_no_replication_gave_is_not_shown_as_a_number() -> None:
    nothing = row(n=0, absent=200, mean=None, sd=None, mcse=None, low=None, high=None, q05=None, q95=None)
    assert nothing.line("wait").split() == ["wait", "none", "0"]
    assert nothing.say() == "no figure"


def test_an_exact_answer_stands_below_with_its_distance_and_far_ones_are_called_so() -> None:
    exact = {"value": 12.0, "mcse_away": 2.44, "verdict": "agrees", "formula": "binomial"}
    assert row().against(exact).split() == ["exact", "12.00", "2.4", "MCSE:", "binomial"]
    assert "4.4 MCSE TOO FAR" in row().against(exact | {"mcse_away": 4.4, "verdict": "differs"})
    assert "too few to judge" in row().against(exact | {"mcse_away": None, "verdict": "not judged"})
    assert "CANNOT BE" in row().against(exact | {"mcse_away": None, "verdict": "differs"})


def test_columns_never_touch() -> None:
    widest = row(mean=9234.5678, mcse=0.001, low=9234.56, high=9234.57, q05=1234.5, q95=9876.5, n=10_000)
    for line in (heading(), row().line("a" * LABEL), widest.line("wide")):
        assert len(line) <= 100
    assert len(widest.line("wide").split()) == 10


def test_a_table_has_as_wide_columns_as_it_needs_and_no_blanks_at_the_end() -> None:
    lines = grid(("", "long heading"), [("a", "1"), ("b", "")], 4)
    assert lines == ["      " + "  long heading", "  a   " + " " * 13 + "1", "  b"]


def test_the_report_has_every_part_within_a_hundred_columns() -> None:
    text = told()
    for part in ("In short", "Arms, of those", "Accrual", "Stranded", "Treatment", "Screening", "Linacs", "Scanners"):
        assert f"\n{part}" in text, part
    assert max(map(len, text.splitlines())) <= 100
    assert not any(line.endswith(" ") for line in text.splitlines())
    assert text.endswith("The same again: trialproof simulate small --seed 1 --replications 12")


def test_colour_changes_nothing_but_colour() -> None:
    import click

    assert click.unstyle(told(color=True)) == told()
    assert "\x1b[" not in told()


def test_a_figure_that_does_not_agree_is_named_in_capitals() -> None:
    def spoil(found: dict[str, Any]) -> None:
        found["exact"][0] |= {"mcse_away": 7.0, "verdict": "differs"}

    first = summary()["exact"][0]
    assert f"THESE DO NOT AGREE with the exact answer: {first['metric']}.{first['of']}" in told(spoil)
    assert "THESE DO NOT AGREE" not in told()


def test_why_there_is_no_exact_answer_is_said() -> None:
    def drop(found: dict[str, Any]) -> None:
        found["exact"] = []
        found["no_exact_answer"] = [{"figures": "anything", "because": "it is too wide"}]

    assert "No exact answer for anything: it is too wide" in told(drop)
    assert "exact  " not in told(drop)


def test_a_precision_that_is_not_reached_is_said_with_what_it_would_take() -> None:
    def ask(found: dict[str, Any]) -> None:
        goal = {"name": "duration", "wanted": 1.0, "half_width": 20.0, "reached": False, "replications_needed": 80_000}
        found["goals"] = [goal, goal | {"reached": True, "half_width": 0.5}, goal | {"half_width": None,
                          "replications_needed": None}]  # fmt: skip

    text = told(ask)
    assert "duration: wanted 1, NOT reached: 20; about 80,000 replications would be needed" in text
    assert "duration: wanted 1, reached: 0.5" in text
    assert "NOT reached: unknown; no number yet" in text


def test_a_department_that_works_on_saturdays_stands_beside_one_that_does_not() -> None:
    plain = small()
    treatment, departments = plain.scenario.treatment, plain.scenario.departments
    assert treatment is not None
    fractions = replace(treatment.fractions, missed=MissedPolicy.SATURDAY, no_show=0.3)
    scenario = replace(
        plain.scenario,
        treatment=replace(treatment, fractions=fractions),
        departments={**departments, "other": replace(departments["other"], saturday=0)},
    )
    found = run(None, 3, simulation=simulation_of(plain.protocol, scenario, 1)).summary
    lines = write_simulation(found, repeat="again", color=False).splitlines()
    (head,) = [line.split() for line in lines if line.split()[-2:] == ["days", "over"]]
    assert head[:7] == ["mon", "tue", "wed", "thu", "fri", "sat", "all"]
    (other,) = [line.split() for line in lines if line.startswith("  other.linac1")]
    (main,) = [line.split() for line in lines if line.startswith("  main.linac1")]
    assert other[6] == "-"
    assert main[6].endswith("%")


def test_the_assumptions_are_counted_by_what_stands_behind_them() -> None:
    assert "0 published, 0 derived, 0 assumed" in told()


def test_the_assumptions_are_listed_the_weakest_first_if_asked_for() -> None:
    def entry(path: str, standing: str) -> dict[str, Any]:
        sources = [{"standing": standing, "text": "why"}]
        return {"path": path, "says": "so much", "standing": standing, "sources": sources}

    listed = [entry("accrual.target", "published"), entry("population.age", "assumed")]
    text = write_simulation(
        summary() | {"assumptions_listed": listed}, repeat="again", color=False, with_assumptions=True
    )
    assert text.index("population.age: so much") < text.index("accrual.target: so much")
    assert "        published: why\n" in text
    assert "What the figures rest on" not in told()


def test_differences_that_matter_are_shown_and_others_are_counted() -> None:
    def difference(name: str, of: tuple[str, ...], gap: float, mcse: float) -> Difference:
        ends = Interval(gap - 2 * mcse, gap + 2 * mcse)
        return Difference(Column(name, of), 10, 0, 1.0 + gap, 1.0, gap, mcse, ends, 12.5)

    text = write_differences(
        [
            difference("duration", (), 0.0, 0.1),
            difference("visits", (), 0.3, 0.1),
            difference("dropouts", (), 0.5, 0.1),
            difference("linac_load", ("main", "linac1", "monday"), 9.0, 0.1),
            difference("candidates", (), -0.1, 0.5),
        ],
        10, "one", "the other", seed=4, color=False,
    )  # fmt: skip
    assert "duration" in text
    assert "candidates" in text
    assert "dropouts" in text
    assert "visits" not in text
    assert "linac_load" not in text
    assert "2 other figures" in text
    assert "10 replications of each, seed 4" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(("saved", "said"), [(12.54, "12.5"), (99_999.4, "99,999"), (1_869_139.0, "> 1e5")])
def test_what_is_saved_never_touches_the_interval_before_it(saved: float, said: str) -> None:
    ends = Interval(-0.001, 0.0004)
    difference = Difference(Column("duration"), 30, 0, 0.7706, 0.7709, -0.0003, 0.0003, ends, saved)
    text = write_differences([difference], 30, "one", "the other", seed=4, color=False)
    assert f" to 0.0004 {said:>6}\n" in text


def test_who_gets_no_appointment_is_told_even_if_nobody_is_treated() -> None:
    def close(found: dict[str, Any]) -> None:
        for cells in found["figures"]:
            if cells["metric"] == "patients":
                cells["mean"] = 24.0 if cells["of"] == "no_appointment" else 0.0
            if cells["metric"] == "start_days":
                cells.update(dict.fromkeys(("mean", "mcse", "low", "high", "q05", "q95")), n=0)

    assert "  patients without an appointment         24" in told(close)
    assert "patients without an appointment" not in told()


def test_a_trial_that_enrols_nobody_has_neither_arms_nor_a_duration_nor_readings() -> None:
    def empty(found: dict[str, Any]) -> None:
        for cells in found["figures"]:
            if cells["metric"] in ("enrolled", "target_reached", "reading_changes"):
                cells["mean"] = 0.0

    text = told(empty)
    assert "arms      nobody is enrolled" in text
    assert "of the trials; recruiting is not over at the horizon, after 400 days" in " ".join(text.split())
    assert "recruiting takes" not in text
    assert "No arm changes, ever" not in text


def test_a_mean_that_counts_the_horizon_for_trials_that_are_not_over_says_so() -> None:
    def rarely(found: dict[str, Any]) -> None:
        next(each for each in found["figures"] if each["metric"] == "target_reached")["mean"] = 0.3

    assert "days, to the horizon where it is not reached" in " ".join(told(rarely).split())
    assert "to the horizon where" not in told()


def test_the_steps_of_screening_add_up_to_the_candidates() -> None:
    rows = {f"{each['metric']}.{each['of']}": each["mean"] for each in summary()["figures"]}
    assert rows["refused."] > 0
    table = told().split("Screening, candidates of a trial")[1].split("\n\n")[0].splitlines()
    firsts = [float(line[26:].split()[0]) for line in table[2:]]
    assert sum(firsts) == pytest.approx(rows["candidates."], rel=0.01)


def test_a_small_simulation_is_what_it_says() -> None:
    assert summary()["entropy"] == small().entropy
    assert summary()["replications"] == 12
