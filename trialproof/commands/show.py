"""`trialproof show`: each quote beside its rule, for signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from trialproof.commands.common import PROTOCOL, READING, in_color


@click.command()
@PROTOCOL
@READING
def show(protocol: Path, readings: Sequence[str]) -> None:
    """Print each quote beside its rule in plain English, for somebody who signs that this is what was meant.

    At the end stands the document itself, with the words that are quoted marked, and what quotes them.
    """
    from trialproof.model.load import load, read_selection
    from trialproof.reports.side_by_side import write_side_by_side

    loaded = load(protocol)
    click.echo(write_side_by_side(loaded, read_selection(loaded, readings), color=in_color()))
