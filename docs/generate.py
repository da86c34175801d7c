"""What the documentation can say only by asking the program: reference pages, schemas, and the output of examples.

    python docs/generate.py               renew the generated parts of docs/reference/, and docs/images/
    python docs/generate.py --examples    run every console example of the pages, and renew its output

A page marks a generated part with `<!-- generated: NAME -->` and `<!-- end -->`; the words around it are ours. A
console example is a fenced block of `$ trialproof ...` lines with what they print. It runs in an empty folder that has
the repository's `protocols/` in it, after the blocks before it on the page: one with a title, such as
`title="protocol.yaml"`, is written to that file, and one with `part` behind the title replaces the top-level keys that
it holds. A line `...` stands for any lines. tests/docs/ holds the pages to all of this.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from inspect import cleandoc, getmodule
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import click

from trialproof.cli import cli, run
from trialproof.model.english import say
from trialproof.model.exact import plain
from trialproof.model.load import load
from trialproof.model.part import Part, spell
from trialproof.model.schema import protocol_schema
from trialproof.model.shape import OPEN, ProtocolFile
from trialproof.model.syntax import KEYWORDS
from trialproof.model.unit import SPELLINGS, parse_unit
from trialproof.reports.page.map_export import export_svg
from trialproof.reports.page.patient_map import map_of
from trialproof.simulate.results.metrics import FAMILIES
from trialproof.simulate.scenario.schema import scenario_schema
from trialproof.simulate.scenario.shape import ScenarioFile
from trialproof.simulate.scenario.shape_value import SOURCES, Backed
from trialproof.verify.atlas import atlas_of
from trialproof.verify.check import Check, example_files
from trialproof.verify.checks import CHECKS
from trialproof.verify.review import review

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->\n)", re.DOTALL)
WIDTH = "100"


# The reference.


def reference() -> dict[Path, str]:
    """Return every file of docs/reference/ and docs/images/ as it should be."""
    pages = {page: with_generated(page.read_text(encoding="utf-8")) for page in sorted(REFERENCE.glob("*.md"))}
    kinds = ("protocol", "scenario", "check")
    schemas = {REFERENCE / f"{which}.schema.json": printed(["schema", which]) for which in kinds}
    return pages | schemas | {ROOT / "docs" / "images" / "map-of-arms.svg": map_of_arms()}


def map_of_arms() -> str:
    """Return the map of the founding protocol's arms, as `trialproof report --figures` writes it."""
    protocol = load(ROOT / "protocols" / "esophageal-salvage")
    decision = protocol.decisions["arm"]
    data = map_of(protocol, decision, atlas_of(protocol, decision)).data
    assert data is not None  # noqa: S101 - the founding protocol has a map
    return export_svg(data)


def with_generated(page: str) -> str:
    """Return a page with its generated parts made anew."""
    makers: Mapping[str, Callable[[str, str], str]] = {
        "said": say_conditions,
        "units": lambda *_: units(),
        "words": lambda *_: listed(sorted(KEYWORDS | {OPEN})),
        "keys": lambda *_: keys(protocol_schema(), ProtocolFile),
        "scenario": lambda *_: keys(scenario_schema(), ScenarioFile),
        "metrics": lambda *_: metrics(),
        "checks": lambda *_: checks(),
        "commands": lambda *_: commands(),
    }
    return GENERATED.sub(lambda found: found[1] + makers[found[2]](page, found[3]).strip() + "\n" + found[4], page)


def printed(arguments: Sequence[str]) -> str:
    """Return what a command prints, errors included."""
    return execute(arguments)[0]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def say_conditions(page: str, part: str) -> str:
    """Return a table of conditions with what each says, in the words of the program.

    The conditions stand in the first column of the table that is there; the page's first YAML block declares the names.
    """
    conditions = [found.replace("\\|", "|") for found in re.findall(r"^\| `(.+?)` \|", part, re.MULTILINE)]
    declared = next(block for block in blocks(page) if block.language == "yaml").text
    claims = "".join(f"  - id: '{at}'\n    rule: {json.dumps(each)}\n" for at, each in enumerate(conditions))
    protocol = loaded(f"{declared}claims:\n{claims}")
    said = [say(claim.rule, protocol) for claim in protocol.claims]
    return table(["write", "it says"], [[f"`{each}`", words] for each, words in zip(conditions, said, strict=True)])


