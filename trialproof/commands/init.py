"""`trialproof init`: a first protocol.yaml for a document."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--title", default=None, help="The protocol's title; the document's first line by default.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=None, help="Default: protocol.yaml beside it.")
def init(document: Path, title: str | None, output: Path | None) -> None:
    """Write a protocol.yaml for DOCUMENT, with one `todo` entry for each of its sentences.

    The file can be checked at once; work through the entries one by one. Nothing is overwritten.
    """
    from trialproof.reports.drafting import write_draft

    for line in write_draft(document, title, output):
        click.echo(line)
