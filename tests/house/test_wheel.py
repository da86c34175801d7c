"""What is built is whole: a wheel has every package and every data file that the report is made of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("pyproject.toml", "README.md", "LICENSE", "trialproof", "model", "verify", "simulate", "reports")
BUILD = "from setuptools.build_meta import build_wheel; build_wheel('wheel')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel, built from a copy so that nothing is left behind here."""
    folder = tmp_path_factory.mktemp("build")
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    subprocess.run([sys.executable, "-c", BUILD], cwd=folder, check=True, capture_output=True, timeout=300)
    (built,) = (folder / "wheel").glob("*.whl")
    return built


def test_a_wheel_has_all_that_the_report_is_made_of(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    folder = ROOT / "reports" / "page"
    expected = {
        f"trialproof/reports/page/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.suffix in (".py", ".html", ".css", ".js")
    }
    assert len(expected) > 30
    assert expected <= names


def test_a_report_can_be_written_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    ZipFile(wheel).extractall(installed)
    program = (
        "from trialproof.reports.page.page import environment, SECTIONS\n"
        "for each in SECTIONS: environment().get_template(f'{each.name}.html')\n"
        "import trialproof; print(trialproof.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed), "PATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(installed / "trialproof" / "__init__.py")
