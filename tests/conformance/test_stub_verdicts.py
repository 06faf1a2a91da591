"""Mypy's own tests of stubtest: a stub that was read and written again is judged as it was before.

The tests come with mypy. Each is a module of a stub and a runtime; all are checked in one run, as they are and after a
round trip. A verdict that differs stands in a table with its reason, and one that is no longer true fails the test.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from codegen.readers.source.packages import Text
from tests.conformance import round_trips

pytestmark = [pytest.mark.conformance, pytest.mark.slow]

# Names that stubtest complains of on one side alone, with the reason.
ACCEPTED = {
    **dict.fromkeys(
        [f"test_default_value.{name}" for name in ("f3", "f8", "f9")],
        "written stubs show only defaults that are plain to see",
    ),
    **dict.fromkeys(
        ["test_all_in_stub_not_at_runtime.__all__", "test_non_public_1.__all__"],
        "a list of nothing, in a module with nothing to list, is not written",
    ),
    **dict.fromkeys(
        ["test_type_check_only._TD3", "test_type_check_only._TD4"],
        "a class made by a call is written as a class; its keys are no names, which is a finding",
    ),
    **dict.fromkeys(
        ["test_type_alias.FooBar.__module__", "test_type_alias.FooBarAlias.__module__"],
        "a spec has no place for what Python gives every class, which is a finding",
    ),
}


class Collected(NamedTuple):
    """The cases of one of mypy's tests, put together as mypy does it, and the names it expects errors for."""

    stub: str
    runtime: str
    errors: frozenset[str]


def _collected() -> dict[str, Collected]:
    from mypy.test import teststubtest

    found: dict[str, Collected] = {}
    for name, test in sorted(vars(teststubtest.StubtestUnit).items()):
        # The decorator that makes one test of many cases keeps the function that yields them.
        for cell in getattr(test, "__closure__", None) or ():
            cases = list(cell.cell_contents(teststubtest.StubtestUnit()))
            own = teststubtest.TEST_MODULE_NAME
            said = (c.error.removeprefix(own) for c in cases if c.error is not None)
            found[name] = Collected(
                _joined(case.stub for case in cases),
                _joined(case.runtime for case in cases),
                frozenset(f"{name}.{error.lstrip('.')}".rstrip(".") for error in said),
            )
    return found


def _joined(texts: Any) -> str:
    return "\n\n".join(textwrap.dedent(text.lstrip("\n")) for text in texts)


def _again(name: str, stub: str) -> str:
    specs = round_trips.sound(name, [Text(name, f"{name}.pyi", stub)])
    return round_trips.stubs(name, specs).get("__init__.pyi", "")


def _complained_of(folder: Path, stubs: dict[str, tuple[str, str]]) -> set[str]:
    """The names stubtest complains of, for modules of a stub and a runtime."""
    folder.mkdir()
    for name, (stub, runtime) in stubs.items():
        (folder / f"{name}.pyi").write_text(stub, encoding="utf-8")
        (folder / f"{name}.py").write_text(runtime, encoding="utf-8")
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nignore_errors = True\n", encoding="utf-8")
    options = [
        "--concise",
        "--strict-type-check-only",
        "--mypy-config-file",
        str(config),
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", *options, *stubs],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(folder), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "not checking stubs" not in ran.stdout + ran.stderr
    return {line.partition(" ")[0] for line in ran.stdout.splitlines()}


def test_stubs_keep_the_verdicts_of_mypys_own_tests(tmp_path: Path) -> None:
    """What stubtest finds wrong in the stubs of mypy's tests, it finds in the round-tripped ones, and nothing else."""
    tests = _collected()
    before = {name: (test.stub, test.runtime) for name, test in tests.items()}
    after = {name: (_again(name, stub), run) for name, (stub, run) in before.items()}
    original = _complained_of(tmp_path / "original", before)
    ours = _complained_of(tmp_path / "ours", after)
    expected = {error for test in tests.values() for error in test.errors}

    assert len(tests) > 50
    # The cases are judged outside of mypy's fixtures, which changes hardly any verdict.
    assert len(original & expected) > 0.9 * len(expected)
    assert original ^ ours == set(ACCEPTED)
