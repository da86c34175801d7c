"""One page, opened in a browser that records whatever goes wrong and lets nothing but the page itself through."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Route

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Visit:
    """A page with what it asked for (`requests`) and complained of (`complaints`)."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        browser: Browser,
        path: Path,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Visit:
        """Open a file; `scripts` says whether it may run any."""
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        visit = cls(context.new_page())
        address = path.as_uri()

        def judge(route: Route) -> None:
            if route.request.url.partition("#")[0] == address:
                route.continue_()
            else:
                visit.requests.append(route.request.url)
                route.abort()

        context.route("**/*", judge)
        visit.page.on("console", lambda message: visit.complaints.append(f"{message.type}: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("dialog", visit.refuse)
        visit.page.goto(address)
        return visit

    def refuse(self, dialog: Dialog) -> None:
        """Close a dialog, which no page should open."""
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def close(self) -> None:
        """Leave the page."""
        self.page.context.close()

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def in_sight(self, selector: str) -> bool:
        """Return whether the top of an element is in the window."""
        box, size = self.page.locator(selector).bounding_box(), self.page.viewport_size
        return box is not None and size is not None and -1 <= box["y"] < size["height"]

    def violations(self, within: str = "body") -> list[str]:
        """Return what axe-core objects to, one line for each rule, with the elements."""
        self.page.evaluate(_axe())
        found: dict[str, Any] = self.page.evaluate(
            "([within, values]) => axe.run(within, {runOnly: {type: 'tag', values}, resultTypes: ['violations']})",
            [within, RULES],
        )
        return [f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:5]]}" for each in found["violations"]]


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
