"""A real browser for reports: Chromium without a window, which may load the page and nothing else.

Whoever has no Chromium skips these tests, unless the environment variable `CI` is set: there they have to run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.browser.visit import Visit
from tests.reports import hostile
from tests.reports.page.made import made
from tests.reports.page.simulated import simulated
from trialproof.reports.page.page import write_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

Open: TypeAlias = "Callable[..., Visit]"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        reason = f"no browser is installed: {', '.join(CHROMIUM)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if as_root else [])
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Return what opens a page: `visit(path, width=390, scheme="dark")`."""
    visits: list[Visit] = []

    def opened(path: Path, **options: Any) -> Visit:
        visits.append(Visit.of(browser, path, **options))
        return visits[-1]

    yield opened
    for each in visits:
        each.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of the founding protocol, with a simulation of it."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(write_page(simulated()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a protocol that is full of markup, scripts and long words."""
    folder = tmp_path_factory.mktemp("attacked")
    path = folder / "report.html"
    path.write_text(write_page(made(hostile.write(folder / "protocol"))), encoding="utf-8")
    return path
