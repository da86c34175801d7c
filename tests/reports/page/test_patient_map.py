"""The map of patients says of every point what `assign` says, and draws what it says."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from tests.agreement.strategies import draw_patient, recordable, thresholds_of
from tests.reports.hostile import write as write_hostile
from tests.reports.page.made import made
from trialproof.model.load import load
from trialproof.model.patient import Patient
from trialproof.model.place import BadInput
from trialproof.model.protocol import Protocol
from trialproof.reports.page.map_export import TEMPLATES, export_png, export_svg, write_figures
from trialproof.reports.page.map_figure import draw, shown, write_svg
from trialproof.reports.page.map_layout import place, rounded, slots, wrapped
from trialproof.reports.page.map_points import Laid, laid_over, read_laid
from trialproof.reports.page.map_scale import scale_of, stretch
from trialproof.reports.page.patient_map import cell_at, describe, map_of, maps_of
from trialproof.simulate.assignment import Fate, assign_patient
from trialproof.simulate.cohort import cohort_of
from trialproof.verify.atlas import Atlas, atlas_of
from trialproof.verify.axes import Interval

PROTOCOLS = Path(__file__).parents[3] / "protocols"
FOLDERS = sorted(path.parent.name for path in PROTOCOLS.glob("*/protocol.yaml"))
FOUNDING = "esophageal-salvage"
ELIGIBLE = {
    "resection": "R0", "recurrence": True, "locoregional": True, "diameter": Fraction(3), "skip_metastasis": False,
    "time_to_recurrence": Fraction(10), "adjuvant_radiotherapy": False, "adjuvant_chemotherapy": False,
    "distant_metastasis": False, "treated_since_recurrence": False, "age": Fraction(55), "sex": "male",
    "kps": Fraction(90), "white_cells": Fraction(6), "drug_allergy": False, "declines_consent": False,
    "severe_cardiovascular_disease": False, "infection": False, "active_ulceration": False,
    "unstable_diabetes": False, "mental_disorder": False, "stomach_v50": Fraction(30),
    "sufficient_organ_function": True, "abnormal_blood_count": False, "lesion_far": True, "lesion_close": False,
}  # fmt: skip

read = cache(load)


def protocol_named(name: str) -> Protocol:
    return read(PROTOCOLS / name)


@cache
def mapped(name: str, decision: str) -> tuple[Atlas, dict[str, Any]]:
    """Return the atlas, and the data of the map as the page gets them."""
    protocol = protocol_named(name)
    chosen = protocol.decisions[decision]
    atlas = atlas_of(protocol, chosen)
    data = map_of(protocol, chosen, atlas).data
    assert data is not None
    return atlas, json.loads(json.dumps(data))


def every_decision() -> list[tuple[str, str]]:
    return [(name, decision) for name in FOLDERS for decision in protocol_named(name).decisions]


def look_of(fate: Fate[bool]) -> str:
    """Return how a member must look, in words of the assignment alone."""
    if fate.short or fate.crowded or fate.undetermined:
        return "gap" if fate.short else "overlap" if fate.crowded else "undetermined"
    return "choice" if any(truth.holds for truth in fate.takes.values()) else "none"


def compare(name: str, decision: str, patients: list[Patient], view: int) -> None:
    """Look patients up on the map, and ask `assign` about each of them alone."""
    protocol = protocol_named(name)
    atlas, data = mapped(name, decision)
    laid = Laid("patients.csv", cohort_of(protocol, patients), tuple(map(str, range(len(patients)))))
    over = laid_over(protocol, protocol.decisions[decision], atlas, laid)
    selection = {**protocol.preferred, **atlas.views[view]}
    for patient, who in zip(patients, over["people"], strict=True):
        parts = who["parts"][view if len(who["parts"]) > 1 else 0]
        assert tuple(parts) == atlas.parts(protocol, patient, view)
        fate = assign_patient(protocol, patient, selection, [decision]).decisions[decision]
        told = over["fates"][who["fates"][view if len(who["fates"]) > 1 else 0]]
        cell = data["cells"][cell_at(data, parts, view)]
        assert cell["look"] != "impossible"
        holding = [at for at, truth in enumerate(fate.takes.values()) if truth.holds]
        perhaps = [at for at, truth in enumerate(fate.takes.values()) if not truth.holds and not truth.fails]
        if "takes" in cell:
            assert (cell["takes"], cell["perhaps"]) == (holding, perhaps)
        if fate.outside:
            assert told["look"] == "outside"
        elif told["look"] != "open":
            assert told["look"].partition("-")[0] == look_of(fate)
            assert (cell["look"], cell["says"]) == (told["look"], told["says"])


@pytest.mark.parametrize(("name", "decision"), every_decision())
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_each_point_says_what_assign_says(name: str, decision: str, data: st.DataObject) -> None:
    protocol = protocol_named(name)
    thresholds = thresholds_of(list(protocol.rules()))
    drawn = data.draw(st.composite(lambda draw: [draw_patient(draw, protocol, thresholds) for _ in range(3)])())
    compare(name, decision, drawn, data.draw(st.integers(0, len(mapped(name, decision)[0].views) - 1)))


@pytest.mark.parametrize("decision", ["arm", "prescription", "lowering"])
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_eligible_on_and_off_the_lines_of_the_founding_protocol(decision: str, data: st.DataObject) -> None:
    protocol = protocol_named(FOUNDING)
    thresholds = thresholds_of(list(protocol.rules()))
    varied = data.draw(st.sets(st.sampled_from(
        ["resection", "diameter", "time_to_recurrence", "skip_metastasis", "stomach_v50", "lesion_far", "lesion_close"]
    )))  # fmt: skip
    record: dict[str, Any] = dict(ELIGIBLE)
    for each in sorted(varied):
        value = recordable(protocol.quantities[each], thresholds.get(each, set()))
        record[each] = data.draw(st.one_of(st.none(), value, value))
    view = data.draw(st.integers(0, len(mapped(FOUNDING, decision)[0].views) - 1))
    compare(FOUNDING, decision, [Patient.of(record)], view)


def test_the_founding_map_begins_with_the_two_lines_as_gaps() -> None:
    _, data = mapped(FOUNDING, "arm")
    picture = write_svg(draw(data, data["start"]))
    words = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    assert "exactly 5 cm: gap" in words
    assert "exactly 16 months: gap" in words
    assert words.count("involved field irradiation") == 3  # two regions and the legend
    assert words.count("elective field irradiation") == 2
    looks = re.findall(r'class="cell ([\w-]+)"', picture)
    assert looks == ["choice-2", "gap", "choice-1", "gap", "gap", "gap", "choice-1", "choice-1", "choice-1"]
    assert "with resection margin R0, skip metastasis: no" in words


def test_what_is_said_of_a_cell_names_the_patient_the_fate_and_the_sentences() -> None:
    _, data = mapped(FOUNDING, "arm")
    lines = describe(data, [0, 1, 1, 0])
    assert lines[0] == "Resection margin R0, diameter 5 cm, skip metastasis: no, time to recurrence 10 months."
    assert lines[1] == "A gap: no choice takes this patient."
    assert lines[2].startswith("involved field irradiation, line 33: “Patients after R0 surgery")
    assert lines[3].startswith("elective field irradiation, line 34: “Patients after R1/R2 surgery")
    assert lines[4] == "This is so of the eligible; others with the same values are not eligible."


def test_what_cannot_be_recorded_together_is_named() -> None:
    _, data = mapped(FOUNDING, "arm")
    nowhere = [part["says"] for part in data["axes"][1]["parts"]].index("does not apply")
    lines = describe(data, [1, nowhere, 1, 0])
    assert lines[1] == "Nobody can be like this."
    assert lines[2] == "No record says both: diameter: not applicable, and skip metastasis: no."


def test_what_does_not_apply_is_drawn_only_where_the_decision_is_for_somebody_there() -> None:
    _, data = mapped(FOUNDING, "arm")
    says = [part["says"] for part in data["axes"][1]["parts"]]
    assert "does not apply" not in [says[at] for at in shown(data, data["start"], 1)]
    nowhere = [part["says"] for part in data["axes"][2]["parts"]].index("does not apply")
    without_recurrence = {**data["start"], "rest": [1, 0, nowhere, 0]}
    assert "does not apply" in [says[at] for at in shown(data, without_recurrence, 1)]
    assert "not recorded" not in [says[at] for at in shown(data, data["start"], 1)]
    assert "not recorded" in [says[at] for at in shown(data, {**data["start"], "missing": True}, 1)]


def parsed(svg: str) -> ElementTree.Element:
    """Return a picture that this very program has written."""
    return ElementTree.fromstring(svg)  # noqa: S314


def states(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return states that differ in everything that a reader can choose, many of them."""
    count = len(data["axes"])
    pairs: list[tuple[int, int | None]] = [(x, y) for x, y in product(range(count), repeat=2) if x != y] or [(0, None)]
    found = []
    for at, (x, y) in enumerate(pairs * 3):
        rest = [(at * 7 + n) % len(axis["parts"]) for n, axis in enumerate(data["axes"])]
        found.append({"x": x, "y": y, "rest": rest, "view": at % len(data["views"]), "missing": at % 3 == 0})
    return found


