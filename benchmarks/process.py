"""How long a user waits: whole processes, from the shell to the exit code.

Prints the median over several runs of `trialproof check` on the founding protocol, of the answer that no combination of
readings works, and of `trialproof --help`, with an empty Python process beside them, in one run.

    python benchmarks/process.py [runs]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

FOUNDING = Path(__file__).parents[1] / "protocols" / "esophageal-salvage"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "trialproof --help": ["-m", "trialproof", "--help"],
    "trialproof check (founding protocol)": ["-m", "trialproof", "check", str(FOUNDING)],
    "trialproof check --select TP1,TP2 (repaired)": [
        *("-m", "trialproof", "check", f"{FOUNDING}-repaired", "--select", "TP1,TP2")
    ],
}


def seconds(arguments: list[str]) -> float:
    """Return how long one process takes."""
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False, cwd=FOUNDING.parents[1])
    return perf_counter() - started


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"whole process, median of {runs} runs (fastest to slowest)")
    for name, arguments in COMMANDS.items():
        times = sorted(seconds(arguments) for _ in range(runs))
        print(f"  {name:<48} {median(times):6.3f} s  ({times[0]:.3f} to {times[-1]:.3f})")


if __name__ == "__main__":
    main()
