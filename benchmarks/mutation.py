"""How many small bugs planted in the core the tests notice, and which of those that they miss nobody explains.

Reads what `mutmut run` left in `mutants/` and prints, for each file: mutants, those killed by a test, those that ran
out of time or crashed the interpreter (both are noticed too), those that survived, and the score. Then every survivor
that docs/background/mutation.md does not list below a reason, as a line of that page, and every line of the page that
no survivor answers to. Ends with 1 if the score is below 90 % or a survivor is not listed.

    mutmut run && python benchmarks/mutation.py
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

PAGE = Path(__file__).parents[1] / "docs" / "background" / "mutation.md"
LISTED = re.compile(r"^([\w/]+\.py) ([\w.]+): (.+)$", re.MULTILINE)
WANTED = 0.9
CAUGHT = ("killed", "timeout", "segfault")

Survivor = tuple[str, str, str]
"""The file, the function, and the line that the mutant changed, as it reads then."""


def main() -> int:
    counts, survivors = Counter[tuple[str, str]](), Counter[Survivor]()
    for path in walk_mutatable_files():
        file = SourceFileMutationData(path=path)
        file.load()
        name = path.as_posix().removeprefix("trialproof/")
        for key, code in file.exit_code_by_key.items():
            status = status_by_exit_code[code]
            counts[name, status] += 1
            if status not in CAUGHT:
                survivors[name, function_of(key), changed(get_diff_for_mutant(key, path=path))] += 1
    not_run = sum(number for (_, status), number in counts.items() if status == "not checked")
    if not_run or not counts:
        print(f"mutmut run comes first, to its end: {not_run or 'all'} mutants were not run", file=sys.stderr)
        return 1
    score = table(counts)
    listed = set(LISTED.findall(PAGE.read_text(encoding="utf-8")))
    unexplained = sorted(each for each in survivors if each not in listed)
    for heading, some in (("not explained", unexplained), ("listed, and killed", sorted(listed - survivors.keys()))):
        if some:
            print(f"\n{heading}:")
        for file_name, function, line in some:
            print(f"{file_name} {function}: {line}")
    return 0 if score >= WANTED and not unexplained else 1


def table(counts: Counter[tuple[str, str]]) -> float:
    """Print one line for each file, and one for all; return the score of all."""
    print(f"{'file':<26} {'mutants':>8} {'killed':>8} {'timed out':>10} {'crashed':>8} {'survived':>9} {'score':>8}")
    files = sorted({name for name, _ in counts})
    score = 0.0
    for title, some in (*((name, [name]) for name in files), ("all", files)):
        caught = [sum(counts[name, status] for name in some) for status in CAUGHT]
        mutants = sum(number for (name, _), number in counts.items() if name in some)
        score = sum(caught) / mutants
        killed, timed_out, crashed = caught
        left = mutants - sum(caught)
        print(f"{title:<26} {mutants:>8} {killed:>8} {timed_out:>10} {crashed:>8} {left:>9} {score:>8.1%}")
    return score


def function_of(key: str) -> str:
    function, class_name = orig_function_and_class_names_from_key(key)
    return f"{class_name}.{function}" if class_name else function


def changed(diff: str) -> str:
    """Return the lines that a mutant added; where it only took some away, those, each after a minus."""
    lines = diff.splitlines()[2:]
    added = [" ".join(line[1:].split()) for line in lines if line.startswith("+")]
    gone = [" ".join(("-", *line[1:].split())) for line in lines if line.startswith("-")]
    return " / ".join(added or gone)


if __name__ == "__main__":
    sys.exit(main())