@pytest.mark.parametrize(("name", "decision"), every_decision())
def test_every_picture_is_whole(name: str, decision: str) -> None:
    """Every cell is there once, no two overlap, nothing leaves the picture, and each hatch that is used exists."""
    _, data = mapped(name, decision)
    for state in states(data):
        root = parsed(write_svg(draw(data, state)))
        wide, tall = map(float, root.attrib["viewBox"].split()[2:])
        cells = [each for each in root.iter("rect") if each.attrib["class"].startswith("cell ")]
        boxes = [tuple(float(each.attrib[key]) for key in ("x", "y", "width", "height")) for each in cells]
        rows = 1 if state["y"] is None else len(shown(data, state, state["y"]))
        assert len(cells) == len(shown(data, state, state["x"])) * rows
        for n, (x, y, w, h) in enumerate(boxes):
            assert min(w, h) > 3
            assert min(x, y) >= 0
            assert (x + w <= wide, y + h <= tall) == (True, True)
            for a, b, c, d in boxes[:n]:
                assert max(x - a - c, a - x - w, y - b - d, b - y - h) >= -0.21
        ids = {each.attrib["id"] for each in root.iter("pattern")}
        used = {each.attrib["fill"] for each in root.iter("rect") if "fill" in each.attrib}
        assert used <= {f"url(#{each})" for each in ids}
        for each in root.iter("text"):
            assert -2 <= float(each.attrib["x"]) <= wide
            assert 0 <= float(each.attrib["y"]) <= tall


