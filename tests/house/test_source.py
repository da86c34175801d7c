"""The house rules that no tool checks: size, contracts, dangerous calls, who may import what, no trace of a machine."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("trialproof", "model", "verify", "simulate", "reports")
LONGEST_FILE = 400
OWNERS = {
    "z3": "verify",
    "cvc5": "verify",
    "simpy": "simulate",
    "numba": "simulate",
    "dask": "simulate",
    "distributed": "simulate",
}
UNPICKLERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
BOTH_ENDS_OF_A_PIPE = {"verify/process.py", "verify/worker.py"}  # each reads what this very program has written

PLACES = ("home", "root", "work", "tmp", "Users", "opt", "var", "mnt")
MACHINE = re.compile(rf"(?<![\w.:/~}}])/(?:{'|'.join(PLACES)})/\w|file:///\w|[A-Z]:\\Users\b")
INDEX = re.compile(r"pypi[.]org/simple|--(?:extra-)?index[-]url|--find[-]links|--trusted[-]host")

HIDDEN = re.compile(r"(?:^|/)(?:[.](?!ci/)|__pycache__/|[^/]*[.]egg-info/)")


def modules() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not any(part.is_symlink() for part in path.parents)
    ]


def own_files() -> list[Path]:
    """Return every file of the repository: what git tracks or would, else whatever is not hidden."""
    found = [path for path in ROOT.rglob("*") if not HIDDEN.search(name_of(path))]
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        found = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in found if path.is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level name of everything that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def dangerous(tree: ast.Module) -> list[str]:
    """Return what in a module can run code that came with data."""
    found = [f"imports {name}" for name in imports(tree) if name in UNPICKLERS]
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="eval" | "exec" | "compile" | "__import__" as name)):
                found.append(f"calls {name}")
            case ast.keyword(arg="allow_pickle", value=value) if not (
                isinstance(value, ast.Constant) and value.value is False
            ):
                found.append("allows pickles")
            case ast.keyword(arg="shell", value=ast.Constant(value=True)):
                found.append("runs a shell")
            case ast.keyword(arg="typ", value=ast.Constant(value="unsafe")):
                found.append("loads unsafe YAML")
            case _:
                pass
    return found


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in modules()}


def test_the_modules_are_found() -> None:
    names = {name_of(path) for path in modules()}
    assert {f"{package}/__init__.py" for package in PACKAGES} <= names
    assert {"model/unit.py", "verify/checks/__init__.py"} <= names
    assert not any(name.startswith(("trialproof/model", "trialproof/verify")) for name in names)


def test_no_file_is_too_long_to_read() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_module_states_its_contract(trees: dict[str, ast.Module]) -> None:
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_nothing_runs_what_came_with_data(trees: dict[str, ast.Module]) -> None:
    found = {(name, what) for name, tree in trees.items() for what in dangerous(tree)}
    assert found - {(name, "imports pickle") for name in BOTH_ENDS_OF_A_PIPE} == set()


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "import pickle",
        "from pickle import load",
        "def f():\n    import marshal",
        "numpy.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
        "YAML(typ='unsafe')",
    ],
)
def test_a_dangerous_line_would_be_seen(source: str) -> None:
    assert dangerous(ast.parse(source))


@pytest.mark.parametrize("source", ["meaning.eval(x)", "re.compile(x)", "numpy.load(path, allow_pickle=False)"])
def test_a_harmless_line_is_let_through(source: str) -> None:
    assert not dangerous(ast.parse(source))


def test_each_engine_is_imported_by_its_owner_alone(trees: dict[str, ast.Module]) -> None:
    strays = {
        (name, each)
        for name, tree in trees.items()
        for each in imports(tree)
        if each in OWNERS and not name.startswith(f"{OWNERS[each]}/")
    }
    assert strays == set()


def test_model_imports_no_other_folder_of_ours() -> None:
    strays = [
        name_of(path)
        for path in modules()
        if name_of(path).startswith("model/")
        and re.search(r"^\s*(from|import) trialproof(?!\.model\b)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert strays == []


def test_the_files_of_the_repository_are_found() -> None:
    names = {name_of(path) for path in own_files()}
    assert {"pyproject.toml", "Makefile", ".ci/run", "model/unit.py", "tests/house/test_source.py"} <= names


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    traces = {
        name_of(path): found.group()
        for path in own_files()
        if (found := MACHINE.search(text := path.read_text(encoding="utf-8", errors="replace")) or INDEX.search(text))
    }
    assert traces == {}


@pytest.mark.parametrize("folder", PLACES)
def test_a_trace_of_a_machine_would_be_seen(folder: str) -> None:
    assert MACHINE.search(f'path = "/{folder}/somebody"')
    assert MACHINE.search(f"cd /{folder}/x")
    assert not MACHINE.search(f"https://example.org/{folder}/x")
    assert not MACHINE.search(f"../{folder}/x")


def test_an_index_address_would_be_seen() -> None:
    for option in ("index", "extra-index"):
        assert INDEX.search(f"pip install --{option}-url https://example.org")
    assert INDEX.search("https://pypi.{}/simple/x".format("org"))
