"""What is shipped is what is here: packages, data files, links and the licence."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: dict[str, Any] = PROJECT["tool"]["setuptools"]
HOUSES = ("model", "verify", "simulate", "reports")
FOLDERS = {"trialproof": ROOT / "trialproof"} | {f"trialproof.{house}": ROOT / house for house in HOUSES}


def files_of(package: str) -> list[tuple[str, Path]]:
    """Return (package, file) for every file in a package's folder and below; links and caches are not followed."""
    found = []
    for each in sorted(FOLDERS[package].iterdir()):
        if each.is_file():
            found.append((package, each))
        elif each.is_dir() and not each.is_symlink():
            inner = [path for path in each.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
            found += [(".".join((package, *path.parent.relative_to(FOLDERS[package]).parts)), path) for path in inner]
    return found


def test_the_packages_listed_are_the_packages_there_are() -> None:
    there = {name for package in FOLDERS for name, file in files_of(package) if file.suffix == ".py"}
    assert there == set(SETUPTOOLS["packages"])
    assert len(SETUPTOOLS["packages"]) == len(there)


def test_every_package_has_an_init() -> None:
    inits = {name for package in FOLDERS for name, file in files_of(package) if file.name == "__init__.py"}
    assert inits == set(SETUPTOOLS["packages"])


def test_every_data_file_in_a_package_is_shipped() -> None:
    patterns: dict[str, list[str]] = SETUPTOOLS["package-data"]
    left_out = [
        str(file.relative_to(ROOT))
        for package in FOLDERS
        for name, file in files_of(package)
        if file.suffix != ".py" and not any(fnmatch(file.name, pattern) for pattern in patterns.get(name, []))
    ]
    assert left_out == []


def test_the_build_finds_each_folder_where_it_is() -> None:
    assert SETUPTOOLS["package-dir"] == {package: str(folder.relative_to(ROOT)) for package, folder in FOLDERS.items()}


@pytest.mark.parametrize("house", HOUSES)
def test_a_link_leads_from_the_front_door_to_each_folder(house: str) -> None:
    link = ROOT / "trialproof" / house
    assert link.is_symlink()
    assert link.readlink() == Path("..") / house
    assert link.samefile(ROOT / house)


def test_the_front_door_has_no_other_links() -> None:
    assert {each.name for each in (ROOT / "trialproof").iterdir() if each.is_symlink()} == set(HOUSES)


def test_the_licence_is_apache_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_whatever_is_declared_typed_says_so() -> None:
    assert (ROOT / "trialproof" / "py.typed").is_file()
    assert "py.typed" in SETUPTOOLS["package-data"]["trialproof"]