@settings(deadline=None)
@given(
    st.lists(st.fractions(-50, 50, max_denominator=4), min_size=1, max_size=5, unique=True).map(sorted),
    st.fractions(0, 500, max_denominator=3),
    st.fractions(0, 500, max_denominator=3),
    st.floats(300, 700),
)
def test_a_value_stands_in_its_own_part_and_greater_ones_further_on(
    ends: list[Fraction], below: Fraction, above: Fraction, length: float
) -> None:
    lower, upper = ends[0] - below, ends[-1] + above
    scale = scale_of(ends, lower, upper)
    parts: list[dict[str, Any]] = []
    bounds = [None, *ends, None]
    for low, high in pairwise(bounds):
        parts.append({"kind": "interval", **stretch(scale, Interval(low, high), None)})
        if high is not None:
            parts.append({"kind": "point", "weight": 0.0, "at": float(high)})
    axis = {"parts": parts}
    found = slots(axis, range(len(parts)), length)
    assert found[0].start == 0
    assert found[-1].end == pytest.approx(length)
    for one, other in pairwise(found):
        assert one.start < one.end == pytest.approx(other.start)
    values = sorted({lower, upper, *ends, *((a + b) / 2 for a, b in zip([lower, *ends], [*ends, upper], strict=True))})
    stands = []
    for value in values:
        part = 2 * sum(end < value for end in ends) + (value in ends)
        at = place(axis, found, part, float(value))
        assert at is not None
        assert found[part].start - 1e-6 <= at <= found[part].end + 1e-6
        stands.append(at)
    assert stands == sorted(stands)


