"""`python -m trialproof` and the `trialproof` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from trialproof.cli import run

    run()


if __name__ == "__main__":
    main()
