"""`trialproof explain`: what a code means."""

from __future__ import annotations

import click


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a code means: what the check does, why it matters, an example. Without CODE, list all codes."""
    from trialproof.reports.manual import explanation, listing

    click.echo(listing() if code is None else explanation(code))
