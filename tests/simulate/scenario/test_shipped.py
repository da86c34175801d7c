"""The scenarios that come with the program: complete, honest about their sources, and what the how-to page shows."""

from __future__ import annotations

import re
from fractions import Fraction
from math import sqrt
from pathlib import Path

import pytest

from trialproof.model.load import load
from trialproof.simulate.scenario.load import load_scenario
from trialproof.simulate.scenario.mass import below
from trialproof.simulate.scenario.population_file import needed
from trialproof.simulate.scenario.scenario import Assumption, Handling, Numbers, Scenario, Shares, Standing

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(path.parent for path in (ROOT / "protocols").glob("*/scenario.yaml"))
SALVAGE = ROOT / "protocols" / "esophageal-salvage"


@pytest.fixture(scope="module")
def salvage() -> Scenario:
    return load_scenario(SALVAGE, load(SALVAGE))


def by_path(scenario: Scenario) -> dict[str, Assumption]:
    return {each.path: each for each in scenario.assumptions}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_shipped_scenario_loads_and_is_complete(folder: Path) -> None:
    protocol = load(folder)
    scenario = load_scenario(folder, protocol)
    assert set(needed(protocol)) <= {each.quantity for each in scenario.population.variables}
    assert all(len(text) >= 8 for each in scenario.assumptions for _, text in each.sources)


def test_the_real_protocol_has_every_quantity_the_seven_sites_and_every_course(salvage: Scenario) -> None:
    protocol = load(SALVAGE)
    assert {each.quantity for each in salvage.population.variables} == set(protocol.quantities)
    assert len(salvage.accrual.sites) == len(salvage.departments) == 7
    opening = [site.opens.family.value for site in salvage.accrual.sites]  # type: ignore[union-attr]
    assert opening == sorted(set(opening))
    assert salvage.treatment is not None
    courses = {choice.name for name in ("prescription", "lowering") for choice in protocol.decisions[name].choices}
    assert set(salvage.treatment.deliveries) == courses
    assert salvage.treatment.deliveries["elective_far"].phases == ((28, Fraction("2.14")),)


def test_what_is_called_published_names_a_paper_a_number_or_the_registry(salvage: Scenario) -> None:
    named = re.compile(r"10\.\d{4}/|PMID|PMC|OTT\.|registry|Sugalski 2019|NRPI|Radiat Med Prot 2022")
    for each in salvage.assumptions:
        for standing, text in each.sources:
            if standing is Standing.PUBLISHED:
                assert named.search(text), each.path


def test_the_figures_in_the_sources_are_those_of_the_values(salvage: Scenario) -> None:
    numbers = {each.quantity: each.model for each in salvage.population.variables}

    def above(quantity: str, value: float) -> float:
        model = numbers[quantity]
        assert isinstance(model, Numbers)
        return 1 - below(model.distribution.family, value)

    assert above("diameter", 5) == pytest.approx(0.101, abs=0.0005)
    assert above("time_to_recurrence", 16) == pytest.approx(0.274, abs=0.001)
    assert above("age", 71) == pytest.approx(0.085, abs=0.001)
    assert 1 - above("white_cells", 4) == pytest.approx(0.09, abs=0.003)
    assert salvage.treatment is not None
    toxicity = salvage.treatment.toxicity
    assert toxicity.with_factor.neutropenia == pytest.approx(1 - sqrt(1 - 0.063), abs=0.0005)
    assert toxicity.without.neutropenia == pytest.approx(1 - sqrt(1 - 0.394), abs=0.0005)
    assert toxicity.without.interruption == pytest.approx(0.368 / 0.394, abs=0.0005)
    assert (toxicity.with_factor.dropout, toxicity.without.dropout) == (0.062, 0.368)
    resection = numbers["resection"]
    assert isinstance(resection, Shares)
    assert resection.shares == (0.85, 0.10, 0.04, 0.01)


def test_the_provenance_reads_as_a_reader_wants_it(salvage: Scenario) -> None:
    said = {path: each.says for path, each in by_path(salvage).items()}
    assert said["population.resection"] == "resection margin: R0 (85%), R1 (10%), R2 (4%), RX (1%)"
    assert said["population.recurrence"] == (
        "recurrence: if resection margin is R1/R2: yes in 70%; otherwise: yes in 97%"
    )
    assert said["population.diameter"] == (
        "diameter: lognormal with median 3.0 cm and sigma 0.4, between 0.5 cm and 15 cm"
    )
    assert said["population.pregnant"] == "pregnant: never"
    assert said["accrual.sites.Beijing"] == "site Beijing: 1.3 per month, opens after 60 days, treated at beijing"
    assert said["departments.beijing.day_unit"] == "department beijing: 2 chairs and 1 nurse 07:30-17:30"
    assert said["treatment.chemotherapy.infusion"] == (
        "an infusion: triangular from 255 minutes over 300 minutes to 380 minutes"
    )


def test_a_scenario_can_do_without_treatment() -> None:
    folder = ROOT / "protocols" / "gist-imatinib"
    scenario = load_scenario(folder, load(folder))
    assert scenario.treatment is None
    assert not scenario.departments
    assert scenario.policies["risk"].gap.handling is Handling.INVESTIGATOR
    assert scenario.population.correlation == ((1.0, 0.3), (0.3, 1.0))
    assert {each.standing for each in scenario.assumptions} == {Standing.ASSUMED}


def test_the_how_to_page_shows_the_shipped_scenario() -> None:
    page = (ROOT / "docs" / "how-to" / "write-a-scenario.md").read_text(encoding="utf-8")
    shipped = (SALVAGE / "scenario.yaml").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 10
    assert [block for block in blocks if block not in shipped] == []