def test_the_scale_breaks_where_the_range_goes_far_beyond_the_thresholds() -> None:
    near, far = scale_of([Fraction(50)], Fraction(0), Fraction(100)), scale_of([Fraction(5)], Fraction(0), Fraction(20))
    assert near.breaks == ()
    assert far.knots == ((Fraction(0), Fraction(0)), (Fraction(10), Fraction(7, 8)), (Fraction(20), Fraction(1)))
    assert len(far.breaks) == 1


def test_a_single_value_is_broad_enough_to_be_seen_and_no_broader_than_its_step() -> None:
    _, data = mapped(FOUNDING, "arm")
    _, diameter, _, months = data["axes"]
    assert [round(each.end - each.start, 1) for each in slots(diameter, [0, 1, 2], 600)] == [257.7, 11.0, 331.3]
    strip = slots(months, [0, 1, 2], 600)[1]
    assert strip.end - strip.start == pytest.approx(600 * 7 / 8 / 32, abs=0.1)


def test_open_and_closed_ends_are_told_apart() -> None:
    _, data = mapped(FOUNDING, "arm")
    assert [part.get("ends") for part in data["axes"][1]["parts"][:3]] == [["closed", "open"], None, ["open", "closed"]]
    picture = write_svg(draw(data, data["start"]))
    ends = re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="3.4" class="end (\w+)"', picture)
    level = max((y for _, y, _ in ends), key=float)
    across = sorted((float(x), kind) for x, y, kind in ends if y == level)
    assert [kind for _, kind in across] == ["closed", "open", "closed", "open", "closed"]


def test_patients_of_a_file_stand_where_their_values_are(tmp_path: Path) -> None:
    protocol = protocol_named(FOUNDING)
    names = [name for name in ELIGIBLE if name not in ("lesion_far", "lesion_close")]
    rows = [ELIGIBLE | {"diameter": Fraction(d), "time_to_recurrence": Fraction(t), "age": Fraction(a)}
            for d, t, a in ((3, 10, 55), (5, 20, 55), (8, 60, 75))]  # fmt: skip
    said = {True: "yes", False: "no"}
    lines = [",".join(said[v] if isinstance(v := row[name], bool) else str(v) for name in names) for row in rows]
    path = tmp_path / "patients.csv"
    path.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    laid = read_laid(protocol, path)
    found = map_of(protocol, protocol.decisions["arm"], atlas_of(protocol, protocol.decisions["arm"]), laid)
    assert found.data is not None
    assert found.patients is not None
    assert [each["name"] for each in found.patients["people"]] == ["line 2", "line 3", "line 4"]
    picture = write_svg(draw(found.data, found.data["start"], found.patients))
    drawn = re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="4" class="patient ([\w-]+)" .*?<title>(.*?)</title>', picture)
    assert [(look, words) for _, _, look, words in drawn] == [
        ("choice-2", "line 2: Gets elective field irradiation."),
        ("gap", "line 3: A gap: no choice takes this patient."),
        ("outside", "line 4: The decision is not for this patient."),
    ]
    xs, ys = [float(x) for x, *_ in drawn], [float(y) for _, y, *_ in drawn]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)


