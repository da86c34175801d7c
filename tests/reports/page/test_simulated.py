"""The sections that tell of a simulation: every number is that of the run, and a run that is not of the protocol is
refused."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from tests.reports import hostile
from tests.reports.page.made import founding
from tests.reports.page.simulated import changed, founding_run, simulated, small_material, small_run
from tests.reports.page.test_page import LOADS, Reader
from tests.simulate.runs.small import run, small
from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.commands.report import report
from trialproof.model.place import BadInput
from trialproof.reports.page.charts.export import charts_of, export_chart
from trialproof.reports.page.charts.fan import DAYS_A_MONTH
from trialproof.reports.page.map_figure import Tree
from trialproof.reports.page.material import Material
from trialproof.reports.page.page import write_page
from trialproof.reports.page.simulated.accrual import accrual
from trialproof.reports.page.simulated.arms import arms
from trialproof.reports.page.simulated.assumptions import assumptions
from trialproof.reports.page.simulated.candidates import first_trial
from trialproof.reports.page.simulated.files import read_run
from trialproof.reports.page.simulated.load import load
from trialproof.reports.page.simulated.run import Run
from trialproof.reports.page.simulated.run_record import run_record
from trialproof.reports.page.simulated.screening import screening
from trialproof.reports.page.simulated.simulation import simulation
from trialproof.reports.page.simulated.told import MINUS, brief, line
from trialproof.reports.page.simulated.treatment import treatment
from trialproof.simulate.runs.digest import digest
from trialproof.simulate.runs.simulation import simulation_of

NUMBERS = ("mean", "mcse", "low", "high", "least", "q05", "q25", "q50", "q75", "q95", "most")
LEGEND = 12.0
"""Where a mark stands in a legend; in the plot nothing stands there."""
LAST_DIGIT = 5.1e-5
"""No number is shown with more than four decimals."""
SECTIONS = (simulation, arms, accrual, screening, load, treatment, assumptions, run_record)


def run_of(material: Material) -> Run:
    assert material.run is not None
    return material.run


def elements(tree: Tree, tag: str, kind: str = "") -> Iterator[Tree]:
    """Yield the elements of a chart with this tag whose class has this word."""
    for each in tree[2]:
        if not isinstance(each, str):
            if each[0] == tag and (not kind or kind in each[1].get("class", "").split()):
                yield each
            yield from elements(each, tag, kind)


def words(tree: Tree) -> str:
    return " ".join(each[2][0] for each in elements(tree, "text"))


# A run that is not of this protocol, not finished or not what it says it is.


def test_a_run_of_another_protocol_is_refused_and_both_digests_are_named(tmp_path: Path) -> None:
    protocol = tmp_path / "protocol.yaml"
    protocol.write_text("trialproof: 1\ntitle: another\nquantities: {age: {range: [0, 9], recorded_to: 1}}\n")
    with pytest.raises(BadInput) as raised:
        CliRunner().invoke(report, [str(protocol), str(small_run()), "--repairs", "0"], catch_exceptions=False)
    assert digest(small_protocol()) in raised.value.message
    assert "another version" in raised.value.message


def test_a_run_of_another_version_of_the_protocol_is_refused() -> None:
    protocol = small_protocol()
    with pytest.raises(BadInput) as raised:
        read_run(replace(protocol, title=f"{protocol.title}."), small_run())
    assert {digest(protocol), digest(replace(protocol, title=f"{protocol.title}."))} <= set(
        re.findall(r"[0-9a-f]{64}", raised.value.message)
    )


def test_a_folder_without_a_run_and_an_unfinished_run_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no run"):
        read_run(small_protocol(), tmp_path)
    folder = changed(tmp_path / "run", "manifest.json", lambda _: None)
    (folder / "summary.json").unlink()
    with pytest.raises(BadInput, match="not finished"):
        read_run(small_protocol(), folder)


def test_a_run_whose_chunks_are_gone_or_damaged_is_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path / "run", "summary.json", lambda _: None)
    last = max((folder / "chunks").iterdir())
    last.write_bytes(b"no archive")
    with pytest.raises(BadInput, match="damaged"):
        read_run(small_protocol(), folder)
    last.unlink()
    with pytest.raises(BadInput, match="not all there"):
        read_run(small_protocol(), folder)
    shutil.rmtree(folder / "chunks")
    with pytest.raises(BadInput, match="not all there"):
        read_run(small_protocol(), folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"trialproof_simulation": 2}', "\udcff"])
@pytest.mark.parametrize("file", ["manifest.json", "summary.json"])
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, file: str, text: str) -> None:
    folder = changed(tmp_path / "run", file, lambda _: None)
    (folder / file).write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(BadInput, match="not what `trialproof simulate` writes"):
        read_run(small_protocol(), folder)


def _without_a_figure(found: dict[str, Any]) -> None:
    found["figures"].pop()


def _with_a_figure_twice(found: dict[str, Any]) -> None:
    found["figures"][-1] = found["figures"][0]


def _of_another_seed(found: dict[str, Any]) -> None:
    found["entropy"] += 1


def _of_nothing(found: dict[str, Any]) -> None:
    found["replications"] = 0


@pytest.mark.parametrize("change", [_without_a_figure, _with_a_figure_twice, _of_another_seed, _of_nothing])
def test_a_summary_of_another_run_is_refused(tmp_path: Path, change: Any) -> None:
    with pytest.raises(BadInput, match="not of the run"):
        read_run(small_protocol(), changed(tmp_path / "run", "summary.json", change))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, "1", True])
def test_a_figure_that_is_no_number_is_refused(tmp_path: Path, value: object) -> None:
    def spoil(found: dict[str, Any]) -> None:
        found["figures"][0]["mean"] = value

    with pytest.raises(BadInput, match="not what"):
        read_run(small_protocol(), changed(tmp_path / "run", "summary.json", spoil))


@pytest.mark.parametrize(("key", "value"), [("begins", "tomorrow"), ("begins", "9999-12-31"), ("open_weekdays", [7])])
def test_a_calendar_that_cannot_be_is_refused(tmp_path: Path, key: str, value: object) -> None:
    def spoil(found: dict[str, Any]) -> None:
        found["calendar"][key] = value

    with pytest.raises(BadInput, match="not what"):
        read_run(small_protocol(), changed(tmp_path / "run", "manifest.json", spoil))


def test_a_figure_that_only_another_release_has_is_a_clear_error() -> None:
    with pytest.raises(BadInput, match="no figure `arm_size`"):
        run_of(small_material()).rows["arm_size"]


# What is shown is what was found.


def test_every_row_of_a_table_is_the_figure_of_the_run() -> None:
    of = run_of(simulated())
    for name, row in of.rows.items():
        told = line("", row, of.exact.get(name))
        assert told.n == row.cells["n"]
        if row.mean is None:
            assert told.mean == "none"
            continue
        shown = float(told.mean.removesuffix(" %").replace(",", "").replace(MINUS, "-"))
        assert abs(shown - row.mean) <= max(LAST_DIGIT, (row.width() or abs(row.mean) / 50) / 10), name
        assert told.mean.endswith("%") == (row.cells["unit"] == "")
        assert (told.exact == "") == (name not in of.exact)


def test_without_a_run_nothing_is_told_of_one() -> None:
    material = founding()
    assert all(section(material) is None for section in SECTIONS)
    assert list(charts_of(material)) == []
    assert "simulated" not in {each.split("-")[0] for each in Reader(write_page(material)).all("id")}


def test_each_simulated_trial_is_a_dot_at_the_size_of_its_arm() -> None:
    of = run_of(simulated())
    found = arms(simulated())
    assert found is not None
    for number, (arm, _) in enumerate(of.of("arm_count"), start=1):
        drawn = Counter(float(each[1]["cx"]) for each in elements(found.sizes.chart.tree, "circle", f"choice-{number}"))
        del drawn[LEGEND]
        counts = Counter(of.numbers[f"arm_count.{arm}"])
        assert [drawn[x] for x in sorted(drawn)] == [counts[size] for size in sorted(counts)]
        assert sum(drawn.values()) == of.replications


def test_a_reading_that_changes_nothing_is_named_and_not_drawn() -> None:
    found = arms(simulated())
    assert found is not None
    assert "arm.involved_field=flat" in found.unchanged
    assert found.readings is not None
    assert "flat" not in words(found.readings.chart.tree).split()


def test_the_median_of_the_fan_is_that_of_the_run_month_by_month() -> None:
    of = run_of(simulated())
    found = accrual(simulated())
    assert found is not None
    (median,) = elements(found.fan.chart.tree, "path", "median")
    points = [tuple(map(float, each.split(","))) for each in median[1]["d"].removeprefix("M").split("L")]
    rows = [row for _, row in of.of("enrolled_by")]
    assert len(points) - 1 <= len(rows)
    bottom = points[0][1]
    tops = [(bottom - y, row.cells["q50"]) for (_, y), row in zip(points[1:], rows, strict=False)]
    scale = max(high for high, _ in tops) / max(value for _, value in tops)
    assert all(abs(high - value * scale) < 0.2 for high, value in tops)


def test_a_trial_that_reaches_its_target_is_a_dot_or_said_to_be_later() -> None:
    of = run_of(simulated())
    found = accrual(simulated())
    assert found is not None
    tree = found.fan.chart.tree
    later = re.search(r"(\d+) later than is drawn", words(tree))
    dots = len(list(elements(tree, "circle", "trial"))) - 1  # one of them is in the legend
    assert dots + (int(later[1]) if later else 0) == len(of.numbers["duration_if_reached"])


def test_half_of_the_trials_reach_their_target_by_the_month_that_is_said() -> None:
    of = run_of(simulated())
    found = accrual(simulated())
    assert found is not None
    said = re.search(r"half of them by (\w{3}) (\d{4})", found.fan.says)
    assert said is not None
    months = (int(said[2]) - of.begins.year) * 12 + "JanFebMarAprMayJunJulAugSepOctNovDec".index(said[1]) // 3
    assert abs(of.rows["duration_if_reached"].cells["q50"] / DAYS_A_MONTH - months) < 1.2


def test_what_fails_and_what_is_enrolled_is_everybody_who_came() -> None:
    of = run_of(simulated())
    lost = sum(row.mean or 0.0 for _, row in of.of("failed_first"))
    late = sum(of.mean(name) or 0.0 for name in ("refused", "in_screening"))
    assert lost + late + (of.mean("enrolled") or 0.0) == pytest.approx(of.mean("candidates"))


def test_criteria_stand_in_the_words_of_the_protocol() -> None:
    found = screening(simulated())
    assert found is not None
    told = {each.tag: each.words for each in found.steps}
    assert told["I7"] == "KPS>70"
    assert set(found.nobody) | set(told) >= {each.id for each in founding().protocol.criteria}


def test_the_bars_of_a_linac_are_its_load_against_its_hours() -> None:
    of = run_of(simulated())
    found = load(simulated())
    assert found is not None
    assert found.linacs is not None
    first = next(elements(found.linacs.chart.tree, "g"))
    (capacity,) = list(elements(first, "line", "capacity"))
    bars = list(elements(first, "rect", "others"))
    trial = list(elements(first, "rect", "accent"))
    full = float(bars[0][1]["y"]) + float(bars[0][1]["height"]) - float(capacity[1]["y1"])
    linac = of.of("linac_utilisation")[0][0].rpartition(".")[0]
    for day, low, high in zip(("monday", "tuesday", "wednesday", "thursday", "friday"), bars, trial, strict=True):
        drawn = (float(low[1]["height"]) + float(high[1]["height"])) / full
        assert drawn == pytest.approx(of.rows[f"linac_utilisation.{linac}.{day}"].cells["mean"], abs=0.005)


def test_every_assumption_of_the_run_stands_in_the_table_and_is_counted_once() -> None:
    of = run_of(simulated())
    found = assumptions(simulated())
    assert found is not None
    listed = [each for group in found.groups for each in group.assumptions]
    assert sorted(each.path for each in listed) == sorted(each.path for each in of.assumptions)
    assert dict(each[:2] for each in found.counts) == of.summary["assumptions"]
    assert found.all == len(listed) > 50


def test_a_figure_that_disagrees_with_theory_is_told_at_the_top(tmp_path: Path) -> None:
    def spoil(found: dict[str, Any]) -> None:
        found["exact"][0] |= {"verdict": "differs", "mcse_away": 9.5}

    material = small_material(changed(tmp_path / "run", "summary.json", spoil))
    found = simulation(material)
    assert found is not None
    assert [each[3] for each in found.agreement.differ] == ["+9.5"]
    assert "These do not agree" in write_page(material)


def test_a_run_under_other_readings_than_the_report_is_told() -> None:
    material = small_material()
    sentence, readings = next((name, each.readings) for name, each in material.protocol.sentences.items())
    other = next(each for each in readings if each != material.selection[sentence])
    read = replace(material, review=replace(material.review, selection={**material.selection, sentence: other}))
    assert simulation(material).otherwise == ()  # type: ignore[union-attr]
    assert simulation(read).otherwise == ((sentence, material.selection[sentence], other),)  # type: ignore[union-attr]
    assert "Read otherwise" in write_page(read)


def test_the_record_says_whether_the_scenario_beside_the_protocol_is_the_one_simulated() -> None:
    record = run_record(simulated())
    assert record is not None
    assert "is the one that was simulated" in record.scenario_note
    assert "--scenario" not in record.command
    gone = run_record(replace(simulated(), run=replace(run_of(simulated()), same_scenario=False)))
    assert gone is not None
    assert "NOT the one" in gone.scenario_note
    assert "--scenario" in gone.command


def test_the_command_of_the_record_gives_the_seed_the_size_and_readings_that_are_not_preferred(tmp_path: Path) -> None:
    def other(found: dict[str, Any]) -> None:
        found["readings"] = dict.fromkeys(found["readings"], "other")

    material = small_material(changed(tmp_path / "run", "manifest.json", other))
    record = run_record(material)
    assert record is not None
    assert "--seed 1 --replications 12" in record.command
    assert record.command.count("--reading") == len(record.readings) > 0


def test_the_candidates_of_the_first_trial_are_laid_over_the_maps() -> None:
    of = run_of(simulated())
    laid = first_trial(founding().protocol, founding_run())
    assert laid is not None
    rows = (min((founding_run() / "patients").iterdir())).read_text(encoding="utf-8").splitlines()[1:]
    assert laid.cohort.size + laid.left_out == sum(row.startswith("0,") for row in rows) < len(rows)
    assert of.replications > 1


def test_a_run_that_keeps_nobody_lays_nobody_over_the_maps(tmp_path: Path) -> None:
    assert first_trial(founding().protocol, tmp_path) is None
    (tmp_path / "patients").mkdir()
    (tmp_path / "patients" / "000000-000010.csv").write_text("simulated replication,diameter\n")
    assert first_trial(founding().protocol, tmp_path) is None


# Whatever a run has found, or has not.


def _nothing(found: dict[str, Any]) -> None:
    for each in found["figures"]:
        each.update(dict.fromkeys(NUMBERS), n=0, absent=found["replications"])


def _no_errors(found: dict[str, Any]) -> None:
    for each in found["figures"]:
        each.update(dict.fromkeys(("mcse", "low", "high")))


def _all_zero(found: dict[str, Any]) -> None:
    for each in found["figures"]:
        each.update(dict.fromkeys(NUMBERS, 0.0))


def _no_theory(found: dict[str, Any]) -> None:
    found["exact"], found["no_exact_answer"] = [], [{"figures": "everything", "because": "`a` < b"}]


def _no_list(found: dict[str, Any]) -> None:
    del found["assumptions_listed"]


@pytest.mark.parametrize("change", [_nothing, _no_errors, _all_zero, _no_theory, _no_list])
def test_a_page_can_be_written_of_whatever_a_run_has_found(tmp_path: Path, change: Any) -> None:
    material = small_material(changed(tmp_path / "run", "summary.json", change))
    reader = Reader(write_page(material))
    ids = list(reader.all("id"))
    assert len(ids) == len(set(ids))
    assert "nan" not in "".join(reader.text).split()
    for chart in charts_of(material):
        assert not re.search(r"\bnan\b|\binf\b", chart.svg)


def test_one_replication_alone_is_shown_without_errors(tmp_path: Path) -> None:
    run(tmp_path / "run", 1)
    material = small_material(tmp_path / "run")
    assert "–" in {each.mcse for each in arms(material).sizes.table.lines}  # type: ignore[union-attr]
    assert write_page(material)


def test_a_trial_without_departments_has_no_load_and_no_treatment(tmp_path: Path) -> None:
    bare = replace(small(), scenario=replace(small().scenario, treatment=None))
    run(tmp_path / "run", 2, simulation=simulation_of(bare.protocol, bare.scenario, 1))
    material = small_material(tmp_path / "run")
    assert treatment(material) is None
    assert {"load", "treatment"} & set(Reader(write_page(material)).all("id")) == set()


def test_hostile_names_are_inert_and_whole(tmp_path: Path) -> None:
    scenario = small().scenario
    name = f"{hostile.MARKUP}{hostile.OVERRIDE}{hostile.LONG}"
    (department,) = list(scenario.departments)[:1]
    sites = tuple(replace(each, name=f"{name}{at}", department=name) for at, each in enumerate(scenario.accrual.sites))
    attacked = replace(
        scenario,
        title=hostile.HOSTILE,
        accrual=replace(scenario.accrual, sites=sites),
        departments={name: replace(scenario.departments[department], name=name)},
    )
    run(tmp_path / "run", 2, simulation=simulation_of(small_protocol(), attacked, 1))
    page = write_page(small_material(tmp_path / "run"))
    found, plain = Reader(page), Reader(write_page(small_material()))
    tags = {tag for tag, _ in found.elements}
    assert tags & LOADS == set()
    assert tags <= {tag for tag, _ in plain.elements}
    assert {key for _, each in found.elements for key in each} <= {key for _, each in plain.elements for key in each}
    assert hostile.OVERRIDE not in page
    said = " ".join("".join(found.text).split())
    assert hostile.LONG in said
    assert hostile.MARKUP.strip() in said
    for chart in charts_of(small_material(tmp_path / "run")):
        assert all(len(each[2][0]) < 200 for each in elements(chart.tree, "text")), chart.name


def test_the_small_scenario_is_one_that_reaches_every_section() -> None:
    assert small_scenario().treatment is not None
    assert all(section(small_material()) is not None for section in SECTIONS)


def test_two_readings_of_one_run_are_the_same_bytes() -> None:
    assert write_page(small_material()) == write_page(small_material())
    first, second = (read_run(small_protocol(), small_run()) for _ in range(2))
    one, other = (charts_of(replace(small_material(), run=each)) for each in (first, second))
    assert [export_chart(chart) for chart in one] == [export_chart(chart) for chart in other]


@given(st.floats(-1e6, 1e6), st.booleans())
def test_a_short_number_is_close_and_never_all_or_nothing_unless_it_is(value: float, share: bool) -> None:
    value = value / 1e4 if share else value
    shown = float(brief(value, share=share).replace(",", "").replace(MINUS, "-"))
    assert abs(shown - value) <= max(0.051, abs(value) / 150)
    if abs(value) > 1e-4 and (not share or abs(value - 100) > 1e-4):
        assert shown != 0
        assert not share or shown != 100


def test_what_the_report_was_made_of_includes_the_run(tmp_path: Path) -> None:
    from trialproof.reports.page.gather import Wish, gather

    folder = tmp_path / "run"
    shutil.copytree(small_run(), folder)
    found = gather(small_protocol(), Wish({}, repairs=0, run=folder), "1.2.3")
    assert {Path(name).name for name, _ in found.files} >= {"manifest.json", "summary.json"}
    assert found.run is not None
    assert found.laid is not None
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["replications"] == found.run.replications
