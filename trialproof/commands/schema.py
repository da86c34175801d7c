"""`trialproof schema`: the shape of files, for editors and programs."""

from __future__ import annotations

import click


@click.command()
@click.argument("which", type=click.Choice(["protocol", "scenario", "check"]), default="protocol")
def schema(which: str) -> None:
    """Print a JSON Schema: of protocol.yaml (the default) or scenario.yaml, or of what `check --format json` prints."""
    import json

    if which == "protocol":
        from trialproof.model.schema import protocol_schema

        found = protocol_schema()
    elif which == "scenario":
        from trialproof.simulate.scenario.schema import scenario_schema

        found = scenario_schema()
    else:
        from trialproof.reports.json_report import report_schema

        found = report_schema()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True))
