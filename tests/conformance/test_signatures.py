"""Every documented callable has the signature of the published SDK, except where a list says why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codegen import build
from codegen.model import Class
from codegen.workspace import Workspace

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / ".venv-reference/bin/python"
DESCRIBE = Path(__file__).with_name("describe.py")
DEVIATIONS = Path(__file__).with_name("deviations.txt")

pytestmark = pytest.mark.conformance

Signatures = dict[str, object]


def _documented() -> list[str]:
    """The dotted names of everything callable that a spec documents."""
    workspace = Workspace(ROOT / "pyproject.toml")
    texts, _ = workspace.read_texts()
    specs = build.read_specs(texts, {})
    package = workspace.package(specs)
    names: list[str] = []
    for symbol in {symbol.path: symbol for symbol in package.symbols.values()}.values():
        module = specs.modules[symbol.module]
        if symbol.name in module.functions:
            names.append(symbol.public_path)
        elif isinstance(symbol.definition, Class):
            names += _of_class(symbol.public_path, symbol.definition)
    return sorted(names)


def _of_class(path: str, cls: Class) -> list[str]:
    names = [path, *(f"{path}.{name}" for name in (*cls.methods, *cls.properties))]
    names += [
        f"{path}.{name}.aio" for name, m in cls.methods.items() if m.sync_and_async
    ]
    for name, inner in cls.classes.items():
        names += _of_class(f"{path}.{name}", inner)
    return names


def _described(python: Path | str, names: list[str], path: list[Path]) -> Signatures:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    run = subprocess.run(
        [python, DESCRIBE],
        input="\n".join(names),
        env=environment,
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: Signatures = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def both() -> tuple[Signatures, Signatures]:
    """The signatures of the published SDK and of the generated one."""
    if not REFERENCE.exists():
        pytest.skip("the published SDK is not installed; scripts/test installs it")
    names = _documented()
    ours = _described(sys.executable, names, [ROOT / "generated", ROOT / "runtime"])
    return _described(REFERENCE, names, []), ours


def _deviations() -> dict[str, str]:
    lines = DEVIATIONS.read_text().splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    return {
        name.strip(): why.strip()
        for name, _, why in (e.partition(":") for e in entries)
    }


def test_signatures_equal_the_published_ones(
    both: tuple[Signatures, Signatures],
) -> None:
    """Kinds, names, order and defaults agree for every callable that is not a listed deviation."""
    published, ours = both
    known = _deviations()
    different = {
        name: {"published": published[name], "ours": ours[name]}
        for name in published
        if published[name] != ours[name] and name not in known
    }
    assert different == {}


def test_every_listed_deviation_is_still_true(
    both: tuple[Signatures, Signatures],
) -> None:
    """An entry of the list that has become equal, or is no longer documented, is to be removed."""
    published, ours = both
    outdated = [name for name in _deviations() if published.get(name) == ours.get(name)]
    assert outdated == []


def test_every_deviation_says_why() -> None:
    """The list is a list of reasons."""
    assert all(_deviations().values())


def test_everything_documented_exists(both: tuple[Signatures, Signatures]) -> None:
    """Every documented name can be imported from the generated package."""
    _, ours = both
    missing = {
        name: found for name, found in ours.items() if str(found).startswith("missing")
    }
    assert missing == {}
