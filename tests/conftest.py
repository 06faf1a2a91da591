"""What tests of every part share: the option that renews kept outputs, and the command line run inside the test."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update``, the only way to renew the outputs that are kept beside their inputs."""
    parser.addoption(
        "--update", action="store_true", help="renew kept outputs instead of comparing"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether kept outputs are renewed."""
    return bool(request.config.getoption("--update"))


class Run(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        errors = f"[stderr]\n{self.stderr}" if self.stderr else ""
        return f"{self.stdout}{errors}exit code {self.code}\n"


RunCodegen = Callable[..., Run]


@pytest.fixture
def run_codegen(monkeypatch: pytest.MonkeyPatch) -> RunCodegen:
    """Run the command in a folder, through its real entry point; a bug shows as the exception it is."""
    from codegen.__main__ import main

    monkeypatch.setenv("CODEGEN_TRACEBACK", "1")
    monkeypatch.setenv("COLUMNS", "80")

    def run(folder: Path, *arguments: str) -> Run:
        stdout, stderr = io.StringIO(), io.StringIO()
        code: object = 0
        before = Path.cwd()
        os.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["codegen", *arguments])
        try:
            with (
                contextlib.redirect_stdout(stdout),
                contextlib.redirect_stderr(stderr),
            ):
                main()
        except SystemExit as end:
            code = end.code or 0
        finally:
            os.chdir(before)
        assert isinstance(code, int)
        return Run(code, stdout.getvalue(), stderr.getvalue())

    return run
