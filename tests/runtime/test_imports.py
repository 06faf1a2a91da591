"""Importing the SDK: packages load nothing they only pass on, and no module depends on what was imported before it."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import flyte
import flyte_runtime

ROOT = Path(__file__).parents[2]
PACKAGES = ("flyte", "flyte.app", "flyte.connectors", "flyte.extend", "flyte.io")


def fresh(program: str) -> str:
    """Run a program in an interpreter that has imported nothing yet; return what it printed."""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT / 'generated'}:{ROOT / 'runtime'}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def modules(package: ModuleType) -> list[str]:
    """List every module of a package but the ones that run when they are imported."""
    inside = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    names = [package.__name__, *(found.name for found in inside)]
    return [name for name in names if not name.endswith(".__main__")]


def test_packages_import_nothing_else() -> None:
    """Neither private modules nor cores are loaded before something of them is used."""
    program = f"""
import sys, {", ".join(PACKAGES)}
print(sorted(m for m in sys.modules if m.startswith(("flyte", "flyteidl2"))))
"""
    assert fresh(program) == f"{sorted(PACKAGES)}\n"


@pytest.mark.parametrize("name", modules(flyte))
def test_exported_names_resolve(name: str) -> None:
    """Every exported name can be had from its module, stands in `dir()` and is what a star import binds."""
    module = importlib.import_module(name)
    exported: list[str] = getattr(module, "__all__", [])
    bound: dict[str, object] = {}
    exec(f"from {name} import *", bound)

    assert set(exported) <= set(dir(module))
    assert {key: getattr(module, key) for key in exported} == {
        key: bound[key] for key in exported
    }


@pytest.mark.parametrize("name", PACKAGES)
def test_misspelt_names_are_missed_as_usual(name: str) -> None:
    """The errors are Python's own, and know enough for it to suggest the right name."""
    module = importlib.import_module(name)

    with pytest.raises(AttributeError) as caught:
        _ = module.Imgae
    assert str(caught.value) == f"module '{name}' has no attribute 'Imgae'"
    assert (caught.value.name, caught.value.obj) == ("Imgae", module)
    with pytest.raises(ImportError, match=f"cannot import name 'Imgae' from '{name}'"):
        exec(f"from {name} import Imgae")


def test_exports_can_be_pickled() -> None:
    """A class is found again by its private home, whatever package it was taken from."""
    assert pickle.loads(pickle.dumps(flyte.Resources)) is flyte.Resources
    assert pickle.loads(pickle.dumps(flyte.Cron("0 * * * *"))).expression == "0 * * * *"


def test_any_module_can_be_imported_first() -> None:
    """No module of the SDK or its cores relies on another having been imported before."""
    names = [*modules(flyte), *modules(flyte_runtime)]
    program = f"""
import importlib, sys
for name in {names}:
    for loaded in [m for m in sys.modules if m.partition(".")[0] in ("flyte", "flyte_runtime")]:
        del sys.modules[loaded]
    importlib.import_module(name)
"""
    assert fresh(program) == ""