def units() -> str:
    """Return the table of units: each with its other spellings and what one of it is."""
    spellings: dict[str, list[str]] = {}
    for spelling, symbol in SPELLINGS.items():
        spellings.setdefault(symbol, []).append(spelling)
    rows = []
    for symbol, (_, *others) in spellings.items():
        unit = parse_unit(symbol)
        base = ".".join(f"{name}{power}" if power != 1 else name for name, power in unit.dimension)
        itself = symbol == base or not base
        rows.append([f"`{symbol}`", listed(others), "" if itself else f"{plain(unit.factor)} `{base}`"])
    return table(["unit", "also written", "is"], rows)


def listed(names: Sequence[str]) -> str:
    """Return names as code, between commas."""
    return ", ".join(f"`{each}`" for each in names)


def keys(schema: dict[str, Any], file: type[Part]) -> str:
    """Return the keys of a kind of file, part by part."""
    shapes = {"The file": schema} | {name: schema["$defs"][name] for name in _below(schema, schema["properties"])}
    package = file.__module__.rpartition(".")[0]
    parts = {"The file": file} | {
        each.__name__: each for each in _subclasses(Part) if each.__module__.rpartition(".")[0] == package
    }
    return "\n\n".join(_part(title, shape, parts[title], _owners(title, shapes)) for title, shape in shapes.items())


def _part(title: str, shape: dict[str, Any], part: type[Part], owners: Sequence[str]) -> str:
    required = shape.get("required", [])
    rows = [
        [f"`{key}`", form(value), "yes" if key in required else "", value["description"]]
        for key, value in shape["properties"].items()
        if key not in SOURCES
    ]
    under = f" Stands under {listed(owners)}." if owners else ""
    lines = [f"## {title}", "", shape["description"] + under, "", table(["key", "value", "needed", "meaning"], rows)]
    return "\n".join([*lines, *(line for rule in _rules(part) for line in ("", rule))])


def _subclasses(part: type[Part]) -> Iterator[type[Part]]:
    for each in part.__subclasses__():
        yield each
        yield from _subclasses(each)


def _below(schema: Mapping[str, Any], shape: object) -> list[str]:
    """Return the names of the parts that a shape speaks of, in the order in which a reader of the file meets them."""
    found: dict[str, None] = {}
    if isinstance(shape, dict):
        name = str(shape.get("$ref", "")).rpartition("/")[2]
        inner = [name, *_below(schema, schema["$defs"][name]["properties"])] if name else []
        found |= dict.fromkeys(inner)
    if isinstance(shape, (dict, list)):
        for each in shape.values() if isinstance(shape, dict) else shape:
            found |= dict.fromkeys(_below(schema, each))
    return list(found)


