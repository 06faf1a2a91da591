"""docs/spec.md tells the truth: every example generates what stands below it, and no key is left out.

In the document an example is a YAML block. The Python blocks that follow it begin with a comment that names the file
they show, and go on with what stands below the file's header, docstring and future import. Markdown blocks name a folder
of pages in the same way and show a part of a page. A spec that depends on the setting ``lazy`` says so in a comment.
``--update`` renews the Python blocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jsonschema
import msgspec
import pytest
import yaml

from codegen import build, model, project
from codegen.package import Package
from codegen.schema import module_schema

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "spec.md"
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTINGS = project.Settings(
    package="flyte",
    blocking="flyte_runtime.syncify:block",
    external=("flyteidl2",),
    aliases={"flyteidl2.plugins.connector_pb2": "flyteidl2.connector.connector_pb2"},
)


class Block(NamedTuple):
    """A fenced block of the document: its language, its text and where the text stands."""

    language: str
    text: str
    start: int
    end: int


class Example(NamedTuple):
    """A spec and the blocks that show what becomes of it."""

    spec: str
    shown: list[Block]


def blocks(document: str) -> Iterator[Block]:
    """Every fenced block, in order."""
    for match in FENCE.finditer(document):
        yield Block(match[1], match[2], match.start(2), match.end(2))


def examples(document: str) -> list[Example]:
    """Every YAML block with the blocks up to the next one."""
    found: list[Example] = []
    for block in blocks(document):
        if block.language == "yaml":
            found.append(Example(block.text, []))
        elif block.language in ("python", "markdown"):
            found[-1].shown.append(block)
    return found


def generated(spec: str) -> dict[str, str]:
    """Everything a spec becomes, by path."""
    name = re.search(r"^module: (.+)$", spec, re.MULTILINE)
    assert name is not None, spec
    settings = msgspec.structs.replace(SETTINGS, lazy="lazy = true" in spec)
    specs = build.read_specs({f"{name[1]}.yaml": spec}, {})
    package = Package(
        specs.modules, aliases=SETTINGS.aliases, external=frozenset(SETTINGS.external)
    )
    findings = build.check(specs, package, settings, {})
    assert not findings, "\n".join(f"{found.headline}\n{spec}" for found in findings)
    outputs = build.emit(package, settings, frozenset(settings.outputs))
    return {path: output.text for path, output in outputs.items()}


def path_of(block: Block) -> str:
    """The file a block names in its first line."""
    return block.text.partition("\n")[0].strip("#<!-> ")


def excerpt(path: str, text: str) -> str:
    """A generated Python file as the document shows it."""
    lines = text.split("\n")
    marker = "from __future__ import annotations"
    body = lines[lines.index(marker) + 1 :] if marker in lines else lines[3:]
    return f"# {path}\n" + "\n".join(body).strip("\n") + "\n"


def shown_and_generated(document: str) -> Iterator[tuple[Block, str]]:
    """Every Python block with what it should say."""
    for example in examples(document):
        outputs = generated(example.spec)
        for block in example.shown:
            if block.language == "python":
                path = path_of(block)
                assert path in outputs, f"{path} is not one of {sorted(outputs)}"
                yield block, excerpt(path, outputs[path])


def test_examples_generate_what_is_shown(update: bool) -> None:
    """Every Python block is, word for word, what its spec generates."""
    document = DOCUMENT.read_text()
    pairs = list(shown_and_generated(document))
    if update:
        for block, text in reversed(pairs):
            document = document[: block.start] + text + document[block.end :]
        DOCUMENT.write_text(document)
        return

    assert len(pairs) >= 30
    for block, text in pairs:
        assert block.text == text


def test_pages_hold_what_is_shown() -> None:
    """Every Markdown block is a part of the page its spec generates."""
    shown = 0
    for example in examples(DOCUMENT.read_text()):
        for block in example.shown:
            if block.language == "markdown":
                shown += 1
                part = block.text.partition("\n")[2].strip("\n")
                pages = generated(example.spec).items()
                assert any(
                    part in text
                    for path, text in pages
                    if path.startswith(path_of(block))
                ), part

    assert shown


@pytest.mark.parametrize(
    "element",
    [
        *model.Element.__subclasses__(),
        *model.Definition.__subclasses__(),
        *model.FrontMatter.__subclasses__(),
    ],
)
def test_every_key_is_documented(element: type[msgspec.Struct]) -> None:
    """Each key of each element stands in the document, in an example or in backticks."""
    document = DOCUMENT.read_text()
    yaml_text = "\n".join(b.text for b in blocks(document) if b.language == "yaml")
    missing = [
        field.encode_name
        for field in msgspec.structs.fields(element)
        if f"`{field.encode_name}`" not in document
        and not re.search(rf"(?m)(^|[\s{{]){re.escape(field.encode_name)}:", yaml_text)
    ]

    assert missing == []


def test_every_setting_is_documented() -> None:
    """The table of settings has a row for each setting, and the example is one that is accepted."""
    document = DOCUMENT.read_text()
    rows = re.findall(r"^\| `(\w+)` \|", document, re.MULTILINE)
    (example,) = (b.text for b in blocks(document) if b.language == "toml")
    settings, problems = project.read("codegen.toml", example)

    assert [field.name for field in msgspec.structs.fields(project.Settings)] == [
        name for name in rows if name in project.Settings.__struct_fields__
    ]
    assert settings is not None
    assert problems == []


def test_the_committed_schema_is_current() -> None:
    """The schema editors use is what ``codegen schema`` prints."""
    committed = (ROOT / "codegen" / "module.schema.json").read_text()

    assert (
        committed == module_schema()
    ), "run: codegen schema > codegen/module.schema.json"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_specs_match_the_schema(path: Path) -> None:
    """Each spec names the committed schema in its first line and matches it."""
    text = path.read_text()
    first = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert first is not None
    schema = (path.parent / first[1]).resolve()

    assert schema == ROOT / "codegen" / "module.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text()))
    assert [
        error.message for error in validator.iter_errors(yaml.safe_load(text))
    ] == []


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    """An unknown key, a missing one and a wrong word do not match the schema."""
    validator = jsonschema.Draft202012Validator(json.loads(module_schema()))
    wrong = [
        {},
        {"module": "a", "clases": {}},
        {"module": "a", "classes": {"A": {"kind": "klass"}}},
        {"module": "a", "functions": {"f": {"core": "no colon"}}},
        {"module": "a", "functions": {"f": {"parameters": ["x"]}}},
    ]

    assert [validator.is_valid(spec) for spec in wrong] == [False] * len(wrong)
    assert validator.is_valid({"module": "a", "functions": {"f": {}}})
