"""`trialproof report` on the command line, and what it gathers."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from tests.reports.page.made import made
from trialproof.commands.report import report
from trialproof.model.load import load
from trialproof.model.place import BadInput
from trialproof.reports.page.gather import Wish, gather
from trialproof.reports.page.page import write_page

GAP = """\
trialproof: 1
title: nothing at 5 cm
document: document.txt
quantities:
  size: {unit: cm, range: [0, 20], recorded_to: 0.1}
decisions:
  arm:
    choices:
      large:
        quote: Large ones, over 5 cm
        readings: {over: size > 5 cm, from_five: size >= 5 cm}
      small: {when: size < 5 cm}
"""


@pytest.fixture
def protocol(tmp_path: Path) -> Path:
    (tmp_path / "protocol.yaml").write_text(GAP, encoding="utf-8")
    (tmp_path / "document.txt").write_text("Large ones, over 5 cm, go first.\n", encoding="utf-8")
    return tmp_path


def test_the_page_is_written_to_the_file_and_nothing_is_printed(protocol: Path) -> None:
    output = protocol / "report.html"
    arguments = [str(protocol), "-o", str(output), "--repairs", "0", "--date", "2 March 2026"]
    done = CliRunner().invoke(report, arguments, catch_exceptions=False)
    assert (done.exit_code, done.output) == (0, "")
    page = output.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("2 March 2026") >= 2
    assert 'id="repairs"' not in page
    digest = sha256((protocol / "document.txt").read_bytes()).hexdigest()
    assert digest in page


def test_without_a_file_the_page_goes_to_standard_output_whatever_was_found(protocol: Path) -> None:
    done = CliRunner().invoke(report, [str(protocol), "--repairs", "0"], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert done.stdout.endswith("</html>\n")


def test_a_file_that_cannot_be_written_is_a_clear_error(protocol: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        CliRunner().invoke(report, [str(protocol), "-o", str(protocol), "--repairs", "0"], catch_exceptions=False)


def test_without_jinja2_nothing_is_searched_before_the_error(protocol: Path) -> None:
    with patch.dict("sys.modules", {"jinja2": None}), pytest.raises(BadInput, match="needs Jinja2"):
        CliRunner().invoke(report, [str(protocol)], catch_exceptions=False)


def test_what_is_gathered_in_processes_is_what_is_found_in_this_one(protocol: Path) -> None:
    gathered = gather(load(protocol), Wish({}, repairs=2), "1.2.3")
    here = made(protocol, repairs=2)
    assert gathered.review == here.review
    assert write_page(replace(gathered, files=(), options=())) == write_page(replace(here, files=(), options=()))


def test_a_reading_that_is_chosen_is_the_one_that_the_page_speaks_of(protocol: Path) -> None:
    gathered = gather(load(protocol), Wish({"arm.large": "from_five"}, repairs=0), "1.2.3")
    assert gathered.selection == {"arm.large": "from_five"}
    assert [each.code for each in gathered.review.findings if each.code == "TP103"] == []


def test_a_reading_that_there_is_not_is_refused(protocol: Path) -> None:
    with pytest.raises(BadInput, match="no reading"):
        gather(load(protocol), Wish({"arm.large": "otherwise"}, repairs=0), "1.2.3")


def test_all_files_that_the_protocol_was_read_from_have_their_hash(protocol: Path) -> None:
    files = dict(gather(load(protocol), Wish({}, repairs=0), "1.2.3").files)
    assert {Path(name).name for name in files} == {"protocol.yaml", "document.txt"}
    assert all(files[name] == sha256(Path(name).read_bytes()).hexdigest() for name in files)