def _owners(name: str, shapes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the keys under which a part stands."""
    found = [
        key
        for shape in shapes.values()
        for key, value in shape["properties"].items()
        if f'"#/$defs/{name}"' in json.dumps(value)
    ]
    return list(dict.fromkeys(found))


def _rules(part: type[Part]) -> Iterator[str]:
    """Say which keys of a part go together."""
    if issubclass(part, Backed):
        yield f"It carries its source: {spell(SOURCES)}."
    if part.exactly_one:
        yield f"Exactly one of {spell(part.exactly_one, 'and')} is given."
    for other in dict.fromkeys(part.needs.values()):
        dependent = tuple(key for key, needed in part.needs.items() if needed == other)
        yield f"{spell(dependent, 'and')} {'goes' if len(dependent) == 1 else 'go'} only with `{other}`."
    if part.not_both:
        yield f"{spell(part.not_both, 'and')} do not go together."


def form(shape: Mapping[str, Any]) -> str:
    """Return what a value of this schema looks like, in words."""
    match shape:
        case {"anyOf": ways}:
            return " or ".join(dict.fromkeys(form(way) for way in ways if way != {"type": ["null"]}))
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"enum": values}:
            texts = dict.fromkeys(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
            return " or ".join(f"`{text}`" for text in texts)
        case {"type": "array", "items": items}:
            return f"list of: {form(items)}"
        case {"type": "object", "additionalProperties": values}:
            return f"by name: {form(values)}"
        case {"type": "string"} | {"type": ["string"]}:
            return "condition"
        case {"minimum": 0}:
            return "0, 1, 2, ..."
        case {"minimum": 1}:
            return "1, 2, 3, ..."
        case {"type": ["number", "string"]}:
            return "number"
        case _:
            return "text"


def metrics() -> str:
    """Return the tables of everything that a simulation measures, family by family."""
    parts = []
    for title, (family, measure) in FAMILIES.items():
        _, *about = cleandoc(getmodule(measure).__doc__ or "").split("\n\n")
        rows = []
        for each in family:
            name = ".".join([each.name, *(part.upper().replace(" ", "_") for part in each.of)])
            rows.append([f"`{name}`", each.unit or "share", each.kind.value, each.definition])
        parts += [f"## {title}", *about, table(["figure", "unit", "summarised as", "definition"], rows)]
    return "\n\n".join(parts)


def checks() -> str:
    """Return the manual of the checks, with a protocol that each objects to and what it says of it."""
    ordered = sorted(CHECKS, key=lambda check: check.code)
    overview = table(
        ["code", "name", "severity", "finds"],
        [
            [f"[{each.code}](#{each.code.lower()}-{each.name})", each.name, each.severity.name.lower(), _summary(each)]
            for each in ordered
        ],
    )
    return "\n\n".join([overview, *map(_check, ordered)])


def _summary(check: Check) -> str:
    return check.explanation.splitlines()[0]


def _check(check: Check) -> str:
    summary, *parts = check.explanation.split("\n\n")
    lines = [f"## {check.code} {check.name}", "", f"*{check.severity.name.lower()}.* {summary}"]
    for part in parts:
        heading, *body = part.splitlines()
        lines += ["", f"**{heading}.** {' '.join(line.strip() for line in body)}"]
    protocol = loaded(check.fails[0])
    found = review(protocol, select=[check.code, *(each.code for each in protocol.accept)]).findings
    messages = [f"> {each.severity.name.lower()}: {each.message}" for each in found if each.code == check.code]
    lines += ["", "In this protocol", "", "```yaml", check.fails[0].rstrip(), "```", "", "it says", "", messages[0]]
    return "\n".join(lines)


def commands() -> str:
    """Return every command with its arguments and options, from the command line's own declarations."""
    return "\n\n".join(_command(name, command) for name, command in cli.commands.items())


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, parent=click.Context(cli, **cli.context_settings))
    usage = f"trialproof {name} {' '.join(command.collect_usage_pieces(context))}"
    lines = [f"## {name}", "", f"`{usage}`"]
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        literal = re.match(r"(?:\x08|\\b)\n", paragraph)
        lines += ["", f"```text\n{paragraph[literal.end() :]}\n```" if literal else " ".join(paragraph.split())]
    rows = []
    for option in command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record is not None and isinstance(option, click.Option) and option.name != "help":
            rows.append([f"`{record[0]}`", option.help or "", _default(option)])
    return "\n".join([*lines, *(["", table(["option", "meaning", "default"], rows)] if rows else [])])


def _default(option: click.Option) -> str:
    return f"`{option.default}`" if option.show_default else ""


def loaded(text: str) -> Any:
    """Return the protocol of a file's text."""
    with TemporaryDirectory() as folder:
        for name, content in example_files(text).items():
            (Path(folder) / name).write_text(content, encoding="utf-8")
        return load(folder)


# The examples.


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page; `start` is the line, counted from 0, of its first fence."""

    language: str
    title: str
    is_part: bool
    start: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The block's own text, with a line end."""
        return "".join(f"{line}\n" for line in self.lines)


def pages() -> list[Path]:
    """Return the pages whose examples are run."""
    found = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "protocols").glob("*/README.md")]
    return sorted(page for page in found if "```console" in page.read_text(encoding="utf-8"))


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    lines = page.splitlines()
    start = None
    for at, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start = at
            continue
        language, _, rest = lines[start][3:].partition(" ")
        title = re.search(r'title="([^"]*)"', rest)
        yield Block(language, title[1] if title else "", rest.endswith(" part"), start, tuple(lines[start + 1 : at]))
        start = None


def perform(page: str) -> Iterator[tuple[Block, list[tuple[str, list[str], list[str]]]]]:
    """Run a page; yield each console block with its commands, what the page says they print, and what they print."""
    with TemporaryDirectory() as name, chdir(name):
        os.symlink(ROOT / "protocols", "protocols")
        status = 0
        for block in blocks(page):
            if block.title:
                path = Path(block.title)
                path.parent.mkdir(parents=True, exist_ok=True)
                old = path.read_text(encoding="utf-8") if block.is_part else ""
                path.write_text(put_parts(old, block.text) if block.is_part else block.text, encoding="utf-8")
            elif block.language == "console":
                done = []
                for command, expected in said(block):
                    output, status = obey(command, status)
                    done.append((command, expected, output.rstrip().splitlines()))
                yield block, done


