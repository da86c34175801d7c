"""How long `trialproof report` takes on `protocols/esophageal-salvage`, alone and with a run of 200 replications.

The whole command in a process of its own: start, checks, repairs, calendars, maps, page. `check` on the same protocol
stands beside it. The clock is that on the wall; the processor time is that of all processes together.

The run is simulated before anything is timed, and each command is run once: that compiles the modules to bytecode, as
an installation does. From the first byte to the page; and the size of the page.

    python benchmarks/report.py [times]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

ROOT = Path(__file__).parents[1]
PROTOCOL = "protocols/esophageal-salvage"
REPLICATIONS = "200"
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def once(*arguments: str) -> tuple[float, float]:
    """Run the command line; return the seconds on the wall and of the processors."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    command = [sys.executable, "-m", "trialproof", *arguments]
    subprocess.run(command, cwd=ROOT, env=COMPILED, stdout=subprocess.DEVNULL, check=False)
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with TemporaryDirectory() as folder:
        page, run = Path(folder) / "report.html", Path(folder) / "run"
        once("simulate", PROTOCOL, "--seed", "1", "--replications", REPLICATIONS, "--patients", "-o", str(run))
        timed = {
            "check": ["check", PROTOCOL],
            "report": ["report", PROTOCOL, "-o", str(page)],
            "report of the run": ["report", PROTOCOL, str(run), "-o", str(page)],
        }
        for name, arguments in timed.items():
            once(*arguments)
            walls, processors = zip(*(once(*arguments) for _ in range(times)), strict=True)
            best, processor = min(walls), median(processors)
            print(f"{name:18} {median(walls):5.1f} s on the wall (best {best:.1f}), {processor:.1f} s of processors")
        print(f"page of the run    {page.stat().st_size / 1e6:5.2f} MB")


if __name__ == "__main__":
    main()
