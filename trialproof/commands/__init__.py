"""The commands, one file each, and the one table that lists them in the order of `--help`."""

from __future__ import annotations

import click

from trialproof.commands.assign import assign
from trialproof.commands.certify import certify
from trialproof.commands.check import check
from trialproof.commands.diff import diff
from trialproof.commands.explain import explain
from trialproof.commands.init import init
from trialproof.commands.repair import repair
from trialproof.commands.report import report
from trialproof.commands.reproject import reproject
from trialproof.commands.schema import schema
from trialproof.commands.show import show
from trialproof.commands.simulate import simulate
from trialproof.commands.sweep import sweep

COMMANDS: tuple[click.Command, ...] = (
    check,
    explain,
    show,
    assign,
    simulate,
    sweep,
    reproject,
    diff,
    repair,
    report,
    certify,
    schema,
    init,
)