def test_more_patients_than_are_drawn_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trialproof.reports.page import map_points

    monkeypatch.setattr(map_points, "MOST_PATIENTS", 2)
    path = tmp_path / "weights.csv"
    path.write_text("weight\n50\n60\n70\n80\n90\n", encoding="utf-8")
    laid = read_laid(protocol_named("recovery-tocilizumab"), path)
    assert (len(laid.names), laid.left_out) == (2, 3)


def test_a_map_of_hostile_words_is_inert_and_whole(tmp_path: Path) -> None:
    write_hostile(tmp_path)
    protocol = load(tmp_path)
    for each in maps_of(protocol):
        assert each.data is not None
        picture = write_svg(draw(each.data, each.data["start"]))
        root = parsed(picture)
        assert {child.tag for child in root.iter()} <= {
            "svg", "defs", "pattern", "rect", "circle", "line", "path", "text", "title"
        }  # fmt: skip
        assert "style=" not in re.sub(r">[^<]*<", "><", picture)
        assert not any(re.search("[\u202a-\u202e\u2066-\u2069\u200b]", text) for text in root.itertext())
        assert "\u202e" not in json.dumps(each.data, ensure_ascii=False)


def test_an_exported_figure_has_its_colours_written_out() -> None:
    _, data = mapped(FOUNDING, "arm")
    svg = export_svg(data)
    assert "var(" not in svg
    assert "#patient_map " not in svg
    assert parsed(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert export_svg(data) == svg


def test_a_png_is_made_of_it() -> None:
    pytest.importorskip("vl_convert")
    _, data = mapped("recovery-tocilizumab", "dose")
    assert export_png(export_svg(data), scale=1.0).startswith(b"\x89PNG\r\n")


def test_every_figure_of_a_protocol_is_written(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    material = made(PROTOCOLS / "gist-imatinib", repairs=0)
    write_figures(material, tmp_path / "maps")
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == ["map-risk.png", "map-risk.svg"]
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be written to"):
        write_figures(material, tmp_path / "file")


def test_a_decision_without_a_map_says_why(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(
        "trialproof: 1\ntitle: t\nquantities:\n  a: {range: [0, 9]}\n  b: {range: [0, 9]}\n"
        "decisions:\n  d:\n    for: everyone\n    choices:\n      x: {when: a + b > 5}\n      y: {when: a + b <= 5}\n",
        encoding="utf-8",
    )
    found = maps_of(load(tmp_path))[0]
    assert found.data is None
    assert found.why_not.startswith("the rule of `x` cannot be drawn")


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (3.04, "3"), (3.05, "3.1"), (-0.04, "0"), (651.25, "651.3")])
def test_lengths_are_printed_to_a_tenth(value: float, text: str) -> None:
    assert rounded(value) == text


def test_a_word_longer_than_the_room_has_a_line_of_its_own() -> None:
    assert wrapped("a bb cccccccccccccccc d", 40, 10) == ["a bb", "cccccccccccccccc", "d"]


COLOUR = re.compile(r"(--[\w-]+): (#[0-9a-f]{6});")


def brightness(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_names_can_be_read_on_every_colour(scheme: int) -> None:
    page, own = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "patient_map.css"))
    values = dict(COLOUR.findall(page.split("@media")[scheme])) | dict(COLOUR.findall(own.split("@media")[scheme]))
    grounds = [f"--map-{name}" for name in (*range(1, 9), "none", "ground")]
    pairs = [("--ink", ground) for ground in grounds]
    pairs += [("--quiet", name) for name in ("--map-outside", "--map-ground")]
    pairs += [("--map-gap", "--map-ground"), ("--map-overlap", "--map-ground")]
    for text, ground in pairs:
        low, high = sorted((brightness(values[text]), brightness(values[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)
