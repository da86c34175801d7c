"""`python -m trialproof` and the `trialproof` command."""

from __future__ import annotations

import gc

RARELY = 50_000
"""Of so many objects made, cycles are looked for. Most of them live as long as the command."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(RARELY)
    from trialproof.cli import run

    run()


if __name__ == "__main__":
    main()
