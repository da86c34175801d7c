"""Protocol folders for tests: files written, and the offending place of a bad one marked in its own text."""

from __future__ import annotations

from pathlib import Path

HEAD = "trialproof: 1\ntitle: a trial\n"
DOCUMENT = """\
Inclusion criteria
- Age 16-70 years;
- KPS>70;
- No history of drug allergy (grade #3);

Patients after R0 resection, whose lesion is larger than 5cm, get the short course. Others get the long course.
Concurrent chemotherapy every 3 weeks.

Patients after R1 resection get the long course.
Concurrent chemotherapy every 3 weeks.
"""


def write_folder(folder: Path, protocol: str, document: str | None = DOCUMENT) -> Path:
    """Write a protocol and its document into a folder, and return the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "protocol.yaml").write_text(protocol, encoding="utf-8")
    if document is not None:
        (folder / "document.txt").write_text(document, encoding="utf-8")
    return folder


def read_marks(text: str) -> tuple[str, int, int, int]:
    """Return a text without its marks, and the line, column and width of what stands between `«` and `»`."""
    before, _, rest = text.partition("«")
    marked, _, after = rest.partition("»")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return before + marked + after, line, column, len(marked)
