"""The house rules of the generator: arrows point one way, one module writes, nothing of the built-in subject is wired in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CODEGEN = Path(__file__).parents[2] / "codegen"
SOURCES = sorted(CODEGEN.rglob("*.py"))

# Upper layers may import lower ones, never the other way round.
LAYERS = (
    (
        "collecting",
        "diagnostics",
        "model",
        "parallel",
        "settings_table",
        "state",
        "types",
        "versions",
    ),
    ("docs_settings", "publish_settings"),
    ("walk", "schema", "project", "spelling", "page_texts"),
    ("placement", "compare"),
    ("package", "readers", "files"),
    ("layout", "agreement", "diff", "kept_models", "compiled"),
    ("shapes",),
    ("emitters", "checks"),
    ("outputs", "rules", "site", "starter", "importing", "merging", "telling"),
    ("importing_pages", "mending"),
    ("importing_source",),
    ("importing_places", "build"),
    ("page_sources", "proving"),
    ("workspace",),
    ("importing_merge", "sides"),
    ("docs_texts", "editions"),
    (
        "incremental",
        "documenting",
        "publishing",
        "scaffolding",
        "serving",
        "verifying",
    ),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

WRITES = {
    "mkdir",
    "rename",
    "replace_file",
    "rmdir",
    "rmtree",
    "symlink",
    "unlink",
    "write_bytes",
    "write_text",
}


def _room(path: Path) -> str:
    return path.relative_to(CODEGEN).parts[0].removesuffix(".py")


def _imported_rooms(tree: ast.Module) -> set[str]:
    rooms = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "codegen":
            rooms |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "codegen":
                rooms.add(parts[1])
    return rooms & RANK.keys()


def _is_for_type_checkers(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_imports_point_down(path: Path) -> None:
    """A module imports only from its own layer's package or from layers below."""
    tree = ast.parse(path.read_text())
    room = _room(path)
    if room == "__init__":
        return
    for other in _imported_rooms(tree) - {room}:
        assert RANK[other] < RANK[room], f"{room} must not import {other}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_only_files_writes(path: Path) -> None:
    """No module but files.py opens a file for writing, makes a folder or removes anything."""
    if path.name == "files.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            assert node.func.attr not in WRITES, f"{path.name}:{node.lineno} writes"
        if isinstance(node.func, ast.Name) and node.func.id == "open":
            modes = [ast.unparse(argument) for argument in node.args[1:2]]
            assert modes in ([], ["'rb'"], ["'r'"]), f"{path.name}:{node.lineno} writes"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_module_opens_with_a_sentence(path: Path) -> None:
    """A maintainer's sentence stands on top of every module."""
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, f"{path.name} has no docstring"


@pytest.mark.parametrize(
    "path",
    [path for path in CODEGEN.rglob("*") if path.suffix in (".py", ".j2", ".txt")],
    ids=lambda path: path.name,
)
def test_nothing_of_the_subject_is_wired_in(path: Path) -> None:
    """The generator is general: the name of the built-in subject does not occur in it."""
    assert "flyte" not in path.read_text().lower()


def test_every_room_has_a_layer() -> None:
    """A new module must be placed in the layers above before it can be imported."""
    rooms = {_room(path) for path in SOURCES} - {"__init__"}
    assert rooms == RANK.keys()
