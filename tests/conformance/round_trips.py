"""Ways there and back again: a source tree as specs, written as stubs, read again; and what a stub cannot tell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from codegen import build
from codegen.emitters.python.signatures import is_plain
from codegen.importing_source import Tree, find, read_texts
from codegen.mending import mended
from codegen.model import Module
from codegen.package import Package
from codegen.project import Settings
from codegen.readers.source.packages import Specs, Text, read_package

# Texts, and what only the package needs to know.
_UNTOLD = {"doc", "init_doc", "raises", "notes", "core", "stores"}


def read(tree: Tree) -> Specs:
    """Read a source tree into specs that pass every check."""
    texts, problems = read_texts(tree)
    specs = sound(tree.root, texts)
    return specs._replace(diagnostics=[*problems, *specs.diagnostics])


def sound(root: str, texts: Iterable[Text]) -> Specs:
    """Read texts into specs that pass every check."""
    specs = read_package(root, texts)
    modules, findings, _ = mended(specs, settings(root, specs))
    return specs._replace(modules=modules, diagnostics=[*specs.diagnostics, *findings])


def settings(root: str, specs: Specs) -> Settings:
    """The settings of a project that only writes stubs."""
    external = tuple(name for name in specs.external if name != root)
    return Settings(package=root, external=external, outputs=("stubs",))


def stubs(root: str, specs: Specs) -> dict[str, str]:
    """The stub of each module, by its path."""
    chosen = settings(root, specs)
    package = Package(specs.modules, external=frozenset(chosen.external))
    outputs = build.emit(package, chosen, frozenset(["stubs"]))
    prefix = f"{root}-stubs/"
    return {path.removeprefix(prefix): output.text for path, output in outputs.items()}


def again(root: str, written: dict[str, str]) -> Specs:
    """Read stubs that were written into specs."""
    texts = []
    for path, text in sorted(written.items()):
        parts = [root, *path.removesuffix(".pyi").split("/")]
        if parts[-1] == "__init__":
            parts.pop()
        texts.append(Text(".".join(parts), path, text))
    return sound(root, texts)


def told(modules: dict[str, Module]) -> dict[str, Any]:
    """What stubs tell of modules: everything but texts, bodies and values that are not plain to see."""
    plain = {
        name: _told(msgspec.to_builtins(module)) for name, module in modules.items()
    }
    # A module without anything of its own may have no file.
    return {name: tree for name, tree in plain.items() if len(tree) > 1}


def _told(tree: Any, owner: str = "") -> Any:
    if isinstance(tree, list | tuple):
        return [_told(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "overloads" in tree:
        tree = {
            k: v
            for k, v in tree.items()
            if k not in ("parameters", "returns", "receiver", "async")
        }
    tree = {
        key: value
        for key, value in tree.items()
        if key not in _UNTOLD or owner in _NAMES
    }
    if owner == "parameter":
        _without_factory(tree)
    if "dataclass" in tree or tree.get("kind") == "named-tuple":
        for field in tree.get("parameters", {}).values():
            if field.pop("factory", None) or "default" in field:
                field["default"] = "..."
    if tree.get("kind") == "enum":
        for member in tree.get("attributes", {}).values():
            if "type" not in member:
                value = member.get("value", "...")
                member["value"] = value if is_plain(value) else "..."
    if "exports" in tree:
        tree["exports"] = sorted(tree["exports"])
    if owner in ("variable", "attribute"):
        tree.pop("factory", None)
        if tree.get("type") not in (None, "Final"):
            tree.pop("value", None)
    told = {key: _told(value, _owner(key, owner)) for key, value in tree.items()}
    return {key: value for key, value in told.items() if value not in ({}, [])}


_NAMES = (
    "parameters",
    "variables",
    "attributes",
    "classes",
    "functions",
    "methods",
    "properties",
    "type_aliases",
)


def _owner(key: str, owner: str) -> str:
    if owner in _NAMES:
        return {
            "parameters": "parameter",
            "variables": "variable",
            "attributes": "attribute",
        }.get(owner, "")
    return key if key in _NAMES else ""


def _without_factory(tree: dict[str, Any]) -> None:
    default = tree.pop("factory", None) or tree.get("default")
    if default is not None:
        tree["default"] = default if is_plain(default) else "..."


def package(name: str, site: Path) -> Tree:
    """A package as it is installed."""
    return find(name, [site])
