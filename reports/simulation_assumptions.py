"""What the figures of a simulation rest on: every assumption with what stands behind it, the weakest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialproof.reports.layout import Page
from trialproof.simulate.scenario.scenario import Standing


def assumptions(page: Page, listed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a list of assumptions (`runs.summary`)."""
    yield page.heading("What the figures rest on")
    for standing in reversed(Standing):
        those = [each for each in listed if each["standing"] == standing.value]
        if those:
            yield f"  {standing.value}: {len(those)}"
        for each in those:
            yield page.paragraph(f"{each['path']}: {each['says']}", indent=4)
            for source in each["sources"]:
                yield page.paragraph(f"{source['standing']}: {source['text']}", indent=8)