def said(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a console block, each with the lines below it."""
    for at, line in enumerate(block.lines):
        if line.startswith("$ "):
            rest = block.lines[at + 1 :]
            end = next((index for index, each in enumerate(rest) if each.startswith("$ ")), len(rest))
            yield line[2:], "\n".join(rest[:end]).rstrip().splitlines()


def put_parts(text: str, parts: str) -> str:
    """Return a protocol file in which some top-level keys are replaced; new ones go to its end."""
    sections = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    for part in re.split(r"^(?=\w+:)", parts, flags=re.MULTILINE):
        key = part.partition(":")[0]
        at = next((index for index, each in enumerate(sections) if each.startswith(f"{key}:")), None)
        if part.strip() and at is None:
            sections.append(f"\n{part}")
        elif part.strip() and at is not None:
            blank = "\n" if sections[at].endswith("\n\n") else ""
            sections[at] = part.rstrip("\n") + "\n" + blank
    return "".join(sections)


def obey(command: str, status: int) -> tuple[str, int]:
    """Return what a command prints and its exit code; `status` is that of the command before it."""
    match shlex.split(command):
        case ["trialproof", *arguments, ">", file]:
            output, code = execute(arguments)
            Path(file).write_text(output, encoding="utf-8")
            return "", code
        case ["trialproof", *arguments]:
            return execute(arguments)
        case ["cat", file]:
            return Path(file).read_text(encoding="utf-8"), 0
        case ["echo", "$?"]:
            return str(status), 0
        case _:
            raise ValueError(f"an example can run `trialproof`, `cat FILE` and `echo $?`, not `{command}`")


def execute(arguments: Sequence[str]) -> tuple[str, int]:
    """Run the command line; return what it prints to either stream, and its exit code."""
    stream = StringIO()
    with redirect_stdout(stream), redirect_stderr(stream), patch.dict(os.environ, COLUMNS=WIDTH):
        try:
            run(arguments)
        except SystemExit as leaving:
            return stream.getvalue(), leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))


def agrees(expected: Sequence[str], printed_lines: Sequence[str]) -> bool:
    """Return whether the output is as expected, where a line `...` stands for any lines."""
    pattern = "".join("(?:.*\n)*" if line == "..." else re.escape(f"{line}\n") for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed_lines)) is not None


def shorten(expected: Sequence[str], printed_lines: Sequence[str]) -> list[str]:
    """Return new output, cut like the old one if its parts can still be told; else all of it."""
    chunks: list[list[str]] = [[]]
    for line in expected:
        if line == "...":
            chunks.append([])
        else:
            chunks[-1].append(line)
    kept: list[str] = []
    rest = list(printed_lines)
    for at, chunk in enumerate(chunks):
        start = len(rest) - len(chunk) if 0 < at == len(chunks) - 1 else 0
        if chunk and 0 < at < len(chunks) - 1:
            start = rest.index(chunk[0]) if chunk[0] in rest else len(rest)
        taken = rest[max(start, 0) : start + len(chunk)]
        if len(taken) < len(chunk):
            return list(printed_lines)
        kept += (["..."] if at else []) + taken
        rest = rest[start + len(chunk) :]
    return kept if agrees(kept, printed_lines) else list(printed_lines)


def renewed(page: str) -> str:
    """Return a page with the output of its console examples made anew."""
    lines = page.splitlines()
    for block, done in reversed(list(perform(page))):
        fresh: list[str] = []
        for command, expected, output in done:
            fresh += [f"$ {command}", *(expected if agrees(expected, output) else shorten(expected, output))]
        lines[block.start + 1 : block.start + 1 + len(block.lines)] = fresh
    return "".join(f"{line}\n" for line in lines)


def write(files: Mapping[Path, str]) -> None:
    """Write the files that have changed, and name them."""
    for path, text in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


def main() -> None:
    """Renew the reference, or the examples."""
    if sys.argv[1:] == ["--examples"]:
        for page in pages():
            write({page: renewed(page.read_text(encoding="utf-8"))})
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        write(reference())


if __name__ == "__main__":
    main()
